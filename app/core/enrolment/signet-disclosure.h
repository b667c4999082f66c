/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-disclosure.h: what an authority told before a request: terms, practice statement, fees, use of data, liability: kept with the request as it was
 * shown, with its hash, language and time. A practice statement that is an address is fetched, and kept by its SHA-256.
 */
#pragma once

#include "signet-enrolment.h"

G_BEGIN_DECLS

typedef struct {
  char   *key;             /* "Terms", "Cps", "Fees", "DataUse", "Liability" */
  char   *text;            /* as it was shown */
  char   *language;        /* that the person works in: "zh_CN" */
  char   *sha256;          /* of @text */
  gint64  time;
  char   *document_sha256; /* (nullable): of what was at the address in @text */
  gint64  document_size;
  char   *problem;         /* (nullable): why there is no document: technical; NULL also where @text is no address */
} SignetDisclosure;

void       signet_disclosure_free (SignetDisclosure *disclosure);
/* (transfer full): where a document is kept */
char      *signet_disclosure_dup_document_path (const char *sha256);

/* Asks the authority's plugin what it tells today. What it tells takes the place of the profile's words in all that follows, in this run of the program:
   shown, compared, agreed to, kept. FALSE with @error: it could not be asked, or tells nonsense; the profile's words stand. @interaction: (nullable): to
   allow the plugin, or a server that acts for the authority. Blocking. */
gboolean   signet_enrolment_ask_terms (SignetEnrolment *self, SignetAuthority *authority, SignetInteraction *interaction, GCancellable *cancellable,
                                       GError **error);
/* What the authority tells of @key ("Terms"…): its plugin, or else its profile. One line, safe to show. (transfer full) (nullable) */
char      *signet_enrolment_dup_term (SignetEnrolment *self, SignetAuthority *authority, const char *key);
/* Fetches the practice statement when the profile gives an address; at most @seconds. TRUE without @sha256: it gives none.
   @sha256: (out) (optional) (nullable) (transfer full). Errors: as of signet_http_send(); kept for the request that follows. Blocking. */
gboolean   signet_enrolment_fetch_cps (SignetEnrolment *self, SignetAuthority *authority, guint seconds, char **sha256, GCancellable *cancellable,
                                       GError **error);
/* What was told before @request. (transfer full) (element-type SignetDisclosure) */
GPtrArray *signet_enrolment_list_disclosures (SignetEnrolment *self, SignetRequest *request, GError **error);
/* Keys whose text, or document, is another one than when the person last agreed, in the same language. (transfer full) (nullable): nothing changed, or
   never agreed. @agreed: (out) (optional): when that was */
char     **signet_enrolment_dup_changed_terms (SignetEnrolment *self, SignetAuthority *authority, gint64 *agreed);

G_END_DECLS
