/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz-delivery.c: a CMS envelope for a fixed transport key (seeds/make-delivery.sh), and the same bytes as if they had come out of one. */
#include "config.h"

#include <stdint.h>

#include <openssl/pem.h>

#include "../../app/core/enrolment/signet-delivery-private.h"
#include "fuzz-delivery-key.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static EVP_PKEY *
get_transport_key (void)
{
  static EVP_PKEY *key;

  if (key == NULL)
    {
      BIO *bio = BIO_new_mem_buf (FUZZ_DELIVERY_KEY, -1);

      key = PEM_read_bio_PrivateKey (bio, NULL, NULL, NULL);
      BIO_free (bio);
    }
  g_assert_nonnull (key);
  return key;
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);
  g_autoptr (SignetSecret) content = signet_secret_new (data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) inner_error = NULL;
  g_autoptr (SignetSecret) key = _signet_delivery_decrypt (bytes, get_transport_key (), &error);
  g_autoptr (SignetSecret) inner = _signet_delivery_read_key (content, &inner_error);

  g_assert_true ((key != NULL) != (error != NULL));
  g_assert_true ((inner != NULL) != (inner_error != NULL));
  return 0;
}
