/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-requests-group.c: the requests that still want something, and folded those that are over, read on a thread. Main thread, except
 * list_in_thread.
 */
#define G_LOG_DOMAIN "signet-requests-group"

#include "config.h"

#include <glib/gi18n.h>

#include "signet-requests-group.h"
#include "../common/signet-ui.h"
#include "../enrol/signet-delivery-group.h"
#include "../../core/face/signet-words.h"

#define MOST_ROWS 5
#define MOST_EARLIER 50

struct _SignetRequestsGroup {
  AdwPreferencesGroup parent_instance;

  SignetDesktop   *desktop; /* (owned) (nullable) */
  gboolean         over;    /* shows what is over, else what still wants something */
  GtkListBox      *list;
  GtkListBox      *folded;
  AdwExpanderRow  *earlier;
  GPtrArray       *rows;    /* (owned) (element-type GtkWidget): in @earlier */
};

G_DEFINE_FINAL_TYPE (SignetRequestsGroup, signet_requests_group, ADW_TYPE_PREFERENCES_GROUP)

enum { PROP_0, PROP_OVER, N_PROPERTIES };

static gboolean
is_open (SignetRequest *request)
{
  SignetRequestState state = signet_request_get_state (request);

  return signet_delivery_group_is_needed (request) ||
         (state != SIGNET_REQUEST_CONFIRMED && state != SIGNET_REQUEST_CANCELLED && state != SIGNET_REQUEST_EXPIRED &&
          state != SIGNET_REQUEST_REJECTED);
}

/* "The authority is looking at it · Renewal with a new key · 12 days left, until 20 February 2027" */
static char *
dup_words (SignetRequestsGroup *self,
           SignetRequest       *request)
{
  gboolean by_hand = signet_request_get_hand_file (request, NULL, NULL) != NULL;
  g_autofree char *state = by_hand ? g_strdup (_("To be carried to the authority"))
                                   : signet_words_request_state (signet_request_get_state (request));
  g_autofree char *kind = signet_words_request_kind (request);
  gint64 expires = signet_request_get_expires (request);
  g_autofree char *date = expires != SIGNET_TIME_UNKNOWN ? signet_words_date (expires) : NULL;
  g_autofree char *left = expires != SIGNET_TIME_UNKNOWN ? signet_words_days_left (expires, signet_desktop_now (self->desktop)) : NULL;
  GString *words = g_string_new (state);

  g_string_append_printf (words, " · %s", kind);
  if (signet_request_get_encryption_certificate (request) != NULL)
    g_string_append_printf (words, " · %s", _("two certificates"));
  if (signet_delivery_group_is_needed (request))
    g_string_append_printf (words, " · %s", _("a key waits for a token"));
  if (date != NULL)
    {
      g_string_append (words, " · ");
      /* translators: "12 days left", then a date */
      g_string_append_printf (words, _("%s, until %s"), left, date);
    }
  return g_string_free (words, FALSE);
}

/* the authority forgets of it soon, or it cannot go on by itself */
static SignetState
state_of (SignetRequestsGroup *self,
          SignetRequest       *request)
{
  gint64 expires = signet_request_get_expires (request);
  gboolean soon = expires != SIGNET_TIME_UNKNOWN && signet_state_of_end (expires, signet_desktop_now (self->desktop)) != SIGNET_STATE_OK;

  if (signet_request_get_state (request) == SIGNET_REQUEST_FAILED || signet_delivery_group_is_needed (request))
    return SIGNET_STATE_WARNING;
  return soon ? SIGNET_STATE_WARNING : SIGNET_STATE_LATER;
}

static void
set_request (GtkWidget     *row,
             SignetRequest *request)
{
  g_object_set_data_full (G_OBJECT (row), "request", g_object_ref (request), g_object_unref);
  signet_ui_add_next_arrow (row);
}

static GtkWidget *
new_row (SignetRequestsGroup *self,
         SignetRequest       *request)
{
  g_autofree char *words = dup_words (self, request);
  GtkWidget *row = signet_ui_new_state_row (state_of (self, request), signet_request_get_subject (request), words);

  set_request (row, request);
  return row;
}

/* whether there is anything to show */
static gboolean
show_open (SignetRequestsGroup *self,
           GPtrArray           *requests)
{
  guint n = 0;

  signet_ui_clear_list (self->list);
  for (guint i = 0; i < requests->len && n < MOST_ROWS; i++)
    if (is_open (g_ptr_array_index (requests, i)))
      {
        gtk_list_box_append (self->list, new_row (self, g_ptr_array_index (requests, i)));
        n++;
      }
  return n > 0;
}

/* --- what is over -------------------------------------------------------------------------------------------------------- */

static void
on_earlier_activated_cb (GtkWidget           *row,
                         SignetRequestsGroup *self)
{
  SignetRequest *request = g_object_get_data (G_OBJECT (row), "request");

  gtk_widget_activate_action (GTK_WIDGET (self), "win.get-certificate", "x", signet_request_get_id (request));
}

static const char *
authority_name (SignetRequestsGroup *self,
                const char          *id)
{
  GPtrArray *authorities = signet_core_get_authorities (signet_desktop_get_core (self->desktop));

  for (guint i = 0; authorities != NULL && i < authorities->len; i++)
    if (g_strcmp0 (signet_authority_get_id (g_ptr_array_index (authorities, i)), id) == 0)
      return signet_authority_get_name (g_ptr_array_index (authorities, i));
  return id; /* its profile is no longer here */
}

/* how it ended, when, and with whom */
static GtkWidget *
new_earlier_row (SignetRequestsGroup *self,
                 SignetRequest       *request)
{
  SignetRequestState state = signet_request_get_state (request);
  g_autofree char *ended = signet_words_request_state (state);
  g_autofree char *date = signet_words_date (signet_request_get_changed (request));
  g_autofree char *words = g_strdup_printf ("%s · %s · %s", ended, date, authority_name (self, signet_request_get_authority (request)));
  GtkWidget *row = signet_ui_new_state_row (state == SIGNET_REQUEST_CONFIRMED ? SIGNET_STATE_OK : SIGNET_STATE_UNKNOWN,
                                            signet_request_get_subject (request), words);

  set_request (row, request);
  g_signal_connect_object (row, "activated", G_CALLBACK (on_earlier_activated_cb), self, 0);
  return row;
}

static void
add_earlier (SignetRequestsGroup *self,
             GtkWidget           *row)
{
  adw_expander_row_add_row (self->earlier, row);
  g_ptr_array_add (self->rows, row);
}

/* the same */
static gboolean
show_earlier (SignetRequestsGroup *self,
              GPtrArray           *requests)
{
  guint n = 0;
  g_autofree char *count = NULL;

  for (guint i = 0; i < self->rows->len; i++)
    adw_expander_row_remove (self->earlier, g_ptr_array_index (self->rows, i));
  g_ptr_array_set_size (self->rows, 0);
  for (guint i = 0; i < requests->len; i++)
    if (!is_open (g_ptr_array_index (requests, i)) && n++ < MOST_EARLIER)
      add_earlier (self, new_earlier_row (self, g_ptr_array_index (requests, i)));
  if (n > MOST_EARLIER)
    add_earlier (self, signet_ui_new_row (_("Older ones are listed by “signet request list”"), NULL));
  /* translators: a number of requests that are over */
  count = g_strdup_printf (ngettext ("%u request", "%u requests", n), n);
  adw_expander_row_set_subtitle (self->earlier, count);
  return n > 0;
}

/* the one function that makes the group fit the requests */
static void
update (SignetRequestsGroup *self,
        GPtrArray           *requests)
{
  gboolean any = self->over ? show_earlier (self, requests) : show_open (self, requests);

  gtk_widget_set_visible (GTK_WIDGET (self->list), !self->over);
  gtk_widget_set_visible (GTK_WIDGET (self->folded), self->over);
  gtk_widget_set_visible (GTK_WIDGET (self), any);
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
  else if (self->desktop != NULL)
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
signet_requests_group_set_property (GObject      *object,
                                    guint         id,
                                    const GValue *value,
                                    GParamSpec   *pspec)
{
  SignetRequestsGroup *self = SIGNET_REQUESTS_GROUP (object);

  if (id != PROP_OVER)
    {
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      return;
    }
  self->over = g_value_get_boolean (value);
  /* the folded row has a title of its own */
  if (self->over)
    adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (self), "");
}

static void
signet_requests_group_dispose (GObject *object)
{
  SignetRequestsGroup *self = SIGNET_REQUESTS_GROUP (object);

  g_clear_object (&self->desktop);
  g_clear_pointer (&self->rows, g_ptr_array_unref);
  G_OBJECT_CLASS (signet_requests_group_parent_class)->dispose (object);
}

static void
signet_requests_group_class_init (SignetRequestsGroupClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = signet_requests_group_dispose;
  G_OBJECT_CLASS (klass)->set_property = signet_requests_group_set_property;
  g_object_class_install_property (G_OBJECT_CLASS (klass), PROP_OVER,
    g_param_spec_boolean ("over", NULL, NULL, FALSE, G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS));
  gtk_widget_class_set_template_from_resource (widget_class, "/org/signet/Signet/certificates/signet-requests-group.ui");
  gtk_widget_class_bind_template_child (widget_class, SignetRequestsGroup, list);
  gtk_widget_class_bind_template_child (widget_class, SignetRequestsGroup, folded);
  gtk_widget_class_bind_template_child (widget_class, SignetRequestsGroup, earlier);
  gtk_widget_class_bind_template_callback (widget_class, on_row_activated_cb);
}

static void
signet_requests_group_init (SignetRequestsGroup *self)
{
  self->rows = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
}
