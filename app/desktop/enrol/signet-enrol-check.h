/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-enrol-check.h: asked against received, the differences on top. Also the last screen, when all is there. Signal "placed". */
#pragma once

#include <adwaita.h>

#include "../common/signet-desktop.h"

G_BEGIN_DECLS

#define SIGNET_TYPE_ENROL_CHECK (signet_enrol_check_get_type ())
G_DECLARE_FINAL_TYPE (SignetEnrolCheck, signet_enrol_check, SIGNET, ENROL_CHECK, AdwBin)

void  signet_enrol_check_set_desktop (SignetEnrolCheck *self, SignetDesktop *desktop);
/* @installed: it is on the token already; else the person is asked to accept it. Returns the number of differences. */
guint signet_enrol_check_set (SignetEnrolCheck *self, SignetRequest *request, gboolean installed);
/* What is kept of it, below the fields. @request: (nullable): not while the core is at work on it */
void  signet_enrol_check_show_record (SignetEnrolCheck *self, SignetEnrolment *enrolment, SignetRequest *request);

G_END_DECLS
