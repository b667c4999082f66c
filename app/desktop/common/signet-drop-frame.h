/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-drop-frame.h: the dashed frame that says where files may be dropped. The target itself is the whole page. */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define SIGNET_TYPE_DROP_FRAME (signet_drop_frame_get_type ())
G_DECLARE_FINAL_TYPE (SignetDropFrame, signet_drop_frame, SIGNET, DROP_FRAME, AdwBin)

/* Lets files be dropped anywhere on @page; @dropped is called with the first. */
void signet_drop_target_add (GtkWidget *page, void (*dropped) (gpointer data, GFile *file), gpointer data);

/* The same with all that were dropped. (element-type GFile) */
void signet_drop_target_add_for_many (GtkWidget *page, void (*dropped) (gpointer data, GPtrArray *files), gpointer data);

G_END_DECLS
