/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-http.c: every limit of the door to the network, against servers on loopback that misbehave. */
#include "config.h"

#include <string.h>

#include "../../app/core/base/signet-base-error.h"
#include "../../app/core/base/signet-http.h"
#include "signet-test.h"

static SignetHttpResponse *
get (const SignetHttpRequest *request, GError **error)
{
  g_autoptr (SignetHttp) http = signet_http_new ();

  return signet_http_send (http, request, NULL, error);
}

static void
assert_fails (const SignetHttpRequest *request, int code)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SignetHttpResponse) response = get (request, &error);

  g_assert_null (response);
  g_assert_error (error, SIGNET_BASE_ERROR, code);
}

static void
assert_not_followed (const SignetHttpRequest *request)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SignetHttpResponse) response = get (request, &error);

  g_assert_null (response);
  g_assert_error (error, SIGNET_HTTP_ERROR, SIGNET_HTTP_ERROR_REDIRECTED);
}

static void
test_get (void)
{
  g_autoptr (SignetTestServer) server = signet_test_server_new_body ("text/plain", "hello", 5);
  g_autoptr (GError) error = NULL;
  SignetHttpRequest request = { .url = signet_test_server_get_url (server) };
  g_autoptr (SignetHttpResponse) response = get (&request, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (response->status, ==, 200);
  g_assert_cmpstr (response->content_type, ==, "text/plain");
  g_assert_cmpmem (g_bytes_get_data (response->body, NULL), g_bytes_get_size (response->body), "hello", 5);
}

static void
test_post (void)
{
  g_autoptr (SignetTestServer) server = signet_test_server_new_body ("text/plain", "", 0);
  g_autoptr (GBytes) body = g_bytes_new_static ("question", 8);
  static const char *const headers[] = { "Accept", "application/x", NULL };
  SignetHttpRequest request = { .method = "POST", .url = signet_test_server_get_url (server), .body = body, .content_type = "application/q",
                                .headers = headers };
  g_autoptr (GError) error = NULL;
  g_autoptr (SignetHttpResponse) response = get (&request, &error);
  g_autofree char *seen = signet_test_server_dup_request (server);

  g_assert_no_error (error);
  g_assert_nonnull (response);
  g_assert_true (g_str_has_prefix (seen, "POST / HTTP/1.1\r\n"));
  g_assert_nonnull (strstr (seen, "Content-Type: application/q\r\n"));
  g_assert_nonnull (strstr (seen, "Accept: application/x\r\n"));
  g_assert_true (g_str_has_suffix (seen, "\r\n\r\nquestion"));
}

static void
test_error_status_is_an_answer (void)
{
  g_autoptr (SignetTestServer) server = signet_test_server_new (SIGNET_TEST_SERVER_GOOD,
    "HTTP/1.1 503 Busy\r\nRetry-After: 17\r\nContent-Length: 4\r\nConnection: close\r\n\r\nbusy", -1);
  SignetHttpRequest request = { .url = signet_test_server_get_url (server) };
  g_autoptr (GError) error = NULL;
  g_autoptr (SignetHttpResponse) response = get (&request, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (response->status, ==, 503);
  g_assert_cmpuint (response->retry_after, ==, 17);
}

/* What has not changed is not sent again, though its length may be told. */
static void
test_not_modified (void)
{
  g_autoptr (SignetTestServer) server = signet_test_server_new (SIGNET_TEST_SERVER_GOOD,
    "HTTP/1.1 304 Not Modified\r\nETag: \"one\"\r\nContent-Length: 4711\r\nConnection: close\r\n\r\n", -1);
  static const char *const headers[] = { "If-None-Match", "\"one\"", NULL };
  SignetHttpRequest request = { .url = signet_test_server_get_url (server), .headers = headers };
  g_autoptr (GError) error = NULL;
  g_autoptr (SignetHttpResponse) response = get (&request, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (response->status, ==, 304);
  g_assert_cmpstr (response->etag, ==, "\"one\"");
  g_assert_cmpuint (g_bytes_get_size (response->body), ==, 0);
}

static void
test_addresses (void)
{
  static const struct { const char *url; int code; } cases[] = {
    { "ftp://127.0.0.1/", SIGNET_BASE_ERROR_UNSUPPORTED },
    { "file:///etc/passwd", SIGNET_BASE_ERROR_UNSUPPORTED },
    { "not a url", SIGNET_BASE_ERROR_UNSUPPORTED },
    { "http://name:password@127.0.0.1/", SIGNET_BASE_ERROR_DENIED },
    { "http://127.0.0.1:1/", SIGNET_BASE_ERROR_NETWORK },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    assert_fails (&(SignetHttpRequest) { .url = cases[i].url }, cases[i].code);
}

static void
test_allowed_hosts (void)
{
  g_autoptr (SignetTestServer) server = signet_test_server_new_body ("text/plain", "hello", 5);
  const char *const other[] = { "ca.example:443", NULL };
  const char *const same[] = { "ca.example:443", signet_test_server_get_host (server), NULL };
  SignetHttpRequest request = { .url = signet_test_server_get_url (server), .allowed_hosts = other };
  g_autoptr (SignetHttpResponse) response = NULL;

  assert_fails (&request, SIGNET_BASE_ERROR_DENIED);
  g_assert_cmpuint (signet_test_server_get_count (server), ==, 0);
  request.allowed_hosts = same;
  response = get (&request, NULL);
  g_assert_nonnull (response);
}

static char *
redirect_to (const char *url)
{
  return g_strdup_printf ("HTTP/1.1 302 Found\r\nLocation: %s\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", url);
}

static void
test_redirect_followed (void)
{
  g_autoptr (SignetTestServer) end = signet_test_server_new_body ("text/plain", "there", 5);
  g_autofree char *answer = redirect_to (signet_test_server_get_url (end));
  g_autoptr (SignetTestServer) start = signet_test_server_new (SIGNET_TEST_SERVER_GOOD, answer, -1);
  g_autoptr (GError) error = NULL;
  g_autoptr (SignetHttpResponse) response = get (&(SignetHttpRequest) { .url = signet_test_server_get_url (start) }, &error);

  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (response->body, NULL), g_bytes_get_size (response->body), "there", 5);
}

/* The host list holds for where we are sent, too. */
static void
test_redirect_out_of_bounds (void)
{
  g_autoptr (SignetTestServer) end = signet_test_server_new_body ("text/plain", "there", 5);
  g_autofree char *answer = redirect_to (signet_test_server_get_url (end));
  g_autoptr (SignetTestServer) start = signet_test_server_new (SIGNET_TEST_SERVER_GOOD, answer, -1);
  const char *const hosts[] = { signet_test_server_get_host (start), NULL };

  assert_not_followed (&(SignetHttpRequest) { .url = signet_test_server_get_url (start), .allowed_hosts = hosts });
  g_assert_cmpuint (signet_test_server_get_count (end), ==, 0);
}

/* Who we are is told to the server it was meant for, not to the one it names. */
static void
test_redirect_of_proof (void)
{
  g_autoptr (SignetTestServer) end = signet_test_server_new_body ("text/plain", "there", 5);
  g_autofree char *answer = redirect_to (signet_test_server_get_url (end));
  g_autoptr (SignetTestServer) start = signet_test_server_new (SIGNET_TEST_SERVER_GOOD, answer, -1);
  g_autoptr (SignetSecret) password = signet_secret_new ((const guint8 *) "x", 1);
  static const char *const headers[] = { "X-Api-Key", "secret", NULL };
  static const char *const harmless[] = { "Accept", "text/plain", NULL };
  g_autoptr (SignetHttpResponse) response = NULL;

  assert_not_followed (&(SignetHttpRequest) { .url = signet_test_server_get_url (start), .headers = headers });
  assert_not_followed (&(SignetHttpRequest) { .url = signet_test_server_get_url (start), .user = "li-na", .password = password });
  g_assert_cmpuint (signet_test_server_get_count (end), ==, 0);
  response = get (&(SignetHttpRequest) { .url = signet_test_server_get_url (start), .headers = harmless }, NULL);
  g_assert_nonnull (response);
}

static void
test_redirect_of_post (void)
{
  g_autofree char *answer = redirect_to ("http://127.0.0.1:1/");
  g_autoptr (SignetTestServer) server = signet_test_server_new (SIGNET_TEST_SERVER_GOOD, answer, -1);
  g_autoptr (GBytes) body = g_bytes_new_static ("secret", 6);

  assert_not_followed (
    &(SignetHttpRequest) { .method = "POST", .url = signet_test_server_get_url (server), .body = body, .content_type = "text/plain" });
}

static void
test_redirect_circle (void)
{
  g_autoptr (SignetTestServer) server = signet_test_server_new (SIGNET_TEST_SERVER_GOOD,
    "HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", -1);

  assert_fails (&(SignetHttpRequest) { .url = signet_test_server_get_url (server) }, SIGNET_BASE_ERROR_NETWORK);
  g_assert_cmpuint (signet_test_server_get_count (server), <=, 6);
}

static void
test_too_large (void)
{
  g_autoptr (SignetTestServer) endless = signet_test_server_new (SIGNET_TEST_SERVER_ENDLESS, NULL, 0);
  g_autoptr (SignetTestServer) small = signet_test_server_new_body ("text/plain", "12345", 5);
  g_autoptr (SignetHttpResponse) exact = NULL;

  assert_fails (&(SignetHttpRequest) { .url = signet_test_server_get_url (endless) }, SIGNET_BASE_ERROR_TOO_LARGE);
  assert_fails (&(SignetHttpRequest) { .url = signet_test_server_get_url (small), .max_size = 4 }, SIGNET_BASE_ERROR_TOO_LARGE);
  exact = get (&(SignetHttpRequest) { .url = signet_test_server_get_url (small), .max_size = 5 }, NULL);
  g_assert_nonnull (exact);
}

static void
test_deadline (void)
{
  g_autoptr (SignetTestServer) server = signet_test_server_new (SIGNET_TEST_SERVER_HANGS, NULL, 0);
  gint64 start = g_get_monotonic_time ();

  assert_fails (&(SignetHttpRequest) { .url = signet_test_server_get_url (server), .deadline = 1 }, SIGNET_BASE_ERROR_TIMEOUT);
  g_assert_cmpint (g_get_monotonic_time () - start, <, 5 * G_USEC_PER_SEC);
}

static void
test_cut_short (void)
{
  g_autoptr (SignetTestServer) server = signet_test_server_new (SIGNET_TEST_SERVER_CUTS,
    "HTTP/1.1 200 OK\r\nContent-Length: 10\r\nConnection: close\r\n\r\n0123456789", -1);

  assert_fails (&(SignetHttpRequest) { .url = signet_test_server_get_url (server) }, SIGNET_BASE_ERROR_NETWORK);
}

static void
test_garbage (void)
{
  g_autoptr (SignetTestServer) server = signet_test_server_new (SIGNET_TEST_SERVER_GARBAGE, NULL, 0);

  assert_fails (&(SignetHttpRequest) { .url = signet_test_server_get_url (server) }, SIGNET_BASE_ERROR_NETWORK);
}

static void
test_offline (void)
{
  g_autoptr (SignetTestServer) server = signet_test_server_new_body ("text/plain", "hello", 5);
  g_autoptr (SignetHttp) http = signet_http_new ();
  g_autoptr (GError) error = NULL;

  signet_http_set_offline (http, TRUE);
  g_assert_null (signet_http_send (http, &(SignetHttpRequest) { .url = signet_test_server_get_url (server) }, NULL, &error));
  g_assert_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_NETWORK);
  g_assert_cmpuint (signet_test_server_get_count (server), ==, 0);
}

static gpointer
cancel_soon (gpointer cancellable)
{
  g_usleep (100000);
  g_cancellable_cancel (cancellable);
  return NULL;
}

static void
test_cancelled (void)
{
  g_autoptr (SignetTestServer) server = signet_test_server_new (SIGNET_TEST_SERVER_HANGS, NULL, 0);
  g_autoptr (SignetHttp) http = signet_http_new ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  GThread *thread = g_thread_new ("cancel", cancel_soon, cancellable);

  g_assert_null (signet_http_send (http, &(SignetHttpRequest) { .url = signet_test_server_get_url (server) }, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_thread_join (thread);
}

static gpointer
get_in_thread (gpointer http)
{
  g_autoptr (SignetTestServer) server = signet_test_server_new_body ("text/plain", "hello", 5);
  g_autoptr (SignetHttpResponse) response =
    signet_http_send (http, &(SignetHttpRequest) { .url = signet_test_server_get_url (server) }, NULL, NULL);

  return GINT_TO_POINTER (response != NULL);
}

static void
test_threads (void)
{
  g_autoptr (SignetHttp) http = signet_http_new ();
  GThread *threads[4];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("get", get_in_thread, http);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_assert_true (g_thread_join (threads[i]) != NULL);
}

int
main (int argc, char **argv)
{
  signet_test_home ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/http/get", test_get);
  g_test_add_func ("/base/http/post", test_post);
  g_test_add_func ("/base/http/error-status-is-an-answer", test_error_status_is_an_answer);
  g_test_add_func ("/base/http/not-modified", test_not_modified);
  g_test_add_func ("/base/http/addresses", test_addresses);
  g_test_add_func ("/base/http/allowed-hosts", test_allowed_hosts);
  g_test_add_func ("/base/http/redirect-followed", test_redirect_followed);
  g_test_add_func ("/base/http/redirect-out-of-bounds", test_redirect_out_of_bounds);
  g_test_add_func ("/base/http/redirect-of-proof", test_redirect_of_proof);
  g_test_add_func ("/base/http/redirect-of-post", test_redirect_of_post);
  g_test_add_func ("/base/http/redirect-circle", test_redirect_circle);
  g_test_add_func ("/base/http/too-large", test_too_large);
  g_test_add_func ("/base/http/deadline", test_deadline);
  g_test_add_func ("/base/http/cut-short", test_cut_short);
  g_test_add_func ("/base/http/garbage", test_garbage);
  g_test_add_func ("/base/http/offline", test_offline);
  g_test_add_func ("/base/http/cancelled", test_cancelled);
  g_test_add_func ("/base/http/threads", test_threads);
  return g_test_run ();
}
