/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-cms-extension.c: CAdES at levels T, LT and LTA (EN 319 122-1, 6): time-stamps among the unsigned attributes of their signature,
 * evidence beside the certificates. What is there keeps its bytes. Neither judges nor fetches. One thread at a time.
 */
#define G_LOG_DOMAIN "signet-cms-extension"

#include "config.h"

#include "signet-cms-archive-private.h"
#include "signet-document-extension-private.h"

struct _SignetCmsExtension {
  SignetDocumentExtension parent_instance;

  guint    index;      /* of the signature a time-stamp is made for */
  gboolean archive;
  GBytes  *hash_index; /* (nullable) */
};

#define SIGNET_TYPE_CMS_EXTENSION (_signet_cms_extension_get_type ())
G_DECLARE_FINAL_TYPE (SignetCmsExtension, _signet_cms_extension, SIGNET, CMS_EXTENSION, SignetDocumentExtension)
G_DEFINE_FINAL_TYPE (SignetCmsExtension, _signet_cms_extension, SIGNET_TYPE_DOCUMENT_EXTENSION)

static SignetCmsParts *
open_parts (SignetDocumentExtension *base, GError **error)
{
  g_autoptr(SignetDocumentFile) file = _signet_document_extension_open_file (base, error);
  g_autoptr(GBytes) der = file != NULL ? _signet_cms_load (file, error) : NULL;

  return der != NULL ? _signet_cms_parts_new (der, error) : NULL;
}

static gboolean
replace (SignetDocumentExtension *base, SignetCmsParts *parts, GError **error)
{
  g_autoptr(GBytes) content = _signet_cms_parts_encode (parts);

  return _signet_document_extension_replace (base, content, error);
}

/* What the content callback needs. */
typedef struct {
  SignetDocumentExtension *base;
  const SignetCmsParts    *parts;
  GCancellable            *cancellable;
} Content;

static GBytes *
digest_content (SignetDigest digest, gpointer data, GError **error)
{
  const Content *content = data;
  SignetDocumentFile *detached = _signet_document_extension_get_detached (content->base);
  guint8 value[EVP_MAX_MD_SIZE];
  unsigned length = 0;

  if (content->parts->content == NULL)
    return detached != NULL ? signet_document_file_digest (detached, digest, 0, signet_document_file_get_size (detached), content->cancellable, error)
                            : NULL;
  return EVP_Digest (g_bytes_get_data (content->parts->content, NULL), g_bytes_get_size (content->parts->content), value, &length,
                     signet_digest_get_md (digest), NULL) == 1 ? g_bytes_new (value, length) : NULL;
}

/* What a signature time-stamp covers: the octets of the signature value (5.3) */
static GBytes *
digest_value (const SignetCmsParts *parts, guint index, SignetDigest digest, GError **error)
{
  SignetCmsCursor fields;
  SignetCmsCursor attributes;
  SignetCmsElement element = { 0 };
  guint8 value[EVP_MAX_MD_SIZE];
  unsigned length = 0;
  gboolean ok = index < parts->signer_infos->len
                && _signet_cms_split_signer_info (g_ptr_array_index (parts->signer_infos, index), &fields, &attributes);

  while (ok && fields.left > 0)
    ok = _signet_cms_take (&fields, &element);
  if (ok && element.tag == SIGNET_CMS_OCTETS
      && EVP_Digest (element.inside.at, element.inside.left, value, &length, signet_digest_get_md (digest), NULL) == 1)
    return g_bytes_new (value, length);
  g_set_error_literal (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_MALFORMED, "the signature cannot be taken apart");
  return NULL;
}

static GBytes *
prepare_timestamp (SignetDocumentExtension *base, const SignetExtensionStamp *stamp, GCancellable *cancellable, GError **error)
{
  SignetCmsExtension *self = SIGNET_CMS_EXTENSION (base);
  g_autoptr(SignetCmsParts) parts = open_parts (base, error);
  Content content = { base, parts, cancellable };
  guint64 number = 0;

  g_clear_pointer (&self->hash_index, g_bytes_unref);
  if (parts == NULL)
    return NULL;
  if (!g_ascii_string_to_unsigned (stamp->id, 10, 1, G_MAXUINT16, &number, error))
    return NULL;
  self->index = (guint) number - 1;
  self->archive = stamp->archive;
  if (!stamp->archive)
    return digest_value (parts, self->index, stamp->digest, error);
  return _signet_cms_archive_digest (parts, self->index, stamp->digest, digest_content, &content, &self->hash_index, error);
}

static gboolean
add_timestamp (SignetDocumentExtension *base, GBytes *token, GCancellable *cancellable, GError **error)
{
  SignetCmsExtension *self = SIGNET_CMS_EXTENSION (base);
  g_autoptr(SignetCmsParts) parts = open_parts (base, error);
  g_autoptr(GBytes) finished = NULL;

  if (parts == NULL)
    return FALSE;
  finished = self->archive ? _signet_cms_archive_finish_token (token, self->hash_index, error) : g_bytes_ref (token);
  return finished != NULL && _signet_cms_archive_add_attribute (parts, self->index, self->archive, finished, error) && replace (base, parts, error);
}

static gboolean
add_evidence (SignetDocumentExtension *base, const char *id, SignetDocumentEvidence *evidence, GCancellable *cancellable, GError **error)
{
  g_autoptr(SignetCmsParts) parts = open_parts (base, error);

  return parts != NULL && _signet_cms_archive_add_evidence (parts, evidence, error) && replace (base, parts, error);
}

static void
_signet_cms_extension_finalize (GObject *object)
{
  g_clear_pointer (&SIGNET_CMS_EXTENSION (object)->hash_index, g_bytes_unref);
  G_OBJECT_CLASS (_signet_cms_extension_parent_class)->finalize (object);
}

static void
_signet_cms_extension_class_init (SignetCmsExtensionClass *klass)
{
  SignetDocumentExtensionClass *extension_class = SIGNET_DOCUMENT_EXTENSION_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = _signet_cms_extension_finalize;
  extension_class->prepare_timestamp = prepare_timestamp;
  extension_class->add_timestamp = add_timestamp;
  extension_class->add_evidence = add_evidence;
}

static void
_signet_cms_extension_init (SignetCmsExtension *self)
{
}
