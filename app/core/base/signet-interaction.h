/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-interaction.h: the seam to the person: PIN, consent, forms, progress. A dialog in the desktop, the terminal in
 * the command line, a script in tests. Called on the thread that does the work; an implementation hands over to its own.
 */
#pragma once

#include <gio/gio.h>

#include "signet-form.h"
#include "signet-secret.h"

G_BEGIN_DECLS

typedef enum {
  SIGNET_PIN_USER,    /* the PIN that opens the token */
  SIGNET_PIN_CONTEXT, /* asked again for this one signature (CKA_ALWAYS_AUTHENTICATE) */
  SIGNET_PIN_SO,      /* the security officer's */
  SIGNET_PIN_NEW,     /* a PIN to be set */
  SIGNET_PIN_NEW_SO,
  SIGNET_PIN_PUK,     /* what unblocks the PIN, where a card has that instead of a security officer */
  SIGNET_PIN_NEW_PUK,
  SIGNET_PIN_MANAGEMENT, /* the management key of a PIV card: 32, 48 or 64 hexadecimal digits; blanks and colons between them do no harm */
  SIGNET_PIN_NEW_MANAGEMENT,
  SIGNET_PIN_DOCUMENT,   /* the password of an encrypted document, whose name is the label: no token, no tries */
  SIGNET_N_PIN_KINDS,
} SignetPinKind;

/* A PIN to be set: asked for twice, without tries. */
#define SIGNET_PIN_KIND_IS_NEW(kind) \
  ((kind) == SIGNET_PIN_NEW || (kind) == SIGNET_PIN_NEW_SO || (kind) == SIGNET_PIN_NEW_PUK || (kind) == SIGNET_PIN_NEW_MANAGEMENT)

/* The management key YubiKeys leave the factory with, known to everybody: a person may choose to use it, knowing that; nobody does it silently. */
#define SIGNET_FACTORY_MANAGEMENT_KEY "010203040506070801020304050607080102030405060708"

typedef enum {
  SIGNET_PIN_FLAG_NONE      = 0,
  SIGNET_PIN_FLAG_COUNT_LOW = 1 << 0, /* CKF_USER_PIN_COUNT_LOW: at least one wrong try since the last right one */
  SIGNET_PIN_FLAG_FINAL_TRY = 1 << 1,
  SIGNET_PIN_FLAG_LOCKED    = 1 << 2,
  SIGNET_PIN_FLAG_PIN_PAD   = 1 << 3, /* the PIN is typed on the reader: answer with an empty secret */
  SIGNET_PIN_FLAG_RETRY     = 1 << 4, /* the PIN just given was wrong */
  SIGNET_PIN_FLAG_FACTORY   = 1 << 5, /* the card says that what is asked for is still what it left the factory with */
  SIGNET_PIN_FLAG_TOUCH     = 1 << 6, /* the card wants to be touched then */
} SignetPinFlags;

/* What a PIN is asked for. Borrowed by the callee for the call only. */
typedef struct {
  SignetPinKind   kind;
  SignetPinFlags  flags;
  const char     *token_label;
  const char     *token_model;
  gboolean        software_token;
  int             tries_left;   /* -1: the token tells no number */
  guint           min_length;
  guint           max_length;
  const char     *document;     /* (nullable): display name of what will be signed */
  const char     *certificate;  /* (nullable): display name of the holder */
  const char     *certificate_details; /* (nullable): class and authority */
  guint           number;       /* of @documents: the key asks for its PIN at every signature; 0: it does not */
  guint           documents;
  guint           seconds;      /* how long a PIN pad waits; 0: not told */
} SignetPinQuestion;

/* What the person agrees to. @kind is a code faces know: "terms", "certificate-request", "accept-difference", "overwrite",
   "revoke-certificate", "suspend-certificate", "resume-certificate" (names "subject", "serial", "authority", "reason");
   "delegation" (names "host", "authority", "plugin": this host is not one of the authority's own; nothing was sent there yet);
   "time-stamp-later" (no server gives one: sign without, and add it later); "many-pins" (names "token", "count": the key asks for its PIN so many times); what is lost, one thing a line, before
   "delete-key", "delete-certificate", "init-token" (names "token", "key", "certificate"), "overwrite-key" (and "place"). */
typedef struct {
  const char        *kind;
  const char        *title;
  const char *const *names;   /* (nullable): NULL-terminated, beside @values */
  const char *const *values;
} SignetConsent;

#define SIGNET_TYPE_INTERACTION (signet_interaction_get_type ())
G_DECLARE_INTERFACE (SignetInteraction, signet_interaction, SIGNET, INTERACTION, GObject)

struct _SignetInteractionInterface {
  GTypeInterface g_iface;

  SignetSecret *(*ask_pin)  (SignetInteraction *self, const SignetPinQuestion *question, GCancellable *cancellable, GError **error);
  gboolean      (*confirm)  (SignetInteraction *self, const SignetConsent *consent, GCancellable *cancellable, GError **error);
  gboolean      (*ask_form) (SignetInteraction *self, SignetForm *form, GHashTable **values, GHashTable **secrets,
                             GCancellable *cancellable, GError **error);
  void          (*progress) (SignetInteraction *self, const char *step, double fraction);
};

/* NULL with G_IO_ERROR_CANCELLED when the person said no. */
SignetSecret *signet_interaction_ask_pin  (SignetInteraction *self, const SignetPinQuestion *question, GCancellable *cancellable, GError **error);
/* FALSE with SIGNET_BASE_ERROR_DENIED when the person refused. */
gboolean      signet_interaction_confirm  (SignetInteraction *self, const SignetConsent *consent, GCancellable *cancellable, GError **error);
/* @values: (out) (transfer full): field id -> char *; @secrets: (out) (transfer full): field id of each SIGNET_FIELD_SECRET -> SignetSecret */
gboolean      signet_interaction_ask_form (SignetInteraction *self, SignetForm *form, GHashTable **values, GHashTable **secrets,
                                           GCancellable *cancellable, GError **error);
/* @step is a code ("reading", "hashing", "signing", "verifying", "writing", "key", "submitting"…); @fraction 0..1, or < 0 when not known.
   "pin-pad": from now on the reader waits for the PIN; "pin-pad-done": no longer. */
void          signet_interaction_progress (SignetInteraction *self, const char *step, double fraction);

G_END_DECLS
