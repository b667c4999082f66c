/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-http.c: the only door to the network: which addresses may be asked, and where a redirect may lead. The exchange itself is in
 * signet-http-exchange.c. Nothing is remembered between two requests. Synchronous; any thread, several at once.
 */
#define G_LOG_DOMAIN "signet-http"

#include "config.h"

#include "signet-http.h"

#include <string.h>

#include "signet-base-error.h"
#include "signet-http-private.h"

#define DEFAULT_DEADLINE 30
#define MAX_REDIRECTS 5
#define URI_FLAGS \
  (G_URI_FLAGS_HAS_PASSWORD | G_URI_FLAGS_ENCODED_PATH | G_URI_FLAGS_ENCODED_QUERY | G_URI_FLAGS_ENCODED_FRAGMENT | G_URI_FLAGS_SCHEME_NORMALIZE)

G_DEFINE_QUARK (signet-http-error-quark, signet_http_error)

typedef struct {
  gboolean offline; /* (atomic) */
} SignetHttpPrivate;

G_DEFINE_TYPE_WITH_PRIVATE (SignetHttp, signet_http, G_TYPE_OBJECT)

/* --- what may be asked ------------------------------------------------------------------------------------------------------ */

static gboolean
is_listed (const char *const *hosts, const char *host, int port, int usual_port)
{
  g_autofree char *literal = strchr (host, ':') != NULL ? g_strdup_printf ("[%s]", host) : g_strdup (host);
  g_autofree char *with_port = g_strdup_printf ("%s:%d", literal, port);

  for (guint i = 0; hosts[i] != NULL; i++)
    if (g_ascii_strcasecmp (hosts[i], with_port) == 0 || (port == usual_port && g_ascii_strcasecmp (hosts[i], literal) == 0))
      return TRUE;
  return FALSE;
}

static GUri *
check_url (const char *url, const char *const *allowed_hosts, GError **error)
{
  g_autoptr (GUri) uri = g_uri_parse (url, URI_FLAGS, NULL);
  const char *scheme = uri != NULL ? g_uri_get_scheme (uri) : "";
  int usual_port = g_str_equal (scheme, "https") ? 443 : 80;

  if (!g_str_equal (scheme, "http") && !g_str_equal (scheme, "https"))
    {
      g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_UNSUPPORTED, "not an address of http or https");
      return NULL;
    }
  if (g_uri_get_userinfo (uri) != NULL || g_uri_get_host (uri) == NULL || *g_uri_get_host (uri) == '\0')
    {
      g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_DENIED, "the address has no host, or carries a name and password");
      return NULL;
    }
  if (allowed_hosts != NULL
      && !is_listed (allowed_hosts, g_uri_get_host (uri), g_uri_get_port (uri) > 0 ? g_uri_get_port (uri) : usual_port, usual_port))
    {
      g_set_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_DENIED, "%s is not among the hosts that may be asked", g_uri_get_host (uri));
      return NULL;
    }
  return g_steal_pointer (&uri);
}

/* --- redirects --------------------------------------------------------------------------------------------------------------- */

static gboolean
same_origin (GUri *one, GUri *other)
{
  return g_str_equal (g_uri_get_scheme (one), g_uri_get_scheme (other)) && g_uri_get_port (one) == g_uri_get_port (other)
         && g_ascii_strcasecmp (g_uri_get_host (one), g_uri_get_host (other)) == 0;
}

/* Headers that ask for something; any other may say who we are. */
static gboolean
carries_proof (const SignetHttpRequest *request)
{
  static const char *const harmless[] = { "Accept", "If-None-Match", NULL };

  for (guint i = 0; request->headers != NULL && request->headers[i] != NULL && request->headers[i + 1] != NULL; i += 2)
    if (!g_strv_contains (harmless, request->headers[i]))
      return TRUE;
  return request->user != NULL || request->client_signer != NULL;
}

/* Only GET is sent on; https never leads to http; what proves who we are goes to the server it was meant for and to no other. */
static gboolean
may_follow (const SignetHttpRequest *request, GUri *here, GUri *next)
{
  gboolean is_get = request->method == NULL || strcmp (request->method, "GET") == 0;
  gboolean downgraded = g_str_equal (g_uri_get_scheme (here), "https") && !g_str_equal (g_uri_get_scheme (next), "https");

  return is_get && !downgraded && (!carries_proof (request) || same_origin (here, next));
}

/* Where to go next. NULL with an error: to where we do not go. */
static GUri *
next_address (const SignetHttpRequest *request, const char *location, GUri *here, GError **error)
{
  g_autoptr (GUri) next = g_uri_parse_relative (here, location, URI_FLAGS, NULL);
  g_autofree char *text = next != NULL ? g_uri_to_string (next) : NULL;
  g_autoptr (GUri) checked = text != NULL ? check_url (text, request->allowed_hosts, NULL) : NULL;

  if (checked != NULL && may_follow (request, here, checked))
    return g_steal_pointer (&checked);
  g_set_error (error, SIGNET_HTTP_ERROR, SIGNET_HTTP_ERROR_REDIRECTED, "the server sends us to %s", text != NULL ? text : "no address at all");
  return NULL;
}

static SignetHttpResponse *
signet_http_real_send (SignetHttp *self, const SignetHttpRequest *request, GCancellable *cancellable, GError **error)
{
  guint seconds = request->deadline != 0 ? request->deadline : DEFAULT_DEADLINE;
  gint64 end = g_get_monotonic_time () + (gint64) seconds * G_USEC_PER_SEC;
  g_autoptr (GUri) uri = check_url (request->url, request->allowed_hosts, error);

  for (guint i = 0; uri != NULL && i <= MAX_REDIRECTS; i++)
    {
      g_autofree char *location = NULL;
      g_autoptr (SignetHttpResponse) response = _signet_http_exchange (request, uri, end, cancellable, &location, error);
      GUri *next;

      if (response == NULL)
        return NULL;
      if (location == NULL)
        return g_steal_pointer (&response);
      next = next_address (request, location, uri, error);
      g_uri_unref (uri);
      uri = next;
      if (uri == NULL)
        return NULL;
    }
  if (uri != NULL)
    g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_NETWORK, "the server sends us round in circles");
  return NULL;
}

/* --- the door ---------------------------------------------------------------------------------------------------------------- */

static void
signet_http_class_init (SignetHttpClass *klass)
{
  klass->send = signet_http_real_send;
}

static void
signet_http_init (SignetHttp *self)
{
}

SignetHttp *
signet_http_new (void)
{
  return g_object_new (SIGNET_TYPE_HTTP, NULL);
}

/**
 * signet_http_set_offline:
 * @offline: whether every request is refused at once with %SIGNET_BASE_ERROR_NETWORK
 */
void
signet_http_set_offline (SignetHttp *self, gboolean offline)
{
  SignetHttpPrivate *private = signet_http_get_instance_private (self);

  g_atomic_int_set (&private->offline, offline);
}

gboolean
signet_http_is_offline (SignetHttp *self)
{
  SignetHttpPrivate *private = signet_http_get_instance_private (self);

  return g_atomic_int_get (&private->offline);
}

/**
 * signet_http_send:
 *
 * Returns: (transfer full) (nullable): the answer, whatever its status
 */
SignetHttpResponse *
signet_http_send (SignetHttp *self, const SignetHttpRequest *request, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (SIGNET_IS_HTTP (self) && request != NULL && request->url != NULL, NULL);
  g_return_val_if_fail ((request->client_certificate == NULL) == (request->client_signer == NULL), NULL);

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  if (signet_http_is_offline (self))
    {
      g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_NETWORK, "the network is switched off");
      return NULL;
    }
  return SIGNET_HTTP_GET_CLASS (self)->send (self, request, cancellable, error);
}

void
signet_http_response_free (SignetHttpResponse *response)
{
  if (response == NULL)
    return;
  g_free (response->content_type);
  g_free (response->content_parameters);
  g_free (response->etag);
  g_clear_pointer (&response->body, g_bytes_unref);
  g_free (response);
}
