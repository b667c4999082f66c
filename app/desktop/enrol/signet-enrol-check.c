/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-enrol-check.c: a row a field; the same once, what differs both ways and first. Main thread. */
#define G_LOG_DOMAIN "signet-enrol-check"

#include "config.h"

#include <glib/gi18n.h>

#include "signet-enrol-check.h"
#include "signet-delivery-group.h"
#include "signet-enrol-record.h"
#include "../common/signet-field-words.h"
#include "../common/signet-ui.h"
#include "../../core/base/signet-clock.h"
#include "../../core/base/signet-text.h"
#include "../../core/face/signet-words.h"

struct _SignetEnrolCheck {
  AdwBin parent_instance;

  GtkImage            *icon;
  GtkLabel            *title;
  GtkLabel            *words;
  SignetDeliveryGroup *delivery;
  GtkListBox          *list;
  SignetEnrolRecord   *record;
};

G_DEFINE_FINAL_TYPE (SignetEnrolCheck, signet_enrol_check, ADW_TYPE_BIN)

static guint placed_signal;

/* "2026-11-22T10:00:00Z/2027-11-22T10:00:00Z" */
static char *
period_words (const char *value)
{
  g_auto(GStrv) ends = g_strsplit (value, "/", 2);
  g_autofree char *from = NULL;
  g_autofree char *until = NULL;
  gint64 begin, end;

  if (g_strv_length (ends) != 2 || !signet_time_parse_iso8601 (ends[0], &begin) || !signet_time_parse_iso8601 (ends[1], &end))
    return g_strdup (value);
  from = signet_words_date (begin);
  until = signet_words_date (end);
  /* translators: the first day and the last day of a certificate */
  return g_strdup_printf (_("%s to %s"), from, until);
}

static char *
usage_words (const char *value)
{
  for (int klass = SIGNET_CERTIFICATE_CLASS_UNKNOWN; klass <= SIGNET_CERTIFICATE_CLASS_AUTHORITY; klass++)
    if (g_strcmp0 (signet_certificate_class_get_id (klass), value) == 0)
      return signet_words_class (klass);
  return g_strdup (value);
}

/* a value of the core in words; what is no code is shown as it is */
static char *
value_words (const char *field,
             const char *value)
{
  if (value == NULL)
    return g_strdup ("");
  if (g_str_has_suffix (field, "validity"))
    return period_words (value);
  if (g_str_has_suffix (field, "usage"))
    return usage_words (value);
  if (g_str_equal (field, "kind"))
    return g_strdup (g_str_equal (value, "authority") ? _("Certificate of an authority") : _("Certificate of a person or company"));
  if (g_str_equal (field, "certificates"))
    return g_strdup (g_str_equal (value, "dual") ? _("Two: for signing and for encryption") : _("One"));
  return signet_text_sanitize (value, -1, 300);
}

/* what nobody asked for and a standard wants otherwise */
static GtkWidget *
new_advice_row (const SignetRequestDifference *difference)
{
  return signet_ui_new_state_row (SIGNET_STATE_UNKNOWN, signet_field_words (difference->field),
                                  *difference->asked != '\0' ? difference->asked : _("None"));
}

/* either the certificate is not valid now, or this computer's clock is wrong */
static GtkWidget *
new_clock_row (const SignetRequestDifference *difference,
               const char                    *received)
{
  g_autofree char *words = NULL;
  g_autofree char *clock = NULL;
  gint64 now;

  if (!signet_time_parse_iso8601 (difference->asked, &now))
    return NULL;
  clock = signet_words_date_time (now);
  /* translators: the days of a certificate; then the time of this computer */
  words = g_strdup_printf (_("%s\nThis computer’s clock says %s. Is it right?"), received, clock);
  return signet_ui_new_state_row (SIGNET_STATE_WARNING, signet_field_words (difference->field), words);
}

static GtkWidget *
new_row (const SignetRequestDifference *difference)
{
  g_autofree char *asked = value_words (difference->field, difference->asked);
  g_autofree char *received = value_words (difference->field, difference->received);
  g_autofree char *both = NULL;
  GtkWidget *row = NULL;

  if (difference->same && g_str_equal (difference->field, "key"))
    return signet_ui_new_state_row (SIGNET_STATE_OK, signet_field_words (difference->field), _("The key on your token"));
  if (difference->same)
    return signet_ui_new_state_row (SIGNET_STATE_OK, signet_field_words (difference->field), *received != '\0' ? received : asked);
  if (difference->advice)
    return new_advice_row (difference);
  if (g_str_has_suffix (difference->field, "validity") && (row = new_clock_row (difference, received)) != NULL)
    return row;
  /* translators: two lines: what was asked for, what came */
  both = g_strdup_printf (_("You asked: %s\nYou received: %s"), asked, received);
  return signet_ui_new_state_row (SIGNET_STATE_WARNING, signet_field_words (difference->field), both);
}

static guint
show_rows (SignetEnrolCheck *self,
           SignetRequest    *request)
{
  g_autoptr(GPtrArray) differences = signet_request_dup_differences (request);
  guint n = 0;

  signet_ui_clear_list (self->list);
  for (guint pass = 0; pass < 2; pass++)
    for (guint i = 0; differences != NULL && i < differences->len; i++)
      {
        const SignetRequestDifference *difference = g_ptr_array_index (differences, i);

        if ((difference->same || difference->advice) == (pass == 1))
          gtk_list_box_append (self->list, new_row (difference));
        if (pass == 0 && !difference->same && !difference->advice)
          n++;
      }
  return n;
}

/* what there is now, beside the certificate itself */
static char *
dup_outcome (SignetRequest *request)
{
  g_autofree char *old = signet_words_old_certificate (request);
  g_autofree char *delivered = signet_words_delivered_key (request);
  GString *words = g_string_new (_("You can sign with it now."));

  if (old != NULL)
    g_string_append_printf (words, "\n%s.", old);
  /* what still has to be done about it has a group of its own */
  if (delivered != NULL && !signet_delivery_group_is_needed (request))
    /* translators: the second of two certificates, then what became of its key */
    g_string_append_printf (words, _("\nEncryption certificate: %s."), delivered);
  return g_string_free (words, FALSE);
}

static void
show_heading (SignetEnrolCheck *self,
              SignetRequest    *request,
              guint             n,
              gboolean          installed)
{
  g_autofree char *outcome = dup_outcome (request);
  g_autofree char *different = g_strdup_printf (ngettext ("%u Field Is Different from What You Asked",
                                                          "%u Fields Are Different from What You Asked", n), n);

  signet_state_image_set (self->icon, n > 0 && !installed ? SIGNET_STATE_WARNING : SIGNET_STATE_OK);
  if (installed)
    {
      gtk_label_set_label (self->title, _("The Certificate Is on Your Token"));
      gtk_label_set_label (self->words, outcome);
    }
  else if (n > 0)
    {
      gtk_label_set_label (self->title, different);
      gtk_label_set_label (self->words, _("Accept it only if it is right. Once accepted, the certificate counts as yours."));
    }
  else
    {
      gtk_label_set_label (self->title, _("You Received What You Asked For"));
      gtk_label_set_label (self->words, _("Once accepted, the certificate counts as yours."));
    }
}

/* the one function that makes the page fit the request */
guint
signet_enrol_check_set (SignetEnrolCheck *self,
                        SignetRequest    *request,
                        gboolean          installed)
{
  guint n = show_rows (self, request);

  show_heading (self, request, n, installed);
  signet_delivery_group_set_request (self->delivery, installed ? request : NULL);
  return n;
}

void
signet_enrol_check_set_desktop (SignetEnrolCheck *self,
                                SignetDesktop    *desktop)
{
  signet_delivery_group_set_desktop (self->delivery, desktop);
}

static void
on_placed_cb (SignetEnrolCheck *self)
{
  g_signal_emit (self, placed_signal, 0);
}

void
signet_enrol_check_show_record (SignetEnrolCheck *self,
                                SignetEnrolment  *enrolment,
                                SignetRequest    *request)
{
  signet_enrol_record_set (self->record, enrolment, request);
}

static void
signet_enrol_check_class_init (SignetEnrolCheckClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  g_type_ensure (SIGNET_TYPE_DELIVERY_GROUP);
  g_type_ensure (SIGNET_TYPE_ENROL_RECORD);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/signet/Signet/enrol/signet-enrol-check.ui");
  gtk_widget_class_bind_template_child (widget_class, SignetEnrolCheck, icon);
  gtk_widget_class_bind_template_child (widget_class, SignetEnrolCheck, title);
  gtk_widget_class_bind_template_child (widget_class, SignetEnrolCheck, words);
  gtk_widget_class_bind_template_child (widget_class, SignetEnrolCheck, delivery);
  gtk_widget_class_bind_template_child (widget_class, SignetEnrolCheck, list);
  gtk_widget_class_bind_template_child (widget_class, SignetEnrolCheck, record);
  gtk_widget_class_bind_template_callback (widget_class, on_placed_cb);
  placed_signal = g_signal_new ("placed", SIGNET_TYPE_ENROL_CHECK, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
signet_enrol_check_init (SignetEnrolCheck *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
