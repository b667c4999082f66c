/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-recent-group.h: the last files from the user's journal, with what happened to each. Left out while there are none. */
#pragma once

#include <adwaita.h>

#include "signet-desktop.h"

G_BEGIN_DECLS

#define SIGNET_TYPE_RECENT_GROUP (signet_recent_group_get_type ())
G_DECLARE_FINAL_TYPE (SignetRecentGroup, signet_recent_group, SIGNET, RECENT_GROUP, AdwPreferencesGroup)

void signet_recent_group_set_desktop (SignetRecentGroup *self, SignetDesktop *desktop);

G_END_DECLS
