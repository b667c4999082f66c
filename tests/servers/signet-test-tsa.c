/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-test-tsa.c: a time-stamping authority (RFC 3161) over a test PKI, for tests and the demo.
 *
 *   signet-test-tsa DIR --port-file F [--port N] [--members] [--fault NAME]
 *
 * Signs with DIR/tsa.pem. Loopback only. --members: over https, for those alone who show a certificate of the CA in DIR. Faults: wrong-nonce, no-nonce, wrong-imprint, rejection, expired-cert, bad-signature, error-500,
 * busy, html, slow, drip, huge, garbage, no-eku, empty.
 */
#include "config.h"

#include <string.h>

#include <gio/gio.h>
#include <openssl/cms.h>
#include <openssl/rand.h>
#include <openssl/ts.h>

#include "signet-test-pki.h"
#include "signet-test-server.h"
#include "signet-test-tls.h"

#define POLICY_OID "1.3.6.1.4.1.99999.2.1"
#define OTHER_POLICY_OID "1.3.6.1.4.1.99999.2.2"
#define SLOW 60
#define HUGE_ANSWER (8 * 1024 * 1024)

static char *option_port_file, *option_fault;
static int option_port;
static gboolean option_members;

static const GOptionEntry entries[] = {
  { "port-file", 0, 0, G_OPTION_ARG_FILENAME, &option_port_file, "the port is written here when ready", "FILE" },
  { "port", 0, 0, G_OPTION_ARG_INT, &option_port, "0: any", "N" },
  { "fault", 0, 0, G_OPTION_ARG_STRING, &option_fault, "do this wrong", "NAME" },
  { "members", 0, 0, G_OPTION_ARG_NONE, &option_members, "https, and a client certificate is demanded", NULL },
  G_OPTION_ENTRY_NULL
};

static const char *const faults[] = { "wrong-nonce", "no-nonce", "wrong-imprint", "rejection", "expired-cert", "bad-signature", "error-500",
                                      "busy", "html", "slow", "drip", "huge", "garbage", "no-eku", "empty", NULL };

typedef struct {
  X509     *signer;
  EVP_PKEY *key;
  X509     *ca;
  X509     *unfit; /* (nullable): certificate of the same authority that may not time-stamp */
  EVP_PKEY *unfit_key;
} Authority;

static gboolean
fault_is (const char *name)
{
  return g_strcmp0 (option_fault, name) == 0;
}

/* --- the question, bent where a fault wants it ------------------------------------------------------------------------ */

static void
bend_request (TS_REQ *request)
{
  ASN1_INTEGER *nonce = ASN1_INTEGER_new ();
  ASN1_OBJECT *policy = OBJ_txt2obj (OTHER_POLICY_OID, 1);
  guint8 other[32];

  ASN1_INTEGER_set (nonce, 4711);
  if (fault_is ("wrong-nonce"))
    TS_REQ_set_nonce (request, nonce);
  if (fault_is ("rejection"))
    TS_REQ_set_policy_id (request, policy);
  if (fault_is ("wrong-imprint") && RAND_bytes (other, sizeof other) == 1)
    TS_MSG_IMPRINT_set_msg (TS_REQ_get_msg_imprint (request), other, sizeof other);
  ASN1_INTEGER_free (nonce);
  ASN1_OBJECT_free (policy);
}

/* The library cannot take a nonce out again: the same question, asked without one. */
static TS_REQ *
without_nonce (TS_REQ *request)
{
  TS_REQ *bare = TS_REQ_new ();

  TS_REQ_set_version (bare, 1);
  TS_REQ_set_cert_req (bare, 1);
  TS_REQ_set_msg_imprint (bare, TS_REQ_get_msg_imprint (request));
  TS_REQ_free (request);
  return bare;
}

static BIO *
read_request (GBytes *body)
{
  gsize length = 0;
  const guchar *p = body != NULL ? g_bytes_get_data (body, &length) : NULL;
  TS_REQ *request = length > 0 ? d2i_TS_REQ (NULL, &p, (long) length) : NULL;
  BIO *bio = BIO_new (BIO_s_mem ());

  if (request != NULL && fault_is ("no-nonce"))
    request = without_nonce (request);
  if (request != NULL)
    {
      bend_request (request);
      i2d_TS_REQ_bio (bio, request);
    }
  TS_REQ_free (request);
  return bio;
}

/* --- the answer ----------------------------------------------------------------------------------------------------- */

static ASN1_INTEGER *
on_serial_cb (TS_RESP_CTX *context, void *data)
{
  ASN1_INTEGER *serial = ASN1_INTEGER_new ();
  guint64 number = 1;

  if (serial != NULL && RAND_bytes ((guint8 *) &number, sizeof number) == 1)
    ASN1_INTEGER_set_uint64 (serial, number | 1);
  return serial;
}

static TS_RESP_CTX *
new_context (const Authority *authority)
{
  TS_RESP_CTX *context = TS_RESP_CTX_new ();
  STACK_OF (X509) *chain = sk_X509_new_null ();
  ASN1_OBJECT *policy = OBJ_txt2obj (POLICY_OID, 1);

  sk_X509_push (chain, authority->ca);
  TS_RESP_CTX_set_signer_cert (context, authority->signer);
  TS_RESP_CTX_set_signer_key (context, authority->key);
  TS_RESP_CTX_set_certs (context, chain);
  TS_RESP_CTX_set_def_policy (context, policy);
  TS_RESP_CTX_add_md (context, EVP_sha256 ());
  TS_RESP_CTX_add_md (context, EVP_sha384 ());
  TS_RESP_CTX_add_md (context, EVP_sha512 ());
  TS_RESP_CTX_set_signer_digest (context, EVP_sha256 ());
  TS_RESP_CTX_set_ess_cert_id_digest (context, EVP_sha256 ());
  TS_RESP_CTX_set_serial_cb (context, on_serial_cb, NULL);
  sk_X509_free (chain);
  ASN1_OBJECT_free (policy);
  return context;
}

static void
spoil_signature (TS_RESP *response)
{
  PKCS7 *token = TS_RESP_get_token (response);
  PKCS7_SIGNER_INFO *info = token != NULL ? sk_PKCS7_SIGNER_INFO_value (PKCS7_get_signer_info (token), 0) : NULL;

  if (info != NULL)
    info->enc_digest->data[info->enc_digest->length - 1] ^= 1;
}

/* The library does not let such a certificate sign: the same information, signed anew by one that may not. */
static void
sign_unfit (const Authority *authority, TS_RESP *response)
{
  TS_TST_INFO *info = TS_TST_INFO_dup (TS_RESP_get_tst_info (response));
  BIO *content = BIO_new (BIO_s_mem ());
  CMS_ContentInfo *cms = NULL;
  unsigned char *der = NULL;
  const unsigned char *at = NULL;
  int length = 0;

  i2d_TS_TST_INFO_bio (content, info);
  cms = CMS_sign (NULL, NULL, NULL, NULL, CMS_PARTIAL | CMS_BINARY);
  CMS_set1_eContentType (cms, OBJ_nid2obj (NID_id_smime_ct_TSTInfo));
  CMS_add1_signer (cms, authority->unfit, authority->unfit_key, EVP_sha256 (), CMS_CADES | CMS_NOSMIMECAP);
  CMS_final (cms, content, NULL, CMS_BINARY);
  length = i2d_CMS_ContentInfo (cms, &der);
  at = der;
  TS_RESP_set_tst_info (response, d2i_PKCS7 (NULL, &at, length), info);
  OPENSSL_free (der);
  CMS_ContentInfo_free (cms);
  BIO_free (content);
}

static GBytes *
answer_request (const Authority *authority, GBytes *body)
{
  TS_RESP_CTX *context = new_context (authority);
  BIO *request = read_request (body);
  TS_RESP *response = TS_RESP_create_response (context, request);
  unsigned char *der = NULL;
  int length;
  GBytes *bytes;

  if (response != NULL && fault_is ("bad-signature"))
    spoil_signature (response);
  if (response != NULL && fault_is ("no-eku"))
    sign_unfit (authority, response);
  length = response != NULL ? i2d_TS_RESP (response, &der) : 0;
  bytes = g_bytes_new (der, (gsize) MAX (length, 0));
  OPENSSL_free (der);
  TS_RESP_free (response);
  BIO_free (request);
  TS_RESP_CTX_free (context);
  return bytes;
}

static gboolean
answer_with_fault (TestAnswer *answer)
{
  static const char html[] = "<html><body>Welcome to the guest network</body></html>";

  answer->delay = fault_is ("slow") ? SLOW : 0;
  answer->drip = fault_is ("drip");
  answer->flood = fault_is ("huge") ? HUGE_ANSWER : 0;
  if (fault_is ("error-500"))
    answer->status = 500;
  else if (fault_is ("busy"))
    answer->status = 503;
  else if (fault_is ("empty"))
    answer->body = g_bytes_new (NULL, 0);
  else if (fault_is ("html"))
    {
      answer->content_type = "text/html";
      answer->body = g_bytes_new_static (html, strlen (html));
    }
  else if (fault_is ("garbage"))
    answer->body = g_bytes_new_static ("\x30\x82\x01\x00\x30\x03\x02\x01\x00garbage", 16);
  else
    return FALSE;
  return TRUE;
}

static void
on_request_cb (const char *method, const char *path, GBytes *body, TestAnswer *answer, gpointer user_data)
{
  answer->content_type = "application/timestamp-reply";
  if (!answer_with_fault (answer))
    answer->body = answer_request (user_data, body);
}

/* --- the authority ---------------------------------------------------------------------------------------------------- */

/* A certificate that ended yesterday, for a new key. */
static gboolean
make_expired (const char *dir, Authority *authority, GError **error)
{
  g_autoptr (TestPki) pki = test_pki_open (dir, error);
  X509_NAME *name = test_pki_name ("CN=Sample expired time-stamping authority,O=Signet sample");

  authority->key = EVP_RSA_gen (2048);
  if (pki != NULL)
    authority->signer = test_pki_issue (pki, TEST_CERTIFICATE_TSA, authority->key, name, -1, error);
  X509_NAME_free (name);
  return authority->signer != NULL;
}

static gboolean
make_unfit (const char *dir, Authority *authority, GError **error)
{
  g_autoptr (TestPki) pki = test_pki_open (dir, error);
  X509_NAME *name = test_pki_name ("CN=Sample signer who is no time-stamping authority,O=Signet sample");

  authority->unfit_key = EVP_RSA_gen (2048);
  if (pki != NULL)
    authority->unfit = test_pki_issue (pki, TEST_CERTIFICATE_SIGNATURE, authority->unfit_key, name, 30, error);
  X509_NAME_free (name);
  return authority->unfit != NULL;
}

static gboolean
load (const char *dir, Authority *authority, GError **error)
{
  authority->ca = test_pki_load_certificate (dir, "ca.pem", error);
  if (authority->ca == NULL)
    return FALSE;
  if (fault_is ("no-eku") && !make_unfit (dir, authority, error))
    return FALSE;
  if (fault_is ("expired-cert"))
    return make_expired (dir, authority, error);
  return (authority->signer = test_pki_load_certificate (dir, "tsa.pem", error)) != NULL &&
         (authority->key = test_pki_load_key (dir, "tsa.key", error)) != NULL;
}

typedef struct {
  Authority authority; /* first: what the handler gets */
  TestPki  *pki;
} Members;

static gboolean
is_member (GTlsCertificate *shown, gpointer user_data)
{
  const Members *members = user_data;
  g_autoptr (GByteArray) der = NULL;
  const guint8 *at;
  X509 *x509;
  gboolean ours;

  g_object_get (shown, "certificate", &der, NULL);
  at = der->data;
  x509 = d2i_X509 (NULL, &at, (long) der->len);
  ours = test_tls_is_ours (members->pki, x509);
  X509_free (x509);
  return ours;
}

static gboolean
serve_members (const char *dir, const Authority *authority, GError **error)
{
  g_autoptr (TestPki) pki = test_pki_open (dir, error);
  g_autoptr (GTlsCertificate) certificate = pki != NULL ? test_tls_certificate_new (pki, NULL, error) : NULL;
  Members members = { .authority = *authority, .pki = pki };

  return certificate != NULL && test_server_run_tls (option_port, option_port_file, certificate, is_member, on_request_cb, &members, error);
}

static gboolean
serve (const char *dir, const Authority *authority, GError **error)
{
  if (option_members)
    return serve_members (dir, authority, error);
  return test_server_run (option_port, option_port_file, on_request_cb, (gpointer) authority, error);
}

static gboolean
run (const char *dir, GError **error)
{
  Authority authority = { NULL };
  gboolean ok;

  if (option_fault != NULL && !g_strv_contains (faults, option_fault))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "no such fault: %s", option_fault);
      return FALSE;
    }
  ok = load (dir, &authority, error) && serve (dir, &authority, error);
  X509_free (authority.ca);
  X509_free (authority.signer);
  EVP_PKEY_free (authority.key);
  X509_free (authority.unfit);
  EVP_PKEY_free (authority.unfit_key);
  return ok;
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new ("DIR");
  g_autoptr (GError) error = NULL;

  g_option_context_add_main_entries (context, entries, NULL);
  if (g_option_context_parse (context, &argc, &argv, &error) && argc == 2 && run (argv[1], &error))
    return 0;
  g_printerr ("signet-test-tsa: %s\n", error != NULL ? error->message : "usage: signet-test-tsa DIR --port-file F [--fault NAME]");
  return 1;
}
