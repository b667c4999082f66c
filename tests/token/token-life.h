/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * token-life.h: the life of a token of the hostile module, step by step, and cases lived side by side.
 *
 * Every case has a folder and a copy of the module of its own, beside one good module for all. Afterwards: the good module's
 * token is listed and signs, the bad one works again when it behaves, no process is left, and a PIN was tried no more
 * often than it was asked for.
 */
#pragma once

#include "../../app/core/token/signet-token-private.h"

G_BEGIN_DECLS

#if defined(__SANITIZE_ADDRESS__)
#define DEADLINE 4000 /* milliseconds; a sanitized host takes its time to start */
#else
#define DEADLINE 1500 /* milliseconds: long enough for a loaded machine */
#endif
#define PATIENT 60000

typedef struct {
  char               *folder;
  char               *module;
  SignetTokenManager *manager;
  SignetToken        *token;
  SignetTokenSession *session;
  SignetTokenKey     *key;
  guint               n_questions;
  GString            *trouble; /* what was not as it should be */
} Life;

typedef enum {
  LIST,
  LOGIN,
  SIGN,
  SIGN_MANY, /* side by side */
  GENERATE,
  IMPORT,
  STORE,
  REPLACE,
  DELETE_CERTIFICATE,
  READ,
  DELETE_KEY,
  CLOSE,
  CHANGE_PIN,
  UNBLOCK,
  INIT,
  N_STEPS
} Step;

/* What is expected, besides a SignetTokenError. */
#define WORKS     (-1) /* nothing may fail */
#define ANY_ERROR (-2) /* typed, and not a crash */
#define ANYTHING  (-3) /* works, or ANY_ERROR */
#define BROKEN    (-4) /* typed, also a crash */
#define WHATEVER  (-5) /* works, or BROKEN */

typedef struct Case Case;
struct Case {
  void   (*run) (Life *life, const Case *self);
  Step     step;
  char    *fault;
  int      code;
  guint    deadline; /* milliseconds */
  gboolean fresh;    /* its process is used up: works again in another */
  char    *trouble;  /* (nullable): the result */
};

void        life_start   (void); /* once, in main() */
void        life_stop    (void);
Life       *life_new     (guint deadline);
char       *life_end     (Life *self); /* (nullable): what was wrong */
void        life_complain (Life *self, const char *format, ...) G_GNUC_PRINTF (2, 3);
gboolean    life_step    (Life *self, Step step, GError **error);
const char *life_step_name (Step step);
void        life_set_fault (Life *self, const char *fault);
void        life_check_works (Life *self);
void        life_check_error (Life *self, int code, gboolean ok, const GError *error);

void  life_write (const char *folder, const char *name, const void *data, gssize length);
char *life_read  (const char *folder, const char *name); /* never NULL */

GPtrArray *cases_new (void); /* (element-type Case) */
/* Lives up to the step without a fault, and the step with it. */
Case      *cases_add (GPtrArray *cases, Step step, int code, const char *format, ...) G_GNUC_PRINTF (4, 5);
void       cases_run (GPtrArray *cases); /* fails the test; frees @cases */

G_END_DECLS
