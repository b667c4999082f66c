/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-cmp.c: the CA plugin for authorities that speak CMP (RFC 4210). It decides which message goes where; the host builds,
 * protects and sends it. It sees neither a key nor a secret: it names them.
 */
#define G_LOG_DOMAIN "signet-cmp"

#include "../sdk/signet-sdk.h"

/* --- what the profile alone answers --------------------------------------------------------------------------------------- */

static JsonObject *
form (SignetSdk *sdk, JsonObject *params, gpointer user_data, GError **error)
{
  return signet_sdk_profile_form (params);
}

static JsonObject *
disclose (SignetSdk *sdk, JsonObject *params, gpointer user_data, GError **error)
{
  return signet_sdk_profile_disclose (params);
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
  signet_sdk_copy_string (ask, "url", issuance, "Url");
  signet_sdk_copy_string (ask, "recipient", issuance, "Recipient");
  signet_sdk_copy_string (ask, "reference", fields, "reference");
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
