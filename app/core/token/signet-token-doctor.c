/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-token-doctor.c: walks the layers between the USB port and a signature and collects what each has to say.
 *
 * Decides nothing and mends nothing. Worker threads.
 */
#define G_LOG_DOMAIN "signet-token-doctor"

#include "config.h"

#include "../base/signet-base-error.h"
#include "signet-token-doctor.h"

void
signet_doctor_finding_free (SignetDoctorFinding *finding)
{
  if (finding == NULL)
    return;
  g_free (finding->subject);
  g_free (finding->code);
  g_free (finding->detail);
  g_free (finding->package);
  g_free (finding->command);
  g_free (finding);
}

const char *
signet_doctor_layer_name (SignetDoctorLayer layer)
{
  static const char *const names[] = { "usb",   "reader-service", "reader", "card",        "module",
                                       "slot",  "token",          "key",    "certificate", "signature" };

  G_STATIC_ASSERT (G_N_ELEMENTS (names) == SIGNET_DOCTOR_N_LAYERS);
  return layer < SIGNET_DOCTOR_N_LAYERS ? names[layer] : "";
}

const char *
signet_doctor_state_name (SignetDoctorState state)
{
  static const char *const names[] = { "ok", "warning", "failed", "skipped" };

  return state < G_N_ELEMENTS (names) ? names[state] : "";
}

GPtrArray *
signet_token_doctor_examine (SignetTokenManager *manager,
                             SignetToken *token,
                             SignetInteraction *interaction,
                             GCancellable *cancellable,
                             GError **error)
{
  g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_UNSUPPORTED, "the doctor is not in this version yet");
  return NULL;
}
