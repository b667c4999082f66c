/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-requests-group.c: the requests that are neither done nor given up, read on a thread. Main thread, except list_in_thread. */
#define G_LOG_DOMAIN "signet-requests-group"

#include "config.h"

#include <glib/gi18n.h>

#include "signet-requests-group.h"
#include "../common/signet-ui.h"
#include "../../core/face/signet-words.h"

#define MOST_ROWS 5

struct _SignetRequestsGroup {
  AdwPreferencesGroup parent_instance;

  SignetDesktop *desktop; /* (owned) (nullable) */
  GtkListBox    *list;
};

G_DEFINE_FINAL_TYPE (SignetRequestsGroup, signet_requests_group, ADW_TYPE_PREFERENCES_GROUP)

static gboolean
is_open (SignetRequestState state)
{
  return state != SIGNET_REQUEST_CONFIRMED && state != SIGNET_REQUEST_CANCELLED && state != SIGNET_REQUEST_EXPIRED &&
         state != SIGNET_REQUEST_REJECTED;
}

/* "The authority is looking at it · Renewal with a new key · until 20 February 2027" */
static char *
dup_words (SignetRequest *request)
{
  gboolean by_hand = signet_request_get_hand_file (request, NULL, NULL) != NULL;
  g_autofree char *state = by_hand ? g_strdup (_("To be carried to the authority"))
                                   : signet_words_request_state (signet_request_get_state (request));
  g_autofree char *kind = signet_words_request_kind (request);
  gint64 expires = signet_request_get_expires (request);
  g_autofree char *date = expires != SIGNET_TIME_UNKNOWN ? signet_words_date (expires) : NULL;
  GString *words = g_string_new (state);

  g_string_append_printf (words, " · %s", kind);
  if (signet_request_get_encryption_certificate (request) != NULL)
    g_string_append_printf (words, " · %s", _("two certificates"));
  if (date != NULL)
    {
      g_string_append (words, " · ");
      /* translators: %s is a date */
      g_string_append_printf (words, _("until %s"), date);
    }
  return g_string_free (words, FALSE);
}

static GtkWidget *
new_row (SignetRequest *request)
{
  SignetRequestState state = signet_request_get_state (request);
  g_autofree char *words = dup_words (request);
  GtkWidget *row = signet_ui_new_state_row (state == SIGNET_REQUEST_FAILED ? SIGNET_STATE_WARNING : SIGNET_STATE_LATER,
                                            signet_request_get_subject (request), words);

  g_object_set_data_full (G_OBJECT (row), "request", g_object_ref (request), g_object_unref);
  signet_ui_add_next_arrow (row);
  return row;
}

static void
update (SignetRequestsGroup *self,
        GPtrArray           *requests)
{
  guint n = 0;

  signet_ui_clear_list (self->list);
  for (guint i = 0; i < requests->len && n < MOST_ROWS; i++)
    if (is_open (signet_request_get_state (g_ptr_array_index (requests, i))))
      {
        gtk_list_box_append (self->list, new_row (g_ptr_array_index (requests, i)));
        n++;
      }
  gtk_widget_set_visible (GTK_WIDGET (self), n > 0);
}

static void
list_in_thread (GTask        *task,
                gpointer      source,
                gpointer      data,
                GCancellable *cancellable)
{
  g_autoptr(GError) error = NULL;
  SignetEnrolment *enrolment = signet_core_get_enrolment (data, &error);
  GPtrArray *requests = enrolment != NULL ? signet_enrolment_list (enrolment, &error) : NULL;

  if (requests != NULL)
    g_task_return_pointer (task, requests, (GDestroyNotify) g_ptr_array_unref);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

static void
on_listed_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      data)
{
  SignetRequestsGroup *self = SIGNET_REQUESTS_GROUP (source);
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) requests = g_task_propagate_pointer (G_TASK (result), &error);

  if (requests == NULL)
    g_debug ("the requests cannot be listed: %s", error->message);
  else
    update (self, requests);
}

static void
reload (SignetRequestsGroup *self)
{
  g_autoptr(GTask) task = g_task_new (self, NULL, on_listed_cb, NULL);

  g_task_set_task_data (task, g_object_ref (signet_desktop_get_core (self->desktop)), g_object_unref);
  g_task_run_in_thread (task, list_in_thread);
}

static void
on_row_activated_cb (SignetRequestsGroup *self,
                     GtkListBoxRow       *row)
{
  SignetRequest *request = g_object_get_data (G_OBJECT (row), "request");

  gtk_widget_activate_action (GTK_WIDGET (self), "win.get-certificate", "x", signet_request_get_id (request));
}

void
signet_requests_group_set_desktop (SignetRequestsGroup *self,
                                   SignetDesktop       *desktop)
{
  self->desktop = g_object_ref (desktop);
  g_signal_connect_object (desktop, "changed", G_CALLBACK (reload), self, G_CONNECT_SWAPPED);
  reload (self);
}

static void
signet_requests_group_dispose (GObject *object)
{
  SignetRequestsGroup *self = SIGNET_REQUESTS_GROUP (object);

  g_clear_object (&self->desktop);
  G_OBJECT_CLASS (signet_requests_group_parent_class)->dispose (object);
}

static void
signet_requests_group_class_init (SignetRequestsGroupClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = signet_requests_group_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/signet/Signet/certificates/signet-requests-group.ui");
  gtk_widget_class_bind_template_child (widget_class, SignetRequestsGroup, list);
  gtk_widget_class_bind_template_callback (widget_class, on_row_activated_cb);
}

static void
signet_requests_group_init (SignetRequestsGroup *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
