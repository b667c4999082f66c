/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-validation-gather.c: asks ahead what the judgement will want to know of others: for all signatures of a file at the same time,
 * so that the whole takes as long as the slowest answer and not as long as all together.
 *
 * Judges nothing: it goes the ways the judgement will probably go and leaves the answers in the session. Where it guessed wrong, the
 * judgement asks itself. Threads of its own, all ended when it returns.
 */
#define G_LOG_DOMAIN "signet-validation-gather"

#include "config.h"

#include "signet-validation-embedded.h"
#include "signet-validation-private.h"

/* One certificate whose path is wanted. */
typedef struct
{
  SignetEvidencePathQuestion question;
  SignetCertificate *leaf;           /* (owned) */
  GPtrArray *own;                    /* (owned): certificates that came with it */
  GPtrArray *untrusted;              /* (owned) */
  SignetDocumentEvidence *evidence;  /* (nullable): borrowed from the signature */
  const SignetCertificatePath *path; /* (nullable): borrowed from the session */
} Way;

static void
way_free (gpointer data)
{
  Way *way = data;

  g_object_unref (way->leaf);
  g_ptr_array_unref (way->untrusted);
  g_ptr_array_unref (way->own);
  g_free (way);
}

static void
add_way (const SignetValidationContext *context, GPtrArray *ways, SignetDocumentSignature *signature, SignetCertificate *leaf, GPtrArray *own,
         SignetPathPurpose purpose, gint64 time)
{
  Way *way = g_new0 (Way, 1);

  way->leaf = g_object_ref (leaf);
  way->own = g_ptr_array_ref (own);
  way->evidence = signet_document_signature_get_evidence (signature);
  way->untrusted = _signet_validation_collect_untrusted (context, own, way->evidence);
  way->question = (SignetEvidencePathQuestion){ leaf, way->untrusted, context->options->anchors, purpose, time };
  g_ptr_array_add (ways, way);
}

/* Returns: the time that what it covers will probably be judged at */
static gint64
add_timestamp (const SignetValidationContext *context, GPtrArray *ways, SignetDocumentSignature *signature, const SignetDocumentStamp *stamp,
               gint64 time)
{
  g_autoptr(GBytes) nothing = g_bytes_new_static ("", 0);
  g_autoptr(SignetTimestamp) timestamp =
    signet_evidence_parse_timestamp (stamp->token, stamp->stamped != NULL ? stamp->stamped : nothing, NULL);

  if (timestamp == NULL || timestamp->tsa == NULL || !timestamp->signature_ok || !(stamp->stamped != NULL ? timestamp->imprint_ok : stamp->fits))
    return time;
  add_way (context, ways, signature, timestamp->tsa, timestamp->certificates, SIGNET_PATH_PURPOSE_TSA, time);
  return MIN (time, timestamp->time);
}

/* Newest first; returns the time the signature will probably be judged at. */
static gint64
add_stamps (const SignetValidationContext *context, GPtrArray *ways, SignetDocumentSignature *signature)
{
  GPtrArray *stamps = signet_document_signature_get_stamps (signature);
  gint64 time = context->at;

  for (guint i = stamps->len; i-- > 0;)
    time = add_timestamp (context, ways, signature, g_ptr_array_index (stamps, i), time);
  return time;
}

static void
add_signature (const SignetValidationContext *context, GPtrArray *ways, SignetDocumentSignature *signature)
{
  SignetCertificate *signer = signet_document_signature_get_signer (signature);
  gboolean is_timestamp = g_strcmp0 (signet_document_signature_get_kind (signature), "document-timestamp") == 0;
  gint64 time = is_timestamp ? context->at : add_stamps (context, ways, signature);

  if (signer != NULL)
    add_way (context, ways, signature, signer, signet_document_signature_get_certificates (signature),
             is_timestamp ? SIGNET_PATH_PURPOSE_TSA : SIGNET_PATH_PURPOSE_ANY, time);
}

static void
find_one (gpointer item, gpointer data)
{
  Way *way = item;
  const SignetValidationContext *context = data;

  way->path = signet_evidence_session_find_path (context->evidence, &way->question, context->cancellable, NULL);
}

/* Only to guess by: what is proved the judgement finds out. */
static gint64
guess_proved (guint64 position, gpointer data)
{
  const Way *way = data;

  return way->question.time;
}

/* What the file carries about it is enough. */
static void
spare (const SignetValidationContext *context, Way *way)
{
  GPtrArray *path = way->path->certificates;

  for (guint i = 0; way->path->found && way->evidence != NULL && i + 1 < path->len; i++)
    {
      SignetEmbeddedQuestion question = { g_ptr_array_index (path, i), g_ptr_array_index (path, i + 1), way->question.time,
                                          MAX (context->now, context->at) };
      g_autoptr(SignetRevocationStatus) status = signet_embedded_find_revocation (way->evidence, &question, guess_proved, way);

      if (status != NULL && status->this_update >= question.time)
        signet_evidence_session_spare (context->evidence, question.certificate);
    }
}

static void
ask (const SignetValidationContext *context, GPtrArray *ways)
{
  g_autoptr(GPtrArray) paths = g_ptr_array_new ();

  for (guint i = 0; i < ways->len; i++)
    {
      Way *way = g_ptr_array_index (ways, i);

      if (way->path == NULL)
        continue;
      spare (context, way);
      g_ptr_array_add (paths, (gpointer) way->path);
    }
  signet_evidence_session_ask_all (context->evidence, paths, context->cancellable);
}

void
_signet_validation_gather (const SignetValidationContext *context, GPtrArray *signatures)
{
  g_autoptr(GPtrArray) ways = g_ptr_array_new_with_free_func (way_free);

  if (context->options->http == NULL || signet_http_is_offline (context->options->http))
    return;
  for (guint i = 0; i < signatures->len; i++)
    add_signature (context, ways, g_ptr_array_index (signatures, i));
  signet_evidence_in_parallel (ways, find_one, (gpointer) context);
  ask (context, ways);
}
