/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-lifecycle-run.c: one act moved on as far as it will go: consent, the plugin, the answer. "sent" is in the database before the first byte
 * leaves. Gone on with from there, nobody knows what the authority heard: it is asked how the certificate stands before it is asked again.
 * Blocking, for worker threads.
 */
#define G_LOG_DOMAIN "signet-lifecycle-run"

#include "config.h"

#include <signal.h>
#include <string.h>

#include "signet-broker-private.h"
#include "signet-lifecycle-private.h"

#include "../base/signet-base-error.h"
#include "../base/signet-text.h"

#define MAX_COOKIE SIGNET_REQUEST_MAX_COOKIE
#define MIN_WAIT   1
#define MAX_WAIT   (7 * 86400)

/* --- states ----------------------------------------------------------------------------------------------------------------------------- */

static void
stop_for_test (SignetLifecycleState state)
{
#if SIGNET_DEVELOPMENT
  g_autofree char *name = g_strconcat ("act-", signet_lifecycle_state_get_id (state), NULL);

  if (g_strcmp0 (g_getenv ("SIGNET_TEST_STOP_AT"), name) == 0)
    raise (SIGKILL);
#endif
}

static gboolean
enter (SignetEnrolmentRun *run, SignetLifecycle *act, SignetLifecycleState state, GError **error)
{
  SignetLifecycleState before = act->state;

  act->state = state;
  act->changed = signet_clock_now (run->enrolment->clock);
  if (!_signet_lifecycle_store_update (run->enrolment->store, act, error))
    {
      act->state = before;
      return FALSE;
    }
  _signet_request_event_note (run, signet_lifecycle_state_get_id (state), NULL, SIGNET_DELEGATION_NOT_TOLD);
  stop_for_test (state);
  return TRUE;
}

gboolean
_signet_lifecycle_note_sending (SignetEnrolmentRun *run, GError **error)
{
  return run->lifecycle == NULL || run->lifecycle->state != SIGNET_LIFECYCLE_ASKED || enter (run, run->lifecycle, SIGNET_LIFECYCLE_SENT, error);
}

/* The journal is a record, not a gate. */
static void
note (SignetEnrolmentRun *run, SignetLifecycle *act, const char *what)
{
  SignetJournalEntry entry = { .act = (char *) what, .subject = (char *) signet_certificate_get_holder (act->certificate),
                               .certificate = (char *) signet_certificate_get_sha256 (act->certificate) };
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autofree char *detail = NULL;
  g_autoptr (GError) error = NULL;
  JsonObject *object = json_object_new ();

  json_object_set_int_member (object, "act", act->id);
  json_object_set_string_member (object, "authority", act->authority);
  json_object_set_string_member (object, "serial", signet_certificate_get_serial (act->certificate));
  if (act->reason != NULL)
    json_object_set_string_member (object, "reason", act->reason);
  if (act->error != NULL)
    json_object_set_string_member (object, "error", act->error);
  json_node_take_object (node, object);
  entry.detail = detail = json_to_string (node, FALSE);
  if (run->enrolment->journal != NULL && !signet_journal_append (run->enrolment->journal, &entry, &error))
    g_warning ("journal: %s", error->message);
}

static void
note_end (SignetEnrolmentRun *run, SignetLifecycle *act)
{
  static const char *const done[] = { "certificate-revoked", "certificate-suspended", "certificate-resumed", NULL };
  static const char *const refused[] = { "revocation-refused", "suspension-refused", "resumption-refused", NULL };
  const char *what = act->state == SIGNET_LIFECYCLE_DONE ? done[act->act] : refused[act->act];

  if (what != NULL)
    note (run, act, what);
}

/* --- the plugin -------------------------------------------------------------------------------------------------------------------------- */

/* What the certificate was asked for with, when this computer knows: a protocol may need the reference number again. (transfer full) (nullable) */
static SignetRequest *
find_origin (SignetEnrolment *self, SignetCertificate *certificate)
{
  g_autoptr (GPtrArray) requests = _signet_request_store_list (self->store, NULL);

  for (guint i = 0; requests != NULL && i < requests->len; i++)
    {
      SignetRequest *request = requests->pdata[i];

      if (request->certificate != NULL && signet_certificate_equal (request->certificate, certificate))
        return g_object_ref (request);
    }
  return NULL;
}

static void
copy_fields (SignetRequest *from, SignetRequest *to)
{
  GHashTableIter iter;
  gpointer key, value;

  g_hash_table_iter_init (&iter, from->fields);
  while (g_hash_table_iter_next (&iter, &key, &value))
    g_hash_table_insert (to->fields, g_strdup (key), g_strdup (value));
}

/* The services of the broker work for a request: here one that stands for the act, in no table. */
static SignetRequest *
new_stand_in (SignetEnrolment *self, SignetLifecycle *act)
{
  SignetRequest *request = g_object_new (SIGNET_TYPE_REQUEST, NULL);
  g_autoptr (SignetRequest) origin = find_origin (self, act->certificate);

  request->state = SIGNET_REQUEST_CONFIRMED;
  request->authority = g_strdup (act->authority);
  request->label = g_strdup (act->label);
  request->subject = g_strdup (signet_certificate_get_subject (act->certificate));
  request->key_spec = g_strdup (origin != NULL ? origin->key_spec : "");
  request->key_sha256 = g_strdup (signet_certificate_get_key_sha256 (act->certificate));
  request->token_uri = g_strdup ("");
  request->token_label = g_strdup ("");
  request->secret_names = g_strdup (origin != NULL ? origin->secret_names : "");
  request->cookie = g_strdup (act->cookie);
  request->transaction = g_strdup (act->transaction);
  request->current = g_object_ref (act->certificate);
  if (origin != NULL)
    copy_fields (origin, request);
  return request;
}

static void
add_params (SignetEnrolmentRun *run, JsonObject *params)
{
  SignetLifecycle *act = run->lifecycle;

  json_object_set_object_member (params, "certificate", _signet_enrolment_certificate_json (act->certificate));
  json_object_set_boolean_member (params, "again", act->state == SIGNET_LIFECYCLE_SENT);
  if (act->reason != NULL)
    json_object_set_string_member (params, "reason", act->reason);
}

/* --- what it answers ---------------------------------------------------------------------------------------------------------------------- */

static gboolean
bad_answer (GError **error, const char *why)
{
  g_set_error (error, SIGNET_PLUGIN_ERROR, SIGNET_PLUGIN_ERROR_PROTOCOL, "the plugin's answer %s", why);
  return FALSE;
}

static void
set_text (char **to, const char *text)
{
  g_free (*to);
  *to = text != NULL ? signet_text_sanitize (text, -1, 200) : NULL;
}

static gboolean
take_status (SignetLifecycle *act, JsonObject *answer, GError **error)
{
  static const char *const known[] = { "good", "revoked", "suspended", "unknown", NULL };
  const char *status = _signet_broker_get_text (answer, "status");
  const char *since = _signet_broker_get_text (answer, "since");

  if (status == NULL || !g_strv_contains (known, status))
    return bad_answer (error, "names no status");
  set_text (&act->status, status);
  set_text (&act->status_reason, _signet_broker_get_text (answer, "reason"));
  if (since == NULL || !signet_time_parse_iso8601 (since, &act->status_since))
    act->status_since = SIGNET_TIME_UNKNOWN;
  return TRUE;
}

static gboolean
take_waiting (SignetEnrolmentRun *run, SignetLifecycle *act, JsonObject *answer, GError **error)
{
  const char *cookie = _signet_broker_get_text (answer, "cookie");

  if (cookie != NULL && strlen (cookie) > MAX_COOKIE)
    return bad_answer (error, "has a cookie that is too long");
  g_free (act->cookie);
  act->cookie = g_strdup (cookie);
  act->next_poll = signet_clock_now (run->enrolment->clock) + CLAMP (_signet_broker_get_int (answer, "check_after"), MIN_WAIT, MAX_WAIT);
  return enter (run, act, SIGNET_LIFECYCLE_WAITING, error);
}

static gboolean
take_answer (SignetEnrolmentRun *run, SignetLifecycle *act, JsonNode *node, GError **error)
{
  JsonObject *answer = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  const char *state = answer != NULL ? _signet_broker_get_text (answer, "state") : NULL;

  g_free (act->transaction);
  act->transaction = g_strdup (run->request->transaction);
  if (g_strcmp0 (state, "waiting") == 0)
    return take_waiting (run, act, answer, error);
  if (g_strcmp0 (state, "done") != 0)
    return bad_answer (error, "names no state");
  if (act->act == SIGNET_LIFECYCLE_STATUS && !take_status (act, answer, error))
    return FALSE;
  return enter (run, act, SIGNET_LIFECYCLE_DONE, error);
}

/* --- steps ---------------------------------------------------------------------------------------------------------------------------------- */

static gboolean
ask_consent (SignetEnrolmentRun *run, SignetLifecycle *act, GError **error)
{
  static const char *const kinds[] = { "revoke-certificate", "suspend-certificate", "resume-certificate" };
  SignetCertificate *certificate = act->certificate;
  const char *const names[] = { "subject", "serial", "authority", act->reason != NULL ? "reason" : NULL, NULL };
  const char *const values[] = { signet_certificate_get_subject (certificate), signet_certificate_get_serial (certificate),
                                 signet_authority_get_name (run->authority), act->reason, NULL };
  SignetConsent consent = { NULL, signet_certificate_get_holder (certificate), names, values };

  if (act->act == SIGNET_LIFECYCLE_STATUS || act->state != SIGNET_LIFECYCLE_ASKED)
    return TRUE;
  consent.kind = kinds[act->act];
  return signet_interaction_confirm (run->interaction, &consent, run->cancellable, error);
}

/* Killed between sending and hearing: did the authority do it? TRUE: it did, and nothing need be sent. */
static gboolean
is_done_already (SignetEnrolmentRun *run, SignetLifecycle *act)
{
  static const char *const wanted[] = { "revoked", "suspended", "good" };
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = NULL;
  JsonObject *answer;

  if (act->state != SIGNET_LIFECYCLE_SENT || act->act == SIGNET_LIFECYCLE_STATUS || !_signet_enrolment_run_can (run, "status", NULL))
    return FALSE;
  node = _signet_enrolment_run_call_with (run, "status", add_params, &error);
  if (node == NULL)
    return FALSE;
  answer = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  return answer != NULL && g_strcmp0 (_signet_broker_get_text (answer, "status"), wanted[act->act]) == 0;
}

static gboolean
step (SignetEnrolmentRun *run, SignetLifecycle *act, GError **error)
{
  g_autoptr (JsonNode) answer = NULL;

  if (!ask_consent (run, act, error))
    return FALSE;
  signet_interaction_progress (run->interaction, act->state == SIGNET_LIFECYCLE_WAITING ? "waiting" : "submitting", -1);
  if (is_done_already (run, act))
    return enter (run, act, SIGNET_LIFECYCLE_DONE, error);
  answer = _signet_enrolment_run_call_with (run, signet_lifecycle_act_get_id (act->act), add_params, error);
  return answer != NULL && take_answer (run, act, answer, error);
}

/* The authority's no is an end. Anything else (no network, no token, a wrong PIN, a no of the person) leaves the act where it is. */
static void
settle_error (SignetEnrolmentRun *run, SignetLifecycle *act, const GError *error)
{
  g_autoptr (GError) local = NULL;

  _signet_enrolment_run_forget_wrong (run, error);
  if (!g_error_matches (error, SIGNET_ENROLMENT_ERROR, SIGNET_ENROLMENT_ERROR_REJECTED) &&
      !g_error_matches (error, SIGNET_PLUGIN_ERROR, SIGNET_PLUGIN_ERROR_REJECTED))
    return;
  g_free (act->error);
  act->error = signet_text_sanitize (error->message, -1, 1000);
  if (!enter (run, act, SIGNET_LIFECYCLE_REFUSED, &local))
    g_warning ("cannot note how the act ended: %s", local->message);
}

static gboolean
open_run (SignetEnrolmentRun *run, SignetLifecycle *act, GError **error)
{
  const char *method = signet_lifecycle_act_get_id (act->act);
  g_autoptr (GError) local = NULL;

  run->authority = signet_enrolment_find_authority (run->enrolment, act->authority, error);
  if (run->authority == NULL || (run->plugin = _signet_enrolment_find_plugin (run->enrolment, run->authority, error)) == NULL)
    return FALSE;
  run->http = _signet_watched_http_new (run);
  if (_signet_enrolment_run_can (run, method, &local))
    return TRUE;
  if (local != NULL)
    g_propagate_error (error, g_steal_pointer (&local));
  else
    g_set_error (error, SIGNET_ENROLMENT_ERROR, SIGNET_ENROLMENT_ERROR_BY_HAND, "%s takes no request to %s over the network",
                 signet_authority_get_name (run->authority), method);
  return FALSE;
}

static gboolean
is_still_waiting (SignetEnrolmentRun *run, SignetLifecycle *act)
{
  return act->state == SIGNET_LIFECYCLE_WAITING && signet_clock_now (run->enrolment->clock) < act->next_poll;
}

gboolean
signet_enrolment_run_act (SignetEnrolment *self, SignetLifecycle *act, SignetInteraction *interaction, GCancellable *cancellable, GError **error)
{
  g_autoptr (SignetRequest) stand_in = NULL;
  g_autoptr (GError) local = NULL;
  SignetEnrolmentRun run = { .enrolment = self, .interaction = interaction, .cancellable = cancellable };

  g_return_val_if_fail (SIGNET_IS_ENROLMENT (self), FALSE);
  g_return_val_if_fail (SIGNET_IS_LIFECYCLE (act), FALSE);
  g_return_val_if_fail (SIGNET_IS_INTERACTION (interaction), FALSE);

  if (signet_lifecycle_is_over (act))
    return TRUE;
  stand_in = new_stand_in (self, act);
  run.request = stand_in;
  run.lifecycle = act;
  run.act = act->id;
  run.current = g_object_ref (act->certificate);
  if (open_run (&run, act, &local) && !is_still_waiting (&run, act) && !step (&run, act, &local))
    settle_error (&run, act, local);
  if (signet_lifecycle_is_over (act))
    {
      _signet_request_secret_forget (stand_in);
      note_end (&run, act);
    }
  _signet_enrolment_run_end (&run);
  if (local == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

gboolean
signet_enrolment_give_up_act (SignetEnrolment *self, SignetLifecycle *act, GError **error)
{
  g_autoptr (SignetRequest) stand_in = NULL;
  SignetEnrolmentRun run = { .enrolment = self };

  g_return_val_if_fail (SIGNET_IS_ENROLMENT (self), FALSE);
  g_return_val_if_fail (SIGNET_IS_LIFECYCLE (act), FALSE);

  if (signet_lifecycle_is_over (act))
    {
      g_set_error (error, SIGNET_ENROLMENT_ERROR, SIGNET_ENROLMENT_ERROR_STATE, "the act is %s already", signet_lifecycle_state_get_id (act->state));
      return FALSE;
    }
  stand_in = new_stand_in (self, act);
  run.request = stand_in;
  run.act = act->id;
  if (!enter (&run, act, SIGNET_LIFECYCLE_FAILED, error))
    return FALSE;
  _signet_request_secret_forget (stand_in);
  return TRUE;
}
