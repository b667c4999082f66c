/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-document-find-cms.c: the signatures of a CMS file, detached (CAdES beside its data, hashed in constant memory) or attached
 * (held in memory, so capped).
 */
#define G_LOG_DOMAIN "signet-document-find-cms"

#include "config.h"

#include "signet-cms-archive-private.h"
#include "signet-cms-counter-private.h"
#include "signet-cms-parts-private.h"
#include "signet-cms-reader-private.h"

/* (nullable) without @error: there is no data, or the digest is unknown */
static GBytes *
digest_content (SignetDigest digest, GBytes *inside, SignetDocumentFile *detached, GCancellable *cancellable, GError **error)
{
  const EVP_MD *md = signet_digest_get_md (digest);
  guint8 value[EVP_MAX_MD_SIZE];
  unsigned length = 0;

  if (md == NULL)
    return NULL;
  if (inside == NULL)
    return detached == NULL ? NULL
                            : signet_document_file_digest (detached, digest, 0, signet_document_file_get_size (detached), cancellable, error);
  if (EVP_Digest (g_bytes_get_data (inside, NULL), g_bytes_get_size (inside), value, &length, md, NULL) != 1)
    return NULL;
  return g_bytes_new (value, length);
}

static SignetDocumentSignature *
judge (SignetCmsReader *reader, guint index, GBytes *inside, SignetDocumentFile *detached, GHashTable *digests,
       GCancellable *cancellable, GError **error)
{
  g_autofree char *id = g_strdup_printf ("%u", index + 1);
  g_autoptr(SignetDocumentSignature) signature = _signet_document_signature_new (id);
  SignetDigest digest = _signet_cms_reader_get_digest (reader, index);
  GBytes *content_digest = g_hash_table_lookup (digests, GUINT_TO_POINTER (digest));

  if (content_digest == NULL)
    {
      g_autoptr(GError) local_error = NULL;

      content_digest = digest_content (digest, inside, detached, cancellable, &local_error);
      if (local_error != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return NULL;
        }
      if (content_digest != NULL)
        g_hash_table_insert (digests, GUINT_TO_POINTER (digest), content_digest);
    }
  signature->format = "cades";
  signature->coverage = SIGNET_COVERAGE_WHOLE;
  _signet_cms_reader_judge (reader, index, SIGNET_CMS_RULES_CADES, content_digest, signature);
  return g_steal_pointer (&signature);
}

/* What the content callback needs. */
typedef struct {
  GBytes             *inside;   /* (nullable) */
  SignetDocumentFile *detached; /* (nullable) */
  GCancellable       *cancellable;
} Content;

static GBytes *
digest_again (SignetDigest digest, gpointer data, GError **error)
{
  const Content *content = data;

  return digest_content (digest, content->inside, content->detached, content->cancellable, error);
}

GPtrArray *
_signet_document_find_cms_signatures (SignetDocumentFile *file, SignetDocumentFile *detached, GCancellable *cancellable, GError **error)
{
  g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr(GHashTable) digests = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) g_bytes_unref);
  g_autoptr(SignetCmsReader) reader = NULL;
  g_autoptr(SignetCmsParts) parts = NULL;
  g_autoptr(GBytes) inside = NULL;
  Content content;
  g_autoptr(GBytes) der = _signet_cms_load (file, error);

  if (der == NULL)
    return NULL;
  reader = _signet_cms_reader_new (der, NULL, error);
  if (reader == NULL)
    return NULL;

  inside = _signet_cms_reader_dup_content (reader);
  parts = _signet_cms_parts_new (der, NULL);
  content = (Content){ inside, detached, cancellable };
  for (guint i = 0; i < _signet_cms_reader_get_n_signers (reader); i++)
    {
      SignetDocumentSignature *signature = judge (reader, i, inside, detached, digests, cancellable, error);

      if (signature == NULL)
        return NULL;
      /* content inside and data beside it: which one would be meant? */
      if (inside != NULL && detached != NULL)
        _signet_document_signature_set_broken (signature, "content-twice");
      g_ptr_array_add (found, signature);
      if (parts != NULL && !_signet_cms_archive_attach (parts, i, digest_again, &content, signature, error))
        return NULL;
      _signet_cms_find_counters (reader, i, signature, found);
    }
  return g_steal_pointer (&found);
}
