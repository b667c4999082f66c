/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-token.h: one token as the core sees it: an immutable snapshot of what was listed, plus the calls that act on it.
 *
 * A token is known by serial + model, a key by the SHA-256 of its SubjectPublicKeyInfo, never by slot or label. All calls
 * block and are for worker threads; a snapshot stays readable after the token is gone, acting on it then is REMOVED.
 */
#pragma once

#include "../base/signet-interaction.h"
#include "../base/signet-signer.h"
#include "../certificate/signet-certificate.h"
#include "../certificate/signet-pkcs12.h"
#include "signet-token-error.h"

G_BEGIN_DECLS

#define SIGNET_TYPE_TOKEN (signet_token_get_type ())
G_DECLARE_FINAL_TYPE (SignetToken, signet_token, SIGNET, TOKEN, GObject)
#define SIGNET_TYPE_TOKEN_KEY (signet_token_key_get_type ())
G_DECLARE_FINAL_TYPE (SignetTokenKey, signet_token_key, SIGNET, TOKEN_KEY, GObject)
#define SIGNET_TYPE_TOKEN_SESSION (signet_token_session_get_type ())
G_DECLARE_FINAL_TYPE (SignetTokenSession, signet_token_session, SIGNET, TOKEN_SESSION, GObject)

/* What the token says of a key (PKCS#11 v2.40, 4.9), the evidence for sole control. Most tokens tell only after a login. */
typedef enum {
  SIGNET_TOKEN_FACT_UNKNOWN,
  SIGNET_TOKEN_FACT_NO,
  SIGNET_TOKEN_FACT_YES,
} SignetTokenFact;

typedef struct {
  SignetTokenFact local;               /* made on the token, not brought there */
  SignetTokenFact sensitive;           /* cannot be read in plain */
  SignetTokenFact always_sensitive;    /* and never could be */
  SignetTokenFact extractable;         /* may be wrapped and taken out */
  SignetTokenFact never_extractable;   /* and never could be */
  SignetTokenFact always_authenticate; /* wants the PIN at every signature */
} SignetTokenKeyFacts;

/* --- what is on the reader ------------------------------------------------------------------------------------------ */
const char     *signet_token_get_label        (SignetToken *self);   /* sanitized */
const char     *signet_token_get_model        (SignetToken *self);
const char     *signet_token_get_manufacturer (SignetToken *self);
const char     *signet_token_get_serial       (SignetToken *self);
const char     *signet_token_get_uri          (SignetToken *self);   /* RFC 7512: pkcs11:model=…;serial=…;token=… */
const char     *signet_token_get_module       (SignetToken *self);   /* path of the PKCS#11 module */
gboolean        signet_token_is_software      (SignetToken *self);   /* keys are files on this computer */
/* What a person holds, or does not: told from the module. */
typedef enum {
  SIGNET_TOKEN_SEAT_READER,  /* a card or a USB token */
  SIGNET_TOKEN_SEAT_CHIP,    /* the TPM of this computer */
  SIGNET_TOKEN_SEAT_COMPUTER, /* a service of this computer: no chip */
} SignetTokenSeat;
SignetTokenSeat signet_token_get_seat       (SignetToken *self);
gboolean        signet_token_is_initialized   (SignetToken *self);
gboolean        signet_token_has_pin          (SignetToken *self);   /* FALSE: set up and without a PIN yet */
gboolean        signet_token_is_read_only     (SignetToken *self);
SignetPinFlags  signet_token_get_pin_flags    (SignetToken *self);
guint           signet_token_get_min_pin      (SignetToken *self);
guint           signet_token_get_max_pin      (SignetToken *self);
gboolean        signet_token_can_make_key     (SignetToken *self, const char *key_spec); /* by C_GetMechanismInfo */
const char *const *signet_token_get_key_specs (SignetToken *self);   /* NULL-terminated: what it can make, the one to be suggested first */
GPtrArray      *signet_token_get_keys         (SignetToken *self);   /* borrowed (element-type SignetTokenKey): keys and certificates, joined by key */

/* --- a key, with its certificate, or one of the two alone ----------------------------------------------------------- */
SignetToken       *signet_token_key_get_token        (SignetTokenKey *self);
const char        *signet_token_key_get_sha256       (SignetTokenKey *self); /* hex; names the key */
const char        *signet_token_key_get_label        (SignetTokenKey *self);
const char        *signet_token_key_get_uri          (SignetTokenKey *self);
SignetCertificate *signet_token_key_get_certificate  (SignetTokenKey *self); /* (nullable) */
const char        *signet_token_key_get_key_text     (SignetTokenKey *self); /* "RSA-3072", "" when only a certificate without a key is there */
const char        *signet_token_key_get_key_spec     (SignetTokenKey *self); /* (nullable): "rsa-3072", as requests name it */
gboolean           signet_token_key_has_private      (SignetTokenKey *self); /* a private key was seen, or (not logged in) a public key or certificate suggests one */
gboolean           signet_token_key_always_authenticates (SignetTokenKey *self);
const SignetTokenKeyFacts *signet_token_key_get_facts (SignetTokenKey *self); /* unknown where nobody told; signet_token_session_read_key() may know */

/* --- logged in ------------------------------------------------------------------------------------------------------- */
/* Asks once per try, never retries by itself beyond the person's answers; locked and last try are told before the question. @about: (nullable) fills document and certificate of the question. */
SignetTokenSession *signet_token_login                 (SignetToken *self, SignetInteraction *interaction, const SignetPinQuestion *about,
                                                        GCancellable *cancellable, GError **error);
/* The same, to make keys and to write and delete certificates: asks for the management key of a card that has one (signet-token-card.h). */
SignetTokenSession *signet_token_login_to_write        (SignetToken *self, SignetInteraction *interaction, const SignetPinQuestion *about,
                                                        GCancellable *cancellable, GError **error);
/* Making a key: private, sensitive, never extractable. Returns the new key. */
SignetTokenKey     *signet_token_session_generate_key  (SignetTokenSession *self, const char *key_spec, const char *label,
                                                        GCancellable *cancellable, GError **error);
/* @place: (nullable): where the token has places of its own (signet-token-card.h); the suggested one when %NULL. OCCUPIED unless @replace: whoever
   sets that has asked before (signet_token_confirm_place()). */
SignetTokenKey     *signet_token_session_generate_key_at (SignetTokenSession *self, const char *key_spec, const char *label, const char *place,
                                                        gboolean replace, GCancellable *cancellable, GError **error);
/* (transfer full) (nullable): @key anew, with what the token tells of it while logged in. */
SignetTokenKey     *signet_token_session_read_key      (SignetTokenSession *self, SignetTokenKey *key, GCancellable *cancellable, GError **error);
/* Brings the key of @bundle to the token, sensitive and not extractable; its certificates are for store_certificate. Not local, and told as such. */
SignetTokenKey     *signet_token_session_import_key    (SignetTokenSession *self, SignetPkcs12 *bundle, const char *label,
                                                        GCancellable *cancellable, GError **error);
/* The same for the key of an encryption certificate: where the token keeps purposes apart it does not sign. */
SignetTokenKey     *signet_token_session_import_decryption_key (SignetTokenSession *self, SignetPkcs12 *bundle, const char *label,
                                                        GCancellable *cancellable, GError **error);
/* Replaces a certificate of the same key that is byte for byte the same; else adds. */
gboolean            signet_token_session_store_certificate (SignetTokenSession *self, SignetCertificate *certificate, const char *label,
                                                        GCancellable *cancellable, GError **error);
/* @old goes only after @replacement is there. @label: (nullable): the holder's name */
gboolean            signet_token_session_replace_certificate (SignetTokenSession *self, SignetCertificate *old, SignetCertificate *replacement,
                                                        const char *label, GCancellable *cancellable, GError **error);
/* The key stays. Whoever calls this, or delete_key, has asked before (consent "delete-certificate", "delete-key"). */
gboolean            signet_token_session_delete_certificate (SignetTokenSession *self, SignetCertificate *certificate,
                                                        GCancellable *cancellable, GError **error);
gboolean            signet_token_session_delete_key    (SignetTokenSession *self, const char *key_sha256, GCancellable *cancellable, GError **error);
/* (transfer full): signs with the key while the session lives. */
SignetSigner       *signet_token_session_new_signer    (SignetTokenSession *self, SignetTokenKey *key, SignetInteraction *interaction, GError **error);
void                signet_token_session_close         (SignetTokenSession *self);  /* logs out; also when finalized */

/* A blocked key (signet-key-block.h) signs nothing, except for what asks for the revocation of its certificate. */
void                signet_token_signer_permit_blocked (SignetSigner *signer);

/* For a key that asks for its PIN at every signature: how often is said before (consent "many-pins"), and for what at each. */
gboolean            signet_token_signer_announce       (SignetSigner *signer, guint n_signatures, GCancellable *cancellable, GError **error);
gboolean            signet_token_signer_asks           (SignetSigner *signer);
void                signet_token_signer_describe       (SignetSigner *signer, const char *document, guint number, guint documents);

gboolean            signet_token_change_pin            (SignetToken *self, SignetInteraction *interaction, GCancellable *cancellable, GError **error);

G_END_DECLS
