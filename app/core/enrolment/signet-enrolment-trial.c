/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-enrolment-trial.c: see the header. The throw-away key never leaves this file but as signatures. */
#define G_LOG_DOMAIN "signet-enrolment-trial"

#include "config.h"

#include "signet-enrolment-trial.h"
#include "signet-enrolment-private.h"
#include "signet-life-private.h"

#include <openssl/evp.h>
#include <string.h>

#include "../base/signet-base-error.h"
#include "../base/signet-software-signer.h"

#define KEY_SPEC "ec-p256"

/* --- the key that stands for a token's ------------------------------------------------------------------------------------- */

static SignetSigner *
new_throw_away_signer (void)
{
  EVP_PKEY *key = EVP_EC_gen ("P-256");
  SignetSigner *signer = signet_software_signer_new (key);

  EVP_PKEY_free (key);
  return signer;
}

/* --- a request nobody keeps -------------------------------------------------------------------------------------------------- */

static void
copy_fields (SignetRequest *request, GHashTable *fields)
{
  GHashTableIter iter;
  gpointer key, value;

  if (fields == NULL)
    return;
  g_hash_table_iter_init (&iter, fields);
  while (g_hash_table_iter_next (&iter, &key, &value))
    g_hash_table_insert (request->fields, g_strdup (key), g_strdup (value));
}

/* Numbers of real requests name their secrets in the key ring: one of a trial must not be among them. */
static gboolean
begin_high (SignetStore *store, GError **error)
{
  g_autofree char *sql = g_strdup_printf ("INSERT INTO sqlite_sequence (name, seq) VALUES ('request', %" G_GINT64_FORMAT ")",
                                          ((gint64) g_random_int () << 20) + ((gint64) 1 << 54));

  if (!signet_store_begin (store, error))
    return FALSE;
  if (sqlite3_exec (signet_store_get_handle (store), sql, NULL, NULL, NULL) != SQLITE_OK)
    {
      signet_store_set_error (store, error, "beginning a trial");
      signet_store_rollback (store);
      return FALSE;
    }
  return signet_store_commit (store, error);
}

static SignetRequest *
new_request (SignetEnrolment *self, const SignetEnrolmentTrial *trial, GError **error)
{
  g_autoptr (SignetRequest) request = g_object_new (SIGNET_TYPE_REQUEST, NULL);

  copy_fields (request, trial->fields);
  request->state = SIGNET_REQUEST_SUBMITTED;
  request->authority = g_strdup (signet_authority_get_id (trial->authority));
  request->token_uri = g_strdup ("pkcs11:token=trial");
  request->token_label = g_strdup ("throw-away key");
  request->key_spec = g_strdup (KEY_SPEC);
  request->subject = g_strdup (trial->subject);
  request->label = g_strdup ("trial");
  request->cookie = g_strdup (trial->cookie);
  request->secret_names = g_strjoinv (";", (char **) signet_plugin_manifest_get_secrets (trial->plugin));
  request->created = request->changed = signet_clock_now (self->clock);
  _signet_request_new_attempt (request);
  return begin_high (self->store, error) && _signet_request_store_insert (self->store, request, error) ? g_steal_pointer (&request) : NULL;
}

/* --- the call ---------------------------------------------------------------------------------------------------------------- */

static gboolean
start (SignetEnrolmentRun *run, const SignetEnrolmentTrial *trial, GError **error)
{
  SignetPluginUse use = { .consents = run->enrolment->consents, .authority = signet_authority_get_id (trial->authority), .trial = TRUE,
                          .tap = trial->tap, .tap_data = trial->tap_data };

  run->process = signet_plugin_process_start (trial->plugin, &use, run->cancellable, error);
  return run->process != NULL;
}

static void
copy_member (JsonObject *from, const char *name, JsonNode *node, gpointer to)
{
  json_object_set_member (to, name, json_node_copy (node));
}

static __thread const SignetEnrolmentTrial *current_trial;

static void
add_params (SignetEnrolmentRun *run, JsonObject *params)
{
  if (current_trial->params != NULL)
    json_object_foreach_member (current_trial->params, copy_member, params);
}

JsonNode *
signet_enrolment_try (SignetEnrolment *self, const SignetEnrolmentTrial *trial, SignetInteraction *interaction, GCancellable *cancellable,
                      GError **error)
{
  g_autoptr (SignetRequest) request = new_request (self, trial, error);
  SignetEnrolmentRun run = { .enrolment = self, .request = request, .authority = trial->authority, .plugin = trial->plugin,
                             .interaction = interaction, .cancellable = cancellable, .spoke = trial->secret, .spoke_data = trial->tap_data };
  JsonNode *result = NULL;

  if (request == NULL)
    return NULL;
  run.http = _signet_watched_http_new (&run);
  run.signer = new_throw_away_signer ();
  current_trial = trial;
  if (start (&run, trial, error))
    result = _signet_enrolment_run_call_with (&run, trial->method, add_params, error);
  current_trial = NULL;
  _signet_request_secret_forget (request);
  _signet_enrolment_run_end (&run);
  return result;
}
