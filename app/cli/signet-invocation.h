/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-invocation.h: one run of one command: its options, the core behind it, and the status it ends with. */
#pragma once

#include "../core/face/signet-core.h"
#include "../core/face/signet-words.h"
#include "signet-terminal-interaction.h"
#include "signet-terminal.h"

G_BEGIN_DECLS

typedef struct _SignetInvocation SignetInvocation;

/* Exit statuses of docs/cli.md that commands name themselves; the others come from signet_words_exit_status(). */
typedef enum {
  SIGNET_STATUS_DONE = 0,
  SIGNET_STATUS_USAGE = 64,
  SIGNET_STATUS_DATA = 65,
  SIGNET_STATUS_NO_INPUT = 66,
  SIGNET_STATUS_UNAVAILABLE = 69,
  SIGNET_STATUS_INTERNAL = 70,
  SIGNET_STATUS_CANNOT_WRITE = 73,
  SIGNET_STATUS_REFUSED = 77,
  SIGNET_STATUS_CANCELLED = 130,
} SignetStatus;

/* A row of the command table. Texts are untranslated. */
typedef struct {
  const char *group;     /* (nullable): "token" of `signet token list` */
  const char *name;
  const char *arguments; /* (nullable): "FILE…" */
  const char *summary;
  const char *examples;  /* (nullable): one a line */
  int       (*run) (SignetInvocation *invocation); /* (nullable): not in this version */
} SignetCommand;

/* Which options beside its own a command takes. */
typedef enum {
  SIGNET_OPTIONS_NONE = 0,
  SIGNET_OPTIONS_JSON = 1 << 0,
  SIGNET_OPTIONS_MODULE = 1 << 1,
  SIGNET_OPTIONS_PIN = 1 << 2,
  SIGNET_OPTIONS_LAST_TRY = 1 << 3, /* part of SIGNET_OPTIONS_PIN as well */
  SIGNET_OPTIONS_WRITE = 1 << 4,    /* something goes to a token: the management key of a card */
  SIGNET_OPTIONS_PASSWORD = 1 << 5, /* of encrypted documents: signet-password.h */
  SIGNET_OPTIONS_TSA = 1 << 6,      /* time-stamp servers are asked: signet-tsa-client.h */
} SignetOptions;

struct _SignetInvocation {
  const SignetCommand *command;
  char         **arguments;   /* (owned): what is left after the options */
  gboolean       json;
  char         **modules;     /* (owned) (nullable) */
  char          *pin_file;    /* (owned) (nullable) */
  int            pin_fd;      /* -1: none */
  gboolean       spend_last_try;
  char          *management_key_file;    /* (owned) (nullable) */
  gboolean       factory_management_key; /* the person says that the one every card left the factory with may be used */
  char          *tsa_pin_file;  /* (owned) (nullable): of the token whose certificate a time-stamp server wants to see */
  char          *password_file; /* (owned) (nullable) */
  SignetSecret  *password;      /* (owned) (nullable): of documents, from that file */
  GCancellable  *cancellable; /* borrowed */
  SignetCore    *core;        /* (owned) (nullable): made when asked for */
  int            status;      /* when parse() said no more is to be done */
};

SignetInvocation *signet_invocation_new        (const SignetCommand *command, char **arguments);
void              signet_invocation_free       (SignetInvocation *self);
/* Reads @entries (ended by a NULL name; G_OPTION_ARG_FILENAME for text, which is then checked to be UTF-8 but for options whose
   argument is named FILE, FOLDER or PEM) and the named common ones. FALSE: end with self->status. */
gboolean          signet_invocation_parse      (SignetInvocation *self, const GOptionEntry *entries, SignetOptions common);
SignetCore       *signet_invocation_get_core   (SignetInvocation *self);
guint             signet_invocation_n_arguments (SignetInvocation *self);

/* (transfer full) (nullable): the person at the terminal, with the PIN of --pin-file or --pin-fd, and the management key, when one was given */
SignetTerminalInteraction *signet_invocation_new_interaction (SignetInvocation *self, GError **error);
/* What was said on the command line to a consent of this kind. */
typedef struct
{
  gboolean    agreed;
  const char *kind;
} SignetAgreement;
/* The same for talking to an authority. @secret_file: (nullable); @agreements: ended by a NULL kind */
SignetTerminalInteraction *signet_invocation_new_applicant   (SignetInvocation *self, const char *secret_file, const SignetAgreement *agreements,
                                                              GError **error);

/* (transfer full): "signet token list" */
char             *signet_invocation_dup_name   (SignetInvocation *self);
void              signet_invocation_print_help (SignetInvocation *self, const GOptionEntry *entries, SignetOptions common);

/* Each prints to stderr (with --json an error document to stdout as well) and returns the status, so that a caller can return it. */
int               signet_invocation_usage      (SignetInvocation *self, const char *format, ...) G_GNUC_PRINTF (2, 3);
int               signet_invocation_fail       (SignetInvocation *self, const char *subject, const GError *error);
/* @what: (nullable): an option; NULL: the command itself */
int               signet_invocation_not_yet    (SignetInvocation *self, const char *what);
/* Checks a value against a list; prints what is possible. @value NULL is fine. */
gboolean          signet_invocation_check_choice (SignetInvocation *self, const char *option, const char *value, const char *const *choices);
/* {"version": 1}, for commands to fill */
JsonObject       *signet_invocation_new_document (void);
void              signet_invocation_print_document (JsonObject *document);  /* (transfer full) */

/* Of several statuses the one that decides: 0 < 2 < 3 < 1 < 64 and above, of those the highest. */
int               signet_invocation_worse_status (int one, int other);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SignetInvocation, signet_invocation_free)

G_END_DECLS
