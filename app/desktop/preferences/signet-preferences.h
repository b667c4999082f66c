/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-preferences.h: how long a PIN is kept, which drivers are asked; what the administrator set is shown and cannot be changed. */
#pragma once

#include <adwaita.h>

#include "../common/signet-desktop.h"

G_BEGIN_DECLS

#define SIGNET_TYPE_PREFERENCES (signet_preferences_get_type ())
G_DECLARE_FINAL_TYPE (SignetPreferences, signet_preferences, SIGNET, PREFERENCES, AdwPreferencesWindow)

SignetPreferences *signet_preferences_new (GtkWindow *parent, SignetDesktop *desktop);

G_END_DECLS
