/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-broker-csr.c: csr.make: a certification request (PKCS#10) for the request under way: its name, its key, and what the authority
 * wishes to find in it. Whoever renews asks for the other names of the certificate he has, too. Runs on the thread of the call.
 */
#define G_LOG_DOMAIN "signet-broker-csr"

#include "config.h"

#include "signet-broker-private.h"

#include <openssl/err.h>
#include <string.h>

#include "../base/signet-base-error.h"
#include "../base/signet-signer-request.h"

#define MAX_CHALLENGE 255 /* RFC 2985, A.1: ub-challengePassword */

/* --- extensions and attributes --------------------------------------------------------------------------------------------- */

static gboolean
add_extension (X509_EXTENSIONS **all, X509_EXTENSION *extension)
{
  if (X509v3_get_ext_by_OBJ (*all, X509_EXTENSION_get_object (extension), -1) >= 0)
    return TRUE;
  return X509v3_add_ext (all, extension, -1) != NULL;
}

static gboolean
add_wishes (X509_EXTENSIONS **all, const SignetCsrAttributes *wishes)
{
  for (int i = 0; wishes != NULL && i < sk_X509_EXTENSION_num (wishes->extensions); i++)
    if (!add_extension (all, sk_X509_EXTENSION_value (wishes->extensions, i)))
      return FALSE;
  return TRUE;
}

/* RFC 7030, 4.2.2: "identical to the corresponding fields in the certificate being renewed" */
static gboolean
add_other_names (X509_EXTENSIONS **all, SignetCertificate *current)
{
  X509 *x509 = current != NULL ? signet_certificate_get_x509 (current) : NULL;
  int at = x509 != NULL ? X509_get_ext_by_NID (x509, NID_subject_alt_name, -1) : -1;

  return at < 0 || add_extension (all, X509_get_ext (x509, at));
}

static gboolean
add_extensions (X509_REQ *csr, SignetRequest *request, const SignetCsrAttributes *wishes)
{
  X509_EXTENSIONS *all = NULL;
  gboolean ok = add_other_names (&all, request->current) && add_wishes (&all, wishes) && (all == NULL || X509_REQ_add_extensions (csr, all) == 1);

  sk_X509_EXTENSION_pop_free (all, X509_EXTENSION_free);
  return ok;
}

/* RFC 2985, 5.4.1: a PrintableString where it can be one, for the sake of old servers */
static gboolean
add_challenge (X509_REQ *csr, SignetSecret *challenge)
{
  gsize length;
  const guint8 *bytes = signet_secret_get_bytes (challenge, &length);
  int type = ASN1_PRINTABLE_type (bytes, (int) length) == V_ASN1_PRINTABLESTRING ? MBSTRING_ASC : MBSTRING_UTF8;

  return length > 0 && length <= MAX_CHALLENGE && X509_REQ_add1_attr_by_NID (csr, NID_pkcs9_challengePassword, type, bytes, (int) length) == 1;
}

/* --- the request -------------------------------------------------------------------------------------------------------------- */

static gboolean
key_fits (SignetSigner *signer, const SignetCsrAttributes *wishes, GError **error)
{
  EVP_PKEY *key = wishes != NULL ? signet_signer_new_evp_pkey (signer, error) : NULL;
  gboolean fits = wishes == NULL || (key != NULL && _signet_csr_attributes_fits (wishes, key, error));

  EVP_PKEY_free (key);
  return fits;
}

static gboolean
set_openssl (GError **error)
{
  if (error == NULL || *error == NULL)
    signet_base_error_set_openssl (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_FAILED, "making the request");
  ERR_clear_error ();
  return FALSE;
}

/**
 * _signet_broker_new_csr:
 * @wishes: (nullable): of the authority
 * @challenge: (nullable): a challengePassword (RFC 2985, 5.4.1)
 *
 * Made and signed by the new key, after the person agreed. The caller frees it.
 */
X509_REQ *
_signet_broker_new_csr (SignetEnrolmentRun *run, const SignetCsrAttributes *wishes, SignetSecret *challenge, GError **error)
{
  SignetSigner *signer = _signet_broker_proof_signer (run, error);
  X509_NAME *subject = signer != NULL ? _signet_request_dup_name (run->request, error) : NULL;
  X509_REQ *csr = X509_REQ_new ();
  SignetDigest digest = wishes != NULL ? wishes->digest : SIGNET_DIGEST_UNKNOWN;

  if (subject != NULL && key_fits (signer, wishes, error) && X509_REQ_set_version (csr, X509_REQ_VERSION_1) &&
      X509_REQ_set_subject_name (csr, subject) && add_extensions (csr, run->request, wishes) &&
      (challenge == NULL || add_challenge (csr, challenge)) &&
      signet_signer_sign_request_as (signer, csr, digest, run->cancellable, error))
    {
      X509_NAME_free (subject);
      return csr;
    }
  set_openssl (error);
  X509_NAME_free (subject);
  X509_REQ_free (csr);
  return NULL;
}

static GBytes *
encode (X509_REQ *csr, GError **error)
{
  guint8 *der = NULL;
  int length = csr != NULL ? i2d_X509_REQ (csr, &der) : -1;
  GBytes *bytes = length > 0 ? g_bytes_new (der, (gsize) length) : NULL;

  OPENSSL_free (der);
  if (bytes == NULL)
    set_openssl (error);
  return bytes;
}

/* --- csr.make ------------------------------------------------------------------------------------------------------------------- */

/* attributes: {"csrattrs": base64}. FALSE with an error; TRUE also without any. */
static gboolean
read_wishes (JsonObject *attributes, SignetCsrAttributes **wishes, GError **error)
{
  const char *text = attributes != NULL ? _signet_broker_get_text (attributes, "csrattrs") : NULL;
  g_autofree guint8 *der = NULL;
  gsize length = 0;

  if (text == NULL)
    return TRUE;
  der = g_base64_decode (text, &length);
  *wishes = _signet_csr_attributes_parse (der, length, error);
  return *wishes != NULL;
}

/* attributes: {"challengePassword": {"secret": id}} */
static gboolean
read_challenge (SignetEnrolmentRun *run, JsonObject *attributes, SignetSecret **challenge, GError **error)
{
  JsonObject *reference = attributes != NULL ? _signet_broker_get_object (attributes, "challengePassword") : NULL;
  const char *id;

  if (reference == NULL)
    return TRUE;
  id = _signet_broker_secret_reference (run, reference, error);
  *challenge = id != NULL ? _signet_enrolment_run_secret (run, id, error) : NULL;
  return *challenge != NULL;
}

/* Asked the same again, an authority that goes by the bytes must see the same: signatures with EC keys differ each time. What carries a
   secret is made anew each time: it would be in the database otherwise. */
static GBytes *
make_csr (SignetEnrolmentRun *run, const SignetCsrAttributes *wishes, SignetSecret *challenge, GError **error)
{
  X509_REQ *csr;
  GBytes *bytes;

  if (challenge == NULL && run->request->csr != NULL)
    return g_bytes_ref (run->request->csr);
  csr = _signet_broker_new_csr (run, wishes, challenge, error);
  bytes = csr != NULL ? encode (csr, error) : NULL;
  X509_REQ_free (csr);
  if (bytes == NULL || challenge != NULL)
    return bytes;
  run->request->csr = g_bytes_ref (bytes);
  if (!_signet_request_store_update (run->enrolment->store, run->request, error))
    g_clear_pointer (&bytes, g_bytes_unref);
  return bytes;
}

GBytes *
_signet_broker_make_csr (SignetEnrolmentRun *run, GError **error)
{
  return make_csr (run, NULL, NULL, error);
}

/* What could not be honoured, so that a plugin can say so. */
static JsonArray *
unmet_json (const SignetCsrAttributes *wishes)
{
  JsonArray *unmet = json_array_new ();

  for (guint i = 0; wishes != NULL && i < wishes->unknown->len; i++)
    json_array_add_string_element (unmet, wishes->unknown->pdata[i]);
  if (wishes != NULL && wishes->binding)
    json_array_add_string_element (unmet, "tls-binding");
  return unmet;
}

JsonObject *
_signet_broker_serve_csr (SignetEnrolmentRun *run, JsonObject *params, GError **error)
{
  JsonObject *attributes = _signet_broker_get_object (params, "attributes");
  g_autoptr (SignetCsrAttributes) wishes = NULL;
  g_autoptr (SignetSecret) challenge = NULL;
  g_autoptr (GBytes) csr = NULL;
  JsonObject *result;

  if (!read_wishes (attributes, &wishes, error) || !read_challenge (run, attributes, &challenge, error))
    return NULL;
  csr = make_csr (run, wishes, challenge, error);
  if (csr == NULL)
    return NULL;
  _signet_broker_note_given (run);
  result = json_object_new ();
  _signet_broker_take_base64 (result, "csr", csr);
  json_object_set_array_member (result, "unmet", unmet_json (wishes));
  return result;
}
