/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-session.c: who is asked, in which order, how often and when at all; what is kept and when it serves. */
#include "config.h"

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "session-fixture.h"
#include "signet-test-crl.h"

#define HOUR 3600
#define DAY (24 * HOUR)

/* @access: (nullable): as openssl.cnf says it */
static SignetCertificate *
new_person (World *world, const char *lists, const char *access)
{
  const char *extensions[] = { lists != NULL ? "crlDistributionPoints" : NULL, lists, NULL, NULL, NULL };
  SignetTestCertificate what = { .subject = "CN=Li Si (sample)", .extensions = extensions };
  EVP_PKEY *key = signet_test_new_key ("ec-p256");
  SignetCertificate *certificate;
  X509 *x509;

  if (access != NULL)
    {
      extensions[lists != NULL ? 2 : 0] = "authorityInfoAccess";
      extensions[lists != NULL ? 3 : 1] = access;
    }
  x509 = signet_test_new_certificate (&what, key, world->ca, world->key);
  certificate = signet_certificate_new_x509 (x509);
  X509_free (x509);
  EVP_PKEY_free (key);
  return certificate;
}

static GBytes *
new_list (World *world, SignetCertificate *revoked, const char *fault)
{
  X509_CRL *crl = test_crl_new (world->ca);

  if (revoked != NULL)
    test_crl_revoke (crl, X509_get0_serialNumber (signet_certificate_get_x509 (revoked)), world->now - HOUR, "keyCompromise");
  return test_crl_finish (crl, world->ca, world->key, fault);
}

static SignetRevocationStatus *
find_with (World *world, SignetCertificate *certificate, GPtrArray *crls, GError **error)
{
  g_autoptr (SignetEvidenceSession) session = new_session (world, crls);

  return signet_evidence_session_find_revocation (session, certificate, world->issuer, NULL, error);
}

static SignetRevocationStatus *
find (World *world, SignetCertificate *certificate, GError **error)
{
  return find_with (world, certificate, NULL, error);
}

static void
expect (World *world, SignetCertificate *certificate, SignetRevocation status, SignetEvidenceOrigin origin, guint n_requests)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SignetRevocationStatus) found = NULL;

  world->http->n_requests = 0;
  found = find (world, certificate, &error);
  g_assert_no_error (error);
  g_assert_cmpint (found->status, ==, status);
  g_assert_cmpint (found->origin, ==, origin);
  g_assert_cmpuint (world->http->n_requests, ==, n_requests);
}

static void
expect_error (World *world, SignetCertificate *certificate, SignetEvidenceError code)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SignetRevocationStatus) found = find (world, certificate, &error);

  g_assert_null (found);
  g_assert_error (error, SIGNET_EVIDENCE_ERROR, (int) code);
}

#define LIST "http://lists.sample/ca.crl"
#define OCSP "http://ocsp.sample/"

/* --- who is asked ------------------------------------------------------------------------------------------------------------- */

static void
test_list_alone (World *world, gconstpointer data)
{
  g_autoptr (SignetCertificate) person = new_person (world, "URI:" LIST, NULL);
  g_autoptr (SignetRevocationStatus) status = NULL;
  g_autoptr (GError) error = NULL;

  put_page (world->http, LIST, 200, new_list (world, person, NULL), NULL);
  status = find (world, person, &error);
  g_assert_no_error (error);
  g_assert_cmpint (status->status, ==, SIGNET_REVOCATION_REVOKED);
  g_assert_cmpint (status->kind, ==, SIGNET_EVIDENCE_CRL);
  g_assert_cmpint (status->fetched_at, ==, world->now);
  g_assert_null (status->instead);
}

static void
test_list_instead (World *world, gconstpointer data)
{
  g_autoptr (SignetCertificate) person = new_person (world, "URI:" LIST, "OCSP;URI:" OCSP);
  static const struct { guint status; const char *body; } answers[] = { { 0, "" }, { 500, "" }, { 404, "" }, { 200, "<html>" }, { 200, "" } };

  put_page (world->http, LIST, 200, new_list (world, NULL, NULL), NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (SignetRevocationStatus) status = NULL;

      put_page (world->http, OCSP, answers[i].status, g_bytes_new_static (answers[i].body, strlen (answers[i].body)), NULL);
      status = find (world, person, &error);
      g_assert_no_error (error);
      g_assert_cmpint (status->kind, ==, SIGNET_EVIDENCE_CRL);
      g_assert_true (g_str_has_prefix (status->instead, "OCSP: "));
    }
}

static void
test_second_address (World *world, gconstpointer data)
{
  g_autoptr (SignetCertificate) person = new_person (world, "URI:http://gone.sample/,URI:" LIST, NULL);

  put_page (world->http, LIST, 200, new_list (world, NULL, NULL), NULL);
  expect (world, person, SIGNET_REVOCATION_GOOD, SIGNET_EVIDENCE_FROM_SERVER, 2);
}

static void
test_nobody (World *world, gconstpointer data)
{
  g_autoptr (SignetCertificate) silent = new_person (world, NULL, NULL);
  g_autoptr (SignetCertificate) directory = new_person (world, "URI:ldap://lists.sample/cn=ca", NULL);
  g_autoptr (SignetCertificate) person = new_person (world, "URI:" LIST, NULL);

  expect_error (world, silent, SIGNET_EVIDENCE_ERROR_NO_SOURCE);
  expect_error (world, directory, SIGNET_EVIDENCE_ERROR_INVALID); /* somebody would know: that is not nobody */
  expect_error (world, person, SIGNET_EVIDENCE_ERROR_UNREACHABLE);
  put_page (world->http, LIST, 200, new_list (world, NULL, "expired"), NULL);
  expect_error (world, person, SIGNET_EVIDENCE_ERROR_STALE);
  put_page (world->http, LIST, 200, new_list (world, NULL, "wrong-signer"), NULL);
  expect_error (world, person, SIGNET_EVIDENCE_ERROR_INVALID);
}

static void
test_by_hand (World *world, gconstpointer data)
{
  g_autoptr (SignetCertificate) person = new_person (world, "URI:" LIST, "OCSP;URI:" OCSP);
  g_autoptr (SignetCertificate) silent = new_person (world, NULL, NULL);
  g_autoptr (GPtrArray) crls = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  g_autoptr (SignetRevocationStatus) status = NULL, other = NULL;

  g_ptr_array_add (crls, new_list (world, person, NULL));
  status = find_with (world, person, crls, NULL);
  g_assert_cmpint (status->status, ==, SIGNET_REVOCATION_REVOKED);
  g_assert_cmpint (status->origin, ==, SIGNET_EVIDENCE_BY_HAND);
  other = find_with (world, silent, crls, NULL); /* it names no list, and is on this one or not all the same */
  g_assert_cmpint (other->status, ==, SIGNET_REVOCATION_GOOD);
  g_assert_cmpuint (world->http->n_requests, ==, 0);
}

static void
test_by_hand_useless (World *world, gconstpointer data)
{
  g_autoptr (SignetCertificate) silent = new_person (world, NULL, NULL);
  g_autoptr (GPtrArray) crls = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  g_autoptr (GError) error = NULL;
  g_autoptr (SignetRevocationStatus) status = NULL;

  g_ptr_array_add (crls, new_list (world, NULL, "other-issuer"));
  g_assert_null (find_with (world, silent, crls, &error));
  g_assert_error (error, SIGNET_EVIDENCE_ERROR, SIGNET_EVIDENCE_ERROR_NO_SOURCE);
  g_clear_error (&error);
  g_ptr_array_add (crls, new_list (world, NULL, "expired"));
  g_assert_null (find_with (world, silent, crls, &error));
  g_assert_error (error, SIGNET_EVIDENCE_ERROR, SIGNET_EVIDENCE_ERROR_STALE);
  g_ptr_array_add (crls, new_list (world, NULL, NULL));
  status = find_with (world, silent, crls, NULL);
  g_assert_cmpint (status->status, ==, SIGNET_REVOCATION_GOOD);
}

/* --- how often ---------------------------------------------------------------------------------------------------------------- */

static void
test_asked_once (World *world, gconstpointer data)
{
  g_autoptr (SignetCertificate) one = new_person (world, "URI:" LIST, NULL);
  g_autoptr (SignetCertificate) other = new_person (world, "URI:" LIST, NULL);
  g_autoptr (SignetEvidenceSession) session = NULL;

  g_clear_pointer (&world->cache, signet_evidence_cache_unref);
  put_page (world->http, LIST, 200, new_list (world, NULL, NULL), NULL);
  session = new_session (world, NULL);
  for (int i = 0; i < 5; i++)
    {
      g_autoptr (SignetRevocationStatus) first =
        signet_evidence_session_find_revocation (session, one, world->issuer, NULL, NULL);
      g_autoptr (SignetRevocationStatus) second =
        signet_evidence_session_find_revocation (session, other, world->issuer, NULL, NULL);

      g_assert_cmpint (first->status, ==, SIGNET_REVOCATION_GOOD);
      g_assert_cmpint (second->status, ==, SIGNET_REVOCATION_GOOD);
    }
  g_assert_cmpuint (world->http->n_requests, ==, 1);
  world->cache = signet_evidence_cache_new (world->folder, 0);
}

static SignetCertificatePath *
path_of (SignetCertificate *certificate, SignetCertificate *issuer)
{
  SignetCertificatePath *path = g_new0 (SignetCertificatePath, 1);

  path->found = TRUE;
  path->certificates = g_ptr_array_new_with_free_func (g_object_unref);
  g_ptr_array_add (path->certificates, g_object_ref (certificate));
  g_ptr_array_add (path->certificates, g_object_ref (issuer));
  return path;
}

/* Each of eight requests is answered when all eight are there. */
static void
test_all_at_once (World *world, gconstpointer data)
{
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func ((GDestroyNotify) signet_certificate_path_free);
  g_autoptr (SignetEvidenceSession) session = NULL;

  world->http->n_together = 8;
  for (int i = 0; i < 8; i++)
    {
      g_autofree char *url = g_strdup_printf ("http://lists.sample/%d.crl", i);
      g_autofree char *point = g_strconcat ("URI:", url, NULL);
      g_autoptr (SignetCertificate) person = new_person (world, point, NULL);

      put_page (world->http, url, 200, new_list (world, NULL, NULL), NULL);
      g_ptr_array_add (paths, path_of (person, world->issuer));
    }
  session = new_session (world, NULL);
  signet_evidence_session_ask_all (session, paths, NULL);
  g_assert_cmpuint (world->http->n_requests, ==, 8);
  for (guint i = 0; i < paths->len; i++)
    {
      const SignetCertificatePath *path = g_ptr_array_index (paths, i);
      g_autoptr (SignetRevocationStatus) status =
        signet_evidence_session_find_revocation (session, g_ptr_array_index (path->certificates, 0), world->issuer, NULL, NULL);

      g_assert_cmpint (status->status, ==, SIGNET_REVOCATION_GOOD);
    }
  g_assert_cmpuint (world->http->n_requests, ==, 8);
}

static gpointer
cancel_soon (gpointer data)
{
  g_usleep (50000);
  g_cancellable_cancel (data);
  return NULL;
}

static void
test_cancelled (World *world, gconstpointer data)
{
  g_autoptr (SignetCertificate) person = new_person (world, "URI:" LIST, "OCSP;URI:" OCSP);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (SignetEvidenceSession) session = new_session (world, NULL);
  g_autoptr (GError) error = NULL;
  GThread *thread = g_thread_new ("cancel", cancel_soon, cancellable);

  world->http->hangs = TRUE;
  g_assert_null (signet_evidence_session_find_revocation (session, person, world->issuer, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_thread_join (thread);
  g_assert_cmpuint (world->http->n_requests, ==, 1); /* and nobody else was asked after that */
}

/* --- what is kept -------------------------------------------------------------------------------------------------------------- */

static void
test_kept (World *world, gconstpointer data)
{
  g_autoptr (SignetCertificate) person = new_person (world, "URI:" LIST, NULL);

  put_page (world->http, LIST, 200, new_list (world, NULL, NULL), NULL);
  expect (world, person, SIGNET_REVOCATION_GOOD, SIGNET_EVIDENCE_FROM_SERVER, 1);
  expect (world, person, SIGNET_REVOCATION_GOOD, SIGNET_EVIDENCE_FROM_CACHE, 0);
  world->now += 2 * HOUR; /* no longer young: asked again, and when nobody is there it still serves */
  expect (world, person, SIGNET_REVOCATION_GOOD, SIGNET_EVIDENCE_FROM_SERVER, 1);
  put_page (world->http, LIST, 503, NULL, NULL);
  world->now += 2 * HOUR;
  expect (world, person, SIGNET_REVOCATION_GOOD, SIGNET_EVIDENCE_FROM_CACHE, 1);
  world->now += DAY; /* over */
  expect_error (world, person, SIGNET_EVIDENCE_ERROR_UNREACHABLE);
}

static void
test_revocation_comes (World *world, gconstpointer data)
{
  g_autoptr (SignetCertificate) person = new_person (world, "URI:" LIST, NULL);

  put_page (world->http, LIST, 200, new_list (world, NULL, NULL), NULL);
  expect (world, person, SIGNET_REVOCATION_GOOD, SIGNET_EVIDENCE_FROM_SERVER, 1);
  put_page (world->http, LIST, 200, new_list (world, person, NULL), NULL);
  world->now += 2 * HOUR;
  expect (world, person, SIGNET_REVOCATION_REVOKED, SIGNET_EVIDENCE_FROM_SERVER, 1);
  expect (world, person, SIGNET_REVOCATION_REVOKED, SIGNET_EVIDENCE_FROM_CACHE, 0);
}

/* Somebody between us and the server plays yesterday's list again, from before the revocation. */
static void
test_not_followed_back (World *world, gconstpointer data)
{
  g_autoptr (SignetCertificate) person = new_person (world, "URI:" LIST, NULL);
  GBytes *before = new_list (world, NULL, NULL);

  g_usleep (1100 * 1000); /* lists tell their time in seconds */
  put_page (world->http, LIST, 200, new_list (world, person, NULL), NULL);
  expect (world, person, SIGNET_REVOCATION_REVOKED, SIGNET_EVIDENCE_FROM_SERVER, 1);
  put_page (world->http, LIST, 200, before, NULL);
  world->now += 2 * HOUR;
  expect (world, person, SIGNET_REVOCATION_REVOKED, SIGNET_EVIDENCE_FROM_CACHE, 1);
}

static void
test_revalidated (World *world, gconstpointer data)
{
  g_autoptr (SignetCertificate) person = new_person (world, "URI:" LIST, NULL);

  put_page (world->http, LIST, 200, new_list (world, NULL, NULL), "\"one\"");
  expect (world, person, SIGNET_REVOCATION_GOOD, SIGNET_EVIDENCE_FROM_SERVER, 1);
  g_assert_cmpuint (world->http->n_known, ==, 0);
  world->now += 2 * HOUR;
  expect (world, person, SIGNET_REVOCATION_GOOD, SIGNET_EVIDENCE_FROM_SERVER, 1);
  g_assert_cmpuint (world->http->n_known, ==, 1);
  world->now += HOUR / 2; /* young again */
  expect (world, person, SIGNET_REVOCATION_GOOD, SIGNET_EVIDENCE_FROM_CACHE, 0);
}

static void
test_offline (World *world, gconstpointer data)
{
  g_autoptr (SignetCertificate) person = new_person (world, "URI:" LIST, "OCSP;URI:" OCSP);

  put_page (world->http, LIST, 200, new_list (world, NULL, NULL), NULL);
  signet_http_set_offline (SIGNET_HTTP (world->http), TRUE);
  expect_error (world, person, SIGNET_EVIDENCE_ERROR_OFFLINE);
  signet_http_set_offline (SIGNET_HTTP (world->http), FALSE);
  expect (world, person, SIGNET_REVOCATION_GOOD, SIGNET_EVIDENCE_FROM_SERVER, 2);
  signet_http_set_offline (SIGNET_HTTP (world->http), TRUE);
  world->now += 5 * HOUR; /* long not young, not over */
  expect (world, person, SIGNET_REVOCATION_GOOD, SIGNET_EVIDENCE_FROM_CACHE, 0);
  world->now += DAY;
  expect_error (world, person, SIGNET_EVIDENCE_ERROR_OFFLINE);
}

/* --- what is kept, spoilt ----------------------------------------------------------------------------------------------------- */

static char *
only_file (World *world)
{
  g_autoptr (GDir) dir = g_dir_open (world->folder, 0, NULL);
  const char *name = g_dir_read_name (dir);

  g_assert_nonnull (name);
  return g_build_filename (world->folder, name, NULL);
}

static void
test_spoilt (World *world, gconstpointer data)
{
  g_autoptr (SignetCertificate) person = new_person (world, "URI:" LIST, NULL);
  g_autofree char *path = NULL;
  g_autofree char *text = NULL;
  gsize length;

  put_page (world->http, LIST, 200, new_list (world, NULL, NULL), NULL);
  expect (world, person, SIGNET_REVOCATION_GOOD, SIGNET_EVIDENCE_FROM_SERVER, 1);
  path = only_file (world);
  g_assert_true (g_file_get_contents (path, &text, &length, NULL));
  for (gsize i = 0; i < length; i += 7)
    {
      text[i] ^= 1;
      g_assert_true (g_file_set_contents (path, text, (gssize) length, NULL));
      text[i] ^= 1;
      expect (world, person, SIGNET_REVOCATION_GOOD, SIGNET_EVIDENCE_FROM_SERVER, 1);
    }
  g_assert_true (g_file_set_contents (path, "", 0, NULL));
  expect (world, person, SIGNET_REVOCATION_GOOD, SIGNET_EVIDENCE_FROM_SERVER, 1);
  g_assert_true (g_file_set_contents (path, text, (gssize) length / 2, NULL));
  expect (world, person, SIGNET_REVOCATION_GOOD, SIGNET_EVIDENCE_FROM_SERVER, 1);
  g_unlink (path);
  g_assert_cmpint (symlink ("/dev/zero", path), ==, 0);
  expect (world, person, SIGNET_REVOCATION_GOOD, SIGNET_EVIDENCE_FROM_SERVER, 1);
}

/* Somebody who writes into the folder with a right checksum: an unsigned list, one that has ended given a long life, one "from tomorrow". */
static void
test_forged (World *world, gconstpointer data)
{
  g_autoptr (SignetCertificate) person = new_person (world, "URI:" LIST, NULL);
  g_autofree char *key = g_strconcat ("crl ", signet_certificate_get_key_sha256 (world->issuer), " " LIST, NULL);
  SignetEvidenceCached forged = { .fetched_at = world->now, .expires = world->now + 9 * DAY };

  put_page (world->http, LIST, 200, new_list (world, person, NULL), NULL);
  signet_http_set_offline (SIGNET_HTTP (world->http), TRUE);
  forged.data = new_list (world, NULL, "wrong-signer");
  signet_evidence_cache_put (world->cache, key, &forged);
  expect_error (world, person, SIGNET_EVIDENCE_ERROR_OFFLINE);
  g_bytes_unref (forged.data);
  forged.data = new_list (world, NULL, "expired");
  signet_evidence_cache_put (world->cache, key, &forged);
  expect_error (world, person, SIGNET_EVIDENCE_ERROR_OFFLINE);
  signet_http_set_offline (SIGNET_HTTP (world->http), FALSE);
  expect (world, person, SIGNET_REVOCATION_REVOKED, SIGNET_EVIDENCE_FROM_SERVER, 1);
  g_bytes_unref (forged.data);
}

static void
test_from_tomorrow (World *world, gconstpointer data)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static ("x", 1);
  SignetEvidenceCached what = { .data = bytes, .fetched_at = world->now + DAY, .expires = world->now + 2 * DAY };

  signet_evidence_cache_put (world->cache, "a", &what);
  g_assert_null (signet_evidence_cache_get (world->cache, "a", world->now));
}

static void
test_evicted (World *world, gconstpointer data)
{
  g_autoptr (SignetEvidenceCache) small = signet_evidence_cache_new (world->folder, 100 * 1000);
  g_autofree char *block = g_malloc0 (20000);
  g_autoptr (GBytes) bytes = g_bytes_new_static (block, 20000);
  g_autofree char *much = g_malloc0 (200000);
  g_autoptr (GBytes) too_much = g_bytes_new_static (much, 200000);
  SignetEvidenceCached what = { .data = bytes, .fetched_at = world->now, .expires = world->now + DAY };
  SignetEvidenceCached large = { .data = too_much, .fetched_at = world->now, .expires = world->now + DAY };

  for (int i = 0; i < 12; i++)
    {
      g_autofree char *key = g_strdup_printf ("key %d", i);
      g_autoptr (SignetEvidenceCached) first = NULL;

      signet_evidence_cache_put (small, key, &what);
      first = signet_evidence_cache_get (small, "key 0", world->now); /* in use: stays */
      g_assert_nonnull (first);
      g_usleep (15000);
    }
  g_assert_cmpuint (signet_test_count_files (world->folder), <=, 5);
  g_assert_null (signet_evidence_cache_get (small, "key 1", world->now));
  signet_evidence_cache_put (small, "large", &large);
  g_assert_null (signet_evidence_cache_get (small, "large", world->now));
}

/* What a reader finds is one of the two whole, whoever writes meanwhile. */
static void
test_two_processes (World *world, gconstpointer data)
{
  g_autofree char *small = g_strnfill (50000, 'a');
  g_autofree char *large = g_strnfill (90000, 'b');
  const char *const blocks[] = { small, large };
  guint n_found = 0, n_ended = 0;

  for (int i = 0; i < 2; i++)
    {
      g_autoptr (GBytes) bytes = g_bytes_new_static (blocks[i], strlen (blocks[i]));
      SignetEvidenceCached what = { .data = bytes, .fetched_at = world->now, .expires = world->now + DAY };

      pid_t child = fork ();

      g_assert_cmpint (child, >=, 0);
      if (child > 0)
        continue;
      for (int n = 0; n < 200; n++)
        signet_evidence_cache_put (world->cache, "shared", &what);
      _exit (0);
    }
  while (n_ended < 2)
    {
      g_autoptr (SignetEvidenceCached) found = signet_evidence_cache_get (world->cache, "shared", world->now);
      gsize size = found != NULL ? g_bytes_get_size (found->data) : 0;

      n_found += found != NULL;
      g_assert_true (size == 0 || size == 50000 || size == 90000);
      n_ended += waitpid (-1, NULL, WNOHANG) > 0;
    }
  g_assert_cmpuint (n_found, >, 0);
  g_assert_cmpuint (signet_test_count_files (world->folder), ==, 1);
}

#define ADD(name, function) g_test_add ("/evidence/session/" name, World, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  signet_test_home ();
  g_test_init (&argc, &argv, NULL);
  ADD ("list-alone", test_list_alone);
  ADD ("list-instead", test_list_instead);
  ADD ("second-address", test_second_address);
  ADD ("nobody", test_nobody);
  ADD ("by-hand", test_by_hand);
  ADD ("by-hand-useless", test_by_hand_useless);
  ADD ("asked-once", test_asked_once);
  ADD ("all-at-once", test_all_at_once);
  ADD ("cancelled", test_cancelled);
  ADD ("kept", test_kept);
  ADD ("revocation-comes", test_revocation_comes);
  ADD ("not-followed-back", test_not_followed_back);
  ADD ("revalidated", test_revalidated);
  ADD ("offline", test_offline);
  ADD ("spoilt", test_spoilt);
  ADD ("forged", test_forged);
  ADD ("from-tomorrow", test_from_tomorrow);
  ADD ("evicted", test_evicted);
  ADD ("two-processes", test_two_processes);
  return g_test_run ();
}
