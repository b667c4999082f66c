/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-report-view.h: the verdict in one sentence, then the grounds. Signal "choose-data": the signed file must be shown first. */
#pragma once

#include <adwaita.h>

#include "../../core/validation/signet-validation.h"

G_BEGIN_DECLS

#define SIGNET_TYPE_REPORT_VIEW (signet_report_view_get_type ())
G_DECLARE_FINAL_TYPE (SignetReportView, signet_report_view, SIGNET, REPORT_VIEW, AdwBin)

void signet_report_view_set_report (SignetReportView *self, SignetFileReport *report);

G_END_DECLS
