/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-test-cmp.h: the CMP side of the test CA, on OpenSSL's OSSL_CMP_SRV. */
#pragma once

#include "signet-test-pki.h"
#include "signet-test-server.h"

G_BEGIN_DECLS

typedef struct _TestCmp TestCmp;

/* @fault: (nullable): wrong-key wrong-subject ca-certificate wrong-issuer identity expired reject error-500 garbage slow waiting huge refuse-confirm holder-answers */
TestCmp *test_cmp_new    (TestPki *pki, const char *reference, const char *secret, const char *fault, int check_after, GError **error);
void     test_cmp_free   (TestCmp *self);
void     test_cmp_handle (const char *method, const char *path, GBytes *body, TestAnswer *answer, gpointer cmp);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TestCmp, test_cmp_free)

G_END_DECLS
