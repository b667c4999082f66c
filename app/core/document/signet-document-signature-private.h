/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-document-signature-private.h: how the finders of this room fill in a SignetDocumentSignature. */
#pragma once

#include "signet-document-signature.h"

G_BEGIN_DECLS

struct _SignetDocumentSignature {
  GObject                  parent_instance;
  char                    *id;
  char                    *covers; /* (nullable): of a countersignature: the id of the signature it is over */
  const char              *kind;   /* static */
  const char              *format; /* static */
  const char              *inner_format; /* (nullable) static: of a signature in a container */
  const char              *level;  /* static */
  SignetIntegrity          integrity;
  gboolean                 broken;  /* for good, whatever else turns out well */
  SignetCoverage           coverage;
  GPtrArray               *changes;      /* (element-type SignetDocumentChange) */
  SignetCertificate       *signer;       /* (nullable) */
  GPtrArray               *certificates; /* (element-type SignetCertificate) */
  gint64                   claimed_time;
  char                    *reason;
  char                    *location;
  SignetSignatureAlgorithm algorithm;
  GBytes                  *timestamp; /* (nullable) */
  GBytes                  *value;     /* (nullable) */
  GPtrArray               *problems;  /* (element-type utf8), static strings */
  guint64                  position;  /* where it stands in its file: see SignetDocumentStamp */
  GPtrArray               *stamps;    /* (element-type SignetDocumentStamp) */
  SignetDocumentEvidence  *evidence;  /* (nullable) */
  const char              *packaging; /* (nullable) static */
  GPtrArray               *covered;   /* (element-type utf8) */
};

SignetDocumentSignature *_signet_document_signature_new          (const char *id);
/* @code must be static. A problem is noted once. */
void                     _signet_document_signature_add_problem  (SignetDocumentSignature *self, const char *code);
/* Notes @code and makes the signature broken, for good. */
void                     _signet_document_signature_set_broken   (SignetDocumentSignature *self, const char *code);
void                     _signet_document_signature_set_integrity (SignetDocumentSignature *self, SignetIntegrity integrity); /* unless broken */
void                     _signet_document_signature_add_change   (SignetDocumentSignature *self, const char *kind, const char *where, gboolean allowed);

GPtrArray *_signet_document_find_pdf_signatures (SignetDocumentFile *file, GCancellable *cancellable, GError **error);
GPtrArray *_signet_document_find_xml_signatures (SignetDocumentFile *file, SignetDocumentFile *detached, GCancellable *cancellable, GError **error);
GPtrArray *_signet_document_find_cms_signatures (SignetDocumentFile *file, SignetDocumentFile *detached, GCancellable *cancellable, GError **error);
GPtrArray *_signet_document_find_asic_signatures (SignetDocumentFile *file, GCancellable *cancellable, GError **error);

/* Whether a signature of this scheme can be of @key at all; @key: (nullable) */
gboolean _signet_document_signature_fits_key (SignetSignatureScheme scheme, EVP_PKEY *key);

G_END_DECLS
