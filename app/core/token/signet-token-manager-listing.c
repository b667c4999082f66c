/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-token-manager-listing.c: asks all modules for their tokens, side by side, and joins what they say.
 *
 * Any thread. One module's failure is that module's.
 */
#define G_LOG_DOMAIN "signet-token-manager-listing"

#include "config.h"

#include <string.h>

#include "../base/signet-paths.h"
#include "../base/signet-policy.h"
#include "signet-token-manager-private.h"

typedef struct
{
  SignetTokenManager *manager; /* borrowed */
  SignetTokenModule *module;
  GCancellable *cancellable;
  GThread *thread;
  GPtrArray *tokens; /* (nullable) */
  char *version;     /* (nullable): outside text */
  char *wall;        /* (nullable): likewise */
  GError *error;     /* (nullable) */
} Listing;

static gboolean
is_refusal (const GError *error)
{
  return g_error_matches (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_MODULE_NOT_LOADED) ||
         g_error_matches (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_MODULE_NOT_READY);
}

/* What was refused once may be mended meanwhile (a service was started, a file's mode set right): the next listing tries anew. */
static void
note_failure (SignetTokenModule *module, const GError *failure)
{
  _signet_token_module_take_listed (module, _signet_token_watch_state (module, SIGNET_TOKEN_STATE_GONE));
  if (is_refusal (failure))
    _signet_token_module_forget_host (module);
}

static gboolean
call_list (SignetTokenModule *module, GVariant **description, GVariant **tokens, GCancellable *cancellable, GError **error)
{
  g_autoptr (SignetTokenHostRef) host = NULL;
  g_autoptr (GError) failure = NULL;
  SignetTokenHost *proxy = NULL;
  int deadline = 0;
  gboolean ok = FALSE;

  _signet_token_module_drop_outdated (module);
  host = _signet_token_module_ensure_host (module, cancellable, error);
  if (host == NULL)
    return FALSE;
  proxy = _signet_token_host_begin (host, SIGNET_TOKEN_DEADLINE_LISTING, &deadline, cancellable, error);
  if (proxy == NULL)
    return FALSE;
  ok = signet_token_host_call_list_tokens_sync (proxy, deadline, description, tokens, cancellable, &failure);
  return _signet_token_host_end (host, ok, g_steal_pointer (&failure), error);
}

/* The state is taken before the listing: what changes meanwhile is seen as a change. */
static GPtrArray *
list_in_host (Listing *listing, GError **error)
{
  SignetTokenModule *module = listing->module;
  g_autofree char *before = _signet_token_watch_state (module, "");
  g_autoptr (GVariant) description = NULL;
  g_autoptr (GVariant) tokens = NULL;
  g_autoptr (GError) failure = NULL;
  const char *state = "";

  if (!call_list (module, &description, &tokens, listing->cancellable, &failure))
    {
      note_failure (module, failure);
      g_propagate_error (error, g_steal_pointer (&failure));
      return NULL;
    }
  g_variant_lookup (description, "state", "&s", &state);
  g_clear_pointer (&listing->version, g_free);
  g_clear_pointer (&listing->wall, g_free);
  g_variant_lookup (description, "version", "s", &listing->version);
  g_variant_lookup (description, "wall", "s", &listing->wall);
  if (_signet_token_module_get_software_dir (module) != NULL)
    _signet_token_module_take_listed (module, g_steal_pointer (&before));
  else
    _signet_token_module_take_listed (module, g_strconcat (state, before, NULL));
  return _signet_token_parse_tokens (module, tokens);
}

static void
ask (Listing *listing)
{
  listing->tokens = list_in_host (listing, &listing->error);
  /* the process ended while we waited for our turn: that was somebody else's failure */
  if (g_error_matches (listing->error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_NOT_LOGGED_IN))
    {
      g_clear_error (&listing->error);
      listing->tokens = list_in_host (listing, &listing->error);
    }
}

static void
listing_clear (Listing *listing)
{
  g_clear_object (&listing->module);
  g_clear_pointer (&listing->tokens, g_ptr_array_unref);
  g_clear_error (&listing->error);
  g_clear_pointer (&listing->version, g_free);
  g_clear_pointer (&listing->wall, g_free);
}

/* --- what a module said last --- */

static const char *
state_of (Listing *listing)
{
  if (listing->error == NULL)
    return listing->tokens->len > 0 ? "ok" : "no-token";
  if (g_error_matches (listing->error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_MODULE_NOT_LOADED))
    return "refused";
  if (g_error_matches (listing->error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_MODULE_NOT_READY))
    return "not-ready";
  if (g_error_matches (listing->error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_MODULE_CRASHED))
    return "crashed";
  return g_error_matches (listing->error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_MODULE_HUNG) ? "hung" : "failed";
}

/* Why the objects of a token could not all be listed, though the token itself was. */
static char *
dup_detail (Listing *listing)
{
  char *problem = NULL;

  if (listing->error != NULL)
    return g_strdup (listing->error->message);
  for (guint i = 0; i < listing->tokens->len && problem == NULL; i++)
    g_variant_lookup (_signet_token_get_description (listing->tokens->pdata[i]), "problem", "s", &problem);
  return problem != NULL ? problem : g_strdup ("");
}

static SignetTokenFinding *
finding_new (Listing *listing)
{
  SignetTokenFinding *finding = g_new0 (SignetTokenFinding, 1);

  finding->module = g_strdup (_signet_token_module_get_path (listing->module));
  finding->state = g_strdup (state_of (listing));
  finding->detail = dup_detail (listing);
  finding->version = g_strdup (listing->version != NULL ? listing->version : "");
  finding->wall = g_strdup (listing->wall != NULL ? listing->wall : "");
  finding->n_tokens = listing->tokens != NULL ? listing->tokens->len : 0;
  return finding;
}

/* By their bytes: g_variant_equal() prints both as text when it does not know where they come from. */
static gboolean
same_description (SignetToken *a, SignetToken *b)
{
  g_autoptr (GBytes) bytes_a = g_variant_get_data_as_bytes (_signet_token_get_description (a));
  g_autoptr (GBytes) bytes_b = g_variant_get_data_as_bytes (_signet_token_get_description (b));

  return g_bytes_equal (bytes_a, bytes_b);
}

/* The object faces know already, when nothing about the token changed. */
static SignetToken *
known_or_new (GPtrArray *known, SignetToken *token)
{
  for (guint i = 0; i < known->len; i++)
    {
      SignetToken *old = known->pdata[i];

      if (_signet_token_get_module (old) == _signet_token_get_module (token) && same_description (old, token))
        return old;
    }
  return token;
}

/* A card that two modules serve is one card: the view that can do more is shown, the other is kept for who names it. */
static void
add_token (SignetTokenManager *self, GPtrArray *tokens, SignetToken *token)
{
  for (guint i = 0; i < tokens->len; i++)
    {
      SignetToken *other = tokens->pdata[i];

      if (!_signet_token_is_same_card (other, token))
        continue;
      if (_signet_token_is_better (token, other))
        {
          g_ptr_array_add (self->hidden, other);
          tokens->pdata[i] = g_object_ref (token);
        }
      else
        g_ptr_array_add (self->hidden, g_object_ref (token));
      return;
    }
  g_ptr_array_add (tokens, g_object_ref (token));
}

/* Of a module that was not heard of: left out, or not answered yet. */
static SignetTokenFinding *
finding_new_unheard (const char *path, const char *state, const char *detail)
{
  SignetTokenFinding *finding = g_new0 (SignetTokenFinding, 1);

  finding->module = g_strdup (path);
  finding->state = g_strdup (state);
  finding->detail = g_strdup (detail);
  finding->version = g_strdup ("");
  finding->wall = g_strdup ("");
  return finding;
}

/* Also the tokens that tell only when they are listed that their keys are files. */
static gboolean
is_wanted (SignetToken *token)
{
  return signet_policy_allows_software_tokens () || !signet_token_is_software (token);
}

typedef struct
{
  SignetTokenModule *module;
  GPtrArray *tokens;
  SignetTokenFinding *finding;
} Answer;

static void
answer_free (Answer *answer)
{
  g_object_unref (answer->module);
  g_ptr_array_unref (answer->tokens);
  signet_token_finding_free (answer->finding);
  g_free (answer);
}

GPtrArray *
_signet_token_manager_new_answers (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) answer_free);
}

static Answer *
find_answer (SignetTokenManager *self, SignetTokenModule *module)
{
  for (guint i = 0; i < self->answers->len; i++)
    {
      Answer *answer = self->answers->pdata[i];

      if (answer->module == module)
        return answer;
    }
  return NULL;
}

gboolean
_signet_token_manager_is_troubled (SignetTokenManager *self, SignetTokenModule *module)
{
  gboolean troubled = FALSE;
  Answer *answer = NULL;

  g_mutex_lock (&self->lock);
  answer = find_answer (self, module);
  troubled = answer != NULL && (g_str_equal (answer->finding->state, "crashed") || g_str_equal (answer->finding->state, "hung"));
  g_mutex_unlock (&self->lock);
  return troubled;
}

/* With the lock held. The objects faces know already stay, when nothing about the token changed. */
static void
take_answer (SignetTokenManager *self, Listing *listing)
{
  Answer *answer = g_new0 (Answer, 1);
  Answer *before = find_answer (self, listing->module);

  answer->module = g_object_ref (listing->module);
  answer->tokens = g_ptr_array_new_with_free_func (g_object_unref);
  answer->finding = finding_new (listing);
  for (guint i = 0; listing->tokens != NULL && i < listing->tokens->len; i++)
    g_ptr_array_add (answer->tokens, g_object_ref (known_or_new (self->tokens, listing->tokens->pdata[i])));
  if (before != NULL)
    g_ptr_array_remove (self->answers, before);
  g_ptr_array_add (self->answers, answer);
}

/* With the lock held. */
static void
forget_gone_modules (SignetTokenManager *self)
{
  for (guint i = self->answers->len; i-- > 0;)
    {
      Answer *answer = self->answers->pdata[i];

      if (!g_ptr_array_find (self->modules, answer->module, NULL))
        g_ptr_array_remove_index (self->answers, i);
    }
}

/* With the lock held: the list in the order of the modules, whichever answered first. One that has not answered yet shows what it
 * had. */
static void
join_answers (SignetTokenManager *self)
{
  GPtrArray *tokens = g_ptr_array_new_with_free_func (g_object_unref);
  gboolean all = TRUE;

  forget_gone_modules (self);
  g_ptr_array_set_size (self->findings, 0);
  g_ptr_array_set_size (self->hidden, 0);
  for (guint i = 0; i < self->modules->len; i++)
    {
      Answer *answer = find_answer (self, self->modules->pdata[i]);

      all &= answer != NULL;
      if (answer == NULL)
        {
          g_ptr_array_add (self->findings,
                           finding_new_unheard (_signet_token_module_get_path (self->modules->pdata[i]), "asking", ""));
          continue;
        }
      g_ptr_array_add (self->findings, _signet_token_finding_copy (answer->finding));
      for (guint n = 0; n < answer->tokens->len; n++)
        if (is_wanted (answer->tokens->pdata[n]))
          add_token (self, tokens, answer->tokens->pdata[n]);
    }
  for (guint i = 0; i < self->excluded->len; i++)
    g_ptr_array_add (self->findings,
                     finding_new_unheard (self->excluded->pdata[i], "excluded", "policy: software tokens are excluded"));
  g_ptr_array_unref (self->tokens);
  self->tokens = tokens;
  self->listed |= all;
}

/* Each answer is shown when it comes: a module that stalls delays nobody. */
static void
publish (Listing *listing)
{
  SignetTokenManager *self = listing->manager;

  if (g_cancellable_is_cancelled (listing->cancellable))
    return;
  g_mutex_lock (&self->lock);
  take_answer (self, listing);
  join_answers (self);
  g_mutex_unlock (&self->lock);
  _signet_token_manager_show (self);
}

static gpointer
list_module (gpointer data)
{
  ask (data);
  publish (data);
  return NULL;
}

void
_signet_token_manager_list_module (SignetTokenManager *self, SignetTokenModule *module, GCancellable *cancellable)
{
  Listing listing = { .manager = self, .cancellable = cancellable, .module = g_object_ref (module) };

  list_module (&listing);
  listing_clear (&listing);
}

void
_signet_token_manager_drop_absent (SignetTokenManager *self, SignetTokenModule *module, const char *const *present)
{
  Answer *answer = NULL;
  gboolean dropped = FALSE;

  g_mutex_lock (&self->lock);
  answer = find_answer (self, module);
  for (guint i = answer != NULL ? answer->tokens->len : 0; i-- > 0;)
    {
      SignetToken *token = answer->tokens->pdata[i];

      if (!_signet_token_has_reader (token) || g_strv_contains (present, _signet_token_get_reader (token)))
        continue;
      g_ptr_array_remove_index (answer->tokens, i);
      dropped = TRUE;
    }
  if (dropped)
    join_answers (self);
  g_mutex_unlock (&self->lock);
  if (dropped)
    _signet_token_manager_show (self);
}

/* Modules of others that have nothing to work with (no TPM, no reader service, not in their group) are no news to a person who
   did not ask for them: the findings tell it, and the doctor. */
static gboolean
is_expected (Listing *listing)
{
  const char *origin = _signet_token_module_get_origin (listing->module);

  if (g_strcmp0 (origin, "p11-kit") != 0 && g_strcmp0 (origin, "vendor") != 0)
    return FALSE;
  return g_error_matches (listing->error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_MODULE_NOT_READY) ||
         g_error_matches (listing->error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_FAILED);
}

static GPtrArray *
collect_problems (GArray *listings)
{
  GPtrArray *problems = g_ptr_array_new_with_free_func ((GDestroyNotify) g_error_free);

  for (guint i = 0; i < listings->len; i++)
    {
      Listing *listing = &g_array_index (listings, Listing, i);
      GError *problem = NULL;

      if (listing->error == NULL || is_expected (listing))
        continue;
      problem = g_error_copy (listing->error);
      if (!g_str_has_prefix (problem->message, _signet_token_module_get_path (listing->module)))
        g_prefix_error (&problem, "%s: ", _signet_token_module_get_path (listing->module));
      g_ptr_array_add (problems, problem);
    }
  return problems;
}

/* All at once; the first on this thread, for one module is the common case. */
static GArray *
list_all (SignetTokenManager *self, GPtrArray *modules, GCancellable *cancellable)
{
  GArray *listings = g_array_sized_new (FALSE, TRUE, sizeof (Listing), modules->len);

  g_array_set_clear_func (listings, (GDestroyNotify) listing_clear);
  g_array_set_size (listings, modules->len);
  for (guint i = modules->len; i-- > 0;)
    {
      Listing *listing = &g_array_index (listings, Listing, i);

      listing->manager = self;
      listing->module = g_object_ref (modules->pdata[i]);
      listing->cancellable = cancellable;
      if (i > 0)
        listing->thread = g_thread_new ("signet-token-list", list_module, listing);
      else
        list_module (listing);
    }
  for (guint i = 1; i < listings->len; i++)
    g_thread_join (g_array_index (listings, Listing, i).thread);
  return listings;
}

/**
 * signet_token_manager_refresh:
 * @problems: (out) (optional) (transfer full) (element-type GError): what kept single modules from being listed
 *
 * Lists again, all modules side by side, each within its deadline. Blocks.
 *
 * Returns: (transfer full) (nullable) (element-type SignetToken): %NULL only when cancelled
 */
GPtrArray *
signet_token_manager_refresh (SignetTokenManager *self, GCancellable *cancellable, GPtrArray **problems, GError **error)
{
  g_autoptr (GPtrArray) modules = NULL;
  g_autoptr (GArray) listings = NULL;

  g_return_val_if_fail (SIGNET_IS_TOKEN_MANAGER (self), NULL);

  modules = _signet_token_manager_find_again (self);
  listings = list_all (self, modules, cancellable);
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  if (problems != NULL)
    *problems = collect_problems (listings);
  return signet_token_manager_dup_tokens (self);
}

GPtrArray *
signet_token_manager_dup_tokens (SignetTokenManager *self)
{
  GPtrArray *tokens = NULL;

  g_return_val_if_fail (SIGNET_IS_TOKEN_MANAGER (self), NULL);

  g_mutex_lock (&self->lock);
  tokens = g_ptr_array_ref (self->tokens);
  g_mutex_unlock (&self->lock);
  return tokens;
}

/* Looks for modules anew; one that is gone takes its tokens with it. */
GPtrArray *
_signet_token_manager_find_again (SignetTokenManager *self)
{
  g_mutex_lock (&self->lock);
  _signet_token_manager_find_modules (self);
  join_answers (self);
  g_mutex_unlock (&self->lock);
  _signet_token_manager_show (self);
  return _signet_token_manager_dup_loaded (self);
}

GPtrArray *
_signet_token_manager_list_one (SignetTokenManager *self, const char *path, gboolean software, GCancellable *cancellable)
{
  const char *dir = software ? signet_paths_get_software_token_dir () : NULL;
  Listing listing = { .cancellable = cancellable };
  SignetTokenModule *module = NULL;
  GPtrArray *tokens = NULL;

  g_mutex_lock (&self->lock);
  /* who watches has all of them listed anyway, and must not take a part for the whole */
  if (self->watch == NULL)
    {
      _signet_token_manager_find_modules (self);
      module = _signet_token_manager_find_module (self->modules, path, dir);
    }
  if (module != NULL)
    listing.module = g_object_ref (module);
  g_mutex_unlock (&self->lock);
  if (module == NULL)
    return NULL;
  ask (&listing);
  tokens = g_steal_pointer (&listing.tokens);
  listing_clear (&listing);
  return tokens;
}
