/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * enrolment-world.h: what every test of a way to a certificate needs: a person who has never used Signet, a software token behind its host,
 * the plugins behind their wall, authorities by profile. For test programs; single-threaded.
 */
#pragma once

#include "signet-test.h"

#include "../../app/core/enrolment/signet-enrolment.h"

G_BEGIN_DECLS

#define WORLD_PIN "1234"

typedef struct {
  SignetStore        *store;
  SignetClock        *clock;
  SignetHttp         *http;
  SignetJournal      *journal;
  SignetTokenManager *tokens;
  SignetEnrolment    *enrolment;   /* (nullable): once opened */
} EnrolmentWorld;

/* Once, after g_test_init(): a home, a key ring in a file. */
void            enrolment_world_prepare  (void);
/* The folder of a test PKI, the same for the whole program. */
const char     *enrolment_world_get_pki  (void);

/* Everything from before is gone; the software token "Sample" is there. */
EnrolmentWorld *enrolment_world_new      (void);
void            enrolment_world_free     (EnrolmentWorld *world);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EnrolmentWorld, enrolment_world_free)
/* Files tests/tools/NAME.profile with @port for @PORT@ and, for each pair of @changes (NULL at the end), a text for another; the
   chain of the authority is @chain, a PEM file. Again: as it now is. */
void            enrolment_world_add      (EnrolmentWorld *world, const char *name, const char *port, const char *chain,
                                          const char *const *changes);
/* As after a start of the program: authorities and plugins are read. */
void            enrolment_world_open     (EnrolmentWorld *world);

/* @answers: id, value, id, value…, NULL; an id that begins with ! is a secret. Drafted and agreed to. */
SignetRequest  *enrolment_world_draft    (EnrolmentWorld *world, const char *authority, const char *key_spec, const char *const *answers);
/* With the right PIN and a yes to everything. */
gboolean        enrolment_world_run      (EnrolmentWorld *world, SignetRequest *request, GError **error);
/* Again and again until it is no longer waiting, for ten seconds. */
void            enrolment_world_run_on   (EnrolmentWorld *world, SignetRequest *request);
/* From the database, after a new start. */
SignetRequest  *enrolment_world_reopen   (EnrolmentWorld *world, SignetRequest *request);

void            enrolment_world_assert_token (EnrolmentWorld *world, guint keys, guint certificates);
void            enrolment_world_assert_state (SignetRequest *request, SignetRequestState state);
/* Is @text anywhere in the person's files (database, key ring, journal)? */
gboolean        enrolment_world_contains (const char *text);
/* The port of "http://127.0.0.1:PORT/". (transfer full) */
char           *enrolment_world_port     (const char *url);

G_END_DECLS
