/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-cms-archive-private.h: what proves a CAdES signature later, inside its SignedData: certificates, revocation values, and archive
 * time-stamps (archive-time-stamp-v3 with ATSHashIndexV3: EN 319 122-1, 5.5.2 and 5.5.3).
 */
#pragma once

#include "signet-cms-parts-private.h"
#include "signet-document-signature-private.h"

G_BEGIN_DECLS

/* The digest, by @digest, of what is signed; (nullable) without @error: the data is not at hand. */
typedef GBytes *(*SignetCmsContentDigest) (SignetDigest digest, gpointer data, GError **error);

/* What an archive time-stamp over the signature at @index is made over. @hash_index: (out) (transfer full): to be put into its token.
   (nullable): MALFORMED, or no data */
GBytes *_signet_cms_archive_digest      (const SignetCmsParts *parts, guint index, SignetDigest digest, SignetCmsContentDigest content, gpointer data,
                                         GBytes **hash_index, GError **error);
/* (transfer full) (nullable): @token with the index among the unsigned attributes of its signer */
GBytes *_signet_cms_archive_finish_token (GBytes *token, GBytes *hash_index, GError **error);
gboolean _signet_cms_archive_add_attribute (SignetCmsParts *parts, guint index, gboolean archive, GBytes *token, GError **error);
/* Whatever of it is not there yet */
gboolean _signet_cms_archive_add_evidence (SignetCmsParts *parts, SignetDocumentEvidence *evidence, GError **error);

/* Gives the signature at @index its evidence, its archive time-stamps with what they cover, and the level it has by that. An error only when
   the data could not be read. */
gboolean _signet_cms_archive_attach     (const SignetCmsParts *parts, guint index, SignetCmsContentDigest content, gpointer data,
                                         SignetDocumentSignature *signature, GError **error);

G_END_DECLS
