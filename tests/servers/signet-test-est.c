/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-test-est.c: a small EST server (RFC 7030) over the test PKI, for tests: https on 127.0.0.1, a client certificate where there is one, Basic
 * or Digest where there is none. It really signs what it is asked for and believes every name.
 *
 *   signet-test-est DIR --port-file F [--user U --password P [--digest]] [--label L] [--csrattrs NAME] [--check-after N] [--fault NAME]
 *
 * Faults: those of signet-test-issue.h and signet-test-tls.h; reject expired-password waiting error-500 html garbage empty binary one-line
 * gigabyte drip cut redirect downgrade client-wanted client-refused slow.
 */
#include "config.h"

#include <glib-unix.h>
#include <libsoup/soup.h>
#include <locale.h>
#include <openssl/pkcs7.h>
#include <string.h>

#include "signet-test-issue.h"
#include "signet-test-tls.h"

#define WELL_KNOWN "/.well-known/est/"
#define CHUNK (1024 * 1024)
#define GIGABYTE (1024ULL * CHUNK)
#define SLOW_SECONDS 60

typedef struct {
  TestPki    *pki;
  GHashTable *seen;   /* requests that were told to wait */
  GHashTable *issued; /* digest of a request -> its certificate */
  guint64     left;   /* of a gigabyte */
} Est;

static char *option_port_file, *option_user, *option_password, *option_label, *option_csrattrs, *option_fault;
static gboolean option_digest;
static int option_port, option_check_after = 1;

static const GOptionEntry entries[] = {
  { "port-file", 0, 0, G_OPTION_ARG_FILENAME, &option_port_file, "the port is written here when ready", "FILE" },
  { "port", 0, 0, G_OPTION_ARG_INT, &option_port, "0: any", "N" },
  { "user", 0, 0, G_OPTION_ARG_STRING, &option_user, "who may ask without a certificate", "U" },
  { "password", 0, 0, G_OPTION_ARG_STRING, &option_password, "of that user", "P" },
  { "digest", 0, 0, G_OPTION_ARG_NONE, &option_digest, "Digest, not Basic", NULL },
  { "label", 0, 0, G_OPTION_ARG_STRING, &option_label, "serve below this path segment alone", "L" },
  { "csrattrs", 0, 0, G_OPTION_ARG_STRING, &option_csrattrs, "usage, p384, rsa, sha384, unknown, binding, garbage", "NAME" },
  { "check-after", 0, 0, G_OPTION_ARG_INT, &option_check_after, "seconds, with the fault waiting", "N" },
  { "fault", 0, 0, G_OPTION_ARG_STRING, &option_fault, "do this wrong", "NAME" },
  G_OPTION_ENTRY_NULL
};

static gboolean
fault_is (const char *name)
{
  return g_strcmp0 (option_fault, name) == 0;
}

/* --- answers --------------------------------------------------------------------------------------------------------------------- */

static void
answer (SoupServerMessage *message, guint status, const char *type, const char *text, gsize length)
{
  soup_server_message_set_status (message, status, NULL);
  soup_server_message_set_response (message, type, SOUP_MEMORY_COPY, text, length);
}

static void
answer_text (SoupServerMessage *message, guint status, const char *text)
{
  answer (message, status, "text/plain; charset=utf-8", text, strlen (text));
}

static char *
in_lines (const char *base64)
{
  GString *lines = g_string_new (NULL);

  for (gsize i = 0; i < strlen (base64); i += 64)
    g_string_append_printf (lines, "%.*s\r\n", 64, base64 + i);
  return g_string_free (lines, FALSE);
}

static void
answer_der (SoupServerMessage *message, const char *type, const guint8 *der, gsize length)
{
  g_autofree char *base64 = g_base64_encode (der, length);
  g_autofree char *lines = in_lines (base64);
  const char *text = fault_is ("one-line") ? base64 : lines;

  if (fault_is ("binary"))
    answer (message, 200, type, (const char *) der, length);
  else
    answer (message, 200, type, text, strlen (text));
  soup_message_headers_replace (soup_server_message_get_response_headers (message), "Content-Transfer-Encoding", "base64");
}

/* RFC 5652: SignedData with certificates and nothing signed */
static void
answer_certificates (SoupServerMessage *message, X509 *first, X509 *second)
{
  PKCS7 *bag = PKCS7_new ();
  guint8 *der = NULL;
  int length;

  PKCS7_set_type (bag, NID_pkcs7_signed);
  PKCS7_content_new (bag, NID_pkcs7_data);
  PKCS7_set_detached (bag, 1);
  if (first != NULL)
    PKCS7_add_certificate (bag, first);
  if (second != NULL)
    PKCS7_add_certificate (bag, second);
  length = i2d_PKCS7 (bag, &der);
  answer_der (message, "application/pkcs7-mime; smime-type=certs-only", der, (gsize) length);
  OPENSSL_free (der);
  PKCS7_free (bag);
}

/* --- csrattrs --------------------------------------------------------------------------------------------------------------------- */

/* CsrAttrs, each with one wish */
static const struct { const char *name; const char *hex; } wishes[] = {
  /* extensionRequest: keyUsage digitalSignature, nonRepudiation */
  { "usage", "301e301c06092a864886f70d01090e310f300d300b0603551d0f0404030206c0" },
  { "p384", "3014301206072a8648ce3d0201310706052b81040022" },
  { "rsa", "3013301106092a864886f70d010101310402020c00" },
  { "sha384", "300a06082a8648ce3d040303" },
  { "unknown", "300906072b060101010116" },
  { "binding", "300b06092a864886f70d010907" },
  { "extension", "3023302106092a864886f70d01090e31143012301006082b060105050701630404deadbeef" },
};

static void
serve_csrattrs (SoupServerMessage *message)
{
  for (gsize i = 0; option_csrattrs != NULL && i < G_N_ELEMENTS (wishes); i++)
    if (strcmp (wishes[i].name, option_csrattrs) == 0)
      {
        long length = 0;
        guint8 *der = OPENSSL_hexstr2buf (wishes[i].hex, &length);

        answer_der (message, "application/csrattrs", der, (gsize) der[1] + 2);
        OPENSSL_free (der);
        return;
      }
  if (g_strcmp0 (option_csrattrs, "garbage") == 0)
    answer_der (message, "application/csrattrs", (const guint8 *) "0\x05garbage", 9);
  else
    soup_server_message_set_status (message, 204, NULL);
}

/* --- who asks ------------------------------------------------------------------------------------------------------------------------ */

static X509 *
dup_peer (SoupServerMessage *message)
{
  GTlsCertificate *shown = soup_server_message_get_tls_peer_certificate (message);
  g_autoptr (GByteArray) der = NULL;
  const guint8 *data;

  if (shown == NULL)
    return NULL;
  g_object_get (shown, "certificate", &der, NULL);
  data = der->data;
  return d2i_X509 (NULL, &data, (long) der->len);
}

static gboolean
has_certificate (Est *est, SoupServerMessage *message)
{
  X509 *peer = dup_peer (message);
  gboolean ours = !fault_is ("client-refused") && test_tls_is_ours (est->pki, peer);

  X509_free (peer);
  return ours;
}

static char *
on_digest_cb (SoupAuthDomain *domain, SoupServerMessage *message, const char *user, gpointer data)
{
  if (g_strcmp0 (user, option_user) != 0 || fault_is ("expired-password"))
    return NULL;
  return soup_auth_domain_digest_encode_password (user, soup_auth_domain_get_realm (domain), option_password);
}

static gboolean
on_basic_cb (SoupAuthDomain *domain, SoupServerMessage *message, const char *user, const char *password, gpointer data)
{
  return !fault_is ("expired-password") && g_strcmp0 (user, option_user) == 0 && g_strcmp0 (password, option_password) == 0;
}

/* CA certificates are for everybody; whoever shows a certificate of ours needs no password. */
static gboolean
on_filter_cb (SoupAuthDomain *domain, SoupServerMessage *message, gpointer data)
{
  const char *path = g_uri_get_path (soup_server_message_get_uri (message));

  return g_str_has_suffix (path, "enroll") && !has_certificate (data, message);
}

static void
ask_for_password (SoupServer *server, Est *est)
{
  g_autoptr (SoupAuthDomain) domain = NULL;

  if (option_user == NULL)
    return;
  if (option_digest)
    domain = soup_auth_domain_digest_new ("realm", "estrealm", "auth-callback", on_digest_cb, "auth-data", est, NULL);
  else
    domain = soup_auth_domain_basic_new ("realm", "estrealm", "auth-callback", on_basic_cb, "auth-data", est, NULL);
  soup_auth_domain_add_path (domain, "/");
  soup_auth_domain_set_filter (domain, on_filter_cb, est, NULL);
  soup_server_add_auth_domain (server, domain);
}

/* --- enrolling ------------------------------------------------------------------------------------------------------------------------ */

static X509_REQ *
read_request (SoupServerMessage *message)
{
  g_autoptr (GBytes) body = soup_message_body_flatten (soup_server_message_get_request_body (message));
  g_autofree char *text = g_strndup (g_bytes_get_data (body, NULL), g_bytes_get_size (body));
  gsize length = 0;
  g_autofree guint8 *der = g_base64_decode (text, &length);
  const guint8 *data = der;
  X509_REQ *csr = length > 0 ? d2i_X509_REQ (NULL, &data, (long) length) : NULL;

  if (csr != NULL && X509_REQ_verify (csr, X509_REQ_get0_pubkey (csr)) == 1)
    return csr;
  X509_REQ_free (csr);
  return NULL;
}

/* RFC 7030, 4.2.2: who renews shows the certificate, and keeps its name. */
static gboolean
may_renew (Est *est, SoupServerMessage *message, X509_REQ *csr)
{
  X509 *peer = dup_peer (message);
  gboolean may = has_certificate (est, message) && X509_NAME_cmp (X509_get_subject_name (peer), X509_REQ_get_subject_name (csr)) == 0;

  X509_free (peer);
  return may;
}

static gboolean
has_to_wait (Est *est, SoupServerMessage *message)
{
  g_autoptr (GBytes) body = soup_message_body_flatten (soup_server_message_get_request_body (message));
  g_autofree char *digest = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, body);
  g_autofree char *after = g_strdup_printf ("%d", option_check_after);

  if (!fault_is ("waiting") || !g_hash_table_add (est->seen, g_steal_pointer (&digest)))
    return FALSE;
  soup_server_message_set_status (message, 202, NULL);
  soup_message_headers_replace (soup_server_message_get_response_headers (message), "Retry-After", after);
  return TRUE;
}

/* The same bytes again are the same request, whose answer was lost: its certificate, not another one. Borrowed. */
static X509 *
issue_once (Est *est, SoupServerMessage *message, X509_REQ *csr, gboolean renews)
{
  g_autoptr (GBytes) body = soup_message_body_flatten (soup_server_message_get_request_body (message));
  g_autofree char *hash = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, body);
  char *digest = g_strconcat (renews ? "renewal " : "", hash, NULL);
  X509 *certificate = g_hash_table_lookup (est->issued, digest);

  if (certificate == NULL)
    {
      certificate = test_issue (est->pki, X509_REQ_get0_pubkey (csr), X509_REQ_get_subject_name (csr), option_fault, NULL);
      g_hash_table_insert (est->issued, g_steal_pointer (&digest), certificate);
    }
  g_free (digest);
  return certificate;
}

static void
serve_enrolment (Est *est, SoupServerMessage *message, gboolean renews)
{
  X509_REQ *csr = read_request (message);
  X509 *certificate = NULL;

  if (csr == NULL)
    answer_text (message, 400, "no request with a good signature");
  else if (fault_is ("reject"))
    answer_text (message, 403, "身份核验未通过（示例）：the identity could not be confirmed");
  else if (renews && !may_renew (est, message, csr))
    answer_text (message, 403, "to renew, show the certificate that is renewed");
  else if (!has_to_wait (est, message))
    {
      certificate = issue_once (est, message, csr, renews);
      answer_certificates (message, fault_is ("empty") ? NULL : certificate, NULL);
    }
  X509_REQ_free (csr);
}

/* --- faults of the wire ---------------------------------------------------------------------------------------------------------------- */

static void
on_wrote_chunk_cb (SoupServerMessage *message, Est *est)
{
  static char chunk[CHUNK];

  if (est->left == 0)
    soup_message_body_complete (soup_server_message_get_response_body (message));
  else
    soup_message_body_append (soup_server_message_get_response_body (message), SOUP_MEMORY_STATIC, chunk, CHUNK);
  est->left -= MIN (est->left, CHUNK);
  soup_server_message_unpause (message);
}

static void
send_gigabyte (SoupServerMessage *message, Est *est)
{
  est->left = GIGABYTE;
  soup_server_message_set_status (message, 200, NULL);
  soup_message_headers_set_content_type (soup_server_message_get_response_headers (message), "application/pkcs7-mime", NULL);
  soup_message_headers_set_encoding (soup_server_message_get_response_headers (message), SOUP_ENCODING_CHUNKED);
  soup_message_body_set_accumulate (soup_server_message_get_response_body (message), FALSE);
  g_signal_connect (message, "wrote-headers", G_CALLBACK (on_wrote_chunk_cb), est);
  g_signal_connect (message, "wrote-chunk", G_CALLBACK (on_wrote_chunk_cb), est);
}

static gboolean
on_drip_cb (gpointer data)
{
  soup_message_body_append (soup_server_message_get_response_body (data), SOUP_MEMORY_STATIC, "M", 1);
  soup_server_message_unpause (data);
  return G_SOURCE_CONTINUE;
}

static void
on_drip_finished_cb (SoupServerMessage *message, gpointer source)
{
  g_source_remove (GPOINTER_TO_UINT (source));
}

static void
drip (SoupServerMessage *message)
{
  guint source = g_timeout_add (500, on_drip_cb, message);

  soup_server_message_set_status (message, 200, NULL);
  soup_message_headers_set_content_type (soup_server_message_get_response_headers (message), "application/pkcs7-mime", NULL);
  soup_message_headers_set_encoding (soup_server_message_get_response_headers (message), SOUP_ENCODING_CHUNKED);
  g_signal_connect (message, "finished", G_CALLBACK (on_drip_finished_cb), GUINT_TO_POINTER (source));
  soup_server_message_pause (message);
}

static void
cut (SoupServerMessage *message)
{
  static const char half[] = "HTTP/1.1 200 OK\r\nContent-Type: application/pkcs7-mime\r\nContent-Length: 5000\r\n\r\nMIIB";
  g_autoptr (GIOStream) stream = soup_server_message_steal_connection (message);

  g_output_stream_write_all (g_io_stream_get_output_stream (stream), half, sizeof half - 1, NULL, NULL, NULL);
  g_io_stream_close (stream, NULL, NULL);
}

static gboolean
on_resume_cb (gpointer message)
{
  soup_server_message_unpause (message);
  g_object_unref (message);
  return G_SOURCE_REMOVE;
}

/* TRUE: that was the answer. What reads CA certificates or wishes is left alone: an enrolment is what must not go wrong. */
static gboolean
misbehave (Est *est, SoupServerMessage *message)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);

  if (fault_is ("error-500"))
    answer_text (message, 500, "out of order");
  else if (fault_is ("html"))
    answer (message, 200, "text/html", "<html><script>alert(1)</script>Please sign in</html>", 52);
  else if (fault_is ("garbage"))
    answer (message, 200, "application/pkcs7-mime", "bm90IGEgY2VydGlmaWNhdGU=", 24);
  else if (fault_is ("redirect") || fault_is ("downgrade"))
    {
      soup_server_message_set_status (message, 302, NULL);
      soup_message_headers_replace (headers, "Location", fault_is ("redirect") ? "https://elsewhere.example/est" : "http://127.0.0.1/est");
    }
  else if (fault_is ("gigabyte"))
    send_gigabyte (message, est);
  else if (fault_is ("drip"))
    drip (message);
  else if (fault_is ("cut"))
    cut (message);
  else
    return FALSE;
  return TRUE;
}

/* --- the way in ------------------------------------------------------------------------------------------------------------------------- */

static const char *
operation_of (const char *path)
{
  g_autofree char *prefix = g_strconcat (WELL_KNOWN, option_label != NULL ? option_label : "", option_label != NULL ? "/" : "", NULL);

  return g_str_has_prefix (path, prefix) ? path + strlen (prefix) : "";
}

static void
on_request_cb (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer data)
{
  Est *est = data;
  const char *operation = operation_of (path);
  gboolean posts = strcmp (soup_server_message_get_method (message), "POST") == 0;

  if (strcmp (operation, "cacerts") == 0)
    answer_certificates (message, est->pki->ca, est->pki->root);
  else if (strcmp (operation, "csrattrs") == 0)
    serve_csrattrs (message);
  else if (!posts || (strcmp (operation, "simpleenroll") != 0 && strcmp (operation, "simplereenroll") != 0))
    answer_text (message, 404, "no such operation");
  else if (!misbehave (est, message))
    serve_enrolment (est, message, strcmp (operation, "simplereenroll") == 0);
  if (!posts || !fault_is ("slow"))
    return;
  soup_server_message_pause (message);
  g_timeout_add_seconds (SLOW_SECONDS, on_resume_cb, g_object_ref (message));
}

/* Whom to believe is decided per request, so that a wrong certificate gets an answer in words. */
static gboolean
on_accept_cb (SoupServerMessage *message, GTlsCertificate *certificate, GTlsCertificateFlags errors, gpointer data)
{
  return !fault_is ("client-refused");
}

static void
on_started_cb (SoupServer *server, SoupServerMessage *message, gpointer data)
{
  g_signal_connect (message, "accept-certificate", G_CALLBACK (on_accept_cb), NULL);
}

static gboolean
on_end_cb (gpointer loop)
{
  g_main_loop_quit (loop);
  return G_SOURCE_CONTINUE;
}

static gboolean
write_port (SoupServer *server, GError **error)
{
  GSList *uris = soup_server_get_uris (server);
  g_autofree char *text = g_strdup_printf ("%d\n", g_uri_get_port (uris->data));

  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  return option_port_file == NULL || g_file_set_contents (option_port_file, text, -1, error);
}

static gboolean
serve (Est *est, GError **error)
{
  g_autoptr (GTlsCertificate) certificate = test_tls_certificate_new (est->pki, option_fault, error);
  GTlsAuthenticationMode mode = fault_is ("client-wanted") ? G_TLS_AUTHENTICATION_REQUIRED : G_TLS_AUTHENTICATION_REQUESTED;
  g_autoptr (SoupServer) server = NULL;
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);

  if (certificate == NULL)
    return FALSE;
  server = soup_server_new ("tls-certificate", certificate, "tls-auth-mode", mode, NULL);
  g_signal_connect (server, "request-started", G_CALLBACK (on_started_cb), NULL);
  ask_for_password (server, est);
  soup_server_add_handler (server, NULL, on_request_cb, est, NULL);
  g_unix_signal_add (SIGTERM, on_end_cb, loop);
  g_unix_signal_add (SIGINT, on_end_cb, loop);
  if (!soup_server_listen_local (server, (guint) option_port, SOUP_SERVER_LISTEN_IPV4_ONLY | SOUP_SERVER_LISTEN_HTTPS, error) || !write_port (server, error))
    return FALSE;
  g_main_loop_run (loop);
  return TRUE;
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new ("DIR");
  g_autoptr (GError) error = NULL;
  Est est = { .seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL),
              .issued = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) X509_free) };
  gboolean ok = FALSE;

  setlocale (LC_ALL, "");
  g_option_context_add_main_entries (context, entries, NULL);
  if (g_option_context_parse (context, &argc, &argv, &error) && argc == 2 && (est.pki = test_pki_open (argv[1], &error)) != NULL)
    ok = serve (&est, &error);
  if (!ok)
    g_printerr ("signet-test-est: %s\n", error != NULL ? error->message : "usage: signet-test-est DIR --port-file F");
  test_pki_free (est.pki);
  g_hash_table_unref (est.seen);
  g_hash_table_unref (est.issued);
  return ok ? 0 : 1;
}
