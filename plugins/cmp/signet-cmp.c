/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-cmp.c: the CA plugin for authorities that speak CMP (RFC 4210, RFC 9480, RFC 9483). It decides which message goes where
 * and what protects it; the host builds, protects and sends it. It sees neither a key nor a secret: it names them.
 */
#define G_LOG_DOMAIN "signet-cmp"

#include <string.h>

#include "../sdk/signet-sdk.h"

/* --- messages --------------------------------------------------------------------------------------------------------------- */

static JsonObject *
issuance_of (JsonObject *params)
{
  return signet_sdk_get_object (signet_sdk_get_object (params, "profile"), "Issuance");
}

static const char *
setting (JsonObject *params, const char *key, const char *otherwise)
{
  JsonObject *issuance = issuance_of (params);
  const char *value = issuance != NULL ? signet_sdk_get_string (issuance, key) : NULL;

  return value != NULL && *value != '\0' ? value : otherwise;
}

static gboolean
is_renewal (JsonObject *params)
{
  JsonObject *request = signet_sdk_get_object (params, "request");

  return request != NULL && g_strcmp0 (signet_sdk_get_string (request, "kind"), "renew") == 0;
}

/* What there is already signs a renewal; somebody new has nothing but the code from the authority's letter. All messages of a transaction
   are protected alike (RFC 9483, 3.1). */
static JsonObject *
protection_of (const char *kind)
{
  JsonObject *protection = json_object_new ();

  if (strcmp (kind, "signature") == 0)
    json_object_set_string_member (protection, "signature", "current");
  else
    json_object_set_string_member (protection, "secret", "activation-code");
  return protection;
}

static JsonObject *
new_message (JsonObject *params, const char *body)
{
  JsonObject *issuance = issuance_of (params);
  JsonObject *fields = signet_sdk_get_object (signet_sdk_get_object (params, "request"), "fields");
  JsonObject *message = json_object_new ();

  json_object_set_string_member (message, "body", body);
  signet_sdk_copy_string (message, "url", issuance, "Url");
  signet_sdk_copy_string (message, "recipient", issuance, "Recipient");
  signet_sdk_copy_string (message, "reference", fields, "reference");
  return message;
}

static JsonObject *
run_cmp (SignetSdk *sdk, JsonObject *params, const char *body, GError **error)
{
  JsonObject *message = new_message (params, body);
  const char *kind = is_renewal (params) ? setting (params, "RenewProtection", "signature") : setting (params, "Protection", "secret");

  json_object_set_object_member (message, "protection", protection_of (kind));
  json_object_set_boolean_member (message, "implicit_confirm", strcmp (setting (params, "ImplicitConfirm", "false"), "true") == 0);
  return signet_sdk_ask (sdk, "cmp.run", message, error);
}

/* --- submit, renew, poll, accept ---------------------------------------------------------------------------------------------- */

/* ir for somebody new (initialization); the profile may ask for cr or p10cr instead. */
static JsonObject *
submit (SignetSdk *sdk, JsonObject *params, gpointer user_data, GError **error)
{
  signet_sdk_progress (sdk, "submitting", -1);
  return run_cmp (sdk, params, setting (params, "Body", "ir"), error);
}

static JsonObject *
renew (SignetSdk *sdk, JsonObject *params, gpointer user_data, GError **error)
{
  signet_sdk_progress (sdk, "submitting", -1);
  return run_cmp (sdk, params, setting (params, "RenewBody", "kur"), error);
}

/* What the host read from the authority's answer, as the state of the request. */
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

/* The same message; that it says no the host sees to. */
static JsonObject *
decline (SignetSdk *sdk, JsonObject *params, gpointer user_data, GError **error)
{
  return run_cmp (sdk, params, "certConf", error);
}

/* --- revoke, suspend, resume: rr; the host sees to it that each does no more than its name says ----------------------------------- */

static JsonObject *
change_standing (SignetSdk *sdk, JsonObject *params, gpointer user_data, GError **error)
{
  JsonObject *message = new_message (params, "rr");

  signet_sdk_copy_string (message, "reason", params, "reason");
  json_object_set_object_member (message, "protection", protection_of (setting (params, "RevokeProtection", "signature")));
  return signet_sdk_ask (sdk, "cmp.run", message, error);
}

/* --- chain: genm ------------------------------------------------------------------------------------------------------------------- */

/* Hearsay: the host compares it with the filed chain and shows it. */
static JsonObject *
chain (SignetSdk *sdk, JsonObject *params, gpointer user_data, GError **error)
{
  return signet_sdk_ask (sdk, "cmp.run", new_message (params, "genm"), error);
}

static const SignetSdkEntry methods[] = {
  { "profiles", signet_sdk_answer_profiles }, { "form", signet_sdk_answer_form }, { "disclose", signet_sdk_answer_disclose },
  { "chain", chain },
  { "submit", submit }, { "renew", renew }, { "poll", poll }, { "accept", accept }, { "decline", decline },
  { "revoke", change_standing }, { "suspend", change_standing }, { "resume", change_standing }, { NULL, NULL },
};

int
main (void)
{
  return signet_sdk_main (methods, NULL);
}
