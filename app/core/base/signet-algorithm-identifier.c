/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-algorithm-identifier.c: a signature algorithm as certificates and requests name it (AlgorithmIdentifier, RFC
 * 5280, 4.1.1.2). Any thread. */
#define G_LOG_DOMAIN "signet-algorithm-identifier"

#include "config.h"

#include <openssl/objects.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "signet-algorithm-private.h"

/* RFC 4055, 3.1 */
static ASN1_STRING *
encode_pss_parameters (const EVP_MD *md)
{
  RSA_PSS_PARAMS *pss = RSA_PSS_PARAMS_new ();
  X509_ALGOR *hash = X509_ALGOR_new ();
  ASN1_STRING *packed_hash = NULL;
  ASN1_STRING *packed = NULL;

  X509_ALGOR_set_md (hash, md);
  packed_hash = ASN1_item_pack (hash, ASN1_ITEM_rptr (X509_ALGOR), NULL);
  pss->hashAlgorithm = hash;
  pss->maskGenAlgorithm = X509_ALGOR_new ();
  X509_ALGOR_set0 (pss->maskGenAlgorithm, OBJ_nid2obj (NID_mgf1), V_ASN1_SEQUENCE, packed_hash);
  pss->saltLength = ASN1_INTEGER_new ();
  ASN1_INTEGER_set (pss->saltLength, EVP_MD_get_size (md));
  packed = ASN1_item_pack (pss, ASN1_ITEM_rptr (RSA_PSS_PARAMS), NULL);
  RSA_PSS_PARAMS_free (pss);
  return packed;
}

/* FALSE: no name for it here. */
gboolean
_signet_signature_algorithm_fill (X509_ALGOR *identifier, SignetSignatureAlgorithm algorithm)
{
  const EVP_MD *md = signet_digest_get_md (algorithm.digest);
  gboolean ecdsa = algorithm.scheme == SIGNET_SIGNATURE_ECDSA;
  int nid = NID_undef;

  if (md == NULL)
    return FALSE;
  if (algorithm.scheme == SIGNET_SIGNATURE_RSA_PSS)
    return X509_ALGOR_set0 (identifier, OBJ_nid2obj (NID_rsassaPss), V_ASN1_SEQUENCE, encode_pss_parameters (md));
  /* RFC 8410, 3 */
  if (algorithm.scheme == SIGNET_SIGNATURE_ED25519)
    return X509_ALGOR_set0 (identifier, OBJ_nid2obj (NID_ED25519), V_ASN1_UNDEF, NULL);
  if ((!ecdsa && algorithm.scheme != SIGNET_SIGNATURE_RSA_PKCS1) ||
      !OBJ_find_sigid_by_algs (&nid, EVP_MD_get_type (md), ecdsa ? EVP_PKEY_EC : EVP_PKEY_RSA))
    return FALSE;
  return X509_ALGOR_set0 (identifier, OBJ_nid2obj (nid), ecdsa ? V_ASN1_UNDEF : V_ASN1_NULL, NULL);
}
