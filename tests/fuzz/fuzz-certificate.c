/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz-certificate.c: certificates and certificate files of anybody's making: every field read, a path looked for. */
#include "config.h"

#include <stdint.h>

#include "../../app/core/certificate/signet-certificate-path.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
read_fields (SignetCertificate *certificate)
{
  static const char *const kinds[] = { "ocsp", "ca-issuers", "crl" };
  g_auto (GStrv) policies = signet_certificate_dup_policies (certificate);
  g_autofree char *pem = signet_certificate_to_pem (certificate);
  const char *reason = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_auto (GStrv) urls = signet_certificate_dup_urls (certificate, kinds[i]);

      g_assert_cmpuint (g_strv_length (urls), <=, 16);
    }
  signet_certificate_get_class (certificate, &reason);
  g_assert_nonnull (reason);
  g_assert_true (g_utf8_validate (signet_certificate_get_holder (certificate), -1, NULL));
  g_assert_true (g_utf8_validate (signet_certificate_get_subject (certificate), -1, NULL));
  g_assert_true (g_utf8_validate (signet_certificate_get_issuer (certificate), -1, NULL));
  g_assert_nonnull (signet_certificate_get_sha256 (certificate));
}

static void
look_for_path (SignetCertificate *leaf, GPtrArray *all)
{
  g_autoptr (SignetCertificatePath) path = signet_certificate_path_build (leaf, all, all, SIGNET_PATH_PURPOSE_SIGNATURE, 1800000000);

  g_assert_true (path->found == (path->reason == NULL));
  g_assert_cmpuint (path->certificates->len, >=, 1);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);
  g_autoptr (SignetCertificate) lazy = signet_certificate_new_lazy (bytes);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) many = signet_certificate_parse_many (bytes, &error);

  g_assert_true ((many == NULL) == (error != NULL));
  read_fields (lazy);
  for (guint i = 0; many != NULL && i < many->len; i++)
    read_fields (g_ptr_array_index (many, i));
  if (many != NULL)
    look_for_path (g_ptr_array_index (many, 0), many);
  return 0;
}
