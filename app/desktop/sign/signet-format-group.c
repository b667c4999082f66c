/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-format-group.c: the choice of format and level; the lists are the core's, the words too. Main thread. */
#define G_LOG_DOMAIN "signet-format-group"

#include "config.h"

#include <glib/gi18n.h>

#include "signet-format-group.h"
#include "../../core/face/signet-words.h"

struct _SignetFormatGroup {
  AdwPreferencesGroup parent_instance;

  char       **formats; /* (owned) (nullable) */
  char       **levels;  /* (owned) (nullable) */
  gboolean     mixed;   /* the first row of @format is none of @formats */
  gboolean     filling; /* rows are being changed by us, not chosen by the person */
  AdwComboRow *format;
  AdwComboRow *level;
};

G_DEFINE_FINAL_TYPE (SignetFormatGroup, signet_format_group, ADW_TYPE_PREFERENCES_GROUP)

static guint chosen_signal;

const char *
signet_format_group_get_format (SignetFormatGroup *self)
{
  guint chosen = adw_combo_row_get_selected (self->format);
  guint skip = self->mixed ? 1 : 0;

  /* the first is what would be taken anyway */
  if (self->formats == NULL || chosen == 0 || chosen - skip >= g_strv_length (self->formats))
    return NULL;
  return self->formats[chosen - skip];
}

const char *
signet_format_group_get_level (SignetFormatGroup *self)
{
  guint chosen = adw_combo_row_get_selected (self->level);

  return self->levels != NULL && chosen < g_strv_length (self->levels) ? self->levels[chosen] : "b";
}

static void
show_terms (SignetFormatGroup *self)
{
  const char *format = signet_format_group_get_format (self);

  if (format == NULL && !self->mixed && self->formats != NULL)
    format = self->formats[0];
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->format), format != NULL ? signet_words_format_term (format) : NULL);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->level), signet_words_level_term (signet_format_group_get_level (self)));
}

/* the one function that makes the group fit its lists */
static void
update (SignetFormatGroup *self)
{
  gboolean formats = self->formats != NULL && g_strv_length (self->formats) > 1;
  gboolean levels = self->levels != NULL && g_strv_length (self->levels) > 1;

  gtk_widget_set_visible (GTK_WIDGET (self->format), formats);
  gtk_widget_set_visible (GTK_WIDGET (self->level), levels);
  gtk_widget_set_visible (GTK_WIDGET (self), formats || levels);
  show_terms (self);
}

/* two of one meaning are told apart by their names in the standards */
static char *
dup_format_words (const char *const *formats,
                  guint              index)
{
  const char *words = signet_words_format (formats[index]);

  for (guint i = 0; formats[i] != NULL; i++)
    if (i != index && g_str_equal (signet_words_format (formats[i]), words))
      return g_strdup_printf ("%s (%s)", words, signet_words_format_term (formats[index]));
  return g_strdup (words);
}

static guint
find (const char *const *list,
      const char        *what)
{
  for (guint i = 0; list != NULL && what != NULL && list[i] != NULL; i++)
    if (g_str_equal (list[i], what))
      return i;
  return GTK_INVALID_LIST_POSITION;
}

/* A list that is filled again while one of it is being chosen tells of that choice without end. */
static gboolean
is_same (char             **list,
         const char *const *other)
{
  return list != NULL && other != NULL && g_strv_equal ((const char *const *) list, other);
}

void
signet_format_group_set_formats (SignetFormatGroup *self,
                                 const char *const *formats,
                                 gboolean           mixed)
{
  g_autofree char *before = g_strdup (signet_format_group_get_format (self));
  g_autoptr(GtkStringList) words = gtk_string_list_new (NULL);
  guint kept = find (formats, before);

  if (self->mixed == mixed && is_same (self->formats, formats))
    return;
  self->filling = TRUE;
  g_strfreev (self->formats);
  self->formats = g_strdupv ((char **) formats);
  self->mixed = mixed;
  if (mixed)
    gtk_string_list_append (words, _("Usual for each file"));
  for (guint i = 0; formats != NULL && formats[i] != NULL; i++)
    {
      g_autofree char *word = dup_format_words (formats, i);

      gtk_string_list_append (words, word);
    }
  adw_combo_row_set_model (self->format, G_LIST_MODEL (words));
  adw_combo_row_set_selected (self->format, kept == GTK_INVALID_LIST_POSITION ? 0 : kept + (mixed ? 1 : 0));
  self->filling = FALSE;
  update (self);
}

void
signet_format_group_set_levels (SignetFormatGroup *self,
                                const char *const *levels)
{
  g_autofree char *before = g_strdup (signet_format_group_get_level (self));
  g_autoptr(GtkStringList) words = gtk_string_list_new (NULL);
  guint kept = find (levels, before);

  if (is_same (self->levels, levels))
    return;
  self->filling = TRUE;
  g_strfreev (self->levels);
  self->levels = g_strdupv ((char **) levels);
  for (guint i = 0; levels != NULL && levels[i] != NULL; i++)
    gtk_string_list_append (words, signet_words_level (levels[i]));
  adw_combo_row_set_model (self->level, G_LIST_MODEL (words));
  adw_combo_row_set_selected (self->level, kept == GTK_INVALID_LIST_POSITION ? 0 : kept);
  self->filling = FALSE;
  update (self);
}

static void
on_selected_cb (SignetFormatGroup *self)
{
  if (self->filling)
    return;
  show_terms (self);
  g_signal_emit (self, chosen_signal, 0);
}

static void
signet_format_group_finalize (GObject *object)
{
  SignetFormatGroup *self = SIGNET_FORMAT_GROUP (object);

  g_strfreev (self->formats);
  g_strfreev (self->levels);
  G_OBJECT_CLASS (signet_format_group_parent_class)->finalize (object);
}

static void
signet_format_group_class_init (SignetFormatGroupClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = signet_format_group_finalize;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/signet/Signet/sign/signet-format-group.ui");
  gtk_widget_class_bind_template_child (widget_class, SignetFormatGroup, format);
  gtk_widget_class_bind_template_child (widget_class, SignetFormatGroup, level);
  gtk_widget_class_bind_template_callback (widget_class, on_selected_cb);
  chosen_signal = g_signal_new ("chosen", SIGNET_TYPE_FORMAT_GROUP, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
signet_format_group_init (SignetFormatGroup *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
