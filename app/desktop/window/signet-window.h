/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-window.h: the one window with its four places, and the way to a new certificate laid over them. */
#pragma once

#include "../common/signet-place.h"

G_BEGIN_DECLS

#define SIGNET_TYPE_WINDOW (signet_window_get_type ())
G_DECLARE_FINAL_TYPE (SignetWindow, signet_window, SIGNET, WINDOW, AdwApplicationWindow)

SignetWindow *signet_window_new       (GtkApplication *application, SignetDesktop *desktop);
/* @verify: the caller wants it verified; else signatures and files of signatures go to Verify, the rest to Sign. */
void          signet_window_open_files (SignetWindow *self, GPtrArray *files, gboolean verify);   /* (element-type GFile) */

G_END_DECLS
