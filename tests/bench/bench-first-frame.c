/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * bench-first-frame.c: preloaded into a GTK program, ends it when the first frame of the first window it presents has been painted. So
 * the same clock measures our window and the floor, and neither carries code for it. Not part of any program of ours.
 */
#include "config.h"

#include <dlfcn.h>
#include <unistd.h>

#include <gtk/gtk.h>

static void
on_after_paint_cb (GdkFrameClock *clock,
                   gpointer       unused)
{
  _exit (0);
}

/* Takes the place of GTK's, which it calls. */
void
gtk_window_present (GtkWindow *window)
{
  void (*present) (GtkWindow *);
  static gboolean first = TRUE;

  *(void **) &present = dlsym (RTLD_NEXT, "gtk_window_present");
  present (window);
  if (!first)
    return;
  first = FALSE;
  g_signal_connect_after (gdk_surface_get_frame_clock (gtk_native_get_surface (GTK_NATIVE (window))), "after-paint",
                          G_CALLBACK (on_after_paint_cb), NULL);
}
