/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-certificate-details.h: a window with everything a certificate says about itself, and of one on a token, what can be done with it. */
#pragma once

#include <adwaita.h>

#include "../common/signet-desktop.h"

G_BEGIN_DECLS

#define SIGNET_TYPE_CERTIFICATE_DETAILS (signet_certificate_details_get_type ())
G_DECLARE_FINAL_TYPE (SignetCertificateDetails, signet_certificate_details, SIGNET, CERTIFICATE_DETAILS, AdwWindow)

SignetCertificateDetails *signet_certificate_details_new         (GtkWindow *parent, SignetCertificate *certificate);
/* Of what is on a token: a key with its certificate, or one of the two alone. */
SignetCertificateDetails *signet_certificate_details_new_for_key (GtkWindow *parent, SignetDesktop *desktop, SignetTokenKey *key);

G_END_DECLS
