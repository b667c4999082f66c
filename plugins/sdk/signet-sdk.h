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

/* Reading what may be missing or of another type: NULL, FALSE, 0 then. */
const char *signet_sdk_get_string (JsonObject *object, const char *name);
JsonObject *signet_sdk_get_object (JsonObject *object, const char *name);
gint64      signet_sdk_get_int    (JsonObject *object, const char *name);
/* Copies a text that is there; else nothing. */
void        signet_sdk_copy_string (JsonObject *to, const char *to_name, JsonObject *from, const char *from_name);

/* Results of "form" and "disclose" for authorities whose profile says it all: its groups [Field ID] and [Disclosure]. (transfer full) */
JsonObject *signet_sdk_profile_form     (JsonObject *params);
JsonObject *signet_sdk_profile_disclose (JsonObject *params);

G_END_DECLS
