/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-timestamp-client.h: who we are to a time-stamp server that demands a certificate (TLS client authentication). */
#pragma once

#include "../base/signet-signer.h"
#include "../certificate/signet-certificate.h"

#include "../base/signet-secret.h"

G_BEGIN_DECLS

typedef struct _SignetTimestampClient SignetTimestampClient; /* reference counted, immutable, any thread */

/* @chain: (nullable) (element-type SignetCertificate): further ones to show; @keeps: (nullable): what must live as long, a login */
SignetTimestampClient *signet_timestamp_client_new       (SignetCertificate *certificate, GPtrArray *chain, SignetSigner *signer, GObject *keeps);
/* @uri: file:///…, PKCS#12 or PEM; @passphrase: (nullable). Errors: SIGNET_CERTIFICATE_ERROR, and that the file cannot be read */
SignetTimestampClient *signet_timestamp_client_open_file (const char *uri, SignetSecret *passphrase, GError **error);
SignetTimestampClient *signet_timestamp_client_ref       (SignetTimestampClient *self);
void                   signet_timestamp_client_unref     (SignetTimestampClient *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SignetTimestampClient, signet_timestamp_client_unref)
X509                  *signet_timestamp_client_get_x509  (SignetTimestampClient *self);
GPtrArray             *signet_timestamp_client_get_chain (SignetTimestampClient *self); /* (element-type X509) */
SignetSigner          *signet_timestamp_client_get_signer (SignetTimestampClient *self);

G_END_DECLS
