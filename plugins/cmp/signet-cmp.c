/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-cmp.c: the CA plugin for authorities that speak CMP (RFC 4210). It decides which message goes where; the host builds,
 * protects and sends it. It sees neither a key nor a secret: it names them.
 */
#define G_LOG_DOMAIN "signet-cmp"

#include <string.h>

#include "../sdk/signet-sdk.h"

#define FIELD_PREFIX "Field "

/* --- form: from the groups [Field ID] of the profile -------------------------------------------------------------------- */

static void
copy_string (JsonObject *to, const char *to_name, JsonObject *from, const char *from_name)
{
  const char *value = signet_sdk_get_string (from, from_name);

  if (value != NULL)
    json_object_set_string_member (to, to_name, value);
}

static JsonArray *
read_choices (JsonObject *group)
{
  JsonArray *choices = json_array_new ();
  g_auto (GStrv) ids = g_strsplit (signet_sdk_get_string (group, "Choices"), ";", 64);
  const char *labels_text = signet_sdk_get_string (group, "ChoiceLabels");
  g_auto (GStrv) labels = g_strsplit (labels_text != NULL ? labels_text : "", ";", 64);

  for (guint i = 0; ids[i] != NULL; i++)
    {
      JsonObject *choice = json_object_new ();

      if (*ids[i] == '\0')
        {
          json_object_unref (choice);
          continue;
        }
      json_object_set_string_member (choice, "id", ids[i]);
      json_object_set_string_member (choice, "label", i < g_strv_length (labels) && *labels[i] != '\0' ? labels[i] : ids[i]);
      json_array_add_object_element (choices, choice);
    }
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
  copy_string (field, "label", group, "Label");
  copy_string (field, "help", group, "Help");
  copy_string (field, "pattern", group, "Pattern");
  copy_string (field, "message", group, "Message");
  copy_string (field, "value", group, "Value");
  if (signet_sdk_get_string (group, "Choices") != NULL)
    json_object_set_array_member (field, "choices", read_choices (group));
  return field;
}

static JsonObject *
form (SignetSdk *sdk, JsonObject *params, gpointer user_data, GError **error)
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

/* --- disclose: the group [Disclosure], as it is ---------------------------------------------------------------------------- */

static JsonObject *
disclose (SignetSdk *sdk, JsonObject *params, gpointer user_data, GError **error)
{
  static const char *const keys[] = { "Terms", "Cps", "Fees", "DataUse", "Liability" };
  JsonObject *group = signet_sdk_get_object (signet_sdk_get_object (params, "profile"), "Disclosure");
  JsonObject *result = json_object_new ();
  JsonObject *terms = json_object_new ();

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    copy_string (terms, keys[i], group, keys[i]);
  json_object_set_object_member (result, "terms", terms);
  return result;
}

static JsonObject *
profiles (SignetSdk *sdk, JsonObject *params, gpointer user_data, GError **error)
{
  JsonObject *result = json_object_new ();

  json_object_set_array_member (result, "profiles", json_array_new ());
  return result;
}

/* The filed chain is the host's own: this protocol brings no other. */
static JsonObject *
chain (SignetSdk *sdk, JsonObject *params, gpointer user_data, GError **error)
{
  JsonObject *result = json_object_new ();

  json_object_set_array_member (result, "certificates", json_array_new ());
  return result;
}

/* --- submit, poll, accept --------------------------------------------------------------------------------------------------- */

/* ir for somebody new (initialization); the profile may ask for cr or p10cr instead. */
static const char *
body_type (JsonObject *issuance)
{
  const char *body = signet_sdk_get_string (issuance, "Body");

  return body != NULL ? body : "ir";
}

static JsonObject *
run_cmp (SignetSdk *sdk, JsonObject *params, const char *body, GError **error)
{
  JsonObject *issuance = signet_sdk_get_object (signet_sdk_get_object (params, "profile"), "Issuance");
  JsonObject *fields = signet_sdk_get_object (signet_sdk_get_object (params, "request"), "fields");
  JsonObject *ask = json_object_new ();
  JsonObject *secret = json_object_new ();

  json_object_set_string_member (ask, "body", body);
  copy_string (ask, "url", issuance, "Url");
  copy_string (ask, "recipient", issuance, "Recipient");
  copy_string (ask, "reference", fields, "reference");
  json_object_set_string_member (secret, "secret", "activation-code");
  json_object_set_object_member (ask, "protection", secret);
  return signet_sdk_ask (sdk, "cmp.run", ask, error);
}

/* What the host read from the authority's answer, as the state of the request. */
static JsonObject *
submit (SignetSdk *sdk, JsonObject *params, gpointer user_data, GError **error)
{
  JsonObject *issuance = signet_sdk_get_object (signet_sdk_get_object (params, "profile"), "Issuance");

  signet_sdk_progress (sdk, "submitting", -1);
  return run_cmp (sdk, params, body_type (issuance), error);
}

static JsonObject *
poll (SignetSdk *sdk, JsonObject *params, gpointer user_data, GError **error)
{
  return run_cmp (sdk, params, "pollReq", error);
}

static JsonObject *
accept (SignetSdk *sdk, JsonObject *params, gpointer user_data, GError **error)
{
  return run_cmp (sdk, params, "certConf", error);
}

static const SignetSdkEntry methods[] = {
  { "profiles", profiles }, { "form", form }, { "disclose", disclose }, { "chain", chain },
  { "submit", submit }, { "poll", poll }, { "accept", accept }, { NULL, NULL },
};

int
main (void)
{
  return signet_sdk_main (methods, NULL);
}
