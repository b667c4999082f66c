/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-authority.c: profiles read as they are meant, bad ones refused, and nothing in them trusted. */
#include "config.h"

#include <string.h>

#include <glib/gstdio.h>

#include "../../app/core/authority/signet-authority.h"
#include "../../app/core/base/signet-base-error.h"
#include "../../app/core/base/signet-paths.h"
#include "signet-test.h"

static EVP_PKEY *key;
static X509 *root, *ca;

static const char profile[] =
  "[Profile]\nId=sample-ca\nName=Sample CA\nName[zh_CN]=示例认证中心\nPlugin=cmp\n"
  "[Authority]\nSample=true\nLicenceNumber=SAMPLE-0001 (made up)\nChain=chain.pem\n"
  "PolicyOids=1.2.3.1=signature;1.2.3.2=seal;1.2.3.3=nonsense;rubbish;\n"
  "[Permissions]\nHosts=127.0.0.1:8829;bad host;\nKeyTypes=rsa-3072;ec-p256\n"
  "[Services]\nTimeStamp=http://127.0.0.1:8830/\nTlsAnchors=chain.pem\n"
  "[Disclosure]\nTerms=The terms\nTerms[zh_CN]=条款\n";

static char *
write_profile (const char *folder, const char *name, const char *text)
{
  return signet_test_write_file (folder, name, text, -1);
}

static char *
folder_with_chain (void)
{
  char *folder = signet_test_make_dir ();
  g_autoptr (SignetCertificate) one = signet_certificate_new_x509 (ca);
  g_autoptr (SignetCertificate) two = signet_certificate_new_x509 (root);
  g_autofree char *first = signet_certificate_to_pem (one);
  g_autofree char *second = signet_certificate_to_pem (two);
  g_autofree char *both = g_strconcat (first, second, NULL);
  g_autofree char *path = signet_test_write_file (folder, "chain.pem", both, -1);

  return folder;
}

static SignetAuthority *
load (void)
{
  g_autofree char *folder = folder_with_chain ();
  g_autofree char *path = write_profile (folder, "sample-ca.profile", profile);
  g_autoptr (GError) error = NULL;
  SignetAuthority *authority = signet_authority_load_profile (path, &error);

  g_assert_no_error (error);
  return authority;
}

static SignetCertificate *
issue (const SignetTestCertificate *what, X509 *issuer)
{
  X509 *x509 = signet_test_new_certificate (what, key, issuer, key);
  SignetCertificate *certificate = signet_certificate_new_x509 (x509);

  X509_free (x509);
  return certificate;
}

static void
test_profile (void)
{
  g_autoptr (SignetAuthority) authority = load ();
  g_auto (GStrv) hosts = signet_authority_dup_hosts (authority);
  g_auto (GStrv) keys = signet_authority_dup_key_specs (authority);
  g_autofree char *timestamp = signet_authority_dup_timestamp_url (authority);

  g_assert_nonnull (signet_authority_get_tls_anchors (authority));
  g_assert_cmpstr (timestamp, ==, "http://127.0.0.1:8830/");
  g_assert_cmpstr (signet_authority_get_id (authority), ==, "sample-ca");
  g_assert_cmpstr (signet_authority_get_plugin (authority), ==, "cmp");
  g_assert_true (signet_authority_is_sample (authority));
  g_assert_cmpstr (signet_authority_get_licence (authority), ==, "SAMPLE-0001 (made up)");
  /* a profile's own word about a licence is no list's */
  g_assert_cmpstr (signet_authority_get_standing (authority), ==, "unknown");
  g_assert_cmpuint (signet_authority_get_chain (authority)->len, ==, 2);
  g_assert_cmpuint (g_strv_length (hosts), ==, 1);
  g_assert_cmpstr (hosts[0], ==, "127.0.0.1:8829");
  g_assert_cmpuint (g_strv_length (keys), ==, 2);
  g_assert_cmpstr (signet_authority_get_disclosure (authority, "Fees"), ==, NULL);
  g_assert_nonnull (signet_authority_get_profile (authority));
}

static void
test_language (void)
{
  g_autoptr (SignetAuthority) english = NULL;
  g_autoptr (SignetAuthority) chinese = NULL;

  g_setenv ("LANGUAGE", "en", TRUE);
  english = load ();
  g_assert_cmpstr (signet_authority_get_name (english), ==, "Sample CA");
  g_setenv ("LANGUAGE", "zh_CN", TRUE);
  chinese = load ();
  g_assert_cmpstr (signet_authority_get_name (chinese), ==, "示例认证中心");
  g_assert_cmpstr (signet_authority_get_disclosure (chinese, "Terms"), ==, "条款");
  g_setenv ("LANGUAGE", "en", TRUE);
}

static void
test_refused (void)
{
  static const char *const bad[] = {
    "", "no key file", "[Profile]\nId=x\n", "[Profile]\nId=../x\nName=X\nPlugin=cmp\n", "[Profile]\nId=x\nName=X\nPlugin=../../bin/sh\n",
    "[Profile]\nId=x y\nName=X\nPlugin=cmp\n", "[Profile]\nId=x\nName=X\nPlugin=cmp\n[Authority]\nChain=/etc/passwd\n",
    "[Profile]\nId=x\nName=X\nPlugin=cmp\n[Authority]\nChain=../chain.pem\n", "[Profile]\nId=x\nName=X\nPlugin=cmp\n[Authority]\nChain=missing.pem\n",
    "[Profile]\nId=x\nName=X\nPlugin=cmp\n[Services]\nTlsAnchors=/etc/passwd\n", "[Profile]\nId=x\nName=X\nPlugin=cmp\n[Services]\nTlsAnchors=missing.pem\n",
    "[Profile]\nId=x\nName=\xff\xfe\nPlugin=cmp\n",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autofree char *folder = signet_test_make_dir ();
      g_autofree char *path = write_profile (folder, "x.profile", bad[i]);
      g_autoptr (GError) error = NULL;

      g_assert_null (signet_authority_load_profile (path, &error));
      g_assert_nonnull (error);
    }
}

static void
test_too_large (void)
{
  g_autofree char *folder = signet_test_make_dir ();
  g_autoptr (GString) text = g_string_new (profile);
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;

  while (text->len < 300 * 1024)
    g_string_append (text, "# a comment that goes on and on\n");
  path = write_profile (folder, "x.profile", text->str);
  g_assert_null (signet_authority_load_profile (path, &error));
  g_assert_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_TOO_LARGE);
}

static void
test_hostile_name (void)
{
  g_autofree char *folder = signet_test_make_dir ();
  g_autofree char *path = write_profile (folder, "x.profile", "[Profile]\nId=x\nName=Bank\xe2\x80\xae" "knaB\\n\x1b[31m\nPlugin=cmp\n");
  g_autoptr (SignetAuthority) authority = signet_authority_load_profile (path, NULL);

  g_assert_nonnull (authority);
  g_assert_null (strstr (signet_authority_get_name (authority), "\xe2\x80\xae"));
  g_assert_null (strchr (signet_authority_get_name (authority), '\n'));
  g_assert_null (strchr (signet_authority_get_name (authority), '\x1b'));
}

static void
test_all (void)
{
  g_autofree char *first = folder_with_chain ();
  g_autofree char *second = signet_test_make_dir ();
  const char *folders[] = { first, second, "/nowhere/at/all", NULL };
  g_autofree char *a = write_profile (first, "a.profile", profile);
  g_autofree char *b = write_profile (second, "b.profile", "[Profile]\nId=sample-ca\nName=An impostor\nPlugin=cmp\n");
  g_autofree char *c = write_profile (second, "c.profile", "[Profile]\nId=other\nName=Other\nPlugin=cmp\n");
  g_autofree char *d = write_profile (second, "d.profile", "damaged");
  g_autoptr (GPtrArray) problems = NULL;
  g_autoptr (GPtrArray) all = signet_authority_load_all (folders, &problems);

  g_assert_cmpuint (all->len, ==, 2);
  g_assert_cmpstr (signet_authority_get_name (g_ptr_array_index (all, 0)), !=, "An impostor");
  g_assert_cmpstr (signet_authority_get_id (g_ptr_array_index (all, 1)), ==, "other");
  g_assert_cmpuint (problems->len, ==, 1);
  g_assert_nonnull (strstr (((GError *) g_ptr_array_index (problems, 0))->message, "d.profile"));
}

static void
test_find_issuer (void)
{
  g_autoptr (GPtrArray) authorities = g_ptr_array_new_with_free_func (g_object_unref);
  SignetTestCertificate what = { .subject = "CN=Holder" };
  SignetTestCertificate namesake = { .subject = "CN=CA (sample)", .ca = TRUE };
  EVP_PKEY *other_key = signet_test_new_key ("ec-p256");
  X509 *other_ca = signet_test_new_certificate (&namesake, other_key, NULL, other_key);
  X509 *forged = signet_test_new_certificate (&what, other_key, other_ca, other_key);
  g_autoptr (SignetCertificate) good = issue (&what, ca);
  g_autoptr (SignetCertificate) bad = signet_certificate_new_x509 (forged);
  g_autoptr (SignetCertificate) of_ca = signet_certificate_new_x509 (ca);

  g_ptr_array_add (authorities, load ());
  g_assert_true (signet_authority_find_issuer (authorities, good) == g_ptr_array_index (authorities, 0));
  g_assert_true (signet_authority_find_issuer (authorities, of_ca) == g_ptr_array_index (authorities, 0));
  g_assert_null (signet_authority_find_issuer (authorities, bad)); /* the same name, another key */
  g_assert_null (signet_authority_find_issuer (NULL, good));
  X509_free (forged);
  X509_free (other_ca);
  EVP_PKEY_free (other_key);
}

static void
check_class (SignetAuthority *authority, const char *usage, const char *policy, const char *klass, const char *reason)
{
  const char *extensions[] = { "certificatePolicies", policy, NULL };
  SignetTestCertificate what = { .key_usage = usage, .extensions = extensions };
  g_autoptr (SignetCertificate) certificate = issue (&what, ca);
  const char *why = NULL;

  g_assert_cmpstr (signet_certificate_class_get_id (signet_authority_classify (authority, certificate, &why)), ==, klass);
  g_assert_cmpstr (why, ==, reason);
}

/* A policy settles what is open; it never allows what the certificate itself forbids. */
static void
test_classify (void)
{
  g_autoptr (SignetAuthority) authority = load ();

  check_class (authority, "", "1.2.3.1", "signature", "policy");
  check_class (authority, "critical,nonRepudiation", "1.2.3.2", "seal", "policy");
  check_class (authority, "critical,nonRepudiation", "1.2.3.3", "signature", "key-usage-non-repudiation");
  check_class (authority, "critical,digitalSignature", "1.2.3.1", "identity-only", "no-non-repudiation");
  check_class (authority, "critical,keyEncipherment", "1.2.3.1", "encryption", "key-usage-encipherment");
  check_class (NULL, "", "1.2.3.1", "unknown", "no-key-usage");
}

/* --- anchors ----------------------------------------------------------------------------------------------------------------- */

static void
test_anchors (void)
{
  g_autofree char *folder = folder_with_chain ();
  g_autofree char *again = folder_with_chain ();
  const char *folders[] = { folder, again, "/nowhere/at/all", NULL };
  g_autofree char *damaged = signet_test_write_file (folder, "damaged.pem", "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n", -1);
  g_autofree char *other = signet_test_write_file (folder, "README.txt", "not a certificate", -1);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) anchors = NULL;

  g_test_expect_message ("signet-authority-anchors", G_LOG_LEVEL_WARNING, "*damaged.pem*");
  anchors = signet_authority_load_anchors (folders, &error);
  g_test_assert_expected_messages ();
  g_assert_no_error (error);
  g_assert_cmpuint (anchors->len, ==, 2); /* each once */
}

/* What a fresh user trusts, and what a filed chain changes about it: nothing. */
static void
test_no_anchor_by_profile (void)
{
  g_autofree char *profiles = g_build_filename (signet_paths_get_user_data_dir (), "authorities", NULL);
  g_autofree char *anchors_folder = g_build_filename (signet_paths_get_user_data_dir (), "anchors", NULL);
  g_autoptr (SignetCertificate) certificate = signet_certificate_new_x509 (root);
  g_autofree char *pem = signet_certificate_to_pem (certificate);
  g_autoptr (GPtrArray) before = NULL;
  g_autoptr (GPtrArray) after = NULL;
  g_autofree char *chain = NULL;
  g_autofree char *anchor = NULL;

  g_assert_cmpint (g_mkdir_with_parents (profiles, 0700), ==, 0);
  chain = signet_test_write_file (profiles, "chain.pem", pem, -1);
  before = signet_authority_load_anchors (NULL, NULL);
  g_assert_cmpuint (before->len, ==, 0);
  g_assert_cmpint (g_mkdir_with_parents (anchors_folder, 0700), ==, 0);
  anchor = signet_test_write_file (anchors_folder, "root.pem", pem, -1);
  after = signet_authority_load_anchors (NULL, NULL);
  g_assert_cmpuint (after->len, ==, 1);
  g_assert_true (signet_certificate_equal (g_ptr_array_index (after, 0), certificate));
}

int
main (int argc, char **argv)
{
  SignetTestCertificate root_what = { .subject = "CN=Root (sample)", .ca = TRUE };
  SignetTestCertificate ca_what = { .subject = "CN=CA (sample)", .ca = TRUE };
  int status;

  signet_test_home ();
  g_setenv ("LC_ALL", "C.UTF-8", TRUE);
  g_test_init (&argc, &argv, NULL);
  key = signet_test_new_key ("ec-p256");
  root = signet_test_new_certificate (&root_what, key, NULL, key);
  ca = signet_test_new_certificate (&ca_what, key, root, key);
  g_test_add_func ("/authority/profile", test_profile);
  g_test_add_func ("/authority/language", test_language);
  g_test_add_func ("/authority/refused", test_refused);
  g_test_add_func ("/authority/too-large", test_too_large);
  g_test_add_func ("/authority/hostile-name", test_hostile_name);
  g_test_add_func ("/authority/all", test_all);
  g_test_add_func ("/authority/find-issuer", test_find_issuer);
  g_test_add_func ("/authority/classify", test_classify);
  g_test_add_func ("/authority/anchors", test_anchors);
  g_test_add_func ("/authority/no-anchor-by-profile", test_no_anchor_by_profile);
  status = g_test_run ();
  X509_free (ca);
  X509_free (root);
  EVP_PKEY_free (key);
  return status;
}
