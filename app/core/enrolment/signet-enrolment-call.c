/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-enrolment-call.c: a method of the plugin called for a request: what it is told, and whose error it is when nothing comes of it.
 * Blocking, for worker threads.
 */
#define G_LOG_DOMAIN "signet-enrolment-call"

#include "config.h"

#include "signet-enrolment-private.h"

#include <string.h>

#define CALL_SECONDS 60

/* --- what it is told --------------------------------------------------------------------------------------------------------- */

JsonObject *
_signet_enrolment_certificate_json (SignetCertificate *certificate)
{
  GBytes *der = signet_certificate_get_der (certificate);
  g_autofree char *text = g_base64_encode (g_bytes_get_data (der, NULL), g_bytes_get_size (der));
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "certificate", text);
  json_object_set_string_member (object, "serial", signet_certificate_get_serial (certificate));
  json_object_set_string_member (object, "issuer", signet_certificate_get_issuer (certificate));
  json_object_set_string_member (object, "sha256", signet_certificate_get_sha256 (certificate));
  return object;
}

static JsonObject *
fields_json (SignetRequest *request)
{
  JsonObject *fields = json_object_new ();
  GHashTableIter iter;
  gpointer key, value;

  g_hash_table_iter_init (&iter, request->fields);
  while (g_hash_table_iter_next (&iter, &key, &value))
    json_object_set_string_member (fields, key, value);
  return fields;
}

/* Names alone: a secret's value stays here. */
static JsonArray *
secrets_json (SignetRequest *request)
{
  JsonArray *secrets = json_array_new ();
  g_auto (GStrv) names = g_strsplit (request->secret_names, ";", -1);

  for (gsize i = 0; names[i] != NULL; i++)
    if (*names[i] != '\0')
      json_array_add_string_element (secrets, names[i]);
  return secrets;
}

/* What was attached: the content is for file.read and body_file. */
static JsonArray *
files_json (SignetEnrolment *enrolment, SignetRequest *request)
{
  JsonArray *array = json_array_new ();
  g_autoptr (GPtrArray) files = signet_enrolment_list_files (enrolment, request, NULL);

  for (guint i = 0; files != NULL && i < files->len; i++)
    {
      const SignetRequestFile *file = files->pdata[i];
      JsonObject *object = json_object_new ();

      json_object_set_string_member (object, "id", file->field);
      json_object_set_string_member (object, "name", file->name);
      json_object_set_int_member (object, "size", file->size);
      json_object_set_string_member (object, "sha256", file->sha256);
      json_array_add_object_element (array, object);
    }
  return array;
}

static JsonObject *
request_json (SignetEnrolment *enrolment, SignetRequest *request)
{
  JsonObject *object = json_object_new ();

  json_object_set_int_member (object, "id", request->id);
  json_object_set_string_member (object, "kind", signet_request_kind_get_id (request->kind));
  json_object_set_string_member (object, "subject", request->subject);
  json_object_set_string_member (object, "key_type", request->key_spec);
  json_object_set_boolean_member (object, "keeps_key", request->keeps_key);
  json_object_set_string_member (object, "transaction", request->attempt != NULL ? request->attempt : "");
  /* it may have been sent before, and the answer lost with us */
  json_object_set_boolean_member (object, "again", request->state == SIGNET_REQUEST_SUBMITTED);
  if (request->current != NULL)
    json_object_set_object_member (object, "current", _signet_enrolment_certificate_json (request->current));
  json_object_set_object_member (object, "fields", fields_json (request));
  json_object_set_array_member (object, "secrets", secrets_json (request));
  json_object_set_array_member (object, "files", files_json (enrolment, request));
  return object;
}

static JsonNode *
call_params (SignetEnrolmentRun *run, void (*add) (SignetEnrolmentRun *, JsonObject *))
{
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *params = json_object_new ();

  json_object_set_object_member (params, "profile", _signet_enrolment_profile_json (run->authority));
  json_object_set_object_member (params, "request", request_json (run->enrolment, run->request));
  if (run->request->cookie != NULL)
    json_object_set_string_member (params, "cookie", run->request->cookie);
  if (add != NULL)
    add (run, params);
  json_node_take_object (node, params);
  return node;
}

/* --- the call ---------------------------------------------------------------------------------------------------------------- */

static gboolean
start (SignetEnrolmentRun *run, GError **error)
{
  if (run->process == NULL)
    run->process = _signet_enrolment_start_plugin (run->enrolment, run->plugin, run->authority, run->interaction, run->cancellable, error);
  return run->process != NULL;
}

gboolean
_signet_enrolment_run_can (SignetEnrolmentRun *run, const char *method, GError **error)
{
  return start (run, error) && signet_plugin_process_has_method (run->process, method);
}

JsonNode *
_signet_enrolment_run_call_with (SignetEnrolmentRun *run,
                                 const char *method,
                                 void (*add) (SignetEnrolmentRun *, JsonObject *),
                                 GError **error)
{
  g_autoptr (GError) local = NULL;
  JsonNode *result = NULL;

  if (!start (run, error))
    return NULL;
  g_clear_error (&run->served);
  run->method = method;
  result = signet_plugin_process_call (run->process, method, call_params (run, add), CALL_SECONDS, _signet_enrolment_serve, run,
                                       run->cancellable, &local);
  run->method = NULL;
  if (result != NULL)
    return result;
  if (run->served != NULL && local->domain == SIGNET_PLUGIN_ERROR && local->code != SIGNET_PLUGIN_ERROR_PROTOCOL)
    g_propagate_error (error, g_steal_pointer (&run->served));
  else
    g_propagate_error (error, g_steal_pointer (&local));
  return NULL;
}

JsonNode *
_signet_enrolment_run_call (SignetEnrolmentRun *run, const char *method, GError **error)
{
  return _signet_enrolment_run_call_with (run, method, NULL, error);
}
