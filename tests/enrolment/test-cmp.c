/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * test-cmp.c: the CMP exchanges against the test CA in the same process, with somebody in between who changes, replays or swaps
 * what is answered. Nothing but a genuine answer to this very message may bring a certificate.
 */
#include "config.h"

#include <string.h>

#include "signet-test.h"
#include "signet-test-cmp.h"

#include "../../app/core/base/signet-base-error.h"
#include "../../app/core/enrolment/signet-cmp-private.h"
#include "../../app/core/enrolment/signet-enrolment-private.h"

/* --- the network -------------------------------------------------------------------------------------------------------------
 */

#define TEST_TYPE_WIRE (test_wire_get_type ())
G_DECLARE_FINAL_TYPE (TestWire, test_wire, TEST, WIRE, SignetHttp)

struct _TestWire
{
  SignetHttp parent_instance;
  TestCmp *cmp;
  gssize flip; /* the byte of the answer to change; -1: none */
  guint count;
  gsize last_size;
  GBytes *instead; /* (nullable): answered whatever is asked */
  GBytes *last;    /* (nullable): the last answer */
};

G_DEFINE_FINAL_TYPE (TestWire, test_wire, SIGNET_TYPE_HTTP)

static GBytes *
flipped (GBytes *bytes, gssize at)
{
  gsize length;
  g_autofree guint8 *data = g_memdup2 (g_bytes_get_data (bytes, &length), g_bytes_get_size (bytes));

  if (at >= 0 && (gsize) at < length)
    data[at] ^= 0x01;
  return g_bytes_new (data, length);
}

static SignetHttpResponse *
wire_send (SignetHttp *http, const SignetHttpRequest *request, GCancellable *cancellable, GError **error)
{
  TestWire *self = TEST_WIRE (http);
  SignetHttpResponse *response = g_new0 (SignetHttpResponse, 1);
  TestAnswer answer = { 200, NULL, NULL, 0 };

  test_cmp_handle ("POST", "/pkix/", request->body, &answer, self->cmp);
  self->count++;
  response->status = answer.status;
  if (answer.body == NULL)
    answer.body = g_bytes_new (NULL, 0);
  g_clear_pointer (&self->last, g_bytes_unref);
  self->last = g_bytes_ref (answer.body);
  self->last_size = g_bytes_get_size (answer.body);
  response->body = self->instead != NULL ? g_bytes_ref (self->instead) : flipped (answer.body, self->flip);
  g_bytes_unref (answer.body);
  return response;
}

static void
test_wire_finalize (GObject *object)
{
  TestWire *self = TEST_WIRE (object);

  g_clear_pointer (&self->cmp, test_cmp_free);
  g_clear_pointer (&self->instead, g_bytes_unref);
  g_clear_pointer (&self->last, g_bytes_unref);
  G_OBJECT_CLASS (test_wire_parent_class)->finalize (object);
}

static void
test_wire_class_init (TestWireClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = test_wire_finalize;
  SIGNET_HTTP_CLASS (klass)->send = wire_send;
}

static void
test_wire_init (TestWire *self)
{
  self->flip = -1;
}

/* --- the desk ------------------------------------------------------------------------------------------------------------------
 */

static TestPki *pki;
static EVP_PKEY *key;

typedef struct
{
  TestWire *wire;
  SignetSecret *secret;
  SignetCmpServer server;
} Desk;

static Desk *
desk_new (const char *fault)
{
  Desk *desk = g_new0 (Desk, 1);

  desk->wire = g_object_new (TEST_TYPE_WIRE, NULL);
  desk->wire->cmp = test_cmp_new (pki, "1234", "signet-demo", fault, 7, NULL);
  desk->secret = signet_secret_new ((const guint8 *) "signet-demo", 11);
  desk->server = (SignetCmpServer){ .http = SIGNET_HTTP (desk->wire),
                                    .url = "http://127.0.0.1:1/pkix/",
                                    .recipient = "CN=Sample CA",
                                    .reference = "1234",
                                    .secret = desk->secret };
  return desk;
}

static void
desk_free (Desk *desk)
{
  g_object_unref (desk->wire);
  signet_secret_unref (desk->secret);
  g_free (desk);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Desk, desk_free)

static SignetCmpOutcome *
ask (Desk *desk, GError **error)
{
  X509_NAME *subject = _signet_enrolment_name_parse ("CN=Li Na (sample),C=CN", NULL);
  SignetCmpOutcome *outcome = _signet_cmp_request (&desk->server, "ir", subject, key, error);

  X509_NAME_free (subject);
  return outcome;
}

static X509 *
decode (GBytes *der)
{
  gsize length;
  const guint8 *data = g_bytes_get_data (der, &length);

  return d2i_X509 (NULL, &data, (long) length);
}

/* --- tests
 * ------------------------------------------------------------------------------------------------------------------------ */

static void
test_issued_and_confirmed (void)
{
  g_autoptr (Desk) desk = desk_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (SignetCmpOutcome) outcome = ask (desk, &error);
  g_autoptr (SignetCmpOutcome) confirmed = NULL;
  g_autoptr (SignetCmpTransaction) stored = NULL;
  g_autofree char *text = NULL;
  X509 *certificate;

  g_assert_no_error (error);
  g_assert_cmpint (outcome->kind, ==, SIGNET_CMP_ANSWER_ISSUED);
  certificate = decode (outcome->certificate);
  g_assert_cmpint (EVP_PKEY_eq (X509_get0_pubkey (certificate), key), ==, 1);
  /* as after a restart */
  text = _signet_cmp_transaction_to_text (outcome->transaction);
  stored = _signet_cmp_transaction_parse (text);
  confirmed = _signet_cmp_confirm (&desk->server, stored, certificate, &error);
  g_assert_no_error (error);
  g_assert_cmpint (confirmed->kind, ==, SIGNET_CMP_ANSWER_CONFIRMED);
  X509_free (certificate);
}

/* The hash of another certificate is not confirmed. */
static void
test_confirm_another (void)
{
  g_autoptr (Desk) desk = desk_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (SignetCmpOutcome) outcome = ask (desk, &error);
  g_autoptr (SignetCmpOutcome) confirmed = _signet_cmp_confirm (&desk->server, outcome->transaction, pki->ca, &error);

  g_assert_null (confirmed);
  g_assert_nonnull (error);
}

static void
test_waiting (void)
{
  g_autoptr (Desk) desk = desk_new ("waiting");
  g_autoptr (GError) error = NULL;
  g_autoptr (SignetCmpOutcome) outcome = ask (desk, &error);
  g_autoptr (SignetCmpOutcome) polled = NULL;

  g_assert_no_error (error);
  g_assert_cmpint (outcome->kind, ==, SIGNET_CMP_ANSWER_WAITING);
  g_assert_cmpint (outcome->check_after, ==, 7);
  polled = _signet_cmp_poll (&desk->server, outcome->transaction, &error);
  g_assert_no_error (error);
  g_assert_cmpint (polled->kind, ==, SIGNET_CMP_ANSWER_ISSUED);
  g_assert_nonnull (polled->certificate);
}

/* A byte of the answer is protected, or of no meaning: changing one (every fifth is tried) brings an error or the very same
 * certificate. */
static void
test_changed_answer (void)
{
  gsize size = 1;
  guint same = 0;

  for (gsize at = 0; at < size; at += 5)
    {
      g_autoptr (Desk) desk = desk_new (NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (SignetCmpOutcome) outcome = NULL;
      X509 *certificate;

      desk->wire->flip = (gssize) at;
      outcome = ask (desk, &error);
      size = desk->wire->last_size;
      g_assert ((outcome != NULL) != (error != NULL));
      if (outcome == NULL)
        continue;
      same++;
      g_assert_cmpint (outcome->kind, ==, SIGNET_CMP_ANSWER_ISSUED);
      certificate = decode (outcome->certificate);
      g_assert_cmpint (EVP_PKEY_eq (X509_get0_pubkey (certificate), key), ==, 1);
      g_assert_cmpint (X509_verify (certificate, pki->ca_key), ==, 1);
      X509_free (certificate);
    }
  g_test_message ("%" G_GSIZE_FORMAT " bytes, %u of those changed without meaning", size, same);
}

static void
test_changed_poll (void)
{
  gsize size = 1;

  for (gsize at = 0; at < size; at += 7)
    {
      g_autoptr (Desk) desk = desk_new ("waiting");
      g_autoptr (GError) error = NULL;
      g_autoptr (SignetCmpOutcome) outcome = ask (desk, &error);
      g_autoptr (SignetCmpOutcome) polled = NULL;
      X509 *certificate;

      desk->wire->flip = (gssize) at;
      polled = _signet_cmp_poll (&desk->server, outcome->transaction, &error);
      size = desk->wire->last_size;
      g_assert ((polled != NULL) != (error != NULL));
      if (polled == NULL)
        continue;
      certificate = decode (polled->certificate);
      g_assert_cmpint (X509_verify (certificate, pki->ca_key), ==, 1);
      X509_free (certificate);
    }
}

/* A genuine answer to another message, with the same secret. */
static void
test_replayed (void)
{
  g_autoptr (Desk) desk = desk_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (SignetCmpOutcome) first = ask (desk, &error);
  g_autoptr (SignetCmpOutcome) second = NULL;
  g_autoptr (SignetCmpOutcome) polled = NULL;
  g_autoptr (GError) poll_error = NULL;

  g_assert_no_error (error);
  desk->wire->instead = g_bytes_ref (desk->wire->last);
  second = ask (desk, &error);
  g_assert_null (second);
  g_assert_nonnull (error);
  polled = _signet_cmp_poll (&desk->server, first->transaction, &poll_error);
  g_assert_null (polled);
  g_assert_error (poll_error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_MALFORMED);
}

static void
test_wrong_secret (void)
{
  g_autoptr (Desk) desk = desk_new (NULL);
  g_autoptr (SignetSecret) wrong = signet_secret_new ((const guint8 *) "wrong", 5);
  g_autoptr (GError) error = NULL;

  desk->server.secret = wrong;
  g_assert_null (ask (desk, &error));
  g_assert_error (error, SIGNET_ENROLMENT_ERROR, SIGNET_ENROLMENT_ERROR_WRONG_SECRET);
}

static void
test_rejected (void)
{
  g_autoptr (Desk) desk = desk_new ("reject");
  g_autoptr (GError) error = NULL;

  g_assert_null (ask (desk, &error));
  g_assert_error (error, SIGNET_ENROLMENT_ERROR, SIGNET_ENROLMENT_ERROR_REJECTED);
  g_assert_nonnull (strstr (error->message, "the identity could not be confirmed"));
}

/* --- names
 * -------------------------------------------------------------------------------------------------------------------------- */

char *_signet_enrolment_name_from_template (const char *template, GHashTable *fields, GError **error);

static void
assert_subject (const char *template, const char *name, const char *expected)
{
  g_autoptr (GHashTable) fields = g_hash_table_new (g_str_hash, g_str_equal);
  g_autofree char *subject = NULL;

  g_hash_table_insert (fields, (gpointer) "name", (gpointer) name);
  subject = _signet_enrolment_name_from_template (template, fields, NULL);
  g_assert_cmpstr (subject, ==, expected);
}

/* Nobody adds a part to a name by typing a comma. */
static void
test_names (void)
{
  X509_NAME *name;
  char text[256];

  assert_subject ("CN={name},C=CN", "Li Na", "CN=Li Na,C=CN");
  assert_subject ("CN={name},O={organisation},C=CN", "Li Na", "CN=Li Na,C=CN");
  assert_subject ("CN={name},C=CN", "Li Na,CN=Root CA", "CN=Li Na\\,CN\\=Root CA,C=CN");
  assert_subject ("CN={name}", "a+OU=b", "CN=a\\+OU\\=b");
  assert_subject ("CN={name}", "\\", "CN=\\\\");
  assert_subject ("CN={name}", "", NULL);
  assert_subject ("CN={name}", "李娜", "CN=李娜");
  name = _signet_enrolment_name_parse ("CN=Li Na\\,CN\\=Root CA,O=A\\2BB,C=CN", NULL);
  g_assert_cmpint (X509_NAME_entry_count (name), ==, 3);
  X509_NAME_get_text_by_NID (name, NID_commonName, text, sizeof text);
  g_assert_cmpstr (text, ==, "Li Na,CN=Root CA");
  X509_NAME_get_text_by_NID (name, NID_organizationName, text, sizeof text);
  g_assert_cmpstr (text, ==, "A+B");
  X509_NAME_free (name);
  g_assert_null (_signet_enrolment_name_parse ("nonsense", NULL));
  g_assert_null (_signet_enrolment_name_parse ("XY=1", NULL));
  g_assert_null (_signet_enrolment_name_parse ("", NULL));
}

int
main (int argc, char **argv)
{
  g_autofree char *dir = g_build_filename (signet_test_home (), "pki", NULL);
  g_autoptr (GError) error = NULL;
  int status;

  g_test_init (&argc, &argv, NULL);
  g_assert_true (test_pki_init (dir, NULL, NULL, &error));
  pki = test_pki_open (dir, &error);
  g_assert_no_error (error);
  key = signet_test_new_key ("ec-p256");
  g_test_add_func ("/cmp/issued-and-confirmed", test_issued_and_confirmed);
  g_test_add_func ("/cmp/confirm-another", test_confirm_another);
  g_test_add_func ("/cmp/waiting", test_waiting);
  g_test_add_func ("/cmp/changed-answer", test_changed_answer);
  g_test_add_func ("/cmp/changed-poll", test_changed_poll);
  g_test_add_func ("/cmp/replayed", test_replayed);
  g_test_add_func ("/cmp/wrong-secret", test_wrong_secret);
  g_test_add_func ("/cmp/rejected", test_rejected);
  g_test_add_func ("/cmp/names", test_names);
  status = g_test_run ();
  EVP_PKEY_free (key);
  test_pki_free (pki);
  return status;
}
