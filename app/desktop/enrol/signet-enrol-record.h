/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-enrol-record.h: what is kept of a request: what the authority told before it, and who acted at each step. Nothing while there is none. */
#pragma once

#include <adwaita.h>

#include "../../core/enrolment/signet-enrolment.h"

G_BEGIN_DECLS

#define SIGNET_TYPE_ENROL_RECORD (signet_enrol_record_get_type ())
G_DECLARE_FINAL_TYPE (SignetEnrolRecord, signet_enrol_record, SIGNET, ENROL_RECORD, AdwBin)

/* Read on a thread, then shown. @request: (nullable): show nothing */
void signet_enrol_record_set (SignetEnrolRecord *self, SignetEnrolment *enrolment, SignetRequest *request);

G_END_DECLS
