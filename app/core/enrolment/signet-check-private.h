/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-check-private.h: a certificate held against the request for it. */
#pragma once

#include "signet-enrolment-private.h"

G_BEGIN_DECLS

/* Signed by one of these, which must be a CA certificate. */
gboolean   _signet_enrolment_is_issued_by (SignetCertificate *certificate, GPtrArray *authorities);
GPtrArray *_signet_request_dup_told       (SignetRequest *request, GPtrArray *filed);
GPtrArray *_signet_request_dup_issuers    (SignetRequest *request, GPtrArray *filed);
gboolean   _signet_enrolment_wants_two    (SignetAuthority *authority);   /* [Issuance] Certificates=dual */

/* FALSE: never to be installed (WRONG_KEY, WRONG_ISSUER, WRONG_KIND). What merely differs is for the person to accept. */
gboolean   _signet_enrolment_check        (SignetRequest *request, GPtrArray *issuers, GError **error);
GPtrArray *_signet_enrolment_differences  (SignetRequest *request, SignetAuthority *authority, gint64 now);
/* Borrowed from @all. */
SignetRequestDifference *_signet_difference_add (GPtrArray *all, const char *field, const char *asked, const char *received, gboolean same);
/* Adds a row "lint-…" for each thing a standard wants otherwise: asked: the clause, received: what is there. */
void       _signet_enrolment_lint         (GPtrArray *all, SignetCertificate *certificate);

/* As kept in the request: rows as JSON. */
char      *_signet_differences_to_text    (GPtrArray *all);
GPtrArray *_signet_differences_from_text  (const char *text);   /* (transfer full): empty when there are none */

G_END_DECLS
