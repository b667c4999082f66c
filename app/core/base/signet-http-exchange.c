/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-http-exchange.c: one request and its answer, by libcurl on OpenSSL. Every exchange has a handle of its own: no cookies, no stored
 * passwords, no decompression, no connection kept. It is libcurl because a key on a token can then be the client's key in TLS
 * (signet-http-tls.c). Which address may be asked is decided in signet-http.c. Any thread, several at once.
 */
#define G_LOG_DOMAIN "signet-http"

#include "config.h"

#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>
#include <string.h>

#include "signet-base-error.h"
#include "signet-clock.h"
#include "signet-http-private.h"
#include "signet-library.h"

#define DEFAULT_SIZE (1024 * 1024)
#define MAX_HEADER_SIZE (256 * 1024)
#define LONGEST_WAIT 1000 /* milliseconds between two looks at the clock */

/* What is used of libcurl. It is loaded with the first request: with what it brings it is a third of a short command's start. */
#define CURL_FUNCTIONS(of) \
  of (easy_cleanup) of (easy_getinfo) of (easy_header) of (easy_init) of (easy_setopt) of (easy_strerror) of (getdate) of (global_init) of (multi_add_handle) \
  of (multi_cleanup) of (multi_info_read) of (multi_init) of (multi_perform) of (multi_poll) of (multi_remove_handle) of (multi_wakeup) \
  of (slist_append) of (slist_free_all) of (url) of (url_cleanup) of (url_set) of (version_info)

#define CURL_NAME(name) "curl_" #name,
#define CURL_MEMBER(name) __typeof__ (&curl_##name) name;

typedef struct { CURL_FUNCTIONS (CURL_MEMBER) } Curl;

static Curl curl; /* filled before the first exchange, then only read */

typedef struct {
  const SignetHttpRequest *request;
  gint64                   end;
  GCancellable            *cancellable;
  CURL                    *easy;
  CURLM                   *multi;
  CURLU                   *url;
  struct curl_slist       *headers;
  GByteArray              *body;
  gsize                    header_size;
  gboolean                 too_large;
  gboolean                 passed;    /* the deadline */
  SignetHttpTls            tls;
  char                     detail[CURL_ERROR_SIZE];
} Exchange;

/* --- the library ------------------------------------------------------------------------------------------------------------- */

/* The name alone does not tell which TLS it was built with; another would not know what to do with our key. */
static gboolean
check_backend (GError **error)
{
  const char *backend = curl.version_info (CURLVERSION_NOW)->ssl_version;

  if (backend != NULL && g_str_has_prefix (backend, "OpenSSL/"))
    return TRUE;
  g_set_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_FAILED, "libcurl is built with %s, not with OpenSSL", backend != NULL ? backend : "no TLS");
  return FALSE;
}

static gboolean
load_curl (GError **error)
{
  static const char *const names[] = { CURL_FUNCTIONS (CURL_NAME) NULL };
  static GMutex lock;
  static gboolean loaded;
  union { Curl functions; gpointer places[G_N_ELEMENTS (names) - 1]; } table;
  gboolean usable;

  G_STATIC_ASSERT (sizeof table.functions == sizeof table.places);
  g_mutex_lock (&lock);
  if (!loaded && signet_library_load (SIGNET_CURL_SONAME, names, table.places, error))
    {
      curl = table.functions;
      loaded = curl.global_init (CURL_GLOBAL_DEFAULT) == CURLE_OK && check_backend (error);
    }
  usable = loaded;
  g_mutex_unlock (&lock);
  if (!usable && error != NULL && *error == NULL)
    g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_FAILED, "libcurl cannot be used");
  return usable;
}

/* --- what comes in ------------------------------------------------------------------------------------------------------------ */

static size_t
on_body_cb (char *data, size_t one, size_t length, void *user_data)
{
  Exchange *exchange = user_data;
  gsize most = exchange->request->max_size != 0 ? exchange->request->max_size : DEFAULT_SIZE;

  if (length > most - exchange->body->len)
    {
      exchange->too_large = TRUE;
      return 0;
    }
  g_byte_array_append (exchange->body, (const guint8 *) data, (guint) length);
  return length;
}

static size_t
on_header_cb (char *data, size_t one, size_t length, void *user_data)
{
  Exchange *exchange = user_data;

  exchange->header_size += length;
  exchange->too_large = exchange->header_size > MAX_HEADER_SIZE;
  return exchange->too_large ? 0 : length;
}

static CURLcode
on_tls_context_cb (CURL *easy, void *context, void *user_data)
{
  Exchange *exchange = user_data;

  return _signet_http_tls_set_up (&exchange->tls, context) ? CURLE_OK : CURLE_SSL_CERTPROBLEM;
}

/* --- what goes out ------------------------------------------------------------------------------------------------------------- */

/* The parts one by one: two readers of one address text may read two hosts. */
static gboolean
set_url (Exchange *exchange, GUri *uri)
{
  const char *host = g_uri_get_host (uri);
  g_autofree char *literal = strchr (host, ':') != NULL ? g_strdup_printf ("[%s]", host) : g_strdup (host);
  g_autofree char *port = g_uri_get_port (uri) > 0 ? g_strdup_printf ("%d", g_uri_get_port (uri)) : NULL;
  const char *path = *g_uri_get_path (uri) != '\0' ? g_uri_get_path (uri) : "/";

  exchange->url = curl.url ();
  return curl.url_set (exchange->url, CURLUPART_SCHEME, g_uri_get_scheme (uri), 0) == CURLUE_OK
         && curl.url_set (exchange->url, CURLUPART_HOST, literal, 0) == CURLUE_OK
         && (port == NULL || curl.url_set (exchange->url, CURLUPART_PORT, port, 0) == CURLUE_OK)
         && curl.url_set (exchange->url, CURLUPART_PATH, path, 0) == CURLUE_OK
         && (g_uri_get_query (uri) == NULL || curl.url_set (exchange->url, CURLUPART_QUERY, g_uri_get_query (uri), 0) == CURLUE_OK)
         && curl.easy_setopt (exchange->easy, CURLOPT_CURLU, exchange->url) == CURLE_OK;
}

static void
add_header (Exchange *exchange, const char *name, const char *value)
{
  g_autofree char *line = value != NULL ? g_strdup_printf ("%s: %s", name, value) : g_strdup_printf ("%s:", name);

  exchange->headers = curl.slist_append (exchange->headers, line);
  signet_secret_wipe (line, strlen (line));
}

/* A header without a value is one that libcurl would add and is not to. */
static void
set_headers (Exchange *exchange)
{
  const SignetHttpRequest *request = exchange->request;

  add_header (exchange, "Expect", NULL);
  if (request->body != NULL)
    add_header (exchange, "Content-Type", request->content_type);
  for (guint i = 0; request->headers != NULL && request->headers[i] != NULL && request->headers[i + 1] != NULL; i += 2)
    add_header (exchange, request->headers[i], request->headers[i + 1]);
  curl.easy_setopt (exchange->easy, CURLOPT_HTTPHEADER, exchange->headers);
}

static void
set_body (Exchange *exchange)
{
  const SignetHttpRequest *request = exchange->request;
  const char *method = request->method != NULL ? request->method : "GET";

  if (strcmp (method, "HEAD") == 0)
    curl.easy_setopt (exchange->easy, CURLOPT_NOBODY, 1L);
  else if (request->body != NULL || strcmp (method, "POST") == 0)
    {
      gsize length = request->body != NULL ? g_bytes_get_size (request->body) : 0;

      curl.easy_setopt (exchange->easy, CURLOPT_POST, 1L);
      curl.easy_setopt (exchange->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t) length);
      curl.easy_setopt (exchange->easy, CURLOPT_POSTFIELDS, length > 0 ? g_bytes_get_data (request->body, NULL) : "");
    }
  curl.easy_setopt (exchange->easy, CURLOPT_CUSTOMREQUEST, method);
}

/* libcurl copies both; what it copies it wipes no more than any library. */
static void
set_authentication (Exchange *exchange, gboolean secure)
{
  const SignetHttpRequest *request = exchange->request;
  gsize length;
  const guint8 *bytes;
  char *password;

  if (request->user == NULL || request->password == NULL)
    return;
  bytes = signet_secret_get_bytes (request->password, &length);
  password = g_strndup ((const char *) bytes, length);
  curl.easy_setopt (exchange->easy, CURLOPT_HTTPAUTH, secure ? (long) (CURLAUTH_BASIC | CURLAUTH_DIGEST) : (long) CURLAUTH_DIGEST);
  curl.easy_setopt (exchange->easy, CURLOPT_USERNAME, request->user);
  curl.easy_setopt (exchange->easy, CURLOPT_PASSWORD, password);
  signet_secret_wipe (password, length);
  g_free (password);
}

static gboolean
environment_names_proxy (void)
{
  static const char *const names[] = { "http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_getenv (names[i]) != NULL)
      return TRUE;
  return FALSE;
}

static gboolean
is_this_computer (const char *host)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (host);

  return address != NULL ? g_inet_address_get_is_loopback (address) : g_ascii_strcasecmp (host, "localhost") == 0;
}

/* The environment is libcurl's own business; what the desktop says is ours to look up, which loads much and is never about this computer. */
static void
set_proxy (Exchange *exchange, GUri *uri)
{
  g_autofree char *text = g_uri_to_string (uri);
  g_auto (GStrv) proxies = NULL;

  if (environment_names_proxy ())
    return;
  if (!is_this_computer (g_uri_get_host (uri)))
    proxies = g_proxy_resolver_lookup (g_proxy_resolver_get_default (), text, exchange->cancellable, NULL);
  if (proxies == NULL || proxies[0] == NULL || strcmp (proxies[0], "direct://") == 0)
    curl.easy_setopt (exchange->easy, CURLOPT_PROXY, "");
  else if (g_str_has_prefix (proxies[0], "socks://"))
    {
      g_autofree char *named = g_strconcat ("socks5h", proxies[0] + strlen ("socks"), NULL);

      curl.easy_setopt (exchange->easy, CURLOPT_PROXY, named);
    }
  else
    curl.easy_setopt (exchange->easy, CURLOPT_PROXY, proxies[0]);
}

/* Which certificates are trusted is set on OpenSSL's context, not by files named here. */
static void
set_tls (Exchange *exchange)
{
  curl.easy_setopt (exchange->easy, CURLOPT_CAINFO, NULL);
  curl.easy_setopt (exchange->easy, CURLOPT_CAPATH, NULL);
  curl.easy_setopt (exchange->easy, CURLOPT_SSL_CTX_FUNCTION, on_tls_context_cb);
  curl.easy_setopt (exchange->easy, CURLOPT_SSL_CTX_DATA, exchange);
  curl.easy_setopt (exchange->easy, CURLOPT_SSL_SESSIONID_CACHE, 0L);
  curl.easy_setopt (exchange->easy, CURLOPT_SSLVERSION,
                    (long) CURL_SSLVERSION_TLSv1_2 | (_signet_http_tls_is_old (&exchange->tls) ? (long) CURL_SSLVERSION_MAX_TLSv1_2 : 0L));
}

static gboolean
set_up (Exchange *exchange, GUri *uri, GError **error)
{
  CURL *easy = exchange->easy = curl.easy_init ();

  exchange->multi = curl.multi_init ();
  exchange->body = g_byte_array_new ();
  if (easy == NULL || exchange->multi == NULL || !set_url (exchange, uri))
    {
      g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_UNSUPPORTED, "an address that cannot be asked");
      return FALSE;
    }
  curl.easy_setopt (easy, CURLOPT_ERRORBUFFER, exchange->detail);
  curl.easy_setopt (easy, CURLOPT_NOSIGNAL, 1L);
  curl.easy_setopt (easy, CURLOPT_QUICK_EXIT, 1L); /* a name server that hangs does not hold us up */
  curl.easy_setopt (easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl.easy_setopt (easy, CURLOPT_HTTP_VERSION, (long) CURL_HTTP_VERSION_1_1);
  curl.easy_setopt (easy, CURLOPT_FORBID_REUSE, 1L);
  curl.easy_setopt (easy, CURLOPT_PATH_AS_IS, 1L);
  curl.easy_setopt (easy, CURLOPT_USERAGENT, SIGNET_NAME "/" SIGNET_VERSION);
  curl.easy_setopt (easy, CURLOPT_WRITEFUNCTION, on_body_cb);
  curl.easy_setopt (easy, CURLOPT_WRITEDATA, exchange);
  curl.easy_setopt (easy, CURLOPT_HEADERFUNCTION, on_header_cb);
  curl.easy_setopt (easy, CURLOPT_HEADERDATA, exchange);
  curl.easy_setopt (easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  curl.easy_setopt (easy, CURLOPT_PROXYAUTH, (long) (CURLAUTH_BASIC | CURLAUTH_DIGEST));
  set_headers (exchange);
  set_body (exchange);
  set_authentication (exchange, g_str_equal (g_uri_get_scheme (uri), "https"));
  set_proxy (exchange, uri);
  set_tls (exchange);
  return TRUE;
}

static void
tear_down (Exchange *exchange)
{
  curl.easy_cleanup (exchange->easy);
  curl.multi_cleanup (exchange->multi);
  curl.url_cleanup (exchange->url);
  curl.slist_free_all (exchange->headers);
  g_clear_pointer (&exchange->body, g_byte_array_unref);
  _signet_http_tls_clear (&exchange->tls);
}

/* --- the exchange ---------------------------------------------------------------------------------------------------------------- */

static void
on_cancelled_cb (GCancellable *cancellable, CURLM *multi)
{
  curl.multi_wakeup (multi);
}

/* The outcome, once there is one. */
static gboolean
is_finished (Exchange *exchange, CURLcode *code)
{
  int left = 0;
  CURLMsg *message = curl.multi_info_read (exchange->multi, &left);

  if (message == NULL || message->msg != CURLMSG_DONE)
    return FALSE;
  *code = message->data.result;
  return TRUE;
}

static CURLcode
transfer (Exchange *exchange)
{
  CURLcode code = CURLE_ABORTED_BY_CALLBACK;
  int running = 0;

  while (curl.multi_perform (exchange->multi, &running) == CURLM_OK && !is_finished (exchange, &code))
    {
      gint64 left = (exchange->end - g_get_monotonic_time ()) / 1000;

      exchange->passed = left <= 0;
      if (exchange->passed || g_cancellable_is_cancelled (exchange->cancellable))
        return CURLE_ABORTED_BY_CALLBACK;
      curl.multi_poll (exchange->multi, NULL, 0, (int) CLAMP (left, 1, LONGEST_WAIT), NULL);
    }
  return code;
}

static CURLcode
run (Exchange *exchange)
{
  gulong handler = 0;
  CURLcode code;

  if (exchange->cancellable != NULL)
    handler = g_cancellable_connect (exchange->cancellable, G_CALLBACK (on_cancelled_cb), exchange->multi, NULL);
  curl.multi_add_handle (exchange->multi, exchange->easy);
  code = transfer (exchange);
  curl.multi_remove_handle (exchange->multi, exchange->easy);
  if (handler != 0)
    g_cancellable_disconnect (exchange->cancellable, handler);
  return code;
}

/* --- how it ended ------------------------------------------------------------------------------------------------------------------ */

static long
get_number (Exchange *exchange, CURLINFO info)
{
  long number = 0;

  return curl.easy_getinfo (exchange->easy, info, &number) == CURLE_OK ? number : 0;
}

static gboolean
set_proxy_error (Exchange *exchange, GError **error)
{
  g_set_error (error, SIGNET_HTTP_ERROR, SIGNET_HTTP_ERROR_PROXY, "the proxy answers with status %ld: %s",
               get_number (exchange, CURLINFO_HTTP_CONNECTCODE), exchange->detail);
  return FALSE;
}

/* Some servers say that a certificate is missing, or not the right one, by hanging up right after the handshake. */
static gboolean
was_hung_up_on (const Exchange *exchange, CURLcode code)
{
  return (exchange->tls.asked || exchange->tls.key != NULL) && exchange->header_size == 0
         && (code == CURLE_SEND_ERROR || code == CURLE_RECV_ERROR);
}

static gboolean
is_tls_failure (const Exchange *exchange, CURLcode code)
{
  return code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CONNECT_ERROR || code == CURLE_SSL_CERTPROBLEM
         || exchange->tls.hung_up || code == CURLE_SSL_CIPHER || code == CURLE_SSL_SHUTDOWN_FAILED || exchange->tls.alert != 0 || exchange->tls.error != NULL;
}

static gboolean
set_error (Exchange *exchange, CURLcode code, GError **error)
{
  const char *why = *exchange->detail != '\0' ? exchange->detail : curl.easy_strerror (code);

  if (g_cancellable_set_error_if_cancelled (exchange->cancellable, error))
    return FALSE;
  exchange->tls.hung_up = was_hung_up_on (exchange, code);
  if (exchange->too_large)
    g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_TOO_LARGE, "the answer is longer than what is taken");
  else if (exchange->passed || code == CURLE_OPERATION_TIMEDOUT)
    g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_TIMEOUT, "the server did not answer in time");
  else if (get_number (exchange, CURLINFO_HTTP_CONNECTCODE) >= 300 || code == CURLE_COULDNT_RESOLVE_PROXY || code == CURLE_PROXY)
    return set_proxy_error (exchange, error);
  else if (is_tls_failure (exchange, code))
    return _signet_http_tls_set_error (&exchange->tls, get_number (exchange, CURLINFO_SSL_VERIFYRESULT), code == CURLE_PEER_FAILED_VERIFICATION,
                                       why, error);
  else
    g_set_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_NETWORK, "%s", why);
  return FALSE;
}

static char *
dup_header (Exchange *exchange, const char *name)
{
  struct curl_header *header = NULL;

  return curl.easy_header (exchange->easy, name, 0, CURLH_HEADER, -1, &header) == CURLHE_OK ? g_strdup (header->value) : NULL;
}

static void
read_content_type (Exchange *exchange, SignetHttpResponse *response)
{
  char *type = dup_header (exchange, "Content-Type");
  char *parameters = type != NULL ? strchr (type, ';') : NULL;

  if (parameters != NULL)
    {
      response->content_parameters = g_strstrip (g_strdup (parameters + 1));
      *parameters = '\0';
    }
  response->content_type = type != NULL ? g_strchomp (type) : NULL;
}

static gint64
read_date (Exchange *exchange)
{
  g_autofree char *text = dup_header (exchange, "Date");
  time_t date = text != NULL ? curl.getdate (text, NULL) : -1;

  return date > 0 ? (gint64) date : SIGNET_TIME_UNKNOWN;
}

static SignetHttpResponse *
read_response (Exchange *exchange)
{
  SignetHttpResponse *response = g_new0 (SignetHttpResponse, 1);
  curl_off_t retry = 0;

  response->status = (guint) get_number (exchange, CURLINFO_RESPONSE_CODE);
  read_content_type (exchange, response);
  response->etag = dup_header (exchange, "ETag");
  response->date = read_date (exchange);
  response->body = g_byte_array_free_to_bytes (g_steal_pointer (&exchange->body));
  if (curl.easy_getinfo (exchange->easy, CURLINFO_RETRY_AFTER, &retry) == CURLE_OK && retry > 0)
    response->retry_after = (guint) MIN (retry, G_MAXINT);
  return response;
}

SignetHttpResponse *
_signet_http_exchange (const SignetHttpRequest *request, GUri *uri, gint64 end, GCancellable *cancellable, char **location, GError **error)
{
  Exchange exchange = { .request = request, .end = end, .cancellable = cancellable };
  SignetHttpResponse *response = NULL;
  CURLcode code;

  if (!load_curl (error))
    return NULL;
  if (_signet_http_tls_init (&exchange.tls, request, error) && set_up (&exchange, uri, error))
    {
      code = run (&exchange);
      /* asked through a proxy without TLS, its refusal looks like an answer */
      if (code == CURLE_OK && get_number (&exchange, CURLINFO_RESPONSE_CODE) == 407)
        set_proxy_error (&exchange, error);
      else if (code == CURLE_OK)
        response = read_response (&exchange);
      else
        set_error (&exchange, code, error);
    }
  if (response != NULL && response->status >= 300 && response->status < 400)
    *location = dup_header (&exchange, "Location");
  tear_down (&exchange);
  return response;
}
