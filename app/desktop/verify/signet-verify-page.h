/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-verify-page.h: the place Verify: start, working, report, or why nothing could be found out. */
#pragma once

#include "../common/signet-place.h"

G_BEGIN_DECLS

#define SIGNET_TYPE_VERIFY_PAGE (signet_verify_page_get_type ())
G_DECLARE_FINAL_TYPE (SignetVerifyPage, signet_verify_page, SIGNET, VERIFY_PAGE, SignetPlace)

G_END_DECLS
