/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-signing-resume.c: was this document signed already, in a run that ended in the middle? Nothing was written down for that: the signed files
 * themselves say so. Looks at the names a signed file of this document would have, and takes one only when it holds this very document, all its earlier
 * signatures, and an intact one of this very certificate that was not there before. Blocks on disk.
 */
#define G_LOG_DOMAIN "signet-signing-resume"

#include "config.h"

#include <string.h>

#include "../document/signet-asic-creation.h"
#include "../document/signet-document-holds.h"
#include "signet-signing-private.h"

#define MAX_NAMES 100

/* --- signatures -------------------------------------------------------------------------------------------------------------- */

/* By its value, which no other signature has */
static SignetDocumentSignature *
find_same (GPtrArray *signatures, SignetDocumentSignature *wanted)
{
  GBytes *value = signet_document_signature_get_value (wanted);

  for (guint i = 0; value != NULL && i < signatures->len; i++)
    {
      GBytes *other = signet_document_signature_get_value (g_ptr_array_index (signatures, i));

      if (other != NULL && g_bytes_equal (value, other))
        return g_ptr_array_index (signatures, i);
    }
  return NULL;
}

static gboolean
has_all (GPtrArray *signatures, GPtrArray *earlier)
{
  for (guint i = 0; i < earlier->len; i++)
    if (find_same (signatures, g_ptr_array_index (earlier, i)) == NULL)
      return FALSE;
  return TRUE;
}

/* "asice" and "asics" take on what is in a container that is there. */
static gboolean
is_of_format (SignetSigning *self, SignetDocumentSignature *signature)
{
  const char *wanted = _signet_signing_get_format (self)->id;
  const char *inner = signet_document_signature_get_inner_format (signature);
  const char *packaging = signet_document_signature_get_packaging (signature);

  if (_signet_signing_get_format (self)->is_container)
    return g_str_has_prefix (wanted, signet_document_signature_get_format (signature))
           && (signet_asic_creation_is_container (self->file)
               || g_strcmp0 (inner, g_str_has_suffix (wanted, "-cades") ? "cades" : "xades") == 0);
  if (g_str_has_prefix (wanted, "xades"))
    return g_strcmp0 (packaging, wanted[strlen ("xades")] == '-' ? wanted + strlen ("xades-") : "enveloped") == 0;
  return TRUE;
}

/* A countersignature is over the one that was named. */
static gboolean
is_of_kind (SignetSigning *self, SignetDocumentSignature *signature)
{
  const char *kind = signet_document_signature_get_kind (signature);

  if (!g_str_equal (_signet_signing_get_format (self)->id, "cades-counter"))
    return g_str_equal (kind, "signature");
  return g_str_equal (kind, "counter-signature") && g_strcmp0 (signet_document_signature_get_covers (signature), self->countersign) == 0;
}

static gboolean
has_ours (SignetSigning *self, GPtrArray *signatures, GPtrArray *earlier)
{
  for (guint i = 0; i < signatures->len; i++)
    {
      SignetDocumentSignature *signature = g_ptr_array_index (signatures, i);
      SignetCertificate *signer = signet_document_signature_get_signer (signature);

      if (signet_document_signature_get_integrity (signature) == SIGNET_INTEGRITY_INTACT && signer != NULL
          && signet_certificate_equal (signer, self->certificate) && is_of_kind (self, signature) && is_of_format (self, signature)
          && signet_document_signature_get_coverage (signature) != SIGNET_COVERAGE_PARTIAL && find_same (earlier, signature) == NULL)
        return TRUE;
    }
  return FALSE;
}

/* --- one file ---------------------------------------------------------------------------------------------------------------- */

/* Whether it takes on the signatures of the document, which is a signed file itself */
static gboolean
signs_again (SignetSigning *self)
{
  const SignetSigningFormat *format = _signet_signing_get_format (self);

  if (format->is_container)
    return _signet_signing_get_n_documents (self) == 1 && signet_asic_creation_is_container (self->file);
  return _signet_signing_is_pades (self) || g_str_equal (format->id, "xades") || _signet_signing_is_again (self);
}

/* (transfer full) (nullable): of the document itself; empty when they are none of the signed file's business */
static GPtrArray *
find_earlier (SignetSigning *self, GCancellable *cancellable)
{
  if (!signs_again (self))
    return g_ptr_array_new_with_free_func (g_object_unref);
  return signet_document_find_signatures (self->file, _signet_signing_is_again (self) ? self->content : NULL, cancellable, NULL);
}

/* A signature beside it says itself which document it is about; of one more around a signature file its signatures say it. */
static gboolean
holds_document (SignetSigning *self, SignetDocumentFile *file, GCancellable *cancellable)
{
  g_autoptr (GPtrArray) documents = NULL;

  if (_signet_signing_get_format (self)->detached || _signet_signing_is_again (self))
    return TRUE;
  documents = g_ptr_array_new ();
  for (guint i = 0; i < _signet_signing_get_n_documents (self); i++)
    g_ptr_array_add (documents, _signet_signing_get_document (self, i));
  return signet_document_holds (file, documents, cancellable);
}

static gboolean
is_done (SignetSigning *self, const char *path, GCancellable *cancellable)
{
  g_autoptr (SignetDocumentFile) file = signet_document_file_open (path, NULL);
  g_autoptr (GPtrArray) signatures = NULL;
  g_autoptr (GPtrArray) earlier = NULL;

  if (file == NULL || _signet_signing_is_the_document (self, path) || !holds_document (self, file, cancellable))
    return FALSE;
  signet_document_file_share_password (file, self->file);
  earlier = find_earlier (self, cancellable);
  signatures = earlier != NULL ? signet_document_find_signatures (file, _signet_signing_get_detached (self), cancellable, NULL) : NULL;
  return signatures != NULL && has_all (signatures, earlier) && has_ours (self, signatures, earlier);
}

/* --- all names --------------------------------------------------------------------------------------------------------------- */

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

  if (self->certificate == NULL)
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
