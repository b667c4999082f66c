/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-test-scep.c: a small SCEP server (RFC 8894) over the test PKI, for what Debian's scepserver cannot be made to do: an RA, EC keys, waiting,
 * refusing in words, old and wrong answers. HTTP on 127.0.0.1. It really signs what it is asked for and believes every name.
 *
 *   signet-test-scep DIR --port-file F [--challenge C] [--caps TEXT] [--cipher NAME] [--to-all] [--fault NAME]
 *
 * Faults: those of signet-test-issue.h; reject waiting wrong-nonce wrong-transaction stranger to-nobody garbage html error-500 huge slow.
 */
#include "config.h"

#include <locale.h>
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/provider.h>
#include <openssl/rsa.h>
#include <string.h>

#include "signet-test-cert-rep.h"
#include "signet-test-issue.h"
#include "signet-test-server.h"

#define OID_MESSAGE_TYPE    "2.16.840.1.113733.1.9.2"
#define OID_SENDER_NONCE    "2.16.840.1.113733.1.9.5"
#define OID_TRANSACTION     "2.16.840.1.113733.1.9.7"

typedef struct {
  TestPki    *pki;
  EVP_PKEY   *ra_key;
  X509       *ra;
  GHashTable *waiting; /* transaction -> request, DER */
  GHashTable *issued;  /* transaction -> its certificate: the same transaction again is the same request */
} Scep;

/* What is read from a message. */
typedef struct {
  int     type;
  char   *transaction;
  GBytes *nonce;
  GBytes *content;
  X509   *sender;
  STACK_OF (X509) *all; /* that came along */
} Message;

static char *option_port_file, *option_challenge, *option_caps, *option_cipher, *option_fault;
static int option_port;
static gboolean option_to_all;

static const GOptionEntry entries[] = {
  { "port-file", 0, 0, G_OPTION_ARG_FILENAME, &option_port_file, "the port is written here when ready", "FILE" },
  { "port", 0, 0, G_OPTION_ARG_INT, &option_port, "0: any", "N" },
  { "challenge", 0, 0, G_OPTION_ARG_STRING, &option_challenge, "the password a request must carry", "C" },
  { "caps", 0, 0, G_OPTION_ARG_STRING, &option_caps, "what it says it can do, separated by commas; none: before there were capabilities", "TEXT" },
  { "cipher", 0, 0, G_OPTION_ARG_STRING, &option_cipher, "what it answers in: DES-CBC, DES-EDE3-CBC, AES-128-CBC, AES-256-CBC", "NAME" },
  { "to-all", 0, 0, G_OPTION_ARG_NONE, &option_to_all, "answers every certificate that came along, not the signer's alone", NULL },
  { "fault", 0, 0, G_OPTION_ARG_STRING, &option_fault, "do this wrong", "NAME" },
  G_OPTION_ENTRY_NULL
};

static gboolean
fault_is (const char *name)
{
  return g_strcmp0 (option_fault, name) == 0;
}

/* --- reading ---------------------------------------------------------------------------------------------------------------------- */

static const ASN1_STRING *
get_attribute (CMS_SignerInfo *signer, const char *oid, int type)
{
  ASN1_OBJECT *object = OBJ_txt2obj (oid, 1);
  const ASN1_STRING *value = CMS_signed_get0_data_by_OBJ (signer, object, -3, type);

  ASN1_OBJECT_free (object);
  return value;
}

static char *
dup_text (const ASN1_STRING *value)
{
  return value != NULL ? g_strndup ((const char *) ASN1_STRING_get0_data (value), (gsize) ASN1_STRING_length (value)) : NULL;
}

static void
message_clear (Message *message)
{
  g_free (message->transaction);
  g_clear_pointer (&message->nonce, g_bytes_unref);
  g_clear_pointer (&message->content, g_bytes_unref);
  X509_free (message->sender);
  sk_X509_pop_free (message->all, X509_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Message, message_clear)

static GBytes *
bytes_of (BIO *bio)
{
  char *data;
  long length = BIO_get_mem_data (bio, &data);

  return g_bytes_new (data, (gsize) MAX (length, 0));
}

static GBytes *
open_envelope (Scep *scep, BIO *in)
{
  CMS_ContentInfo *cms = d2i_CMS_bio (in, NULL);
  BIO *out = BIO_new (BIO_s_mem ());
  GBytes *content = cms != NULL && CMS_decrypt (cms, scep->ra_key, scep->ra, NULL, out, CMS_BINARY) == 1 ? bytes_of (out) : NULL;

  CMS_ContentInfo_free (cms);
  BIO_free (out);
  return content;
}

static gboolean
read_signer (CMS_ContentInfo *cms, Message *message)
{
  CMS_SignerInfo *signer = sk_CMS_SignerInfo_value (CMS_get0_SignerInfos (cms), 0);
  const ASN1_STRING *nonce = get_attribute (signer, OID_SENDER_NONCE, V_ASN1_OCTET_STRING);
  g_autofree char *type = dup_text (get_attribute (signer, OID_MESSAGE_TYPE, V_ASN1_PRINTABLESTRING));
  X509 *sender = NULL;

  CMS_SignerInfo_get0_algs (signer, NULL, &sender, NULL, NULL);
  message->transaction = dup_text (get_attribute (signer, OID_TRANSACTION, V_ASN1_PRINTABLESTRING));
  message->type = type != NULL ? atoi (type) : 0;
  message->nonce = nonce != NULL ? g_bytes_new (ASN1_STRING_get0_data (nonce), (gsize) ASN1_STRING_length (nonce)) : NULL;
  message->sender = sender != NULL && X509_up_ref (sender) ? sender : NULL;
  message->all = CMS_get1_certs (cms);
  return message->transaction != NULL && message->nonce != NULL && message->sender != NULL;
}

static gboolean
read_message (Scep *scep, GBytes *body, Message *message)
{
  BIO *in = BIO_new_mem_buf (g_bytes_get_data (body, NULL), (int) g_bytes_get_size (body));
  CMS_ContentInfo *cms = d2i_CMS_bio (in, NULL);
  BIO *out = BIO_new (BIO_s_mem ());
  gboolean ok = cms != NULL && CMS_verify (cms, NULL, NULL, NULL, out, CMS_NO_SIGNER_CERT_VERIFY | CMS_BINARY) == 1 && read_signer (cms, message);

  if (ok)
    message->content = open_envelope (scep, out);
  CMS_ContentInfo_free (cms);
  BIO_free (in);
  BIO_free (out);
  ERR_clear_error ();
  return ok && message->content != NULL;
}

/* --- answering ------------------------------------------------------------------------------------------------------------------- */

static GBytes *
answer_with (Scep *scep, const Message *message, GBytes *content, const char *status, const char *failure)
{
  EVP_PKEY *stranger = fault_is ("stranger") ? EVP_RSA_gen (2048) : NULL;
  X509 *fake = stranger != NULL ? X509_dup (scep->ra) : NULL;
  g_autoptr (GBytes) wrong_nonce = g_bytes_new_static ("0123456789abcdef", 16);
  TestCertRep rep = { .status = status, .failure = failure, .text = fault_is ("reject") ? "身份核验未通过（示例）" : NULL, .content = content,
                      .transaction = fault_is ("wrong-transaction") ? "another" : message->transaction,
                      .nonce = fault_is ("wrong-nonce") ? wrong_nonce : message->nonce };
  GBytes *bytes;

  if (fake != NULL)
    X509_set_pubkey (fake, stranger);
  bytes = test_cert_rep_new (&rep, fake != NULL ? fake : scep->ra, stranger != NULL ? stranger : scep->ra_key);
  X509_free (fake);
  EVP_PKEY_free (stranger);
  return bytes;
}

static GBytes *
envelop (Scep *scep, const Message *message, GBytes *content)
{
  STACK_OF (X509) *readers = sk_X509_new_null ();
  GBytes *bytes;

  if (!option_to_all)
    sk_X509_push (readers, fault_is ("to-nobody") ? scep->ra : message->sender);
  /* one to agree with (EC) would do for CMS, but no SCEP client of today could read that */
  for (int i = 0; option_to_all && i < sk_X509_num (message->all); i++)
    if (EVP_PKEY_is_a (X509_get0_pubkey (sk_X509_value (message->all, i)), "RSA"))
      sk_X509_push (readers, sk_X509_value (message->all, i));
  bytes = test_cert_rep_envelop (content, readers, option_cipher != NULL ? option_cipher : "AES-128-CBC");
  sk_X509_free (readers);
  return bytes;
}

/* --- deciding ------------------------------------------------------------------------------------------------------------------------ */

static gboolean
has_challenge (X509_REQ *csr)
{
  int at = X509_REQ_get_attr_by_NID (csr, NID_pkcs9_challengePassword, -1);
  const ASN1_TYPE *value = at >= 0 ? X509_ATTRIBUTE_get0_type (X509_REQ_get_attr (csr, at), 0) : NULL;
  g_autofree char *text = value != NULL ? dup_text (value->value.asn1_string) : NULL;

  return option_challenge == NULL || g_strcmp0 (text, option_challenge) == 0;
}

static GBytes *
issue (Scep *scep, const Message *message, GBytes *request)
{
  gsize length;
  const guint8 *data = g_bytes_get_data (request, &length);
  X509_REQ *csr = d2i_X509_REQ (NULL, &data, (long) length);
  X509 *certificate = g_hash_table_lookup (scep->issued, message->transaction);
  g_autoptr (GBytes) bag = NULL;
  g_autoptr (GBytes) envelope = NULL;
  GBytes *answer;

  if (certificate == NULL && csr != NULL && X509_REQ_verify (csr, X509_REQ_get0_pubkey (csr)) == 1 && has_challenge (csr) && !fault_is ("reject"))
    {
      certificate = test_issue (scep->pki, X509_REQ_get0_pubkey (csr), X509_REQ_get_subject_name (csr), option_fault, NULL);
      g_hash_table_insert (scep->issued, g_strdup (message->transaction), certificate);
    }
  if (certificate != NULL)
    {
      bag = test_cert_rep_bag (certificate, scep->pki->ca);
      envelope = envelop (scep, message, bag);
    }
  answer = answer_with (scep, message, envelope, envelope != NULL ? "0" : "2", envelope != NULL ? NULL : "2");
  X509_REQ_free (csr);
  return answer;
}

/* CertPoll names the transaction; what is waited for is what was asked for in it. */
static GBytes *
decide (Scep *scep, const Message *message)
{
  GBytes *waits = g_hash_table_lookup (scep->waiting, message->transaction);

  if (message->type == 20)
    return waits != NULL ? issue (scep, message, waits) : answer_with (scep, message, NULL, "2", "4");
  if (!fault_is ("waiting"))
    return issue (scep, message, message->content);
  g_hash_table_replace (scep->waiting, g_strdup (message->transaction), g_bytes_ref (message->content));
  return answer_with (scep, message, NULL, "3", NULL);
}

/* --- the way in ------------------------------------------------------------------------------------------------------------------------ */

static void
answer_text (TestAnswer *answer, guint status, const char *type, const char *text)
{
  answer->status = status;
  answer->content_type = type;
  answer->body = g_bytes_new (text, strlen (text));
}

static void
serve_message (Scep *scep, GBytes *body, TestAnswer *answer)
{
  g_auto (Message) message = { 0 };

  answer->content_type = "application/x-pki-message";
  if (fault_is ("error-500"))
    answer_text (answer, 500, "text/plain", "out of order");
  else if (fault_is ("html"))
    answer_text (answer, 200, "text/html", "<html>Please sign in</html>");
  else if (fault_is ("garbage"))
    answer_text (answer, 200, "application/x-pki-message", "not a message");
  else if (fault_is ("huge"))
    answer->flood = 1024ULL * 1024 * 1024;
  else if (!read_message (scep, body, &message))
    answer_text (answer, 400, "text/plain", "no message");
  else
    answer->body = decide (scep, &message);
  if (fault_is ("slow"))
    answer->delay = 60;
}

static void
serve_capabilities (TestAnswer *answer)
{
  g_autofree char *text = g_strdup (option_caps != NULL ? option_caps : "SCEPStandard,Renewal");

  if (strcmp (text, "none") == 0)
    answer_text (answer, 404, "text/plain", "");
  else
    answer_text (answer, 200, "text/plain", g_strdelimit (text, ",", '\n'));
}

static GBytes *
message_of_query (const char *path)
{
  const char *at = strstr (path, "message=");
  g_autofree char *text = at != NULL ? g_uri_unescape_string (at + strlen ("message="), NULL) : NULL;
  gsize length = 0;
  guint8 *data = text != NULL ? g_base64_decode (text, &length) : NULL;

  return g_bytes_new_take (data, length);
}

static void
on_request_cb (const char *method, const char *path, GBytes *body, TestAnswer *answer, gpointer user_data)
{
  Scep *scep = user_data;
  gboolean may_post = option_caps == NULL || strstr (option_caps, "POST") != NULL || strstr (option_caps, "SCEPStandard") != NULL;
  g_autoptr (GBytes) in_query = message_of_query (path);

  if (strstr (path, "operation=GetCACaps") != NULL)
    serve_capabilities (answer);
  else if (strstr (path, "operation=GetCACert") != NULL)
    {
      answer->content_type = "application/x-x509-ca-ra-cert";
      answer->body = test_cert_rep_bag (scep->ra, scep->pki->ca);
    }
  else if (strstr (path, "operation=PKIOperation") == NULL || (strcmp (method, "POST") == 0 && !may_post))
    answer_text (answer, 405, "text/plain", "not that way");
  else
    serve_message (scep, strcmp (method, "POST") == 0 ? body : in_query, answer);
}

static gboolean
make_ra (Scep *scep, GError **error)
{
  X509_NAME *name = test_pki_name ("CN=Sample RA");

  scep->ra_key = EVP_RSA_gen (2048);
  scep->ra = test_pki_issue (scep->pki, TEST_CERTIFICATE_ENCRYPTION, scep->ra_key, name, 365, error);
  X509_NAME_free (name);
  return scep->ra != NULL;
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new ("DIR");
  g_autoptr (GError) error = NULL;
  Scep scep = { .waiting = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_bytes_unref),
                .issued = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) X509_free) };
  gboolean ok = FALSE;

  setlocale (LC_ALL, "");
  OSSL_PROVIDER_load (NULL, "default");
  OSSL_PROVIDER_load (NULL, "legacy");
  g_option_context_add_main_entries (context, entries, NULL);
  if (g_option_context_parse (context, &argc, &argv, &error) && argc == 2 && (scep.pki = test_pki_open (argv[1], &error)) != NULL)
    ok = make_ra (&scep, &error) && test_server_run (option_port, option_port_file, on_request_cb, &scep, &error);
  if (!ok)
    g_printerr ("signet-test-scep: %s\n", error != NULL ? error->message : "usage: signet-test-scep DIR --port-file F");
  test_pki_free (scep.pki);
  X509_free (scep.ra);
  EVP_PKEY_free (scep.ra_key);
  g_hash_table_unref (scep.waiting);
  g_hash_table_unref (scep.issued);
  return ok ? 0 : 1;
}
