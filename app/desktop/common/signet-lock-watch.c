/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-lock-watch.c: listens for the signals desktops give when a screen locks (org.gnome.ScreenSaver, org.freedesktop.ScreenSaver), and
 * for those of logind (Lock, PrepareForSleep). Whoever may send them can make us forget a login, and nothing else. Main thread.
 */
#define G_LOG_DOMAIN "signet-lock-watch"

#include "config.h"

#include "signet-lock-watch.h"

struct _SignetLockWatch {
  GObject parent_instance;

  GPtrArray *buses; /* (owned) (element-type GDBusConnection) */
  GArray    *ids;   /* (owned): subscriptions, one a row of watched[] for each bus */
};

G_DEFINE_FINAL_TYPE (SignetLockWatch, signet_lock_watch, G_TYPE_OBJECT)

static guint left_signal;

static const struct { const char *interface; const char *name; } watched[] = {
  { "org.gnome.ScreenSaver", "ActiveChanged" },
  { "org.freedesktop.ScreenSaver", "ActiveChanged" },
  { "org.freedesktop.login1.Session", "Lock" },
  { "org.freedesktop.login1.Manager", "PrepareForSleep" },
};

/* "Active" or "about to sleep" comes as a boolean, and so does its end; Lock has none. */

static void
on_signal_cb (GDBusConnection *bus,
              const char      *sender,
              const char      *path,
              const char      *interface,
              const char      *name,
              GVariant        *parameters,
              gpointer         data)
{
  gboolean active = TRUE;

  if (g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(b)")))
    g_variant_get (parameters, "(b)", &active);
  if (active)
    g_signal_emit (data, left_signal, 0);
}

void
signet_lock_watch_listen (SignetLockWatch *self,
                          GDBusConnection *bus)
{
  for (guint i = 0; i < G_N_ELEMENTS (watched); i++)
    {
      guint id = g_dbus_connection_signal_subscribe (bus, NULL, watched[i].interface, watched[i].name, NULL, NULL,
                                                     G_DBUS_SIGNAL_FLAGS_NONE, on_signal_cb, self, NULL);

      g_array_append_val (self->ids, id);
    }
  g_ptr_array_add (self->buses, g_object_ref (bus));
}

static void
on_bus_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      data)
{
  g_autoptr(SignetLockWatch) self = data;
  g_autoptr(GError) error = NULL;
  g_autoptr(GDBusConnection) bus = g_bus_get_finish (result, &error);

  if (bus != NULL)
    signet_lock_watch_listen (self, bus);
  else
    g_debug ("a locked screen is not noticed: %s", error->message);
}

static void
signet_lock_watch_finalize (GObject *object)
{
  SignetLockWatch *self = SIGNET_LOCK_WATCH (object);

  for (guint i = 0; i < self->ids->len; i++)
    g_dbus_connection_signal_unsubscribe (self->buses->pdata[i / G_N_ELEMENTS (watched)], g_array_index (self->ids, guint, i));
  g_ptr_array_unref (self->buses);
  g_array_unref (self->ids);
  G_OBJECT_CLASS (signet_lock_watch_parent_class)->finalize (object);
}

static void
signet_lock_watch_class_init (SignetLockWatchClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = signet_lock_watch_finalize;
  left_signal = g_signal_new ("left", SIGNET_TYPE_LOCK_WATCH, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
signet_lock_watch_init (SignetLockWatch *self)
{
  self->buses = g_ptr_array_new_with_free_func (g_object_unref);
  self->ids = g_array_new (FALSE, FALSE, sizeof (guint));
}

SignetLockWatch *
signet_lock_watch_new (void)
{
  SignetLockWatch *self = g_object_new (SIGNET_TYPE_LOCK_WATCH, NULL);

  g_bus_get (G_BUS_TYPE_SESSION, NULL, on_bus_cb, g_object_ref (self));
  g_bus_get (G_BUS_TYPE_SYSTEM, NULL, on_bus_cb, g_object_ref (self));
  return self;
}
