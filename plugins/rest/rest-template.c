/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rest-template.c: places to fill in. Pure functions. */
#define G_LOG_DOMAIN "signet-rest-template"

#include "rest-template.h"

#include <string.h>

#include "../sdk/signet-sdk.h"

#define MAX_NAME 100

static gboolean
refuse (GError **error, const char *format, const char *what)
{
  g_autofree char *shown = g_utf8_make_valid (what, -1);

  g_set_error (error, SIGNET_SDK_ERROR, SIGNET_SDK_ERROR_FAILED, "%s “%s”", format, shown);
  return FALSE;
}

gboolean
rest_template_is_reference (const char *name, const char **kind, const char **id)
{
  static const struct { const char *prefix; const char *kind; } rows[] = {
    { "secret:", "$secret" }, { "file:", "$file" }, { "hmac:", "$hmac" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    if (g_str_has_prefix (name, rows[i].prefix))
      {
        *kind = rows[i].kind;
        *id = name + strlen (rows[i].prefix);
        return TRUE;
      }
  return FALSE;
}

/* --- texts ------------------------------------------------------------------------------------------------------------------ */

/* One stretch of @text: plain until a place, or a place. @name: (out) (nullable) (transfer full). */
static const char *
next_part (const char *text, GString *plain, char **name, GError **error)
{
  const char *end;

  *name = NULL;
  while (*text != '\0')
    {
      if (text[0] != '{')
        g_string_append_c (plain, *text++);
      else if (text[1] == '{')
        {
          g_string_append_c (plain, '{');
          text += 2;
        }
      else
        {
          end = strchr (text, '}');
          if (end == NULL || end == text + 1 || end - text > MAX_NAME)
            return refuse (error, "a “{” without its end in", text), NULL;
          *name = g_strndup (text + 1, (gsize) (end - text - 1));
          return end + 1;
        }
    }
  return text;
}

gboolean
rest_template_check_text (const char *text, RestNameFunc check, gpointer user_data, GError **error)
{
  g_autoptr (GString) plain = g_string_new (NULL);

  while (*text != '\0')
    {
      g_autofree char *name = NULL;

      text = next_part (text, plain, &name, error);
      if (text == NULL || (name != NULL && !check (name, user_data, error)))
        return FALSE;
    }
  return TRUE;
}

char *
rest_template_dup_only (const char *text)
{
  g_autoptr (GString) plain = g_string_new (NULL);
  g_autofree char *name = NULL;

  text = next_part (text, plain, &name, NULL);
  return text != NULL && *text == '\0' && plain->len == 0 ? g_steal_pointer (&name) : NULL;
}

char *
rest_template_split_last (const char *text, char **before)
{
  const char *brace = strrchr (text, '{');
  char *name = brace != NULL && (brace == text || brace[-1] != '{') ? rest_template_dup_only (brace) : NULL;

  if (name != NULL)
    *before = g_strndup (text, (gsize) (brace - text));
  return name;
}

static void
append_value (GString *text, RestTextKind kind, const char *value)
{
  g_autofree char *escaped = kind == REST_TEXT_URI ? g_uri_escape_string (value, NULL, FALSE) : NULL;

  g_string_append (text, escaped != NULL ? escaped : value);
}

char *
rest_template_fill_text (const char *text, RestTextKind kind, RestValueFunc value, gpointer user_data, GError **error)
{
  g_autoptr (GString) filled = g_string_new (NULL);

  while (*text != '\0')
    {
      g_autofree char *name = NULL;
      g_autofree char *found = NULL;

      text = next_part (text, filled, &name, error);
      if (text == NULL || (name != NULL && !value (name, user_data, &found, error)))
        return NULL;
      if (found != NULL)
        append_value (filled, kind, found);
    }
  return g_string_free (g_steal_pointer (&filled), FALSE);
}

/* --- JSON ------------------------------------------------------------------------------------------------------------------------ */

typedef struct {
  RestNameFunc check;
  gpointer     user_data;
  GError     **error;
  gboolean     ok;
} Check;

static gboolean
check_leaf (const char *text, Check *check)
{
  g_autofree char *only = rest_template_dup_only (text);

  if (only != NULL)
    return check->check (only, check->user_data, check->error);
  return rest_template_check_text (text, check->check, check->user_data, check->error);
}

static void check_node (JsonNode *node, Check *check);

static void
check_member_cb (JsonObject *object, const char *name, JsonNode *node, gpointer data)
{
  Check *check = data;

  if (check->ok && name[0] == '$')
    check->ok = refuse (check->error, "no member may be called", name);
  check_node (node, check);
}

static void
check_element_cb (JsonArray *array, guint index, JsonNode *node, gpointer data)
{
  check_node (node, data);
}

static void
check_node (JsonNode *node, Check *check)
{
  if (!check->ok)
    return;
  if (JSON_NODE_HOLDS_OBJECT (node))
    json_object_foreach_member (json_node_get_object (node), check_member_cb, check);
  else if (JSON_NODE_HOLDS_ARRAY (node))
    json_array_foreach_element (json_node_get_array (node), check_element_cb, check);
  else if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING)
    check->ok = check_leaf (json_node_get_string (node), check);
}

gboolean
rest_template_check_json (JsonNode *node, RestNameFunc check, gpointer user_data, GError **error)
{
  Check state = { check, user_data, error, TRUE };

  check_node (node, &state);
  return state.ok;
}

typedef struct {
  RestValueFunc value;
  gpointer      user_data;
  GError      **error;
} Fill;

/* *@filled stays NULL when there is nothing to put in. */
static gboolean fill_node (JsonNode *node, const Fill *fill, JsonNode **filled);

static JsonNode *
reference_node (const char *kind, const char *id)
{
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, kind, id);
  json_node_take_object (node, object);
  return node;
}

static JsonNode *
text_node (const char *text)
{
  return json_node_init_string (json_node_alloc (), text);
}

/* One place alone. */
static gboolean
fill_only (const char *name, const Fill *fill, JsonNode **filled)
{
  g_autofree char *value = NULL;
  const char *kind, *id;

  if (!fill->value (name, fill->user_data, &value, fill->error))
    return FALSE;
  if (value != NULL)
    *filled = rest_template_is_reference (name, &kind, &id) ? reference_node (kind, id) : text_node (value);
  return TRUE;
}

static gboolean
fill_leaf (const char *text, const Fill *fill, JsonNode **filled)
{
  g_autofree char *only = rest_template_dup_only (text);
  g_autofree char *whole = NULL;

  if (only != NULL)
    return fill_only (only, fill, filled);
  whole = rest_template_fill_text (text, REST_TEXT_PLAIN, fill->value, fill->user_data, fill->error);
  if (whole != NULL)
    *filled = text_node (whole);
  return whole != NULL;
}

static gboolean
fill_object (JsonObject *object, const Fill *fill, JsonNode **filled)
{
  g_autoptr (JsonObject) copy = json_object_new ();
  g_autoptr (GList) names = json_object_get_members (object);

  for (GList *at = names; at != NULL; at = at->next)
    {
      JsonNode *member = NULL;

      if (!fill_node (json_object_get_member (object, at->data), fill, &member))
        return FALSE;
      if (member != NULL)
        json_object_set_member (copy, at->data, member);
    }
  if (names != NULL && json_object_get_size (copy) == 0)
    return TRUE;
  *filled = json_node_new (JSON_NODE_OBJECT);
  json_node_take_object (*filled, g_steal_pointer (&copy));
  return TRUE;
}

static gboolean
fill_array (JsonArray *array, const Fill *fill, JsonNode **filled)
{
  g_autoptr (JsonArray) copy = json_array_new ();
  guint length = json_array_get_length (array);

  for (guint i = 0; i < length; i++)
    {
      JsonNode *element = NULL;

      if (!fill_node (json_array_get_element (array, i), fill, &element))
        return FALSE;
      if (element != NULL)
        json_array_add_element (copy, element);
    }
  if (length > 0 && json_array_get_length (copy) == 0)
    return TRUE;
  *filled = json_node_new (JSON_NODE_ARRAY);
  json_node_take_array (*filled, g_steal_pointer (&copy));
  return TRUE;
}

static gboolean
fill_node (JsonNode *node, const Fill *fill, JsonNode **filled)
{
  if (JSON_NODE_HOLDS_OBJECT (node))
    return fill_object (json_node_get_object (node), fill, filled);
  if (JSON_NODE_HOLDS_ARRAY (node))
    return fill_array (json_node_get_array (node), fill, filled);
  if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING)
    return fill_leaf (json_node_get_string (node), fill, filled);
  *filled = json_node_copy (node);
  return TRUE;
}

JsonNode *
rest_template_fill_json (JsonNode *template, RestValueFunc value, gpointer user_data, GError **error)
{
  const Fill fill = { value, user_data, error };
  JsonNode *filled = NULL;

  if (!fill_node (template, &fill, &filled))
    return NULL;
  /* everything optional, and nothing given */
  if (filled == NULL)
    {
      filled = json_node_new (JSON_NODE_OBJECT);
      json_node_take_object (filled, json_object_new ());
    }
  return filled;
}
