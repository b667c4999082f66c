/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-sign-page.h: the place Sign: start, document, result. */
#pragma once

#include "../common/signet-place.h"

G_BEGIN_DECLS

#define SIGNET_TYPE_SIGN_PAGE (signet_sign_page_get_type ())
G_DECLARE_FINAL_TYPE (SignetSignPage, signet_sign_page, SIGNET, SIGN_PAGE, SignetPlace)

G_END_DECLS
