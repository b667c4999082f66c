/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-http-private.h: what the files of the door to the network share. */
#pragma once

#include "signet-http.h"

G_BEGIN_DECLS

/* One exchange with one server, no redirects. @end: monotonic time. @location: (out) (transfer full) (nullable): where the server sends us. */
SignetHttpResponse *_signet_http_exchange (const SignetHttpRequest *request, GUri *uri, gint64 end, GCancellable *cancellable, char **location,
                                           GError **error);

/* --- TLS: what OpenSSL's context is told, and what it tells of a failure -------------------------------------------------- */
typedef struct {
  const SignetHttpRequest *request;
  EVP_PKEY                *key;     /* (owned) (nullable): of client_signer */
  gboolean                 asked;   /* the server wanted a certificate and got none */
  gboolean                 hung_up; /* without a word, right after the handshake */
  int                      alert;   /* the last fatal alert of the server; 0: none */
  GError                  *error;   /* (owned) (nullable): why we gave up ourselves */
  char                    *times;   /* (owned) (nullable): of a certificate that is not valid by our clock, and our clock */
} SignetHttpTls;

/* Loads OpenSSL's TLS on first use; asks the signer for its key. */
gboolean _signet_http_tls_init  (SignetHttpTls *tls, const SignetHttpRequest *request, GError **error);
/* Whether the key can only do what TLS 1.2 and older ask for. */
gboolean _signet_http_tls_is_old (const SignetHttpTls *tls);
/* @context: SSL_CTX. FALSE with tls->error set. */
gboolean _signet_http_tls_set_up (SignetHttpTls *tls, gpointer context);
/* @verified: X509_V_…; @refused: our side found the server's certificate wrong. Always FALSE. */
gboolean _signet_http_tls_set_error (SignetHttpTls *tls, long verified, gboolean refused, const char *detail, GError **error);
void     _signet_http_tls_clear (SignetHttpTls *tls);

G_END_DECLS
