/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-evidence-crl-private.h: a revocation list in parts, shared by its parser and its judge. */
#pragma once

#include <openssl/x509v3.h>

#include "signet-evidence-private.h"

G_BEGIN_DECLS

#define SIGNET_CRL_MAX_SIZE       (32 * 1024 * 1024)
#define SIGNET_CRL_REASON_REMOVED 8 /* RFC 5280, 5.3.1: removeFromCRL */

typedef struct { const guint8 *data; gsize size; } SignetSpan;

/* Spans point into @bytes. */
typedef struct {
  GBytes          *bytes;
  SignetSpan       to_be_signed;
  SignetSpan       inner_algorithm;
  SignetSpan       entries;     /* content of revokedCertificates; empty when there are none */
  gboolean         has_version; /* v2 */
  X509_NAME       *issuer;
  gint64           this_update;
  gint64           next_update; /* SIGNET_TIME_UNKNOWN: not said */
  X509_EXTENSIONS *extensions;  /* (nullable) */
  X509_ALGOR      *algorithm;
  ASN1_BIT_STRING *signature;
} SignetCrl;

typedef enum { SIGNET_CRL_FINE, SIGNET_CRL_MALFORMED, SIGNET_CRL_INDIRECT, SIGNET_CRL_CRITICAL, SIGNET_CRL_TOO_MANY } SignetCrlProblem;

typedef struct {
  gboolean listed;
  gint64   revoked_at;
  int      reason; /* -1: not said */
} SignetCrlEntry;

SignetCrl       *_signet_crl_open (GBytes *bytes, GError **error);
void             _signet_crl_free (SignetCrl *crl);
SignetCrlProblem _signet_crl_find (SignetCrl *crl, SignetSpan serial, SignetCrlEntry *found);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SignetCrl, _signet_crl_free)

G_END_DECLS
