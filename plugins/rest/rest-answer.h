/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rest-answer.h: an answer of the authority, read as the profile says. */
#pragma once

#include "rest-profile.h"

G_BEGIN_DECLS

typedef struct {
  gint64    status;
  gint64    retry_after;   /* seconds; 0: not said */
  JsonNode *root;          /* an empty object when nothing came */
} RestAnswer;

/* @http: the result of http.request. NULL when the authority refused or what came cannot be read; errors as the host knows them. */
RestAnswer *rest_answer_read    (const RestEndpoint *endpoint, RestEndpointKind kind, JsonObject *http, GError **error);
void        rest_answer_free    (RestAnswer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RestAnswer, rest_answer_free)

/* (transfer full) (nullable): the text, number or truth value at @key */
char       *rest_answer_text    (const RestAnswer *self, const RestEndpoint *endpoint, RestKey key);

typedef enum { REST_STATE_ISSUED, REST_STATE_WAITING, REST_STATE_DONE } RestState;
/* What state a request is in. FALSE with REJECTED and the authority's words, or FAILED: its state is none the profile knows. */
gboolean    rest_answer_state   (const RestAnswer *self, const RestEndpoint *endpoint, RestState *state, GError **error);

/* Result of submit, poll or renew. @cookie: (nullable): what was known before. (transfer full) */
JsonObject *rest_answer_issued  (const RestAnswer *self, const RestEndpoint *endpoint, const RestProfile *profile, GError **error);
JsonObject *rest_answer_waiting (const RestAnswer *self, const RestEndpoint *endpoint, const RestProfile *profile, const char *cookie);
/* Result of revoke, suspend, resume: done or waiting; of status. (transfer full) */
JsonObject *rest_answer_life    (const RestAnswer *self, const RestEndpoint *endpoint, const RestProfile *profile, GError **error);
JsonObject *rest_answer_status  (const RestAnswer *self, const RestEndpoint *endpoint, GError **error);
/* The texts of [Rest Terms] and the certificates of [Rest Chain]. (transfer full) */
JsonObject *rest_answer_terms   (const RestAnswer *self, const RestEndpoint *endpoint);
JsonObject *rest_answer_chain   (const RestAnswer *self, const RestEndpoint *endpoint, GError **error);

G_END_DECLS
