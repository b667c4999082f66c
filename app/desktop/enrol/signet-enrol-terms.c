/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-enrol-terms.c: the disclosures of an authority, folded, each with its first line; nothing is ticked in advance. Main thread. */
#define G_LOG_DOMAIN "signet-enrol-terms"

#include "config.h"

#include <glib/gi18n.h>

#include "signet-enrol-terms.h"
#include "../common/signet-field-words.h"
#include "../common/signet-ui.h"
#include "../../core/base/signet-text.h"

#define LONGEST_SUMMARY 90

struct _SignetEnrolTerms {
  AdwBin parent_instance;

  AdwBin         *told;
  GtkCheckButton *accept;
  GtkLabel       *accept_label;
};

G_DEFINE_FINAL_TYPE (SignetEnrolTerms, signet_enrol_terms, ADW_TYPE_BIN)

static guint changed_signal;

static const char *const disclosures[] = { "Fees", "Terms", "DataUse", "Liability", "Cps" };

static GtkWidget *
new_row (const char *title,
         const char *text)
{
  g_autofree char *safe = signet_text_sanitize (text, -1, 20000);
  g_autofree char *summary = signet_text_sanitize (text, -1, LONGEST_SUMMARY);
  GtkWidget *label;
  GtkWidget *row;
  GtkWidget *inner;

  if (g_utf8_strlen (safe, -1) <= LONGEST_SUMMARY)
    return signet_ui_new_row (title, safe);
  row = signet_ui_new_plain_row (ADW_TYPE_EXPANDER_ROW, title);
  adw_expander_row_set_subtitle (ADW_EXPANDER_ROW (row), summary);
  label = g_object_new (GTK_TYPE_LABEL, "label", safe, "wrap", TRUE, "wrap-mode", PANGO_WRAP_WORD_CHAR, "xalign", 0.0f,
                        "margin-top", 12, "margin-bottom", 12, "margin-start", 16, "margin-end", 16, NULL);
  inner = g_object_new (ADW_TYPE_PREFERENCES_ROW, "activatable", FALSE, "child", label, NULL);
  adw_expander_row_add_row (ADW_EXPANDER_ROW (row), inner);
  return row;
}

static GtkWidget *
new_group (SignetAuthority *authority)
{
  const char *name = signet_authority_get_name (authority);
  /* translators: %s is the name of an authority */
  g_autofree char *title = g_strdup_printf (_("What %s Tells You"), name);
  g_autofree char *markup = g_markup_escape_text (title, -1);
  GtkWidget *group = adw_preferences_group_new ();
  guint n = 0;

  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (group), markup);
  for (guint i = 0; i < G_N_ELEMENTS (disclosures); i++)
    {
      const char *text = signet_authority_get_disclosure (authority, disclosures[i]);

      if (text == NULL || *text == '\0')
        continue;
      adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), new_row (signet_field_words (disclosures[i]), text));
      n++;
    }
  if (n == 0)
    adw_preferences_group_add (ADW_PREFERENCES_GROUP (group),
      signet_ui_new_state_row (SIGNET_STATE_WARNING, _("It tells nothing"), _("An authority has to tell its fees, its use of your data and its liability. Ask it first.")));
  if (signet_authority_is_sample (authority))
    adw_preferences_group_add (ADW_PREFERENCES_GROUP (group),
      signet_ui_new_state_row (SIGNET_STATE_WARNING, _("A sample authority"), _("Made up, for trying things out. Its certificates prove nothing to others.")));
  return group;
}

void
signet_enrol_terms_set_authority (SignetEnrolTerms *self,
                                  SignetAuthority  *authority)
{
  /* translators: %s is the name of an authority */
  g_autofree char *words = g_strdup_printf (_("I have read this and accept the terms of %s"), signet_authority_get_name (authority));

  adw_bin_set_child (self->told, new_group (authority));
  gtk_label_set_label (self->accept_label, words);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->accept), GTK_ACCESSIBLE_PROPERTY_LABEL, words, -1);
  gtk_check_button_set_active (self->accept, FALSE);
}

gboolean
signet_enrol_terms_is_accepted (SignetEnrolTerms *self)
{
  return gtk_check_button_get_active (self->accept);
}

static void
on_toggled_cb (SignetEnrolTerms *self)
{
  g_signal_emit (self, changed_signal, 0);
}

static void
signet_enrol_terms_class_init (SignetEnrolTermsClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  gtk_widget_class_set_template_from_resource (widget_class, "/org/signet/Signet/enrol/signet-enrol-terms.ui");
  gtk_widget_class_bind_template_child (widget_class, SignetEnrolTerms, told);
  gtk_widget_class_bind_template_child (widget_class, SignetEnrolTerms, accept);
  gtk_widget_class_bind_template_child (widget_class, SignetEnrolTerms, accept_label);
  gtk_widget_class_bind_template_callback (widget_class, on_toggled_cb);
  changed_signal = g_signal_new ("changed", SIGNET_TYPE_ENROL_TERMS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
signet_enrol_terms_init (SignetEnrolTerms *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
