/* SPDX-License-Identifier: GPL-3.0-or-later */
/* floor-window.c: the least window libadwaita can show: a header bar, a status page, a button. Ends when bench-first-frame ends it. */
#include "config.h"

#include <adwaita.h>

static void
on_activate_cb (GtkApplication *application,
                gpointer        unused)
{
  GtkWidget *window = adw_application_window_new (application);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *page = adw_status_page_new ();

  adw_status_page_set_title (ADW_STATUS_PAGE (page), "Floor");
  adw_status_page_set_description (ADW_STATUS_PAGE (page), "The least window.");
  adw_status_page_set_child (ADW_STATUS_PAGE (page), gtk_button_new_with_label ("Button"));
  gtk_widget_set_vexpand (page, TRUE);
  gtk_box_append (GTK_BOX (box), adw_header_bar_new ());
  gtk_box_append (GTK_BOX (box), page);
  adw_application_window_set_content (ADW_APPLICATION_WINDOW (window), box);
  gtk_window_set_default_size (GTK_WINDOW (window), 900, 650);
  gtk_window_present (GTK_WINDOW (window));
}

int
main (int    argc,
      char **argv)
{
  g_autoptr (AdwApplication) application = adw_application_new ("org.signet.Floor", G_APPLICATION_NON_UNIQUE);

  g_signal_connect (application, "activate", G_CALLBACK (on_activate_cb), NULL);
  return g_application_run (G_APPLICATION (application), argc, argv);
}
