/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-enrolment-means.c: what a run works with: the consent of the person, the token and the new key, the key of the
 * certificate there is already, secrets. Each is fetched when it is first needed, and once. Blocking, for worker threads.
 */
#define G_LOG_DOMAIN "signet-enrolment-means"

#include "config.h"

#include "signet-enrolment-private.h"
#include "signet-lifecycle.h"

#include "../base/signet-base-error.h"
#include "../base/signet-text.h"
#include "../token/signet-token-card.h"

/* --- people and tokens --------------------------------------------------------------------------------------------- */

gboolean
_signet_enrolment_run_consent (SignetEnrolmentRun *run, GError **error)
{
  SignetRequest *request = run->request;
  const SignetKeySpec *spec = signet_key_spec_find (request->key_spec);
  const char *const names[] = { "subject", "key", "token", "authority", NULL };
  const char *const values[] = { request->subject, spec != NULL ? spec->display_name : request->key_spec, request->token_label,
                                 signet_authority_get_name (run->authority), NULL };
  SignetConsent consent = { "certificate-request", signet_authority_get_name (run->authority), names, values };

  if (run->agreed)
    return TRUE;
  run->agreed = signet_interaction_confirm (run->interaction, &consent, run->cancellable, error);
  return run->agreed;
}

/* Listed anew: a snapshot from before this request's key was made would not have it. */
static gboolean
find_token (SignetEnrolmentRun *run, GError **error)
{
  g_autoptr (GPtrArray) fresh = NULL;

  if (run->token != NULL)
    return TRUE;
  fresh = signet_token_manager_refresh (run->enrolment->tokens, run->cancellable, NULL, error);
  if (fresh != NULL)
    run->token = signet_token_manager_find_token (run->enrolment->tokens, run->request->token_uri, run->cancellable, error);
  return run->token != NULL;
}

/* With all that signs by this login. */
static void
log_out (SignetEnrolmentRun *run)
{
  if (run->session == NULL)
    return;
  g_clear_object (&run->signer);
  if (run->current_session == run->session)
    {
      g_clear_object (&run->current_signer);
      g_clear_object (&run->current_session);
    }
  signet_token_session_close (run->session);
  g_clear_object (&run->session);
}

gboolean
_signet_enrolment_run_log_in (SignetEnrolmentRun *run, gboolean write, GError **error)
{
  if (run->session != NULL && (run->writes || !write))
    return TRUE;
  log_out (run);
  if (!find_token (run, error))
    return FALSE;
  run->writes = write || !signet_token_needs_manager (run->token);
  run->session = write ? signet_token_login_to_write (run->token, run->interaction, NULL, run->cancellable, error)
                       : signet_token_login (run->token, run->interaction, NULL, run->cancellable, error);
  return run->session != NULL;
}

/* By what names the key: its label before we know more, its hash after. */
SignetTokenKey *
_signet_enrolment_run_find_key (SignetEnrolmentRun *run)
{
  GPtrArray *keys = signet_token_get_keys (run->token);

  for (guint i = 0; i < keys->len; i++)
    {
      SignetTokenKey *key = keys->pdata[i];

      if (!signet_token_key_has_private (key))
        continue;
      if (run->request->key_sha256 != NULL ? g_strcmp0 (signet_token_key_get_sha256 (key), run->request->key_sha256) == 0
                                           : g_strcmp0 (signet_token_key_get_label (key), run->request->label) == 0)
        return key;
    }
  return NULL;
}

gboolean
_signet_enrolment_run_make_signer (SignetEnrolmentRun *run, SignetTokenKey *key, GError **error)
{
  g_set_object (&run->signer, NULL);
  run->signer = signet_token_session_new_signer (run->session, key, run->interaction, error);
  return run->signer != NULL;
}

SignetSigner *
_signet_enrolment_run_signer (SignetEnrolmentRun *run, GError **error)
{
  SignetTokenKey *key;

  if (run->signer != NULL)
    return run->signer;
  if (!_signet_enrolment_run_log_in (run, FALSE, error))
    return NULL;
  key = _signet_enrolment_run_find_key (run);
  if (key == NULL)
    g_set_error (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_NOT_FOUND,
                 "the key made for this request is not on the token any more");
  else if (_signet_enrolment_run_make_signer (run, key, error))
    return run->signer;
  return NULL;
}

/* --- the certificate there is already ------------------------------------------------------------------------------ */

/* The key of the certificate on whichever token has it; when it is the token of the run, its login is used. */
static gboolean
open_current (SignetEnrolmentRun *run, SignetTokenKey *key, GError **error)
{
  SignetToken *token = signet_token_key_get_token (key);

  if (run->session != NULL && run->token != NULL &&
      g_strcmp0 (signet_token_get_uri (token), signet_token_get_uri (run->token)) == 0)
    run->current_session = g_object_ref (run->session);
  else
    run->current_session = signet_token_login (token, run->interaction, NULL, run->cancellable, error);
  return run->current_session != NULL;
}

static gboolean
is_from_authority (SignetEnrolmentRun *run, SignetTokenKey *key)
{
  SignetCertificate *certificate = signet_token_key_get_certificate (key);
  GPtrArray *chain = signet_authority_get_chain (run->authority);

  if (certificate == NULL || !signet_token_key_has_private (key) ||
      !signet_certificate_is_valid_at (certificate, signet_clock_now (run->enrolment->clock)))
    return FALSE;
  for (guint i = 0; i < chain->len; i++)
    if (signet_certificate_is_ca (chain->pdata[i]) && signet_certificate_is_signed_by (certificate, chain->pdata[i]))
      return TRUE;
  return FALSE;
}

/* (transfer full) (nullable): of all that the authority has given out to this person, what is valid longest */
static SignetCertificate *
find_holder (SignetEnrolmentRun *run, GError **error)
{
  g_autoptr (GPtrArray) tokens = signet_token_manager_refresh (run->enrolment->tokens, run->cancellable, NULL, error);
  SignetCertificate *best = NULL;

  for (guint i = 0; tokens != NULL && i < tokens->len; i++)
    {
      GPtrArray *keys = signet_token_get_keys (tokens->pdata[i]);

      for (guint j = 0; j < keys->len; j++)
        {
          SignetCertificate *one = signet_token_key_get_certificate (keys->pdata[j]);

          if (is_from_authority (run, keys->pdata[j]) &&
              (best == NULL || signet_certificate_get_not_after (one) > signet_certificate_get_not_after (best)))
            best = one;
        }
    }
  if (best == NULL && tokens != NULL)
    g_set_error (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_NOT_FOUND,
                 "the authority wants the request signed with a certificate it has given you before, and no token here has one");
  return best != NULL ? g_object_ref (best) : NULL;
}

/* A first request that an earlier certificate vouches for: the person sees which one before it signs. */
static gboolean
choose_current (SignetEnrolmentRun *run, GError **error)
{
  g_autoptr (SignetCertificate) certificate = NULL;
  const char *const names[] = { "certificate", "authority", NULL };
  const char *values[] = { NULL, signet_authority_get_name (run->authority), NULL };
  SignetConsent consent = { "use-certificate", signet_authority_get_name (run->authority), names, values };

  if (run->current != NULL)
    return TRUE;
  if ((certificate = find_holder (run, error)) == NULL)
    return FALSE;
  values[0] = signet_certificate_get_subject (certificate);
  if (!signet_interaction_confirm (run->interaction, &consent, run->cancellable, error))
    return FALSE;
  run->current = g_steal_pointer (&certificate);
  return TRUE;
}

/**
 * _signet_enrolment_run_current_signer:
 *
 * The key of the certificate being renewed or revoked; for a first request, of one that the authority has issued before, which the person
 * agrees to use. Asks for the PIN of its token when that is needed.
 *
 * Returns: (transfer none): SIGNET_TOKEN_ERROR_NOT_FOUND when no token has it
 */
SignetSigner *
_signet_enrolment_run_current_signer (SignetEnrolmentRun *run, GError **error)
{
  g_autoptr (SignetTokenKey) key = NULL;

  if (run->current_signer != NULL)
    return run->current_signer;
  if (!choose_current (run, error))
    return NULL;
  key = signet_token_manager_find_key (run->enrolment->tokens, signet_certificate_get_sha256 (run->current), run->cancellable,
                                       error);
  if (key != NULL && open_current (run, key, error))
    run->current_signer = signet_token_session_new_signer (run->current_session, key, run->interaction, error);
  /* to be rid of it, a key may still say who asks */
  if (run->current_signer != NULL && run->lifecycle != NULL && signet_lifecycle_get_act (run->lifecycle) <= SIGNET_LIFECYCLE_SUSPEND)
    signet_token_signer_permit_blocked (run->current_signer);
  return run->current_signer;
}

/* Everything a run holds on to; tokens are logged out. */
void
_signet_enrolment_run_end (SignetEnrolmentRun *run)
{
  g_clear_object (&run->signer);
  g_clear_object (&run->current_signer);
  if (run->current_session != NULL && run->current_session != run->session)
    signet_token_session_close (run->current_session);
  g_clear_object (&run->current_session);
  if (run->session != NULL)
    signet_token_session_close (run->session);
  g_clear_object (&run->session);
  g_clear_object (&run->token);
  if (run->process != NULL)
    signet_plugin_process_stop (run->process);
  g_clear_object (&run->process);
  g_clear_object (&run->http);
  g_clear_object (&run->current);
  g_clear_pointer (&run->used, g_hash_table_unref);
  g_clear_error (&run->served);
}

/* --- secrets ------------------------------------------------------------------------------------------------------- */

static SignetSecret *
ask_secret (SignetEnrolmentRun *run, const char *field, GError **error)
{
  g_autoptr (SignetForm) form = signet_form_new ();
  g_autoptr (GHashTable) values = NULL;
  g_autoptr (GHashTable) secrets = NULL;
  g_autofree char *group = g_strconcat ("Field ", field, NULL);
  g_autofree char *label =
      g_key_file_get_locale_string (signet_authority_get_profile (run->authority), group, "Label", NULL, NULL);
  g_autofree char *shown = signet_text_sanitize (label != NULL ? label : field, -1, 200);
  SignetSecret *secret;

  signet_form_add (form, SIGNET_FIELD_SECRET, field, shown)->required = TRUE;
  if (!signet_interaction_ask_form (run->interaction, form, &values, &secrets, run->cancellable, error))
    return NULL;
  secret = secrets != NULL ? g_hash_table_lookup (secrets, field) : NULL;
  if (secret == NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "no answer");
      return NULL;
    }
  _signet_request_secret_keep (run->request, field, secret);
  return signet_secret_ref (secret);
}

SignetSecret *
_signet_enrolment_run_secret (SignetEnrolmentRun *run, const char *field, GError **error)
{
  SignetSecret *secret = _signet_request_secret_find (run->request, field);

  if (run->used == NULL)
    run->used = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_hash_table_add (run->used, g_strdup (field));
  if (secret == NULL)
    secret = ask_secret (run, field, error);
  if (secret != NULL && run->spoke != NULL)
    run->spoke (secret, run->spoke_data);
  return secret;
}

void
_signet_enrolment_run_forget_wrong (SignetEnrolmentRun *run, const GError *error)
{
  GHashTableIter iter;
  gpointer field;

  if (!g_error_matches (error, SIGNET_ENROLMENT_ERROR, SIGNET_ENROLMENT_ERROR_WRONG_SECRET) &&
      !g_error_matches (error, SIGNET_PLUGIN_ERROR, SIGNET_PLUGIN_ERROR_WRONG_SECRET))
    return;
  if (run->used == NULL || g_hash_table_size (run->used) == 0)
    {
      _signet_request_secret_forget_typed (run->request);
      return;
    }
  g_hash_table_iter_init (&iter, run->used);
  while (g_hash_table_iter_next (&iter, &field, NULL))
    _signet_request_secret_forget_field (run->request, field);
}
