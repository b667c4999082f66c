/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-batch-view.c: the list of many files with what concerns all of them, one of them looked at, and what is chosen. The batch knows; this shows
 * and passes on. Many files tell of themselves at once: the page is made to fit once for all of them. Main thread.
 */
#define G_LOG_DOMAIN "signet-batch-view"

#include "config.h"

#include <glib/gi18n.h>

#include "signet-batch-view.h"
#include "signet-batch-look.h"
#include "signet-batch-notes.h"
#include "signet-batch-row.h"
#include "signet-batch-unlock.h"
#include "signet-batch.h"
#include "signet-format-group.h"
#include "signet-key-list.h"
#include "signet-mark-group.h"
#include "signet-sign-later.h"
#include "../common/signet-ui.h"
#include "../pin/signet-desktop-interaction.h"
#include "../../core/base/signet-base-error.h"

struct _SignetBatchView {
  AdwBin parent_instance;

  SignetDesktop     *desktop;     /* (owned) (nullable) */
  SignetBatch       *batch;       /* (owned) (nullable) */
  GError            *end;         /* (owned) (nullable): why the last run ended before its time */
  guint              update_idle;
  guint              n_run;       /* documents of this run */
  gboolean           begun;       /* something was signed or tried: what needs the person rises */
  gboolean           again;       /* run as soon as the retried ones are checked */

  GtkStack          *stack;
  GtkLabel          *title;
  GtkLabel          *counts;
  GtkWidget         *add;
  GtkProgressBar    *progress;
  GtkBox            *notes;
  GtkListBox        *list;
  GtkLabel          *certificate;
  GtkWidget         *change;
  GtkWidget         *folder;
  GtkWidget         *retry;
  GtkWidget         *stop;
  GtkWidget         *next;
  GtkButton         *sign;
  SignetBatchLook   *look;
  SignetKeyList     *keys;
  SignetFormatGroup *format;
  SignetMarkGroup   *mark;
  SignetMarkChoice  *choice;      /* (owned): of the mark of all */
  GtkWidget         *done;
};

G_DEFINE_FINAL_TYPE (SignetBatchView, signet_batch_view, ADW_TYPE_BIN)

static guint next_signal;

static void run (SignetBatchView *self);

/* --- what the page says -------------------------------------------------------------------------------------------------- */

static guint
count (SignetBatchView  *self,
       SignetBatchState  state)
{
  return signet_batch_count (self->batch, state);
}

static guint
count_looked (SignetBatchView *self)
{
  GPtrArray *files = signet_batch_get_files (self->batch);
  guint n = 0;

  for (guint i = 0; i < files->len; i++)
    n += signet_batch_file_get_looked (g_ptr_array_index (files, i)) != SIGNET_TIME_UNKNOWN;
  return n;
}

/* "12 can be signed · you have looked at 3" */
static char *
dup_counts_before (SignetBatchView *self)
{
  guint n = count (self, SIGNET_BATCH_READY) + count (self, SIGNET_BATCH_NEEDS_LOOK);
  guint n_looked = count_looked (self);
  g_autofree char *can = g_strdup_printf (ngettext ("%u can be signed", "%u can be signed", n), n);
  g_autofree char *looked = g_strdup_printf (ngettext ("you have looked at %u", "you have looked at %u", n_looked), n_looked);

  if (signet_batch_is_looking (self->batch))
    return g_strdup_printf ("%s · %s", can, _("checking the others"));
  return g_strdup_printf ("%s · %s", can, looked);
}

/* "1 failed · 1 needs a look" */
static char *
dup_counts_after (SignetBatchView *self)
{
  guint n_failed = count (self, SIGNET_BATCH_FAILED);
  guint n_look = count (self, SIGNET_BATCH_NEEDS_LOOK);
  guint n_out = count (self, SIGNET_BATCH_LEFT_OUT);
  g_autofree char *failed = g_strdup_printf (ngettext ("%u failed", "%u failed", n_failed), n_failed);
  g_autofree char *look = g_strdup_printf (ngettext ("%u needs a look", "%u need a look", n_look), n_look);
  g_autofree char *out = g_strdup_printf (ngettext ("%u left out", "%u left out", n_out), n_out);
  guint n_locked = count (self, SIGNET_BATCH_LOCKED);
  g_autofree char *locked = g_strdup_printf (ngettext ("%u needs a password", "%u need a password", n_locked), n_locked);
  const char *parts[5] = { NULL };
  guint n = 0;

  if (n_failed > 0)
    parts[n++] = failed;
  if (n_look > 0)
    parts[n++] = look;
  if (n_locked > 0)
    parts[n++] = locked;
  if (n_out > 0)
    parts[n++] = out;
  return g_strjoinv (" · ", (char **) parts);
}

static void
show_title (SignetBatchView *self)
{
  guint n = signet_batch_get_files (self->batch)->len;
  guint n_signed = count (self, SIGNET_BATCH_SIGNED);
  guint n_all = n_signed + count (self, SIGNET_BATCH_READY) + count (self, SIGNET_BATCH_WAITING) + count (self, SIGNET_BATCH_SIGNING) +
                count (self, SIGNET_BATCH_FAILED);
  /* translators: so many documents of so many are signed */
  g_autofree char *progress = g_strdup_printf (_("%u of %u Signed"), n_signed, n_all);
  g_autofree char *documents = g_strdup_printf (ngettext ("%u Document", "%u Documents", n), n);
  g_autofree char *counts = self->begun ? dup_counts_after (self) : dup_counts_before (self);

  gtk_label_set_label (self->title, self->begun ? progress : documents);
  gtk_label_set_label (self->counts, counts);
  gtk_widget_set_visible (GTK_WIDGET (self->counts), *counts != '\0');
  gtk_widget_set_visible (GTK_WIDGET (self->progress), signet_batch_is_running (self->batch));
  gtk_progress_bar_set_fraction (self->progress, n_all > 0 ? (double) n_signed / n_all : 0);
}

static void
show_certificate (SignetBatchView *self)
{
  SignetTokenKey *key = signet_batch_get_key (self->batch);
  SignetCertificate *certificate = key != NULL ? signet_token_key_get_certificate (key) : NULL;
  g_autofree char *words = certificate != NULL ? g_strdup_printf ("%s · %s", signet_certificate_get_holder (certificate),
                                                                  signet_certificate_get_authority (certificate)) : NULL;

  gtk_label_set_label (self->certificate, words != NULL ? words : _("No certificate"));
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->certificate), words);
}

/* at most one of them is suggested: what most people do next */
static void
show_buttons (SignetBatchView *self)
{
  gboolean running = signet_batch_is_running (self->batch);
  guint n = count (self, SIGNET_BATCH_READY);
  guint n_signed = count (self, SIGNET_BATCH_SIGNED);
  /* translators: the main button; it counts what will be signed */
  g_autofree char *label = g_strdup_printf (ngettext ("_Sign %u Document…", "_Sign %u Documents…", n), n);
  gboolean over = n == 0 && n_signed > 0 && !running;

  gtk_button_set_label (self->sign, n > 0 ? label : _("_Sign…"));
  gtk_widget_set_visible (GTK_WIDGET (self->sign), !running && !over);
  gtk_widget_set_sensitive (GTK_WIDGET (self->sign), n > 0 && !signet_batch_is_looking (self->batch) && signet_batch_get_key (self->batch) != NULL);
  gtk_widget_set_visible (self->change, !running && !over);
  gtk_widget_set_visible (self->add, !running);
  gtk_widget_set_visible (self->stop, running);
  gtk_widget_set_visible (self->retry, !running && count (self, SIGNET_BATCH_FAILED) > 1);
  gtk_widget_set_visible (self->folder, !running && n_signed > 0);
  gtk_widget_set_visible (self->next, over);
}

static void
show_rows (SignetBatchView *self)
{
  GtkListBoxRow *row;

  for (int i = 0; (row = gtk_list_box_get_row_at_index (self->list, i)) != NULL; i++)
    signet_batch_row_set_busy (SIGNET_BATCH_ROW (row), signet_batch_is_running (self->batch));
  gtk_list_box_invalidate_sort (self->list);
}

/* the one function that makes the page fit the batch */
static void
update (SignetBatchView *self)
{
  g_clear_handle_id (&self->update_idle, g_source_remove);
  if (self->batch == NULL)
    return;
  show_title (self);
  show_certificate (self);
  signet_batch_notes_show (self->notes, self->batch, self->end);
  show_rows (self);
  show_buttons (self);
}

static gboolean
on_idle_cb (gpointer data)
{
  SignetBatchView *self = data;

  self->update_idle = 0;
  update (self);
  if (self->again && self->batch != NULL && !signet_batch_is_looking (self->batch) && !signet_batch_is_running (self->batch))
    run (self);
  return G_SOURCE_REMOVE;
}

static void
on_changed_cb (SignetBatchView *self)
{
  if (self->update_idle == 0)
    self->update_idle = g_idle_add (on_idle_cb, self);
}

/* --- the rows ------------------------------------------------------------------------------------------------------------ */

/* once it has begun, what needs the person stands first, then what is at work */
static int
rank (SignetBatchView *self,
      GtkListBoxRow   *row)
{
  if (!self->begun)
    return 0;
  switch (signet_batch_file_get_state (signet_batch_row_get_file (SIGNET_BATCH_ROW (row))))
    {
    case SIGNET_BATCH_NEEDS_LOOK:
    case SIGNET_BATCH_LOCKED: return 0;
    case SIGNET_BATCH_FAILED: return 1;
    case SIGNET_BATCH_SIGNING: return 2;
    case SIGNET_BATCH_LOOKING:
    case SIGNET_BATCH_READY:
    case SIGNET_BATCH_LEFT_OUT:
    case SIGNET_BATCH_WAITING:
    case SIGNET_BATCH_SIGNED:
    default: return 3;
    }
}

static int
number (GtkListBoxRow *row)
{
  return GPOINTER_TO_INT (g_object_get_data (G_OBJECT (row), "number"));
}

static int
compare_rows (GtkListBoxRow *one,
              GtkListBoxRow *other,
              gpointer       data)
{
  int by_rank = rank (data, one) - rank (data, other);

  return by_rank != 0 ? by_rank : number (one) - number (other);
}

/* the next in the order of the list that can be seen and was not yet; (nullable) */
static SignetBatchFile *
find_next (SignetBatchView *self,
           SignetBatchFile *after)
{
  GPtrArray *files = signet_batch_get_files (self->batch);
  guint at = 0;

  if (!g_ptr_array_find (files, after, &at))
    return NULL;
  for (guint i = at + 1; i < files->len; i++)
    {
      SignetBatchFile *file = g_ptr_array_index (files, i);
      SignetBatchState state = signet_batch_file_get_state (file);

      if (signet_batch_file_get_looked (file) == SIGNET_TIME_UNKNOWN && (state == SIGNET_BATCH_READY || state == SIGNET_BATCH_NEEDS_LOOK))
        return file;
    }
  return NULL;
}

/* what is shown is what will be signed: the same descriptor */
static void
look_at (SignetBatchView *self,
         SignetBatchFile *file)
{
  if (signet_batch_file_get_file (file) == NULL)
    {
      signet_ui_tell_error (GTK_WIDGET (self), signet_batch_file_get_error (file));
      return;
    }
  signet_batch_file_note_look (file, signet_desktop_now (self->desktop));
  signet_batch_look_set (self->look, file, find_next (self, file) != NULL);
  gtk_stack_set_visible_child_name (self->stack, "look");
  on_changed_cb (self);
}

static void
on_look_cb (SignetBatchRow  *row,
            SignetBatchView *self)
{
  look_at (self, signet_batch_row_get_file (row));
}

static void
on_look_next_cb (SignetBatchView *self)
{
  SignetBatchFile *next = find_next (self, signet_batch_look_get_file (self->look));

  if (next != NULL)
    look_at (self, next);
}

static void
on_open_cb (SignetBatchRow  *row,
            SignetBatchView *self)
{
  signet_ui_open_file (GTK_WIDGET (self), signet_batch_file_get_result (signet_batch_row_get_file (row)));
}

static void
on_unlock_cb (SignetBatchRow  *row,
              SignetBatchView *self)
{
  signet_batch_unlock (self->batch, signet_batch_row_get_file (row), GTK_WIDGET (self));
}

static void
show_list (SignetBatchView *self)
{
  signet_batch_look_set (self->look, NULL, FALSE);
  gtk_stack_set_visible_child_name (self->stack, "list");
  gtk_widget_grab_focus (GTK_WIDGET (self->sign));
  on_changed_cb (self);
}

/* --- again what failed --------------------------------------------------------------------------------------------------- */

static gboolean
wants_folder (SignetBatchFile *file)
{
  const GError *error = signet_batch_file_get_error (file);

  return g_error_matches (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_CANNOT_WRITE) ||
         g_error_matches (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_NO_SPACE);
}

/* @one: (nullable): that one; all that failed. @folder: (nullable) */
static void
retry (SignetBatchView *self,
       SignetBatchFile *one,
       const char      *folder)
{
  GPtrArray *files = signet_batch_get_files (self->batch);

  self->again = TRUE;
  for (guint i = 0; i < files->len; i++)
    {
      SignetBatchFile *file = g_ptr_array_index (files, i);

      if (signet_batch_file_get_state (file) == SIGNET_BATCH_FAILED && (one == NULL || one == file))
        signet_batch_retry (self->batch, file, wants_folder (file) ? folder : NULL);
    }
}

static void
on_folder_chosen_cb (GtkNativeDialog *dialog,
                     int              response,
                     SignetBatchView *self)
{
  g_autoptr(GFile) folder = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));

  if (response == GTK_RESPONSE_ACCEPT && folder != NULL && g_file_peek_path (folder) != NULL)
    retry (self, g_object_get_data (G_OBJECT (dialog), "file"), g_file_peek_path (folder));
  gtk_native_dialog_destroy (dialog);
}

/* @one: (nullable): all that failed */
static void
ask_folder (SignetBatchView *self,
            SignetBatchFile *one)
{
  GtkFileChooserNative *dialog = gtk_file_chooser_native_new (_("Folder for the Signed Files"), signet_ui_get_window (GTK_WIDGET (self)),
                                                              GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER, _("_Choose"), _("_Cancel"));

  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  if (one != NULL)
    g_object_set_data_full (G_OBJECT (dialog), "file", g_object_ref (one), g_object_unref);
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_folder_chosen_cb), self, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

/* only what is missing is asked for: another folder where the first cannot be written to */
static void
on_retry_cb (SignetBatchRow  *row,
             SignetBatchView *self)
{
  SignetBatchFile *file = signet_batch_row_get_file (row);

  if (wants_folder (file))
    ask_folder (self, file);
  else
    retry (self, file, NULL);
}

static void
on_retry_all_cb (SignetBatchView *self)
{
  GPtrArray *files = signet_batch_get_files (self->batch);

  for (guint i = 0; i < files->len; i++)
    if (signet_batch_file_get_state (g_ptr_array_index (files, i)) == SIGNET_BATCH_FAILED && wants_folder (g_ptr_array_index (files, i)))
      {
        ask_folder (self, NULL);
        return;
      }
  retry (self, NULL, NULL);
}

/* --- the act ------------------------------------------------------------------------------------------------------------- */

static void
run (SignetBatchView *self)
{
  g_autoptr(SignetDesktopInteraction) interaction = NULL;

  self->again = FALSE;
  if (count (self, SIGNET_BATCH_READY) == 0)
    return;
  g_clear_error (&self->end);
  self->begun = TRUE;
  interaction = signet_desktop_interaction_new (GTK_WIDGET (self));
  signet_batch_run (self->batch, SIGNET_INTERACTION (interaction));
}

static void
on_sign_cb (SignetBatchView *self)
{
  run (self);
}

static void
on_stop_cb (SignetBatchView *self)
{
  signet_batch_stop (self->batch);
}

static void
on_later_response_cb (SignetBatchView *self,
                      const char      *response)
{
  gboolean later = g_str_equal (response, "later");

  if (self->batch == NULL || signet_batch_is_running (self->batch) || (!later && !g_str_equal (response, "again")))
    return;
  if (later)
    signet_batch_set_or_later (self->batch, TRUE);
  self->again = TRUE;
  on_changed_cb (self);
}

/* once for all of them; nothing of those that wait was signed */
static void
offer_later (SignetBatchView *self,
             const GError    *error)
{
  AdwMessageDialog *dialog = signet_sign_later_new_dialog_for_many (GTK_WIDGET (self), error, count (self, SIGNET_BATCH_READY));

  g_signal_connect_object (dialog, "response", G_CALLBACK (on_later_response_cb), self, G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (dialog));
}

/* a cancelled PIN is the person's own word: nothing happened, and nothing is told */
static void
on_ended_cb (SignetBatchView *self,
             const GError    *error)
{
  g_clear_error (&self->end);
  if (error != NULL)
    self->end = g_error_copy (error);
  if (count (self, SIGNET_BATCH_SIGNED) == 0 && count (self, SIGNET_BATCH_FAILED) == 0)
    {
      self->begun = FALSE;
      if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        g_clear_error (&self->end);
    }
  if (error != NULL && error->domain == SIGNET_EVIDENCE_ERROR)
    offer_later (self, error);
  on_changed_cb (self);
}

static void
on_folder_cb (SignetBatchView *self)
{
  GPtrArray *files = signet_batch_get_files (self->batch);

  for (guint i = files->len; i > 0; i--)
    if (signet_batch_file_get_result (g_ptr_array_index (files, i - 1)) != NULL)
      {
        signet_ui_show_in_folder (GTK_WIDGET (self), signet_batch_file_get_result (g_ptr_array_index (files, i - 1)));
        return;
      }
}

static void
on_next_cb (SignetBatchView *self)
{
  g_signal_emit (self, next_signal, 0);
}

/* --- what is chosen ------------------------------------------------------------------------------------------------------ */

/* (transfer full): what is in both; @common: (nullable) (transfer full): nothing was there before, and so all of @other is */
static char **
intersect (char              **common,
           const char *const  *other)
{
  g_autoptr(GStrvBuilder) both = g_strv_builder_new ();

  for (guint i = 0; other[i] != NULL; i++)
    if (common == NULL || g_strv_contains ((const char *const *) common, other[i]))
      g_strv_builder_add (both, other[i]);
  g_strfreev (common);
  return g_strv_builder_end (both);
}

static gboolean
has_pages (SignetBatchView *self)
{
  GPtrArray *files = signet_batch_get_files (self->batch);

  for (guint i = 0; i < files->len; i++)
    if (signet_batch_file_has_pages (g_ptr_array_index (files, i)))
      return TRUE;
  return FALSE;
}

/* formats and levels that every one of them can have, the usual format of each before them; no other format than that of PDF shows anything on a page */
static void
show_formats (SignetBatchView *self)
{
  GPtrArray *files = signet_batch_get_files (self->batch);
  const char *chosen = signet_format_group_get_format (self->format);
  g_auto(GStrv) common = NULL;
  g_auto(GStrv) levels = NULL;

  for (guint i = 0; i < files->len; i++)
    {
      SignetDocumentFile *file = signet_batch_file_get_file (g_ptr_array_index (files, i));
      g_auto(GStrv) formats = file != NULL ? signet_signing_list_formats (file) : NULL;
      g_auto(GStrv) own = NULL;

      if (formats == NULL)
        continue;
      own = signet_signing_list_levels (chosen != NULL ? chosen : formats[0]);
      common = intersect (common, (const char *const *) formats);
      levels = intersect (levels, (const char *const *) own);
    }
  signet_format_group_set_formats (self->format, (const char *const *) common, TRUE);
  signet_format_group_set_levels (self->format, (const char *const *) levels);
  signet_mark_group_set_for_many (self->mark, has_pages (self) && (chosen == NULL || g_str_equal (chosen, "pades")));
}

static void
on_mark_cb (SignetBatchView *self)
{
  g_autoptr(SignetMarkPlan) plan = signet_mark_choice_dup_plan (self->choice);

  if (self->batch != NULL && !signet_batch_is_running (self->batch))
    signet_batch_set_mark (self->batch, plan);
}

static void
on_chosen_cb (SignetBatchView *self)
{
  if (self->desktop == NULL || self->batch == NULL || signet_batch_is_running (self->batch))
    return;
  show_formats (self);
  signet_mark_choice_set_key (self->choice, signet_key_list_get_key (self->keys), signet_core_get_clock (signet_desktop_get_core (self->desktop)));
  signet_batch_choose (self->batch, signet_key_list_get_key (self->keys), signet_format_group_get_format (self->format),
                       signet_format_group_get_level (self->format));
  on_changed_cb (self);
}

static void
on_change_cb (SignetBatchView *self)
{
  show_formats (self);
  gtk_stack_set_visible_child_name (self->stack, "options");
  gtk_widget_child_focus (gtk_stack_get_visible_child (self->stack), GTK_DIR_TAB_FORWARD);
}

/* --- files come and go --------------------------------------------------------------------------------------------------- */

static void
append_row (SignetBatchView *self,
            SignetBatchFile *file,
            int              at)
{
  GtkWidget *row = GTK_WIDGET (signet_batch_row_new (file));

  g_object_set_data (G_OBJECT (row), "number", GINT_TO_POINTER (at));
  g_signal_connect_object (row, "look", G_CALLBACK (on_look_cb), self, 0);
  g_signal_connect_object (row, "retry", G_CALLBACK (on_retry_cb), self, 0);
  g_signal_connect_object (row, "open", G_CALLBACK (on_open_cb), self, 0);
  g_signal_connect_object (row, "unlock", G_CALLBACK (on_unlock_cb), self, 0);
  gtk_list_box_append (self->list, row);
}

static void
on_files_changed_cb (SignetBatchView *self)
{
  GPtrArray *files = signet_batch_get_files (self->batch);
  int n = 0;

  while (gtk_list_box_get_row_at_index (self->list, n) != NULL)
    n++;
  for (guint i = (guint) n; i < files->len; i++)
    append_row (self, g_ptr_array_index (files, i), (int) i);
}

void
signet_batch_view_clear (SignetBatchView *self)
{
  if (self->batch == NULL)
    return;
  signet_batch_stop (self->batch);
  g_signal_handlers_disconnect_by_data (self->batch, self);
  g_clear_object (&self->batch);
  g_clear_error (&self->end);
  self->begun = FALSE;
  self->again = FALSE;
  signet_batch_look_set (self->look, NULL, FALSE);
  signet_mark_choice_show_on (self->choice, NULL, NULL);
  signet_mark_choice_take_mark (self->choice, NULL);
  signet_mark_choice_set_in_fields (self->choice, FALSE);
  signet_mark_group_start_anew (self->mark);
  signet_ui_clear_list (self->list);
}

static void
ensure_batch (SignetBatchView *self)
{
  if (self->batch != NULL)
    return;
  self->batch = signet_batch_new (self->desktop);
  g_signal_connect_object (self->batch, "changed", G_CALLBACK (on_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->batch, "files-changed", G_CALLBACK (on_files_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->batch, "ended", G_CALLBACK (on_ended_cb), self, G_CONNECT_SWAPPED);
  signet_batch_choose (self->batch, signet_key_list_get_key (self->keys), NULL, "b");
  gtk_stack_set_visible_child_name (self->stack, "list");
}

void
signet_batch_view_add (SignetBatchView *self,
                       GPtrArray       *files)
{
  ensure_batch (self);
  if (signet_batch_is_running (self->batch))
    return;
  signet_batch_add (self->batch, files);
  update (self);
}

gboolean
signet_batch_view_is_running (SignetBatchView *self)
{
  return self->batch != NULL && signet_batch_is_running (self->batch);
}

gboolean
signet_batch_view_go_back (SignetBatchView *self)
{
  if (g_strcmp0 (gtk_stack_get_visible_child_name (self->stack), "list") == 0)
    return FALSE;
  show_list (self);
  return TRUE;
}

void
signet_batch_view_activate (SignetBatchView *self)
{
  const char *shown = gtk_stack_get_visible_child_name (self->stack);

  if (g_strcmp0 (shown, "look") == 0)
    signet_batch_look_activate (self->look);
  else if (g_strcmp0 (shown, "options") == 0)
    show_list (self);
  else if (gtk_widget_get_visible (self->next))
    on_next_cb (self);
  else if (gtk_widget_get_visible (GTK_WIDGET (self->sign)) && gtk_widget_get_sensitive (GTK_WIDGET (self->sign)))
    run (self);
}

void
signet_batch_view_set_desktop (SignetBatchView *self,
                               SignetDesktop   *desktop)
{
  self->desktop = g_object_ref (desktop);
  signet_key_list_set_desktop (self->keys, desktop);
}

/* --- life ---------------------------------------------------------------------------------------------------------------- */

static void
signet_batch_view_dispose (GObject *object)
{
  SignetBatchView *self = SIGNET_BATCH_VIEW (object);

  g_clear_handle_id (&self->update_idle, g_source_remove);
  if (self->batch != NULL)
    signet_batch_stop (self->batch);
  g_clear_object (&self->batch);
  g_clear_object (&self->choice);
  g_clear_error (&self->end);
  g_clear_object (&self->desktop);
  G_OBJECT_CLASS (signet_batch_view_parent_class)->dispose (object);
}

static void
bind_children (GtkWidgetClass *widget_class)
{
  gtk_widget_class_bind_template_child (widget_class, SignetBatchView, stack);
  gtk_widget_class_bind_template_child (widget_class, SignetBatchView, title);
  gtk_widget_class_bind_template_child (widget_class, SignetBatchView, counts);
  gtk_widget_class_bind_template_child (widget_class, SignetBatchView, add);
  gtk_widget_class_bind_template_child (widget_class, SignetBatchView, progress);
  gtk_widget_class_bind_template_child (widget_class, SignetBatchView, notes);
  gtk_widget_class_bind_template_child (widget_class, SignetBatchView, list);
  gtk_widget_class_bind_template_child (widget_class, SignetBatchView, certificate);
  gtk_widget_class_bind_template_child (widget_class, SignetBatchView, change);
  gtk_widget_class_bind_template_child (widget_class, SignetBatchView, folder);
  gtk_widget_class_bind_template_child (widget_class, SignetBatchView, retry);
  gtk_widget_class_bind_template_child (widget_class, SignetBatchView, stop);
  gtk_widget_class_bind_template_child (widget_class, SignetBatchView, next);
  gtk_widget_class_bind_template_child (widget_class, SignetBatchView, sign);
  gtk_widget_class_bind_template_child (widget_class, SignetBatchView, look);
  gtk_widget_class_bind_template_child (widget_class, SignetBatchView, keys);
  gtk_widget_class_bind_template_child (widget_class, SignetBatchView, format);
  gtk_widget_class_bind_template_child (widget_class, SignetBatchView, mark);
  gtk_widget_class_bind_template_child (widget_class, SignetBatchView, done);
}

static void
signet_batch_view_class_init (SignetBatchViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = signet_batch_view_dispose;
  g_type_ensure (SIGNET_TYPE_BATCH_LOOK);
  g_type_ensure (SIGNET_TYPE_KEY_LIST);
  g_type_ensure (SIGNET_TYPE_FORMAT_GROUP);
  g_type_ensure (SIGNET_TYPE_MARK_GROUP);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/signet/Signet/sign/signet-batch-view.ui");
  bind_children (widget_class);
  gtk_widget_class_bind_template_callback (widget_class, on_change_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_folder_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_retry_all_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_stop_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_next_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_sign_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_look_next_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_chosen_cb);
  gtk_widget_class_bind_template_callback (widget_class, show_list);
  next_signal = g_signal_new ("next", SIGNET_TYPE_BATCH_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
signet_batch_view_init (SignetBatchView *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_list_box_set_sort_func (self->list, compare_rows, self, NULL);
  self->choice = signet_mark_choice_new_for_many ();
  signet_mark_group_set_choice (self->mark, self->choice);
  signet_batch_look_set_mark_choice (self->look, self->choice);
  g_signal_connect_object (self->choice, "changed", G_CALLBACK (on_mark_cb), self, G_CONNECT_SWAPPED);
}
