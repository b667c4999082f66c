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
  GPtrArray *ways; /* (element-type Way): the last one is the newest */
  GPtrArray *answers; /* (element-type SignetSigningAnswer): likewise */
};

/* A path, and the session that found it and answers about it. */
typedef struct
{
  SignetEvidenceSession *session;
  const SignetCertificatePath *path; /* of the session */
  gint64 time;
} Way;

static void
way_free (Way *way)
{
  signet_evidence_session_free (way->session);
  g_free (way);
}

static void
answer_free (SignetSigningAnswer *answer)
{
  g_clear_pointer (&answer->status, signet_revocation_status_free);
  g_free (answer->problem);
  g_free (answer->revoked_authority);
  g_free (answer);
}

SignetSigningFindings *
_signet_signing_findings_new (void)
{
  SignetSigningFindings *self = g_new0 (SignetSigningFindings, 1);

  g_atomic_ref_count_init (&self->references);
  g_mutex_init (&self->lock);
  self->ways = g_ptr_array_new_with_free_func ((GDestroyNotify) way_free);
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
  g_ptr_array_unref (self->ways);
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

/* Self-issued certificates among those known are where a path may end; whom to trust is for validation to say. What is fetched ends none. */
static GPtrArray *
collect_ends (SignetSigning *signing)
{
  GPtrArray *ends = g_ptr_array_new ();

  for (guint i = 0; i < signing->chain->len; i++)
    {
      SignetCertificate *certificate = g_ptr_array_index (signing->chain, i);

      if (signet_certificate_is_self_issued (certificate))
        g_ptr_array_add (ends, certificate);
    }
  return ends;
}

/* %NULL only when cancelled */
static Way *
find_way (SignetSigning *signing, gint64 now, GCancellable *cancellable, GError **error)
{
  SignetEvidenceSources sources = { signing->http, signing->cache, NULL, now, now };
  g_autoptr (GPtrArray) ends = collect_ends (signing);
  SignetEvidencePathQuestion question = { signing->certificate, signing->chain, ends, SIGNET_PATH_PURPOSE_ANY, now };
  Way *way = g_new0 (Way, 1);

  way->session = signet_evidence_session_new (&sources);
  way->time = now;
  way->path = signet_evidence_session_find_path (way->session, &question, cancellable, error);
  if (way->path != NULL)
    return way;
  way_free (way);
  return NULL;
}

/* Called with the lock held. */
static Way *
ensure_way (SignetSigning *signing, GCancellable *cancellable, GError **error)
{
  SignetSigningFindings *self = signing->findings;
  gint64 now = _signet_signing_now (signing);
  Way *way = last_of (self->ways);

  if (way != NULL && is_fresh (way->time, now))
    return way;
  way = find_way (signing, now, cancellable, error);
  if (way != NULL)
    g_ptr_array_add (self->ways, way);
  return way;
}

const SignetCertificatePath *
_signet_signing_get_path (SignetSigning *signing, GCancellable *cancellable, GError **error)
{
  SignetSigningFindings *self = signing->findings;
  Way *way;

  g_mutex_lock (&self->lock);
  way = ensure_way (signing, cancellable, error);
  g_mutex_unlock (&self->lock);
  return way != NULL ? way->path : NULL;
}

/* The one that answers about the path: what it was asked it is not asked again. %NULL only when cancelled */
SignetEvidenceSession *
_signet_signing_get_session (SignetSigning *signing, GCancellable *cancellable, GError **error)
{
  SignetSigningFindings *self = signing->findings;
  Way *way;

  g_mutex_lock (&self->lock);
  way = ensure_way (signing, cancellable, error);
  g_mutex_unlock (&self->lock);
  return way != NULL ? way->session : NULL;
}

/* --- revocation ------------------------------------------------------------------------------------------------------------- */

/* Why nobody is asked, as a code; %NULL: somebody was, or has been. */
static const char *
why_not_asked (const GError *problem)
{
  if (g_error_matches (problem, SIGNET_EVIDENCE_ERROR, SIGNET_EVIDENCE_ERROR_NO_SOURCE))
    return "no-address";
  return g_error_matches (problem, SIGNET_EVIDENCE_ERROR, SIGNET_EVIDENCE_ERROR_OFFLINE) ? "offline" : NULL;
}

/* An authority that is revoked takes its certificates with it. What is not known about one is for validation to say. */
static char *
find_revoked_authority (const Way *way, GCancellable *cancellable)
{
  GPtrArray *path = way->path->certificates;

  for (guint i = 1; way->path->found && i + 1 < path->len; i++)
    {
      SignetCertificate *authority = g_ptr_array_index (path, i);
      g_autoptr (SignetRevocationStatus) status =
        signet_evidence_session_find_revocation (way->session, authority, g_ptr_array_index (path, i + 1), cancellable, NULL);

      if (status != NULL && status->status == SIGNET_REVOCATION_REVOKED)
        return g_strdup (signet_certificate_get_holder (authority));
    }
  return NULL;
}

static void
ask_way (SignetSigning *signing, const Way *way, SignetSigningAnswer *answer, GCancellable *cancellable, GError **problem)
{
  g_autoptr (GPtrArray) paths = g_ptr_array_new ();

  g_ptr_array_add (paths, (gpointer) way->path);
  signet_evidence_session_ask_all (way->session, paths, cancellable);
  answer->status = signet_evidence_session_find_revocation (way->session, signing->certificate, g_ptr_array_index (way->path->certificates, 1),
                                                            cancellable, problem);
  answer->revoked_authority = find_revoked_authority (way, cancellable);
}

/* %NULL only when cancelled: a server that does not answer is a finding. */
static SignetSigningAnswer *
ask (SignetSigning *signing, const Way *way, GCancellable *cancellable, GError **error)
{
  SignetSigningAnswer *answer = g_new0 (SignetSigningAnswer, 1);
  g_autoptr (GError) problem = NULL;

  answer->asked = _signet_signing_now (signing);
  if (way->path->certificates->len < 2)
    answer->why_not_asked = "issuer-unknown";
  else
    ask_way (signing, way, answer, cancellable, &problem);
  if (g_error_matches (problem, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_propagate_error (error, g_steal_pointer (&problem));
      answer_free (answer);
      return NULL;
    }
  if (problem != NULL)
    answer->why_not_asked = why_not_asked (problem);
  answer->problem = g_strdup (answer->why_not_asked != NULL ? answer->why_not_asked : problem != NULL ? problem->message : NULL);
  return answer;
}

/* Who comes while another act asks waits for its answer. */
const SignetSigningAnswer *
_signet_signing_get_revocation (SignetSigning *signing, GCancellable *cancellable, GError **error)
{
  SignetSigningFindings *self = signing->findings;
  SignetSigningAnswer *answer = NULL;

  g_mutex_lock (&self->lock);
  answer = last_of (self->answers);
  if (answer == NULL || !is_fresh (answer->asked, _signet_signing_now (signing)))
    {
      Way *way = ensure_way (signing, cancellable, error);

      answer = way != NULL ? ask (signing, way, cancellable, error) : NULL;
      if (answer != NULL)
        g_ptr_array_add (self->answers, answer);
    }
  g_mutex_unlock (&self->lock);
  return answer;
}

/* What was found out last, without asking. (nullable) */
const SignetSigningAnswer *
_signet_signing_read_revocation (SignetSigning *signing)
{
  const SignetSigningAnswer *answer;

  g_mutex_lock (&signing->findings->lock);
  answer = last_of (signing->findings->answers);
  g_mutex_unlock (&signing->findings->lock);
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

  if (self == with || self->certificate == NULL || with->certificate == NULL || self->http != with->http || self->cache != with->cache ||
      !signet_certificate_equal (self->certificate, with->certificate) || !same_chain (self, with))
    return;
  g_clear_pointer (&self->findings, _signet_signing_findings_unref);
  self->findings = _signet_signing_findings_ref (with->findings);
}
