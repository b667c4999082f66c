/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-enrolment-form.c: forms a plugin describes, checked and made safe to draw; a profile as the plugin gets it. Pure functions. */
#define G_LOG_DOMAIN "signet-enrolment-form"

#include "config.h"

#include "signet-broker-private.h"

#include <string.h>

#include "../base/signet-text.h"

#define MAX_FIELDS  64
#define MAX_CHOICES 256
#define MAX_LABEL   200
#define MAX_HELP    1000
#define MAX_PATTERN 500

static gboolean
refuse (GError **error, const char *why)
{
  g_set_error (error, SIGNET_PLUGIN_ERROR, SIGNET_PLUGIN_ERROR_PROTOCOL, "the plugin's form %s", why);
  return FALSE;
}

static char *
dup_shown (JsonObject *object, const char *name, gsize most)
{
  const char *text = _signet_broker_get_text (object, name);

  return text != NULL ? signet_text_sanitize (text, -1, most) : NULL;
}

static gboolean
is_id (const char *text)
{
  gsize length = text != NULL ? strlen (text) : 0;

  return length > 0 && length <= 64 && strspn (text, "abcdefghijklmnopqrstuvwxyz0123456789-_.") == length;
}

static gboolean
read_kind (const char *type, SignetFieldKind *kind)
{
  static const char *const types[] = {
    [SIGNET_FIELD_TEXT] = "text", [SIGNET_FIELD_CHOICE] = "choice", [SIGNET_FIELD_SECRET] = "secret", [SIGNET_FIELD_FILE] = "file",
  };

  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    if (g_strcmp0 (types[i], type) == 0)
      {
        *kind = i;
        return TRUE;
      }
  return FALSE;
}

static gboolean
read_choices (SignetField *field, JsonArray *array, GError **error)
{
  guint length = json_array_get_length (array);

  if (length == 0 || length > MAX_CHOICES)
    return refuse (error, "has no choices or too many");
  field->choices = g_new0 (char *, length + 1);
  field->choice_labels = g_new0 (char *, length + 1);
  for (guint i = 0; i < length; i++)
    {
      JsonNode *node = json_array_get_element (array, i);
      JsonObject *choice = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;

      if (choice == NULL || _signet_broker_get_text (choice, "id") == NULL)
        return refuse (error, "has a choice without an id");
      field->choices[i] = signet_text_sanitize (_signet_broker_get_text (choice, "id"), -1, MAX_LABEL);
      field->choice_labels[i] = _signet_broker_get_text (choice, "label") != NULL ? dup_shown (choice, "label", MAX_LABEL) : g_strdup (field->choices[i]);
    }
  return TRUE;
}

static gboolean
has_choices (JsonObject *object)
{
  return json_object_has_member (object, "choices") && JSON_NODE_HOLDS_ARRAY (json_object_get_member (object, "choices"));
}

static gboolean
read_pattern (SignetField *field, JsonObject *object, GError **error)
{
  const char *pattern = _signet_broker_get_text (object, "pattern");
  g_autoptr (GRegex) regex = NULL;

  if (pattern == NULL)
    return TRUE;
  if (strlen (pattern) > MAX_PATTERN || (regex = g_regex_new (pattern, 0, 0, NULL)) == NULL)
    return refuse (error, "has a pattern that is none");
  field->pattern = g_strdup (pattern);
  return TRUE;
}

static gboolean
read_field (SignetForm *form, JsonObject *object, GError **error)
{
  const char *id = _signet_broker_get_text (object, "id");
  g_autofree char *label = dup_shown (object, "label", MAX_LABEL);
  JsonNode *required = json_object_get_member (object, "required");
  SignetFieldKind kind;
  SignetField *field;

  if (!is_id (id) || signet_form_find_field (form, id) != NULL)
    return refuse (error, "has a field without an id of its own");
  if (!read_kind (_signet_broker_get_text (object, "type"), &kind))
    return refuse (error, "has a field of no known type");
  field = signet_form_add (form, kind, id, label != NULL ? label : id);
  field->help = dup_shown (object, "help", MAX_HELP);
  field->message = dup_shown (object, "message", MAX_HELP);
  field->value = kind != SIGNET_FIELD_SECRET ? dup_shown (object, "value", MAX_HELP) : NULL;
  field->required = required != NULL && JSON_NODE_HOLDS_VALUE (required) && json_node_get_value_type (required) == G_TYPE_BOOLEAN &&
                    json_node_get_boolean (required);
  if (kind == SIGNET_FIELD_CHOICE && !has_choices (object))
    return refuse (error, "has a choice without choices");
  if (kind == SIGNET_FIELD_CHOICE && !read_choices (field, json_object_get_array_member (object, "choices"), error))
    return FALSE;
  return read_pattern (field, object, error);
}

/* {"fields": […]} -> a form. Errors: SIGNET_PLUGIN_ERROR_PROTOCOL. */
SignetForm *
_signet_enrolment_form_parse (JsonNode *result, GError **error)
{
  g_autoptr (SignetForm) form = signet_form_new ();
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (result) ? json_node_get_object (result) : NULL;
  JsonNode *node = object != NULL ? json_object_get_member (object, "fields") : NULL;
  JsonArray *fields = node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

  if (fields == NULL || json_array_get_length (fields) > MAX_FIELDS)
    {
      refuse (error, "has no fields or too many");
      return NULL;
    }
  for (guint i = 0; i < json_array_get_length (fields); i++)
    {
      JsonNode *field = json_array_get_element (fields, i);

      if (!JSON_NODE_HOLDS_OBJECT (field))
        {
          refuse (error, "has a field that is not an object");
          return NULL;
        }
      if (!read_field (form, json_node_get_object (field), error))
        return NULL;
    }
  return g_steal_pointer (&form);
}

static JsonObject *
group_json (GKeyFile *file, const char *group)
{
  JsonObject *object = json_object_new ();
  g_auto (GStrv) keys = g_key_file_get_keys (file, group, NULL, NULL);

  for (gsize i = 0; keys != NULL && keys[i] != NULL; i++)
    {
      g_autofree char *value = strchr (keys[i], '[') == NULL ? g_key_file_get_locale_string (file, group, keys[i], NULL, NULL) : NULL;

      if (value != NULL)
        json_object_set_string_member (object, keys[i], value);
    }
  return object;
}

/* The groups of the profile, texts in the person's language. (transfer full) */
JsonObject *
_signet_enrolment_profile_json (SignetAuthority *authority)
{
  GKeyFile *file = signet_authority_get_profile (authority);
  g_auto (GStrv) groups = g_key_file_get_groups (file, NULL);
  JsonObject *object = json_object_new ();

  for (gsize i = 0; groups[i] != NULL; i++)
    json_object_set_object_member (object, groups[i], group_json (file, groups[i]));
  return object;
}
