/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-certificates-empty.h: no token: what was looked for, what was found, what to do. Signal "make-token". */
#pragma once

#include <adwaita.h>

#include "../common/signet-desktop.h"

G_BEGIN_DECLS

#define SIGNET_TYPE_CERTIFICATES_EMPTY (signet_certificates_empty_get_type ())
G_DECLARE_FINAL_TYPE (SignetCertificatesEmpty, signet_certificates_empty, SIGNET, CERTIFICATES_EMPTY, AdwBin)

/* @findings: (element-type SignetTokenFinding) */
void signet_certificates_empty_set_findings (SignetCertificatesEmpty *self, GPtrArray *findings);

G_END_DECLS
