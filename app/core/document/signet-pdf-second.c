/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-pdf-second.c: what another reader (qpdf, with its repairing switched off) makes of an odd file. A file that two strict readers
 * read differently is not signed.
 */
#define G_LOG_DOMAIN "signet-pdf-second"

#include "config.h"

#include "signet-document-pdf-private.h"

#include <qpdf/qpdf-c.h>

#include "../base/signet-library.h"

#define SMALL        (1024 * 1024)
#define MANY_OBJECTS 20000
#define STILL_SMALL  (128 * 1024 * 1024) /* for a file of many objects */

/* What is used of qpdf. Its headers give the types; the library itself is loaded with the first odd PDF. */
#define QPDF_FUNCTIONS(of) \
  of (init) of (cleanup) of (silence_errors) of (set_suppress_warnings) of (set_attempt_recovery) of (read) of (read_memory) of (is_encrypted) \
  of (get_root) of (oh_get_object_id) of (has_error) of (get_error) of (get_error_code) \
  of (get_error_message_detail) of (get_error_file_position)

#define QPDF_NAME(name) "qpdf_" #name,
#define QPDF_MEMBER(name) __typeof__ (&qpdf_##name) name;

typedef struct { QPDF_FUNCTIONS (QPDF_MEMBER) } Qpdf;

/* (nullable): the functions, loaded once; a system without the library is asked again. */
static const Qpdf *
load_qpdf (GError **error)
{
  static const char *const names[] = { QPDF_FUNCTIONS (QPDF_NAME) NULL };
  static union { Qpdf functions; gpointer places[G_N_ELEMENTS (names) - 1]; } table;
  static GMutex lock;
  static gboolean loaded;

  G_STATIC_ASSERT (sizeof table.functions == sizeof table.places);
  g_mutex_lock (&lock);
  loaded = loaded || signet_library_load (SIGNET_QPDF_SONAME, names, table.places, error);
  g_mutex_unlock (&lock);
  return loaded ? &table.functions : NULL;
}

static gboolean
set_qpdf_error (const Qpdf *library, qpdf_data qpdf, const char *password, GError **error)
{
  qpdf_error failure = library->get_error (qpdf);

  if (library->get_error_code (qpdf, failure) == qpdf_e_password)
    g_set_error_literal (error, SIGNET_DOCUMENT_ERROR,
                         password == NULL ? SIGNET_DOCUMENT_ERROR_ENCRYPTED : SIGNET_DOCUMENT_ERROR_WRONG_PASSWORD, "a password is needed");
  else
    g_set_error (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_MALFORMED, "%s at byte %llu",
                 library->get_error_message_detail (qpdf, failure), library->get_error_file_position (qpdf, failure));
  return FALSE;
}

/* From memory when it is small: qpdf moves about in a file with two system calls for every object. @content: (out) (nullable): to be kept as long
 * as @qpdf. FALSE: what is wrong is told by @qpdf or by @error. */
static gboolean
read_document (const Qpdf *library, qpdf_data qpdf, SignetDocumentFile *file, guint n_objects, const char *password, guint8 **content,
               GError **error)
{
  /* the very file that is open, whatever its name stands for by now */
  g_autofree char *path = g_strdup_printf ("/proc/self/fd/%d", signet_document_file_get_fd (file));
  guint64 size = signet_document_file_get_size (file);

  if (size > (n_objects > MANY_OBJECTS ? STILL_SMALL : SMALL))
    return (library->read (qpdf, path, password) & QPDF_ERRORS) == 0;
  *content = g_malloc (size + 1);
  return signet_document_file_read (file, 0, *content, size, error)
         && (library->read_memory (qpdf, path, (const char *) *content, size, password) & QPDF_ERRORS) == 0;
}

gboolean
_signet_pdf_ask_qpdf (SignetDocumentFile *file, guint n_objects, const char *password, guint32 *root, gboolean *encrypted, GError **error)
{
  const Qpdf *library = load_qpdf (error);
  g_autofree guint8 *content = NULL;
  qpdf_data qpdf;
  gboolean ok = FALSE;

  if (library == NULL)
    return FALSE;
  qpdf = library->init ();
  library->silence_errors (qpdf);
  library->set_suppress_warnings (qpdf, QPDF_TRUE);
  library->set_attempt_recovery (qpdf, QPDF_FALSE);
  ok = read_document (library, qpdf, file, n_objects, password, &content, error);
  if (ok)
    {
      *encrypted = library->is_encrypted (qpdf);
      *root = (guint32) library->oh_get_object_id (qpdf, library->get_root (qpdf));
    }
  if (library->has_error (qpdf) && (error == NULL || *error == NULL))
    ok = set_qpdf_error (library, qpdf, password, error);
  library->cleanup (&qpdf);
  return ok;
}
