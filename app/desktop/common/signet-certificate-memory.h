/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-certificate-memory.h: has the core remember the certificates the window sees on tokens, so that what ends soon is known of when no
 * token is there. Follows the list by itself; shows nothing.
 */
#pragma once

#include "../../core/face/signet-core.h"

G_BEGIN_DECLS

#define SIGNET_TYPE_CERTIFICATE_MEMORY (signet_certificate_memory_get_type ())
G_DECLARE_FINAL_TYPE (SignetCertificateMemory, signet_certificate_memory, SIGNET, CERTIFICATE_MEMORY, GObject)

/* @core: its enrolment is open already */
SignetCertificateMemory *signet_certificate_memory_new (SignetCore *core);

G_END_DECLS
