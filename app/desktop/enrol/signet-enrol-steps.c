/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-enrol-steps.c: a request's way from accepted terms to an installed certificate, as a list of steps. Main thread. */
#define G_LOG_DOMAIN "signet-enrol-steps"

#include "config.h"

#include <glib/gi18n.h>

#include "signet-enrol-steps.h"
#include "signet-enrol-record.h"
#include "signet-hand-group.h"
#include "../common/signet-progress-line.h"
#include "../common/signet-ui.h"
#include "../../core/base/signet-clock.h"
#include "../../core/base/signet-text.h"
#include "../../core/face/signet-words.h"

struct _SignetEnrolSteps {
  AdwBin parent_instance;

  GtkSpinner         *spinner;
  GtkImage           *icon;
  GtkLabel           *title;
  GtkLabel           *words;
  SignetProgressLine *progress;
  SignetHandGroup    *hand;
  GtkListBox         *list;
  SignetEnrolRecord  *record;
  GtkWidget          *buttons;
  GtkButton          *ask;
  GtkWidget          *withdraw;
};

G_DEFINE_FINAL_TYPE (SignetEnrolSteps, signet_enrol_steps, ADW_TYPE_BIN)

enum { ASK_NOW, WITHDRAW, CANCEL, ANSWERED, N_SIGNALS };
static guint signals[N_SIGNALS];

static const struct { SignetRequestState done_at; const char *words; } steps[] = {
  { SIGNET_REQUEST_DISCLOSED, N_("Terms accepted") },
  { SIGNET_REQUEST_KEY_MADE, N_("Key made on the token") },
  { SIGNET_REQUEST_SUBMITTED, N_("Sent and received") },
  { SIGNET_REQUEST_ISSUED, N_("The authority decides") },
  { SIGNET_REQUEST_CHECKED, N_("Compared with what you asked for") },
  { SIGNET_REQUEST_INSTALLED, N_("Put on the token") },
};

static gboolean
has_ended_badly (SignetRequestState state)
{
  return state >= SIGNET_REQUEST_REJECTED;
}

/* how far a request came that ended badly is not in its state: its key and certificate tell */
static SignetRequestState
furthest (SignetRequest *request)
{
  SignetRequestState state = signet_request_get_state (request);

  if (!has_ended_badly (state))
    return state;
  if (signet_request_get_certificate (request) != NULL)
    return SIGNET_REQUEST_ISSUED;
  return signet_request_get_key_sha256 (request) != NULL ? SIGNET_REQUEST_KEY_MADE : SIGNET_REQUEST_DISCLOSED;
}

/* what a person carries was not sent by anybody yet */
static const char *
step_words (SignetRequest *request,
            guint          step)
{
  if (steps[step].done_at == SIGNET_REQUEST_SUBMITTED && signet_request_get_hand_file (request, NULL, NULL) != NULL)
    return _("Request made, to be carried");
  if (steps[step].done_at == SIGNET_REQUEST_KEY_MADE && signet_request_keeps_key (request))
    return _("Key on the token, used again");
  return _(steps[step].words);
}

static void
show_steps (SignetEnrolSteps *self,
            SignetRequest    *request,
            gboolean          running)
{
  SignetRequestState state = furthest (request);
  gboolean reached = TRUE;

  signet_ui_clear_list (self->list);
  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      gboolean done = state >= steps[i].done_at;
      gboolean next = reached && !done;
      gboolean bad = next && has_ended_badly (signet_request_get_state (request));
      GtkWidget *row = signet_ui_new_row (step_words (request, i), NULL);

      if (next && running)
        adw_action_row_add_prefix (ADW_ACTION_ROW (row), g_object_new (GTK_TYPE_SPINNER, "spinning", TRUE, NULL));
      else
        adw_action_row_add_prefix (ADW_ACTION_ROW (row), signet_state_image_new (done ? SIGNET_STATE_OK :
                                                                                 bad ? SIGNET_STATE_STOP : SIGNET_STATE_LATER));
      if (!done && !next)
        gtk_widget_add_css_class (row, "dim-label");
      gtk_list_box_append (self->list, row);
      reached = done;
    }
}

static char *
dup_title (SignetRequest   *request,
           SignetAuthority *authority,
           gboolean         running)
{
  const char *name = authority != NULL ? signet_authority_get_name (authority) : signet_request_get_authority (request);

  if (running)
    return g_strdup (_("Getting the Certificate"));
  if (signet_request_get_hand_file (request, NULL, NULL) != NULL)
    /* translators: %s is the name of an authority */
    return g_strdup_printf (_("Carry the Request to %s"), name);
  if (signet_request_get_state (request) == SIGNET_REQUEST_WAITING)
    /* translators: %s is the name of an authority */
    return g_strdup_printf (_("%s Is Checking Your Request"), name);
  if (has_ended_badly (signet_request_get_state (request)) || signet_request_get_state (request) == SIGNET_REQUEST_INSTALLED)
    return signet_words_request_state (signet_request_get_state (request));
  return g_strdup (_("Not Finished Yet"));
}

/* what the authority says of it, when to ask again, and how long at all */
static char *
dup_waiting_words (SignetRequest *request,
                   gint64         poll)
{
  gint64 expires = signet_request_get_expires (request);
  g_autofree char *when = signet_words_date_time (poll);
  g_autofree char *until = expires != SIGNET_TIME_UNKNOWN ? signet_words_date (expires) : NULL;
  const char *said = signet_request_get_waiting_text (request);
  GString *words = g_string_new (NULL);

  if (said != NULL)
    g_string_append_printf (words, "%s\n", said);
  /* translators: %s is a date and time */
  g_string_append_printf (words, _("You can close Signet and take the token out. The authority wants to be asked again at %s."), when);
  if (until != NULL)
    {
      g_string_append_c (words, '\n');
      /* translators: %s is a date */
      g_string_append_printf (words, _("It is waited for until %s."), until);
    }
  return g_string_free (words, FALSE);
}

static char *
dup_words (SignetRequest *request,
           gboolean       running)
{
  const char *why = signet_request_get_error (request);
  gint64 poll = signet_request_get_next_poll (request);

  if (running)
    return g_strdup (_("Leave the token in. Each step is kept; nothing is lost if it stops."));
  if (signet_request_get_hand_file (request, NULL, NULL) != NULL)
    return g_strdup (_("You can close Signet and take the token out. Come back when you have the answer."));
  if (signet_request_get_state (request) == SIGNET_REQUEST_WAITING && poll != SIGNET_TIME_UNKNOWN)
    return dup_waiting_words (request, poll);
  if ((has_ended_badly (signet_request_get_state (request)) || signet_request_get_state (request) == SIGNET_REQUEST_INSTALLED) && why != NULL)
    return signet_text_sanitize (why, -1, 400);
  return g_strdup (_("You can go on from where it stopped."));
}

/* the one function that makes the page fit the request */
void
signet_enrol_steps_set (SignetEnrolSteps *self,
                        SignetRequest    *request,
                        SignetAuthority  *authority,
                        gboolean          running)
{
  SignetRequestState state = signet_request_get_state (request);
  gboolean bad = has_ended_badly (state);
  g_autofree char *title = dup_title (request, authority, running);
  g_autofree char *words = dup_words (request, running);

  gtk_label_set_label (self->title, title);
  gtk_label_set_label (self->words, words);
  gtk_spinner_set_spinning (self->spinner, running);
  gtk_widget_set_visible (GTK_WIDGET (self->spinner), running);
  gtk_widget_set_visible (GTK_WIDGET (self->icon), !running);
  signet_state_image_set (self->icon, bad ? SIGNET_STATE_STOP : SIGNET_STATE_LATER);
  gtk_widget_set_visible (GTK_WIDGET (self->progress), running);
  gtk_widget_set_visible (self->buttons, !running && (!bad || state == SIGNET_REQUEST_FAILED));
  gtk_button_set_label (self->ask, state == SIGNET_REQUEST_WAITING ? _("_Ask Now") : _("_Go On"));
  gtk_widget_set_visible (GTK_WIDGET (self->ask), signet_request_get_hand_file (request, NULL, NULL) == NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->hand), !running && signet_request_get_hand_file (request, NULL, NULL) != NULL);
  signet_hand_group_set_request (self->hand, request);
  show_steps (self, request, running);
}

void
signet_enrol_steps_show_record (SignetEnrolSteps *self,
                                SignetEnrolment  *enrolment,
                                SignetRequest    *request)
{
  signet_enrol_record_set (self->record, enrolment, request);
}

void
signet_enrol_steps_set_progress (SignetEnrolSteps *self,
                                 const char       *step,
                                 double            fraction)
{
  signet_progress_line_set (self->progress, step, fraction);
}

static void
on_ask_cb (SignetEnrolSteps *self)
{
  g_signal_emit (self, signals[ASK_NOW], 0);
}

static void
on_answered_cb (SignetEnrolSteps *self,
                GFile            *file)
{
  g_signal_emit (self, signals[ANSWERED], 0, file);
}

static void
on_withdraw_cb (SignetEnrolSteps *self)
{
  g_signal_emit (self, signals[WITHDRAW], 0);
}

static void
on_cancel_cb (SignetEnrolSteps *self)
{
  g_signal_emit (self, signals[CANCEL], 0);
}

static void
signet_enrol_steps_class_init (SignetEnrolStepsClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  g_type_ensure (SIGNET_TYPE_PROGRESS_LINE);
  g_type_ensure (SIGNET_TYPE_HAND_GROUP);
  g_type_ensure (SIGNET_TYPE_ENROL_RECORD);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/signet/Signet/enrol/signet-enrol-steps.ui");
  gtk_widget_class_bind_template_child (widget_class, SignetEnrolSteps, spinner);
  gtk_widget_class_bind_template_child (widget_class, SignetEnrolSteps, icon);
  gtk_widget_class_bind_template_child (widget_class, SignetEnrolSteps, title);
  gtk_widget_class_bind_template_child (widget_class, SignetEnrolSteps, words);
  gtk_widget_class_bind_template_child (widget_class, SignetEnrolSteps, progress);
  gtk_widget_class_bind_template_child (widget_class, SignetEnrolSteps, hand);
  gtk_widget_class_bind_template_child (widget_class, SignetEnrolSteps, list);
  gtk_widget_class_bind_template_child (widget_class, SignetEnrolSteps, record);
  gtk_widget_class_bind_template_child (widget_class, SignetEnrolSteps, buttons);
  gtk_widget_class_bind_template_child (widget_class, SignetEnrolSteps, ask);
  gtk_widget_class_bind_template_child (widget_class, SignetEnrolSteps, withdraw);
  gtk_widget_class_bind_template_callback (widget_class, on_ask_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_withdraw_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_answered_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_cancel_cb);
  signals[ASK_NOW] = g_signal_new ("ask-now", SIGNET_TYPE_ENROL_STEPS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[WITHDRAW] = g_signal_new ("withdraw", SIGNET_TYPE_ENROL_STEPS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[ANSWERED] = g_signal_new ("answered", SIGNET_TYPE_ENROL_STEPS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_FILE);
  signals[CANCEL] = g_signal_new ("cancel", SIGNET_TYPE_ENROL_STEPS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
signet_enrol_steps_init (SignetEnrolSteps *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
