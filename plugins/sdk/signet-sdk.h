/* SPDX-License-Identifier: MIT */
/* signet-sdk.h: a CA plugin in C: a table of methods, and calls to what the host does for it. See docs/plugin-guide.md. */
#pragma once

#include <glib.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

#define SIGNET_SDK_API 1

#define SIGNET_SDK_ERROR (signet_sdk_error_quark ())
typedef enum {
  SIGNET_SDK_ERROR_FAILED,
  SIGNET_SDK_ERROR_REJECTED,      /* the authority said no; its words are the message */
  SIGNET_SDK_ERROR_TRY_LATER,
  SIGNET_SDK_ERROR_UNREACHABLE,
  SIGNET_SDK_ERROR_DENIED,        /* not in the manifest */
  SIGNET_SDK_ERROR_CANCELLED,     /* by the person */
  SIGNET_SDK_ERROR_WRONG_SECRET,  /* the authority did not take the code or password: the person is asked again */
} SignetSdkError;
GQuark signet_sdk_error_quark (void);

typedef struct _SignetSdk SignetSdk;

/* @params: never NULL. Returns (transfer full) the result, or NULL with @error, whose message is shown to the person. */
typedef JsonObject *(*SignetSdkMethod) (SignetSdk *sdk, JsonObject *params, gpointer user_data, GError **error);

typedef struct {
  const char      *name;   /* "form", "submit", "poll"… */
  SignetSdkMethod  run;
} SignetSdkEntry;

/* The whole life of a plugin: call it from main(). @methods ends with a NULL name; "hello" is answered by the kit. */
int         signet_sdk_main       (const SignetSdkEntry *methods, gpointer user_data);

/* Inside a method only. @params: (transfer full). (transfer full) */
JsonObject *signet_sdk_ask        (SignetSdk *sdk, const char *method, JsonObject *params, GError **error);
void        signet_sdk_progress   (SignetSdk *sdk, const char *step, double fraction);
void        signet_sdk_log        (SignetSdk *sdk, const char *text);

/* --- what the host does for a plugin: signet-sdk-host.c. Inside a method only; NULL with @error when it refuses ------------- */
/* A PKCS#10 request with the subject and key the person saw, base64 of DER. (transfer full) */
char       *signet_sdk_make_csr      (SignetSdk *sdk, GError **error);
/* @body, @content_type, @headers: (nullable); @headers: (transfer full), name -> text or signet_sdk_secret(). (transfer full):
   "status", "content_type", "body" (base64), "retry_after" */
JsonObject *signet_sdk_http          (SignetSdk *sdk, const char *method, const char *url, const char *content_type, const void *body,
                                      gsize length, JsonObject *headers, GError **error);
/* The same with JSON both ways. @body: (nullable) (transfer full); @answer: (out) (nullable) (transfer full): when it is an object.
   Returns the status; 0 with @error */
int         signet_sdk_http_json     (SignetSdk *sdk, const char *method, const char *url, JsonObject *body, JsonObject *headers,
                                      JsonObject **answer, GError **error);
/* Base64 of the SubjectPublicKeyInfo of a one-time key of this request, for what the authority encrypts. (transfer full) */
char       *signet_sdk_transport_key (SignetSdk *sdk, GError **error);
/* Kept at once: comes back as "cookie" even when the computer goes down before this call ends. */
gboolean    signet_sdk_keep_cookie   (SignetSdk *sdk, const char *cookie, GError **error);
/* A secret by its name, for a header or a JSON body. @before: (nullable): "Bearer ". (transfer full) */
JsonObject *signet_sdk_secret        (const char *id, const char *before);

/* --- SCEP (RFC 8894): signet-sdk-scep.c. The plugin carries messages; what is in them only the host sees ------------------------ */
typedef struct {
  const char *ca;     /* base64 of the answer to GetCACert */
  const char *caps;   /* (nullable): the answer to GetCACaps */
} SignetSdkScepServer;
/* @type: "PKCSReq", "RenewalReq", "CertPoll"; @challenge: (nullable): id of the secret that becomes the challengePassword. (transfer full):
   "message" (base64), "post": whether the server takes it by POST, "certificates": the filed chain (base64 of DER) */
JsonObject *signet_sdk_scep_make     (SignetSdk *sdk, const char *type, const SignetSdkScepServer *server, const char *challenge, GError **error);
/* @message: base64 of the answer to the last message made. (transfer full): a result of submit or poll */
JsonObject *signet_sdk_scep_open     (SignetSdk *sdk, const char *message, const SignetSdkScepServer *server, GError **error);
/* The same where somebody else has held the answer against the message: @envelope: base64 of the pkcsPKIEnvelope that was in it */
JsonObject *signet_sdk_scep_open_envelope (SignetSdk *sdk, const char *envelope, const SignetSdkScepServer *server, GError **error);

/* --- answers: (transfer full) ------------------------------------------------------------------------------------------------ */
JsonObject *signet_sdk_issued        (const char *certificate);   /* base64 of DER, PEM or PKCS#7 */
JsonObject *signet_sdk_waiting       (const char *cookie, gint64 check_after);
JsonObject *signet_sdk_done          (void);                      /* revoke, suspend, resume */
JsonObject *signet_sdk_standing      (const char *status);        /* "good", "revoked", "suspended", "unknown" */
/* NULL with REJECTED, and the authority's words */
JsonObject *signet_sdk_reject        (GError **error, const char *words);

/* --- forms: {"fields": […]}, filled one by one -------------------------------------------------------------------------------- */
JsonObject *signet_sdk_new_form      (void);
/* @type: "text", "secret", "file". Returns the field, for more members. (transfer none) */
JsonObject *signet_sdk_add_field     (JsonObject *form, const char *type, const char *id, const char *label, gboolean required);

/* --- what a call is about: NULL when it is not there. (transfer none) ----------------------------------------------------------- */
const char *signet_sdk_get_setting   (JsonObject *params, const char *key);     /* [Issuance] of the profile */
const char *signet_sdk_get_answer    (JsonObject *params, const char *field);   /* what the person entered */
gboolean    signet_sdk_has_secret    (JsonObject *params, const char *id);      /* the person has entered it; its value stays with the host */
const char *signet_sdk_get_cookie    (JsonObject *params);
const char *signet_sdk_get_serial    (JsonObject *params);                      /* of the certificate revoked, asked about… or renewed; hex */

/* Reading what may be missing or of another type: NULL, FALSE, 0 then. */
const char *signet_sdk_get_string (JsonObject *object, const char *name);
JsonObject *signet_sdk_get_object (JsonObject *object, const char *name);
gint64      signet_sdk_get_int    (JsonObject *object, const char *name);
/* Copies a text that is there; else nothing. */
void        signet_sdk_copy_string (JsonObject *to, const char *to_name, JsonObject *from, const char *from_name);

/* Results of "form" and "disclose" for authorities whose profile says it all: its groups [Field ID] and [Disclosure]. (transfer full) */
JsonObject *signet_sdk_profile_form     (JsonObject *params);
JsonObject *signet_sdk_profile_disclose (JsonObject *params);

/* Methods as they are, for the table of a plugin: "form" and "disclose" from the profile, "profiles" for a plugin that brings none of its own, "accept" where
   the protocol has nothing to confirm. */
JsonObject *signet_sdk_answer_form      (SignetSdk *sdk, JsonObject *params, gpointer user_data, GError **error);
JsonObject *signet_sdk_answer_disclose  (SignetSdk *sdk, JsonObject *params, gpointer user_data, GError **error);
JsonObject *signet_sdk_answer_profiles  (SignetSdk *sdk, JsonObject *params, gpointer user_data, GError **error);
JsonObject *signet_sdk_answer_accept    (SignetSdk *sdk, JsonObject *params, gpointer user_data, GError **error);

G_END_DECLS
