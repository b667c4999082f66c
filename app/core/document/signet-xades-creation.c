/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-xades-creation.c: an XML signature put into an XML document, put around a file, or written beside it.
 *
 * Enveloped: the signature's text goes in front of the root's end tag and every other byte stays what it was: whoever signed or compares the
 * file as bytes finds them unchanged. One thread at a time.
 */
#define G_LOG_DOMAIN "signet-xades-creation"

#include "config.h"

#include "signet-xades-creation.h"

#include <string.h>

#include "signet-xades-reader-private.h"

#define MAX_ENVELOPED_CONTENT (SIGNET_XML_MAX_TEXT / 4 * 3)

struct _SignetXadesCreation {
  SignetSignatureCreation parent_instance;

  SignetDocumentFile  *file;
  SignetXadesPackaging packaging;
  char                *location; /* (nullable) */
  GBytes              *document; /* (nullable): enveloped: its bytes */
  guint                n_before; /* signatures that are in it already */
  char                *id;       /* (nullable): of ours, as the finder will call it */
  SignetDocumentXades *xades;    /* (nullable): before it is prepared */
};

G_DEFINE_FINAL_TYPE (SignetXadesCreation, signet_xades_creation, SIGNET_TYPE_SIGNATURE_CREATION)

char *
signet_xades_guess_mime_type (const char *name)
{
  gboolean uncertain = FALSE;
  g_autofree char *type = g_content_type_guess (name, NULL, 0, &uncertain);
  char *mime = uncertain || g_content_type_is_unknown (type) ? NULL : g_content_type_get_mime_type (type);

  return mime != NULL ? mime : g_strdup ("application/octet-stream");
}

static gboolean
set_error (GError **error, SignetDocumentError code, const char *message)
{
  g_set_error_literal (error, SIGNET_DOCUMENT_ERROR, code, message);
  return FALSE;
}

/* --- enveloped ------------------------------------------------------------------------------------------------------------- */

/* What those that are there say once there is another: the enveloped-signature transform takes out its own signature alone. */
static gboolean
check_others_hold (SignetXadesCreation *self, GPtrArray *before, GCancellable *cancellable, GError **error)
{
  g_autoptr(GBytes) bytes = _signet_xml_append (self->document, 0, "<Signature xmlns=\"" SIGNET_XML_NS_DSIG "\"/>", error);
  g_autoptr(GPtrArray) after = bytes != NULL ? _signet_xades_find (bytes, NULL, NULL, cancellable, error) : NULL;

  if (after == NULL)
    return FALSE;
  for (guint i = 0; i < before->len && i < after->len; i++)
    if (signet_document_signature_get_integrity (g_ptr_array_index (before, i)) == SIGNET_INTEGRITY_INTACT
        && signet_document_signature_get_integrity (g_ptr_array_index (after, i)) != SIGNET_INTEGRITY_INTACT)
      return set_error (error, SIGNET_DOCUMENT_ERROR_FORBIDDEN, "a signature that is inside already allows no second one");
  return TRUE;
}

static gboolean
check_signatures (SignetXadesCreation *self, GCancellable *cancellable, GError **error)
{
  g_autoptr(GPtrArray) before = _signet_xades_find (self->document, NULL, NULL, cancellable, error);

  if (before == NULL)
    return FALSE;
  self->n_before = before->len;
  return before->len == 0 || check_others_hold (self, before, cancellable, error);
}

static gboolean
is_signature (const xmlNode *root)
{
  return _signet_xml_is (root, SIGNET_XML_NS_DSIG, "Signature") || _signet_xml_is (root, SIGNET_XML_NS_ASIC, "XAdESSignatures");
}

static SignetXml *
open_document (SignetXadesCreation *self, GCancellable *cancellable, GError **error)
{
  g_autoptr(SignetXml) xml = NULL;
  SignetXmlExtent extent;

  g_clear_pointer (&self->document, g_bytes_unref);
  self->document = _signet_xml_load (self->file, error);
  /* one tree in memory at a time */
  if (self->document == NULL || !check_signatures (self, cancellable, error) || !_signet_xml_find_extent (self->document, 0, &extent, error))
    return NULL;
  xml = _signet_xml_parse (self->document, error);
  if (xml == NULL)
    return NULL;
  if (is_signature (_signet_xml_get_root (xml)))
    {
      set_error (error, SIGNET_DOCUMENT_ERROR_FORBIDDEN, "the file is a signature itself");
      return NULL;
    }
  return g_steal_pointer (&xml);
}

static SignetXadesData *
prepare_enveloped (SignetXadesCreation *self, SignetDigest digest, GCancellable *cancellable, GError **error)
{
  SignetXmlSelection whole = { 0 };
  g_autoptr(SignetXml) xml = open_document (self, cancellable, error);
  g_autoptr(GBytes) value = xml != NULL ? _signet_xml_canonical_digest (xml, &whole, &_signet_xml_exclusive, digest, error) : NULL;

  return value != NULL ? signet_xades_data_new (SIGNET_XADES_ENVELOPED, NULL, "application/xml", value) : NULL;
}

/* --- around and beside ----------------------------------------------------------------------------------------------------- */

static gboolean
check_fits (SignetDocumentFile *file, GError **error)
{
  return signet_document_file_get_size (file) <= MAX_ENVELOPED_CONTENT
         || set_error (error, SIGNET_DOCUMENT_ERROR_TOO_LARGE, "more than 7.5 MB do not fit into an XML text");
}

static SignetXadesData *
prepare_enveloping (SignetXadesCreation *self, SignetDigest digest, GError **error)
{
  g_autofree char *name = g_filename_display_basename (signet_document_file_get_path (self->file));
  g_autofree char *mime_type = signet_xades_guess_mime_type (name);
  g_autoptr(GBytes) content = NULL;
  guint8 value[EVP_MAX_MD_SIZE];
  unsigned length = 0;
  SignetXadesData *data = NULL;

  if (!check_fits (self->file, error))
    return NULL;
  content = _signet_xml_load (self->file, error);
  if (content == NULL
      || EVP_Digest (g_bytes_get_data (content, NULL), g_bytes_get_size (content), value, &length, signet_digest_get_md (digest), NULL) != 1)
    return NULL;
  data = signet_xades_data_new (SIGNET_XADES_ENVELOPING, NULL, mime_type, NULL);
  data->digest = g_bytes_new (value, length);
  data->content = g_steal_pointer (&content);
  return data;
}

static SignetXadesData *
prepare_detached (SignetXadesCreation *self, SignetDigest digest, GCancellable *cancellable, GError **error)
{
  g_autofree char *name = g_filename_display_basename (signet_document_file_get_path (self->file));
  g_autofree char *mime_type = signet_xades_guess_mime_type (name);
  g_autoptr(GBytes) value = signet_document_file_digest (self->file, digest, 0, signet_document_file_get_size (self->file), cancellable, error);

  return value != NULL ? signet_xades_data_new (SIGNET_XADES_DETACHED, name, mime_type, value) : NULL;
}

static SignetXadesData *
prepare_data (SignetXadesCreation *self, SignetDigest digest, GCancellable *cancellable, GError **error)
{
  switch (self->packaging)
    {
    case SIGNET_XADES_ENVELOPED:
      return prepare_enveloped (self, digest, cancellable, error);
    case SIGNET_XADES_ENVELOPING:
      return prepare_enveloping (self, digest, error);
    case SIGNET_XADES_DETACHED:
    default:
      return prepare_detached (self, digest, cancellable, error);
    }
}

/* --- the steps ------------------------------------------------------------------------------------------------------------- */

static gboolean
signet_xades_creation_prepare (SignetSignatureCreation *creation, const SignetCreationParameters *with, int fd, GCancellable *cancellable,
                               GError **error)
{
  SignetXadesCreation *self = SIGNET_XADES_CREATION (creation);
  g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func ((GDestroyNotify) signet_xades_data_free);
  SignetXadesParameters parameters = {
    .certificate = with->certificate,
    .chain = with->chain,
    .algorithm = with->algorithm,
    .time = with->time,
    .location = self->location,
  };
  SignetXadesData *data = prepare_data (self, with->algorithm.digest, cancellable, error);

  (void) fd; /* nothing is known to be written yet */
  if (data == NULL)
    return FALSE;
  g_ptr_array_add (all, data);
  self->id = g_strdup_printf ("%u", self->n_before + 1); /* behind all others */
  self->xades = signet_document_xades_new (&parameters, all, error);
  return self->xades != NULL;
}

static GBytes *
signet_xades_creation_get_to_be_signed (SignetSignatureCreation *creation)
{
  return signet_document_xades_get_to_be_signed (SIGNET_XADES_CREATION (creation)->xades);
}

static gboolean
signet_xades_creation_set_signature (SignetSignatureCreation *creation, GBytes *signature, GError **error)
{
  return signet_document_xades_set_signature (SIGNET_XADES_CREATION (creation)->xades, signature, error);
}

static GBytes *
signet_xades_creation_dup_timestamped (SignetSignatureCreation *creation)
{
  return signet_document_xades_dup_timestamped (SIGNET_XADES_CREATION (creation)->xades, NULL);
}

static gboolean
signet_xades_creation_add_timestamp (SignetSignatureCreation *creation, GBytes *token, GError **error)
{
  return signet_document_xades_add_timestamp (SIGNET_XADES_CREATION (creation)->xades, token, error);
}

static GBytes *
write_file (SignetXadesCreation *self, GError **error)
{
  g_autofree char *signature = NULL;

  if (self->packaging != SIGNET_XADES_ENVELOPED)
    return signet_document_xades_encode_file (self->xades, FALSE, error);
  signature = signet_document_xades_encode (self->xades, error);
  return signature != NULL ? _signet_xml_append (self->document, 0, signature, error) : NULL;
}

static gboolean
signet_xades_creation_complete (SignetSignatureCreation *creation, int fd, GCancellable *cancellable, GError **error)
{
  g_autoptr(GBytes) bytes = write_file (SIGNET_XADES_CREATION (creation), error);

  return bytes != NULL && !g_cancellable_set_error_if_cancelled (cancellable, error)
         && signet_document_write_at (fd, 0, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), error);
}

static const char *
signet_xades_creation_get_id (SignetSignatureCreation *creation)
{
  return SIGNET_XADES_CREATION (creation)->id;
}

static void
signet_xades_creation_finalize (GObject *object)
{
  SignetXadesCreation *self = SIGNET_XADES_CREATION (object);

  g_clear_object (&self->file);
  g_clear_object (&self->xades);
  g_clear_pointer (&self->document, g_bytes_unref);
  g_free (self->location);
  g_free (self->id);
  G_OBJECT_CLASS (signet_xades_creation_parent_class)->finalize (object);
}

static void
signet_xades_creation_class_init (SignetXadesCreationClass *klass)
{
  SignetSignatureCreationClass *creation = SIGNET_SIGNATURE_CREATION_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = signet_xades_creation_finalize;
  creation->prepare = signet_xades_creation_prepare;
  creation->get_to_be_signed = signet_xades_creation_get_to_be_signed;
  creation->set_signature = signet_xades_creation_set_signature;
  creation->dup_timestamped = signet_xades_creation_dup_timestamped;
  creation->add_timestamp = signet_xades_creation_add_timestamp;
  creation->complete = signet_xades_creation_complete;
  creation->get_id = signet_xades_creation_get_id;
}

static void
signet_xades_creation_init (SignetXadesCreation *self)
{
  (void) self;
}

/**
 * signet_xades_creation_new:
 * @file: what is signed; kept
 * @packaging: where the signature goes; enveloped needs XML
 * @location: (nullable): where it is signed, in the signer's words
 *
 * Returns: (transfer full): what writes the signed file: the document with its signature, the signature with the document in it, or the
 *   signature alone
 */
SignetSignatureCreation *
signet_xades_creation_new (SignetDocumentFile *file, SignetXadesPackaging packaging, const char *location)
{
  SignetXadesCreation *self = NULL;

  g_return_val_if_fail (SIGNET_IS_DOCUMENT_FILE (file), NULL);

  self = g_object_new (SIGNET_TYPE_XADES_CREATION, NULL);
  self->file = g_object_ref (file);
  self->packaging = packaging;
  self->location = g_strdup (location);
  return SIGNET_SIGNATURE_CREATION (self);
}

/**
 * signet_xades_check_can_sign:
 * @error: as preparing the signature would give it: damaged, too large, not told apart (UNSUPPORTED), signed already (FORBIDDEN)
 *
 * Returns: whether @file can be signed with @packaging, as far as that can be known before there is a key
 */
gboolean
signet_xades_check_can_sign (SignetDocumentFile *file, SignetXadesPackaging packaging, GCancellable *cancellable, GError **error)
{
  g_autoptr(SignetSignatureCreation) creation = signet_xades_creation_new (file, packaging, NULL);
  g_autoptr(SignetXml) xml = NULL;

  g_return_val_if_fail (creation != NULL, FALSE);

  if (packaging == SIGNET_XADES_ENVELOPING)
    return check_fits (file, error);
  if (packaging == SIGNET_XADES_DETACHED)
    return TRUE;
  xml = open_document (SIGNET_XADES_CREATION (creation), cancellable, error);
  return xml != NULL;
}
