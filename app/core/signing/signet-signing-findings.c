/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-signing-findings.c: what was found out about the certificate of an act: its path and whether it is revoked. Several acts
 * with one certificate share it, so that a batch asks the authority once and not once for each document. Any thread: what was
 * handed out stays valid as long as the findings.
 */
#define G_LOG_DOMAIN "signet-signing-findings"

#include "config.h"

#include "signet-signing-private.h"

#define FRESH 300 /* seconds an answer about revocation serves for the act itself, and a path for the certificate */

struct _SignetSigningFindings
{
  gatomicrefcount references;
  GMutex lock;
  GPtrArray *paths; /* (element-type SignetCertificatePath): the last one is the newest */
  gint64 path_time;
  GPtrArray *answers; /* (element-type SignetSigningAnswer): likewise */
};

static void
answer_free (SignetSigningAnswer *answer)
{
  g_clear_pointer (&answer->status, signet_revocation_status_free);
  g_free (answer->problem);
  g_free (answer);
}

SignetSigningFindings *
_signet_signing_findings_new (void)
{
  SignetSigningFindings *self = g_new0 (SignetSigningFindings, 1);

  g_atomic_ref_count_init (&self->references);
  g_mutex_init (&self->lock);
  self->paths = g_ptr_array_new_with_free_func ((GDestroyNotify) signet_certificate_path_free);
  self->answers = g_ptr_array_new_with_free_func ((GDestroyNotify) answer_free);
  return self;
}

SignetSigningFindings *
_signet_signing_findings_ref (SignetSigningFindings *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
_signet_signing_findings_unref (SignetSigningFindings *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  g_ptr_array_unref (self->paths);
  g_ptr_array_unref (self->answers);
  g_mutex_clear (&self->lock);
  g_free (self);
}

static gboolean
is_fresh (gint64 then, gint64 now)
{
  return now >= then && now - then < FRESH;
}

static gpointer
last_of (GPtrArray *array)
{
  return array->len > 0 ? g_ptr_array_index (array, array->len - 1) : NULL;
}

/* --- the path -------------------------------------------------------------------------------------------------------------- */

/* Self-issued certificates among those known are where a path may end; whom to trust is for validation to say. */
static SignetCertificatePath *
build_path (SignetSigning *signing, gint64 now)
{
  g_autoptr (GPtrArray) ends = g_ptr_array_new ();

  for (guint i = 0; i < signing->chain->len; i++)
    {
      SignetCertificate *certificate = g_ptr_array_index (signing->chain, i);

      if (signet_certificate_is_self_issued (certificate))
        g_ptr_array_add (ends, certificate);
    }
  return signet_certificate_path_build (signing->certificate, signing->chain, ends, SIGNET_PATH_PURPOSE_ANY, now);
}

const SignetCertificatePath *
_signet_signing_get_path (SignetSigning *signing)
{
  SignetSigningFindings *self = signing->findings;
  gint64 now = _signet_signing_now (signing);
  const SignetCertificatePath *path = NULL;

  g_mutex_lock (&self->lock);
  if (self->paths->len == 0 || !is_fresh (self->path_time, now))
    {
      g_ptr_array_add (self->paths, build_path (signing, now));
      self->path_time = now;
    }
  path = last_of (self->paths);
  g_mutex_unlock (&self->lock);
  return path;
}

/* --- revocation ------------------------------------------------------------------------------------------------------------- */

static gboolean
has_ocsp_address (SignetCertificate *certificate)
{
  g_auto (GStrv) urls = signet_certificate_dup_urls (certificate, "ocsp");

  return urls != NULL && urls[0] != NULL;
}

const char *
_signet_signing_why_not_ask (SignetSigning *signing, const SignetCertificatePath *path)
{
  if (signing->http == NULL || signet_http_is_offline (signing->http))
    return "offline";
  if (!has_ocsp_address (signing->certificate))
    return "no-address";
  return path->certificates == NULL || path->certificates->len < 2 ? "issuer-unknown" : NULL;
}

/* %NULL only when cancelled: a server that does not answer is a finding. */
static SignetSigningAnswer *
ask (SignetSigning *signing, const SignetCertificatePath *path, GCancellable *cancellable, GError **error)
{
  const char *why = _signet_signing_why_not_ask (signing, path);
  g_autoptr (GError) problem = NULL;
  SignetRevocationStatus *status = NULL;
  gint64 now = _signet_signing_now (signing);
  SignetSigningAnswer *answer;

  if (why == NULL)
    status = signet_evidence_fetch_ocsp (signing->http, signing->certificate, g_ptr_array_index (path->certificates, 1), now,
                                         cancellable, &problem);
  if (g_error_matches (problem, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_propagate_error (error, g_steal_pointer (&problem));
      return NULL;
    }
  answer = g_new0 (SignetSigningAnswer, 1);
  answer->status = status;
  answer->asked = now;
  answer->problem = g_strdup (problem != NULL ? problem->message : why);
  return answer;
}

/* Who comes while another act asks waits for its answer. */
const SignetSigningAnswer *
_signet_signing_get_revocation (SignetSigning *signing,
                                const SignetCertificatePath *path,
                                GCancellable *cancellable,
                                GError **error)
{
  SignetSigningFindings *self = signing->findings;
  SignetSigningAnswer *answer = NULL;

  g_mutex_lock (&self->lock);
  answer = last_of (self->answers);
  if (answer == NULL || !is_fresh (answer->asked, _signet_signing_now (signing)))
    {
      answer = ask (signing, path, cancellable, error);
      if (answer != NULL)
        g_ptr_array_add (self->answers, answer);
    }
  g_mutex_unlock (&self->lock);
  return answer;
}

/* --- sharing ---------------------------------------------------------------------------------------------------------------- */

static gboolean
same_chain (SignetSigning *a, SignetSigning *b)
{
  if (a->chain->len != b->chain->len)
    return FALSE;
  for (guint i = 0; i < a->chain->len; i++)
    if (g_ptr_array_index (a->chain, i) != g_ptr_array_index (b->chain, i))
      return FALSE;
  return TRUE;
}

/**
 * signet_signing_share_findings:
 * @with: an act that is set up already
 *
 * From now on what one of them finds out about its certificate the other need not ask again. Only when both would ask the same:
 * same certificate, same known authorities, same network; else nothing happens.
 */
void
signet_signing_share_findings (SignetSigning *self, SignetSigning *with)
{
  g_return_if_fail (SIGNET_IS_SIGNING (self) && SIGNET_IS_SIGNING (with));

  if (self == with || self->certificate == NULL || with->certificate == NULL || self->http != with->http ||
      !signet_certificate_equal (self->certificate, with->certificate) || !same_chain (self, with))
    return;
  g_clear_pointer (&self->findings, _signet_signing_findings_unref);
  self->findings = _signet_signing_findings_ref (with->findings);
}
