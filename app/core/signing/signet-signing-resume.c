/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-signing-resume.c: was this document signed already, in a run that ended in the middle? Nothing was written down for that: the signed files
 * themselves say so. Looks at the names a signed file of this document would have, and takes one only when it holds this very document and an intact
 * signature of this very certificate. Blocks on disk.
 */
#define G_LOG_DOMAIN "signet-signing-resume"

#include "config.h"

#include <string.h>

#include "signet-signing-private.h"

#define CHUNK    (256 * 1024)
#define MAX_NAMES 100

/* The signed PDF begins with the document: it was appended to. */
static gboolean
begins_with (SignetDocumentFile *file, SignetDocumentFile *document, GCancellable *cancellable)
{
  guint64 size = signet_document_file_get_size (document);
  g_autofree guint8 *one = g_malloc (CHUNK);
  g_autofree guint8 *other = g_malloc (CHUNK);

  if (signet_document_file_get_size (file) <= size)
    return FALSE;
  for (guint64 at = 0; at < size; at += CHUNK)
    {
      gsize length = MIN (size - at, CHUNK);

      if (g_cancellable_is_cancelled (cancellable) || !signet_document_file_read (file, at, one, length, NULL)
          || !signet_document_file_read (document, at, other, length, NULL) || memcmp (one, other, length) != 0)
        return FALSE;
    }
  return TRUE;
}

static gboolean
has_ours (SignetSigning *self, GPtrArray *signatures, guint from)
{
  for (guint i = from; i < signatures->len; i++)
    {
      SignetDocumentSignature *signature = g_ptr_array_index (signatures, i);
      SignetCertificate *signer = signet_document_signature_get_signer (signature);

      if (signet_document_signature_get_integrity (signature) == SIGNET_INTEGRITY_INTACT && signer != NULL
          && signet_certificate_equal (signer, self->certificate)
          && signet_document_signature_get_coverage (signature) != SIGNET_COVERAGE_PARTIAL)
        return TRUE;
    }
  return FALSE;
}

/* How many signatures the document itself has: those do not count. */
static guint
count_own (SignetSigning *self, GCancellable *cancellable)
{
  g_autoptr (GPtrArray) signatures = signet_document_find_signatures (self->file, NULL, cancellable, NULL);

  return signatures != NULL ? signatures->len : 0;
}

static gboolean
is_done (SignetSigning *self, const char *path, GCancellable *cancellable)
{
  const SignetSigningFormat *format = _signet_signing_get_format (self);
  g_autoptr (SignetDocumentFile) file = signet_document_file_open (path, NULL);
  g_autoptr (GPtrArray) signatures = NULL;
  gboolean pades = _signet_signing_is_pades (self);

  if (file == NULL || _signet_signing_is_the_document (self, path) || (pades && !begins_with (file, self->file, cancellable)))
    return FALSE;
  signatures = signet_document_find_signatures (file, format->detached ? self->file : NULL, cancellable, NULL);
  return signatures != NULL && has_ours (self, signatures, pades ? count_own (self, cancellable) : 0);
}

/**
 * signet_signing_can_resume:
 *
 * Returns: whether a signed file of this format can be recognised as one of this document: inside a PDF, or beside the document
 */
gboolean
signet_signing_can_resume (SignetSigning *self)
{
  g_return_val_if_fail (SIGNET_IS_SIGNING (self), FALSE);

  return _signet_signing_is_pades (self) || _signet_signing_get_format (self)->detached;
}

/* The path that was set, else all the names beside the document up to the first that is free */
static char *
dup_candidate (SignetSigning *self, guint number)
{
  if (self->output == NULL)
    return _signet_signing_get_format (self)->propose_name (signet_document_file_get_path (self->file), number);
  if (number == 1)
    return g_strdup (self->output);
  return NULL;
}

/**
 * signet_signing_find_done:
 *
 * Returns: (transfer full) (nullable): the signed file that is there already: this document, whole, with an intact signature of the chosen
 *   certificate that the document itself does not have; %NULL: there is none
 */
char *
signet_signing_find_done (SignetSigning *self, GCancellable *cancellable)
{
  g_return_val_if_fail (SIGNET_IS_SIGNING (self), NULL);

  if (self->certificate == NULL || !signet_signing_can_resume (self))
    return NULL;
  for (guint i = 1; i <= MAX_NAMES; i++)
    {
      g_autofree char *path = dup_candidate (self, i);

      if (path == NULL || !g_file_test (path, G_FILE_TEST_IS_REGULAR))
        return NULL;
      if (is_done (self, path, cancellable))
        return g_steal_pointer (&path);
    }
  return NULL;
}
