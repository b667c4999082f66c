/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-progress-line.c: turns the core's step codes into words; pulses while nobody knows how far. Main thread. */
#define G_LOG_DOMAIN "signet-progress-line"

#include "config.h"

#include <glib/gi18n.h>

#include "signet-progress-line.h"

#define PULSE_INTERVAL 120 /* ms */

struct _SignetProgressLine {
  AdwBin parent_instance;

  GtkLabel       *words;
  GtkProgressBar *bar;
  guint           pulse;
};

G_DEFINE_FINAL_TYPE (SignetProgressLine, signet_progress_line, ADW_TYPE_BIN)

static guint cancel_signal;

static const struct { const char *step; const char *words; } steps[] = {
  { "reading", N_("Reading the document") },
  { "hashing", N_("Reading the document") },
  { "preparing", N_("Preparing the document") },
  { "token", N_("Talking to the token") },
  { "login", N_("Talking to the token") },
  { "pin-pad", N_("Enter the PIN on the reader") },
  { "pin-pad-done", N_("Talking to the token") },
  { "key", N_("Making the key on the token") },
  { "signing", N_("The token signs") },
  { "timestamp", N_("Asking for the time stamp") },
  { "verifying", N_("Checking what was written") },
  { "writing", N_("Writing the file") },
  { "submitting", N_("Sending the request") },
  { "polling", N_("Asking the authority") },
  { "checking", N_("Comparing what came with what was asked") },
  { "installing", N_("Putting the certificate on the token") },
  { "testing", N_("Trying the new key") },
};

static const char *
words_for (const char *step)
{
  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    if (g_strcmp0 (steps[i].step, step) == 0)
      return _(steps[i].words);
  return _("Working");
}

static gboolean
on_pulse_cb (gpointer data)
{
  gtk_progress_bar_pulse (SIGNET_PROGRESS_LINE (data)->bar);
  return G_SOURCE_CONTINUE;
}

void
signet_progress_line_set (SignetProgressLine *self,
                          const char         *step,
                          double              fraction)
{
  gtk_label_set_label (self->words, words_for (step));
  if (fraction >= 0)
    {
      g_clear_handle_id (&self->pulse, g_source_remove);
      gtk_progress_bar_set_fraction (self->bar, CLAMP (fraction, 0, 1));
    }
  else if (self->pulse == 0)
    self->pulse = g_timeout_add (PULSE_INTERVAL, on_pulse_cb, self);
}

static void
on_cancel_clicked_cb (SignetProgressLine *self)
{
  g_signal_emit (self, cancel_signal, 0);
}

static void
on_unmap_cb (SignetProgressLine *self)
{
  g_clear_handle_id (&self->pulse, g_source_remove);
}

static void
signet_progress_line_dispose (GObject *object)
{
  on_unmap_cb (SIGNET_PROGRESS_LINE (object));
  G_OBJECT_CLASS (signet_progress_line_parent_class)->dispose (object);
}

static void
signet_progress_line_class_init (SignetProgressLineClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = signet_progress_line_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/signet/Signet/common/signet-progress-line.ui");
  gtk_widget_class_bind_template_child (widget_class, SignetProgressLine, words);
  gtk_widget_class_bind_template_child (widget_class, SignetProgressLine, bar);
  gtk_widget_class_bind_template_callback (widget_class, on_cancel_clicked_cb);
  cancel_signal = g_signal_new ("cancel", SIGNET_TYPE_PROGRESS_LINE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
signet_progress_line_init (SignetProgressLine *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect (self, "unmap", G_CALLBACK (on_unmap_cb), NULL);
}
