/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-test-crl.h: revocation lists of a test PKI, right or wrong in one named way. */
#pragma once

#include <glib.h>
#include <openssl/x509v3.h>

G_BEGIN_DECLS

/* expired future yesterday no-next (test_crl_new_without_next) bad-signature wrong-signer other-issuer only-ca only-user only-attributes other-point some-reasons
   indirect delta critical-extension critical-entry weak-algorithm huge */
extern const char *const test_crl_faults[];

X509_CRL *test_crl_new    (X509 *issuer);
X509_CRL *test_crl_new_without_next (X509 *issuer); /* RFC 5280 wants a nextUpdate; X.509 does not */
/* @when: seconds since 1970; @reason: (nullable): as openssl ca names it */
void      test_crl_revoke (X509_CRL *crl, const ASN1_INTEGER *serial, gint64 when, const char *reason);
/* Those that index.txt in @dir says are revoked. */
void      test_crl_revoke_listed (X509_CRL *crl, const char *dir);
/* Puts a scope in, as openssl.cnf says it: "fullname=URI:http://…,onlyuser=TRUE". */
void      test_crl_set_scope (X509_CRL *crl, const char *scope);
/* @fault: (nullable). (transfer full): DER. Frees @crl. */
GBytes   *test_crl_finish (X509_CRL *crl, X509 *issuer, EVP_PKEY *key, const char *fault);

G_END_DECLS
