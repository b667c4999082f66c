/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-broker-body.c: the body of http.request: bytes, or JSON in which a plugin names what it must not see or cannot carry. {"$secret": ID}
 * stands for a secret, {"$hmac": ID} for a keyed digest, {"$file": FIELD} for a file the person attached, in base64. The values never enter a
 * JSON tree: they are put into the finished text, which is wiped when it is sent. Runs on the thread of the call.
 */
#define G_LOG_DOMAIN "signet-broker-body"

#include "config.h"

#include "signet-broker-private.h"

#include <string.h>

#include "../base/signet-base-error.h"

#define MAX_REFERENCES 32
#define MAX_SECRET     4096
#define MAX_OVER       (700 * 1024)

/* --- secrets ------------------------------------------------------------------------------------------------------------------ */

static SignetSecret *
find_secret (SignetEnrolmentRun *run, const char *id, GError **error)
{
  g_autoptr (SignetSecret) secret = NULL;
  gsize length = 0;

  if (!_signet_broker_check_secret (run, id, error) || (secret = _signet_enrolment_run_secret (run, id, error)) == NULL)
    return NULL;
  signet_secret_get_bytes (secret, &length);
  if (length <= MAX_SECRET)
    return g_steal_pointer (&secret);
  g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_TOO_LARGE, "a secret is too long to be sent");
  return NULL;
}

static void
wipe_string (GString *text)
{
  if (text == NULL)
    return;
  signet_secret_wipe (text->str, text->len);
  g_string_free (text, TRUE);
}

/* --- HMAC (RFC 2104) ------------------------------------------------------------------------------------------------------------ */

/* The key as the authority spells it. @length: (out). (transfer full): wiped by the caller. */
static guint8 *
decode_key (SignetSecret *secret, const char *spelling, gsize *length, GError **error)
{
  gsize size;
  const guint8 *bytes = signet_secret_get_bytes (secret, &size);
  g_autofree char *text = g_strndup ((const char *) bytes, size);
  guint8 *key = NULL;

  if (g_strcmp0 (spelling, "hex") == 0)
    {
      long decoded = 0;
      guint8 *raw = OPENSSL_hexstr2buf (text, &decoded);

      key = raw != NULL ? g_memdup2 (raw, (gsize) decoded) : NULL;
      *length = (gsize) decoded;
      OPENSSL_clear_free (raw, (gsize) decoded);
    }
  else if (g_strcmp0 (spelling, "base64") == 0)
    key = g_base64_decode (text, length);
  else
    {
      key = g_memdup2 (bytes, size);
      *length = size;
    }
  signet_secret_wipe (text, strlen (text));
  if (key == NULL || *length == 0)
    g_set_error_literal (error, SIGNET_PLUGIN_ERROR, SIGNET_PLUGIN_ERROR_WRONG_SECRET, "the key is not spelt as the authority spells it");
  return *length > 0 ? key : NULL;
}

static char *
spell_digest (const guint8 *digest, gsize length, const char *spelling)
{
  g_autoptr (GString) text = NULL;

  if (g_strcmp0 (spelling, "base64") == 0)
    return g_base64_encode (digest, length);
  text = g_string_new (NULL);
  for (gsize i = 0; i < length; i++)
    g_string_append_printf (text, "%02x", digest[i]);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static char *
compute_hmac (const guint8 *key, gsize key_length, GBytes *over, const char *spelling)
{
  GHmac *hmac = g_hmac_new (G_CHECKSUM_SHA256, key, key_length);
  guint8 digest[32];
  gsize length = sizeof digest;

  g_hmac_update (hmac, g_bytes_get_data (over, NULL), (gssize) g_bytes_get_size (over));
  g_hmac_get_digest (hmac, digest, &length);
  g_hmac_unref (hmac);
  return spell_digest (digest, length, spelling);
}

/* "over" of @how, else @body. (transfer full) (nullable) */
static GBytes *
bytes_under_hmac (JsonObject *how, GBytes *body)
{
  const char *text = _signet_broker_get_text (how, "over");
  gsize length;
  guint8 *data;

  if (text == NULL)
    return body != NULL ? g_bytes_ref (body) : NULL;
  data = g_base64_decode (text, &length);
  return g_bytes_new_take (data, length);
}

/* @params: those of http.request: its "hmac" says how {"digest": "sha256", "key": text|hex|base64, "as": hex|base64, "over"}. @body:
   (nullable): when there is no "over". (transfer full) */
char *
_signet_broker_make_hmac (SignetEnrolmentRun *run, const char *id, JsonObject *params, GBytes *body, GError **error)
{
  JsonObject *how = _signet_broker_get_object (params, "hmac");
  g_autoptr (GBytes) over = how != NULL ? bytes_under_hmac (how, body) : NULL;
  g_autoptr (SignetSecret) secret = NULL;
  guint8 *key;
  gsize length = 0;
  char *text;

  if (over == NULL || g_bytes_get_size (over) > MAX_OVER || g_strcmp0 (_signet_broker_get_text (how, "digest"), "sha256") != 0)
    {
      _signet_broker_misuse (error, "an HMAC needs “hmac” with the digest sha256, and something to be computed over");
      return NULL;
    }
  if ((secret = find_secret (run, id, error)) == NULL ||
      (key = decode_key (secret, _signet_broker_get_text (how, "key"), &length, error)) == NULL)
    return NULL;
  text = compute_hmac (key, length, over, _signet_broker_get_text (how, "as"));
  signet_secret_wipe (key, length);
  g_free (key);
  return text;
}

/* --- JSON with references ----------------------------------------------------------------------------------------------------------- */

typedef struct {
  SignetEnrolmentRun *run;
  JsonObject         *params;
  char               *mark;     /* what no text of the plugin can contain: made for this body */
  GPtrArray          *values;   /* (element-type GString): for mark-0, mark-1… */
  GError            **error;
} Build;

/* RFC 8259, 7 */
static gboolean
append_escaped (GString *to, const char *text, gsize length, GError **error)
{
  if (!g_utf8_validate (text, (gssize) length, NULL))
    {
      g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_USAGE, "a secret that is not text cannot be sent in JSON");
      return FALSE;
    }
  for (gsize i = 0; i < length; i++)
    {
      if (text[i] == '"' || text[i] == '\\')
        g_string_append_c (to, '\\');
      if ((guchar) text[i] < 0x20)
        g_string_append_printf (to, "\\u%04x", (guint) (guchar) text[i]);
      else
        g_string_append_c (to, text[i]);
    }
  return TRUE;
}

static gboolean
put_secret (Build *build, const char *id, GString *value)
{
  g_autoptr (SignetSecret) secret = find_secret (build->run, id, build->error);
  const guint8 *bytes;
  gsize length;

  if (secret == NULL)
    return FALSE;
  bytes = signet_secret_get_bytes (secret, &length);
  return append_escaped (value, (const char *) bytes, length, build->error);
}

static gboolean
put_hmac (Build *build, const char *id, GString *value)
{
  g_autofree char *text = _signet_broker_make_hmac (build->run, id, build->params, NULL, build->error);

  if (text != NULL)
    g_string_append (value, text);
  return text != NULL;
}

/* Past the plugin: a line to it would be too short for most files. */
static gboolean
put_file (Build *build, const char *field, GString *value)
{
  g_autoptr (GBytes) content = _signet_request_file_content (build->run->enrolment->store, build->run->request, field, build->error);
  g_autofree char *text = content != NULL ? g_base64_encode (g_bytes_get_data (content, NULL), g_bytes_get_size (content)) : NULL;

  if (text != NULL)
    g_string_append (value, text);
  return text != NULL;
}

/* The one member of a reference; NULL: an object like any other. */
static const char *
reference_kind (JsonObject *object)
{
  g_autoptr (GList) names = json_object_get_members (object);

  for (GList *at = names; at != NULL; at = at->next)
    if (((const char *) at->data)[0] == '$')
      return at->data;
  return NULL;
}

static JsonNode *
build_reference (Build *build, JsonObject *object, const char *kind)
{
  static const struct { const char *kind; gboolean (*put) (Build *build, const char *id, GString *value); } rows[] = {
    { "$secret", put_secret }, { "$hmac", put_hmac }, { "$file", put_file },
  };
  const char *id = _signet_broker_get_text (object, kind);
  g_autofree char *mark = NULL;
  GString *value;

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      if (strcmp (rows[i].kind, kind) != 0)
        continue;
      if (id == NULL || json_object_get_size (object) != 1 || build->values->len >= MAX_REFERENCES || build->run->request == NULL)
        break;
      mark = g_strdup_printf ("%s%u.", build->mark, build->values->len);
      /* as long as it will ever be: what grows is copied, and the copy is not wiped */
      value = g_string_sized_new (6 * MAX_SECRET + 1);
      g_ptr_array_add (build->values, value);
      return rows[i].put (build, id, value) ? json_node_init_string (json_node_alloc (), mark) : NULL;
    }
  _signet_broker_misuse (build->error, "a reference in JSON is {\"$secret\": ID}, {\"$hmac\": ID} or {\"$file\": FIELD}");
  return NULL;
}

static JsonNode *build_node (Build *build, JsonNode *node);

static JsonNode *
build_object (Build *build, JsonObject *object)
{
  g_autoptr (JsonObject) copy = json_object_new ();
  g_autoptr (GList) names = json_object_get_members (object);
  const char *kind = reference_kind (object);
  JsonNode *node;

  if (kind != NULL)
    return build_reference (build, object, kind);
  for (GList *at = names; at != NULL; at = at->next)
    {
      JsonNode *member = build_node (build, json_object_get_member (object, at->data));

      if (member == NULL)
        return NULL;
      json_object_set_member (copy, at->data, member);
    }
  node = json_node_new (JSON_NODE_OBJECT);
  json_node_take_object (node, g_steal_pointer (&copy));
  return node;
}

static JsonNode *
build_array (Build *build, JsonArray *array)
{
  g_autoptr (JsonArray) copy = json_array_new ();
  JsonNode *node;

  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonNode *element = build_node (build, json_array_get_element (array, i));

      if (element == NULL)
        return NULL;
      json_array_add_element (copy, element);
    }
  node = json_node_new (JSON_NODE_ARRAY);
  json_node_take_array (node, g_steal_pointer (&copy));
  return node;
}

static JsonNode *
build_node (Build *build, JsonNode *node)
{
  if (JSON_NODE_HOLDS_OBJECT (node))
    return build_object (build, json_node_get_object (node));
  if (JSON_NODE_HOLDS_ARRAY (node))
    return build_array (build, json_node_get_array (node));
  return json_node_copy (node);
}

static gsize
length_of_values (Build *build)
{
  gsize length = 0;

  for (guint i = 0; i < build->values->len; i++)
    length += ((GString *) build->values->pdata[i])->len;
  return length;
}

/* Every mark in @text becomes its value; they stand in the order they were made. (transfer full) */
static GString *
put_values_in (Build *build, const char *text)
{
  GString *whole = g_string_sized_new (strlen (text) + length_of_values (build) + 1);

  for (guint i = 0; i < build->values->len; i++)
    {
      g_autofree char *mark = g_strdup_printf ("%s%u.", build->mark, i);
      const char *at = strstr (text, mark);
      GString *value = build->values->pdata[i];

      if (at == NULL)
        continue;
      g_string_append_len (whole, text, at - text);
      g_string_append_len (whole, value->str, (gssize) value->len);
      text = at + strlen (mark);
    }
  return g_string_append (whole, text);
}

static GBytes *
bytes_to_wipe (GString *text)
{
  return g_bytes_new_with_free_func (text->str, text->len, (GDestroyNotify) wipe_string, text);
}

/* A whole file, without a way through the plugin. */
static GBytes *
read_file (SignetEnrolmentRun *run, JsonObject *params, GError **error)
{
  const char *field = _signet_broker_get_text (params, "body_file");

  if (field != NULL && run->request != NULL)
    return _signet_request_file_content (run->enrolment->store, run->request, field, error);
  _signet_broker_misuse (error, "body_file names a field of the form");
  return NULL;
}

static GBytes *
build_json (SignetEnrolmentRun *run, JsonObject *params, GError **error)
{
  g_autofree char *uuid = g_uuid_string_random ();
  g_autofree char *mark = g_strconcat ("signet-", uuid, "-", NULL);
  g_autoptr (GPtrArray) values = g_ptr_array_new_with_free_func ((GDestroyNotify) wipe_string);
  Build build = { .run = run, .params = params, .mark = mark, .values = values, .error = error };
  g_autoptr (JsonNode) node = build_node (&build, json_object_get_member (params, "json"));
  g_autofree char *text = node != NULL ? json_to_string (node, FALSE) : NULL;

  return text != NULL ? bytes_to_wipe (put_values_in (&build, text)) : NULL;
}

/* "body" (base64), "json" or "body_file" (a field of the form) of http.request. @body: (out) (nullable): none was asked for. */
gboolean
_signet_broker_make_body (SignetEnrolmentRun *run, JsonObject *params, GBytes **body, GError **error)
{
  const char *text = _signet_broker_get_text (params, "body");
  gsize length;
  guint8 *data;

  *body = NULL;
  if (text != NULL && json_object_has_member (params, "json"))
    return _signet_broker_misuse (error, "a request has a body or JSON, not both");
  if (json_object_has_member (params, "json"))
    return (*body = build_json (run, params, error)) != NULL;
  if (text == NULL && json_object_has_member (params, "body_file"))
    return (*body = read_file (run, params, error)) != NULL;
  if (text == NULL)
    return TRUE;
  data = g_base64_decode (text, &length);
  *body = g_bytes_new_take (data, length);
  return TRUE;
}
