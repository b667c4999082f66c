/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-document-signature.c: the facts about one signature, and the door to the finders of each format.
 *
 * Holds no trust and no verdict. Immutable once a finder returned it; any thread may read.
 */
#define G_LOG_DOMAIN "signet-document-signature"

#include "config.h"

#include "signet-document-signature-private.h"

G_DEFINE_FINAL_TYPE (SignetDocumentSignature, signet_document_signature, G_TYPE_OBJECT)

/* More are of no use to a person and of every use to an attacker. */
#define MAX_CHANGES 256

void
signet_document_change_free (SignetDocumentChange *change)
{
  if (change == NULL)
    return;
  g_free (change->kind);
  g_free (change->where);
  g_free (change);
}

static void
signet_document_signature_finalize (GObject *object)
{
  SignetDocumentSignature *self = SIGNET_DOCUMENT_SIGNATURE (object);

  g_free (self->id);
  g_free (self->covers);
  g_free (self->reason);
  g_free (self->location);
  g_clear_object (&self->signer);
  g_clear_pointer (&self->changes, g_ptr_array_unref);
  g_clear_pointer (&self->certificates, g_ptr_array_unref);
  g_clear_pointer (&self->problems, g_ptr_array_unref);
  g_clear_pointer (&self->covered, g_ptr_array_unref);
  g_clear_pointer (&self->timestamp, g_bytes_unref);
  g_clear_pointer (&self->value, g_bytes_unref);
  g_clear_pointer (&self->stamps, g_ptr_array_unref);
  g_clear_pointer (&self->evidence, signet_document_evidence_unref);

  G_OBJECT_CLASS (signet_document_signature_parent_class)->finalize (object);
}

static void
signet_document_signature_class_init (SignetDocumentSignatureClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = signet_document_signature_finalize;
}

static void
signet_document_signature_init (SignetDocumentSignature *self)
{
  self->kind = "signature";
  self->format = "";
  self->level = "";
  self->integrity = SIGNET_INTEGRITY_BROKEN; /* until proven otherwise */
  self->coverage = SIGNET_COVERAGE_PARTIAL;
  self->changes = g_ptr_array_new_with_free_func ((GDestroyNotify) signet_document_change_free);
  self->certificates = g_ptr_array_new_with_free_func (g_object_unref);
  self->problems = g_ptr_array_new ();
  self->covered = g_ptr_array_new_with_free_func (g_free);
  self->stamps = g_ptr_array_new_with_free_func ((GDestroyNotify) signet_document_stamp_free);
}

SignetDocumentSignature *
_signet_document_signature_new (const char *id)
{
  SignetDocumentSignature *self = g_object_new (SIGNET_TYPE_DOCUMENT_SIGNATURE, NULL);

  self->id = g_strdup (id);
  return self;
}

void
_signet_document_signature_add_problem (SignetDocumentSignature *self, const char *code)
{
  if (!g_ptr_array_find_with_equal_func (self->problems, code, g_str_equal, NULL))
    g_ptr_array_add (self->problems, (gpointer) code);
}

void
_signet_document_signature_set_broken (SignetDocumentSignature *self, const char *code)
{
  _signet_document_signature_add_problem (self, code);
  self->integrity = SIGNET_INTEGRITY_BROKEN;
  self->broken = TRUE;
}

void
_signet_document_signature_set_integrity (SignetDocumentSignature *self, SignetIntegrity integrity)
{
  if (!self->broken)
    self->integrity = integrity;
}

void
_signet_document_signature_add_change (SignetDocumentSignature *self, const char *kind, const char *where, gboolean allowed)
{
  SignetDocumentChange *change = NULL;

  /* what is not allowed is never dropped for lack of room */
  if (self->changes->len >= MAX_CHANGES && (allowed || self->changes->len >= 2 * MAX_CHANGES))
    return;
  change = g_new0 (SignetDocumentChange, 1);
  change->kind = g_strdup (kind);
  change->where = g_strdup (where);
  change->allowed = allowed;
  g_ptr_array_add (self->changes, change);
}

const char *
signet_document_signature_get_id (SignetDocumentSignature *self)
{
  g_return_val_if_fail (SIGNET_IS_DOCUMENT_SIGNATURE (self), NULL);

  return self->id;
}

const char *
signet_document_signature_get_kind (SignetDocumentSignature *self)
{
  g_return_val_if_fail (SIGNET_IS_DOCUMENT_SIGNATURE (self), NULL);

  return self->kind;
}

const char *
signet_document_signature_get_covers (SignetDocumentSignature *self)
{
  g_return_val_if_fail (SIGNET_IS_DOCUMENT_SIGNATURE (self), NULL);

  return self->covers;
}

const char *
signet_document_signature_get_format (SignetDocumentSignature *self)
{
  g_return_val_if_fail (SIGNET_IS_DOCUMENT_SIGNATURE (self), NULL);

  return self->format;
}

/**
 * signet_document_signature_get_inner_format:
 *
 * Returns: (nullable): of a signature in a container: what it is itself
 */
const char *
signet_document_signature_get_inner_format (SignetDocumentSignature *self)
{
  g_return_val_if_fail (SIGNET_IS_DOCUMENT_SIGNATURE (self), NULL);

  return self->inner_format;
}

/**
 * signet_document_signature_get_level:
 *
 * Returns: the baseline level the *structure* has (EN 319 142-1, clause 6), "" when it is not baseline; says nothing about trust
 */
const char *
signet_document_signature_get_level (SignetDocumentSignature *self)
{
  g_return_val_if_fail (SIGNET_IS_DOCUMENT_SIGNATURE (self), NULL);

  return self->level;
}

SignetIntegrity
signet_document_signature_get_integrity (SignetDocumentSignature *self)
{
  g_return_val_if_fail (SIGNET_IS_DOCUMENT_SIGNATURE (self), SIGNET_INTEGRITY_BROKEN);

  return self->integrity;
}

/**
 * signet_document_signature_get_coverage:
 *
 * Returns: WHOLE when the signature covers the file to its last byte; WHOLE_BUT_CHANGED_LATER when it covered the whole file as it
 *   was and the file grew since (see get_changes()); PARTIAL when it never covered a whole document
 */
SignetCoverage
signet_document_signature_get_coverage (SignetDocumentSignature *self)
{
  g_return_val_if_fail (SIGNET_IS_DOCUMENT_SIGNATURE (self), SIGNET_COVERAGE_PARTIAL);

  return self->coverage;
}

/**
 * signet_document_signature_get_changes:
 *
 * Returns: (transfer none) (element-type SignetDocumentChange): what was done to the document after this signature
 */
GPtrArray *
signet_document_signature_get_changes (SignetDocumentSignature *self)
{
  g_return_val_if_fail (SIGNET_IS_DOCUMENT_SIGNATURE (self), NULL);

  return self->changes;
}

SignetCertificate *
signet_document_signature_get_signer (SignetDocumentSignature *self)
{
  g_return_val_if_fail (SIGNET_IS_DOCUMENT_SIGNATURE (self), NULL);

  return self->signer;
}

GPtrArray *
signet_document_signature_get_certificates (SignetDocumentSignature *self)
{
  g_return_val_if_fail (SIGNET_IS_DOCUMENT_SIGNATURE (self), NULL);

  return self->certificates;
}

/**
 * signet_document_signature_get_claimed_time:
 *
 * Returns: seconds since 1970, from /M (PDF) or signing-time (CMS); 0 when there is none
 */
gint64
signet_document_signature_get_claimed_time (SignetDocumentSignature *self)
{
  g_return_val_if_fail (SIGNET_IS_DOCUMENT_SIGNATURE (self), 0);

  return self->claimed_time;
}

const char *
signet_document_signature_get_reason (SignetDocumentSignature *self)
{
  g_return_val_if_fail (SIGNET_IS_DOCUMENT_SIGNATURE (self), NULL);

  return self->reason;
}

const char *
signet_document_signature_get_location (SignetDocumentSignature *self)
{
  g_return_val_if_fail (SIGNET_IS_DOCUMENT_SIGNATURE (self), NULL);

  return self->location;
}

SignetSignatureAlgorithm
signet_document_signature_get_algorithm (SignetDocumentSignature *self)
{
  g_return_val_if_fail (SIGNET_IS_DOCUMENT_SIGNATURE (self), ((SignetSignatureAlgorithm){ 0 }));

  return self->algorithm;
}

/**
 * signet_document_signature_get_timestamp:
 *
 * Returns: (transfer none) (nullable): DER of the first signature-time-stamp token (RFC 3161); of a document time-stamp: itself
 */
GBytes *
signet_document_signature_get_timestamp (SignetDocumentSignature *self)
{
  g_return_val_if_fail (SIGNET_IS_DOCUMENT_SIGNATURE (self), NULL);

  return self->timestamp;
}

GBytes *
signet_document_signature_get_value (SignetDocumentSignature *self)
{
  g_return_val_if_fail (SIGNET_IS_DOCUMENT_SIGNATURE (self), NULL);

  return self->value;
}

guint64
signet_document_signature_get_position (SignetDocumentSignature *self)
{
  g_return_val_if_fail (SIGNET_IS_DOCUMENT_SIGNATURE (self), 0);

  return self->position;
}

GPtrArray *
signet_document_signature_get_stamps (SignetDocumentSignature *self)
{
  g_return_val_if_fail (SIGNET_IS_DOCUMENT_SIGNATURE (self), NULL);

  return self->stamps;
}

SignetDocumentEvidence *
signet_document_signature_get_evidence (SignetDocumentSignature *self)
{
  g_return_val_if_fail (SIGNET_IS_DOCUMENT_SIGNATURE (self), NULL);

  return self->evidence;
}

const char *
signet_document_signature_get_packaging (SignetDocumentSignature *self)
{
  g_return_val_if_fail (SIGNET_IS_DOCUMENT_SIGNATURE (self), NULL);

  return self->packaging;
}

/**
 * signet_document_signature_get_covered:
 *
 * Returns: (transfer none) (element-type utf8): the files beside the signature that it refers to, as it names them; their digests were
 *   compared with what was found under those names
 */
GPtrArray *
signet_document_signature_get_covered (SignetDocumentSignature *self)
{
  g_return_val_if_fail (SIGNET_IS_DOCUMENT_SIGNATURE (self), NULL);

  return self->covered;
}

GPtrArray *
signet_document_signature_get_problems (SignetDocumentSignature *self)
{
  g_return_val_if_fail (SIGNET_IS_DOCUMENT_SIGNATURE (self), NULL);

  return self->problems;
}

/**
 * signet_document_find_signatures:
 * @file: any file
 * @detached: (nullable): the data a detached CMS is about
 * @error: %SIGNET_DOCUMENT_ERROR when it could not be found out: damaged, encrypted, a format not handled
 *
 * Finds and judges every signature: integrity, coverage, later changes. An altered signature is found and called broken, never passed
 * over. Blocking, constant memory for PDF and detached CMS.
 *
 * Returns: (transfer full) (nullable) (element-type SignetDocumentSignature): in the order they were made
 */
GPtrArray *
signet_document_find_signatures (SignetDocumentFile *file, SignetDocumentFile *detached, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (SIGNET_IS_DOCUMENT_FILE (file), NULL);

  switch (signet_document_file_get_format (file))
    {
    case SIGNET_FORMAT_PDF:
      return _signet_document_find_pdf_signatures (file, cancellable, error);
    case SIGNET_FORMAT_CMS:
      return _signet_document_find_cms_signatures (file, detached, cancellable, error);
    case SIGNET_FORMAT_XML:
      return _signet_document_find_xml_signatures (file, detached, cancellable, error);
    case SIGNET_FORMAT_OTHER:
      return g_ptr_array_new_with_free_func (g_object_unref);
    case SIGNET_FORMAT_ZIP:
      return _signet_document_find_asic_signatures (file, cancellable, error);
    case SIGNET_FORMAT_UNKNOWN:
    default:
      g_set_error_literal (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_UNSUPPORTED, "the file was not recognised");
      return NULL;
    }
}

gboolean
_signet_document_signature_fits_key (SignetSignatureScheme scheme, EVP_PKEY *key)
{
  SignetKeyType type = key != NULL ? signet_key_type_of (key) : SIGNET_KEY_TYPE_UNKNOWN;

  switch (scheme)
    {
    case SIGNET_SIGNATURE_RSA_PKCS1:
    case SIGNET_SIGNATURE_RSA_PSS:
      return type == SIGNET_KEY_TYPE_RSA;
    case SIGNET_SIGNATURE_ECDSA:
      return type == SIGNET_KEY_TYPE_EC;
    case SIGNET_SIGNATURE_ED25519:
      return type == SIGNET_KEY_TYPE_ED25519;
    case SIGNET_SIGNATURE_SM2:
      return type == SIGNET_KEY_TYPE_SM2;
    case SIGNET_SIGNATURE_UNKNOWN:
    default:
      return FALSE;
    }
}
