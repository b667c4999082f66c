/* SPDX-License-Identifier: MIT */
/* signet-sdk.c: the conversation with Signet: one JSON object a line on stdin and stdout. Single-threaded. */
#define G_LOG_DOMAIN "signet-sdk"

#include "signet-sdk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct _SignetSdk
{
  const SignetSdkEntry *methods;
  gpointer              user_data;
  gint64                last_id;
  gboolean              over;
};

G_DEFINE_QUARK (signet-sdk-error-quark, signet_sdk_error)

static const char *const codes[] = {
  [SIGNET_SDK_ERROR_FAILED] = "failed",
  [SIGNET_SDK_ERROR_REJECTED] = "rejected",
  [SIGNET_SDK_ERROR_TRY_LATER] = "try-later",
  [SIGNET_SDK_ERROR_UNREACHABLE] = "unreachable",
  [SIGNET_SDK_ERROR_DENIED] = "denied",
  [SIGNET_SDK_ERROR_CANCELLED] = "cancelled",
  [SIGNET_SDK_ERROR_WRONG_SECRET] = "wrong-secret",
};

const char *
signet_sdk_get_string (JsonObject *object, const char *name)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, name) : NULL;

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_STRING)
    return NULL;
  return json_node_get_string (node);
}

JsonObject *
signet_sdk_get_object (JsonObject *object, const char *name)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, name) : NULL;

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

gint64
signet_sdk_get_int (JsonObject *object, const char *name)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, name) : NULL;

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_INT64)
    return 0;
  return json_node_get_int (node);
}

/* Takes @object. */
static void
write_object (JsonObject *object)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autofree char *text = NULL;

  json_node_take_object (node, object);
  text = json_to_string (node, FALSE);
  printf ("%s\n", text);
  fflush (stdout);
}

/* NULL at the end of the input, or when the host writes what is not JSON: then there is nobody to tell. */
static JsonObject *
read_object (SignetSdk *sdk)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  char *line = NULL;
  size_t size = 0;
  ssize_t length = getline (&line, &size, stdin);
  JsonObject *object = NULL;

  if (length > 0 && json_parser_load_from_data (parser, line, length, NULL) && JSON_NODE_HOLDS_OBJECT (json_parser_get_root (parser)))
    object = json_object_ref (json_node_get_object (json_parser_get_root (parser)));
  free (line);
  sdk->over = object == NULL;
  return object;
}

static void
set_refusal (JsonObject *refusal, GError **error)
{
  const char *code = signet_sdk_get_string (refusal, "code");
  const char *text = signet_sdk_get_string (refusal, "text");
  guint number = SIGNET_SDK_ERROR_FAILED;

  for (guint i = 0; i < G_N_ELEMENTS (codes); i++)
    if (g_strcmp0 (code, codes[i]) == 0)
      number = i;
  g_set_error_literal (error, SIGNET_SDK_ERROR, (int) number, text != NULL ? text : "the host refused");
}

JsonObject *
signet_sdk_ask (SignetSdk *sdk, const char *method, JsonObject *params, GError **error)
{
  JsonObject *request = json_object_new ();
  g_autoptr (JsonObject) answer = NULL;
  JsonObject *result;

  json_object_set_int_member (request, "id", ++sdk->last_id);
  json_object_set_string_member (request, "method", method);
  json_object_set_object_member (request, "params", params);
  write_object (request);
  answer = read_object (sdk);
  if (answer == NULL || signet_sdk_get_int (answer, "id") != sdk->last_id)
    {
      g_set_error (error, SIGNET_SDK_ERROR, SIGNET_SDK_ERROR_FAILED, "the host did not answer");
      return NULL;
    }
  if ((result = signet_sdk_get_object (answer, "result")) != NULL)
    return json_object_ref (result);
  set_refusal (signet_sdk_get_object (answer, "error"), error);
  return NULL;
}

static void
notify (const char *method, JsonObject *params)
{
  JsonObject *notice = json_object_new ();

  json_object_set_string_member (notice, "method", method);
  json_object_set_object_member (notice, "params", params);
  write_object (notice);
}

void
signet_sdk_progress (SignetSdk *sdk, const char *step, double fraction)
{
  JsonObject *params = json_object_new ();

  json_object_set_string_member (params, "step", step);
  json_object_set_double_member (params, "fraction", fraction);
  notify ("progress", params);
}

void
signet_sdk_log (SignetSdk *sdk, const char *text)
{
  JsonObject *params = json_object_new ();

  json_object_set_string_member (params, "text", text);
  notify ("log", params);
}

/* --- methods ------------------------------------------------------------------------------------------------------------ */

static JsonObject *
hello (SignetSdk *sdk)
{
  JsonObject *result = json_object_new ();
  JsonArray *names = json_array_new ();

  for (const SignetSdkEntry *entry = sdk->methods; entry->name != NULL; entry++)
    json_array_add_string_element (names, entry->name);
  json_object_set_int_member (result, "api", SIGNET_SDK_API);
  json_object_set_array_member (result, "methods", names);
  return result;
}

static JsonObject *
run_method (SignetSdk *sdk, const char *method, JsonObject *params, GError **error)
{
  g_autoptr (JsonObject) nothing = json_object_new ();

  if (g_strcmp0 (method, "hello") == 0)
    return hello (sdk);
  for (const SignetSdkEntry *entry = sdk->methods; entry->name != NULL; entry++)
    if (g_strcmp0 (entry->name, method) == 0)
      return entry->run (sdk, params != NULL ? params : nothing, sdk->user_data, error);
  g_set_error (error, SIGNET_SDK_ERROR, SIGNET_SDK_ERROR_FAILED, "this plugin has no method %s", method != NULL ? method : "");
  return NULL;
}

static void
answer_call (SignetSdk *sdk, JsonObject *call)
{
  g_autoptr (GError) error = NULL;
  JsonObject *result = run_method (sdk, signet_sdk_get_string (call, "method"), signet_sdk_get_object (call, "params"), &error);
  JsonObject *answer = json_object_new ();

  json_object_set_int_member (answer, "id", signet_sdk_get_int (call, "id"));
  if (result != NULL)
    json_object_set_object_member (answer, "result", result);
  else
    {
      JsonObject *refusal = json_object_new ();
      gboolean ours = error != NULL && error->domain == SIGNET_SDK_ERROR && (guint) error->code < G_N_ELEMENTS (codes);

      json_object_set_string_member (refusal, "code", codes[ours ? error->code : SIGNET_SDK_ERROR_FAILED]);
      json_object_set_string_member (refusal, "text", error != NULL ? error->message : "no reason given");
      json_object_set_object_member (answer, "error", refusal);
    }
  write_object (answer);
}

int
signet_sdk_main (const SignetSdkEntry *methods, gpointer user_data)
{
  SignetSdk sdk = { methods, user_data, 0, FALSE };

  for (;;)
    {
      g_autoptr (JsonObject) call = read_object (&sdk);

      if (call == NULL)
        return 0;
      answer_call (&sdk, call);
      if (sdk.over)
        return 0;
    }
}
