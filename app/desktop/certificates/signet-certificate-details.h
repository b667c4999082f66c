/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-certificate-details.h: a window with everything a certificate says about itself. */
#pragma once

#include <adwaita.h>

#include "../../core/certificate/signet-certificate.h"

G_BEGIN_DECLS

#define SIGNET_TYPE_CERTIFICATE_DETAILS (signet_certificate_details_get_type ())
G_DECLARE_FINAL_TYPE (SignetCertificateDetails, signet_certificate_details, SIGNET, CERTIFICATE_DETAILS, AdwWindow)

SignetCertificateDetails *signet_certificate_details_new (GtkWindow *parent, SignetCertificate *certificate);

G_END_DECLS
