/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-document-holds.c: whether a signed file holds given documents, for whoever has to tell if a document was signed already. Compares bytes; judges
 * no signature. PDF in constant memory, CMS and XML within the limits of their readers, containers by the digests of their members. One thread at a time.
 */
#define G_LOG_DOMAIN "signet-document-holds"

#include "config.h"

#include "signet-document-holds.h"

#include <string.h>

#include "signet-asic-container-private.h"
#include "signet-asic-creation.h"
#include "signet-cms-parts-private.h"
#include "signet-cms-reader-private.h"
#include "signet-xades-private.h"
#include "signet-xml-private.h"

#define CHUNK (256 * 1024)

/* --- bytes ------------------------------------------------------------------------------------------------------------------- */

/* Whether what is in @document stands in @data, which is as long as it */
static gboolean
is_same (SignetDocumentFile *document, const guint8 *data, GCancellable *cancellable)
{
  guint64 size = signet_document_file_get_size (document);
  g_autofree guint8 *chunk = g_malloc (CHUNK);

  for (guint64 at = 0; at < size; at += CHUNK)
    {
      gsize length = MIN (size - at, CHUNK);

      if (g_cancellable_is_cancelled (cancellable) || !signet_document_file_read (document, at, chunk, length, NULL)
          || memcmp (chunk, data + at, length) != 0)
        return FALSE;
    }
  return TRUE;
}

static gboolean
is_same_as_bytes (SignetDocumentFile *document, GBytes *bytes, GCancellable *cancellable)
{
  return bytes != NULL && g_bytes_get_size (bytes) == signet_document_file_get_size (document)
         && is_same (document, g_bytes_get_data (bytes, NULL), cancellable);
}

/* --- PDF: appended to -------------------------------------------------------------------------------------------------------- */

static gboolean
begins_with (SignetDocumentFile *file, SignetDocumentFile *document, GCancellable *cancellable)
{
  guint64 size = signet_document_file_get_size (document);
  g_autofree guint8 *one = g_malloc (CHUNK);
  g_autofree guint8 *other = g_malloc (CHUNK);

  if (signet_document_file_get_size (file) <= size)
    return FALSE;
  for (guint64 at = 0; at < size; at += CHUNK)
    {
      gsize length = MIN (size - at, CHUNK);

      if (g_cancellable_is_cancelled (cancellable) || !signet_document_file_read (file, at, one, length, NULL)
          || !signet_document_file_read (document, at, other, length, NULL) || memcmp (one, other, length) != 0)
        return FALSE;
    }
  return TRUE;
}

/* --- CMS: inside ------------------------------------------------------------------------------------------------------------- */

static gboolean
encloses (SignetDocumentFile *file, SignetDocumentFile *document, GCancellable *cancellable)
{
  g_autoptr(GBytes) der = _signet_cms_load (file, NULL);
  g_autoptr(SignetCmsReader) reader = der != NULL ? _signet_cms_reader_new (der, NULL, NULL) : NULL;
  g_autoptr(GBytes) inside = reader != NULL ? _signet_cms_reader_dup_content (reader) : NULL;

  return is_same_as_bytes (document, inside, cancellable);
}

/* --- XML --------------------------------------------------------------------------------------------------------------------- */

/* The document as it is around a signature in it: "<empty/>" had to be opened. */
static GBytes *
load_opened (SignetDocumentFile *document, SignetXmlExtent *root)
{
  g_autoptr(GBytes) bytes = _signet_xml_load (document, NULL);
  g_autoptr(SignetXml) xml = bytes != NULL ? _signet_xml_parse (bytes, NULL) : NULL;
  GBytes *opened = NULL;

  if (xml == NULL || !_signet_xml_find_extent (bytes, 0, root, NULL))
    return NULL;
  if (root->content != 0)
    return g_steal_pointer (&bytes);
  opened = _signet_xml_append (bytes, 0, "", NULL);
  if (opened != NULL && _signet_xml_find_extent (opened, 0, root, NULL))
    return opened;
  g_clear_pointer (&opened, g_bytes_unref);
  return NULL;
}

/* Something was put in front of the root's end tag, and every other byte is as it was. */
static gboolean
envelops_signature (GBytes *bytes, SignetDocumentFile *document)
{
  SignetXmlExtent root = { 0 };
  g_autoptr(GBytes) opened = load_opened (document, &root);
  const guint8 *one = g_bytes_get_data (bytes, NULL);
  gsize size = g_bytes_get_size (bytes);
  const guint8 *other = NULL;
  gsize before = 0;
  gsize length = 0;

  if (opened == NULL)
    return FALSE;
  other = g_bytes_get_data (opened, &length);
  before = root.end_tag;
  return size > length && before <= length && memcmp (one, other, before) == 0
         && memcmp (one + size - (length - before), other + before, length - before) == 0;
}

static gboolean
is_referred_to (const xmlNode *signature, const char *id)
{
  g_autofree char *uri = id != NULL ? g_strconcat ("#", id, NULL) : NULL;
  const xmlNode *signed_info = _signet_xml_child (signature, SIGNET_XML_NS_DSIG, "SignedInfo", NULL);

  for (const xmlNode *node = signed_info != NULL ? _signet_xml_first (signed_info) : NULL; uri != NULL && node != NULL; node = _signet_xml_next (node))
    if (_signet_xml_is (node, SIGNET_XML_NS_DSIG, "Reference") && g_strcmp0 (_signet_xml_attribute (node, "URI"), uri) == 0)
      return TRUE;
  return FALSE;
}

/* The one object beside the properties is the document. */
static gboolean
envelops_document (const xmlNode *signature, SignetDocumentFile *document, GCancellable *cancellable)
{
  guint n_objects = 0;
  gboolean found = FALSE;

  for (const xmlNode *node = _signet_xml_first (signature); node != NULL; node = _signet_xml_next (node))
    {
      g_autoptr(GBytes) content = NULL;

      if (!_signet_xml_is (node, SIGNET_XML_NS_DSIG, "Object") || _signet_xml_first (node) != NULL)
        continue;
      n_objects++;
      content = _signet_xml_dup_base64 (node);
      found |= is_referred_to (signature, _signet_xml_attribute (node, "Id")) && is_same_as_bytes (document, content, cancellable);
    }
  return found && n_objects == 1;
}

static gboolean
holds_in_xml (SignetDocumentFile *file, SignetDocumentFile *document, GCancellable *cancellable)
{
  g_autoptr(GBytes) bytes = _signet_xml_load (file, NULL);
  g_autoptr(SignetXml) xml = bytes != NULL ? _signet_xml_parse (bytes, NULL) : NULL;
  const xmlNode *root = xml != NULL ? _signet_xml_get_root (xml) : NULL;

  if (root == NULL)
    return FALSE;
  if (_signet_xml_is (root, SIGNET_XML_NS_DSIG, "Signature"))
    return envelops_document (root, document, cancellable);
  return envelops_signature (bytes, document);
}

/* --- containers -------------------------------------------------------------------------------------------------------------- */

static gboolean
is_member (SignetAsicContainer *container, const char *name, GBytes *digest, GCancellable *cancellable)
{
  const SignetZipMember *member = _signet_zip_reader_find (container->zip, name);
  g_autoptr(GBytes) there = NULL;

  if (member == NULL || digest == NULL || _signet_asic_get_role (member) != SIGNET_ASIC_ROLE_DOCUMENT)
    return FALSE;
  there = _signet_zip_reader_digest (container->zip, member, SIGNET_DIGEST_SHA256, cancellable, NULL);
  return there != NULL && g_bytes_equal (there, digest);
}

static gboolean
contains_all (SignetAsicContainer *container, GPtrArray *documents, GCancellable *cancellable)
{
  if (container->documents->len != documents->len)
    return FALSE;
  for (guint i = 0; i < documents->len; i++)
    {
      SignetDocumentFile *document = g_ptr_array_index (documents, i);
      g_autofree char *name = g_path_get_basename (signet_document_file_get_path (document));
      g_autoptr(GBytes) digest = signet_document_file_digest (document, SIGNET_DIGEST_SHA256, 0, signet_document_file_get_size (document), cancellable,
                                                              NULL);

      if (!is_member (container, name, digest, cancellable))
        return FALSE;
    }
  return TRUE;
}

/* One container as it was before another signature came to it */
static gboolean
contains_members_of (SignetAsicContainer *container, SignetDocumentFile *document, GCancellable *cancellable)
{
  g_autoptr(SignetAsicContainer) earlier = _signet_asic_container_open (document, cancellable, NULL);

  if (earlier == NULL || earlier->documents->len != container->documents->len)
    return FALSE;
  for (guint i = 0; i < earlier->documents->len; i++)
    {
      const SignetZipMember *member = g_ptr_array_index (earlier->documents, i);
      g_autoptr(GBytes) digest = _signet_zip_reader_digest (earlier->zip, member, SIGNET_DIGEST_SHA256, cancellable, NULL);

      if (!is_member (container, member->name, digest, cancellable))
        return FALSE;
    }
  return TRUE;
}

static gboolean
contains (SignetDocumentFile *file, GPtrArray *documents, GCancellable *cancellable)
{
  g_autoptr(SignetAsicContainer) container = _signet_asic_container_open (file, cancellable, NULL);

  if (container == NULL)
    return FALSE;
  if (documents->len == 1 && signet_asic_creation_is_container (g_ptr_array_index (documents, 0)))
    return contains_members_of (container, g_ptr_array_index (documents, 0), cancellable);
  return contains_all (container, documents, cancellable);
}

/* --- the door ---------------------------------------------------------------------------------------------------------------- */

gboolean
signet_document_holds (SignetDocumentFile *file, GPtrArray *documents, GCancellable *cancellable)
{
  SignetDocumentFile *document = NULL;

  g_return_val_if_fail (SIGNET_IS_DOCUMENT_FILE (file) && documents->len > 0, FALSE);

  document = g_ptr_array_index (documents, 0);
  switch (signet_document_file_get_format (file))
    {
    case SIGNET_FORMAT_ZIP:
      return contains (file, documents, cancellable);
    case SIGNET_FORMAT_PDF:
      return documents->len == 1 && begins_with (file, document, cancellable);
    case SIGNET_FORMAT_CMS:
      return documents->len == 1 && encloses (file, document, cancellable);
    case SIGNET_FORMAT_XML:
      return documents->len == 1 && holds_in_xml (file, document, cancellable);
    case SIGNET_FORMAT_OTHER:
    case SIGNET_FORMAT_UNKNOWN:
    default:
      return FALSE;
    }
}
