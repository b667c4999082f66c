/* SPDX-License-Identifier: MIT */
/*
 * example-ca.c: the plugin docs/plugin-guide.md explains. An authority with the simplest of protocols: a PKCS#10 request is
 * posted, the certificate comes back (200) or is not ready yet (202).
 */
#include "../sdk/signet-sdk.h"

/* guide: form */
static JsonObject *
form (SignetSdk *sdk, JsonObject *params, gpointer user_data, GError **error)
{
  JsonObject *result = json_object_new ();
  JsonObject *field = json_object_new ();
  JsonArray *fields = json_array_new ();

  json_object_set_string_member (field, "id", "name");
  json_object_set_string_member (field, "type", "text");
  json_object_set_string_member (field, "label", "Name (sample)");
  json_object_set_boolean_member (field, "required", TRUE);
  json_array_add_object_element (fields, field);
  json_object_set_array_member (result, "fields", fields);
  return result;
}
/* guide: end */

/* guide: send */
static JsonObject *
send_request (SignetSdk *sdk, JsonObject *params, const char *csr, GError **error)
{
  JsonObject *issuance = signet_sdk_get_object (signet_sdk_get_object (params, "profile"), "Issuance");
  JsonObject *request = json_object_new ();

  json_object_set_string_member (request, "method", "POST");
  json_object_set_string_member (request, "url", signet_sdk_get_string (issuance, "Url"));
  json_object_set_string_member (request, "content_type", "application/pkcs10");
  json_object_set_string_member (request, "body", csr);
  return signet_sdk_ask (sdk, "http.request", request, error);
}
/* guide: end */

/* guide: read */
static JsonObject *
read_answer (JsonObject *answer, const char *csr, GError **error)
{
  JsonObject *result = json_object_new ();
  gint64 status = signet_sdk_get_int (answer, "status");

  if (status == 200)
    {
      json_object_set_string_member (result, "state", "issued");
      json_object_set_string_member (result, "certificate", signet_sdk_get_string (answer, "body"));
      return result;
    }
  if (status == 202)
    {
      json_object_set_string_member (result, "state", "waiting");
      json_object_set_string_member (result, "cookie", csr);
      json_object_set_int_member (result, "check_after", MAX (signet_sdk_get_int (answer, "retry_after"), 60));
      return result;
    }
  json_object_unref (result);
  g_set_error (error, SIGNET_SDK_ERROR, status >= 500 ? SIGNET_SDK_ERROR_TRY_LATER : SIGNET_SDK_ERROR_REJECTED,
               "the authority answered with status %d", (int) status);
  return NULL;
}
/* guide: end */

/* guide: submit */
static JsonObject *
submit (SignetSdk *sdk, JsonObject *params, gpointer user_data, GError **error)
{
  g_autoptr (JsonObject) made = signet_sdk_ask (sdk, "csr.make", json_object_new (), error);
  g_autoptr (JsonObject) answer = NULL;
  const char *csr;

  if (made == NULL)
    return NULL;
  csr = signet_sdk_get_string (made, "csr");
  signet_sdk_progress (sdk, "submitting", -1);
  answer = send_request (sdk, params, csr, error);
  return answer != NULL ? read_answer (answer, csr, error) : NULL;
}
/* guide: end */

/* guide: poll */
static JsonObject *
poll (SignetSdk *sdk, JsonObject *params, gpointer user_data, GError **error)
{
  const char *csr = signet_sdk_get_string (params, "cookie");
  g_autoptr (JsonObject) answer = send_request (sdk, params, csr, error);

  return answer != NULL ? read_answer (answer, csr, error) : NULL;
}
/* guide: end */

/* guide: main */
static const SignetSdkEntry methods[] = { { "form", form }, { "submit", submit }, { "poll", poll }, { NULL, NULL } };

int
main (void)
{
  return signet_sdk_main (methods, NULL);
}
/* guide: end */
