/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-enrolment-run.c: one request moved on as far as it will go. A step for each state; a state is in the database before the
 * step after it begins, so that a kill at any moment costs at most the step under way. Blocking, for worker threads.
 */
#define G_LOG_DOMAIN "signet-enrolment-run"

#include "config.h"

#include "signet-check-private.h"
#include "signet-delivery-private.h"
#include "signet-disclosure.h"
#include "signet-life-private.h"

#include <signal.h>
#include <string.h>

#include "../base/signet-base-error.h"
#include "../base/signet-text.h"

#define EXPIRY (90 * 86400)   /* of a request that has no limit of its own */

/* --- states
 * ---------------------------------------------------------------------------------------------------------------------- */

void
_signet_enrolment_stop_for_test (const char *point)
{
#if SIGNET_DEVELOPMENT
  if (g_strcmp0 (g_getenv ("SIGNET_TEST_STOP_AT"), point) == 0)
    raise (SIGKILL);
#endif
}

gboolean
_signet_enrolment_run_enter (SignetEnrolmentRun *run, SignetRequestState state, GError **error)
{
  SignetRequestState before = run->request->state;

  run->request->state = state;
  run->request->changed = signet_clock_now (run->enrolment->clock);
  if (!_signet_request_store_update (run->enrolment->store, run->request, error))
    {
      run->request->state = before;
      return FALSE;
    }
  g_debug ("request %" G_GINT64_FORMAT " is %s", run->request->id, signet_request_state_get_id (state));
  if (state == SIGNET_REQUEST_DISCLOSED)
    _signet_disclosure_keep (run->enrolment, run->request);
  _signet_request_event_note (run, signet_request_state_get_id (state), NULL, SIGNET_DELEGATION_NOT_TOLD);
  _signet_enrolment_stop_for_test (signet_request_state_get_id (state));
  return TRUE;
}

/* The journal is a record, not a gate: what cannot be written there must not stop what the person has begun.
   @more: (nullable): JSON, added to what is told of the request */
void
_signet_enrolment_run_note (SignetEnrolmentRun *run, const char *act, const char *more_name, const char *more)
{
  SignetRequest *request = run->request;
  SignetCertificate *certificate = request->certificate;
  SignetJournalEntry entry = { .act = (char *) act,
                               .subject = request->token_label,
                               .certificate = certificate != NULL ? (char *) signet_certificate_get_sha256 (certificate) : NULL };
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autofree char *detail = NULL;
  g_autoptr (GError) error = NULL;
  JsonObject *object = json_object_new ();

  json_object_set_int_member (object, "request", request->id);
  json_object_set_string_member (object, "kind", signet_request_kind_get_id (request->kind));
  json_object_set_string_member (object, "authority", request->authority);
  json_object_set_string_member (object, "subject", request->subject);
  if (request->key_sha256 != NULL)
    json_object_set_string_member (object, "key", request->key_sha256);
  if (request->current != NULL)
    json_object_set_string_member (object, "renews", signet_certificate_get_sha256 (request->current));
  if (more != NULL)
    json_object_set_member (object, more_name, json_from_string (more, NULL));
  json_node_take_object (node, object);
  entry.detail = detail = json_to_string (node, FALSE);
  if (run->enrolment->journal != NULL && !signet_journal_append (run->enrolment->journal, &entry, &error))
    g_warning ("journal: %s", error->message);
}

static void
note (SignetEnrolmentRun *run, const char *act)
{
  _signet_enrolment_run_note (run, act, NULL, NULL);
}

/* --- steps: each goes from one state to the next
 * ---------------------------------------------------------------------------------------------- */

static gboolean
step_drafted (SignetEnrolmentRun *run, GError **error)
{
  static const char *const names[] = { "Terms", "Cps", "Fees", "DataUse", "Liability", NULL };
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
  const char *values[G_N_ELEMENTS (names)] = { NULL };
  SignetConsent consent = { "terms", signet_authority_get_name (run->authority), names, values };
  g_autoptr (GError) untold = NULL;

  if (!_signet_enrolment_run_ask_terms (run, &untold))
    g_message ("the authority's terms of today are not known: %s", untold->message);
  for (guint i = 0; names[i] != NULL; i++)
    {
      char *text = signet_enrolment_dup_term (run->enrolment, run->authority, names[i]);

      values[i] = text != NULL ? text : "";
      g_ptr_array_add (texts, text);
    }
  return signet_interaction_confirm (run->interaction, &consent, run->cancellable, error) &&
         _signet_enrolment_run_enter (run, SIGNET_REQUEST_DISCLOSED, error);
}

/* A key of this request's label is one that was made right before we were killed: it is used, not left behind. */
static gboolean
step_disclosed (SignetEnrolmentRun *run, GError **error)
{
  g_autoptr (SignetTokenKey) key = NULL;
  SignetTokenKey *found;

  if (!_signet_enrolment_run_consent (run, error) || !_signet_enrolment_run_log_in (run, TRUE, error))
    return FALSE;
  signet_interaction_progress (run->interaction, "key", -1);
  found = _signet_enrolment_run_find_key (run);
  if (found == NULL && run->request->keeps_key)
    {
      g_set_error_literal (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_NOT_FOUND, "the key to be certified is not on the token any more");
      return FALSE;
    }
  key = found != NULL ? g_object_ref (found) : _signet_enrolment_make_key (run, error);
  if (key == NULL)
    return FALSE;
  _signet_enrolment_stop_for_test ("key-generated");
  g_free (run->request->key_sha256);
  run->request->key_sha256 = g_strdup (signet_token_key_get_sha256 (key));
  if (!_signet_enrolment_run_make_signer (run, key, error) || !_signet_enrolment_run_enter (run, SIGNET_REQUEST_KEY_MADE, error))
    return FALSE;
  note (run, run->request->keeps_key ? "key-reused" : "key-made");
  return TRUE;
}

static gboolean
step_submit (SignetEnrolmentRun *run, GError **error)
{
  g_autoptr (JsonNode) answer = NULL;
  SignetRequestState before = run->request->state;

  signet_interaction_progress (run->interaction, "submitting", -1);
  answer = _signet_enrolment_run_call (run, run->request->kind == SIGNET_REQUEST_KIND_RENEW ? "renew" : "submit", error);
  _signet_enrolment_stop_for_test ("answered");
  if (before == SIGNET_REQUEST_KEY_MADE && run->request->state == SIGNET_REQUEST_SUBMITTED)
    note (run, "certificate-requested");
  return answer != NULL && _signet_enrolment_run_take (run, answer, error);
}

static gboolean
step_waiting (SignetEnrolmentRun *run, GError **error)
{
  g_autoptr (JsonNode) answer = NULL;

  signet_interaction_progress (run->interaction, "waiting", -1);
  answer = _signet_enrolment_run_call (run, "poll", error);
  return answer != NULL && _signet_enrolment_run_take (run, answer, error);
}

/* What there is to say yes to: (transfer full) (element-type utf8) names and values, both without an end */
static guint
list_differences (GPtrArray *all, GPtrArray *names, GPtrArray *values)
{
  for (guint i = 0; i < all->len; i++)
    {
      SignetRequestDifference *difference = all->pdata[i];

      if (difference->same || difference->advice)
        continue;
      g_ptr_array_add (names, difference->field);
      g_ptr_array_add (values, g_strdup_printf ("%s → %s", difference->asked, difference->received));
    }
  return names->len;
}

static gboolean
is_about_time (GPtrArray *names)
{
  for (guint i = 0; i < names->len; i++)
    if (g_str_equal (names->pdata[i], "validity") || g_str_equal (names->pdata[i], "encryption-validity"))
      return TRUE;
  return FALSE;
}

static gboolean
ask_about_differences (SignetEnrolmentRun *run, GPtrArray *names, GPtrArray *values, GError **error)
{
  SignetConsent consent = { "accept-difference", signet_authority_get_name (run->authority), NULL, NULL };
  g_autofree char *first = g_strdup (names->pdata[0]);
  g_autoptr (GError) local = NULL;

  g_ptr_array_add (names, NULL);
  g_ptr_array_add (values, NULL);
  consent.names = (const char *const *) names->pdata;
  consent.values = (const char *const *) values->pdata;
  if (signet_interaction_confirm (run->interaction, &consent, run->cancellable, &local))
    return TRUE;
  if (g_error_matches (local, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_DENIED))
    g_set_error (error, SIGNET_ENROLMENT_ERROR, SIGNET_ENROLMENT_ERROR_NOT_ACCEPTED,
                 "the certificate differs from the request and was not accepted: %s", first);
  else
    g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

/* What was accepted, and what was not, is remembered with both values. */
static gboolean
accept_differences (SignetEnrolmentRun *run, GError **error)
{
  g_autoptr (GPtrArray) all = _signet_enrolment_differences (run->request, run->authority, signet_clock_now (run->enrolment->clock));
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_autoptr (GPtrArray) values = g_ptr_array_new_with_free_func (g_free);
  gboolean accepted = FALSE;

  g_free (run->request->checks);
  run->request->checks = _signet_differences_to_text (all);
  if (list_differences (all, names, values) == 0)
    return TRUE;
  if (is_about_time (names) && !_signet_enrolment_clock_check (run, error))
    return FALSE;
  accepted = ask_about_differences (run, names, values, error);
  if (accepted || g_error_matches (*error, SIGNET_ENROLMENT_ERROR, SIGNET_ENROLMENT_ERROR_NOT_ACCEPTED))
    _signet_enrolment_run_note (run, accepted ? "certificate-difference-accepted" : "certificate-difference-refused", "checks",
                                run->request->checks);
  return accepted;
}

static gboolean
step_issued (SignetEnrolmentRun *run, GError **error)
{
  g_autoptr (GPtrArray) issuers = _signet_request_dup_issuers (run->request, signet_authority_get_chain (run->authority));

  return _signet_enrolment_check (run->request, issuers, error) && _signet_delivery_check (run, issuers, error) &&
         accept_differences (run, error) && _signet_enrolment_run_enter (run, SIGNET_REQUEST_CHECKED, error);
}

/* The same key cannot be had in two certificates that both serve: the old one goes, unless the profile says otherwise. With a new key
   both stay: platforms know the old one for a while, and the person is told. */
static gboolean
replaces_old (SignetEnrolmentRun *run)
{
  g_autofree char *text =
      g_key_file_get_string (signet_authority_get_profile (run->authority), "Issuance", "RenewedCertificate", NULL);

  if (run->request->current == NULL)
    return FALSE;
  return text != NULL ? strcmp (text, "replace") == 0 : run->request->keeps_key;
}

static gboolean
store_certificate (SignetEnrolmentRun *run, GError **error)
{
  SignetRequest *request = run->request;
  const char *holder = signet_certificate_get_holder (request->certificate);
  gboolean replace = replaces_old (run);

  if (replace ? !signet_token_session_replace_certificate (run->session, request->current, request->certificate, holder,
                                                           run->cancellable, error)
              : !signet_token_session_store_certificate (run->session, request->certificate, holder, run->cancellable, error))
    return FALSE;
  _signet_enrolment_stop_for_test ("certificate-stored");
  g_free (request->old_note);
  request->old_note = request->current != NULL ? g_strdup (replace ? "replaced" : "kept") : NULL;
  return TRUE;
}

/* Storing the same certificate again changes nothing, so a kill between storing and noting it does no harm. */
static gboolean
step_checked (SignetEnrolmentRun *run, GError **error)
{
  signet_interaction_progress (run->interaction, "installing", -1);
  if (!_signet_enrolment_run_log_in (run, TRUE, error) || !store_certificate (run, error) || !_signet_delivery_install (run, error) ||
      !_signet_chain_install (run, error) || !_signet_enrolment_run_enter (run, SIGNET_REQUEST_INSTALLED, error))
    return FALSE;
  note (run, "certificate-installed");
  if (run->request->encryption_note != NULL)
    _signet_enrolment_run_note (run, strcmp (run->request->encryption_note, "imported") == 0 ? "encryption-key-installed"
                                                                                             : "encryption-key-not-installed",
                                NULL, NULL);
  return TRUE;
}

/* The signer itself verifies what the token returned: a key that cannot sign is found out now, not at the first contract. */
static gboolean
test_signature (SignetEnrolmentRun *run, GError **error)
{
  static const char text[] = "Signet: test of a new certificate";
  g_autoptr (GBytes) message = g_bytes_new_static (text, sizeof text - 1);
  EVP_PKEY *key = signet_certificate_get_key (run->request->certificate);
  SignetSigner *signer = _signet_enrolment_run_signer (run, error);
  g_autoptr (GBytes) signature = NULL;

  if (signer == NULL)
    return FALSE;
  signature = signet_signer_sign (signer, signet_signer_choose_algorithm (signer, key), message, run->cancellable, error);
  return signature != NULL;
}

/* A delivered key that no token has taken yet needs the key it was encrypted for; a passphrase is asked for again. */
static void
forget (SignetEnrolmentRun *run)
{
  if (run->request->delivered == NULL)
    _signet_request_secret_forget (run->request);
  else
    _signet_request_secret_forget_typed (run->request);
  _signet_request_file_forget (run->enrolment->store, run->request);
}

/* CMP alone tells by an open transaction whether there is something to close. */
static gboolean
wants_accept (SignetEnrolmentRun *run, gboolean *wanted, GError **error)
{
  GError *local = NULL;

  *wanted = run->request->transaction != NULL;
  if (*wanted || g_strv_contains (signet_plugin_manifest_get_methods (run->plugin), "cmp"))
    return TRUE;
  *wanted = _signet_enrolment_run_can (run, "accept", &local);
  if (local == NULL)
    return TRUE;
  g_propagate_error (error, local);
  return FALSE;
}

static gboolean
is_rejection (const GError *error)
{
  return g_error_matches (error, SIGNET_ENROLMENT_ERROR, SIGNET_ENROLMENT_ERROR_REJECTED) ||
         g_error_matches (error, SIGNET_PLUGIN_ERROR, SIGNET_PLUGIN_ERROR_REJECTED);
}

/* Why a delivered key is not there is told by the same member, and weighs more. */
static void
set_confirmation_error (SignetRequest *request, const char *text)
{
  if (request->encryption_note != NULL && strcmp (request->encryption_note, "imported") != 0)
    return;
  g_free (request->error);
  request->error = text != NULL ? signet_text_sanitize (text, -1, 1000) : NULL;
}

/* The certificate is checked and on the token, whatever the authority says now: the request is not a rejected one, and can be
   gone on with. */
static gboolean
confirm (SignetEnrolmentRun *run, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (GError) storing = NULL;
  g_autoptr (JsonNode) answer = _signet_enrolment_run_call (run, "accept", &local);

  if (answer != NULL)
    return TRUE;
  if (!is_rejection (local))
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  set_confirmation_error (run->request, local->message);
  if (!_signet_request_store_update (run->enrolment->store, run->request, &storing))
    g_warning ("cannot note that the authority did not confirm: %s", storing->message);
  note (run, "certificate-not-confirmed");
  g_set_error_literal (error, SIGNET_ENROLMENT_ERROR, SIGNET_ENROLMENT_ERROR_NOT_CONFIRMED, local->message);
  return FALSE;
}

static gboolean
step_installed (SignetEnrolmentRun *run, GError **error)
{
  gboolean wanted = FALSE;

  if (!test_signature (run, error) || !wants_accept (run, &wanted, error))
    return FALSE;
  if (wanted && !confirm (run, error))
    return FALSE;
  _signet_enrolment_stop_for_test ("accepted");
  set_confirmation_error (run->request, NULL);
  if (!_signet_enrolment_run_enter (run, SIGNET_REQUEST_CONFIRMED, error))
    return FALSE;
  forget (run);
  note (run, "certificate-confirmed");
  return TRUE;
}

/* Tried once more by hand: what failed is left behind, the key is kept. */
static gboolean
step_failed (SignetEnrolmentRun *run, GError **error)
{
  SignetRequest *request = run->request;

  /* killed before the authority was told, or it was not there */
  _signet_enrolment_run_decline (run);
  _signet_request_set_certificate (request, NULL);
  g_clear_pointer (&request->transaction, g_free);
  g_clear_pointer (&request->cookie, g_free);
  g_clear_pointer (&request->error, g_free);
  g_clear_pointer (&request->chain, g_bytes_unref);
  g_clear_pointer (&request->delivered, g_free);
  g_clear_pointer (&request->encryption_note, g_free);
  g_clear_object (&request->encryption);
  g_clear_pointer (&request->checks, g_free);
  _signet_request_new_attempt (request);
  return _signet_enrolment_run_enter (run, request->key_sha256 != NULL ? SIGNET_REQUEST_KEY_MADE : SIGNET_REQUEST_DISCLOSED,
                                      error);
}

/* --- the walk
 * -------------------------------------------------------------------------------------------------------------------------------
 */

typedef gboolean (*Step) (SignetEnrolmentRun *run, GError **error);

static const Step steps[] = {
  [SIGNET_REQUEST_DRAFTED] = step_drafted,  [SIGNET_REQUEST_DISCLOSED] = step_disclosed, [SIGNET_REQUEST_KEY_MADE] = step_submit,
  [SIGNET_REQUEST_SUBMITTED] = step_submit, [SIGNET_REQUEST_WAITING] = step_waiting,     [SIGNET_REQUEST_ISSUED] = step_issued,
  [SIGNET_REQUEST_CHECKED] = step_checked,  [SIGNET_REQUEST_INSTALLED] = step_installed,
};

/* Ends of the road; anything else (no network, no token, a wrong PIN, a refusal of the person) leaves the request where it is. */
static gboolean
is_final_error (const GError *error, SignetRequestState *state)
{
  static const int failures[] = { SIGNET_ENROLMENT_ERROR_WRONG_KEY, SIGNET_ENROLMENT_ERROR_WRONG_ISSUER,
                                  SIGNET_ENROLMENT_ERROR_WRONG_SUBJECT, SIGNET_ENROLMENT_ERROR_WRONG_KIND,
                                  SIGNET_ENROLMENT_ERROR_NOT_ACCEPTED };

  if (is_rejection (error))
    {
      *state = SIGNET_REQUEST_REJECTED;
      return TRUE;
    }
  for (guint i = 0; i < G_N_ELEMENTS (failures); i++)
    if (g_error_matches (error, SIGNET_ENROLMENT_ERROR, failures[i]))
      {
        *state = SIGNET_REQUEST_FAILED;
        return TRUE;
      }
  return FALSE;
}

static void
settle_error (SignetEnrolmentRun *run, const GError *error)
{
  SignetRequest *request = run->request;
  g_autoptr (GError) local = NULL;
  SignetRequestState state;

  _signet_enrolment_run_forget_wrong (run, error);
  if (!is_final_error (error, &state))
    return;
  g_free (request->error);
  request->error = signet_text_sanitize (error->message, -1, 1000);
  if (!_signet_enrolment_run_enter (run, state, &local))
    g_warning ("cannot note how the request ended: %s", local->message);
  if (state == SIGNET_REQUEST_FAILED)
    {
      _signet_enrolment_stop_for_test ("refused");
      _signet_enrolment_run_decline (run);
      return;
    }
  forget (run);
  note (run, "certificate-rejected");
}

/* A time that no authority names was computed by a clock that has been set since. */
static gboolean
is_still_waiting (SignetEnrolmentRun *run)
{
  gint64 now = signet_clock_now (run->enrolment->clock);

  return run->request->state == SIGNET_REQUEST_WAITING && run->request->next_poll > now && run->request->next_poll <= now + SIGNET_REQUEST_MAX_WAIT;
}

static gboolean
is_over_time (SignetEnrolmentRun *run)
{
  SignetRequest *request = run->request;
  gint64 limit = request->expires != SIGNET_TIME_UNKNOWN ? request->expires : request->created + EXPIRY;

  /* what was not sent waits for nobody */
  return (request->state == SIGNET_REQUEST_SUBMITTED || request->state == SIGNET_REQUEST_WAITING) && signet_clock_now (run->enrolment->clock) > limit;
}

/* Found out before a key is made that nobody would certify. */
static gboolean
check_renewable (SignetEnrolmentRun *run, GError **error)
{
  g_autoptr (GError) local = NULL;

  if (run->request->kind != SIGNET_REQUEST_KIND_RENEW || run->request->state >= SIGNET_REQUEST_SUBMITTED)
    return TRUE;
  if (_signet_enrolment_run_can (run, "renew", &local))
    return TRUE;
  if (local != NULL)
    g_propagate_error (error, g_steal_pointer (&local));
  else
    g_set_error_literal (error, SIGNET_ENROLMENT_ERROR, SIGNET_ENROLMENT_ERROR_NOT_OFFERED,
                         "this authority cannot renew a certificate that way: a new one can be asked for");
  return FALSE;
}

static gboolean
expire (SignetEnrolmentRun *run, GError **error)
{
  if (!_signet_enrolment_run_enter (run, SIGNET_REQUEST_EXPIRED, error))
    return FALSE;
  forget (run);
  note (run, "certificate-request-expired");
  return TRUE;
}

/* Over time by this computer's clock: an authority that knows of the request is asked once more, which also tells what time it is there. */
static gboolean
give_up_late (SignetEnrolmentRun *run, gboolean *over, GError **error)
{
  SignetRequestState before = run->request->state;
  g_autoptr (GError) local = NULL;

  *over = FALSE;
  if (!_signet_enrolment_clock_check (run, error))
    return FALSE;
  if ((before == SIGNET_REQUEST_WAITING || before == SIGNET_REQUEST_SUBMITTED) && !run->handed && run->request->hand_file == NULL)
    {
      gboolean asked = steps[before](run, &local);

      if (!_signet_enrolment_clock_check (run, error))
        return FALSE;
      if (asked && run->request->state > SIGNET_REQUEST_WAITING)
        return TRUE;
      if (g_error_matches (local, SIGNET_HTTP_ERROR, SIGNET_HTTP_ERROR_EXPIRED) ||
          g_error_matches (local, SIGNET_HTTP_ERROR, SIGNET_HTTP_ERROR_NOT_YET_VALID) || is_rejection (local))
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
    }
  *over = TRUE;
  return expire (run, error);
}

static gboolean
walk (SignetEnrolmentRun *run, GError **error)
{
  gboolean over = FALSE;

  if (run->request->state == SIGNET_REQUEST_FAILED && !step_failed (run, error))
    return FALSE;
  if (!check_renewable (run, error))
    return FALSE;
  while (!_signet_request_state_is_final (run->request->state))
    {
      SignetRequestState before = run->request->state;

      if (is_over_time (run))
        {
          if (!give_up_late (run, &over, error))
            return FALSE;
          if (over)
            return TRUE;
          continue;
        }
      if (run->handed || is_still_waiting (run))
        return TRUE;
      g_clear_pointer (&run->used, g_hash_table_unref);
      if (g_cancellable_set_error_if_cancelled (run->cancellable, error) || !steps[before](run, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
check_runnable (SignetRequest *request, GError **error)
{
  if (!_signet_request_state_is_final (request->state))
    return TRUE;
  if (request->state == SIGNET_REQUEST_CONFIRMED)
    return TRUE;
  g_set_error (error, SIGNET_ENROLMENT_ERROR, SIGNET_ENROLMENT_ERROR_STATE, "the request is %s",
               signet_request_state_get_id (request->state));
  return FALSE;
}

static gboolean
prepare (SignetEnrolmentRun *run, GError **error)
{
  run->http = _signet_watched_http_new (run);
  if (run->request->current != NULL)
    run->current = g_object_ref (run->request->current);
  run->authority = signet_enrolment_find_authority (run->enrolment, run->request->authority, error);
  if (run->authority != NULL)
    run->plugin = _signet_enrolment_find_plugin (run->enrolment, run->authority, error);
  return run->plugin != NULL;
}

/**
 * signet_enrolment_run:
 *
 * Goes on from the state the request is in. Errors that end the request (REJECTED, WRONG_KEY, WRONG_ISSUER, WRONG_KIND,
 * WRONG_SUBJECT) are kept in it; after any other the same call can be made again. Blocking, for worker threads.
 *
 * Returns: %TRUE when it is confirmed, or waits for the authority; look at its state
 */
gboolean
signet_enrolment_run (SignetEnrolment *self,
                      SignetRequest *request,
                      SignetInteraction *interaction,
                      GCancellable *cancellable,
                      GError **error)
{
  SignetEnrolmentRun run = { .enrolment = self, .request = request, .interaction = interaction, .cancellable = cancellable };
  g_autoptr (GError) local = NULL;
  gboolean ok = FALSE;

  g_return_val_if_fail (SIGNET_IS_ENROLMENT (self), FALSE);
  g_return_val_if_fail (SIGNET_IS_REQUEST (request), FALSE);
  g_return_val_if_fail (SIGNET_IS_INTERACTION (interaction), FALSE);

  if (!check_runnable (request, error))
    return FALSE;
  _signet_enrolment_sweep (self);
  ok = prepare (&run, error);
  if (ok && !walk (&run, &local))
    {
      local = _signet_enrolment_clock_explain (&run, g_steal_pointer (&local));
      settle_error (&run, local);
      g_propagate_error (error, g_steal_pointer (&local));
      ok = FALSE;
    }
  _signet_enrolment_run_end (&run);
  return ok;
}

/* --- given up ------------------------------------------------------------------------------------------------------------------ */

/* Only an authority that may know of the request has anything to forget. */
static void
tell_authority (SignetEnrolmentRun *run)
{
  g_autoptr (JsonNode) answer = NULL;
  g_autoptr (GError) error = NULL;

  if (run->request->state < SIGNET_REQUEST_SUBMITTED || !prepare (run, &error))
    return;
  if (run->request->state > SIGNET_REQUEST_WAITING)
    _signet_enrolment_run_decline (run);
  else if (_signet_enrolment_run_can (run, "cancel", &error))
    answer = _signet_enrolment_run_call (run, "cancel", &error);
  if (error == NULL)
    return;
  g_free (run->request->error);
  run->request->error = signet_text_sanitize (error->message, -1, 1000);
}

/* What is on the token stays there, and with it what a second key that has not found its place may need. */
static void
close_request (SignetEnrolmentRun *run, gboolean installed)
{
  if (installed)
    forget (run);
  else
    {
      _signet_request_secret_forget (run->request);
      _signet_request_file_forget (run->enrolment->store, run->request);
    }
  note (run, installed ? "certificate-closed" : "certificate-request-cancelled");
}

/**
 * signet_enrolment_withdraw:
 * @interaction: (nullable): without one the authority is not told
 *
 * Gives the request up. The key stays on the token: whether it may go is for the person to say, there. An authority that cannot be
 * told stops nobody from giving up; why it could not is in the request. A certificate that is on the token, and that the authority has
 * not confirmed, stays there: the request is closed, nobody is told, and its secrets go.
 */
gboolean
signet_enrolment_withdraw (SignetEnrolment *self,
                           SignetRequest *request,
                           SignetInteraction *interaction,
                           GCancellable *cancellable,
                           GError **error)
{
  SignetEnrolmentRun run = { .enrolment = self, .request = request, .interaction = interaction, .cancellable = cancellable };
  gboolean installed;
  gboolean ok = FALSE;

  g_return_val_if_fail (SIGNET_IS_ENROLMENT (self), FALSE);
  g_return_val_if_fail (SIGNET_IS_REQUEST (request), FALSE);

  if (_signet_request_state_is_final (request->state))
    {
      g_set_error (error, SIGNET_ENROLMENT_ERROR, SIGNET_ENROLMENT_ERROR_STATE, "not possible: the request is %s",
                   signet_request_state_get_id (request->state));
      return FALSE;
    }
  installed = request->state == SIGNET_REQUEST_INSTALLED;
  if (interaction != NULL && !installed)
    tell_authority (&run);
  ok = _signet_enrolment_run_enter (&run, SIGNET_REQUEST_CANCELLED, error);
  if (ok)
    close_request (&run, installed);
  _signet_enrolment_run_end (&run);
  return ok;
}
