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

/* SIGNET_TOKEN_STATE_GONE when no process runs. "": nothing new can be said, the module is busy. */
static char *
ask_host (SignetTokenModule *module, GCancellable *cancellable)
{
  g_autoptr (SignetTokenHostRef) host = _signet_token_module_dup_host (module);
  g_autoptr (GError) failure = NULL;
  char *state = NULL;
  gboolean ok = FALSE;

  if (host == NULL)
    return g_strdup (SIGNET_TOKEN_STATE_GONE);
  if (!_signet_token_host_try_begin (host))
    return g_strdup ("");
  ok = signet_token_host_call_get_state_sync (_signet_token_host_get_proxy (host), G_DBUS_CALL_FLAGS_NONE,
                                              _signet_token_host_get_deadline (host, SIGNET_TOKEN_DEADLINE_LISTING), &state,
                                              cancellable, &failure);
  ok = _signet_token_host_end (host, ok, g_steal_pointer (&failure), NULL);
  return ok ? state : g_strdup (SIGNET_TOKEN_STATE_GONE);
}

/**
 * _signet_token_watch_state:
 * @state: what the host says, unused for our own software tokens
 *
 * Returns: (transfer full): a text that changes with what a listing would find. What we write ourselves shows in no slot list:
 * it is counted. Files of our own tell it by themselves.
 */
char *
_signet_token_watch_state (SignetTokenModule *module, const char *state)
{
  const char *dir = _signet_token_module_get_software_dir (module);

  if (dir != NULL)
    return _signet_token_software_dup_state (dir);
  return g_strdup_printf ("%s %u", state, _signet_token_module_get_touches (module));
}

/* Whether there is something that was not listed yet. */
static gboolean
has_changed (SignetTokenModule *module, GCancellable *cancellable)
{
  gboolean software = _signet_token_module_get_software_dir (module) != NULL;
  g_autofree char *answer = software ? NULL : ask_host (module, cancellable);
  g_autofree char *state = _signet_token_watch_state (module, answer);

  if (!software && *answer == '\0')
    return FALSE;
  return !_signet_token_module_was_listed (module, state);
}

static gboolean
look_around (SignetTokenWatch *self)
{
  g_autoptr (GPtrArray) modules = _signet_token_manager_dup_loaded (self->manager);
  gboolean changed = FALSE;

  for (guint i = 0; i < modules->len && !changed; i++)
    changed = has_changed (modules->pdata[i], self->cancellable);
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

static void
list_again (SignetTokenWatch *self)
{
  g_autoptr (GPtrArray) tokens = signet_token_manager_refresh (self->manager, self->cancellable, NULL, NULL);

  (void) tokens;
}

static gpointer
watch_thread (gpointer data)
{
  SignetTokenWatch *self = data;
  gboolean folder = _signet_token_software_exists (signet_paths_get_software_token_dir ());
  gint64 listed = g_get_monotonic_time ();

  list_again (self);
  while (sleep_a_little (self))
    {
      gboolean folder_now = _signet_token_software_exists (signet_paths_get_software_token_dir ());
      gboolean retry = _signet_token_manager_is_troubled (self->manager) &&
                       g_get_monotonic_time () - listed > RETRY_SECONDS * G_TIME_SPAN_SECOND;

      if (folder_now == folder && !retry && !look_around (self))
        continue;
      list_again (self);
      listed = g_get_monotonic_time ();
      folder = folder_now;
    }
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
