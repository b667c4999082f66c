/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-plugin-conformance.c: hello, unknown methods, junk, forms, what it asks for, cookies over a restart, every line by the schema, and
 * that it goes when it is told to. What the world answers is played by us: requests are answered with made-up bytes, servers with
 * one status after another.
 */
#define G_LOG_DOMAIN "signet-plugin-conformance"

#include "config.h"

#include "signet-plugin-conformance.h"
#include "signet-plugin-private.h"

#include <string.h>

#include "../base/signet-text.h"

#define CALL_SECONDS 15
#define COOKIE_OF_NOBODY "bm9ib2R5IGdhdmUgdGhpcw=="

typedef struct {
  SignetPluginManifest *manifest;
  SignetPluginSchema   *schema;
  JsonObject           *profile;    /* (nullable) */
  SignetPluginUse       use;        /* with our tap */
  GCancellable         *cancellable;
  GPtrArray            *findings;
  char                 *misfit;     /* (nullable): the first line of its that does not fit the schema */
  char                 *overreach;  /* (nullable): the first thing it asked for that its manifest does not name */
  int                   status;     /* what servers answer just now; 0: everything is refused */
} Trial;

void
signet_plugin_finding_free (SignetPluginFinding *finding)
{
  if (finding == NULL)
    return;
  g_free (finding->detail);
  g_free (finding);
}

static void
find (Trial *trial, const char *code, gboolean good, const char *detail)
{
  SignetPluginFinding *finding = g_new0 (SignetPluginFinding, 1);

  finding->code = code;
  finding->good = good;
  finding->detail = detail != NULL ? signet_text_sanitize (detail, -1, 500) : NULL;
  g_ptr_array_add (trial->findings, finding);
}

static void
on_line (gboolean to_plugin, const char *line, gsize length, gpointer data)
{
  Trial *trial = data;

  if (!to_plugin && trial->misfit == NULL)
    trial->misfit = signet_plugin_schema_check (trial->schema, line, length);
}

/* --- the world it asks ----------------------------------------------------------------------------------------------------- */

static const struct {
  const char *service;
  const char *permission;
} permissions[] = {
  { "http.request", "http" }, { "csr.make", "csr" }, { "cmp.run", "cmp" }, { "scep.make", "scep" }, { "scep.open", "scep" }, { "transport.key", "transport" },
};

static gboolean
may_ask (SignetPluginManifest *manifest, const char *service)
{
  for (gsize i = 0; i < G_N_ELEMENTS (permissions); i++)
    if (strcmp (permissions[i].service, service) == 0)
      return g_strv_contains (signet_plugin_manifest_get_methods (manifest), permissions[i].permission);
  return TRUE;
}

/* Every {"secret": id} anywhere in what it asks. */
static gboolean
names_only_its_secrets (SignetPluginManifest *manifest, JsonNode *node)
{
  if (JSON_NODE_HOLDS_ARRAY (node))
    {
      for (guint i = 0; i < json_array_get_length (json_node_get_array (node)); i++)
        if (!names_only_its_secrets (manifest, json_array_get_element (json_node_get_array (node), i)))
          return FALSE;
    }
  else if (JSON_NODE_HOLDS_OBJECT (node))
    {
      JsonObject *object = json_node_get_object (node);
      const char *secret = json_object_get_string_member_with_default (object, "secret", NULL);
      g_autoptr (GList) members = json_object_get_values (object);

      if (secret != NULL && !g_strv_contains (signet_plugin_manifest_get_secrets (manifest), secret))
        return FALSE;
      for (GList *at = members; at != NULL; at = at->next)
        if (!names_only_its_secrets (manifest, at->data))
          return FALSE;
    }
  return TRUE;
}

static JsonNode *
take (JsonObject *object)
{
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);

  json_node_take_object (node, object);
  return node;
}

static JsonNode *
answer_service (Trial *trial, const char *service)
{
  JsonObject *object = json_object_new ();

  if (strcmp (service, "http.request") == 0)
    {
      json_object_set_int_member (object, "status", trial->status);
      json_object_set_int_member (object, "retry_after", 0);
      json_object_set_string_member (object, "content_type", "text/plain");
      json_object_set_string_member (object, "body", "bm90aGluZyBvZiB1c2U=");
    }
  else if (strcmp (service, "csr.make") == 0)
    json_object_set_string_member (object, "csr", "MAA=");
  else if (strcmp (service, "transport.key") == 0)
    json_object_set_string_member (object, "spki", "MAA=");
  return take (object);
}

static JsonNode *
serve (const char *service, JsonObject *params, gpointer data, GCancellable *cancellable, GError **error)
{
  Trial *trial = data;
  g_autoptr (JsonNode) asked = json_node_new (JSON_NODE_OBJECT);

  json_node_set_object (asked, params);
  if (trial->overreach == NULL && !may_ask (trial->manifest, service))
    trial->overreach = g_strdup_printf ("%s is not among its Methods", service);
  if (trial->overreach == NULL && !names_only_its_secrets (trial->manifest, asked))
    trial->overreach = g_strdup ("a secret is not among its Secrets");
  if (trial->status == 0 || strcmp (service, "ask") == 0 || strcmp (service, "cmp.run") == 0)
    {
      g_set_error (error, SIGNET_PLUGIN_ERROR, SIGNET_PLUGIN_ERROR_DENIED, "nothing is given here");
      return NULL;
    }
  return answer_service (trial, service);
}

/* --- what it gets ------------------------------------------------------------------------------------------------------------ */

static JsonObject *
new_request (void)
{
  JsonObject *request = json_object_new ();
  JsonObject *fields = json_object_new ();

  json_object_set_string_member (fields, "name", "Li Na (sample)");
  json_object_set_int_member (request, "id", 1);
  json_object_set_string_member (request, "kind", "new");
  json_object_set_string_member (request, "subject", "CN=Li Na (sample)");
  json_object_set_string_member (request, "key_type", "ec-p256");
  json_object_set_object_member (request, "fields", fields);
  json_object_set_array_member (request, "secrets", json_array_new ());
  return request;
}

static JsonNode *
new_params (Trial *trial, gboolean with_request, const char *cookie)
{
  JsonObject *params = json_object_new ();

  json_object_set_object_member (params, "profile", trial->profile != NULL ? json_object_ref (trial->profile) : json_object_new ());
  if (with_request)
    json_object_set_object_member (params, "request", new_request ());
  if (cookie != NULL)
    json_object_set_string_member (params, "cookie", cookie);
  return take (params);
}

/* Ended, hung or broken; not: refused. */
static gboolean
is_lost (const GError *error)
{
  return error != NULL && error->domain == SIGNET_PLUGIN_ERROR &&
         (error->code == SIGNET_PLUGIN_ERROR_DIED || error->code == SIGNET_PLUGIN_ERROR_TIMEOUT || error->code == SIGNET_PLUGIN_ERROR_PROTOCOL);
}

static JsonNode *
call (Trial *trial, SignetPluginProcess *process, const char *method, JsonNode *params, GError **error)
{
  return signet_plugin_process_call (process, method, params, CALL_SECONDS, serve, trial, trial->cancellable, error);
}

/* One call of a plugin that is started for it. TRUE: it lived, whatever it said. */
static gboolean
lives_through (Trial *trial, const char *method, JsonNode *params, JsonNode **result, GError **error)
{
  g_autoptr (SignetPluginProcess) process = signet_plugin_process_start (trial->manifest, &trial->use, trial->cancellable, error);
  g_autoptr (GError) local = NULL;
  JsonNode *answer;

  if (process == NULL)
    {
      json_node_unref (params);
      return FALSE;
    }
  answer = call (trial, process, method, params, &local);
  signet_plugin_process_stop (process);
  if (result != NULL)
    *result = answer;
  else
    g_clear_pointer (&answer, json_node_unref);
  if (!is_lost (local))
    return TRUE;
  g_propagate_prefixed_error (error, g_steal_pointer (&local), "%s: ", method);
  return FALSE;
}

/* --- the checks ---------------------------------------------------------------------------------------------------------------- */

static const char *const known_methods[] = { "form", "disclose", "profiles", "submit", "poll", "accept", "renew", "cancel", "revoke", "suspend",
                                             "resume", "status", "chain", "unblock", "outlets", "recognise", "import-list", NULL };

static gboolean
check_hello (Trial *trial)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SignetPluginProcess) process = signet_plugin_process_start (trial->manifest, &trial->use, trial->cancellable, &error);

  find (trial, "hello", process != NULL, error != NULL ? error->message : NULL);
  if (process == NULL)
    return FALSE;
  find (trial, "methods", signet_plugin_process_has_method (process, "form") && signet_plugin_process_has_method (process, "submit"),
        "hello names form and submit, or nobody can apply with it");
  find (trial, "ends", signet_plugin_process_stop (process), "it goes when its input ends");
  return TRUE;
}

static void
check_unknown_method (Trial *trial)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SignetPluginProcess) process = signet_plugin_process_start (trial->manifest, &trial->use, trial->cancellable, &error);
  g_autoptr (JsonNode) result = process != NULL ? call (trial, process, "no-such-method", take (json_object_new ()), &error) : NULL;
  g_autoptr (GError) after = NULL;
  g_autoptr (JsonNode) form = process != NULL && !is_lost (error) ? call (trial, process, "form", new_params (trial, FALSE, NULL), &after) : NULL;

  find (trial, "unknown-method", result == NULL && process != NULL && !is_lost (error) && !is_lost (after),
        is_lost (error) ? error->message : is_lost (after) ? after->message : result != NULL ? "it did what nobody knows" : NULL);
}

static void
check_junk (Trial *trial)
{
  g_autoptr (GError) error = NULL;
  gboolean ok = TRUE;

  for (gsize i = 0; ok && known_methods[i] != NULL; i++)
    ok = lives_through (trial, known_methods[i], take (json_object_new ()), NULL, &error);
  find (trial, "junk", ok, error != NULL ? error->message : NULL);
}

/* A form that asks for what opens the token: only Signet asks for that. */
static gboolean
asks_for_pin (JsonObject *field)
{
  static const char *const words[] = { "label", "help", "message" };

  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    if (signet_text_names_pin (json_object_get_string_member_with_default (field, words[i], "")))
      return TRUE;
  return FALSE;
}

static void
check_form (Trial *trial)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) result = NULL;
  JsonNode *fields = NULL;
  gboolean pin = FALSE;

  if (lives_through (trial, "form", new_params (trial, FALSE, NULL), &result, &error) && result != NULL && JSON_NODE_HOLDS_OBJECT (result))
    fields = json_object_get_member (json_node_get_object (result), "fields");
  if (fields == NULL || !JSON_NODE_HOLDS_ARRAY (fields))
    {
      find (trial, "form", FALSE, error != NULL ? error->message : "no fields");
      return;
    }
  for (guint i = 0; i < json_array_get_length (json_node_get_array (fields)); i++)
    {
      JsonNode *field = json_array_get_element (json_node_get_array (fields), i);

      pin |= JSON_NODE_HOLDS_OBJECT (field) && asks_for_pin (json_node_get_object (field));
    }
  find (trial, "form", TRUE, NULL);
  find (trial, "pin", !pin, pin ? "a field speaks of a PIN: Signet alone asks for that, and marks a form that does" : NULL);
}

static const int statuses[] = { 0, 200, 202, 204, 302, 400, 401, 403, 404, 429, 500, 503 };

/* Whatever its authority says, it lives, and what it says is one of the states. */
static void
check_answers (Trial *trial)
{
  g_autoptr (GError) error = NULL;
  gboolean ok = TRUE;

  for (gsize i = 0; ok && i < G_N_ELEMENTS (statuses); i++)
    {
      trial->status = statuses[i];
      ok = lives_through (trial, "submit", new_params (trial, TRUE, NULL), NULL, &error) &&
           lives_through (trial, "poll", new_params (trial, TRUE, COOKIE_OF_NOBODY), NULL, &error);
      if (!ok)
        g_prefix_error (&error, "servers answer %d: ", statuses[i]);
    }
  trial->status = 0;
  find (trial, "answers", ok, error != NULL ? error->message : NULL);
}

/* What it is told to come back with is all it knows when it is started again. */
static void
check_cookie (Trial *trial)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) waiting = NULL;
  const char *cookie = NULL;

  trial->status = 202;
  if (lives_through (trial, "submit", new_params (trial, TRUE, NULL), &waiting, &error) && waiting != NULL && JSON_NODE_HOLDS_OBJECT (waiting))
    cookie = json_object_get_string_member_with_default (json_node_get_object (waiting), "cookie", NULL);
  if (cookie != NULL)
    lives_through (trial, "poll", new_params (trial, TRUE, cookie), NULL, &error);
  trial->status = 0;
  find (trial, "cookie", error == NULL, error != NULL ? error->message : cookie == NULL ? "it never had to wait here" : NULL);
}

GPtrArray *
signet_plugin_conformance_run (SignetPluginManifest *manifest, SignetPluginSchema *schema, JsonObject *profile, const SignetPluginUse *use,
                               GCancellable *cancellable)
{
  Trial trial = { .manifest = manifest, .schema = schema, .profile = profile, .cancellable = cancellable };

  trial.findings = g_ptr_array_new_with_free_func ((GDestroyNotify) signet_plugin_finding_free);
  if (use != NULL)
    trial.use = *use;
  trial.use.tap = on_line;
  trial.use.tap_data = &trial;
  if (check_hello (&trial))
    {
      check_unknown_method (&trial);
      check_junk (&trial);
      check_form (&trial);
      check_answers (&trial);
      check_cookie (&trial);
      find (&trial, "schema", trial.misfit == NULL, trial.misfit);
      find (&trial, "permissions", trial.overreach == NULL, trial.overreach);
    }
  g_free (trial.misfit);
  g_free (trial.overreach);
  return trial.findings;
}

/* --- where a manifest is wrong --------------------------------------------------------------------------------------------------- */

guint
signet_plugin_conformance_find_line (const char *text, const char *message)
{
  g_autofree char *copy = g_strdup (message);
  char *end = copy[0] == '[' ? strstr (copy, "] ") : NULL;
  char *key = end != NULL ? end + 2 : NULL;
  char *colon = key != NULL ? strstr (key, ": ") : NULL;
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  gboolean inside = FALSE;
  guint group_line = 0;

  if (colon == NULL)
    return 0;
  *end = *colon = '\0';
  for (guint i = 0; lines[i] != NULL; i++)
    {
      const char *line = g_strstrip (lines[i]);
      gsize length = strlen (key);

      if (line[0] == '[')
        {
          inside = strlen (line) == strlen (copy + 1) + 2 && strncmp (line + 1, copy + 1, strlen (copy + 1)) == 0;
          group_line = inside ? i + 1 : group_line;
        }
      else if (inside && length > 0 && strncmp (line, key, length) == 0 && (line[length] == '=' || line[length] == ' ' || line[length] == '['))
        return i + 1;
    }
  return group_line;
}
