/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-signature-creation.c: what all formats have in common while a signature is created: nothing but the order of the steps. No format is
 * known here, and no key. One thread at a time.
 */
#define G_LOG_DOMAIN "signet-signature-creation"

#include "config.h"

#include "signet-signature-creation.h"

G_DEFINE_ABSTRACT_TYPE (SignetSignatureCreation, signet_signature_creation, G_TYPE_OBJECT)

static void
signet_signature_creation_class_init (SignetSignatureCreationClass *klass)
{
  (void) klass;
}

static void
signet_signature_creation_init (SignetSignatureCreation *self)
{
  (void) self;
}

/**
 * signet_signature_creation_prepare:
 * @parameters: with which certificate and how; must stay as they are until the creation is over
 * @fd: an empty file open for reading and writing
 *
 * Returns: whether it is known what the key has to sign
 */
gboolean
signet_signature_creation_prepare (SignetSignatureCreation *self, const SignetCreationParameters *parameters, int fd, GCancellable *cancellable,
                                   GError **error)
{
  g_return_val_if_fail (SIGNET_IS_SIGNATURE_CREATION (self) && parameters != NULL, FALSE);

  return SIGNET_SIGNATURE_CREATION_GET_CLASS (self)->prepare (self, parameters, fd, cancellable, error);
}

GBytes *
signet_signature_creation_get_to_be_signed (SignetSignatureCreation *self)
{
  return SIGNET_SIGNATURE_CREATION_GET_CLASS (self)->get_to_be_signed (self);
}

gboolean
signet_signature_creation_set_signature (SignetSignatureCreation *self, GBytes *signature, GError **error)
{
  return SIGNET_SIGNATURE_CREATION_GET_CLASS (self)->set_signature (self, signature, error);
}

GBytes *
signet_signature_creation_dup_timestamped (SignetSignatureCreation *self)
{
  return SIGNET_SIGNATURE_CREATION_GET_CLASS (self)->dup_timestamped (self);
}

gboolean
signet_signature_creation_add_timestamp (SignetSignatureCreation *self, GBytes *token, GError **error)
{
  return SIGNET_SIGNATURE_CREATION_GET_CLASS (self)->add_timestamp (self, token, error);
}

/**
 * signet_signature_creation_complete:
 * @fd: as given to signet_signature_creation_prepare()
 *
 * Returns: whether @fd holds the whole signed file; it is not checked yet
 */
gboolean
signet_signature_creation_complete (SignetSignatureCreation *self, int fd, GCancellable *cancellable, GError **error)
{
  return SIGNET_SIGNATURE_CREATION_GET_CLASS (self)->complete (self, fd, cancellable, error);
}

const char *
signet_signature_creation_get_id (SignetSignatureCreation *self)
{
  SignetSignatureCreationClass *klass = SIGNET_SIGNATURE_CREATION_GET_CLASS (self);

  return klass->get_id != NULL ? klass->get_id (self) : NULL;
}

void
signet_signature_creation_hint (SignetSignatureCreation *self, SignetDocumentFile *written)
{
  SignetSignatureCreationClass *klass = SIGNET_SIGNATURE_CREATION_GET_CLASS (self);

  if (klass->hint != NULL)
    klass->hint (self, written);
}
