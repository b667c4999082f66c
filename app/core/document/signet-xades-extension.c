/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-xades-extension.c: XAdES at levels T, LT and LTA (EN 319 132-1, 5.3 to 5.5): time-stamps and evidence are put as text behind the unsigned
 * properties that are there; every other byte stays.
 *
 * Time-stamps are canonicalised as SignedInfo is: some validators take its method for them. Another signature that covers this one would not
 * hold any more: then it is refused. Neither judges nor fetches. One thread at a time.
 */
#define G_LOG_DOMAIN "signet-xades-extension"

#include "config.h"

#include "signet-document-extension-private.h"
#include "signet-xades-reader-private.h"

struct _SignetXadesExtension {
  SignetDocumentExtension parent_instance;

  char    *id;      /* (nullable): of the signature a time-stamp was prepared for */
  gboolean archive;

  SignetXadesFeed feed; /* (nullable): what references outside lead to, when it is not one file */
  gpointer        feed_data;
};

#define SIGNET_TYPE_XADES_EXTENSION (_signet_xades_extension_get_type ())
G_DECLARE_FINAL_TYPE (SignetXadesExtension, _signet_xades_extension, SIGNET, XADES_EXTENSION, SignetDocumentExtension)
G_DEFINE_FINAL_TYPE (SignetXadesExtension, _signet_xades_extension, SIGNET_TYPE_DOCUMENT_EXTENSION)

/* The file as it is, and one signature in it */
typedef struct {
  GBytes           *bytes;
  SignetXml        *xml;
  SignetXadesReader reader;
} Opened;

static void
opened_clear (Opened *opened)
{
  _signet_xades_reader_clear (&opened->reader);
  g_clear_pointer (&opened->xml, _signet_xml_free);
  g_clear_pointer (&opened->bytes, g_bytes_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Opened, opened_clear)

static gboolean
open_signature (SignetDocumentExtension *base, const char *id, Opened *opened, GError **error)
{
  g_autoptr(SignetDocumentFile) file = _signet_document_extension_open_file (base, error);

  opened->bytes = file != NULL ? _signet_xml_load (file, error) : NULL;
  opened->xml = opened->bytes != NULL ? _signet_xml_parse (opened->bytes, error) : NULL;
  return opened->xml != NULL && _signet_xades_reader_open (&opened->reader, opened->xml, id, error);
}

/* --- putting it in --------------------------------------------------------------------------------------------------------- */

/* As the last of the unsigned signature properties, with those elements around it that are not there yet. Names its own namespaces. */
static GBytes *
insert (const Opened *opened, const char *property, GError **error)
{
  const SignetXadesReader *reader = &opened->reader;
  const xmlNode *outer = _signet_xml_child (reader->qualifying, SIGNET_XML_NS_XADES, "UnsignedProperties", NULL);
  g_autofree char *inner = NULL;
  g_autofree char *both = NULL;

  if (reader->unsigned_properties != NULL)
    return _signet_xml_append (opened->bytes, _signet_xml_get_position (reader->unsigned_properties), property, error);
  inner = g_strdup_printf ("<xades:UnsignedSignatureProperties xmlns:xades=\"%s\">%s</xades:UnsignedSignatureProperties>", SIGNET_XML_NS_XADES, property);
  if (outer != NULL)
    return _signet_xml_append (opened->bytes, _signet_xml_get_position (outer), inner, error);
  both = g_strdup_printf ("<xades:UnsignedProperties xmlns:xades=\"%s\">%s</xades:UnsignedProperties>", SIGNET_XML_NS_XADES, inner);
  return _signet_xml_append (opened->bytes, _signet_xml_get_position (reader->qualifying), both, error);
}

static gboolean
check_others_hold (SignetDocumentExtension *base, GBytes *before, GBytes *after, GCancellable *cancellable, GError **error)
{
  SignetDocumentFile *detached = _signet_document_extension_get_detached (base);
  g_autoptr(GPtrArray) old = _signet_xades_find_beside (before, detached, cancellable, error);
  g_autoptr(GPtrArray) new = old != NULL ? _signet_xades_find_beside (after, detached, cancellable, error) : NULL;

  if (new == NULL)
    return FALSE;
  for (guint i = 0; i < old->len; i++)
    if (i >= new->len
        || signet_document_signature_get_integrity (g_ptr_array_index (old, i)) != signet_document_signature_get_integrity (g_ptr_array_index (new, i)))
      {
        g_set_error_literal (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_FORBIDDEN, "another signature covers this one and would not hold any more");
        return FALSE;
      }
  return TRUE;
}

static gboolean
put (SignetDocumentExtension *base, const Opened *opened, const char *property, GCancellable *cancellable, GError **error)
{
  g_autoptr(GBytes) bytes = insert (opened, property, error);

  return bytes != NULL && check_others_hold (base, opened->bytes, bytes, cancellable, error)
         && _signet_document_extension_replace (base, bytes, error);
}

/* --- time-stamps ----------------------------------------------------------------------------------------------------------- */

static const xmlNode *
find_method (const SignetXadesReader *reader)
{
  return _signet_xml_child (reader->signed_info, SIGNET_XML_NS_DSIG, "CanonicalizationMethod", NULL);
}

static GBytes *
digest_value (SignetXadesReader *reader, SignetDigest digest)
{
  g_autoptr(GBytes) bytes = _signet_xades_canonicalize (reader, reader->value, find_method (reader));
  const EVP_MD *md = signet_digest_get_md (digest);
  guint8 value[EVP_MAX_MD_SIZE];
  unsigned length = 0;

  if (bytes == NULL || md == NULL || EVP_Digest (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), value, &length, md, NULL) != 1)
    return NULL;
  return g_bytes_new (value, length);
}

void
_signet_xades_extension_set_feed (SignetDocumentExtension *base, SignetXadesFeed feed, gpointer data)
{
  SignetXadesExtension *self = SIGNET_XADES_EXTENSION (base);

  self->feed = feed;
  self->feed_data = data;
}

static GBytes *
digest_all (SignetXadesExtension *self, SignetXadesReader *reader, SignetDigest digest, GCancellable *cancellable, GError **error)
{
  if (self->feed == NULL)
    return _signet_xades_archive_digest_beside (reader, _signet_document_extension_get_detached (SIGNET_DOCUMENT_EXTENSION (self)), digest,
                                                cancellable, error);
  reader->feed = self->feed;
  reader->resolve_data = self->feed_data;
  reader->cancellable = cancellable;
  return _signet_xades_archive_digest (reader, NULL, find_method (reader), digest, error);
}

static GBytes *
prepare_timestamp (SignetDocumentExtension *base, const SignetExtensionStamp *stamp, GCancellable *cancellable, GError **error)
{
  SignetXadesExtension *self = SIGNET_XADES_EXTENSION (base);
  g_autoptr(GError) local_error = NULL;
  g_auto(Opened) opened = { 0 };
  GBytes *digest = NULL;

  if (!open_signature (base, stamp->id, &opened, error))
    return NULL;
  if (stamp->archive)
    digest = digest_all (self, &opened.reader, stamp->digest, cancellable, &local_error);
  else
    digest = digest_value (&opened.reader, stamp->digest);
  if (local_error != NULL)
    g_propagate_error (error, g_steal_pointer (&local_error));
  else if (digest == NULL)
    g_set_error_literal (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_UNSUPPORTED, "not all that the signature covers is at hand");
  g_free (self->id);
  self->id = g_strdup (stamp->id);
  self->archive = stamp->archive;
  return digest;
}

static void
add_method (GString *out, const xmlNode *method)
{
  const xmlNode *parameter = _signet_xml_first (method);
  const char *prefixes = parameter != NULL ? _signet_xml_attribute (parameter, "PrefixList") : NULL;

  g_string_append (out, "<ds:CanonicalizationMethod Algorithm=\"");
  _signet_xml_escape (out, _signet_xml_attribute (method, "Algorithm"));
  g_string_append (out, "\">");
  if (prefixes != NULL)
    {
      g_string_append_printf (out, "<ec:InclusiveNamespaces xmlns:ec=\"%s\" PrefixList=\"", _signet_xml_exclusive.uri);
      _signet_xml_escape (out, prefixes);
      g_string_append (out, "\"/>");
    }
  g_string_append (out, "</ds:CanonicalizationMethod>");
}

static void
add_base64 (GString *out, const char *element, GBytes *data)
{
  g_autofree char *text = _signet_xml_encode_base64 (data);

  g_string_append_printf (out, "<xades:%s>%s</xades:%s>", element, text, element);
}

static gboolean
add_timestamp (SignetDocumentExtension *base, GBytes *token, GCancellable *cancellable, GError **error)
{
  SignetXadesExtension *self = SIGNET_XADES_EXTENSION (base);
  const char *name = self->archive ? "xades141:ArchiveTimeStamp" : "xades:SignatureTimeStamp";
  g_autoptr(GString) out = g_string_new (NULL);
  g_auto(Opened) opened = { 0 };

  g_return_val_if_fail (self->id != NULL, FALSE);

  if (!open_signature (base, self->id, &opened, error))
    return FALSE;
  g_string_append_printf (out, "<%s xmlns:ds=\"%s\" xmlns:xades=\"%s\"", name, SIGNET_XML_NS_DSIG, SIGNET_XML_NS_XADES);
  if (self->archive)
    g_string_append_printf (out, " xmlns:xades141=\"%s\"", SIGNET_XML_NS_XADES_141);
  g_string_append_c (out, '>');
  add_method (out, find_method (&opened.reader));
  add_base64 (out, "EncapsulatedTimeStamp", token);
  g_string_append_printf (out, "</%s>", name);
  return put (base, &opened, out->str, cancellable, error);
}

/* --- evidence -------------------------------------------------------------------------------------------------------------- */

static guint
add_pieces (GString *out, SignetDocumentEvidence *evidence, SignetDocumentEvidence *there, SignetPieceKind kind, const char *element)
{
  guint n = 0;

  for (guint i = 0; i < signet_document_evidence_get_n (evidence, kind); i++)
    {
      GBytes *der = signet_document_evidence_get (evidence, kind, i);

      if (there != NULL && signet_document_evidence_has (there, kind, der))
        continue;
      add_base64 (out, element, der);
      n++;
    }
  return n;
}

/* CertificateValues and RevocationValues (EN 319 132-1, 5.4): both may be there once only. (nullable): there is nothing new */
static char *
write_values (SignetDocumentEvidence *evidence, SignetDocumentEvidence *there)
{
  g_autoptr(GString) certificates = g_string_new (NULL);
  g_autoptr(GString) crls = g_string_new (NULL);
  g_autoptr(GString) ocsps = g_string_new (NULL);
  guint n_certificates = add_pieces (certificates, evidence, there, SIGNET_PIECE_CERTIFICATE, "EncapsulatedX509Certificate");
  guint n_crls = add_pieces (crls, evidence, there, SIGNET_PIECE_CRL, "EncapsulatedCRLValue");
  guint n_ocsps = add_pieces (ocsps, evidence, there, SIGNET_PIECE_OCSP, "EncapsulatedOCSPValue");
  GString *out = NULL;

  if (n_certificates + n_crls + n_ocsps == 0)
    return NULL;
  out = g_string_new (NULL);
  if (n_certificates > 0)
    g_string_append_printf (out, "<xades:CertificateValues xmlns:xades=\"%s\">%s</xades:CertificateValues>", SIGNET_XML_NS_XADES, certificates->str);
  if (n_crls + n_ocsps > 0)
    g_string_append_printf (out, "<xades:RevocationValues xmlns:xades=\"%s\">%s%s%s%s%s%s</xades:RevocationValues>", SIGNET_XML_NS_XADES,
                            n_crls > 0 ? "<xades:CRLValues>" : "", crls->str, n_crls > 0 ? "</xades:CRLValues>" : "",
                            n_ocsps > 0 ? "<xades:OCSPValues>" : "", ocsps->str, n_ocsps > 0 ? "</xades:OCSPValues>" : "");
  return g_string_free (out, FALSE);
}

static gboolean
has_values (const SignetXadesReader *reader)
{
  return _signet_xml_child (reader->unsigned_properties, SIGNET_XML_NS_XADES, "CertificateValues", NULL) != NULL
         || _signet_xml_child (reader->unsigned_properties, SIGNET_XML_NS_XADES, "RevocationValues", NULL) != NULL;
}

/* What comes later is for time-stamps, or goes with theirs: TimeStampValidationData (5.5.1), as often as it is needed. */
static gboolean
add_evidence (SignetDocumentExtension *base, const char *id, SignetDocumentEvidence *evidence, GCancellable *cancellable, GError **error)
{
  g_autoptr(SignetDocumentSignature) signature = _signet_document_signature_new (id);
  g_auto(Opened) opened = { 0 };
  g_autofree char *values = NULL;
  g_autofree char *wrapped = NULL;

  if (!open_signature (base, id, &opened, error))
    return FALSE;
  opened.reader.signature = signature;
  if (!_signet_xades_take_unsigned (&opened.reader, error))
    return FALSE;
  values = write_values (evidence, signature->evidence);
  if (values == NULL)
    return TRUE;
  if (!has_values (&opened.reader))
    return put (base, &opened, values, cancellable, error);
  wrapped = g_strdup_printf ("<xades141:TimeStampValidationData xmlns:xades141=\"%s\">%s</xades141:TimeStampValidationData>", SIGNET_XML_NS_XADES_141,
                             values);
  return put (base, &opened, wrapped, cancellable, error);
}

static void
_signet_xades_extension_finalize (GObject *object)
{
  g_free (SIGNET_XADES_EXTENSION (object)->id);
  G_OBJECT_CLASS (_signet_xades_extension_parent_class)->finalize (object);
}

static void
_signet_xades_extension_class_init (SignetXadesExtensionClass *klass)
{
  SignetDocumentExtensionClass *extension = SIGNET_DOCUMENT_EXTENSION_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = _signet_xades_extension_finalize;
  extension->prepare_timestamp = prepare_timestamp;
  extension->add_timestamp = add_timestamp;
  extension->add_evidence = add_evidence;
}

static void
_signet_xades_extension_init (SignetXadesExtension *self)
{
}
