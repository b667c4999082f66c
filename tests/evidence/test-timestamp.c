/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-timestamp.c: a time-stamp is returned only when it answers the question; a token's findings are true. */
#include "config.h"

#include <string.h>

#include "../../app/core/evidence/signet-evidence.h"
#include "signet-test-pki-folder.h"
#include "signet-test-pki.h"
#include "signet-test-service.h"
#include "signet-test.h"

typedef struct {
  TestService *service;
  SignetHttp  *http;
  GBytes      *data;
} Fixture;

static gint64
now (void)
{
  return g_get_real_time () / G_USEC_PER_SEC;
}

static void
set_up (Fixture *fixture, gconstpointer fault)
{
  fixture->service = test_service_start ("SIGNET_TEST_TSA", test_pki_folder (), fault);
  fixture->http = signet_http_new ();
  fixture->data = g_bytes_new_static ("a signature value", 17);
}

static void
tear_down (Fixture *fixture, gconstpointer fault)
{
  test_service_stop (fixture->service);
  g_assert_finalize_object (fixture->http);
  g_bytes_unref (fixture->data);
}

static GBytes *
ask (Fixture *fixture, SignetDigest digest, GError **error)
{
  return signet_evidence_fetch_timestamp (fixture->http, fixture->service->url, digest, fixture->data, NULL, error);
}

static void
test_good (Fixture *fixture, gconstpointer fault)
{
  static const SignetDigest digests[] = { SIGNET_DIGEST_SHA256, SIGNET_DIGEST_SHA384, SIGNET_DIGEST_SHA512 };

  for (gsize i = 0; i < G_N_ELEMENTS (digests); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) token = ask (fixture, digests[i], &error);
      g_autoptr (SignetTimestamp) timestamp = NULL;

      g_assert_no_error (error);
      timestamp = signet_evidence_parse_timestamp (token, fixture->data, &error);
      g_assert_no_error (error);
      g_assert_true (timestamp->imprint_ok);
      g_assert_true (timestamp->signature_ok);
      g_assert_cmpint (ABS (timestamp->time - now ()), <=, 60);
      g_assert_cmpstr (signet_certificate_get_holder (timestamp->tsa), ==, "Sample time-stamping authority");
      g_assert_cmpuint (timestamp->certificates->len, >=, 1);
    }
}

static void
test_invalid (Fixture *fixture, gconstpointer fault)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) token = ask (fixture, SIGNET_DIGEST_SHA256, &error);

  g_assert_error (error, SIGNET_EVIDENCE_ERROR, SIGNET_EVIDENCE_ERROR_INVALID);
  g_assert_null (token);
}

static void
test_refused (Fixture *fixture, gconstpointer fault)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) token = ask (fixture, SIGNET_DIGEST_SHA256, &error);

  g_assert_error (error, SIGNET_EVIDENCE_ERROR, SIGNET_EVIDENCE_ERROR_REFUSED);
  g_assert_null (token);
}

static void
test_unreachable (Fixture *fixture, gconstpointer fault)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) token = ask (fixture, SIGNET_DIGEST_SHA256, &error);

  g_assert_error (error, SIGNET_EVIDENCE_ERROR, SIGNET_EVIDENCE_ERROR_UNREACHABLE);
  g_assert_null (token);
}

/* An empty answer is none, whoever notices first. */
static void
test_unreachable_or_invalid (Fixture *fixture, gconstpointer fault)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) token = ask (fixture, SIGNET_DIGEST_SHA256, &error);

  g_assert_null (token);
  g_assert_true (error->domain == SIGNET_EVIDENCE_ERROR);
}

/* A token moved to other data is found out: the imprint does not fit. */
static void
test_transplanted (Fixture *fixture, gconstpointer fault)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) token = ask (fixture, SIGNET_DIGEST_SHA256, &error);
  g_autoptr (GBytes) other = g_bytes_new_static ("another signature", 17);
  g_autoptr (SignetTimestamp) timestamp = NULL;

  g_assert_no_error (error);
  timestamp = signet_evidence_parse_timestamp (token, other, &error);
  g_assert_no_error (error);
  g_assert_false (timestamp->imprint_ok);
  g_assert_true (timestamp->signature_ok);
}

static void
test_damaged (Fixture *fixture, gconstpointer fault)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) token = ask (fixture, SIGNET_DIGEST_SHA256, &error);
  g_autoptr (SignetTimestamp) good = NULL;
  gsize size;
  const guint8 *data;

  g_assert_no_error (error);
  good = signet_evidence_parse_timestamp (token, fixture->data, &error);
  data = g_bytes_get_data (token, &size);
  for (gsize i = 0; i < size; i += 7)
    {
      g_autofree guint8 *copy = g_memdup2 (data, size);
      g_autoptr (GBytes) cut = g_bytes_new (data, i);
      g_autoptr (GBytes) bent = NULL;
      g_autoptr (SignetTimestamp) result = NULL;

      g_assert_null (signet_evidence_parse_timestamp (cut, fixture->data, NULL));
      copy[i] ^= 0x01;
      bent = g_bytes_new (copy, size);
      result = signet_evidence_parse_timestamp (bent, fixture->data, NULL);
      if (result != NULL && result->signature_ok)
        g_assert_cmpint (result->time, ==, good->time);
    }
}

static void
test_not_http (void)
{
  g_autoptr (SignetHttp) http = signet_http_new ();
  g_autoptr (GBytes) data = g_bytes_new_static ("x", 1);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) token = signet_evidence_fetch_timestamp (http, "file:///etc/passwd", SIGNET_DIGEST_SHA256, data, NULL, &error);

  g_assert_error (error, SIGNET_EVIDENCE_ERROR, SIGNET_EVIDENCE_ERROR_UNREACHABLE);
  g_assert_null (token);
}

#define ADD(path, fault, function) g_test_add (path, Fixture, fault, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  signet_test_home ();
  g_test_init (&argc, &argv, NULL);
  ADD ("/evidence/timestamp/good", NULL, test_good);
  ADD ("/evidence/timestamp/transplanted", NULL, test_transplanted);
  ADD ("/evidence/timestamp/damaged", NULL, test_damaged);
  ADD ("/evidence/timestamp/wrong-nonce", "wrong-nonce", test_invalid);
  ADD ("/evidence/timestamp/no-nonce", "no-nonce", test_invalid);
  ADD ("/evidence/timestamp/wrong-imprint", "wrong-imprint", test_invalid);
  ADD ("/evidence/timestamp/expired-cert", "expired-cert", test_invalid);
  ADD ("/evidence/timestamp/bad-signature", "bad-signature", test_invalid);
  ADD ("/evidence/timestamp/html", "html", test_invalid);
  ADD ("/evidence/timestamp/garbage", "garbage", test_invalid);
  ADD ("/evidence/timestamp/rejection", "rejection", test_refused);
  ADD ("/evidence/timestamp/error-500", "error-500", test_unreachable);
  ADD ("/evidence/timestamp/no-eku", "no-eku", test_invalid);
  ADD ("/evidence/timestamp/empty", "empty", test_unreachable_or_invalid);
  ADD ("/evidence/timestamp/huge", "huge", test_invalid);
  ADD ("/evidence/timestamp/busy", "busy", test_unreachable);
  ADD ("/evidence/timestamp/drip", "drip", test_unreachable);
  g_test_add_func ("/evidence/timestamp/not-http", test_not_http);
  return g_test_run ();
}
