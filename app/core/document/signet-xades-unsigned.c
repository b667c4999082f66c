/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-xades-unsigned.c: what stands in the unsigned properties of an XML signature to prove it later: time-stamps over the value and over
 * everything (EN 319 132-1, 5.3 and 5.5), certificates, OCSP answers and revocation lists (5.4).
 *
 * Says which time-stamp is over what; whether one can be relied on is for validation. What stands before a time-stamp in the file has a lower
 * position, which is what an archive time-stamp there covers.
 */
#define G_LOG_DOMAIN "signet-xades-unsigned"

#include "config.h"

#include <openssl/err.h>
#include <openssl/ts.h>
#include <string.h>

#include "signet-xades-reader-private.h"

#define MAX_STAMPS 64

/* --- what an archive time-stamp covers ------------------------------------------------------------------------------------- */

static gboolean
feed_element (SignetXadesReader *self, const xmlNode *apex, const xmlNode *method, EVP_MD_CTX *context)
{
  g_autoptr(GBytes) bytes = _signet_xades_canonicalize (self, apex, method);

  return bytes != NULL && EVP_DigestUpdate (context, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes)) == 1;
}

/* EN 319 132-1, 5.5.2.2: what is signed; SignedInfo, SignatureValue, KeyInfo; unsigned properties before this one; objects but that of the properties */
static gboolean
feed_archive (SignetXadesReader *self, const xmlNode *before, const xmlNode *method, EVP_MD_CTX *context, GError **error)
{
  if (!_signet_xades_feed_references (self, context, error) || !feed_element (self, self->signed_info, method, context)
      || !feed_element (self, self->value, method, context) || (self->key_info != NULL && !feed_element (self, self->key_info, method, context)))
    return FALSE;
  for (const xmlNode *item = _signet_xml_first (self->unsigned_properties); item != NULL && item != before; item = _signet_xml_next (item))
    if (!feed_element (self, item, method, context))
      return FALSE;
  for (const xmlNode *item = _signet_xml_first (self->node); item != NULL; item = _signet_xml_next (item))
    if (_signet_xml_is (item, SIGNET_XML_NS_DSIG, "Object") && !_signet_xml_is_inside (self->qualifying, item)
        && !feed_element (self, item, method, context))
      return FALSE;
  return TRUE;
}

GBytes *
_signet_xades_archive_digest (SignetXadesReader *self, const xmlNode *before, const xmlNode *method, SignetDigest digest, GError **error)
{
  const EVP_MD *md = signet_digest_get_md (digest);
  EVP_MD_CTX *context = EVP_MD_CTX_new ();
  guint8 value[EVP_MAX_MD_SIZE];
  unsigned length = 0;
  GBytes *result = NULL;

  if (md != NULL && EVP_DigestInit_ex (context, md, NULL) == 1 && feed_archive (self, before, method, context, error)
      && EVP_DigestFinal_ex (context, value, &length) == 1)
    result = g_bytes_new (value, length);
  EVP_MD_CTX_free (context);
  return result;
}

/* --- time-stamps ----------------------------------------------------------------------------------------------------------- */

static TS_TST_INFO *
read_token (GBytes *token)
{
  gsize length = 0;
  const unsigned char *data = g_bytes_get_data (token, &length);
  PKCS7 *cms = d2i_PKCS7 (NULL, &data, (long) length);
  TS_TST_INFO *info = cms != NULL && PKCS7_type_is_signed (cms) ? PKCS7_to_TS_TST_INFO (cms) : NULL;

  PKCS7_free (cms);
  ERR_clear_error ();
  return info;
}

/* Whether the imprint in @token is that of what stands before @item. FALSE with @error: it could not be found out. */
static gboolean
covers_archive (SignetXadesReader *self, const xmlNode *item, const xmlNode *method, GBytes *token, gboolean *comparable, GError **error)
{
  TS_TST_INFO *info = read_token (token);
  TS_MSG_IMPRINT *imprint = info != NULL ? TS_TST_INFO_get_msg_imprint (info) : NULL;
  g_autoptr(GBytes) computed = NULL;
  SignetDigest digest = SIGNET_DIGEST_UNKNOWN;
  gboolean same = FALSE;

  if (imprint != NULL)
    digest = signet_digest_from_nid (OBJ_obj2nid (TS_MSG_IMPRINT_get_algo (imprint)->algorithm));
  computed = _signet_xades_archive_digest (self, item, method, digest, error);
  if (computed != NULL)
    {
      const ASN1_OCTET_STRING *stated = TS_MSG_IMPRINT_get_msg (imprint);

      same = (gsize) ASN1_STRING_length (stated) == g_bytes_get_size (computed)
             && memcmp (ASN1_STRING_get0_data (stated), g_bytes_get_data (computed, NULL), g_bytes_get_size (computed)) == 0;
    }
  *comparable = computed != NULL || info == NULL;
  TS_TST_INFO_free (info);
  return same;
}

static gboolean
take_archive (SignetXadesReader *self, const xmlNode *item, guint64 position, GError **error)
{
  const xmlNode *method = _signet_xml_child (item, SIGNET_XML_NS_DSIG, "CanonicalizationMethod", NULL);
  g_autoptr(GBytes) token = _signet_xml_dup_base64 (_signet_xml_child (item, SIGNET_XML_NS_XADES, "EncapsulatedTimeStamp", NULL));
  g_autoptr(GError) local_error = NULL;
  gboolean comparable = FALSE;
  gboolean fits = FALSE;

  if (token == NULL)
    return TRUE;
  fits = covers_archive (self, item, method, token, &comparable, &local_error);
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  /* over a file that is not at hand: it proves nothing here, and is not wrong either */
  if (comparable)
    g_ptr_array_add (self->signature->stamps, signet_document_stamp_new (SIGNET_STAMP_ARCHIVE, token, NULL, fits, position));
  return TRUE;
}

static void
take_timestamp (SignetXadesReader *self, const xmlNode *item, guint64 position)
{
  const xmlNode *method = _signet_xml_child (item, SIGNET_XML_NS_DSIG, "CanonicalizationMethod", NULL);
  g_autoptr(GBytes) token = _signet_xml_dup_base64 (_signet_xml_child (item, SIGNET_XML_NS_XADES, "EncapsulatedTimeStamp", NULL));
  g_autoptr(GBytes) stamped = _signet_xades_canonicalize (self, self->value, method);

  if (token == NULL || stamped == NULL)
    return;
  g_ptr_array_add (self->signature->stamps, signet_document_stamp_new (SIGNET_STAMP_SIGNATURE, token, stamped, FALSE, position));
  if (self->signature->timestamp != NULL)
    return;
  self->signature->timestamp = g_steal_pointer (&token);
  g_clear_pointer (&self->signature->value, g_bytes_unref);
  self->signature->value = g_steal_pointer (&stamped);
}

/* --- evidence -------------------------------------------------------------------------------------------------------------- */

static gboolean
take_piece (SignetXadesReader *self, const xmlNode *element, guint64 position)
{
  static const struct { const char *name; SignetPieceKind kind; } kinds[] = {
    { "EncapsulatedX509Certificate", SIGNET_PIECE_CERTIFICATE },
    { "EncapsulatedOCSPValue", SIGNET_PIECE_OCSP },
    { "EncapsulatedCRLValue", SIGNET_PIECE_CRL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (_signet_xml_is (element, SIGNET_XML_NS_XADES, kinds[i].name))
      {
        g_autoptr(GBytes) der = _signet_xml_dup_base64 (element);

        if (der == NULL || g_bytes_get_size (der) == 0)
          return TRUE;
        if (self->signature->evidence == NULL)
          self->signature->evidence = signet_document_evidence_new ();
        return signet_document_evidence_add (self->signature->evidence, kinds[i].kind, der, position);
      }
  return TRUE;
}

static gboolean
take_values (SignetXadesReader *self, const xmlNode *property, guint64 position, GError **error)
{
  for (const xmlNode *item = property; item != NULL; item = _signet_xml_after (item, property))
    if (!take_piece (self, item, position++))
      {
        g_set_error_literal (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_TOO_LARGE, "more evidence than anybody needs");
        return FALSE;
      }
  return TRUE;
}

/* Certificates that came along may be the signer's own or on its path. */
static void
lend_certificates (SignetXadesReader *self)
{
  GPtrArray *certificates = self->signature->evidence != NULL ? signet_document_evidence_get_certificates (self->signature->evidence) : NULL;

  for (guint i = 0; certificates != NULL && i < certificates->len; i++)
    g_ptr_array_add (self->signature->certificates, g_object_ref (g_ptr_array_index (certificates, i)));
}

gboolean
_signet_xades_take_unsigned (SignetXadesReader *self, GError **error)
{
  guint n_stamps = 0;

  for (const xmlNode *item = _signet_xml_first (self->unsigned_properties); item != NULL; item = _signet_xml_next (item))
    {
      guint64 position = _signet_xml_get_position (item);
      gboolean is_archive = _signet_xml_is (item, SIGNET_XML_NS_XADES_141, "ArchiveTimeStamp");

      if ((is_archive || _signet_xml_is (item, SIGNET_XML_NS_XADES, "SignatureTimeStamp")) && ++n_stamps > MAX_STAMPS)
        break;
      if (is_archive && !take_archive (self, item, position, error))
        return FALSE;
      if (_signet_xml_is (item, SIGNET_XML_NS_XADES, "SignatureTimeStamp"))
        take_timestamp (self, item, position);
      if ((_signet_xml_is (item, SIGNET_XML_NS_XADES, "CertificateValues") || _signet_xml_is (item, SIGNET_XML_NS_XADES, "RevocationValues")
           || _signet_xml_is (item, SIGNET_XML_NS_XADES_141, "TimeStampValidationData"))
          && !take_values (self, item, position, error))
        return FALSE;
    }
  lend_certificates (self);
  return TRUE;
}
