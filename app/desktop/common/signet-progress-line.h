/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-progress-line.h: what is being done, how far, and Cancel. Signal "cancel". */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define SIGNET_TYPE_PROGRESS_LINE (signet_progress_line_get_type ())
G_DECLARE_FINAL_TYPE (SignetProgressLine, signet_progress_line, SIGNET, PROGRESS_LINE, AdwBin)

/* @step: a code of signet_interaction_progress(), NULL: just begun; @fraction: below 0: not known */
void signet_progress_line_set (SignetProgressLine *self, const char *step, double fraction);

G_END_DECLS
