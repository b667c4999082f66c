/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-token-private.h: what the files of this room share; nobody else includes it, except its tests. */
#pragma once

#include <gio/gunixfdlist.h>

#include "../base/signet-base-error.h"
#include "signet-token-card.h"
#include "signet-token-manager.h"
#include "signet-token-module-private.h"

G_BEGIN_DECLS

/* What we believe of a host at most: more is cut off or refused (MODULE_LIED). */
#define SIGNET_TOKEN_MAX_TOKENS  64
#define SIGNET_TOKEN_MAX_OBJECTS 4096
#define SIGNET_TOKEN_MAX_TEXT    256
#define SIGNET_TOKEN_MAX_ID      256
#define SIGNET_TOKEN_MAX_KEY     4096 /* of a modulus, a point or parameters */
#define SIGNET_TOKEN_MAX_PIN     1024
#define SIGNET_TOKEN_MAX_ALLOWED 128  /* mechanisms of one key */
#define SIGNET_TOKEN_MAX_MESSAGE (1024 * 1024) /* that a token hashes by itself */

/* One PKCS#11 object as the host described it: outside bytes within the limits above. Borrowed from the listing's GVariant. */
typedef struct {
  guint64  class;
  guint64  handle;
  guint64  key_type;
  GBytes  *id;       /* never NULL in these three */
  GBytes  *label;
  GBytes  *value;
  GBytes  *modulus;  /* (nullable) from here on */
  GBytes  *exponent;
  GBytes  *params;
  GBytes  *point;
  SignetTokenKeyFacts facts; /* from here on of a private key */
  SignetTokenFact signs;     /* CKA_SIGN */
  GArray  *allowed;          /* (nullable) (element-type guint64): CKA_ALLOWED_MECHANISMS */
} SignetTokenObject;

typedef struct {
  guint64 mechanism;
  guint64 min;
  guint64 max;
  guint64 flags;
} SignetTokenMechanism;

/* --- listing: what the host's answers say --- */
void       _signet_token_object_free       (SignetTokenObject *object);
GPtrArray *_signet_token_parse_objects     (GVariant *objects);   /* (element-type SignetTokenObject); what makes no sense is left out */
void       _signet_token_parse_certificates (GVariant *packed, GPtrArray *objects);
GPtrArray *_signet_token_parse_tokens      (SignetTokenModule *module, GVariant *tokens); /* (element-type SignetToken) */
GBytes    *_signet_token_object_dup_spki   (SignetTokenObject *object); /* (nullable) DER SubjectPublicKeyInfo */
GBytes    *_signet_token_read_signature     (SignetSignatureScheme scheme, GVariant *answer); /* (nullable) */
GBytes    *_signet_token_certificate_dup_spki (GBytes *der);            /* (nullable), found without decoding the rest */
GBytes    *_signet_token_spki_dup_plain (GBytes *spki);                /* without the binding to PSS */
gulong     _signet_token_spki_get_key_type (GBytes *spki);             /* CKK_…, -1; @spki: (nullable) */
gboolean   _signet_token_spki_same_key (GBytes *a, GBytes *b);         /* (nullable): no key */

/* --- snapshots --- */
SignetToken          *_signet_token_new            (SignetTokenModule *module, GVariant *description);
GVariant             *_signet_token_get_description (SignetToken *self);
SignetTokenModule    *_signet_token_get_module     (SignetToken *self);
const char           *_signet_token_get_id         (SignetToken *self);   /* how the host calls it */
const char           *_signet_token_get_reader   (SignetToken *self);   /* "" when the module tells none */
gboolean              _signet_token_has_reader   (SignetToken *self);   /* of the reader service, by its name */
/* One card in one reader, shown by two modules. */
gboolean              _signet_token_is_same_card (SignetToken *a, SignetToken *b);
/* Of two views of one card: @a can do more. */
gboolean              _signet_token_is_better    (SignetToken *a, SignetToken *b);
gboolean              _signet_token_is_pad         (SignetToken *self);
gboolean              _signet_token_needs_login      (SignetToken *self);
SignetPinFlags        _signet_token_pin_flags      (guint64 token_info_flags);
const SignetTokenMechanism *_signet_token_find_mechanism (SignetToken *self, gulong mechanism); /* (nullable) */
/* signet-token-mechanism.c */
const char           *_signet_token_choose_mechanism (SignetToken *token, GArray *allowed, SignetKeyType type,
                                                      SignetSignatureAlgorithm algorithm, gboolean *whole); /* (nullable) */
gboolean              _signet_token_can_sign_with (SignetToken *token, SignetKeyType type);
gboolean              _signet_token_can_make      (SignetToken *token, const SignetKeySpec *spec);
gboolean              _signet_token_hides          (SignetToken *self);   /* an empty slot of a software module */

GPtrArray            *_signet_token_join_keys      (SignetToken *token, GPtrArray *objects); /* (element-type SignetTokenKey) */
SignetTokenKey       *_signet_token_key_new        (SignetToken *token, GBytes *spki, GBytes *id, const char *label, SignetCertificate *certificate,
                                                    gboolean has_public, gboolean has_private, const SignetTokenKeyFacts *facts);
GBytes               *_signet_token_key_get_spki   (SignetTokenKey *self);
GBytes               *_signet_token_key_get_id     (SignetTokenKey *self);
EVP_PKEY             *_signet_token_key_get_public (SignetTokenKey *self); /* borrowed (nullable) */

/* --- what was told after the PIN, remembered by the process (signet-token-told.c) --- */
void                       _signet_token_told_note (SignetToken *token, GBytes *spki, const SignetTokenKeyFacts *facts);
/* @own where it says something, else what was told earlier, else @own; never freed where it is not @own */
const SignetTokenKeyFacts *_signet_token_told_find (SignetToken *token, GBytes *spki, const SignetTokenKeyFacts *own);

/* --- questions --- */
/* Spends one try; @pin: (nullable) on a PIN pad */
typedef gboolean (*SignetTokenPinTry) (gpointer data, SignetSecret *pin, GError **error);
gboolean      _signet_token_ask_and_try (SignetToken *token, SignetTokenHostRef *host, SignetInteraction *interaction,
                                         const SignetPinQuestion *about, SignetPinKind kind, SignetTokenPinTry attempt, gpointer data,
                                         GCancellable *cancellable, GError **error);
/* A host where @token is not logged in yet, the login claimed. */
SignetTokenHostRef *_signet_token_claim_host (SignetToken *token, GCancellable *cancellable, GError **error);
void          _signet_token_give_back_host (SignetToken *token, SignetTokenHostRef *host, GCancellable *cancellable); /* after a login that failed */
gboolean      _signet_token_check_ready (SignetToken *token, GError **error);
SignetPinFlags _signet_token_so_flags   (guint64 token_info_flags);
gboolean      _signet_token_is_piv      (SignetToken *token);
SignetSecret *_signet_token_ask         (SignetToken *token, SignetInteraction *interaction, const SignetPinQuestion *about, SignetPinKind kind,
                                         SignetPinFlags flags, GCancellable *cancellable, GError **error);
GUnixFDList  *_signet_token_pin_list    (SignetSecret *first, SignetSecret *second, GError **error);

/* --- PIV cards --- */
gboolean      _signet_token_card_read      (SignetToken *token, SignetTokenHostRef *host, SignetTokenCard *card, GCancellable *cancellable,
                                            GError **error);
SignetSecret *_signet_token_card_tidy_key  (SignetSecret *typed);               /* (nullable): without what people write between digits */
SignetPinFlags _signet_token_card_flags    (const SignetTokenCard *card);
gboolean      _signet_token_card_check_key (SignetSecret *key, guint digits);
guint8        _signet_token_place_get_id   (const char *name);
SignetTokenKey *_signet_token_place_dup_key (SignetToken *token, const char *name); /* (nullable) */

/* --- session --- */
gboolean            _signet_token_session_manages   (SignetTokenSession *self); /* logged in as who may write, and nobody else */
SignetToken        *_signet_token_session_get_token (SignetTokenSession *self);
SignetTokenHostRef *_signet_token_session_get_host  (SignetTokenSession *self);
guint               _signet_token_session_get_id    (SignetTokenSession *self);
gboolean            _signet_token_session_check_open (SignetTokenSession *self, GError **error);
SignetTokenObject  *_signet_token_session_find_private (SignetTokenSession *self, SignetTokenKey *key); /* (nullable) borrowed */
SignetSigner       *_signet_token_signer_new        (SignetTokenSession *session, SignetTokenKey *key, SignetTokenObject *object,
                                                     SignetInteraction *interaction);

/* --- logins that are kept for a while --- */
guint    _signet_token_keeping_get_generation (void);
gboolean _signet_token_keeping_keep   (SignetToken *token, SignetTokenHostRef *host, guint id, guint born);
gboolean _signet_token_keeping_resume (SignetToken *token, SignetTokenHostRef **host, guint *id, GVariant **objects, GCancellable *cancellable);
void     _signet_token_keeping_forget (SignetToken *token);
/* On a thread of its own; gives the claim back. */
void     _signet_token_log_out_later  (SignetTokenHostRef *host, guint id, const char *token);

/* --- where modules are --- */
typedef struct {
  char       *path;
  gboolean    user;         /* the user named it: a file of the user's own is fine */
  const char *origin;       /* of SignetTokenModuleInfo; static */
  const char *software_dir; /* (nullable): ours; interned */
} SignetTokenModuleSource;
SignetTokenModuleSource *_signet_token_module_source_new (const char *path, gboolean user, const char *origin);
void       _signet_token_module_source_free (SignetTokenModuleSource *source);
/* (element-type SignetTokenModuleSource): what p11-kit's configuration offers @program. Folders in order of rising precedence. */
GPtrArray *_signet_token_configuration_find (const char *const *system_dirs, const char *user_dir, const char *module_dir, const char *program);
GPtrArray *_signet_token_configuration_find_default (void);
/* (element-type SignetTokenModuleSource): *.module files of a folder of ours. Those that others can write are told in the log and left out. */
GPtrArray *_signet_token_configuration_read_own (const char *dir, gboolean user);
/* Others than root, and than the user for what is the user's own, cannot write @path; the last component may be missing. */
gboolean   _signet_token_configuration_is_guarded (const char *path, gboolean user);
/* One file: a table of names and values; (nullable) when it is too large or binary */
GHashTable *_signet_token_configuration_parse (const char *text, gsize length);

char    *_signet_token_software_find_module (void);            /* (nullable) */
gboolean _signet_token_software_exists (const char *dir);
gboolean _signet_token_software_prepare (const char *dir, GError **error);
char    *_signet_token_software_dup_state (const char *dir);   /* changes when a token or an object comes or goes */
char    *_signet_token_software_dup_tokens (const char *dir);  /* changes when a token comes or goes */
/* Removes the folder of one token, by the id of its listing. TRY_LATER while somebody is logged in to it. */
gboolean _signet_token_software_remove (const char *dir, const char *id, GError **error);
/* Tells other processes that a token of ours is logged in; -1 when there is nothing to tell. Undone with what was returned. */
int      _signet_token_software_mark_login   (const char *dir, const char *id);
void     _signet_token_software_unmark_login (gpointer mark);
int      _signet_token_compare_names (const char *const *a, const char *const *b);

/* --- folders that tell --- */
typedef enum {
  SIGNET_TOKEN_EVENT_USB     = 1 << 0, /* a device came or went */
  SIGNET_TOKEN_EVENT_SERVICE = 1 << 1, /* the reader service */
  SIGNET_TOKEN_EVENT_MODULES = 1 << 2, /* configuration: there may be other modules */
  SIGNET_TOKEN_EVENT_TOKENS  = 1 << 3, /* files of software tokens */
  SIGNET_TOKEN_EVENT_ALL     = (1 << 4) - 1,
} SignetTokenEvents;
typedef struct _SignetTokenInotify SignetTokenInotify;
SignetTokenInotify *_signet_token_inotify_new          (void); /* (nullable) */
void                _signet_token_inotify_free         (SignetTokenInotify *self);
void                _signet_token_inotify_add          (SignetTokenInotify *self, const char *path, SignetTokenEvents kind);
void                _signet_token_inotify_add_children (SignetTokenInotify *self, const char *path, SignetTokenEvents kind);
int                 _signet_token_inotify_get_fd       (SignetTokenInotify *self);
SignetTokenEvents   _signet_token_inotify_read         (SignetTokenInotify *self);
void                _signet_token_software_watch       (const char *dir, SignetTokenInotify *inotify);

/* --- where a certificate was seen last --- */
char    *_signet_token_hint_find     (const char *sha256, gboolean *software); /* (nullable): path of a module, not to be trusted */
void     _signet_token_hint_remember (const char *sha256, SignetTokenModule *module);
void     _signet_token_hint_forget   (const char *sha256);

/* C_InitToken: the new token's id. */
char    *_signet_token_module_init_token (SignetTokenModule *module, const char *id, const char *label, SignetSecret *pin,
                                          SignetSecret *so_pin, GCancellable *cancellable, GError **error);

char    *_signet_token_watch_state (SignetTokenModule *module, const char *state);

/* For tests: deadlines in milliseconds, 0 keeps one. */
void _signet_token_manager_set_deadlines (SignetTokenManager *self, guint listing, guint signing, guint generation);

G_END_DECLS
