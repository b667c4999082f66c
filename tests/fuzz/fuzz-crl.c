/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fuzz-crl.c: revocation lists of anybody's making, about a certificate that is given.
 *
 * What has the form of a list is signed anew, with the key of the authority, so that what comes after the signature is reached too. Where
 * OpenSSL reads the same list, both must find the same certificates in it.
 */
#include "config.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <string.h>

#include "../../app/core/evidence/signet-evidence-crl-private.h"
#include "fuzz-crl.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static SignetCertificate *leaf, *ca;
static EVP_PKEY *key;

static void
set_up (void)
{
  g_autoptr (GBytes) leaf_bytes = g_bytes_new_static (leaf_der, sizeof leaf_der);
  g_autoptr (GBytes) ca_bytes = g_bytes_new_static (ca_der, sizeof ca_der);
  const unsigned char *p = key_der;

  leaf = signet_certificate_new_lazy (leaf_bytes);
  ca = signet_certificate_new_lazy (ca_bytes);
  key = d2i_AutoPrivateKey (NULL, &p, sizeof key_der);
  g_assert_nonnull (key);
}

static void
append (GByteArray *der, guint8 tag, gsize length)
{
  guint8 head[] = { tag, 0x84, (guint8) (length >> 24), (guint8) (length >> 16), (guint8) (length >> 8), (guint8) length };

  if (length < 0x80)
    head[1] = (guint8) length;
  if (length >= 0x80 && length < 0x100)
    head[1] = 0x81, head[2] = (guint8) length;
  if (length >= 0x100 && length < 0x10000)
    head[1] = 0x82, head[2] = (guint8) (length >> 8), head[3] = (guint8) length;
  if (length >= 0x10000 && length < 0x1000000)
    head[1] = 0x83, head[2] = (guint8) (length >> 16), head[3] = (guint8) (length >> 8), head[4] = (guint8) length;
  g_byte_array_append (der, head, 2 + (length < 0x80 ? 0 : head[1] & 0x7f));
}

/* The same list under a good signature. */
static GBytes *
sign_anew (const SignetCrl *crl)
{
  EVP_MD_CTX *context = EVP_MD_CTX_new ();
  guint8 signature[128];
  size_t length = sizeof signature;
  GByteArray *inner = g_byte_array_new (), *outer = g_byte_array_new ();

  g_assert_cmpint (EVP_DigestSignInit (context, NULL, EVP_sha256 (), NULL, key), ==, 1);
  g_assert_cmpint (EVP_DigestSign (context, signature, &length, crl->to_be_signed.data, crl->to_be_signed.size), ==, 1);
  g_byte_array_append (inner, crl->to_be_signed.data, (guint) crl->to_be_signed.size);
  g_byte_array_append (inner, crl->inner_algorithm.data, (guint) crl->inner_algorithm.size);
  append (inner, 0x03, length + 1);
  g_byte_array_append (inner, (const guint8 *) "", 1);
  g_byte_array_append (inner, signature, (guint) length);
  append (outer, 0x30, inner->len);
  g_byte_array_append (outer, inner->data, inner->len);
  g_byte_array_unref (inner);
  EVP_MD_CTX_free (context);
  return g_byte_array_free_to_bytes (outer);
}

static gboolean
check (GBytes *bytes)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SignetRevocationStatus) status = signet_evidence_check_crl (bytes, leaf, ca, FRESH, FRESH, &error);

  g_assert_true ((status == NULL) == (error != NULL));
  g_assert_true (status == NULL || status->status != SIGNET_REVOCATION_UNKNOWN);
  g_assert_true (status == NULL || (status->status == SIGNET_REVOCATION_REVOKED) == (status->revoked_at != SIGNET_TIME_UNKNOWN));
  return status != NULL && status->status == SIGNET_REVOCATION_GOOD;
}

/* 0: not there, 1: revoked, 2: taken out again; -1: OpenSSL does not read it */
static int
look_up_with_openssl (GBytes *bytes)
{
  gsize size;
  const unsigned char *p = g_bytes_get_data (bytes, &size);
  X509_CRL *crl = d2i_X509_CRL (NULL, &p, (long) size);
  X509_REVOKED *revoked = NULL;
  int found = crl != NULL ? X509_CRL_get0_by_cert (crl, &revoked, signet_certificate_get_x509 (leaf)) : -1;

  X509_CRL_free (crl);
  ERR_clear_error ();
  return found;
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);
  g_autoptr (GPtrArray) crls = NULL;
  g_autoptr (SignetCrl) crl = NULL;
  g_autoptr (GBytes) anew = NULL;

  if (leaf == NULL)
    set_up ();
  crls = signet_evidence_parse_crls (bytes, NULL);
  g_assert_true (crls == NULL || crls->len > 0);
  check (bytes);
  crl = _signet_crl_open (bytes, NULL);
  ERR_clear_error ();
  if (crl == NULL)
    return 0;
  anew = sign_anew (crl);
  if (check (anew))
    g_assert_cmpint (look_up_with_openssl (anew), !=, 1);
  return 0;
}
