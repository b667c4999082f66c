/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "signet-validation-private.h"
#include "../base/signet-base-error.h"
SignetFileReport *
signet_validation_run (SignetDocumentFile *file, SignetDocumentFile *detached, const SignetValidationOptions *options,
                       GCancellable *cancellable, GError **error)
{
  g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_UNSUPPORTED, "not yet");
  return NULL;
}
