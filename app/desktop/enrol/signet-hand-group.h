/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-hand-group.h: a request the person carries to the authority, and the answer they bring back. Signal "answered" (GFile). */
#pragma once

#include <adwaita.h>

#include "../../core/enrolment/signet-enrolment.h"

G_BEGIN_DECLS

#define SIGNET_TYPE_HAND_GROUP (signet_hand_group_get_type ())
G_DECLARE_FINAL_TYPE (SignetHandGroup, signet_hand_group, SIGNET, HAND_GROUP, AdwPreferencesGroup)

void signet_hand_group_set_request (SignetHandGroup *self, SignetRequest *request);

G_END_DECLS
