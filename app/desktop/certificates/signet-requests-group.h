/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-requests-group.h: certificates asked for and not yet there, or, with the property "over", those that are over; left out while there are none. */
#pragma once

#include <adwaita.h>

#include "../common/signet-desktop.h"

G_BEGIN_DECLS

#define SIGNET_TYPE_REQUESTS_GROUP (signet_requests_group_get_type ())
G_DECLARE_FINAL_TYPE (SignetRequestsGroup, signet_requests_group, SIGNET, REQUESTS_GROUP, AdwPreferencesGroup)

void signet_requests_group_set_desktop (SignetRequestsGroup *self, SignetDesktop *desktop);

G_END_DECLS
