/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-enrol-steps.h: what is done, what is next, may I go. Signals "ask-now", "withdraw", "cancel". */
#pragma once

#include <adwaita.h>

#include "../../core/enrolment/signet-enrolment.h"

G_BEGIN_DECLS

#define SIGNET_TYPE_ENROL_STEPS (signet_enrol_steps_get_type ())
G_DECLARE_FINAL_TYPE (SignetEnrolSteps, signet_enrol_steps, SIGNET, ENROL_STEPS, AdwBin)

/* @authority: (nullable): when its profile is gone. @running: the core is at work on it just now */
void signet_enrol_steps_set          (SignetEnrolSteps *self, SignetRequest *request, SignetAuthority *authority, gboolean running);
/* What is kept of it, below the steps. @request: (nullable): not while the core is at work on it */
void signet_enrol_steps_show_record  (SignetEnrolSteps *self, SignetEnrolment *enrolment, SignetRequest *request);
void signet_enrol_steps_set_progress (SignetEnrolSteps *self, const char *step, double fraction);

G_END_DECLS
