/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-extension-evidence.c: what proves a signature later: its path, the paths of its time-stamps, and for each certificate on them but the
 * last what its authority says about it. All is asked at the same time; what the pre-flight asked is not asked again, and what the file
 * carries already is enough.
 *
 * Judges no trust: a path may end at any self-issued certificate that is known or came along. Any thread.
 */
#define G_LOG_DOMAIN "signet-extension-evidence"

#include "config.h"

#include "../validation/signet-validation-embedded.h"
#include "signet-extension-private.h"

/* One certificate that will have to be believed later. */
typedef struct {
  SignetEvidencePathQuestion   question;
  SignetCertificate           *leaf;      /* (owned) */
  GPtrArray                   *untrusted; /* (owned) (element-type SignetCertificate): owned too, they outlive what they came in */
  GPtrArray                   *ends;      /* (owned) */
  SignetDocumentEvidence      *evidence;  /* (nullable): borrowed */
  const SignetCertificatePath *path;      /* (nullable): of the session */
} Way;

static void
way_free (gpointer data)
{
  Way *way = data;

  g_object_unref (way->leaf);
  g_ptr_array_unref (way->untrusted);
  g_ptr_array_unref (way->ends);
  g_free (way);
}

static void
add_all (GPtrArray *into, GPtrArray *from)
{
  for (guint i = 0; from != NULL && i < from->len; i++)
    g_ptr_array_add (into, g_object_ref (g_ptr_array_index (from, i)));
}

static void
collect_ends (Way *way, GPtrArray *chain)
{
  for (guint i = 0; i < chain->len; i++)
    if (signet_certificate_is_self_issued (g_ptr_array_index (chain, i)))
      g_ptr_array_add (way->ends, g_object_ref (g_ptr_array_index (chain, i)));
}

/* @time: when it is to be believed: now, or if it is over by now, when it was used */
static void
add_way (const SignetExtensionWish *wish, GPtrArray *ways, SignetCertificate *leaf, GPtrArray *own, SignetDocumentEvidence *evidence,
         SignetPathPurpose purpose, gint64 used)
{
  Way *way = g_new0 (Way, 1);

  way->leaf = g_object_ref (leaf);
  way->evidence = evidence;
  way->untrusted = g_ptr_array_new_with_free_func (g_object_unref);
  add_all (way->untrusted, own);
  add_all (way->untrusted, wish->chain);
  if (evidence != NULL)
    add_all (way->untrusted, signet_document_evidence_get_certificates (evidence));
  way->ends = g_ptr_array_new_with_free_func (g_object_unref);
  collect_ends (way, way->untrusted);
  way->question = (SignetEvidencePathQuestion){ leaf, way->untrusted, way->ends, purpose,
                                                signet_certificate_is_valid_at (leaf, wish->now) ? wish->now : used };
  g_ptr_array_add (ways, way);
}

/* Returns: when it was made */
static gint64
add_token (const SignetExtensionWish *wish, GPtrArray *ways, GBytes *token, SignetDocumentEvidence *evidence)
{
  g_autoptr (GBytes) nothing = g_bytes_new_static ("", 0);
  g_autoptr (SignetTimestamp) timestamp = signet_evidence_parse_timestamp (token, nothing, NULL);

  if (timestamp == NULL || timestamp->tsa == NULL)
    return wish->now;
  add_way (wish, ways, timestamp->tsa, timestamp->certificates, evidence, SIGNET_PATH_PURPOSE_TSA, timestamp->time);
  return timestamp->time;
}

static void
add_signature (const SignetExtensionWish *wish, GPtrArray *ways, SignetDocumentSignature *signature)
{
  SignetDocumentEvidence *evidence = signet_document_signature_get_evidence (signature);
  GPtrArray *stamps = signet_document_signature_get_stamps (signature);
  SignetCertificate *signer = signet_document_signature_get_signer (signature);
  gint64 used = wish->now;

  if (g_str_equal (signet_document_signature_get_kind (signature), "document-timestamp"))
    {
      add_token (wish, ways, signet_document_signature_get_timestamp (signature), evidence);
      return;
    }
  for (guint i = stamps->len; i-- > 0;)
    used = MIN (used, add_token (wish, ways, ((SignetDocumentStamp *) g_ptr_array_index (stamps, i))->token, evidence));
  if (signer != NULL)
    add_way (wish, ways, signer, signet_document_signature_get_certificates (signature), evidence, SIGNET_PATH_PURPOSE_ANY, used);
}

/* --- asking ---------------------------------------------------------------------------------------------------------------------- */

static void
find_one (gpointer item, gpointer data)
{
  Way *way = item;
  const SignetExtensionWish *wish = data;

  way->path = signet_evidence_session_find_path (wish->session, &way->question, wish->cancellable, NULL);
}

static gint64
exists_now (guint64 position, gpointer data)
{
  const SignetExtensionWish *wish = data;

  return wish->now;
}

/* (transfer full) (nullable): what the file carries and what tells about the time in question */
static SignetRevocationStatus *
look_inside (const SignetExtensionWish *wish, const Way *way, guint index, gboolean made_later)
{
  GPtrArray *path = way->path->certificates;
  SignetEmbeddedQuestion question = { g_ptr_array_index (path, index), g_ptr_array_index (path, index + 1), way->question.time, wish->now };
  SignetRevocationStatus *status =
    way->evidence != NULL ? signet_embedded_find_revocation (way->evidence, &question, exists_now, (gpointer) wish) : NULL;

  if (status == NULL || !made_later || status->this_update >= question.time)
    return status;
  signet_revocation_status_free (status);
  return NULL;
}

static gboolean
is_way_provable (const SignetExtensionWish *wish, const Way *way)
{
  for (guint i = 0; way->path != NULL && way->path->found && i + 1 < way->path->certificates->len; i++)
    {
      SignetCertificate *certificate = g_ptr_array_index (way->path->certificates, i);
      g_autoptr (SignetRevocationStatus) status = look_inside (wish, way, i, FALSE);

      if (status == NULL && signet_evidence_names_source (certificate))
        return FALSE;
    }
  return way->path == NULL || way->path->found;
}

/* Whether the file carries what says that the time-stamp's authority was good when it stamped. */
gboolean
_signet_extension_is_provable (const SignetExtensionWish *wish, GBytes *token, SignetDocumentEvidence *evidence)
{
  g_autoptr (GPtrArray) ways = g_ptr_array_new_with_free_func (way_free);
  gint64 time = add_token (wish, ways, token, evidence);
  Way *way = ways->len > 0 ? g_ptr_array_index (ways, 0) : NULL;

  if (way == NULL)
    return TRUE;
  way->question.time = time;
  find_one (way, (gpointer) wish);
  return is_way_provable (wish, way);
}

static void
spare_known (const SignetExtensionWish *wish, const Way *way)
{
  for (guint i = 0; way->path->found && i + 1 < way->path->certificates->len; i++)
    {
      g_autoptr (SignetRevocationStatus) status = look_inside (wish, way, i, TRUE);

      if (status != NULL)
        signet_evidence_session_spare (wish->session, g_ptr_array_index (way->path->certificates, i));
    }
}

static void
ask_ways (const SignetExtensionWish *wish, GPtrArray *ways)
{
  g_autoptr (GPtrArray) paths = g_ptr_array_new ();

  signet_evidence_in_parallel (ways, find_one, (gpointer) wish);
  for (guint i = 0; i < ways->len; i++)
    {
      const Way *way = g_ptr_array_index (ways, i);

      if (way->path == NULL)
        continue;
      spare_known (wish, way);
      g_ptr_array_add (paths, (gpointer) way->path);
    }
  signet_evidence_session_ask_all (wish->session, paths, wish->cancellable);
}

/* Servers that will be asked for a time-stamp: who signs for them is known from the last time. */
static void
add_servers (const SignetExtensionWish *wish, GPtrArray *ways)
{
  g_autoptr (SignetCertificate) tsa = NULL;
  g_autoptr (GPtrArray) own = signet_timestamp_servers_get_n (wish->servers) > 0
                                ? _signet_extension_recall_authority (wish, signet_timestamp_servers_get_url (wish->servers, 0), &tsa) : NULL;

  if (own != NULL)
    add_way (wish, ways, tsa, own, NULL, SIGNET_PATH_PURPOSE_TSA, wish->now);
}

void
_signet_extension_ask_ahead (const SignetExtensionWish *wish, GPtrArray *signatures, SignetCertificate *signer, GPtrArray *own)
{
  g_autoptr (GPtrArray) ways = g_ptr_array_new_with_free_func (way_free);

  for (guint i = 0; signatures != NULL && i < signatures->len; i++)
    add_signature (wish, ways, g_ptr_array_index (signatures, i));
  if (signer != NULL)
    add_way (wish, ways, signer, own, NULL, SIGNET_PATH_PURPOSE_ANY, wish->now);
  add_servers (wish, ways);
  ask_ways (wish, ways);
}

/* --- collecting -------------------------------------------------------------------------------------------------------------------- */

/* One signature's evidence while it is put together. */
typedef struct {
  const SignetExtensionWish *wish;
  SignetDocumentSignature   *signature;
  SignetExtensionOutcome    *outcome;
  SignetDocumentEvidence    *evidence;
  gboolean                   complete;
} Collection;

static void
miss (Collection *self, const char *code, SignetCertificate *about, const GError *error)
{
  self->complete = FALSE;
  _signet_extension_add_problem (self->outcome, code, signet_document_signature_get_id (self->signature), signet_certificate_get_holder (about), error);
}

static void
take_status (Collection *self, const Way *way, SignetCertificate *certificate, const SignetRevocationStatus *status)
{
  gboolean is_ocsp = status->kind == SIGNET_EVIDENCE_OCSP;

  if (status->status == SIGNET_REVOCATION_REVOKED && (status->revoked_at == SIGNET_TIME_UNKNOWN || status->revoked_at <= way->question.time))
    miss (self, "revoked", certificate, NULL);
  else if (status->status == SIGNET_REVOCATION_UNKNOWN || status->response == NULL)
    miss (self, "revocation-unreachable", certificate, NULL);
  else
    signet_document_evidence_add (self->evidence, is_ocsp ? SIGNET_PIECE_OCSP : SIGNET_PIECE_CRL, status->response, 0);
}

static SignetRevocationStatus *
find_status (Collection *self, const Way *way, guint index, GError **error)
{
  SignetRevocationStatus *status = look_inside (self->wish, way, index, TRUE);
  g_autoptr (GError) problem = NULL;

  if (status == NULL)
    status = signet_evidence_session_find_revocation (self->wish->session, g_ptr_array_index (way->path->certificates, index),
                                                      g_ptr_array_index (way->path->certificates, index + 1), self->wish->cancellable, &problem);
  if (status == NULL)
    status = look_inside (self->wish, way, index, FALSE);
  if (status == NULL)
    g_propagate_error (error, g_steal_pointer (&problem));
  return status;
}

/* Whom the issuer named to answer may be revoked too, unless his certificate says that this is not to be asked (RFC 6960, 4.2.2.2.1). */
static void
take_responder (Collection *self, const SignetRevocationStatus *status, SignetCertificate *issuer)
{
  g_autoptr (SignetCertificate) responder = NULL;
  g_autoptr (SignetRevocationStatus) about = NULL;

  if (status->kind != SIGNET_EVIDENCE_OCSP || status->response == NULL)
    return;
  responder = signet_evidence_dup_responder (status->response, issuer, self->wish->now);
  if (responder == NULL)
    return;
  signet_document_evidence_add (self->evidence, SIGNET_PIECE_CERTIFICATE, signet_certificate_get_der (responder), 0);
  about = signet_evidence_session_find_revocation (self->wish->session, responder, issuer, self->wish->cancellable, NULL);
  if (about != NULL && about->response != NULL)
    signet_document_evidence_add (self->evidence, about->kind == SIGNET_EVIDENCE_OCSP ? SIGNET_PIECE_OCSP : SIGNET_PIECE_CRL, about->response, 0);
}

static void
take_revocation (Collection *self, const Way *way, guint index)
{
  SignetCertificate *certificate = g_ptr_array_index (way->path->certificates, index);
  g_autoptr (GError) error = NULL;
  g_autoptr (SignetRevocationStatus) status = find_status (self, way, index, &error);

  if (status != NULL)
    {
      take_status (self, way, certificate, status);
      take_responder (self, status, g_ptr_array_index (way->path->certificates, index + 1));
    }
  else if (g_error_matches (error, SIGNET_EVIDENCE_ERROR, SIGNET_EVIDENCE_ERROR_OFFLINE))
    miss (self, "revocation-offline", certificate, error);
  else if (!g_error_matches (error, SIGNET_EVIDENCE_ERROR, SIGNET_EVIDENCE_ERROR_NO_SOURCE))
    miss (self, "revocation-unreachable", certificate, error);
}

static void
take_way (Collection *self, const Way *way)
{
  if (way->path == NULL || !way->path->found)
    {
      g_autoptr (GError) error = g_error_new_literal (SIGNET_EVIDENCE_ERROR, SIGNET_EVIDENCE_ERROR_UNREACHABLE,
                                                      way->path != NULL && way->path->detail != NULL ? way->path->detail
                                                      : way->path != NULL                            ? way->path->reason
                                                                                                     : "cancelled");

      miss (self, "no-path", way->leaf, error);
      return;
    }
  for (guint i = 0; i < way->path->certificates->len; i++)
    signet_document_evidence_add (self->evidence, SIGNET_PIECE_CERTIFICATE, signet_certificate_get_der (g_ptr_array_index (way->path->certificates, i)), 0);
  for (guint i = 0; i + 1 < way->path->certificates->len; i++)
    take_revocation (self, way, i);
}

/* (transfer full) (nullable): not complete */
static SignetDocumentEvidence *
collect_ways (const SignetExtensionWish *wish, GPtrArray *ways, SignetDocumentSignature *signature, SignetExtensionOutcome *outcome)
{
  g_autoptr (SignetDocumentEvidence) evidence = signet_document_evidence_new ();
  Collection self = { wish, signature, outcome, evidence, TRUE };

  ask_ways (wish, ways);
  for (guint i = 0; i < ways->len; i++)
    take_way (&self, g_ptr_array_index (ways, i));
  return self.complete ? g_steal_pointer (&evidence) : NULL;
}

SignetDocumentEvidence *
_signet_extension_collect (const SignetExtensionWish *wish, SignetDocumentSignature *signature, SignetExtensionOutcome *outcome, GError **error)
{
  g_autoptr (GPtrArray) ways = g_ptr_array_new_with_free_func (way_free);
  g_autoptr (SignetDocumentEvidence) evidence = NULL;

  add_signature (wish, ways, signature);
  evidence = collect_ways (wish, ways, signature, outcome);
  return g_cancellable_set_error_if_cancelled (wish->cancellable, error) ? NULL : g_steal_pointer (&evidence);
}

SignetDocumentEvidence *
_signet_extension_collect_for_token (const SignetExtensionWish *wish, GBytes *token, SignetDocumentSignature *signature,
                                     SignetExtensionOutcome *outcome)
{
  g_autoptr (GPtrArray) ways = g_ptr_array_new_with_free_func (way_free);

  add_token (wish, ways, token, signet_document_signature_get_evidence (signature));
  return collect_ways (wish, ways, signature, outcome);
}
