/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-document-signature.h: one signature as found in a file: what it covers, what was changed after, and the CMS it carries. Facts, no trust. */
#pragma once

#include "../certificate/signet-certificate.h"
#include "signet-document-evidence.h"
#include "signet-document-file.h"

G_BEGIN_DECLS

typedef enum { SIGNET_INTEGRITY_INTACT, SIGNET_INTEGRITY_BROKEN, SIGNET_INTEGRITY_UNSUPPORTED, SIGNET_INTEGRITY_NO_DATA } SignetIntegrity;
typedef enum { SIGNET_COVERAGE_WHOLE, SIGNET_COVERAGE_PARTIAL, SIGNET_COVERAGE_WHOLE_BUT_CHANGED_LATER } SignetCoverage;

/* A change made after the signature. @kind: "page-content", "annotation", "form-fill", "signature-added", "evidence-added", "catalogue", "undefined" … */
typedef struct { char *kind; char *where; gboolean allowed; } SignetDocumentChange;
void signet_document_change_free (SignetDocumentChange *change);

#define SIGNET_TYPE_DOCUMENT_SIGNATURE (signet_document_signature_get_type ())
G_DECLARE_FINAL_TYPE (SignetDocumentSignature, signet_document_signature, SIGNET, DOCUMENT_SIGNATURE, GObject)

const char        *signet_document_signature_get_id           (SignetDocumentSignature *self);  /* field name, or "1", "2" … */
const char        *signet_document_signature_get_kind         (SignetDocumentSignature *self);  /* "signature", "document-timestamp" … */
const char        *signet_document_signature_get_covers       (SignetDocumentSignature *self);  /* (nullable): of a "counter-signature": the id of the one it is over */
const char        *signet_document_signature_get_format       (SignetDocumentSignature *self);  /* "pades", "cades", "xades", "pdf-pkcs7", "asice", "asics" */
const char        *signet_document_signature_get_inner_format (SignetDocumentSignature *self);  /* (nullable): in a container: "cades", "xades" */
const char        *signet_document_signature_get_level        (SignetDocumentSignature *self);  /* "B-B", "B-T" … as structure says; "" when not baseline */
SignetIntegrity    signet_document_signature_get_integrity    (SignetDocumentSignature *self);
SignetCoverage     signet_document_signature_get_coverage     (SignetDocumentSignature *self);
GPtrArray         *signet_document_signature_get_changes      (SignetDocumentSignature *self);  /* (element-type SignetDocumentChange) */
SignetCertificate *signet_document_signature_get_signer       (SignetDocumentSignature *self);  /* (nullable): the one signing-certificate-v2 names */
GPtrArray         *signet_document_signature_get_certificates (SignetDocumentSignature *self);  /* all that came along */
gint64             signet_document_signature_get_claimed_time (SignetDocumentSignature *self);  /* by the signer's own clock */
const char        *signet_document_signature_get_reason       (SignetDocumentSignature *self);  /* (nullable) sanitized */
const char        *signet_document_signature_get_location     (SignetDocumentSignature *self);  /* (nullable) sanitized */
SignetSignatureAlgorithm signet_document_signature_get_algorithm (SignetDocumentSignature *self);
GBytes            *signet_document_signature_get_timestamp    (SignetDocumentSignature *self);  /* (nullable): DER of the signature time-stamp token */
GBytes            *signet_document_signature_get_value        (SignetDocumentSignature *self);  /* the SignatureValue a time-stamp is made over */
/* What the file carries to prove this signature later. Positions are those of its time-stamps and its evidence. */
guint64                 signet_document_signature_get_position (SignetDocumentSignature *self);
GPtrArray              *signet_document_signature_get_stamps   (SignetDocumentSignature *self); /* (element-type SignetDocumentStamp): inside it, oldest first */
SignetDocumentEvidence *signet_document_signature_get_evidence (SignetDocumentSignature *self); /* (nullable): perhaps shared with others */
const char        *signet_document_signature_get_packaging    (SignetDocumentSignature *self);  /* (nullable): of XAdES: "enveloped", "enveloping", "detached" */
GPtrArray         *signet_document_signature_get_covered      (SignetDocumentSignature *self);  /* (element-type utf8): names of files beside it, or documents of the container, that it is about */
/* (element-type utf8): codes of what is wrong or odd: "byte-range-gap", "signing-certificate-missing", "digest-mismatch", "signature-mismatch" … */
GPtrArray         *signet_document_signature_get_problems     (SignetDocumentSignature *self);

/* All signatures of a file, in the order they were made. Empty array: nothing is signed. @detached: (nullable): the data a detached CMS is about. */
GPtrArray *signet_document_find_signatures (SignetDocumentFile *file, SignetDocumentFile *detached, GCancellable *cancellable, GError **error);

G_END_DECLS
