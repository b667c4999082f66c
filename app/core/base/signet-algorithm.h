/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-algorithm.h: the one table of algorithms: digests, key types, signature algorithms, their names, OIDs and strength. */
#pragma once

#include <glib.h>
#include <openssl/evp.h>

G_BEGIN_DECLS

typedef enum {
  SIGNET_DIGEST_UNKNOWN,
  SIGNET_DIGEST_SHA1,
  SIGNET_DIGEST_SHA256,
  SIGNET_DIGEST_SHA384,
  SIGNET_DIGEST_SHA512,
  SIGNET_DIGEST_SM3,
} SignetDigest;

typedef enum {
  SIGNET_KEY_TYPE_UNKNOWN,
  SIGNET_KEY_TYPE_RSA,
  SIGNET_KEY_TYPE_EC,
  SIGNET_KEY_TYPE_ED25519,
  SIGNET_KEY_TYPE_SM2,
} SignetKeyType;

typedef enum {
  SIGNET_SIGNATURE_UNKNOWN,
  SIGNET_SIGNATURE_RSA_PKCS1,
  SIGNET_SIGNATURE_RSA_PSS,   /* MGF1 with the same digest, salt as long as the digest (RFC 8017, 9.1) */
  SIGNET_SIGNATURE_ECDSA,     /* DER Ecdsa-Sig-Value (RFC 3279, 2.2.3) */
  SIGNET_SIGNATURE_ED25519,
  SIGNET_SIGNATURE_SM2,
} SignetSignatureScheme;

/* A signature algorithm is a scheme and a digest; passed by value. */
typedef struct {
  SignetSignatureScheme scheme;
  SignetDigest          digest;
} SignetSignatureAlgorithm;

/* What a person may choose when a key is made. @id is what the command line and plugin manifests use: "rsa-3072", "ec-p256", "ed25519". */
typedef struct {
  const char    *id;
  const char    *display_name; /* "RSA 3072" */
  SignetKeyType  type;
  guint          bits;
  int            curve_nid;    /* 0 unless EC */
} SignetKeySpec;

const SignetKeySpec *signet_key_spec_find (const char *id);                   /* (nullable) */
const SignetKeySpec *signet_key_spec_list (gsize *n_specs);
const SignetKeySpec *signet_key_spec_of   (EVP_PKEY *key);                     /* (nullable) */

const char   *signet_digest_get_name      (SignetDigest digest);               /* "SHA-256" */
const EVP_MD *signet_digest_get_md        (SignetDigest digest);               /* (nullable) */
int           signet_digest_get_nid       (SignetDigest digest);
SignetDigest  signet_digest_from_nid      (int nid);

SignetKeyType signet_key_type_of          (EVP_PKEY *key);
char         *signet_key_describe         (EVP_PKEY *key);                     /* "RSA-3072", "P-256" */

/* The algorithm a key signs documents with when nobody asked for another: SHA-256 up to 3072 bits RSA and P-256, else as strong as the key. */
SignetSignatureAlgorithm signet_signature_algorithm_default (EVP_PKEY *key);
char                    *signet_signature_algorithm_describe (SignetSignatureAlgorithm algorithm, EVP_PKEY *key); /* "RSA-PSS-3072" */
/* Acceptable for a signature made at @time (ETSI TS 119 312; rows of the table carry since/until). */
gboolean                 signet_signature_algorithm_is_acceptable (SignetSignatureAlgorithm algorithm, EVP_PKEY *key, gint64 time);
/* Verifies @signature over @data with @key. The only call of EVP_DigestVerify* in the project, so that SM2's distinguishing ID has one home. */
gboolean                 signet_signature_verify (SignetSignatureAlgorithm algorithm, EVP_PKEY *key,
                                                  const void *data, gsize length, const void *signature, gsize signature_length);

G_END_DECLS
