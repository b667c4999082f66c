/* SPDX-License-Identifier: GPL-3.0-or-later */
/* certmonger-helper.h: one run of an enrolment helper of certmonger: environment in, status and output out. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What a helper's exit status means (certmonger's own numbers). */
typedef enum {
  HELPER_ISSUED = 0,
  HELPER_WAIT = 1,
  HELPER_REJECTED = 2,
  HELPER_UNREACHABLE = 3,
  HELPER_UNCONFIGURED = 4,
  HELPER_WAIT_WITH_DELAY = 5,
  HELPER_NOT_SUPPORTED = 6,
  HELPER_NEEDS_SCEP = 16,
  HELPER_NEEDS_OTHER_KEY = 17,
} HelperStatus;

typedef struct {
  int      status;     /* a HelperStatus, or any other number it chose */
  GString *output;
  GString *complaints; /* its stderr; the first of it */
} HelperRun;

#define HELPER_MAX_OUTPUT (256 * 1024)

/* (transfer full): the path of the helper called @name (a file name, or a path in certmonger's folder of helpers). NULL with
   SIGNET_SDK_ERROR_FAILED when there is none. */
char      *helper_find  (const char *name, GError **error);

/* Runs @argv with @environment alone and no input. Errors, and the helper and all it started has ended: TRY_LATER: no answer in @seconds;
   FAILED: it said too much, crashed, or cannot be started. */
HelperRun *helper_run   (const char *const *argv, const char *const *environment, guint seconds, GError **error);
void       helper_run_free (HelperRun *run);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HelperRun, helper_run_free)

G_END_DECLS
