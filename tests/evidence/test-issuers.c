/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-issuers.c: issuers that are missing are fetched, so many and no more, and trusted for nothing. */
#include "config.h"

#include <string.h>

#include <openssl/pem.h>
#include <openssl/pkcs7.h>

#include "session-fixture.h"

#define MAX_CHAIN 12

/* A chain whose every certificate names the address of the one above: 0 is the root. */
typedef struct {
  EVP_PKEY *keys[MAX_CHAIN];
  X509     *certificates[MAX_CHAIN];
  guint     n;
} Chain;

static char *
url_of (guint number)
{
  return g_strdup_printf ("http://issuers.sample/%u", number);
}

static void
chain_init (Chain *chain, guint n)
{
  chain->n = n;
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *subject = g_strdup_printf ("CN=Sample %u", i);
      g_autofree char *url = i > 0 ? url_of (i - 1) : NULL;
      g_autofree char *access = g_strconcat ("caIssuers;URI:", url, NULL);
      const char *extensions[] = { i > 0 ? "authorityInfoAccess" : NULL, access, NULL };
      SignetTestCertificate what = { .subject = subject, .ca = i + 1 < n, .extensions = extensions };

      chain->keys[i] = signet_test_new_key ("ec-p256");
      chain->certificates[i] = signet_test_new_certificate (&what, chain->keys[i], i > 0 ? chain->certificates[i - 1] : NULL,
                                                            chain->keys[i > 0 ? i - 1 : 0]);
    }
}

static void
chain_clear (Chain *chain)
{
  for (guint i = 0; i < chain->n; i++)
    {
      X509_free (chain->certificates[i]);
      EVP_PKEY_free (chain->keys[i]);
    }
}

/* In the forms they come in. */
static GBytes *
as_served (X509 *certificate, guint form)
{
  BIO *bio = BIO_new (BIO_s_mem ());
  PKCS7 *bag = PKCS7_new ();
  char *data = NULL;
  GBytes *bytes;
  long length;

  PKCS7_set_type (bag, NID_pkcs7_signed);
  PKCS7_content_new (bag, NID_pkcs7_data);
  PKCS7_add_certificate (bag, certificate);
  if (form % 3 == 0)
    i2d_X509_bio (bio, certificate);
  else if (form % 3 == 1)
    PEM_write_bio_X509 (bio, certificate);
  else
    i2d_PKCS7_bio (bio, bag);
  length = BIO_get_mem_data (bio, &data);
  bytes = g_bytes_new (data, (gsize) length);
  PKCS7_free (bag);
  BIO_free (bio);
  return bytes;
}

static void
serve_chain (World *world, const Chain *chain)
{
  for (guint i = 0; i < chain->n; i++)
    {
      g_autofree char *url = url_of (i);

      put_page (world->http, url, 200, as_served (chain->certificates[i], i), NULL);
    }
}

static gboolean
find_path (World *world, X509 *leaf, X509 *anchor, char **why)
{
  g_autoptr (SignetEvidenceSession) session = new_session (world, NULL);
  g_autoptr (SignetCertificate) certificate = signet_certificate_new_x509 (leaf);
  g_autoptr (GPtrArray) anchors = g_ptr_array_new_with_free_func (g_object_unref);
  SignetEvidencePathQuestion question = { certificate, NULL, anchors, SIGNET_PATH_PURPOSE_ANY, world->now };
  const SignetCertificatePath *path;
  g_autoptr (GError) error = NULL;

  if (anchor != NULL)
    g_ptr_array_add (anchors, signet_certificate_new_x509 (anchor));
  path = signet_evidence_session_find_path (session, &question, NULL, &error);
  g_assert_no_error (error);
  if (why != NULL)
    *why = g_strconcat (path->reason != NULL ? path->reason : "", " ", path->detail, NULL);
  return path->found;
}

static void
test_issuers (World *world, gconstpointer data)
{
  Chain chain;

  chain_init (&chain, 5); /* three between the person and the root */
  serve_chain (world, &chain);
  g_assert_true (find_path (world, chain.certificates[4], chain.certificates[0], NULL));
  g_assert_cmpuint (world->http->n_requests, ==, 3);
  /* the next time they are here, also offline */
  world->http->n_requests = 0;
  signet_http_set_offline (SIGNET_HTTP (world->http), TRUE);
  g_assert_true (find_path (world, chain.certificates[4], chain.certificates[0], NULL));
  g_assert_cmpuint (world->http->n_requests, ==, 0);
  chain_clear (&chain);
}

/* A root that was fetched is a certificate like any other. */
static void
test_issuer_is_no_anchor (World *world, gconstpointer data)
{
  g_autofree char *why = NULL;
  Chain chain;

  chain_init (&chain, 3);
  serve_chain (world, &chain);
  g_assert_false (find_path (world, chain.certificates[2], NULL, &why));
  g_assert_true (g_str_has_prefix (why, "no-trust-anchor"));
  g_assert_false (find_path (world, chain.certificates[2], world->ca, NULL));
  chain_clear (&chain);
}

static void
test_too_deep (World *world, gconstpointer data)
{
  Chain chain;

  chain_init (&chain, MAX_CHAIN);
  serve_chain (world, &chain);
  g_assert_false (find_path (world, chain.certificates[MAX_CHAIN - 1], chain.certificates[0], NULL));
  g_assert_cmpuint (world->http->n_requests, <=, SIGNET_EVIDENCE_MAX_DEPTH);
  chain_clear (&chain);
}

/* Two that issued each other, each naming the other's address. */
static void
test_round (World *world, gconstpointer data)
{
  const char *to_b[] = { "authorityInfoAccess", "caIssuers;URI:http://issuers.sample/b", NULL };
  const char *to_a[] = { "authorityInfoAccess", "caIssuers;URI:http://issuers.sample/a", NULL };
  SignetTestCertificate a = { .subject = "CN=A", .ca = TRUE, .extensions = to_b };
  SignetTestCertificate b = { .subject = "CN=B", .ca = TRUE, .extensions = to_a };
  SignetTestCertificate leaf = { .subject = "CN=Li Si (sample)", .extensions = to_a };
  EVP_PKEY *keys[2] = { signet_test_new_key ("ec-p256"), signet_test_new_key ("ec-p256") };
  X509 *self_b = signet_test_new_certificate (&b, keys[1], NULL, keys[1]);
  X509 *by_b = signet_test_new_certificate (&a, keys[0], self_b, keys[1]);
  X509 *by_a = signet_test_new_certificate (&b, keys[1], by_b, keys[0]);
  X509 *person = signet_test_new_certificate (&leaf, keys[0], by_b, keys[0]);
  g_autofree char *why = NULL;

  put_page (world->http, "http://issuers.sample/a", 200, as_served (by_b, 0), NULL);
  put_page (world->http, "http://issuers.sample/b", 200, as_served (by_a, 0), NULL);
  g_assert_false (find_path (world, person, world->ca, &why));
  g_assert_cmpstr (strstr (why, "met before"), !=, NULL);
  g_assert_cmpuint (world->http->n_requests, ==, 2);
  X509_free (self_b);
  X509_free (by_b);
  X509_free (by_a);
  X509_free (person);
  EVP_PKEY_free (keys[0]);
  EVP_PKEY_free (keys[1]);
}

static void
test_issuer_rubbish (World *world, gconstpointer data)
{
  static const char *const answers[] = { "<html>welcome</html>", "", "\x30\x03\x02\x01\x00", "-----BEGIN CERTIFICATE-----\n" };
  g_autofree char *url = url_of (1);
  Chain chain;

  chain_init (&chain, 3);
  for (gsize i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      g_autofree char *why = NULL;

      put_page (world->http, url, 200, g_bytes_new_static (answers[i], strlen (answers[i])), NULL);
      g_assert_false (find_path (world, chain.certificates[2], chain.certificates[0], &why));
      g_assert_nonnull (strstr (why, "not a certificate of the issuer"));
    }
  put_page (world->http, url, 200, as_served (world->ca, 0), NULL); /* somebody else's */
  g_assert_false (find_path (world, chain.certificates[2], chain.certificates[0], NULL));
  chain_clear (&chain);
}

#define ADD(name, function) g_test_add ("/evidence/issuers/" name, World, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  signet_test_home ();
  g_test_init (&argc, &argv, NULL);
  ADD ("chain", test_issuers);
  ADD ("no-anchor", test_issuer_is_no_anchor);
  ADD ("too-deep", test_too_deep);
  ADD ("round", test_round);
  ADD ("rubbish", test_issuer_rubbish);
  return g_test_run ();
}
