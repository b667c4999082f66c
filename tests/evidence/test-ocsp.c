/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-ocsp.c: an OCSP answer is believed only when nothing in it is left to doubt; each fault a responder can have is refused. */
#include "config.h"

#include <string.h>

#include <openssl/ocsp.h>

#include "../../app/core/base/signet-base-error.h"
#include "../../app/core/evidence/signet-evidence.h"
#include "signet-test-pki-folder.h"
#include "signet-test-pki.h"
#include "signet-test-service.h"
#include "signet-test.h"

typedef struct {
  TestPki           *pki;
  TestService       *service;
  SignetHttp        *http;
  SignetCertificate *certificate;
  SignetCertificate *issuer;
  char              *serial;
} Fixture;

static gint64
now (void)
{
  return g_get_real_time () / G_USEC_PER_SEC;
}

static void
set_up (Fixture *fixture, gconstpointer fault)
{
  g_autoptr (GError) error = NULL;
  EVP_PKEY *key = signet_test_new_key ("ec-p256");
  X509_NAME *name = test_pki_name ("CN=Somebody (sample)");
  X509 *x509;

  fixture->service = test_service_start ("SIGNET_TEST_OCSP", test_pki_folder (), fault);
  fixture->pki = test_pki_open (test_pki_folder (), &error);
  g_assert_no_error (error);
  fixture->pki->ocsp_url = g_strdup (fixture->service->url);
  x509 = test_pki_issue (fixture->pki, TEST_CERTIFICATE_SIGNATURE, key, name, 365, &error);
  g_assert_no_error (error);
  fixture->serial = test_pki_serial (x509);
  fixture->certificate = signet_certificate_new_x509 (x509);
  fixture->issuer = signet_certificate_new_x509 (fixture->pki->ca);
  fixture->http = signet_http_new ();
  X509_free (x509);
  X509_NAME_free (name);
  EVP_PKEY_free (key);
}

static void
tear_down (Fixture *fixture, gconstpointer fault)
{
  test_service_stop (fixture->service);
  test_pki_free (fixture->pki);
  g_assert_finalize_object (fixture->http);
  g_object_unref (fixture->certificate);
  g_object_unref (fixture->issuer);
  g_free (fixture->serial);
}

static SignetRevocationStatus *
ask (Fixture *fixture, GError **error)
{
  return signet_evidence_fetch_ocsp (fixture->http, fixture->certificate, fixture->issuer, now (), NULL, error);
}

static void
test_good (Fixture *fixture, gconstpointer fault)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SignetRevocationStatus) status = ask (fixture, &error);

  g_assert_no_error (error);
  g_assert_cmpint (status->status, ==, SIGNET_REVOCATION_GOOD);
  g_assert_cmpstr (status->responder, ==, "Sample OCSP responder");
  g_assert_cmpint (status->this_update, <=, now ());
  g_assert_cmpint (status->next_update, >, now ());
  g_assert_cmpint (status->revoked_at, ==, SIGNET_TIME_UNKNOWN);
  g_assert_nonnull (status->response);
}

static void
test_revocation_shows_at_once (Fixture *fixture, gconstpointer fault)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SignetRevocationStatus) before = ask (fixture, &error);
  g_autoptr (SignetRevocationStatus) after = NULL;

  g_assert_no_error (error);
  g_assert_cmpint (before->status, ==, SIGNET_REVOCATION_GOOD);
  g_assert_true (test_pki_revoke (fixture->pki, fixture->serial, "keyCompromise", &error));
  after = ask (fixture, &error);
  g_assert_no_error (error);
  g_assert_cmpint (after->status, ==, SIGNET_REVOCATION_REVOKED);
  g_assert_cmpint (after->reason, ==, OCSP_REVOKED_STATUS_KEYCOMPROMISE);
  g_assert_cmpint (ABS (after->revoked_at - now ()), <=, 60);
}

static void
test_revoked (Fixture *fixture, gconstpointer fault)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SignetRevocationStatus) status = ask (fixture, &error);

  g_assert_no_error (error);
  g_assert_cmpint (status->status, ==, SIGNET_REVOCATION_REVOKED);
  g_assert_cmpint (ABS (now () - 3600 - status->revoked_at), <=, 60);
}

static void
test_unknown (Fixture *fixture, gconstpointer fault)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SignetRevocationStatus) status = ask (fixture, &error);

  g_assert_no_error (error);
  g_assert_cmpint (status->status, ==, SIGNET_REVOCATION_UNKNOWN);
}

/* An answer made in advance has no nonce; it is still signed and fresh. */
static void
test_no_nonce (Fixture *fixture, gconstpointer fault)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SignetRevocationStatus) status = ask (fixture, &error);

  g_assert_no_error (error);
  g_assert_cmpint (status->status, ==, SIGNET_REVOCATION_GOOD);
}

static void
test_invalid (Fixture *fixture, gconstpointer fault)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SignetRevocationStatus) status = ask (fixture, &error);

  g_assert_error (error, SIGNET_EVIDENCE_ERROR, SIGNET_EVIDENCE_ERROR_INVALID);
  g_assert_null (status);
}

static void
test_unreachable (Fixture *fixture, gconstpointer fault)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SignetRevocationStatus) status = ask (fixture, &error);

  g_assert_error (error, SIGNET_EVIDENCE_ERROR, SIGNET_EVIDENCE_ERROR_UNREACHABLE);
  g_assert_null (status);
}

static void
test_offline (Fixture *fixture, gconstpointer fault)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SignetRevocationStatus) status = NULL;

  signet_http_set_offline (fixture->http, TRUE);
  status = ask (fixture, &error);
  g_assert_error (error, SIGNET_EVIDENCE_ERROR, SIGNET_EVIDENCE_ERROR_UNREACHABLE);
  g_assert_null (status);
}

static gpointer
cancel_soon (gpointer cancellable)
{
  g_usleep (300 * 1000);
  g_cancellable_cancel (cancellable);
  return NULL;
}

/* A person who cancels does not wait for a server that never answers. */
static void
test_cancel (Fixture *fixture, gconstpointer fault)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (SignetRevocationStatus) status = NULL;
  gint64 begin = g_get_monotonic_time ();
  GThread *thread = g_thread_new ("cancel", cancel_soon, cancellable);

  status = signet_evidence_fetch_ocsp (fixture->http, fixture->certificate, fixture->issuer, now (), cancellable, &error);
  g_thread_join (thread);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_null (status);
  g_assert_cmpint (g_get_monotonic_time () - begin, <, 5 * G_USEC_PER_SEC);
}

/* --- a kept answer, read by others at other times ------------------------------------------------------------------------ */

static void
check_kept (GBytes *response, SignetCertificate *certificate, SignetCertificate *issuer, gint64 time)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SignetRevocationStatus) status = signet_evidence_check_ocsp (response, certificate, issuer, time, NULL, &error);

  g_assert_error (error, SIGNET_EVIDENCE_ERROR, SIGNET_EVIDENCE_ERROR_INVALID);
  g_assert_null (status);
}

static void
test_kept_answer (Fixture *fixture, gconstpointer fault)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SignetRevocationStatus) status = ask (fixture, &error);
  g_autoptr (SignetRevocationStatus) again = NULL;
  g_autoptr (SignetCertificate) root = signet_certificate_new_x509 (fixture->pki->root);

  g_assert_no_error (error);
  again = signet_evidence_check_ocsp (status->response, fixture->certificate, fixture->issuer, now (), NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (again->status, ==, SIGNET_REVOCATION_GOOD);
  check_kept (status->response, fixture->certificate, fixture->issuer, now () + 3 * 86400); /* stale */
  check_kept (status->response, fixture->certificate, fixture->issuer, now () - 86400);     /* from the future */
  check_kept (status->response, fixture->issuer, fixture->issuer, now ());                   /* about another */
  check_kept (status->response, fixture->certificate, root, now ());                         /* of another issuer */
}

/* Every cut and every changed byte must end in an error or in the same answer, never in a crash or another status. */
static void
test_damaged (Fixture *fixture, gconstpointer fault)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SignetRevocationStatus) status = ask (fixture, &error);
  gsize size;
  const guint8 *data;

  g_assert_no_error (error);
  data = g_bytes_get_data (status->response, &size);
  for (gsize i = 0; i < size; i += 3)
    {
      g_autofree guint8 *copy = g_memdup2 (data, size);
      g_autoptr (GBytes) cut = g_bytes_new (data, i);
      g_autoptr (GBytes) bent = NULL;
      g_autoptr (SignetRevocationStatus) result = NULL;

      check_kept (cut, fixture->certificate, fixture->issuer, now ());
      copy[i] ^= 0x01;
      bent = g_bytes_new (copy, size);
      result = signet_evidence_check_ocsp (bent, fixture->certificate, fixture->issuer, now (), NULL, NULL);
      if (result != NULL)
        g_assert_cmpint (result->status, ==, SIGNET_REVOCATION_GOOD);
    }
}

#define ADD(path, fault, function) g_test_add (path, Fixture, fault, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  signet_test_home ();
  g_test_init (&argc, &argv, NULL);
  ADD ("/evidence/ocsp/good", NULL, test_good);
  ADD ("/evidence/ocsp/revocation-shows-at-once", NULL, test_revocation_shows_at_once);
  ADD ("/evidence/ocsp/kept-answer", NULL, test_kept_answer);
  ADD ("/evidence/ocsp/damaged", NULL, test_damaged);
  ADD ("/evidence/ocsp/offline", NULL, test_offline);
  ADD ("/evidence/ocsp/revoked", "revoked-all", test_revoked);
  ADD ("/evidence/ocsp/unknown", "unknown", test_unknown);
  ADD ("/evidence/ocsp/no-nonce", "no-nonce", test_no_nonce);
  ADD ("/evidence/ocsp/wrong-nonce", "wrong-nonce", test_invalid);
  ADD ("/evidence/ocsp/wrong-certid", "wrong-certid", test_invalid);
  ADD ("/evidence/ocsp/old-response", "old-response", test_invalid);
  ADD ("/evidence/ocsp/future-response", "future-response", test_invalid);
  ADD ("/evidence/ocsp/wrong-signer", "wrong-signer", test_invalid);
  ADD ("/evidence/ocsp/bad-signature", "bad-signature", test_invalid);
  ADD ("/evidence/ocsp/html", "html", test_invalid);
  ADD ("/evidence/ocsp/garbage", "garbage", test_invalid);
  ADD ("/evidence/ocsp/error-500", "error-500", test_unreachable);
  ADD ("/evidence/ocsp/try-later", "try-later", test_unreachable);
  ADD ("/evidence/ocsp/cancel", "slow", test_cancel);
  return g_test_run ();
}
