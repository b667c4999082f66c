/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-short-list.h: shows its child whole, up to a height; what is longer scrolls. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define SIGNET_TYPE_SHORT_LIST (signet_short_list_get_type ())
G_DECLARE_FINAL_TYPE (SignetShortList, signet_short_list, SIGNET, SHORT_LIST, GtkWidget)

G_END_DECLS
