/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-authorities-page.h: the place Authorities: whom this computer knows, and what is known about each. */
#pragma once

#include "../common/signet-place.h"

G_BEGIN_DECLS

#define SIGNET_TYPE_AUTHORITIES_PAGE (signet_authorities_page_get_type ())
G_DECLARE_FINAL_TYPE (SignetAuthoritiesPage, signet_authorities_page, SIGNET, AUTHORITIES_PAGE, SignetPlace)

G_END_DECLS
