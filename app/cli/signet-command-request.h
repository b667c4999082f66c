/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-command-request.h: what the files of `signet request` share. */
#pragma once

#include "signet-invocation.h"

G_BEGIN_DECLS

/* The one argument is the number of a request; NULL when the invocation has failed. @enrolment: (out) (transfer none). (transfer full) */
SignetRequest *signet_request_of_argument (SignetInvocation  *invocation,
                                           SignetEnrolment  **enrolment);
JsonObject    *signet_request_to_json     (SignetRequest     *request);
/* As signet_invocation_new_applicant(), for what asks for a certificate. @fields: (nullable): "id=value" each */
SignetTerminalInteraction *signet_request_new_applicant (SignetInvocation *invocation, const char *const *fields, const char *secret_file,
                                                         const SignetAgreement *agreements, GError **error);
/* Runs it as far as it goes, and shows or prints where it stands; the exit status. */
int            signet_request_continue    (SignetInvocation  *invocation,
                                           SignetEnrolment   *enrolment,
                                           SignetRequest     *request);
/* Runs the request for at most @wait seconds and shows it. Returns the exit status. */
int signet_request_go_on (SignetInvocation *invocation, SignetEnrolment *enrolment, SignetRequest *request, SignetTerminalInteraction *interaction,
                          int wait);

G_END_DECLS
