/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-life-standing.h: how a certificate stands with its authority: what it says when asked, what was asked of it before, suspended or not, and
 * how to reach it. Nothing is asked before the person wants it.
 */
#pragma once

#include <adwaita.h>

#include "../common/signet-desktop.h"

G_BEGIN_DECLS

#define SIGNET_TYPE_LIFE_STANDING (signet_life_standing_get_type ())
G_DECLARE_FINAL_TYPE (SignetLifeStanding, signet_life_standing, SIGNET, LIFE_STANDING, AdwPreferencesGroup)

void signet_life_standing_set_key (SignetLifeStanding *self, SignetDesktop *desktop, SignetTokenKey *key);

G_END_DECLS
