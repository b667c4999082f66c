/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-test-tls.c: makes TLS certificates for the test servers, each fault a certificate of its own. Any thread. */
#include "config.h"

#include "signet-test-tls.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#define DAY 86400L

const char *const test_tls_faults[] = { "tls-expired", "tls-future", "tls-wrong-host", "tls-self-signed", "tls-stranger", NULL };

static gboolean
is (const char *fault, const char *name)
{
  return g_strcmp0 (fault, name) == 0;
}

static void
add_name (X509 *certificate, const char *name)
{
  X509_EXTENSION *extension = X509V3_EXT_conf_nid (NULL, NULL, NID_subject_alt_name, name);

  X509_add_ext (certificate, extension, -1);
  X509_EXTENSION_free (extension);
}

static X509 *
make (EVP_PKEY *key, const X509_NAME *issuer, EVP_PKEY *issuer_key, const char *fault)
{
  X509 *certificate = X509_new ();
  X509_NAME *subject = test_pki_name ("CN=Sample server");
  long from = is (fault, "tls-future") ? 365 * DAY : -2 * DAY;
  long until = is (fault, "tls-expired") ? -DAY : 400 * DAY;

  X509_set_version (certificate, X509_VERSION_3);
  ASN1_INTEGER_set_uint64 (X509_get_serialNumber (certificate), (guint64) g_random_int () + 1);
  X509_set_subject_name (certificate, subject);
  X509_set_issuer_name (certificate, issuer != NULL ? issuer : subject);
  X509_gmtime_adj (X509_getm_notBefore (certificate), from);
  X509_gmtime_adj (X509_getm_notAfter (certificate), until);
  X509_set_pubkey (certificate, key);
  add_name (certificate, is (fault, "tls-wrong-host") ? "DNS:ca.example" : "IP:127.0.0.1,DNS:localhost");
  X509_sign (certificate, issuer_key, EVP_sha256 ());
  X509_NAME_free (subject);
  return certificate;
}

static GTlsCertificate *
to_tls (X509 *certificate, EVP_PKEY *key, GError **error)
{
  BIO *bio = BIO_new (BIO_s_mem ());
  GTlsCertificate *made = NULL;
  char *data;
  long length;

  if (PEM_write_bio_X509 (bio, certificate) && PEM_write_bio_PrivateKey (bio, key, NULL, NULL, 0, NULL, NULL) && (length = BIO_get_mem_data (bio, &data)) > 0)
    made = g_tls_certificate_new_from_pem (data, length, error);
  BIO_free (bio);
  return made;
}

GTlsCertificate *
test_tls_certificate_new (TestPki *pki, const char *fault, GError **error)
{
  EVP_PKEY *key = EVP_EC_gen ("P-256");
  EVP_PKEY *stranger = EVP_EC_gen ("P-256");
  X509_NAME *unknown = test_pki_name ("CN=A CA nobody knows (sample)");
  gboolean alone = is (fault, "tls-self-signed");
  gboolean from_stranger = is (fault, "tls-stranger");
  X509 *certificate = make (key, alone ? NULL : from_stranger ? unknown : X509_get_subject_name (pki->ca),
                            alone ? key : from_stranger ? stranger : pki->ca_key, fault);
  GTlsCertificate *made = to_tls (certificate, key, error);

  X509_free (certificate);
  X509_NAME_free (unknown);
  EVP_PKEY_free (stranger);
  EVP_PKEY_free (key);
  return made;
}

gboolean
test_tls_is_ours (TestPki *pki, X509 *certificate)
{
  return certificate != NULL && X509_verify (certificate, X509_get0_pubkey (pki->ca)) == 1 && X509_cmp_current_time (X509_get0_notBefore (certificate)) < 0
         && X509_cmp_current_time (X509_get0_notAfter (certificate)) > 0;
}
