/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-test-cmp.c: answers CMP requests (ir cr p10cr kur rr certConf pollReq genm) by issuing from the test PKI, and, when told
 * to, answers wrongly in one named way. One OSSL_CMP_SRV_CTX holds one transaction, so there is one for each transaction ID.
 */
#include "config.h"

#include "signet-test-cmp.h"
#include "signet-test-issue.h"

#include <string.h>

#include <gio/gio.h>
#include <openssl/cmp.h>
#include <openssl/crmf.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#define MAX_TRANSACTIONS 64
#define POLLS_BEFORE_ISSUE 2

struct _TestCmp
{
  TestPki    *pki;
  char       *reference;
  char       *secret;
  char       *fault;
  int         check_after;
  EVP_PKEY   *key;
  X509       *certificate;
  GHashTable *transactions;   /* transaction ID (hex) -> Transaction */
};

typedef struct {
  TestCmp          *cmp;
  OSSL_CMP_SRV_CTX *server;
  OSSL_CMP_MSG     *waiting;   /* (nullable): the request that waits */
  X509             *issued;    /* (nullable) */
  guint             polls;
  gboolean          decided;
} Transaction;

static gboolean
has_fault (TestCmp *self, const char *fault)
{
  return g_strcmp0 (self->fault, fault) == 0;
}

/* --- what is asked for ---------------------------------------------------------------------------------------------- */

/*
 * OpenSSL 3.0 has no getter for the template's key: its encoding is searched for [6] IMPLICIT SubjectPublicKeyInfo, which
 * becomes a plain one by changing its first byte.
 */
static EVP_PKEY *
template_key (const OSSL_CRMF_CERTTEMPLATE *template)
{
  guchar *der = NULL;
  int length = i2d_OSSL_CRMF_CERTTEMPLATE (template, &der);
  const guchar *at = der;
  EVP_PKEY *key = NULL;
  long size;
  int tag, class;

  if (length <= 0 || (ASN1_get_object (&at, &size, &tag, &class, length) & 0x80) != 0)
    length = 0;
  while (length > 0 && at < der + length && key == NULL)
    {
      guchar *start = der + (at - der);

      if ((ASN1_get_object (&at, &size, &tag, &class, der + length - at) & 0x80) != 0)
        break;
      if (class == V_ASN1_CONTEXT_SPECIFIC && tag == 6)
        {
          const guchar *from = start;
          *start = 0x30;
          key = d2i_PUBKEY (NULL, &from, at + size - start);
        }
      at += size;
    }
  OPENSSL_free (der);
  return key;
}

static EVP_PKEY *
asked_key (const OSSL_CRMF_MSG *crm, const X509_REQ *p10cr)
{
  return p10cr != NULL ? X509_REQ_get_pubkey ((X509_REQ *) p10cr) : template_key (OSSL_CRMF_MSG_get0_tmpl (crm));
}

static const X509_NAME *
asked_subject (const OSSL_CRMF_MSG *crm, const X509_REQ *p10cr)
{
  return p10cr != NULL ? X509_REQ_get_subject_name (p10cr) : OSSL_CRMF_CERTTEMPLATE_get0_subject (OSSL_CRMF_MSG_get0_tmpl (crm));
}

/* --- what is given -------------------------------------------------------------------------------------------------- */

static STACK_OF (X509) *
ca_chain (TestCmp *self)
{
  STACK_OF (X509) *chain = sk_X509_new_null ();

  X509_add_cert (chain, self->pki->ca, X509_ADD_FLAG_UP_REF);
  X509_add_cert (chain, self->pki->root, X509_ADD_FLAG_UP_REF);
  return chain;
}

static OSSL_CMP_PKISI *
on_certificate_request_cb (OSSL_CMP_SRV_CTX *server, const OSSL_CMP_MSG *request, int request_id, const OSSL_CRMF_MSG *crm,
                           const X509_REQ *p10cr, X509 **certificate, STACK_OF (X509) **chain, STACK_OF (X509) **ca_pubs)
{
  Transaction *transaction = OSSL_CMP_SRV_CTX_get0_custom_ctx (server);
  TestCmp *self = transaction->cmp;
  const X509_NAME *subject = asked_subject (crm, p10cr);
  EVP_PKEY *key;

  if (has_fault (self, "reject"))
    return OSSL_CMP_STATUSINFO_new (OSSL_CMP_PKISTATUS_rejection, OSSL_CMP_CTX_FAILINFO_badRequest,
                                    "the identity could not be confirmed (sample rejection)");
  if (has_fault (self, "waiting") && !transaction->decided)
    {
      transaction->waiting = OSSL_CMP_MSG_dup (request);
      return OSSL_CMP_STATUSINFO_new (OSSL_CMP_PKISTATUS_waiting, 0, NULL);
    }
  key = asked_key (crm, p10cr);
  if (key == NULL || subject == NULL)
    {
      EVP_PKEY_free (key);
      return OSSL_CMP_STATUSINFO_new (OSSL_CMP_PKISTATUS_rejection, OSSL_CMP_CTX_FAILINFO_badCertTemplate, "no key or no subject");
    }
  *certificate = test_issue (self->pki, key, subject, self->fault, NULL);
  EVP_PKEY_free (key);
  if (*certificate == NULL)
    return OSSL_CMP_STATUSINFO_new (OSSL_CMP_PKISTATUS_rejection, OSSL_CMP_CTX_FAILINFO_systemFailure, "cannot issue");
  X509_free (transaction->issued);
  transaction->issued = X509_dup (*certificate);
  *chain = ca_chain (self);
  return OSSL_CMP_STATUSINFO_new (OSSL_CMP_PKISTATUS_accepted, 0, NULL);
}

static int
on_poll_cb (OSSL_CMP_SRV_CTX *server, const OSSL_CMP_MSG *request, int request_id, OSSL_CMP_MSG **certificate_request, int64_t *check_after)
{
  Transaction *transaction = OSSL_CMP_SRV_CTX_get0_custom_ctx (server);

  *certificate_request = NULL;
  *check_after = transaction->cmp->check_after;
  if (transaction->waiting == NULL)
    return 0;
  if (++transaction->polls < POLLS_BEFORE_ISSUE)
    return 1;
  transaction->decided = TRUE;
  *certificate_request = g_steal_pointer (&transaction->waiting);
  return 1;
}

/* OpenSSL 3.0 hands issuer and serial on and keeps the reason to itself: CRLReason, looked for in the request's encoding. -1: none */
static int
asked_reason (const OSSL_CMP_MSG *request)
{
  static const guint8 extension[] = { 0x06, 0x03, 0x55, 0x1d, 0x15, 0x04, 0x03, 0x0a, 0x01 };
  BIO *bio = BIO_new (BIO_s_mem ());
  char *data;
  long length = i2d_OSSL_CMP_MSG_bio (bio, request) ? BIO_get_mem_data (bio, &data) : 0;
  const char *found = length > 0 ? memmem (data, length, extension, sizeof extension) : NULL;
  int reason = found != NULL && found + sizeof extension < data + length ? found[sizeof extension] : -1;

  BIO_free (bio);
  return reason;
}

static const char *
reason_name (int reason)
{
  static const char *const names[] = { NULL, "keyCompromise", "CACompromise", "affiliationChanged", "superseded", "cessationOfOperation",
                                       "certificateHold" };

  return reason > 0 && reason < (int) G_N_ELEMENTS (names) ? names[reason] : NULL;
}

static OSSL_CMP_PKISI *
on_revocation_cb (OSSL_CMP_SRV_CTX *server, const OSSL_CMP_MSG *request, const X509_NAME *issuer, const ASN1_INTEGER *serial)
{
  Transaction *transaction = OSSL_CMP_SRV_CTX_get0_custom_ctx (server);
  TestCmp *self = transaction->cmp;
  BIGNUM *number = serial != NULL ? ASN1_INTEGER_to_BN (serial, NULL) : NULL;
  char *text = number != NULL ? BN_bn2hex (number) : NULL;
  int reason = asked_reason (request);
  gboolean ok = FALSE;

  if (text != NULL && !has_fault (self, "reject"))
    ok = reason == CRL_REASON_REMOVE_FROM_CRL ? test_pki_restore (self->pki, text, NULL)
                                              : test_pki_revoke (self->pki, text, reason_name (reason), NULL);
  OPENSSL_free (text);
  BN_free (number);
  return ok ? OSSL_CMP_STATUSINFO_new (OSSL_CMP_PKISTATUS_accepted, 0, NULL)
            : OSSL_CMP_STATUSINFO_new (OSSL_CMP_PKISTATUS_rejection, OSSL_CMP_CTX_FAILINFO_badCertId, "no such certificate");
}

static ASN1_TYPE *
sequence_of (guchar *der, int length)
{
  ASN1_TYPE *type = ASN1_TYPE_new ();
  ASN1_STRING *string = ASN1_STRING_type_new (V_ASN1_SEQUENCE);

  ASN1_STRING_set0 (string, der, length);
  ASN1_TYPE_set (type, V_ASN1_SEQUENCE, string);
  return type;
}

/* The CA certificates, to whoever asks (RFC 9480, 2.14). */
static int
on_general_message_cb (OSSL_CMP_SRV_CTX *server, const OSSL_CMP_MSG *request, const STACK_OF (OSSL_CMP_ITAV) *in,
                       STACK_OF (OSSL_CMP_ITAV) **out)
{
  Transaction *transaction = OSSL_CMP_SRV_CTX_get0_custom_ctx (server);
  STACK_OF (X509) *chain = ca_chain (transaction->cmp);
  ASN1_SEQUENCE_ANY *all = sk_ASN1_TYPE_new_null ();
  guchar *der = NULL;
  int length;

  for (int i = 0; i < sk_X509_num (chain); i++)
    {
      guchar *certificate = NULL;

      length = i2d_X509 (sk_X509_value (chain, i), &certificate);
      sk_ASN1_TYPE_push (all, sequence_of (certificate, length));
    }
  length = i2d_ASN1_SEQUENCE_ANY (all, &der);
  *out = sk_OSSL_CMP_ITAV_new_null ();
  sk_OSSL_CMP_ITAV_push (*out, OSSL_CMP_ITAV_create (OBJ_txt2obj ("1.3.6.1.5.5.7.4.17", 1), sequence_of (der, length)));
  sk_ASN1_TYPE_pop_free (all, ASN1_TYPE_free);
  sk_X509_pop_free (chain, X509_free);
  return 1;
}

static void
on_error_cb (OSSL_CMP_SRV_CTX *server, const OSSL_CMP_MSG *request, const OSSL_CMP_PKISI *status, const ASN1_INTEGER *code,
             const OSSL_CMP_PKIFREETEXT *details)
{
  g_message ("the client reported an error");
}

static gboolean
enter (const guchar **at, const guchar *end, int wanted)
{
  long size;
  int tag, class;

  return *at < end && (ASN1_get_object (at, &size, &tag, &class, end - *at) & 0x80) == 0 && tag == wanted;
}

static gboolean
skip (const guchar **at, const guchar *end)
{
  long size = 0;
  int tag, class;
  gboolean ok = *at < end && (ASN1_get_object (at, &size, &tag, &class, end - *at) & 0x80) == 0;

  *at += size;
  return ok;
}

/* The status of a certConf, which OpenSSL has no getter for: message, not the header, body, list, one of it, not hash and id, status. -1: none */
static int
confirmation_status (const OSSL_CMP_MSG *request)
{
  guchar *der = NULL;
  int length = i2d_OSSL_CMP_MSG ((OSSL_CMP_MSG *) request, &der);
  const guchar *at = der, *end = der + MAX (length, 0);
  int status = -1;

  if (enter (&at, end, V_ASN1_SEQUENCE) && skip (&at, end) && enter (&at, end, 24) && enter (&at, end, V_ASN1_SEQUENCE) &&
      enter (&at, end, V_ASN1_SEQUENCE) && skip (&at, end) && skip (&at, end) && enter (&at, end, V_ASN1_SEQUENCE) &&
      enter (&at, end, V_ASN1_INTEGER) && at < end)
    status = *at;
  OPENSSL_free (der);
  return status;
}

/* certHash is over the certificate with the digest of its signature (RFC 4210, 5.3.18). What the client declines is revoked. */
static int
on_confirm_cb (OSSL_CMP_SRV_CTX *server, const OSSL_CMP_MSG *request, int request_id, const ASN1_OCTET_STRING *hash,
               const OSSL_CMP_PKISI *status)
{
  Transaction *transaction = OSSL_CMP_SRV_CTX_get0_custom_ctx (server);
  g_autofree char *serial = NULL;
  guchar digest[EVP_MAX_MD_SIZE];
  guint length = 0;

  if (has_fault (transaction->cmp, "refuse-confirm") || transaction->issued == NULL)
    return 0;
  if (!X509_digest (transaction->issued, EVP_sha256 (), digest, &length) || (int) length != ASN1_STRING_length (hash))
    return 0;
  if (memcmp (digest, ASN1_STRING_get0_data (hash), length) != 0)
    return 0;
  serial = test_pki_serial (transaction->issued);
  if (status != NULL && confirmation_status (request) == OSSL_CMP_PKISTATUS_rejection)
    {
      g_message ("declined %s", serial);
      return test_pki_revoke (transaction->cmp->pki, serial, "cessationOfOperation", NULL);
    }
  g_message ("confirmed %s", serial);
  return status == NULL || confirmation_status (request) == OSSL_CMP_PKISTATUS_accepted;
}

/* --- transactions --------------------------------------------------------------------------------------------------- */

static void
transaction_free (gpointer data)
{
  Transaction *transaction = data;

  OSSL_CMP_SRV_CTX_free (transaction->server);
  OSSL_CMP_MSG_free (transaction->waiting);
  X509_free (transaction->issued);
  g_free (transaction);
}

static gboolean
set_up (Transaction *transaction)
{
  TestCmp *self = transaction->cmp;
  OSSL_CMP_CTX *context = OSSL_CMP_SRV_CTX_get0_cmp_ctx (transaction->server);
  X509_STORE *store = X509_STORE_new ();
  STACK_OF (X509) *chain = ca_chain (self);
  gboolean ok;

  X509_STORE_add_cert (store, self->pki->root);
  ok = OSSL_CMP_CTX_set0_trustedStore (context, store) && OSSL_CMP_CTX_set1_untrusted (context, chain) &&
       OSSL_CMP_CTX_set1_cert (context, self->certificate) && OSSL_CMP_CTX_set1_pkey (context, self->key) &&
       OSSL_CMP_SRV_CTX_set_grant_implicit_confirm (transaction->server, 1) &&
       OSSL_CMP_SRV_CTX_set_accept_unprotected (transaction->server, 1);
  if (ok && self->reference != NULL && self->secret != NULL)
    ok = OSSL_CMP_CTX_set1_referenceValue (context, (const guchar *) self->reference, strlen (self->reference)) &&
         OSSL_CMP_CTX_set1_secretValue (context, (const guchar *) self->secret, strlen (self->secret));
  sk_X509_pop_free (chain, X509_free);
  return ok;
}

static Transaction *
transaction_new (TestCmp *self)
{
  Transaction *transaction = g_new0 (Transaction, 1);

  transaction->cmp = self;
  transaction->server = OSSL_CMP_SRV_CTX_new (NULL, NULL);
  if (transaction->server != NULL &&
      OSSL_CMP_SRV_CTX_init (transaction->server, transaction, on_certificate_request_cb, on_revocation_cb, on_general_message_cb,
                             on_error_cb, on_confirm_cb, on_poll_cb) &&
      set_up (transaction))
    return transaction;
  transaction_free (transaction);
  return NULL;
}

static Transaction *
find_transaction (TestCmp *self, const OSSL_CMP_MSG *request)
{
  ASN1_OCTET_STRING *id = OSSL_CMP_HDR_get0_transactionID (OSSL_CMP_MSG_get0_header (request));
  g_autofree char *name = NULL;
  Transaction *transaction;

  if (id == NULL)
    return NULL;
  name = g_compute_checksum_for_data (G_CHECKSUM_SHA256, ASN1_STRING_get0_data (id), ASN1_STRING_length (id));
  transaction = g_hash_table_lookup (self->transactions, name);
  if (transaction != NULL)
    return transaction;
  if (g_hash_table_size (self->transactions) >= MAX_TRANSACTIONS)
    g_hash_table_remove_all (self->transactions);
  transaction = transaction_new (self);
  if (transaction != NULL)
    g_hash_table_insert (self->transactions, g_steal_pointer (&name), transaction);
  return transaction;
}

/* As if somebody whom the authority has certified sat in the line. */
static gboolean
answer_as_holder (TestCmp *self, GError **error)
{
  X509_NAME *name = test_pki_name ("CN=A Holder (sample),C=CN");

  EVP_PKEY_free (self->key);
  X509_free (self->certificate);
  self->key = EVP_EC_gen ("P-256");
  self->certificate = test_pki_issue (self->pki, TEST_CERTIFICATE_SIGNATURE, self->key, name, 365, error);
  X509_NAME_free (name);
  return self->certificate != NULL;
}

TestCmp *
test_cmp_new (TestPki *pki, const char *reference, const char *secret, const char *fault, int check_after, GError **error)
{
  g_autoptr (TestCmp) self = g_new0 (TestCmp, 1);

  self->pki = pki;
  self->reference = g_strdup (reference);
  self->secret = g_strdup (secret);
  self->fault = g_strdup (fault);
  self->check_after = check_after;
  self->transactions = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, transaction_free);
  if ((self->key = test_pki_load_key (pki->dir, "cmp.key", error)) == NULL ||
      (self->certificate = test_pki_load_certificate (pki->dir, "cmp.pem", error)) == NULL)
    return NULL;
  if (has_fault (self, "holder-answers") && !answer_as_holder (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
test_cmp_free (TestCmp *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->transactions, g_hash_table_unref);
  EVP_PKEY_free (self->key);
  X509_free (self->certificate);
  g_free (self->reference);
  g_free (self->secret);
  g_free (self->fault);
  g_free (self);
}

/* --- HTTP ----------------------------------------------------------------------------------------------------------- */

static GBytes *
process (TestCmp *self, GBytes *body)
{
  BIO *in = BIO_new_mem_buf (g_bytes_get_data (body, NULL), g_bytes_get_size (body));
  BIO *out = BIO_new (BIO_s_mem ());
  OSSL_CMP_MSG *request = d2i_OSSL_CMP_MSG_bio (in, NULL);
  Transaction *transaction = request != NULL ? find_transaction (self, request) : NULL;
  OSSL_CMP_MSG *response = transaction != NULL ? OSSL_CMP_SRV_process_request (transaction->server, request) : NULL;
  GBytes *answer = NULL;
  char *data;
  long length;

  if (response != NULL && i2d_OSSL_CMP_MSG_bio (out, response) && (length = BIO_get_mem_data (out, &data)) > 0)
    answer = g_bytes_new (data, length);
  ERR_print_errors_fp (stderr);
  OSSL_CMP_MSG_free (response);
  OSSL_CMP_MSG_free (request);
  BIO_free (out);
  BIO_free (in);
  return answer;
}

/* The made-up protocol of plugins/example: a PKCS#10 request is posted, the certificate comes back; 202 once with the fault "waiting". */
static void
answer_simple (TestCmp *self, GBytes *body, TestAnswer *answer)
{
  static guint asked;
  gsize length;
  const guchar *data = g_bytes_get_data (body, &length);
  X509_REQ *csr = d2i_X509_REQ (NULL, &data, (long) length);
  X509 *certificate = NULL;
  guchar *der = NULL;
  int size;

  if (has_fault (self, "waiting") && asked++ == 0)
    answer->status = 202;
  else if (csr == NULL || X509_REQ_verify (csr, X509_REQ_get0_pubkey (csr)) != 1)
    answer->status = 400;
  else if ((certificate = test_issue (self->pki, X509_REQ_get0_pubkey (csr), X509_REQ_get_subject_name (csr), self->fault, NULL)) != NULL &&
           (size = i2d_X509 (certificate, &der)) > 0)
    answer->body = g_bytes_new (der, size);
  OPENSSL_free (der);
  X509_free (certificate);
  X509_REQ_free (csr);
}

static gboolean
answer_wrongly (TestCmp *self, TestAnswer *answer)
{
  if (has_fault (self, "error-500"))
    answer->status = 500;
  else if (has_fault (self, "garbage"))
    answer->body = g_bytes_new_static ("<html><body>Welcome to the sample hotel network</body></html>", 61);
  else if (has_fault (self, "huge"))
    answer->body = g_bytes_new_take (g_malloc0 (64 * 1024 * 1024), 64 * 1024 * 1024);
  else
    return FALSE;
  return TRUE;
}

void
test_cmp_handle (const char *method, const char *path, GBytes *body, TestAnswer *answer, gpointer cmp)
{
  TestCmp *self = cmp;

  answer->content_type = "application/pkixcmp";
  if (g_strcmp0 (method, "POST") != 0 || body == NULL)
    {
      answer->status = 405;
      return;
    }
  if (answer_wrongly (self, answer))
    return;
  answer->delay = has_fault (self, "slow") ? 600 : 0;
  if (g_str_has_prefix (path, "/simple"))
    {
      answer_simple (self, body, answer);
      return;
    }
  answer->body = process (self, body);
  if (answer->body == NULL)
    answer->status = 400;
}
