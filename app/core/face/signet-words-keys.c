/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-words-keys.c: what the token says of a key, in words: the evidence for sole control. It is the token's word and was not
 * measured. Any thread.
 */
#define G_LOG_DOMAIN "signet-words-keys"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "signet-words.h"

static char *
signet_words_untold (void)
{
  return g_strdup (_("The token does not say; many say it only after the PIN"));
}

/**
 * signet_words_key_origin:
 * @facts: what the token says of a key
 *
 * Returns: (transfer full): where the key was made
 */
char *
signet_words_key_origin (const SignetTokenKeyFacts *facts)
{
  switch (facts->local)
    {
    case SIGNET_TOKEN_FACT_YES:
      return g_strdup (_("On this token"));
    case SIGNET_TOKEN_FACT_NO:
      return g_strdup (_("Elsewhere, and brought to the token: copies of it may exist"));
    case SIGNET_TOKEN_FACT_UNKNOWN:
    default:
      return signet_words_untold ();
    }
}

/**
 * signet_words_key_leaving:
 * @facts: what the token says of a key
 *
 * Returns: (transfer full): whether the key can be read or taken out
 */
char *
signet_words_key_leaving (const SignetTokenKeyFacts *facts)
{
  if (facts->extractable == SIGNET_TOKEN_FACT_YES || facts->sensitive == SIGNET_TOKEN_FACT_NO)
    return g_strdup (_("It can be taken out of the token"));
  if (facts->never_extractable == SIGNET_TOKEN_FACT_YES && facts->always_sensitive == SIGNET_TOKEN_FACT_YES)
    return g_strdup (_("It cannot leave the token and never could"));
  if (facts->extractable == SIGNET_TOKEN_FACT_NO && facts->never_extractable == SIGNET_TOKEN_FACT_NO)
    return g_strdup (_("It cannot leave the token now; it was outside before"));
  if (facts->extractable == SIGNET_TOKEN_FACT_NO)
    return g_strdup (_("It cannot leave the token now; that it never could, the token does not say"));
  return signet_words_untold ();
}

/**
 * signet_words_key_asking:
 * @facts: what the token says of a key
 *
 * Returns: (transfer full): when the key wants its PIN
 */
char *
signet_words_key_asking (const SignetTokenKeyFacts *facts)
{
  switch (facts->always_authenticate)
    {
    case SIGNET_TOKEN_FACT_YES:
      return g_strdup (_("At every signature"));
    case SIGNET_TOKEN_FACT_NO:
      return g_strdup (_("Once for all that is signed together"));
    case SIGNET_TOKEN_FACT_UNKNOWN:
    default:
      return signet_words_untold ();
    }
}

static void
signet_words_set_fact (JsonObject      *object,
                       const char      *name,
                       SignetTokenFact  fact)
{
  if (fact == SIGNET_TOKEN_FACT_UNKNOWN)
    json_object_set_null_member (object, name);
  else
    json_object_set_boolean_member (object, name, fact == SIGNET_TOKEN_FACT_YES);
}

/**
 * signet_words_key_facts_to_json:
 * @facts: what the token says of a key
 *
 * Returns: (transfer full): true, false, or null where the token does not say
 */
JsonObject *
signet_words_key_facts_to_json (const SignetTokenKeyFacts *facts)
{
  JsonObject *object = json_object_new ();

  signet_words_set_fact (object, "local", facts->local);
  signet_words_set_fact (object, "sensitive", facts->sensitive);
  signet_words_set_fact (object, "always_sensitive", facts->always_sensitive);
  signet_words_set_fact (object, "extractable", facts->extractable);
  signet_words_set_fact (object, "never_extractable", facts->never_extractable);
  signet_words_set_fact (object, "always_authenticate", facts->always_authenticate);
  return object;
}
