/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-base-error.h: the error domain of the room every other room stands on. Cancelling is always G_IO_ERROR_CANCELLED. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define SIGNET_BASE_ERROR (signet_base_error_quark ())

/**
 * SignetBaseError:
 * @SIGNET_BASE_ERROR_FAILED: a defect of ours or of a library
 * @SIGNET_BASE_ERROR_USAGE: the caller asked for something that makes no sense
 * @SIGNET_BASE_ERROR_MALFORMED: outside bytes are damaged
 * @SIGNET_BASE_ERROR_UNSUPPORTED: outside bytes are of a kind not handled
 * @SIGNET_BASE_ERROR_TOO_LARGE: outside bytes exceed a limit on size, depth or count
 * @SIGNET_BASE_ERROR_NOT_FOUND: no such file or record
 * @SIGNET_BASE_ERROR_NETWORK: a server is not there or answered with an error
 * @SIGNET_BASE_ERROR_TIMEOUT: a deadline passed
 * @SIGNET_BASE_ERROR_CRASHED: a supervised child ended by itself
 * @SIGNET_BASE_ERROR_CANNOT_WRITE: folder read-only, name not allowed, I/O error
 * @SIGNET_BASE_ERROR_NO_SPACE: the disk or quota is full
 * @SIGNET_BASE_ERROR_EXISTS: the target is there and overwriting was not asked for
 * @SIGNET_BASE_ERROR_TRY_LATER: a temporary state of the other side
 * @SIGNET_BASE_ERROR_DENIED: forbidden by the user, a policy or the other side
 * @SIGNET_BASE_ERROR_KEY_BLOCKED: the person said that the key may be compromised (signet-key-block.h)
 */
typedef enum {
  SIGNET_BASE_ERROR_FAILED,
  SIGNET_BASE_ERROR_USAGE,
  SIGNET_BASE_ERROR_MALFORMED,
  SIGNET_BASE_ERROR_UNSUPPORTED,
  SIGNET_BASE_ERROR_TOO_LARGE,
  SIGNET_BASE_ERROR_NOT_FOUND,
  SIGNET_BASE_ERROR_NETWORK,
  SIGNET_BASE_ERROR_TIMEOUT,
  SIGNET_BASE_ERROR_CRASHED,
  SIGNET_BASE_ERROR_CANNOT_WRITE,
  SIGNET_BASE_ERROR_NO_SPACE,
  SIGNET_BASE_ERROR_EXISTS,
  SIGNET_BASE_ERROR_TRY_LATER,
  SIGNET_BASE_ERROR_DENIED,
  SIGNET_BASE_ERROR_KEY_BLOCKED,
} SignetBaseError;

GQuark signet_base_error_quark (void);

/* Converters at the border: what = what was being done, for the log. Each returns FALSE so that a caller can return it. */
gboolean signet_base_error_set_errno   (GError **error, int errnum, const char *what);
gboolean signet_base_error_set_openssl (GError **error, GQuark domain, int code, const char *what);

G_END_DECLS
