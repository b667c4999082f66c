/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-plugin-line.c: one line of the conversation with a plugin: bytes to a checked message and back.
 *
 * Everything a plugin writes passes here first. Size, depth and shape are settled before the JSON parser sees the line,
 * because that one recurses and is more lenient than RFC 8259. Pure functions.
 */
#define G_LOG_DOMAIN "signet-plugin-line"

#include "config.h"

#include "signet-plugin-private.h"

#include <string.h>

#include "../base/signet-base-error.h"
#include "../base/signet-http.h"
#include "../base/signet-text.h"

#define MAX_METHOD 64

void
_signet_plugin_line_free (SignetPluginLine *line)
{
  if (line == NULL)
    return;
  g_free (line->method);
  g_free (line->code);
  g_free (line->text);
  g_clear_pointer (&line->body, json_node_unref);
  g_free (line);
}

static gboolean
refuse (GError **error, const char *why)
{
  g_set_error (error, SIGNET_PLUGIN_ERROR, SIGNET_PLUGIN_ERROR_PROTOCOL, "the plugin's line %s", why);
  return FALSE;
}

typedef struct {
  guint    depth;
  gboolean in_string;
  gboolean escaped;
  gboolean ended;
} Scan;

static void
scan_string (Scan *scan, char c)
{
  if (scan->escaped)
    scan->escaped = FALSE;
  else if (c == '\\')
    scan->escaped = TRUE;
  else if (c == '"')
    scan->in_string = FALSE;
}

static gboolean
scan_structure (Scan *scan, char c, GError **error)
{
  if (strchr (" \t\r", c) != NULL)
    return TRUE;
  if (scan->ended || (scan->depth == 0 && c != '{'))
    return refuse (error, "is not one JSON object");
  if (c == '"')
    scan->in_string = TRUE;
  else if (c == '{' || c == '[')
    scan->depth++;
  else if (c == '}' || c == ']')
    scan->ended = --scan->depth == 0;
  else if (strchr ("+-.0123456789,:truefalsnE", c) == NULL)
    return refuse (error, "is not JSON");
  if (scan->depth > SIGNET_PLUGIN_MAX_DEPTH)
    return refuse (error, "is nested too deeply");
  return TRUE;
}

/* One object, nothing after it, at most so deep. */
static gboolean
check_shape (const char *data, gsize length, GError **error)
{
  Scan scan = { 0 };

  for (gsize i = 0; i < length; i++)
    {
      if ((guchar) data[i] < 0x20 && data[i] != '\t' && data[i] != '\r')
        return refuse (error, "has control characters");
      if (scan.in_string)
        scan_string (&scan, data[i]);
      else if (!scan_structure (&scan, data[i], error))
        return FALSE;
    }
  return scan.ended || refuse (error, "is not one JSON object");
}

static JsonNode *
parse_object (const char *data, gsize length, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  JsonNode *root;

  if (length > SIGNET_PLUGIN_MAX_LINE)
    {
      refuse (error, "is too long");
      return NULL;
    }
  if (!g_utf8_validate (data, length, NULL))
    {
      refuse (error, "is not UTF-8");
      return NULL;
    }
  if (!check_shape (data, length, error))
    return NULL;
  if (!json_parser_load_from_data (parser, data, length, NULL) || (root = json_parser_get_root (parser)) == NULL ||
      !JSON_NODE_HOLDS_OBJECT (root))
    {
      refuse (error, "is not JSON");
      return NULL;
    }
  return json_node_ref (root);
}

static gboolean
read_id (JsonObject *object, gint64 *id, GError **error)
{
  JsonNode *node = json_object_get_member (object, "id");

  *id = 0;
  if (node == NULL)
    return TRUE;
  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_INT64 || json_node_get_int (node) <= 0)
    return refuse (error, "has an id that is not a positive number");
  *id = json_node_get_int (node);
  return TRUE;
}

static const char *
string_member (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_STRING)
    return NULL;
  return json_node_get_string (node);
}

static gboolean
read_request (SignetPluginLine *line, JsonObject *object, GError **error)
{
  const char *method = string_member (object, "method");
  JsonNode *params = json_object_get_member (object, "params");

  if (method == NULL || *method == '\0' || strlen (method) > MAX_METHOD)
    return refuse (error, "names no method");
  if (params != NULL && !JSON_NODE_HOLDS_OBJECT (params))
    return refuse (error, "has params that are not an object");
  line->kind = line->id != 0 ? SIGNET_PLUGIN_LINE_REQUEST : SIGNET_PLUGIN_LINE_NOTICE;
  if (line->kind == SIGNET_PLUGIN_LINE_NOTICE && strcmp (method, "progress") != 0 && strcmp (method, "log") != 0)
    return refuse (error, "asks for something without an id");
  line->method = g_strdup (method);
  line->body = params != NULL ? json_node_ref (params) : NULL;
  return TRUE;
}

static gboolean
read_refusal (SignetPluginLine *line, JsonNode *node, GError **error)
{
  JsonObject *object;
  JsonNode *after;
  const char *text;

  if (!JSON_NODE_HOLDS_OBJECT (node))
    return refuse (error, "has an error that is not an object");
  object = json_node_get_object (node);
  text = string_member (object, "text");
  line->kind = SIGNET_PLUGIN_LINE_ERROR;
  line->code = g_strdup (string_member (object, "code"));
  line->text = signet_text_sanitize (text != NULL ? text : "", -1, SIGNET_PLUGIN_MAX_ERROR_TEXT);
  after = json_object_get_member (object, "retry_after");
  if (after != NULL && JSON_NODE_HOLDS_VALUE (after) && json_node_get_value_type (after) == G_TYPE_INT64)
    line->retry_after = CLAMP (json_node_get_int (after), 0, 365 * 86400);
  return line->code != NULL || refuse (error, "has an error without a code");
}

static gboolean
read_message (SignetPluginLine *line, JsonObject *object, GError **error)
{
  JsonNode *result = json_object_get_member (object, "result");
  JsonNode *refusal = json_object_get_member (object, "error");
  gboolean is_request = json_object_has_member (object, "method");

  if (!read_id (object, &line->id, error))
    return FALSE;
  if ((result != NULL) + (refusal != NULL) + is_request != 1)
    return refuse (error, "is not exactly one of method, result and error");
  if (is_request)
    return read_request (line, object, error);
  if (line->id == 0)
    return refuse (error, "answers no id");
  if (refusal != NULL)
    return read_refusal (line, refusal, error);
  line->kind = SIGNET_PLUGIN_LINE_RESULT;
  line->body = json_node_ref (result);
  return TRUE;
}

SignetPluginLine *
_signet_plugin_line_parse (const char *data, gsize length, GError **error)
{
  g_autoptr (SignetPluginLine) line = g_new0 (SignetPluginLine, 1);
  g_autoptr (JsonNode) root = parse_object (data, length, error);

  if (root == NULL || !read_message (line, json_node_get_object (root), error))
    return NULL;
  return g_steal_pointer (&line);
}

static char *
print_line (JsonObject *object)
{
  g_autoptr (JsonNode) root = json_node_new (JSON_NODE_OBJECT);
  g_autofree char *text = NULL;

  json_node_take_object (root, object);
  text = json_to_string (root, FALSE);
  return g_strconcat (text, "\n", NULL);
}

char *
_signet_plugin_line_call (gint64 id, const char *method, JsonNode *body)
{
  JsonObject *object = json_object_new ();

  json_object_set_int_member (object, "id", id);
  json_object_set_string_member (object, "method", method);
  if (body != NULL)
    json_object_set_member (object, "params", body);
  return print_line (object);
}

char *
_signet_plugin_line_answer (gint64 id, JsonNode *body)
{
  JsonObject *object = json_object_new ();

  json_object_set_int_member (object, "id", id);
  json_object_set_member (object, "result", body != NULL ? body : json_node_new (JSON_NODE_NULL));
  return print_line (object);
}

/* The codes of the protocol, from the domains a broker may answer with. */
static const char *
code_of (const GError *error)
{
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return "cancelled";
  if (g_error_matches (error, SIGNET_PLUGIN_ERROR, SIGNET_PLUGIN_ERROR_REJECTED))
    return "rejected";
  if (g_error_matches (error, SIGNET_PLUGIN_ERROR, SIGNET_PLUGIN_ERROR_TRY_LATER) ||
      g_error_matches (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_TRY_LATER))
    return "try-later";
  if (g_error_matches (error, SIGNET_PLUGIN_ERROR, SIGNET_PLUGIN_ERROR_DENIED) ||
      g_error_matches (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_DENIED))
    return "denied";
  if (g_error_matches (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_NETWORK) ||
      g_error_matches (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_TIMEOUT) || error->domain == SIGNET_HTTP_ERROR)
    return "unreachable";
  return "failed";
}

char *
_signet_plugin_line_refuse (gint64 id, const GError *error)
{
  JsonObject *object = json_object_new ();
  JsonObject *refusal = json_object_new ();

  json_object_set_string_member (refusal, "code", code_of (error));
  json_object_set_string_member (refusal, "text", error->message);
  json_object_set_int_member (object, "id", id);
  json_object_set_object_member (object, "error", refusal);
  return print_line (object);
}
