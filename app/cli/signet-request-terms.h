/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-request-terms.h: what an authority tells before a request, and what was told and done at one that is there. */
#pragma once

#include "signet-invocation.h"

G_BEGIN_DECLS

/* Asks the authority what it tells today, shows it, fetches the practice statement, says what changed, and asks unless @agreed. */
gboolean signet_request_agree_to_terms (SignetInvocation *invocation, SignetAuthority *authority, SignetInteraction *interaction, gboolean agreed,
                                        GError **error);
/* "disclosures" and "events" */
void     signet_request_record_to_json (SignetEnrolment *enrolment, SignetRequest *request, JsonObject *object);
void     signet_request_record_show    (SignetEnrolment *enrolment, SignetRequest *request);

G_END_DECLS
