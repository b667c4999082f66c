/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-plugin-schema.c: what of JSON Schema (draft 7) the protocol's schema uses, no more: $ref, oneOf, enum, type, required,
 * properties, additionalProperties, items, minimum. Of several forms the one is explained that the line comes closest to.
 */
#define G_LOG_DOMAIN "signet-plugin-schema"

#include "config.h"

#include "signet-plugin-private.h"
#include "signet-plugin-schema.h"

#include <string.h>

#define MAX_SCHEMA (1024 * 1024)
#define MAX_REFERENCES 32
#define REFERENCE "#/definitions/"

struct _SignetPluginSchema
{
  JsonNode *root;
};

SignetPluginSchema *
signet_plugin_schema_load (const char *path, GError **error)
{
  g_autofree char *text = NULL;
  g_autoptr (JsonNode) root = NULL;
  SignetPluginSchema *self;
  gsize length;

  if (!g_file_get_contents (path, &text, &length, error))
    return NULL;
  root = length <= MAX_SCHEMA ? json_from_string (text, error) : NULL;
  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    {
      if (error != NULL && *error == NULL)
        g_set_error (error, SIGNET_PLUGIN_ERROR, SIGNET_PLUGIN_ERROR_PROTOCOL, "%s is no schema", path);
      return NULL;
    }
  self = g_new0 (SignetPluginSchema, 1);
  self->root = g_steal_pointer (&root);
  return self;
}

void
signet_plugin_schema_free (SignetPluginSchema *self)
{
  if (self == NULL)
    return;
  json_node_unref (self->root);
  g_free (self);
}

static JsonObject *
get_object (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

static JsonArray *
get_array (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
}

static JsonObject *
resolve (SignetPluginSchema *self, JsonObject *schema)
{
  JsonObject *definitions = get_object (json_node_get_object (self->root), "definitions");

  for (guint i = 0; schema != NULL && i < MAX_REFERENCES && json_object_has_member (schema, "$ref"); i++)
    {
      const char *name = json_object_get_string_member_with_default (schema, "$ref", "");

      schema = definitions != NULL && g_str_has_prefix (name, REFERENCE) ? get_object (definitions, name + strlen (REFERENCE)) : NULL;
    }
  return schema;
}

static gboolean
is_of_type (JsonNode *node, const char *type)
{
  GType value = JSON_NODE_HOLDS_VALUE (node) ? json_node_get_value_type (node) : G_TYPE_INVALID;

  if (g_str_equal (type, "object"))
    return JSON_NODE_HOLDS_OBJECT (node);
  if (g_str_equal (type, "array"))
    return JSON_NODE_HOLDS_ARRAY (node);
  if (g_str_equal (type, "string"))
    return value == G_TYPE_STRING;
  if (g_str_equal (type, "boolean"))
    return value == G_TYPE_BOOLEAN;
  if (g_str_equal (type, "integer"))
    return value == G_TYPE_INT64;
  return value == G_TYPE_INT64 || value == G_TYPE_DOUBLE;
}

static gboolean
is_one_of (JsonNode *node, JsonArray *values)
{
  for (guint i = 0; i < json_array_get_length (values); i++)
    if (json_node_equal (json_array_get_element (values, i), node))
      return TRUE;
  return FALSE;
}

static char *find_fault (SignetPluginSchema *self, JsonNode *node, JsonObject *schema, const char *where);

static char *
fault_of_member (SignetPluginSchema *self, const char *name, JsonNode *member, JsonObject *schema, const char *where)
{
  JsonObject *known = get_object (schema, "properties");
  JsonNode *others = json_object_get_member (schema, "additionalProperties");
  g_autofree char *inner = g_strdup_printf ("%s%s%s", where, *where != '\0' ? "." : "", name);

  if (known != NULL && get_object (known, name) != NULL)
    return find_fault (self, member, get_object (known, name), inner);
  if (others != NULL && JSON_NODE_HOLDS_OBJECT (others))
    return find_fault (self, member, json_node_get_object (others), inner);
  if (others != NULL && JSON_NODE_HOLDS_VALUE (others) && !json_node_get_boolean (others))
    return g_strdup_printf ("%s: unknown", inner);
  return NULL;
}

static char *
fault_of_object (SignetPluginSchema *self, JsonObject *object, JsonObject *schema, const char *where)
{
  JsonArray *required = get_array (schema, "required");
  g_autoptr (GList) names = json_object_get_members (object);

  for (guint i = 0; required != NULL && i < json_array_get_length (required); i++)
    if (!json_object_has_member (object, json_array_get_string_element (required, i)))
      return g_strdup_printf ("%s: no %s", *where != '\0' ? where : "the line", json_array_get_string_element (required, i));
  for (GList *at = names; at != NULL; at = at->next)
    {
      char *fault = fault_of_member (self, at->data, json_object_get_member (object, at->data), schema, where);

      if (fault != NULL)
        return fault;
    }
  return NULL;
}

static char *
fault_of_array (SignetPluginSchema *self, JsonArray *array, JsonObject *schema, const char *where)
{
  JsonObject *items = get_object (schema, "items");

  for (guint i = 0; items != NULL && i < json_array_get_length (array); i++)
    {
      g_autofree char *inner = g_strdup_printf ("%s[%u]", where, i);
      char *fault = find_fault (self, json_array_get_element (array, i), items, inner);

      if (fault != NULL)
        return fault;
    }
  return NULL;
}

/* The longest place named is the deepest: that form is the one meant. */
static char *
fault_of_choice (SignetPluginSchema *self, JsonNode *node, JsonArray *options, const char *where)
{
  g_autofree char *best = NULL;

  for (guint i = 0; i < json_array_get_length (options); i++)
    {
      g_autofree char *fault = find_fault (self, node, json_array_get_object_element (options, i), where);

      if (fault == NULL)
        return NULL;
      if (best == NULL || strcspn (fault, ":") > strcspn (best, ":"))
        {
          g_free (best);
          best = g_steal_pointer (&fault);
        }
    }
  return g_steal_pointer (&best);
}

static char *
find_fault (SignetPluginSchema *self, JsonNode *node, JsonObject *schema, const char *where)
{
  JsonObject *resolved = resolve (self, schema);
  JsonArray *options = resolved != NULL ? get_array (resolved, "oneOf") : NULL;
  JsonArray *values = resolved != NULL ? get_array (resolved, "enum") : NULL;
  JsonNode *type = resolved != NULL ? json_object_get_member (resolved, "type") : NULL;

  if (resolved == NULL)
    return NULL;
  if (options != NULL)
    return fault_of_choice (self, node, options, where);
  if (values != NULL && !is_one_of (node, values))
    return g_strdup_printf ("%s: not one of those the schema names", where);
  if (type != NULL && JSON_NODE_HOLDS_VALUE (type) && !is_of_type (node, json_node_get_string (type)))
    return g_strdup_printf ("%s: not of type %s", where, json_node_get_string (type));
  if (JSON_NODE_HOLDS_OBJECT (node))
    return fault_of_object (self, json_node_get_object (node), resolved, where);
  if (JSON_NODE_HOLDS_ARRAY (node))
    return fault_of_array (self, json_node_get_array (node), resolved, where);
  return NULL;
}

char *
signet_plugin_schema_check (SignetPluginSchema *self, const char *line, gsize length)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (SignetPluginLine) parsed = NULL;
  g_autoptr (GError) error = NULL;

  /* the frame first: size and depth are settled before the JSON parser sees the line */
  parsed = _signet_plugin_line_parse (line, length, &error);
  if (parsed == NULL)
    return g_strdup (error->message);
  if (!json_parser_load_from_data (parser, line, (gssize) length, NULL))
    return g_strdup ("the line is not JSON");
  return find_fault (self, json_parser_get_root (parser), json_node_get_object (self->root), "");
}
