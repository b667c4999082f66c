/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-cms-reader-private.h: reads a CMS SignedData made by anybody and judges each of its SignerInfos. */
#pragma once

#include "signet-document-signature-private.h"

G_BEGIN_DECLS

typedef struct _SignetCmsReader SignetCmsReader;

/* Who asks decides what is required (EN 319 122-1 and 319 142-1, clause 6; ISO 32000-1, 12.8.3.3; RFC 3161, 2.4.2). */
typedef enum { SIGNET_CMS_RULES_CADES, SIGNET_CMS_RULES_PADES, SIGNET_CMS_RULES_PDF_PKCS7, SIGNET_CMS_RULES_TIMESTAMP,
               SIGNET_CMS_RULES_COUNTER /* RFC 5652, 11.4: the content is another signature's value */ } SignetCmsRules;

#define SIGNET_CMS_MAX_SIZE         (64 * 1024 * 1024)
#define SIGNET_CMS_MAX_CERTIFICATES 256

/* @consumed: (out) (nullable): length of the DER; what follows is for the caller to judge. NULL: nothing may follow. */
SignetCmsReader *_signet_cms_reader_new             (GBytes *der, gsize *consumed, GError **error);
void             _signet_cms_reader_free            (SignetCmsReader *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SignetCmsReader, _signet_cms_reader_free)

guint            _signet_cms_reader_get_n_signers   (SignetCmsReader *self);
SignetDigest     _signet_cms_reader_get_digest      (SignetCmsReader *self, guint index); /* the one messageDigest is made with */
GBytes          *_signet_cms_reader_dup_content     (SignetCmsReader *self);              /* (nullable): what it carries inside */
/* Fills in everything a CMS tells. @content_digest: (nullable): NULL when the data is not at hand. Never an error: findings. */
void             _signet_cms_reader_judge           (SignetCmsReader *self, guint index, SignetCmsRules rules, GBytes *content_digest,
                                                     SignetDocumentSignature *signature);

/* (element-type GBytes): the SignerInfo of each countersignature, as it lies there; at most @most. FALSE: there are more, or odd ones. */
gboolean         _signet_cms_reader_dup_counters    (SignetCmsReader *self, guint index, guint most, GPtrArray *counters);
/* A countersignature, with the certificates that came along with what it is part of. (nullable) */
SignetCmsReader *_signet_cms_reader_new_counter     (SignetCmsReader *self, GBytes *signer_info);

/* signet-cms-certificates.c */
GByteArray      *_signet_cms_take_certificates      (GBytes *der, GPtrArray **certificates, gsize *consumed);

G_END_DECLS
