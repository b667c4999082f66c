/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-token-manager.c: all tokens of all modules: which modules there are, listing them side by side, finding one token or
 * key by what a person calls it.
 *
 * Any thread may call; the list model changes in the main context of its creation only. One module's failure is that module's.
 */
#define G_LOG_DOMAIN "signet-token-manager"

#include "config.h"

#include <string.h>

#include "../base/signet-paths.h"
#include "signet-token-manager-private.h"

struct _SignetTokenManager
{
  GObject parent_instance;
  GMainContext *context; /* of the list model */
  char **given;          /* (nullable): paths to use instead of what is found */
  GMutex lock;           /* for what follows, up to the empty line */
  GPtrArray *modules;    /* (element-type SignetTokenModule) */
  GPtrArray *tokens;     /* (element-type SignetToken): the last listing */
  GPtrArray *findings;   /* (element-type SignetTokenFinding) */
  gboolean listed;
  gboolean with_software; /* one was made through us: listed even beside given paths */
  guint deadlines[SIGNET_TOKEN_N_DEADLINES];
  SignetTokenWatch *watch; /* (nullable) */

  GPtrArray *items; /* what the list model shows; only in @context */
};

static void signet_token_manager_list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (SignetTokenManager,
                               signet_token_manager,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, signet_token_manager_list_model_init))

/* --- as a list model --- */

static GType
get_item_type (GListModel *model)
{
  return SIGNET_TYPE_TOKEN;
}

static guint
get_n_items (GListModel *model)
{
  return SIGNET_TOKEN_MANAGER (model)->items->len;
}

static gpointer
get_item (GListModel *model, guint position)
{
  GPtrArray *items = SIGNET_TOKEN_MANAGER (model)->items;

  return position < items->len ? g_object_ref (items->pdata[position]) : NULL;
}

static void
signet_token_manager_list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

/* One change for what lies between the equal ends of the old and the new list. */
static void
replace_items (SignetTokenManager *self, GPtrArray *tokens)
{
  g_autoptr (GPtrArray) old = self->items;
  guint shorter = MIN (old->len, tokens->len);
  guint head = 0;
  guint tail = 0;

  while (head < shorter && old->pdata[head] == tokens->pdata[head])
    head++;
  while (tail < shorter - head && old->pdata[old->len - 1 - tail] == tokens->pdata[tokens->len - 1 - tail])
    tail++;
  self->items = g_ptr_array_ref (tokens);
  if (old->len - head - tail > 0 || tokens->len - head - tail > 0)
    g_list_model_items_changed (G_LIST_MODEL (self), head, old->len - head - tail, tokens->len - head - tail);
}

static void
free_weak (gpointer data)
{
  g_weak_ref_clear (data);
  g_free (data);
}

static gboolean
show_latest (gpointer data)
{
  g_autoptr (SignetTokenManager) self = g_weak_ref_get (data);
  g_autoptr (GPtrArray) tokens = NULL;

  if (self == NULL)
    return G_SOURCE_REMOVE;
  g_mutex_lock (&self->lock);
  tokens = g_ptr_array_ref (self->tokens);
  g_mutex_unlock (&self->lock);
  replace_items (self, tokens);
  return G_SOURCE_REMOVE;
}

/* --- the object --- */

static void
signet_token_manager_dispose (GObject *object)
{
  SignetTokenManager *self = SIGNET_TOKEN_MANAGER (object);

  g_clear_pointer (&self->watch, _signet_token_watch_stop);
  G_OBJECT_CLASS (signet_token_manager_parent_class)->dispose (object);
}

static void
signet_token_manager_finalize (GObject *object)
{
  SignetTokenManager *self = SIGNET_TOKEN_MANAGER (object);

  g_ptr_array_unref (self->items);
  g_ptr_array_unref (self->tokens);
  g_ptr_array_unref (self->modules);
  g_ptr_array_unref (self->findings);
  g_strfreev (self->given);
  g_mutex_clear (&self->lock);
  g_main_context_unref (self->context);
  G_OBJECT_CLASS (signet_token_manager_parent_class)->finalize (object);
}

static void
signet_token_manager_class_init (SignetTokenManagerClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = signet_token_manager_dispose;
  G_OBJECT_CLASS (klass)->finalize = signet_token_manager_finalize;
}

static void
signet_token_manager_init (SignetTokenManager *self)
{
  g_mutex_init (&self->lock);
  self->context = g_main_context_ref_thread_default ();
  self->modules = g_ptr_array_new_with_free_func (g_object_unref);
  self->tokens = g_ptr_array_new_with_free_func (g_object_unref);
  self->items = g_ptr_array_new_with_free_func (g_object_unref);
  self->findings = g_ptr_array_new_with_free_func ((GDestroyNotify) signet_token_finding_free);
}

/**
 * signet_token_manager_new:
 * @modules: (nullable): paths to use instead of what p11-kit and our software token offer
 *
 * Starts nothing yet.
 */
SignetTokenManager *
signet_token_manager_new (const char *const *modules)
{
  SignetTokenManager *self = g_object_new (SIGNET_TYPE_TOKEN_MANAGER, NULL);

  self->given = g_strdupv ((char **) modules);
  return self;
}

/* --- which modules --- */

/* The same file under two names is one module; a file that cannot be resolved keeps its name, the host says why. */
static char *
resolve (const char *path)
{
  char *resolved = realpath (path, NULL);
  char *result = NULL;

  if (resolved == NULL)
    return g_canonicalize_filename (path, NULL);
  result = g_strdup (resolved);
  free (resolved);
  return result;
}

static gboolean
is_module (SignetTokenModule *module, const char *path, const char *software_dir)
{
  return g_str_equal (_signet_token_module_get_path (module), path) &&
         g_strcmp0 (_signet_token_module_get_software_dir (module), software_dir) == 0;
}

static SignetTokenModule *
find_module (GPtrArray *modules, const char *path, const char *software_dir)
{
  for (guint i = 0; i < modules->len; i++)
    if (is_module (modules->pdata[i], path, software_dir))
      return modules->pdata[i];
  return NULL;
}

/* Keeps the module, and so its running process, when it was there before. */
static void
add_module (SignetTokenManager *self, GPtrArray *modules, const char *path, const char *software_dir, gboolean user)
{
  g_autofree char *resolved = resolve (path);
  SignetTokenModule *module = find_module (self->modules, resolved, software_dir);

  if (find_module (modules, resolved, software_dir) != NULL)
    return;
  if (module != NULL)
    {
      g_ptr_array_add (modules, g_object_ref (module));
      return;
    }
  module = _signet_token_module_new (resolved, software_dir, user);
  for (guint i = 0; i < SIGNET_TOKEN_N_DEADLINES; i++)
    if (self->deadlines[i] != 0)
      _signet_token_module_set_deadline (module, i, self->deadlines[i]);
  g_ptr_array_add (modules, module);
}

static void
add_found_modules (SignetTokenManager *self, GPtrArray *modules)
{
  g_autoptr (GPtrArray) sources = _signet_token_configuration_find_default ();

  for (guint i = 0; i < sources->len; i++)
    {
      SignetTokenModuleSource *source = sources->pdata[i];

      add_module (self, modules, source->path, NULL, source->user);
    }
}

/* Called with the lock held. */
static void
find_modules (SignetTokenManager *self)
{
  GPtrArray *modules = g_ptr_array_new_with_free_func (g_object_unref);
  const char *dir = signet_paths_get_software_token_dir ();
  g_autofree char *software = _signet_token_software_find_module ();

  if (software != NULL && (self->given == NULL || self->with_software) && _signet_token_software_exists (dir))
    add_module (self, modules, software, dir, FALSE);
  if (self->given == NULL)
    add_found_modules (self, modules);
  for (guint i = 0; self->given != NULL && self->given[i] != NULL; i++)
    add_module (self, modules, self->given[i], NULL, TRUE);
  g_ptr_array_unref (self->modules);
  self->modules = modules;
}

GPtrArray *
_signet_token_manager_dup_modules (SignetTokenManager *self)
{
  GPtrArray *modules = NULL;

  g_mutex_lock (&self->lock);
  modules = g_ptr_array_copy (self->modules, (GCopyFunc) (void (*) (void)) g_object_ref, NULL);
  g_mutex_unlock (&self->lock);
  g_ptr_array_set_free_func (modules, g_object_unref);
  return modules;
}

GPtrArray *
_signet_token_manager_dup_tokens (SignetTokenManager *self)
{
  GPtrArray *tokens = NULL;

  g_mutex_lock (&self->lock);
  tokens = g_ptr_array_ref (self->tokens);
  g_mutex_unlock (&self->lock);
  return tokens;
}

gboolean
_signet_token_manager_has_given_modules (SignetTokenManager *self)
{
  return self->given != NULL;
}

void
_signet_token_manager_set_deadlines (SignetTokenManager *self, guint listing, guint signing, guint generation)
{
  const guint deadlines[SIGNET_TOKEN_N_DEADLINES] = { listing, signing, generation };

  g_mutex_lock (&self->lock);
  for (guint i = 0; i < SIGNET_TOKEN_N_DEADLINES; i++)
    {
      if (deadlines[i] == 0)
        continue;
      self->deadlines[i] = deadlines[i];
      for (guint n = 0; n < self->modules->len; n++)
        _signet_token_module_set_deadline (self->modules->pdata[n], i, deadlines[i]);
    }
  g_mutex_unlock (&self->lock);
}

/* --- listing --- */

typedef struct
{
  SignetTokenModule *module;
  GCancellable *cancellable;
  GThread *thread;
  GPtrArray *tokens; /* (nullable) */
  GError *error;     /* (nullable) */
} Listing;

/* What was refused once may be mended meanwhile (a service was started, a file's mode set right): the next listing tries anew. */
static void
note_failure (SignetTokenModule *module, const GError *failure)
{
  _signet_token_module_take_listed (module, _signet_token_watch_state (module, SIGNET_TOKEN_STATE_GONE));
  if (g_error_matches (failure, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_MODULE_NOT_LOADED))
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
  ok = signet_token_host_call_list_tokens_sync (proxy, G_DBUS_CALL_FLAGS_NONE, deadline, description, tokens, cancellable,
                                                &failure);
  return _signet_token_host_end (host, ok, g_steal_pointer (&failure), error);
}

/* The state is taken before the listing: what changes meanwhile is seen as a change. */
static GPtrArray *
list_in_host (SignetTokenModule *module, GCancellable *cancellable, GError **error)
{
  g_autofree char *before = _signet_token_watch_state (module, "");
  g_autoptr (GVariant) description = NULL;
  g_autoptr (GVariant) tokens = NULL;
  g_autoptr (GError) failure = NULL;
  const char *state = "";

  if (!call_list (module, &description, &tokens, cancellable, &failure))
    {
      note_failure (module, failure);
      g_propagate_error (error, g_steal_pointer (&failure));
      return NULL;
    }
  g_variant_lookup (description, "state", "&s", &state);
  if (_signet_token_module_get_software_dir (module) != NULL)
    _signet_token_module_take_listed (module, g_steal_pointer (&before));
  else
    _signet_token_module_take_listed (module, g_strconcat (state, before, NULL));
  return _signet_token_parse_tokens (module, tokens);
}

static gpointer
list_module (gpointer data)
{
  Listing *listing = data;

  listing->tokens = list_in_host (listing->module, listing->cancellable, &listing->error);
  /* the process ended while we waited for our turn: that was somebody else's failure */
  if (g_error_matches (listing->error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_NOT_LOGGED_IN))
    {
      g_clear_error (&listing->error);
      listing->tokens = list_in_host (listing->module, listing->cancellable, &listing->error);
    }
  return NULL;
}

static void
listing_clear (Listing *listing)
{
  g_clear_object (&listing->module);
  g_clear_pointer (&listing->tokens, g_ptr_array_unref);
  g_clear_error (&listing->error);
}

/* All at once; the first on this thread, for one module is the common case. */
static GArray *
list_all (GPtrArray *modules, GCancellable *cancellable)
{
  GArray *listings = g_array_sized_new (FALSE, TRUE, sizeof (Listing), modules->len);

  g_array_set_clear_func (listings, (GDestroyNotify) listing_clear);
  g_array_set_size (listings, modules->len);
  for (guint i = modules->len; i-- > 0;)
    {
      Listing *listing = &g_array_index (listings, Listing, i);

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

static const char *
state_of (Listing *listing)
{
  if (listing->error == NULL)
    return listing->tokens->len > 0 ? "ok" : "no-token";
  if (g_error_matches (listing->error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_MODULE_NOT_LOADED))
    return "refused";
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

/* A card that two modules serve is one card. Serial numbers are only as good as their makers: all three must agree. */
static gboolean
is_there (GPtrArray *tokens, SignetToken *token)
{
  if (*signet_token_get_serial (token) == '\0')
    return FALSE;
  for (guint i = 0; i < tokens->len; i++)
    {
      SignetToken *other = tokens->pdata[i];

      if (_signet_token_get_module (other) != _signet_token_get_module (token) &&
          strcmp (signet_token_get_uri (other), signet_token_get_uri (token)) == 0)
        return TRUE;
    }
  return FALSE;
}

/* Called with the lock held. */
static void
take_over (SignetTokenManager *self, GArray *listings)
{
  GPtrArray *tokens = g_ptr_array_new_with_free_func (g_object_unref);

  g_ptr_array_set_size (self->findings, 0);
  for (guint i = 0; i < listings->len; i++)
    {
      Listing *listing = &g_array_index (listings, Listing, i);

      g_ptr_array_add (self->findings, finding_new (listing));
      for (guint n = 0; listing->tokens != NULL && n < listing->tokens->len; n++)
        if (!is_there (tokens, listing->tokens->pdata[n]))
          g_ptr_array_add (tokens, g_object_ref (known_or_new (self->tokens, listing->tokens->pdata[n])));
    }
  g_ptr_array_unref (self->tokens);
  self->tokens = tokens;
  self->listed = TRUE;
}

/* The system's SoftHSM is there for programs of its group; that it refuses everybody else is no news to a person. */
static gboolean
is_expected (Listing *listing)
{
  g_autofree char *name = g_path_get_basename (_signet_token_module_get_path (listing->module));

  return _signet_token_module_get_software_dir (listing->module) == NULL && g_str_equal (name, "libsofthsm2.so") &&
         g_error_matches (listing->error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_MODULE_NOT_LOADED);
}

static GPtrArray *
collect_problems (SignetTokenManager *self, GArray *listings)
{
  GPtrArray *problems = g_ptr_array_new_with_free_func ((GDestroyNotify) g_error_free);

  for (guint i = 0; i < listings->len; i++)
    {
      Listing *listing = &g_array_index (listings, Listing, i);
      GError *problem = NULL;

      if (listing->error == NULL || (self->given == NULL && is_expected (listing)))
        continue;
      problem = g_error_copy (listing->error);
      if (!g_str_has_prefix (problem->message, _signet_token_module_get_path (listing->module)))
        g_prefix_error (&problem, "%s: ", _signet_token_module_get_path (listing->module));
      g_ptr_array_add (problems, problem);
    }
  return problems;
}

static void
show_in_context (SignetTokenManager *self)
{
  GWeakRef *weak = g_new0 (GWeakRef, 1);

  g_weak_ref_init (weak, self);
  g_main_context_invoke_full (self->context, G_PRIORITY_DEFAULT, show_latest, weak, free_weak);
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
  GPtrArray *tokens = NULL;

  g_return_val_if_fail (SIGNET_IS_TOKEN_MANAGER (self), NULL);

  g_mutex_lock (&self->lock);
  find_modules (self);
  g_mutex_unlock (&self->lock);
  modules = _signet_token_manager_dup_modules (self);
  listings = list_all (modules, cancellable);
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  g_mutex_lock (&self->lock);
  take_over (self, listings);
  tokens = g_ptr_array_ref (self->tokens);
  g_mutex_unlock (&self->lock);
  if (problems != NULL)
    *problems = collect_problems (self, listings);
  show_in_context (self);
  return tokens;
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
      find_modules (self);
      module = find_module (self->modules, path, dir);
    }
  if (module != NULL)
    listing.module = g_object_ref (module);
  g_mutex_unlock (&self->lock);
  if (module == NULL)
    return NULL;
  list_module (&listing);
  tokens = g_steal_pointer (&listing.tokens);
  listing_clear (&listing);
  return tokens;
}

void
signet_token_manager_watch (SignetTokenManager *self)
{
  g_return_if_fail (SIGNET_IS_TOKEN_MANAGER (self));

  g_mutex_lock (&self->lock);
  if (self->watch == NULL)
    self->watch = _signet_token_watch_start (self);
  g_mutex_unlock (&self->lock);
}

gboolean
signet_token_manager_is_listed (SignetTokenManager *self)
{
  gboolean listed = FALSE;

  g_return_val_if_fail (SIGNET_IS_TOKEN_MANAGER (self), FALSE);
  g_mutex_lock (&self->lock);
  listed = self->listed;
  g_mutex_unlock (&self->lock);
  return listed;
}

/* --- what was found --- */

void
signet_token_finding_free (SignetTokenFinding *finding)
{
  if (finding == NULL)
    return;
  g_free (finding->module);
  g_free (finding->state);
  g_free (finding->detail);
  g_free (finding);
}

static gpointer
finding_copy (gconstpointer source, gpointer unused)
{
  const SignetTokenFinding *finding = source;
  SignetTokenFinding *copy = g_new0 (SignetTokenFinding, 1);

  copy->module = g_strdup (finding->module);
  copy->state = g_strdup (finding->state);
  copy->detail = g_strdup (finding->detail);
  copy->n_tokens = finding->n_tokens;
  return copy;
}

GPtrArray *
signet_token_manager_dup_findings (SignetTokenManager *self)
{
  GPtrArray *findings = NULL;

  g_return_val_if_fail (SIGNET_IS_TOKEN_MANAGER (self), NULL);
  g_mutex_lock (&self->lock);
  findings = g_ptr_array_copy (self->findings, finding_copy, NULL);
  g_mutex_unlock (&self->lock);
  g_ptr_array_set_free_func (findings, (GDestroyNotify) signet_token_finding_free);
  return findings;
}

gboolean
_signet_token_manager_is_troubled (SignetTokenManager *self)
{
  gboolean troubled = FALSE;

  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->findings->len; i++)
    {
      SignetTokenFinding *finding = self->findings->pdata[i];

      troubled |= g_str_equal (finding->state, "crashed") || g_str_equal (finding->state, "hung");
    }
  g_mutex_unlock (&self->lock);
  return troubled;
}

/* --- making tokens --- */

static gboolean
check_label (const char *label, GError **error)
{
  gsize length = strlen (label);

  if (length > 0 && length <= 32 && g_utf8_validate (label, (gssize) length, NULL))
    return TRUE;
  g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_USAGE, "a token's label has 1 to 32 bytes");
  return FALSE;
}

static SignetToken *
init_and_list (SignetTokenManager *self,
               SignetTokenModule *module,
               const char *id,
               const char *label,
               SignetSecret *pin,
               SignetSecret *so_pin,
               GCancellable *cancellable,
               GError **error)
{
  g_autofree char *made = _signet_token_module_init_token (module, id, label, pin, so_pin != NULL ? so_pin : pin, cancellable,
                                                           error);
  g_autoptr (GPtrArray) tokens = NULL;

  if (made == NULL)
    return NULL;
  tokens = signet_token_manager_refresh (self, cancellable, NULL, error);
  for (guint i = 0; tokens != NULL && i < tokens->len; i++)
    if (_signet_token_get_module (tokens->pdata[i]) == module && g_str_equal (_signet_token_get_id (tokens->pdata[i]), made))
      return g_object_ref (tokens->pdata[i]);
  if (tokens != NULL)
    g_set_error_literal (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_REMOVED, "the new token is not listed");
  return NULL;
}

/**
 * signet_token_manager_init_software_token:
 * @label: 1 to 32 bytes
 * @so_pin: (nullable): the same as @pin when %NULL
 *
 * Returns: (transfer full) (nullable): a new software token in the user's data folder
 */
SignetToken *
signet_token_manager_init_software_token (SignetTokenManager *self,
                                          const char *label,
                                          SignetSecret *pin,
                                          SignetSecret *so_pin,
                                          GCancellable *cancellable,
                                          GError **error)
{
  const char *dir = signet_paths_get_software_token_dir ();
  g_autofree char *path = _signet_token_software_find_module ();
  g_autofree char *resolved = path != NULL ? resolve (path) : NULL;
  g_autoptr (SignetTokenModule) module = NULL;

  g_return_val_if_fail (SIGNET_IS_TOKEN_MANAGER (self), NULL);
  g_return_val_if_fail (label != NULL && pin != NULL, NULL);

  if (path == NULL)
    {
      g_set_error_literal (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_UNSUPPORTED,
                           "SoftHSM 2, which keeps software tokens, is not installed");
      return NULL;
    }
  if (!check_label (label, error) || !_signet_token_software_prepare (dir, error))
    return NULL;
  g_mutex_lock (&self->lock);
  self->with_software = TRUE;
  find_modules (self);
  module = g_object_ref (find_module (self->modules, resolved, dir));
  g_mutex_unlock (&self->lock);
  return init_and_list (self, module, "", label, pin, so_pin, cancellable, error);
}

/**
 * signet_token_manager_init_token:
 * @token: all that is on it is lost
 * @so_pin: (nullable): the same as @pin when %NULL
 */
gboolean
signet_token_manager_init_token (SignetTokenManager *self,
                                 SignetToken *token,
                                 const char *label,
                                 SignetSecret *pin,
                                 SignetSecret *so_pin,
                                 GCancellable *cancellable,
                                 GError **error)
{
  g_autoptr (SignetToken) made = NULL;

  g_return_val_if_fail (SIGNET_IS_TOKEN_MANAGER (self), FALSE);
  g_return_val_if_fail (SIGNET_IS_TOKEN (token), FALSE);

  if (!check_label (label, error))
    return FALSE;
  made = init_and_list (self, _signet_token_get_module (token), _signet_token_get_id (token), label, pin, so_pin, cancellable,
                        error);
  return made != NULL;
}
