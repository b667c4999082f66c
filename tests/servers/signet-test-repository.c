/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-test-repository.c: revocation lists and certificates of a test PKI over HTTP, for tests and the demo.
 *
 *   signet-test-repository DIR --port-file F [--port N] [--fault NAME]
 *
 *   /NAME.crl  list of DIR/NAME.pem, signed with DIR/NAME.key, made afresh from DIR/index.txt
 *   /NAME.cer /NAME.pem /NAME.p7c  DIR/NAME.pem as DER, as PEM, as PKCS#7
 *
 * Loopback only. Faults: those of signet-test-crl.h and signet-test-http-faults.h, other-certificate, truncated.
 */
#include "config.h"

#include <string.h>

#include <gio/gio.h>
#include <openssl/pem.h>
#include <openssl/pkcs7.h>

#include "signet-test-crl.h"
#include "signet-test-http-faults.h"
#include "signet-test-pki.h"
#include "signet-test-server.h"

static char *option_port_file, *option_fault;
static int option_port;

static const GOptionEntry entries[] = {
  { "port-file", 0, 0, G_OPTION_ARG_FILENAME, &option_port_file, "the port is written here when ready", "FILE" },
  { "port", 0, 0, G_OPTION_ARG_INT, &option_port, "0: any", "N" },
  { "fault", 0, 0, G_OPTION_ARG_STRING, &option_fault, "do this wrong", "NAME" },
  G_OPTION_ENTRY_NULL
};

static const char *const faults[] = { "other-certificate", "truncated", NULL };

static gboolean
fault_is (const char *name)
{
  return g_strcmp0 (option_fault, name) == 0;
}

/* --- what is asked for --------------------------------------------------------------------------------------------------- */

static GBytes *
make_list (const char *dir, const char *name)
{
  g_autofree char *certificate_name = g_strconcat (name, ".pem", NULL);
  g_autofree char *key_name = g_strconcat (name, ".key", NULL);
  X509 *issuer = test_pki_load_certificate (dir, certificate_name, NULL);
  EVP_PKEY *key = issuer != NULL ? test_pki_load_key (dir, key_name, NULL) : NULL;
  GBytes *der = NULL;

  if (key != NULL)
    {
      X509_CRL *crl = fault_is ("no-next") ? test_crl_new_without_next (issuer) : test_crl_new (issuer);

      test_crl_revoke_listed (crl, dir);
      der = test_crl_finish (crl, issuer, key, option_fault);
    }
  EVP_PKEY_free (key);
  X509_free (issuer);
  return der;
}

static GBytes *
from_bio (BIO *bio)
{
  char *data = NULL;
  long length = BIO_get_mem_data (bio, &data);
  GBytes *bytes = g_bytes_new (data, (gsize) length);

  BIO_free (bio);
  return bytes;
}

static GBytes *
make_bag (X509 *certificate)
{
  PKCS7 *bag = PKCS7_new ();
  BIO *bio = BIO_new (BIO_s_mem ());

  PKCS7_set_type (bag, NID_pkcs7_signed);
  PKCS7_content_new (bag, NID_pkcs7_data);
  PKCS7_add_certificate (bag, certificate);
  i2d_PKCS7_bio (bio, bag);
  PKCS7_free (bag);
  return from_bio (bio);
}

static GBytes *
make_certificate (const char *dir, const char *name, const char *form)
{
  g_autofree char *file = g_strconcat (name, ".pem", NULL);
  X509 *certificate = test_pki_load_certificate (dir, file, NULL);
  BIO *bio = BIO_new (BIO_s_mem ());
  GBytes *bytes = NULL;

  if (certificate != NULL && strcmp (form, "p7c") == 0)
    bytes = make_bag (certificate);
  else if (certificate != NULL && (strcmp (form, "pem") == 0 ? PEM_write_bio_X509 (bio, certificate) : i2d_X509_bio (bio, certificate)))
    bytes = from_bio (g_steal_pointer (&bio));
  BIO_free (bio);
  X509_free (certificate);
  return bytes;
}

/* "/ca.crl" */
static GBytes *
make_answer (const char *dir, const char *path)
{
  g_auto (GStrv) parts = g_strsplit (path + 1, ".", 3);

  if (path[0] != '/' || g_strv_length (parts) != 2 || strchr (parts[0], '/') != NULL)
    return NULL;
  return strcmp (parts[1], "crl") == 0 ? make_list (dir, parts[0]) : make_certificate (dir, parts[0], parts[1]);
}

/* --- the server ---------------------------------------------------------------------------------------------------------- */

/* "other-certificate": that of somebody else, whatever is asked for */
static GBytes *
make_answer_with_fault (const char *dir, const char *path)
{
  GBytes *body = fault_is ("other-certificate") ? make_certificate (dir, "tsa", "cer") : make_answer (dir, path);

  return body != NULL && fault_is ("truncated") ? test_http_truncate (body) : body;
}

static void
on_request_cb (const char *method, const char *path, GBytes *body, TestAnswer *answer, gpointer user_data)
{
  if (test_http_fault (option_fault, path, answer))
    return;
  answer->body = make_answer_with_fault (user_data, path);
  answer->status = answer->body != NULL ? 200 : 404;
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new ("DIR");
  g_autoptr (GError) error = NULL;

  g_option_context_add_main_entries (context, entries, NULL);
  if (g_option_context_parse (context, &argc, &argv, &error) && argc == 2
      && (option_fault == NULL || g_strv_contains (faults, option_fault) || g_strv_contains (test_crl_faults, option_fault)
          || g_strv_contains (test_http_faults, option_fault))
      && test_server_run (option_port, option_port_file, on_request_cb, argv[1], &error))
    return 0;
  g_printerr ("signet-test-repository: %s\n", error != NULL ? error->message : "usage: DIR --port-file F [--fault NAME]");
  return 1;
}
