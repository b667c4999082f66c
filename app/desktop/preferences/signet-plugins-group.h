/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-plugins-group.h: the plugins that speak with authorities: what each may do, whether it runs, and who decided that. */
#pragma once

#include <adwaita.h>

#include "../common/signet-desktop.h"

G_BEGIN_DECLS

#define SIGNET_TYPE_PLUGINS_GROUP (signet_plugins_group_get_type ())
G_DECLARE_FINAL_TYPE (SignetPluginsGroup, signet_plugins_group, SIGNET, PLUGINS_GROUP, AdwPreferencesGroup)

void signet_plugins_group_set_desktop (SignetPluginsGroup *self, SignetDesktop *desktop);

G_END_DECLS
