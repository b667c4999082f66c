/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz-ocsp.c: OCSP answers of anybody's making, about a certificate that is given. */
#include "config.h"

#include "../../app/core/evidence/signet-evidence.h"
#include "fuzz-ocsp.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static SignetCertificate *
certificate_of (const uint8_t *der, size_t size)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (der, size);

  return signet_certificate_new_lazy (bytes);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static SignetCertificate *leaf, *ca;
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);
  g_autoptr (GBytes) nonce = g_bytes_new_static ("0123456789abcdef", 16);
  g_autoptr (GError) error = NULL;
  g_autoptr (SignetRevocationStatus) status = NULL;
  g_autoptr (SignetRevocationStatus) with_nonce = NULL;

  if (leaf == NULL)
    {
      leaf = certificate_of (leaf_der, sizeof leaf_der);
      ca = certificate_of (ca_der, sizeof ca_der);
    }
  status = signet_evidence_check_ocsp (bytes, leaf, ca, FRESH, NULL, &error);
  g_assert_true ((status == NULL) == (error != NULL));
  with_nonce = signet_evidence_check_ocsp (bytes, leaf, ca, FRESH, nonce, NULL);
  g_assert_true (with_nonce == NULL || status != NULL);
  return 0;
}
