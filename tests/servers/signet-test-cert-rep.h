/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-test-cert-rep.h: answers of a SCEP server (RFC 8894, 3.3.2), made for tests, right or wrong. */
#pragma once

#include <glib.h>
#include <openssl/x509.h>

G_BEGIN_DECLS

typedef struct {
  const char *status;      /* "0" issued, "2" refused, "3" waiting */
  const char *failure;     /* (nullable): failInfo */
  const char *text;        /* (nullable): failInfoText */
  const char *transaction;
  GBytes     *nonce;       /* the sender's, returned */
  GBytes     *content;     /* (nullable): an envelope */
} TestCertRep;

GBytes *test_cert_rep_new     (const TestCertRep *rep, X509 *certificate, EVP_PKEY *key);
GBytes *test_cert_rep_envelop (GBytes *content, STACK_OF (X509) *readers, const char *cipher);
GBytes *test_cert_rep_bag     (X509 *certificate, X509 *issuer);   /* certificates in PKCS#7; @issuer: (nullable) */

G_END_DECLS
