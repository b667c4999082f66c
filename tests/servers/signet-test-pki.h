/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-test-pki.h: the test PKI in a folder: keys, certificates, what was issued and revoked. For tests and the demo only. */
#pragma once

#include <glib.h>
#include <openssl/x509.h>

G_BEGIN_DECLS

typedef enum {
  TEST_CERTIFICATE_SIGNATURE,   /* an end entity that signs documents */
  TEST_CERTIFICATE_IDENTITY,    /* digitalSignature and client authentication only */
  TEST_CERTIFICATE_ENCRYPTION,  /* keyEncipherment alone: the second of two */
  TEST_CERTIFICATE_CA,
  TEST_CERTIFICATE_OCSP,
  TEST_CERTIFICATE_TSA,
  TEST_CERTIFICATE_CMP,
} TestCertificateKind;

typedef struct {
  char     *dir;
  char     *ocsp_url;   /* (nullable): these are put into what is issued to people */
  char     *crl_url;    /* (nullable) */
  char     *issuer_url; /* (nullable): where the certificate of the CA is */
  X509     *root;
  X509     *ca;
  EVP_PKEY *ca_key;
} TestPki;

gboolean test_pki_init   (const char *dir, const char *ocsp_url, const char *tsa_url, GError **error);
TestPki *test_pki_open   (const char *dir, GError **error);
void     test_pki_free   (TestPki *pki);
gboolean test_pki_set_lists (const char *dir, const char *crl_url, const char *issuer_url, GError **error);  /* each (nullable) */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TestPki, test_pki_free)

/* Signs, writes issued/SERIAL.pem and the line of index.txt. @key: borrowed. */
X509    *test_pki_issue  (TestPki *pki, TestCertificateKind kind, EVP_PKEY *key, const X509_NAME *subject, int days, GError **error);
/* @serial: upper case hexadecimal. */
gboolean test_pki_revoke (TestPki *pki, const char *serial, const char *reason, GError **error);
/* Takes a hold back: as if it had never been revoked. */
gboolean test_pki_restore (TestPki *pki, const char *serial, GError **error);
/* (transfer full) (nullable): 'V' or 'R' and all of its line in index.txt, split */
char   **test_pki_find   (TestPki *pki, const char *serial);
char    *test_pki_serial (X509 *certificate);
X509_NAME *test_pki_name (const char *text);   /* "CN=…,O=…,C=CN" */

EVP_PKEY *test_pki_load_key         (const char *dir, const char *name, GError **error);
X509     *test_pki_load_certificate (const char *dir, const char *name, GError **error);

G_END_DECLS
