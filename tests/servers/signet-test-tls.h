/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-test-tls.h: the certificate a test server shows over https, rightly or wrong in one named way. */
#pragma once

#include <gio/gio.h>

#include "signet-test-pki.h"

G_BEGIN_DECLS

/* tls-expired tls-future tls-wrong-host tls-self-signed tls-stranger */
extern const char *const test_tls_faults[];

/* For 127.0.0.1, by the CA of @pki, which the clients know. @fault: (nullable): any other name changes nothing. */
GTlsCertificate *test_tls_certificate_new (TestPki *pki, const char *fault, GError **error);
/* Whether the CA of @pki signed it and it is within its time. */
gboolean         test_tls_is_ours         (TestPki *pki, X509 *certificate);

G_END_DECLS
