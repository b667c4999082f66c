/* SPDX-License-Identifier: GPL-3.0-or-later */
/* extension-fixture.h: an authority with its servers on loopback, a holder, a document, and what becomes of it. */
#pragma once

#include "../../app/core/signing/signet-extension.h"
#include "../../app/core/signing/signet-signing-private.h"
#include "signet-test-pki.h"
#include "signet-test-service.h"
#include "signet-test.h"

G_BEGIN_DECLS

#define DAY G_GINT64_CONSTANT (86400)

typedef struct {
  char                *pki_dir;
  TestPki             *pki;
  TestService         *ocsp, *tsa;
  EVP_PKEY            *key;
  X509                *x509;
  SignetCertificate   *certificate;
  SignetTestSigner    *signer;
  GPtrArray           *chain;    /* the CA and its root */
  GPtrArray           *anchors;
  SignetHttp          *http;
  SignetClock         *clock;
  SignetEvidenceCache *cache;    /* (nullable) */
  gint64               now;
  char                *dir;      /* of the documents */
  char                *document;
  SignetFileReport    *report;   /* (nullable) */
} ExtensionFixture;

typedef struct {
  const char *name;     /* of a text that is signed beside; NULL: contract.pdf */
  int         tsa_days; /* 0: five years */
} ExtensionCase;

void             extension_fixture_set_up    (ExtensionFixture *self, const ExtensionCase *which);
void             extension_fixture_tear_down (ExtensionFixture *self, gconstpointer which);
/* Another time-stamp authority from now on. */
void             extension_fixture_change_tsa (ExtensionFixture *self, int days);
void             extension_fixture_stop_ocsp (ExtensionFixture *self);
/* (transfer full) (nullable): the path of the signed file */
char            *extension_fixture_sign      (ExtensionFixture *self, const char *level, GError **error);
SignetExtension *extension_fixture_open      (ExtensionFixture *self, const char *path, SignetLevel level);
/* (transfer full): the path of the extended file */
char            *extension_fixture_extend    (ExtensionFixture *self, const char *path, SignetLevel level);
/* As of @time, asking nobody unless @online. */
SignetVerdict    extension_fixture_validate  (ExtensionFixture *self, const char *path, gint64 time, gboolean online);
/* Of the first signature of the last report. */
SignetSignatureReport *extension_fixture_first (ExtensionFixture *self);
void             extension_fixture_assert_level (ExtensionFixture *self, const char *path, const char *level);

G_END_DECLS
