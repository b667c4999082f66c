/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-waiting-group.h: signed files that wait for a time-stamp: since when, why still, try now or forget. Left out while there are none. */
#pragma once

#include <adwaita.h>

#include "../common/signet-desktop.h"

G_BEGIN_DECLS

#define SIGNET_TYPE_WAITING_GROUP (signet_waiting_group_get_type ())
G_DECLARE_FINAL_TYPE (SignetWaitingGroup, signet_waiting_group, SIGNET, WAITING_GROUP, AdwPreferencesGroup)

void signet_waiting_group_set_desktop (SignetWaitingGroup *self, SignetDesktop *desktop);
/* Another program may have worked on the shelf. */
void signet_waiting_group_reload      (SignetWaitingGroup *self);

G_END_DECLS
