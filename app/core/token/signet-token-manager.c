/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-token-manager.c: all tokens of all modules, as an object and as a list model. Which modules: signet-token-manager-modules.c;
 * asking them: signet-token-manager-listing.c; finding one token or key: signet-token-find.c.
 *
 * Any thread may call; the list model changes in the main context of its creation only.
 */
#define G_LOG_DOMAIN "signet-token-manager"

#include "config.h"

#include "signet-token-manager-private.h"

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

void
_signet_token_manager_show (SignetTokenManager *self)
{
  GWeakRef *weak = g_new0 (GWeakRef, 1);
  g_autoptr (GSource) source = g_idle_source_new ();

  g_weak_ref_init (weak, self);
  /* not g_main_context_invoke(): on a context nobody runs just now it would call us here, on another thread */
  g_source_set_callback (source, show_latest, weak, free_weak);
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_attach (source, self->context);
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
  g_ptr_array_unref (self->answers);
  g_ptr_array_unref (self->hidden);
  g_ptr_array_unref (self->excluded);
  g_strfreev (self->given);
  _signet_token_bell_unref (self->bell);
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
  self->bell = _signet_token_bell_new ();
  self->context = g_main_context_ref_thread_default ();
  self->modules = g_ptr_array_new_with_free_func (g_object_unref);
  self->tokens = g_ptr_array_new_with_free_func (g_object_unref);
  self->items = g_ptr_array_new_with_free_func (g_object_unref);
  self->hidden = g_ptr_array_new_with_free_func (g_object_unref);
  self->answers = _signet_token_manager_new_answers ();
  self->excluded = g_ptr_array_new_with_free_func (g_free);
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

GPtrArray *
_signet_token_manager_dup_loaded (SignetTokenManager *self)
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

GPtrArray *
_signet_token_manager_dup_hidden (SignetTokenManager *self)
{
  GPtrArray *hidden = NULL;

  g_mutex_lock (&self->lock);
  hidden = g_ptr_array_copy (self->hidden, (GCopyFunc) (void (*) (void)) g_object_ref, NULL);
  g_mutex_unlock (&self->lock);
  g_ptr_array_set_free_func (hidden, g_object_unref);
  return hidden;
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
  g_free (finding->version);
  g_free (finding->wall);
  g_free (finding);
}

SignetTokenFinding *
_signet_token_finding_copy (const SignetTokenFinding *finding)
{
  SignetTokenFinding *copy = g_new0 (SignetTokenFinding, 1);

  copy->module = g_strdup (finding->module);
  copy->state = g_strdup (finding->state);
  copy->detail = g_strdup (finding->detail);
  copy->version = g_strdup (finding->version);
  copy->wall = g_strdup (finding->wall);
  copy->n_tokens = finding->n_tokens;
  return copy;
}

static gpointer
copy_finding (gconstpointer finding, gpointer unused)
{
  return _signet_token_finding_copy (finding);
}

GPtrArray *
signet_token_manager_dup_findings (SignetTokenManager *self)
{
  GPtrArray *findings = NULL;

  g_return_val_if_fail (SIGNET_IS_TOKEN_MANAGER (self), NULL);
  g_mutex_lock (&self->lock);
  findings = g_ptr_array_copy (self->findings, copy_finding, NULL);
  g_mutex_unlock (&self->lock);
  g_ptr_array_set_free_func (findings, (GDestroyNotify) signet_token_finding_free);
  return findings;
}
