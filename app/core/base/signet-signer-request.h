/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-signer-request.h: certification requests (PKCS#10) signed through the seam. */
#pragma once

#include <openssl/x509.h>

#include "signet-signer.h"

G_BEGIN_DECLS

/* Puts the key of @self into @request and signs it with an algorithm @self can do. */
gboolean signet_signer_sign_request (SignetSigner *self, X509_REQ *request, GCancellable *cancellable, GError **error);

/* The same with a digest of the caller's choice; SIGNET_DIGEST_UNKNOWN: that of @self. */
gboolean signet_signer_sign_request_as (SignetSigner *self, X509_REQ *request, SignetDigest digest, GCancellable *cancellable, GError **error);

G_END_DECLS
