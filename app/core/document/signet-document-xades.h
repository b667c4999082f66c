/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-document-xades.h: an XML signature with the signed properties of XAdES (EN 319 132-1, baseline), built in two steps around the
 * signer so that no library ever holds a key. Knows digests and names, no files and no containers: those are for whoever writes them.
 */
#pragma once

#include "../certificate/signet-certificate.h"
#include "signet-document-error.h"

G_BEGIN_DECLS

typedef enum { SIGNET_XADES_ENVELOPED, SIGNET_XADES_ENVELOPING, SIGNET_XADES_DETACHED } SignetXadesPackaging;

/* One thing that is signed. */
typedef struct {
  SignetXadesPackaging packaging;
  char                *name;      /* detached: relative, UTF-8, '/' between folders; written percent-encoded */
  char                *mime_type; /* (nullable): application/octet-stream */
  GBytes              *digest;    /* by the digest of the algorithm; enveloped: over the exclusive canonical form without the signature */
  GBytes              *content;   /* (nullable): enveloping: its bytes */
} SignetXadesData;

SignetXadesData *signet_xades_data_new  (SignetXadesPackaging packaging, const char *name, const char *mime_type, GBytes *digest);
void             signet_xades_data_free (SignetXadesData *data);

typedef struct {
  SignetCertificate       *certificate;
  GPtrArray               *chain;     /* (nullable) (element-type SignetCertificate): further certificates to carry */
  SignetSignatureAlgorithm algorithm;
  gint64                   time;      /* claimed: SigningTime */
  const char              *location;  /* (nullable): SignatureProductionPlaceV2/City */
  const char              *role;      /* (nullable): SignerRoleV2/ClaimedRoles */
} SignetXadesParameters;

#define SIGNET_TYPE_DOCUMENT_XADES (signet_document_xades_get_type ())
G_DECLARE_FINAL_TYPE (SignetDocumentXades, signet_document_xades, SIGNET, DOCUMENT_XADES, GObject)

/* @data: (element-type SignetXadesData): at least one, at most 4095. UNSUPPORTED: an algorithm no reader of XML signatures knows */
SignetDocumentXades *signet_document_xades_new               (const SignetXadesParameters *parameters, GPtrArray *data, GError **error);
GBytes              *signet_document_xades_get_to_be_signed  (SignetDocumentXades *self);                     /* canonical ds:SignedInfo */
gboolean             signet_document_xades_set_signature     (SignetDocumentXades *self, GBytes *signature, GError **error);
GBytes              *signet_document_xades_dup_timestamped   (SignetDocumentXades *self, GError **error);     /* canonical ds:SignatureValue */
gboolean             signet_document_xades_add_timestamp     (SignetDocumentXades *self, GBytes *token, GError **error);
/* ds:Signature as ASCII, without an XML declaration: fits into any document. */
char                *signet_document_xades_encode            (SignetDocumentXades *self, GError **error);
/* A whole file: XML declaration, and for ASiC-E (@in_container) asic:XAdESSignatures around it (EN 319 162-1, 4.4.3.3). */
GBytes              *signet_document_xades_encode_file       (SignetDocumentXades *self, gboolean in_container, GError **error);

G_END_DECLS
