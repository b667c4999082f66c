/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-asic-beside.c: an ASiC-S container has one file of signatures (EN 319 162-1, 4.3.3): what signs its document once more goes into that file, as a further
 * ds:Signature of its XAdESSignatures or as a further SignerInfo of its CMS. The signatures that are there keep every byte. Any thread.
 */
#define G_LOG_DOMAIN "signet-asic-beside"

#include "config.h"

#include "signet-asic-beside-private.h"

#include "signet-cms-parts-private.h"
#include "signet-document-signature-private.h"
#include "signet-xml-private.h"

static gboolean
refuse (GError **error, SignetDocumentError code, const char *why)
{
  g_set_error (error, SIGNET_DOCUMENT_ERROR, (int) code, "ASiC: %s", why);
  return FALSE;
}

/* Nobody could tell any more which of them was about what. */
gboolean
_signet_asic_beside_check (SignetDocumentFile *file, GCancellable *cancellable, GError **error)
{
  g_autoptr(GPtrArray) signatures = _signet_document_find_asic_signatures (file, cancellable, error);

  for (guint i = 0; signatures != NULL && i < signatures->len; i++)
    if (signet_document_signature_get_integrity (g_ptr_array_index (signatures, i)) == SIGNET_INTEGRITY_BROKEN)
      return refuse (error, SIGNET_DOCUMENT_ERROR_FORBIDDEN, "a signature in the container does not hold");
  return signatures != NULL;
}

/* (nullable) */
static SignetCmsParts *
load_cms (GBytes *there, GError **error)
{
  g_autoptr(SignetCmsParts) parts = _signet_cms_parts_new (there, error);

  if (parts == NULL)
    return NULL;
  if (_signet_cms_parts_is_data (parts) && parts->content == NULL && parts->signer_infos->len > 0)
    return g_steal_pointer (&parts);
  refuse (error, SIGNET_DOCUMENT_ERROR_UNSUPPORTED, "the container's CMS is not a signature beside its document");
  return NULL;
}

static guint
count_xades (GBytes *there, GError **error)
{
  g_autoptr(SignetXml) xml = _signet_xml_parse (there, error);
  guint n = 0;

  if (xml == NULL)
    return 0;
  if (_signet_xml_is (_signet_xml_get_root (xml), SIGNET_XML_NS_ASIC, "XAdESSignatures"))
    _signet_xml_child (_signet_xml_get_root (xml), SIGNET_XML_NS_DSIG, "Signature", &n);
  if (n == 0)
    refuse (error, SIGNET_DOCUMENT_ERROR_UNSUPPORTED, "the container's signatures are not in a list that another can be added to");
  return n;
}

guint
_signet_asic_beside_count (GBytes *there, gboolean is_xades, GError **error)
{
  g_autoptr(SignetCmsParts) parts = is_xades ? NULL : load_cms (there, error);

  if (is_xades)
    return count_xades (there, error);
  return parts != NULL ? parts->signer_infos->len : 0;
}

GBytes *
_signet_asic_beside_xades (GBytes *there, SignetDocumentXades *xades, GError **error)
{
  g_autofree char *signature = signet_document_xades_encode (xades, error);

  return signature != NULL ? _signet_xml_append (there, 0, signature, error) : NULL;
}

GBytes *
_signet_asic_beside_cades (GBytes *there, SignetDocumentCms *cms, GError **error)
{
  g_autoptr(GBytes) encoded = signet_document_cms_encode (cms, error);
  g_autoptr(SignetCmsParts) made = encoded != NULL ? _signet_cms_parts_new (encoded, error) : NULL;
  g_autoptr(SignetCmsParts) parts = made != NULL ? load_cms (there, error) : NULL;

  return parts != NULL && _signet_cms_parts_merge (parts, made, TRUE, error) ? _signet_cms_parts_encode (parts) : NULL;
}
