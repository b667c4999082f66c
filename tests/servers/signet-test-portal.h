/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-test-portal.h: the two halves of the portal: what it does (portal.c), and JSON over HTTP (portal-http.c). */
#pragma once

#include <json-glib/json-glib.h>

#include "signet-test-pki.h"
#include "signet-test-server.h"

G_BEGIN_DECLS

typedef struct {
  TestPki    *pki;
  const char *login_code;
  const char *fault;          /* (nullable) */
  int         pending;        /* so many questions are answered with "pending" */
  int         check_after;    /* seconds */
  gboolean    need_evidence;
  const char *signature_key;  /* (nullable): X-Signature: hex of the HMAC-SHA256 of the body under this is demanded */
  GHashTable *sessions;       /* token -> account */
  GHashTable *applications;   /* id -> Application */
  guint       n_applications;
} Portal;

/* One question. @data: what goes back under "data"; refused when @code is not 0. */
typedef struct {
  Portal     *portal;
  JsonObject *asked;      /* never NULL */
  char       *argument;   /* (nullable): what stands for * in the path */
  JsonObject *data;       /* (owned) (nullable) */
  guint       status;
  int         code;
  const char *message;    /* static */
} PortalCall;

typedef void (*PortalHandler) (PortalCall *call);

typedef struct {
  const char   *method;
  const char   *path;     /* one part may be * */
  gboolean      open;     /* no session needed */
  PortalHandler handle;
} PortalRoute;

extern const PortalRoute portal_routes[];   /* ends with a NULL method */

gboolean    portal_refuse (PortalCall *call, int code, const char *message);   /* FALSE */
const char *portal_text   (JsonObject *object, const char *name);              /* (nullable) */
/* A TestHandler; @user_data: a Portal. */
void        portal_handle (const char *method, const char *path, GBytes *body, TestAnswer *answer, gpointer user_data);

G_END_DECLS
