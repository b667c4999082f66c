/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-cades-more.c: CMS signatures that are not a file beside the document: enclosed (the document inside), parallel (one more signer) and
 * countersignatures (RFC 5652, 5.1, 5.2 and 11.4; EN 319 122-1). What is new is made as a SignedData of its own and its parts are put beside
 * those that are there, which keep every byte. The file is held in memory, so its size is limited. One thread at a time.
 */
#define G_LOG_DOMAIN "signet-cades-more"

#include "config.h"

#include "signet-cades-more.h"

#include <string.h>

#include "signet-cms-parts-private.h"
#include "signet-document-cms.h"
#include "signet-document-signature-private.h"

typedef enum { ENCLOSED, PARALLEL, COUNTER } Kind;

struct _SignetCadesMore {
  SignetSignatureCreation parent_instance;

  Kind                kind;
  SignetDocumentFile *file;
  SignetDocumentFile *content; /* (nullable): what a CMS without content is about */
  char               *target;  /* (nullable): id of what is countersigned */
  char               *id;      /* (nullable): of the new signature */
  guint               index;   /* of what is countersigned */
  SignetCmsParts     *parts;   /* (nullable): of the file there is */
  GBytes             *data;    /* (nullable): what is to be enclosed */
  SignetDocumentCms  *cms;     /* (nullable): before it is prepared */
};

G_DEFINE_FINAL_TYPE (SignetCadesMore, signet_cades_more, SIGNET_TYPE_SIGNATURE_CREATION)

static GBytes *
digest_bytes (GBytes *data, SignetDigest digest)
{
  const EVP_MD *md = signet_digest_get_md (digest);
  guint8 value[EVP_MAX_MD_SIZE];
  unsigned length = 0;

  if (md == NULL || EVP_Digest (g_bytes_get_data (data, NULL), g_bytes_get_size (data), value, &length, md, NULL) != 1)
    return NULL;
  return g_bytes_new (value, length);
}

static gboolean
refuse (GError **error, SignetDocumentError code, const char *why)
{
  g_set_error_literal (error, SIGNET_DOCUMENT_ERROR, code, why);
  return FALSE;
}

/* --- enclosed ---------------------------------------------------------------------------------------------------------- */

static GBytes *
prepare_enclosed (SignetCadesMore *self, SignetDigest digest, GError **error)
{
  guint64 size = signet_document_file_get_size (self->file);
  g_autofree guint8 *data = NULL;

  if (size > SIGNET_CADES_MAX_ENCLOSED)
    {
      refuse (error, SIGNET_DOCUMENT_ERROR_TOO_LARGE, "more than 60 MiB cannot be put inside a CMS: who reads it would have to hold all of it in memory");
      return NULL;
    }
  data = g_malloc (MAX (size, 1));
  if (!signet_document_file_read (self->file, 0, data, size, error))
    return NULL;
  self->data = g_bytes_new_take (g_steal_pointer (&data), size);
  self->id = g_strdup ("1");
  return digest_bytes (self->data, digest);
}

/* --- beside others ------------------------------------------------------------------------------------------------------ */

static gboolean
load_parts (SignetCadesMore *self, GError **error)
{
  g_autoptr (GBytes) encoded = _signet_cms_load (self->file, error);

  self->parts = encoded != NULL ? _signet_cms_parts_new (encoded, error) : NULL;
  if (self->parts == NULL)
    return FALSE;
  if (!_signet_cms_parts_is_data (self->parts))
    return refuse (error, SIGNET_DOCUMENT_ERROR_UNSUPPORTED, "what this CMS signs is not plain data");
  if (self->parts->content != NULL && self->content != NULL)
    return refuse (error, SIGNET_DOCUMENT_ERROR_UNSUPPORTED, "the CMS has its content inside");
  return TRUE;
}

/* No signature is put beside one that does not hold: nobody could tell any more which of them was about what. */
static SignetDocumentSignature *
find_broken (GPtrArray *signatures)
{
  for (guint i = 0; i < signatures->len; i++)
    if (signet_document_signature_get_integrity (g_ptr_array_index (signatures, i)) == SIGNET_INTEGRITY_BROKEN)
      return g_ptr_array_index (signatures, i);
  return NULL;
}

static GBytes *
digest_content (SignetCadesMore *self, SignetDigest digest, GCancellable *cancellable, GError **error)
{
  if (self->parts->content != NULL)
    return digest_bytes (self->parts->content, digest);
  if (self->content != NULL)
    return signet_document_file_digest (self->content, digest, 0, signet_document_file_get_size (self->content), cancellable, error);
  refuse (error, SIGNET_DOCUMENT_ERROR_UNSUPPORTED, "the file that this signature is about is not at hand");
  return NULL;
}

static GBytes *
prepare_parallel (SignetCadesMore *self, GPtrArray *signatures, SignetDigest digest, GCancellable *cancellable, GError **error)
{
  SignetDocumentSignature *broken = find_broken (signatures);

  if (broken != NULL)
    {
      g_set_error (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_FORBIDDEN, "signature %s does not hold", broken->id);
      return NULL;
    }
  self->id = g_strdup_printf ("%u", self->parts->signer_infos->len + 1);
  return digest_content (self, digest, cancellable, error);
}

/* --- over another -------------------------------------------------------------------------------------------------------- */

/* The next id beneath @target, as the finder counts */
static char *
choose_counter_id (GPtrArray *signatures, const char *target)
{
  guint n = 1;

  for (guint i = 0; i < signatures->len; i++)
    if (g_strcmp0 (signet_document_signature_get_covers (g_ptr_array_index (signatures, i)), target) == 0)
      n++;
  return g_strdup_printf ("%s.%u", target, n);
}

static GBytes *
prepare_counter (SignetCadesMore *self, GPtrArray *signatures, SignetDigest digest, GError **error)
{
  guint64 number = 0;

  for (guint i = 0; i < signatures->len; i++)
    {
      SignetDocumentSignature *signature = g_ptr_array_index (signatures, i);

      if (g_strcmp0 (signature->id, self->target) != 0 || !g_ascii_string_to_unsigned (signature->id, 10, 1, G_MAXUINT, &number, NULL))
        continue;
      if (signature->integrity == SIGNET_INTEGRITY_BROKEN)
        {
          g_set_error (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_FORBIDDEN, "signature %s does not hold", signature->id);
          return NULL;
        }
      self->index = (guint) number - 1;
      self->id = choose_counter_id (signatures, self->target);
      return digest_bytes (signature->value, digest);
    }
  g_set_error (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_UNSUPPORTED, "there is no signature %s", self->target);
  return NULL;
}

/* --- the steps ------------------------------------------------------------------------------------------------------------ */

static GBytes *
prepare_digest (SignetCadesMore *self, SignetDigest digest, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) signatures = NULL;

  if (self->kind == ENCLOSED)
    return prepare_enclosed (self, digest, error);
  if (!load_parts (self, error))
    return NULL;
  signatures = _signet_document_find_cms_signatures (self->file, self->content, cancellable, error);
  if (signatures == NULL)
    return NULL;
  return self->kind == PARALLEL ? prepare_parallel (self, signatures, digest, cancellable, error)
                                : prepare_counter (self, signatures, digest, error);
}

static gboolean
signet_cades_more_prepare (SignetSignatureCreation *creation, const SignetCreationParameters *with, int fd, GCancellable *cancellable,
                           GError **error)
{
  SignetCadesMore *self = SIGNET_CADES_MORE (creation);
  g_autoptr (GBytes) digest = prepare_digest (self, with->algorithm.digest, cancellable, error);

  (void) fd; /* nothing is known to be written yet */
  if (digest == NULL)
    return FALSE;
  self->cms = signet_document_cms_new (self->kind == COUNTER ? SIGNET_CMS_PROFILE_COUNTER : SIGNET_CMS_PROFILE_CADES, with->certificate,
                                       with->chain, with->algorithm, digest, with->time, error);
  return self->cms != NULL;
}

static GBytes *
signet_cades_more_get_to_be_signed (SignetSignatureCreation *creation)
{
  return signet_document_cms_get_to_be_signed (SIGNET_CADES_MORE (creation)->cms);
}

static gboolean
signet_cades_more_set_signature (SignetSignatureCreation *creation, GBytes *signature, GError **error)
{
  return signet_document_cms_set_signature (SIGNET_CADES_MORE (creation)->cms, signature, error);
}

static GBytes *
signet_cades_more_dup_timestamped (SignetSignatureCreation *creation)
{
  GBytes *value = signet_document_cms_get_signature (SIGNET_CADES_MORE (creation)->cms);

  return value != NULL ? g_bytes_ref (value) : NULL;
}

static gboolean
signet_cades_more_add_timestamp (SignetSignatureCreation *creation, GBytes *token, GError **error)
{
  return signet_document_cms_add_timestamp (SIGNET_CADES_MORE (creation)->cms, token, error);
}

/* What was made, put where it belongs. */
static GBytes *
assemble (SignetCadesMore *self, SignetCmsParts *made, GError **error)
{
  if (self->kind == ENCLOSED)
    {
      _signet_cms_parts_set_content (made, self->data);
      return _signet_cms_parts_encode (made);
    }
  if (!_signet_cms_parts_merge (self->parts, made, self->kind == PARALLEL, error)
      || (self->kind == COUNTER
          && !_signet_cms_parts_countersign (self->parts, self->index, g_ptr_array_index (made->signer_infos, 0), error)))
    return NULL;
  return _signet_cms_parts_encode (self->parts);
}

static gboolean
signet_cades_more_complete (SignetSignatureCreation *creation, int fd, GCancellable *cancellable, GError **error)
{
  SignetCadesMore *self = SIGNET_CADES_MORE (creation);
  g_autoptr (GBytes) encoded = signet_document_cms_encode (self->cms, error);
  g_autoptr (SignetCmsParts) made = encoded != NULL ? _signet_cms_parts_new (encoded, error) : NULL;
  g_autoptr (GBytes) whole = made != NULL ? assemble (self, made, error) : NULL;

  return whole != NULL && !g_cancellable_set_error_if_cancelled (cancellable, error)
         && signet_document_write_at (fd, 0, g_bytes_get_data (whole, NULL), g_bytes_get_size (whole), error);
}

static const char *
signet_cades_more_get_id (SignetSignatureCreation *creation)
{
  return SIGNET_CADES_MORE (creation)->id;
}

static void
signet_cades_more_finalize (GObject *object)
{
  SignetCadesMore *self = SIGNET_CADES_MORE (object);

  g_clear_object (&self->file);
  g_clear_object (&self->content);
  g_clear_object (&self->cms);
  g_clear_pointer (&self->parts, _signet_cms_parts_free);
  g_clear_pointer (&self->data, g_bytes_unref);
  g_free (self->target);
  g_free (self->id);
  G_OBJECT_CLASS (signet_cades_more_parent_class)->finalize (object);
}

static void
signet_cades_more_class_init (SignetCadesMoreClass *klass)
{
  SignetSignatureCreationClass *creation = SIGNET_SIGNATURE_CREATION_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = signet_cades_more_finalize;
  creation->prepare = signet_cades_more_prepare;
  creation->get_to_be_signed = signet_cades_more_get_to_be_signed;
  creation->set_signature = signet_cades_more_set_signature;
  creation->dup_timestamped = signet_cades_more_dup_timestamped;
  creation->add_timestamp = signet_cades_more_add_timestamp;
  creation->complete = signet_cades_more_complete;
  creation->get_id = signet_cades_more_get_id;
}

static void
signet_cades_more_init (SignetCadesMore *self)
{
  (void) self;
}

static SignetCadesMore *
create (Kind kind, SignetDocumentFile *file, SignetDocumentFile *content)
{
  SignetCadesMore *self = g_object_new (SIGNET_TYPE_CADES_MORE, NULL);

  self->kind = kind;
  self->file = g_object_ref (file);
  self->content = content != NULL ? g_object_ref (content) : NULL;
  return self;
}

/**
 * signet_cades_enclosed_new:
 * @file: what is signed; kept
 *
 * Returns: (transfer full): what writes a SignedData with the document inside; TOO_LARGE when prepared with more than #SIGNET_CADES_MAX_ENCLOSED
 */
SignetSignatureCreation *
signet_cades_enclosed_new (SignetDocumentFile *file)
{
  g_return_val_if_fail (SIGNET_IS_DOCUMENT_FILE (file), NULL);

  return SIGNET_SIGNATURE_CREATION (create (ENCLOSED, file, NULL));
}

/**
 * signet_cades_parallel_new:
 * @cms: a SignedData made by anybody; kept
 * @content: (nullable): what it is about, when that is not inside; kept
 *
 * Returns: (transfer full): what writes the same SignedData with one signer more, the earlier ones byte for byte; FORBIDDEN when
 *   prepared with an earlier signature that does not hold
 */
SignetSignatureCreation *
signet_cades_parallel_new (SignetDocumentFile *cms, SignetDocumentFile *content)
{
  g_return_val_if_fail (SIGNET_IS_DOCUMENT_FILE (cms), NULL);

  return SIGNET_SIGNATURE_CREATION (create (PARALLEL, cms, content));
}

/**
 * signet_cades_counter_new:
 * @cms: a SignedData made by anybody; kept
 * @content: (nullable): what it is about, when that is not inside: the countersigned signature is then checked against it; kept
 * @id: which of its signatures, as signet_document_find_signatures() calls it
 *
 * Returns: (transfer full): what writes the same SignedData with a countersignature (RFC 5652, 11.4) over that signature's value
 */
SignetSignatureCreation *
signet_cades_counter_new (SignetDocumentFile *cms, SignetDocumentFile *content, const char *id)
{
  SignetCadesMore *self = NULL;

  g_return_val_if_fail (SIGNET_IS_DOCUMENT_FILE (cms), NULL);
  g_return_val_if_fail (id != NULL, NULL);

  self = create (COUNTER, cms, content);
  self->target = g_strdup (id);
  return SIGNET_SIGNATURE_CREATION (self);
}
