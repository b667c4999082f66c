/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-pdf-archive-private.h: what has to be kept so that a PDF/A stays one when a mark is put into it. */
#pragma once

#include "signet-document-mark.h"
#include "signet-document-pdf-private.h"

G_BEGIN_DECLS

typedef struct {
  guint    part;             /* of ISO 19005; 0: it does not say it is an archive, and nothing below is asked for */
  gboolean opaque;           /* nothing may shine through */
  gboolean own_colours;      /* its output intent is not RGB: colours are told without it */
  gboolean own_greys;        /* it has none */
  gboolean lists_characters; /* subset fonts list their characters (ISO 19005-1, 6.3.5) */
} SignetPdfArchive;

void _signet_pdf_archive_read          (SignetPdfReader *reader, SignetPdfArchive *archive);
/* /ColorSpace of a resource dictionary */
void _signet_pdf_write_default_colours (GString *bytes, gboolean grey_too);

G_END_DECLS
