/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-modules-group.h: the drivers (PKCS#11 modules) that are asked for tokens: where each comes from, whether it works. */
#pragma once

#include <adwaita.h>

#include "../common/signet-desktop.h"

G_BEGIN_DECLS

#define SIGNET_TYPE_MODULES_GROUP (signet_modules_group_get_type ())
G_DECLARE_FINAL_TYPE (SignetModulesGroup, signet_modules_group, SIGNET, MODULES_GROUP, AdwPreferencesGroup)

void signet_modules_group_set_desktop (SignetModulesGroup *self, SignetDesktop *desktop);

G_END_DECLS
