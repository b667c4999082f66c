/* SPDX-License-Identifier: MIT */
/* signet-sdk-profile.c: what a profile alone answers: the form of its [Field ID] groups, the terms of its [Disclosure]. */
#define G_LOG_DOMAIN "signet-sdk-profile"

#include "signet-sdk.h"

#include <string.h>

#define FIELD_PREFIX "Field "
#define MAX_CHOICES 64

void
signet_sdk_copy_string (JsonObject *to, const char *to_name, JsonObject *from, const char *from_name)
{
  const char *value = signet_sdk_get_string (from, from_name);

  if (value != NULL)
    json_object_set_string_member (to, to_name, value);
}

static void
add_choice (JsonArray *choices, const char *id, const char *label)
{
  JsonObject *choice = json_object_new ();

  json_object_set_string_member (choice, "id", id);
  json_object_set_string_member (choice, "label", label != NULL && *label != '\0' ? label : id);
  json_array_add_object_element (choices, choice);
}

/* Choices=a;b;c beside ChoiceLabels=A;B;C */
static JsonArray *
read_choices (JsonObject *group)
{
  JsonArray *choices = json_array_new ();
  const char *labels_text = signet_sdk_get_string (group, "ChoiceLabels");
  g_auto (GStrv) ids = g_strsplit (signet_sdk_get_string (group, "Choices"), ";", MAX_CHOICES);
  g_auto (GStrv) labels = g_strsplit (labels_text != NULL ? labels_text : "", ";", MAX_CHOICES);

  for (guint i = 0; ids[i] != NULL; i++)
    if (*ids[i] != '\0')
      add_choice (choices, ids[i], i < g_strv_length (labels) ? labels[i] : NULL);
  return choices;
}

static JsonObject *
read_field (const char *id, JsonObject *group)
{
  JsonObject *field = json_object_new ();
  const char *type = signet_sdk_get_string (group, "Type");

  json_object_set_string_member (field, "id", id);
  json_object_set_string_member (field, "type", type != NULL ? type : "text");
  json_object_set_boolean_member (field, "required", g_strcmp0 (signet_sdk_get_string (group, "Required"), "true") == 0);
  signet_sdk_copy_string (field, "label", group, "Label");
  signet_sdk_copy_string (field, "help", group, "Help");
  signet_sdk_copy_string (field, "pattern", group, "Pattern");
  signet_sdk_copy_string (field, "message", group, "Message");
  signet_sdk_copy_string (field, "value", group, "Value");
  if (signet_sdk_get_string (group, "Choices") != NULL)
    json_object_set_array_member (field, "choices", read_choices (group));
  return field;
}

JsonObject *
signet_sdk_profile_form (JsonObject *params)
{
  JsonObject *profile = signet_sdk_get_object (params, "profile");
  JsonObject *result = json_object_new ();
  JsonArray *fields = json_array_new ();
  g_autoptr (GList) names = profile != NULL ? json_object_get_members (profile) : NULL;

  for (GList *at = names; at != NULL; at = at->next)
    if (g_str_has_prefix (at->data, FIELD_PREFIX) && signet_sdk_get_object (profile, at->data) != NULL)
      json_array_add_object_element (fields, read_field ((const char *) at->data + strlen (FIELD_PREFIX),
                                                         signet_sdk_get_object (profile, at->data)));
  json_object_set_array_member (result, "fields", fields);
  return result;
}

JsonObject *
signet_sdk_profile_disclose (JsonObject *params)
{
  static const char *const keys[] = { "Terms", "Cps", "Fees", "DataUse", "Liability" };
  JsonObject *group = signet_sdk_get_object (signet_sdk_get_object (params, "profile"), "Disclosure");
  JsonObject *result = json_object_new ();
  JsonObject *terms = json_object_new ();

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    signet_sdk_copy_string (terms, keys[i], group, keys[i]);
  json_object_set_object_member (result, "terms", terms);
  return result;
}

/* --- methods as they are ------------------------------------------------------------------------------------------------------ */

JsonObject *
signet_sdk_answer_form (SignetSdk *sdk, JsonObject *params, gpointer user_data, GError **error)
{
  return signet_sdk_profile_form (params);
}

JsonObject *
signet_sdk_answer_disclose (SignetSdk *sdk, JsonObject *params, gpointer user_data, GError **error)
{
  return signet_sdk_profile_disclose (params);
}

JsonObject *
signet_sdk_answer_profiles (SignetSdk *sdk, JsonObject *params, gpointer user_data, GError **error)
{
  JsonObject *result = json_object_new ();

  json_object_set_array_member (result, "profiles", json_array_new ());
  return result;
}

JsonObject *
signet_sdk_answer_accept (SignetSdk *sdk, JsonObject *params, gpointer user_data, GError **error)
{
  JsonObject *result = json_object_new ();

  json_object_set_string_member (result, "state", "confirmed");
  return result;
}
