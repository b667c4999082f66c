/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-token-host.c: the program that holds one PKCS#11 module, for one client, at the other end of descriptor 3.
 *
 *   signet-token-host [--user] [--software-token DIR] [--allow network|processes] [--folder DIR] -- MODULE
 *
 * It is the only process of ours that runs vendors' code and sees PINs. Before that code runs it takes away from itself what a
 * module has no use for (signet-host-wall.c), and it ends with its client, also while the module hangs. Threads: this one calls
 * the module, GDBus's own reads and writes, a third waits for the client to go.
 */
#define G_LOG_DOMAIN "signet-token-host"

#include "config.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "signet-host-private.h"

#define SOCKET 3
#define OBJECT_PATH "/org/signet/TokenHost"

typedef struct
{
  HostWall wall;
  gboolean user; /* the user named the module: it may be the user's own file */
} Options;

/* The main thread may hang in the module for ever: it cannot be the one that notices. */
static gpointer
wait_for_client_to_go (gpointer unused)
{
  struct pollfd socket = { .fd = SOCKET, .events = POLLRDHUP };

  while (poll (&socket, 1, -1) <= 0)
    ;
  _exit (0);
  return NULL;
}

static GDBusConnection *
connect_client (GError **error)
{
  g_autoptr (GSocket) socket = g_socket_new_from_fd (SOCKET, error);
  g_autoptr (GSocketConnection) stream = NULL;
  g_autofree char *guid = g_dbus_generate_guid ();

  if (socket == NULL)
    return NULL;
  stream = g_socket_connection_factory_create_connection (socket);
  return g_dbus_connection_new_sync (G_IO_STREAM (stream), guid,
                                     G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_SERVER |
                                         G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_ALLOW_ANONYMOUS |
                                         G_DBUS_CONNECTION_FLAGS_DELAY_MESSAGE_PROCESSING,
                                     NULL, NULL, error);
}

/* SoftHSM finds its settings through its environment; ours is nobody else's. */
static void
point_softhsm_at (const char *dir)
{
  g_autofree char *settings = g_build_filename (dir, "softhsm2.conf", NULL);

  g_setenv ("SOFTHSM2_CONF", settings, TRUE);
}

static int
serve (GDBusConnection *connection, const Options *options)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GError) refusal = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (SignetTokenHost) service = NULL;
  HostModule *module = host_module_load (options->wall.module, options->user, &refusal);

  service = host_service_new (module, refusal);
  if (!g_dbus_interface_skeleton_export (G_DBUS_INTERFACE_SKELETON (service), connection, OBJECT_PATH, &error))
    {
      g_printerr ("signet-token-host: %s\n", error->message);
      return EXIT_FAILURE;
    }
  g_dbus_connection_start_message_processing (connection);
  g_main_loop_run (loop);
  return EXIT_SUCCESS;
}

static int
usage (void)
{
  g_printerr ("usage: signet-token-host [--user] [--software-token DIR] [--allow network|processes] [--folder DIR] -- MODULE\n"
              "This program is started by " SIGNET_NAME "; it is of no use by itself.\n");
  return 64;
}

/* FALSE: that is not one of ours. */
static gboolean
take_value (Options *options, GPtrArray *folders, const char *name, const char *value)
{
  if (value == NULL)
    return FALSE;
  if (g_str_equal (name, "--software-token"))
    {
      point_softhsm_at (value);
      g_ptr_array_add (folders, (gpointer) value);
      return TRUE;
    }
  if (g_str_equal (name, "--folder"))
    {
      g_ptr_array_add (folders, (gpointer) value);
      return TRUE;
    }
  options->wall.network |= g_str_equal (name, "--allow") && g_str_equal (value, "network");
  options->wall.processes |= g_str_equal (name, "--allow") && g_str_equal (value, "processes");
  return g_str_equal (name, "--allow") && (g_str_equal (value, "network") || g_str_equal (value, "processes"));
}

static gboolean
parse (Options *options, GPtrArray *folders, char **argv)
{
  char **at = argv + 1;

  for (; *at != NULL && !g_str_equal (*at, "--"); at++)
    {
      if (g_str_equal (*at, "--user"))
        options->user = TRUE;
      else if (take_value (options, folders, at[0], at[1]))
        at++;
      else
        return FALSE;
    }
  g_ptr_array_add (folders, NULL);
  options->wall.folders = (const char *const *) folders->pdata;
  if (at[0] == NULL || at[1] == NULL || at[2] != NULL)
    return FALSE;
  options->wall.module = at[1];
  return TRUE;
}

int
main (int argc, char **argv)
{
  g_autoptr (GPtrArray) folders = g_ptr_array_new ();
  g_autoptr (GDBusConnection) connection = NULL;
  g_autoptr (GError) error = NULL;
  Options options = { 0 };
  struct stat info;

  if (argc < 1 || !parse (&options, folders, argv) || fstat (SOCKET, &info) != 0 || !S_ISSOCK (info.st_mode))
    return usage ();
  if (!options.user)
    host_wall_know (&options.wall);
  host_wall_raise (&options.wall);
  signet_token_error_quark ();
  g_thread_unref (g_thread_new ("signet-client-gone", wait_for_client_to_go, NULL));
  connection = connect_client (&error);
  if (connection == NULL)
    {
      g_printerr ("signet-token-host: %s\n", error->message);
      return EXIT_FAILURE;
    }
  return serve (connection, &options);
}
