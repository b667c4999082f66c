/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-document-find-xml.c: the signatures of an XML file: inside the document, around it, or beside a file that is hashed in constant
 * memory. The XML itself is held in memory, so capped.
 */
#define G_LOG_DOMAIN "signet-document-find-xml"

#include "config.h"

#include "signet-xades-reader-private.h"

typedef struct {
  SignetDocumentFile *file;                           /* (nullable) */
  char               *name;                           /* (nullable): what the signatures call it */
  GBytes             *digests[SIGNET_DIGEST_SM3 + 1]; /* (nullable): of it */
} Beside;

static void
beside_clear (Beside *beside)
{
  for (gsize i = 0; i < G_N_ELEMENTS (beside->digests); i++)
    g_clear_pointer (&beside->digests[i], g_bytes_unref);
  g_clear_pointer (&beside->name, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Beside, beside_clear)

/* Files are renamed, and the digest decides. But one file is not two, and the name tells which one it is when there are several. */
static gboolean
is_meant (Beside *beside, const char *name)
{
  g_autofree char *called = g_path_get_basename (name);
  g_autofree char *file_name = g_filename_display_basename (signet_document_file_get_path (beside->file));

  if (beside->name == NULL || g_str_equal (called, file_name))
    {
      g_free (beside->name);
      beside->name = g_strdup (name);
    }
  return g_str_equal (beside->name, name);
}

static GBytes *
resolve (const char *name, SignetDigest digest, gpointer data, GCancellable *cancellable, GError **error)
{
  Beside *beside = data;

  if (beside->file == NULL || !is_meant (beside, name))
    return NULL;
  if (beside->digests[digest] == NULL)
    beside->digests[digest] = signet_document_file_digest (beside->file, digest, 0, signet_document_file_get_size (beside->file), cancellable, error);
  return beside->digests[digest] != NULL ? g_bytes_ref (beside->digests[digest]) : NULL;
}

#define WINDOW (256 * 1024)

/* For archive time-stamps: they cover the bytes themselves. */
static gboolean
feed (const char *name, EVP_MD_CTX *context, gpointer data, GCancellable *cancellable, GError **error)
{
  Beside *beside = data;
  g_autofree guint8 *window = g_malloc (WINDOW);
  guint64 left = 0;
  guint64 offset = 0;

  if (beside->file == NULL || !is_meant (beside, name))
    return FALSE;
  for (left = signet_document_file_get_size (beside->file); left > 0; offset += MIN (left, WINDOW), left -= MIN (left, WINDOW))
    if (g_cancellable_set_error_if_cancelled (cancellable, error)
        || !signet_document_file_read (beside->file, offset, window, MIN (left, WINDOW), error)
        || EVP_DigestUpdate (context, window, MIN (left, WINDOW)) != 1)
      return FALSE;
  return TRUE;
}

/* Also what an extension asks of the file beside it. */
GPtrArray *
_signet_xades_find_beside (GBytes *bytes, SignetDocumentFile *detached, GCancellable *cancellable, GError **error)
{
  g_auto(Beside) beside = { .file = detached };

  return _signet_xades_find_with (bytes, resolve, feed, &beside, cancellable, error);
}

GBytes *
_signet_xades_archive_digest_beside (SignetXadesReader *reader, SignetDocumentFile *detached, SignetDigest digest, GCancellable *cancellable,
                                     GError **error)
{
  g_auto(Beside) beside = { .file = detached };

  reader->feed = feed;
  reader->resolve_data = &beside;
  reader->cancellable = cancellable;
  return _signet_xades_archive_digest (reader, NULL, _signet_xml_child (reader->signed_info, SIGNET_XML_NS_DSIG, "CanonicalizationMethod", NULL), digest,
                                       error);
}

GBytes *
_signet_xml_load (SignetDocumentFile *file, GError **error)
{
  guint64 size = signet_document_file_get_size (file);
  g_autofree guint8 *data = NULL;

  if (size > SIGNET_XML_MAX_SIZE)
    {
      g_set_error_literal (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_TOO_LARGE, "XML larger than 64 MiB");
      return NULL;
    }
  data = g_malloc (size + 1);
  if (!signet_document_file_read (file, 0, data, size, error))
    return NULL;
  return g_bytes_new_take (g_steal_pointer (&data), size);
}

GPtrArray *
_signet_document_find_xml_signatures (SignetDocumentFile *file, SignetDocumentFile *detached, GCancellable *cancellable, GError **error)
{
  g_autoptr(GBytes) bytes = _signet_xml_load (file, error);
  g_autoptr(GPtrArray) found = bytes != NULL ? _signet_xades_find_beside (bytes, detached, cancellable, error) : NULL;

  for (guint i = 0; found != NULL && i < found->len; i++)
    {
      SignetDocumentSignature *signature = g_ptr_array_index (found, i);

      /* content inside and data beside it: which one would be meant? */
      if (detached != NULL && signature->covered->len == 0)
        _signet_document_signature_set_broken (signature, "content-twice");
    }
  return g_steal_pointer (&found);
}

/* Whether one of the signatures in @file is about something outside of it. What cannot be read is not. */
gboolean
_signet_xml_refers_outside (SignetDocumentFile *file)
{
  g_autoptr(GBytes) bytes = _signet_xml_load (file, NULL);
  g_autoptr(SignetXml) xml = bytes != NULL ? _signet_xml_parse (bytes, NULL) : NULL;
  const xmlNode *root = xml != NULL ? _signet_xml_get_root (xml) : NULL;

  for (const xmlNode *node = root; node != NULL; node = _signet_xml_after (node, root))
    if (_signet_xml_is (node, SIGNET_XML_NS_DSIG, "Reference"))
      {
        const char *uri = _signet_xml_attribute (node, "URI");

        if (uri != NULL && *uri != '\0' && *uri != '#')
          return TRUE;
      }
  return FALSE;
}
