/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-command-life.h: what the commands about a certificate that is there share. */
#pragma once

#include "signet-invocation.h"

G_BEGIN_DECLS

/* Of a file, of a request or seen on a token before (then no token is needed), or on a token now. (transfer full) (nullable): then self->status is set */
SignetCertificate *signet_life_find_certificate (SignetInvocation *invocation, SignetEnrolment *enrolment, const char *what);
/* The one argument, which must be there. (transfer none) (nullable): usage was told */
const char        *signet_life_argument         (SignetInvocation *invocation);
/* Moves the act on and says where it stands. Returns the exit status. */
int                signet_life_run              (SignetInvocation *invocation, SignetEnrolment *enrolment, SignetLifecycle *act,
                                                 SignetTerminalInteraction *interaction, GError **error);
void               signet_life_show             (SignetInvocation *invocation, SignetEnrolment *enrolment, SignetLifecycle *act);
/* What to do where the authority takes nothing over the network; to stderr. */
void               signet_life_show_contact     (SignetEnrolment *enrolment, SignetCertificate *certificate);
JsonObject        *signet_life_to_json          (SignetEnrolment *enrolment, SignetLifecycle *act);   /* (transfer full) */

G_END_DECLS
