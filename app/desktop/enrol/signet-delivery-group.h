/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-delivery-group.h: a key that an authority delivered and a token did not take: which token shall have it? Nothing while there is none.
 * Signal "placed": it was tried; the request says how it ended.
 */
#pragma once

#include <adwaita.h>

#include "../common/signet-desktop.h"

G_BEGIN_DECLS

#define SIGNET_TYPE_DELIVERY_GROUP (signet_delivery_group_get_type ())
G_DECLARE_FINAL_TYPE (SignetDeliveryGroup, signet_delivery_group, SIGNET, DELIVERY_GROUP, AdwPreferencesGroup)

void     signet_delivery_group_set_desktop (SignetDeliveryGroup *self, SignetDesktop *desktop);
/* @request: (nullable): show nothing */
void     signet_delivery_group_set_request (SignetDeliveryGroup *self, SignetRequest *request);
/* Whether a delivered key of @request waits for a token that takes it. */
gboolean signet_delivery_group_is_needed   (SignetRequest *request);

G_END_DECLS
