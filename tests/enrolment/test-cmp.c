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
#include "../../app/core/base/signet-signer-request.h"
#include "../../app/core/enrolment/signet-cmp-private.h"
#include "../../app/core/enrolment/signet-enrolment-private.h"

/* Where sanitizers watch, every exchange takes ten times as long: fewer bytes are tried there. */
#ifdef __SANITIZE_ADDRESS__
#define STRIDE 12
#else
#define STRIDE 1
#endif

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
  GPtrArray *chain;
  const char *body;
  X509_REQ *csr;    /* (nullable) */
  X509 *old;        /* (nullable): of @key */
  EVP_PKEY *signer; /* (nullable): @key behind the seam, as a token's */
} Desk;

static GPtrArray *
filed_chain (void)
{
  GPtrArray *chain = g_ptr_array_new_with_free_func (g_object_unref);
  X509 *const all[] = { pki->ca, pki->root };

  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    {
      g_autoptr (GBytes) der = signet_test_certificate_der (all[i]);
      g_ptr_array_add (chain, signet_certificate_new (der, NULL));
    }
  return chain;
}

static Desk *
desk_new (const char *fault)
{
  Desk *desk = g_new0 (Desk, 1);

  desk->wire = g_object_new (TEST_TYPE_WIRE, NULL);
  desk->wire->cmp = test_cmp_new (pki, "1234", "signet-demo", fault, 7, NULL);
  desk->secret = signet_secret_new ((const guint8 *) "signet-demo", 11);
  desk->chain = filed_chain ();
  desk->body = "ir";
  desk->server = (SignetCmpServer){ .http = SIGNET_HTTP (desk->wire),
                                    .url = "http://127.0.0.1:1/pkix/",
                                    .recipient = "CN=Sample CA",
                                    .reference = "1234",
                                    .protection = { .secret = desk->secret },
                                    .chain = desk->chain };
  return desk;
}

static X509_REQ *
make_csr (SignetSigner *signer)
{
  X509_NAME *name = _signet_enrolment_name_parse ("CN=Li Na (sample),C=CN", NULL);
  X509_REQ *csr = X509_REQ_new ();

  X509_REQ_set_subject_name (csr, name);
  g_assert_true (signet_signer_sign_request (signer, csr, NULL, NULL));
  X509_NAME_free (name);
  return csr;
}

/* Somebody who has a certificate, whose key is on a token: for @body, protected by signature when @signs. */
static Desk *
desk_new_holder (const char *fault, const char *body, gboolean signs)
{
  Desk *desk = desk_new (fault);
  g_autoptr (SignetTestSigner) signer = signet_test_signer_new (key);
  X509_NAME *name = _signet_enrolment_name_parse ("CN=Li Na (sample),C=CN", NULL);

  desk->body = body;
  desk->old = test_pki_issue (pki, TEST_CERTIFICATE_SIGNATURE, key, name, 365, NULL);
  desk->signer = signet_signer_new_evp_pkey (SIGNET_SIGNER (signer), NULL);
  desk->csr = g_strcmp0 (body, "p10cr") == 0 ? make_csr (SIGNET_SIGNER (signer)) : NULL;
  if (signs)
    desk->server.protection = (SignetCmpProtection){ .key = desk->signer, .certificate = desk->old };
  X509_NAME_free (name);
  return desk;
}

static void
desk_free (Desk *desk)
{
  g_object_unref (desk->wire);
  signet_secret_unref (desk->secret);
  g_ptr_array_unref (desk->chain);
  X509_REQ_free (desk->csr);
  X509_free (desk->old);
  EVP_PKEY_free (desk->signer);
  g_free (desk);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Desk, desk_free)

static SignetCmpOutcome *
ask (Desk *desk, GError **error)
{
  X509_NAME *subject = _signet_enrolment_name_parse ("CN=Li Na (sample),C=CN", NULL);
  SignetCmpWish wish = { .body = desk->body,
                         .subject = subject,
                         .key = desk->signer != NULL ? desk->signer : key,
                         .csr = desk->csr,
                         .old = g_strcmp0 (desk->body, "kur") == 0 ? desk->old : NULL };
  SignetCmpOutcome *outcome = _signet_cmp_request (&desk->server, &wish, error);

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

/* Issued for our key, the transaction stored as text, confirmed from the text: as after a restart. */
static void
assert_issued_and_confirmed (Desk *desk)
{
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
  g_assert_cmpint (X509_verify (certificate, pki->ca_key), ==, 1);
  text = _signet_cmp_transaction_to_text (outcome->transaction);
  stored = _signet_cmp_transaction_parse (text);
  confirmed = _signet_cmp_confirm (&desk->server, stored, certificate, &error);
  g_assert_no_error (error);
  g_assert_cmpint (confirmed->kind, ==, SIGNET_CMP_ANSWER_CONFIRMED);
  X509_free (certificate);
}

static void
test_issued_and_confirmed (void)
{
  g_autoptr (Desk) desk = desk_new (NULL);

  assert_issued_and_confirmed (desk);
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

/* Declined, as after a restart: the authority agrees that it is not taken, and takes it back. */
static void
test_declined (void)
{
  g_autoptr (Desk) desk = desk_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (SignetCmpOutcome) outcome = ask (desk, &error);
  g_autofree char *text = NULL;
  g_autoptr (SignetCmpTransaction) stored = NULL;
  g_autoptr (SignetCmpOutcome) declined = NULL;
  g_autofree char *serial = NULL;
  g_auto (GStrv) line = NULL;
  X509 *certificate;

  g_assert_no_error (error);
  certificate = decode (outcome->certificate);
  text = _signet_cmp_transaction_to_text (outcome->transaction);
  stored = _signet_cmp_transaction_parse (text);
  declined = _signet_cmp_reject (&desk->server, stored, certificate, &error);
  g_assert_no_error (error);
  g_assert_cmpint (declined->kind, ==, SIGNET_CMP_ANSWER_CONFIRMED);
  serial = test_pki_serial (certificate);
  line = test_pki_find (pki, serial);
  g_assert_cmpstr (line[0], ==, "R");
  X509_free (certificate);
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

  for (gsize at = 0; at < size; at += 5 * STRIDE)
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

  for (gsize at = 0; at < size; at += 7 * STRIDE)
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

  desk->server.protection.secret = wrong;
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

/* --- every message, by secret and by signature
 * ------------------------------------------------------------------------------------------ */

typedef struct
{
  const char *body;
  gboolean signs;
} Way;

static void
test_way (gconstpointer data)
{
  const Way *way = data;
  g_autoptr (Desk) desk = desk_new_holder (NULL, way->body, way->signs);

  assert_issued_and_confirmed (desk);
}

static void
test_way_waiting (gconstpointer data)
{
  const Way *way = data;
  g_autoptr (Desk) desk = desk_new_holder ("waiting", way->body, way->signs);
  g_autoptr (GError) error = NULL;
  g_autoptr (SignetCmpOutcome) outcome = ask (desk, &error);
  g_autoptr (SignetCmpOutcome) polled = NULL;

  g_assert_no_error (error);
  g_assert_cmpint (outcome->kind, ==, SIGNET_CMP_ANSWER_WAITING);
  polled = _signet_cmp_poll (&desk->server, outcome->transaction, &error);
  g_assert_no_error (error);
  g_assert_cmpint (polled->kind, ==, SIGNET_CMP_ANSWER_ISSUED);
}

/* Where both sides want no confirmation, nothing is left open. */
static void
test_implicit_confirm (void)
{
  g_autoptr (Desk) desk = desk_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (SignetCmpOutcome) outcome = NULL;

  desk->server.implicit_confirm = TRUE;
  outcome = ask (desk, &error);
  g_assert_no_error (error);
  g_assert_cmpint (outcome->kind, ==, SIGNET_CMP_ANSWER_ISSUED);
  g_assert_null (outcome->transaction);
}

/* The filed chain leads to every holder of a certificate: none of them may answer for the authority. */
static void
test_holder_answers (void)
{
  g_autoptr (Desk) desk = desk_new_holder ("holder-answers", "kur", TRUE);
  g_autoptr (GError) error = NULL;

  g_assert_null (ask (desk, &error));
  g_assert_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_MALFORMED);
}

/* An answer that is signed by an authority of another chain. */
static void
test_other_chain (void)
{
  g_autoptr (Desk) desk = desk_new_holder (NULL, "kur", TRUE);
  g_autoptr (GError) error = NULL;

  g_ptr_array_set_size (desk->chain, 0);
  g_assert_null (ask (desk, &error));
  g_assert_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_MALFORMED);
}

static void
test_changed_signed_answer (void)
{
  gsize size = 1;
  guint same = 0;

  for (gsize at = 0; at < size; at += 31 * STRIDE)
    {
      g_autoptr (Desk) desk = desk_new_holder (NULL, "kur", TRUE);
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
      certificate = decode (outcome->certificate);
      g_assert_cmpint (X509_verify (certificate, pki->ca_key), ==, 1);
      X509_free (certificate);
    }
  g_test_message ("%" G_GSIZE_FORMAT " bytes, %u of those changed without meaning", size, same);
}

/* --- rr, genm
 * ------------------------------------------------------------------------------------------------------------------------ */

static char
standing (X509 *certificate)
{
  g_autofree char *serial = test_pki_serial (certificate);
  g_auto (GStrv) columns = test_pki_find (pki, serial);

  g_assert_nonnull (columns);
  return columns[0][0];
}

static void
test_revoke (gconstpointer data)
{
  const Way *way = data;
  g_autoptr (Desk) desk = desk_new_holder (NULL, NULL, way->signs);
  g_autoptr (GError) error = NULL;

  g_assert_true (_signet_cmp_revoke (&desk->server, desk->old, CRL_REASON_CERTIFICATE_HOLD, &error));
  g_assert_no_error (error);
  g_assert_cmpint (standing (desk->old), ==, 'R');
  g_assert_true (_signet_cmp_revoke (&desk->server, desk->old, CRL_REASON_REMOVE_FROM_CRL, &error));
  g_assert_no_error (error);
  g_assert_cmpint (standing (desk->old), ==, 'V');
  g_assert_true (_signet_cmp_revoke (&desk->server, desk->old, CRL_REASON_KEY_COMPROMISE, &error));
  g_assert_cmpint (standing (desk->old), ==, 'R');
}

static void
test_revoke_refused (void)
{
  g_autoptr (Desk) desk = desk_new_holder ("reject", NULL, TRUE);
  g_autoptr (GError) error = NULL;

  g_assert_false (_signet_cmp_revoke (&desk->server, desk->old, CRL_REASON_SUPERSEDED, &error));
  g_assert_error (error, SIGNET_ENROLMENT_ERROR, SIGNET_ENROLMENT_ERROR_REJECTED);
  g_assert_nonnull (strstr (error->message, "no such certificate"));
  g_assert_cmpint (standing (desk->old), ==, 'V');
}

/* @signs: by the holder's key; without it nothing protects the question, and the answer is the registration authority's all the same. */
static void
test_ca_certificates (gconstpointer data)
{
  const Way *way = data;
  g_autoptr (Desk) desk = desk_new_holder (NULL, NULL, way->signs);
  g_autoptr (GPtrArray) told = NULL;
  g_autoptr (GError) error = NULL;

  if (!way->signs)
    desk->server.protection = (SignetCmpProtection){ NULL };
  told = _signet_cmp_ask_ca_certificates (&desk->server, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (told->len, ==, 2);
  g_assert_cmpint (X509_cmp (signet_certificate_get_x509 (told->pdata[0]), pki->ca), ==, 0);
  g_assert_cmpint (X509_cmp (signet_certificate_get_x509 (told->pdata[1]), pki->root), ==, 0);
}

static const Way ways[] = {
  { "ir", FALSE }, { "cr", FALSE }, { "p10cr", FALSE }, { "kur", FALSE },
  { "ir", TRUE },  { "cr", TRUE },  { "p10cr", TRUE },  { "kur", TRUE },
};

static void
add_ways (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      const char *how = ways[i].signs ? "signature" : "secret";
      g_autofree char *issued = g_strdup_printf ("/cmp/issued/%s-%s", ways[i].body, how);
      g_autofree char *waiting = g_strdup_printf ("/cmp/waiting/%s-%s", ways[i].body, how);

      g_test_add_data_func (issued, &ways[i], test_way);
      g_test_add_data_func (waiting, &ways[i], test_way_waiting);
    }
  g_test_add_data_func ("/cmp/revoke/secret", &ways[0], test_revoke);
  g_test_add_data_func ("/cmp/revoke/signature", &ways[7], test_revoke);
  g_test_add_data_func ("/cmp/ca-certificates/unprotected", &ways[0], test_ca_certificates);
  g_test_add_data_func ("/cmp/ca-certificates/signature", &ways[7], test_ca_certificates);
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
  g_test_add_func ("/cmp/declined", test_declined);
  g_test_add_func ("/cmp/waiting", test_waiting);
  g_test_add_func ("/cmp/changed-answer", test_changed_answer);
  g_test_add_func ("/cmp/changed-poll", test_changed_poll);
  g_test_add_func ("/cmp/replayed", test_replayed);
  g_test_add_func ("/cmp/wrong-secret", test_wrong_secret);
  g_test_add_func ("/cmp/rejected", test_rejected);
  add_ways ();
  g_test_add_func ("/cmp/implicit-confirm", test_implicit_confirm);
  g_test_add_func ("/cmp/holder-answers", test_holder_answers);
  g_test_add_func ("/cmp/other-chain", test_other_chain);
  g_test_add_func ("/cmp/changed-signed-answer", test_changed_signed_answer);
  g_test_add_func ("/cmp/revoke/refused", test_revoke_refused);
  g_test_add_func ("/cmp/names", test_names);
  status = g_test_run ();
  EVP_PKEY_free (key);
  test_pki_free (pki);
  return status;
}
