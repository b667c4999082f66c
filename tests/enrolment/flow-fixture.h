/* SPDX-License-Identifier: GPL-3.0-or-later */
/* flow-fixture.h: requests to a desk (tests/servers/signet-test-desk.c) by a plugin of the tests (desk/), and the process that gets killed. */
#pragma once

#include "enrolment-world.h"
#include "signet-test-service.h"

G_BEGIN_DECLS

#define FLOW_CODE "signet-demo"

typedef struct {
  EnrolmentWorld *world;
  TestService    *desk;
  char           *port;
} Flow;

extern const char *flow_program;   /* argv[0] */

/* @fault, @pending: (nullable): of the desk; @issuance: (nullable): further lines for [Issuance] of the profile */
Flow              *flow_new             (const char *fault, const char *pending, const char *issuance);
void               flow_free            (Flow *flow);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Flow, flow_free)
void               flow_start_desk      (Flow *flow, const char *fault, const char *pending);
void               flow_write_profile   (Flow *flow, const char *issuance);
void               flow_set_clock       (Flow *flow, gint64 offset);   /* of this computer, in seconds from the truth */
void               flow_let_time_pass   (Flow *flow, gint64 offset);   /* for everybody */

SignetRequest     *flow_draft           (Flow *flow);
/* To take the place of @current; @key_spec NULL: with the same key. Agreed to. */
SignetRequest     *flow_draft_renewal   (Flow *flow, SignetCertificate *current, const char *key_spec);
SignetCertificate *flow_get_first       (Flow *flow);   /* the certificate of a first request, done */
void               flow_run_to_end      (Flow *flow, SignetRequest *request);   /* asserts that it is confirmed */
void               flow_check_renewed   (Flow *flow, SignetRequest *request, SignetCertificate *before, gboolean same_key);

/* main() of the program with --child-run ID [ANSWER-FILE]. */
int                flow_child_run       (const char *id, const char *answer_file);
GSubprocess       *flow_run_child       (SignetRequest *request, const char *point, const char *answer_file);
void               flow_run_until_killed (SignetRequest *request, const char *point, const char *answer_file);
/* Knows the PIN, agrees, and has @answer_file (nullable) for who asks. */
SignetInteraction *flow_person_new      (const char *answer_file);

guint              flow_count_issued    (void);   /* how many certificates the authority has made */
gboolean           flow_desk_was_told   (const char *act);
char              *flow_journal_find    (Flow *flow, const char *act);   /* (transfer full) (nullable): the details */
gboolean           flow_has_difference  (SignetRequest *request, const char *field);

G_END_DECLS
