/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-mark-plan.h: one visible mark for many files, as a value that any thread may turn into the mark of one of them. */
#pragma once

#include "../../core/document/signet-document-pdf.h"
#include "../../core/signing/signet-signing.h"

G_BEGIN_DECLS

typedef struct {
  SignetVisibleMark *mark;      /* its field is nobody's: which one it is differs from file to file */
  char              *reason;    /* (nullable) */
  char              *location;  /* (nullable) */
  gboolean           in_fields; /* in the empty signature field of each file */
} SignetMarkPlan;

SignetMarkPlan     *signet_mark_plan_new   (const SignetVisibleMark *mark, const char *reason, const char *location, gboolean in_fields);
SignetMarkPlan     *signet_mark_plan_copy  (const SignetMarkPlan *self);   /* (nullable) */
void                signet_mark_plan_free  (SignetMarkPlan *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SignetMarkPlan, signet_mark_plan_free)
/* Gives it to the act over @pdf. (transfer full) (nullable): what the person should know, before what the pre-flight finds */
SignetSigningCheck *signet_mark_plan_apply (const SignetMarkPlan *self, SignetSigning *signing, SignetDocumentPdf *pdf);

G_END_DECLS
