/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-document-extension.c: the door to the formats that can be extended, and what they share: the file that has no name yet.
 *
 * Fetches nothing and judges nothing. One thread at a time.
 */
#define G_LOG_DOMAIN "signet-document-extension"

#include "config.h"

#include <errno.h>
#include <unistd.h>

#include "../base/signet-base-error.h"
#include "signet-document-extension-private.h"

typedef struct {
  int                 fd;
  SignetDocumentFile *detached; /* (nullable) */
  SignetDocumentFile *origin;   /* (nullable) */
} SignetDocumentExtensionPrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (SignetDocumentExtension, signet_document_extension, G_TYPE_OBJECT)

#define PRIVATE(self) ((SignetDocumentExtensionPrivate *) signet_document_extension_get_instance_private (self))

static const struct {
  SignetFormat format;
  GType (*get_type) (void);
} formats[] = {
  { SIGNET_FORMAT_PDF, _signet_pdf_extension_get_type },
  { SIGNET_FORMAT_XML, _signet_xades_extension_get_type },
  { SIGNET_FORMAT_CMS, _signet_cms_extension_get_type },
  { SIGNET_FORMAT_ZIP, _signet_asic_extension_get_type },
};

static void
signet_document_extension_finalize (GObject *object)
{
  SignetDocumentExtensionPrivate *private = PRIVATE (SIGNET_DOCUMENT_EXTENSION (object));

  g_clear_object (&private->detached);
  g_clear_object (&private->origin);
  G_OBJECT_CLASS (signet_document_extension_parent_class)->finalize (object);
}

static void
signet_document_extension_class_init (SignetDocumentExtensionClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = signet_document_extension_finalize;
}

static void
signet_document_extension_init (SignetDocumentExtension *self)
{
}

static SignetDocumentFile *
open_descriptor (int fd, GError **error)
{
  g_autofree char *path = g_strdup_printf ("/proc/self/fd/%d", fd);

  return signet_document_file_open (path, error);
}

static GType
type_for (SignetFormat format)
{
  for (gsize i = 0; i < G_N_ELEMENTS (formats); i++)
    if (formats[i].format == format)
      return formats[i].get_type ();
  return G_TYPE_INVALID;
}

/**
 * signet_document_extension_new:
 * @fd: (transfer none): the signed file, open for reading and writing; it is changed
 * @detached: (nullable): the data of a detached signature
 * @origin: (nullable): what it was made of: a password that opened that opens this
 * @error: UNSUPPORTED in %SIGNET_DOCUMENT_ERROR when this is no format that can be extended
 *
 * Returns: (transfer full) (nullable): the file, ready to be extended
 */
SignetDocumentExtension *
signet_document_extension_new (int fd, SignetDocumentFile *detached, SignetDocumentFile *origin, GError **error)
{
  g_autoptr(SignetDocumentFile) file = open_descriptor (fd, error);
  SignetDocumentExtension *self = NULL;
  GType type = file != NULL ? type_for (signet_document_file_get_format (file)) : G_TYPE_INVALID;

  if (file == NULL)
    return NULL;
  if (type == G_TYPE_INVALID)
    {
      g_set_error_literal (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_UNSUPPORTED, "signatures of this format are not extended");
      return NULL;
    }
  self = g_object_new (type, NULL);
  PRIVATE (self)->fd = fd;
  g_set_object (&PRIVATE (self)->detached, detached);
  g_set_object (&PRIVATE (self)->origin, origin);
  return self;
}

GPtrArray *
signet_document_extension_find_signatures (SignetDocumentExtension *self, GCancellable *cancellable, GError **error)
{
  g_autoptr(SignetDocumentFile) file = _signet_document_extension_open_file (self, error);

  return file != NULL ? signet_document_find_signatures (file, PRIVATE (self)->detached, cancellable, error) : NULL;
}

GBytes *
signet_document_extension_prepare_timestamp (SignetDocumentExtension *self, const SignetExtensionStamp *stamp, GCancellable *cancellable,
                                             GError **error)
{
  g_return_val_if_fail (SIGNET_IS_DOCUMENT_EXTENSION (self), NULL);

  return SIGNET_DOCUMENT_EXTENSION_GET_CLASS (self)->prepare_timestamp (self, stamp, cancellable, error);
}

/**
 * signet_document_extension_add_timestamp:
 * @token: DER TimeStampToken over the digest that was returned last, already checked by who got it
 * @error: NO_ROOM in %SIGNET_DOCUMENT_ERROR: prepare it again with more room
 */
gboolean
signet_document_extension_add_timestamp (SignetDocumentExtension *self, GBytes *token, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (SIGNET_IS_DOCUMENT_EXTENSION (self), FALSE);

  return SIGNET_DOCUMENT_EXTENSION_GET_CLASS (self)->add_timestamp (self, token, cancellable, error);
}

gboolean
signet_document_extension_add_evidence (SignetDocumentExtension *self, const char *id, SignetDocumentEvidence *evidence,
                                        GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (SIGNET_IS_DOCUMENT_EXTENSION (self), FALSE);

  return SIGNET_DOCUMENT_EXTENSION_GET_CLASS (self)->add_evidence (self, id, evidence, cancellable, error);
}

int
_signet_document_extension_get_fd (SignetDocumentExtension *self)
{
  return PRIVATE (self)->fd;
}

SignetDocumentFile *
_signet_document_extension_get_detached (SignetDocumentExtension *self)
{
  return PRIVATE (self)->detached;
}

SignetDocumentFile *
_signet_document_extension_open_file (SignetDocumentExtension *self, GError **error)
{
  SignetDocumentFile *file = open_descriptor (PRIVATE (self)->fd, error);

  if (file != NULL && PRIVATE (self)->origin != NULL)
    signet_document_file_share_password (file, PRIVATE (self)->origin);
  return file;
}

gboolean
_signet_document_extension_replace (SignetDocumentExtension *self, GBytes *content, GError **error)
{
  gsize length = 0;
  const void *data = g_bytes_get_data (content, &length);
  int fd = PRIVATE (self)->fd;

  if (!signet_document_write_at (fd, 0, data, length, error))
    return FALSE;
  return ftruncate (fd, (off_t) length) == 0 || signet_base_error_set_errno (error, errno, "writing the extended file");
}
