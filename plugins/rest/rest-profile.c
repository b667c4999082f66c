/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * rest-profile.c: reads [Rest], [Rest Answer] and [Rest NAME] of a profile. Strict: whoever wrote it learns which key of which group is
 * wrong before anything is sent. Pure functions.
 */
#define G_LOG_DOMAIN "signet-rest-profile"

#include "rest-profile.h"

#include <string.h>

#include "../sdk/signet-sdk.h"
#include "rest-json.h"
#include "rest-template.h"

#define MAX_VALUE        16384
#define MAX_HEADERS      12
#define HEADER_PREFIX    "Header-"
#define DEFAULT_INTERVAL 3600
#define LONGEST_INTERVAL (7 * 86400)

static const char *const groups[REST_N_ENDPOINTS] = {
  [REST_LOGIN] = "Rest Login", [REST_SUBMIT] = "Rest Submit", [REST_POLL] = "Rest Poll", [REST_FETCH] = "Rest Fetch",
  [REST_ACCEPT] = "Rest Accept", [REST_RENEW] = "Rest Renew", [REST_REVOKE] = "Rest Revoke", [REST_SUSPEND] = "Rest Suspend",
  [REST_RESUME] = "Rest Resume", [REST_STATUS] = "Rest Status", [REST_TERMS] = "Rest Terms", [REST_CHAIN] = "Rest Chain",
};

static const struct {
  const char *name;
  gboolean    is_list;   /* else a JSON pointer */
} keys[REST_N_KEYS] = {
  [REST_KEY_SUCCESS] = { "Success", FALSE },
  [REST_KEY_SUCCESS_VALUES] = { "SuccessValues", TRUE },
  [REST_KEY_ERROR] = { "Error", FALSE },
  [REST_KEY_ERROR_CODE] = { "ErrorCode", FALSE },
  [REST_KEY_WRONG_SECRET_CODES] = { "WrongSecretCodes", TRUE },
  [REST_KEY_TRY_LATER_CODES] = { "TryLaterCodes", TRUE },
  [REST_KEY_STATE] = { "State", FALSE },
  [REST_KEY_ISSUED_VALUES] = { "IssuedValues", TRUE },
  [REST_KEY_WAITING_VALUES] = { "WaitingValues", TRUE },
  [REST_KEY_REJECTED_VALUES] = { "RejectedValues", TRUE },
  [REST_KEY_REASON] = { "Reason", FALSE },
  [REST_KEY_COOKIE] = { "Cookie", FALSE },
  [REST_KEY_CHECK_AFTER] = { "CheckAfter", FALSE },
  [REST_KEY_CERTIFICATE] = { "Certificate", FALSE },
  [REST_KEY_CHAIN] = { "Chain", FALSE },
  [REST_KEY_ENCRYPTION_CERTIFICATE] = { "EncryptionCertificate", FALSE },
  [REST_KEY_ENCRYPTION_KEY] = { "EncryptionKey", FALSE },
  [REST_KEY_SESSION] = { "Session", FALSE },
  [REST_KEY_DONE_VALUES] = { "DoneValues", TRUE },
  [REST_KEY_GOOD_VALUES] = { "GoodValues", TRUE },
  [REST_KEY_REVOKED_VALUES] = { "RevokedValues", TRUE },
  [REST_KEY_SUSPENDED_VALUES] = { "SuspendedValues", TRUE },
  [REST_KEY_SINCE] = { "Since", FALSE },
  [REST_KEY_TERMS] = { "Terms", FALSE },
  [REST_KEY_CPS] = { "Cps", FALSE },
  [REST_KEY_FEES] = { "Fees", FALSE },
  [REST_KEY_DATA_USE] = { "DataUse", FALSE },
  [REST_KEY_LIABILITY] = { "Liability", FALSE },
};

/* The manifest declares these: a profile cannot reach for others. */
static const char *const secrets[] = { "activation-code", "login-code", "password", "api-key", "hmac-key", NULL };

const char *
rest_endpoint_kind_get_group (RestEndpointKind kind)
{
  return groups[kind];
}

static void
rest_endpoint_free (RestEndpoint *self)
{
  if (self == NULL)
    return;
  g_free (self->path);
  g_clear_pointer (&self->body, json_node_unref);
  g_clear_pointer (&self->envelope, json_node_unref);
  g_ptr_array_unref (self->headers);
  for (guint i = 0; i < REST_N_KEYS; i++)
    {
      g_free (self->pointers[i]);
      g_strfreev (self->values[i]);
    }
  g_free (self);
}

void
rest_profile_free (RestProfile *self)
{
  if (self == NULL)
    return;
  g_free (self->url);
  g_free (self->encryption_secret);
  g_free (self->encryption_format);
  g_free (self->hmac_key);
  g_free (self->hmac_as);
  for (guint i = 0; i < REST_N_ENDPOINTS; i++)
    rest_endpoint_free (self->endpoints[i]);
  g_free (self);
}

static gboolean
bad (GError **error, const char *group, const char *key, const char *why)
{
  g_autofree char *shown = g_utf8_make_valid (key, (gssize) strnlen (key, 64));

  g_set_error (error, SIGNET_SDK_ERROR, SIGNET_SDK_ERROR_FAILED, "[%s] %s: %s", group, shown, why);
  return FALSE;
}

static gboolean
prefix_bad (GError **error, const char *group, const char *key)
{
  g_prefix_error (error, "[%s] %s: ", group, key);
  return FALSE;
}

/* --- names in templates ---------------------------------------------------------------------------------------------------- */

typedef struct {
  JsonObject      *profile;
  RestEndpointKind kind;
  const char      *key;
  gboolean         references;   /* may stand here */
} Place;

/* What a template may name, and where. */
static const struct {
  const char *name;
  guint       kinds;   /* 1 << RestEndpointKind */
} names[] = {
#define REQUESTS (1 << REST_SUBMIT | 1 << REST_RENEW)
#define LATER (1 << REST_POLL | 1 << REST_FETCH | 1 << REST_ACCEPT)
#define LIFE (1 << REST_RENEW | 1 << REST_REVOKE | 1 << REST_SUSPEND | 1 << REST_RESUME | 1 << REST_STATUS)
  { "csr:pem", REQUESTS },        { "csr:base64", REQUESTS },      { "transport-key", REQUESTS }, { "key-type", REQUESTS | LATER },
  { "subject", REQUESTS | LATER }, { "request-id", REQUESTS | LATER }, { "cookie", LATER | LIFE }, { "serial", LIFE },
  { "issuer", LIFE },             { "sha256", LIFE },              { "certificate:pem", LIFE },   { "certificate:base64", LIFE },
  { "reason", 1 << REST_REVOKE | 1 << REST_SUSPEND },              { "reason:code", 1 << REST_REVOKE | 1 << REST_SUSPEND },
  { "transaction", REQUESTS },    { "session", G_MAXUINT & ~(1u << REST_LOGIN) },
};

static gboolean
check_reference (const Place *place, const char *name, GError **error)
{
  const char *kind = NULL, *id = NULL;

  if (!rest_template_is_reference (name, &kind, &id))
    return bad (error, groups[place->kind], place->key, "names nothing that is known");
  if (!place->references)
    return bad (error, groups[place->kind], place->key, "a secret, a file or an HMAC cannot stand here");
  if (strcmp (kind, "$file") != 0 && !g_strv_contains (secrets, id))
    return bad (error, groups[place->kind], place->key, "a secret is one of activation-code, login-code, password, api-key, hmac-key");
  if (strcmp (kind, "$file") != 0)
    return TRUE;
  return *id != '\0' || bad (error, groups[place->kind], place->key, "{file:FIELD} needs the name of a field");
}

static gboolean
has_field (JsonObject *profile, const char *id)
{
  g_autofree char *group = g_strconcat ("Field ", id, NULL);

  return signet_sdk_get_object (profile, group) != NULL;
}

static gboolean
check_name (const char *name, gpointer user_data, GError **error)
{
  const Place *place = user_data;
  const char *colon = strchr (name, ':');

  if (strcmp (name, "session") == 0 && signet_sdk_get_object (place->profile, groups[REST_LOGIN]) == NULL)
    return bad (error, groups[place->kind], place->key, "there is no session without [Rest Login]");
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if (strcmp (names[i].name, name) == 0)
      return (names[i].kinds & (1u << place->kind)) != 0 || bad (error, groups[place->kind], place->key, "this value is not there at this step");
  if (g_str_has_prefix (name, "field:") || g_str_has_prefix (name, "file-name:") || g_str_has_prefix (name, "file:"))
    {
      if (!has_field (place->profile, colon + 1))
        return bad (error, groups[place->kind], place->key, "names a field that has no group [Field …]");
      if (!g_str_has_prefix (name, "file:"))
        return TRUE;
    }
  return check_reference (place, name, error);
}

/* A secret stands at the end of a header, with or without words before it; an HMAC alone; a file nowhere. */
static gboolean
check_header (const char *text, Place *place, GError **error)
{
  g_autofree char *before = NULL;
  g_autofree char *last = rest_template_split_last (text, &before);
  const char *kind, *id;

  place->references = FALSE;
  if (last == NULL || !rest_template_is_reference (last, &kind, &id))
    return rest_template_check_text (text, check_name, place, error);
  if (strcmp (kind, "$file") == 0 || (strcmp (kind, "$hmac") == 0 && *before != '\0'))
    return bad (error, groups[place->kind], place->key, "a file cannot stand in a header, and nothing before an HMAC");
  if (!rest_template_check_text (before, check_name, place, error))
    return FALSE;
  place->references = TRUE;
  return check_reference (place, last, error);
}

static gboolean
check_inner_name (const char *name, gpointer user_data, GError **error)
{
  Place place = *(const Place *) user_data;

  place.references = FALSE;
  return check_name (name, &place, error);
}

static gboolean
check_envelope_name (const char *name, gpointer user_data, GError **error)
{
  return strcmp (name, "body:base64") == 0 || check_name (name, user_data, error);
}

/* --- one endpoint ------------------------------------------------------------------------------------------------------------ */

static JsonNode *
parse_template (const char *text, GError **error)
{
  JsonNode *node = rest_json_parse (text, strlen (text), NULL);

  if (node == NULL)
    g_set_error (error, SIGNET_SDK_ERROR, SIGNET_SDK_ERROR_FAILED, "is not JSON of at most %d levels", REST_MAX_DEPTH);
  return node;
}

/* Without an envelope the host fills in references; inside one the bytes must be whole before they are signed. */
static gboolean
read_body (RestEndpoint *endpoint, JsonObject *group, Place *place, GError **error)
{
  const char *body = signet_sdk_get_string (group, "Body");
  const char *envelope = signet_sdk_get_string (group, "Envelope");

  if (body == NULL)
    return envelope == NULL || bad (error, groups[place->kind], "Envelope", "there is no Body to put into it");
  place->key = "Body";
  place->references = envelope == NULL;
  if (endpoint->get)
    return bad (error, groups[place->kind], "Body", "a GET request has none");
  if ((endpoint->body = parse_template (body, error)) == NULL)
    return prefix_bad (error, groups[place->kind], "Body");
  if (!rest_template_check_json (endpoint->body, envelope == NULL ? check_name : check_inner_name, place, error))
    return FALSE;
  if (envelope == NULL)
    return TRUE;
  place->key = "Envelope";
  place->references = TRUE;
  if ((endpoint->envelope = parse_template (envelope, error)) == NULL)
    return prefix_bad (error, groups[place->kind], "Envelope");
  return rest_template_check_json (endpoint->envelope, check_envelope_name, place, error);
}

static gboolean
is_header_name (const char *name)
{
  return *name != '\0' && strspn (name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") == strlen (name);
}

static gboolean
read_header (RestEndpoint *endpoint, const char *key, const char *value, Place *place, GError **error)
{
  const char *name = key + strlen (HEADER_PREFIX);

  place->key = key;
  if (!is_header_name (name))
    return bad (error, groups[place->kind], key, "no header can be called so");
  if (endpoint->headers->len >= 2 * MAX_HEADERS)
    return bad (error, groups[place->kind], key, "too many headers");
  if (!check_header (value, place, error))
    return FALSE;
  g_ptr_array_add (endpoint->headers, g_strdup (name));
  g_ptr_array_add (endpoint->headers, g_strdup (value));
  return TRUE;
}

static gboolean
read_answer_key (RestEndpoint *endpoint, const char *group, guint key, const char *value, GError **error)
{
  g_free (endpoint->pointers[key]);
  g_strfreev (endpoint->values[key]);
  endpoint->pointers[key] = NULL;
  endpoint->values[key] = NULL;
  if (keys[key].is_list)
    {
      endpoint->values[key] = g_strsplit (value, ";", 64);
      return TRUE;
    }
  if (!rest_pointer_check (value, error))
    return prefix_bad (error, group, keys[key].name);
  endpoint->pointers[key] = g_strdup (value);
  return TRUE;
}

static int
find_key (const char *name)
{
  for (guint i = 0; i < REST_N_KEYS; i++)
    if (strcmp (keys[i].name, name) == 0)
      return (int) i;
  return -1;
}

/* [Rest Answer]: what holds for all endpoints that do not say otherwise. */
static gboolean
read_common (RestEndpoint *endpoint, JsonObject *common, GError **error)
{
  g_autoptr (GList) members = common != NULL ? json_object_get_members (common) : NULL;

  for (GList *at = members; at != NULL; at = at->next)
    {
      const char *value = signet_sdk_get_string (common, at->data);
      int key = find_key (at->data);

      if (key < 0 || value == NULL)
        return bad (error, "Rest Answer", at->data, "no such key");
      if (!read_answer_key (endpoint, "Rest Answer", (guint) key, value, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
read_key (RestEndpoint *endpoint, const char *name, const char *value, Place *place, GError **error)
{
  int key = find_key (name);

  if (value == NULL || strlen (value) > MAX_VALUE)
    return bad (error, groups[place->kind], name, "is too long");
  if (key >= 0)
    return read_answer_key (endpoint, groups[place->kind], (guint) key, value, error);
  if (g_str_has_prefix (name, HEADER_PREFIX))
    return read_header (endpoint, name, value, place, error);
  if (strcmp (name, "Method") == 0 || strcmp (name, "Path") == 0 || strcmp (name, "Body") == 0 || strcmp (name, "Envelope") == 0)
    return TRUE;
  return bad (error, groups[place->kind], name, "no such key");
}

/* Under the URL of the authority: no other host, nothing above. */
static gboolean
read_path (RestEndpoint *endpoint, JsonObject *group, Place *place, GError **error)
{
  const char *path = signet_sdk_get_string (group, "Path");

  place->key = "Path";
  place->references = FALSE;
  if (path == NULL)
    return bad (error, groups[place->kind], "Path", "is required");
  if (path[0] == '/' || strstr (path, "://") != NULL || strstr (path, "..") != NULL || strpbrk (path, " \t\\#") != NULL)
    return bad (error, groups[place->kind], "Path", "is what comes after [Issuance] Url: no slash first, no other host, no “..”");
  endpoint->path = g_strdup (path);
  return rest_template_check_text (path, check_name, place, error);
}

static gboolean
read_method (RestEndpoint *endpoint, JsonObject *group, Place *place, GError **error)
{
  const char *method = signet_sdk_get_string (group, "Method");

  endpoint->get = g_strcmp0 (method, "GET") == 0;
  return endpoint->get || method == NULL || strcmp (method, "POST") == 0 || bad (error, groups[place->kind], "Method", "is GET or POST");
}

static gboolean
read_endpoint (RestEndpoint *endpoint, JsonObject *group, Place *place, GError **error)
{
  g_autoptr (GList) members = json_object_get_members (group);

  if (!read_common (endpoint, signet_sdk_get_object (place->profile, "Rest Answer"), error))
    return FALSE;
  for (GList *at = members; at != NULL; at = at->next)
    if (!read_key (endpoint, at->data, signet_sdk_get_string (group, at->data), place, error))
      return FALSE;
  return read_method (endpoint, group, place, error) && read_path (endpoint, group, place, error) && read_body (endpoint, group, place, error);
}

/* --- the whole ------------------------------------------------------------------------------------------------------------------ */

static gboolean
read_choice (char **to, JsonObject *group, const char *key, const char *const *choices, GError **error)
{
  const char *value = signet_sdk_get_string (group, key);
  g_autofree char *all = g_strjoinv (", ", (char **) choices);

  if (value == NULL)
    return TRUE;
  if (!g_strv_contains (choices, value))
    {
      g_set_error (error, SIGNET_SDK_ERROR, SIGNET_SDK_ERROR_FAILED, "[Rest] %s: is one of %s", key, all);
      return FALSE;
    }
  g_free (*to);
  *to = g_strdup (value);
  return TRUE;
}

static gboolean
read_interval (RestProfile *self, JsonObject *group, GError **error)
{
  const char *value = signet_sdk_get_string (group, "CheckAfter");

  self->check_after = DEFAULT_INTERVAL;
  return value == NULL || g_ascii_string_to_signed (value, 10, 1, LONGEST_INTERVAL, &self->check_after, NULL) ||
         bad (error, "Rest", "CheckAfter", "is a number of seconds, at most a week");
}

static gboolean
read_settings (RestProfile *self, JsonObject *group, GError **error)
{
  static const char *const known[] = { "CheckAfter", "EncryptionSecret", "EncryptionKeyFormat", "HmacKey", "HmacAs", NULL };
  static const char *const formats[] = { "pkcs12", "cms", NULL };
  static const char *const spellings[] = { "text", "hex", "base64", NULL };
  static const char *const outputs[] = { "hex", "base64", NULL };
  g_autoptr (GList) members = group != NULL ? json_object_get_members (group) : NULL;

  self->hmac_key = g_strdup ("text");
  self->hmac_as = g_strdup ("hex");
  for (GList *at = members; at != NULL; at = at->next)
    if (!g_strv_contains (known, at->data))
      return bad (error, "Rest", at->data, "no such key");
  return read_choice (&self->encryption_secret, group, "EncryptionSecret", secrets, error) &&
         read_choice (&self->encryption_format, group, "EncryptionKeyFormat", formats, error) &&
         read_choice (&self->hmac_key, group, "HmacKey", spellings, error) && read_choice (&self->hmac_as, group, "HmacAs", outputs, error) &&
         read_interval (self, group, error);
}

static gboolean
read_url (RestProfile *self, JsonObject *issuance, GError **error)
{
  const char *url = signet_sdk_get_string (issuance, "Url");

  if (url == NULL || !g_uri_is_valid (url, G_URI_FLAGS_NONE, NULL) || (!g_str_has_prefix (url, "https://") && !g_str_has_prefix (url, "http://")))
    return bad (error, "Issuance", "Url", "is required, and begins with https:// or http://");
  if (strpbrk (url, "?#{}") != NULL)
    return bad (error, "Issuance", "Url", "has no query, no fragment and nothing to fill in");
  self->url = g_strconcat (url, g_str_has_suffix (url, "/") ? "" : "/", NULL);
  return TRUE;
}

static gboolean
is_known_group (const char *name)
{
  for (guint i = 0; i < REST_N_ENDPOINTS; i++)
    if (strcmp (groups[i], name) == 0)
      return TRUE;
  return strcmp (name, "Rest") == 0 || strcmp (name, "Rest Answer") == 0 || !g_str_has_prefix (name, "Rest");
}

static gboolean
check_groups (JsonObject *profile, GError **error)
{
  g_autoptr (GList) members = json_object_get_members (profile);

  for (GList *at = members; at != NULL; at = at->next)
    if (!is_known_group (at->data))
      {
        g_autofree char *shown = g_utf8_make_valid (at->data, (gssize) strnlen (at->data, 64));
        g_set_error (error, SIGNET_SDK_ERROR, SIGNET_SDK_ERROR_FAILED, "[%s]: no such group", shown);
        return FALSE;
      }
  return TRUE;
}

static gboolean
read_endpoints (RestProfile *self, JsonObject *profile, GError **error)
{
  for (guint i = 0; i < REST_N_ENDPOINTS; i++)
    {
      JsonObject *group = signet_sdk_get_object (profile, groups[i]);
      Place place = { .profile = profile, .kind = i };

      if (group == NULL)
        continue;
      self->endpoints[i] = g_new0 (RestEndpoint, 1);
      self->endpoints[i]->headers = g_ptr_array_new_with_free_func (g_free);
      if (!read_endpoint (self->endpoints[i], group, &place, error))
        return FALSE;
    }
  return TRUE;
}

/* What one group needs of another. */
static gboolean
check_whole (RestProfile *self, GError **error)
{
  RestEndpoint *submit = self->endpoints[REST_SUBMIT];
  RestEndpoint *login = self->endpoints[REST_LOGIN];

  if (submit == NULL)
    return bad (error, groups[REST_SUBMIT], "Path", "is required");
  if (login != NULL && login->pointers[REST_KEY_SESSION] == NULL)
    return bad (error, groups[REST_LOGIN], "Session", "is required: where the session is in the answer");
  if (submit->values[REST_KEY_WAITING_VALUES] != NULL && self->endpoints[REST_POLL] == NULL)
    return bad (error, groups[REST_POLL], "Path", "is required where an answer can be to wait");
  if (submit->pointers[REST_KEY_CERTIFICATE] == NULL && self->endpoints[REST_POLL] == NULL && self->endpoints[REST_FETCH] == NULL)
    return bad (error, groups[REST_SUBMIT], "Certificate", "is required: where the certificate is in the answer");
  if (submit->pointers[REST_KEY_ENCRYPTION_KEY] != NULL && self->encryption_format == NULL)
    return bad (error, "Rest", "EncryptionKeyFormat", "is required where a key is delivered");
  if (g_strcmp0 (self->encryption_format, "pkcs12") == 0 && self->encryption_secret == NULL)
    return bad (error, "Rest", "EncryptionSecret", "is required for PKCS#12: its passphrase");
  return TRUE;
}

RestProfile *
rest_profile_parse (JsonObject *profile, GError **error)
{
  g_autoptr (RestProfile) self = g_new0 (RestProfile, 1);

  if (profile == NULL)
    return bad (error, "Rest Submit", "Path", "is required"), NULL;
  if (!check_groups (profile, error) || !read_url (self, signet_sdk_get_object (profile, "Issuance"), error) ||
      !read_settings (self, signet_sdk_get_object (profile, "Rest"), error) || !read_endpoints (self, profile, error) ||
      !check_whole (self, error))
    return NULL;
  return g_steal_pointer (&self);
}
