/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-evidence-http.c: a question by POST and its answer as bytes, and what both protocols need around it.
 *
 * Knows nothing of what is asked. Blocking, for worker threads.
 */
#define G_LOG_DOMAIN "signet-evidence-http"

#include "config.h"

#include <openssl/err.h>
#include <openssl/rand.h>

#include "signet-evidence-private.h"

#include "../base/signet-base-error.h"

#define DEADLINE 15 /* seconds: a person is waiting */

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

gboolean
_signet_evidence_random (guint8 *data, gsize length, GError **error)
{
  if (RAND_bytes (data, length) == 1)
    return TRUE;
  return signet_base_error_set_openssl (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_FAILED, "making a nonce");
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
    g_set_error_literal (error, SIGNET_EVIDENCE_ERROR, SIGNET_EVIDENCE_ERROR_UNREACHABLE, local_error->message);
  return NULL;
}

GBytes *
_signet_evidence_post (SignetHttp *http, const char *url, GBytes *question, const char *content_type, GCancellable *cancellable,
                       GError **error)
{
  SignetHttpRequest request = {
    .method = "POST", .url = url, .body = question, .content_type = content_type,
    .max_size = SIGNET_EVIDENCE_MAX_ANSWER, .deadline = DEADLINE,
  };
  g_autoptr(SignetHttpResponse) response = NULL;

  if (http == NULL || signet_http_is_offline (http))
    {
      g_set_error_literal (error, SIGNET_EVIDENCE_ERROR, SIGNET_EVIDENCE_ERROR_UNREACHABLE, "offline");
      return NULL;
    }
  response = send_question (http, &request, cancellable, error);
  if (response == NULL)
    return NULL;
  if (response->status == 200 && response->body != NULL)
    return g_bytes_ref (response->body);
  g_set_error (error, SIGNET_EVIDENCE_ERROR,
               response->status >= 400 && response->status < 500 ? SIGNET_EVIDENCE_ERROR_REFUSED : SIGNET_EVIDENCE_ERROR_UNREACHABLE,
               "the server answered with HTTP status %u", response->status);
  return NULL;
}
