/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-timestamp-servers.c: the next server is asked when one fails, one that failed lately is asked last, and what each did is remembered. */
#include "config.h"

#include <string.h>

#include "../../app/core/evidence/signet-timestamp-servers.h"
#include "signet-test-pki-folder.h"
#include "signet-test-service.h"
#include "signet-test.h"

#define CLOSED "http://127.0.0.1:1/"

typedef struct {
  TestService            *good;
  SignetHttp             *http;
  GBytes                 *data;
  SignetTimestampServers *servers;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->good = test_service_start ("SIGNET_TEST_TSA", test_pki_folder (), NULL);
  fixture->http = signet_http_new ();
  fixture->data = g_bytes_new_static ("a signature value", 17);
  fixture->servers = signet_timestamp_servers_new ();
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  signet_timestamp_health_forget (fixture->good->url);
  signet_timestamp_health_forget (CLOSED);
  test_service_stop (fixture->good);
  g_assert_finalize_object (fixture->http);
  g_bytes_unref (fixture->data);
  signet_timestamp_servers_unref (fixture->servers);
}

static char *
ask (Fixture *fixture, GError **error)
{
  char *served = NULL;
  g_autoptr (GBytes) token = signet_timestamp_servers_fetch (fixture->servers, fixture->http, SIGNET_DIGEST_SHA256, fixture->data, &served, NULL, error);

  g_assert_true ((token != NULL) == (served != NULL));
  return served;
}

/* Every way of failing leads on to the next one, and is remembered under its name. */
static void
test_next (Fixture *fixture, gconstpointer data)
{
  static const struct { const char *fault, *failure; } rows[] = {
    { "wrong-nonce", "invalid" }, { "wrong-imprint", "invalid" }, { "expired-cert", "invalid" }, { "no-eku", "invalid" }, { "html", "invalid" },
    { "huge", "invalid" }, { "garbage", "invalid" }, { "bad-signature", "invalid" }, { "rejection", "refused" }, { "error-500", "unreachable" },
    { "busy", "unreachable" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      TestService *bad = test_service_start ("SIGNET_TEST_TSA", test_pki_folder (), rows[i].fault);
      g_autoptr (SignetTimestampServers) servers = signet_timestamp_servers_new ();
      g_autoptr (SignetTimestampHealth) health = NULL;
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) token = NULL;
      g_autofree char *served = NULL;

      signet_timestamp_servers_add (servers, bad->url);
      signet_timestamp_servers_add (servers, fixture->good->url);
      token = signet_timestamp_servers_fetch (servers, fixture->http, SIGNET_DIGEST_SHA256, fixture->data, &served, NULL, &error);
      g_assert_no_error (error);
      g_assert_nonnull (token);
      g_assert_cmpstr (served, ==, fixture->good->url);
      health = signet_timestamp_health_read (bad->url);
      g_assert_cmpstr (health->failure, ==, rows[i].failure);
      g_assert_cmpint (health->answered, ==, SIGNET_TIME_UNKNOWN);
      signet_timestamp_health_forget (bad->url);
      test_service_stop (bad);
    }
}

static void
test_order (Fixture *fixture, gconstpointer data)
{
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  TestService *other = test_service_start ("SIGNET_TEST_TSA", test_pki_folder (), NULL);
  g_autoptr (GError) failure = g_error_new_literal (SIGNET_EVIDENCE_ERROR, SIGNET_EVIDENCE_ERROR_UNREACHABLE, "it was down");
  g_autofree char *first = NULL, *second = NULL, *third = NULL, *fourth = NULL;

  signet_timestamp_servers_add (fixture->servers, other->url);
  signet_timestamp_servers_add (fixture->servers, fixture->good->url);
  first = ask (fixture, NULL);
  g_assert_cmpstr (first, ==, other->url);
  /* it failed a moment ago: asked last */
  signet_timestamp_health_note (other->url, now + 1, 0, failure);
  g_usleep (1100 * 1000);
  second = ask (fixture, NULL);
  g_assert_cmpstr (second, ==, fixture->good->url);
  /* long ago: forgotten */
  signet_timestamp_health_forget (other->url);
  signet_timestamp_health_note (other->url, now - 3600, 0, failure);
  third = ask (fixture, NULL);
  g_assert_cmpstr (third, ==, other->url);
  /* and it has answered since */
  {
    g_autoptr (SignetTimestampHealth) health = signet_timestamp_health_read (other->url);

    g_assert_cmpint (health->answered, >=, now);
    g_assert_false (signet_timestamp_health_is_failing (health, now + 2));
  }
  test_service_stop (other);
}

static void
test_none (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) none = NULL, all = NULL;
  TestService *bad = test_service_start ("SIGNET_TEST_TSA", test_pki_folder (), "rejection");

  g_assert_null (ask (fixture, &none));
  g_assert_error (none, SIGNET_EVIDENCE_ERROR, SIGNET_EVIDENCE_ERROR_NO_SOURCE);
  signet_timestamp_servers_add (fixture->servers, bad->url);
  signet_timestamp_servers_add (fixture->servers, CLOSED);
  g_assert_null (ask (fixture, &all));
  /* one of them may answer later; both are named */
  g_assert_error (all, SIGNET_EVIDENCE_ERROR, SIGNET_EVIDENCE_ERROR_UNREACHABLE);
  g_assert_nonnull (strstr (all->message, bad->url));
  g_assert_nonnull (strstr (all->message, CLOSED));
  test_service_stop (bad);
}

static void
test_offline (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SignetTimestampHealth) health = NULL;

  signet_timestamp_servers_add (fixture->servers, fixture->good->url);
  signet_http_set_offline (fixture->http, TRUE);
  g_assert_null (ask (fixture, &error));
  g_assert_error (error, SIGNET_EVIDENCE_ERROR, SIGNET_EVIDENCE_ERROR_UNREACHABLE);
  health = signet_timestamp_health_read (fixture->good->url);
  g_assert_null (health->failure);
}

static void
test_cancelled (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) token = NULL;

  signet_timestamp_servers_add (fixture->servers, fixture->good->url);
  signet_timestamp_servers_add (fixture->servers, CLOSED);
  g_cancellable_cancel (cancellable);
  token = signet_timestamp_servers_fetch (fixture->servers, fixture->http, SIGNET_DIGEST_SHA256, fixture->data, NULL, cancellable, &error);
  g_assert_null (token);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
test_list (Fixture *fixture, gconstpointer data)
{
  gint64 time = 0;
  g_autoptr (GError) error = NULL;

  signet_timestamp_servers_add (fixture->servers, "https://tsa.example/a li.na");
  signet_timestamp_servers_add (fixture->servers, "https://tsa.example/a");
  signet_timestamp_servers_add (fixture->servers, fixture->good->url);
  g_assert_cmpuint (signet_timestamp_servers_get_n (fixture->servers), ==, 2);
  g_assert_cmpstr (signet_timestamp_servers_get_url (fixture->servers, 0), ==, "https://tsa.example/a");
  g_assert_cmpstr (signet_timestamp_servers_get_user (fixture->servers, 0), ==, "li.na");
  g_assert_null (signet_timestamp_servers_get_user (fixture->servers, 1));
  g_assert_true (signet_timestamp_servers_check (fixture->servers, 1, fixture->http, &time, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpint (ABS (time - g_get_real_time () / G_USEC_PER_SEC), <=, 60);
}

/* The file may be damaged, huge, or of somebody else's making: it decides nothing that matters. */
static void
test_damaged_memory (Fixture *fixture, gconstpointer data)
{
  g_autofree char *served = NULL;
  g_autofree char *path = g_build_filename (g_get_user_cache_dir (), "signet", "time-stamp-servers.ini", NULL);
  g_autofree char *folder = g_path_get_dirname (path);

  g_mkdir_with_parents (folder, 0700);
  g_assert_true (g_file_set_contents (path, "\xff\xfe[broken\nAnswered=2026", -1, NULL));
  signet_timestamp_servers_add (fixture->servers, CLOSED);
  signet_timestamp_servers_add (fixture->servers, fixture->good->url);
  served = ask (fixture, NULL);
  g_assert_cmpstr (served, ==, fixture->good->url);
}

#define ADD(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  signet_test_home ();
  g_test_init (&argc, &argv, NULL);
  ADD ("/evidence/timestamp-servers/next", test_next);
  ADD ("/evidence/timestamp-servers/order", test_order);
  ADD ("/evidence/timestamp-servers/none", test_none);
  ADD ("/evidence/timestamp-servers/offline", test_offline);
  ADD ("/evidence/timestamp-servers/cancelled", test_cancelled);
  ADD ("/evidence/timestamp-servers/list", test_list);
  ADD ("/evidence/timestamp-servers/damaged-memory", test_damaged_memory);
  return g_test_run ();
}
