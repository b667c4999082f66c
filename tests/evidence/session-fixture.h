/* SPDX-License-Identifier: GPL-3.0-or-later */
/* session-fixture.h: a network that is a table, so that every request is counted; an authority; a folder to keep things in. */
#pragma once

#include "../../app/core/evidence/signet-evidence-session.h"
#include "signet-test.h"

G_BEGIN_DECLS

typedef struct {
  SignetHttp parent;
  GHashTable *pages;    /* URL → Page */
  GMutex      lock;
  GCond       changed;
  guint       n_requests, n_known; /* with If-None-Match */
  guint       n_waiting, n_together; /* wait until so many ask at the same time */
  gboolean    hangs;
} FakeHttp;

typedef struct { SignetHttpClass parent; } FakeHttpClass;
GType fake_http_get_type (void);
typedef struct {
  EVP_PKEY            *key;
  X509                *ca;
  SignetCertificate   *issuer;
  FakeHttp            *http;
  char                *folder;
  SignetEvidenceCache *cache;
  gint64               now;
} World;

void set_up    (World *world, gconstpointer data);
void tear_down (World *world, gconstpointer data);
/* Takes @body. @status: 0: nobody is there */
void put_page  (FakeHttp *self, const char *url, guint status, GBytes *body, const char *etag);
SignetEvidenceSession *new_session (World *world, GPtrArray *crls);

G_END_DECLS
