/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-signing-evidence.c: the act with a real OCSP responder and time-stamp authority on loopback: good, revoked, lying. */
#include "config.h"

#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>

#include "../../app/core/base/signet-child.h"
#include "signing-fixture.h"

#define GOOD_SERIAL 0x5101
#define REVOKED_SERIAL 0x5102

typedef struct {
  SigningFixture base;
  char          *pki;
  SignetHttp    *http;
  SignetClock   *now;
} Fixture;

static const SigningCase pdf = { .key_spec = "ec-p256" };

static SignetChild *
start (const char *variable, Fixture *fixture, const char *fault, char **url)
{
  g_autofree char *port_file = g_build_filename (fixture->pki, variable, NULL);
  const char *const argv[] = { g_getenv (variable), fixture->pki, "--port-file", port_file, fault != NULL ? "--fault" : NULL, fault, NULL };
  const char *const environment[] = { "PATH=/usr/bin:/bin", NULL };
  g_autoptr (GError) error = NULL;
  g_autofree char *port = NULL;
  SignetChild *child;

  g_assert_nonnull (argv[0]);
  child = signet_child_spawn (argv, environment, (int[]) { -1, 2, 2 }, 3, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < 1000 && (port == NULL || *port == '\0'); i++)
    {
      g_clear_pointer (&port, g_free);
      g_usleep (10000);
      g_file_get_contents (port_file, &port, NULL, NULL);
    }
  g_assert_nonnull (port);
  *url = g_strdup_printf ("http://127.0.0.1:%d/", atoi (port));
  return child;
}

static void
make_pki (Fixture *fixture)
{
  const char *const argv[] = { g_getenv ("SIGNET_TEST_CA"), "init", fixture->pki, NULL };
  const char *const environment[] = { "PATH=/usr/bin:/bin", NULL };
  g_autoptr (SignetChild) child = signet_child_spawn (argv, environment, (int[]) { -1, 2, 2 }, 3, NULL);
  g_autofree char *index = g_build_filename (fixture->pki, "index.txt", NULL);
  g_autofree char *lines = NULL;

  g_assert_nonnull (child);
  g_assert_true (signet_child_wait (child, 60000));
  lines = g_strdup_printf ("V\t491231235959Z\t\t%X\tunknown\t/CN=Good\nR\t491231235959Z\t261101000000Z\t%X\tunknown\t/CN=Revoked\n",
                           GOOD_SERIAL, REVOKED_SERIAL);
  g_assert_true (g_file_set_contents (index, lines, -1, NULL));
}

static BIO *
open_pem (Fixture *fixture, const char *name)
{
  g_autofree char *path = g_build_filename (fixture->pki, name, NULL);
  BIO *bio = BIO_new_file (path, "r");

  g_assert_nonnull (bio);
  return bio;
}

/* The fixture's CA becomes that of the servers. */
static void
take_over_authority (Fixture *fixture)
{
  BIO *certificate = open_pem (fixture, "ca.pem");
  BIO *key = open_pem (fixture, "ca.key");
  g_autofree char *chain = g_build_filename (fixture->pki, "chain.pem", NULL);
  g_autoptr (GError) error = NULL;

  X509_free (fixture->base.ca_x509);
  EVP_PKEY_free (fixture->base.ca_key);
  g_ptr_array_unref (fixture->base.chain);
  fixture->base.ca_x509 = PEM_read_bio_X509 (certificate, NULL, NULL, NULL);
  fixture->base.ca_key = PEM_read_bio_PrivateKey (key, NULL, NULL, NULL);
  fixture->base.chain = signet_certificate_load_file (chain, &error);
  g_assert_no_error (error);
  BIO_free (certificate);
  BIO_free (key);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  signing_fixture_set_up (&fixture->base, &pdf);
  fixture->pki = signet_test_make_dir ();
  fixture->http = signet_http_new ();
  fixture->now = signet_clock_new_system ();
  make_pki (fixture);
  take_over_authority (fixture);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  signing_fixture_tear_down (&fixture->base, &pdf);
  g_assert_finalize_object (fixture->http);
  g_assert_finalize_object (fixture->now);
  g_free (fixture->pki);
}

static void
prepare (Fixture *fixture, guint64 serial, const char *ocsp)
{
  g_autofree char *value = ocsp != NULL ? g_strconcat ("OCSP;URI:", ocsp, NULL) : NULL;
  const char *const extensions[] = { "authorityInfoAccess", value, NULL };
  SignetTestCertificate holder = { .subject = "CN=Evidence Holder,O=Sample", .serial = serial, .extensions = ocsp != NULL ? extensions : NULL };

  g_clear_object (&fixture->base.certificate);
  fixture->base.certificate = signing_fixture_issue (&fixture->base, &holder);
  _signet_signing_set_certificate (fixture->base.signing, fixture->base.certificate);
  signet_signing_set_chain (fixture->base.signing, fixture->base.chain);
  signet_signing_set_seams (fixture->base.signing, fixture->http, fixture->now, NULL);
}

/* @lists: a server that has the authority's list and its certificate */
static void
prepare_with_list (Fixture *fixture, guint64 serial, const char *lists)
{
  g_autofree char *point = g_strconcat ("URI:", lists, "ca.crl", NULL);
  g_autofree char *access = g_strconcat ("caIssuers;URI:", lists, "ca.cer", NULL);
  const char *const extensions[] = { "crlDistributionPoints", point, "authorityInfoAccess", access, NULL };
  SignetTestCertificate holder = { .subject = "CN=Evidence Holder,O=Sample", .serial = serial, .extensions = extensions };

  g_clear_object (&fixture->base.certificate);
  fixture->base.certificate = signing_fixture_issue (&fixture->base, &holder);
  _signet_signing_set_certificate (fixture->base.signing, fixture->base.certificate);
  signet_signing_set_chain (fixture->base.signing, fixture->base.chain);
  signet_signing_set_seams (fixture->base.signing, fixture->http, fixture->now, NULL);
}

static SignetCheckState
ask_revocation (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) checks = signet_signing_preflight (fixture->base.signing, NULL, &error);

  g_assert_no_error (error);
  return signing_fixture_find_check (checks, "certificate-revocation")->state;
}

static void
test_good (Fixture *fixture, gconstpointer data)
{
  g_autofree char *url = NULL;
  g_autoptr (SignetChild) ocsp = start ("SIGNET_TEST_OCSP", fixture, NULL, &url);

  g_assert_nonnull (ocsp);
  prepare (fixture, GOOD_SERIAL, url);
  g_assert_cmpint (ask_revocation (fixture), ==, SIGNET_CHECK_OK);
}

static void
test_revoked (Fixture *fixture, gconstpointer data)
{
  g_autofree char *url = NULL;
  g_autoptr (SignetChild) ocsp = start ("SIGNET_TEST_OCSP", fixture, NULL, &url);
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (ocsp);
  prepare (fixture, REVOKED_SERIAL, url);
  g_assert_cmpint (ask_revocation (fixture), ==, SIGNET_CHECK_STOP);
  g_assert_false (signing_fixture_run (&fixture->base, &error));
  g_assert_error (error, SIGNET_SIGNING_ERROR, SIGNET_SIGNING_ERROR_STOPPED);
  g_assert_cmpuint (signet_test_signer_get_count (fixture->base.signer), ==, 0);
  signing_fixture_assert_untouched (&fixture->base);
}

static void
test_list (Fixture *fixture, gconstpointer data)
{
  g_autofree char *url = NULL;
  g_autoptr (SignetChild) lists = start ("SIGNET_TEST_REPOSITORY", fixture, NULL, &url);

  g_assert_nonnull (lists);
  prepare_with_list (fixture, GOOD_SERIAL, url);
  g_assert_cmpint (ask_revocation (fixture), ==, SIGNET_CHECK_OK);
  prepare_with_list (fixture, REVOKED_SERIAL, url);
  g_assert_cmpint (ask_revocation (fixture), ==, SIGNET_CHECK_STOP);
}

/* The issuer is not here: it is fetched, carried along, and what was found out is written down. */
static void
test_issuer (Fixture *fixture, gconstpointer data)
{
  g_autofree char *url = NULL;
  g_autoptr (SignetChild) lists = start ("SIGNET_TEST_REPOSITORY", fixture, NULL, &url);
  g_autofree char *path = g_build_filename (fixture->pki, "journal.db", NULL);
  g_autoptr (SignetStore) store = signet_store_open (path, NULL);
  g_autoptr (SignetJournal) journal = signet_journal_new (store, fixture->now, NULL);
  g_autoptr (SignetDocumentFile) file = NULL;
  g_autoptr (GPtrArray) signatures = NULL;
  g_autoptr (GPtrArray) entries = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (lists);
  g_ptr_array_remove_index (fixture->base.chain, 0); /* the root alone */
  prepare_with_list (fixture, GOOD_SERIAL, url);
  signet_signing_set_seams (fixture->base.signing, fixture->http, fixture->now, journal);
  g_assert_cmpint (ask_revocation (fixture), ==, SIGNET_CHECK_OK);
  signing_fixture_run (&fixture->base, &error);
  g_assert_no_error (error);
  file = signet_document_file_open (signet_signing_get_result_path (fixture->base.signing), NULL);
  signatures = signet_document_find_signatures (file, NULL, NULL, NULL);
  g_assert_cmpuint (signet_document_signature_get_certificates (g_ptr_array_index (signatures, 0))->len, ==, 2);
  entries = signet_journal_list (journal, 1, NULL);
  g_assert_nonnull (strstr (((SignetJournalEntry *) g_ptr_array_index (entries, 0))->detail,
                            "\"revocation\":{\"status\":\"good\",\"source\":\"crl\",\"origin\":\"server\""));
}

static void
test_time_stamp (Fixture *fixture, gconstpointer data)
{
  g_autofree char *url = NULL;
  g_autoptr (SignetChild) tsa = start ("SIGNET_TEST_TSA", fixture, NULL, &url);
  g_autoptr (SignetDocumentFile) file = NULL;
  g_autoptr (GPtrArray) signatures = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (tsa);
  prepare (fixture, GOOD_SERIAL, NULL);
  signet_signing_set_level (fixture->base.signing, "t");
  signet_signing_set_tsa (fixture->base.signing, url);
  signing_fixture_run (&fixture->base, &error);
  g_assert_no_error (error);
  signing_fixture_assert_signed (&fixture->base, signet_signing_get_result_path (fixture->base.signing), NULL);
  file = signet_document_file_open (signet_signing_get_result_path (fixture->base.signing), NULL);
  signatures = signet_document_find_signatures (file, NULL, NULL, NULL);
  g_assert_cmpstr (signet_document_signature_get_level (g_ptr_array_index (signatures, 0)), ==, "B-T");
}

/* Without its time-stamp the signature is not what was asked for: nothing is written. */
static void
test_time_stamp_server_down (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  prepare (fixture, GOOD_SERIAL, NULL);
  signet_signing_set_level (fixture->base.signing, "t");
  signet_signing_set_tsa (fixture->base.signing, "http://127.0.0.1:1/");
  g_assert_false (signing_fixture_run (&fixture->base, &error));
  g_assert_nonnull (error);
  g_assert_true (error->domain == SIGNET_EVIDENCE_ERROR);
  signing_fixture_assert_untouched (&fixture->base);
}

#define ADD(path, test) g_test_add ("/signing/evidence/" path, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  signet_test_home ();
  g_test_init (&argc, &argv, NULL);
  ADD ("good", test_good);
  ADD ("revoked", test_revoked);
  ADD ("list", test_list);
  ADD ("issuer", test_issuer);
  ADD ("time-stamp", test_time_stamp);
  ADD ("time-stamp-server-down", test_time_stamp_server_down);
  return g_test_run ();
}
