/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-enrol-record.c: two folded lists: the disclosures with their time and hash, and the events with their host. Says what is in the
 * database and nothing of its own. Main thread, except read_in_thread.
 */
#define G_LOG_DOMAIN "signet-enrol-record"

#include "config.h"

#include <glib/gi18n.h>

#include "signet-enrol-record.h"
#include "../common/signet-field-words.h"
#include "../common/signet-ui.h"
#include "../../core/base/signet-text.h"
#include "../../core/enrolment/signet-disclosure.h"
#include "../../core/enrolment/signet-request-event.h"
#include "../../core/face/signet-words.h"

#define LONGEST_TEXT 20000
#define LONGEST_NAME 200

struct _SignetEnrolRecord {
  AdwBin parent_instance;

  GCancellable *reading; /* (owned) (nullable): what is read now; what was asked before is not shown any more */
};

G_DEFINE_FINAL_TYPE (SignetEnrolRecord, signet_enrol_record, ADW_TYPE_BIN)

typedef struct {
  SignetEnrolment *enrolment;   /* (owned) */
  SignetRequest   *request;     /* (owned) */
  GPtrArray       *disclosures; /* (owned) (nullable) */
  GPtrArray       *events;      /* (owned) (nullable) */
} Record;

static void
record_free (gpointer data)
{
  Record *record = data;

  g_object_unref (record->enrolment);
  g_object_unref (record->request);
  g_clear_pointer (&record->disclosures, g_ptr_array_unref);
  g_clear_pointer (&record->events, g_ptr_array_unref);
  g_free (record);
}

/* --- rows ------------------------------------------------------------------------------------------------------------ */

/* the text, when it was shown, and by which hashes it can be proven */
static GtkWidget *
new_disclosure_row (gconstpointer item)
{
  const SignetDisclosure *disclosure = item;
  g_autofree char *text = signet_text_sanitize (disclosure->text, -1, LONGEST_TEXT);
  g_autofree char *time = signet_words_date_time (disclosure->time);
  g_autoptr(GString) words = g_string_new (text);

  g_string_append_c (words, '\n');
  /* translators: %s is a date and time */
  g_string_append_printf (words, _("Shown %s"), time);
  g_string_append_printf (words, "\nSHA-256 %s", disclosure->sha256);
  if (disclosure->document_sha256 != NULL)
    {
      g_string_append_c (words, '\n');
      /* translators: %s is a SHA-256 hash */
      g_string_append_printf (words, _("Document: SHA-256 %s"), disclosure->document_sha256);
    }
  else if (disclosure->problem != NULL)
    g_string_append_printf (words, "\n%s", _("It could not be fetched then."));
  return signet_ui_new_value_row (signet_field_words (disclosure->key), words->str, TRUE);
}

/* a state of the request by its name, or that something went to a server */
static char *
dup_step_words (const SignetRequestEvent *event)
{
  g_autofree char *host = event->host != NULL ? signet_text_sanitize (event->host, -1, LONGEST_NAME) : NULL;

  if (host != NULL)
    /* translators: %s is a server */
    return g_strdup_printf (_("Sent to %s"), host);
  for (int state = SIGNET_REQUEST_DRAFTED; state <= SIGNET_REQUEST_FAILED; state++)
    if (g_strcmp0 (signet_request_state_get_id (state), event->step) == 0)
      return signet_words_request_state (state);
  return signet_text_sanitize (event->step, -1, LONGEST_NAME);
}

static GtkWidget *
new_event_row (gconstpointer item)
{
  const SignetRequestEvent *event = item;
  g_autofree char *title = dup_step_words (event);
  g_autofree char *time = signet_words_date_time (event->time);
  g_autofree char *plugin = event->plugin != NULL ? signet_text_sanitize (event->plugin, -1, LONGEST_NAME) : NULL;
  g_autofree char *version = event->plugin_version != NULL ? signet_text_sanitize (event->plugin_version, -1, LONGEST_NAME) : NULL;
  g_autoptr(GString) words = g_string_new (time);
  GtkWidget *row;

  if (plugin != NULL)
    g_string_append_printf (words, " · %s %s", plugin, version != NULL ? version : "");
  if (event->delegation == SIGNET_DELEGATION_YES)
    g_string_append_printf (words, "\n%s", _("not the authority’s own"));
  row = event->delegation == SIGNET_DELEGATION_YES ? signet_ui_new_state_row (SIGNET_STATE_WARNING, title, words->str)
                                                   : signet_ui_new_row (title, words->str);
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 0);
  return row;
}

/* --- the two lists --------------------------------------------------------------------------------------------------- */

typedef GtkWidget *(*NewRow) (gconstpointer item);

static void
add_list (AdwPreferencesGroup *group,
          const char          *title,
          GPtrArray           *items,
          NewRow               new_row)
{
  GtkWidget *list;

  if (items == NULL || items->len == 0)
    return;
  list = signet_ui_new_plain_row (ADW_TYPE_EXPANDER_ROW, title);
  for (guint i = 0; i < items->len; i++)
    adw_expander_row_add_row (ADW_EXPANDER_ROW (list), new_row (g_ptr_array_index (items, i)));
  adw_preferences_group_add (group, list);
}

static void
show (SignetEnrolRecord *self,
      const Record      *record)
{
  GtkWidget *group = adw_preferences_group_new ();

  add_list (ADW_PREFERENCES_GROUP (group), _("What the authority told before"), record->disclosures, new_disclosure_row);
  add_list (ADW_PREFERENCES_GROUP (group), _("Who acted, and when"), record->events, new_event_row);
  adw_bin_set_child (ADW_BIN (self), group);
  gtk_widget_set_visible (GTK_WIDGET (self), TRUE);
}

/* --- reading --------------------------------------------------------------------------------------------------------- */

static void
read_in_thread (GTask        *task,
                gpointer      source,
                gpointer      data,
                GCancellable *cancellable)
{
  Record *record = data;
  GError *error = NULL;

  record->disclosures = signet_enrolment_list_disclosures (record->enrolment, record->request, &error);
  if (record->disclosures != NULL)
    record->events = signet_enrolment_list_events (record->enrolment, record->request, &error);
  if (record->events != NULL)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
on_read_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      data)
{
  g_autoptr(GError) error = NULL;

  if (g_task_propagate_boolean (G_TASK (result), &error))
    show (SIGNET_ENROL_RECORD (source), g_task_get_task_data (G_TASK (result)));
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_info ("what is kept of the request cannot be read: %s", error->message);
}

static void
stop_reading (SignetEnrolRecord *self)
{
  g_cancellable_cancel (self->reading);
  g_clear_object (&self->reading);
}

void
signet_enrol_record_set (SignetEnrolRecord *self,
                         SignetEnrolment   *enrolment,
                         SignetRequest     *request)
{
  g_autoptr(GTask) task = NULL;
  Record *record;

  stop_reading (self);
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
  if (enrolment == NULL || request == NULL)
    return;
  self->reading = g_cancellable_new ();
  task = g_task_new (self, self->reading, on_read_cb, NULL);
  record = g_new0 (Record, 1);
  record->enrolment = g_object_ref (enrolment);
  record->request = g_object_ref (request);
  g_task_set_task_data (task, record, record_free);
  g_task_run_in_thread (task, read_in_thread);
}

/* --- life ------------------------------------------------------------------------------------------------------------ */

static void
signet_enrol_record_dispose (GObject *object)
{
  stop_reading (SIGNET_ENROL_RECORD (object));
  G_OBJECT_CLASS (signet_enrol_record_parent_class)->dispose (object);
}

static void
signet_enrol_record_class_init (SignetEnrolRecordClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = signet_enrol_record_dispose;
}

static void
signet_enrol_record_init (SignetEnrolRecord *self)
{
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
}
