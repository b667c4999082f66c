/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-tsa-group.c: lists, adds, removes, moves and asks time-stamp servers. Settings, key ring and network are used on a thread, one act after
 * the other. Main thread, except work() and what it calls.
 */
#define G_LOG_DOMAIN "signet-tsa-group"

#include "config.h"

#include <glib/gi18n.h>

#include "signet-tsa-group.h"
#include "signet-tsa-dialog.h"
#include "../common/signet-job.h"
#include "../common/signet-ui.h"
#include "../../core/base/signet-policy.h"
#include "../../core/face/signet-timestamps.h"
#include "../../core/base/signet-settings.h"
#include "../../core/base/signet-text.h"
#include "../../core/face/signet-words.h"

struct _SignetTsaGroup {
  AdwPreferencesGroup parent_instance;

  SignetDesktop *desktop; /* (owned) (nullable) */
  char         **entries; /* (owned) (nullable): what is listed: "URL" or "URL USER" */
  gboolean       working;
  GtkSpinner    *spinner;
  GtkWidget     *check;
  GtkWidget     *add;
  GtkListBox    *list;
};

G_DEFINE_FINAL_TYPE (SignetTsaGroup, signet_tsa_group, ADW_TYPE_PREFERENCES_GROUP)

typedef enum { LOOK, ADD, REMOVE, MOVE, CHECK } Act;

typedef struct {
  SignetHttp             *http;     /* of the core, which outlives its jobs */
  SignetCore             *core;     /* (owned) */
  Act                     act;
  char                   *url;      /* (owned) (nullable): of ADD, REMOVE, MOVE */
  char                   *user;     /* (owned) (nullable) */
  SignetSecret           *password; /* (owned) (nullable) */
  char                   *client;   /* (owned) (nullable): the certificate it wants to see */
  SignetSecret           *passphrase; /* (owned) (nullable): of that one's file */
  int                     step;     /* of MOVE: -1 is asked earlier */
  const char             *focus;    /* (nullable): what had the focus in the row */
  SignetTimestampServers *servers;  /* (owned) (nullable): afterwards */
  char                  **entries;  /* (owned) (nullable): afterwards */
  GPtrArray              *health;   /* (owned) (nullable) (element-type SignetTimestampHealth): afterwards, of each */
} Work;

static void
work_free (gpointer data)
{
  Work *job = data;

  g_object_unref (job->core);
  g_free (job->url);
  g_free (job->user);
  g_clear_pointer (&job->password, signet_secret_unref);
  g_free (job->client);
  g_clear_pointer (&job->passphrase, signet_secret_unref);
  g_clear_pointer (&job->servers, signet_timestamp_servers_unref);
  g_clear_pointer (&job->health, g_ptr_array_unref);
  g_strfreev (job->entries);
  g_free (job);
}

/* --- on the thread --------------------------------------------------------------------------------------------------- */

static SignetTimestampServers *
new_servers (SignetCore *core,
             char      **entries)
{
  SignetTimestampServers *servers = signet_timestamps_new (core);

  for (guint i = 0; entries[i] != NULL; i++)
    signet_timestamp_servers_add (servers, entries[i]);
  return servers;
}

/* FALSE: somebody else took it off the list meanwhile */
static gboolean
find_server (SignetTimestampServers *servers,
             const char             *url,
             guint                  *index)
{
  guint n = signet_timestamp_servers_get_n (servers);

  for (*index = 0; *index < n; (*index)++)
    if (g_str_equal (signet_timestamp_servers_get_url (servers, *index), url))
      return TRUE;
  return FALSE;
}

static gboolean
save (GPtrArray  *entries,
      GError    **error)
{
  g_ptr_array_add (entries, NULL);
  return signet_settings_set_timestamp_servers ((const char *const *) entries->pdata, error);
}

/* a server whose password or certificate could not be kept would refuse every time: it is not added */
static gboolean
add_server (Work       *job,
            GPtrArray  *entries,
            GError    **error)
{
  g_autofree char *entry = job->user != NULL ? g_strconcat (job->url, " ", job->user, NULL) : g_strdup (job->url);

  if (job->user != NULL && !signet_timestamp_password_keep (job->url, job->user, job->password, error))
    return FALSE;
  if (job->client != NULL && !signet_timestamps_keep_client (job->url, job->client, job->passphrase, error))
    return FALSE;
  g_ptr_array_add (entries, entry);
  return save (entries, error);
}

static gboolean
remove_server (SignetTimestampServers  *servers,
               guint                    index,
               GPtrArray               *entries,
               GError                 **error)
{
  const char *url = signet_timestamp_servers_get_url (servers, index);
  const char *user = signet_timestamp_servers_get_user (servers, index);

  g_ptr_array_remove_index (entries, index);
  if (!save (entries, error))
    return FALSE;
  if (user != NULL)
    signet_timestamp_password_forget (url, user);
  signet_timestamps_forget_client (url);
  signet_timestamp_health_forget (url);
  return TRUE;
}

static gboolean
move_server (guint       index,
             int         step,
             GPtrArray  *entries,
             GError    **error)
{
  int place = (int) index + step;

  if (place < 0 || place >= (int) entries->len)
    return TRUE;
  g_ptr_array_insert (entries, place, g_ptr_array_steal_index (entries, index));
  return save (entries, error);
}

/* what is wrong with one of them is told in its row */
static void
check_servers (Work                   *job,
               SignetTimestampServers *servers,
               GCancellable           *cancellable)
{
  guint n = signet_timestamp_servers_get_n (servers);

  for (guint i = 0; i < n && !g_cancellable_is_cancelled (cancellable); i++)
    {
      g_autoptr(GError) error = NULL;

      if (!signet_timestamp_servers_check (servers, i, job->http, NULL, cancellable, &error))
        g_info ("%s: %s", signet_timestamp_servers_get_url (servers, i), error->message);
    }
}

static gboolean
act (Work               *job,
     SignetInteraction  *interaction,
     GCancellable       *cancellable,
     GError            **error)
{
  g_auto(GStrv) list = signet_settings_dup_timestamp_servers ();
  g_autoptr(SignetTimestampServers) servers = new_servers (job->core, list);
  g_autoptr(GPtrArray) entries = g_ptr_array_new ();
  guint index = 0;

  for (guint i = 0; list[i] != NULL; i++)
    g_ptr_array_add (entries, list[i]);
  signet_timestamp_servers_attend (servers, interaction, FALSE);
  if (job->act == CHECK)
    check_servers (job, servers, cancellable);
  else if (job->act == ADD && !find_server (servers, job->url, &index))
    return add_server (job, entries, error);
  else if (job->act == REMOVE && find_server (servers, job->url, &index))
    return remove_server (servers, index, entries, error);
  else if (job->act == MOVE && find_server (servers, job->url, &index))
    return move_server (index, job->step, entries, error);
  return TRUE;
}

static gboolean
work (gpointer            data,
      SignetInteraction  *interaction,
      GCancellable       *cancellable,
      GError            **error)
{
  Work *job = data;
  gboolean ok = act (job, interaction, cancellable, error);
  guint n;

  job->entries = signet_settings_dup_timestamp_servers ();
  job->servers = new_servers (job->core, job->entries);
  job->health = g_ptr_array_new_with_free_func ((GDestroyNotify) signet_timestamp_health_free);
  n = signet_timestamp_servers_get_n (job->servers);
  for (guint i = 0; i < n; i++)
    g_ptr_array_add (job->health, signet_timestamp_health_read (signet_timestamp_servers_get_url (job->servers, i)));
  return ok;
}

/* --- acts ------------------------------------------------------------------------------------------------------------ */

static void update (SignetTsaGroup *self, const Work *job);

static void
set_working (SignetTsaGroup *self,
             gboolean        working)
{
  self->working = working;
  gtk_spinner_set_spinning (self->spinner, working);
}

static void
on_worked_cb (GtkWidget    *widget,
              gpointer      data,
              const GError *error)
{
  SignetTsaGroup *self = SIGNET_TSA_GROUP (widget);
  Work *job = data;

  set_working (self, FALSE);
  g_strfreev (self->entries);
  self->entries = g_strdupv (job->entries);
  update (self, job);
  signet_ui_tell_error (widget, error);
  if (job->act != LOOK && job->act != CHECK)
    signet_desktop_tell_changed (self->desktop);
}

static Work *
new_work (SignetTsaGroup *self,
          Act             what,
          const char     *url)
{
  Work *job = g_new0 (Work, 1);

  job->core = g_object_ref (signet_desktop_get_core (self->desktop));
  job->http = signet_core_get_http (job->core);
  job->act = what;
  job->url = g_strdup (url);
  return job;
}

/* takes @job */
static void
run (SignetTsaGroup *self,
     Work           *job)
{
  if (self->working)
    {
      work_free (job);
      return;
    }
  set_working (self, TRUE);
  signet_job_run (GTK_WIDGET (self), NULL, work, on_worked_cb, job, work_free);
}

static void
on_check_cb (SignetTsaGroup *self)
{
  run (self, new_work (self, CHECK, NULL));
}

static const char *
get_url (gpointer widget)
{
  return g_object_get_data (G_OBJECT (widget), "url");
}

static void
move (SignetTsaGroup *self,
      const char     *url,
      int             step,
      const char     *focus)
{
  Work *job = new_work (self, MOVE, url);

  job->step = step;
  job->focus = focus;
  run (self, job);
}

static void
on_earlier_cb (GtkButton      *button,
               SignetTsaGroup *self)
{
  move (self, get_url (button), -1, "earlier");
}

static void
on_later_cb (GtkButton      *button,
             SignetTsaGroup *self)
{
  move (self, get_url (button), 1, "later");
}

static void
on_remove_cb (GtkButton      *button,
              SignetTsaGroup *self)
{
  run (self, new_work (self, REMOVE, get_url (button)));
}

/* Alt and an arrow move the row that has the focus */
static gboolean
on_key_cb (SignetTsaGroup  *self,
           guint            key,
           guint            code,
           GdkModifierType  modifiers)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;
  GtkWidget *row = focus != NULL ? gtk_widget_get_ancestor (focus, ADW_TYPE_ACTION_ROW) : NULL;

  if ((modifiers & gtk_accelerator_get_default_mod_mask ()) != GDK_ALT_MASK || (key != GDK_KEY_Up && key != GDK_KEY_Down) || row == NULL ||
      get_url (row) == NULL || signet_policy_is_locked (SIGNET_POLICY_TIMESTAMP_SERVERS))
    return FALSE;
  move (self, get_url (row), key == GDK_KEY_Up ? -1 : 1, "row");
  return TRUE;
}

static void
on_dialog_response_cb (SignetTsaDialog *dialog,
                       const char      *response,
                       SignetTsaGroup  *self)
{
  g_autofree char *url = NULL;
  Work *job;

  if (!g_str_equal (response, "add"))
    return;
  url = signet_tsa_dialog_dup_url (dialog);
  job = new_work (self, ADD, url);
  job->user = signet_tsa_dialog_dup_user (dialog);
  job->password = signet_tsa_dialog_dup_password (dialog);
  job->client = signet_tsa_dialog_dup_client (dialog);
  job->passphrase = signet_tsa_dialog_dup_passphrase (dialog);
  run (self, job);
}

static void
on_add_cb (SignetTsaGroup *self)
{
  g_autoptr(GPtrArray) tokens = signet_desktop_dup_tokens (self->desktop);
  SignetTsaDialog *dialog = signet_tsa_dialog_new (signet_ui_get_window (GTK_WIDGET (self)), (const char *const *) self->entries, tokens);

  g_signal_connect_object (dialog, "response", G_CALLBACK (on_dialog_response_cb), self, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

/* --- the list -------------------------------------------------------------------------------------------------------- */

static void
add_button (SignetTsaGroup *self,
            GtkWidget      *row,
            const char     *what,
            const char     *icon,
            const char     *words,
            gboolean        possible,
            GCallback       callback)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon);

  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_set_tooltip_text (button, words);
  gtk_widget_set_sensitive (button, possible);
  signet_ui_set_spoken_name (button, words);
  g_object_set_data_full (G_OBJECT (button), "url", g_strdup (get_url (row)), g_free);
  g_object_set_data (G_OBJECT (row), what, button);
  g_signal_connect_object (button, "clicked", callback, self, 0);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), button);
}

static void
add_buttons (SignetTsaGroup *self,
             GtkWidget      *row,
             const char     *name,
             guint           index,
             guint           n)
{
  /* translators: %s is the address of a time-stamp server */
  g_autofree char *earlier = g_strdup_printf (_("Ask %s earlier"), name);
  g_autofree char *later = g_strdup_printf (_("Ask %s later"), name);
  g_autofree char *removes = g_strdup_printf (_("Remove %s"), name);

  add_button (self, row, "earlier", "go-up-symbolic", earlier, index > 0, G_CALLBACK (on_earlier_cb));
  add_button (self, row, "later", "go-down-symbolic", later, index + 1 < n, G_CALLBACK (on_later_cb));
  add_button (self, row, "remove", "user-trash-symbolic", removes, TRUE, G_CALLBACK (on_remove_cb));
}

static SignetState
state_of (const SignetTimestampHealth *health)
{
  if (health->failed != SIGNET_TIME_UNKNOWN && (health->answered == SIGNET_TIME_UNKNOWN || health->answered <= health->failed))
    return SIGNET_STATE_WARNING;
  return health->answered != SIGNET_TIME_UNKNOWN ? SIGNET_STATE_OK : SIGNET_STATE_LATER;
}

static char *
dup_subtitle (SignetTsaGroup              *self,
              const char                  *user,
              gboolean                     certificate,
              const SignetTimestampHealth *health)
{
  g_autofree char *did = signet_words_timestamp_health (health, signet_desktop_now (self->desktop));
  g_autofree char *name = user != NULL ? signet_text_sanitize (user, -1, 100) : NULL;
  g_autofree char *as = name != NULL ? g_strdup_printf (_("As %s"), name) : NULL;

  return g_strconcat (as != NULL ? as : "", as != NULL ? "\n" : "", certificate ? _("With a certificate of yours") : "", certificate ? "\n" : "", did, NULL);
}

static GtkWidget *
new_row (SignetTsaGroup *self,
         const Work     *job,
         guint           index)
{
  const SignetTimestampHealth *health = g_ptr_array_index (job->health, index);
  const char *url = signet_timestamp_servers_get_url (job->servers, index);
  g_autofree char *name = signet_text_sanitize (url, -1, 300);
  g_autofree char *subtitle = dup_subtitle (self, signet_timestamp_servers_get_user (job->servers, index),
                                            signet_timestamp_servers_get_client (job->servers, index) != NULL, health);
  g_autofree char *detail = health->detail != NULL && state_of (health) == SIGNET_STATE_WARNING ? signet_text_sanitize (health->detail, -1, 300) : NULL;
  GtkWidget *row = signet_ui_new_state_row (state_of (health), name, subtitle);

  adw_action_row_set_title_lines (ADW_ACTION_ROW (row), 0);
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 0);
  gtk_widget_set_tooltip_text (row, detail);
  g_object_set_data_full (G_OBJECT (row), "url", g_strdup (url), g_free);
  if (!signet_policy_is_locked (SIGNET_POLICY_TIMESTAMP_SERVERS))
    add_buttons (self, row, name, index, job->health->len);
  return row;
}

/* the list was made anew: what was moved keeps the focus */
static void
restore_focus (SignetTsaGroup *self,
               const Work     *job)
{
  GtkListBoxRow *row;

  for (int i = 0; job->focus != NULL && (row = gtk_list_box_get_row_at_index (self->list, i)) != NULL; i++)
    {
      GtkWidget *button = g_object_get_data (G_OBJECT (row), job->focus);

      if (g_strcmp0 (get_url (row), job->url) == 0)
        gtk_widget_grab_focus (button != NULL && gtk_widget_get_sensitive (button) ? button : GTK_WIDGET (row));
    }
}

static void
show_lock (SignetTsaGroup *self)
{
  gtk_widget_set_visible (self->add, FALSE);
  adw_preferences_group_set_description (ADW_PREFERENCES_GROUP (self), _("Set by your administrator: these and no others are asked."));
}

/* the one function that makes the list fit the servers */
static void
update (SignetTsaGroup *self,
        const Work     *job)
{
  signet_ui_clear_list (self->list);
  for (guint i = 0; i < job->health->len; i++)
    gtk_list_box_append (self->list, new_row (self, job, i));
  if (job->health->len == 0)
    gtk_list_box_append (self->list, signet_ui_new_state_row (SIGNET_STATE_LATER, _("None named here"), NULL));
  gtk_widget_set_sensitive (self->check, job->health->len > 0);
  if (signet_policy_is_locked (SIGNET_POLICY_TIMESTAMP_SERVERS))
    show_lock (self);
  restore_focus (self, job);
}

/* --- life ------------------------------------------------------------------------------------------------------------ */

void
signet_tsa_group_set_desktop (SignetTsaGroup *self,
                              SignetDesktop  *desktop)
{
  self->desktop = g_object_ref (desktop);
  run (self, new_work (self, LOOK, NULL));
}

static void
signet_tsa_group_dispose (GObject *object)
{
  SignetTsaGroup *self = SIGNET_TSA_GROUP (object);

  g_clear_object (&self->desktop);
  g_clear_pointer (&self->entries, g_strfreev);
  G_OBJECT_CLASS (signet_tsa_group_parent_class)->dispose (object);
}

static void
signet_tsa_group_class_init (SignetTsaGroupClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = signet_tsa_group_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/signet/Signet/preferences/signet-tsa-group.ui");
  gtk_widget_class_bind_template_child (widget_class, SignetTsaGroup, spinner);
  gtk_widget_class_bind_template_child (widget_class, SignetTsaGroup, check);
  gtk_widget_class_bind_template_child (widget_class, SignetTsaGroup, add);
  gtk_widget_class_bind_template_child (widget_class, SignetTsaGroup, list);
  gtk_widget_class_bind_template_callback (widget_class, on_check_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_add_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_key_cb);
}

static void
signet_tsa_group_init (SignetTsaGroup *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  /* not the only one of its window */
  signet_ui_set_spoken_name (self->add, _("Add a Time Stamp Server"));
}
