/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-ui.h: small things several widgets need: rows, tags, files shown and opened, failures told. */
#pragma once

#include <adwaita.h>

#include "signet-state.h"

G_BEGIN_DECLS

void       signet_ui_clear_list      (GtkListBox *list);
GtkWidget *signet_ui_new_tag         (const char *word, const char *style);
/* A row of any kind made by g_object_new (@type, NULL) with outside text for its title */
GtkWidget *signet_ui_new_plain_row   (GType type, const char *title);
/* A plain row: outside text is safe in it. @subtitle: (nullable) */
GtkWidget *signet_ui_new_row         (const char *title, const char *subtitle);
GtkWidget *signet_ui_new_state_row   (SignetState state, const char *title, const char *subtitle);
/* A line of icon and wrapping words, as in a list of checks. */
GtkWidget *signet_ui_new_state_line  (SignetState state, const char *words);
/* A small title above a value, with a button that copies it. */
GtkWidget *signet_ui_new_value_row   (const char *title, const char *value, gboolean can_copy);
GtkWidget *signet_ui_new_copy_button (const char *title, const char *value);
void       signet_ui_set_spoken_name (GtkWidget *widget, const char *name);
void       signet_ui_set_mnemonic_label (GtkCheckButton *check, const char *label);
void       signet_ui_add_next_arrow  (GtkWidget *row);

char      *signet_ui_display_name    (const char *path);    /* (transfer full): the file's name, safe to show, cut in the middle */
void       signet_ui_open_file       (GtkWidget *widget, const char *path);
void       signet_ui_show_in_folder  (GtkWidget *widget, const char *path);
void       signet_ui_copy            (GtkWidget *widget, const char *text);
void       signet_ui_toast           (GtkWidget *widget, const char *text);
GtkWindow *signet_ui_get_window      (GtkWidget *widget);   /* (nullable) */

/* What happened, what to do, details folded. Cancelling is not told. */
void       signet_ui_tell_error      (GtkWidget *widget, const GError *error);
AdwMessageDialog *signet_ui_new_error_dialog (GtkWidget *widget, const GError *error);

G_END_DECLS
