/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-pdf-search-private.h: one search for what a document holds, between the files that make it. */
#pragma once

#include "signet-pdf-findings-private.h"

G_BEGIN_DECLS

typedef struct {
  SignetPdfReader *reader;
  GPtrArray       *findings; /* (element-type SignetPdfFinding) */
  GHashTable      *pages;    /* number of an annotation -> page it is on */
  guint            page;     /* being looked at, from 1; 0: none */
  guint            pages_left, annotations_left, streams_left, names_left;
} SignetPdfSearch;

/* One more of this kind. @name: (nullable) */
void _signet_pdf_search_add     (SignetPdfSearch *search, const char *code, const char *name);
/* Actions of a page, annotation or field. @where: (nullable): its name */
void _signet_pdf_search_actions (SignetPdfSearch *search, const SignetPdfValue *object, const char *where);
/* What the fields of the form do and show. */
void _signet_pdf_search_fields  (SignetPdfSearch *search, GPtrArray *fields);

G_END_DECLS
