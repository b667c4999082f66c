/* SPDX-License-Identifier: GPL-3.0-or-later */
/* certmonger-scep.h: what a helper that speaks SCEP wants beside the request, and what it gives back. No I/O. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* All owned. The certificates are PEM, as the helper printed them. */
typedef struct {
  char *ra;        /* whom messages are encrypted for, and who signs answers */
  char *issuer;    /* (nullable) */
  char *others;    /* (nullable) */
  char *ca;        /* base64 of PKCS#7 with all of them, as a server answers GetCACert */
  char *caps;      /* as a server answers GetCACaps */
  char *message;   /* (nullable): a pkiMessage, PEM */
} HelperScep;

void     helper_scep_clear             (HelperScep *scep);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (HelperScep, helper_scep_clear)

/* What FETCH-SCEP-CA-CERTS printed: the RA's, the CA's, further ones. FALSE with SIGNET_SDK_ERROR_FAILED */
gboolean helper_scep_read_certificates (HelperScep *scep, const char *output, GError **error);
/* Answers are held against what the authority has filed (base64 of DER each), not against what the helper fetched from anybody. The root takes the
   place of the fetched CA, which goes to the others. */
void     helper_scep_use_chain         (HelperScep *scep, const char *const *chain);
/* Does what GET-NEW-REQUEST-REQUIREMENTS printed name a message of SCEP? */
gboolean helper_scep_is_wanted         (const char *output);
/* (transfer full) (nullable): base64 of the pkcsPKIEnvelope that was printed as PEM */
char    *helper_scep_read_envelope     (const char *output);
/* (transfer full): PEM of base64. @label: "PKCS7" */
char    *helper_to_pem                 (const char *base64, const char *label);

G_END_DECLS
