/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-evidence-private.h: what the files of this room share. */
#pragma once

#include <openssl/cms.h>
#include <openssl/ess.h>
#include <openssl/ocsp.h>
#include <openssl/ts.h>

#include "signet-evidence.h"
#include "signet-timestamp-client.h"

G_BEGIN_DECLS

#define SIGNET_EVIDENCE_MAX_ANSWER (256 * 1024)
#define SIGNET_EVIDENCE_SKEW       300 /* seconds two honest clocks may differ */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OCSP_REQUEST, OCSP_REQUEST_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OCSP_RESPONSE, OCSP_RESPONSE_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OCSP_BASICRESP, OCSP_BASICRESP_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OCSP_CERTID, OCSP_CERTID_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TS_REQ, TS_REQ_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TS_RESP, TS_RESP_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TS_TST_INFO, TS_TST_INFO_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TS_MSG_IMPRINT, TS_MSG_IMPRINT_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (X509_ALGOR, X509_ALGOR_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ASN1_INTEGER, ASN1_INTEGER_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CMS_ContentInfo, CMS_ContentInfo_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ESS_SIGNING_CERT, ESS_SIGNING_CERT_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ESS_SIGNING_CERT_V2, ESS_SIGNING_CERT_V2_free)

static inline void
_signet_certificates_free (STACK_OF(X509) *stack)
{
  sk_X509_pop_free (stack, X509_free);
}
typedef STACK_OF(X509) SignetCertificates;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SignetCertificates, _signet_certificates_free)

/* Sets INVALID and empties OpenSSL's error queue; returns FALSE. */
gboolean _signet_evidence_set_invalid (GError **error, const char *message);
gint64   _signet_evidence_time_of     (const ASN1_TIME *time);
/* A signature on evidence itself is of today: no MD5, no SHA-1. */
gboolean _signet_evidence_is_strong   (const X509_ALGOR *algorithm);
gboolean _signet_evidence_random      (guint8 *data, gsize length, GError **error);
gboolean _signet_evidence_crl_names   (GBytes *crl, SignetCertificate *issuer);
/* POSTs a question; NULL with UNREACHABLE or REFUSED unless the answer is a 200. */
typedef struct {
  const char            *user;     /* (nullable) */
  SignetSecret          *password; /* (nullable) */
  SignetTimestampClient *client;   /* (nullable): over https only */
} SignetEvidenceLogin;
/* @login: (nullable) */
GBytes  *_signet_evidence_post_as     (SignetHttp *http, const char *url, GBytes *question, const char *content_type,
                                       const SignetEvidenceLogin *login, GCancellable *cancellable, GError **error);
/* signet_evidence_fetch_timestamp_of_hash() with a name and password */
GBytes  *_signet_evidence_fetch_timestamp_as (SignetHttp *http, const char *url, const SignetEvidenceLogin *login, SignetDigest digest,
                                              GBytes *hash, GCancellable *cancellable, GError **error);
GBytes  *_signet_evidence_post        (SignetHttp *http, const char *url, GBytes *question, const char *content_type,
                                       GCancellable *cancellable, GError **error);

/* Puts the server's name in front of what went wrong with it. */
void     _signet_evidence_prefix_server (GError **error, const char *url);

/* GETs a list or certificates from the host in @url and no other; @known: (nullable): ETag of what is here already, then a 304 is fine too. */
SignetHttpResponse *_signet_evidence_get (SignetHttp *http, const char *url, gsize max_size, const char *known, GCancellable *cancellable,
                                          GError **error);

G_END_DECLS
