/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-certificates-page.h: the place Certificates: tokens as they come and go, requests under way, a new certificate. */
#pragma once

#include "../common/signet-place.h"

G_BEGIN_DECLS

#define SIGNET_TYPE_CERTIFICATES_PAGE (signet_certificates_page_get_type ())
G_DECLARE_FINAL_TYPE (SignetCertificatesPage, signet_certificates_page, SIGNET, CERTIFICATES_PAGE, SignetPlace)

G_END_DECLS
