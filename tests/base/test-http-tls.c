/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * test-http-tls.c: https with a server of ours on loopback: whom we trust, what is wrong with a certificate and how that is told, and a
 * client certificate whose key is only a SignetSigner. The server is OpenSSL in a thread; it answers with what it saw of the client.
 */
#include "config.h"

#include <glib-unix.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <string.h>

#include "../../app/core/base/signet-base-error.h"
#include "../../app/core/base/signet-http.h"
#include "signet-test.h"

#define DAY 86400

/* --- a small PKI -------------------------------------------------------------------------------------------------------------- */

typedef struct {
  EVP_PKEY *key;
  X509     *certificate;
} Party;

static Party anchor;
static Party other;
static GBytes *anchor_pem;

static Party
party_new (const char *spec, SignetTestCertificate what, const Party *issuer)
{
  Party party = { signet_test_new_key (spec), NULL };

  party.certificate = signet_test_new_certificate (&what, party.key, issuer != NULL ? issuer->certificate : NULL, issuer != NULL ? issuer->key : party.key);
  return party;
}

static void
party_clear (Party *party)
{
  EVP_PKEY_free (party->key);
  X509_free (party->certificate);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Party, party_clear)

static const char *const of_loopback[] = { "subjectAltName", "IP:127.0.0.1", NULL };
static const char *const of_another[] = { "subjectAltName", "DNS:ca.example", NULL };

static Party
server_new (const char *spec, gint64 from, gint64 to, const char *const *names, const Party *issuer)
{
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;

  return party_new (spec, (SignetTestCertificate){ .subject = "CN=Server,O=Sample", .not_before = now + from, .not_after = now + to,
                                                   .key_usage = "digitalSignature", .extensions = names }, issuer);
}

static Party
client_new (const char *spec, const Party *issuer)
{
  return party_new (spec, (SignetTestCertificate){ .subject = "CN=Li Na (sample),O=Sample", .key_usage = "digitalSignature" }, issuer);
}

static GBytes *
to_pem (X509 *certificate)
{
  BIO *bio = BIO_new (BIO_s_mem ());
  char *data;
  long length;
  GBytes *bytes;

  PEM_write_bio_X509 (bio, certificate);
  length = BIO_get_mem_data (bio, &data);
  bytes = g_bytes_new (data, (gsize) length);
  BIO_free (bio);
  return bytes;
}

/* --- the server ------------------------------------------------------------------------------------------------------------------ */

typedef struct {
  SSL_CTX       *context;
  GSocket       *socket;
  GThread       *thread;
  char          *url;
  const char    *answer;   /* (nullable): a whole HTTP answer; NULL: says whom it saw */
  gboolean       hangs_up; /* in the middle of the handshake */
} Server;

/* "VERSION SIGNATURE SUBJECT": so that a test sees what was really used. */
static void
say_what_was_seen (SSL *connection)
{
  X509 *peer = SSL_get0_peer_certificate (connection);
  g_autofree char *subject = peer != NULL ? X509_NAME_oneline (X509_get_subject_name (peer), NULL, 0) : NULL;
  g_autofree char *body = NULL;
  g_autofree char *answer = NULL;
  int type = NID_undef, digest = NID_undef;

  if (peer != NULL)
    {
      SSL_get_peer_signature_type_nid (connection, &type);
      SSL_get_peer_signature_nid (connection, &digest);
    }
  body = g_strdup_printf ("%s %s %s %s", SSL_get_version (connection), OBJ_nid2sn (type), OBJ_nid2sn (digest), subject != NULL ? subject : "nobody");
  answer = g_strdup_printf ("HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s", (int) strlen (body), body);
  SSL_write (connection, answer, (int) strlen (answer));
}

static void
serve_one (Server *server, GSocket *socket)
{
  SSL *connection = SSL_new (server->context);
  char request[8192];

  g_unix_set_fd_nonblocking (g_socket_get_fd (socket), FALSE, NULL);
  SSL_set_fd (connection, g_socket_get_fd (socket));
  if (!server->hangs_up && SSL_accept (connection) == 1 && SSL_read (connection, request, sizeof request) > 0)
    {
      if (server->answer != NULL)
        SSL_write (connection, server->answer, (int) strlen (server->answer));
      else
        say_what_was_seen (connection);
      SSL_shutdown (connection);
      /* until the client has read it */
      while (SSL_read (connection, request, sizeof request) > 0)
        ;
    }
  SSL_free (connection);
}

static gpointer
serve (gpointer data)
{
  Server *server = data;

  for (;;)
    {
      g_autoptr (GSocket) socket = g_socket_accept (server->socket, NULL, NULL);

      if (socket == NULL)
        return NULL;
      serve_one (server, socket);
    }
}

static Server *
server_start (const Party *party, int version, const Party *trusts)
{
  Server *server = g_new0 (Server, 1);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string ("127.0.0.1", 0);
  g_autoptr (GSocketAddress) bound = NULL;

  server->context = SSL_CTX_new (TLS_server_method ());
  SSL_CTX_set_min_proto_version (server->context, version);
  SSL_CTX_set_max_proto_version (server->context, version);
  g_assert_cmpint (SSL_CTX_use_certificate (server->context, party->certificate), ==, 1);
  g_assert_cmpint (SSL_CTX_use_PrivateKey (server->context, party->key), ==, 1);
  if (trusts != NULL)
    {
      SSL_CTX_set_verify (server->context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
      X509_STORE_add_cert (SSL_CTX_get_cert_store (server->context), trusts->certificate);
    }
  server->socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);
  g_assert_true (g_socket_bind (server->socket, address, TRUE, NULL) && g_socket_listen (server->socket, NULL));
  bound = g_socket_get_local_address (server->socket, NULL);
  server->url = g_strdup_printf ("https://127.0.0.1:%u/", g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound)));
  server->thread = g_thread_new ("tls-server", serve, server);
  return server;
}

static void
server_stop (Server *server)
{
  g_socket_shutdown (server->socket, TRUE, TRUE, NULL);
  g_thread_join (server->thread);
  g_object_unref (server->socket);
  SSL_CTX_free (server->context);
  g_free (server->url);
  g_free (server);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Server, server_stop)

/* --- asking ------------------------------------------------------------------------------------------------------------------------- */

static SignetHttpResponse *
ask (Server *server, SignetHttpRequest request, GError **error)
{
  g_autoptr (SignetHttp) http = signet_http_new ();

  request.url = server->url;
  if (request.tls_anchors == NULL)
    request.tls_anchors = anchor_pem;
  return signet_http_send (http, &request, NULL, error);
}

static void
assert_error (Server *server, SignetHttpRequest request, int code)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SignetHttpResponse) response = ask (server, request, &error);

  g_assert_null (response);
  g_assert_error (error, SIGNET_HTTP_ERROR, code);
}

static void
assert_seen (const SignetHttpResponse *response, const char *words)
{
  g_autofree char *body = g_strndup (g_bytes_get_data (response->body, NULL), g_bytes_get_size (response->body));

  g_test_message ("the server saw: %s", body);
  g_assert_nonnull (strstr (body, words));
}

/* --- whom we trust -------------------------------------------------------------------------------------------------------------------- */

static void
test_trusted (void)
{
  static const int versions[] = { TLS1_2_VERSION, TLS1_3_VERSION };
  g_auto (Party) party = server_new ("ec-p256", -DAY, DAY, of_loopback, &anchor);

  for (guint i = 0; i < G_N_ELEMENTS (versions); i++)
    {
      g_autoptr (Server) server = server_start (&party, versions[i], NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (SignetHttpResponse) response = ask (server, (SignetHttpRequest){ 0 }, &error);

      g_assert_no_error (error);
      assert_seen (response, "nobody");
    }
}

static void
test_wrong_certificates (void)
{
  static const struct { gint64 from, to; const char *const *names; const Party *issuer; int code; } cases[] = {
    { -2 * DAY, -DAY, of_loopback, &anchor, SIGNET_HTTP_ERROR_EXPIRED },
    { 365 * DAY, 400 * DAY, of_loopback, &anchor, SIGNET_HTTP_ERROR_NOT_YET_VALID },
    { -DAY, DAY, of_another, &anchor, SIGNET_HTTP_ERROR_WRONG_HOST },
    { -DAY, DAY, of_loopback, NULL, SIGNET_HTTP_ERROR_SELF_SIGNED },
    { -DAY, DAY, of_loopback, &other, SIGNET_HTTP_ERROR_UNKNOWN_ISSUER },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Party) party = server_new ("ec-p256", cases[i].from, cases[i].to, cases[i].names, cases[i].issuer);
      g_autoptr (Server) server = server_start (&party, TLS1_3_VERSION, NULL);

      assert_error (server, (SignetHttpRequest){ 0 }, cases[i].code);
    }
}

/* The system knows nothing of a test's CA; and what a profile names counts alone. */
static void
test_system_anchors (void)
{
  g_auto (Party) party = server_new ("ec-p256", -DAY, DAY, of_loopback, &anchor);
  g_autoptr (Server) server = server_start (&party, TLS1_3_VERSION, NULL);
  g_autoptr (SignetHttp) http = signet_http_new ();
  g_autoptr (GBytes) rubbish = g_bytes_new_static ("no certificate", 14);
  g_autoptr (GBytes) of_other = to_pem (other.certificate);
  g_autoptr (GError) error = NULL;

  g_assert_null (signet_http_send (http, &(SignetHttpRequest){ .url = server->url }, NULL, &error));
  g_assert_error (error, SIGNET_HTTP_ERROR, SIGNET_HTTP_ERROR_UNKNOWN_ISSUER);
  assert_error (server, (SignetHttpRequest){ .tls_anchors = of_other }, SIGNET_HTTP_ERROR_UNKNOWN_ISSUER);
  assert_error (server, (SignetHttpRequest){ .tls_anchors = rubbish }, SIGNET_HTTP_ERROR_UNKNOWN_ISSUER);
}

/* Whoever named the server's own certificate meant it. */
static void
test_server_as_anchor (void)
{
  g_auto (Party) party = server_new ("ec-p256", -DAY, DAY, of_loopback, NULL);
  g_autoptr (Server) server = server_start (&party, TLS1_3_VERSION, NULL);
  g_autoptr (GBytes) itself = to_pem (party.certificate);
  g_autoptr (GError) error = NULL;
  g_autoptr (SignetHttpResponse) response = ask (server, (SignetHttpRequest){ .tls_anchors = itself }, &error);

  g_assert_no_error (error);
  g_assert_nonnull (response);
}

static void
test_old_version (void)
{
  g_auto (Party) party = server_new ("rsa-2048", -DAY, DAY, of_loopback, &anchor);
  g_autoptr (Server) server = server_start (&party, TLS1_1_VERSION, NULL);

  SSL_CTX_set_security_level (server->context, 0);
  assert_error (server, (SignetHttpRequest){ 0 }, SIGNET_HTTP_ERROR_TLS);
}

static void
test_hangs_up (void)
{
  g_auto (Party) party = server_new ("ec-p256", -DAY, DAY, of_loopback, &anchor);
  g_autoptr (Server) server = server_start (&party, TLS1_3_VERSION, NULL);

  server->hangs_up = TRUE;
  assert_error (server, (SignetHttpRequest){ 0 }, SIGNET_HTTP_ERROR_TLS);
}

static void
test_downgrade (void)
{
  g_autoptr (SignetTestServer) end = signet_test_server_new_body ("text/plain", "there", 5);
  g_auto (Party) party = server_new ("ec-p256", -DAY, DAY, of_loopback, &anchor);
  g_autoptr (Server) server = server_start (&party, TLS1_3_VERSION, NULL);
  g_autofree char *answer = g_strdup_printf ("HTTP/1.1 302 Found\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n", signet_test_server_get_url (end));

  server->answer = answer;
  assert_error (server, (SignetHttpRequest){ 0 }, SIGNET_HTTP_ERROR_REDIRECTED);
  g_assert_cmpuint (signet_test_server_get_count (end), ==, 0);
}

/* --- our own certificate ------------------------------------------------------------------------------------------------------------------ */

static void
test_client (void)
{
  static const struct { const char *spec; int version; const char *seen; } cases[] = {
    { "rsa-2048", TLS1_2_VERSION, "TLSv1.2 RSASSA-PSS SHA256 /CN=Li Na" }, { "rsa-2048", TLS1_3_VERSION, "TLSv1.3 RSASSA-PSS SHA256 /CN=Li Na" },
    { "ec-p256", TLS1_2_VERSION, "TLSv1.2 id-ecPublicKey SHA256 /CN=Li Na" }, { "ec-p256", TLS1_3_VERSION, "TLSv1.3 id-ecPublicKey SHA256 /CN=Li Na" },
    { "ec-p384", TLS1_3_VERSION, "TLSv1.3 id-ecPublicKey SHA384 /CN=Li Na" },
  };
  g_auto (Party) party = server_new ("ec-p256", -DAY, DAY, of_loopback, &anchor);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Party) client = client_new (cases[i].spec, &anchor);
      g_autoptr (SignetTestSigner) signer = signet_test_signer_new (client.key);
      g_autoptr (Server) server = server_start (&party, cases[i].version, &anchor);
      g_autoptr (GError) error = NULL;
      g_autoptr (SignetHttpResponse) response
        = ask (server, (SignetHttpRequest){ .client_certificate = client.certificate, .client_signer = SIGNET_SIGNER (signer) }, &error);

      g_assert_no_error (error);
      assert_seen (response, cases[i].seen);
      g_assert_cmpuint (signet_test_signer_get_count (signer), ==, 1);
    }
}

/* The server knows the root only. */
static void
test_client_chain (void)
{
  g_auto (Party) party = server_new ("ec-p256", -DAY, DAY, of_loopback, &anchor);
  g_auto (Party) middle = party_new ("ec-p256", (SignetTestCertificate){ .subject = "CN=Middle,O=Sample", .ca = TRUE }, &anchor);
  g_auto (Party) client = client_new ("ec-p256", &middle);
  g_autoptr (SignetTestSigner) signer = signet_test_signer_new (client.key);
  g_autoptr (GPtrArray) chain = g_ptr_array_new ();
  g_autoptr (Server) server = server_start (&party, TLS1_3_VERSION, &anchor);
  SignetHttpRequest request = { .client_certificate = client.certificate, .client_signer = SIGNET_SIGNER (signer), .client_chain = chain };
  g_autoptr (SignetHttpResponse) response = NULL;

  assert_error (server, request, SIGNET_HTTP_ERROR_CERTIFICATE_REFUSED);
  g_ptr_array_add (chain, middle.certificate);
  response = ask (server, request, NULL);
  g_assert_nonnull (response);
}

static void
test_client_wanted (void)
{
  static const int versions[] = { TLS1_2_VERSION, TLS1_3_VERSION };
  g_auto (Party) party = server_new ("ec-p256", -DAY, DAY, of_loopback, &anchor);

  for (guint i = 0; i < G_N_ELEMENTS (versions); i++)
    {
      g_autoptr (Server) server = server_start (&party, versions[i], &anchor);

      assert_error (server, (SignetHttpRequest){ 0 }, SIGNET_HTTP_ERROR_CERTIFICATE_WANTED);
    }
}

static void
test_client_refused (void)
{
  static const int versions[] = { TLS1_2_VERSION, TLS1_3_VERSION };
  g_auto (Party) party = server_new ("ec-p256", -DAY, DAY, of_loopback, &anchor);
  g_auto (Party) client = client_new ("ec-p256", &other);
  g_autoptr (SignetTestSigner) signer = signet_test_signer_new (client.key);

  for (guint i = 0; i < G_N_ELEMENTS (versions); i++)
    {
      g_autoptr (Server) server = server_start (&party, versions[i], &anchor);

      assert_error (server, (SignetHttpRequest){ .client_certificate = client.certificate, .client_signer = SIGNET_SIGNER (signer) },
                    SIGNET_HTTP_ERROR_CERTIFICATE_REFUSED);
    }
}

/* A token pulled out in the handshake: its own words, not those of TLS. */
static void
test_signer_fails (void)
{
  g_auto (Party) party = server_new ("ec-p256", -DAY, DAY, of_loopback, &anchor);
  g_auto (Party) client = client_new ("rsa-2048", &anchor);
  g_autoptr (SignetTestSigner) signer = signet_test_signer_new (client.key);
  g_autoptr (Server) server = server_start (&party, TLS1_3_VERSION, &anchor);
  g_autoptr (GError) error = NULL;

  signet_test_signer_set_fault (signer, SIGNET_TEST_SIGNER_FAILS);
  g_assert_null (ask (server, (SignetHttpRequest){ .client_certificate = client.certificate, .client_signer = SIGNET_SIGNER (signer) }, &error));
  g_assert_nonnull (error);
  g_assert_false (error->domain == SIGNET_HTTP_ERROR);
  g_test_message ("%s", error->message);
}

static void
test_key_of_another (void)
{
  g_auto (Party) party = server_new ("ec-p256", -DAY, DAY, of_loopback, &anchor);
  g_auto (Party) client = client_new ("ec-p256", &anchor);
  g_auto (Party) somebody = client_new ("ec-p256", &anchor);
  g_autoptr (SignetTestSigner) signer = signet_test_signer_new (somebody.key);
  g_autoptr (Server) server = server_start (&party, TLS1_3_VERSION, &anchor);

  assert_error (server, (SignetHttpRequest){ .client_certificate = client.certificate, .client_signer = SIGNET_SIGNER (signer) },
                SIGNET_HTTP_ERROR_KEY_UNFIT);
}

/* --- names and passwords, proxies ---------------------------------------------------------------------------------------------------------- */

/* A password is never sent readable for all: over http only as Digest. */
static void
test_password_over_http (void)
{
  g_autoptr (SignetTestServer) basic = signet_test_server_new (SIGNET_TEST_SERVER_GOOD,
    "HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", -1);
  g_autoptr (SignetTestServer) digest = signet_test_server_new (SIGNET_TEST_SERVER_GOOD,
    "HTTP/1.1 401 No\r\nWWW-Authenticate: Digest realm=\"x\", nonce=\"y\", algorithm=SHA-256, qop=\"auth\"\r\n"
    "Content-Length: 0\r\nConnection: close\r\n\r\n", -1);
  g_autoptr (SignetSecret) password = signet_secret_new ((const guint8 *) "sesame", 6);
  g_autoptr (SignetHttp) http = signet_http_new ();
  g_autoptr (SignetHttpResponse) refused = NULL;
  g_autoptr (SignetHttpResponse) answered = NULL;
  g_autofree char *seen = NULL;
  g_autofree char *seen_digest = NULL;

  refused = signet_http_send (http, &(SignetHttpRequest){ .url = signet_test_server_get_url (basic), .user = "li-na", .password = password }, NULL, NULL);
  seen = signet_test_server_dup_request (basic);
  g_assert_cmpuint (refused->status, ==, 401);
  g_assert_null (strstr (seen, "Basic"));
  answered = signet_http_send (http, &(SignetHttpRequest){ .url = signet_test_server_get_url (digest), .user = "li-na", .password = password }, NULL, NULL);
  seen_digest = signet_test_server_dup_request (digest);
  g_assert_cmpuint (answered->status, ==, 401);
  g_assert_nonnull (strstr (seen_digest, "Authorization: Digest username=\"li-na\""));
  g_assert_null (strstr (seen_digest, "sesame"));
}

static void
test_basic_over_https (void)
{
  g_auto (Party) party = server_new ("ec-p256", -DAY, DAY, of_loopback, &anchor);
  g_autoptr (Server) server = server_start (&party, TLS1_3_VERSION, NULL);
  g_autoptr (SignetSecret) password = signet_secret_new ((const guint8 *) "sesame", 6);
  g_autoptr (GError) error = NULL;
  g_autoptr (SignetHttpResponse) response = ask (server, (SignetHttpRequest){ .user = "li-na", .password = password }, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (response->status, ==, 200);
}

static void
test_proxy (void)
{
  g_autoptr (SignetTestServer) closed = signet_test_server_new (SIGNET_TEST_SERVER_GOOD,
    "HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm=\"office\"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", -1);
  g_autoptr (SignetTestServer) open = signet_test_server_new_body ("text/plain", "through", 7);
  g_autoptr (SignetHttp) http = signet_http_new ();
  g_autoptr (SignetHttpResponse) response = NULL;
  g_autoptr (GError) plain = NULL;
  g_autoptr (GError) secure = NULL;
  g_autofree char *seen = NULL;

  g_setenv ("http_proxy", signet_test_server_get_url (closed), TRUE);
  g_setenv ("https_proxy", signet_test_server_get_url (closed), TRUE);
  g_assert_null (signet_http_send (http, &(SignetHttpRequest){ .url = "http://ca.example/" }, NULL, &plain));
  g_assert_error (plain, SIGNET_HTTP_ERROR, SIGNET_HTTP_ERROR_PROXY);
  g_assert_null (signet_http_send (http, &(SignetHttpRequest){ .url = "https://ca.example/" }, NULL, &secure));
  g_assert_error (secure, SIGNET_HTTP_ERROR, SIGNET_HTTP_ERROR_PROXY);
  g_setenv ("http_proxy", signet_test_server_get_url (open), TRUE);
  response = signet_http_send (http, &(SignetHttpRequest){ .url = "http://ca.example/path" }, NULL, NULL);
  seen = signet_test_server_dup_request (open);
  g_assert_nonnull (response);
  g_assert_true (g_str_has_prefix (seen, "GET http://ca.example/path HTTP/1.1\r\n"));
  g_unsetenv ("http_proxy");
  g_unsetenv ("https_proxy");
}

int
main (int argc, char **argv)
{
  int status;

  signet_test_home ();
  g_test_init (&argc, &argv, NULL);
  anchor = party_new ("ec-p256", (SignetTestCertificate){ .subject = "CN=Anchor,O=Sample", .ca = TRUE }, NULL);
  other = party_new ("ec-p256", (SignetTestCertificate){ .subject = "CN=Other,O=Sample", .ca = TRUE }, NULL);
  anchor_pem = to_pem (anchor.certificate);
  g_test_add_func ("/base/http-tls/trusted", test_trusted);
  g_test_add_func ("/base/http-tls/wrong-certificates", test_wrong_certificates);
  g_test_add_func ("/base/http-tls/system-anchors", test_system_anchors);
  g_test_add_func ("/base/http-tls/server-as-anchor", test_server_as_anchor);
  g_test_add_func ("/base/http-tls/old-version", test_old_version);
  g_test_add_func ("/base/http-tls/hangs-up", test_hangs_up);
  g_test_add_func ("/base/http-tls/downgrade", test_downgrade);
  g_test_add_func ("/base/http-tls/client", test_client);
  g_test_add_func ("/base/http-tls/client-chain", test_client_chain);
  g_test_add_func ("/base/http-tls/client-wanted", test_client_wanted);
  g_test_add_func ("/base/http-tls/client-refused", test_client_refused);
  g_test_add_func ("/base/http-tls/signer-fails", test_signer_fails);
  g_test_add_func ("/base/http-tls/key-of-another", test_key_of_another);
  g_test_add_func ("/base/http-tls/password-over-http", test_password_over_http);
  g_test_add_func ("/base/http-tls/basic-over-https", test_basic_over_https);
  g_test_add_func ("/base/http-tls/proxy", test_proxy);
  status = g_test_run ();
  party_clear (&anchor);
  party_clear (&other);
  g_bytes_unref (anchor_pem);
  return status;
}
