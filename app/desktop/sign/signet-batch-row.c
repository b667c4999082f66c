/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-batch-row.c: a row that follows its file. One table from states to how they look. Main thread. */
#define G_LOG_DOMAIN "signet-batch-row"

#include "config.h"

#include <glib/gi18n.h>

#include "signet-batch-row.h"
#include "../common/signet-ui.h"
#include "../../core/base/signet-text.h"

struct _SignetBatchRow {
  AdwActionRow parent_instance;

  SignetBatchFile *file;    /* (owned) */
  gboolean         busy;
  GtkStack        *states;
  GtkImage        *icon;
  GtkSpinner      *spinner;
  GtkLabel        *word;
  GtkButton       *act;
};

G_DEFINE_FINAL_TYPE (SignetBatchRow, signet_batch_row, ADW_TYPE_ACTION_ROW)

enum { LOOK, RETRY, OPEN, UNLOCK, N_SIGNALS };
static guint signals[N_SIGNALS];

typedef struct {
  const char *word;
  const char *style;  /* (nullable) of the word */
  SignetState state;  /* SIGNET_STATE_CLAIMED: the picture of a document, which is no state */
  gboolean    works;
  const char *act;    /* (nullable) */
  int         signal;
} Look;

static const Look looks[] = {
  /* translators: how far a file is among many that are to be signed, and the button beside it */
  [SIGNET_BATCH_LOOKING] = { N_("Checking…"), "dim-label", SIGNET_STATE_LATER, TRUE, NULL, LOOK },
  [SIGNET_BATCH_READY] = { N_("Ready"), "dim-label", SIGNET_STATE_CLAIMED, FALSE, N_("Look"), LOOK },
  [SIGNET_BATCH_NEEDS_LOOK] = { N_("Needs a look"), "warning", SIGNET_STATE_WARNING, FALSE, N_("Look"), LOOK },
  [SIGNET_BATCH_LOCKED] = { N_("Needs its password"), "warning", SIGNET_STATE_WARNING, FALSE, N_("Password…"), UNLOCK },
  [SIGNET_BATCH_LEFT_OUT] = { N_("Left out"), "error", SIGNET_STATE_STOP, FALSE, N_("Why?"), LOOK },
  [SIGNET_BATCH_WAITING] = { N_("Waiting"), "dim-label", SIGNET_STATE_LATER, FALSE, NULL, LOOK },
  [SIGNET_BATCH_SIGNING] = { N_("Signing…"), "dim-label", SIGNET_STATE_LATER, TRUE, NULL, LOOK },
  [SIGNET_BATCH_SIGNED] = { N_("Signed"), "success", SIGNET_STATE_OK, FALSE, N_("Open"), OPEN },
  [SIGNET_BATCH_FAILED] = { N_("Failed"), "error", SIGNET_STATE_STOP, FALSE, N_("Retry…"), RETRY },
};

static void
set_style (GtkWidget  *word,
           const char *style)
{
  static const char *const styles[] = { "dim-label", "warning", "error", "success" };

  for (guint i = 0; i < G_N_ELEMENTS (styles); i++)
    if (g_strcmp0 (styles[i], style) == 0)
      gtk_widget_add_css_class (word, styles[i]);
    else
      gtk_widget_remove_css_class (word, styles[i]);
}

static void
show_state (SignetBatchRow *self,
            const Look     *look)
{
  /* what the person left out is no fault */
  gboolean by_person = signet_batch_file_get_state (self->file) == SIGNET_BATCH_LEFT_OUT && signet_batch_file_is_left_out (self->file);

  gtk_stack_set_visible_child_name (self->states, look->works ? "work" : "icon");
  gtk_spinner_set_spinning (self->spinner, look->works);
  signet_state_image_set (self->icon, by_person ? SIGNET_STATE_LATER : look->state);
  if (look->state == SIGNET_STATE_CLAIMED)
    {
      gtk_image_set_from_icon_name (self->icon, "x-office-document-symbolic");
      gtk_accessible_update_property (GTK_ACCESSIBLE (self->icon), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Document"), -1);
    }
  gtk_label_set_label (self->word, _(look->word));
  set_style (GTK_WIDGET (self->word), by_person ? "dim-label" : look->style);
}

/* the button of one row among many says of which file it is */
static char *
dup_spoken (SignetBatchState  state,
            const char       *name)
{
  switch (state)
    {
    /* translators: spoken for the button beside a file; %s is its name */
    case SIGNET_BATCH_LEFT_OUT: return g_strdup_printf (_("Why %s is left out"), name);
    case SIGNET_BATCH_LOCKED: return g_strdup_printf (_("Password of %s"), name);
    case SIGNET_BATCH_SIGNED: return g_strdup_printf (_("Open %s"), name);
    case SIGNET_BATCH_FAILED: return g_strdup_printf (_("Retry %s"), name);
    case SIGNET_BATCH_LOOKING:
    case SIGNET_BATCH_READY:
    case SIGNET_BATCH_NEEDS_LOOK:
    case SIGNET_BATCH_WAITING:
    case SIGNET_BATCH_SIGNING:
    default: return g_strdup_printf (_("Look at %s"), name);
    }
}

static void
show_act (SignetBatchRow *self,
          const Look     *look,
          const char     *name)
{
  gboolean emphasized = look->signal == RETRY || look->signal == UNLOCK || signet_batch_file_get_state (self->file) == SIGNET_BATCH_NEEDS_LOOK;
  g_autofree char *spoken = dup_spoken (signet_batch_file_get_state (self->file), name);

  gtk_widget_set_visible (GTK_WIDGET (self->act), look->act != NULL);
  gtk_widget_set_sensitive (GTK_WIDGET (self->act), !self->busy || look->signal == OPEN);
  if (look->act == NULL)
    return;
  gtk_button_set_label (self->act, _(look->act));
  signet_ui_set_spoken_name (GTK_WIDGET (self->act), spoken);
  if (emphasized)
    gtk_widget_remove_css_class (GTK_WIDGET (self->act), "flat");
  else
    gtk_widget_add_css_class (GTK_WIDGET (self->act), "flat");
}

/* the one function that makes the row fit its file */
static void
update (SignetBatchRow *self)
{
  const Look *look = &looks[signet_batch_file_get_state (self->file)];
  g_autofree char *name = signet_ui_display_name (signet_batch_file_get_path (self->file));
  g_autofree char *words = signet_batch_file_dup_words (self->file);
  g_autofree char *safe = signet_text_sanitize (words, -1, 400);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), name);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self), safe);
  show_state (self, look);
  show_act (self, look, name);
}

void
signet_batch_row_set_busy (SignetBatchRow *self,
                           gboolean        busy)
{
  if (self->busy == busy)
    return;
  self->busy = busy;
  update (self);
}

SignetBatchFile *
signet_batch_row_get_file (SignetBatchRow *self)
{
  return self->file;
}

static void
on_act_cb (SignetBatchRow *self)
{
  g_signal_emit (self, signals[looks[signet_batch_file_get_state (self->file)].signal], 0);
}

static void
signet_batch_row_dispose (GObject *object)
{
  g_clear_object (&SIGNET_BATCH_ROW (object)->file);
  G_OBJECT_CLASS (signet_batch_row_parent_class)->dispose (object);
}

static void
signet_batch_row_class_init (SignetBatchRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = signet_batch_row_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/signet/Signet/sign/signet-batch-row.ui");
  gtk_widget_class_bind_template_child (widget_class, SignetBatchRow, states);
  gtk_widget_class_bind_template_child (widget_class, SignetBatchRow, icon);
  gtk_widget_class_bind_template_child (widget_class, SignetBatchRow, spinner);
  gtk_widget_class_bind_template_child (widget_class, SignetBatchRow, word);
  gtk_widget_class_bind_template_child (widget_class, SignetBatchRow, act);
  gtk_widget_class_bind_template_callback (widget_class, on_act_cb);
  signals[LOOK] = g_signal_new ("look", SIGNET_TYPE_BATCH_ROW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[RETRY] = g_signal_new ("retry", SIGNET_TYPE_BATCH_ROW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[UNLOCK] = g_signal_new ("unlock", SIGNET_TYPE_BATCH_ROW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[OPEN] = g_signal_new ("open", SIGNET_TYPE_BATCH_ROW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
signet_batch_row_init (SignetBatchRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

SignetBatchRow *
signet_batch_row_new (SignetBatchFile *file)
{
  SignetBatchRow *self = g_object_new (SIGNET_TYPE_BATCH_ROW, NULL);
  const char *path = signet_batch_file_get_path (file);
  g_autofree char *whole = g_filename_display_name (path);
  g_autofree char *safe = signet_text_sanitize (whole, -1, 0);

  self->file = g_object_ref (file);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self), safe);
  g_signal_connect_object (file, "changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
  return self;
}
