/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-xades-reader.c: reads XML signatures (XMLDSig 1.1, EN 319 132-1) and judges each: is its form sound, are the digests right, does it
 * cover what it came with, did the certificate that SigningCertificate names make it?
 *
 * Our own verification, with the canonical form from libxml2 and the one table of algorithms: docs/decisions/0052. Nothing that stands in
 * KeyInfo decides anything; certificates are taken from it and that is all. No trust here.
 */
#define G_LOG_DOMAIN "signet-xades-reader"

#include "config.h"

#include <string.h>

#include "../base/signet-text.h"
#include "signet-xades-reader-private.h"

#define MAX_SIGNATURES   64
#define MAX_CERTIFICATES 256

void
_signet_xades_reader_clear (SignetXadesReader *self)
{
  g_clear_pointer (&self->covered, g_ptr_array_unref);
}

static gboolean
set_broken (SignetXadesReader *self, const char *code)
{
  _signet_document_signature_set_broken (self->signature, code);
  return FALSE;
}

/* --- form ------------------------------------------------------------------------------------------------------------------ */

/* XMLDSig 1.1, 4.1: SignedInfo, SignatureValue, KeyInfo?, Object*, in this order and nothing else */
static gboolean
read_children (SignetXadesReader *self)
{
  xmlNode *node = _signet_xml_first (self->node);

  self->signed_info = _signet_xml_is (node, SIGNET_XML_NS_DSIG, "SignedInfo") ? node : NULL;
  node = self->signed_info != NULL ? _signet_xml_next (node) : NULL;
  self->value = _signet_xml_is (node, SIGNET_XML_NS_DSIG, "SignatureValue") ? node : NULL;
  if (self->value == NULL)
    return FALSE;
  node = _signet_xml_next (node);
  if (_signet_xml_is (node, SIGNET_XML_NS_DSIG, "KeyInfo"))
    {
      self->key_info = node;
      node = _signet_xml_next (node);
    }
  while (_signet_xml_is (node, SIGNET_XML_NS_DSIG, "Object"))
    node = _signet_xml_next (node);
  return node == NULL;
}

/* EN 319 132-1, 4.4: one QualifyingProperties in one ds:Object, about this signature */
static gboolean
read_properties (SignetXadesReader *self)
{
  const char *id = _signet_xml_attribute (self->node, "Id");
  const char *target = NULL;
  guint n = 0;

  for (xmlNode *object = _signet_xml_first (self->node); object != NULL; object = _signet_xml_next (object))
    {
      guint count = 0;
      xmlNode *found = _signet_xml_is (object, SIGNET_XML_NS_DSIG, "Object")
                         ? _signet_xml_child (object, SIGNET_XML_NS_XADES, "QualifyingProperties", &count)
                         : NULL;

      n += count;
      self->qualifying = found != NULL ? found : self->qualifying;
    }
  if (n == 0)
    return TRUE;
  target = _signet_xml_attribute (self->qualifying, "Target");
  if (n > 1 || id == NULL || target == NULL || *target != '#' || !g_str_equal (target + 1, id))
    return FALSE;
  self->signed_properties = _signet_xml_child (self->qualifying, SIGNET_XML_NS_XADES, "SignedProperties", &n);
  if (n > 1)
    return FALSE;
  self->unsigned_properties = _signet_xml_child (_signet_xml_child (self->qualifying, SIGNET_XML_NS_XADES, "UnsignedProperties", &n),
                                                 SIGNET_XML_NS_XADES, "UnsignedSignatureProperties", NULL);
  return n <= 1;
}

static const xmlNode *
find_signed_property (SignetXadesReader *self, const char *name, guint *count)
{
  return _signet_xml_child (_signet_xml_child (self->signed_properties, SIGNET_XML_NS_XADES, "SignedSignatureProperties", NULL), SIGNET_XML_NS_XADES,
                            name, count);
}

/* --- certificates ---------------------------------------------------------------------------------------------------------- */

static void
take_certificate (SignetXadesReader *self, const xmlNode *element)
{
  g_autoptr(GBytes) der = _signet_xml_dup_base64 (element);

  if (der != NULL && g_bytes_get_size (der) <= SIGNET_CERTIFICATE_MAX_SIZE && self->signature->certificates->len < MAX_CERTIFICATES)
    g_ptr_array_add (self->signature->certificates, signet_certificate_new_shared (der));
}

/* KeyInfo first: what EN 319 132-1, 6.3 wants there is the signer's */
static void
take_certificates (SignetXadesReader *self)
{
  for (xmlNode *data = _signet_xml_first (self->key_info); data != NULL; data = _signet_xml_next (data))
    for (xmlNode *item = _signet_xml_is (data, SIGNET_XML_NS_DSIG, "X509Data") ? _signet_xml_first (data) : NULL; item != NULL;
         item = _signet_xml_next (item))
      if (_signet_xml_is (item, SIGNET_XML_NS_DSIG, "X509Certificate"))
        take_certificate (self, item);
}

/* --- whose signature ------------------------------------------------------------------------------------------------------- */

typedef struct {
  SignetDigest  digest;
  GBytes       *value;
  GBytes       *issuer_serial; /* (nullable): DER */
  char         *serial;        /* (nullable): decimal, of the first edition of the property */
} Named;

static void
named_clear (Named *named)
{
  g_clear_pointer (&named->value, g_bytes_unref);
  g_clear_pointer (&named->issuer_serial, g_bytes_unref);
  g_clear_pointer (&named->serial, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Named, named_clear)

/* Of several certificates the first is the signer's (EN 319 132-1, 5.2.2). */
static gboolean
read_named (const xmlNode *property, gboolean second, Named *named)
{
  const xmlNode *certificate = _signet_xml_child (property, SIGNET_XML_NS_XADES, "Cert", NULL);
  const xmlNode *digest = _signet_xml_child (certificate, SIGNET_XML_NS_XADES, "CertDigest", NULL);
  const xmlNode *method = _signet_xml_child (digest, SIGNET_XML_NS_DSIG, "DigestMethod", NULL);
  const xmlNode *serial = _signet_xml_child (certificate, SIGNET_XML_NS_XADES, second ? "IssuerSerialV2" : "IssuerSerial", NULL);

  named->value = _signet_xml_dup_base64 (_signet_xml_child (digest, SIGNET_XML_NS_DSIG, "DigestValue", NULL));
  if (named->value == NULL || method == NULL)
    return FALSE;
  named->digest = _signet_xades_digest_find (_signet_xml_attribute (method, "Algorithm"));
  if (serial != NULL && second)
    named->issuer_serial = _signet_xml_dup_base64 (serial);
  else if (serial != NULL)
    {
      const xmlNode *number = _signet_xml_child (serial, SIGNET_XML_NS_DSIG, "X509SerialNumber", NULL);

      named->serial = number != NULL ? _signet_xml_dup_text (number) : NULL;
    }
  return named->digest != SIGNET_DIGEST_UNKNOWN && (!second || serial == NULL || named->issuer_serial != NULL);
}

static gboolean
is_serial (const char *text, X509 *x509)
{
  BIGNUM *number = ASN1_INTEGER_to_BN (X509_get0_serialNumber (x509), NULL);
  char *decimal = number != NULL ? BN_bn2dec (number) : NULL;
  gboolean same = decimal != NULL && g_str_equal (decimal, text);

  OPENSSL_free (decimal);
  BN_free (number);
  return same;
}

static gboolean
is_named (const Named *named, SignetCertificate *certificate)
{
  GBytes *der = signet_certificate_get_der (certificate);
  X509 *x509 = signet_certificate_get_x509 (certificate);
  guint8 value[EVP_MAX_MD_SIZE];
  unsigned length = 0;

  if (x509 == NULL
      || EVP_Digest (g_bytes_get_data (der, NULL), g_bytes_get_size (der), value, &length, signet_digest_get_md (named->digest), NULL) != 1
      || length != g_bytes_get_size (named->value) || memcmp (value, g_bytes_get_data (named->value, NULL), length) != 0)
    return FALSE;
  if (named->issuer_serial != NULL && !_signet_xades_is_issuer_serial (named->issuer_serial, x509))
    return FALSE;
  return named->serial == NULL || is_serial (g_strstrip (named->serial), x509);
}

/* Key substitution: two certificates come along, one is shown, the other verifies. Only the one that is named inside what is signed counts. */
static gboolean
take_signer (SignetXadesReader *self)
{
  GPtrArray *certificates = self->signature->certificates;
  g_auto(Named) named = { 0 };
  guint n_second = 0;
  guint n_first = 0;
  const xmlNode *second = find_signed_property (self, "SigningCertificateV2", &n_second);
  const xmlNode *first = find_signed_property (self, "SigningCertificate", &n_first);

  if (n_first + n_second == 0)
    {
      _signet_document_signature_add_problem (self->signature, "signing-certificate-missing");
      if (certificates->len == 0)
        return set_broken (self, "signer-certificate-missing");
      self->signature->signer = g_object_ref (g_ptr_array_index (certificates, 0));
      return TRUE;
    }
  if (n_first > 1 || n_second > 1 || !read_named (second != NULL ? second : first, second != NULL, &named))
    return set_broken (self, "signing-certificate-odd");
  for (guint i = 0; i < certificates->len && self->signature->signer == NULL; i++)
    if (is_named (&named, g_ptr_array_index (certificates, i)))
      self->signature->signer = g_object_ref (g_ptr_array_index (certificates, i));
  return self->signature->signer != NULL
         || set_broken (self, certificates->len == 0 ? "signer-certificate-missing" : "signing-certificate-mismatch");
}

/* --- the signature value --------------------------------------------------------------------------------------------------- */

GBytes *
_signet_xades_canonicalize (SignetXadesReader *self, const xmlNode *apex, const xmlNode *method_element)
{
  g_auto(GStrv) prefixes = NULL;
  const SignetXmlCanonicalization *method = method_element != NULL
                                              ? _signet_xades_read_method (method_element, &prefixes)
                                              : _signet_xml_canonicalization_find ("http://www.w3.org/TR/2001/REC-xml-c14n-20010315");
  SignetXmlSelection selection = { .apex = apex, .comments = TRUE, .inclusive_prefixes = prefixes };

  return method != NULL ? _signet_xml_canonical_bytes (self->xml, &selection, method, NULL) : NULL;
}

static gboolean
check_algorithms (SignetXadesReader *self, const xmlNode *method)
{
  g_auto(GStrv) prefixes = NULL;
  guint n_methods = 0;
  const xmlNode *canonicalization = _signet_xml_child (self->signed_info, SIGNET_XML_NS_DSIG, "CanonicalizationMethod", &n_methods);

  if (method == NULL || n_methods != 1)
    return set_broken (self, "malformed");
  if (self->signature->algorithm.scheme != SIGNET_SIGNATURE_UNKNOWN && _signet_xml_first (method) == NULL
      && _signet_xades_read_method (canonicalization, &prefixes) != NULL)
    return TRUE;
  _signet_document_signature_add_problem (self->signature, "algorithm-unsupported");
  _signet_document_signature_set_integrity (self->signature, SIGNET_INTEGRITY_UNSUPPORTED);
  return FALSE;
}

static gboolean
verify_value (SignetXadesReader *self)
{
  SignetSignatureAlgorithm algorithm = self->signature->algorithm;
  EVP_PKEY *key = signet_certificate_get_key (self->signature->signer);
  g_autoptr(GBytes) message = _signet_xades_canonicalize (self, self->signed_info, _signet_xml_child (self->signed_info, SIGNET_XML_NS_DSIG, "CanonicalizationMethod", NULL));
  g_autoptr(GBytes) raw = _signet_xml_dup_base64 (self->value);
  g_autoptr(GBytes) value = NULL;

  if (!_signet_document_signature_fits_key (algorithm.scheme, key))
    return set_broken (self, "algorithm-mismatch");
  value = raw != NULL ? _signet_xades_value_to_signature (algorithm, key, raw) : NULL;
  if (message == NULL || value == NULL
      || !signet_signature_verify (algorithm, key, g_bytes_get_data (message, NULL), g_bytes_get_size (message), g_bytes_get_data (value, NULL),
                                   g_bytes_get_size (value)))
    return set_broken (self, "signature-mismatch");
  return TRUE;
}

/* --- what it covers -------------------------------------------------------------------------------------------------------- */

static gboolean
is_covered (SignetXadesReader *self, const xmlNode *node)
{
  for (guint i = 0; i < self->covered->len; i++)
    if (g_ptr_array_index (self->covered, i) == node)
      return TRUE;
  return FALSE;
}

/* Something unsigned beside what is signed is what wrapping attacks add. */
static gboolean
are_objects_covered (SignetXadesReader *self)
{
  for (const xmlNode *object = _signet_xml_first (self->node); object != NULL; object = _signet_xml_next (object))
    {
      if (!_signet_xml_is (object, SIGNET_XML_NS_DSIG, "Object") || is_covered (self, object))
        continue;
      if (_signet_xml_first (object) != self->qualifying || self->qualifying == NULL || _signet_xml_next (self->qualifying) != NULL)
        return FALSE;
    }
  return TRUE;
}

/* Is the signature, or the ASiC list of signatures it is in, all there is in the file? */
static gboolean
is_alone (SignetXadesReader *self)
{
  const xmlNode *parent = self->node->parent;

  if (parent->type != XML_ELEMENT_NODE)
    return TRUE;
  if (parent->parent == NULL || parent->parent->type == XML_ELEMENT_NODE || !_signet_xml_is (parent, SIGNET_XML_NS_ASIC, "XAdESSignatures"))
    return FALSE;
  for (const xmlNode *node = _signet_xml_first (parent); node != NULL; node = _signet_xml_next (node))
    if (!_signet_xml_is (node, SIGNET_XML_NS_DSIG, "Signature"))
      return FALSE;
  return TRUE;
}

static void
set_coverage (SignetXadesReader *self)
{
  gboolean whole = is_alone (self) ? self->n_references > 0 : self->document_covered;

  self->signature->packaging = !is_alone (self) ? "enveloped" : self->n_outside > 0 ? "detached" : "enveloping";
  self->signature->coverage = whole && are_objects_covered (self) ? SIGNET_COVERAGE_WHOLE : SIGNET_COVERAGE_PARTIAL;
}

/* --- properties ------------------------------------------------------------------------------------------------------------ */

static gint64
read_time (const xmlNode *element)
{
  g_autofree char *text = element != NULL ? _signet_xml_dup_text (element) : NULL;
  g_autoptr(GTimeZone) utc = g_time_zone_new_utc ();
  g_autoptr(GDateTime) time = text != NULL ? g_date_time_new_from_iso8601 (g_strstrip (text), utc) : NULL;

  return time != NULL ? g_date_time_to_unix (time) : 0;
}

static void
take_place (SignetXadesReader *self)
{
  const xmlNode *place = find_signed_property (self, "SignatureProductionPlaceV2", NULL);
  const xmlNode *city = NULL;
  g_autofree char *text = NULL;

  if (place == NULL)
    place = find_signed_property (self, "SignatureProductionPlace", NULL);
  city = _signet_xml_child (place, SIGNET_XML_NS_XADES, "City", NULL);
  text = city != NULL ? _signet_xml_dup_text (city) : NULL;
  if (text != NULL && *text != '\0')
    self->signature->location = signet_text_sanitize (text, -1, 256);
}

static const char *
get_level (SignetDocumentSignature *signature)
{
  if (signature->timestamp == NULL)
    return "B-B";
  if (signature->evidence == NULL)
    return "B-T";
  for (guint i = 0; i < signature->stamps->len; i++)
    if (((const SignetDocumentStamp *) g_ptr_array_index (signature->stamps, i))->kind == SIGNET_STAMP_ARCHIVE)
      return "B-LTA";
  return "B-LT";
}

/* EN 319 132-1, 6.3, as far as it is the same for everybody */
static void
set_level (SignetXadesReader *self)
{
  SignetDocumentSignature *signature = self->signature;
  const xmlNode *formats = _signet_xml_child (self->signed_properties, SIGNET_XML_NS_XADES, "SignedDataObjectProperties", NULL);
  guint n_formats = 0;

  _signet_xml_child (formats, SIGNET_XML_NS_XADES, "DataObjectFormat", &n_formats);
  if (signature->problems->len == 0 && signature->claimed_time != 0 && self->properties_covered && n_formats == self->n_references)
    signature->level = get_level (signature);
}

/* --- judgement ------------------------------------------------------------------------------------------------------------- */

/* All digests were compared: each that differs is noted. The weakest of all algorithms is what is told. */
static void
judge_value (SignetXadesReader *self, const xmlNode *method)
{
  SignetDocumentSignature *signature = self->signature;

  if (self->signed_properties != NULL && !self->properties_covered)
    set_broken (self, "signed-properties-uncovered");
  if (!take_signer (self) || !check_algorithms (self, method) || !verify_value (self))
    return;
  signature->algorithm.digest = self->weakest != SIGNET_DIGEST_UNKNOWN ? self->weakest : signature->algorithm.digest;
  if (signature->integrity != SIGNET_INTEGRITY_UNSUPPORTED)
    _signet_document_signature_set_integrity (signature, self->n_missing > 0 ? SIGNET_INTEGRITY_NO_DATA : SIGNET_INTEGRITY_INTACT);
  set_level (self);
}

static gboolean
judge (SignetXadesReader *self, GError **error)
{
  SignetDocumentSignature *signature = self->signature;
  const xmlNode *method = NULL;

  signature->format = "xades";
  signature->position = _signet_xml_get_position (self->node);
  if (!read_children (self) || !read_properties (self))
    {
      set_broken (self, "malformed");
      return TRUE;
    }
  method = _signet_xml_child (self->signed_info, SIGNET_XML_NS_DSIG, "SignatureMethod", NULL);
  signature->algorithm = _signet_xades_algorithm_find (method != NULL ? _signet_xml_attribute (method, "Algorithm") : NULL);
  self->weakest = signature->algorithm.digest;
  signature->value = _signet_xades_canonicalize (self, self->value, NULL);
  signature->claimed_time = read_time (find_signed_property (self, "SigningTime", NULL));
  take_place (self);
  take_certificates (self);
  if (!_signet_xades_judge_references (self, error) || !_signet_xades_take_unsigned (self, error))
    return FALSE;
  set_coverage (self);
  judge_value (self, method);
  return TRUE;
}

/* Those inside of others are theirs: countersignatures, and what somebody signed together with its own signatures. */
static GPtrArray *
list_signatures (SignetXml *xml, GError **error)
{
  g_autoptr(GPtrArray) nodes = g_ptr_array_new ();
  xmlNode *root = _signet_xml_get_root (xml);
  const xmlNode *last = NULL;

  for (xmlNode *node = root; node != NULL; node = _signet_xml_after (node, root))
    if (_signet_xml_is (node, SIGNET_XML_NS_DSIG, "Signature") && !_signet_xml_is_inside (node, last))
      {
        last = node;
        g_ptr_array_add (nodes, node);
      }
  if (nodes->len <= MAX_SIGNATURES)
    return g_steal_pointer (&nodes);
  g_set_error_literal (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_TOO_LARGE, "more signatures than anybody needs");
  return NULL;
}

gboolean
_signet_xades_reader_open (SignetXadesReader *self, SignetXml *xml, const char *id, GError **error)
{
  g_autoptr(GPtrArray) nodes = list_signatures (xml, error);
  guint64 number = id != NULL ? g_ascii_strtoull (id, NULL, 10) : 0;

  if (nodes == NULL)
    return FALSE;
  self->xml = xml;
  self->covered = g_ptr_array_new ();
  self->node = number >= 1 && number <= nodes->len ? g_ptr_array_index (nodes, number - 1) : NULL;
  if (self->node != NULL && read_children (self) && read_properties (self) && self->qualifying != NULL)
    return TRUE;
  g_set_error_literal (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_UNSUPPORTED, "no such XAdES signature");
  return FALSE;
}

GPtrArray *
_signet_xades_find_with (GBytes *bytes, SignetXadesResolve resolve, SignetXadesFeed feed, gpointer data, GCancellable *cancellable, GError **error)
{
  g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr(SignetXml) xml = _signet_xml_parse (bytes, error);
  g_autoptr(GPtrArray) nodes = xml != NULL ? list_signatures (xml, error) : NULL;

  for (guint i = 0; nodes != NULL && i < nodes->len; i++)
    {
      g_autofree char *id = g_strdup_printf ("%u", i + 1);
      g_auto(SignetXadesReader) reader = { .xml = xml, .node = g_ptr_array_index (nodes, i), .resolve = resolve, .feed = feed, .resolve_data = data };

      reader.cancellable = cancellable;
      reader.covered = g_ptr_array_new ();
      reader.signature = _signet_document_signature_new (id);
      g_ptr_array_add (found, reader.signature);
      if (!judge (&reader, error))
        return NULL;
    }
  return nodes != NULL ? g_steal_pointer (&found) : NULL;
}

GPtrArray *
_signet_xades_find (GBytes *bytes, SignetXadesResolve resolve, gpointer data, GCancellable *cancellable, GError **error)
{
  return _signet_xades_find_with (bytes, resolve, NULL, data, cancellable, error);
}
