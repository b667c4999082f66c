/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-basics.c: text, time, secrets, forms, algorithms, signers and the store. */
#include "config.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "../../app/core/base/signet-base-error.h"
#include "../../app/core/base/signet-clock.h"
#include "../../app/core/base/signet-store.h"
#include "../../app/core/base/signet-text.h"
#include "signet-test.h"

/* --- text ------------------------------------------------------------------------------------------------------------------ */

/* A form of somebody else's that asks for what opens a token is marked; one that asks for anything else is not. */
static void
test_names_pin (void)
{
  static const char *const yes[] = { "PIN", "PIN of your token:", "Enter PIN.", "USB-Key PIN码", "请输入令牌密码", "（PIN）", "puk", "P.I.N." };
  static const char *const no[] = { "Name", "Opinion", "Shipping address", "拼音 (Pinyin)", "Login code", "登录口令", "" };

  for (gsize i = 0; i < G_N_ELEMENTS (yes); i++)
    if (!signet_text_names_pin (yes[i]))
      g_error ("“%s” is not marked", yes[i]);
  for (gsize i = 0; i < G_N_ELEMENTS (no); i++)
    if (signet_text_names_pin (no[i]))
      g_error ("“%s” is marked", no[i]);
  g_assert_false (signet_text_names_pin (NULL));
}

static void
test_sanitize (void)
{
  static const struct { const char *raw; gssize length; gsize most; const char *safe; } cases[] = {
    { "contract.pdf", -1, 0, "contract.pdf" },
    { "合同.pdf", -1, 0, "合同.pdf" },
    { "a\xe2\x80\xae" "fdp.exe", -1, 0, "a\\u202efdp.exe" },           /* right-to-left override */
    { "a\xe2\x81\xa6z", -1, 0, "a\\u2066z" },                          /* isolate */
    { "a\xe2\x80\x8bz", -1, 0, "a\\u200bz" },                          /* zero width space */
    { "pay\xe2\x80\x8dpal", -1, 0, "pay\\u200dpal" },                  /* a joiner where none belongs */
    { "\xd9\x86\xe2\x80\x8c\xd9\x87", -1, 0, "\xd9\x86\xe2\x80\x8c\xd9\x87" }, /* and where it does */
    { "\x1b[31mred", -1, 0, "\\u001b[31mred" },
    { "two\nlines", -1, 0, "two\\u000alines" },
    { "Bank\0evil", 9, 0, "Bank\xef\xbf\xbd" "evil" },
    { "\xff\xfe", 2, 0, "\xef\xbf\xbd\xef\xbf\xbd" },
    { "\xf3\xa0\x81\x81", -1, 0, "\\U000e0041" },                      /* tag character */
    { "abcdef", -1, 4, "abc\xe2\x80\xa6" },
    { "abcd", -1, 4, "abcd" },
    { NULL, -1, 0, "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *safe = signet_text_sanitize (cases[i].raw, cases[i].length, cases[i].most);

      g_assert_cmpstr (safe, ==, cases[i].safe);
    }
}

static void
test_isolate (void)
{
  g_autofree char *text = signet_text_isolate ("a\xe2\x81\xa9z");

  g_assert_cmpstr (text, ==, "\xe2\x81\xa8" "a\\u2069z" "\xe2\x81\xa9");
}

static void
test_shorten_middle (void)
{
  g_autofree char *shortened = signet_text_shorten_middle ("a-very-long-name.pdf", 11);
  g_autofree char *kept = signet_text_shorten_middle ("name.pdf", 11);
  g_autofree char *chinese = signet_text_shorten_middle ("一二三四五六七八.pdf", 7);

  g_assert_cmpstr (shortened, ==, "a-ver\xe2\x80\xa6" "e.pdf");
  g_assert_cmpstr (kept, ==, "name.pdf");
  g_assert_cmpstr (chinese, ==, "一二三\xe2\x80\xa6" "pdf");
}

static void
test_hex (void)
{
  g_autofree char *text = signet_text_hex ((const guint8 *) "\x00\xff\x10", 3);
  g_autoptr (GBytes) bytes = signet_text_unhex ("00:FF 10");

  g_assert_cmpstr (text, ==, "00ff10");
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), "\x00\xff\x10", 3);
  g_assert_null (signet_text_unhex ("0"));
  g_assert_null (signet_text_unhex ("0g"));
}

/* --- time ------------------------------------------------------------------------------------------------------------------ */

static void
test_time (void)
{
  g_autoptr (SignetClock) fixed = signet_clock_new_fixed (1795348800);
  g_autofree char *text = signet_time_format_iso8601 (signet_clock_now (fixed));
  g_autofree char *unknown = signet_time_format_iso8601 (SIGNET_TIME_UNKNOWN);
  gint64 time = 0;

  g_assert_cmpstr (text, ==, "2026-11-22T12:00:00Z");
  g_assert_cmpstr (unknown, ==, "");
  g_assert_true (signet_time_parse_iso8601 ("2026-11-22T20:00:00+08:00", &time));
  g_assert_cmpint (time, ==, 1795348800);
  g_assert_true (signet_time_parse_iso8601 ("2026-11-22T12:00:00", &time));
  g_assert_cmpint (time, ==, 1795348800);
  g_assert_false (signet_time_parse_iso8601 ("tomorrow", &time));
}

/* --- secrets --------------------------------------------------------------------------------------------------------------- */

static void
test_secret_through_fd (void)
{
  g_autoptr (SignetSecret) secret = signet_secret_new ((const guint8 *) "123456", 6);
  g_autoptr (SignetSecret) copy = NULL;
  g_autoptr (GError) error = NULL;
  int fd = signet_secret_to_fd (secret, &error);
  gsize length;

  g_assert_no_error (error);
  copy = signet_secret_new_from_fd (fd, 64, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (signet_secret_get_bytes (copy, &length), length, "123456", 6);
  g_assert_cmpint (write (fd, "x", 1), ==, -1);
  g_assert_cmpint (fcntl (fd, F_GET_SEALS) & F_SEAL_WRITE, !=, 0);
  g_assert_cmpint (fcntl (fd, F_GETFD) & FD_CLOEXEC, !=, 0);
  close (fd);
}

/* The reading end of a pipe that holds @bytes and no more. */
static int
pipe_with (const char *bytes, gsize length)
{
  int ends[2];

  g_assert_cmpint (pipe (ends), ==, 0);
  g_assert_cmpint (write (ends[1], bytes, length), ==, (gssize) length);
  close (ends[1]);
  return ends[0];
}

static SignetSecret *
read_through_pipe (const char *text, gsize most, GError **error)
{
  int fd = pipe_with (text, strlen (text));
  SignetSecret *secret = signet_secret_new_from_fd (fd, most, error);

  close (fd);
  return secret;
}

static void
test_secret_line_end (void)
{
  static const struct { const char *text; gsize length; } cases[] = { { "1234\n", 4 }, { "1234\r\n", 4 }, { "1234", 4 }, { "1234\n\n", 5 }, { "", 0 } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (SignetSecret) secret = read_through_pipe (cases[i].text, 5, NULL);

      g_assert_cmpuint (signet_secret_get_length (secret), ==, cases[i].length);
    }
}

static void
test_secret_too_long (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (read_through_pipe ("12345", 4, &error));
  g_assert_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_TOO_LARGE);
}

static SignetSecret *
read_exactly (const char *bytes, gsize length, gsize most, GError **error)
{
  int fd = pipe_with (bytes, length);
  SignetSecret *secret = signet_secret_new_exactly_from_fd (fd, most, error);

  close (fd);
  return secret;
}

/* A key may end in a byte that looks like a line end, or hold one that ends a string. */
static void
test_secret_exactly (void)
{
  static const struct { const char *bytes; gsize length; } cases[] = {
    { "key\n", 4 }, { "key\r\n", 5 }, { "\n", 1 }, { "k\0y\0", 4 }, { "", 0 }
  };
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (SignetSecret) secret = read_exactly (cases[i].bytes, cases[i].length, 5, NULL);
      gsize length = 0;
      const guint8 *bytes = signet_secret_get_bytes (secret, &length);

      g_assert_cmpmem (bytes, length, cases[i].bytes, cases[i].length);
    }
  g_assert_null (read_exactly ("12345\n", 6, 5, &error));
  g_assert_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_TOO_LARGE);
}

#if defined(__SANITIZE_ADDRESS__)
#define IS_MLOCK_REAL FALSE /* the sanitizer makes mlock() do nothing */
#elif defined(__has_feature)
#define IS_MLOCK_REAL (!__has_feature (address_sanitizer))
#else
#define IS_MLOCK_REAL TRUE
#endif

/* The kernel's own account of the page: locked (lo), not in a core dump (dd), not in a child (dc). */
static void
test_secret_pages (void)
{
  g_autoptr (SignetSecret) secret = signet_secret_new ((const guint8 *) "123456", 6);
  g_autofree char *start = g_strdup_printf ("\n%" G_GINTPTR_MODIFIER "x-", (guintptr) signet_secret_get_bytes (secret, NULL));
  g_autofree char *maps = NULL;
  const char *flags;

  g_file_get_contents ("/proc/self/smaps", &maps, NULL, NULL);
  flags = strstr (maps, start);
  g_assert_nonnull (flags);
  flags = strstr (flags, "VmFlags:");
  g_assert_nonnull (flags);
  g_assert_nonnull (g_strstr_len (flags, 120, " dd"));
  g_assert_nonnull (g_strstr_len (flags, 120, " dc"));
  if (IS_MLOCK_REAL)
    g_assert_nonnull (g_strstr_len (flags, 120, " lo"));
}

/* --- forms ------------------------------------------------------------------------------------------------------------------ */

static gboolean
accepts (SignetForm *form, const char *id, const char *value)
{
  g_autoptr (GError) error = NULL;
  gboolean good = signet_form_check_value (form, id, value, &error);

  g_assert_true (good == (error == NULL));
  return good;
}

static void
test_form (void)
{
  g_autoptr (SignetForm) form = signet_form_new ();
  SignetField *name = signet_form_add (form, SIGNET_FIELD_TEXT, "name", "Name");
  SignetField *kind = signet_form_add (form, SIGNET_FIELD_CHOICE, "kind", "Kind");
  g_autofree char *huge = g_strnfill (5000, 'x');

  name->required = TRUE;
  name->pattern = g_strdup ("[a-z]+|[0-9]{4}");
  kind->choices = g_strsplit ("person,company", ",", 0);
  g_assert_true (accepts (form, "name", "abc"));
  g_assert_true (accepts (form, "name", "1234"));
  g_assert_false (accepts (form, "name", "12345"));
  g_assert_false (accepts (form, "name", "abc\n"));
  g_assert_false (accepts (form, "name", ""));
  g_assert_false (accepts (form, "name", NULL));
  g_assert_false (accepts (form, "name", huge));
  g_assert_false (accepts (form, "name", "\xff"));
  g_assert_true (accepts (form, "kind", "person"));
  g_assert_true (accepts (form, "kind", ""));
  g_assert_false (accepts (form, "kind", "robot"));
  g_assert_false (accepts (form, "other", "x"));
}

/* A pattern from a plugin that would take longer than the universe has. */
static void
test_form_evil_pattern (void)
{
  g_autoptr (SignetForm) form = signet_form_new ();
  gint64 start = g_get_monotonic_time ();

  signet_form_add (form, SIGNET_FIELD_TEXT, "name", "Name")->pattern = g_strdup ("(a+)+b");
  g_assert_false (accepts (form, "name", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac"));
  g_assert_cmpint (g_get_monotonic_time () - start, <, G_USEC_PER_SEC);
}

/* --- algorithms and signers -------------------------------------------------------------------------------------------------- */

static void
test_algorithm_table (void)
{
  static const struct { const char *key; const char *name; SignetSignatureScheme scheme; SignetDigest digest; const char *signature; } cases[] = {
    { "rsa-2048", "RSA-2048", SIGNET_SIGNATURE_RSA_PKCS1, SIGNET_DIGEST_SHA256, "RSA-2048" },
    { "rsa-pss-2048", "RSA-2048", SIGNET_SIGNATURE_RSA_PSS, SIGNET_DIGEST_SHA256, "RSA-PSS-2048" },
    { "ec-p256", "P-256", SIGNET_SIGNATURE_ECDSA, SIGNET_DIGEST_SHA256, "ECDSA-P-256" },
    { "ec-p384", "P-384", SIGNET_SIGNATURE_ECDSA, SIGNET_DIGEST_SHA384, "ECDSA-P-384" },
    { "ec-p521", "P-521", SIGNET_SIGNATURE_ECDSA, SIGNET_DIGEST_SHA512, "ECDSA-P-521" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      EVP_PKEY *key = signet_test_new_key (cases[i].key);
      SignetSignatureAlgorithm algorithm = signet_signature_algorithm_default (key);
      g_autofree char *name = signet_key_describe (key);
      g_autofree char *signature = signet_signature_algorithm_describe (algorithm, key);

      g_assert_cmpstr (name, ==, cases[i].name);
      g_assert_cmpint (algorithm.scheme, ==, cases[i].scheme);
      g_assert_cmpint (algorithm.digest, ==, cases[i].digest);
      g_assert_cmpstr (signature, ==, cases[i].signature);
      EVP_PKEY_free (key);
    }
}

static gint64
at (const char *text)
{
  gint64 time = 0;

  g_assert_true (signet_time_parse_iso8601 (text, &time));
  return time;
}

static void
test_algorithm_dates (void)
{
  EVP_PKEY *rsa = signet_test_new_key ("rsa-2048");
  EVP_PKEY *ec = signet_test_new_key ("ec-p256");
  SignetSignatureAlgorithm sha1 = { SIGNET_SIGNATURE_RSA_PKCS1, SIGNET_DIGEST_SHA1 };
  SignetSignatureAlgorithm sha256 = { SIGNET_SIGNATURE_RSA_PKCS1, SIGNET_DIGEST_SHA256 };
  SignetSignatureAlgorithm ecdsa = { SIGNET_SIGNATURE_ECDSA, SIGNET_DIGEST_SHA256 };

  g_assert_true (signet_signature_algorithm_is_acceptable (sha1, rsa, at ("2008-01-01T00:00:00Z")));
  g_assert_false (signet_signature_algorithm_is_acceptable (sha1, rsa, at ("2020-01-01T00:00:00Z")));
  g_assert_true (signet_signature_algorithm_is_acceptable (sha256, rsa, at ("2028-12-31T23:59:59Z")));
  g_assert_false (signet_signature_algorithm_is_acceptable (sha256, rsa, at ("2029-01-01T00:00:00Z")));
  g_assert_true (signet_signature_algorithm_is_acceptable (ecdsa, ec, at ("2035-01-01T00:00:00Z")));
  EVP_PKEY_free (rsa);
  EVP_PKEY_free (ec);
}

static void
test_signers (void)
{
  static const char *const keys[] = { "rsa-2048", "rsa-pss-2048", "ec-p256", "ec-p384" };
  g_autoptr (GBytes) message = g_bytes_new_static ("message", 7);

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      EVP_PKEY *key = signet_test_new_key (keys[i]);
      g_autoptr (SignetTestSigner) signer = signet_test_signer_new (key);
      SignetSignatureAlgorithm algorithm = signet_signature_algorithm_default (key);
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) good = signet_signer_sign (SIGNET_SIGNER (signer), algorithm, message, NULL, &error);
      g_autoptr (GBytes) bad = NULL;

      g_assert_no_error (error);
      g_assert_nonnull (good);
      signet_test_signer_set_fault (signer, SIGNET_TEST_SIGNER_LIES);
      bad = signet_signer_sign (SIGNET_SIGNER (signer), algorithm, message, NULL, &error);
      g_assert_null (bad);
      g_assert_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_MALFORMED);
      EVP_PKEY_free (key);
    }
}

/* A signature made for one scheme does not pass as another's. */
static void
test_schemes_are_not_mixed (void)
{
  EVP_PKEY *key = signet_test_new_key ("rsa-2048");
  g_autoptr (SignetTestSigner) signer = signet_test_signer_new (key);
  g_autoptr (GBytes) message = g_bytes_new_static ("message", 7);
  SignetSignatureAlgorithm pss = { SIGNET_SIGNATURE_RSA_PSS, SIGNET_DIGEST_SHA256 };
  SignetSignatureAlgorithm pkcs1 = { SIGNET_SIGNATURE_RSA_PKCS1, SIGNET_DIGEST_SHA256 };
  SignetSignatureAlgorithm ecdsa = { SIGNET_SIGNATURE_ECDSA, SIGNET_DIGEST_SHA256 };
  g_autoptr (GBytes) signature = signet_signer_sign (SIGNET_SIGNER (signer), pss, message, NULL, NULL);
  gsize length;
  const void *data = g_bytes_get_data (signature, &length);

  g_assert_true (signet_signature_verify (pss, key, "message", 7, data, length));
  g_assert_false (signet_signature_verify (pss, key, "massage", 7, data, length));
  g_assert_false (signet_signature_verify (pkcs1, key, "message", 7, data, length));
  g_assert_false (signet_signature_verify (ecdsa, key, "message", 7, data, length));
  g_assert_false (signet_signature_verify (pss, key, "message", 7, data, 0));
  EVP_PKEY_free (key);
}

/* --- the store ---------------------------------------------------------------------------------------------------------------- */

static const char *const steps[] = { "CREATE TABLE things (name TEXT) STRICT", "ALTER TABLE things ADD COLUMN size INTEGER", NULL };
static const char *const older_steps[] = { "CREATE TABLE things (name TEXT) STRICT", NULL };
static const char *const broken_steps[] = { "CREATE TABLE others (name TEXT) STRICT", "this is not SQL", NULL };

static SignetStore *
open_store (const char *dir)
{
  g_autofree char *path = g_build_filename (dir, "test.db", NULL);
  g_autoptr (GError) error = NULL;
  SignetStore *store = signet_store_open (path, &error);

  g_assert_no_error (error);
  return store;
}

static void
test_store_migration (void)
{
  g_autofree char *dir = signet_test_make_dir ();
  g_autoptr (SignetStore) store = open_store (dir);
  g_autoptr (GError) error = NULL;

  g_assert_true (signet_store_migrate (store, "things", older_steps, NULL));
  g_assert_true (signet_store_migrate (store, "things", steps, NULL));
  g_assert_true (signet_store_migrate (store, "things", steps, NULL));
  g_assert_false (signet_store_migrate (store, "things", older_steps, &error));
  g_assert_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_UNSUPPORTED);
}

static void
test_store_broken_migration_leaves_nothing (void)
{
  g_autofree char *dir = signet_test_make_dir ();
  g_autoptr (SignetStore) store = open_store (dir);
  g_autoptr (GError) error = NULL;

  g_assert_false (signet_store_migrate (store, "others", broken_steps, &error));
  g_assert_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_FAILED);
  g_clear_error (&error);
  g_assert_true (signet_store_begin (store, NULL));
  g_assert_null (signet_store_prepare (store, "SELECT * FROM others", &error));
  g_assert_nonnull (error);
  signet_store_rollback (store);
}

static void
test_store_transaction (void)
{
  g_autofree char *dir = signet_test_make_dir ();
  g_autoptr (SignetStore) store = open_store (dir);
  g_autoptr (GError) error = NULL;

  g_assert_true (signet_store_begin (store, NULL));
  g_assert_false (signet_store_begin (store, &error));
  g_assert_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_USAGE);
  g_assert_true (signet_store_commit (store, NULL));
}

/* As many commands do, each alone: the log beside the database must not grow for ever. */
static void
test_store_log_stays_short (void)
{
  g_autofree char *dir = signet_test_make_dir ();
  g_autofree char *path = g_build_filename (dir, "test.db-wal", NULL);
  GStatBuf status = { 0 };

  for (guint i = 0; i < 200; i++)
    {
      g_autoptr (SignetStore) store = open_store (dir);
      g_autoptr (sqlite3_stmt) insert = NULL;

      g_assert_true (signet_store_migrate (store, "things", steps, NULL));
      g_assert_true (signet_store_begin (store, NULL));
      insert = signet_store_prepare (store, "INSERT INTO things (name) VALUES ('one more')", NULL);
      g_assert_cmpint (sqlite3_step (insert), ==, SQLITE_DONE);
      sqlite3_reset (insert);
      g_assert_true (signet_store_commit (store, NULL));
      g_assert_cmpint (g_stat (path, &status), ==, 0);
      g_assert_cmpint (status.st_size, <, 600 * 1024);
    }
}

static void
test_store_not_a_database (void)
{
  g_autofree char *dir = signet_test_make_dir ();
  g_autofree char *path = signet_test_write_file (dir, "test.db", "this is not a database, it is a text that is long enough to be one", -1);
  g_autoptr (GError) error = NULL;

  g_assert_null (signet_store_open (path, &error));
  g_assert_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_MALFORMED);
}

int
main (int argc, char **argv)
{
  signet_test_home ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/text/sanitize", test_sanitize);
  g_test_add_func ("/base/text/isolate", test_isolate);
  g_test_add_func ("/base/text/shorten-middle", test_shorten_middle);
  g_test_add_func ("/base/text/hex", test_hex);
  g_test_add_func ("/base/time", test_time);
  g_test_add_func ("/base/secret/through-fd", test_secret_through_fd);
  g_test_add_func ("/base/secret/line-end", test_secret_line_end);
  g_test_add_func ("/base/secret/too-long", test_secret_too_long);
  g_test_add_func ("/base/secret/exactly", test_secret_exactly);
  g_test_add_func ("/base/secret/pages", test_secret_pages);
  g_test_add_func ("/base/form/values", test_form);
  g_test_add_func ("/base/form/evil-pattern", test_form_evil_pattern);
  g_test_add_func ("/base/algorithm/table", test_algorithm_table);
  g_test_add_func ("/base/algorithm/dates", test_algorithm_dates);
  g_test_add_func ("/base/signer/verified", test_signers);
  g_test_add_func ("/base/signer/schemes-are-not-mixed", test_schemes_are_not_mixed);
  g_test_add_func ("/base/store/migration", test_store_migration);
  g_test_add_func ("/base/store/broken-migration-leaves-nothing", test_store_broken_migration_leaves_nothing);
  g_test_add_func ("/base/store/transaction", test_store_transaction);
  g_test_add_func ("/base/store/log-stays-short", test_store_log_stays_short);
  g_test_add_func ("/base/store/not-a-database", test_store_not_a_database);
  g_test_add_func ("/text/names-pin", test_names_pin);
  return g_test_run ();
}
