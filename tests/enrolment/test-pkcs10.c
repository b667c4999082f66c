/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * test-pkcs10.c: a request carried by hand and an answer carried back: in every form there is, for the right request, and files that are no
 * answer. Software token, plugin behind its wall; the authority is the test PKI.
 */
#include "config.h"

#include <string.h>

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/pkcs7.h>
#include <openssl/x509v3.h>

#include "enrolment-world.h"
#include "signet-test-issue.h"

#include "../../app/core/base/signet-base-error.h"

static const char *const answers[] = { "name", "Li Na (sample)", "organisation", "Sample, Ltd", NULL };

static EnrolmentWorld *
world_new (void)
{
  EnrolmentWorld *world = enrolment_world_new ();
  g_autofree char *chain = g_build_filename (enrolment_world_get_pki (), "chain.pem", NULL);

  enrolment_world_add (world, "sample-counter", "1", chain, NULL);
  enrolment_world_open (world);
  return world;
}

/* Made, and in the person's hand. */
static SignetRequest *
handed (EnrolmentWorld *world, const char *key_spec)
{
  g_autoptr (GError) error = NULL;
  SignetRequest *request = enrolment_world_draft (world, "sample-counter", key_spec, answers);

  g_assert_true (enrolment_world_run (world, request, &error));
  g_assert_no_error (error);
  enrolment_world_assert_state (request, SIGNET_REQUEST_WAITING);
  return request;
}

/* --- the counter ---------------------------------------------------------------------------------------------------------------------- */

static X509_REQ *
read_request (SignetRequest *request)
{
  GBytes *file = signet_request_get_hand_file (request, NULL, NULL);
  BIO *bio = BIO_new_mem_buf (g_bytes_get_data (file, NULL), (int) g_bytes_get_size (file));
  X509_REQ *csr = PEM_read_bio_X509_REQ (bio, NULL, NULL, NULL);

  BIO_free (bio);
  g_assert_nonnull (csr);
  g_assert_cmpint (X509_REQ_verify (csr, X509_REQ_get0_pubkey (csr)), ==, 1);
  return csr;
}

static X509 *
certify (SignetRequest *request, const char *fault)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TestPki) pki = test_pki_open (enrolment_world_get_pki (), &error);
  X509_REQ *csr = read_request (request);
  X509 *certificate = test_issue (pki, X509_REQ_get0_pubkey (csr), X509_REQ_get_subject_name (csr), fault, &error);

  g_assert_no_error (error);
  X509_REQ_free (csr);
  return certificate;
}

static STACK_OF (X509) *
with_chain (X509 *certificate, gboolean first)
{
  g_autoptr (TestPki) pki = test_pki_open (enrolment_world_get_pki (), NULL);
  STACK_OF (X509) *all = sk_X509_new_null ();

  X509_add_cert (all, pki->root, X509_ADD_FLAG_UP_REF);
  X509_add_cert (all, pki->ca, X509_ADD_FLAG_UP_REF);
  X509_add_cert (all, certificate, X509_ADD_FLAG_UP_REF | (first ? X509_ADD_FLAG_PREPEND : 0));
  return all;
}

static GBytes *
take_bio (BIO *bio)
{
  char *data = NULL;
  long length = BIO_get_mem_data (bio, &data);
  GBytes *bytes = g_bytes_new (data, (gsize) length);

  BIO_free (bio);
  return bytes;
}

static GBytes *
as_der (X509 *certificate)
{
  BIO *bio = BIO_new (BIO_s_mem ());

  i2d_X509_bio (bio, certificate);
  return take_bio (bio);
}

static GBytes *
as_pem (X509 *certificate)
{
  BIO *bio = BIO_new (BIO_s_mem ());

  PEM_write_bio_X509 (bio, certificate);
  return take_bio (bio);
}

/* Windows line ends, words before and after, the chain before the certificate. */
static GBytes *
as_mail (X509 *certificate)
{
  BIO *bio = BIO_new (BIO_s_mem ());
  STACK_OF (X509) *all = with_chain (certificate, FALSE);
  g_autoptr (GBytes) pem = NULL;
  g_autoptr (GString) text = g_string_new ("\xef\xbb\xbf尊敬的用户：\n您的证书如下。\n\nsubject=CN = x\n");

  for (int i = 0; i < sk_X509_num (all); i++)
    PEM_write_bio_X509 (bio, sk_X509_value (all, i));
  sk_X509_pop_free (all, X509_free);
  pem = take_bio (bio);
  g_string_append_len (text, g_bytes_get_data (pem, NULL), (gssize) g_bytes_get_size (pem));
  g_string_append (text, "\n-- \n示例认证中心\n");
  g_string_replace (text, "\n", "\r\n", 0);
  return g_string_free_to_bytes (g_steal_pointer (&text));
}

static PKCS7 *
make_bag (X509 *certificate)
{
  PKCS7 *bag = PKCS7_new ();
  STACK_OF (X509) *all = with_chain (certificate, FALSE);

  PKCS7_set_type (bag, NID_pkcs7_signed);
  PKCS7_content_new (bag, NID_pkcs7_data);
  for (int i = 0; i < sk_X509_num (all); i++)
    PKCS7_add_certificate (bag, sk_X509_value (all, i));
  sk_X509_pop_free (all, X509_free);
  return bag;
}

static GBytes *
as_pkcs7 (X509 *certificate)
{
  PKCS7 *bag = make_bag (certificate);
  BIO *bio = BIO_new (BIO_s_mem ());

  i2d_PKCS7_bio (bio, bag);
  PKCS7_free (bag);
  return take_bio (bio);
}

static GBytes *
as_pkcs7_pem (X509 *certificate)
{
  PKCS7 *bag = make_bag (certificate);
  BIO *bio = BIO_new (BIO_s_mem ());

  PEM_write_bio_PKCS7 (bio, bag);
  PKCS7_free (bag);
  return take_bio (bio);
}

static GBytes *
as_base64 (X509 *certificate)
{
  g_autoptr (GBytes) der = as_der (certificate);
  char *text = g_base64_encode (g_bytes_get_data (der, NULL), g_bytes_get_size (der));

  return g_bytes_new_take (text, strlen (text));
}

typedef struct { const char *name; GBytes *(*write) (X509 *certificate); } Form;

static const Form forms[] = {
  { "pem", as_pem }, { "der", as_der }, { "mail", as_mail }, { "pkcs7", as_pkcs7 }, { "pkcs7-pem", as_pkcs7_pem }, { "base64", as_base64 },
};

/* --- the whole way ------------------------------------------------------------------------------------------------------------------------ */

static void
test_form (gconstpointer data)
{
  const Form *form = data;
  g_autoptr (EnrolmentWorld) world = world_new ();
  g_autoptr (SignetRequest) request = handed (world, "ec-p256");
  g_autoptr (SignetRequest) found = NULL;
  g_autoptr (GBytes) content = NULL;
  g_autoptr (GError) error = NULL;
  X509 *certificate = certify (request, NULL);
  const char *name = NULL, *text = NULL;

  g_assert_nonnull (signet_request_get_hand_file (request, &name, &text));
  g_assert_cmpstr (name, ==, "request-1.csr");
  g_assert_nonnull (strstr (text, "1 Sample Street"));
  content = form->write (certificate);
  enrolment_world_open (world);
  found = signet_enrolment_answer (world->enrolment, content, "answer", &error);
  g_assert_no_error (error);
  g_assert_cmpint (signet_request_get_id (found), ==, signet_request_get_id (request));
  g_assert_true (enrolment_world_run (world, found, &error));
  g_assert_no_error (error);
  enrolment_world_assert_state (found, SIGNET_REQUEST_CONFIRMED);
  enrolment_world_assert_token (world, 1, 1);
  X509_free (certificate);
}

/* Asked to go on, the plugin asks for the file itself. */
static void
test_asked (void)
{
  g_autoptr (EnrolmentWorld) world = world_new ();
  g_autoptr (SignetRequest) request = handed (world, "ec-p256");
  g_autoptr (SignetTestInteraction) person = signet_test_interaction_new (WORLD_PIN, WORLD_PIN, NULL);
  g_autofree char *path = g_build_filename (signet_test_home (), "from the counter.cer", NULL);
  X509 *certificate = certify (request, NULL);
  g_autoptr (GBytes) der = as_der (certificate);
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (path, g_bytes_get_data (der, NULL), (gssize) g_bytes_get_size (der), NULL));
  signet_test_interaction_set_value (person, "answer", path);
  g_assert_true (signet_enrolment_run (world->enrolment, request, SIGNET_INTERACTION (person), NULL, &error));
  g_assert_no_error (error);
  enrolment_world_assert_state (request, SIGNET_REQUEST_CONFIRMED);
  X509_free (certificate);
}

/* Three requests of one person: each answer finds its own, in whatever order they come. */
static void
test_several (void)
{
  g_autoptr (EnrolmentWorld) world = world_new ();
  g_autoptr (SignetRequest) first = handed (world, "ec-p256");
  g_autoptr (SignetRequest) second = handed (world, "ec-p256");
  g_autoptr (SignetRequest) third = handed (world, "ec-p256");
  SignetRequest *const order[] = { second, third, first };

  for (guint i = 0; i < G_N_ELEMENTS (order); i++)
    {
      X509 *certificate = certify (order[i], NULL);
      g_autoptr (GBytes) content = as_pkcs7 (certificate);
      g_autoptr (GError) error = NULL;
      g_autoptr (SignetRequest) found = signet_enrolment_answer (world->enrolment, content, "a.p7b", &error);

      g_assert_no_error (error);
      g_assert_cmpint (signet_request_get_id (found), ==, signet_request_get_id (order[i]));
      g_assert_true (enrolment_world_run (world, found, &error));
      g_assert_no_error (error);
      enrolment_world_assert_state (found, SIGNET_REQUEST_CONFIRMED);
      X509_free (certificate);
    }
  enrolment_world_assert_token (world, 3, 3);
}

/* Given up long ago; then the letter comes after all. */
static void
test_given_up (void)
{
  g_autoptr (EnrolmentWorld) world = world_new ();
  g_autoptr (SignetRequest) request = handed (world, "ec-p256");
  g_autoptr (SignetRequest) found = NULL;
  g_autoptr (GError) error = NULL;
  X509 *certificate = certify (request, NULL);
  g_autoptr (GBytes) content = as_pem (certificate);

  g_assert_true (signet_enrolment_cancel (world->enrolment, request, &error));
  enrolment_world_open (world);
  found = signet_enrolment_answer (world->enrolment, content, "late.pem", &error);
  g_assert_no_error (error);
  g_assert_true (enrolment_world_run (world, found, &error));
  g_assert_no_error (error);
  enrolment_world_assert_state (found, SIGNET_REQUEST_CONFIRMED);
  g_clear_object (&found);
  /* a second time it is told, and changes nothing */
  found = signet_enrolment_answer (world->enrolment, content, "late.pem", &error);
  g_assert_null (found);
  g_assert_error (error, SIGNET_ENROLMENT_ERROR, SIGNET_ENROLMENT_ERROR_STATE);
  enrolment_world_assert_token (world, 1, 1);
  X509_free (certificate);
}

/* --- what is no answer ------------------------------------------------------------------------------------------------------------------ */

typedef struct { const char *fault; SignetEnrolmentError code; } Fault;

static const Fault faults[] = {
  { "wrong-issuer", SIGNET_ENROLMENT_ERROR_WRONG_ISSUER },
  { "ca-certificate", SIGNET_ENROLMENT_ERROR_WRONG_KIND },
};

/* For the right key and yet wrong: never installed, and the right one still is. */
static void
test_fault (gconstpointer data)
{
  const Fault *fault = data;
  g_autoptr (EnrolmentWorld) world = world_new ();
  g_autoptr (SignetRequest) request = handed (world, "ec-p256");
  X509 *wrong = certify (request, fault->fault);
  X509 *right = certify (request, NULL);
  g_autoptr (GBytes) wrong_file = as_pem (wrong);
  g_autoptr (GBytes) right_file = as_pem (right);
  g_autoptr (SignetRequest) found = NULL;
  g_autoptr (SignetRequest) again = NULL;
  g_autoptr (GError) error = NULL;

  found = signet_enrolment_answer (world->enrolment, wrong_file, "a.pem", &error);
  g_assert_no_error (error);
  g_assert_false (enrolment_world_run (world, found, &error));
  g_assert_error (error, SIGNET_ENROLMENT_ERROR, (int) fault->code);
  enrolment_world_assert_token (world, 1, 0);
  g_clear_error (&error);
  again = signet_enrolment_answer (world->enrolment, right_file, "b.pem", &error);
  g_assert_no_error (error);
  g_assert_true (enrolment_world_run (world, again, &error));
  g_assert_no_error (error);
  enrolment_world_assert_state (again, SIGNET_REQUEST_CONFIRMED);
  enrolment_world_assert_token (world, 1, 1);
  X509_free (wrong);
  X509_free (right);
}

static void
test_other_key (void)
{
  g_autoptr (EnrolmentWorld) world = world_new ();
  g_autoptr (SignetRequest) request = handed (world, "ec-p256");
  g_autoptr (SignetRequest) again = NULL;
  X509 *certificate = certify (request, "wrong-key");
  g_autoptr (GBytes) content = as_pem (certificate);
  g_autoptr (GError) error = NULL;

  g_assert_null (signet_enrolment_answer (world->enrolment, content, "a.pem", &error));
  g_assert_error (error, SIGNET_ENROLMENT_ERROR, SIGNET_ENROLMENT_ERROR_NOT_FOUND);
  again = enrolment_world_reopen (world, request);
  enrolment_world_assert_state (again, SIGNET_REQUEST_WAITING);
  X509_free (certificate);
}

/* The file the person chose is not what they think; it is said what it is, and another one is asked for next time. */
static void
test_not_an_answer (gconstpointer data)
{
  static const char zip[] = "PK\x03\x04 and so on";
  static const char html[] = "<html><body>Your certificate is ready</body></html>";
  g_autoptr (EnrolmentWorld) world = world_new ();
  g_autoptr (SignetRequest) request = handed (world, "ec-p256");
  g_autoptr (SignetTestInteraction) person = signet_test_interaction_new (WORLD_PIN, WORLD_PIN, WORLD_PIN, NULL);
  g_autofree char *path = g_build_filename (signet_test_home (), "chosen", NULL);
  GBytes *csr = signet_request_get_hand_file (request, NULL, NULL);
  X509 *certificate = certify (request, NULL);
  X509 *other = certify (request, "wrong-key");
  g_autoptr (GBytes) right = as_pem (certificate);
  g_autoptr (GBytes) of_other = as_pem (other);
  const char *what = data;
  g_autoptr (GBytes) chosen = strcmp (what, "packed") == 0 ? g_bytes_new_static (zip, sizeof zip - 1) :
                              strcmp (what, "request") == 0 ? g_bytes_ref (csr) :
                              strcmp (what, "another key") == 0 ? g_bytes_ref (of_other) : g_bytes_new_static (html, sizeof html - 1);
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (path, g_bytes_get_data (chosen, NULL), (gssize) g_bytes_get_size (chosen), NULL));
  signet_test_interaction_set_value (person, "answer", path);
  g_assert_false (signet_enrolment_run (world->enrolment, request, SIGNET_INTERACTION (person), NULL, &error));
  g_assert_error (error, SIGNET_PLUGIN_ERROR, SIGNET_PLUGIN_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, what));
  enrolment_world_assert_state (request, SIGNET_REQUEST_WAITING);
  g_clear_error (&error);
  g_assert_true (g_file_set_contents (path, g_bytes_get_data (right, NULL), (gssize) g_bytes_get_size (right), NULL));
  g_assert_true (signet_enrolment_run (world->enrolment, request, SIGNET_INTERACTION (person), NULL, &error));
  g_assert_no_error (error);
  enrolment_world_assert_state (request, SIGNET_REQUEST_CONFIRMED);
  X509_free (certificate);
  X509_free (other);
}

static void
test_too_large (void)
{
  g_autoptr (EnrolmentWorld) world = world_new ();
  g_autoptr (GBytes) content = g_bytes_new_take (g_malloc0 (100 * 1024 * 1024), 100 * 1024 * 1024);
  g_autoptr (GError) error = NULL;

  g_assert_null (signet_enrolment_answer (world->enrolment, content, "huge", &error));
  g_assert_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_TOO_LARGE);
}

int
main (int argc, char **argv)
{
  static const char *const others[] = { "packed", "request", "another key", "no certificate" };

  g_test_init (&argc, &argv, NULL);
  enrolment_world_prepare ();
  for (gsize i = 0; i < G_N_ELEMENTS (forms); i++)
    {
      g_autofree char *path = g_strconcat ("/pkcs10/form/", forms[i].name, NULL);
      g_test_add_data_func (path, &forms[i], test_form);
    }
  g_test_add_func ("/pkcs10/asked", test_asked);
  g_test_add_func ("/pkcs10/several", test_several);
  g_test_add_func ("/pkcs10/given-up", test_given_up);
  for (gsize i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      g_autofree char *path = g_strconcat ("/pkcs10/fault/", faults[i].fault, NULL);
      g_test_add_data_func (path, &faults[i], test_fault);
    }
  g_test_add_func ("/pkcs10/other-key", test_other_key);
  for (gsize i = 0; i < G_N_ELEMENTS (others); i++)
    {
      g_autofree char *path = g_strconcat ("/pkcs10/no-answer/", others[i], NULL);
      g_test_add_data_func (path, others[i], test_not_an_answer);
    }
  g_test_add_func ("/pkcs10/too-large", test_too_large);
  return g_test_run ();
}
