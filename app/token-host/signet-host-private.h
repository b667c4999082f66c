/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-host-private.h: what the files of the token host share. One thread, one module, one client. */
#pragma once

#include <glib.h>
#include <p11-kit/pkcs11.h>

#include "../core/base/signet-secret.h"
#include "../core/token/signet-token-error.h"
#include "signet-host-wire.h"

G_BEGIN_DECLS

/* What is asked of a module at most. */
#define HOST_MAX_SLOTS    64
#define HOST_MAX_OBJECTS  4096
#define HOST_MAX_VALUE    (64 * 1024) /* a certificate */
#define HOST_MAX_KEY      4096        /* a modulus, a point, parameters, a signature */
#define HOST_MAX_TEXT     256
#define HOST_MAX_MECHANISMS 128 /* that one key may be used with */
#define HOST_MAX_PIN      1024
#define HOST_MAX_PRIVATE  16384       /* PKCS#8: RSA of 16384 bits has 9 KiB */
#define HOST_ID_LENGTH    20          /* of the CKA_ID we give */
#define HOST_MAX_ANSWER   (32 * 1024 * 1024) /* all objects together */

/* --- the wall --- */
typedef struct {
  const char        *module;    /* its path, as it was given */
  const char *const *folders;   /* that it writes, besides those any module may */
  const char        *store;     /* (nullable): one more, beneath the home folder */
  gboolean           network;   /* may open sockets of the Internet: a token in a network */
  gboolean           processes; /* may start programs: a PIN dialog of its maker */
} HostWall;

/* Adds what is known of modules of that name; only for one that nobody but root can have put there. */
void        host_wall_know      (HostWall *wall);
void        host_wall_raise     (const HostWall *wall);
const char *host_wall_describe  (void);
gboolean    host_files_restrict (const HostWall *wall);

/* --- the module --- */
typedef struct _HostModule HostModule;

gboolean             host_module_check (const char *path, gboolean user, char **canonical, GError **error);
HostModule          *host_module_load  (const char *path, gboolean user, GError **error);
CK_FUNCTION_LIST    *host_module_get   (HostModule *module);  /* every entry we use is there */
gboolean             host_module_has_one_thread (HostModule *module); /* it may be called from one thread only */
GVariant            *host_module_describe (HostModule *module, const char *state);

/* --- CK_RV to GError --- */
gboolean host_check     (CK_RV rv, const char *call, GError **error); /* FALSE with an error when @rv is not CKR_OK */
gboolean host_set_error (GError **error, SignetTokenError code, const char *message);
gboolean host_set_rv_error (GError **error, SignetTokenError code, const char *what, CK_RV rv);
char    *host_rv_describe  (CK_RV rv);

/* --- slots and tokens --- */
/* Tokens that are there: at most HOST_MAX_SLOTS. */
void      host_slots_look (CK_FUNCTION_LIST *p11);
gboolean host_slots_list  (CK_FUNCTION_LIST *p11, CK_SLOT_ID *slots, gulong *n_slots, GError **error);
char    *host_slots_make_id (CK_SLOT_ID slot, const CK_TOKEN_INFO *info);
/* The slot a token is in now; REMOVED when it is in none. @id "": the first one that is not initialised. */
gboolean host_slots_find  (CK_FUNCTION_LIST *p11, const char *id, CK_SLOT_ID *slot, CK_TOKEN_INFO *info, GError **error);
char    *host_slots_state (CK_FUNCTION_LIST *p11, GError **error);
/* aa{sv}; @state: (out) as host_slots_state() */
GVariant *host_slots_describe_all (CK_FUNCTION_LIST *p11, char **state, GError **error);
GVariant *host_mechanisms_describe (CK_FUNCTION_LIST *p11, CK_SLOT_ID slot);

/* --- objects --- */
void     host_objects_start_answer (void);
/* How many certificates were too long to be handed over since the last time. */
guint    host_objects_take_omitted (void);
/* Adds the keys of @class, as aa{sv} elements. FALSE when the listing was cut or failed. */
gboolean host_objects_describe (CK_FUNCTION_LIST *p11, CK_SESSION_HANDLE session, CK_OBJECT_CLASS class, GVariantBuilder *builder, GError **error);
/* All that a listing shows: certificates packed (org.signet.TokenHost.xml), keys as aa{sv} elements. */
gboolean host_objects_describe_all (CK_FUNCTION_LIST *p11, CK_SESSION_HANDLE session, GVariantBuilder *builder, GByteArray *certificates, GError **error);
GVariant *host_objects_describe_one (CK_FUNCTION_LIST *p11, CK_SESSION_HANDLE session, CK_OBJECT_CLASS class, CK_OBJECT_HANDLE handle);
/* At most @max handles that match. */
gboolean host_objects_find (CK_FUNCTION_LIST *p11, CK_SESSION_HANDLE session, CK_ATTRIBUTE *template, gulong n_template,
                            CK_OBJECT_HANDLE *handles, gulong max, gulong *n_handles, GError **error);

/* --- templates --- */
/* How much of a template a module is told; the next is tried when it refuses the one before as a template. */
typedef enum {
  HOST_MEASURE_FULL,      /* all that makes the key what it should be */
  HOST_MEASURE_PROTECTED, /* without the purposes: some modules know them only by the mechanism */
  HOST_MEASURE_MINIMAL,   /* without the protection too: some modules protect every key and refuse to be told. It is looked at afterwards */
  HOST_N_MEASURES,
} HostMeasure;

typedef struct {
  CK_ATTRIBUTE attributes[20];
  gulong       n;
} HostTemplate;

void     host_template_add         (HostTemplate *template, CK_ATTRIBUTE_TYPE type, const void *value, gsize length); /* borrowed */
void     host_template_add_boolean (HostTemplate *template, CK_ATTRIBUTE_TYPE type, gboolean value);
void     host_template_add_private (HostTemplate *template, const char *label, const guint8 *id, gsize id_length, HostMeasure measure);
void     host_template_add_public  (HostTemplate *template, const char *label, const guint8 *id, gsize id_length, HostMeasure measure);
gboolean host_template_is_refused  (CK_RV rv); /* the module dislikes the template, not the wish */
gboolean host_template_check_protection (GVariant *description); /* of a private key: neither readable nor extractable, as far as is told */

/* --- sessions --- */
typedef struct {
  guint             id;
  CK_SLOT_ID        slot;
  char             *token;  /* id */
  CK_SESSION_HANDLE handle;
  gboolean          logged_in;
  gboolean          read_only;
  guint             keep_source; /* 0 while somebody uses it */
  gint64            keep_until;  /* CLOCK_BOOTTIME, seconds */
  struct _HostLanes *lanes; /* (owned) (nullable) */
} HostSession;

HostSession *host_session_open  (CK_FUNCTION_LIST *p11, const char *token, SignetSecret *pin, GError **error);
/* CKU_SO, of a token that lets nobody else write */
HostSession *host_session_open_manager (CK_FUNCTION_LIST *p11, const char *token, SignetSecret *pin, GError **error);
gboolean     host_session_close (CK_FUNCTION_LIST *p11, HostSession *session, GError **error);
/* REMOVED or NOT_LOGGED_IN when the token is gone or forgot the login; asks for nothing. */
gboolean     host_session_is_logged_in (CK_FUNCTION_LIST *p11, HostSession *session, GError **error);
CK_RV        host_session_raw_login (CK_FUNCTION_LIST *p11, CK_SESSION_HANDLE session, CK_USER_TYPE user, SignetSecret *pin);
/* host_check(), but REMOVED when the token is gone, whatever the module calls that */
gboolean     host_session_explain (CK_FUNCTION_LIST *p11, HostSession *session, CK_RV rv, const char *call, GError **error);
/* @place: empty where the token has no places of its own */
GVariant    *host_session_generate (CK_FUNCTION_LIST *p11, HostSession *session, const char *kind, guint bits, GBytes *params, const char *label,
                                    GBytes *place, gboolean replace, GError **error);
GVariant    *host_session_sign  (CK_FUNCTION_LIST *p11, HostSession *session, CK_OBJECT_HANDLE key, const char *scheme, guint digest, GBytes *data,
                                 gboolean context, SignetSecret *pin, GError **error);
/* @key: PKCS#8, DER, and one byte more. aa{sv}: the public and the private key */
GVariant    *host_session_import (CK_FUNCTION_LIST *p11, HostSession *session, SignetSecret *key, const char *label, gboolean decrypts, GError **error);
/* The same, wrapped. @template: of the private key, without its numbers */
CK_RV        host_wrap_bring     (CK_FUNCTION_LIST *p11, HostSession *session, SignetSecret *secret, HostTemplate *template, CK_OBJECT_HANDLE *handle);
gboolean     host_session_store (CK_FUNCTION_LIST *p11, HostSession *session, GVariant *certificate, GError **error);
gboolean     host_session_delete (CK_FUNCTION_LIST *p11, HostSession *session, GVariant *objects, guint *count, GError **error);

char    *host_token_init       (CK_FUNCTION_LIST *p11, const char *token, GBytes *label, SignetSecret *so_pin, SignetSecret *pin, GError **error);
/* A user PIN set by the security officer: %NULL twice on a PIN pad. */
gboolean host_token_set_pin    (CK_FUNCTION_LIST *p11, const char *token, SignetSecret *so_pin, SignetSecret *pin, GError **error);
gboolean host_token_change_so_pin (CK_FUNCTION_LIST *p11, const char *token, SignetSecret *old_pin, SignetSecret *new_pin, GError **error);
gboolean host_token_change_pin (CK_FUNCTION_LIST *p11, const char *token, SignetSecret *old_pin, SignetSecret *new_pin, GError **error);

/* --- lanes: several sessions of one login that sign side by side --- */
typedef struct _HostLanes HostLanes;
typedef struct {
  CK_OBJECT_HANDLE key;
  char            *scheme;  /* (owned) */
  guint            digest;
  GBytes          *data;    /* (owned) */
  void           (*done) (gpointer user_data, GVariant *signature, GError *error); /* on a lane's thread; takes whichever is there */
  gpointer         user_data;
} HostSignature;
/* (nullable): fewer than two would be none. Borrows @session, which nobody else may use until it is freed. */
HostLanes   *host_lanes_open  (CK_FUNCTION_LIST *p11, HostSession *session, guint wanted);
guint        host_lanes_count (HostLanes *lanes);
void         host_lanes_sign  (HostLanes *lanes, HostSignature *signature); /* takes it */
void         host_lanes_wait  (HostLanes *lanes);                           /* until nothing is being signed */
void         host_lanes_free  (HostLanes *lanes);

/* --- the calls --- */
/* @module: (nullable): then every call answers with a copy of @refusal */
HostService *host_service_new (HostModule *module, const GError *refusal);
extern const HostHandlers host_service_handlers;

G_END_DECLS
