/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-enrol-work.h: the blocking calls of "Get a Certificate", each on a thread. */
#pragma once

#include "../../core/enrolment/signet-disclosure.h"

G_BEGIN_DECLS

/* What the person filled in. */
typedef struct {
  SignetAuthority *authority; /* (owned) */
  SignetToken     *token;     /* (owned) */
  SignetTokenKey  *key;       /* (owned) (nullable): used again; then the type and the place are its own */
  char            *key_spec;  /* (nullable): with @key */
  char            *place;   /* (nullable): on a card that has places for keys */
  GHashTable      *fields;    /* (owned): id -> value */
  GHashTable      *secrets;   /* (owned): id -> SignetSecret */
  GHashTable      *files;     /* (owned): id -> path, to be attached */
} SignetEnrolAnswers;
void signet_enrol_answers_free (SignetEnrolAnswers *answers);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SignetEnrolAnswers, signet_enrol_answers_free)

/* What there is to say about the terms of an authority beside their text. */
typedef struct {
  char   *document;  /* (nullable): SHA-256 of the practice statement, which is kept now */
  GError *problem;   /* (owned) (nullable): it could not be fetched */
  char  **changed;   /* (nullable): what is another text, or document, than when the person last agreed */
  gint64  agreed;    /* when that was */
} SignetEnrolNews;
void signet_enrol_news_free (SignetEnrolNews *news);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SignetEnrolNews, signet_enrol_news_free)

/* Fetches the practice statement, for some seconds at most, then compares. Never fails; NULL: cancelled. */
void             signet_enrol_news_async  (SignetEnrolment *enrolment, SignetAuthority *authority, GCancellable *cancellable,
                                           GAsyncReadyCallback callback, gpointer data);
SignetEnrolNews *signet_enrol_news_finish (SignetEnrolment *enrolment, GAsyncResult *result);

void           signet_enrol_form_async   (SignetEnrolment *enrolment, SignetAuthority *authority, SignetInteraction *interaction,
                                          GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
SignetForm    *signet_enrol_form_finish  (SignetEnrolment *enrolment, GAsyncResult *result, GError **error);
/* Draft and agreement in one: the terms were accepted before. @answers: (transfer full) */
void           signet_enrol_draft_async  (SignetEnrolment *enrolment, SignetEnrolAnswers *answers, GAsyncReadyCallback callback, gpointer data);
SignetRequest *signet_enrol_draft_finish (SignetEnrolment *enrolment, GAsyncResult *result, GError **error);
/* A file the authority gave the person: finds its request, which then goes on by signet_enrol_run_async(). */
void           signet_enrol_answer_async  (SignetEnrolment *enrolment, GFile *file, GAsyncReadyCallback callback, gpointer data);
SignetRequest *signet_enrol_answer_finish (SignetEnrolment *enrolment, GAsyncResult *result, GError **error);
void           signet_enrol_find_async   (SignetEnrolment *enrolment, gint64 id, GAsyncReadyCallback callback, gpointer data);
SignetRequest *signet_enrol_find_finish  (SignetEnrolment *enrolment, GAsyncResult *result, GError **error);
void           signet_enrol_run_async    (SignetEnrolment *enrolment, SignetRequest *request, SignetInteraction *interaction,
                                          GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
gboolean       signet_enrol_run_finish   (SignetEnrolment *enrolment, GAsyncResult *result, GError **error);
/* The authority is told where it can be; @interaction: for what that needs. */
void           signet_enrol_cancel_async (SignetEnrolment *enrolment, SignetRequest *request, SignetInteraction *interaction,
                                          GAsyncReadyCallback callback, gpointer data);
gboolean       signet_enrol_cancel_finish (SignetEnrolment *enrolment, GAsyncResult *result, GError **error);

G_END_DECLS
