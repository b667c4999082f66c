/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-pkcs10.c: the CA plugin for authorities with a counter or a web form. The request is a file the person carries there; the answer
 * is a file too. It touches no network.
 */
#define G_LOG_DOMAIN "signet-pkcs10"

#include <string.h>

#include "../sdk/signet-sdk.h"
#include "pkcs10-answer.h"

#define ANSWER "answer"   /* the field of the form, and of the file once it is attached */

/* --- the request ----------------------------------------------------------------------------------------------------------------- */

static char *
to_pem (const char *base64)
{
  g_autoptr (GString) pem = g_string_new ("-----BEGIN CERTIFICATE REQUEST-----\n");

  for (gsize at = 0, length = strlen (base64); at < length; at += 64)
    g_string_append_printf (pem, "%.64s\n", base64 + at);
  g_string_append (pem, "-----END CERTIFICATE REQUEST-----\n");
  return g_string_free (g_steal_pointer (&pem), FALSE);
}

/* [Issuance] Format=pem (also when absent) or der; Instructions: where to carry it. */
static JsonObject *
hand (JsonObject *params, const char *csr, const char *key)
{
  JsonObject *issuance = signet_sdk_get_object (signet_sdk_get_object (params, "profile"), "Issuance");
  gboolean der = g_strcmp0 (signet_sdk_get_string (issuance, "Format"), "der") == 0;
  g_autofree char *pem = to_pem (csr);
  g_autofree char *file = der ? g_strdup (csr) : g_base64_encode ((const guchar *) pem, strlen (pem));
  g_autofree char *name = g_strdup_printf ("request-%" G_GINT64_FORMAT ".%s", signet_sdk_get_int (signet_sdk_get_object (params, "request"), "id"),
                                           der ? "der" : "csr");
  JsonObject *result = json_object_new ();

  json_object_set_string_member (result, "state", "hand");
  json_object_set_string_member (result, "file", file);
  json_object_set_string_member (result, "name", name);
  signet_sdk_copy_string (result, "text", issuance, "Instructions");
  json_object_set_string_member (result, "cookie", key);
  return result;
}

static JsonObject *
submit (SignetSdk *sdk, JsonObject *params, gpointer user_data, GError **error)
{
  g_autoptr (JsonObject) made = signet_sdk_ask (sdk, "csr.make", json_object_new (), error);
  const char *csr = signet_sdk_get_string (made, "csr");
  gsize length = 0;
  g_autofree guint8 *der = csr != NULL ? g_base64_decode (csr, &length) : NULL;
  g_autofree char *key = length > 0 ? pkcs10_request_key (der, length) : NULL;

  if (made == NULL)
    return NULL;
  if (key != NULL)
    return hand (params, csr, key);
  g_set_error_literal (error, SIGNET_SDK_ERROR, SIGNET_SDK_ERROR_FAILED, "the host made no request that can be read");
  return NULL;
}

/* --- the answer -------------------------------------------------------------------------------------------------------------------- */

/* (nullable): what is attached as @field, or was told of it: its hash. */
static const char *
attached (JsonObject *params, const char *member)
{
  JsonNode *node = json_object_get_member (signet_sdk_get_object (params, "request"), "files");
  JsonArray *files = node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

  for (guint i = 0; files != NULL && i < json_array_get_length (files); i++)
    {
      JsonNode *file = json_array_get_element (files, i);
      JsonObject *object = JSON_NODE_HOLDS_OBJECT (file) ? json_node_get_object (file) : NULL;

      if (g_strcmp0 (signet_sdk_get_string (object, "id"), ANSWER) == 0)
        return signet_sdk_get_string (object, member);
    }
  return NULL;
}

static JsonObject *
answer_form (void)
{
  JsonObject *object = json_object_new ();
  JsonObject *field = json_object_new ();
  JsonArray *fields = json_array_new ();

  json_object_set_string_member (field, "id", ANSWER);
  json_object_set_string_member (field, "type", "file");
  json_object_set_string_member (field, "label", "Answer of the authority (PEM, DER, PKCS#7)");
  json_object_set_boolean_member (field, "required", TRUE);
  json_array_add_object_element (fields, field);
  json_object_set_array_member (object, "fields", fields);
  return object;
}

static gboolean
read_piece (SignetSdk *sdk, GByteArray *content, gsize *size, GError **error)
{
  JsonObject *params = json_object_new ();
  g_autoptr (JsonObject) piece = NULL;
  g_autofree guint8 *data = NULL;
  const char *text;
  gsize length = 0;

  json_object_set_string_member (params, "file", ANSWER);
  json_object_set_int_member (params, "offset", content->len);
  if ((piece = signet_sdk_ask (sdk, "file.read", params, error)) == NULL)
    return FALSE;
  *size = (gsize) signet_sdk_get_int (piece, "size");
  text = signet_sdk_get_string (piece, "content");
  data = text != NULL ? g_base64_decode (text, &length) : NULL;
  if (*size > PKCS10_MAX_ANSWER || (length == 0 && *size > 0))
    {
      g_set_error_literal (error, SIGNET_SDK_ERROR, SIGNET_SDK_ERROR_FAILED, "this file is too large for an answer");
      return FALSE;
    }
  g_byte_array_append (content, data, (guint) length);
  return TRUE;
}

static GByteArray *
read_file (SignetSdk *sdk, GError **error)
{
  g_autoptr (GByteArray) content = g_byte_array_new ();
  gsize size = 1;

  while (content->len < size)
    if (!read_piece (sdk, content, &size, error))
      return NULL;
  return g_steal_pointer (&content);
}

static void
set_bytes (JsonObject *object, const char *name, GBytes *bytes)
{
  g_autofree char *text = g_base64_encode (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));

  json_object_set_string_member (object, name, text);
}

static JsonObject *
issued (const Pkcs10Answer *answer)
{
  JsonObject *result = json_object_new ();
  JsonArray *chain = json_array_new ();

  json_object_set_string_member (result, "state", "issued");
  set_bytes (result, "certificate", answer->certificate);
  for (guint i = 0; i < answer->others->len; i++)
    {
      GBytes *der = answer->others->pdata[i];
      g_autofree char *text = g_base64_encode (g_bytes_get_data (der, NULL), g_bytes_get_size (der));

      json_array_add_string_element (chain, text);
    }
  json_object_set_array_member (result, "chain", chain);
  return result;
}

/* A file that was no answer is not looked at twice: the cookie tells it. Kept before it is taken apart, so that one that brings
   this program down does so once. */
static gboolean
note_seen (SignetSdk *sdk, const char *key, GByteArray *content, GError **error)
{
  JsonObject *params = json_object_new ();
  g_autofree char *hash = g_compute_checksum_for_data (G_CHECKSUM_SHA256, content->data, content->len);
  g_autofree char *cookie = g_strdup_printf ("%s %s", key, hash);
  g_autoptr (JsonObject) done = NULL;

  json_object_set_string_member (params, "cookie", cookie);
  done = signet_sdk_ask (sdk, "cookie.keep", params, error);
  return done != NULL;
}

/* What is attached already, unless it was no answer; else the person is asked. */
static GByteArray *
find_file (SignetSdk *sdk, JsonObject *params, const char *seen, GError **error)
{
  const char *hash = attached (params, "sha256");
  g_autoptr (JsonObject) asked = NULL;

  if (hash == NULL || g_strcmp0 (hash, seen) == 0)
    {
      asked = signet_sdk_ask (sdk, "ask", answer_form (), error);
      if (asked == NULL)
        return NULL;
    }
  return read_file (sdk, error);
}

static JsonObject *
poll (SignetSdk *sdk, JsonObject *params, gpointer user_data, GError **error)
{
  const char *cookie = signet_sdk_get_string (params, "cookie");
  g_auto (GStrv) parts = g_strsplit (cookie != NULL ? cookie : "", " ", 2);
  const char *key = parts[0] != NULL ? parts[0] : "";
  g_autoptr (GByteArray) content = find_file (sdk, params, parts[0] != NULL ? parts[1] : NULL, error);
  g_autoptr (Pkcs10Answer) answer = NULL;

  if (content == NULL || !note_seen (sdk, key, content, error))
    return NULL;
  answer = pkcs10_answer_read (content->data, content->len, key, error);
  return answer != NULL ? issued (answer) : NULL;
}

static const SignetSdkEntry methods[] = {
  { "profiles", signet_sdk_answer_profiles }, { "form", signet_sdk_answer_form }, { "disclose", signet_sdk_answer_disclose },
  { "submit", submit }, { "renew", submit }, { "poll", poll }, { NULL, NULL },
};

int
main (void)
{
  return signet_sdk_main (methods, NULL);
}
