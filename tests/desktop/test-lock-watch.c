/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-lock-watch.c: a locked screen and a computer about to sleep are noticed, their ends are not, and nothing else is. On a bus of its own. */
#include "config.h"

#include "../../app/desktop/common/signet-lock-watch.h"

static guint n_left;

static void
on_left_cb (SignetLockWatch *watch,
            gpointer         data)
{
  n_left++;
}

static GDBusConnection *
connect_to (GTestDBus *dbus)
{
  g_autoptr(GError) error = NULL;
  GDBusConnection *bus =
    g_dbus_connection_new_for_address_sync (g_test_dbus_get_bus_address (dbus),
                                            G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                            NULL, NULL, &error);

  g_assert_no_error (error);
  return bus;
}

static void
say (GDBusConnection *bus,
     const char      *interface,
     const char      *name,
     GVariant        *parameters)
{
  g_assert_true (g_dbus_connection_emit_signal (bus, NULL, "/org/sample", interface, name, parameters, NULL));
  g_assert_true (g_dbus_connection_flush_sync (bus, NULL, NULL));
}

/* Signals come in order: when the last of them was heard, so were those before. */
static void
wait_for (guint n)
{
  gint64 end = g_get_monotonic_time () + 10 * G_TIME_SPAN_SECOND;

  while (n_left < n && g_get_monotonic_time () < end)
    g_main_context_iteration (NULL, FALSE);
  g_assert_cmpuint (n_left, ==, n);
}

static void
test_lock_watch (void)
{
  g_autoptr(GTestDBus) dbus = g_test_dbus_new (G_TEST_DBUS_NONE);
  g_autoptr(SignetLockWatch) watch = g_object_new (SIGNET_TYPE_LOCK_WATCH, NULL);
  g_autoptr(GDBusConnection) bus = NULL;
  g_autoptr(GDBusConnection) desktop = NULL;

  g_test_dbus_up (dbus);
  bus = connect_to (dbus);
  desktop = connect_to (dbus);
  g_signal_connect (watch, "left", G_CALLBACK (on_left_cb), NULL);
  signet_lock_watch_listen (watch, bus);
  /* the subscription has reached the bus */
  g_assert_true (g_dbus_connection_flush_sync (bus, NULL, NULL));

  say (desktop, "org.gnome.ScreenSaver", "ActiveChanged", g_variant_new ("(b)", FALSE));
  say (desktop, "org.gnome.ScreenSaver", "WakeUpScreen", NULL);
  say (desktop, "org.gnome.ScreenSaver", "ActiveChanged", g_variant_new ("(b)", TRUE));
  wait_for (1);
  say (desktop, "org.freedesktop.login1.Manager", "PrepareForSleep", g_variant_new ("(b)", FALSE));
  say (desktop, "org.freedesktop.login1.Manager", "PrepareForSleep", g_variant_new ("(b)", TRUE));
  wait_for (2);
  say (desktop, "org.freedesktop.login1.Session", "Lock", NULL);
  wait_for (3);
  say (desktop, "org.freedesktop.ScreenSaver", "ActiveChanged", g_variant_new ("(b)", TRUE));
  wait_for (4);

  g_clear_object (&watch);
  g_dbus_connection_close_sync (bus, NULL, NULL);
  g_dbus_connection_close_sync (desktop, NULL, NULL);
  g_test_dbus_down (dbus);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/desktop/lock-watch", test_lock_watch);
  return g_test_run ();
}
