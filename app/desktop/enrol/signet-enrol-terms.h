/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-enrol-terms.h: what an authority tells before one asks it for a certificate, in its own words. Signal "changed". */
#pragma once

#include <adwaita.h>

#include "../../core/enrolment/signet-enrolment.h"

G_BEGIN_DECLS

#define SIGNET_TYPE_ENROL_TERMS (signet_enrol_terms_get_type ())
G_DECLARE_FINAL_TYPE (SignetEnrolTerms, signet_enrol_terms, SIGNET, ENROL_TERMS, AdwBin)

/* What changed since the person last agreed, and the practice statement, are looked up; until then nothing can be accepted. */
void     signet_enrol_terms_set_authority (SignetEnrolTerms *self, SignetEnrolment *enrolment, SignetAuthority *authority);
gboolean signet_enrol_terms_is_accepted   (SignetEnrolTerms *self);

G_END_DECLS
