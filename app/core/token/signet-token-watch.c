/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-token-watch.c: one thread that notices tokens coming and going, and has their modules listed again.
 *
 * It sleeps until something may have changed: the reader service tells of cards and readers, the kernel of USB devices, of files of
 * software tokens and of module configuration. Only modules whose tokens nobody tells of are asked, once a second. Asking and listing is
 * done on threads of a pool, one module each: one that hangs delays no other. One that is busy is left alone; one that
 * crashed or hung is tried again after half a minute.
 */
#define G_LOG_DOMAIN "signet-token-watch"

#include "config.h"

#include <poll.h>

#include "../base/signet-paths.h"
#include "signet-token-manager-private.h"
#include "signet-token-pcsc-private.h"
#include "signet-token-vendor-private.h"

#define POLL_MS       1000         /* modules nobody tells of */
#define RESTLESS_MS   250          /* while something was just plugged in: drivers and modules need a moment */
#define RESTLESS_TIME (6 * G_TIME_SPAN_SECOND)
#define RETRY_TIME    (30 * G_TIME_SPAN_SECOND)

/* What is known of one module between two looks. */
typedef struct
{
  SignetTokenModule *module;
  gboolean pcsc;         /* the reader service tells of its tokens */
  gint busy;             /* (atomic): a look is under way */
  gint again;            /* (atomic): list it whatever it says of itself */
  gint open;             /* (atomic): it was busy when it was asked, or its files changed: ask it */
  guint touches;
  gint64 last;           /* monotonic: when it was looked at */
} Ward;

struct _SignetTokenWatch
{
  SignetTokenManager *manager; /* borrowed */
  GThread *thread;
  GCancellable *cancellable;
  GThreadPool *pool;
  SignetTokenInotify *inotify; /* (nullable) */
  SignetPcscWatch *pcsc;
  GPtrArray *wards; /* (element-type Ward); the thread's own */
  gint64 restless;  /* monotonic: until then everything is looked at often */
  gint readers;     /* (atomic): cards or readers changed */
  GMutex lock;
  GStrv present;    /* (nullable): readers with a card; under @lock */
  gint stopped;     /* (atomic) */
};

/* --- one module, on a thread of the pool --- */

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
  ok = signet_token_host_call_get_state_sync (_signet_token_host_get_proxy (host),
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
has_changed (Ward *ward, GCancellable *cancellable)
{
  gboolean software = _signet_token_module_get_software_dir (ward->module) != NULL;
  g_autofree char *answer = software ? NULL : ask_host (ward->module, cancellable);
  g_autofree char *state = _signet_token_watch_state (ward->module, answer);

  if (!software && *answer == '\0')
    {
      g_atomic_int_set (&ward->open, TRUE);
      return FALSE;
    }
  return !_signet_token_module_was_listed (ward->module, state);
}

static void
look (gpointer data, gpointer user_data)
{
  SignetTokenWatch *self = user_data;
  Ward *ward = data;

  g_atomic_int_set (&ward->open, FALSE);
  if (g_atomic_int_compare_and_exchange (&ward->again, TRUE, FALSE) || has_changed (ward, self->cancellable))
    _signet_token_manager_list_module (self->manager, ward->module, self->cancellable);
  g_atomic_int_set (&ward->busy, FALSE);
  _signet_token_bell_ring (self->manager->bell);
}

/* --- what is watched --- */

static void
ward_free (Ward *ward)
{
  g_object_unref (ward->module);
  g_free (ward);
}

static Ward *
ward_new (SignetTokenModule *module)
{
  const SignetTokenVendor *vendor =
      _signet_token_vendors_find_module (_signet_token_vendors_get (), _signet_token_module_get_path (module));
  Ward *ward = g_new0 (Ward, 1);

  ward->module = g_object_ref (module);
  ward->pcsc = vendor != NULL && vendor->events == SIGNET_VENDOR_EVENTS_PCSC;
  ward->again = TRUE;
  return ward;
}

static Ward *
find_ward (SignetTokenWatch *self, SignetTokenModule *module)
{
  for (guint i = 0; i < self->wards->len; i++)
    if (((Ward *) self->wards->pdata[i])->module == module)
      return self->wards->pdata[i];
  return NULL;
}

/* A module that is gone stays a ward while a look at it is under way. */
static void
find_wards (SignetTokenWatch *self)
{
  g_autoptr (GPtrArray) modules = _signet_token_manager_find_again (self->manager);

  for (guint i = self->wards->len; i-- > 0;)
    {
      Ward *ward = self->wards->pdata[i];

      if (!g_ptr_array_find (modules, ward->module, NULL) && !g_atomic_int_get (&ward->busy))
        g_ptr_array_remove_index (self->wards, i);
    }
  for (guint i = 0; i < modules->len; i++)
    if (find_ward (self, modules->pdata[i]) == NULL)
      g_ptr_array_add (self->wards, ward_new (modules->pdata[i]));
}

static void
watch_files (SignetTokenWatch *self)
{
  if (self->inotify == NULL)
    return;
  _signet_token_inotify_add (self->inotify, "/dev/bus/usb", SIGNET_TOKEN_EVENT_USB);
  _signet_token_inotify_add_children (self->inotify, "/dev/bus/usb", SIGNET_TOKEN_EVENT_USB);
  _signet_token_inotify_add (self->inotify, "/run/pcscd", SIGNET_TOKEN_EVENT_SERVICE);
  if (!_signet_token_software_exists (signet_paths_get_software_token_dir ()))
    _signet_token_inotify_add (self->inotify, signet_paths_get_user_data_dir (), SIGNET_TOKEN_EVENT_MODULES);
  _signet_token_inotify_add (self->inotify, signet_paths_get_software_token_dir (), SIGNET_TOKEN_EVENT_MODULES);
  _signet_token_inotify_add (self->inotify, signet_paths_get_user_module_dir (), SIGNET_TOKEN_EVENT_MODULES);
  _signet_token_inotify_add (self->inotify, signet_paths_get_system_module_dir (), SIGNET_TOKEN_EVENT_MODULES);
  _signet_token_inotify_add (self->inotify, P11_MODULE_CONFIGS, SIGNET_TOKEN_EVENT_MODULES);
  _signet_token_software_watch (signet_paths_get_software_token_dir (), self->inotify);
}

/* --- deciding --- */

static gboolean
is_told (SignetTokenWatch *self, const Ward *ward)
{
  if (_signet_token_module_get_software_dir (ward->module) != NULL)
    return self->inotify != NULL;
  return ward->pcsc && _signet_pcsc_watch_is_alive (self->pcsc);
}

static void
start_look (SignetTokenWatch *self, Ward *ward, gint64 now)
{
  ward->last = now;
  ward->touches = _signet_token_module_get_touches (ward->module);
  g_atomic_int_set (&ward->busy, TRUE);
  g_thread_pool_push (self->pool, ward, NULL);
}

static gboolean
is_due (SignetTokenWatch *self, Ward *ward, gint64 now, gboolean troubled)
{
  gint64 age = now - ward->last;

  if (g_atomic_int_get (&ward->again) || ward->touches != _signet_token_module_get_touches (ward->module))
    return TRUE;
  if (troubled && age > RETRY_TIME)
    {
      g_atomic_int_set (&ward->again, TRUE);
      return TRUE;
    }
  if (now < self->restless || g_atomic_int_get (&ward->open))
    return age >= RESTLESS_MS * G_TIME_SPAN_MILLISECOND;
  return !is_told (self, ward) && age >= POLL_MS * G_TIME_SPAN_MILLISECOND;
}

static void
look_around (SignetTokenWatch *self)
{
  gint64 now = g_get_monotonic_time ();

  for (guint i = 0; i < self->wards->len; i++)
    {
      Ward *ward = self->wards->pdata[i];

      if (!g_atomic_int_get (&ward->busy) &&
          is_due (self, ward, now, _signet_token_manager_is_troubled (self->manager, ward->module)))
        start_look (self, ward, now);
    }
}

/* A card that was changed elsewhere says the same of itself as before: what was told of is listed, whatever it says. A card that was pulled
 * is not there any more, even if its module takes its time to notice. */
static void
list_cards_again (SignetTokenWatch *self)
{
  g_auto (GStrv) present = NULL;

  g_mutex_lock (&self->lock);
  present = g_strdupv (self->present);
  g_mutex_unlock (&self->lock);
  for (guint i = 0; i < self->wards->len; i++)
    {
      Ward *ward = self->wards->pdata[i];

      if (!ward->pcsc)
        continue;
      g_atomic_int_set (&ward->again, TRUE);
      if (present != NULL)
        _signet_token_manager_drop_absent (self->manager, ward->module, (const char *const *) present);
    }
  self->restless = g_get_monotonic_time () + RESTLESS_TIME;
}

/* --- sleeping --- */

/* Milliseconds; -1: until something is told. */
static int
how_long (SignetTokenWatch *self)
{
  gint64 now = g_get_monotonic_time ();
  gboolean ask = self->inotify == NULL;
  gboolean troubled = FALSE;
  gboolean open = FALSE;

  for (guint i = 0; i < self->wards->len; i++)
    {
      Ward *ward = self->wards->pdata[i];

      if (g_atomic_int_get (&ward->busy)) /* rings when it is done */
        continue;
      ask |= !is_told (self, ward);
      open |= g_atomic_int_get (&ward->open);
      troubled |= _signet_token_manager_is_troubled (self->manager, ward->module);
    }
  if (now < self->restless || open)
    return RESTLESS_MS;
  if (ask)
    return POLL_MS;
  return troubled ? RETRY_TIME / G_TIME_SPAN_MILLISECOND : -1;
}

static SignetTokenEvents
wait_for_events (SignetTokenWatch *self)
{
  struct pollfd places[] = {
    { .fd = _signet_token_bell_get_fd (self->manager->bell), .events = POLLIN },
    { .fd = self->inotify != NULL ? _signet_token_inotify_get_fd (self->inotify) : -1, .events = POLLIN },
  };

  poll (places, G_N_ELEMENTS (places), how_long (self));
  _signet_token_bell_clear (self->manager->bell);
  return self->inotify != NULL ? _signet_token_inotify_read (self->inotify) : SIGNET_TOKEN_EVENT_MODULES;
}

static void
act_on (SignetTokenWatch *self, SignetTokenEvents events)
{
  if (events & SIGNET_TOKEN_EVENT_USB)
    self->restless = g_get_monotonic_time () + RESTLESS_TIME;
  if (events & (SIGNET_TOKEN_EVENT_USB | SIGNET_TOKEN_EVENT_SERVICE))
    _signet_pcsc_watch_hurry (self->pcsc);
  if (events & SIGNET_TOKEN_EVENT_MODULES)
    find_wards (self);
  if (events & SIGNET_TOKEN_EVENT_TOKENS)
    for (guint i = 0; i < self->wards->len; i++)
      if (_signet_token_module_get_software_dir (((Ward *) self->wards->pdata[i])->module) != NULL)
        g_atomic_int_set (&((Ward *) self->wards->pdata[i])->open, TRUE);
  if (g_atomic_int_compare_and_exchange (&self->readers, TRUE, FALSE))
    list_cards_again (self);
}

static GStrv
dup_present (const SignetPcscReader *readers, guint n_readers)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();

  for (guint i = 0; i < n_readers; i++)
    if (readers[i].flags & SIGNET_READER_PRESENT)
      g_strv_builder_add (names, readers[i].name);
  return g_strv_builder_end (names);
}

static void
on_readers_changed_cb (const SignetPcscReader *readers, guint n_readers, gpointer data)
{
  SignetTokenWatch *self = data;

  g_mutex_lock (&self->lock);
  g_strfreev (self->present);
  self->present = readers != NULL ? dup_present (readers, n_readers) : NULL;
  g_mutex_unlock (&self->lock);
  g_atomic_int_set (&self->readers, TRUE);
  _signet_token_bell_ring (self->manager->bell);
}

static gpointer
watch_thread (gpointer data)
{
  SignetTokenWatch *self = data;

  find_wards (self);
  while (!g_atomic_int_get (&self->stopped))
    {
      watch_files (self);
      look_around (self);
      act_on (self, wait_for_events (self));
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
  self->pool = g_thread_pool_new (look, self, -1, FALSE, NULL);
  self->inotify = _signet_token_inotify_new ();
  self->wards = g_ptr_array_new_with_free_func ((GDestroyNotify) ward_free);
  self->pcsc = _signet_pcsc_watch_start (on_readers_changed_cb, self);
  self->thread = g_thread_new ("signet-token-watch", watch_thread, self);
  return self;
}

void
_signet_token_watch_stop (SignetTokenWatch *self)
{
  g_atomic_int_set (&self->stopped, TRUE);
  g_cancellable_cancel (self->cancellable);
  _signet_token_bell_ring (self->manager->bell);
  g_thread_join (self->thread);
  _signet_pcsc_watch_stop (self->pcsc);
  g_thread_pool_free (self->pool, TRUE, TRUE);
  g_clear_pointer (&self->inotify, _signet_token_inotify_free);
  g_ptr_array_unref (self->wards);
  g_object_unref (self->cancellable);
  g_strfreev (self->present);
  g_mutex_clear (&self->lock);
  g_free (self);
}
