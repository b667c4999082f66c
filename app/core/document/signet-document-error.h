/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-document-error.h: why a document cannot be read or signed. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define SIGNET_DOCUMENT_ERROR (signet_document_error_quark ())
GQuark signet_document_error_quark (void);

typedef enum {
  SIGNET_DOCUMENT_ERROR_MALFORMED,      /* damaged; the message says where (byte offset, object) */
  SIGNET_DOCUMENT_ERROR_UNSUPPORTED,
  SIGNET_DOCUMENT_ERROR_TOO_LARGE,
  SIGNET_DOCUMENT_ERROR_ENCRYPTED,      /* a password is needed */
  SIGNET_DOCUMENT_ERROR_WRONG_PASSWORD,
  SIGNET_DOCUMENT_ERROR_FORBIDDEN,      /* an earlier signer or the document's permissions do not allow it */
  SIGNET_DOCUMENT_ERROR_CHANGED,        /* the file changed while it was in use */
  SIGNET_DOCUMENT_ERROR_NO_ROOM,        /* the signature does not fit the room kept for it */
} SignetDocumentError;

G_END_DECLS
