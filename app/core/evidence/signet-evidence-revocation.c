/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-evidence-revocation.c: who is asked whether a certificate is revoked, in which order.
 *
 * Given by hand → OCSP → CRL → what was kept from an earlier time and is still valid. What is kept and young serves without asking.
 * Nothing kept serves a second longer than its own nextUpdate allows: it is judged anew each time, as if it had come just now. Not
 * here: whether an answer may be believed (signet-evidence-ocsp.c, signet-evidence-crl.c). Any thread.
 */
#define G_LOG_DOMAIN "signet-evidence-revocation"

#include "config.h"

#include <openssl/x509v3.h>
#include <string.h>

#include "signet-evidence-crl-private.h"
#include "signet-evidence-session-private.h"

#define OCSP_FRESH 300            /* seconds an OCSP answer serves without asking again */
#define CRL_FRESH  3600           /* the same of a list, which is made less often */
#define DAY        (24 * 60 * 60)
#define OCSP_MOST  (7 * DAY)      /* kept at most */
#define CRL_MOST   (30 * DAY)
#define MAX_LISTS  3              /* servers asked for one list */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AUTHORITY_INFO_ACCESS, AUTHORITY_INFO_ACCESS_free)

/* One certificate in question. */
typedef struct
{
  SignetEvidenceSession *session;
  SignetCertificate *certificate, *issuer; /* borrowed */
  GCancellable *cancellable;               /* (nullable) */
  const char *list;                        /* (nullable): address of the list that is being asked for */
  GString *problems;                       /* what was tried and did not serve */
  GError *last;                            /* (nullable) */
  SignetRevocationStatus *kept;            /* (nullable): valid still, but somebody newer should be asked first */
} Inquiry;

static void
inquiry_clear (Inquiry *inquiry)
{
  g_string_free (inquiry->problems, TRUE);
  g_clear_error (&inquiry->last);
  signet_revocation_status_free (inquiry->kept);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Inquiry, inquiry_clear)

static gint64
now_of (const Inquiry *inquiry)
{
  return inquiry->session->sources.now;
}

/* That nobody may be asked is said when nothing else is to be said. */
static void
add_problem (Inquiry *inquiry, const char *whom, GError *problem)
{
  gboolean is_offline = g_error_matches (problem, SIGNET_EVIDENCE_ERROR, SIGNET_EVIDENCE_ERROR_OFFLINE);

  if (is_offline && inquiry->last != NULL)
    {
      g_error_free (problem);
      return;
    }
  if (inquiry->list != NULL)
    _signet_evidence_prefix_server (&problem, inquiry->list);
  if (!is_offline)
    g_string_append_printf (inquiry->problems, "%s%s: %s", inquiry->problems->len > 0 ? "; " : "", whom, problem->message);
  g_clear_error (&inquiry->last);
  inquiry->last = problem;
}

static gboolean
is_cancelled (const Inquiry *inquiry)
{
  return g_error_matches (inquiry->last, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static SignetRevocationStatus *
tell_origin (SignetRevocationStatus *status, SignetEvidenceOrigin origin, gint64 fetched_at)
{
  status->origin = origin;
  status->fetched_at = fetched_at;
  return status;
}

/* Of two that may both be believed, the one that knows more. */
static void
remember (Inquiry *inquiry, SignetRevocationStatus *status)
{
  if (inquiry->kept != NULL && inquiry->kept->this_update >= status->this_update)
    {
      signet_revocation_status_free (status);
      return;
    }
  signet_revocation_status_free (inquiry->kept);
  inquiry->kept = status;
}

/* What is kept ends when it says itself; without a word of its own, as soon as it would no longer be believed; never later than @most. */
static gint64
end_of (const SignetRevocationStatus *status, gint64 now, gint64 most)
{
  gint64 end = status->next_update != SIGNET_TIME_UNKNOWN ? status->next_update : status->this_update + DAY;

  return MIN (end, now + most);
}

/* --- does anybody know? ------------------------------------------------------------------------------------------------------ */

/* Also a source that cannot be asked here (LDAP) is one: its silence is no good news. */
gboolean
signet_evidence_names_source (SignetCertificate *certificate)
{
  X509 *x509 = signet_certificate_get_x509 (certificate);
  int critical = -1;
  g_autoptr (AUTHORITY_INFO_ACCESS) access = x509 != NULL ? X509_get_ext_d2i (x509, NID_info_access, &critical, NULL) : NULL;

  if (x509 == NULL)
    return FALSE;
  if (X509_get_ext_by_NID (x509, NID_crl_distribution_points, -1) >= 0 || (access == NULL && critical != -1))
    return TRUE;
  for (int i = 0; i < sk_ACCESS_DESCRIPTION_num (access); i++)
    if (OBJ_obj2nid (sk_ACCESS_DESCRIPTION_value (access, i)->method) == NID_ad_OCSP)
      return TRUE;
  return FALSE;
}

/* --- by hand ----------------------------------------------------------------------------------------------------------------- */

static SignetRevocationStatus *
look_by_hand (Inquiry *inquiry)
{
  const SignetEvidenceSources *sources = &inquiry->session->sources;

  for (guint i = 0; sources->crls != NULL && i < sources->crls->len; i++)
    {
      GBytes *crl = g_ptr_array_index (sources->crls, i);
      GError *problem = NULL;
      SignetRevocationStatus *status;

      if (!_signet_evidence_crl_names (crl, inquiry->issuer))
        continue;
      status = signet_evidence_check_crl (crl, inquiry->certificate, inquiry->issuer, sources->now, sources->at, &problem);
      if (status != NULL)
        return tell_origin (status, SIGNET_EVIDENCE_BY_HAND, SIGNET_TIME_UNKNOWN);
      add_problem (inquiry, "list given by hand", problem);
    }
  return NULL;
}

/* --- OCSP -------------------------------------------------------------------------------------------------------------------- */

static char *
ocsp_key (const Inquiry *inquiry)
{
  return g_strconcat ("ocsp ", signet_certificate_get_sha256 (inquiry->certificate), " ", signet_certificate_get_sha256 (inquiry->issuer), NULL);
}

/* @young: (out): whether asking again would be asking too often */
static SignetRevocationStatus *
look_at_kept_ocsp (Inquiry *inquiry, const char *key, gboolean *young)
{
  SignetEvidenceCache *cache = inquiry->session->sources.cache;
  g_autoptr (SignetEvidenceCached) cached = cache != NULL ? signet_evidence_cache_get (cache, key, now_of (inquiry)) : NULL;
  SignetRevocationStatus *status;

  *young = FALSE;
  if (cached == NULL)
    return NULL;
  status = signet_evidence_check_ocsp (cached->data, inquiry->certificate, inquiry->issuer, now_of (inquiry), NULL, NULL);
  if (status == NULL)
    {
      signet_evidence_cache_remove (cache, key);
      return NULL;
    }
  *young = now_of (inquiry) >= cached->fetched_at && now_of (inquiry) < cached->fetched_at + OCSP_FRESH;
  return tell_origin (status, SIGNET_EVIDENCE_FROM_CACHE, cached->fetched_at);
}

static void
keep_ocsp (const Inquiry *inquiry, const char *key, const SignetRevocationStatus *status)
{
  SignetEvidenceCached cached = { .data = status->response, .fetched_at = now_of (inquiry),
                                  .expires = end_of (status, now_of (inquiry), OCSP_MOST) };

  if (inquiry->session->sources.cache != NULL && status->status != SIGNET_REVOCATION_UNKNOWN)
    signet_evidence_cache_put (inquiry->session->sources.cache, key, &cached);
}

static SignetRevocationStatus *
fetch_ocsp (Inquiry *inquiry, const char *key)
{
  GError *problem = NULL;
  SignetRevocationStatus *status = signet_evidence_fetch_ocsp (inquiry->session->sources.http, inquiry->certificate, inquiry->issuer,
                                                               now_of (inquiry), inquiry->cancellable, &problem);

  if (status == NULL)
    {
      add_problem (inquiry, "OCSP", problem);
      return NULL;
    }
  keep_ocsp (inquiry, key, status);
  return tell_origin (status, SIGNET_EVIDENCE_FROM_SERVER, now_of (inquiry));
}

static SignetRevocationStatus *
ask_ocsp (Inquiry *inquiry)
{
  g_auto (GStrv) urls = signet_certificate_dup_urls (inquiry->certificate, "ocsp");
  g_autofree char *key = ocsp_key (inquiry);
  gboolean young = FALSE;
  SignetRevocationStatus *status;

  if (urls[0] == NULL)
    return NULL;
  status = look_at_kept_ocsp (inquiry, key, &young);
  if (young)
    return status;
  if (status != NULL)
    remember (inquiry, status);
  return _signet_evidence_session_is_offline (inquiry->session) ? NULL : fetch_ocsp (inquiry, key);
}

/* --- lists ------------------------------------------------------------------------------------------------------------------- */

/* What is bound to be signed may come in another dress than the standard wants. */
static GBytes *
to_der (GBytes *data)
{
  g_autoptr (GPtrArray) crls = signet_evidence_parse_crls (data, NULL);

  return g_bytes_ref (crls != NULL && crls->len == 1 ? g_ptr_array_index (crls, 0) : data);
}

static SignetRevocationStatus *
check_list (Inquiry *inquiry, const SignetEvidenceCached *what, SignetEvidenceOrigin origin, GError **error)
{
  g_autoptr (GBytes) der = to_der (what->data);
  SignetRevocationStatus *status =
    signet_evidence_check_crl (der, inquiry->certificate, inquiry->issuer, now_of (inquiry), now_of (inquiry), error);

  return status != NULL ? tell_origin (status, origin, what->fetched_at) : NULL;
}

/* A server that gives an older list than it gave before is not followed back. */
static SignetRevocationStatus *
take_fetched (Inquiry *inquiry, const char *key, SignetEvidenceDownload *what, SignetRevocationStatus *kept)
{
  GError *problem = NULL;
  SignetRevocationStatus *status = check_list (inquiry, what->fetched, SIGNET_EVIDENCE_FROM_SERVER, &problem);

  if (status == NULL)
    {
      add_problem (inquiry, "CRL", problem);
      return kept;
    }
  if (kept != NULL && kept->this_update > status->this_update)
    {
      signet_revocation_status_free (status);
      return kept;
    }
  _signet_evidence_session_keep (inquiry->session, key, what, end_of (status, now_of (inquiry), CRL_MOST));
  signet_revocation_status_free (kept);
  return status;
}

static SignetEvidenceDownload *
download (Inquiry *inquiry, const char *key, const char *url, gint64 fresh)
{
  GError *problem = NULL;
  SignetEvidenceDownload *download = _signet_evidence_session_download (inquiry->session, key, url, SIGNET_CRL_MAX_SIZE, fresh,
                                                                        inquiry->cancellable, &problem);

  if (download == NULL)
    add_problem (inquiry, "CRL", problem);
  return download;
}

/* What is kept and cannot be believed (somebody else wrote it, or it is about others) is as good as nothing. */
static SignetEvidenceDownload *
download_usable (Inquiry *inquiry, const char *key, const char *url, SignetRevocationStatus **kept)
{
  SignetEvidenceDownload *first = download (inquiry, key, url, CRL_FRESH);

  *kept = first != NULL && first->kept != NULL ? check_list (inquiry, first->kept, SIGNET_EVIDENCE_FROM_CACHE, NULL) : NULL;
  if (first == NULL || first->kept == NULL || *kept != NULL)
    return first;
  return download (inquiry, key, url, SIGNET_EVIDENCE_NOT_KEPT);
}

static SignetRevocationStatus *
ask_list (Inquiry *inquiry, const char *url)
{
  g_autofree char *key = g_strconcat ("crl ", signet_certificate_get_key_sha256 (inquiry->issuer), " ", url, NULL);
  SignetRevocationStatus *kept = NULL;
  SignetEvidenceDownload *what = NULL;

  inquiry->list = url;
  what = download_usable (inquiry, key, url, &kept);
  if (what == NULL)
    return NULL;
  if (what->fetched != NULL)
    return take_fetched (inquiry, key, what, kept);
  if (what->problem == NULL && kept != NULL)
    return kept; /* young enough */
  if (what->problem != NULL)
    add_problem (inquiry, "CRL", g_error_copy (what->problem));
  if (kept != NULL)
    remember (inquiry, kept);
  return NULL;
}

static SignetRevocationStatus *
ask_lists (Inquiry *inquiry)
{
  g_auto (GStrv) urls = signet_certificate_dup_urls (inquiry->certificate, "crl");
  SignetRevocationStatus *status = NULL;

  for (guint i = 0; urls[i] != NULL && i < MAX_LISTS && status == NULL && !is_cancelled (inquiry); i++)
    status = ask_list (inquiry, urls[i]);
  return status;
}

/* --- together ---------------------------------------------------------------------------------------------------------------- */

/* An OCSP server that does not know the certificate has answered; a list may know more (RFC 6960, 2.2). */
static SignetRevocationStatus *
ask_servers (Inquiry *inquiry)
{
  SignetRevocationStatus *ocsp = ask_ocsp (inquiry);
  SignetRevocationStatus *list;

  if ((ocsp != NULL && ocsp->status != SIGNET_REVOCATION_UNKNOWN) || is_cancelled (inquiry))
    return ocsp;
  if (ocsp != NULL)
    g_string_append_printf (inquiry->problems, "OCSP: %s does not know the certificate", ocsp->responder);
  list = ask_lists (inquiry);
  if (list == NULL)
    return ocsp;
  signet_revocation_status_free (ocsp);
  return list;
}

static void
set_nothing (Inquiry *inquiry, GError **error)
{
  if (inquiry->last != NULL && is_cancelled (inquiry))
    g_propagate_error (error, g_steal_pointer (&inquiry->last));
  else if (inquiry->last != NULL && !g_error_matches (inquiry->last, SIGNET_EVIDENCE_ERROR, SIGNET_EVIDENCE_ERROR_OFFLINE))
    g_set_error_literal (error, inquiry->last->domain, inquiry->last->code, inquiry->problems->str);
  else if (_signet_evidence_session_is_offline (inquiry->session))
    g_set_error_literal (error, SIGNET_EVIDENCE_ERROR, SIGNET_EVIDENCE_ERROR_OFFLINE, "offline, and nothing is kept that would tell");
  else
    g_set_error_literal (error, SIGNET_EVIDENCE_ERROR, SIGNET_EVIDENCE_ERROR_INVALID,
                         "the certificate names only servers that are not asked here (neither http nor https)");
}

SignetRevocationStatus *
_signet_evidence_find_revocation (SignetEvidenceSession *self, SignetCertificate *certificate, SignetCertificate *issuer,
                                  GCancellable *cancellable, GError **error)
{
  g_auto (Inquiry) inquiry = { .session = self, .certificate = certificate, .issuer = issuer, .cancellable = cancellable,
                               .problems = g_string_new (NULL) };
  SignetRevocationStatus *status = look_by_hand (&inquiry);

  if (status == NULL && inquiry.last == NULL && !signet_evidence_names_source (certificate))
    {
      g_set_error_literal (error, SIGNET_EVIDENCE_ERROR, SIGNET_EVIDENCE_ERROR_NO_SOURCE, "the certificate names nobody who would know");
      return NULL;
    }
  if (status == NULL)
    status = ask_servers (&inquiry);
  if (status == NULL && !is_cancelled (&inquiry))
    status = g_steal_pointer (&inquiry.kept);
  if (status == NULL)
    set_nothing (&inquiry, error);
  else if (inquiry.problems->len > 0)
    status->instead = g_strdup (inquiry.problems->str);
  return status;
}

/* --- the value ---------------------------------------------------------------------------------------------------------------- */

SignetRevocationStatus *
signet_revocation_status_copy (const SignetRevocationStatus *status)
{
  SignetRevocationStatus *copy = g_memdup2 (status, sizeof *status);

  copy->responder = g_strdup (status->responder);
  copy->instead = g_strdup (status->instead);
  copy->response = status->response != NULL ? g_bytes_ref (status->response) : NULL;
  return copy;
}

void
signet_revocation_status_free (SignetRevocationStatus *status)
{
  if (status == NULL)
    return;
  g_free (status->responder);
  g_free (status->instead);
  g_clear_pointer (&status->response, g_bytes_unref);
  g_free (status);
}
