/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-http.h: the only door to the network. Size, time, redirect and host limits on every request; synchronous, for worker threads. */
#pragma once

#include <gio/gio.h>
#include <openssl/x509.h>

#include "signet-secret.h"
#include "signet-signer.h"

G_BEGIN_DECLS

/* Why two computers could not agree, each with its own sentence and remedy. Everything else of a request is told in SIGNET_BASE_ERROR. */
#define SIGNET_HTTP_ERROR (signet_http_error_quark ())
typedef enum {
  SIGNET_HTTP_ERROR_TLS,                  /* no agreement: version, algorithm, a defect */
  SIGNET_HTTP_ERROR_EXPIRED,              /* the server's certificate; or our clock is ahead */
  SIGNET_HTTP_ERROR_NOT_YET_VALID,        /* the server's certificate; or our clock is behind */
  SIGNET_HTTP_ERROR_WRONG_HOST,
  SIGNET_HTTP_ERROR_SELF_SIGNED,
  SIGNET_HTTP_ERROR_UNKNOWN_ISSUER,
  SIGNET_HTTP_ERROR_CERTIFICATE_WANTED,   /* the server wants to see one of ours, and none was given */
  SIGNET_HTTP_ERROR_CERTIFICATE_REFUSED,  /* the server does not take ours */
  SIGNET_HTTP_ERROR_KEY_UNFIT,            /* our key cannot make any signature TLS knows */
  SIGNET_HTTP_ERROR_PROXY,                /* the proxy refuses, or wants a name and password */
  SIGNET_HTTP_ERROR_REDIRECTED,           /* sent to where we do not go */
} SignetHttpError;
GQuark signet_http_error_quark (void);

#define SIGNET_TYPE_HTTP (signet_http_get_type ())
G_DECLARE_DERIVABLE_TYPE (SignetHttp, signet_http, SIGNET, HTTP, GObject)

/* Borrowed for the call. Zero means the default where one is named. */
typedef struct {
  const char        *method;        /* NULL: GET */
  const char        *url;           /* http or https, nothing else */
  GBytes            *body;          /* (nullable) */
  const char        *content_type;  /* (nullable) */
  const char *const *headers;       /* (nullable): name, value, name, value, NULL */
  const char *const *allowed_hosts; /* (nullable): "host:port"; the request and every redirect must stay within; NULL: any */
  gsize              max_size;      /* of the answer; 0: 1 MiB */
  guint              deadline;      /* seconds for the whole exchange; 0: 30 */

  GBytes            *tls_anchors;   /* (nullable): PEM; trusted for this exchange instead of the system's anchors */
  X509              *client_certificate; /* (nullable): shown when the server asks for one; with client_signer, over https only */
  GPtrArray         *client_chain;  /* (nullable) (element-type X509): its issuers, sent with it */
  SignetSigner      *client_signer; /* (nullable): the key of client_certificate; may ask the person */
  const char        *user;          /* (nullable): HTTP authentication, Digest or Basic (RFC 7616, 7617); Basic over https only */
  SignetSecret      *password;      /* (nullable): with user */
} SignetHttpRequest;

typedef struct {
  guint   status;
  char   *content_type; /* (nullable): without parameters */
  char   *content_parameters; /* (nullable): "boundary=…" */
  GBytes *body;
  char   *etag;         /* (nullable): as If-None-Match wants it */
  guint   retry_after;  /* seconds; 0: not said */
  gint64  date;         /* what time it is there, as the server says; SIGNET_TIME_UNKNOWN: not said */
} SignetHttpResponse;

struct _SignetHttpClass {
  GObjectClass parent_class;
  SignetHttpResponse *(*send) (SignetHttp *self, const SignetHttpRequest *request, GCancellable *cancellable, GError **error);
};

SignetHttp         *signet_http_new         (void);
void                signet_http_set_offline (SignetHttp *self, gboolean offline);
gboolean            signet_http_is_offline  (SignetHttp *self);
/* A status of 400 and more is an answer, not an error. Errors: SIGNET_BASE_ERROR NETWORK, TIMEOUT, TOO_LARGE, DENIED, UNSUPPORTED; all of
   SIGNET_HTTP_ERROR; those of client_signer. */
SignetHttpResponse *signet_http_send        (SignetHttp *self, const SignetHttpRequest *request, GCancellable *cancellable, GError **error);
void                signet_http_response_free (SignetHttpResponse *response);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SignetHttpResponse, signet_http_response_free)

G_END_DECLS
