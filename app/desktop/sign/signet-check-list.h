/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-check-list.h: what stands in the way, what to know, what is fine: in few lines, with all of it behind Details. */
#pragma once

#include <adwaita.h>

#include "../../core/signing/signet-signing.h"

G_BEGIN_DECLS

#define SIGNET_TYPE_CHECK_LIST (signet_check_list_get_type ())
G_DECLARE_FINAL_TYPE (SignetCheckList, signet_check_list, SIGNET, CHECK_LIST, AdwBin)

/* @checks: (nullable) (element-type SignetSigningCheck): NULL: still looking */
void     signet_check_list_set_checks (SignetCheckList *self, GPtrArray *checks);
void     signet_check_list_set_note   (SignetCheckList *self, const char *note);  /* (nullable): instead of checks: why there are none */
gboolean signet_check_list_has_stop   (SignetCheckList *self);
/* From now on a button offers to sign without a time-stamp where only that is missing; signal "later" */
void     signet_check_list_offer_later (SignetCheckList *self);

G_END_DECLS
