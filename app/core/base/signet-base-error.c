/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-base-error.c: turns errno and OpenSSL's error queue into a GError, once, at the border. Any thread. */
#define G_LOG_DOMAIN "signet-base-error"

#include "config.h"

#include "signet-base-error.h"

#include <errno.h>
#include <gio/gio.h>
#include <openssl/err.h>

/* G_IO_ERROR, for the token host has this file in it and does without GIO: one library less to load for each module. */
#define IO_ERROR_WITHOUT_GIO g_quark_from_static_string ("g-io-error-quark")

G_DEFINE_QUARK (signet-base-error-quark, signet_base_error)

static SignetBaseError
code_of_errno (int errnum)
{
  switch (errnum)
    {
    case ENOENT:
    case ENOTDIR:
    case ENXIO:
      return SIGNET_BASE_ERROR_NOT_FOUND;
    case EACCES:
    case EPERM:
      return SIGNET_BASE_ERROR_DENIED;
    case EROFS:
    case EIO:
    case ENAMETOOLONG:
    case EISDIR:
      return SIGNET_BASE_ERROR_CANNOT_WRITE;
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      return SIGNET_BASE_ERROR_NO_SPACE;
    case EEXIST:
      return SIGNET_BASE_ERROR_EXISTS;
    case ETIMEDOUT:
      return SIGNET_BASE_ERROR_TIMEOUT;
    case EAGAIN:
    case EBUSY:
    case EMFILE:
    case ENFILE:
    case ENOMEM:
      return SIGNET_BASE_ERROR_TRY_LATER;
    default:
      return SIGNET_BASE_ERROR_FAILED;
    }
}

/**
 * signet_base_error_set_errno:
 * @error: return location
 * @errnum: a value of errno
 * @what: what was being done
 *
 * Returns: %FALSE always
 */
gboolean
signet_base_error_set_errno (GError **error, int errnum, const char *what)
{
  if (errnum == ECANCELED)
    g_set_error (error, IO_ERROR_WITHOUT_GIO, G_IO_ERROR_CANCELLED, "%s: cancelled", what);
  else
    g_set_error (error, SIGNET_BASE_ERROR, code_of_errno (errnum), "%s: %s", what, g_strerror (errnum));
  return FALSE;
}

/**
 * signet_base_error_set_openssl:
 * @error: return location
 * @domain: the caller's error domain
 * @code: the caller's code
 * @what: what was being done
 *
 * Takes the oldest entry of OpenSSL's queue of this thread into the message and empties the queue.
 *
 * Returns: %FALSE always
 */
gboolean
signet_base_error_set_openssl (GError **error, GQuark domain, int code, const char *what)
{
  unsigned long reason = ERR_get_error ();
  char text[256];

  ERR_clear_error ();
  if (reason == 0)
    {
      g_set_error_literal (error, domain, code, what);
      return FALSE;
    }
  ERR_error_string_n (reason, text, sizeof text);
  g_set_error (error, domain, code, "%s: %s", what, text);
  return FALSE;
}
