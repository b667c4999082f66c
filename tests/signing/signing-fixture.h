/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signing-fixture.h: a small CA, a holder with a software key, a document, and an act of signing over them. */
#pragma once

#include "../../app/core/signing/signet-signing-private.h"
#include "signet-test.h"

G_BEGIN_DECLS

#define NOW 1795348800 /* 2026-11-22T12:00:00Z: certificates of the fixture are valid around it */

typedef struct {
  char                  *dir;
  char                  *document;
  EVP_PKEY              *ca_key;
  X509                  *ca_x509;
  EVP_PKEY              *key;
  GPtrArray             *chain;       /* (element-type SignetCertificate) */
  SignetCertificate     *certificate;
  SignetTestSigner      *signer;
  SignetTestInteraction *interaction;
  SignetClock           *clock;
  SignetStore           *store;
  SignetJournal         *journal;
  SignetDocumentFile    *file;
  SignetSigning         *signing;
} SigningFixture;

typedef struct {
  const char                  *key_spec; /* NULL: ec-p256 */
  const char                  *name;     /* of the document; NULL: contract.pdf */
  gboolean                     plain;    /* not a PDF */
  const SignetTestCertificate *holder;   /* NULL: a good one */
} SigningCase;

GBytes            *signing_fixture_make_pdf        (guint padding); /* @padding: bytes of stream to make it larger */
void               signing_fixture_set_up          (SigningFixture *fixture, gconstpointer which);
void               signing_fixture_tear_down       (SigningFixture *fixture, gconstpointer which);
SignetCertificate *signing_fixture_issue           (SigningFixture *fixture, const SignetTestCertificate *what);
/* Opens the document anew and makes a fresh act. */
void               signing_fixture_reopen          (SigningFixture *fixture);
gboolean           signing_fixture_run             (SigningFixture *fixture, GError **error);
/* The one signature of the result is whole, intact and the holder's. */
void               signing_fixture_assert_signed   (SigningFixture *fixture, const char *path, const char *detached);
/* Nothing but the document is in the folder, and it is as it was. */
void               signing_fixture_assert_untouched (SigningFixture *fixture);
SignetSigningCheck *signing_fixture_find_check     (GPtrArray *checks, const char *code); /* (nullable) */

G_END_DECLS
