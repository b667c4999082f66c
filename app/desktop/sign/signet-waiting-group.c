/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-waiting-group.c: reads the shelf and works on it, on a thread, one file at a time. What the background adds meanwhile is seen when the page
 * is shown again. Main thread, except work().
 */
#define G_LOG_DOMAIN "signet-waiting-group"

#include "config.h"

#include <glib/gi18n.h>

#include "signet-waiting-group.h"
#include "../common/signet-job.h"
#include "../common/signet-ui.h"
#include "../../core/base/signet-text.h"
#include "../../core/face/signet-timestamps.h"
#include "../../core/face/signet-words.h"

struct _SignetWaitingGroup {
  AdwPreferencesGroup parent_instance;

  SignetDesktop *desktop; /* (owned) (nullable) */
  gboolean       working; /* a file is being worked on */
  GtkListBox    *list;
};

G_DEFINE_FINAL_TYPE (SignetWaitingGroup, signet_waiting_group, ADW_TYPE_PREFERENCES_GROUP)

typedef enum { LOOK, TRY, FORGET } Act;

typedef struct {
  SignetCore             *core;    /* (owned) */
  SignetTimestampServers *servers; /* (owned) (nullable) */
  Act                     act;
  gint64                  id;
  gboolean                added;   /* afterwards: it has its time-stamp */
  char                   *words;   /* (nullable): afterwards: why it still waits */
  GPtrArray              *items;   /* (owned) (nullable): afterwards */
} Work;

static void
work_free (gpointer data)
{
  Work *work = data;

  g_object_unref (work->core);
  g_clear_pointer (&work->servers, signet_timestamp_servers_unref);
  g_clear_pointer (&work->items, g_ptr_array_unref);
  g_free (work->words);
  g_free (work);
}

/* --- on the thread --------------------------------------------------------------------------------------------------- */

static SignetShelfItem *
find_item (GPtrArray *items,
           gint64     id)
{
  for (guint i = 0; i < items->len; i++)
    if (((SignetShelfItem *) g_ptr_array_index (items, i))->id == id)
      return g_ptr_array_index (items, i);
  return NULL; /* somebody else was quicker */
}

static gboolean
try_item (Work              *work,
          SignetStore       *store,
          SignetInteraction *interaction,
          GCancellable      *cancellable,
          GError           **error)
{
  const SignetShelfMeans means = {
    .http = signet_core_get_http (work->core),
    .servers = work->servers,
    .clock = signet_core_get_clock (work->core),
    .cache = signet_core_get_evidence_cache (work->core),
    .chain = signet_core_get_ca_certificates (work->core),
    .journal = signet_core_get_journal (work->core, NULL),
    .interaction = interaction,
  };
  g_autoptr(GPtrArray) items = signet_shelf_list (store, error);
  g_autoptr(GError) failure = NULL;
  SignetShelfItem *item = NULL;

  if (items == NULL)
    return FALSE;
  item = find_item (items, work->id);
  if (item == NULL)
    return TRUE;
  work->added = signet_shelf_work (store, item, &means, cancellable, &failure);
  if (failure != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  if (!work->added)
    work->words = signet_words_shelf (item);
  return TRUE;
}

static gboolean
work (gpointer            data,
      SignetInteraction  *interaction,
      GCancellable       *cancellable,
      GError            **error)
{
  Work *job = data;
  SignetStore *store = signet_core_get_store (job->core, error);
  gboolean ok = TRUE;

  if (store == NULL)
    return FALSE;
  signet_timestamp_servers_attend (job->servers, interaction, FALSE);
  if (job->act == TRY)
    ok = try_item (job, store, interaction, cancellable, error);
  else if (job->act == FORGET)
    ok = signet_shelf_forget (store, job->id, error);
  job->items = signet_shelf_list (store, ok ? error : NULL);
  return ok && job->items != NULL;
}

/* --- the list -------------------------------------------------------------------------------------------------------- */

static void update (SignetWaitingGroup *self, GPtrArray *items);

static void
on_worked_cb (GtkWidget    *widget,
              gpointer      data,
              const GError *error)
{
  SignetWaitingGroup *self = SIGNET_WAITING_GROUP (widget);
  Work *job = data;

  if (job->act != LOOK)
    self->working = FALSE;
  if (job->items != NULL)
    update (self, job->items);
  else
    gtk_widget_set_sensitive (GTK_WIDGET (self->list), !self->working);
  if (job->act == LOOK && error != NULL)
    g_debug ("the files that wait cannot be listed: %s", error->message);
  else
    signet_ui_tell_error (widget, error);
  if (job->added)
    signet_ui_toast (widget, _("Time stamp added"));
  else if (job->words != NULL)
    signet_ui_toast (widget, job->words);
  if (job->added)
    signet_desktop_tell_changed (self->desktop);
}

static void
run (SignetWaitingGroup *self,
     Act                 act,
     gint64              id)
{
  Work *job = g_new0 (Work, 1);

  job->core = g_object_ref (signet_desktop_get_core (self->desktop));
  job->act = act;
  job->id = id;
  if (act == TRY)
    job->servers = signet_timestamps_choose_all (job->core, NULL, NULL);
  signet_job_run (GTK_WIDGET (self), NULL, work, on_worked_cb, job, work_free);
}

void
signet_waiting_group_reload (SignetWaitingGroup *self)
{
  if (self->desktop != NULL && !self->working)
    run (self, LOOK, 0);
}

static gint64
get_id (GtkWidget *button)
{
  return *(gint64 *) g_object_get_data (G_OBJECT (button), "id");
}

/* the row tells that it is being worked on; the others wait for it */
static void
on_try_cb (GtkButton          *button,
           SignetWaitingGroup *self)
{
  GtkWidget *spinner = gtk_spinner_new ();

  if (self->working)
    return;
  self->working = TRUE;
  gtk_spinner_start (GTK_SPINNER (spinner));
  gtk_button_set_child (button, spinner);
  gtk_widget_set_sensitive (GTK_WIDGET (self->list), FALSE);
  run (self, TRY, get_id (GTK_WIDGET (button)));
}

static void
on_forget_response_cb (AdwMessageDialog   *dialog,
                       const char         *response,
                       SignetWaitingGroup *self)
{
  if (!g_str_equal (response, "forget") || self->working)
    return;
  self->working = TRUE;
  gtk_widget_set_sensitive (GTK_WIDGET (self->list), FALSE);
  run (self, FORGET, get_id (GTK_WIDGET (dialog)));
}

static void
set_id (gpointer object,
        gint64   id)
{
  g_object_set_data_full (G_OBJECT (object), "id", g_memdup2 (&id, sizeof id), g_free);
}

static void
on_forget_cb (GtkButton          *button,
              SignetWaitingGroup *self)
{
  GtkWidget *dialog = adw_message_dialog_new (signet_ui_get_window (GTK_WIDGET (self)), _("Leave It without a Time Stamp?"),
                                              _("The signed file stays as it is. Signet no longer tries to add a time stamp to it."));

  adw_message_dialog_add_response (ADW_MESSAGE_DIALOG (dialog), "cancel", _("_Cancel"));
  adw_message_dialog_add_response (ADW_MESSAGE_DIALOG (dialog), "forget", _("_Leave It"));
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "forget", ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  set_id (dialog, get_id (GTK_WIDGET (button)));
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_forget_response_cb), self, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

/* what is missing, since when, and why still */
static char *
dup_subtitle (const SignetShelfItem *item)
{
  g_autofree char *since = signet_words_date_time (item->added);
  g_autofree char *why = signet_words_shelf (item);
  g_autofree char *missing = NULL;

  if (g_str_equal (item->level, "t"))
    /* translators: %s is a date and time */
    missing = g_strdup_printf (_("The time stamp is missing since %s"), since);
  else
    missing = g_strdup_printf (_("Time stamp and lasting proof are missing since %s"), since);
  return g_strdup_printf ("%s\n%s", missing, why);
}

static void
add_buttons (SignetWaitingGroup    *self,
             GtkWidget             *row,
             const SignetShelfItem *item,
             const char            *name)
{
  GtkWidget *try_now = gtk_button_new_with_mnemonic (_("_Try Now"));
  GtkWidget *forget = gtk_button_new_with_mnemonic (_("_Forget…"));
  /* translators: %s is a file name */
  g_autofree char *try_words = g_strdup_printf (_("Try now to add the time stamp to %s"), name);
  g_autofree char *forget_words = g_strdup_printf (_("Leave %s without a time stamp"), name);

  gtk_widget_set_tooltip_text (try_now, try_words);
  signet_ui_set_spoken_name (try_now, try_words);
  gtk_widget_set_tooltip_text (forget, forget_words);
  signet_ui_set_spoken_name (forget, forget_words);
  gtk_widget_add_css_class (forget, "flat");
  g_signal_connect_object (try_now, "clicked", G_CALLBACK (on_try_cb), self, 0);
  g_signal_connect_object (forget, "clicked", G_CALLBACK (on_forget_cb), self, 0);
  for (guint i = 0; i < 2; i++)
    {
      GtkWidget *button = i == 0 ? try_now : forget;

      set_id (button, item->id);
      gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
      adw_action_row_add_suffix (ADW_ACTION_ROW (row), button);
    }
}

static GtkWidget *
new_row (SignetWaitingGroup    *self,
         const SignetShelfItem *item)
{
  g_autofree char *name = signet_ui_display_name (item->path);
  g_autofree char *subtitle = dup_subtitle (item);
  /* of a file that is not as it was written only the person can tell what to do */
  SignetState state = item->tried != SIGNET_TIME_UNKNOWN && item->next == SIGNET_TIME_UNKNOWN ? SIGNET_STATE_WARNING : SIGNET_STATE_LATER;
  GtkWidget *row = signet_ui_new_state_row (state, name, subtitle);
  g_autofree char *detail = item->detail != NULL ? signet_text_sanitize (item->detail, -1, 300) : NULL;

  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 0);
  gtk_widget_set_tooltip_text (row, detail);
  add_buttons (self, row, item, name);
  return row;
}

/* the one function that makes the list fit the shelf */
static void
update (SignetWaitingGroup *self,
        GPtrArray          *items)
{
  if (self->working)
    return;
  signet_ui_clear_list (self->list);
  for (guint i = 0; i < items->len; i++)
    gtk_list_box_append (self->list, new_row (self, g_ptr_array_index (items, i)));
  gtk_widget_set_sensitive (GTK_WIDGET (self->list), TRUE);
  gtk_widget_set_visible (GTK_WIDGET (self), items->len > 0);
}

/* --- life ------------------------------------------------------------------------------------------------------------ */

void
signet_waiting_group_set_desktop (SignetWaitingGroup *self,
                                  SignetDesktop      *desktop)
{
  self->desktop = g_object_ref (desktop);
  g_signal_connect_object (desktop, "changed", G_CALLBACK (signet_waiting_group_reload), self, G_CONNECT_SWAPPED);
  signet_waiting_group_reload (self);
}

static void
signet_waiting_group_dispose (GObject *object)
{
  SignetWaitingGroup *self = SIGNET_WAITING_GROUP (object);

  g_clear_object (&self->desktop);
  G_OBJECT_CLASS (signet_waiting_group_parent_class)->dispose (object);
}

static void
signet_waiting_group_class_init (SignetWaitingGroupClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = signet_waiting_group_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/signet/Signet/sign/signet-waiting-group.ui");
  gtk_widget_class_bind_template_child (widget_class, SignetWaitingGroup, list);
}

static void
signet_waiting_group_init (SignetWaitingGroup *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
