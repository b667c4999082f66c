/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-cms-attributes-private.h: the signed attributes of a SignerInfo, encoded and taken apart. */
#pragma once

#include <gio/gio.h>
#include <openssl/cms.h>

G_BEGIN_DECLS

typedef enum { SIGNET_CMS_ATTRIBUTE_ABSENT, SIGNET_CMS_ATTRIBUTE_PRESENT, SIGNET_CMS_ATTRIBUTE_ODD } SignetCmsAttributeState;

/* What signing-certificate or signing-certificate-v2 says about the signer's certificate: its first ESSCertID. */
typedef struct {
  SignetCmsAttributeState state;
  const EVP_MD *md;            /* (nullable): unknown algorithm */
  GBytes       *hash;
  X509_NAME    *issuer;        /* (owned) (nullable): issuerSerial is optional */
  ASN1_INTEGER *serial;        /* (owned) (nullable) */
} SignetCmsSigningCertificate;

void _signet_cms_signing_certificate_clear (SignetCmsSigningCertificate *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SignetCmsSigningCertificate, _signet_cms_signing_certificate_clear)

/* (nullable): the DER SET OF the signature is over (RFC 5652, 5.4) */
GBytes *_signet_cms_encode_signed_attributes (CMS_SignerInfo *signer_info);
/* The single value of the single attribute @nid; ODD when it is there twice, has no or several values, or another type. */
SignetCmsAttributeState _signet_cms_get_signed_attribute (CMS_SignerInfo *signer_info, int nid, int type, gconstpointer *value);
void    _signet_cms_get_signing_certificate (CMS_SignerInfo *signer_info, SignetCmsSigningCertificate *result);
/* (nullable): DER of the first signature-time-stamp */
GBytes *_signet_cms_dup_timestamp (CMS_SignerInfo *signer_info);

/* (transfer full) (element-type GBytes): all of them, in their order */
GPtrArray *_signet_cms_list_timestamps (CMS_SignerInfo *signer_info);

G_END_DECLS
