/* SPDX-License-Identifier: MIT */
/* signet-sdk-scep.c: SCEP (RFC 8894) for a plugin that carries messages: the host makes them and opens the answers. Single-threaded. */
#define G_LOG_DOMAIN "signet-sdk-scep"

#include "signet-sdk.h"

static JsonObject *
new_params (const SignetSdkScepServer *server)
{
  JsonObject *params = json_object_new ();

  json_object_set_string_member (params, "ca", server->ca != NULL ? server->ca : "");
  json_object_set_string_member (params, "caps", server->caps != NULL ? server->caps : "");
  return params;
}

JsonObject *
signet_sdk_scep_make (SignetSdk *sdk, const char *type, const SignetSdkScepServer *server, const char *challenge, GError **error)
{
  JsonObject *params = new_params (server);

  json_object_set_string_member (params, "type", type);
  if (challenge != NULL)
    json_object_set_object_member (params, "challenge", signet_sdk_secret (challenge, NULL));
  return signet_sdk_ask (sdk, "scep.make", params, error);
}

static JsonObject *
open_as (SignetSdk *sdk, const char *member, const char *bytes, const SignetSdkScepServer *server, GError **error)
{
  JsonObject *params = new_params (server);

  json_object_set_string_member (params, member, bytes != NULL ? bytes : "");
  return signet_sdk_ask (sdk, "scep.open", params, error);
}

JsonObject *
signet_sdk_scep_open (SignetSdk *sdk, const char *message, const SignetSdkScepServer *server, GError **error)
{
  return open_as (sdk, "message", message, server, error);
}

JsonObject *
signet_sdk_scep_open_envelope (SignetSdk *sdk, const char *envelope, const SignetSdkScepServer *server, GError **error)
{
  return open_as (sdk, "envelope", envelope, server, error);
}
