/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-batch-notes.c: notes above the list of a batch, each an icon, a sentence and what follows from it. Main thread. */
#define G_LOG_DOMAIN "signet-batch-notes"

#include "config.h"

#include <glib/gi18n.h>

#include "signet-batch-notes.h"
#include "../common/signet-state.h"
#include "../../core/face/signet-words.h"

static GtkWidget *
new_words (const char *title,
           const char *words)
{
  GtkWidget *box = g_object_new (GTK_TYPE_BOX, "orientation", GTK_ORIENTATION_VERTICAL, "spacing", 3, "hexpand", TRUE, NULL);
  GtkWidget *heading = g_object_new (GTK_TYPE_LABEL, "label", title, "xalign", 0.0f, "wrap", TRUE, "wrap-mode", PANGO_WRAP_WORD_CHAR, NULL);
  GtkWidget *body;

  gtk_widget_add_css_class (heading, "heading");
  gtk_box_append (GTK_BOX (box), heading);
  if (words == NULL)
    return box;
  body = g_object_new (GTK_TYPE_LABEL, "label", words, "xalign", 0.0f, "wrap", TRUE, "wrap-mode", PANGO_WRAP_WORD_CHAR, NULL);
  gtk_box_append (GTK_BOX (box), body);
  return box;
}

/* @image: taken; @style: (nullable); @words: (nullable). Returns the box of the words. */
static GtkBox *
add (GtkBox     *box,
     GtkWidget  *image,
     const char *style,
     const char *title,
     const char *words)
{
  GtkWidget *note = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *column = new_words (title, words);

  gtk_widget_add_css_class (note, "note");
  if (style != NULL)
    gtk_widget_add_css_class (note, style);
  gtk_widget_set_valign (image, GTK_ALIGN_START);
  gtk_widget_set_margin_top (image, 2);
  gtk_box_append (GTK_BOX (note), image);
  gtk_box_append (GTK_BOX (note), column);
  gtk_box_append (box, note);
  return GTK_BOX (column);
}

static void
on_later_cb (SignetBatch *batch)
{
  signet_batch_set_or_later (batch, TRUE);
}

/* for all of them at once, before any PIN */
static void
add_later_button (GtkBox      *box,
                  SignetBatch *batch)
{
  GtkWidget *button = gtk_button_new_with_mnemonic (_("Time-Stamp Them _Later"));

  gtk_widget_set_halign (button, GTK_ALIGN_START);
  gtk_widget_set_margin_top (button, 6);
  g_signal_connect_object (button, "clicked", G_CALLBACK (on_later_cb), batch, G_CONNECT_SWAPPED);
  gtk_box_append (box, button);
}

/* what nobody can be asked to mend for each file alone */
static void
add_common_check (GtkBox                   *box,
                  SignetBatch              *batch,
                  const SignetSigningCheck *check)
{
  gboolean stops = check->state == SIGNET_CHECK_STOP;
  gboolean can_wait = signet_words_check_can_wait (check);
  SignetState state = stops ? SIGNET_STATE_STOP : check->state == SIGNET_CHECK_WARNING ? SIGNET_STATE_WARNING : SIGNET_STATE_UNKNOWN;
  const char *style = stops ? "stop-note" : check->state == SIGNET_CHECK_WARNING ? "warning-note" : NULL;
  g_autofree char *words = signet_words_check (check);
  GtkBox *column;

  if (can_wait)
    column = add (box, signet_state_image_new (state), style, words,
                  _("They can be signed without one: Signet adds the time stamps as soon as a server gives them. Servers are named in Preferences."));
  else
    column = add (box, signet_state_image_new (state), style, words,
                  stops ? _("So none of them can be signed. Choose another certificate or level.") : NULL);
  if (can_wait)
    add_later_button (column, batch);
}

static GtkWidget *
new_key_image (void)
{
  return g_object_new (GTK_TYPE_IMAGE, "icon-name", "dialog-password-symbolic", "accessible-role", GTK_ACCESSIBLE_ROLE_PRESENTATION, NULL);
}

/* how often the token will ask, said before anything begins */
static void
add_pin (GtkBox      *box,
         SignetBatch *batch,
         guint        n)
{
  SignetTokenKey *key = signet_batch_get_key (batch);
  g_autofree char *each = g_strdup_printf (ngettext ("This token asks for the PIN for %u document",
                                                     "This token asks for the PIN for each of %u documents", n), n);
  g_autofree char *all = g_strdup_printf (ngettext ("It then signs %u document. You can stop after any document; what is signed stays signed.",
                                                    "It then signs all %u documents. You can stop after any document; what is signed stays signed.", n), n);

  if (signet_token_key_always_authenticates (key))
    add (box, signet_state_image_new (SIGNET_STATE_WARNING), "warning-note", each,
         _("Its maker has set the key so. You can stop after any document; what is signed stays signed."));
  else
    add (box, new_key_image (), NULL, _("This token will ask for the PIN once"), all);
}

static void
add_running (GtkBox      *box,
             SignetBatch *batch)
{
  if (signet_token_key_always_authenticates (signet_batch_get_key (batch)))
    add (box, new_key_image (), NULL, _("This token asks for the PIN for each document"), _("You can stop after any document; what is signed stays signed."));
  else
    add (box, new_key_image (), NULL, _("This token asks for the PIN once"), _("Signet stays logged in for these documents only and logs out after the last."));
}

/* Of the first file that was checked: what it says of certificate and level holds for all. */
static void
add_common_checks (GtkBox      *box,
                   SignetBatch *batch)
{
  GPtrArray *files = signet_batch_get_files (batch);
  GPtrArray *checks = NULL;

  for (guint i = 0; i < files->len && checks == NULL; i++)
    checks = signet_batch_file_get_checks (g_ptr_array_index (files, i));
  for (guint i = 0; checks != NULL && i < checks->len; i++)
    {
      const SignetSigningCheck *check = g_ptr_array_index (checks, i);

      if (check->state != SIGNET_CHECK_OK && signet_batch_check_is_of_all (check))
        add_common_check (box, batch, check);
    }
}

static void
add_end (GtkBox       *box,
         SignetBatch  *batch,
         const GError *end)
{
  guint n = signet_batch_count (batch, SIGNET_BATCH_READY);
  /* translators: after a run that ended before its time */
  g_autofree char *waiting = g_strdup_printf (ngettext ("%u document was not signed and waits. It is as it was.",
                                                        "%u documents were not signed and wait. They are as they were.", n), n);
  g_autofree char *what = NULL;
  g_autofree char *remedy = NULL;
  g_autofree char *words = NULL;

  if (g_error_matches (end, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      add (box, signet_state_image_new (SIGNET_STATE_LATER), NULL, _("Stopped"), waiting);
      return;
    }
  signet_words_explain_error (end, &what, &remedy);
  words = remedy != NULL ? g_strdup_printf ("%s %s", remedy, waiting) : g_strdup (waiting);
  add (box, signet_state_image_new (SIGNET_STATE_STOP), "stop-note", what, words);
}

void
signet_batch_notes_show (GtkBox       *box,
                         SignetBatch  *batch,
                         const GError *end)
{
  guint n = signet_batch_count (batch, SIGNET_BATCH_READY) + signet_batch_count (batch, SIGNET_BATCH_NEEDS_LOOK);
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (box))) != NULL)
    gtk_box_remove (box, child);
  if (signet_batch_get_key (batch) == NULL)
    add (box, signet_state_image_new (SIGNET_STATE_UNKNOWN), NULL, _("There is no certificate to sign with yet"),
         _("Put in a token, or get a certificate; it is listed under “Change…” then."));
  else if (signet_batch_is_running (batch))
    add_running (box, batch);
  else
    {
      if (end != NULL)
        add_end (box, batch, end);
      /* once all are signed there is nothing more that will happen */
      if (n > 0 || signet_batch_count (batch, SIGNET_BATCH_SIGNED) == 0)
        add_common_checks (box, batch);
      if (n > 0 && end == NULL)
        add_pin (box, batch, n);
    }
}
