/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-sign-job.h: what the files of `signet sign` share: its options, and one file on its way. */
#pragma once

#include "signet-command.h"

#include "../core/face/signet-timestamps.h"

G_BEGIN_DECLS

typedef struct
{
  char **tsa; /* (owned) (nullable) */
  char *format, *packaging, *level, *certificate, *reason, *location, *field, *output, *output_dir, *visible, *scenario, *content, *countersign, *watch; /* (owned) (nullable) */
  int certify;
  gboolean detached, enclosed, together, overwrite, resume, or_later, cover;
  SignetVisibleMark *mark; /* (owned) (nullable): what --visible says */
} SignetSignOptions;

/* One file on its way. */
typedef struct
{
  const char *path;      /* borrowed from the arguments */
  char **documents;      /* (nullable): the same: all that go into one container, beginning with this one */
  SignetDocumentFile *file; /* (owned) (nullable): NULL when it could not be opened */
  SignetSigning *signing; /* (owned) (nullable): the same */
  GError *error;         /* (owned) (nullable) */
  GPtrArray *checks;     /* (owned) (nullable) (element-type SignetSigningCheck) */
  char *before;          /* (owned) (nullable): it was signed already, and this is the signed file */
  int status;
  gboolean done;
} SignetSignJob;

void       signet_sign_job_free        (SignetSignJob *job);
/* What needs no token: happens while the modules are asked. */
void       signet_sign_job_open        (SignetSignJob *job, SignetInvocation *invocation, const SignetSignOptions *options);
void       signet_sign_job_add_documents (SignetSignJob *job, char **paths); /* those that go into the same container */
/* Everything before the PIN. @shared: (nullable): what was found out about the certificate for another one */
void       signet_sign_job_check       (SignetSignJob *job, SignetInvocation *invocation, const SignetSignOptions *options, SignetTokenKey *key,
                                        SignetJournal *journal, SignetTimestampServers *servers, SignetSigning *shared);
/* With --resume: was it signed already? Tells it. */
void       signet_sign_job_resume      (SignetSignJob *job, SignetInvocation *invocation, const SignetSignOptions *options, SignetTokenKey *key);
void       signet_sign_job_show_checks (SignetSignJob *job, gboolean first);
/* It is to be signed, and nothing stands in the way. */
gboolean   signet_sign_job_is_ready    (const SignetSignJob *job);
JsonObject *signet_sign_job_to_json    (SignetSignJob *job);
int        signet_sign_finish          (SignetInvocation *invocation, GPtrArray *jobs);

G_END_DECLS
