/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-expiry.c: the ladder of 90, 60, 30, 7 and 1 days: which rung, told once, of whom not; from the database alone. */
#include "config.h"

#include <string.h>

#include "../../app/core/enrolment/signet-expiry-private.h"
#include "../../app/core/enrolment/signet-life-private.h"
#include "signet-test.h"

#define NOW G_GINT64_CONSTANT (1795348800)
#define DAY 86400
#define URI "pkcs11:serial=1;token=Sample"

static void
test_rungs (void)
{
  static const struct { gint64 left; int rung; } rows[] = {
    { 91 * DAY, SIGNET_EXPIRY_FAR }, { 90 * DAY + 1, SIGNET_EXPIRY_FAR }, { 90 * DAY, 90 }, { 61 * DAY, 90 }, { 60 * DAY, 60 }, { 30 * DAY + 1, 60 },
    { 30 * DAY, 30 }, { 8 * DAY, 30 }, { 7 * DAY, 7 }, { DAY + 1, 7 }, { DAY, 1 }, { 1, 1 }, { 0, 1 }, { -1, SIGNET_EXPIRY_OVER },
    { -9999 * (gint64) DAY, SIGNET_EXPIRY_OVER },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_cmpint (signet_expiry_rung (NOW + rows[i].left, NOW), ==, rows[i].rung);
  g_assert_cmpint (signet_expiry_rung (SIGNET_TIME_UNKNOWN, NOW), ==, SIGNET_EXPIRY_FAR);
  g_assert_cmpint (signet_expiry_rung (253402300799, -62135596800), ==, SIGNET_EXPIRY_FAR);
}

/* --- a small world ----------------------------------------------------------------------------------------------------------------- */

typedef struct {
  SignetStore     *store;
  SignetClock     *clock;
  SignetEnrolment *enrolment;
  EVP_PKEY        *key;
} World;

static void
open_world (World *world, gint64 now)
{
  g_autoptr (GPtrArray) none = g_ptr_array_new ();
  g_autoptr (SignetHttp) http = signet_http_new ();
  g_autofree char *path = g_build_filename (g_getenv ("SIGNET_USER_DIR"), "signet.db", NULL);
  g_autoptr (GError) error = NULL;

  world->store = signet_store_open (path, &error);
  g_assert_no_error (error);
  world->clock = signet_clock_new_fixed (now);
  world->enrolment = signet_enrolment_new (world->store, http, world->clock, NULL, NULL, none, none, &error);
  g_assert_no_error (error);
}

static void
close_world (World *world)
{
  g_clear_object (&world->enrolment);
  g_clear_object (&world->clock);
  g_clear_object (&world->store);
}

static void
set_up (World *world, gconstpointer data)
{
  signet_test_remove_tree (g_getenv ("SIGNET_USER_DIR"));
  world->key = signet_test_new_key ("ec-p256");
  open_world (world, NOW);
}

static void
tear_down (World *world, gconstpointer data)
{
  close_world (world);
  EVP_PKEY_free (world->key);
}

static SignetCertificate *
make (World *world, const char *subject, gint64 until)
{
  SignetTestCertificate what = { .subject = subject, .not_before = NOW - 300 * DAY, .not_after = until };
  X509 *x509 = signet_test_new_certificate (&what, world->key, NULL, world->key);
  g_autoptr (GBytes) der = signet_test_certificate_der (x509);

  X509_free (x509);
  return signet_certificate_new (der, NULL);
}

static void
note (World *world, const char *uri, SignetCertificate *first, SignetCertificate *second)
{
  g_autoptr (GPtrArray) all = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;

  if (first != NULL)
    g_ptr_array_add (all, first);
  if (second != NULL)
    g_ptr_array_add (all, second);
  g_assert_true (_signet_known_note (world->store, uri, all, &error));
  g_assert_no_error (error);
}

/* The rung of each that is not told yet, "30 7 "; with @tell they are told. */
static char *
untold (World *world, gboolean tell)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) all = signet_enrolment_list_untold_expiries (world->enrolment, &error);
  g_autoptr (GString) text = g_string_new (NULL);

  g_assert_no_error (error);
  for (guint i = 0; i < all->len; i++)
    {
      g_string_append_printf (text, "%d ", ((SignetExpiry *) all->pdata[i])->rung);
      if (tell)
        g_assert_true (signet_enrolment_note_told (world->enrolment, all->pdata[i], &error));
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
assert_untold (World *world, gint64 now, const char *expected)
{
  g_autofree char *text = NULL;

  close_world (world); /* each look is another process */
  open_world (world, now);
  text = untold (world, TRUE);
  g_assert_cmpstr (text, ==, expected);
}

static void
test_each_rung_once (World *world, gconstpointer data)
{
  g_autoptr (SignetCertificate) certificate = make (world, "CN=Li Na", NOW + 100 * DAY);

  note (world, URI, certificate, NULL);
  assert_untold (world, NOW, "");
  assert_untold (world, NOW + 11 * DAY, "90 ");
  assert_untold (world, NOW + 12 * DAY, "");
  assert_untold (world, NOW + 41 * DAY, "60 ");
  assert_untold (world, NOW + 41 * DAY, "");
  /* the computer was off for long: one word, not three */
  assert_untold (world, NOW + 94 * DAY, "7 ");
  assert_untold (world, NOW + 95 * DAY, "");
  assert_untold (world, NOW + 99 * DAY + 3600, "1 ");
  assert_untold (world, NOW + 101 * DAY, "0 ");
  assert_untold (world, NOW + 102 * DAY, "");
  assert_untold (world, NOW + 140 * DAY, "");
}

/* a clock that went back must not tell again what was told */
static void
test_clock_back (World *world, gconstpointer data)
{
  g_autoptr (SignetCertificate) certificate = make (world, "CN=Li Na", NOW + 5 * DAY);

  note (world, URI, certificate, NULL);
  assert_untold (world, NOW, "7 ");
  assert_untold (world, NOW - 40 * DAY, "");
}

static void
test_successor (World *world, gconstpointer data)
{
  g_autoptr (SignetCertificate) old = make (world, "CN=Li Na", NOW + 5 * DAY);
  g_autoptr (SignetCertificate) renewed = make (world, "CN=Li Na", NOW + 400 * DAY);
  g_autoptr (SignetCertificate) stranger = make (world, "CN=Wang Wei", NOW + 6 * DAY);

  note (world, URI, old, stranger);
  note (world, "pkcs11:serial=2", renewed, NULL);
  assert_untold (world, NOW, "7 ");
}

static void
test_deleted (World *world, gconstpointer data)
{
  g_autoptr (SignetCertificate) one = make (world, "CN=Li Na", NOW + 5 * DAY);
  g_autoptr (SignetCertificate) other = make (world, "CN=Wang Wei", NOW + 20 * DAY);

  note (world, URI, one, other);
  note (world, "pkcs11:serial=2", NULL, NULL);
  note (world, URI, other, NULL);
  assert_untold (world, NOW, "30 ");
}

/* a request nobody goes on with runs out; the first days of one are nobody's worry */
static void
test_request (World *world, gconstpointer data)
{
  g_autoptr (SignetRequest) request = g_object_new (SIGNET_TYPE_REQUEST, NULL);
  g_autoptr (GError) error = NULL;

  request->state = SIGNET_REQUEST_WAITING;
  request->authority = g_strdup ("sample-ca");
  request->token_uri = g_strdup (URI);
  request->token_label = g_strdup ("Sample");
  request->key_spec = g_strdup ("ec-p256");
  request->subject = g_strdup ("CN=Li Na");
  request->label = g_strdup ("signet-1");
  request->secret_names = g_strdup ("");
  request->created = request->changed = NOW;
  g_assert_true (_signet_request_store_insert (world->store, request, &error));
  assert_untold (world, NOW, "");
  assert_untold (world, NOW + 59 * DAY, "");
  assert_untold (world, NOW + 60 * DAY, "30 ");
  assert_untold (world, NOW + 84 * DAY, "7 ");
  request->state = SIGNET_REQUEST_CONFIRMED;
  g_assert_true (_signet_request_store_update (world->store, request, &error));
  assert_untold (world, NOW + 89 * DAY + 1, "");
}

#define ADD(name, function) g_test_add ("/enrolment/expiry/" name, World, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  signet_test_home ();
  g_test_add_func ("/enrolment/expiry/rungs", test_rungs);
  ADD ("each-rung-once", test_each_rung_once);
  ADD ("clock-back", test_clock_back);
  ADD ("successor", test_successor);
  ADD ("deleted", test_deleted);
  ADD ("request", test_request);
  return g_test_run ();
}
