/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-document-content.c: a CMS file as bytes, and where what it signs is to be found. Only the first bytes are read to know whether it is
 * inside. Any thread.
 */
#define G_LOG_DOMAIN "signet-document-content"

#include "config.h"

#include "signet-document-content.h"

#include <openssl/pem.h>
#include <string.h>

#include "../base/signet-base-error.h"
#include "signet-cms-element-private.h"
#include "signet-cms-parts-private.h"
#include "signet-cms-reader-private.h"
#include "signet-xades-private.h"

#define HEAD_SIZE 4096 /* far more than what stands before the content */

static GBytes *
unwrap_pem (const guint8 *data, gsize size, GError **error)
{
  BIO *bio = BIO_new_mem_buf (data, (int) size);
  unsigned char *der = NULL;
  char *name = NULL;
  char *header = NULL;
  long length = 0;
  GBytes *result = NULL;

  if (PEM_read_bio (bio, &name, &header, &der, &length) == 1)
    result = g_bytes_new (der, (gsize) length);
  else
    signet_base_error_set_openssl (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_MALFORMED, "reading a PEM file");
  OPENSSL_free (name);
  OPENSSL_free (header);
  OPENSSL_free (der);
  BIO_free (bio);
  return result;
}

GBytes *
_signet_cms_load (SignetDocumentFile *file, GError **error)
{
  guint64 size = signet_document_file_get_size (file);
  g_autofree guint8 *data = NULL;

  if (size > SIGNET_CMS_MAX_SIZE)
    {
      g_set_error_literal (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_TOO_LARGE, "CMS larger than 64 MiB");
      return NULL;
    }
  data = g_malloc (size);
  if (!signet_document_file_read (file, 0, data, size, error))
    return NULL;
  if (size == 0 || data[0] != '-')
    return g_bytes_new_take (g_steal_pointer (&data), size);
  return unwrap_pem (data, size, error);
}

/* RFC 5652: ContentInfo, SignedData: version, digestAlgorithms, and then whether there is an eContent */
static gboolean
head_has_content (SignetCmsCursor cursor)
{
  static const guint8 path[] = { SIGNET_CMS_SEQUENCE, 0, SIGNET_CMS_CONTEXT_0, SIGNET_CMS_SEQUENCE, 0, 0, SIGNET_CMS_SEQUENCE, 0 };
  SignetCmsElement skipped;

  for (guint i = 0; i < G_N_ELEMENTS (path); i++)
    {
      gboolean indefinite = FALSE;
      gsize length = 0;
      guint8 tag = 0;

      if (path[i] == 0 ? !_signet_cms_take (&cursor, &skipped)
                       : !_signet_cms_take_header (&cursor, &tag, &length, &indefinite) || tag != path[i])
        return FALSE;
      /* what is definite ends where it says: behind the type there may be certificates already */
      if (path[i] != 0 && !indefinite)
        cursor.left = MIN (cursor.left, length);
    }
  return _signet_cms_next_is (&cursor, SIGNET_CMS_CONTEXT_0);
}

/**
 * signet_document_has_content:
 * @file: any file
 *
 * Returns: whether it is a CMS SignedData with what it signs inside ("enclosed")
 */
gboolean
signet_document_has_content (SignetDocumentFile *file)
{
  gsize size = MIN (signet_document_file_get_size (file), HEAD_SIZE);
  guint8 head[HEAD_SIZE];

  g_return_val_if_fail (SIGNET_IS_DOCUMENT_FILE (file), FALSE);

  if (signet_document_file_get_format (file) != SIGNET_FORMAT_CMS || !signet_document_file_read (file, 0, head, size, NULL))
    return FALSE;
  if (head[0] == '-')
    {
      g_autoptr(GBytes) der = _signet_cms_load (file, NULL);

      return der != NULL && head_has_content ((SignetCmsCursor){ g_bytes_get_data (der, NULL), g_bytes_get_size (der) });
    }
  return head_has_content ((SignetCmsCursor){ head, size });
}

/* "plan.odt-2" was signed as "plan.odt": our own numbering when several signatures stand beside one file */
static char *
drop_number (const char *name)
{
  const char *dash = strrchr (name, '-');

  if (dash == NULL || dash == name || dash[1] == '\0' || strspn (dash + 1, "0123456789") != strlen (dash + 1))
    return g_strdup (name);
  return g_strndup (name, (gsize) (dash - name));
}

/**
 * signet_document_guess_content:
 * @file: a CMS file, or one of XML signatures
 *
 * Returns: (transfer full) (nullable): the path of the file beside it whose name it bears, when it has no content inside
 */
char *
signet_document_guess_content (SignetDocumentFile *file)
{
  static const char *const endings[] = { ".p7s", ".p7m", ".p7", ".cms", ".sig", ".xades" };
  const char *path = signet_document_file_get_path (file);
  SignetFormat format = signet_document_file_get_format (file);

  if (format == SIGNET_FORMAT_CMS ? signet_document_has_content (file) : format != SIGNET_FORMAT_XML || !_signet_xml_refers_outside (file))
    return NULL;
  for (gsize i = 0; i < G_N_ELEMENTS (endings); i++)
    if (g_str_has_suffix (path, endings[i]) && strlen (path) > strlen (endings[i]))
      {
        g_autofree char *data = g_strndup (path, strlen (path) - strlen (endings[i]));
        g_autofree char *first = drop_number (data);

        if (g_file_test (data, G_FILE_TEST_IS_REGULAR))
          return g_steal_pointer (&data);
        return g_file_test (first, G_FILE_TEST_IS_REGULAR) ? g_steal_pointer (&first) : NULL;
      }
  return NULL;
}
