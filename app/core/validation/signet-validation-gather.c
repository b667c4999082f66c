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

#include "signet-validation-private.h"

/* One certificate whose path is wanted. */
typedef struct
{
  SignetEvidencePathQuestion question;
  SignetCertificate *leaf;           /* (owned) */
  GPtrArray *own;                    /* (owned): certificates that came with it */
  GPtrArray *untrusted;              /* (owned) */
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
add_way (const SignetValidationContext *context, GPtrArray *ways, SignetCertificate *leaf, GPtrArray *own, SignetPathPurpose purpose,
         gint64 time)
{
  Way *way = g_new0 (Way, 1);

  way->leaf = g_object_ref (leaf);
  way->own = g_ptr_array_ref (own);
  way->untrusted = _signet_validation_collect_untrusted (context, own);
  way->question = (SignetEvidencePathQuestion){ leaf, way->untrusted, context->options->anchors, purpose, time };
  g_ptr_array_add (ways, way);
}

/* Returns: the time the signature will probably be judged at */
static gint64
add_timestamp (const SignetValidationContext *context, GPtrArray *ways, SignetDocumentSignature *signature)
{
  GBytes *token = signet_document_signature_get_timestamp (signature);
  g_autoptr(GBytes) nothing = g_bytes_new_static ("", 0);
  GBytes *value = signet_document_signature_get_value (signature);
  g_autoptr(SignetTimestamp) timestamp =
    token != NULL ? signet_evidence_parse_timestamp (token, value != NULL ? value : nothing, NULL) : NULL;

  if (timestamp == NULL || timestamp->tsa == NULL || !timestamp->imprint_ok || !timestamp->signature_ok)
    return context->at;
  add_way (context, ways, timestamp->tsa, timestamp->certificates, SIGNET_PATH_PURPOSE_TSA, context->at);
  return timestamp->time;
}

static void
add_signature (const SignetValidationContext *context, GPtrArray *ways, SignetDocumentSignature *signature)
{
  SignetCertificate *signer = signet_document_signature_get_signer (signature);
  gboolean is_timestamp = g_strcmp0 (signet_document_signature_get_kind (signature), "document-timestamp") == 0;
  gint64 time = is_timestamp ? context->at : add_timestamp (context, ways, signature);

  if (signer != NULL)
    add_way (context, ways, signer, signet_document_signature_get_certificates (signature),
             is_timestamp ? SIGNET_PATH_PURPOSE_TSA : SIGNET_PATH_PURPOSE_ANY, time);
}

static void
find_one (gpointer item, gpointer data)
{
  Way *way = item;
  const SignetValidationContext *context = data;

  way->path = signet_evidence_session_find_path (context->evidence, &way->question, context->cancellable, NULL);
}

static void
ask (const SignetValidationContext *context, GPtrArray *ways)
{
  g_autoptr(GPtrArray) paths = g_ptr_array_new ();

  for (guint i = 0; i < ways->len; i++)
    {
      const Way *way = g_ptr_array_index (ways, i);

      if (way->path != NULL)
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
