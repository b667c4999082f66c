/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-evidence-http.c: questions by POST, lists and certificates by GET, as bytes, and what all of them need around it.
 *
 * Knows nothing of what is asked. Blocking, for worker threads.
 */
#define G_LOG_DOMAIN "signet-evidence-http"

#include "config.h"

#include <openssl/err.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <string.h>

#include "signet-evidence-private.h"

#include "../base/signet-base-error.h"

#define DEADLINE      15 /* seconds: a person is waiting */
#define LIST_DEADLINE 30 /* for what may have megabytes */

G_DEFINE_QUARK (signet-evidence-error-quark, signet_evidence_error)

gboolean
_signet_evidence_set_invalid (GError **error, const char *message)
{
  ERR_clear_error ();
  g_set_error_literal (error, SIGNET_EVIDENCE_ERROR, SIGNET_EVIDENCE_ERROR_INVALID, message);
  return FALSE;
}

gint64
_signet_evidence_time_of (const ASN1_TIME *time)
{
  struct tm tm = { 0 };
  g_autoptr(GDateTime) date = NULL;

  if (time == NULL || !ASN1_TIME_to_tm (time, &tm))
    return SIGNET_TIME_UNKNOWN;
  date = g_date_time_new_utc (tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, MIN (tm.tm_sec, 59));
  return date != NULL ? g_date_time_to_unix (date) : SIGNET_TIME_UNKNOWN;
}

static gboolean
is_strong_digest (int nid)
{
  return nid != NID_md5 && nid != NID_sha1;
}

/* RFC 4055, 3.1: what the parameters leave out is SHA-1. */
static gboolean
is_strong_pss (int type, const void *value)
{
  RSA_PSS_PARAMS *parameters = type == V_ASN1_SEQUENCE ? ASN1_item_unpack (value, ASN1_ITEM_rptr (RSA_PSS_PARAMS)) : NULL;
  const ASN1_OBJECT *object = NULL;
  gboolean strong;

  if (parameters != NULL && parameters->hashAlgorithm != NULL)
    X509_ALGOR_get0 (&object, NULL, NULL, parameters->hashAlgorithm);
  strong = object != NULL && is_strong_digest (OBJ_obj2nid (object));
  RSA_PSS_PARAMS_free (parameters);
  return strong;
}

gboolean
_signet_evidence_is_strong (const X509_ALGOR *algorithm)
{
  const ASN1_OBJECT *object = NULL;
  const void *value = NULL;
  int type = V_ASN1_UNDEF, digest = NID_undef;

  X509_ALGOR_get0 (&object, &type, &value, algorithm);
  if (OBJ_obj2nid (object) == NID_rsassaPss)
    return is_strong_pss (type, value);
  /* NID_undef: none of its own (EdDSA) */
  return OBJ_find_sigid_algs (OBJ_obj2nid (object), &digest, NULL) && is_strong_digest (digest);
}

gboolean
_signet_evidence_random (guint8 *data, gsize length, GError **error)
{
  if (RAND_bytes (data, length) == 1)
    return TRUE;
  return signet_base_error_set_openssl (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_FAILED, "making a nonce");
}

/* Too long, or sent on to where we do not go: that is an answer, though none to us. */
static SignetEvidenceError
code_of (const GError *error)
{
  if (g_error_matches (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_TOO_LARGE))
    return SIGNET_EVIDENCE_ERROR_INVALID;
  if (g_error_matches (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_DENIED) ||
      g_error_matches (error, SIGNET_HTTP_ERROR, SIGNET_HTTP_ERROR_REDIRECTED) ||
      g_error_matches (error, SIGNET_HTTP_ERROR, SIGNET_HTTP_ERROR_CERTIFICATE_WANTED) ||
      g_error_matches (error, SIGNET_HTTP_ERROR, SIGNET_HTTP_ERROR_CERTIFICATE_REFUSED) ||
      g_error_matches (error, SIGNET_HTTP_ERROR, SIGNET_HTTP_ERROR_KEY_UNFIT))
    return SIGNET_EVIDENCE_ERROR_REFUSED;
  return SIGNET_EVIDENCE_ERROR_UNREACHABLE;
}

/* What libcurl says of these names no remedy. */
static const char *
prefix_of (const GError *error)
{
  if (g_error_matches (error, SIGNET_HTTP_ERROR, SIGNET_HTTP_ERROR_CERTIFICATE_WANTED))
    return "the server wants to see a certificate of yours: ";
  if (g_error_matches (error, SIGNET_HTTP_ERROR, SIGNET_HTTP_ERROR_CERTIFICATE_REFUSED))
    return "the server does not take your certificate: ";
  return "";
}

/* A test may be less patient. */
static guint
choose_deadline (guint usual)
{
#if SIGNET_DEVELOPMENT
  const char *given = g_getenv ("SIGNET_TEST_DEADLINE");

  if (given != NULL)
    return (guint) g_ascii_strtoull (given, NULL, 10);
#endif
  return usual;
}

static SignetHttpResponse *
send_question (SignetHttp *http, const SignetHttpRequest *request, GCancellable *cancellable, GError **error)
{
  g_autoptr(GError) local_error = NULL;
  SignetHttpResponse *response = signet_http_send (http, request, cancellable, &local_error);

  if (response != NULL)
    return response;
  if (g_error_matches (local_error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_propagate_error (error, g_steal_pointer (&local_error));
  else
    g_set_error (error, SIGNET_EVIDENCE_ERROR, code_of (local_error), "%s%s", prefix_of (local_error), local_error->message);
  return NULL;
}

static gboolean
is_offline (SignetHttp *http, GError **error)
{
  if (http != NULL && !signet_http_is_offline (http))
    return FALSE;
  g_set_error_literal (error, SIGNET_EVIDENCE_ERROR, SIGNET_EVIDENCE_ERROR_UNREACHABLE, "offline");
  return TRUE;
}

/* @accepted: a status that is fine beside 200, 0: none */
static SignetHttpResponse *
exchange (SignetHttp *http, const SignetHttpRequest *request, guint accepted, GCancellable *cancellable, GError **error)
{
  g_autoptr (SignetHttpResponse) response = NULL;

  if (is_offline (http, error))
    return NULL;
  response = send_question (http, request, cancellable, error);
  if (response == NULL || (response->status == 200 && response->body != NULL) || (accepted != 0 && response->status == accepted))
    return g_steal_pointer (&response);
  g_set_error (error, SIGNET_EVIDENCE_ERROR,
               response->status >= 400 && response->status < 500 ? SIGNET_EVIDENCE_ERROR_REFUSED : SIGNET_EVIDENCE_ERROR_UNREACHABLE,
               "the server answered with HTTP status %u", response->status);
  return NULL;
}

GBytes *
_signet_evidence_post (SignetHttp *http, const char *url, GBytes *question, const char *content_type, GCancellable *cancellable,
                       GError **error)
{
  return _signet_evidence_post_as (http, url, question, content_type, NULL, cancellable, error);
}

GBytes *
_signet_evidence_post_as (SignetHttp *http, const char *url, GBytes *question, const char *content_type, const SignetEvidenceLogin *login,
                          GCancellable *cancellable, GError **error)
{
  SignetHttpRequest request = {
    .method = "POST", .url = url, .body = question, .content_type = content_type,
    .max_size = SIGNET_EVIDENCE_MAX_ANSWER, .deadline = choose_deadline (DEADLINE),
    .user = login != NULL ? login->user : NULL, .password = login != NULL ? login->password : NULL,
  };
  g_autoptr (SignetHttpResponse) response = NULL;

  if (login != NULL && login->client != NULL)
    {
      request.client_certificate = signet_timestamp_client_get_x509 (login->client);
      request.client_chain = signet_timestamp_client_get_chain (login->client);
      request.client_signer = signet_timestamp_client_get_signer (login->client);
    }
  response = exchange (http, &request, 0, cancellable, error);
  return response != NULL ? g_bytes_ref (response->body) : NULL;
}

/* Who it was that gave no answer: a person can ask there, and needs the name for that. */
void
_signet_evidence_prefix_server (GError **error, const char *url)
{
  g_autoptr (GUri) uri = g_uri_parse (url, G_URI_FLAGS_NONE, NULL);
  const char *host = uri != NULL ? g_uri_get_host (uri) : NULL;

  if (host == NULL || g_error_matches (*error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (g_uri_get_port (uri) > 0)
    g_prefix_error (error, "%s:%d: ", host, g_uri_get_port (uri));
  else
    g_prefix_error (error, "%s: ", host);
}

/* What a certificate names is asked of the host it names: a server that sends us on to another host is not followed. */
static char **
hosts_of (const char *url)
{
  g_autoptr (GUri) uri = g_uri_parse (url, G_URI_FLAGS_NONE, NULL);
  const char *host = uri != NULL ? g_uri_get_host (uri) : NULL;
  g_autoptr (GStrvBuilder) hosts = g_strv_builder_new ();
  g_autofree char *literal = NULL;
  g_autofree char *with_port = NULL;

  if (host == NULL)
    return g_strv_builder_end (hosts);
  literal = strchr (host, ':') != NULL ? g_strdup_printf ("[%s]", host) : g_strdup (host);
  with_port = g_uri_get_port (uri) > 0 ? g_strdup_printf ("%s:%d", literal, g_uri_get_port (uri)) : g_strdup (literal);
  g_strv_builder_add (hosts, with_port);
  g_strv_builder_add (hosts, literal);
  return g_strv_builder_end (hosts);
}

SignetHttpResponse *
_signet_evidence_get (SignetHttp *http, const char *url, gsize max_size, const char *known, GCancellable *cancellable, GError **error)
{
  g_auto (GStrv) hosts = hosts_of (url);
  const char *headers[] = { "If-None-Match", known, NULL };
  SignetHttpRequest request = {
    .url = url, .headers = known != NULL ? headers : NULL, .allowed_hosts = (const char *const *) hosts,
    .max_size = max_size, .deadline = choose_deadline (max_size > SIGNET_EVIDENCE_MAX_ANSWER ? LIST_DEADLINE : DEADLINE),
  };

  return exchange (http, &request, known != NULL ? 304 : 0, cancellable, error);
}
