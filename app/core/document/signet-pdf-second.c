/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-pdf-second.c: what another reader (qpdf, with its repairing switched off) makes of the file. A file that two strict readers
 * read differently is not signed. Also the one that knows passwords.
 */
#define G_LOG_DOMAIN "signet-pdf-second"

#include "config.h"

#include "signet-document-pdf-private.h"

#include <qpdf/qpdf-c.h>

static gboolean
set_qpdf_error (qpdf_data qpdf, const char *password, GError **error)
{
  qpdf_error failure = qpdf_get_error (qpdf);

  if (qpdf_get_error_code (qpdf, failure) == qpdf_e_password)
    g_set_error_literal (error, SIGNET_DOCUMENT_ERROR,
                         password == NULL ? SIGNET_DOCUMENT_ERROR_ENCRYPTED : SIGNET_DOCUMENT_ERROR_WRONG_PASSWORD, "a password is needed");
  else
    g_set_error (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_MALFORMED, "%s at byte %llu",
                 qpdf_get_error_message_detail (qpdf, failure), qpdf_get_error_file_position (qpdf, failure));
  return FALSE;
}

gboolean
_signet_pdf_ask_qpdf (SignetDocumentFile *file, const char *password, guint32 *root, gboolean *encrypted, guint *n_pages, GError **error)
{
  /* the very file that is open, whatever its name stands for by now */
  g_autofree char *path = g_strdup_printf ("/proc/self/fd/%d", signet_document_file_get_fd (file));
  qpdf_data qpdf = qpdf_init ();
  gboolean ok = FALSE;

  qpdf_silence_errors (qpdf);
  qpdf_set_suppress_warnings (qpdf, QPDF_TRUE);
  qpdf_set_attempt_recovery (qpdf, QPDF_FALSE);
  ok = (qpdf_read (qpdf, path, password) & QPDF_ERRORS) == 0;
  if (ok)
    {
      *encrypted = qpdf_is_encrypted (qpdf);
      *root = (guint32) qpdf_oh_get_object_id (qpdf, qpdf_get_root (qpdf));
      if (n_pages != NULL && *encrypted)
        *n_pages = (guint) MAX (0, qpdf_get_num_pages (qpdf));
    }
  if (qpdf_has_error (qpdf))
    ok = set_qpdf_error (qpdf, password, error);
  qpdf_cleanup (&qpdf);
  return ok;
}
