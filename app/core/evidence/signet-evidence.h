/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-evidence.h: what proves a signature later: OCSP answers (RFC 6960), revocation lists (RFC 5280) and time-stamps (RFC 3161): asked for and checked. */
#pragma once

#include "../base/signet-clock.h"
#include "../base/signet-http.h"
#include "../certificate/signet-certificate-path.h"

G_BEGIN_DECLS

#define SIGNET_EVIDENCE_ERROR (signet_evidence_error_quark ())
typedef enum {
  SIGNET_EVIDENCE_ERROR_UNREACHABLE,
  SIGNET_EVIDENCE_ERROR_REFUSED,    /* the server answered that it will not */
  SIGNET_EVIDENCE_ERROR_INVALID,    /* the answer does not fit the question or is not signed by who may */
  SIGNET_EVIDENCE_ERROR_STALE,      /* a revocation list that is too old, and nothing else against it */
  SIGNET_EVIDENCE_ERROR_NO_SOURCE,  /* the certificate names nobody who would know */
  SIGNET_EVIDENCE_ERROR_OFFLINE,    /* nothing is kept here that would answer, and nobody may be asked */
} SignetEvidenceError;
GQuark signet_evidence_error_quark (void);

typedef enum { SIGNET_REVOCATION_UNKNOWN, SIGNET_REVOCATION_GOOD, SIGNET_REVOCATION_REVOKED } SignetRevocation;

typedef enum { SIGNET_EVIDENCE_OCSP, SIGNET_EVIDENCE_CRL } SignetEvidenceKind;
typedef enum { SIGNET_EVIDENCE_FROM_SERVER, SIGNET_EVIDENCE_FROM_CACHE, SIGNET_EVIDENCE_BY_HAND, SIGNET_EVIDENCE_EMBEDDED } SignetEvidenceOrigin;

typedef struct {
  SignetRevocation status;
  SignetEvidenceKind kind;
  SignetEvidenceOrigin origin;
  gint64  this_update, next_update, produced_at, revoked_at; /* SIGNET_TIME_UNKNOWN where not said */
  gint64  fetched_at;      /* when a server gave it; SIGNET_TIME_UNKNOWN: by hand, or not said */
  int     reason;          /* CRLReason, -1: none */
  char   *responder;       /* (nullable): display name of who signed it */
  char   *instead;         /* (nullable): technical: why what would have been asked first did not serve */
  GBytes *response;        /* (nullable): DER OCSPResponse or CertificateList */
} SignetRevocationStatus;
SignetRevocationStatus *signet_revocation_status_copy (const SignetRevocationStatus *status);
void signet_revocation_status_free (SignetRevocationStatus *status);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SignetRevocationStatus, signet_revocation_status_free)

/* Asks the certificate's own OCSP server. NULL with an error when nothing trustworthy came back. */
SignetRevocationStatus *signet_evidence_fetch_ocsp (SignetHttp *http, SignetCertificate *certificate, SignetCertificate *issuer, gint64 now,
                                                    GCancellable *cancellable, GError **error);
SignetRevocationStatus *signet_evidence_check_ocsp (GBytes *response, SignetCertificate *certificate, SignetCertificate *issuer, gint64 now,
                                                    GBytes *nonce, GError **error);

SignetRevocationStatus *signet_evidence_check_ocsp_kept (GBytes *response, SignetCertificate *certificate, SignetCertificate *issuer, gint64 at,
                                                         gint64 latest, gint64 proved, GError **error);
/* (transfer full) (nullable): who signed it, when that one may be revoked himself */
SignetCertificate      *signet_evidence_dup_responder (GBytes *response, SignetCertificate *issuer, gint64 now);

#define SIGNET_EVIDENCE_MAX_CRL_FILE (64 * 1024 * 1024)

/* A complete list of the certificate's own issuer; anything else is refused with the reason. */
SignetRevocationStatus *signet_evidence_check_crl (GBytes *crl, SignetCertificate *certificate, SignetCertificate *issuer, gint64 now, gint64 at,
                                                   GError **error);
/* (transfer full) (element-type GBytes): DER, from DER or PEM */
GPtrArray              *signet_evidence_parse_crls (GBytes *data, GError **error);
GPtrArray              *signet_evidence_load_crls  (const char *path, GError **error);

typedef struct {
  gint64             time;
  SignetCertificate *tsa;          /* (nullable) */
  GPtrArray         *certificates; /* (element-type SignetCertificate) */
  gboolean           imprint_ok;
  gboolean           signature_ok;
} SignetTimestamp;
void signet_timestamp_free (SignetTimestamp *timestamp);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SignetTimestamp, signet_timestamp_free)

/* (transfer full): DER TimeStampToken over @data (hashed with @digest), checked against the question before it is returned. */
GBytes          *signet_evidence_fetch_timestamp (SignetHttp *http, const char *url, SignetDigest digest, GBytes *data,
                                                  GCancellable *cancellable, GError **error);
GBytes          *signet_evidence_fetch_timestamp_of_hash (SignetHttp *http, const char *url, SignetDigest digest, GBytes *hash,
                                                          GCancellable *cancellable, GError **error);
SignetTimestamp *signet_evidence_parse_timestamp (GBytes *token, GBytes *data, GError **error);

G_END_DECLS
