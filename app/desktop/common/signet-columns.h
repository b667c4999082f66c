/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-columns.h: its children side by side in equal columns while there is room for that, else one under the other. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define SIGNET_TYPE_COLUMNS (signet_columns_get_type ())
G_DECLARE_FINAL_TYPE (SignetColumns, signet_columns, SIGNET, COLUMNS, GtkWidget)

G_END_DECLS
