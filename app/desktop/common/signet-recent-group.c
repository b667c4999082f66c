/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-recent-group.c: reads the journal on a thread and shows the last files. Main thread, except read_in_thread. */
#define G_LOG_DOMAIN "signet-recent-group"

#include "config.h"

#include <glib/gi18n.h>

#include "signet-recent-group.h"
#include "signet-ui.h"
#include "../../core/face/signet-words.h"

#define MOST_ENTRIES 60
#define MOST_ROWS 5

struct _SignetRecentGroup {
  AdwPreferencesGroup parent_instance;

  SignetDesktop *desktop; /* (owned) (nullable) */
  GtkListBox    *list;
};

G_DEFINE_FINAL_TYPE (SignetRecentGroup, signet_recent_group, ADW_TYPE_PREFERENCES_GROUP)

static void
on_row_activated_cb (SignetRecentGroup *self,
                     GtkListBoxRow     *row)
{
  const char *path = g_object_get_data (G_OBJECT (row), "path");

  gtk_widget_activate_action (GTK_WIDGET (self), "win.verify-file", "^ay", path);
}

static GtkWidget *
new_row (const SignetJournalEntry *entry)
{
  gboolean there = g_file_test (entry->path, G_FILE_TEST_EXISTS);
  gboolean is_signed = g_strcmp0 (entry->act, "signed") == 0;
  g_autofree char *name = signet_ui_display_name (entry->path);
  g_autofree char *when = signet_words_date_time (entry->time);
  GtkWidget *row = signet_ui_new_row (name, when);
  GtkWidget *word = gtk_label_new (!there ? _("No longer there") : is_signed ? _("Signed") : _("Verified"));

  adw_action_row_set_title_lines (ADW_ACTION_ROW (row), 1);
  gtk_widget_set_tooltip_text (row, name);
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), gtk_image_new_from_icon_name ("x-office-document-symbolic"));
  if (there && is_signed)
    adw_action_row_add_suffix (ADW_ACTION_ROW (row), signet_state_image_new (SIGNET_STATE_OK));
  gtk_widget_add_css_class (word, "dim-label");
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), word);
  g_object_set_data_full (G_OBJECT (row), "path", g_strdup (entry->path), g_free);
  if (there)
    signet_ui_add_next_arrow (row);
  return row;
}

static gboolean
is_about_file (const SignetJournalEntry *entry)
{
  return entry->path != NULL && (g_strcmp0 (entry->act, "signed") == 0 || g_strcmp0 (entry->act, "verified") == 0);
}

/* a file that was signed and looked at since is still, first of all, signed */
static const SignetJournalEntry *
find_most_telling (GPtrArray                *entries,
                   guint                     from,
                   const SignetJournalEntry *entry)
{
  for (guint i = from; i < entries->len; i++)
    {
      const SignetJournalEntry *older = g_ptr_array_index (entries, i);

      if (is_about_file (older) && g_str_equal (older->path, entry->path) && g_str_equal (older->act, "signed"))
        return older;
    }
  return entry;
}

static void
update (SignetRecentGroup *self,
        GPtrArray         *entries)
{
  g_autoptr(GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  signet_ui_clear_list (self->list);
  for (guint i = 0; i < entries->len && g_hash_table_size (seen) < MOST_ROWS; i++)
    {
      const SignetJournalEntry *entry = g_ptr_array_index (entries, i);

      if (is_about_file (entry) && g_hash_table_add (seen, entry->path))
        gtk_list_box_append (self->list, new_row (find_most_telling (entries, i, entry)));
    }
  gtk_widget_set_visible (GTK_WIDGET (self), g_hash_table_size (seen) > 0);
}

static void
read_in_thread (GTask        *task,
                gpointer      source,
                gpointer      data,
                GCancellable *cancellable)
{
  g_autoptr(GError) error = NULL;
  SignetJournal *journal = signet_core_get_journal (data, &error);
  GPtrArray *entries = journal != NULL ? signet_journal_list (journal, MOST_ENTRIES, &error) : NULL;

  if (entries != NULL)
    g_task_return_pointer (task, entries, (GDestroyNotify) g_ptr_array_unref);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

static void
on_read_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      data)
{
  SignetRecentGroup *self = SIGNET_RECENT_GROUP (source);
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) entries = g_task_propagate_pointer (G_TASK (result), &error);

  if (entries == NULL)
    g_debug ("the journal cannot be read: %s", error->message);
  else
    update (self, entries);
}

static void
reload (SignetRecentGroup *self)
{
  g_autoptr(GTask) task = g_task_new (self, NULL, on_read_cb, NULL);

  g_task_set_task_data (task, g_object_ref (signet_desktop_get_core (self->desktop)), g_object_unref);
  g_task_run_in_thread (task, read_in_thread);
}

void
signet_recent_group_set_desktop (SignetRecentGroup *self,
                                 SignetDesktop     *desktop)
{
  self->desktop = g_object_ref (desktop);
  g_signal_connect_object (desktop, "changed", G_CALLBACK (reload), self, G_CONNECT_SWAPPED);
  reload (self);
}

static void
signet_recent_group_dispose (GObject *object)
{
  SignetRecentGroup *self = SIGNET_RECENT_GROUP (object);

  g_clear_object (&self->desktop);
  G_OBJECT_CLASS (signet_recent_group_parent_class)->dispose (object);
}

static void
signet_recent_group_class_init (SignetRecentGroupClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = signet_recent_group_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/signet/Signet/common/signet-recent-group.ui");
  gtk_widget_class_bind_template_child (widget_class, SignetRecentGroup, list);
  gtk_widget_class_bind_template_callback (widget_class, on_row_activated_cb);
}

static void
signet_recent_group_init (SignetRecentGroup *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
