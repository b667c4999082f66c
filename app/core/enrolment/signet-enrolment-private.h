/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-enrolment-private.h: what the files of this room and its tests share. */
#pragma once

#include "signet-enrolment.h"

#include "../base/signet-interaction.h"

G_BEGIN_DECLS

#define SIGNET_REQUEST_MAX_COOKIE 65536
#define SIGNET_REQUEST_MAX_WAIT (7 * 86400)   /* seconds until an authority is asked again, at most */

/* --- the request: a row in memory ------------------------------------------------------------------------------------ */
struct _SignetRequest
{
  GObject parent_instance;

  gint64             id;
  SignetRequestState state;
  char              *authority;
  char              *token_uri;
  char              *token_label;
  char              *key_spec;
  char              *key_sha256;   /* (nullable) */
  char              *subject;
  char              *label;        /* of the key on the token; random, so that a key made just before a crash is found again */
  char              *secret_names; /* ids of the secret fields, separated by ';' */
  char              *cookie;       /* (nullable): the plugin's own, opaque */
  char              *transaction;  /* (nullable): JSON of a CMP transaction under way */
  char              *error;        /* (nullable) */
  GHashTable        *fields;
  SignetCertificate *certificate;  /* (nullable) */
  gint64             created;
  gint64             changed;
  gint64             next_poll;

  SignetRequestKind  kind;
  gboolean           keeps_key;    /* a key that was on the token before: not made by this request */
  SignetCertificate *current;      /* (nullable): being renewed */
  char              *old_note;     /* (nullable): what became of it: "replaced", "kept" */
  char              *attempt;      /* hex: the same whenever the authority is asked the same thing again; another after a failure */
  gint64             expires;      /* SIGNET_TIME_UNKNOWN: of a draft from before there was a limit */
  GBytes            *csr;          /* (nullable): DER, made in this attempt: asked again, the authority gets the same bytes */
  GBytes            *chain;        /* (nullable): CA certificates that came with the answer, PKCS#7 */
  char              *checks;       /* (nullable): JSON, the certificate against the request: signet-request-difference.c */
  SignetCertificate *encryption;   /* (nullable): the second of two certificates, its key made by the authority */
  char              *encryption_note; /* (nullable): what became of that key */
  char              *delivered;    /* (nullable): JSON, that key as it came: encrypted */
  char              *hand_name;    /* (nullable): a file the person has to carry to the authority */
  char              *hand_text;    /* (nullable) */
  GBytes            *hand_file;    /* (nullable) */
};

gboolean           _signet_request_state_parse  (const char *id, SignetRequestState *state);
gboolean           _signet_request_state_is_final (SignetRequestState state);
gboolean           _signet_request_may_expire   (SignetRequest *self);
void               _signet_request_new_attempt  (SignetRequest *self);
/* The name it is for: of the certificate being renewed, byte for byte, or as written in the draft. Caller frees. */
X509_NAME         *_signet_request_dup_name     (SignetRequest *self, GError **error);
void               _signet_request_set_certificate (SignetRequest *self, SignetCertificate *certificate);

/* --- the rows --------------------------------------------------------------------------------------------------------- */
gboolean       _signet_request_store_migrate (SignetStore *store, GError **error);
gboolean       _signet_request_store_insert  (SignetStore *store, SignetRequest *request, GError **error);
gboolean       _signet_request_store_update  (SignetStore *store, SignetRequest *request, GError **error);
SignetRequest *_signet_request_store_find    (SignetStore *store, gint64 id, GError **error);
GPtrArray     *_signet_request_store_list    (SignetStore *store, GError **error);

gboolean       _signet_request_file_attach  (SignetEnrolment *self, SignetRequest *request, const char *field, const char *name, GBytes *content,
                                             GError **error);
GBytes        *_signet_request_file_content (SignetStore *store, SignetRequest *request, const char *field, GError **error);
void           _signet_request_file_forget  (SignetStore *store, SignetRequest *request);   /* the contents; names and hashes stay */
/* A request that is nobody's, for calls that are about none; nothing of it is kept. (transfer full) */
SignetRequest *_signet_request_new_nobody (SignetAuthority *authority);
/* Beside the rows: where on a card their keys are made. */
gboolean       _signet_request_place_migrate (SignetStore *store, GError **error);

/* --- secrets of requests: the key ring, or memory for this run ---------------------------------------------------------- */
void          _signet_request_secret_keep   (SignetRequest *request, const char *field, SignetSecret *secret);
SignetSecret *_signet_request_secret_find   (SignetRequest *request, const char *field);   /* (transfer full) (nullable) */
/* No id of a form's field may begin like this: it is ours, not typed by anybody, and no plugin can name it. */
#define SIGNET_REQUEST_SECRET_OWN "signet:"
void          _signet_request_secret_forget (SignetRequest *request);                       /* all of them */
void          _signet_request_secret_forget_field (SignetRequest *request, const char *field);
GHashTable   *_signet_request_secret_list   (void);                    /* labels of requests that have any in the key ring: a set */
void          _signet_request_secret_forget_typed (SignetRequest *request);                 /* all that a person typed: the transport key stays */

/* --- forms and profiles --------------------------------------------------------------------------------------------------- */
SignetForm *_signet_enrolment_form_parse    (JsonNode *result, GError **error);
JsonObject *_signet_enrolment_profile_json  (SignetAuthority *authority);
char       *_signet_enrolment_name_from_template (const char *template, GHashTable *fields, GError **error);

/* A name as RFC 4514 writes it, most specific part first; parts whose value is empty are left out. */
X509_NAME *_signet_enrolment_name_parse (const char *text, GError **error);

/* --- the parts an enrolment stands on ----------------------------------------------------------------------------------------- */
struct _SignetEnrolment
{
  GObject parent_instance;

  SignetStore        *store;
  SignetHttp         *http;
  SignetClock        *clock;
  SignetTokenManager *tokens;
  SignetJournal      *journal;
  SignetPluginConsents *consents;
  GPtrArray          *plugins;
  GPtrArray          *authorities;   /* those a plugin can serve */
  GPtrArray          *unserved;      /* those whose plugin is not there: named only in the error that says so */
  gint                swept;         /* (atomic): secrets of requests that are over were looked for, in this run */
  GMutex              told_lock;
  GHashTable         *told;          /* (nullable): id of an authority -> what its plugin told before a request, in this run */
};

/* Once in a run of the program: secrets of requests that are over, which a kill between the two has left, leave the key ring. */
void           _signet_enrolment_sweep     (SignetEnrolment *self);
SignetPluginManifest *_signet_enrolment_find_plugin (SignetEnrolment *self, SignetAuthority *authority, GError **error);   /* (transfer none) */
gboolean       _signet_enrolment_find_helper (const char *name, char **path, GError **error);   /* [Issuance] Helper of a profile */
SignetPluginProcess *_signet_enrolment_start_plugin (SignetEnrolment *self, SignetPluginManifest *plugin, SignetAuthority *authority,
                                                     SignetInteraction *interaction, GCancellable *cancellable, GError **error);

typedef struct _SignetLifecycle SignetLifecycle;   /* signet-lifecycle.h */

/* --- one run --------------------------------------------------------------------------------------------------------------------- */
typedef struct {
  SignetEnrolment      *enrolment;
  SignetRequest        *request;
  SignetAuthority      *authority;
  SignetPluginManifest *plugin;
  SignetInteraction    *interaction;
  GCancellable         *cancellable;
  SignetHttp           *http;        /* the door of this run alone: notes each host, asks before a delegation (signet-watched-http.c) */
  gint64                act;         /* on a certificate there is (signet-lifecycle.h); 0: the run is one of a request */
  SignetLifecycle      *lifecycle;   /* (nullable): that act */

  SignetPluginProcess  *process;     /* (nullable): started when first needed */
  SignetToken          *token;       /* (nullable) */
  SignetTokenSession   *session;     /* (nullable): logged in when first needed */
  SignetSigner         *signer;      /* (nullable) */
  SignetCertificate    *current;     /* (nullable): being renewed, revoked…; its key may sign too */
  SignetTokenSession   *current_session; /* (nullable): logged in where the key of @current is */
  SignetSigner         *current_signer;  /* (nullable) */
  const char           *method;      /* (nullable): of the plugin, while it runs: "submit", "revoke"… */
  GHashTable           *used;        /* (nullable): a set: ids of the secrets that the step under way has used */
  GError               *served;      /* (nullable): the last thing we could not do for the plugin, with its own code */
  void                (*spoke) (SignetSecret *secret, gpointer data);   /* (nullable): a secret this run has used or been given */
  gpointer              spoke_data;
  gint64                clock_off;   /* seconds that the authority's server is ahead of this computer, when @clock_known */
  gboolean              clock_known;
  gboolean              writes;      /* @session may put keys and certificates on the token */
  gboolean              agreed;      /* the person has seen what will be signed, in this run */
  gboolean              handed;      /* the person was given something to carry, in this run */
} SignetEnrolmentRun;

/* Moves on and commits; in development builds SIGNET_TEST_STOP_AT=<state> ends the process by SIGKILL right after. */
gboolean      _signet_enrolment_run_enter   (SignetEnrolmentRun *run, SignetRequestState state, GError **error);
void          _signet_enrolment_stop_for_test (const char *point);   /* the same between two states */
/* A line in the journal; @more: (nullable): JSON of what else is to be remembered, under @more_name. */
void          _signet_enrolment_run_note    (SignetEnrolmentRun *run, const char *act, const char *more_name, const char *more);
SignetSigner *_signet_enrolment_run_signer  (SignetEnrolmentRun *run, GError **error);   /* (transfer none): asks for the PIN when needed */
SignetSigner *_signet_enrolment_run_current_signer (SignetEnrolmentRun *run, GError **error);   /* (transfer none) */
/* @write: a key or a certificate goes to the token, for which some cards want another secret than for a signature. */
gboolean      _signet_enrolment_run_log_in (SignetEnrolmentRun *run, gboolean write, GError **error);
SignetTokenKey *_signet_enrolment_run_find_key (SignetEnrolmentRun *run);   /* (transfer none) (nullable): of this request, on run->token */
gboolean      _signet_enrolment_run_make_signer (SignetEnrolmentRun *run, SignetTokenKey *key, GError **error);
void          _signet_enrolment_run_end (SignetEnrolmentRun *run);   /* lets go of everything; tokens are logged out */
SignetTokenKey *_signet_enrolment_make_key  (SignetEnrolmentRun *run, GError **error);
gboolean      _signet_enrolment_run_consent (SignetEnrolmentRun *run, GError **error);   /* before a proof of possession */
/* (transfer full): found, or asked for again and kept */
SignetSecret *_signet_enrolment_run_secret  (SignetEnrolmentRun *run, const char *field, GError **error);
/* When @error says that a secret is not the right one: those that the step used, or all typed ones where it is not known, are asked for again. */
void          _signet_enrolment_run_forget_wrong (SignetEnrolmentRun *run, const GError *error);
/* A one-time RSA key of this request, in software, for what the authority encrypts for us; it signs nothing. Caller frees. */
EVP_PKEY     *_signet_request_find_transport_key (SignetRequest *request);   /* (nullable): makes none. Caller frees. */
EVP_PKEY     *_signet_enrolment_run_transport_key (SignetEnrolmentRun *run, GError **error);
/* Calls a method of the plugin, started when needed. What failed on our side of the counter is told with its own code. */
JsonNode     *_signet_enrolment_run_call    (SignetEnrolmentRun *run, const char *method, GError **error);
/* @add: (nullable): puts in what this method is told beyond that */
JsonNode     *_signet_enrolment_run_call_with (SignetEnrolmentRun *run, const char *method,
                                               void (*add) (SignetEnrolmentRun *run, JsonObject *params), GError **error);
gboolean      _signet_enrolment_run_can     (SignetEnrolmentRun *run, const char *method, GError **error);   /* FALSE without @error: it cannot */
/* Takes what the plugin answered to submit, renew or poll into the request, and commits. */
gboolean      _signet_enrolment_run_take    (SignetEnrolmentRun *run, JsonNode *answer, GError **error);
/* What time a server says it is, and whether this computer's clock is to be doubted for it: FALSE with CLOCK. signet-enrolment-clock.c */
void          _signet_enrolment_clock_note    (SignetEnrolmentRun *run, gint64 server);
gboolean      _signet_enrolment_clock_check   (SignetEnrolmentRun *run, GError **error);
GError       *_signet_enrolment_clock_explain (SignetEnrolmentRun *run, GError *error);   /* (transfer full) both */
/* What its plugin discloses, for this run of the program; see signet-enrolment-terms.c. */
gboolean      _signet_enrolment_run_ask_terms (SignetEnrolmentRun *run, GError **error);
GHashTable   *_signet_enrolment_terms_parse (JsonNode *result, GError **error);
gboolean      _signet_enrolment_may_fetch (SignetEnrolment *self, SignetAuthority *authority, const char *url);
/* Tells the authority that waits for a confirmation that its certificate is not taken; whether that worked is in the journal. */
void          _signet_enrolment_run_decline (SignetEnrolmentRun *run);
/* CA certificates that came along, where signatures find them. */
gboolean      _signet_chain_install         (SignetEnrolmentRun *run, GError **error);
/* {certificate, serial, issuer, sha256}: a certificate as a plugin gets it. (transfer full) */
JsonObject   *_signet_enrolment_certificate_json (SignetCertificate *certificate);
/* What a plugin may ask for inside a call; @user_data: a SignetEnrolmentRun. */
JsonNode     *_signet_enrolment_serve       (const char *method, JsonObject *params, gpointer user_data, GCancellable *cancellable, GError **error);

G_END_DECLS
