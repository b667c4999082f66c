/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-page-bar.h: zoom and page buttons over the desk. Signals: "turn" (int step), "zoom" (int step; 0: fit the width). */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define SIGNET_TYPE_PAGE_BAR (signet_page_bar_get_type ())
G_DECLARE_FINAL_TYPE (SignetPageBar, signet_page_bar, SIGNET, PAGE_BAR, AdwBin)

void signet_page_bar_set (SignetPageBar *self, guint page, guint n_pages, double zoom);

G_END_DECLS
