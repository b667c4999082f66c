/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-secret-entry.c: a password row as a PIN needs it. GTK keeps what is typed in locked memory, and three things besides, which end here:
 * what is deleted stays behind the end of the text; the row's own buffer is never freed; and each character, then the whole when it
 * is deleted, is told to everybody on the accessibility bus. Main thread.
 */
#define G_LOG_DOMAIN "signet-secret-entry"

#include "config.h"

#include "signet-secret-entry.h"

/* Before GTK's own handler, which tells what was typed: it was connected later. */
static void
on_inserted_cb (GtkText    *text,
                const char *inserted,
                int         length,
                int        *position)
{
  g_signal_stop_emission_by_name (text, "insert-text");
}

/* Deletes as GtkText would, and takes what is then behind the end of the text. */
static void
on_delete_cb (GtkText *text,
              int      start,
              int      end)
{
  GtkEntryBuffer *buffer = gtk_text_get_buffer (text);
  gsize before = gtk_entry_buffer_get_bytes (buffer);
  const char *place = gtk_entry_buffer_get_text (buffer);
  guint length = gtk_entry_buffer_get_length (buffer);
  guint from = CLAMP (start, 0, (int) length);
  guint to = end < 0 || end > (int) length ? length : (guint) end;

  g_signal_stop_emission_by_name (text, "delete-text");
  if (to <= from)
    return;
  gtk_entry_buffer_delete_text (buffer, from, (int) (to - from));
  if (gtk_entry_buffer_get_text (buffer) == place)
    signet_secret_wipe ((char *) place + gtk_entry_buffer_get_bytes (buffer), before - gtk_entry_buffer_get_bytes (buffer));
}

static void
hide_buttons (GtkWidget *widget)
{
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    if (GTK_IS_BUTTON (child))
      gtk_widget_set_visible (child, FALSE);
    else
      hide_buttons (child);
}

void
signet_secret_entry_guard (AdwPasswordEntryRow *row)
{
  GtkText *text = GTK_TEXT (gtk_editable_get_delegate (GTK_EDITABLE (row)));
  g_autoptr(GtkEntryBuffer) buffer = gtk_password_entry_buffer_new ();

  gtk_text_set_buffer (text, buffer);
  /* what is typed must not be remembered for Undo, in memory nobody wipes */
  gtk_editable_set_enable_undo (GTK_EDITABLE (row), FALSE);
  g_signal_connect_after (text, "insert-text", G_CALLBACK (on_inserted_cb), NULL);
  g_signal_connect (text, "delete-text", G_CALLBACK (on_delete_cb), NULL);
}

void
signet_secret_entry_never_show (AdwPasswordEntryRow *row)
{
  hide_buttons (GTK_WIDGET (row));
}

SignetSecret *
signet_secret_entry_dup (AdwPasswordEntryRow *row)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (row));

  return signet_secret_new ((const guint8 *) text, strlen (text));
}

void
signet_secret_entry_wipe (AdwPasswordEntryRow *row)
{
  gtk_editable_set_text (GTK_EDITABLE (row), "");
}
