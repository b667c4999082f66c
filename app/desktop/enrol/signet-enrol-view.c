/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-enrol-view.c: walks a person through a request. Everything that was done is in the database before the next step begins; leaving
 * loses nothing. Owns no key and no secret: those go from the form to the enrolment at once. Main thread; work in signet-enrol-work.c.
 */
#define G_LOG_DOMAIN "signet-enrol-view"

#include "config.h"

#include <glib/gi18n.h>

#include "signet-enrol-view.h"
#include "signet-enrol-authorities.h"
#include "signet-enrol-check.h"
#include "signet-enrol-details.h"
#include "signet-enrol-steps.h"
#include "signet-enrol-terms.h"
#include "signet-enrol-work.h"
#include "../common/signet-ui.h"
#include "../../core/face/signet-words.h"
#include "../pin/signet-desktop-interaction.h"

typedef enum { STEP_AUTHORITY, STEP_TERMS, STEP_DETAILS, STEP_WORK, STEP_CHECK, STEP_DONE } Step;

struct _SignetEnrolView {
  AdwBin parent_instance;

  SignetDesktop            *desktop;     /* (owned) */
  SignetEnrolment          *enrolment;   /* (owned) (nullable) */
  SignetAuthority          *authority;   /* (owned) (nullable) */
  SignetRequest            *request;     /* (owned) (nullable) */
  SignetDesktopInteraction *interaction; /* (owned) (nullable): while the core is at work */
  GCancellable             *cancellable; /* (owned) (nullable): the same */
  Step                      step;
  gboolean                  differs;     /* what came is not what was asked for */

  AdwWindowTitle         *title;
  GtkButton              *leave;
  GtkWidget              *back;
  GtkButton              *next;
  GtkWidget              *refuse;
  GtkStack               *stack;
  SignetEnrolAuthorities *authorities;
  SignetEnrolTerms       *terms;
  SignetEnrolDetails     *details;
  SignetEnrolSteps       *steps;
  SignetEnrolCheck       *check;
};

G_DEFINE_FINAL_TYPE (SignetEnrolView, signet_enrol_view, ADW_TYPE_BIN)

static guint closed_signal;

/* --- what a step looks like ------------------------------------------------------------------------------------------ */

typedef struct {
  const char *page;
  const char *subtitle;
  const char *leave; /* (nullable) */
  const char *next;  /* (nullable) */
} StepLook;

static const StepLook looks[] = {
  /* translators: where one is on the way to a certificate */
  [STEP_AUTHORITY] = { "authority", N_("1 of 5 · Authority"), N_("_Cancel"), NULL },
  [STEP_TERMS] = { "terms", N_("2 of 5 · Terms"), N_("_Cancel"), N_("_Accept and Continue") },
  [STEP_DETAILS] = { "details", N_("3 of 5 · Details"), N_("_Cancel"), N_("_Send") },
  [STEP_WORK] = { "steps", N_("4 of 5 · Waiting"), N_("_Close"), NULL },
  [STEP_CHECK] = { "check", N_("5 of 5 · Check"), NULL, N_("_Accept and Install") },
  [STEP_DONE] = { "check", N_("Done"), NULL, N_("_Done") },
};

static gboolean
is_running (SignetEnrolView *self)
{
  return self->interaction != NULL;
}

static gboolean
can_go_on (SignetEnrolView *self)
{
  switch (self->step)
    {
    case STEP_TERMS: return signet_enrol_terms_is_accepted (self->terms);
    case STEP_DETAILS: return signet_enrol_details_is_complete (self->details) && self->cancellable == NULL;
    case STEP_AUTHORITY:
    case STEP_WORK:
    case STEP_CHECK:
    case STEP_DONE:
    default: return TRUE;
    }
}

static void
set_suggested (SignetEnrolView *self,
               gboolean         suggested)
{
  if (suggested)
    gtk_widget_add_css_class (GTK_WIDGET (self->next), "suggested-action");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->next), "suggested-action");
}

/* a request that is being worked on is not read beside it */
static void
show_record (SignetEnrolView *self)
{
  SignetRequest *request = is_running (self) ? NULL : self->request;

  signet_enrol_steps_show_record (self->steps, self->enrolment, self->step == STEP_WORK ? request : NULL);
  signet_enrol_check_show_record (self->check, self->enrolment, self->step == STEP_DONE ? request : NULL);
}

/* the one function that makes the frame fit the step */
static void
update (SignetEnrolView *self)
{
  const StepLook *look = &looks[self->step];
  gboolean may_leave = look->leave != NULL && !(self->step == STEP_WORK && is_running (self));

  gtk_stack_set_visible_child_name (self->stack, look->page);
  adw_window_title_set_subtitle (self->title, _(look->subtitle));
  gtk_widget_set_visible (GTK_WIDGET (self->leave), may_leave);
  gtk_button_set_label (self->leave, look->leave != NULL ? _(look->leave) : "");
  gtk_widget_set_visible (self->back, self->step == STEP_TERMS || self->step == STEP_DETAILS);
  gtk_widget_set_visible (self->refuse, self->step == STEP_CHECK);
  gtk_widget_set_visible (GTK_WIDGET (self->next), look->next != NULL);
  gtk_button_set_label (self->next, look->next != NULL ? _(look->next) : "");
  gtk_widget_set_sensitive (GTK_WIDGET (self->next), can_go_on (self));
  /* a certificate that differs is not pushed on anybody */
  set_suggested (self, !(self->step == STEP_CHECK && self->differs));
  if (self->step == STEP_WORK && self->request != NULL)
    signet_enrol_steps_set (self->steps, self->request, self->authority, is_running (self));
  show_record (self);
}

static void
go_to (SignetEnrolView *self,
       Step             step)
{
  self->step = step;
  update (self);
}

static void
close_view (SignetEnrolView *self)
{
  g_signal_emit (self, closed_signal, 0);
}

/* --- running --------------------------------------------------------------------------------------------------------- */

static void
on_progress_cb (SignetEnrolView *self,
                const char      *step,
                double           fraction)
{
  signet_enrol_steps_set_progress (self->steps, step, fraction);
}

/* the worker sleeps while this page is shown, so reading the request is safe */
static gboolean
on_consent_cb (SignetDesktopInteraction *interaction,
               const SignetConsent      *consent,
               gpointer                  data)
{
  SignetEnrolView *self = data;

  if (g_strcmp0 (consent->kind, "accept-difference") != 0 && g_strcmp0 (consent->kind, "accept-certificate") != 0)
    return FALSE;
  self->differs = signet_enrol_check_set (self->check, self->request, FALSE) > 0;
  go_to (self, STEP_CHECK);
  return TRUE;
}

/* the page of where it stands: done, or on its way */
static void
show_request (SignetEnrolView *self)
{
  gboolean done = signet_request_get_state (self->request) == SIGNET_REQUEST_CONFIRMED;

  self->differs = FALSE;
  if (done)
    signet_enrol_check_set (self->check, self->request, TRUE);
  go_to (self, done ? STEP_DONE : STEP_WORK);
}

/* What was read or made becomes the request that is shown, unless the person has left. @request: (nullable): @error is told */
static gboolean
take_request (SignetEnrolView *self,
              SignetRequest   *request,
              const GError    *error)
{
  if (gtk_widget_get_root (GTK_WIDGET (self)) == NULL)
    return FALSE;
  if (request != NULL)
    g_set_object (&self->request, request);
  else
    signet_ui_tell_error (GTK_WIDGET (self), error);
  return request != NULL;
}

static void
on_found_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      data)
{
  g_autoptr(SignetEnrolView) self = data;
  g_autoptr(GError) error = NULL;
  g_autoptr(SignetRequest) request = signet_enrol_find_finish (SIGNET_ENROLMENT (source), result, &error);

  if (take_request (self, request, error))
    show_request (self);
}

static void
on_run_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      data)
{
  g_autoptr(SignetEnrolView) self = data;
  g_autoptr(GError) error = NULL;
  gboolean ok = signet_enrol_run_finish (SIGNET_ENROLMENT (source), result, &error);

  g_clear_object (&self->interaction);
  g_clear_object (&self->cancellable);
  signet_desktop_tell_changed (self->desktop);
  if (gtk_widget_get_root (GTK_WIDGET (self)) == NULL)
    return;
  go_to (self, STEP_WORK);
  if (!ok)
    signet_ui_tell_error (GTK_WIDGET (self), error);
  signet_enrol_find_async (self->enrolment, signet_request_get_id (self->request), on_found_cb, g_object_ref (self));
}

static void
run (SignetEnrolView *self)
{
  if (is_running (self) || self->request == NULL)
    return;
  self->interaction = signet_desktop_interaction_new (GTK_WIDGET (self));
  self->cancellable = g_cancellable_new ();
  signet_desktop_interaction_set_consent (self->interaction, on_consent_cb, self);
  g_signal_connect_object (self->interaction, "progress", G_CALLBACK (on_progress_cb), self, G_CONNECT_SWAPPED);
  signet_enrol_steps_set_progress (self->steps, NULL, -1);
  signet_enrol_run_async (self->enrolment, self->request, SIGNET_INTERACTION (self->interaction), self->cancellable, on_run_cb,
                          g_object_ref (self));
  go_to (self, STEP_WORK);
}

/* the file says whose answer it is: it may be another request's than the one that is shown */
static void
on_answer_found_cb (GObject      *source,
                    GAsyncResult *result,
                    gpointer      data)
{
  g_autoptr(SignetEnrolView) self = data;
  g_autoptr(GError) error = NULL;
  g_autoptr(SignetRequest) request = signet_enrol_answer_finish (SIGNET_ENROLMENT (source), result, &error);

  if (take_request (self, request, error))
    run (self);
}

static void
on_answered_cb (SignetEnrolView *self,
                GFile           *file)
{
  if (!is_running (self))
    signet_enrol_answer_async (self->enrolment, file, on_answer_found_cb, g_object_ref (self));
}

/* the delivered key found its token, or did not: what is known of the request is read again */
static void
on_placed_cb (SignetEnrolView *self)
{
  signet_desktop_tell_changed (self->desktop);
  signet_enrol_find_async (self->enrolment, signet_request_get_id (self->request), on_found_cb, g_object_ref (self));
}

static void
on_cancel_cb (SignetEnrolView *self)
{
  g_cancellable_cancel (self->cancellable);
}

static void
on_withdrawn_cb (GObject      *source,
                 GAsyncResult *result,
                 gpointer      data)
{
  g_autoptr(SignetEnrolView) self = data;
  g_autoptr(GError) error = NULL;

  if (!signet_enrol_cancel_finish (SIGNET_ENROLMENT (source), result, &error))
    signet_ui_tell_error (GTK_WIDGET (self), error);
  signet_desktop_tell_changed (self->desktop);
  if (error == NULL && gtk_widget_get_root (GTK_WIDGET (self)) != NULL)
    close_view (self);
}

static void
on_withdraw_response_cb (SignetEnrolView *self,
                         const char      *response)
{
  g_autoptr(SignetDesktopInteraction) interaction = NULL;

  if (!g_str_equal (response, "withdraw"))
    return;
  interaction = signet_desktop_interaction_new (GTK_WIDGET (self));
  signet_enrol_cancel_async (self->enrolment, self->request, SIGNET_INTERACTION (interaction), on_withdrawn_cb, g_object_ref (self));
}

static void
on_withdraw_cb (SignetEnrolView *self)
{
  gboolean installed = signet_request_get_state (self->request) == SIGNET_REQUEST_INSTALLED;
  g_autofree char *words = signet_words_withdrawal (self->request);
  GtkWidget *dialog = adw_message_dialog_new (signet_ui_get_window (GTK_WIDGET (self)),
                                              installed ? _("Close the Request?") : _("Withdraw the Request?"), words);

  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "keep", _("_Keep It"), "withdraw", installed ? _("_Close It") : _("_Withdraw"), NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "withdraw", ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "keep");
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_withdraw_response_cb), self, G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (dialog));
}

/* --- a new request --------------------------------------------------------------------------------------------------- */

static void
on_form_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      data)
{
  g_autoptr(SignetEnrolView) self = data;
  g_autoptr(GError) error = NULL;
  g_autoptr(SignetForm) form = signet_enrol_form_finish (SIGNET_ENROLMENT (source), result, &error);

  if (gtk_widget_get_root (GTK_WIDGET (self)) == NULL)
    return;
  if (form != NULL)
    signet_enrol_details_set (self->details, self->authority, form);
  else if (self->step == STEP_DETAILS)
    {
      signet_ui_tell_error (GTK_WIDGET (self), error);
      go_to (self, STEP_TERMS);
    }
}

static void
on_chosen_cb (SignetEnrolView *self,
              SignetAuthority *authority)
{
  g_set_object (&self->authority, authority);
  signet_enrol_terms_set_authority (self->terms, self->enrolment, authority);
  go_to (self, STEP_TERMS);
}

static void
ask_details (SignetEnrolView *self)
{
  /* a plugin that nobody allowed yet is shown first */
  g_autoptr(SignetDesktopInteraction) interaction = signet_desktop_interaction_new (GTK_WIDGET (self));

  signet_enrol_details_set (self->details, self->authority, NULL);
  go_to (self, STEP_DETAILS);
  signet_enrol_form_async (self->enrolment, self->authority, SIGNET_INTERACTION (interaction), NULL, on_form_cb, g_object_ref (self));
}

static void
on_drafted_cb (GObject      *source,
               GAsyncResult *result,
               gpointer      data)
{
  g_autoptr(SignetEnrolView) self = data;
  g_autoptr(GError) error = NULL;
  g_autoptr(SignetRequest) request = signet_enrol_draft_finish (SIGNET_ENROLMENT (source), result, &error);

  g_clear_object (&self->cancellable);
  update (self);
  if (take_request (self, request, error))
    run (self);
}

static void
send_request (SignetEnrolView *self)
{
  self->cancellable = g_cancellable_new (); /* marks that a draft is being made */
  update (self);
  signet_enrol_draft_async (self->enrolment, signet_enrol_details_dup_answers (self->details), on_drafted_cb, g_object_ref (self));
}

static void
answer_check (SignetEnrolView *self,
              gboolean         accepted)
{
  go_to (self, STEP_WORK);
  if (is_running (self))
    signet_desktop_interaction_answer (self->interaction, accepted);
}

static void
on_refuse_cb (SignetEnrolView *self)
{
  answer_check (self, FALSE);
}

static void
on_leave_cb (SignetEnrolView *self)
{
  close_view (self);
}

void
signet_enrol_view_go_back (SignetEnrolView *self)
{
  if (self->step == STEP_TERMS)
    go_to (self, STEP_AUTHORITY);
  else if (self->step == STEP_DETAILS && self->cancellable == NULL)
    go_to (self, STEP_TERMS);
  else if (self->step == STEP_AUTHORITY || self->step == STEP_DONE || (self->step == STEP_WORK && !is_running (self)))
    close_view (self);
}

void
signet_enrol_view_activate_main (SignetEnrolView *self)
{
  if (!can_go_on (self))
    return;
  switch (self->step)
    {
    case STEP_TERMS: ask_details (self); break;
    case STEP_DETAILS: send_request (self); break;
    case STEP_CHECK: answer_check (self, TRUE); break;
    case STEP_DONE: close_view (self); break;
    case STEP_AUTHORITY:
    case STEP_WORK:
    default: break;
    }
}

/* --- a request to go on with ----------------------------------------------------------------------------------------- */

static void
on_request_cb (GObject      *source,
               GAsyncResult *result,
               gpointer      data)
{
  g_autoptr(SignetEnrolView) self = data;
  g_autoptr(GError) error = NULL;
  g_autoptr(SignetRequest) request = signet_enrol_find_finish (SIGNET_ENROLMENT (source), result, &error);

  if (!take_request (self, request, error))
    return;
  g_set_object (&self->authority, signet_enrolment_find_authority (self->enrolment, signet_request_get_authority (request), NULL));
  show_request (self);
}

static void
begin (SignetEnrolView *self,
       gint64           request)
{
  g_autoptr(GError) error = NULL;

  g_set_object (&self->enrolment, signet_core_get_enrolment (signet_desktop_get_core (self->desktop), &error));
  signet_enrol_authorities_set (self->authorities, self->enrolment != NULL ? signet_enrolment_get_authorities (self->enrolment) : NULL);
  signet_enrol_details_set_desktop (self->details, self->desktop);
  signet_enrol_check_set_desktop (self->check, self->desktop);
  if (self->enrolment != NULL && request != 0)
    signet_enrol_find_async (self->enrolment, request, on_request_cb, g_object_ref (self));
  update (self);
}

/* --- life ------------------------------------------------------------------------------------------------------------ */

static void
signet_enrol_view_dispose (GObject *object)
{
  SignetEnrolView *self = SIGNET_ENROL_VIEW (object);

  g_cancellable_cancel (self->cancellable);
  if (self->interaction != NULL)
    {
      signet_desktop_interaction_set_consent (self->interaction, NULL, NULL);
      signet_desktop_interaction_answer (self->interaction, FALSE);
    }
  G_OBJECT_CLASS (signet_enrol_view_parent_class)->dispose (object);
}

static void
signet_enrol_view_finalize (GObject *object)
{
  SignetEnrolView *self = SIGNET_ENROL_VIEW (object);

  g_clear_object (&self->interaction);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->desktop);
  g_clear_object (&self->enrolment);
  g_clear_object (&self->authority);
  g_clear_object (&self->request);
  G_OBJECT_CLASS (signet_enrol_view_parent_class)->finalize (object);
}

static void
bind_children (GtkWidgetClass *widget_class)
{
  gtk_widget_class_bind_template_child (widget_class, SignetEnrolView, title);
  gtk_widget_class_bind_template_child (widget_class, SignetEnrolView, leave);
  gtk_widget_class_bind_template_child (widget_class, SignetEnrolView, back);
  gtk_widget_class_bind_template_child (widget_class, SignetEnrolView, next);
  gtk_widget_class_bind_template_child (widget_class, SignetEnrolView, refuse);
  gtk_widget_class_bind_template_child (widget_class, SignetEnrolView, stack);
  gtk_widget_class_bind_template_child (widget_class, SignetEnrolView, authorities);
  gtk_widget_class_bind_template_child (widget_class, SignetEnrolView, terms);
  gtk_widget_class_bind_template_child (widget_class, SignetEnrolView, details);
  gtk_widget_class_bind_template_child (widget_class, SignetEnrolView, steps);
  gtk_widget_class_bind_template_child (widget_class, SignetEnrolView, check);
}

static void
signet_enrol_view_class_init (SignetEnrolViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = signet_enrol_view_dispose;
  G_OBJECT_CLASS (klass)->finalize = signet_enrol_view_finalize;
  g_type_ensure (SIGNET_TYPE_ENROL_AUTHORITIES);
  g_type_ensure (SIGNET_TYPE_ENROL_TERMS);
  g_type_ensure (SIGNET_TYPE_ENROL_DETAILS);
  g_type_ensure (SIGNET_TYPE_ENROL_STEPS);
  g_type_ensure (SIGNET_TYPE_ENROL_CHECK);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/signet/Signet/enrol/signet-enrol-view.ui");
  bind_children (widget_class);
  gtk_widget_class_bind_template_callback (widget_class, update);
  gtk_widget_class_bind_template_callback (widget_class, run);
  gtk_widget_class_bind_template_callback (widget_class, on_chosen_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_withdraw_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_answered_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_placed_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_cancel_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_leave_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_refuse_cb);
  gtk_widget_class_bind_template_callback (widget_class, signet_enrol_view_go_back);
  gtk_widget_class_bind_template_callback (widget_class, signet_enrol_view_activate_main);
  closed_signal = g_signal_new ("closed", SIGNET_TYPE_ENROL_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
signet_enrol_view_init (SignetEnrolView *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

SignetEnrolView *
signet_enrol_view_new (SignetDesktop *desktop,
                       gint64         request)
{
  SignetEnrolView *self = g_object_new (SIGNET_TYPE_ENROL_VIEW, NULL);

  self->desktop = g_object_ref (desktop);
  begin (self, request);
  return self;
}

SignetEnrolView *
signet_enrol_view_new_for_key (SignetDesktop  *desktop,
                               SignetTokenKey *key)
{
  SignetEnrolView *self = signet_enrol_view_new (desktop, 0);

  signet_enrol_details_set_key (self->details, key);
  return self;
}
