/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-token-error.h: what can go wrong with a token, in codes a face acts on. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define SIGNET_TOKEN_ERROR (signet_token_error_quark ())
GQuark signet_token_error_quark (void);

/* These numbers travel between the token host and the core. */
typedef enum {
  SIGNET_TOKEN_ERROR_FAILED,            /* the module answered with an error; CK_RV in the message */
  SIGNET_TOKEN_ERROR_WRONG_PIN,         /* CKR_PIN_INCORRECT; never retried by us */
  SIGNET_TOKEN_ERROR_PIN_LOCKED,
  SIGNET_TOKEN_ERROR_PIN_INVALID,       /* length or characters the token refuses */
  SIGNET_TOKEN_ERROR_NOT_LOGGED_IN,
  SIGNET_TOKEN_ERROR_REMOVED,           /* the token is gone */
  SIGNET_TOKEN_ERROR_NOT_FOUND,         /* no such token, key or certificate */
  SIGNET_TOKEN_ERROR_UNSUPPORTED,       /* the token cannot do this mechanism or key type */
  SIGNET_TOKEN_ERROR_READ_ONLY,
  SIGNET_TOKEN_ERROR_FULL,
  SIGNET_TOKEN_ERROR_MODULE_NOT_LOADED, /* refused (path, owner, mode) or not a PKCS#11 module */
  SIGNET_TOKEN_ERROR_MODULE_CRASHED,
  SIGNET_TOKEN_ERROR_MODULE_HUNG,       /* the deadline passed, the host was killed */
  SIGNET_TOKEN_ERROR_MODULE_LIED,       /* lengths, types or a signature that do not fit */
  SIGNET_TOKEN_ERROR_MODULE_NOT_READY,  /* it loads, and C_Initialize fails: its service or its hardware is not there */
  SIGNET_TOKEN_ERROR_ERASED,            /* initialising stopped half-way: nothing is on it any more, and it has no PIN yet */
  SIGNET_TOKEN_ERROR_WRONG_UNBLOCKER,   /* of the PUK or the security officer's PIN what WRONG_PIN is of the PIN */
  SIGNET_TOKEN_ERROR_UNBLOCKER_LOCKED,  /* the PUK or the security officer's PIN itself */
  SIGNET_TOKEN_ERROR_LOCKED_OUT,        /* a TPM refuses every PIN for a while */
  SIGNET_TOKEN_ERROR_PIN_EXPIRED,       /* right, and to be changed before the token does anything with it */
  SIGNET_TOKEN_ERROR_WRONG_MANAGEMENT_KEY, /* of a PIV card's management key what WRONG_PIN is of the PIN; no try is counted by the card */
  SIGNET_TOKEN_ERROR_OCCUPIED,          /* there is a key in that place of the token, and nobody said that it may go */
} SignetTokenError;

#define SIGNET_TOKEN_ERROR_LAST SIGNET_TOKEN_ERROR_OCCUPIED

const char *signet_token_error_get_name (SignetTokenError code);

G_END_DECLS
