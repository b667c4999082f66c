/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fuzz-scep.c: a SCEP server's certificates, its capabilities, and its answer to a message. The seeds were answered with the key of fuzz-scep.h
 * (SIGNET_TEST_REGENERATE=1 tests/enrolment/test-scep), so that what is inside is reached too.
 */
#include "config.h"

#include <openssl/pem.h>
#include <stdint.h>

#include "../../app/core/enrolment/signet-scep-private.h"
#include "fuzz-scep.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);


static GPtrArray *chain;
static EVP_PKEY *key;
static SignetScepServer *server;
static GBytes *nonce;

static void
set_up (void)
{
  BIO *bio = BIO_new_mem_buf (fuzz_scep_key, -1);
  BIO *certificate = BIO_new_mem_buf (fuzz_scep_certificate, -1);
  X509 *x509 = PEM_read_bio_X509 (certificate, NULL, NULL, NULL);
  guint8 *der = NULL;
  int length = i2d_X509 (x509, &der);
  g_autoptr (GBytes) told = g_bytes_new (der, (gsize) length);

  key = PEM_read_bio_PrivateKey (bio, NULL, NULL, NULL);
  chain = g_ptr_array_new ();
  g_ptr_array_add (chain, x509);
  server = _signet_scep_server_new (told, "SCEPStandard", chain, NULL);
  nonce = g_bytes_new_static (FUZZ_SCEP_NONCE, 16);
  g_assert (server != NULL && key != NULL);
  OPENSSL_free (der);
  BIO_free (bio);
  BIO_free (certificate);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GError) server_error = NULL;
  g_autoptr (GError) answer_error = NULL;
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_autoptr (SignetScepServer) told = NULL;
  g_autoptr (SignetScepAnswer) answer = NULL;
  g_autoptr (SignetScepAnswer) opened = NULL;
  g_autoptr (GError) envelope_error = NULL;

  if (server == NULL)
    set_up ();
  told = _signet_scep_server_new (bytes, text, chain, &server_error);
  g_assert ((told != NULL) != (server_error != NULL));
  answer = _signet_scep_answer_open (server, data, size, FUZZ_SCEP_TRANSACTION, nonce, key, &answer_error);
  g_assert ((answer != NULL) != (answer_error != NULL));
  opened = _signet_scep_envelope_open (bytes, key, &envelope_error);
  g_assert ((opened != NULL) != (envelope_error != NULL));
  g_assert (answer == NULL || answer->kind != SIGNET_SCEP_ISSUED || answer->certificates != NULL);
  return 0;
}
