/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-enrolment-hand.c: an answer that came by hand. Nobody needs to say which request it is for: the key in it does, also when the
 * request is old, was given up or has expired, as long as it was carried by hand. What the file holds is then taken apart by the plugin.
 * Blocking, for worker threads.
 */
#define G_LOG_DOMAIN "signet-enrolment-hand"

#include "config.h"

#include "signet-enrolment-private.h"

#include <string.h>

#include "../base/signet-base-error.h"

#define MAX_ANSWER (1024 * 1024)
#define FIELD      "answer"       /* as plugins/pkcs10 calls it */
#define DAY        86400

/* Web forms show a certificate as base64 and nothing around it. (transfer full) (nullable) */
static GBytes *
decode_bare (GBytes *content)
{
  gsize length;
  const char *data = g_bytes_get_data (content, &length);
  g_autofree char *text = length > 0 ? g_strndup (data, length) : NULL;
  guint8 *der = NULL;
  gsize size = 0;

  if (text == NULL || strlen (text) != length || strspn (text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/= \t\r\n") != length)
    return NULL;
  der = g_base64_decode (text, &size);
  return g_bytes_new_take (der, size);
}

static GPtrArray *
read_certificates (GBytes *content, GError **error)
{
  g_autoptr (GError) local = NULL;
  GPtrArray *certificates = signet_certificate_parse_many (content, &local);
  g_autoptr (GBytes) bare = certificates == NULL ? decode_bare (content) : NULL;

  if (certificates == NULL && bare != NULL)
    certificates = signet_certificate_parse_many (bare, NULL);
  if (certificates == NULL)
    g_propagate_error (error, g_steal_pointer (&local));
  return certificates;
}

static gboolean
has_key (GPtrArray *certificates, const char *key)
{
  for (guint i = 0; i < certificates->len; i++)
    if (key != NULL && g_strcmp0 (signet_certificate_get_key_sha256 (certificates->pdata[i]), key) == 0)
      return TRUE;
  return FALSE;
}

/* Newest first: what is not over comes before what is. (transfer none) (nullable) */
static SignetRequest *
choose (GPtrArray *requests, GPtrArray *certificates)
{
  SignetRequest *over = NULL;

  for (guint i = 0; i < requests->len; i++)
    {
      SignetRequest *request = requests->pdata[i];

      if (request->hand_file == NULL || !has_key (certificates, request->key_sha256))
        continue;
      if (!_signet_request_state_is_final (request->state))
        return request;
      if (over == NULL)
        over = request;
    }
  return over;
}

static gboolean
is_installed (SignetRequest *request)
{
  return request->state == SIGNET_REQUEST_CONFIRMED || request->state == SIGNET_REQUEST_INSTALLED ||
         request->state == SIGNET_REQUEST_CHECKED || request->state == SIGNET_REQUEST_ISSUED;
}

/* It waits again, for what it now has. */
static gboolean
reopen (SignetEnrolment *self, SignetRequest *request, GError **error)
{
  SignetEnrolmentRun run = { .enrolment = self, .request = request };
  gint64 soonest = signet_clock_now (self->clock) + DAY;

  if (request->state == SIGNET_REQUEST_WAITING && (request->expires == SIGNET_TIME_UNKNOWN || request->expires > soonest))
    return TRUE;
  _signet_request_set_certificate (request, NULL);
  g_clear_pointer (&request->error, g_free);
  request->next_poll = SIGNET_TIME_UNKNOWN;
  request->expires = MAX (request->expires, soonest);
  return _signet_enrolment_run_enter (&run, SIGNET_REQUEST_WAITING, error);
}

/**
 * signet_enrolment_answer:
 * @content: the file of the authority, at most 1 MiB: PEM, DER, PKCS#7, base64
 * @name: what the file is called, without its folder
 *
 * Finds the request carried by hand that @content answers, by its key, and puts the answer there; signet_enrolment_run() goes on with it.
 *
 * Returns: (transfer full): the request; %NULL with %SIGNET_ENROLMENT_ERROR_NOT_FOUND when no request here has such a key, STATE when its
 *   certificate is there already, %SIGNET_BASE_ERROR_TOO_LARGE, or %SIGNET_CERTIFICATE_ERROR when there is no certificate in it
 */
SignetRequest *
signet_enrolment_answer (SignetEnrolment *self, GBytes *content, const char *name, GError **error)
{
  g_autoptr (GPtrArray) certificates = NULL;
  g_autoptr (GPtrArray) requests = NULL;
  SignetRequest *request;

  g_return_val_if_fail (SIGNET_IS_ENROLMENT (self), NULL);

  if (g_bytes_get_size (content) > MAX_ANSWER)
    {
      g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_TOO_LARGE, "an answer of an authority has 1 MiB at most");
      return NULL;
    }
  if ((certificates = read_certificates (content, error)) == NULL || (requests = signet_enrolment_list (self, error)) == NULL)
    return NULL;
  request = choose (requests, certificates);
  if (request == NULL)
    g_set_error_literal (error, SIGNET_ENROLMENT_ERROR, SIGNET_ENROLMENT_ERROR_NOT_FOUND,
                         "no request that was carried by hand has the key of this certificate");
  else if (is_installed (request))
    g_set_error (error, SIGNET_ENROLMENT_ERROR, SIGNET_ENROLMENT_ERROR_STATE, "request %" G_GINT64_FORMAT " has its certificate already: it is %s",
                 request->id, signet_request_state_get_id (request->state));
  else if (_signet_request_file_attach (self, request, FIELD, name, content, error) && reopen (self, request, error))
    return g_object_ref (request);
  return NULL;
}
