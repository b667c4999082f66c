/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-test-ocsp.c: an OCSP responder (RFC 6960) over a test PKI, for tests and the demo.
 *
 *   signet-test-ocsp DIR --port-file F [--port N] [--fault NAME]
 *
 * Reads DIR/index.txt afresh for every request, signs with DIR/ocsp.pem. Loopback only. Faults: those of signet-test-http-faults.h, and revoked-all,
 * unknown, wrong-certid, old-response, yesterday, future-response, wrong-signer (of the authority, not for OCSP), stranger (for OCSP, of another
 * authority), ended-signer, no-nonce, wrong-nonce, bad-signature, try-later, unauthorized, truncated.
 */
#include "config.h"

#include <string.h>

#include <gio/gio.h>
#include <openssl/ocsp.h>
#include <openssl/rand.h>

#include "signet-test-http-faults.h"
#include "signet-test-pki.h"
#include "signet-test-server.h"

#define HOUR 3600L
#define DAY (24 * HOUR)

static char *option_port_file, *option_fault;
static int option_port;

static const GOptionEntry entries[] = {
  { "port-file", 0, 0, G_OPTION_ARG_FILENAME, &option_port_file, "the port is written here when ready", "FILE" },
  { "port", 0, 0, G_OPTION_ARG_INT, &option_port, "0: any", "N" },
  { "fault", 0, 0, G_OPTION_ARG_STRING, &option_fault, "do this wrong", "NAME" },
  G_OPTION_ENTRY_NULL
};

static const char *const faults[] = { "revoked-all", "unknown", "wrong-certid", "old-response", "yesterday", "future-response", "wrong-signer",
                                      "stranger", "ended-signer", "no-nonce", "wrong-nonce", "bad-signature", "try-later", "unauthorized", "truncated", NULL };

typedef struct {
  const char *dir;
  X509       *ca;
  X509       *signer;
  EVP_PKEY   *key;
} Responder;

typedef struct {
  int          code;     /* V_OCSP_CERTSTATUS_* */
  int          reason;   /* CRLReason; -1: none */
  ASN1_TIME   *revoked;  /* (owned) (nullable) */
} Status;

static gboolean
fault_is (const char *name)
{
  return g_strcmp0 (option_fault, name) == 0;
}

/* --- index.txt ------------------------------------------------------------------------------------------------------ */

static int
reason_number (const char *name)
{
  static const char *const names[] = { "unspecified", "keyCompromise", "CACompromise", "affiliationChanged", "superseded",
                                       "cessationOfOperation", "certificateHold", "removeFromCRL" };

  for (gsize i = 0; name != NULL && i < G_N_ELEMENTS (names); i++)
    if (g_ascii_strcasecmp (names[i], name) == 0)
      return (int) i;
  return -1;
}

/* "yyMMddHHmmssZ,reason" */
static Status
revoked_status (const char *column)
{
  g_auto (GStrv) parts = g_strsplit (column, ",", 3);
  Status status = { V_OCSP_CERTSTATUS_REVOKED, reason_number (parts[0] != NULL ? parts[1] : NULL), ASN1_TIME_new () };

  if (parts[0] == NULL || !ASN1_UTCTIME_set_string (status.revoked, parts[0]))
    ASN1_TIME_set (status.revoked, (time_t) (g_get_real_time () / G_USEC_PER_SEC));
  return status;
}

static Status
look_up (const char *dir, const char *serial)
{
  g_autofree char *path = g_build_filename (dir, "index.txt", NULL);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  Status unknown = { V_OCSP_CERTSTATUS_UNKNOWN, -1, NULL };
  Status good = { V_OCSP_CERTSTATUS_GOOD, -1, NULL };

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return unknown;
  lines = g_strsplit (text, "\n", -1);
  for (gsize i = 0; lines[i] != NULL; i++)
    {
      g_auto (GStrv) columns = g_strsplit (lines[i], "\t", 6);

      if (g_strv_length (columns) == 6 && g_ascii_strcasecmp (columns[3], serial) == 0)
        return columns[0][0] == 'R' ? revoked_status (columns[2]) : good;
    }
  return unknown;
}

static Status
revoked_an_hour_ago (void)
{
  Status status = { V_OCSP_CERTSTATUS_REVOKED, 1, ASN1_TIME_new () };

  X509_gmtime_adj (status.revoked, -HOUR);
  return status;
}

static Status
status_of (const Responder *responder, const OCSP_CERTID *id)
{
  ASN1_INTEGER *serial = NULL;
  ASN1_OBJECT *digest = NULL;
  Status unknown = { V_OCSP_CERTSTATUS_UNKNOWN, -1, NULL };
  OCSP_CERTID *of_ca;
  BIGNUM *number;
  char *hex;
  Status status;

  if (fault_is ("revoked-all"))
    return revoked_an_hour_ago ();
  OCSP_id_get0_info (NULL, &digest, NULL, &serial, (OCSP_CERTID *) id);
  of_ca = OCSP_cert_to_id (EVP_get_digestbyobj (digest), NULL, responder->ca);
  if (fault_is ("unknown") || of_ca == NULL || OCSP_id_issuer_cmp (of_ca, id) != 0)
    {
      OCSP_CERTID_free (of_ca);
      return unknown;
    }
  OCSP_CERTID_free (of_ca);
  number = ASN1_INTEGER_to_BN (serial, NULL);
  hex = BN_bn2hex (number);
  status = look_up (responder->dir, hex);
  OPENSSL_free (hex);
  BN_free (number);
  return status;
}

/* --- the answer ----------------------------------------------------------------------------------------------------- */

static OCSP_CERTID *
answered_id (OCSP_CERTID *asked)
{
  OCSP_CERTID *id = OCSP_CERTID_dup (asked);
  ASN1_INTEGER *serial = NULL;

  OCSP_id_get0_info (NULL, NULL, NULL, &serial, id);
  if (fault_is ("wrong-certid"))
    ASN1_INTEGER_set (serial, 4711);
  return id;
}

static void
add_status (const Responder *responder, OCSP_BASICRESP *basic, OCSP_CERTID *asked)
{
  long shift = fault_is ("old-response") ? -30 * DAY : fault_is ("yesterday") ? -DAY - 2 * HOUR : fault_is ("future-response") ? 2 * DAY : 0;
  ASN1_TIME *this_update = X509_gmtime_adj (NULL, shift - 60);
  ASN1_TIME *next_update = X509_gmtime_adj (NULL, shift + DAY);
  OCSP_CERTID *id = answered_id (asked);
  Status status = status_of (responder, asked);

  OCSP_basic_add1_status (basic, id, status.code, status.reason, status.revoked, this_update, next_update);
  ASN1_TIME_free (status.revoked);
  ASN1_TIME_free (this_update);
  ASN1_TIME_free (next_update);
  OCSP_CERTID_free (id);
}

static void
add_nonce (OCSP_BASICRESP *basic, OCSP_REQUEST *request)
{
  if (fault_is ("wrong-nonce"))
    OCSP_basic_add1_nonce (basic, NULL, 16);
  else if (!fault_is ("no-nonce"))
    OCSP_copy_nonce (basic, request);
}

static GBytes *
encode (OCSP_RESPONSE *response)
{
  unsigned char *der = NULL;
  int length = i2d_OCSP_RESPONSE (response, &der);
  GBytes *bytes = g_bytes_new (der, (gsize) MAX (length, 0));

  OPENSSL_free (der);
  OCSP_RESPONSE_free (response);
  return bytes;
}

static GBytes *
answer_request (const Responder *responder, OCSP_REQUEST *request)
{
  OCSP_BASICRESP *basic = OCSP_BASICRESP_new ();
  OCSP_RESPONSE *response;

  for (int i = 0; i < OCSP_request_onereq_count (request); i++)
    add_status (responder, basic, OCSP_onereq_get0_id (OCSP_request_onereq_get0 (request, i)));
  add_nonce (basic, request);
  OCSP_basic_sign (basic, responder->signer, responder->key, EVP_sha256 (), NULL, 0);
  if (fault_is ("bad-signature"))
    {
      const ASN1_OCTET_STRING *signature = OCSP_resp_get0_signature (basic);
      guint8 *bytes = (guint8 *) ASN1_STRING_get0_data (signature);

      bytes[ASN1_STRING_length (signature) - 1] ^= 1;
    }
  response = OCSP_response_create (OCSP_RESPONSE_STATUS_SUCCESSFUL, basic);
  OCSP_BASICRESP_free (basic);
  return encode (response);
}

/* POST carries the request, GET has it as Base64 in the last part of the path (RFC 6960, A.1). */
static OCSP_REQUEST *
read_request (const char *method, const char *path, GBytes *body)
{
  g_autofree char *text = NULL;
  g_autofree guchar *decoded = NULL;
  gsize length = 0;
  const guchar *p = body != NULL ? g_bytes_get_data (body, &length) : NULL;

  if (strcmp (method, "GET") == 0 && (text = g_uri_unescape_string (strrchr (path, '/') + 1, NULL)) != NULL)
    p = decoded = g_base64_decode (text, &length);
  return length > 0 ? d2i_OCSP_REQUEST (NULL, &p, (long) length) : NULL;
}

static gboolean
answer_with_fault (const char *path, TestAnswer *answer)
{
  if (test_http_fault (option_fault, path, answer))
    return TRUE;
  if (fault_is ("try-later"))
    answer->body = encode (OCSP_response_create (OCSP_RESPONSE_STATUS_TRYLATER, NULL));
  else if (fault_is ("unauthorized"))
    answer->body = encode (OCSP_response_create (OCSP_RESPONSE_STATUS_UNAUTHORIZED, NULL));
  return answer->body != NULL;
}

static void
on_request_cb (const char *method, const char *path, GBytes *body, TestAnswer *answer, gpointer user_data)
{
  OCSP_REQUEST *request;

  answer->content_type = "application/ocsp-response";
  if (answer_with_fault (path, answer))
    return;
  request = read_request (method, path, body);
  answer->body = request != NULL ? answer_request (user_data, request)
                                 : encode (OCSP_response_create (OCSP_RESPONSE_STATUS_MALFORMEDREQUEST, NULL));
  if (fault_is ("truncated"))
    answer->body = test_http_truncate (answer->body);
  OCSP_REQUEST_free (request);
}

/* --- who signs ---------------------------------------------------------------------------------------------------------- */

/* The same certificate, but one that has ended, or that another authority of the same name has made */
static gboolean
spoil_signer (Responder *responder, const char *dir, GError **error)
{
  EVP_PKEY *key = fault_is ("stranger") ? EVP_EC_gen ("P-256") : test_pki_load_key (dir, "ca.key", error);
  gboolean ok = key != NULL;

  if (ok && fault_is ("ended-signer"))
    ok = X509_gmtime_adj (X509_getm_notBefore (responder->signer), -30 * DAY) != NULL
         && X509_gmtime_adj (X509_getm_notAfter (responder->signer), -DAY) != NULL;
  ok = ok && X509_sign (responder->signer, key, EVP_sha256 ()) > 0;
  EVP_PKEY_free (key);
  return ok;
}

static gboolean
run (const char *dir, GError **error)
{
  const char *name = fault_is ("wrong-signer") ? "cmp" : "ocsp";
  g_autofree char *certificate = g_strconcat (name, ".pem", NULL);
  g_autofree char *key = g_strconcat (name, ".key", NULL);
  Responder responder = { .dir = dir };
  gboolean ok;

  if (option_fault != NULL && !g_strv_contains (faults, option_fault) && !g_strv_contains (test_http_faults, option_fault))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "no such fault: %s", option_fault);
      return FALSE;
    }
  ok = (responder.ca = test_pki_load_certificate (dir, "ca.pem", error)) != NULL &&
       (responder.signer = test_pki_load_certificate (dir, certificate, error)) != NULL &&
       (responder.key = test_pki_load_key (dir, key, error)) != NULL &&
       ((!fault_is ("stranger") && !fault_is ("ended-signer")) || spoil_signer (&responder, dir, error)) &&
       test_server_run (option_port, option_port_file, on_request_cb, &responder, error);
  X509_free (responder.ca);
  X509_free (responder.signer);
  EVP_PKEY_free (responder.key);
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
  g_printerr ("signet-test-ocsp: %s\n", error != NULL ? error->message : "usage: signet-test-ocsp DIR --port-file F [--fault NAME]");
  return 1;
}
