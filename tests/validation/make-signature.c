/* SPDX-License-Identifier: GPL-3.0-or-later */
/* make-signature.c: signs with a software key, through the document room's own builder. */
#include "config.h"

#include "make-signature.h"

#include <string.h>

#include "../../app/core/document/signet-document-cms.h"
#include "../../app/core/evidence/signet-evidence.h"
#include "signet-test.h"

static GBytes *
digest_of (const char *content, SignetDigest digest)
{
  guint8 value[EVP_MAX_MD_SIZE];
  unsigned int length = 0;

  g_assert_cmpint (EVP_Digest (content, strlen (content), value, &length, signet_digest_get_md (digest), NULL), ==, 1);
  return g_bytes_new (value, length);
}

/* Without the table's consent: a weak digest must be makable to be refused. */
static GBytes *
sign (EVP_PKEY *key, SignetDigest digest, GBytes *to_be_signed)
{
  EVP_MD_CTX *context = EVP_MD_CTX_new ();
  gsize size;
  gconstpointer data = g_bytes_get_data (to_be_signed, &size);
  guint8 signature[1024];
  size_t length = sizeof signature;

  g_assert_cmpint (EVP_DigestSignInit (context, NULL, signet_digest_get_md (digest), NULL, key), ==, 1);
  g_assert_cmpint (EVP_DigestSign (context, signature, &length, data, size), ==, 1);
  EVP_MD_CTX_free (context);
  return g_bytes_new (signature, length);
}

static GBytes *
spoilt (GBytes *signature)
{
  gsize size;
  guint8 *copy = g_memdup2 (g_bytes_get_data (signature, NULL), g_bytes_get_size (signature));

  size = g_bytes_get_size (signature);
  copy[size - 1] ^= 1;
  return g_bytes_new_take (copy, size);
}

static void
add_timestamp (SignetDocumentCms *cms, const MakeSignature *what)
{
  g_autoptr (SignetHttp) http = signet_http_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) token = NULL;

  if (what->token != NULL)
    token = g_bytes_ref (what->token);
  else if (what->tsa_url != NULL)
    token = signet_evidence_fetch_timestamp (http, what->tsa_url, SIGNET_DIGEST_SHA256, signet_document_cms_get_signature (cms), NULL, &error);
  g_assert_no_error (error);
  if (token != NULL)
    g_assert_true (signet_document_cms_add_timestamp (cms, token, &error));
  g_assert_no_error (error);
}

GBytes *
make_signature (const MakeSignature *what)
{
  SignetDigest digest = what->digest != SIGNET_DIGEST_UNKNOWN ? what->digest : SIGNET_DIGEST_SHA256;
  SignetSignatureAlgorithm algorithm = { SIGNET_SIGNATURE_ECDSA, digest };
  g_autoptr (GBytes) content_digest = digest_of (what->content, digest);
  g_autoptr (GError) error = NULL;
  g_autoptr (SignetDocumentCms) cms = signet_document_cms_new (SIGNET_CMS_PROFILE_CADES, what->signer, what->chain, algorithm, content_digest,
                                                               g_get_real_time () / G_USEC_PER_SEC, &error);
  g_autoptr (GBytes) signature = NULL;
  GBytes *der;

  g_assert_no_error (error);
  signature = sign (what->key, digest, signet_document_cms_get_to_be_signed (cms));
  if (what->spoil)
    {
      g_autoptr (GBytes) good = g_steal_pointer (&signature);

      signature = spoilt (good);
    }
  g_assert_true (signet_document_cms_set_signature (cms, signature, &error));
  g_assert_no_error (error);
  add_timestamp (cms, what);
  der = signet_document_cms_encode (cms, &error);
  g_assert_no_error (error);
  return der;
}
