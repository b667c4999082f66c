/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-core-status.c: what the status service named in a certificate says of it, for both faces. Blocks on the network; any thread. */
#define G_LOG_DOMAIN "signet-core-status"

#include "config.h"

#include "signet-core.h"
#include "../evidence/signet-evidence.h"

/**
 * signet_core_ask_status_service:
 * @certificate: whose issuer is known here
 *
 * Asks by OCSP (RFC 6960).
 *
 * Returns: (transfer full): the answer; %NULL with @error: SIGNET_EVIDENCE_ERROR_NO_SOURCE: nobody here has issued it, or it names no service
 */
SignetRevocationStatus *
signet_core_ask_status_service (SignetCore        *self,
                                SignetCertificate *certificate,
                                GCancellable      *cancellable,
                                GError           **error)
{
  GPtrArray *known = signet_core_get_ca_certificates (self);
  gint64 now = signet_clock_now (signet_core_get_clock (self));

  g_return_val_if_fail (SIGNET_IS_CERTIFICATE (certificate), NULL);

  for (guint i = 0; i < known->len; i++)
    if (signet_certificate_is_signed_by (certificate, g_ptr_array_index (known, i)))
      return signet_evidence_fetch_ocsp (signet_core_get_http (self), certificate, g_ptr_array_index (known, i), now, cancellable, error);
  g_set_error_literal (error, SIGNET_EVIDENCE_ERROR, SIGNET_EVIDENCE_ERROR_NO_SOURCE, "its issuer is not known here");
  return NULL;
}
