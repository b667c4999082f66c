/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-test-delivery.h: the second of two certificates: a test CA makes the encryption key itself and delivers it. */
#pragma once

#include "signet-test-pki.h"

G_BEGIN_DECLS

typedef struct {
  X509   *certificate;
  GBytes *key;           /* PKCS#12, or CMS EnvelopedData around a PKCS#8 PrivateKeyInfo */
} TestDelivery;

/* An RSA-2048 key and its certificate for @subject. With @passphrase the key comes as PKCS#12 under it; else it is enveloped to
   @transport, a SubjectPublicKeyInfo, named by its key identifier. */
TestDelivery *test_delivery_make (TestPki *pki, const X509_NAME *subject, const char *passphrase, GBytes *transport, GError **error);
void          test_delivery_free (TestDelivery *delivery);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TestDelivery, test_delivery_free)

G_END_DECLS
