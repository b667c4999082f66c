/* SPDX-License-Identifier: GPL-3.0-or-later */
/* verdict-fixture.h: a person, an authority with its servers, a detached signature, and the verdict on it. */
#pragma once

#include "../../app/core/validation/signet-validation.h"
#include "make-signature.h"
#include "signet-test-pki.h"
#include "signet-test-service.h"
#include "signet-test.h"

G_BEGIN_DECLS

#define CONTENT "what was agreed\n"

typedef struct {
  TestPki                *pki;
  TestService            *lists;     /* (nullable): of revocation, and issuers */
  TestService            *ocsp;      /* (nullable) */
  TestService            *tsa;       /* (nullable) */
  EVP_PKEY               *key;
  X509                   *x509;
  MakeSignature           what;
  SignetValidationOptions options;
  GBytes                 *data;      /* (nullable): the detached content; NULL: not there */
  SignetFileReport       *report;    /* (nullable) */
  SignetSignatureReport  *signature; /* borrowed */
} Fixture;

/* What a test needs around it; the certificate names what there is. */
typedef struct {
  gboolean            lists;
  const char         *fault;        /* (nullable): of the server of lists */
  gboolean            names_ocsp;
  const char         *ocsp_fault;   /* (nullable): with names_ocsp */
  gboolean            names_issuer; /* instead of carrying it along; with lists */
  gboolean            tsa;
  TestCertificateKind kind;
  int                 days;         /* 0: a year */
} Setting;

void fixture_set_up    (Fixture *self, const Setting *setting);
void fixture_tear_down (Fixture *self, gconstpointer data);

/* May be called again after a change. */
SignetFileReport   *fixture_run      (Fixture *self, GBytes *der, GCancellable *cancellable, GError **error);
void                fixture_validate (Fixture *self, GBytes *der);
void                fixture_sign_and_validate (Fixture *self);
gboolean            fixture_has_reason (Fixture *self, const char *code);
/* @reason: NULL: there is none at all */
void                fixture_expect   (Fixture *self, SignetVerdict verdict, const char *sub_indication, const char *reason);

SignetDocumentFile *fixture_write_and_open (const char *folder, const char *name, GBytes *bytes);

G_END_DECLS
