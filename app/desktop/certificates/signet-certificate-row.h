/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-certificate-row.h: a certificate on a token: who, for what, days left before the date. */
#pragma once

#include <adwaita.h>

#include "../../core/token/signet-token.h"

G_BEGIN_DECLS

#define SIGNET_TYPE_CERTIFICATE_ROW (signet_certificate_row_get_type ())
G_DECLARE_FINAL_TYPE (SignetCertificateRow, signet_certificate_row, SIGNET, CERTIFICATE_ROW, AdwPreferencesRow)

SignetCertificateRow *signet_certificate_row_new             (SignetTokenKey *key, gint64 now);
SignetTokenKey       *signet_certificate_row_get_key (SignetCertificateRow *self);

G_END_DECLS
