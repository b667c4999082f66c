/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-pades-creation.c: a signature inside a PDF (EN 319 142-1): the increment is written first, the CMS goes into the gap that was left in it.
 * One thread at a time.
 */
#define G_LOG_DOMAIN "signet-pades-creation"

#include "config.h"

#include "../base/signet-clock.h"
#include "signet-document-cms.h"
#include "signet-pades-creation.h"

struct _SignetPadesCreation {
  SignetSignatureCreation parent_instance;

  SignetDocumentPdf      *pdf;
  SignetPdfSignParameters parameters; /* its texts are owned */
  SignetDigest            digest;
  SignetPdfPrepared      *prepared;   /* (nullable): before it is prepared */
  SignetDocumentCms      *cms;        /* (nullable): the same */
};

G_DEFINE_FINAL_TYPE (SignetPadesCreation, signet_pades_creation, SIGNET_TYPE_SIGNATURE_CREATION)

static gboolean
signet_pades_creation_prepare (SignetSignatureCreation *creation, const SignetCreationParameters *with, int fd, GCancellable *cancellable,
                               GError **error)
{
  SignetPadesCreation *self = SIGNET_PADES_CREATION (creation);

  self->digest = with->algorithm.digest;
  self->parameters.time = with->time;
  self->parameters.room = signet_document_cms_estimate_size (with->certificate, with->chain, with->with_timestamp);
  if (!signet_document_pdf_check_can_sign (self->pdf, self->parameters.field, error))
    return FALSE;
  self->prepared = signet_document_pdf_prepare (self->pdf, fd, self->digest, &self->parameters, cancellable, error);
  if (self->prepared == NULL)
    return FALSE;
  /* the claimed time is in the dictionary (/M): EN 319 142-1, 6.3 forbids the attribute */
  self->cms = signet_document_cms_new (SIGNET_CMS_PROFILE_PADES, with->certificate, with->chain, with->algorithm, self->prepared->digest,
                                       SIGNET_TIME_UNKNOWN, error);
  return self->cms != NULL;
}

static GBytes *
signet_pades_creation_get_to_be_signed (SignetSignatureCreation *creation)
{
  return signet_document_cms_get_to_be_signed (SIGNET_PADES_CREATION (creation)->cms);
}

static gboolean
signet_pades_creation_set_signature (SignetSignatureCreation *creation, GBytes *signature, GError **error)
{
  return signet_document_cms_set_signature (SIGNET_PADES_CREATION (creation)->cms, signature, error);
}

static GBytes *
signet_pades_creation_dup_timestamped (SignetSignatureCreation *creation)
{
  GBytes *value = signet_document_cms_get_signature (SIGNET_PADES_CREATION (creation)->cms);

  return value != NULL ? g_bytes_ref (value) : NULL;
}

static gboolean
signet_pades_creation_add_timestamp (SignetSignatureCreation *creation, GBytes *token, GError **error)
{
  return signet_document_cms_add_timestamp (SIGNET_PADES_CREATION (creation)->cms, token, error);
}

static gboolean
signet_pades_creation_complete (SignetSignatureCreation *creation, int fd, GCancellable *cancellable, GError **error)
{
  SignetPadesCreation *self = SIGNET_PADES_CREATION (creation);
  g_autoptr (GBytes) cms = signet_document_cms_encode (self->cms, error);

  (void) cancellable; /* a few kilobytes */
  return cms != NULL && signet_pdf_prepared_complete (self->prepared, fd, cms, error);
}

static const char *
signet_pades_creation_get_id (SignetSignatureCreation *creation)
{
  SignetPadesCreation *self = SIGNET_PADES_CREATION (creation);

  return self->prepared != NULL ? self->prepared->field : NULL;
}

static void
signet_pades_creation_hint (SignetSignatureCreation *creation, SignetDocumentFile *written)
{
  SignetPadesCreation *self = SIGNET_PADES_CREATION (creation);

  signet_document_file_set_known_prefix (written, self->digest, self->prepared->prefix_length, self->prepared->prefix);
}

static void
signet_pades_creation_finalize (GObject *object)
{
  SignetPadesCreation *self = SIGNET_PADES_CREATION (object);

  g_clear_object (&self->pdf);
  g_clear_object (&self->cms);
  g_clear_pointer (&self->prepared, signet_pdf_prepared_free);
  g_free ((char *) self->parameters.field);
  g_free ((char *) self->parameters.reason);
  g_free ((char *) self->parameters.location);
  g_free ((char *) self->parameters.name);
  g_clear_pointer (&self->parameters.drawing, g_bytes_unref);
  G_OBJECT_CLASS (signet_pades_creation_parent_class)->finalize (object);
}

static void
signet_pades_creation_class_init (SignetPadesCreationClass *klass)
{
  SignetSignatureCreationClass *creation = SIGNET_SIGNATURE_CREATION_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = signet_pades_creation_finalize;
  creation->prepare = signet_pades_creation_prepare;
  creation->get_to_be_signed = signet_pades_creation_get_to_be_signed;
  creation->set_signature = signet_pades_creation_set_signature;
  creation->dup_timestamped = signet_pades_creation_dup_timestamped;
  creation->add_timestamp = signet_pades_creation_add_timestamp;
  creation->complete = signet_pades_creation_complete;
  creation->get_id = signet_pades_creation_get_id;
  creation->hint = signet_pades_creation_hint;
}

static void
signet_pades_creation_init (SignetPadesCreation *self)
{
  (void) self;
}

/**
 * signet_pades_creation_new:
 * @pdf: what is signed; kept
 * @parameters: field, reason, location, name, certify and mark are copied; time and room are worked out when it is prepared
 *
 * Returns: (transfer full): what writes the signature; %SIGNET_DOCUMENT_ERROR_FORBIDDEN when an earlier signer does not allow it
 */
SignetSignatureCreation *
signet_pades_creation_new (SignetDocumentPdf *pdf, const SignetPdfSignParameters *parameters)
{
  SignetPadesCreation *self = NULL;

  g_return_val_if_fail (SIGNET_IS_DOCUMENT_PDF (pdf) && parameters != NULL, NULL);

  self = g_object_new (SIGNET_TYPE_PADES_CREATION, NULL);
  self->pdf = g_object_ref (pdf);
  self->parameters = *parameters;
  self->parameters.field = g_strdup (parameters->field);
  self->parameters.reason = g_strdup (parameters->reason);
  self->parameters.location = g_strdup (parameters->location);
  self->parameters.name = g_strdup (parameters->name);
  if (parameters->drawing != NULL)
    g_bytes_ref (parameters->drawing);
  return SIGNET_SIGNATURE_CREATION (self);
}
