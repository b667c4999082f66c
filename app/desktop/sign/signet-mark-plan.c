/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-mark-plan.c: the same mark at the same place of many files, or in the signature field of each. Any thread. */
#define G_LOG_DOMAIN "signet-mark-plan"

#include "config.h"

#include "signet-mark-plan.h"

SignetMarkPlan *
signet_mark_plan_new (const SignetVisibleMark *mark,
                      const char              *reason,
                      const char              *location,
                      gboolean                 in_fields)
{
  SignetMarkPlan *self = g_new0 (SignetMarkPlan, 1);

  self->mark = signet_mark_copy (mark);
  g_clear_pointer (&self->mark->field, g_free);
  self->reason = g_strdup (reason);
  self->location = g_strdup (location);
  self->in_fields = in_fields;
  return self;
}

SignetMarkPlan *
signet_mark_plan_copy (const SignetMarkPlan *self)
{
  return self != NULL ? signet_mark_plan_new (self->mark, self->reason, self->location, self->in_fields) : NULL;
}

void
signet_mark_plan_free (SignetMarkPlan *self)
{
  signet_mark_free (self->mark);
  g_free (self->reason);
  g_free (self->location);
  g_free (self);
}

static SignetSigningCheck *
new_check (const char      *code,
           SignetCheckState state,
           const char      *value,
           const char      *detail)
{
  SignetSigningCheck *check = g_new0 (SignetSigningCheck, 1);

  check->code = g_strdup (code);
  check->state = state;
  check->value = g_strdup (value);
  check->detail = g_strdup (detail);
  return check;
}

SignetSigningCheck *
signet_mark_plan_apply (const SignetMarkPlan *self,
                        SignetSigning        *signing,
                        SignetDocumentPdf    *pdf)
{
  g_autoptr(SignetVisibleMark) mark = signet_mark_copy (self->mark);
  g_auto(GStrv) fields = self->in_fields ? signet_document_pdf_dup_empty_fields (pdf) : NULL;
  gboolean has_field = fields != NULL && fields[0] != NULL;

  if (self->in_fields && !has_field)
    return new_check ("document-fields", SIGNET_CHECK_STOP, NULL, "no-field");
  if (has_field)
    mark->field = g_strdup (fields[0]);
  signet_signing_set_pdf (signing, self->reason, self->location, NULL, 0);
  signet_signing_set_mark (signing, mark, FALSE);
  return has_field && fields[1] != NULL ? new_check ("mark-placement", SIGNET_CHECK_WARNING, fields[0], "first-field") : NULL;
}
