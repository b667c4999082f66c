/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-mark-group.h: rows that say what the visible mark shows and where it stands. */
#pragma once

#include <adwaita.h>

#include "signet-mark-choice.h"

G_BEGIN_DECLS

#define SIGNET_TYPE_MARK_GROUP (signet_mark_group_get_type ())
G_DECLARE_FINAL_TYPE (SignetMarkGroup, signet_mark_group, SIGNET, MARK_GROUP, AdwPreferencesGroup)

void signet_mark_group_set_choice  (SignetMarkGroup *self, SignetMarkChoice *choice);
/* Another document: nothing is chosen; rows fit its pages and fields. */
void signet_mark_group_start_anew  (SignetMarkGroup *self);
/* Of many files: whether any of them has pages to stand on. */
void signet_mark_group_set_for_many (SignetMarkGroup *self, gboolean has_pages);
/* What the pre-flight found: whether a mark covers an earlier signature. (nullable) (element-type SignetSigningCheck) */
void signet_mark_group_set_checks  (SignetMarkGroup *self, GPtrArray *checks);

G_END_DECLS
