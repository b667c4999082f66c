/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-check-list.c: the pre-flight in few lines. Stops and warnings are all shown, of the good ones two. Main thread. */
#define G_LOG_DOMAIN "signet-check-list"

#include "config.h"

#include <glib/gi18n.h>

#include "signet-check-list.h"
#include "../common/signet-short-list.h"
#include "../common/signet-ui.h"
#include "../../core/base/signet-text.h"
#include "../../core/face/signet-words.h"

#define MOST_GOOD 2
#define MOST_LINES 4

struct _SignetCheckList {
  AdwBin parent_instance;

  GPtrArray  *checks; /* (owned) (nullable) */
  char       *note;   /* (owned) (nullable) */
  gboolean    offers; /* to sign without a time-stamp where only that is missing */
  GtkSpinner *spinner;
  GtkWidget  *details;
  GtkBox     *lines;
  GtkLabel   *remedy;
  GtkWidget  *later;
};

G_DEFINE_FINAL_TYPE (SignetCheckList, signet_check_list, ADW_TYPE_BIN)

static guint later_signal;

static SignetState
state_of (const SignetSigningCheck *check)
{
  switch (check->state)
    {
    case SIGNET_CHECK_OK: return SIGNET_STATE_OK;
    case SIGNET_CHECK_WARNING: return SIGNET_STATE_WARNING;
    case SIGNET_CHECK_STOP: return SIGNET_STATE_STOP;
    case SIGNET_CHECK_UNKNOWN:
    default: return SIGNET_STATE_UNKNOWN;
    }
}

/* what to do instead when a check stops; (nullable) */
static const char *
remedy_of (const SignetSigningCheck *check)
{
  const char *code = check->code;

  if (signet_words_check_can_wait (check))
    return _("It can be signed without one: Signet adds the time stamp as soon as a server gives one. Servers are named in Preferences.");
  if (g_str_has_prefix (code, "document-permissions"))
    return _("It cannot be signed. Ask the author for an open copy.");
  if (g_str_has_prefix (code, "document"))
    return _("It cannot be signed as it is. Ask for the file again, or have it saved anew.");
  if (g_str_has_prefix (code, "certificate"))
    return _("Choose another certificate, or get a new one.");
  if (g_str_has_prefix (code, "output"))
    return _("Choose another name or folder under “Save As”.");
  if (g_strcmp0 (check->detail, "content-missing") == 0)
    return _("Choose that file under “Signed Document”.");
  return NULL;
}

static guint
count (GPtrArray        *checks,
       SignetCheckState  state)
{
  guint n = 0;

  for (guint i = 0; i < checks->len; i++)
    if (((SignetSigningCheck *) g_ptr_array_index (checks, i))->state == state)
      n++;
  return n;
}

gboolean
signet_check_list_has_stop (SignetCheckList *self)
{
  return self->checks == NULL || count (self->checks, SIGNET_CHECK_STOP) > 0;
}

static void
clear (SignetCheckList *self)
{
  GtkWidget *line;

  while ((line = gtk_widget_get_first_child (GTK_WIDGET (self->lines))) != NULL)
    gtk_box_remove (self->lines, line);
}

static void
add_rest (SignetCheckList *self,
          guint            n)
{
  /* translators: the last line of the list of checks before signing */
  g_autofree char *words = g_strdup_printf (ngettext ("%u other check passed", "%u other checks passed", n), n);

  gtk_box_append (self->lines, signet_ui_new_state_line (SIGNET_STATE_OK, words));
}

static void
add_checks (SignetCheckList *self)
{
  guint n_good = count (self->checks, SIGNET_CHECK_OK);
  guint n_other = self->checks->len - n_good;
  guint room = n_other >= MOST_LINES - 1 ? 0 : MIN (MOST_GOOD, MOST_LINES - 1 - n_other);
  guint shown = 0;

  if (n_good == room + 1)
    room++;
  for (guint i = 0; i < self->checks->len; i++)
    {
      const SignetSigningCheck *check = g_ptr_array_index (self->checks, i);
      g_autofree char *words = NULL;

      if (check->state == SIGNET_CHECK_OK && shown++ >= room)
        continue;
      words = signet_words_check (check);
      gtk_box_append (self->lines, signet_ui_new_state_line (state_of (check), words));
    }
  if (n_good > room)
    add_rest (self, n_good - room);
}

static const char *
find_remedy (SignetCheckList *self)
{
  for (guint i = 0; self->checks != NULL && i < self->checks->len; i++)
    {
      const SignetSigningCheck *check = g_ptr_array_index (self->checks, i);

      if (check->state == SIGNET_CHECK_STOP)
        return remedy_of (check);
    }
  return NULL;
}

/* the lack of a time-stamp is all that stops */
static gboolean
can_wait (SignetCheckList *self)
{
  gboolean can = FALSE;

  for (guint i = 0; self->checks != NULL && i < self->checks->len; i++)
    can |= signet_words_check_can_wait (g_ptr_array_index (self->checks, i));
  return can && count (self->checks, SIGNET_CHECK_STOP) == 1;
}

/* the one function that makes the list fit the checks */
static void
update (SignetCheckList *self)
{
  const char *remedy = find_remedy (self);

  clear (self);
  if (self->note != NULL)
    gtk_box_append (self->lines, signet_ui_new_state_line (SIGNET_STATE_UNKNOWN, self->note));
  else if (self->checks == NULL)
    gtk_box_append (self->lines, signet_ui_new_state_line (SIGNET_STATE_LATER, _("Checking certificate and document")));
  else
    add_checks (self);
  gtk_spinner_set_spinning (self->spinner, self->checks == NULL && self->note == NULL);
  gtk_widget_set_visible (self->details, self->checks != NULL);
  gtk_label_set_label (self->remedy, remedy != NULL ? remedy : "");
  gtk_widget_set_visible (GTK_WIDGET (self->remedy), remedy != NULL);
  gtk_widget_set_visible (self->later, self->offers && can_wait (self));
}

void
signet_check_list_offer_later (SignetCheckList *self)
{
  self->offers = TRUE;
  update (self);
}

static void
on_later_cb (SignetCheckList *self)
{
  g_signal_emit (self, later_signal, 0);
}

void
signet_check_list_set_checks (SignetCheckList *self,
                              GPtrArray       *checks)
{
  g_clear_pointer (&self->checks, g_ptr_array_unref);
  g_clear_pointer (&self->note, g_free);
  if (checks != NULL)
    self->checks = g_ptr_array_ref (checks);
  update (self);
}

void
signet_check_list_set_note (SignetCheckList *self,
                            const char      *note)
{
  g_clear_pointer (&self->checks, g_ptr_array_unref);
  g_free (self->note);
  self->note = g_strdup (note);
  update (self);
}

/* a code of the core says nothing to a person; a sentence of a library may help whoever helps */
static gboolean
is_code (const char *detail)
{
  return detail == NULL || strchr (detail, ' ') == NULL;
}

static GtkWidget *
new_details_row (const SignetSigningCheck *check)
{
  g_autofree char *words = signet_words_check (check);
  g_autofree char *detail = signet_text_sanitize (is_code (check->detail) ? "" : check->detail, -1, 400);

  return signet_ui_new_state_row (state_of (check), words, detail);
}

static void
on_details_cb (SignetCheckList *self)
{
  GtkWidget *page = adw_preferences_page_new ();
  GtkWidget *group = adw_preferences_group_new ();
  AdwPreferencesWindow *window = g_object_new (ADW_TYPE_PREFERENCES_WINDOW,
                                               "title", _("Before You Sign"), "search-enabled", FALSE, "modal", TRUE,
                                               "transient-for", signet_ui_get_window (GTK_WIDGET (self)),
                                               "default-width", 520, "default-height", 560, NULL);

  for (guint i = 0; i < self->checks->len; i++)
    adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), new_details_row (g_ptr_array_index (self->checks, i)));
  adw_preferences_page_add (ADW_PREFERENCES_PAGE (page), ADW_PREFERENCES_GROUP (group));
  adw_preferences_window_add (window, ADW_PREFERENCES_PAGE (page));
  gtk_window_present (GTK_WINDOW (window));
}

static void
signet_check_list_dispose (GObject *object)
{
  SignetCheckList *self = SIGNET_CHECK_LIST (object);

  g_clear_pointer (&self->checks, g_ptr_array_unref);
  g_clear_pointer (&self->note, g_free);
  G_OBJECT_CLASS (signet_check_list_parent_class)->dispose (object);
}

static void
signet_check_list_class_init (SignetCheckListClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = signet_check_list_dispose;
  g_type_ensure (SIGNET_TYPE_SHORT_LIST);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/signet/Signet/sign/signet-check-list.ui");
  gtk_widget_class_bind_template_child (widget_class, SignetCheckList, spinner);
  gtk_widget_class_bind_template_child (widget_class, SignetCheckList, details);
  gtk_widget_class_bind_template_child (widget_class, SignetCheckList, lines);
  gtk_widget_class_bind_template_child (widget_class, SignetCheckList, remedy);
  gtk_widget_class_bind_template_child (widget_class, SignetCheckList, later);
  gtk_widget_class_bind_template_callback (widget_class, on_details_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_later_cb);
  later_signal = g_signal_new ("later", SIGNET_TYPE_CHECK_LIST, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
signet_check_list_init (SignetCheckList *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  update (self);
}
