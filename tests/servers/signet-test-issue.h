/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-test-issue.h: what every test CA issues, rightly or, when told to, wrongly in one named way. */
#pragma once

#include "signet-test-pki.h"

G_BEGIN_DECLS

/* wrong-key wrong-subject wrong-issuer ca-certificate identity expired */
extern const char *const test_issue_faults[];

/* @fault: (nullable): a name that is none of the above changes nothing. A certificate for signatures, written down as test_pki_issue() does. */
X509 *test_issue (TestPki *pki, EVP_PKEY *key, const X509_NAME *subject, const char *fault, GError **error);

G_END_DECLS
