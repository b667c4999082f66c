/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-test-portal-http.c: JSON over HTTP for the portal: routes, sessions, the envelope {"code", "message", "data"}, and answers
 * that are wrong on purpose.
 */
#include "config.h"

#include "signet-test-portal.h"

#include <string.h>

#define MAX_BODY (32 * 1024 * 1024)
#define GIGABYTE (1024ULL * 1024 * 1024)
#define SLOW 60

gboolean
portal_refuse (PortalCall *call, int code, const char *message)
{
  call->code = code;
  call->message = message;
  return FALSE;
}

const char *
portal_text (JsonObject *object, const char *name)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, name) : NULL;

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING ? json_node_get_string (node) : NULL;
}

/* --- the way in ---------------------------------------------------------------------------------------------------------- */

/* The part of @path where @pattern has a star; NULL: it is another path. "" when there is no star. */
static char *
match (const char *pattern, const char *path)
{
  g_auto (GStrv) wanted = g_strsplit (pattern, "/", -1);
  g_auto (GStrv) parts = g_strsplit (path, "/", -1);
  const char *argument = "";

  if (g_strv_length (wanted) != g_strv_length (parts))
    return NULL;
  for (gsize i = 0; wanted[i] != NULL; i++)
    {
      if (strcmp (wanted[i], "*") == 0)
        argument = parts[i];
      else if (strcmp (wanted[i], parts[i]) != 0)
        return NULL;
    }
  return g_uri_unescape_string (argument, "/");
}

static const PortalRoute *
find_route (const char *method, const char *path, char **argument)
{
  g_auto (GStrv) halves = g_strsplit (path, "?", 2);

  for (const PortalRoute *route = portal_routes; route->method != NULL; route++)
    if (strcmp (route->method, method) == 0 && (*argument = match (route->path, halves[0])) != NULL)
      return route;
  return NULL;
}

static gboolean
has_session (Portal *portal, const TestAnswer *answer)
{
  const char *header = test_answer_get_asked (answer, "Authorization");

  return header != NULL && g_str_has_prefix (header, "Bearer ") && g_hash_table_contains (portal->sessions, header + strlen ("Bearer "));
}

static gboolean
has_signature (Portal *portal, GBytes *body, const TestAnswer *answer)
{
  const char *header = test_answer_get_asked (answer, "X-Signature");
  g_autofree char *expected = NULL;
  gsize length;
  const guchar *data = body != NULL ? g_bytes_get_data (body, &length) : NULL;

  if (portal->signature_key == NULL || data == NULL)
    return TRUE;
  expected = g_compute_hmac_for_data (G_CHECKSUM_SHA256, (const guchar *) portal->signature_key, strlen (portal->signature_key), data, length);
  return g_strcmp0 (header, expected) == 0;
}

/* An empty object when nothing was posted; NULL when it is not JSON. */
static JsonObject *
read_body (GBytes *body)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  gsize length = 0;
  const char *data = body != NULL ? g_bytes_get_data (body, &length) : NULL;

  if (length == 0)
    return json_object_new ();
  if (length > MAX_BODY || !json_parser_load_from_data (parser, data, (gssize) length, NULL) || !JSON_NODE_HOLDS_OBJECT (json_parser_get_root (parser)))
    return NULL;
  return json_object_ref (json_node_get_object (json_parser_get_root (parser)));
}

/* --- the way out ----------------------------------------------------------------------------------------------------------- */

static void
write_answer (PortalCall *call, TestAnswer *answer)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();
  g_autofree char *text = NULL;

  json_object_set_int_member (object, "code", call->code);
  json_object_set_string_member (object, "message", call->message);
  if (call->data != NULL)
    json_object_set_object_member (object, "data", g_steal_pointer (&call->data));
  json_node_take_object (node, object);
  text = json_to_string (node, FALSE);
  answer->status = call->status;
  answer->content_type = "application/json; charset=utf-8";
  answer->body = g_bytes_new (text, strlen (text));
}

static GBytes *
nest (guint depth)
{
  GString *text = g_string_new ("{\"code\":0,\"data\":");

  for (guint i = 0; i < depth; i++)
    g_string_append_c (text, '[');
  for (guint i = 0; i < depth; i++)
    g_string_append_c (text, ']');
  g_string_append_c (text, '}');
  return g_string_free_to_bytes (text);
}

/* TRUE: @answer is one that no portal should give. Logging in still works. */
static gboolean
answer_wrongly (const char *fault, const char *path, TestAnswer *answer)
{
  static const char html[] = "<!doctype html><html><body>系统维护中 (sample)</body></html>";
  static const char cut[] = "{\"code\":0,\"data\":{\"id\":\"A-1\",\"stat";

  if (fault == NULL || strstr (path, "/applications") == NULL)
    return FALSE;
  answer->content_type = "application/json";
  answer->delay = strcmp (fault, "slow") == 0 ? SLOW : 0;
  answer->drip = strcmp (fault, "drip") == 0;
  if (strcmp (fault, "error-500") == 0)
    answer->status = 500;
  else if (strcmp (fault, "html") == 0)
    {
      answer->content_type = "text/html; charset=utf-8";
      answer->body = g_bytes_new_static (html, strlen (html));
    }
  else if (strcmp (fault, "garbage") == 0)
    answer->body = g_bytes_new_static (cut, strlen (cut));
  else if (strcmp (fault, "deep") == 0)
    answer->body = nest (100000);
  else if (strcmp (fault, "huge") == 0)
    answer->flood = GIGABYTE;
  else if (strcmp (fault, "elsewhere") == 0)
    {
      answer->status = 307;
      answer->location = g_strconcat ("http://localhost:9", path, NULL);
    }
  else
    return answer->drip;
  return TRUE;
}

/* What is wrong with HTTP has its status; what is wrong with the matter is told under 200, as such portals do. */
static void
refuse_at_the_door (PortalCall *call, guint status, int code, const char *message)
{
  call->status = status;
  portal_refuse (call, code, message);
}

void
portal_handle (const char *method, const char *path, GBytes *body, TestAnswer *answer, gpointer user_data)
{
  Portal *portal = user_data;
  g_autoptr (JsonObject) asked = read_body (body);
  PortalCall call = { .portal = portal, .asked = asked, .status = 200, .message = "成功" };
  const PortalRoute *route = find_route (method, path, &call.argument);

  if (answer_wrongly (portal->fault, path, answer))
    {
      g_free (call.argument);
      return;
    }
  if (route == NULL)
    refuse_at_the_door (&call, 404, 404, "没有这个接口");
  else if (asked == NULL)
    refuse_at_the_door (&call, 400, 400, "请求不是 JSON 对象");
  else if (!route->open && !has_session (portal, answer))
    refuse_at_the_door (&call, 401, 1003, "请先登录");
  else if (!route->open && !has_signature (portal, body, answer))
    refuse_at_the_door (&call, 401, 1004, "报文签名不正确");
  else
    route->handle (&call);
  write_answer (&call, answer);
  g_free (call.argument);
}
