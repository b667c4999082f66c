/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-signing-token.c: the act including the login: one PIN question that names what will be signed and as whom. Blocks; worker threads only. */
#define G_LOG_DOMAIN "signet-signing-token"

#include "config.h"

#include "../base/signet-text.h"
#include "signet-signing-private.h"

/* @document: what the person reads beside the PIN; @n_documents: how many that is; 0: one */
static SignetTokenSession *
log_in (SignetSigning *self, const char *document, guint n_documents, SignetInteraction *interaction, GCancellable *cancellable, GError **error)
{
  SignetPinQuestion about = {
    .kind = SIGNET_PIN_USER,
    .tries_left = -1,
    .document = document,
    .documents = n_documents,
    .certificate = signet_certificate_get_holder (self->certificate),
    .certificate_details = signet_certificate_get_authority (self->certificate),
  };

  return signet_token_login (signet_token_key_get_token (self->key), interaction, &about, cancellable, error);
}

void
_signet_signing_name_document (SignetSigning *self, SignetSigner *signer, guint number, guint documents)
{
  g_autofree char *name = g_filename_display_basename (signet_document_file_get_path (self->file));
  g_autofree char *document = signet_text_sanitize (name, -1, 0);

  signet_token_signer_describe (signer, document, number, documents);
}

/* Everything that can be refused without the PIN is refused without it: a try is worth something. */
static gboolean
check_before_pin (SignetSigning *self, GCancellable *cancellable, GError **error)
{
  if (self->key == NULL || self->certificate == NULL)
    {
      g_set_error_literal (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_NOT_FOUND, "no key with a certificate was chosen");
      return FALSE;
    }
  if (!_signet_signing_check_unchanged (self, error) || !_signet_signing_check_stops (self, cancellable, error))
    return FALSE;
  if (!_signet_signing_is_pades (self))
    return TRUE;
  return _signet_signing_get_pdf (self, error) != NULL && signet_document_pdf_check_can_sign (self->pdf, self->field, error);
}

/**
 * signet_signing_run_with_token:
 * @interaction: asked for the PIN
 *
 * The token is found again by its serial number and the key by the hash of its public key: slots may have changed.
 */
gboolean
signet_signing_run_with_token (SignetSigning *self, SignetInteraction *interaction, GCancellable *cancellable, GError **error)
{
  g_autoptr (SignetTokenSession) session = NULL;
  g_autoptr (SignetSigner) signer = NULL;
  g_autofree char *name = NULL;
  g_autofree char *document = NULL;
  gboolean done;

  g_return_val_if_fail (SIGNET_IS_SIGNING (self), FALSE);

  if (!check_before_pin (self, cancellable, error))
    return FALSE;
  name = g_filename_display_basename (signet_document_file_get_path (self->file));
  document = signet_text_sanitize (name, -1, 0);
  session = log_in (self, document, 0, interaction, cancellable, error);
  if (session == NULL)
    return FALSE;
  signet_timestamp_servers_attend (self->servers, interaction, FALSE);
  signer = signet_token_session_new_signer (session, self->key, interaction, error);
  done = signer != NULL && signet_signing_run (self, signer, interaction, cancellable, error);
  signet_token_session_close (session);
  return done;
}

/**
 * signet_signing_run_batch_with_token:
 * @signings: (element-type SignetSigning): as for signet_signing_run_batch(), all with the same key
 * @documents: what the PIN question names, for people: "12 documents"
 * @interaction: asked for the PIN: once, unless the key wants it at every signature
 *
 * Returns: %FALSE with @error when there was no login: then nothing was told and nothing signed. %TRUE else, whatever became of the documents
 */
gboolean
signet_signing_run_batch_with_token (GPtrArray *signings, const char *documents, SignetInteraction *interaction, SignetSigningTold told,
                                     gpointer data, GCancellable *cancellable, GError **error)
{
  SignetSigning *first = NULL;
  g_autoptr (SignetTokenSession) session = NULL;
  g_autoptr (SignetSigner) signer = NULL;

  g_return_val_if_fail (signings != NULL && signings->len > 0, FALSE);

  first = g_ptr_array_index (signings, 0);
  if (first->key == NULL || first->certificate == NULL)
    {
      g_set_error_literal (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_NOT_FOUND, "no key with a certificate was chosen");
      return FALSE;
    }
  session = log_in (first, documents, signings->len, interaction, cancellable, error);
  if (session == NULL)
    return FALSE;
  signet_timestamp_servers_attend (first->servers, interaction, FALSE);
  signer = signet_token_session_new_signer (session, first->key, interaction, error);
  if (signer != NULL)
    signet_signing_run_batch (signings, signer, interaction, told, data, cancellable);
  signet_token_session_close (session);
  return signer != NULL;
}
