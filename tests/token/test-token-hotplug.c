/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * test-token-hotplug.c: cards come and go, the reader service stops and starts, and while nothing happens nothing is asked.
 *
 * The reader service is tests/token/double, the token tests/token/hostile: what a module shows and what the service tells are changed by hand.
 */
#include "config.h"

#include <glib/gstdio.h>
#include <openssl/pem.h>

#include "../../app/core/token/signet-token-private.h"
#include "signet-test.h"

#define ATR "3bfd1300008131fe158073c021c057597562694b657940"
#define PATIENCE 20 /* seconds, on a machine with other things to do */

static char *token_dir;
static char *pcsc_dir;

static void
write_in (const char *dir, const char *name, const void *data, gssize length)
{
  g_autofree char *path = g_build_filename (dir, name, NULL);
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, data, length, &error);
  g_assert_no_error (error);
}

static gsize
size_of (const char *dir, const char *name)
{
  g_autofree char *path = g_build_filename (dir, name, NULL);
  g_autofree char *text = NULL;
  gsize length = 0;

  g_file_get_contents (path, &text, &length, NULL);
  return length;
}

static void
write_token (const char *subject)
{
  EVP_PKEY *key = signet_test_new_key ("ec-p256");
  SignetTestCertificate person = { .subject = subject };
  X509 *certificate = signet_test_new_certificate (&person, key, NULL, key);
  g_autoptr (GBytes) der = signet_test_certificate_der (certificate);
  BIO *bio = BIO_new (BIO_s_mem ());
  char *pem = NULL;
  long length = 0;

  g_assert_true (PEM_write_bio_PrivateKey (bio, key, NULL, NULL, 0, NULL, NULL));
  length = BIO_get_mem_data (bio, &pem);
  write_in (token_dir, "key.pem", pem, length);
  write_in (token_dir, "cert.der", g_bytes_get_data (der, NULL), (gssize) g_bytes_get_size (der));
  BIO_free (bio);
  X509_free (certificate);
  EVP_PKEY_free (key);
}

static void
set_card (const char *state)
{
  write_in (pcsc_dir, "readers/Sample Reader 00 00", state, -1);
}

static void
set_service (gboolean runs)
{
  g_autofree char *path = g_build_filename (pcsc_dir, "service", NULL);

  if (runs)
    write_in (pcsc_dir, "service", "", 0);
  else
    g_assert_cmpint (g_unlink (path), ==, 0);
}

static void
plug_in (guint event)
{
  g_autofree char *state = g_strdup_printf ("card " ATR " %u", event);

  write_in (token_dir, "fault", "", 0);
  set_card (state);
}

static void
pull (guint event)
{
  g_autofree char *state = g_strdup_printf ("empty %u", event);

  write_in (token_dir, "fault", "no-token", -1);
  set_card (state);
}

static SignetTokenManager *
watch (void)
{
  const char *const modules[] = { g_getenv ("SIGNET_TEST_HOSTILE"), NULL };
  SignetTokenManager *manager = signet_token_manager_new (modules);

  signet_token_manager_watch (manager);
  return manager;
}

static gboolean
on_tick_cb (gpointer unused)
{
  return G_SOURCE_CONTINUE;
}

typedef gboolean (*Condition) (SignetTokenManager *manager);

/* Milliseconds until it was so. */
static gint64
wait_since (gint64 start, SignetTokenManager *manager, Condition condition)
{
  guint tick = g_timeout_add (5, on_tick_cb, NULL);

  while (!condition (manager) && g_get_monotonic_time () - start < PATIENCE * G_TIME_SPAN_SECOND)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (tick);
  g_assert_true (condition (manager));
  return (g_get_monotonic_time () - start) / G_TIME_SPAN_MILLISECOND;
}

static void
wait_until (SignetTokenManager *manager, Condition condition)
{
  wait_since (g_get_monotonic_time (), manager, condition);
}

static gboolean
has_one (SignetTokenManager *manager)
{
  return g_list_model_get_n_items (G_LIST_MODEL (manager)) == 1;
}

static gboolean
has_none (SignetTokenManager *manager)
{
  return g_list_model_get_n_items (G_LIST_MODEL (manager)) == 0;
}

static gboolean
is_listed (SignetTokenManager *manager)
{
  return signet_token_manager_is_listed (manager);
}

static gboolean
has_many_certificates (SignetTokenManager *manager)
{
  g_autoptr (SignetToken) token = g_list_model_get_item (G_LIST_MODEL (manager), 0);

  return token != NULL && signet_token_get_keys (token)->len > 100;
}

static void
test_plug_and_pull (void)
{
  g_autoptr (SignetTokenManager) manager = NULL;
  gint64 start = 0;
  gint64 plugged = 0;
  gint64 pulled = 0;

  set_service (TRUE);
  pull (0);
  manager = watch ();
  wait_until (manager, is_listed);
  g_assert_true (has_none (manager));
  for (guint i = 0; i < 3; i++)
    {
      start = g_get_monotonic_time ();
      plug_in (2 * i + 1);
      plugged = wait_since (start, manager, has_one);
      start = g_get_monotonic_time ();
      pull (2 * i + 2);
      pulled = wait_since (start, manager, has_none);
      g_test_message ("listed %d ms after it was plugged in, gone %d ms after it was pulled", (int) plugged, (int) pulled);
    }
}

/* A card that was changed elsewhere says the same of itself: that it was away is enough. */
static void
test_changed_elsewhere (void)
{
  g_autoptr (SignetTokenManager) manager = NULL;

  set_service (TRUE);
  plug_in (1);
  manager = watch ();
  wait_until (manager, has_one);
  g_assert_false (has_many_certificates (manager));
  write_in (token_dir, "fault", "thousand", -1); /* certificates */
  set_card ("card " ATR " 3");
  wait_until (manager, has_many_certificates);
}

/* After the unrest of the beginning no call goes to the module, nor to the service, until something happens. */
static void
test_quiet (void)
{
  g_autoptr (SignetTokenManager) manager = NULL;
  gsize calls = 0;
  gsize lists = 0;

  set_service (TRUE);
  plug_in (1);
  manager = watch ();
  wait_until (manager, has_one);
  g_usleep (8 * G_USEC_PER_SEC);
  calls = size_of (pcsc_dir, "calls");
  lists = size_of (token_dir, "lists");
  g_assert_cmpuint (lists, >, 0);
  g_usleep (3 * G_USEC_PER_SEC);
  g_assert_cmpuint (size_of (pcsc_dir, "calls"), ==, calls);
  g_assert_cmpuint (size_of (token_dir, "lists"), ==, lists);
  pull (2);
  wait_until (manager, has_none);
}

static void
test_service_restarts (void)
{
  g_autoptr (SignetTokenManager) manager = NULL;
  gint64 start = 0;
  gint64 found = 0;

  set_service (TRUE);
  pull (0);
  manager = watch ();
  wait_until (manager, is_listed);
  set_service (FALSE);
  g_usleep (G_USEC_PER_SEC);
  start = g_get_monotonic_time ();
  set_service (TRUE);
  plug_in (1);
  found = wait_since (start, manager, has_one);
  g_test_message ("listed %d ms after the service came back", (int) found);
}

/* (transfer full): the module with faults of its own: it looks for them beside itself first */
static char *
copy_module (const char *name, const char *fault)
{
  g_autofree char *dir = g_build_filename (signet_test_home (), name, NULL);
  char *path = g_build_filename (dir, "sample-pkcs11.so", NULL);
  g_autofree char *bytes = NULL;
  gsize length = 0;

  g_assert_cmpint (g_mkdir_with_parents (dir, 0700), ==, 0);
  g_assert_true (g_file_get_contents (g_getenv ("SIGNET_TEST_HOSTILE"), &bytes, &length, NULL));
  g_assert_true (g_file_set_contents (path, bytes, (gssize) length, NULL));
  g_free (g_steal_pointer (&bytes));
  for (guint i = 0; i < 2; i++)
    {
      const char *file = i == 0 ? "key.pem" : "cert.der";
      g_autofree char *from = g_build_filename (token_dir, file, NULL);

      g_assert_true (g_file_get_contents (from, &bytes, &length, NULL));
      write_in (dir, file, bytes, (gssize) length);
      g_free (g_steal_pointer (&bytes));
    }
  write_in (dir, "serial", name, -1);
  write_in (dir, "fault", fault, -1);
  return path;
}

/* Its deadline is ten seconds: nobody else waits for that. */
static void
test_stalled_module (void)
{
  g_autofree char *stalled = copy_module ("stalled", "hang C_GetSlotList");
  g_autofree char *good = copy_module ("good", "");
  const char *const modules[] = { stalled, good, NULL };
  g_autoptr (SignetTokenManager) manager = signet_token_manager_new (modules);

  signet_token_manager_watch (manager);
  g_assert_cmpint (wait_since (g_get_monotonic_time (), manager, has_one), <, 8000);
  g_assert_false (signet_token_manager_is_listed (manager));
}

/* The computer may have tokens of its own. */
static gboolean
has_added (SignetTokenManager *manager)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (manager)); i++)
    {
      g_autoptr (SignetToken) token = g_list_model_get_item (G_LIST_MODEL (manager), i);

      if (g_str_equal (signet_token_get_serial (token), "added"))
        return TRUE;
    }
  return FALSE;
}

static gboolean
has_not_added (SignetTokenManager *manager)
{
  return !has_added (manager);
}

/* A module that is added by another program is asked without anybody pressing anything. */
static void
test_module_is_added (void)
{
  g_autofree char *path = copy_module ("added", "");
  g_autoptr (SignetTokenManager) manager = signet_token_manager_new (NULL);
  g_autoptr (SignetTokenManager) other = signet_token_manager_new (NULL);
  g_autoptr (GError) error = NULL;

  signet_token_manager_watch (manager);
  wait_until (manager, is_listed);
  g_assert_true (has_not_added (manager));
  g_assert_true (signet_token_manager_add_user_module (other, path, &error));
  wait_until (manager, has_added);
  g_assert_true (signet_token_manager_remove_user_module (other, path, &error));
  wait_until (manager, has_not_added);
}

/* A manager that goes waits neither for the service nor for its pause. */
static void
test_stops_at_once (void)
{
  for (guint i = 0; i < 6; i++)
    {
      g_autoptr (SignetTokenManager) manager = NULL;
      gint64 start = 0;

      if (i % 2 == 0)
        set_service (TRUE);
      else
        set_service (FALSE);
      manager = watch ();
      g_usleep (i * 30 * 1000);
      start = g_get_monotonic_time ();
      g_clear_object (&manager);
      g_assert_cmpint (g_get_monotonic_time () - start, <, 5 * G_TIME_SPAN_SECOND);
    }
  set_service (TRUE);
}

static void
write_data (void)
{
  g_autofree char *dir = signet_test_make_dir ();
  g_autofree char *text = g_strdup_printf ("[Vendor]\nName=Sample\nMaker=Sample\nEvents=pcsc\n[Module %s]\nSource=this test\n",
                                           g_getenv ("SIGNET_TEST_HOSTILE"));
  g_autofree char *path = signet_test_write_file (dir, "sample.ini", text, -1);

  g_setenv ("SIGNET_MODULE_DATA", dir, TRUE);
}

int
main (int argc, char **argv)
{
  g_autofree char *readers = NULL;

  g_test_init (&argc, &argv, NULL);
  signet_test_home ();
  token_dir = signet_test_make_dir ();
  pcsc_dir = signet_test_make_dir ();
  readers = g_build_filename (pcsc_dir, "readers", NULL);
  g_assert_cmpint (g_mkdir (readers, 0700), ==, 0);
  g_setenv ("SIGNET_TEST_HOSTILE_DIR", token_dir, TRUE);
  g_setenv ("SIGNET_TEST_PCSC_DIR", pcsc_dir, TRUE);
  write_data ();
  write_token ("CN=Sample Person");
  write_in (token_dir, "lists", "", 0);
  write_in (pcsc_dir, "calls", "", 0);
  g_test_add_func ("/token/hotplug/plug-and-pull", test_plug_and_pull);
  g_test_add_func ("/token/hotplug/changed-elsewhere", test_changed_elsewhere);
  g_test_add_func ("/token/hotplug/quiet", test_quiet);
  g_test_add_func ("/token/hotplug/service-restarts", test_service_restarts);
  g_test_add_func ("/token/hotplug/stalled-module", test_stalled_module);
  g_test_add_func ("/token/hotplug/module-is-added", test_module_is_added);
  g_test_add_func ("/token/hotplug/stops-at-once", test_stops_at_once);
  return g_test_run ();
}
