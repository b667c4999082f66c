/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-expiry.h: what ends soon: certificates seen on the person's tokens, certificates of the authorities they come from, and requests that
 * nobody goes on with. A ladder of 90, 60, 30, 7 and 1 days; each rung is told once. Looks into the database alone, never at a token.
 */
#pragma once

#include "signet-enrolment.h"

G_BEGIN_DECLS

typedef enum {
  SIGNET_EXPIRY_CERTIFICATE,
  SIGNET_EXPIRY_CA_CERTIFICATE, /* of an authority's filed chain, where a certificate of the person depends on it */
  SIGNET_EXPIRY_REQUEST,        /* the authority forgets of it then */
} SignetExpiryKind;

#define SIGNET_EXPIRY_FAR (-1)  /* not on the ladder yet */
#define SIGNET_EXPIRY_OVER 0

typedef struct {
  SignetExpiryKind kind;
  char            *id;        /* SHA-256 of the certificate, or the number of the request */
  char            *name;      /* the holder, or the subject asked for */
  char            *authority; /* its name for people */
  char            *key;       /* (nullable): SHA-256 of its key */
  gint64           until;
  int              rung;      /* 90, 60, 30, 7, 1 or SIGNET_EXPIRY_OVER */
} SignetExpiry;

void        signet_expiry_free        (SignetExpiry *expiry);
const char *signet_expiry_kind_get_id (SignetExpiryKind kind);               /* "certificate", "ca-certificate", "request" */
/* The rung @until stands on at @now: the smallest number of days that covers what is left. Pure. */
int         signet_expiry_rung        (gint64 until, gint64 now);

/* What is on the tokens now: remembered, so that it is known of when no token is there. (element-type SignetToken) */
gboolean    signet_enrolment_note_certificates (SignetEnrolment *self, GPtrArray *tokens, GError **error);
/* By the first 16 digits or more of its SHA-256 or its key's: seen on a token before, or of a request. (transfer full) (nullable): not known */
SignetCertificate *signet_enrolment_find_known (SignetEnrolment *self, const char *fingerprint);
/* All on the ladder, the soonest first. (transfer full) (element-type SignetExpiry) */
GPtrArray  *signet_enrolment_list_expiries (SignetEnrolment *self, GError **error);
/* Of them those whose rung was not told yet. */
GPtrArray  *signet_enrolment_list_untold_expiries (SignetEnrolment *self, GError **error);
gboolean    signet_enrolment_note_told (SignetEnrolment *self, const SignetExpiry *expiry, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SignetExpiry, signet_expiry_free)

G_END_DECLS
