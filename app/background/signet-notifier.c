/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-notifier.c: notifications of the freedesktop kind. A button that is pressed becomes an action of the application, which the session bus starts
 * for it when it does not run. Main thread, its main context.
 */
#define G_LOG_DOMAIN "signet-notifier"

#include "config.h"

#include "signet-notifier.h"

#define NAME "org.freedesktop.Notifications"
#define PATH "/org/freedesktop/Notifications"
#define APPLICATION_PATH "/org/signet/Signet"
#define CALL_MILLISECONDS 5000

typedef struct { char *action; char *target; } Told;

struct _SignetNotifier
{
  GObject parent_instance;

  GDBusConnection *bus;       /* (owned) */
  GHashTable      *told;      /* id -> Told: not closed yet */
  GMainLoop       *loop;      /* (owned) (nullable): while waiting */
  guint            signals;
};

G_DEFINE_FINAL_TYPE (SignetNotifier, signet_notifier, G_TYPE_OBJECT)

static void
told_free (gpointer data)
{
  Told *told = data;

  g_free (told->action);
  g_free (told->target);
  g_free (told);
}

/* org.freedesktop.Application: started by its service file when it does not run */
static void
activate (SignetNotifier *self, const Told *told)
{
  GVariantBuilder parameters;
  g_autoptr (GVariant) answer = NULL;
  g_autoptr (GError) error = NULL;

  g_variant_builder_init (&parameters, G_VARIANT_TYPE ("av"));
  g_variant_builder_add (&parameters, "v", g_variant_new_string (told->target));
  answer = g_dbus_connection_call_sync (self->bus, SIGNET_APPLICATION_ID, APPLICATION_PATH, "org.freedesktop.Application", "ActivateAction",
                                        g_variant_new ("(sava{sv})", told->action, &parameters, NULL), NULL, G_DBUS_CALL_FLAGS_NONE,
                                        CALL_MILLISECONDS, NULL, &error);
  if (answer == NULL)
    g_message ("the window cannot be opened: %s", error->message);
}

static void
end_one (SignetNotifier *self, guint32 id)
{
  g_hash_table_remove (self->told, GUINT_TO_POINTER (id));
  if (g_hash_table_size (self->told) == 0 && self->loop != NULL)
    g_main_loop_quit (self->loop);
}

static void
on_signal_cb (GDBusConnection *bus, const char *sender, const char *path, const char *interface, const char *name, GVariant *parameters, gpointer data)
{
  SignetNotifier *self = data;
  const Told *told;
  guint32 id;

  if (g_variant_n_children (parameters) < 1 || !g_variant_type_is_subtype_of (g_variant_get_type (parameters), G_VARIANT_TYPE ("r")))
    return;
  if (!g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(us)")) && !g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(uu)")))
    return;
  g_variant_get_child (parameters, 0, "u", &id);
  told = g_hash_table_lookup (self->told, GUINT_TO_POINTER (id));
  if (told == NULL)
    return;
  if (g_strcmp0 (name, "ActionInvoked") == 0 && told->action != NULL)
    activate (self, told);
  if (g_strcmp0 (name, "ActionInvoked") == 0 || g_strcmp0 (name, "NotificationClosed") == 0)
    end_one (self, id);
}

static GVariant *
new_actions (const char *label, const char *action)
{
  GVariantBuilder actions;

  g_variant_builder_init (&actions, G_VARIANT_TYPE ("as"));
  if (action != NULL)
    {
      g_variant_builder_add (&actions, "s", "default");
      g_variant_builder_add (&actions, "s", "");
    }
  if (action != NULL && label != NULL)
    {
      g_variant_builder_add (&actions, "s", action);
      g_variant_builder_add (&actions, "s", label);
    }
  return g_variant_builder_end (&actions);
}

static GVariant *
new_hints (gboolean urgent)
{
  GVariantBuilder hints;

  g_variant_builder_init (&hints, G_VARIANT_TYPE ("a{sv}"));
  g_variant_builder_add (&hints, "{sv}", "desktop-entry", g_variant_new_string (SIGNET_APPLICATION_ID));
  g_variant_builder_add (&hints, "{sv}", "urgency", g_variant_new_byte (urgent ? 2 : 1));
  return g_variant_builder_end (&hints);
}

gboolean
signet_notifier_tell (SignetNotifier *self, const char *title, const char *body, gboolean urgent, const char *label, const char *action, const char *target,
                      GError **error)
{
  g_autoptr (GVariant) answer = NULL;
  /* bodies may be markup for the daemon: names of people and authorities are not */
  g_autofree char *plain = g_markup_escape_text (body, -1);
  guint32 id;
  Told *told;

  answer = g_dbus_connection_call_sync (self->bus, NAME, PATH, NAME, "Notify",
                                        g_variant_new ("(susss@as@a{sv}i)", SIGNET_NAME, 0, SIGNET_APPLICATION_ID, title, plain,
                                                       new_actions (label, action), new_hints (urgent), -1),
                                        G_VARIANT_TYPE ("(u)"), G_DBUS_CALL_FLAGS_NONE, CALL_MILLISECONDS, NULL, error);
  if (answer == NULL)
    return FALSE;
  g_variant_get (answer, "(u)", &id);
  told = g_new0 (Told, 1);
  told->action = g_strdup (action);
  told->target = g_strdup (target);
  g_hash_table_replace (self->told, GUINT_TO_POINTER (id), told);
  return TRUE;
}

static gboolean
on_time_cb (gpointer data)
{
  g_main_loop_quit (data);
  return G_SOURCE_CONTINUE; /* removed by who made it */
}

void
signet_notifier_wait (SignetNotifier *self, guint seconds)
{
  guint timer;

  if (g_hash_table_size (self->told) == 0 || seconds == 0)
    return;
  self->loop = g_main_loop_new (NULL, FALSE);
  timer = g_timeout_add_seconds (seconds, on_time_cb, self->loop);
  g_main_loop_run (self->loop);
  g_source_remove (timer);
  g_clear_pointer (&self->loop, g_main_loop_unref);
}

static void
signet_notifier_finalize (GObject *object)
{
  SignetNotifier *self = SIGNET_NOTIFIER (object);

  g_dbus_connection_signal_unsubscribe (self->bus, self->signals);
  g_object_unref (self->bus);
  g_hash_table_unref (self->told);
  G_OBJECT_CLASS (signet_notifier_parent_class)->finalize (object);
}

static void
signet_notifier_class_init (SignetNotifierClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = signet_notifier_finalize;
}

static void
signet_notifier_init (SignetNotifier *self)
{
  self->told = g_hash_table_new_full (NULL, NULL, NULL, told_free);
}

SignetNotifier *
signet_notifier_new (GDBusConnection *bus)
{
  SignetNotifier *self = g_object_new (SIGNET_TYPE_NOTIFIER, NULL);

  self->bus = g_object_ref (bus);
  self->signals = g_dbus_connection_signal_subscribe (bus, NAME, NAME, NULL, PATH, NULL, G_DBUS_SIGNAL_FLAGS_NONE, on_signal_cb, self, NULL);
  return self;
}
