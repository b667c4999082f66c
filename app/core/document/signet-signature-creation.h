/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-signature-creation.h: one signature being created in one format: what the key signs, the signature, its time-stamp, the signed file (EN 319 102-1, 4). */
#pragma once

#include "signet-document-signature.h"

G_BEGIN_DECLS

/* Borrowed until the creation is over. */
typedef struct {
  SignetCertificate       *certificate;
  GPtrArray               *chain;          /* (element-type SignetCertificate): further ones to carry */
  SignetSignatureAlgorithm algorithm;
  gint64                   time;           /* by the signer's clock */
  gboolean                 with_timestamp; /* a signature time-stamp will follow: room is kept for it */
} SignetCreationParameters;

#define SIGNET_TYPE_SIGNATURE_CREATION (signet_signature_creation_get_type ())
G_DECLARE_DERIVABLE_TYPE (SignetSignatureCreation, signet_signature_creation, SIGNET, SIGNATURE_CREATION, GObject)

/* One thread at a time. Called once each and in this order; after an error only finalized. Defaults: get_id: NULL; hint: nothing. */
struct _SignetSignatureCreationClass {
  GObjectClass parent_class;

  gboolean    (*prepare)          (SignetSignatureCreation *self, const SignetCreationParameters *parameters, int fd, GCancellable *cancellable,
                                   GError **error);
  GBytes     *(*get_to_be_signed) (SignetSignatureCreation *self);
  gboolean    (*set_signature)    (SignetSignatureCreation *self, GBytes *signature, GError **error);
  GBytes     *(*dup_timestamped)  (SignetSignatureCreation *self);
  gboolean    (*add_timestamp)    (SignetSignatureCreation *self, GBytes *token, GError **error);
  gboolean    (*complete)         (SignetSignatureCreation *self, int fd, GCancellable *cancellable, GError **error);
  const char *(*get_id)           (SignetSignatureCreation *self);
  void        (*hint)             (SignetSignatureCreation *self, SignetDocumentFile *written);
};

/* Reads and hashes the documents; may already write to @fd (empty, open for reading too), of which the caller drops what is there after an error. */
gboolean    signet_signature_creation_prepare          (SignetSignatureCreation *self, const SignetCreationParameters *parameters, int fd,
                                                        GCancellable *cancellable, GError **error);
GBytes     *signet_signature_creation_get_to_be_signed (SignetSignatureCreation *self);   /* borrowed: what the key signs, not yet hashed */
gboolean    signet_signature_creation_set_signature    (SignetSignatureCreation *self, GBytes *signature, GError **error); /* as the signer gave it: ECDSA is DER */
GBytes     *signet_signature_creation_dup_timestamped  (SignetSignatureCreation *self);   /* what a signature time-stamp is made over */
gboolean    signet_signature_creation_add_timestamp    (SignetSignatureCreation *self, GBytes *token, GError **error); /* DER TimeStampToken */
/* Afterwards @fd holds the whole signed file. */
gboolean    signet_signature_creation_complete         (SignetSignatureCreation *self, int fd, GCancellable *cancellable, GError **error);
const char *signet_signature_creation_get_id           (SignetSignatureCreation *self);   /* (nullable): as the finder will call it */
/* Tells the file that was written which digests are known already: what was copied was read back and hashed there once. */
void        signet_signature_creation_hint             (SignetSignatureCreation *self, SignetDocumentFile *written);

G_END_DECLS
