/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-http.c: the only door to the network, on libsoup 3. Every exchange has a session of its own: no cookies, no stored passwords,
 * no decompression, nothing remembered. Synchronous; any thread, several at once.
 */
#define G_LOG_DOMAIN "signet-http"

#include "config.h"

#include "signet-http.h"

#include <libsoup/soup.h>
#include <string.h>

#include "signet-base-error.h"
#include "signet-library.h"

#define DEFAULT_SIZE (1024 * 1024)
#define DEFAULT_DEADLINE 30
#define MAX_REDIRECTS 5
#define READ_SIZE 65536

/* What is used of libsoup. It is loaded with the first request: with what it brings it is a third of a short command's start. */
#define SOUP_FUNCTIONS(of) \
  of (auth_manager_get_type) of (content_decoder_get_type) of (message_add_flags) of (message_get_method) \
  of (message_get_request_headers) of (message_get_response_headers) of (message_get_status) of (message_headers_get_content_length) \
  of (message_headers_get_content_type) of (message_headers_get_encoding) of (message_headers_get_one) of (message_headers_replace) \
  of (message_new_from_uri) of (message_set_request_body_from_bytes) of (session_abort) of (session_new_with_options) \
  of (session_remove_feature_by_type) of (session_send)

#define SOUP_NAME(name) "soup_" #name,
#define SOUP_MEMBER(name) __typeof__ (&soup_##name) name;

typedef struct { SOUP_FUNCTIONS (SOUP_MEMBER) } Soup;

static Soup soup; /* filled before the first exchange, then only read */

typedef struct {
  gboolean offline; /* (atomic) */
} SignetHttpPrivate;

G_DEFINE_TYPE_WITH_PRIVATE (SignetHttp, signet_http, G_TYPE_OBJECT)

static gboolean
load_soup (GError **error)
{
  static const char *const names[] = { SOUP_FUNCTIONS (SOUP_NAME) NULL };
  static GMutex lock;
  static gboolean loaded;
  union { Soup functions; gpointer places[G_N_ELEMENTS (names) - 1]; } table;
  gboolean usable;

  G_STATIC_ASSERT (sizeof table.functions == sizeof table.places);
  g_mutex_lock (&lock);
  if (!loaded && signet_library_load (SIGNET_SOUP_SONAME, names, table.places, error))
    {
      soup = table.functions;
      loaded = TRUE;
    }
  usable = loaded;
  g_mutex_unlock (&lock);
  return usable;
}

/* --- the deadline: a thread that cancels, because there is no main loop here to run a timer -------------------------------- */

typedef struct {
  GMutex        lock;
  GCond         cond;
  GThread      *thread;
  GCancellable *cancellable; /* (owned): cancelled by the person or by the deadline */
  GCancellable *outer;       /* (nullable) */
  gulong        handler;
  gint64        end;
  gboolean      done;
  gboolean      passed;
} Deadline;

static gpointer
deadline_thread (gpointer data)
{
  Deadline *deadline = data;

  g_mutex_lock (&deadline->lock);
  while (!deadline->done && !deadline->passed)
    if (!g_cond_wait_until (&deadline->cond, &deadline->lock, deadline->end))
      deadline->passed = TRUE;
  if (!deadline->done)
    g_cancellable_cancel (deadline->cancellable);
  g_mutex_unlock (&deadline->lock);
  return NULL;
}

static void
on_outer_cancelled_cb (GCancellable *outer, GCancellable *inner)
{
  g_cancellable_cancel (inner);
}

static void
deadline_start (Deadline *deadline, guint seconds, GCancellable *outer)
{
  g_mutex_init (&deadline->lock);
  g_cond_init (&deadline->cond);
  deadline->cancellable = g_cancellable_new ();
  deadline->outer = outer;
  deadline->end = g_get_monotonic_time () + (gint64) seconds * G_USEC_PER_SEC;
  if (outer != NULL)
    deadline->handler = g_cancellable_connect (outer, G_CALLBACK (on_outer_cancelled_cb), deadline->cancellable, NULL);
  deadline->thread = g_thread_new ("signet-deadline", deadline_thread, deadline);
}

static void
deadline_end (Deadline *deadline)
{
  g_mutex_lock (&deadline->lock);
  deadline->done = TRUE;
  g_cond_signal (&deadline->cond);
  g_mutex_unlock (&deadline->lock);
  g_thread_join (deadline->thread);
  if (deadline->handler != 0)
    g_cancellable_disconnect (deadline->outer, deadline->handler);
  g_object_unref (deadline->cancellable);
  g_mutex_clear (&deadline->lock);
  g_cond_clear (&deadline->cond);
}

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
  g_autoptr (GUri) uri = g_uri_parse (url, SOUP_HTTP_URI_FLAGS, NULL);
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

static SoupMessage *
new_message (const SignetHttpRequest *request, GUri *uri)
{
  SoupMessage *message = soup.message_new_from_uri (request->method != NULL ? request->method : "GET", uri);
  SoupMessageHeaders *headers = soup.message_get_request_headers (message);

  soup.message_add_flags (message, SOUP_MESSAGE_NO_REDIRECT | SOUP_MESSAGE_DO_NOT_USE_AUTH_CACHE);
  for (guint i = 0; request->headers != NULL && request->headers[i] != NULL && request->headers[i + 1] != NULL; i += 2)
    soup.message_headers_replace (headers, request->headers[i], request->headers[i + 1]);
  if (request->body != NULL)
    soup.message_set_request_body_from_bytes (message, request->content_type, request->body);
  return message;
}

static SoupSession *
new_session (guint seconds)
{
  SoupSession *session = soup.session_new_with_options ("timeout", seconds, "idle-timeout", 1, "user-agent", SIGNET_NAME "/" SIGNET_VERSION, NULL);

  soup.session_remove_feature_by_type (session, soup.content_decoder_get_type ());
  soup.session_remove_feature_by_type (session, soup.auth_manager_get_type ());
  return session;
}

/* --- one exchange ------------------------------------------------------------------------------------------------------------ */

static gboolean
set_transport_error (GError **error, const Deadline *deadline, GError *reason)
{
  if (deadline->outer != NULL && g_cancellable_is_cancelled (deadline->outer))
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "cancelled");
  else if (deadline->passed || g_error_matches (reason, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_TIMEOUT, "the server did not answer in time");
  else
    g_set_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_NETWORK, "%s", reason->message);
  g_error_free (reason);
  return FALSE;
}

static GBytes *
read_body (GInputStream *stream, gsize most, const Deadline *deadline, GError **error)
{
  g_autoptr (GByteArray) body = g_byte_array_new ();
  g_autofree guint8 *buffer = g_malloc (READ_SIZE);

  for (;;)
    {
      GError *reason = NULL;
      gssize n = g_input_stream_read (stream, buffer, READ_SIZE, deadline->cancellable, &reason);

      if (n < 0)
        {
          set_transport_error (error, deadline, reason);
          return NULL;
        }
      if (n == 0)
        return g_byte_array_free_to_bytes (g_steal_pointer (&body));
      if ((gsize) n > most - body->len)
        {
          g_set_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_TOO_LARGE, "the answer is longer than %" G_GSIZE_FORMAT " bytes", most);
          return NULL;
        }
      g_byte_array_append (body, buffer, (guint) n);
    }
}

static gboolean
is_whole (SoupMessage *message, GBytes *body, GError **error)
{
  SoupMessageHeaders *headers = soup.message_get_response_headers (message);

  if (soup.message_headers_get_encoding (headers) != SOUP_ENCODING_CONTENT_LENGTH
      || g_strcmp0 (soup.message_get_method (message), "HEAD") == 0
      || soup.message_get_status (message) == SOUP_STATUS_NOT_MODIFIED /* tells the length of what it does not send */
      || soup.message_headers_get_content_length (headers) == (goffset) g_bytes_get_size (body))
    return TRUE;
  g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_NETWORK, "the answer is cut short");
  return FALSE;
}

static SignetHttpResponse *
new_response (SoupMessage *message, GBytes *body)
{
  SoupMessageHeaders *headers = soup.message_get_response_headers (message);
  const char *retry = soup.message_headers_get_one (headers, "Retry-After");
  SignetHttpResponse *response = g_new0 (SignetHttpResponse, 1);
  guint64 seconds = 0;

  response->status = soup.message_get_status (message);
  response->content_type = g_strdup (soup.message_headers_get_content_type (headers, NULL));
  response->body = g_bytes_ref (body);
  response->etag = g_strdup (soup.message_headers_get_one (headers, "ETag"));
  if (retry != NULL && g_ascii_string_to_unsigned (retry, 10, 0, G_MAXINT, &seconds, NULL))
    response->retry_after = (guint) seconds;
  return response;
}

static SignetHttpResponse *
exchange (SoupMessage *message, const SignetHttpRequest *request, const Deadline *deadline, GError **error)
{
  gsize most = request->max_size != 0 ? request->max_size : DEFAULT_SIZE;
  g_autoptr (SoupSession) session = new_session (request->deadline != 0 ? request->deadline : DEFAULT_DEADLINE);
  g_autoptr (GInputStream) stream = NULL;
  g_autoptr (GBytes) body = NULL;
  SignetHttpResponse *response = NULL;
  GError *reason = NULL;

  stream = soup.session_send (session, message, deadline->cancellable, &reason);
  if (stream == NULL)
    set_transport_error (error, deadline, reason);
  else
    body = read_body (stream, most, deadline, error);
  if (body != NULL && is_whole (message, body, error))
    response = new_response (message, body);
  soup.session_abort (session);
  return response;
}

/* Only GET is sent on; an https address never leads to http. NULL without an error: no redirect. */
static GUri *
next_address (const SignetHttpRequest *request, SoupMessage *message, GUri *here, GError **error)
{
  const char *location = soup.message_headers_get_one (soup.message_get_response_headers (message), "Location");
  g_autoptr (GUri) next = NULL;
  g_autofree char *text = NULL;

  if (!SOUP_STATUS_IS_REDIRECTION (soup.message_get_status (message)) || location == NULL)
    return NULL;
  next = g_uri_parse_relative (here, location, SOUP_HTTP_URI_FLAGS, NULL);
  if (next == NULL || g_strcmp0 (soup.message_get_method (message), "GET") != 0
      || (g_str_equal (g_uri_get_scheme (here), "https") && !g_str_equal (g_uri_get_scheme (next), "https")))
    {
      g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_DENIED, "the server sends us elsewhere, which is not followed here");
      return NULL;
    }
  text = g_uri_to_string (next);
  return check_url (text, request->allowed_hosts, error);
}

static SignetHttpResponse *
follow (const SignetHttpRequest *request, const Deadline *deadline, GError **error)
{
  g_autoptr (GUri) uri = check_url (request->url, request->allowed_hosts, error);

  for (guint i = 0; uri != NULL && i <= MAX_REDIRECTS; i++)
    {
      g_autoptr (SoupMessage) message = new_message (request, uri);
      g_autoptr (SignetHttpResponse) response = exchange (message, request, deadline, error);
      g_autoptr (GError) refused = NULL;
      g_autoptr (GUri) next = NULL;

      if (response == NULL)
        return NULL;
      next = next_address (request, message, uri, &refused);
      if (refused != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&refused));
          return NULL;
        }
      if (next == NULL)
        return g_steal_pointer (&response);
      g_uri_unref (uri);
      uri = g_steal_pointer (&next);
    }
  if (uri != NULL)
    g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_NETWORK, "the server sends us round in circles");
  return NULL;
}

static SignetHttpResponse *
signet_http_real_send (SignetHttp *self, const SignetHttpRequest *request, GCancellable *cancellable, GError **error)
{
  Deadline deadline = { 0 };
  SignetHttpResponse *response;

  if (!load_soup (error))
    return NULL;
  deadline_start (&deadline, request->deadline != 0 ? request->deadline : DEFAULT_DEADLINE, cancellable);
  response = follow (request, &deadline, error);
  deadline_end (&deadline);
  return response;
}

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
  g_free (response->etag);
  g_clear_pointer (&response->body, g_bytes_unref);
  g_free (response);
}
