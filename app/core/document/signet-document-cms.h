/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-document-cms.h: a CMS SignedData (RFC 5652) with the signed attributes of CAdES (EN 319 122-1) or PAdES (EN 319 142-1),
 * built in two steps around the signer so that no library ever holds a key.
 */
#pragma once

#include "../certificate/signet-certificate.h"
#include "signet-document-error.h"

G_BEGIN_DECLS

typedef enum {
  SIGNET_CMS_PROFILE_CADES,
  SIGNET_CMS_PROFILE_PADES,
  SIGNET_CMS_PROFILE_COUNTER, /* over the value of another signature: no content type (RFC 5652, 11.4) */
} SignetCmsProfile;

#define SIGNET_TYPE_DOCUMENT_CMS (signet_document_cms_get_type ())
G_DECLARE_FINAL_TYPE (SignetDocumentCms, signet_document_cms, SIGNET, DOCUMENT_CMS, GObject)

/* @chain: (nullable): further certificates to carry; @signing_time: for CAdES only (PAdES baseline forbids it). */
SignetDocumentCms *signet_document_cms_new              (SignetCmsProfile profile, SignetCertificate *signer, GPtrArray *chain,
                                                         SignetSignatureAlgorithm algorithm, GBytes *content_digest, gint64 signing_time, GError **error);
GBytes            *signet_document_cms_get_to_be_signed (SignetDocumentCms *self);       /* DER SET OF signed attributes */
gboolean           signet_document_cms_set_signature    (SignetDocumentCms *self, GBytes *signature, GError **error);
GBytes            *signet_document_cms_get_signature    (SignetDocumentCms *self);       /* (nullable): what a time-stamp covers */
gboolean           signet_document_cms_add_timestamp    (SignetDocumentCms *self, GBytes *token, GError **error);
GBytes            *signet_document_cms_encode           (SignetDocumentCms *self, GError **error);
/* An upper bound of the encoded size, worked out from certificates, key and @with_timestamp. */
gsize              signet_document_cms_estimate_size    (SignetCertificate *signer, GPtrArray *chain, gboolean with_timestamp);

G_END_DECLS
