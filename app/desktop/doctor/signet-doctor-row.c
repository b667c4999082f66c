/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-doctor-row.c: makes rows of findings. Names of devices, readers and tokens are outside text. Main thread. */
#define G_LOG_DOMAIN "signet-doctor-row"

#include "config.h"

#include <glib/gi18n.h>

#include "signet-doctor-row.h"
#include "../common/signet-ui.h"
#include "../../core/base/signet-text.h"
#include "../../core/face/signet-words.h"

SignetState
signet_doctor_state (SignetDoctorState state)
{
  switch (state)
    {
    case SIGNET_DOCTOR_OK:
      return SIGNET_STATE_OK;
    case SIGNET_DOCTOR_WARNING:
      return SIGNET_STATE_WARNING;
    case SIGNET_DOCTOR_FAILED:
      return SIGNET_STATE_STOP;
    case SIGNET_DOCTOR_SKIPPED:
    default:
      return SIGNET_STATE_LATER;
    }
}

static void
add_detail (AdwExpanderRow *row,
            const char     *title,
            const char     *text)
{
  g_autofree char *safe = signet_text_sanitize (text, -1, 600);

  if (*safe != '\0')
    adw_expander_row_add_row (row, signet_ui_new_value_row (title, safe, TRUE));
}

static void
add_command (AdwExpanderRow *row,
             const char     *command)
{
  GtkWidget *line = signet_doctor_command_new (command);
  GtkWidget *holder = g_object_new (ADW_TYPE_PREFERENCES_ROW, "activatable", FALSE, "child", line, NULL);

  gtk_widget_set_margin_top (line, 9);
  gtk_widget_set_margin_bottom (line, 9);
  gtk_widget_set_margin_start (line, 12);
  gtk_widget_set_margin_end (line, 12);
  adw_expander_row_add_row (row, holder);
}

static gboolean
has_more (const SignetDoctorFinding *finding)
{
  return *finding->detail != '\0' || *finding->package != '\0' || *finding->command != '\0';
}

/* an expander's subtitle wraps, but its own name says nothing to a screen reader: the state's word is part of it */
static GtkWidget *
new_expander (const char                *title,
              const char                *words,
              const SignetDoctorFinding *finding)
{
  GtkWidget *row = signet_ui_new_plain_row (ADW_TYPE_EXPANDER_ROW, title);

  adw_expander_row_set_subtitle (ADW_EXPANDER_ROW (row), words);
  if (*finding->command != '\0')
    add_command (ADW_EXPANDER_ROW (row), finding->command);
  add_detail (ADW_EXPANDER_ROW (row), _("Package"), finding->package);
  add_detail (ADW_EXPANDER_ROW (row), _("Details"), finding->detail);
  return row;
}

GtkWidget *
signet_doctor_row_new (const SignetDoctorFinding *finding)
{
  g_autofree char *title = signet_words_doctor_layer (finding->layer);
  g_autofree char *words = signet_words_doctor_finding (finding);
  GtkWidget *image = signet_state_image_new (signet_doctor_state (finding->state));
  GtkWidget *row;

  if (!has_more (finding))
    {
      row = signet_ui_new_row (title, words);
      adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 0);
      adw_action_row_add_prefix (ADW_ACTION_ROW (row), image);
    }
  else
    {
      row = new_expander (title, words, finding);
      adw_expander_row_add_prefix (ADW_EXPANDER_ROW (row), image);
    }
  if (finding->state == SIGNET_DOCTOR_SKIPPED)
    gtk_widget_add_css_class (row, "dim-label");
  return row;
}

GtkWidget *
signet_doctor_command_new (const char *command)
{
  g_autofree char *safe = signet_text_sanitize (command, -1, 400);
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *label = g_object_new (GTK_TYPE_LABEL, "label", safe, "xalign", 0.0f, "hexpand", TRUE, "selectable", TRUE, "wrap", TRUE,
                                   "wrap-mode", PANGO_WRAP_WORD_CHAR, NULL);
  GtkWidget *copy = signet_ui_new_copy_button (_("Command"), safe);

  gtk_widget_add_css_class (label, "monospace");
  gtk_box_append (GTK_BOX (line), label);
  gtk_box_append (GTK_BOX (line), copy);
  return line;
}
