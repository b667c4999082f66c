/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-evidence-list.h: what happened to a signature, one event under the other, joined by a line. */
#pragma once

#include <adwaita.h>

#include "../common/signet-state.h"

G_BEGIN_DECLS

#define SIGNET_TYPE_EVIDENCE_LIST (signet_evidence_list_get_type ())
G_DECLARE_FINAL_TYPE (SignetEvidenceList, signet_evidence_list, SIGNET, EVIDENCE_LIST, AdwBin)

/* @when: (nullable) already in words */
void signet_evidence_list_add (SignetEvidenceList *self, SignetState state, const char *title, const char *subtitle, const char *when);

G_END_DECLS
