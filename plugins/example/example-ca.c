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
  JsonObject *fields = signet_sdk_new_form ();

  signet_sdk_add_field (fields, "text", "name", "Name (sample)", TRUE);
  return fields;
}
/* guide: end */

/* guide: read */
static JsonObject *
read_answer (JsonObject *answer, const char *csr, GError **error)
{
  gint64 status = signet_sdk_get_int (answer, "status");

  if (status == 200)
    return signet_sdk_issued (signet_sdk_get_string (answer, "body"));
  if (status == 202)
    return signet_sdk_waiting (csr, MAX (signet_sdk_get_int (answer, "retry_after"), 60));
  g_set_error (error, SIGNET_SDK_ERROR, status >= 500 ? SIGNET_SDK_ERROR_TRY_LATER : SIGNET_SDK_ERROR_REJECTED,
               "the authority answered with status %d", (int) status);
  return NULL;
}
/* guide: end */

/* guide: send */
static JsonObject *
send_request (SignetSdk *sdk, JsonObject *params, const char *csr, GError **error)
{
  gsize length = 0;
  g_autofree guint8 *der = g_base64_decode (csr != NULL ? csr : "", &length);
  g_autoptr (JsonObject) answer =
    signet_sdk_http (sdk, "POST", signet_sdk_get_setting (params, "Url"), "application/pkcs10", der, length, NULL, error);

  return answer != NULL ? read_answer (answer, csr, error) : NULL;
}
/* guide: end */

/* guide: submit */
static JsonObject *
submit (SignetSdk *sdk, JsonObject *params, gpointer user_data, GError **error)
{
  g_autofree char *csr = signet_sdk_make_csr (sdk, error);

  signet_sdk_progress (sdk, "submitting", -1);
  return csr != NULL ? send_request (sdk, params, csr, error) : NULL;
}
/* guide: end */

/* guide: poll */
static JsonObject *
poll (SignetSdk *sdk, JsonObject *params, gpointer user_data, GError **error)
{
  return send_request (sdk, params, signet_sdk_get_cookie (params), error);
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
