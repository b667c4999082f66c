/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-token-told.c: what tokens told of private keys after the PIN, for as long as the process lives. A listing hears it only while
 * somebody is logged in, so without this what a person sees of a key would hang on the moment at which the token was listed.
 *
 * Any thread. Entries never change and are never freed: who holds one need not ask whether it still stands.
 */
#define G_LOG_DOMAIN "signet-token-told"

#include "config.h"

#include "signet-token-private.h"

typedef struct _Told Told;

struct _Told
{
  char *token; /* its URI: the same key on two tokens is two private keys */
  GBytes *spki;
  SignetTokenKeyFacts facts;
  const Told *before; /* (nullable): what was told earlier, kept for those who still hold it */
};

static GMutex lock;
static GHashTable *entries; /* (element-type Told Told): with the lock held */

static guint
told_hash (gconstpointer data)
{
  const Told *told = data;

  return g_bytes_hash (told->spki) ^ g_str_hash (told->token);
}

static gboolean
told_equal (gconstpointer a, gconstpointer b)
{
  const Told *one = a;
  const Told *other = b;

  return g_bytes_equal (one->spki, other->spki) && g_str_equal (one->token, other->token);
}

static gboolean
says_something (const SignetTokenKeyFacts *facts)
{
  return facts->local != SIGNET_TOKEN_FACT_UNKNOWN || facts->extractable != SIGNET_TOKEN_FACT_UNKNOWN ||
         facts->sensitive != SIGNET_TOKEN_FACT_UNKNOWN || facts->always_authenticate != SIGNET_TOKEN_FACT_UNKNOWN;
}

static gboolean
same_facts (const SignetTokenKeyFacts *a, const SignetTokenKeyFacts *b)
{
  return a->local == b->local && a->sensitive == b->sensitive && a->always_sensitive == b->always_sensitive &&
         a->extractable == b->extractable && a->never_extractable == b->never_extractable &&
         a->always_authenticate == b->always_authenticate;
}

/* The newest word counts: a key can be deleted and another copy of it brought. */
void
_signet_token_told_note (SignetToken *token, GBytes *spki, const SignetTokenKeyFacts *facts)
{
  Told name = { .token = (char *) signet_token_get_uri (token), .spki = spki };
  const Told *known = NULL;
  Told *told = NULL;

  if (!says_something (facts))
    return;
  g_mutex_lock (&lock);
  if (entries == NULL)
    entries = g_hash_table_new (told_hash, told_equal);
  known = g_hash_table_lookup (entries, &name);
  if (known == NULL || !same_facts (&known->facts, facts))
    {
      told = g_new0 (Told, 1);
      *told = (Told) { .token = g_strdup (name.token), .spki = g_bytes_ref (spki), .facts = *facts, .before = known };
      g_hash_table_replace (entries, told, told);
    }
  g_mutex_unlock (&lock);
}

const SignetTokenKeyFacts *
_signet_token_told_find (SignetToken *token, GBytes *spki, const SignetTokenKeyFacts *own)
{
  Told name = { .token = (char *) signet_token_get_uri (token), .spki = spki };
  const Told *told = NULL;

  if (says_something (own))
    return own;
  g_mutex_lock (&lock);
  if (entries != NULL)
    told = g_hash_table_lookup (entries, &name);
  g_mutex_unlock (&lock);
  return told != NULL ? &told->facts : own;
}
