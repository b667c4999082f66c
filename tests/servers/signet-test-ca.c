/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-test-ca.c: a small certification authority for tests and the demo.
 *
 *   signet-test-ca init DIR [--ocsp-url URL] [--tsa-url URL] [--crl-url URL] [--issuer-url URL]
 *   signet-test-ca serve DIR --port-file F [--port N] [--reference R --secret S] [--fault NAME] [--check-after N]
 *   signet-test-ca issue DIR --csr FILE --out FILE [--kind signature|identity] [--days N]
 *   signet-test-ca revoke DIR SERIAL [--reason keyCompromise]
 *   signet-test-ca crl DIR --out FILE [--fault NAME]
 *
 * `serve` speaks CMP (RFC 4210) over HTTP on 127.0.0.1 only and really signs what it is asked for. It is no CA for anybody: its
 * keys lie in the folder, it believes every name.
 */
#include "config.h"

#include <string.h>

#include <gio/gio.h>
#include <glib-unix.h>
#include <openssl/pem.h>

#include "signet-test-cmp.h"
#include "signet-test-crl.h"
#include "signet-test-pki.h"
#include "signet-test-server.h"

static char *option_ocsp_url, *option_tsa_url, *option_port_file, *option_reference, *option_secret, *option_fault;
static char *option_crl_url, *option_issuer_url, *option_csr, *option_out, *option_kind, *option_reason;
static int option_port = 0, option_days = 365, option_check_after = 1;

static const GOptionEntry entries[] = {
  { "ocsp-url", 0, 0, G_OPTION_ARG_STRING, &option_ocsp_url, "put into what is issued", "URL" },
  { "tsa-url", 0, 0, G_OPTION_ARG_STRING, &option_tsa_url, "kept in pki.conf", "URL" },
  { "crl-url", 0, 0, G_OPTION_ARG_STRING, &option_crl_url, "put into what is issued", "URL" },
  { "issuer-url", 0, 0, G_OPTION_ARG_STRING, &option_issuer_url, "put into what is issued", "URL" },
  { "port-file", 0, 0, G_OPTION_ARG_FILENAME, &option_port_file, "the port is written here when ready", "FILE" },
  { "port", 0, 0, G_OPTION_ARG_INT, &option_port, "0: any", "N" },
  { "reference", 0, 0, G_OPTION_ARG_STRING, &option_reference, "who may ask", "R" },
  { "secret", 0, 0, G_OPTION_ARG_STRING, &option_secret, "the activation code", "S" },
  { "fault", 0, 0, G_OPTION_ARG_STRING, &option_fault, "do this wrong", "NAME" },
  { "check-after", 0, 0, G_OPTION_ARG_INT, &option_check_after, "seconds, with the fault waiting", "N" },
  { "csr", 0, 0, G_OPTION_ARG_FILENAME, &option_csr, "PKCS#10, PEM", "FILE" },
  { "out", 0, 0, G_OPTION_ARG_FILENAME, &option_out, "certificate, PEM", "FILE" },
  { "kind", 0, 0, G_OPTION_ARG_STRING, &option_kind, "signature or identity", "KIND" },
  { "days", 0, 0, G_OPTION_ARG_INT, &option_days, "life of the certificate", "N" },
  { "reason", 0, 0, G_OPTION_ARG_STRING, &option_reason, "as openssl ca names it", "REASON" },
  G_OPTION_ENTRY_NULL
};

static gboolean
serve (const char *dir, GError **error)
{
  g_autoptr (TestPki) pki = test_pki_open (dir, error);
  g_autoptr (TestCmp) cmp = NULL;

  if (pki == NULL)
    return FALSE;
  cmp = test_cmp_new (pki, option_reference, option_secret, option_fault, option_check_after, error);
  return cmp != NULL && test_server_run (option_port, option_port_file, test_cmp_handle, cmp, error);
}

static gboolean
write_certificate (X509 *certificate, const char *path, GError **error)
{
  BIO *bio = BIO_new_file (path, "w");
  gboolean ok = bio != NULL && PEM_write_bio_X509 (bio, certificate);

  BIO_free (bio);
  if (!ok)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "cannot write %s", path);
  return ok;
}

static gboolean
issue_one (const char *dir, GError **error)
{
  g_autoptr (TestPki) pki = test_pki_open (dir, error);
  BIO *bio = option_csr != NULL ? BIO_new_file (option_csr, "r") : NULL;
  X509_REQ *csr = bio != NULL ? PEM_read_bio_X509_REQ (bio, NULL, NULL, NULL) : NULL;
  TestCertificateKind kind = g_strcmp0 (option_kind, "identity") == 0 ? TEST_CERTIFICATE_IDENTITY : TEST_CERTIFICATE_SIGNATURE;
  X509 *certificate = NULL;
  gboolean ok = FALSE;

  BIO_free (bio);
  if (pki != NULL && csr != NULL && X509_REQ_verify (csr, X509_REQ_get0_pubkey (csr)) == 1)
    certificate = test_pki_issue (pki, kind, X509_REQ_get0_pubkey (csr), X509_REQ_get_subject_name (csr), option_days, error);
  else if (pki != NULL)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "no request with a good signature in --csr");
  if (certificate != NULL && option_out != NULL)
    ok = write_certificate (certificate, option_out, error);
  X509_free (certificate);
  X509_REQ_free (csr);
  return ok;
}

static gboolean
revoke_one (const char *dir, const char *serial, GError **error)
{
  g_autoptr (TestPki) pki = test_pki_open (dir, error);

  return pki != NULL && test_pki_revoke (pki, serial, option_reason, error);
}

static gboolean
write_list (const char *dir, GError **error)
{
  g_autoptr (TestPki) pki = test_pki_open (dir, error);
  g_autoptr (GBytes) der = NULL;
  X509_CRL *crl;

  if (pki == NULL)
    return FALSE;
  if (option_out == NULL || (option_fault != NULL && !g_strv_contains (test_crl_faults, option_fault)))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "where to (--out), and which fault?");
      return FALSE;
    }
  crl = test_crl_new (pki->ca);
  test_crl_revoke_listed (crl, dir);
  der = test_crl_finish (crl, pki->ca, pki->ca_key, option_fault);
  return g_file_set_contents (option_out, g_bytes_get_data (der, NULL), (gssize) g_bytes_get_size (der), error);
}

static gboolean
run (int argc, char **argv, GError **error)
{
  const char *verb = argc >= 3 ? argv[1] : "";

  if (strcmp (verb, "init") == 0)
    return test_pki_init (argv[2], option_ocsp_url, option_tsa_url, error)
           && test_pki_set_lists (argv[2], option_crl_url, option_issuer_url, error);
  if (strcmp (verb, "crl") == 0)
    return write_list (argv[2], error);
  if (strcmp (verb, "serve") == 0)
    return serve (argv[2], error);
  if (strcmp (verb, "issue") == 0)
    return issue_one (argv[2], error);
  if (strcmp (verb, "revoke") == 0 && argc == 4)
    return revoke_one (argv[2], argv[3], error);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "usage: signet-test-ca init|serve|issue|revoke|crl DIR …");
  return FALSE;
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new ("VERB DIR");
  g_autoptr (GError) error = NULL;

  g_option_context_add_main_entries (context, entries, NULL);
  if (g_option_context_parse (context, &argc, &argv, &error) && run (argc, argv, &error))
    return 0;
  g_printerr ("signet-test-ca: %s\n", error != NULL ? error->message : "failed");
  return 1;
}
