/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-signing-check.c: reads what was written as a stranger would, before it gets its name: it parses, the signature holds, it covers the
 * whole file and is that of the chosen certificate. See docs/decisions/0015-self-check-in-one-pass.md.
 */
#define G_LOG_DOMAIN "signet-signing-check"

#include "config.h"

#include "../base/signet-text.h"
#include "signet-extension.h"
#include "signet-signing-private.h"

static gboolean
fail (GError **error, const char *what)
{
  g_set_error (error, SIGNET_SIGNING_ERROR, SIGNET_SIGNING_ERROR_SELF_CHECK, "self-check: %s", what);
  return FALSE;
}

/* The output has no name yet, but a descriptor. What was copied has been read back and hashed there once; that is not done again. */
static SignetDocumentFile *
reopen (SignetSigning *self, SignetOutputFile *output, SignetSignatureCreation *creation, GError **error)
{
  g_autofree char *path = g_strdup_printf ("/proc/self/fd/%d", signet_output_file_get_fd (output));
  SignetDocumentFile *written = signet_document_file_open (path, error);

  if (written == NULL)
    return NULL;
  signet_document_file_share_password (written, self->file);
  signet_signature_creation_hint (creation, written);
  return written;
}

static SignetDocumentSignature *
find_ours (GPtrArray *signatures, const char *id)
{
  for (guint i = 0; i < signatures->len; i++)
    {
      SignetDocumentSignature *signature = g_ptr_array_index (signatures, i);

      if (id == NULL || g_strcmp0 (signet_document_signature_get_id (signature), id) == 0)
        return signature;
    }
  return NULL;
}

/* What proves it later stands behind it in a PDF, and is all that may. */
static gboolean
is_covered (SignetSigning *self, SignetDocumentSignature *signature)
{
  GPtrArray *changes = signet_document_signature_get_changes (signature);

  if (signet_document_signature_get_coverage (signature) == SIGNET_COVERAGE_WHOLE)
    return TRUE;
  for (guint i = 0; i < changes->len; i++)
    if (!g_str_equal (((const SignetDocumentChange *) g_ptr_array_index (changes, i))->kind, "evidence-added"))
      return FALSE;
  return _signet_signing_wants_evidence (self) && signet_document_signature_get_coverage (signature) == SIGNET_COVERAGE_WHOLE_BUT_CHANGED_LATER;
}

static gboolean
judge (SignetSigning *self, SignetDocumentSignature *signature, GError **error)
{
  SignetCertificate *signer = signet_document_signature_get_signer (signature);
  GPtrArray *problems = signet_document_signature_get_problems (signature);

  if (signet_document_signature_get_integrity (signature) != SIGNET_INTEGRITY_INTACT)
    return fail (error, problems != NULL && problems->len > 0 ? g_ptr_array_index (problems, 0) : "the signature does not hold");
  if (!is_covered (self, signature))
    return fail (error, "the signature does not cover the whole file");
  if (signer == NULL || !signet_certificate_equal (signer, self->certificate))
    return fail (error, "the signature is not that of the chosen certificate");
  if (_signet_signing_wants_timestamp (self) && !self->postponed && signet_document_signature_get_timestamp (signature) == NULL)
    return fail (error, "the time-stamp is missing");
  if (_signet_signing_wants_evidence (self)
      && signet_level_parse (signet_document_signature_get_level (signature)) < signet_level_parse (self->level))
    return fail (error, "the signature has not the level it should have");
  return TRUE;
}

gboolean
_signet_signing_check_output (SignetSigning *self, SignetOutputFile *output, SignetSignatureCreation *creation, char **sha256,
                              GCancellable *cancellable, GError **error)
{
  g_autoptr (SignetDocumentFile) written = reopen (self, output, creation, error);
  g_autoptr (GPtrArray) signatures = NULL;
  g_autoptr (GBytes) whole = NULL;
  SignetDocumentSignature *ours;

  if (written == NULL)
    return FALSE;
  signatures = signet_document_find_signatures (written, _signet_signing_get_detached (self), cancellable, error);
  if (signatures == NULL)
    return FALSE;
  ours = find_ours (signatures, signet_signature_creation_get_id (creation));
  if (ours == NULL)
    return fail (error, "the signature is not found");
  if (!judge (self, ours, error))
    return FALSE;
  whole = signet_document_file_digest (written, SIGNET_DIGEST_SHA256, 0, signet_document_file_get_size (written), cancellable, error);
  if (whole == NULL)
    return FALSE;
  *sha256 = signet_text_hex (g_bytes_get_data (whole, NULL), g_bytes_get_size (whole));
  return TRUE;
}
