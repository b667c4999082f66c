/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-token-find.c: from what a person or a stored request calls a token or a key to the one that is meant. Never a guess:
 * several matches are an error that names them. Blocking, worker threads.
 */
#define G_LOG_DOMAIN "signet-token-find"

#include "config.h"

#include <string.h>

#include "signet-token-manager-private.h"

#define MIN_PREFIX  16 /* hexadecimal digits of a fingerprint that are enough */
#define FINGERPRINT 64 /* those of a whole one */

typedef gboolean (*Matcher) (gpointer candidate, const char *what);

/* --- URIs (RFC 7512) --- */

static gboolean
is_uri (const char *what)
{
  return g_str_has_prefix (what, "pkcs11:");
}

/* Every path attribute that @what has and @uri has too must be the same. Both are escaped as we do it, or nearly. */
static gboolean
attribute_fits (const char *attribute, const char *uri)
{
  g_auto (GStrv) own = g_strsplit (uri + strlen ("pkcs11:"), ";", 32);
  const char *equals = strchr (attribute, '=');
  g_autofree char *value = equals != NULL ? g_uri_unescape_string (equals + 1, NULL) : NULL;

  if (equals == NULL)
    return *attribute == '\0';
  for (guint i = 0; own[i] != NULL; i++)
    {
      g_autofree char *candidate = NULL;

      if (strncmp (own[i], attribute, (gsize) (equals + 1 - attribute)) != 0)
        continue;
      if (g_str_equal (own[i], attribute))
        return TRUE;
      candidate = g_uri_unescape_string (strchr (own[i], '=') + 1, NULL);
      return value != NULL && g_strcmp0 (candidate, value) == 0;
    }
  return g_str_has_prefix (attribute, "type=") || g_str_has_prefix (attribute, "library-") ||
         g_str_has_prefix (attribute, "slot-");
}

static gboolean
uri_fits (const char *what, const char *uri)
{
  g_autofree char *path = g_strndup (what + strlen ("pkcs11:"), strcspn (what + strlen ("pkcs11:"), "?"));
  g_auto (GStrv) attributes = g_strsplit (path, ";", 32);

  for (guint i = 0; attributes[i] != NULL; i++)
    if (!attribute_fits (attributes[i], uri))
      return FALSE;
  return TRUE;
}

/* --- matching --- */

static gboolean
token_matches (gpointer candidate, const char *what)
{
  SignetToken *token = candidate;

  if (what == NULL)
    return signet_token_is_initialized (token);
  if (is_uri (what))
    return uri_fits (what, signet_token_get_uri (token));
  return g_str_equal (what, signet_token_get_serial (token)) || g_str_equal (what, signet_token_get_label (token));
}

/* @what: digits as people copy them: upper case, colons, blanks */
static char *
tidy_fingerprint (const char *what)
{
  GString *digits = g_string_new (NULL);

  for (; *what != '\0'; what++)
    {
      if (g_ascii_isxdigit (*what))
        g_string_append_c (digits, g_ascii_tolower (*what));
      else if (*what != ':' && *what != ' ')
        g_string_append_c (digits, 'x'); /* matches nothing */
    }
  return g_string_free (digits, FALSE);
}

static gboolean
key_matches (gpointer candidate, const char *what)
{
  SignetTokenKey *key = candidate;
  SignetCertificate *certificate = signet_token_key_get_certificate (key);
  g_autofree char *digits = NULL;

  if (what == NULL)
    return certificate != NULL && signet_token_key_has_private (key);
  if (is_uri (what))
    return uri_fits (what, signet_token_key_get_uri (key));
  if (g_str_equal (what, signet_token_key_get_label (key)))
    return TRUE;
  digits = tidy_fingerprint (what);
  if (strlen (digits) < MIN_PREFIX)
    return FALSE;
  return g_str_has_prefix (signet_token_key_get_sha256 (key), digits) ||
         (certificate != NULL && g_str_has_prefix (signet_certificate_get_sha256 (certificate), digits));
}

/* --- choosing --- */

static GPtrArray *
all_keys (GPtrArray *tokens)
{
  GPtrArray *all = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < tokens->len; i++)
    {
      GPtrArray *keys = signet_token_get_keys (tokens->pdata[i]);

      for (guint n = 0; n < keys->len; n++)
        g_ptr_array_add (all, g_object_ref (keys->pdata[n]));
    }
  return all;
}

static GPtrArray *
filter (GPtrArray *candidates, Matcher matches, const char *what)
{
  GPtrArray *matching = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < candidates->len; i++)
    if (matches (candidates->pdata[i], what))
      g_ptr_array_add (matching, g_object_ref (candidates->pdata[i]));
  return matching;
}

/* Two certificates of one key differ in nothing but themselves. */
static void
append_name (GString *names, gpointer object)
{
  SignetCertificate *certificate = SIGNET_IS_TOKEN (object) ? NULL : signet_token_key_get_certificate (object);

  g_string_append (names, SIGNET_IS_TOKEN (object) ? signet_token_get_uri (object) : signet_token_key_get_uri (object));
  if (certificate != NULL)
    g_string_append_printf (names, " (certificate %s)", signet_certificate_get_sha256 (certificate));
}

static gpointer
refuse_several (GPtrArray *matching, const char *what, GError **error)
{
  g_autoptr (GString) names = g_string_new (NULL);

  for (guint i = 0; i < MIN (matching->len, 8); i++)
    {
      if (i > 0)
        g_string_append (names, ", ");
      append_name (names, matching->pdata[i]);
    }
  g_set_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_USAGE, "%s fits several: %s",
               what != NULL ? what : "nothing was named, and that", names->str);
  return NULL;
}

/* A module that broke may be the reason that nothing was found: then that is the answer. */
static gpointer
refuse_none (GPtrArray *problems, const char *what, gboolean explicit_modules, GError **error)
{
  for (guint i = 0; i < problems->len; i++)
    {
      GError *problem = problems->pdata[i];

      if (explicit_modules || problem->code == SIGNET_TOKEN_ERROR_MODULE_CRASHED ||
          problem->code == SIGNET_TOKEN_ERROR_MODULE_HUNG)
        {
          g_propagate_error (error, g_error_copy (problem));
          return NULL;
        }
    }
  g_set_error (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_NOT_FOUND, "no token holds %s",
               what != NULL ? what : "a certificate with its key");
  return NULL;
}

/* (transfer full) (nullable): what is named as the other module shows the card. With nothing named there is nothing to find. */
static gpointer
find_hidden (SignetTokenManager *self, gboolean keys, const char *what)
{
  g_autoptr (GPtrArray) tokens = _signet_token_manager_dup_hidden (self);
  g_autoptr (GPtrArray) candidates = keys ? all_keys (tokens) : g_ptr_array_ref (tokens);
  g_autoptr (GPtrArray) matching = what != NULL ? filter (candidates, keys ? key_matches : token_matches, what) : NULL;

  return matching != NULL && matching->len == 1 ? g_object_ref (matching->pdata[0]) : NULL;
}

/* Lists anew when what was listed last does not have it. */
static gpointer
find (SignetTokenManager *self, gboolean keys, const char *what, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) tokens = _signet_token_manager_dup_tokens (self);
  g_autoptr (GPtrArray) problems = NULL;

  for (guint round = tokens->len > 0 ? 0 : 1; round < 2; round++)
    {
      g_autoptr (GPtrArray) candidates = NULL;
      g_autoptr (GPtrArray) matching = NULL;
      gpointer hidden = NULL;

      if (round == 1)
        {
          g_clear_pointer (&tokens, g_ptr_array_unref);
          tokens = signet_token_manager_refresh (self, cancellable, &problems, error);
        }
      if (tokens == NULL)
        return NULL;
      candidates = keys ? all_keys (tokens) : g_ptr_array_ref (tokens);
      matching = filter (candidates, keys ? key_matches : token_matches, what);
      if (matching->len == 1)
        return g_object_ref (matching->pdata[0]);
      if (matching->len > 1)
        return refuse_several (matching, what, error);
      hidden = find_hidden (self, keys, what);
      if (hidden != NULL)
        return hidden;
    }
  return refuse_none (problems, what, _signet_token_manager_has_given_modules (self), error);
}

/* --- by way of a hint --- */

/* (transfer full) (nullable): only a whole one names one certificate, whichever token it is on */
static char *
dup_whole_fingerprint (const char *what)
{
  g_autofree char *digits = what != NULL && !is_uri (what) ? tidy_fingerprint (what) : NULL;

  return digits != NULL && strlen (digits) == FINGERPRINT && strchr (digits, 'x') == NULL ? g_steal_pointer (&digits) : NULL;
}

static gboolean
is_certificate (gpointer candidate, const char *sha256)
{
  SignetCertificate *certificate = signet_token_key_get_certificate (candidate);

  return certificate != NULL && signet_token_key_has_private (candidate) &&
         g_str_equal (signet_certificate_get_sha256 (certificate), sha256);
}

/* The module the certificate was seen in last, if it still is in there, once: then nobody else need be asked. */
static SignetTokenKey *
find_hinted (SignetTokenManager *self, const char *sha256, GCancellable *cancellable)
{
  gboolean software = FALSE;
  g_autofree char *path = _signet_token_hint_find (sha256, &software);
  g_autoptr (GPtrArray) tokens = path != NULL ? _signet_token_manager_list_one (self, path, software, cancellable) : NULL;
  g_autoptr (GPtrArray) candidates = tokens != NULL ? all_keys (tokens) : NULL;
  g_autoptr (GPtrArray) matching = candidates != NULL ? filter (candidates, is_certificate, sha256) : NULL;

  if (matching != NULL && matching->len == 1)
    return g_object_ref (matching->pdata[0]);
  if (path != NULL && !g_cancellable_is_cancelled (cancellable))
    _signet_token_hint_forget (sha256);
  return NULL;
}

static SignetTokenKey *
find_certificate (SignetTokenManager *self, const char *what, const char *sha256, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) listed = _signet_token_manager_dup_tokens (self);
  SignetTokenKey *key = listed->len == 0 ? find_hinted (self, sha256, cancellable) : NULL;

  if (key != NULL)
    return key;
  key = find (self, TRUE, what, cancellable, error);
  if (key != NULL && listed->len == 0 && is_certificate (key, sha256))
    _signet_token_hint_remember (sha256, _signet_token_get_module (signet_token_key_get_token (key)));
  return key;
}

/**
 * signet_token_manager_find_token:
 * @what: (nullable): URI, serial number or label; %NULL: the only one there is
 *
 * Returns: (transfer full) (nullable): the token
 */
SignetToken *
signet_token_manager_find_token (SignetTokenManager *self, const char *what, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (SIGNET_IS_TOKEN_MANAGER (self), NULL);
  return find (self, FALSE, what, cancellable, error);
}

/**
 * signet_token_manager_find_key:
 * @what: (nullable): URI, label, or the SHA-256 of the key or of its certificate (at least 16 digits); %NULL: the only one
 * that has a certificate
 *
 * Returns: (transfer full) (nullable): the key
 */
SignetTokenKey *
signet_token_manager_find_key (SignetTokenManager *self, const char *what, GCancellable *cancellable, GError **error)
{
  g_autofree char *sha256 = dup_whole_fingerprint (what);

  g_return_val_if_fail (SIGNET_IS_TOKEN_MANAGER (self), NULL);
  if (sha256 != NULL)
    return find_certificate (self, what, sha256, cancellable, error);
  return find (self, TRUE, what, cancellable, error);
}
