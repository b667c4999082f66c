/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-token-host.c: the program that holds one PKCS#11 module, for one client, at the other end of descriptor 3.
 *
 *   signet-token-host [--user] [--software-token DIR] [--allow network|processes] [--folder DIR] -- MODULE
 *
 * It is the only process of ours that runs vendors' code and sees PINs. Before that code runs it takes away from itself what a
 * module has no use for (signet-host-wall.c), and it ends with its client, also while the module hangs. Threads: this one calls
 * the module, another waits for the client to go.
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

/* SoftHSM finds its settings through its environment; ours is nobody else's. */
static void
point_softhsm_at (const char *dir)
{
  g_autofree char *settings = g_build_filename (dir, "softhsm2.conf", NULL);

  g_setenv ("SOFTHSM2_CONF", settings, TRUE);
}

static void
serve (const Options *options)
{
  g_autoptr (GError) refusal = NULL;
  HostModule *module = host_module_load (options->wall.module, options->user, &refusal);

  host_wire_serve (SOCKET, &host_service_handlers, host_service_new (module, refusal));
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
  Options options = { 0 };
  struct stat info;

  if (argc < 1 || !parse (&options, folders, argv) || fstat (SOCKET, &info) != 0 || !S_ISSOCK (info.st_mode))
    return usage ();
  if (!options.user)
    host_wall_know (&options.wall);
  host_wall_raise (&options.wall);
  g_thread_unref (g_thread_new ("signet-client-gone", wait_for_client_to_go, NULL));
  if (host_wire_greet (SOCKET))
    serve (&options);
  return EXIT_FAILURE;
}
