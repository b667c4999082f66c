/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * bench-stall.c: preloaded into a GTK program, measures how long its main loop does not come round: a timer of high priority notes the longest
 * time between two of its turns while the file $BENCH_STALL_FILE.arm is there, and writes it, in milliseconds, into $BENCH_STALL_FILE. Not part
 * of any program of ours.
 */
#include "config.h"

#include <dlfcn.h>
#include <stdio.h>
#include <unistd.h>

#include <gtk/gtk.h>

#define PERIOD 2 /* milliseconds */

static gint64 last, longest;
static gboolean armed;

static void
write_down (const char *path)
{
  g_autofree char *text = g_strdup_printf ("%.1f\n", (double) longest / 1000);

  g_file_set_contents (path, text, -1, NULL);
}

static gboolean
on_turn_cb (gpointer unused)
{
  const char *path = g_getenv ("BENCH_STALL_FILE");
  g_autofree char *arm = g_strconcat (path, ".arm", NULL);
  gboolean wanted = access (arm, F_OK) == 0;
  gint64 now = g_get_monotonic_time ();

  if (wanted && armed && now - last - PERIOD * 1000 > longest)
    longest = now - last - PERIOD * 1000;
  if (wanted && !armed)
    longest = 0;
  if (!wanted && armed)
    write_down (path);
  armed = wanted;
  last = g_get_monotonic_time ();
  return G_SOURCE_CONTINUE;
}

/* Takes the place of GTK's, which it calls. */
void
gtk_window_present (GtkWindow *window)
{
  void (*present) (GtkWindow *);
  static gboolean first = TRUE;

  *(void **) &present = dlsym (RTLD_NEXT, "gtk_window_present");
  present (window);
  if (first && g_getenv ("BENCH_STALL_FILE") != NULL)
    g_timeout_add_full (G_PRIORITY_HIGH, PERIOD, on_turn_cb, NULL, NULL);
  first = FALSE;
}
