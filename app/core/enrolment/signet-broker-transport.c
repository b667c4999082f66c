/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-broker-transport.c: transport.key: a one-time RSA key of the request for what an authority encrypts for us: a SCEP answer, the key
 * of an encryption certificate. It is in software, made when first asked for, kept as a secret of the request and gone with it; it signs
 * nothing but the certificate that carries it. Runs on the thread of the call.
 */
#define G_LOG_DOMAIN "signet-broker-transport"

#include "config.h"

#include "signet-broker-private.h"

#include <openssl/err.h>
#include <openssl/rsa.h>

#include "../base/signet-base-error.h"
#include "../base/signet-key-der.h"

#define BITS 3072
#define NAME SIGNET_REQUEST_SECRET_OWN "transport-key"
#define DAYS 3650

static EVP_PKEY *
read_key (SignetSecret *secret)
{
  gsize length = 0;
  const guint8 *der = signet_secret_get_bytes (secret, &length);
  EVP_PKEY *key = d2i_AutoPrivateKey (NULL, &der, (long) length);

  ERR_clear_error ();
  return key;
}

static EVP_PKEY *
make_key (SignetRequest *request, GError **error)
{
  EVP_PKEY *key = EVP_RSA_gen (BITS);
  g_autoptr (SignetSecret) secret = key != NULL ? signet_key_dup_private_der (key) : NULL;

  if (secret == NULL)
    {
      signet_base_error_set_openssl (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_FAILED, "making a transport key");
      g_clear_pointer (&key, EVP_PKEY_free);
      return NULL;
    }
  _signet_request_secret_keep (request, NAME, secret);
  return key;
}

/**
 * _signet_request_find_transport_key:
 *
 * Returns: (nullable): the key there is; the caller frees it
 */
EVP_PKEY *
_signet_request_find_transport_key (SignetRequest *request)
{
  g_autoptr (SignetSecret) secret = _signet_request_secret_find (request, NAME);

  return secret != NULL ? read_key (secret) : NULL;
}

EVP_PKEY *
_signet_enrolment_run_transport_key (SignetEnrolmentRun *run, GError **error)
{
  EVP_PKEY *key = _signet_request_find_transport_key (run->request);

  return key != NULL ? key : make_key (run->request, error);
}

/* Many an encrypting program takes a certificate and no bare key: issuer and serial number name its reader (RFC 5652, 6.2.1). */
static GBytes *
make_certificate (EVP_PKEY *key, const char *attempt)
{
  X509 *certificate = X509_new ();
  X509_NAME *name = X509_NAME_new ();
  guint8 *der = NULL;
  int length = -1;
  GBytes *bytes = NULL;

  if (X509_NAME_add_entry_by_NID (name, NID_commonName, MBSTRING_UTF8, (const guchar *) attempt, -1, -1, 0) == 1 &&
      X509_set_version (certificate, X509_VERSION_3) == 1 && ASN1_INTEGER_set (X509_get_serialNumber (certificate), 1) == 1 &&
      X509_set_subject_name (certificate, name) == 1 && X509_set_issuer_name (certificate, name) == 1 &&
      X509_gmtime_adj (X509_getm_notBefore (certificate), -86400) != NULL &&
      X509_time_adj_ex (X509_getm_notAfter (certificate), DAYS, 0, NULL) != NULL && X509_set_pubkey (certificate, key) == 1 &&
      X509_sign (certificate, key, EVP_sha256 ()) > 0)
    length = i2d_X509 (certificate, &der);
  if (length > 0)
    bytes = g_bytes_new (der, (gsize) length);
  OPENSSL_free (der);
  X509_NAME_free (name);
  X509_free (certificate);
  return bytes;
}

JsonObject *
_signet_broker_serve_transport (SignetEnrolmentRun *run, JsonObject *params, GError **error)
{
  EVP_PKEY *key = _signet_enrolment_run_transport_key (run, error);
  g_autoptr (GBytes) spki = key != NULL ? signet_key_dup_public_der (key) : NULL;
  g_autoptr (GBytes) certificate = key != NULL ? make_certificate (key, run->request->attempt) : NULL;
  JsonObject *result = NULL;

  if (spki != NULL && certificate != NULL)
    {
      result = json_object_new ();
      _signet_broker_take_base64 (result, "spki", spki);
      _signet_broker_take_base64 (result, "certificate", certificate);
    }
  else if (key != NULL)
    signet_base_error_set_openssl (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_FAILED, "telling the transport key");
  EVP_PKEY_free (key);
  return result;
}
