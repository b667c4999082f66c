/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-authority-view.h: what is known about one authority, and where from. */
#pragma once

#include <adwaita.h>

#include "../../core/authority/signet-authority.h"

G_BEGIN_DECLS

#define SIGNET_TYPE_AUTHORITY_VIEW (signet_authority_view_get_type ())
G_DECLARE_FINAL_TYPE (SignetAuthorityView, signet_authority_view, SIGNET, AUTHORITY_VIEW, AdwBin)

/* @now: seconds since 1970 */
void signet_authority_view_set_authority (SignetAuthorityView *self, SignetAuthority *authority, gint64 now);

G_END_DECLS
