/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-sign-start.h: where to put a file, whether the token is in, what was done last. */
#pragma once

#include <adwaita.h>

#include "../common/signet-desktop.h"

G_BEGIN_DECLS

#define SIGNET_TYPE_SIGN_START (signet_sign_start_get_type ())
G_DECLARE_FINAL_TYPE (SignetSignStart, signet_sign_start, SIGNET, SIGN_START, AdwBin)

void signet_sign_start_set_desktop (SignetSignStart *self, SignetDesktop *desktop);

G_END_DECLS
