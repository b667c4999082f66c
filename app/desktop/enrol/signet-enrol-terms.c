/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-enrol-terms.c: the disclosures of an authority, folded, each with its first line; what is new in them since the person last agreed;
 * the practice statement as it was fetched. Nothing is ticked in advance. Main thread.
 */
#define G_LOG_DOMAIN "signet-enrol-terms"

#include "config.h"

#include <glib/gi18n.h>

#include "signet-enrol-terms.h"
#include "signet-enrol-work.h"
#include "../common/signet-field-words.h"
#include "../common/signet-ui.h"
#include "../../core/base/signet-text.h"
#include "../../core/face/signet-words.h"

#define LONGEST_SUMMARY 90

struct _SignetEnrolTerms {
  AdwBin parent_instance;

  SignetAuthority *authority; /* (owned) (nullable) */
  GCancellable   *looking;  /* (owned) (nullable): whether anything changed */
  GHashTable     *rows;     /* (owned): key of a disclosure -> its row, borrowed */
  GtkWidget      *document; /* borrowed (nullable): the row of the practice statement's file */
  GtkWidget      *spinner;  /* borrowed (nullable): on it */
  AdwBin         *news;
  AdwBin         *told;
  GtkCheckButton *accept;
  GtkLabel       *accept_label;
};

G_DEFINE_FINAL_TYPE (SignetEnrolTerms, signet_enrol_terms, ADW_TYPE_BIN)

static guint changed_signal;

static const char *const disclosures[] = { "Fees", "Terms", "DataUse", "Liability", "Cps" };

/* as the core looks at it: what is no address is the practice statement itself */
static gboolean
is_address (const char *text)
{
  return g_str_has_prefix (text, "http://") || g_str_has_prefix (text, "https://");
}

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

/* a practice statement that is an address: its file is fetched, so that it can be shown later what was agreed to */
static GtkWidget *
new_document_row (SignetEnrolTerms *self)
{
  GtkWidget *row = signet_ui_new_row (_("Fetching the practice statement"), NULL);

  self->spinner = g_object_new (GTK_TYPE_SPINNER, "spinning", TRUE, NULL);
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), self->spinner);
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 0);
  self->document = row;
  return row;
}

static GtkWidget *
new_group (SignetEnrolTerms *self,
           SignetEnrolment  *enrolment,
           SignetAuthority  *authority)
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
      g_autofree char *text = signet_enrolment_dup_term (enrolment, authority, disclosures[i]);
      GtkWidget *row;

      if (text == NULL || *text == '\0')
        continue;
      row = new_row (signet_field_words (disclosures[i]), text);
      g_hash_table_insert (self->rows, (gpointer) disclosures[i], row);
      adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), row);
      if (g_str_equal (disclosures[i], "Cps") && is_address (text))
        adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), new_document_row (self));
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

/* --- what is new --------------------------------------------------------------------------------------------------------- */

static void
on_open_document_cb (GtkWidget *button)
{
  signet_ui_open_file (button, g_object_get_data (G_OBJECT (button), "path"));
}

static void
show_document (SignetEnrolTerms      *self,
               const SignetEnrolNews *news)
{
  GtkWidget *open;

  if (self->document == NULL)
    return;
  adw_action_row_remove (ADW_ACTION_ROW (self->document), self->spinner);
  if (news->document == NULL)
    {
      adw_action_row_add_prefix (ADW_ACTION_ROW (self->document), signet_state_image_new (SIGNET_STATE_WARNING));
      adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->document), _("The practice statement could not be fetched"));
      adw_action_row_set_subtitle (ADW_ACTION_ROW (self->document), _("That is kept with the request. Read it at its address before you agree."));
      return;
    }
  open = gtk_button_new_with_mnemonic (_("_Open"));
  gtk_widget_set_valign (open, GTK_ALIGN_CENTER);
  signet_ui_set_spoken_name (open, _("Open the Practice Statement"));
  g_object_set_data_full (G_OBJECT (open), "path", signet_disclosure_dup_document_path (news->document), g_free);
  g_signal_connect (open, "clicked", G_CALLBACK (on_open_document_cb), NULL);
  adw_action_row_add_prefix (ADW_ACTION_ROW (self->document), signet_state_image_new (SIGNET_STATE_OK));
  adw_action_row_add_suffix (ADW_ACTION_ROW (self->document), open);
  adw_action_row_add_suffix (ADW_ACTION_ROW (self->document), signet_ui_new_copy_button ("SHA-256", news->document));
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->document), _("Practice statement, fetched and kept"));
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->document), news->document);
}

static void
mark_changed (SignetEnrolTerms *self,
              const char       *key)
{
  GtkWidget *row = g_hash_table_lookup (self->rows, key);
  GtkWidget *tag;

  if (row == NULL)
    return;
  tag = signet_ui_new_tag (_("Changed"), "warning");
  if (ADW_IS_EXPANDER_ROW (row))
    adw_expander_row_add_action (ADW_EXPANDER_ROW (row), tag);
  else
    adw_action_row_add_suffix (ADW_ACTION_ROW (row), tag);
}

static void
show_changes (SignetEnrolTerms      *self,
              const SignetEnrolNews *news)
{
  GtkWidget *group = adw_preferences_group_new ();
  g_autofree char *when = signet_words_date (news->agreed);
  /* translators: %s is the day on which the person last agreed to the terms of this authority */
  g_autofree char *title = g_strdup_printf (_("Changed since you agreed on %s"), when);
  g_autoptr(GString) names = g_string_new (NULL);

  for (guint i = 0; news->changed[i] != NULL; i++)
    {
      g_string_append_printf (names, "%s%s", i > 0 ? " · " : "", signet_field_words (news->changed[i]));
      mark_changed (self, news->changed[i]);
    }
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), signet_ui_new_state_row (SIGNET_STATE_WARNING, title, names->str));
  adw_bin_set_child (self->news, group);
  gtk_widget_set_visible (GTK_WIDGET (self->news), TRUE);
}

static void
show_told (SignetEnrolTerms *self,
           SignetEnrolment  *enrolment,
           SignetAuthority  *authority)
{
  g_hash_table_remove_all (self->rows);
  self->document = NULL;
  adw_bin_set_child (self->told, new_group (self, enrolment, authority));
}

static void
on_news_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      data)
{
  g_autoptr(SignetEnrolTerms) self = data;
  g_autoptr(SignetEnrolNews) news = signet_enrol_news_finish (SIGNET_ENROLMENT (source), result);

  /* cancelled: it is about another authority, or nobody looks any more */
  if (news == NULL)
    return;
  g_clear_object (&self->looking);
  /* what the authority tells today may be other words than those filed */
  show_told (self, SIGNET_ENROLMENT (source), self->authority);
  show_document (self, news);
  if (news->changed != NULL)
    show_changes (self, news);
  gtk_widget_set_sensitive (GTK_WIDGET (self->accept), TRUE);
}

static void
look_for_news (SignetEnrolTerms *self,
               SignetEnrolment  *enrolment,
               SignetAuthority  *authority)
{
  g_cancellable_cancel (self->looking);
  g_clear_object (&self->looking);
  gtk_widget_set_visible (GTK_WIDGET (self->news), FALSE);
  gtk_widget_set_sensitive (GTK_WIDGET (self->accept), FALSE);
  self->looking = g_cancellable_new ();
  g_set_object (&self->authority, authority);
  signet_enrol_news_async (enrolment, authority, self->looking, on_news_cb, g_object_ref (self));
}

/* the one function that makes the page fit the authority */
void
signet_enrol_terms_set_authority (SignetEnrolTerms *self,
                                  SignetEnrolment  *enrolment,
                                  SignetAuthority  *authority)
{
  /* translators: %s is the name of an authority */
  g_autofree char *words = g_strdup_printf (_("I have read this and accept the terms of %s"), signet_authority_get_name (authority));

  show_told (self, enrolment, authority);
  gtk_label_set_label (self->accept_label, words);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->accept), GTK_ACCESSIBLE_PROPERTY_LABEL, words, -1);
  gtk_check_button_set_active (self->accept, FALSE);
  look_for_news (self, enrolment, authority);
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
signet_enrol_terms_dispose (GObject *object)
{
  SignetEnrolTerms *self = SIGNET_ENROL_TERMS (object);

  g_cancellable_cancel (self->looking);
  g_clear_object (&self->looking);
  g_clear_object (&self->authority);
  g_clear_pointer (&self->rows, g_hash_table_unref);
  G_OBJECT_CLASS (signet_enrol_terms_parent_class)->dispose (object);
}

static void
signet_enrol_terms_class_init (SignetEnrolTermsClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = signet_enrol_terms_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/signet/Signet/enrol/signet-enrol-terms.ui");
  gtk_widget_class_bind_template_child (widget_class, SignetEnrolTerms, news);
  gtk_widget_class_bind_template_child (widget_class, SignetEnrolTerms, told);
  gtk_widget_class_bind_template_child (widget_class, SignetEnrolTerms, accept);
  gtk_widget_class_bind_template_child (widget_class, SignetEnrolTerms, accept_label);
  gtk_widget_class_bind_template_callback (widget_class, on_toggled_cb);
  changed_signal = g_signal_new ("changed", SIGNET_TYPE_ENROL_TERMS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
signet_enrol_terms_init (SignetEnrolTerms *self)
{
  self->rows = g_hash_table_new (g_str_hash, g_str_equal);
  gtk_widget_init_template (GTK_WIDGET (self));
}
