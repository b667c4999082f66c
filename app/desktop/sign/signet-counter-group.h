/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-counter-group.h: of a signature file that is signed again: which signature is countersigned, and what file it is all about. Signal "chosen". */
#pragma once

#include <adwaita.h>

#include "signet-sign-work.h"

G_BEGIN_DECLS

#define SIGNET_TYPE_COUNTER_GROUP (signet_counter_group_get_type ())
G_DECLARE_FINAL_TYPE (SignetCounterGroup, signet_counter_group, SIGNET, COUNTER_GROUP, AdwPreferencesGroup)

/* @document: borrowed, (nullable) */
void                signet_counter_group_set_document    (SignetCounterGroup *self, SignetOpenDocument *document);
/* Nothing is shown where @format asks for nothing. (nullable) */
void                signet_counter_group_set_format      (SignetCounterGroup *self, const char *format);
const char         *signet_counter_group_get_countersign (SignetCounterGroup *self);   /* (nullable): its id */
SignetDocumentFile *signet_counter_group_get_content     (SignetCounterGroup *self);   /* (nullable) borrowed */

G_END_DECLS
