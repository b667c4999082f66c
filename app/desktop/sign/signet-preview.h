/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-preview.h: the document on its desk: name, what it hides, pages, zoom. */
#pragma once

#include <adwaita.h>

#include "signet-mark-choice.h"

G_BEGIN_DECLS

#define SIGNET_TYPE_PREVIEW (signet_preview_get_type ())
G_DECLARE_FINAL_TYPE (SignetPreview, signet_preview, SIGNET, PREVIEW, AdwBin)

/* @pdf: (nullable): NULL for a file of another kind, of which no page is shown */
void signet_preview_set_file   (SignetPreview *self, SignetDocumentFile *file, SignetDocumentPdf *pdf);
/* Whose mark is seen on the page, and moved there */
void signet_preview_set_mark_choice (SignetPreview *self, SignetMarkChoice *choice);
void signet_preview_set_narrow (SignetPreview *self, gboolean narrow);

G_END_DECLS
