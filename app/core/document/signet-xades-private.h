/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-xades-private.h: names that XML signatures (W3C XMLDSig 1.1, RFC 9231) and XAdES (EN 319 132-1) give to things. */
#pragma once

#include "signet-xml-private.h"

G_BEGIN_DECLS

#define SIGNET_XADES_TYPE_SIGNED_PROPERTIES "http://uri.etsi.org/01903#SignedProperties"
#define SIGNET_XADES_TRANSFORM_ENVELOPED    "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
#define SIGNET_XADES_TRANSFORM_BASE64       "http://www.w3.org/2000/09/xmldsig#base64"
#define SIGNET_XADES_TRANSFORM_XPATH        "http://www.w3.org/TR/1999/REC-xpath-19991116"
#define SIGNET_XADES_TRANSFORM_XPATH2       "http://www.w3.org/2002/06/xmldsig-filter2"

#define SIGNET_XADES_MAX_REFERENCES 4096

/* signet-document-find-xml.c */
gboolean                 _signet_xml_refers_outside (SignetDocumentFile *file);

SignetDigest             _signet_xades_digest_find    (const char *uri);      /* UNKNOWN */
const char              *_signet_xades_digest_uri     (SignetDigest digest);  /* (nullable) */
SignetSignatureAlgorithm _signet_xades_algorithm_find (const char *uri);      /* scheme UNKNOWN */
const char              *_signet_xades_algorithm_uri  (SignetSignatureAlgorithm algorithm); /* (nullable): not written here */

/* ECDSA: XML has r and s side by side, each as long as the group's order (RFC 9231, 2.3.6); everything else has DER. (nullable): no such value */
GBytes *_signet_xades_value_from_signature (SignetSignatureAlgorithm algorithm, EVP_PKEY *key, GBytes *signature);
GBytes *_signet_xades_value_to_signature   (SignetSignatureAlgorithm algorithm, EVP_PKEY *key, GBytes *value);

/* IssuerSerial (RFC 5035, 4) of a certificate; DER. (nullable) */
GBytes  *_signet_xades_encode_issuer_serial (X509 *x509);
gboolean _signet_xades_is_issuer_serial     (GBytes *der, X509 *x509);

G_END_DECLS
