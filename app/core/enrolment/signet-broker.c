/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-broker.c: what a plugin may ask for inside a call. Everything it names is checked against its manifest; everything that
 * is signed is built here, shown to the person, and is one of the typed objects: there is no sign(bytes). Secrets come by name
 * only. Larger services have files of their own. Runs on the thread of the call.
 */
#define G_LOG_DOMAIN "signet-broker"

#include "config.h"

#include "signet-broker-private.h"

#include <string.h>

#include "../base/signet-base-error.h"
#include "../base/signet-text.h"

#define MAX_LOG 500

/* --- reading params ----------------------------------------------------------------------------------------------------------
 */

const char *
_signet_broker_get_text (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_STRING)
    return NULL;
  return json_node_get_string (node);
}

JsonObject *
_signet_broker_get_object (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

gint64
_signet_broker_get_int (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_INT64
             ? json_node_get_int (node)
             : 0;
}

gboolean
_signet_broker_get_boolean (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_BOOLEAN &&
         json_node_get_boolean (node);
}

gboolean
_signet_broker_deny (GError **error, const char *what)
{
  g_set_error (error, SIGNET_PLUGIN_ERROR, SIGNET_PLUGIN_ERROR_DENIED, "the plugin may not %s", what);
  return FALSE;
}

gboolean
_signet_broker_misuse (GError **error, const char *what)
{
  g_set_error (error, SIGNET_PLUGIN_ERROR, SIGNET_PLUGIN_ERROR_PROTOCOL, "the plugin asks wrongly: %s", what);
  return FALSE;
}

void
_signet_broker_take_base64 (JsonObject *object, const char *name, GBytes *bytes)
{
  gsize length;
  const guint8 *data = g_bytes_get_data (bytes, &length);
  g_autofree char *text = g_base64_encode (data, length);

  json_object_set_string_member (object, name, text);
}

/* Manifest and profile: "*profile*" stands for the hosts of the profile the person chose. */
char **
_signet_broker_allowed_hosts (SignetEnrolmentRun *run)
{
  const char *const *declared = signet_plugin_manifest_get_hosts (run->plugin);
  g_autoptr (GStrvBuilder) hosts = g_strv_builder_new ();

  for (gsize i = 0; declared[i] != NULL; i++)
    {
      g_auto (GStrv) of_profile = strcmp (declared[i], "*profile*") == 0 ? signet_authority_dup_hosts (run->authority) : NULL;

      if (of_profile != NULL)
        g_strv_builder_addv (hosts, (const char **) of_profile);
      else
        g_strv_builder_add (hosts, declared[i]);
    }
  return g_strv_builder_end (hosts);
}

/* {"secret": "id"}: the id, when the manifest declares it. */
const char *
_signet_broker_secret_reference (SignetEnrolmentRun *run, JsonObject *reference, GError **error)
{
  const char *id = reference != NULL ? _signet_broker_get_text (reference, "secret") : NULL;

  return _signet_broker_check_secret (run, id, error) ? id : NULL;
}

gboolean
_signet_broker_check_secret (SignetEnrolmentRun *run, const char *id, GError **error)
{
  if (id == NULL)
    return _signet_broker_misuse (error, "no secret is named");
  return g_strv_contains (signet_plugin_manifest_get_secrets (run->plugin), id) || _signet_broker_deny (error, "use this secret");
}

/* Before the first byte leaves: from here on the authority may know of the request. */
void
_signet_broker_note_sending (gpointer data)
{
  SignetEnrolmentRun *run = data;
  SignetRequest *request = run->request;
  g_autoptr (GError) error = NULL;

  if (request == NULL || request->state != SIGNET_REQUEST_KEY_MADE)
    return;
  /* it waits from here on, however long it lay as a draft */
  if (request->expires != SIGNET_TIME_UNKNOWN)
    request->expires += signet_clock_now (run->enrolment->clock) - request->changed;
  if (!_signet_enrolment_run_enter (run, SIGNET_REQUEST_SUBMITTED, &error))
    g_warning ("cannot note that the request was sent: %s", error->message);
}

/* A plugin with a network of its own may send what it was given before we hear of it. */
void
_signet_broker_note_given (SignetEnrolmentRun *run)
{
  if (signet_plugin_manifest_has_network (run->plugin))
    _signet_broker_note_sending (run);
}

/* --- progress, log, ask -------------------------------------------------------------------------------------------------------
 */

static JsonObject *
serve_progress (SignetEnrolmentRun *run, JsonObject *params, GError **error)
{
  const char *step = _signet_broker_get_text (params, "step");
  gboolean is_code =
      step != NULL && *step != '\0' && strlen (step) <= 32 && strspn (step, "abcdefghijklmnopqrstuvwxyz-") == strlen (step);

  if (run->interaction != NULL)
    signet_interaction_progress (run->interaction, is_code ? step : "submitting", -1);
  return json_object_new ();
}

static JsonObject *
serve_log (SignetEnrolmentRun *run, JsonObject *params, GError **error)
{
  g_autofree char *text =
      signet_text_sanitize (_signet_broker_get_text (params, "text") != NULL ? _signet_broker_get_text (params, "text") : "", -1,
                            MAX_LOG);

  g_info ("%s: %s", signet_plugin_manifest_get_id (run->plugin), text);
  return json_object_new ();
}

/* At once: where a plugin needs several steps to submit, a kill between them must not make it begin anew. */
static JsonObject *
serve_cookie (SignetEnrolmentRun *run, JsonObject *params, GError **error)
{
  const char *cookie = _signet_broker_get_text (params, "cookie");

  if (run->request == NULL || cookie == NULL || strlen (cookie) > SIGNET_REQUEST_MAX_COOKIE)
    {
      _signet_broker_misuse (error, "a cookie that is no text, or too long");
      return NULL;
    }
  g_free (run->request->cookie);
  run->request->cookie = g_strdup (cookie);
  return _signet_request_store_update (run->enrolment->store, run->request, error) ? json_object_new () : NULL;
}

/* Secrets stay here: the plugin learns that they are there. */
static JsonObject *
answer_form (SignetEnrolmentRun *run, GHashTable *values, GHashTable *secrets)
{
  JsonObject *result = json_object_new ();
  JsonObject *plain = json_object_new ();
  JsonArray *names = json_array_new ();
  GHashTableIter iter;
  gpointer key, value;

  g_hash_table_iter_init (&iter, values);
  while (g_hash_table_iter_next (&iter, &key, &value))
    json_object_set_string_member (plain, key, value);
  g_hash_table_iter_init (&iter, secrets);
  while (g_hash_table_iter_next (&iter, &key, &value))
    {
      _signet_request_secret_keep (run->request, key, value);
      if (run->spoke != NULL)
        run->spoke (value, run->spoke_data);
      json_array_add_string_element (names, key);
    }
  json_object_set_object_member (result, "values", plain);
  json_object_set_array_member (result, "secrets", names);
  return result;
}

/* A plugin learns the name of a file and reads what is in it; where it lies on this computer is not its business. */
static gboolean
attach_files (SignetEnrolmentRun *run, SignetForm *form, GHashTable *values, GError **error)
{
  for (guint i = 0; i < signet_form_get_n_fields (form); i++)
    {
      const SignetField *field = signet_form_get_field (form, i);
      const char *path = field->kind == SIGNET_FIELD_FILE ? g_hash_table_lookup (values, field->id) : NULL;
      char *name = NULL;

      if (path == NULL || *path == '\0')
        continue;
      if (run->request == NULL || !signet_enrolment_attach (run->enrolment, run->request, field->id, path, error))
        return FALSE;
      name = g_path_get_basename (path);
      g_hash_table_replace (values, g_strdup (field->id), name);
    }
  return TRUE;
}

static JsonObject *
serve_ask (SignetEnrolmentRun *run, JsonObject *params, GError **error)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autoptr (SignetForm) form = NULL;
  g_autoptr (GHashTable) values = NULL;
  g_autoptr (GHashTable) secrets = NULL;

  json_node_set_object (node, params);
  form = _signet_enrolment_form_parse (node, error);
  if (form != NULL)
    signet_form_set_asker (form, signet_plugin_manifest_get_name (run->plugin));
  if (form == NULL || !signet_interaction_ask_form (run->interaction, form, &values, &secrets, run->cancellable, error) ||
      !attach_files (run, form, values, error))
    return NULL;
  return answer_form (run, values, secrets);
}

/* --- the new key --------------------------------------------------------------------------------------------------- */

/* Borrowed (nullable): the new key, once the person agreed to what it will sign */
SignetSigner *
_signet_broker_proof_signer (SignetEnrolmentRun *run, GError **error)
{
  return _signet_enrolment_run_consent (run, error) ? _signet_enrolment_run_signer (run, error) : NULL;
}

EVP_PKEY *
_signet_broker_proof_key (SignetEnrolmentRun *run, GError **error)
{
  SignetSigner *signer = _signet_broker_proof_signer (run, error);

  return signer != NULL ? signet_signer_new_evp_pkey (signer, error) : NULL;
}

/* --- the counter --------------------------------------------------------------------------------------------------- */

static const struct
{
  const char *method;
  const char *permission; /* (nullable): in Methods of the manifest */
  SignetBrokerService serve;
} services[] = {
  { "http.request", "http", _signet_broker_serve_http },
  { "csr.make", "csr", _signet_broker_serve_csr },
  { "cmp.run", "cmp", _signet_broker_serve_cmp },
  { "scep.make", "scep", _signet_broker_serve_scep_make },
  { "scep.open", "scep", _signet_broker_serve_scep_open },
  { "transport.key", "transport", _signet_broker_serve_transport },
  { "cookie.keep", NULL, serve_cookie },
  { "file.read", NULL, _signet_broker_serve_file },
  { "ask", NULL, serve_ask },
  { "progress", NULL, serve_progress },
  { "log", NULL, serve_log },
};

static JsonObject *
dispatch (SignetEnrolmentRun *run, const char *method, JsonObject *params, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (services); i++)
    if (strcmp (services[i].method, method) == 0)
      {
        if (services[i].permission == NULL ||
            g_strv_contains (signet_plugin_manifest_get_methods (run->plugin), services[i].permission))
          return services[i].serve (run, params, error);
        break;
      }
  _signet_broker_deny (error, "ask for this");
  return NULL;
}

JsonNode *
_signet_enrolment_serve (const char *method, JsonObject *params, gpointer user_data, GCancellable *cancellable, GError **error)
{
  SignetEnrolmentRun *run = user_data;
  g_autoptr (GError) local = NULL;
  JsonObject *result = dispatch (run, method, params, &local);
  JsonNode *node;

  if (result == NULL)
    {
      g_clear_error (&run->served);
      run->served = g_error_copy (local);
      g_propagate_error (error, g_steal_pointer (&local));
      return NULL;
    }
  node = json_node_new (JSON_NODE_OBJECT);
  json_node_take_object (node, result);
  return node;
}
