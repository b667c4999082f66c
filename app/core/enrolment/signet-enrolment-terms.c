/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-enrolment-terms.c: what an authority tells before a request. Its profile says it; where its plugin tells something newer (a service that is asked
 * each time), that is shown, compared, agreed to and kept instead, made safe to show. What the plugin says nothing of stays as it is filed. Any thread.
 */
#define G_LOG_DOMAIN "signet-enrolment-terms"

#include "config.h"

#include "signet-broker-private.h"
#include "signet-disclosure.h"
#include "signet-life-private.h"

#include <string.h>

#include "../base/signet-text.h"

#define MAX_TEXT 20000   /* characters */

static const char *const keys[] = { "Terms", "Cps", "Fees", "DataUse", "Liability", NULL };

/* --- what a plugin tells --------------------------------------------------------------------------------------------------- */

static gboolean
refuse (GError **error, const char *why)
{
  g_set_error (error, SIGNET_PLUGIN_ERROR, SIGNET_PLUGIN_ERROR_PROTOCOL, "what the plugin discloses %s", why);
  return FALSE;
}

/* Paragraphs run on in one line: a line of its own could look like ours. */
static char *
make_safe (const char *text)
{
  g_autofree char *line = g_strstrip (g_strdelimit (g_strdup (text), "\r\n\t", ' '));

  return signet_text_sanitize (line, -1, MAX_TEXT);
}

static gboolean
is_text (JsonNode *node)
{
  return JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING;
}

/* {"terms": {key: text}}; other keys are for versions to come. (element-type utf8 utf8) */
GHashTable *
_signet_enrolment_terms_parse (JsonNode *result, GError **error)
{
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (result) ? json_node_get_object (result) : NULL;
  JsonObject *terms = object != NULL ? _signet_broker_get_object (object, "terms") : NULL;
  g_autoptr (GHashTable) all = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);

  if (terms == NULL && !refuse (error, "is no list of terms"))
    return NULL;
  for (gsize i = 0; keys[i] != NULL; i++)
    {
      JsonNode *node = json_object_get_member (terms, keys[i]);
      char *text;

      if (node == NULL)
        continue;
      if (!is_text (node) && !refuse (error, "has something else than texts"))
        return NULL;
      text = make_safe (json_node_get_string (node));
      if (*text != '\0')
        g_hash_table_insert (all, (gpointer) keys[i], text);
      else
        g_free (text);
    }
  return g_steal_pointer (&all);
}

/* --- for this run of the program ---------------------------------------------------------------------------------------------- */

static GHashTable *
new_told (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_hash_table_unref);
}

static void
keep (SignetEnrolment *self, SignetAuthority *authority, GHashTable *terms)
{
  g_mutex_lock (&self->told_lock);
  if (self->told == NULL)
    self->told = new_told ();
  g_hash_table_replace (self->told, g_strdup (signet_authority_get_id (authority)), g_hash_table_ref (terms));
  g_mutex_unlock (&self->told_lock);
}

/* (transfer full) (nullable) */
static char *
find_told (SignetEnrolment *self, SignetAuthority *authority, const char *key)
{
  GHashTable *terms;
  char *text;

  g_mutex_lock (&self->told_lock);
  terms = self->told != NULL ? g_hash_table_lookup (self->told, signet_authority_get_id (authority)) : NULL;
  text = terms != NULL ? g_strdup (g_hash_table_lookup (terms, key)) : NULL;
  g_mutex_unlock (&self->told_lock);
  return text;
}

char *
signet_enrolment_dup_term (SignetEnrolment *self, SignetAuthority *authority, const char *key)
{
  char *told;

  g_return_val_if_fail (SIGNET_IS_ENROLMENT (self), NULL);
  g_return_val_if_fail (SIGNET_IS_AUTHORITY (authority), NULL);

  told = find_told (self, authority, key);
  return told != NULL ? told : g_strdup (signet_authority_get_disclosure (authority, key));
}

/* --- a document a plugin names ------------------------------------------------------------------------------------------------ */

static char *
host_of (const char *url)
{
  g_autoptr (GUri) uri = g_uri_parse (url, G_URI_FLAGS_NONE, NULL);

  return uri != NULL && g_uri_get_host (uri) != NULL ? g_strdup (g_uri_get_host (uri)) : NULL;
}

static gboolean
is_of_host (const char *allowed, const char *host)
{
  gsize length = strcspn (allowed, ":");

  return strlen (host) == length && g_ascii_strncasecmp (allowed, host, length) == 0;
}

/* A plugin must not have us knock at any door it names: its practice statement is fetched from the authority's own servers alone. */
gboolean
_signet_enrolment_may_fetch (SignetEnrolment *self, SignetAuthority *authority, const char *url)
{
  SignetEnrolmentRun run = { .enrolment = self, .authority = authority, .plugin = _signet_enrolment_find_plugin (self, authority, NULL) };
  g_autofree char *host = host_of (url);
  g_auto (GStrv) hosts = NULL;

  if (g_strcmp0 (url, signet_authority_get_disclosure (authority, "Cps")) == 0)
    return TRUE;
  if (run.plugin == NULL || host == NULL)
    return FALSE;
  if (signet_delegation_of_host (authority, host) == SIGNET_DELEGATION_NO)
    return TRUE;
  hosts = _signet_broker_allowed_hosts (&run);
  for (gsize i = 0; hosts[i] != NULL; i++)
    if (is_of_host (hosts[i], host))
      return TRUE;
  return FALSE;
}

/* --- asking ------------------------------------------------------------------------------------------------------------------- */

gboolean
_signet_enrolment_run_ask_terms (SignetEnrolmentRun *run, GError **error)
{
  g_autoptr (JsonNode) answer = NULL;
  g_autoptr (GHashTable) terms = NULL;
  g_autoptr (GError) local = NULL;

  if (!_signet_enrolment_run_can (run, "disclose", &local))
    {
      if (local == NULL)
        return TRUE;
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  answer = _signet_enrolment_run_call (run, "disclose", error);
  terms = answer != NULL ? _signet_enrolment_terms_parse (answer, error) : NULL;
  if (terms == NULL)
    return FALSE;
  keep (run->enrolment, run->authority, terms);
  return TRUE;
}

gboolean
signet_enrolment_ask_terms (SignetEnrolment *self, SignetAuthority *authority, SignetInteraction *interaction, GCancellable *cancellable, GError **error)
{
  g_autoptr (SignetRequest) nobody = NULL;
  SignetEnrolmentRun run = { .enrolment = self, .authority = authority, .interaction = interaction, .cancellable = cancellable };
  gboolean ok;

  g_return_val_if_fail (SIGNET_IS_ENROLMENT (self), FALSE);
  g_return_val_if_fail (SIGNET_IS_AUTHORITY (authority), FALSE);

  nobody = _signet_request_new_nobody (authority);
  run.request = nobody;
  if ((run.plugin = _signet_enrolment_find_plugin (self, authority, error)) == NULL)
    return FALSE;
  run.http = _signet_watched_http_new (&run);
  ok = _signet_enrolment_run_ask_terms (&run, error);
  _signet_enrolment_run_end (&run);
  return ok;
}
