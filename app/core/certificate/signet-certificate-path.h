/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-certificate-path.h: from a certificate to an anchor (RFC 5280, 6), at a time, with OpenSSL's verifier behind one door. */
#pragma once

#include "signet-certificate.h"

G_BEGIN_DECLS

typedef enum {
  SIGNET_PATH_PURPOSE_ANY,
  SIGNET_PATH_PURPOSE_SIGNATURE,
  SIGNET_PATH_PURPOSE_TSA,
  SIGNET_PATH_PURPOSE_OCSP,
} SignetPathPurpose;

/* A value, not an error: why there is no path is a reason code (the README of the room lists them). */
typedef struct {
  gboolean   found;
  GPtrArray *certificates; /* (element-type SignetCertificate): leaf first, anchor last; as far as it went when not found */
  char      *reason;       /* (nullable): "no-trust-anchor", "expired", "not-yet-valid", "ca-not-allowed", "bad-signature", "constraint" … */
  char      *detail;       /* (nullable): OpenSSL's words, for details */
} SignetCertificatePath;

SignetCertificatePath *signet_certificate_path_build (SignetCertificate *leaf, GPtrArray *untrusted, GPtrArray *anchors,
                                                      SignetPathPurpose purpose, gint64 time);
void                   signet_certificate_path_free  (SignetCertificatePath *path);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SignetCertificatePath, signet_certificate_path_free)

G_END_DECLS
