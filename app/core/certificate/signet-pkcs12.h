/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-pkcs12.h: a PKCS#12 file (RFC 7292) opened: certificates, and perhaps one private key, which stays in locked memory. */
#pragma once

#include "../base/signet-secret.h"
#include "signet-certificate.h"

G_BEGIN_DECLS

#define SIGNET_PKCS12_MAX_SIZE         (1024 * 1024)
#define SIGNET_PKCS12_MAX_CERTIFICATES 64
#define SIGNET_PKCS12_MAX_ITERATIONS   5000000 /* about ten seconds; what programs write is a hundredth of it */

typedef struct _SignetPkcs12 SignetPkcs12; /* reference counted, immutable, any thread */

/* @passphrase: (nullable): none. %SIGNET_CERTIFICATE_ERROR_WRONG_PASSPHRASE is not MALFORMED: asking again may help. */
SignetPkcs12      *signet_pkcs12_open            (GBytes *data, SignetSecret *passphrase, GError **error);
/* A key that came otherwise: @key: PKCS#8 PrivateKeyInfo, DER; with @certificate when it is that one's. */
SignetPkcs12      *signet_pkcs12_new_for_key     (SignetSecret *key, SignetCertificate *certificate, GError **error);
gboolean           signet_pkcs12_is_one          (GBytes *data);          /* whether @data looks like a PKCS#12 file at all */
SignetPkcs12      *signet_pkcs12_ref             (SignetPkcs12 *self);
void               signet_pkcs12_unref           (SignetPkcs12 *self);
gboolean           signet_pkcs12_has_key         (SignetPkcs12 *self);
SignetSecret      *signet_pkcs12_get_key         (SignetPkcs12 *self);    /* borrowed (nullable): PKCS#8 PrivateKeyInfo, DER */
GBytes            *signet_pkcs12_get_public_key  (SignetPkcs12 *self);    /* borrowed (nullable): SubjectPublicKeyInfo of the key, DER */
SignetCertificate *signet_pkcs12_get_certificate (SignetPkcs12 *self);    /* borrowed (nullable): the one of the key */
GPtrArray         *signet_pkcs12_get_chain       (SignetPkcs12 *self);    /* borrowed (element-type SignetCertificate): the others */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SignetPkcs12, signet_pkcs12_unref)

G_END_DECLS
