/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-token-watch.c: one thread that notices tokens coming and going, and has the manager list again.
 *
 * Our own software tokens cost a few stat calls a second, other modules one short call. A module that is busy is left alone;
 * one that crashed or hung is tried again after half a minute, not every second. PC/SC events can replace the polling here
 * without anybody noticing.
 */
#define G_LOG_DOMAIN "signet-token-watch"

#include "config.h"

#include "../base/signet-paths.h"
#include "signet-token-manager-private.h"

#define POLL_SECONDS 1
#define RETRY_SECONDS 30

struct _SignetTokenWatch
{
  SignetTokenManager *manager; /* borrowed */
  GThread *thread;
  GCancellable *cancellable;
  GMutex lock;
  GCond wake;
  gboolean stopped;
};

/* "gone" when no process runs: it crashed, hung or was refused. "": nothing new can be said, the module is busy. */
static char *
ask_host (SignetTokenModule *module, GCancellable *cancellable)
{
  g_autoptr (SignetTokenHostRef) host = _signet_token_module_dup_host (module);
  g_autoptr (GError) failure = NULL;
  char *state = NULL;
  gboolean ok = FALSE;

  if (host == NULL)
    return g_strdup ("gone");
  if (!_signet_token_host_try_begin (host))
    return g_strdup ("");
  ok = signet_token_host_call_get_state_sync (_signet_token_host_get_proxy (host), G_DBUS_CALL_FLAGS_NONE,
                                              _signet_token_host_get_deadline (host, SIGNET_TOKEN_DEADLINE_LISTING), &state,
                                              cancellable, &failure);
  ok = _signet_token_host_end (host, ok, g_steal_pointer (&failure), NULL);
  return ok ? state : g_strdup ("gone");
}

static char *
module_state (SignetTokenModule *module, GCancellable *cancellable)
{
  const char *dir = _signet_token_module_get_software_dir (module);

  return dir != NULL ? _signet_token_software_dup_state (dir) : ask_host (module, cancellable);
}

/* Whether anything changed since @states (module to text) was last filled. */
static gboolean
look_around (SignetTokenWatch *self, GHashTable *states)
{
  g_autoptr (GPtrArray) modules = _signet_token_manager_dup_modules (self->manager);
  gboolean changed = FALSE;

  for (guint i = 0; i < modules->len; i++)
    {
      g_autofree char *state = module_state (modules->pdata[i], self->cancellable);
      const char *known = g_hash_table_lookup (states, modules->pdata[i]);

      if (*state == '\0' && _signet_token_module_get_software_dir (modules->pdata[i]) == NULL)
        continue;
      if (known != NULL && !g_str_equal (known, state))
        changed = TRUE;
      if (known == NULL || !g_str_equal (known, state))
        g_hash_table_insert (states, g_object_ref (modules->pdata[i]), g_steal_pointer (&state));
    }
  return changed;
}

static gboolean
sleep_a_little (SignetTokenWatch *self)
{
  gint64 end = g_get_monotonic_time () + POLL_SECONDS * G_TIME_SPAN_SECOND;
  gboolean stopped = FALSE;

  g_mutex_lock (&self->lock);
  while (!self->stopped && g_cond_wait_until (&self->wake, &self->lock, end))
    ;
  stopped = self->stopped;
  g_mutex_unlock (&self->lock);
  return !stopped;
}

static gpointer
watch_thread (gpointer data)
{
  SignetTokenWatch *self = data;
  g_autoptr (GHashTable) states = g_hash_table_new_full (NULL, NULL, g_object_unref, g_free);
  gint64 listed = 0;
  gboolean changed = TRUE;
  gboolean software = FALSE;

  do
    {
      gboolean folder = _signet_token_software_exists (signet_paths_get_software_token_dir ());
      gboolean troubled = _signet_token_manager_is_troubled (self->manager);

      if (changed || folder != software || (troubled && g_get_monotonic_time () - listed > RETRY_SECONDS * G_TIME_SPAN_SECOND))
        {
          g_autoptr (GPtrArray) tokens = signet_token_manager_refresh (self->manager, self->cancellable, NULL, NULL);

          (void) tokens;
          listed = g_get_monotonic_time ();
          software = folder;
        }
      changed = look_around (self, states);
    }
  while (sleep_a_little (self));
  return NULL;
}

SignetTokenWatch *
_signet_token_watch_start (SignetTokenManager *manager)
{
  SignetTokenWatch *self = g_new0 (SignetTokenWatch, 1);

  self->manager = manager;
  self->cancellable = g_cancellable_new ();
  g_mutex_init (&self->lock);
  g_cond_init (&self->wake);
  self->thread = g_thread_new ("signet-token-watch", watch_thread, self);
  return self;
}

void
_signet_token_watch_stop (SignetTokenWatch *self)
{
  g_mutex_lock (&self->lock);
  self->stopped = TRUE;
  g_cond_broadcast (&self->wake);
  g_mutex_unlock (&self->lock);
  g_cancellable_cancel (self->cancellable);
  g_thread_join (self->thread);
  g_object_unref (self->cancellable);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->wake);
  g_free (self);
}
