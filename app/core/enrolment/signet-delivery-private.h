/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-delivery-private.h: keys an authority made and delivered; for the run of a request, the fuzz target and tests. */
#pragma once

#include "signet-enrolment-private.h"

G_BEGIN_DECLS

/* (transfer full): PKCS#8 PrivateKeyInfo, DER, out of a CMS EnvelopedData for @transport; SIGNET_ENROLMENT_ERROR_WRONG_KIND when there is none in it */
SignetSecret *_signet_delivery_decrypt (GBytes *cms, EVP_PKEY *transport, GError **error);
/* The same without the envelope: PKCS#8, an AsymmetricKeyPackage (RFC 5958, 5959), either of them in SignedData (RFC 7030, 4.4.2). */
SignetSecret *_signet_delivery_read_key (SignetSecret *content, GError **error);

SignetPkcs12 *_signet_delivery_open     (SignetEnrolmentRun *run, GError **error);
gboolean      _signet_delivery_check    (SignetEnrolmentRun *run, GPtrArray *issuers, GError **error);
gboolean      _signet_delivery_install  (SignetEnrolmentRun *run, GError **error);

G_END_DECLS
