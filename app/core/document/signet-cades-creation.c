/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-cades-creation.c: a detached signature in a file of its own (EN 319 122-1): the document is read once, to be hashed. One thread at a time.
 */
#define G_LOG_DOMAIN "signet-cades-creation"

#include "config.h"

#include "signet-cades-creation.h"
#include "signet-document-cms.h"

struct _SignetCadesCreation {
  SignetSignatureCreation parent_instance;

  SignetDocumentFile *file;
  SignetDocumentCms  *cms; /* (nullable): before it is prepared */
};

G_DEFINE_FINAL_TYPE (SignetCadesCreation, signet_cades_creation, SIGNET_TYPE_SIGNATURE_CREATION)

static gboolean
signet_cades_creation_prepare (SignetSignatureCreation *creation, const SignetCreationParameters *with, int fd, GCancellable *cancellable,
                               GError **error)
{
  SignetCadesCreation *self = SIGNET_CADES_CREATION (creation);
  g_autoptr (GBytes) digest = signet_document_file_digest (self->file, with->algorithm.digest, 0, signet_document_file_get_size (self->file),
                                                           cancellable, error);

  (void) fd; /* nothing is known to be written yet */
  if (digest == NULL)
    return FALSE;
  self->cms = signet_document_cms_new (SIGNET_CMS_PROFILE_CADES, with->certificate, with->chain, with->algorithm, digest, with->time, error);
  return self->cms != NULL;
}

static GBytes *
signet_cades_creation_get_to_be_signed (SignetSignatureCreation *creation)
{
  return signet_document_cms_get_to_be_signed (SIGNET_CADES_CREATION (creation)->cms);
}

static gboolean
signet_cades_creation_set_signature (SignetSignatureCreation *creation, GBytes *signature, GError **error)
{
  return signet_document_cms_set_signature (SIGNET_CADES_CREATION (creation)->cms, signature, error);
}

static GBytes *
signet_cades_creation_dup_timestamped (SignetSignatureCreation *creation)
{
  GBytes *value = signet_document_cms_get_signature (SIGNET_CADES_CREATION (creation)->cms);

  return value != NULL ? g_bytes_ref (value) : NULL;
}

static gboolean
signet_cades_creation_add_timestamp (SignetSignatureCreation *creation, GBytes *token, GError **error)
{
  return signet_document_cms_add_timestamp (SIGNET_CADES_CREATION (creation)->cms, token, error);
}

static gboolean
signet_cades_creation_complete (SignetSignatureCreation *creation, int fd, GCancellable *cancellable, GError **error)
{
  g_autoptr (GBytes) cms = signet_document_cms_encode (SIGNET_CADES_CREATION (creation)->cms, error);

  (void) cancellable; /* a few kilobytes */
  return cms != NULL && signet_document_write_at (fd, 0, g_bytes_get_data (cms, NULL), g_bytes_get_size (cms), error);
}

static void
signet_cades_creation_finalize (GObject *object)
{
  SignetCadesCreation *self = SIGNET_CADES_CREATION (object);

  g_clear_object (&self->file);
  g_clear_object (&self->cms);
  G_OBJECT_CLASS (signet_cades_creation_parent_class)->finalize (object);
}

static void
signet_cades_creation_class_init (SignetCadesCreationClass *klass)
{
  SignetSignatureCreationClass *creation = SIGNET_SIGNATURE_CREATION_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = signet_cades_creation_finalize;
  creation->prepare = signet_cades_creation_prepare;
  creation->get_to_be_signed = signet_cades_creation_get_to_be_signed;
  creation->set_signature = signet_cades_creation_set_signature;
  creation->dup_timestamped = signet_cades_creation_dup_timestamped;
  creation->add_timestamp = signet_cades_creation_add_timestamp;
  creation->complete = signet_cades_creation_complete;
}

static void
signet_cades_creation_init (SignetCadesCreation *self)
{
  (void) self;
}

/**
 * signet_cades_creation_new:
 * @file: what is signed; kept
 *
 * Returns: (transfer full): what writes a detached SignedData
 */
SignetSignatureCreation *
signet_cades_creation_new (SignetDocumentFile *file)
{
  SignetCadesCreation *self = NULL;

  g_return_val_if_fail (SIGNET_IS_DOCUMENT_FILE (file), NULL);

  self = g_object_new (SIGNET_TYPE_CADES_CREATION, NULL);
  self->file = g_object_ref (file);
  return SIGNET_SIGNATURE_CREATION (self);
}
