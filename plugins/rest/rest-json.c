/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * rest-json.c: an authority's JSON. Size and depth are settled before the parser sees it, because that one recurses. Pure functions.
 */
#define G_LOG_DOMAIN "signet-rest-json"

#include "rest-json.h"

#include <string.h>

#include "../sdk/signet-sdk.h"

static gboolean
refuse (GError **error, const char *why)
{
  g_set_error_literal (error, SIGNET_SDK_ERROR, SIGNET_SDK_ERROR_FAILED, why);
  return FALSE;
}

static gboolean
check_depth (const char *data, gsize length, GError **error)
{
  guint depth = 0;
  gboolean in_string = FALSE;

  for (gsize i = 0; i < length; i++)
    {
      if (in_string && data[i] == '\\')
        i++;
      else if (data[i] == '"')
        in_string = !in_string;
      else if (in_string)
        continue;
      /* json-glib takes comments, in which brackets and quotes mean nothing; JSON has none */
      else if (data[i] == '/' || data[i] == '#')
        return refuse (error, "the authority's answer is not JSON");
      else if ((data[i] == '{' || data[i] == '[') && ++depth > REST_MAX_DEPTH)
        return refuse (error, "the authority's answer is nested too deeply");
      else if ((data[i] == '}' || data[i] == ']') && depth > 0)
        depth--;
    }
  return TRUE;
}

JsonNode *
rest_json_parse (const char *data, gsize length, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  JsonNode *root;

  if (length == 0 || length > REST_MAX_ANSWER)
    {
      refuse (error, length == 0 ? "the authority's answer is empty" : "the authority's answer is too long");
      return NULL;
    }
  if (!g_utf8_validate (data, (gssize) length, NULL))
    {
      refuse (error, "the authority's answer is not UTF-8");
      return NULL;
    }
  if (!check_depth (data, length, error))
    return NULL;
  if (!json_parser_load_from_data (parser, data, (gssize) length, NULL) || (root = json_parser_get_root (parser)) == NULL)
    {
      refuse (error, "the authority's answer is not JSON");
      return NULL;
    }
  return json_node_ref (root);
}

/* --- places (RFC 6901) --------------------------------------------------------------------------------------------------- */

gboolean
rest_pointer_check (const char *pointer, GError **error)
{
  if (strlen (pointer) > REST_MAX_POINTER)
    return refuse (error, "is too long for a JSON pointer");
  if (*pointer != '\0' && *pointer != '/')
    return refuse (error, "is no JSON pointer (RFC 6901): it begins with “/”");
  for (const char *at = pointer; *at != '\0'; at++)
    if (*at == '~' && at[1] != '0' && at[1] != '1')
      return refuse (error, "is no JSON pointer (RFC 6901): after “~” comes 0 or 1");
  return TRUE;
}

/* ~1 before ~0, so that ~01 is ~1 (RFC 6901, 4). */
static char *
unescape (const char *token, gsize length)
{
  g_autoptr (GString) text = g_string_new_len (token, (gssize) length);

  g_string_replace (text, "~1", "/", 0);
  g_string_replace (text, "~0", "~", 0);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* No leading zero, no sign (RFC 6901, 4). */
static gboolean
read_index (const char *token, guint length, guint *index)
{
  guint64 number;

  if ((token[0] == '0' && token[1] != '\0') || !g_ascii_isdigit (token[0]) ||
      !g_ascii_string_to_unsigned (token, 10, 0, G_MAXUINT32, &number, NULL) || number >= length)
    return FALSE;
  *index = (guint) number;
  return TRUE;
}

static JsonNode *
step_into (JsonNode *node, const char *token)
{
  JsonArray *array;
  guint index;

  if (JSON_NODE_HOLDS_OBJECT (node))
    return json_object_get_member (json_node_get_object (node), token);
  if (!JSON_NODE_HOLDS_ARRAY (node))
    return NULL;
  array = json_node_get_array (node);
  return read_index (token, json_array_get_length (array), &index) ? json_array_get_element (array, index) : NULL;
}

JsonNode *
rest_pointer_find (JsonNode *root, const char *pointer)
{
  JsonNode *node = root;

  while (node != NULL && *pointer == '/')
    {
      gsize length = strcspn (++pointer, "/");
      g_autofree char *token = unescape (pointer, length);

      node = step_into (node, token);
      pointer += length;
    }
  return node;
}

char *
rest_json_text (JsonNode *node)
{
  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node))
    return NULL;
  switch (json_node_get_value_type (node))
    {
    case G_TYPE_STRING:
      return json_node_dup_string (node);
    case G_TYPE_INT64:
      return g_strdup_printf ("%" G_GINT64_FORMAT, json_node_get_int (node));
    case G_TYPE_BOOLEAN:
      return g_strdup (json_node_get_boolean (node) ? "true" : "false");
    default:
      return NULL;
    }
}
