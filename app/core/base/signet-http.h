/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-http.h: the only door to the network. Size, time, redirect and host limits on every request; synchronous, for worker threads. */
#pragma once

#include <gio/gio.h>

#include "signet-signer.h"

G_BEGIN_DECLS

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
} SignetHttpRequest;

typedef struct {
  guint   status;
  char   *content_type; /* (nullable) */
  GBytes *body;
  char   *etag;         /* (nullable): as If-None-Match wants it */
  guint   retry_after;  /* seconds; 0: not said */
} SignetHttpResponse;

struct _SignetHttpClass {
  GObjectClass parent_class;
  SignetHttpResponse *(*send) (SignetHttp *self, const SignetHttpRequest *request, GCancellable *cancellable, GError **error);
};

SignetHttp         *signet_http_new         (void);
void                signet_http_set_offline (SignetHttp *self, gboolean offline);
gboolean            signet_http_is_offline  (SignetHttp *self);
/* A status of 400 and more is an answer, not an error. Errors: SIGNET_BASE_ERROR NETWORK, TIMEOUT, TOO_LARGE, DENIED, UNSUPPORTED. */
SignetHttpResponse *signet_http_send        (SignetHttp *self, const SignetHttpRequest *request, GCancellable *cancellable, GError **error);
void                signet_http_response_free (SignetHttpResponse *response);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SignetHttpResponse, signet_http_response_free)

G_END_DECLS
