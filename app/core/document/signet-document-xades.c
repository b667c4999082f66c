/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-document-xades.c: builds a ds:Signature around a signature made elsewhere.
 *
 * Everything is written as text; libxml2 gives the canonical form of what was written, as every verifier computes it. Exclusive
 * canonicalisation throughout, so that a signature means the same alone, in a container and inside a document; and the same for time-stamps,
 * because some verifiers take the method of SignedInfo for them. Does not verify. One thread at a time.
 */
#define G_LOG_DOMAIN "signet-document-xades"

#include "config.h"

#include "signet-document-xades.h"

#include "../base/signet-base-error.h"
#include "../base/signet-clock.h"
#include "signet-xades-private.h"

#define DECLARATION "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"

struct _SignetDocumentXades {
  GObject                  parent_instance;
  SignetCertificate       *certificate;
  GPtrArray               *chain; /* (element-type SignetCertificate) */
  SignetSignatureAlgorithm algorithm;
  GPtrArray               *data;  /* (element-type SignetXadesData) */
  char                    *id;
  char                    *properties;  /* xades:SignedProperties */
  char                    *signed_info; /* ds:SignedInfo */
  GBytes                  *to_be_signed;
  GBytes                  *value; /* (nullable): as XML has it */
  GBytes                  *token; /* (nullable) */
};

G_DEFINE_FINAL_TYPE (SignetDocumentXades, signet_document_xades, G_TYPE_OBJECT)

static GPtrArray *
ref_or_empty (GPtrArray *array)
{
  return array != NULL ? g_ptr_array_ref (array) : g_ptr_array_new ();
}

SignetXadesData *
signet_xades_data_new (SignetXadesPackaging packaging, const char *name, const char *mime_type, GBytes *digest)
{
  SignetXadesData *data = g_new0 (SignetXadesData, 1);

  data->packaging = packaging;
  data->name = g_strdup (name);
  data->mime_type = g_strdup (mime_type);
  data->digest = digest != NULL ? g_bytes_ref (digest) : NULL;
  return data;
}

void
signet_xades_data_free (SignetXadesData *data)
{
  if (data == NULL)
    return;
  g_free (data->name);
  g_free (data->mime_type);
  g_clear_pointer (&data->digest, g_bytes_unref);
  g_clear_pointer (&data->content, g_bytes_unref);
  g_free (data);
}

static void
signet_document_xades_finalize (GObject *object)
{
  SignetDocumentXades *self = SIGNET_DOCUMENT_XADES (object);

  g_clear_object (&self->certificate);
  g_clear_pointer (&self->chain, g_ptr_array_unref);
  g_clear_pointer (&self->data, g_ptr_array_unref);
  g_free (self->id);
  g_free (self->properties);
  g_free (self->signed_info);
  g_clear_pointer (&self->to_be_signed, g_bytes_unref);
  g_clear_pointer (&self->value, g_bytes_unref);
  g_clear_pointer (&self->token, g_bytes_unref);

  G_OBJECT_CLASS (signet_document_xades_parent_class)->finalize (object);
}

static void
signet_document_xades_class_init (SignetDocumentXadesClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = signet_document_xades_finalize;
}

static void
signet_document_xades_init (SignetDocumentXades *self)
{
}

/* --- pieces ---------------------------------------------------------------------------------------------------------------- */

static void
add_base64 (GString *out, const char *element, GBytes *data)
{
  g_autofree char *text = _signet_xml_encode_base64 (data);

  g_string_append_printf (out, "<%s>%s</%s>", element, text, element);
}

static void
add_text (GString *out, const char *element, const char *text)
{
  g_string_append_printf (out, "<%s>", element);
  _signet_xml_escape (out, text);
  g_string_append_printf (out, "</%s>", element);
}

static void
add_digest (GString *out, SignetDigest digest, GBytes *value)
{
  g_string_append_printf (out, "<ds:DigestMethod Algorithm=\"%s\"/>", _signet_xades_digest_uri (digest));
  add_base64 (out, "ds:DigestValue", value);
}

static GBytes *
digest_bytes (SignetDigest digest, GBytes *data)
{
  guint8 value[EVP_MAX_MD_SIZE];
  unsigned length = 0;

  if (EVP_Digest (g_bytes_get_data (data, NULL), g_bytes_get_size (data), value, &length, signet_digest_get_md (digest), NULL) != 1)
    return NULL;
  return g_bytes_new (value, length);
}

/* EN 319 132-1, 5.2.2 */
static void
add_signing_certificate (GString *out, SignetDocumentXades *self)
{
  g_autoptr(GBytes) digest = digest_bytes (self->algorithm.digest, signet_certificate_get_der (self->certificate));
  g_autoptr(GBytes) issuer_serial = _signet_xades_encode_issuer_serial (signet_certificate_get_x509 (self->certificate));

  g_string_append (out, "<xades:SigningCertificateV2><xades:Cert><xades:CertDigest>");
  add_digest (out, self->algorithm.digest, digest);
  g_string_append (out, "</xades:CertDigest>");
  add_base64 (out, "xades:IssuerSerialV2", issuer_serial);
  g_string_append (out, "</xades:Cert></xades:SigningCertificateV2>");
}

/* EN 319 132-1, 5.2.4: for each thing that is signed what it is */
static void
add_data_formats (GString *out, SignetDocumentXades *self)
{
  g_string_append (out, "<xades:SignedDataObjectProperties>");
  for (guint i = 0; i < self->data->len; i++)
    {
      const SignetXadesData *data = g_ptr_array_index (self->data, i);

      g_string_append_printf (out, "<xades:DataObjectFormat ObjectReference=\"#%s-reference-%u\">", self->id, i + 1);
      add_text (out, "xades:MimeType", data->mime_type != NULL ? data->mime_type : "application/octet-stream");
      g_string_append (out, "</xades:DataObjectFormat>");
    }
  g_string_append (out, "</xades:SignedDataObjectProperties>");
}

static char *
write_properties (SignetDocumentXades *self, const SignetXadesParameters *parameters)
{
  g_autofree char *time = signet_time_format_iso8601 (parameters->time);
  GString *out = g_string_new (NULL);

  g_string_append_printf (out, "<xades:SignedProperties Id=\"%s-properties\"><xades:SignedSignatureProperties>", self->id);
  add_text (out, "xades:SigningTime", time);
  add_signing_certificate (out, self);
  if (parameters->location != NULL)
    {
      g_string_append (out, "<xades:SignatureProductionPlaceV2>");
      add_text (out, "xades:City", parameters->location);
      g_string_append (out, "</xades:SignatureProductionPlaceV2>");
    }
  if (parameters->role != NULL)
    {
      g_string_append (out, "<xades:SignerRoleV2><xades:ClaimedRoles>");
      add_text (out, "xades:ClaimedRole", parameters->role);
      g_string_append (out, "</xades:ClaimedRoles></xades:SignerRoleV2>");
    }
  g_string_append (out, "</xades:SignedSignatureProperties>");
  add_data_formats (out, self);
  g_string_append (out, "</xades:SignedProperties>");
  return g_string_free (out, FALSE);
}

static void
add_transform (GString *out, const char *uri)
{
  g_string_append_printf (out, "<ds:Transform Algorithm=\"%s\"/>", uri);
}

/* URI and transforms by where the data is */
static void
add_target (GString *out, SignetDocumentXades *self, const SignetXadesData *data, guint number)
{
  g_autofree char *name = data->name != NULL ? g_uri_escape_string (data->name, "/", FALSE) : NULL;

  switch (data->packaging)
    {
    case SIGNET_XADES_ENVELOPED:
      g_string_append (out, " URI=\"\"><ds:Transforms>");
      add_transform (out, SIGNET_XADES_TRANSFORM_ENVELOPED);
      add_transform (out, _signet_xml_exclusive.uri);
      g_string_append (out, "</ds:Transforms>");
      break;
    case SIGNET_XADES_ENVELOPING:
      g_string_append_printf (out, " URI=\"#%s-object-%u\"><ds:Transforms>", self->id, number);
      add_transform (out, SIGNET_XADES_TRANSFORM_BASE64);
      g_string_append (out, "</ds:Transforms>");
      break;
    case SIGNET_XADES_DETACHED:
    default:
      g_string_append (out, " URI=\"");
      _signet_xml_escape (out, name);
      g_string_append (out, "\">");
      break;
    }
}

static char *
write_signed_info (SignetDocumentXades *self, GBytes *properties_digest)
{
  GString *out = g_string_new ("<ds:SignedInfo>");

  g_string_append_printf (out, "<ds:CanonicalizationMethod Algorithm=\"%s\"/><ds:SignatureMethod Algorithm=\"%s\"/>", _signet_xml_exclusive.uri,
                          _signet_xades_algorithm_uri (self->algorithm));
  for (guint i = 0; i < self->data->len; i++)
    {
      const SignetXadesData *data = g_ptr_array_index (self->data, i);

      g_string_append_printf (out, "<ds:Reference Id=\"%s-reference-%u\"", self->id, i + 1);
      add_target (out, self, data, i + 1);
      add_digest (out, self->algorithm.digest, data->digest);
      g_string_append (out, "</ds:Reference>");
    }
  g_string_append_printf (out, "<ds:Reference Type=\"%s\" URI=\"#%s-properties\"><ds:Transforms>", SIGNET_XADES_TYPE_SIGNED_PROPERTIES, self->id);
  add_transform (out, _signet_xml_exclusive.uri);
  g_string_append (out, "</ds:Transforms>");
  add_digest (out, self->algorithm.digest, properties_digest);
  g_string_append (out, "</ds:Reference></ds:SignedInfo>");
  return g_string_free (out, FALSE);
}

static void
add_certificate (GString *out, SignetCertificate *certificate)
{
  add_base64 (out, "ds:X509Certificate", signet_certificate_get_der (certificate));
}

static void
add_key_info (GString *out, SignetDocumentXades *self)
{
  g_string_append (out, "<ds:KeyInfo><ds:X509Data>");
  add_certificate (out, self->certificate);
  for (guint i = 0; i < self->chain->len; i++)
    if (!signet_certificate_equal (g_ptr_array_index (self->chain, i), self->certificate))
      add_certificate (out, g_ptr_array_index (self->chain, i));
  g_string_append (out, "</ds:X509Data></ds:KeyInfo>");
}

/* EN 319 132-1, 5.3: the signature time-stamp */
static void
add_unsigned_properties (GString *out, SignetDocumentXades *self)
{
  if (self->token == NULL)
    return;
  g_string_append_printf (out,
                          "<xades:UnsignedProperties><xades:UnsignedSignatureProperties><xades:SignatureTimeStamp Id=\"%s-time-stamp\">"
                          "<ds:CanonicalizationMethod Algorithm=\"%s\"/>",
                          self->id, _signet_xml_exclusive.uri);
  add_base64 (out, "xades:EncapsulatedTimeStamp", self->token);
  g_string_append (out, "</xades:SignatureTimeStamp></xades:UnsignedSignatureProperties></xades:UnsignedProperties>");
}

static void
add_qualifying_properties (GString *out, SignetDocumentXades *self)
{
  g_string_append_printf (out, "<ds:Object><xades:QualifyingProperties xmlns:xades=\"%s\" Target=\"#%s\">%s", SIGNET_XML_NS_XADES, self->id,
                          self->properties);
  add_unsigned_properties (out, self);
  g_string_append (out, "</xades:QualifyingProperties></ds:Object>");
}

static void
add_objects (GString *out, SignetDocumentXades *self)
{
  for (guint i = 0; i < self->data->len; i++)
    {
      const SignetXadesData *data = g_ptr_array_index (self->data, i);
      g_autofree char *text = data->content != NULL ? _signet_xml_encode_base64 (data->content) : NULL;

      if (data->packaging == SIGNET_XADES_ENVELOPING && text != NULL)
        g_string_append_printf (out, "<ds:Object Id=\"%s-object-%u\" Encoding=\"%s\">%s</ds:Object>", self->id, i + 1, SIGNET_XADES_TRANSFORM_BASE64,
                                text);
    }
}

static char *
write_value (SignetDocumentXades *self)
{
  g_autofree char *value = _signet_xml_encode_base64 (self->value);

  return g_strdup_printf ("<ds:SignatureValue Id=\"%s-value\">%s</ds:SignatureValue>", self->id, value);
}

static char *
write_signature (SignetDocumentXades *self)
{
  GString *out = g_string_new (NULL);

  g_string_append_printf (out, "<ds:Signature xmlns:ds=\"%s\" Id=\"%s\">%s", SIGNET_XML_NS_DSIG, self->id, self->signed_info != NULL ? self->signed_info : "");
  if (self->value != NULL)
    {
      g_autofree char *value = write_value (self);

      g_string_append (out, value);
    }
  add_key_info (out, self);
  add_qualifying_properties (out, self);
  add_objects (out, self);
  g_string_append (out, "</ds:Signature>");
  return g_string_free (out, FALSE);
}

/* --- what is signed -------------------------------------------------------------------------------------------------------- */

/* The element that @text begins with, as it will be in the signature: the exclusive form depends on the namespaces around it and on nothing else. */
static GBytes *
canonicalize (const char *text, const char *namespace_uri, const char *name, GError **error)
{
  g_autofree char *around = g_strdup_printf ("<ds:Signature xmlns:ds=\"%s\"><xades:QualifyingProperties xmlns:xades=\"%s\">%s</xades:QualifyingProperties></ds:Signature>",
                                             SIGNET_XML_NS_DSIG, SIGNET_XML_NS_XADES, text);
  g_autoptr(GBytes) bytes = g_bytes_new_static (around, strlen (around));
  g_autoptr(SignetXml) xml = _signet_xml_parse (bytes, error);
  xmlNode *root = xml != NULL ? _signet_xml_get_root (xml) : NULL;
  SignetXmlSelection selection = { .apex = root };

  while (selection.apex != NULL && !_signet_xml_is (selection.apex, namespace_uri, name))
    selection.apex = _signet_xml_after (selection.apex, root);
  if (xml == NULL)
    return NULL;
  g_return_val_if_fail (selection.apex != NULL, NULL);
  return _signet_xml_canonical_bytes (xml, &selection, &_signet_xml_exclusive, error);
}

static gboolean
prepare (SignetDocumentXades *self, const SignetXadesParameters *parameters, GError **error)
{
  g_autoptr(GBytes) canonical = NULL;
  g_autoptr(GBytes) digest = NULL;

  self->properties = write_properties (self, parameters);
  canonical = canonicalize (self->properties, SIGNET_XML_NS_XADES, "SignedProperties", error);
  digest = canonical != NULL ? digest_bytes (self->algorithm.digest, canonical) : NULL;
  if (digest == NULL)
    return FALSE;
  self->signed_info = write_signed_info (self, digest);
  self->to_be_signed = canonicalize (self->signed_info, SIGNET_XML_NS_DSIG, "SignedInfo", error);
  return self->to_be_signed != NULL;
}

static gboolean
refuse (GError **error, const char *why)
{
  g_set_error_literal (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_UNSUPPORTED, why);
  return FALSE;
}

static gboolean
check_data (SignetSignatureAlgorithm algorithm, GPtrArray *data, GError **error)
{
  const EVP_MD *md = signet_digest_get_md (algorithm.digest);
  gboolean ok = data->len > 0 && data->len < SIGNET_XADES_MAX_REFERENCES;

  for (guint i = 0; ok && i < data->len; i++)
    {
      const SignetXadesData *item = g_ptr_array_index (data, i);

      ok = item->digest != NULL && g_bytes_get_size (item->digest) == (gsize) EVP_MD_get_size (md)
           && (item->packaging == SIGNET_XADES_DETACHED) == (item->name != NULL && *item->name != '\0');
    }
  if (!ok)
    g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_USAGE, "nothing, too much, or something without its digest to be signed");
  return ok;
}

/**
 * signet_document_xades_new:
 * @parameters: who signs, how and when
 * @data: (element-type SignetXadesData): what is signed
 * @error: UNSUPPORTED when the algorithm has no name in XML signatures that others know, or the certificate is not readable
 *
 * Returns: (transfer full) (nullable): a signature that lacks only its value
 */
SignetDocumentXades *
signet_document_xades_new (const SignetXadesParameters *parameters, GPtrArray *data, GError **error)
{
  g_autoptr(SignetDocumentXades) self = NULL;
  g_autofree char *random = g_uuid_string_random ();

  g_return_val_if_fail (parameters != NULL && SIGNET_IS_CERTIFICATE (parameters->certificate), NULL);
  g_return_val_if_fail (data != NULL, NULL);

  if (_signet_xades_algorithm_uri (parameters->algorithm) == NULL)
    {
      refuse (error, "signature algorithm not handled in XML signatures");
      return NULL;
    }
  if (signet_certificate_get_x509 (parameters->certificate) == NULL || signet_certificate_get_key (parameters->certificate) == NULL)
    {
      refuse (error, "the signer's certificate is not readable");
      return NULL;
    }
  if (!check_data (parameters->algorithm, data, error))
    return NULL;

  self = g_object_new (SIGNET_TYPE_DOCUMENT_XADES, NULL);
  self->certificate = g_object_ref (parameters->certificate);
  self->chain = ref_or_empty (parameters->chain);
  self->algorithm = parameters->algorithm;
  self->data = g_ptr_array_ref (data);
  self->id = g_strconcat ("id-", random, NULL); /* an NCName does not begin with a digit */
  return prepare (self, parameters, error) ? g_steal_pointer (&self) : NULL;
}

/**
 * signet_document_xades_get_to_be_signed:
 *
 * Returns: (transfer none): the exclusive canonical form of ds:SignedInfo: the message the signer hashes and signs
 */
GBytes *
signet_document_xades_get_to_be_signed (SignetDocumentXades *self)
{
  g_return_val_if_fail (SIGNET_IS_DOCUMENT_XADES (self), NULL);

  return self->to_be_signed;
}

/**
 * signet_document_xades_set_signature:
 * @signature: as #SignetSigner returns it: ECDSA in DER
 *
 * Does not check it: the signer did, and the finished document is verified.
 */
gboolean
signet_document_xades_set_signature (SignetDocumentXades *self, GBytes *signature, GError **error)
{
  g_autoptr(GBytes) value = NULL;

  g_return_val_if_fail (SIGNET_IS_DOCUMENT_XADES (self), FALSE);
  g_return_val_if_fail (signature != NULL, FALSE);

  if (g_bytes_get_size (signature) > 0 && g_bytes_get_size (signature) <= G_MAXUINT16)
    value = _signet_xades_value_from_signature (self->algorithm, signet_certificate_get_key (self->certificate), signature);
  if (value == NULL)
    {
      g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_USAGE, "no signature of that form exists");
      return FALSE;
    }
  g_clear_pointer (&self->value, g_bytes_unref);
  self->value = g_steal_pointer (&value);
  return TRUE;
}

static gboolean
check_signed (SignetDocumentXades *self, GError **error)
{
  if (self->value != NULL)
    return TRUE;
  g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_USAGE, "not signed yet");
  return FALSE;
}

/**
 * signet_document_xades_dup_timestamped:
 *
 * Returns: (transfer full) (nullable): what a signature time-stamp covers: the canonical form of ds:SignatureValue (EN 319 132-1, 5.3)
 */
GBytes *
signet_document_xades_dup_timestamped (SignetDocumentXades *self, GError **error)
{
  g_autofree char *value = NULL;

  g_return_val_if_fail (SIGNET_IS_DOCUMENT_XADES (self), NULL);

  value = check_signed (self, error) ? write_value (self) : NULL;
  return value != NULL ? canonicalize (value, SIGNET_XML_NS_DSIG, "SignatureValue", error) : NULL;
}

/**
 * signet_document_xades_add_timestamp:
 * @token: DER of a TimeStampToken (RFC 3161), already checked by who got it
 */
gboolean
signet_document_xades_add_timestamp (SignetDocumentXades *self, GBytes *token, GError **error)
{
  g_return_val_if_fail (SIGNET_IS_DOCUMENT_XADES (self), FALSE);
  g_return_val_if_fail (token != NULL, FALSE);

  if (!check_signed (self, error))
    return FALSE;
  g_clear_pointer (&self->token, g_bytes_unref);
  self->token = g_bytes_ref (token);
  return TRUE;
}

char *
signet_document_xades_encode (SignetDocumentXades *self, GError **error)
{
  g_return_val_if_fail (SIGNET_IS_DOCUMENT_XADES (self), NULL);

  return check_signed (self, error) ? write_signature (self) : NULL;
}

GBytes *
signet_document_xades_encode_file (SignetDocumentXades *self, gboolean in_container, GError **error)
{
  g_autofree char *signature = signet_document_xades_encode (self, error);
  char *text = NULL;

  if (signature == NULL)
    return NULL;
  if (in_container)
    text = g_strdup_printf (DECLARATION "<asic:XAdESSignatures xmlns:asic=\"%s\">%s</asic:XAdESSignatures>\n", SIGNET_XML_NS_ASIC, signature);
  else
    text = g_strdup_printf (DECLARATION "%s\n", signature);
  return g_bytes_new_take (text, strlen (text));
}
