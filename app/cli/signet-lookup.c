/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-lookup.c: which token and which certificate a command is about. Main thread, which modules may be asked beside.
 *
 * Never guesses: when more than one would do, they are listed and the command ends.
 */
#define G_LOG_DOMAIN "signet-lookup"

#include "config.h"

#include <glib/gi18n.h>

#include "signet-lookup.h"

#include "../core/base/signet-base-error.h"
#include "../core/base/signet-text.h"

#define SHORT_FINGERPRINT 16
#define PATIENCE (2 * G_TIME_SPAN_SECOND)

static void
signet_lookup_show_problems (GPtrArray *problems)
{
  for (guint i = 0; problems != NULL && i < problems->len; i++)
    signet_terminal_show_error (_("driver (PKCS#11 module)"), g_ptr_array_index (problems, i));
}

GPtrArray *
signet_lookup_tokens (SignetInvocation *invocation)
{
  SignetTokenManager *manager = signet_core_get_tokens (signet_invocation_get_core (invocation));
  g_autoptr(GPtrArray) problems = NULL;
  g_autoptr(GError) error = NULL;
  GPtrArray *tokens = signet_token_manager_refresh (manager, invocation->cancellable, &problems, &error);

  signet_lookup_show_problems (problems);
  if (tokens == NULL)
    signet_invocation_fail (invocation, NULL, error);
  return tokens;
}

/* --- as they come ---------------------------------------------------------------------------------------------------------- */
typedef struct
{
  SignetTokenManager *manager;
  GCancellable *cancellable;
  GMutex lock;
  GCond ended;
  gboolean is_ended;
  GPtrArray *tokens;   /* (owned) (nullable) */
  GPtrArray *problems; /* (owned) (nullable) */
  GError *error;       /* (owned) (nullable) */
} SignetSlowListing;

static gpointer
signet_lookup_list (gpointer data)
{
  SignetSlowListing *listing = data;
  GPtrArray *tokens = signet_token_manager_refresh (listing->manager, listing->cancellable, &listing->problems, &listing->error);

  g_mutex_lock (&listing->lock);
  listing->tokens = tokens;
  listing->is_ended = TRUE;
  g_cond_signal (&listing->ended);
  g_mutex_unlock (&listing->lock);
  return NULL;
}

static gboolean
signet_lookup_wait (SignetSlowListing *listing,
                    gint64             end)
{
  gboolean ended;

  g_mutex_lock (&listing->lock);
  while (!listing->is_ended && g_cond_wait_until (&listing->ended, &listing->lock, end))
    ;
  ended = listing->is_ended;
  g_mutex_unlock (&listing->lock);
  return ended;
}

/* Who keeps a person waiting is named while he waits. */
static void
signet_lookup_name_slow (SignetTokenManager *manager)
{
  g_autoptr(GPtrArray) findings = signet_token_manager_dup_findings (manager);

  for (guint i = 0; i < findings->len; i++)
    {
      const SignetTokenFinding *finding = g_ptr_array_index (findings, i);
      g_autofree char *module = signet_text_sanitize (finding->module, -1, 0);

      if (g_str_equal (finding->state, "asking"))
        /* translators: %s is the path of a driver that has not answered yet; the person may wait or press Ctrl+C */
        signet_terminal_message (_("Waiting for the driver %s, which takes its time…"), module);
    }
}

GPtrArray *
signet_lookup_tokens_by_and_by (SignetInvocation *invocation,
                                SignetLookupSome  some,
                                gpointer          data)
{
  SignetSlowListing listing = { .manager = signet_core_get_tokens (signet_invocation_get_core (invocation)),
                                .cancellable = invocation->cancellable };
  GThread *thread = g_thread_new ("signet-list", signet_lookup_list, &listing);

  if (!signet_lookup_wait (&listing, g_get_monotonic_time () + PATIENCE))
    {
      g_autoptr(GPtrArray) tokens = signet_token_manager_dup_tokens (listing.manager);

      some (tokens, data);
      signet_lookup_name_slow (listing.manager);
    }
  g_thread_join (thread);
  signet_lookup_show_problems (listing.problems);
  if (listing.tokens == NULL)
    signet_invocation_fail (invocation, NULL, listing.error);
  g_clear_pointer (&listing.problems, g_ptr_array_unref);
  g_clear_error (&listing.error);
  return listing.tokens;
}

static SignetToken *
signet_lookup_only_token (SignetInvocation *invocation)
{
  g_autoptr(GPtrArray) tokens = signet_lookup_tokens (invocation);
  g_autoptr(GError) error = NULL;

  if (tokens == NULL)
    return NULL;
  if (tokens->len == 1)
    return g_object_ref (g_ptr_array_index (tokens, 0));
  if (tokens->len == 0)
    {
      error = g_error_new_literal (SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_NOT_FOUND, "no token is in a reader, and there is no software token");
      signet_invocation_fail (invocation, NULL, error);
      return NULL;
    }

  for (guint i = 0; i < tokens->len; i++)
    signet_terminal_message ("  %s  %s", signet_token_get_serial (g_ptr_array_index (tokens, i)),
                             signet_token_get_label (g_ptr_array_index (tokens, i)));
  signet_invocation_usage (invocation, "%s", _("there is more than one token: name one of these by its serial number or label"));
  return NULL;
}

SignetToken *
signet_lookup_token (SignetInvocation *invocation,
                     const char       *what)
{
  SignetTokenManager *manager = signet_core_get_tokens (signet_invocation_get_core (invocation));
  g_autoptr(GError) error = NULL;
  SignetToken *token;

  if (what == NULL)
    return signet_lookup_only_token (invocation);

  token = signet_token_manager_find_token (manager, what, invocation->cancellable, &error);
  if (token == NULL)
    signet_invocation_fail (invocation, what, error);
  return token;
}

char *
signet_lookup_describe_key (SignetInvocation *invocation,
                            SignetTokenKey   *key)
{
  SignetCertificate *certificate = signet_token_key_get_certificate (key);
  gint64 now = signet_clock_now (signet_core_get_clock (signet_invocation_get_core (invocation)));
  g_autofree char *klass = NULL;
  g_autofree char *days = NULL;

  if (certificate == NULL)
    return g_strdup_printf ("%.*s  %s", SHORT_FINGERPRINT, signet_token_key_get_sha256 (key), signet_token_key_get_key_text (key));

  klass = signet_words_class (signet_certificate_get_class (certificate, NULL));
  days = signet_words_days_left (signet_certificate_get_not_after (certificate), now);
  return g_strdup_printf ("%.*s  %s · %s · %s · %s", SHORT_FINGERPRINT, signet_certificate_get_sha256 (certificate),
                          signet_certificate_get_holder (certificate), klass, days, signet_certificate_get_authority (certificate));
}

static void
signet_lookup_add_keys (GPtrArray   *usable,
                        GPtrArray   *others,
                        SignetToken *token,
                        gint64       now)
{
  GPtrArray *keys = signet_token_get_keys (token);

  for (guint i = 0; keys != NULL && i < keys->len; i++)
    {
      SignetTokenKey *key = g_ptr_array_index (keys, i);

      g_ptr_array_add (signet_signing_key_is_usable (key, now, NULL) ? usable : others, g_object_ref (key));
    }
}

static void
signet_lookup_show_keys (SignetInvocation *invocation,
                         GPtrArray        *keys,
                         gint64            now)
{
  for (guint i = 0; i < keys->len; i++)
    {
      SignetTokenKey *key = g_ptr_array_index (keys, i);
      g_autofree char *line = signet_lookup_describe_key (invocation, key);
      const char *reason = NULL;

      if (signet_signing_key_is_usable (key, now, &reason))
        signet_terminal_message ("  %s", line);
      else
        {
          g_autofree char *why = signet_words_key_unusable (reason);

          signet_terminal_message ("  %s · %s", line, why);
        }
    }
}

static SignetTokenKey *
signet_lookup_only_signing_key (SignetInvocation *invocation,
                                GPtrArray        *tokens)
{
  g_autoptr(GPtrArray) usable = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr(GPtrArray) others = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr(GError) error = NULL;
  gint64 now = signet_clock_now (signet_core_get_clock (signet_invocation_get_core (invocation)));

  for (guint i = 0; i < tokens->len; i++)
    signet_lookup_add_keys (usable, others, g_ptr_array_index (tokens, i), now);
  if (usable->len == 1)
    return g_object_ref (g_ptr_array_index (usable, 0));

  if (usable->len > 1)
    {
      signet_lookup_show_keys (invocation, usable, now);
      signet_invocation_usage (invocation, "%s", _("more than one certificate can sign: choose one with --certificate"));
      return NULL;
    }
  signet_lookup_show_keys (invocation, others, now);
  error = g_error_new_literal (SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_NOT_FOUND,
                               tokens->len == 0 ? "no token is in a reader, and there is no software token"
                                                : "no certificate on a token can sign documents now");
  signet_invocation_fail (invocation, NULL, error);
  return NULL;
}

SignetTokenKey *
signet_lookup_certificate (SignetInvocation *invocation,
                           const char       *what)
{
  SignetTokenManager *manager = signet_core_get_tokens (signet_invocation_get_core (invocation));
  g_autoptr(GError) error = NULL;
  SignetTokenKey *key = signet_token_manager_find_key (manager, what, invocation->cancellable, &error);

  if (key == NULL)
    signet_invocation_fail (invocation, what, error);
  return key;
}

/* --- with something else to do meanwhile --- */

typedef struct
{
  SignetTokenManager *manager;     /* borrowed, as all up to the empty line */
  const char         *what;        /* (nullable) */
  GCancellable       *cancellable;

  SignetTokenKey     *key;         /* (nullable): when @what was given */
  GPtrArray          *tokens;      /* (nullable): when not */
  GPtrArray          *problems;    /* (nullable) */
  GError             *error;       /* (nullable) */
} SignetLookupSearch;

static void
signet_lookup_search_clear (SignetLookupSearch *search)
{
  g_clear_object (&search->key);
  g_clear_pointer (&search->tokens, g_ptr_array_unref);
  g_clear_pointer (&search->problems, g_ptr_array_unref);
  g_clear_error (&search->error);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SignetLookupSearch, signet_lookup_search_clear)

static gpointer
signet_lookup_search (gpointer data)
{
  SignetLookupSearch *search = data;

  if (search->what != NULL)
    search->key = signet_token_manager_find_key (search->manager, search->what, search->cancellable, &search->error);
  else
    search->tokens = signet_token_manager_refresh (search->manager, search->cancellable, &search->problems, &search->error);
  return NULL;
}

SignetTokenKey *
signet_lookup_signing_key (SignetInvocation     *invocation,
                           const char           *what,
                           SignetLookupMeanwhile meanwhile,
                           gpointer              data)
{
  g_auto(SignetLookupSearch) search = {
    .manager = signet_core_get_tokens (signet_invocation_get_core (invocation)),
    .what = what,
    .cancellable = invocation->cancellable,
  };
  GThread *thread = g_thread_new ("signet-lookup", signet_lookup_search, &search);

  meanwhile (data);
  g_thread_join (thread);
  signet_lookup_show_problems (search.problems);
  if (search.error != NULL)
    signet_invocation_fail (invocation, what, search.error);
  if (search.tokens != NULL)
    return signet_lookup_only_signing_key (invocation, search.tokens);
  return g_steal_pointer (&search.key);
}
