/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-tsa-group.h: the time-stamp servers in the order they are asked, how each did, and changing them unless the administrator named them. */
#pragma once

#include <adwaita.h>

#include "../common/signet-desktop.h"

G_BEGIN_DECLS

#define SIGNET_TYPE_TSA_GROUP (signet_tsa_group_get_type ())
G_DECLARE_FINAL_TYPE (SignetTsaGroup, signet_tsa_group, SIGNET, TSA_GROUP, AdwPreferencesGroup)

void signet_tsa_group_set_desktop (SignetTsaGroup *self, SignetDesktop *desktop);

G_END_DECLS
