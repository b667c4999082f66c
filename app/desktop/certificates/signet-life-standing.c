/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-life-standing.c: asks an authority and its status service how a certificate stands, and shows that with what was asked before. Main
 * thread, except ask_work and list_in_thread.
 */
#define G_LOG_DOMAIN "signet-life-standing"

#include "config.h"

#include <glib/gi18n.h>

#include "signet-life-standing.h"
#include "signet-contact.h"
#include "signet-life-acts.h"
#include "../common/signet-job.h"
#include "../common/signet-ui.h"
#include "../../core/base/signet-text.h"
#include "../../core/face/signet-words.h"

#define LONGEST_TEXT 400

struct _SignetLifeStanding {
  AdwPreferencesGroup parent_instance;

  SignetDesktop          *desktop; /* (owned) (nullable) */
  SignetTokenKey         *key;     /* (owned) (nullable): it has a certificate */
  SignetLifecycle        *asked;   /* (owned) (nullable): what the authority said */
  SignetRevocationStatus *said;    /* (owned) (nullable): what its status service said */
  GPtrArray              *acts;    /* (owned) (nullable) (element-type SignetLifecycle): newest first */
  GPtrArray              *rows;    /* (owned) (element-type GtkWidget): in @history */

  AdwActionRow   *standing;
  GtkImage       *icon;
  GtkWidget      *ask;
  AdwActionRow   *service;
  AdwExpanderRow *history;
  AdwExpanderRow *contact;
  GtkButton      *hold;
};

G_DEFINE_FINAL_TYPE (SignetLifeStanding, signet_life_standing, ADW_TYPE_PREFERENCES_GROUP)

static SignetCertificate *
certificate_of (SignetLifeStanding *self)
{
  return signet_token_key_get_certificate (self->key);
}

/* --- showing ------------------------------------------------------------------------------------------------------------- */

/* By what the authority said, else by what it did last. */
static gboolean
is_suspended (SignetLifeStanding *self)
{
  if (self->asked != NULL && signet_lifecycle_get_status (self->asked) != NULL)
    return g_str_equal (signet_lifecycle_get_status (self->asked), "suspended");
  for (guint i = 0; self->acts != NULL && i < self->acts->len; i++)
    if (signet_lifecycle_get_state (g_ptr_array_index (self->acts, i)) == SIGNET_LIFECYCLE_DONE)
      return signet_lifecycle_get_act (g_ptr_array_index (self->acts, i)) == SIGNET_LIFECYCLE_SUSPEND;
  return FALSE;
}

static SignetState
state_of_status (const char *status)
{
  if (g_strcmp0 (status, "good") == 0)
    return SIGNET_STATE_OK;
  if (g_strcmp0 (status, "suspended") == 0)
    return SIGNET_STATE_WARNING;
  return g_strcmp0 (status, "revoked") == 0 ? SIGNET_STATE_STOP : SIGNET_STATE_UNKNOWN;
}

/* since when and why, as the authority says */
static char *
dup_since (SignetLifecycle *asked)
{
  gint64 since = signet_lifecycle_get_status_since (asked);
  g_autofree char *date = since != SIGNET_TIME_UNKNOWN ? signet_words_date_time (since) : NULL;
  g_autofree char *reason = signet_lifecycle_get_status_reason (asked) != NULL
                              ? signet_words_revocation_reason (signet_lifecycle_get_status_reason (asked)) : NULL;
  g_autofree char *when = signet_words_date_time (signet_lifecycle_get_changed (asked));
  GString *words = g_string_new (NULL);

  /* translators: %s is the time at which the authority answered */
  g_string_append_printf (words, _("The authority, asked %s"), when);
  if (date != NULL)
    {
      g_string_append_c (words, '\n');
      /* translators: %s is a date and time: since then it is revoked or suspended */
      g_string_append_printf (words, _("Since %s"), date);
    }
  if (reason != NULL)
    g_string_append_printf (words, " · %s", reason);
  return g_string_free (words, FALSE);
}

static void
show_answer (SignetLifeStanding *self)
{
  const char *status = signet_lifecycle_get_status (self->asked);
  g_autofree char *words = status != NULL ? signet_words_certificate_status (status) : signet_words_act (self->asked);
  g_autofree char *since = dup_since (self->asked);

  signet_state_image_set (self->icon, status != NULL ? state_of_status (status) : SIGNET_STATE_LATER);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->standing), words);
  adw_action_row_set_subtitle (self->standing, since);
}

/* the status service alone answered: then that is how it stands */
static void
show_service_answer (SignetLifeStanding *self)
{
  static const SignetState states[] = {
    [SIGNET_REVOCATION_UNKNOWN] = SIGNET_STATE_UNKNOWN,
    [SIGNET_REVOCATION_GOOD] = SIGNET_STATE_OK,
    [SIGNET_REVOCATION_REVOKED] = SIGNET_STATE_STOP,
  };
  g_autofree char *words = signet_words_revocation (self->said);

  signet_state_image_set (self->icon, states[self->said->status]);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->standing), words);
  adw_action_row_set_subtitle (self->standing, _("The authority’s plugin was not asked: it answers no such question."));
}

static void
show_standing (SignetLifeStanding *self)
{
  g_autofree char *service = self->said != NULL ? signet_words_revocation (self->said) : NULL;

  gtk_widget_set_visible (GTK_WIDGET (self->service), self->asked != NULL && service != NULL);
  adw_action_row_set_subtitle (self->service, service != NULL ? service : "");
  if (self->asked != NULL)
    show_answer (self);
  else if (self->said != NULL)
    show_service_answer (self);
  else
    {
      signet_state_image_set (self->icon, is_suspended (self) ? SIGNET_STATE_WARNING : SIGNET_STATE_LATER);
      adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->standing), is_suspended (self) ? _("Suspended") : _("Not asked yet"));
      adw_action_row_set_subtitle (self->standing, _("Whether it is revoked or suspended only the authority can say."));
    }
}

static GtkWidget *
new_act_row (SignetLifecycle *act)
{
  static const SignetState states[] = {
    [SIGNET_LIFECYCLE_ASKED] = SIGNET_STATE_LATER,
    [SIGNET_LIFECYCLE_SENT] = SIGNET_STATE_LATER,
    [SIGNET_LIFECYCLE_WAITING] = SIGNET_STATE_LATER,
    [SIGNET_LIFECYCLE_DONE] = SIGNET_STATE_OK,
    [SIGNET_LIFECYCLE_REFUSED] = SIGNET_STATE_STOP,
    [SIGNET_LIFECYCLE_FAILED] = SIGNET_STATE_UNKNOWN,
  };
  g_autofree char *name = signet_words_act_name (signet_lifecycle_get_act (act));
  g_autofree char *state = signet_words_act (act);
  g_autofree char *when = signet_words_date_time (signet_lifecycle_get_changed (act));
  g_autofree char *why = signet_lifecycle_get_error (act) != NULL ? signet_text_sanitize (signet_lifecycle_get_error (act), -1, LONGEST_TEXT) : NULL;
  g_autofree char *words = g_strdup_printf ("%s · %s%s%s", state, when, why != NULL ? "\n" : "", why != NULL ? why : "");
  GtkWidget *row = signet_ui_new_state_row (states[signet_lifecycle_get_state (act)], name, words);

  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 0);
  return row;
}

static void
show_history (SignetLifeStanding *self)
{
  for (guint i = 0; i < self->rows->len; i++)
    adw_expander_row_remove (self->history, g_ptr_array_index (self->rows, i));
  g_ptr_array_set_size (self->rows, 0);
  for (guint i = 0; self->acts != NULL && i < self->acts->len; i++)
    {
      GtkWidget *row = new_act_row (g_ptr_array_index (self->acts, i));

      adw_expander_row_add_row (self->history, row);
      g_ptr_array_add (self->rows, row);
    }
  gtk_widget_set_visible (GTK_WIDGET (self->history), self->rows->len > 0);
}

/* the one function that makes the group fit what is known */
static void
update (SignetLifeStanding *self)
{
  gboolean reachable = signet_authority_find_issuer (signet_core_get_authorities (signet_desktop_get_core (self->desktop)), certificate_of (self)) != NULL;

  show_standing (self);
  show_history (self);
  gtk_widget_set_visible (GTK_WIDGET (self->hold), reachable);
  gtk_button_set_label (self->hold, is_suspended (self) ? _("Let It _Count Again…") : _("_Suspend…"));
}

/* --- what was asked before ----------------------------------------------------------------------------------------------- */

typedef struct {
  SignetCore        *core;        /* (owned) */
  SignetCertificate *certificate; /* (owned) */
  SignetLifecycle   *asked;       /* (owned) (nullable) */
  SignetRevocationStatus *said;   /* (owned) (nullable) */
} Question;

static Question *
question_new (SignetLifeStanding *self)
{
  Question *question = g_new0 (Question, 1);

  question->core = g_object_ref (signet_desktop_get_core (self->desktop));
  question->certificate = g_object_ref (certificate_of (self));
  return question;
}

static void
question_free (gpointer data)
{
  Question *question = data;

  g_object_unref (question->core);
  g_object_unref (question->certificate);
  g_clear_object (&question->asked);
  g_clear_pointer (&question->said, signet_revocation_status_free);
  g_free (question);
}

/* of this certificate, and nothing that was only a question */
static void
keep_own (GPtrArray         *acts,
          SignetCertificate *certificate)
{
  for (guint i = acts->len; i > 0; i--)
    {
      SignetLifecycle *act = g_ptr_array_index (acts, i - 1);

      if (signet_lifecycle_get_act (act) == SIGNET_LIFECYCLE_STATUS ||
          !signet_certificate_equal (signet_lifecycle_get_certificate (act), certificate))
        g_ptr_array_remove_index (acts, i - 1);
    }
}

static void
list_in_thread (GTask        *task,
                gpointer      source,
                gpointer      data,
                GCancellable *cancellable)
{
  Question *question = data;
  GError *error = NULL;
  SignetEnrolment *enrolment = signet_core_get_enrolment (question->core, &error);
  GPtrArray *acts = enrolment != NULL ? signet_enrolment_list_acts (enrolment, &error) : NULL;

  if (acts == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  keep_own (acts, question->certificate);
  g_task_return_pointer (task, acts, (GDestroyNotify) g_ptr_array_unref);
}

static void
on_listed_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      data)
{
  SignetLifeStanding *self = SIGNET_LIFE_STANDING (source);
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) acts = g_task_propagate_pointer (G_TASK (result), &error);

  if (acts == NULL)
    g_info ("what was asked about a certificate cannot be listed: %s", error->message);
  if (acts == NULL || self->desktop == NULL)
    return;
  g_clear_pointer (&self->acts, g_ptr_array_unref);
  self->acts = g_steal_pointer (&acts);
  update (self);
}

static void
reload (SignetLifeStanding *self)
{
  g_autoptr(GTask) task = g_task_new (self, NULL, on_listed_cb, NULL);

  g_task_set_task_data (task, question_new (self), question_free);
  g_task_run_in_thread (task, list_in_thread);
}

/* something was done to it: what the authority said before may no longer hold */
static void
on_changed_cb (SignetLifeStanding *self)
{
  g_clear_object (&self->asked);
  g_clear_pointer (&self->said, signet_revocation_status_free);
  reload (self);
}

/* --- asking -------------------------------------------------------------------------------------------------------------- */

/* Where the plugin cannot be asked the status service may still know. */
static gboolean
ask_work (gpointer            data,
          SignetInteraction  *interaction,
          GCancellable       *cancellable,
          GError            **error)
{
  Question *question = data;
  g_autoptr(GError) cannot = NULL;
  g_autoptr(GError) silent = NULL;
  SignetEnrolment *enrolment = signet_core_get_enrolment (question->core, error);

  if (enrolment == NULL)
    return FALSE;
  question->said = signet_core_ask_status_service (question->core, question->certificate, cancellable, &silent);
  if (question->said == NULL)
    g_info ("status service: %s", silent->message);
  if (!signet_enrolment_check_act (enrolment, question->certificate, SIGNET_LIFECYCLE_STATUS, cancellable, &cannot))
    {
      if (question->said == NULL)
        g_propagate_error (error, g_steal_pointer (&cannot));
      return question->said != NULL;
    }
  question->asked = signet_enrolment_ask_act (enrolment, question->certificate, SIGNET_LIFECYCLE_STATUS, NULL, error);
  return question->asked != NULL && signet_enrolment_run_act (enrolment, question->asked, interaction, cancellable, error);
}

static void
on_asked_cb (GtkWidget    *widget,
             gpointer      data,
             const GError *error)
{
  SignetLifeStanding *self = SIGNET_LIFE_STANDING (widget);
  Question *question = data;

  gtk_widget_set_sensitive (self->ask, TRUE);
  if (error != NULL)
    signet_contact_tell_error (widget, self->desktop, question->certificate, error);
  if (error != NULL && question->said == NULL)
    return;
  g_clear_object (&self->asked);
  g_clear_pointer (&self->said, signet_revocation_status_free);
  self->asked = error == NULL ? g_steal_pointer (&question->asked) : NULL;
  self->said = g_steal_pointer (&question->said);
  update (self);
}

static void
on_ask_cb (SignetLifeStanding *self)
{
  gtk_widget_set_sensitive (self->ask, FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->standing), _("Asking the authority"));
  signet_job_run (GTK_WIDGET (self), _("Asking the authority"), ask_work, on_asked_cb, question_new (self), question_free);
}

static void
on_hold_cb (SignetLifeStanding *self)
{
  signet_life_acts_hold (GTK_WIDGET (self), self->desktop, self->key, is_suspended (self) ? SIGNET_LIFECYCLE_RESUME : SIGNET_LIFECYCLE_SUSPEND);
}

/* --- life ---------------------------------------------------------------------------------------------------------------- */

static void
show_contact (SignetLifeStanding *self)
{
  g_autoptr(GPtrArray) rows = g_ptr_array_new ();
  gboolean known = signet_contact_add_rows (rows, self->desktop, certificate_of (self));

  for (guint i = 0; i < rows->len; i++)
    adw_expander_row_add_row (self->contact, g_ptr_array_index (rows, i));
  gtk_widget_set_visible (GTK_WIDGET (self->contact), known);
}

/**
 * signet_life_standing_set_key:
 * @key: a key with a certificate of the person; once
 */
void
signet_life_standing_set_key (SignetLifeStanding *self,
                              SignetDesktop      *desktop,
                              SignetTokenKey     *key)
{
  self->desktop = g_object_ref (desktop);
  self->key = g_object_ref (key);
  g_signal_connect_object (desktop, "changed", G_CALLBACK (on_changed_cb), self, G_CONNECT_SWAPPED);
  show_contact (self);
  update (self);
  reload (self);
  gtk_widget_set_visible (GTK_WIDGET (self), TRUE);
}

static void
signet_life_standing_dispose (GObject *object)
{
  SignetLifeStanding *self = SIGNET_LIFE_STANDING (object);

  g_clear_object (&self->asked);
  g_clear_pointer (&self->said, signet_revocation_status_free);
  g_clear_pointer (&self->acts, g_ptr_array_unref);
  g_clear_pointer (&self->rows, g_ptr_array_unref);
  g_clear_object (&self->key);
  g_clear_object (&self->desktop);
  G_OBJECT_CLASS (signet_life_standing_parent_class)->dispose (object);
}

static void
signet_life_standing_class_init (SignetLifeStandingClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = signet_life_standing_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/signet/Signet/certificates/signet-life-standing.ui");
  gtk_widget_class_bind_template_child (widget_class, SignetLifeStanding, standing);
  gtk_widget_class_bind_template_child (widget_class, SignetLifeStanding, icon);
  gtk_widget_class_bind_template_child (widget_class, SignetLifeStanding, ask);
  gtk_widget_class_bind_template_child (widget_class, SignetLifeStanding, service);
  gtk_widget_class_bind_template_child (widget_class, SignetLifeStanding, history);
  gtk_widget_class_bind_template_child (widget_class, SignetLifeStanding, contact);
  gtk_widget_class_bind_template_child (widget_class, SignetLifeStanding, hold);
  gtk_widget_class_bind_template_callback (widget_class, on_ask_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_hold_cb);
}

static void
signet_life_standing_init (SignetLifeStanding *self)
{
  self->rows = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
}
