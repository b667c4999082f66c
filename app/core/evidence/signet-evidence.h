/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-evidence.h: what proves a signature later: OCSP answers (RFC 6960) and time-stamps (RFC 3161): asked for and checked. */
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
} SignetEvidenceError;
GQuark signet_evidence_error_quark (void);

typedef enum { SIGNET_REVOCATION_UNKNOWN, SIGNET_REVOCATION_GOOD, SIGNET_REVOCATION_REVOKED } SignetRevocation;

typedef struct {
  SignetRevocation status;
  gint64  this_update, next_update, produced_at, revoked_at; /* SIGNET_TIME_UNKNOWN where not said */
  int     reason;          /* CRLReason, -1: none */
  char   *responder;       /* (nullable): display name */
  GBytes *response;        /* (nullable): DER OCSPResponse */
} SignetRevocationStatus;
void signet_revocation_status_free (SignetRevocationStatus *status);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SignetRevocationStatus, signet_revocation_status_free)

/* Asks the certificate's own OCSP server. NULL with an error when nothing trustworthy came back. */
SignetRevocationStatus *signet_evidence_fetch_ocsp (SignetHttp *http, SignetCertificate *certificate, SignetCertificate *issuer, gint64 now,
                                                    GCancellable *cancellable, GError **error);
SignetRevocationStatus *signet_evidence_check_ocsp (GBytes *response, SignetCertificate *certificate, SignetCertificate *issuer, gint64 now,
                                                    GBytes *nonce, GError **error);

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
SignetTimestamp *signet_evidence_parse_timestamp (GBytes *token, GBytes *data, GError **error);

G_END_DECLS
