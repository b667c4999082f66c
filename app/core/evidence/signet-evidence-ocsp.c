/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "signet-evidence.h"

void
signet_revocation_status_free (SignetRevocationStatus *status)
{
  if (status == NULL)
    return;
  g_free (status->responder);
  g_clear_pointer (&status->response, g_bytes_unref);
  g_free (status);
}

SignetRevocationStatus *
signet_evidence_fetch_ocsp (SignetHttp *http, SignetCertificate *certificate, SignetCertificate *issuer, gint64 now,
                            GCancellable *cancellable, GError **error)
{
  g_set_error_literal (error, SIGNET_EVIDENCE_ERROR, SIGNET_EVIDENCE_ERROR_UNREACHABLE, "not yet");
  return NULL;
}

SignetRevocationStatus *
signet_evidence_check_ocsp (GBytes *response, SignetCertificate *certificate, SignetCertificate *issuer, gint64 now,
                            GBytes *nonce, GError **error)
{
  g_set_error_literal (error, SIGNET_EVIDENCE_ERROR, SIGNET_EVIDENCE_ERROR_INVALID, "not yet");
  return NULL;
}
