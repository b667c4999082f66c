/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-pdf-operators-private.h: goes through the operators of a content stream, or of a CMap, which is written alike. */
#pragma once

#include "signet-pdf-object-private.h"

G_BEGIN_DECLS

typedef struct {
  const char *word; /* not NUL-terminated */
  gsize       length;
  GPtrArray  *operands; /* (element-type SignetPdfValue): what stood before it; in the arena */
} SignetPdfOperator;

/* FALSE: go no further */
typedef gboolean (*SignetPdfOperatorFunc) (const SignetPdfOperator *operator, gpointer data);

/* Calls @visit for each operator of @bytes. FALSE: @visit said so, or the rest cannot be read. Limited by @arena. */
gboolean _signet_pdf_visit_operators (GBytes *bytes, SignetPdfArena *arena, SignetPdfOperatorFunc visit, gpointer data);

gboolean              _signet_pdf_operator_is  (const SignetPdfOperator *operator, const char *name);
/* @from_end: 0 the last; null when there are fewer */
const SignetPdfValue *_signet_pdf_operator_get (const SignetPdfOperator *operator, guint from_end);

G_END_DECLS
