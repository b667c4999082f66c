/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-doctor-window.c: has the core examine the layers on a thread and shows what it found: first the one sentence that matters and its
 * remedy, then every layer. Closing cancels. Decides nothing by itself. Main thread, except examine_work.
 */
#define G_LOG_DOMAIN "signet-doctor-window"

#include "config.h"

#include <glib/gi18n.h>

#include "signet-doctor-window.h"
#include "signet-doctor-row.h"
#include "../common/signet-job.h"
#include "../common/signet-ui.h"
#include "../../core/base/signet-text.h"
#include "../../core/face/signet-words.h"

struct _SignetDoctorWindow {
  AdwWindow parent_instance;

  SignetDesktop *desktop;  /* (owned) */
  SignetToken   *token;    /* (owned) (nullable) */
  GPtrArray     *findings; /* (owned) (nullable) */
  gboolean       running;

  GtkWidget  *body;
  GtkStack   *stack;
  GtkWidget  *again;
  GtkWidget  *copy;
  GtkWidget  *sign;
  GtkWidget  *layers;
  GtkImage   *image;
  GtkLabel   *headline;
  GtkLabel   *remedy;
  AdwBin     *command;
  GtkListBox *list;
};

G_DEFINE_FINAL_TYPE (SignetDoctorWindow, signet_doctor_window, ADW_TYPE_WINDOW)

/* --- what was found -------------------------------------------------------------------------------------------------- */

static void
show_command (SignetDoctorWindow        *self,
              const SignetDoctorFinding *cause)
{
  gboolean has = cause != NULL && *cause->command != '\0';
  GtkWidget *line = has ? signet_doctor_command_new (cause->command) : NULL;

  adw_bin_set_child (self->command, line);
  gtk_widget_set_visible (GTK_WIDGET (self->command), has);
}

static void
show_headline (SignetDoctorWindow *self,
               SignetState         state,
               const char         *headline,
               const char         *remedy)
{
  signet_state_image_set (self->image, state);
  gtk_widget_add_css_class (GTK_WIDGET (self->image), "large");
  gtk_label_set_label (self->headline, headline);
  gtk_label_set_label (self->remedy, remedy != NULL ? remedy : "");
  gtk_widget_set_visible (GTK_WIDGET (self->remedy), remedy != NULL && *remedy != '\0');
}

/* nothing found is not "everything works" */
static void
show_cause (SignetDoctorWindow *self)
{
  const SignetDoctorFinding *cause = self->findings != NULL ? signet_words_doctor_cause (self->findings) : NULL;
  g_autofree char *words = cause != NULL ? signet_words_doctor_finding (cause) : NULL;
  g_autofree char *remedy = cause != NULL ? signet_words_doctor_remedy (cause) : NULL;

  if (self->findings == NULL)
    show_headline (self, SIGNET_STATE_UNKNOWN, _("It Could Not Be Checked"), NULL);
  else if (cause == NULL)
    show_headline (self, SIGNET_STATE_OK, _("Everything Works"), NULL);
  else
    show_headline (self, signet_doctor_state (cause->state), words, remedy);
  show_command (self, cause);
}

static gboolean
can_sign (SignetDoctorWindow *self)
{
  return self->token != NULL && signet_token_is_initialized (self->token) &&
         (signet_token_get_pin_flags (self->token) & (SIGNET_PIN_FLAG_LOCKED | SIGNET_PIN_FLAG_FINAL_TRY)) == 0;
}

/* the one function that makes the window fit what is known */
static void
update (SignetDoctorWindow *self)
{
  gtk_stack_set_visible_child_name (self->stack, self->running ? "running" : "done");
  gtk_widget_set_sensitive (self->again, !self->running);
  gtk_widget_set_sensitive (self->copy, !self->running && self->findings != NULL);
  gtk_widget_set_visible (self->sign, !self->running && can_sign (self));
  gtk_widget_set_visible (self->layers, self->findings != NULL);
  signet_ui_clear_list (self->list);
  if (self->running)
    return;
  show_cause (self);
  for (guint i = 0; self->findings != NULL && i < self->findings->len; i++)
    gtk_list_box_append (self->list, signet_doctor_row_new (g_ptr_array_index (self->findings, i)));
}

/* --- the examination ------------------------------------------------------------------------------------------------- */

typedef struct {
  SignetTokenManager *tokens;   /* (owned) */
  SignetToken        *token;    /* (owned) (nullable) */
  gboolean            signs;    /* with a test signature */
  GPtrArray          *findings; /* (owned) (nullable) */
} Examination;

static void
examination_free (gpointer data)
{
  Examination *examination = data;

  g_object_unref (examination->tokens);
  g_clear_object (&examination->token);
  g_clear_pointer (&examination->findings, g_ptr_array_unref);
  g_free (examination);
}

static gboolean
examine_work (gpointer            data,
              SignetInteraction  *interaction,
              GCancellable       *cancellable,
              GError            **error)
{
  Examination *examination = data;

  examination->findings = signet_token_doctor_examine (examination->tokens, examination->token, examination->signs ? interaction : NULL,
                                                       cancellable, error);
  return examination->findings != NULL;
}

static void
on_examined_cb (GtkWidget    *widget,
                gpointer      data,
                const GError *error)
{
  SignetDoctorWindow *self = SIGNET_DOCTOR_WINDOW (gtk_widget_get_root (widget));
  Examination *examination = data;

  self->running = FALSE;
  if (examination->findings != NULL)
    {
      g_clear_pointer (&self->findings, g_ptr_array_unref);
      self->findings = g_ptr_array_ref (examination->findings);
    }
  update (self);
  if (error != NULL)
    signet_ui_tell_error (widget, error);
}

static void
examine (SignetDoctorWindow *self,
         gboolean            signs)
{
  Examination *examination = g_new0 (Examination, 1);

  if (self->running)
    {
      g_free (examination);
      return;
    }
  examination->tokens = g_object_ref (signet_desktop_get_tokens (self->desktop));
  examination->token = self->token != NULL ? g_object_ref (self->token) : NULL;
  examination->signs = signs;
  self->running = TRUE;
  update (self);
  signet_job_run (self->body, NULL, examine_work, on_examined_cb, examination, examination_free);
}

static void
on_again_cb (SignetDoctorWindow *self)
{
  examine (self, FALSE);
}

static void
on_sign_cb (SignetDoctorWindow *self)
{
  examine (self, TRUE);
}

/* for whoever helps: layers, states, codes and details */
static void
on_copy_cb (SignetDoctorWindow *self)
{
  g_autoptr(GString) text = g_string_new (SIGNET_NAME " " SIGNET_VERSION "\n");

  for (guint i = 0; self->findings != NULL && i < self->findings->len; i++)
    {
      const SignetDoctorFinding *finding = g_ptr_array_index (self->findings, i);

      g_string_append_printf (text, "%s: %s: %s%s%s", signet_doctor_layer_name (finding->layer), signet_doctor_state_name (finding->state),
                              finding->code, *finding->subject != '\0' ? ": " : "", finding->subject);
      if (*finding->detail != '\0')
        g_string_append_printf (text, " (%s)", finding->detail);
      g_string_append_c (text, '\n');
    }
  signet_ui_copy (self->body, text->str);
}

/* --- life ------------------------------------------------------------------------------------------------------------ */

static void
signet_doctor_window_dispose (GObject *object)
{
  SignetDoctorWindow *self = SIGNET_DOCTOR_WINDOW (object);

  g_clear_object (&self->desktop);
  g_clear_object (&self->token);
  g_clear_pointer (&self->findings, g_ptr_array_unref);
  G_OBJECT_CLASS (signet_doctor_window_parent_class)->dispose (object);
}

static void
signet_doctor_window_class_init (SignetDoctorWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = signet_doctor_window_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/signet/Signet/doctor/signet-doctor-window.ui");
  gtk_widget_class_bind_template_child (widget_class, SignetDoctorWindow, body);
  gtk_widget_class_bind_template_child (widget_class, SignetDoctorWindow, stack);
  gtk_widget_class_bind_template_child (widget_class, SignetDoctorWindow, again);
  gtk_widget_class_bind_template_child (widget_class, SignetDoctorWindow, copy);
  gtk_widget_class_bind_template_child (widget_class, SignetDoctorWindow, sign);
  gtk_widget_class_bind_template_child (widget_class, SignetDoctorWindow, layers);
  gtk_widget_class_bind_template_child (widget_class, SignetDoctorWindow, image);
  gtk_widget_class_bind_template_child (widget_class, SignetDoctorWindow, headline);
  gtk_widget_class_bind_template_child (widget_class, SignetDoctorWindow, remedy);
  gtk_widget_class_bind_template_child (widget_class, SignetDoctorWindow, command);
  gtk_widget_class_bind_template_child (widget_class, SignetDoctorWindow, list);
  gtk_widget_class_bind_template_callback (widget_class, on_again_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_sign_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_copy_cb);
}

static void
signet_doctor_window_init (SignetDoctorWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

SignetDoctorWindow *
signet_doctor_window_new (GtkWindow     *parent,
                          SignetDesktop *desktop,
                          SignetToken   *token)
{
  SignetDoctorWindow *self = g_object_new (SIGNET_TYPE_DOCTOR_WINDOW, "transient-for", parent, NULL);

  self->desktop = g_object_ref (desktop);
  self->token = token != NULL ? g_object_ref (token) : NULL;
  examine (self, FALSE);
  return self;
}
