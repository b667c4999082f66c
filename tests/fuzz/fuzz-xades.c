/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fuzz-xades.c: any bytes as XML with signatures, alone and with a file beside them. Judged, or an error; never both. And what is well formed takes an
 * element at the end of its root without anything else of it changing. Single-threaded.
 */
#include "config.h"

#include <stdint.h>
#include <string.h>

#include "../../app/core/document/signet-xades-reader-private.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

#define ADDED "<Signature xmlns=\"" SIGNET_XML_NS_DSIG "\">&#x4E2D;</Signature>"

/* One name leads to a file, one cannot be looked at, all others lead nowhere. */
static GBytes *
resolve (const char *name, SignetDigest digest, gpointer data, GCancellable *cancellable, GError **error)
{
  guint8 value[EVP_MAX_MD_SIZE];
  unsigned length = 0;

  g_assert (g_utf8_validate (name, -1, NULL));
  if (g_str_equal (name, "unreadable"))
    g_set_error_literal (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_CHANGED, "unreadable");
  if (!g_str_equal (name, "data") || EVP_Digest ("sample data", 11, value, &length, signet_digest_get_md (digest), NULL) != 1)
    return NULL;
  return g_bytes_new (value, length);
}

static void
judge (GBytes *bytes, SignetXadesResolve with)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) found = _signet_xades_find (bytes, with, NULL, NULL, &error);

  g_assert ((found != NULL) != (error != NULL));
  for (guint i = 0; found != NULL && i < found->len; i++)
    {
      SignetDocumentSignature *signature = g_ptr_array_index (found, i);

      /* intact only with a certificate that made it */
      g_assert (signet_document_signature_get_integrity (signature) != SIGNET_INTEGRITY_INTACT
                || signet_document_signature_get_signer (signature) != NULL);
    }
}

/* (nullable): the canonical form, without all signatures: what they are about does not matter here */
static GBytes *
canonicalize (GBytes *bytes)
{
  g_autoptr(SignetXml) xml = _signet_xml_parse (bytes, NULL);
  SignetXmlSelection selection = { .without_signatures = TRUE };

  return xml != NULL ? _signet_xml_canonical_bytes (xml, &selection, &_signet_xml_exclusive, NULL) : NULL;
}

static void
append (GBytes *bytes)
{
  g_autoptr(GBytes) before = canonicalize (bytes);
  g_autoptr(GBytes) longer = before != NULL ? _signet_xml_append (bytes, 0, ADDED, NULL) : NULL;
  g_autoptr(GBytes) after = longer != NULL ? canonicalize (longer) : NULL;

  if (longer != NULL)
    g_assert (after != NULL && g_bytes_equal (before, after));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr(GBytes) bytes = g_bytes_new (data, size);

  judge (bytes, NULL);
  judge (bytes, resolve);
  append (bytes);
  return 0;
}
