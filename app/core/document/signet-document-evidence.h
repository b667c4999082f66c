/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-document-evidence.h: what a signed file carries inside to prove a signature later: certificates, OCSP answers and revocation lists,
 * and the time-stamps over it. Bytes and their order, no judgement.
 */
#pragma once

#include "../certificate/signet-certificate.h"

G_BEGIN_DECLS

#define SIGNET_DOCUMENT_MAX_EVIDENCE      1024               /* pieces of one kind in one file */
#define SIGNET_DOCUMENT_MAX_EVIDENCE_SIZE (64 * 1024 * 1024) /* all together */

/* Reference counted; nobody adds to it once it was handed out. Any thread then. */
typedef struct _SignetDocumentEvidence SignetDocumentEvidence;

typedef enum { SIGNET_PIECE_CERTIFICATE, SIGNET_PIECE_OCSP, SIGNET_PIECE_CRL } SignetPieceKind;

SignetDocumentEvidence *signet_document_evidence_new   (void);
SignetDocumentEvidence *signet_document_evidence_ref   (SignetDocumentEvidence *self);
void                    signet_document_evidence_unref (SignetDocumentEvidence *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SignetDocumentEvidence, signet_document_evidence_unref)

/* @der: Certificate, OCSPResponse (RFC 6960, 4.2.1) or CertificateList. A piece that is there already is not taken twice.
   @position: what stands where (see SignetDocumentStamp); 0 for what is not in a file yet. FALSE: more than anybody needs. */
gboolean   signet_document_evidence_add              (SignetDocumentEvidence *self, SignetPieceKind kind, GBytes *der, guint64 position);
guint      signet_document_evidence_get_n            (SignetDocumentEvidence *self, SignetPieceKind kind);
GBytes    *signet_document_evidence_get              (SignetDocumentEvidence *self, SignetPieceKind kind, guint index);      /* borrowed */
guint64    signet_document_evidence_get_position     (SignetDocumentEvidence *self, SignetPieceKind kind, guint index);
gboolean   signet_document_evidence_has              (SignetDocumentEvidence *self, SignetPieceKind kind, GBytes *der);
/* (transfer none) (element-type SignetCertificate): those that can be read */
GPtrArray *signet_document_evidence_get_certificates (SignetDocumentEvidence *self);

/*
 * A time-stamp inside a signed file. Everything in the file has a position: an offset in a PDF, a count elsewhere; a time-stamp proves
 * the existence of what has a lower position than it (the signature itself included).
 */
typedef enum { SIGNET_STAMP_SIGNATURE, SIGNET_STAMP_ARCHIVE } SignetStampKind;
typedef struct {
  SignetStampKind kind;
  GBytes         *token;    /* DER TimeStampToken (RFC 3161) */
  GBytes         *stamped;  /* (nullable): the bytes it must be about; NULL: compared already, @fits says how it came out */
  gboolean        fits;
  guint64         position;
} SignetDocumentStamp;
SignetDocumentStamp *signet_document_stamp_new  (SignetStampKind kind, GBytes *token, GBytes *stamped, gboolean fits, guint64 position);
void                 signet_document_stamp_free (SignetDocumentStamp *stamp);

G_END_DECLS
