/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * test-delivery.c: keys delivered in CMS as the openssl program makes it: each way to name the recipient, each cipher in use, each form the key
 * may have inside; and what must not be taken for one.
 */
#include "config.h"

#include <string.h>

#include "signet-test.h"

#include "../../app/core/enrolment/signet-delivery-private.h"

static char *folder;
static EVP_PKEY *transport;

/* In the folder, by the shell: the words a CA engineer would type. */
static void
shell (const char *line)
{
  const char *const argv[] = { "/bin/sh", "-e", "-c", line, NULL };
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GError) error = NULL;

  g_subprocess_launcher_set_cwd (launcher, folder);
  process = g_subprocess_launcher_spawnv (launcher, argv, &error);
  g_assert_no_error (error);
  g_subprocess_wait_check (process, NULL, &error);
  g_assert_no_error (error);
}

static GBytes *
read_file (const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  char *data = NULL;
  gsize length = 0;

  g_assert_true (g_file_get_contents (path, &data, &length, NULL));
  return g_bytes_new_take (data, length);
}

static EVP_PKEY *
read_key (const char *name)
{
  g_autoptr (GBytes) der = read_file (name);
  gsize length = 0;
  const guint8 *data = g_bytes_get_data (der, &length);
  EVP_PKEY *key = d2i_AutoPrivateKey (NULL, &data, (long) length);

  g_assert_nonnull (key);
  return key;
}

/* The key that was delivered, byte for byte. */
static void
assert_delivered (const char *name)
{
  g_autoptr (GBytes) cms = read_file (name);
  g_autoptr (GBytes) expected = read_file ("delivered.der");
  g_autoptr (GError) error = NULL;
  g_autoptr (SignetSecret) key = _signet_delivery_decrypt (cms, transport, &error);
  gsize length = 0;
  const guint8 *data = NULL;

  g_assert_no_error (error);
  data = signet_secret_get_bytes (key, &length);
  g_assert_cmpmem (data, length, g_bytes_get_data (expected, NULL), g_bytes_get_size (expected));
}

static void
assert_refused (GBytes *cms)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (_signet_delivery_decrypt (cms, transport, &error));
  g_assert_error (error, SIGNET_ENROLMENT_ERROR, SIGNET_ENROLMENT_ERROR_WRONG_KIND);
}

/* --- tests ------------------------------------------------------------------------------------------------------------------------ */

typedef struct {
  const char *name;
  const char *options;   /* of openssl cms -encrypt */
} Way;

static const Way ways[] = {
  { "by-issuer", "-aes-256-cbc" },
  { "by-key-identifier", "-keyid -aes-128-cbc" },
  { "gcm", "-aes-256-gcm" },
  { "triple-des", "-des3" },
  { "oaep", "-keyopt rsa_padding_mode:oaep -aes-256-cbc" },
};

static void
test_way (gconstpointer data)
{
  const Way *way = data;
  g_autofree char *line =
      g_strdup_printf ("openssl cms -encrypt -binary -outform DER -in delivered.der -out out.der -recip transport.pem %s", way->options);

  shell (line);
  assert_delivered ("out.der");
}

/* RFC 7030, 4.4.2: signed by whoever made it, inside the envelope. */
static void
test_signed_inside (void)
{
  shell ("openssl cms -sign -nodetach -binary -outform DER -in delivered.der -signer authority.pem -inkey authority.key -out signed.der;"
         "openssl cms -encrypt -binary -outform DER -aes-256-cbc -in signed.der -out out.der transport.pem");
  assert_delivered ("out.der");
}

/* RFC 5958, 2: a SEQUENCE of one key. */
static void
test_key_package (void)
{
  g_autoptr (GBytes) key = read_file ("delivered.der");
  gsize length = g_bytes_get_size (key);
  g_autoptr (GByteArray) package = g_byte_array_new ();
  const guint8 header[] = { 0x30, 0x82, (guint8) (length >> 8), (guint8) length };
  g_autofree char *path = NULL;

  g_assert_cmpuint (length, >, 255);
  g_byte_array_append (package, header, sizeof header);
  g_byte_array_append (package, g_bytes_get_data (key, NULL), (guint) length);
  path = signet_test_write_file (folder, "package.der", package->data, (gssize) package->len);
  shell ("openssl cms -encrypt -binary -outform DER -aes-256-cbc -in package.der -out out.der transport.pem");
  assert_delivered ("out.der");
}

static void
test_not_a_key (gconstpointer content)
{
  g_autofree char *path = signet_test_write_file (folder, "content", content, -1);
  g_autoptr (GBytes) cms = NULL;

  g_assert_nonnull (path);
  shell ("openssl cms -encrypt -binary -outform DER -aes-256-cbc -in content -out out.der transport.pem");
  cms = read_file ("out.der");
  assert_refused (cms);
}

static void
test_for_somebody_else (void)
{
  g_autoptr (GBytes) cms = NULL;

  shell ("openssl cms -encrypt -binary -outform DER -aes-256-cbc -in delivered.der -out out.der authority.pem");
  cms = read_file ("out.der");
  assert_refused (cms);
}

/* Cut anywhere, with a byte more, or no envelope at all. */
static void
test_damaged (void)
{
  g_autoptr (GBytes) whole = NULL;
  g_autoptr (GBytes) plain = read_file ("delivered.der");
  g_autoptr (GByteArray) longer = g_byte_array_new ();
  g_autoptr (GBytes) more = NULL;

  shell ("openssl cms -encrypt -binary -outform DER -aes-256-cbc -in delivered.der -out out.der transport.pem");
  whole = read_file ("out.der");
  for (gsize length = 0; length < g_bytes_get_size (whole); length += 97)
    {
      g_autoptr (GBytes) part = g_bytes_new_from_bytes (whole, 0, length);

      assert_refused (part);
    }
  g_byte_array_append (longer, g_bytes_get_data (whole, NULL), (guint) g_bytes_get_size (whole));
  g_byte_array_append (longer, (const guint8 *) "", 1);
  more = g_bytes_new (longer->data, longer->len);
  assert_refused (more);
  assert_refused (plain);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  signet_test_home ();
  folder = signet_test_make_dir ();
  shell ("openssl req -x509 -newkey rsa:3072 -nodes -keyout transport.key -out transport.pem -subj '/CN=Transport (sample)' -days 2;"
         "openssl req -x509 -newkey rsa:2048 -nodes -keyout authority.key -out authority.pem -subj '/CN=Authority (sample)' -days 2;"
         "openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out delivered.key;"
         "openssl pkcs8 -topk8 -nocrypt -in transport.key -outform DER -out transport.der;"
         "openssl pkcs8 -topk8 -nocrypt -in delivered.key -outform DER -out delivered.der");
  transport = read_key ("transport.der");
  for (gsize i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      g_autofree char *path = g_strconcat ("/delivery/", ways[i].name, NULL);

      g_test_add_data_func (path, &ways[i], test_way);
    }
  g_test_add_func ("/delivery/signed-inside", test_signed_inside);
  g_test_add_func ("/delivery/key-package", test_key_package);
  g_test_add_data_func ("/delivery/not-a-key/text", "this is no key", test_not_a_key);
  g_test_add_data_func ("/delivery/not-a-key/sequence", "\x30\x03\x02\x01\x05", test_not_a_key);
  g_test_add_func ("/delivery/for-somebody-else", test_for_somebody_else);
  g_test_add_func ("/delivery/damaged", test_damaged);
  status = g_test_run ();
  EVP_PKEY_free (transport);
  g_free (folder);
  return status;
}
