/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-evidence-list.c: a time line of events, each with its state. No template: it is nothing but repeated lines. Main thread. */
#define G_LOG_DOMAIN "signet-evidence-list"

#include "config.h"

#include "signet-evidence-list.h"

struct _SignetEvidenceList {
  AdwBin parent_instance;

  GtkWidget *box;
  GtkWidget *last; /* (nullable): icon column of the last event, to hang the line on */
};

G_DEFINE_FINAL_TYPE (SignetEvidenceList, signet_evidence_list, ADW_TYPE_BIN)

static GtkWidget *
new_label (const char *text,
           gboolean    dim)
{
  GtkWidget *label = g_object_new (GTK_TYPE_LABEL, "label", text, "xalign", 0.0f, "wrap", TRUE,
                                   "wrap-mode", PANGO_WRAP_WORD_CHAR, NULL);

  if (dim)
    {
      gtk_widget_add_css_class (label, "caption");
      gtk_widget_add_css_class (label, "dim-label");
    }
  return label;
}

static void
hang_line (SignetEvidenceList *self)
{
  GtkWidget *line = g_object_new (GTK_TYPE_BOX, "halign", GTK_ALIGN_CENTER, "vexpand", TRUE, NULL);

  if (self->last == NULL)
    return;
  gtk_widget_add_css_class (line, "event-line");
  gtk_box_append (GTK_BOX (self->last), line);
}

static GtkWidget *
new_icon_column (SignetState state)
{
  GtkWidget *column = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *image = signet_state_image_new (state);

  gtk_widget_set_margin_top (image, 2);
  gtk_widget_set_valign (image, GTK_ALIGN_START);
  gtk_box_append (GTK_BOX (column), image);
  return column;
}

static GtkWidget *
new_words (const char *title,
           const char *subtitle)
{
  GtkWidget *words = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);

  gtk_widget_set_hexpand (words, TRUE);
  gtk_widget_set_margin_bottom (words, 12);
  gtk_box_append (GTK_BOX (words), new_label (title, FALSE));
  if (subtitle != NULL)
    gtk_box_append (GTK_BOX (words), new_label (subtitle, TRUE));
  return words;
}

void
signet_evidence_list_add (SignetEvidenceList *self,
                          SignetState         state,
                          const char         *title,
                          const char         *subtitle,
                          const char         *when)
{
  GtkWidget *event = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);

  hang_line (self);
  self->last = new_icon_column (state);
  gtk_box_append (GTK_BOX (event), self->last);
  gtk_box_append (GTK_BOX (event), new_words (title, subtitle));
  if (when != NULL)
    {
      GtkWidget *label = new_label (when, TRUE);

      gtk_label_set_wrap (GTK_LABEL (label), FALSE);
      gtk_widget_set_valign (label, GTK_ALIGN_START);
      gtk_widget_set_margin_top (label, 3);
      gtk_label_set_xalign (GTK_LABEL (label), 1);
      gtk_widget_add_css_class (label, "numeric");
      gtk_box_append (GTK_BOX (event), label);
    }
  gtk_box_append (GTK_BOX (self->box), event);
}

static void
signet_evidence_list_class_init (SignetEvidenceListClass *klass)
{
}

static void
signet_evidence_list_init (SignetEvidenceList *self)
{
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  gtk_widget_set_margin_top (self->box, 14);
  gtk_widget_set_margin_bottom (self->box, 2);
  gtk_widget_set_margin_start (self->box, 14);
  gtk_widget_set_margin_end (self->box, 14);
  gtk_widget_add_css_class (GTK_WIDGET (self), "card");
  adw_bin_set_child (ADW_BIN (self), self->box);
}
