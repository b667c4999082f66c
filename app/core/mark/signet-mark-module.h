/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-mark-module.h: between the core and the library that draws (signet-mark-module.c), which is loaded with the first mark. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  double      width, height; /* points */
  const char *text;          /* (nullable): UTF-8, lines */
  const char *heading;       /* (nullable) */
  GBytes     *image;         /* (nullable): PNG or JPEG whose head was checked */
  gboolean    opaque;
} SignetMarkPicture;

#define SIGNET_MARK_MODULE_SYMBOL "signet_mark_module_draw"

/* (transfer full) (nullable): a PDF of one page. @shortened: (out): words had to be left out. Any thread. */
GBytes *signet_mark_module_draw (const SignetMarkPicture *picture, gboolean *shortened, GError **error);

G_END_DECLS
