/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-scep-answer.c: a CertRep opened (RFC 8894, 3.3.2): signed by the server, for our transaction and this message; what it issues decrypted
 * with the key that carried the request. Old servers answer in DES: that is read, in a corner of its own. Pure functions; outside bytes.
 */
#define G_LOG_DOMAIN "signet-scep"

#include "config.h"

#include "signet-scep-private.h"

#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/provider.h>
#include <string.h>

#include "../base/signet-base-error.h"
#include "../base/signet-text.h"

#define OID_MESSAGE_TYPE    "2.16.840.1.113733.1.9.2"
#define OID_STATUS          "2.16.840.1.113733.1.9.3"
#define OID_FAILURE         "2.16.840.1.113733.1.9.4"
#define OID_RECIPIENT_NONCE "2.16.840.1.113733.1.9.6"
#define OID_TRANSACTION     "2.16.840.1.113733.1.9.7"
#define OID_FAILURE_TEXT    "1.3.6.1.5.5.7.24.1"
#define CERT_REP "3"
#define MAX_TEXT 500

/* --- attributes -------------------------------------------------------------------------------------------------------------- */

/* (transfer none) (nullable): the value, when it is of @type */
static const ASN1_STRING *
get_attribute (CMS_SignerInfo *signer, const char *oid, int type)
{
  ASN1_OBJECT *object = OBJ_txt2obj (oid, 1);
  const ASN1_STRING *value = CMS_signed_get0_data_by_OBJ (signer, object, -3, type);

  ASN1_OBJECT_free (object);
  return value;
}

static gboolean
equals (const ASN1_STRING *value, const void *bytes, gsize length)
{
  return value != NULL && (gsize) ASN1_STRING_length (value) == length && memcmp (ASN1_STRING_get0_data (value), bytes, length) == 0;
}

static int
read_digit (const ASN1_STRING *value)
{
  return value != NULL && ASN1_STRING_length (value) == 1 && g_ascii_isdigit (*ASN1_STRING_get0_data (value)) ? *ASN1_STRING_get0_data (value) - '0' : -1;
}

static gboolean
set_not_genuine (GError **error, const char *why)
{
  g_set_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_MALFORMED, "the answer is not a genuine SCEP answer to what was asked: %s", why);
  ERR_clear_error ();
  return FALSE;
}

static gboolean
check_attributes (CMS_SignerInfo *signer, const char *transaction, GBytes *nonce, GError **error)
{
  gsize length;
  const guint8 *bytes = g_bytes_get_data (nonce, &length);

  if (!equals (get_attribute (signer, OID_MESSAGE_TYPE, V_ASN1_PRINTABLESTRING), CERT_REP, strlen (CERT_REP)))
    return set_not_genuine (error, "it is no answer");
  if (!equals (get_attribute (signer, OID_TRANSACTION, V_ASN1_PRINTABLESTRING), transaction, strlen (transaction)))
    return set_not_genuine (error, "it is of another transaction");
  if (!equals (get_attribute (signer, OID_RECIPIENT_NONCE, V_ASN1_OCTET_STRING), bytes, length))
    return set_not_genuine (error, "it answers another message");
  return TRUE;
}

/* --- the signature --------------------------------------------------------------------------------------------------------------- */

/* Only by one of the server's certificates that the filed chain vouches for, whatever certificates came along. */
static GBytes *
verify (const SignetScepServer *server, CMS_ContentInfo *cms, CMS_SignerInfo **signer)
{
  STACK_OF (X509) *known = sk_X509_new_null ();
  STACK_OF (CMS_SignerInfo) *signers = CMS_get0_SignerInfos (cms);
  BIO *out = BIO_new (BIO_s_mem ());
  GBytes *content = NULL;
  char *data;
  long length;

  for (guint i = 0; i < server->certificates->len; i++)
    sk_X509_push (known, server->certificates->pdata[i]);
  if (sk_CMS_SignerInfo_num (signers) == 1 && CMS_verify (cms, known, NULL, NULL, out, CMS_NO_SIGNER_CERT_VERIFY | CMS_NOINTERN | CMS_BINARY) == 1)
    {
      *signer = sk_CMS_SignerInfo_value (signers, 0);
      length = BIO_get_mem_data (out, &data);
      content = g_bytes_new (data, (gsize) MAX (length, 0));
    }
  BIO_free (out);
  sk_X509_free (known);
  return content;
}

/* --- the envelope ------------------------------------------------------------------------------------------------------------------ */

/* DES lives in a provider that is not loaded for anything else; here it opens what an old server sealed with it. */
static OSSL_LIB_CTX *
get_old_context (void)
{
  static gsize once;
  static OSSL_LIB_CTX *context;

  if (g_once_init_enter (&once))
    {
      context = OSSL_LIB_CTX_new ();
      OSSL_PROVIDER_load (context, "default");
      if (OSSL_PROVIDER_load (context, "legacy") == NULL)
        g_info ("no legacy provider: answers in DES cannot be read");
      ERR_clear_error ();
      g_once_init_leave (&once, 1);
    }
  return context;
}

static GBytes *
decrypt (GBytes *envelope, EVP_PKEY *key)
{
  CMS_ContentInfo *cms = CMS_ContentInfo_new_ex (get_old_context (), NULL);
  gsize length;
  const guint8 *data = g_bytes_get_data (envelope, &length);
  BIO *out = BIO_new (BIO_s_mem ());
  GBytes *content = NULL;
  char *text;
  long n;

  if (data != NULL && d2i_CMS_ContentInfo (&cms, &data, (long) length) != NULL && OBJ_obj2nid (CMS_get0_type (cms)) == NID_pkcs7_enveloped
      && CMS_decrypt (cms, key, NULL, NULL, out, CMS_BINARY) == 1 && (n = BIO_get_mem_data (out, &text)) > 0)
    content = g_bytes_new (text, (gsize) n);
  CMS_ContentInfo_free (cms);
  BIO_free (out);
  ERR_clear_error ();
  return content;
}

/* --- what it says ------------------------------------------------------------------------------------------------------------------- */

const char *
_signet_scep_failure_text (int failure)
{
  static const char *const names[] = { "badAlg", "badMessageCheck", "badRequest", "badTime", "badCertId" };

  return failure >= 0 && (gsize) failure < G_N_ELEMENTS (names) ? names[failure] : "no reason given";
}

static char *
dup_text (CMS_SignerInfo *signer)
{
  const ASN1_STRING *value = get_attribute (signer, OID_FAILURE_TEXT, V_ASN1_UTF8STRING);

  return value != NULL ? signet_text_sanitize ((const char *) ASN1_STRING_get0_data (value), ASN1_STRING_length (value), MAX_TEXT) : NULL;
}

/* A key that cannot read what came is told from an answer that is no answer: the server encrypted for another certificate than it was shown. */
static SignetScepAnswer *
read_issued (GBytes *envelope, EVP_PKEY *key, GError **error)
{
  g_autoptr (GBytes) content = decrypt (envelope, key);
  SignetScepAnswer *answer;

  if (content == NULL)
    {
      g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_UNSUPPORTED,
                           "the certificate that came is encrypted for a key that cannot decrypt, or in a way that is not known here");
      return NULL;
    }
  answer = g_new0 (SignetScepAnswer, 1);
  answer->kind = SIGNET_SCEP_ISSUED;
  answer->failure = -1;
  answer->certificates = g_steal_pointer (&content);
  return answer;
}

static SignetScepAnswer *
read_status (CMS_SignerInfo *signer, GBytes *envelope, EVP_PKEY *key, GError **error)
{
  int status = read_digit (get_attribute (signer, OID_STATUS, V_ASN1_PRINTABLESTRING));
  SignetScepAnswer *answer;

  if (status == 0)
    return read_issued (envelope, key, error);
  if (status != 2 && status != 3)
    {
      set_not_genuine (error, "it has no status");
      return NULL;
    }
  answer = g_new0 (SignetScepAnswer, 1);
  answer->kind = status == 3 ? SIGNET_SCEP_WAITING : SIGNET_SCEP_REJECTED;
  answer->failure = read_digit (get_attribute (signer, OID_FAILURE, V_ASN1_PRINTABLESTRING));
  answer->text = dup_text (signer);
  return answer;
}

void
_signet_scep_answer_free (SignetScepAnswer *answer)
{
  if (answer == NULL)
    return;
  g_clear_pointer (&answer->certificates, g_bytes_unref);
  g_free (answer->text);
  g_free (answer);
}

SignetScepAnswer *
_signet_scep_envelope_open (GBytes *envelope, EVP_PKEY *key, GError **error)
{
  if (g_bytes_get_size (envelope) > 0 && g_bytes_get_size (envelope) <= SIGNET_SCEP_MAX_MESSAGE)
    return read_issued (envelope, key, error);
  set_not_genuine (error, "there is nothing in it, or too much");
  return NULL;
}

SignetScepAnswer *
_signet_scep_answer_open (const SignetScepServer *server, const guint8 *data, gsize length, const char *transaction, GBytes *nonce, EVP_PKEY *key,
                          GError **error)
{
  CMS_ContentInfo *cms = length <= SIGNET_SCEP_MAX_MESSAGE ? d2i_CMS_ContentInfo (NULL, &data, (long) length) : NULL;
  gboolean is_signed = cms != NULL && OBJ_obj2nid (CMS_get0_type (cms)) == NID_pkcs7_signed;
  CMS_SignerInfo *signer = NULL;
  g_autoptr (GBytes) content = is_signed ? verify (server, cms, &signer) : NULL;
  SignetScepAnswer *answer = NULL;

  if (!is_signed)
    set_not_genuine (error, "it is no signed message");
  else if (content == NULL)
    set_not_genuine (error, "it is not signed by the authority's server");
  else if (check_attributes (signer, transaction, nonce, error))
    answer = read_status (signer, content, key, error);
  CMS_ContentInfo_free (cms);
  ERR_clear_error ();
  return answer;
}
