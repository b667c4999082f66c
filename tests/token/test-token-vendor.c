/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-token-vendor.c: what is known of makers of tokens: our own data is in order, and what is wrong with a file keeps it out. */
#include "config.h"

#include <string.h>

#include "../../app/core/base/signet-base-error.h"
#include "../../app/core/token/signet-token-vendor-private.h"
#include "signet-test.h"

#define HEAD "[Vendor]\nName=Sample\nMaker=Sample Maker\n"

static SignetTokenVendor *
parse (const char *text, GError **error)
{
  return _signet_token_vendor_parse ("sample", text, strlen (text), error);
}

static guint
count_data_files (const char *dir)
{
  g_autoptr (GDir) folder = g_dir_open (dir, 0, NULL);
  const char *name = NULL;
  guint n = 0;

  while ((name = g_dir_read_name (folder)) != NULL)
    n += g_str_has_suffix (name, ".ini");
  return n;
}

/* Every file we install is read whole, and every statement says where it was read. */
static void
test_data (void)
{
  const char *dir = g_getenv ("SIGNET_MODULE_DATA");
  g_autoptr (GPtrArray) vendors = _signet_token_vendors_load (dir);

  g_assert_cmpuint (vendors->len, ==, count_data_files (dir));
  g_assert_cmpuint (vendors->len, >, 20);
  for (guint i = 0; i < vendors->len; i++)
    {
      const SignetTokenVendor *vendor = vendors->pdata[i];

      g_assert_cmpuint (vendor->entries->len, >, 0);
      for (guint n = 0; n < vendor->entries->len; n++)
        g_assert_cmpuint (strlen (((SignetVendorEntry *) vendor->entries->pdata[n])->source), >, 3);
    }
}

static void
test_known (void)
{
  static const guint8 yubikey[] = { 0x3b, 0xfd, 0x13, 0x00, 0x00, 0x81, 0x31, 0xfe, 0x15, 0x80, 0x73, 0xc0,
                                    0x21, 0xc0, 0x57, 0x59, 0x75, 0x62, 0x69, 0x4b, 0x65, 0x79, 0x40 };
  g_autoptr (GPtrArray) vendors = _signet_token_vendors_load (g_getenv ("SIGNET_MODULE_DATA"));
  g_autoptr (GPtrArray) cards = _signet_token_vendors_find_cards (vendors, yubikey, sizeof yubikey);
  const SignetVendorEntry *scdaemon = _signet_token_vendors_find_program (vendors, "scdaemon");

  g_assert_cmpuint (cards->len, ==, 2); /* Yubico's own module and OpenSC */
  g_assert_cmpstr (((SignetVendorEntry *) cards->pdata[0])->name, ==, "YubiKey 5");
  g_assert_cmpstr (_signet_token_vendors_find_usb (vendors, 0x1050, 0x0407)->vendor->package, ==, "ykcs11");
  g_assert_null (_signet_token_vendors_find_usb (vendors, 0x1d6b, 0x0002));
  g_assert_cmpstr (_signet_token_vendors_find_module (vendors, "/usr/lib/x86_64-linux-gnu/libykcs11.so.2.2.0")->id, ==, "yubico");
  g_assert_cmpstr (_signet_token_vendors_find_module (vendors, "/opt/x/opensc-pkcs11.so")->id, ==, "opensc");
  g_assert_null (_signet_token_vendors_find_module (vendors, "/opt/x/opensc-pkcs11-of-mine.so"));
  g_assert_nonnull (scdaemon);
  g_assert_cmpstr (scdaemon->command, ==, "gpgconf --kill scdaemon");
}

static void
test_exactness (void)
{
  static const guint8 atr[] = { 0x3b, 0x12, 0x34 };
  g_autoptr (GPtrArray) vendors = g_ptr_array_new_with_free_func ((GDestroyNotify) _signet_token_vendor_free);
  g_autoptr (GPtrArray) cards = NULL;
  g_autoptr (GPtrArray) none = NULL;

  g_ptr_array_add (vendors, parse (HEAD "[Card 3b....]\nName=Any\nSource=t\n[Usb 1050:*]\nName=Any\nSource=t\n", NULL));
  g_ptr_array_add (vendors, parse (HEAD "[Card 3b12.4]\nName=Exact\nSource=t\n[Usb 1050:0001]\nName=Exact\nSource=t\n", NULL));
  cards = _signet_token_vendors_find_cards (vendors, atr, sizeof atr);
  g_assert_cmpuint (cards->len, ==, 2);
  g_assert_cmpstr (((SignetVendorEntry *) cards->pdata[0])->name, ==, "Exact");
  none = _signet_token_vendors_find_cards (vendors, atr, 2);
  g_assert_cmpuint (none->len, ==, 0); /* another length is another card */
  g_assert_cmpstr (_signet_token_vendors_find_usb (vendors, 0x1050, 1)->name, ==, "Exact");
  g_assert_cmpstr (_signet_token_vendors_find_usb (vendors, 0x1050, 2)->name, ==, "Any");
}

static void
test_wrong (void)
{
  static const struct
  {
    const char *text;
    SignetBaseError code;
  } files[] = {
    { "", SIGNET_BASE_ERROR_MALFORMED },
    { "Name=Sample\n", SIGNET_BASE_ERROR_MALFORMED },
    { "[Usb 1050:0407]\nName=x\nSource=y\n", SIGNET_BASE_ERROR_MALFORMED },
    { "[Vendor]\nName=Sample\n", SIGNET_BASE_ERROR_MALFORMED },
    { HEAD "Colour=red\n", SIGNET_BASE_ERROR_MALFORMED },
    { HEAD "Events=sometimes\n", SIGNET_BASE_ERROR_MALFORMED },
    { HEAD "[Other x]\nSource=y\n", SIGNET_BASE_ERROR_MALFORMED },
    { HEAD "[Usb 1050:0407]\nName=x\n", SIGNET_BASE_ERROR_MALFORMED },
    { HEAD "[Usb 1050:0407]\nSource=x\n", SIGNET_BASE_ERROR_MALFORMED },
    { HEAD "[Usb 1050:040G]\nName=x\nSource=y\n", SIGNET_BASE_ERROR_MALFORMED },
    { HEAD "[Usb 1050]\nName=x\nSource=y\n", SIGNET_BASE_ERROR_MALFORMED },
    { HEAD "[Card 3B12]\nName=x\nSource=y\n", SIGNET_BASE_ERROR_MALFORMED },
    { HEAD "[Card 3b1]\nName=x\nSource=y\n", SIGNET_BASE_ERROR_MALFORMED },
    { HEAD "[Module sample.so]\nSource=y\n", SIGNET_BASE_ERROR_MALFORMED },
    { HEAD "[Module /usr/lib/../sample.so]\nSource=y\n", SIGNET_BASE_ERROR_MALFORMED },
    { HEAD "[Module /etc/passwd]\nSource=y\n", SIGNET_BASE_ERROR_MALFORMED },
    { HEAD "[Program a-name-that-is-too-long]\nName=x\nSource=y\n", SIGNET_BASE_ERROR_MALFORMED },
    { HEAD "[Usb 1050:0407]\nName=x\\ty\nSource=y\n", SIGNET_BASE_ERROR_MALFORMED },
    { HEAD "[Usb 1050:0407]\nName=x\nSource=y\nVerified=perhaps\n", SIGNET_BASE_ERROR_MALFORMED },
  };

  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (SignetTokenVendor) vendor = parse (files[i].text, &error);

      g_test_message ("%s", files[i].text);
      g_assert_null (vendor);
      g_assert_error (error, SIGNET_BASE_ERROR, (int) files[i].code);
    }
}

static void
test_limits (void)
{
  g_autoptr (GString) text = g_string_new (HEAD);
  g_autoptr (GError) error = NULL;
  g_autofree char *large = g_strnfill (65 * 1024, '#');

  for (guint i = 0; i < 300; i++)
    g_string_append_printf (text, "[Usb 1050:%04x]\nName=x\nSource=y\n", i);
  g_assert_null (parse (text->str, &error));
  g_assert_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_TOO_LARGE);
  g_clear_error (&error);
  g_assert_null (parse (large, &error));
  g_assert_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_TOO_LARGE);
}

/* One file that is wrong leaves the others. */
static void
test_folder (void)
{
  g_autofree char *dir = signet_test_make_dir ();
  g_autofree char *good = signet_test_write_file (dir, "good.ini", HEAD "[Usb 1050:0407]\nName=x\nSource=y\n", -1);
  g_autofree char *bad = signet_test_write_file (dir, "bad.ini", HEAD "[Nonsense]\n", -1);
  g_autofree char *other = signet_test_write_file (dir, "notes.txt", "nothing", -1);
  g_autoptr (GPtrArray) vendors = NULL;

  g_test_expect_message ("signet-token-vendor", G_LOG_LEVEL_WARNING, "*bad.ini*means nothing*");
  vendors = _signet_token_vendors_load (dir);
  g_test_assert_expected_messages ();
  g_assert_cmpuint (vendors->len, ==, 1);
  g_assert_cmpstr (((SignetTokenVendor *) vendors->pdata[0])->id, ==, "good");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  signet_test_home ();
  g_test_add_func ("/token/vendor/data", test_data);
  g_test_add_func ("/token/vendor/known", test_known);
  g_test_add_func ("/token/vendor/exactness", test_exactness);
  g_test_add_func ("/token/vendor/wrong", test_wrong);
  g_test_add_func ("/token/vendor/limits", test_limits);
  g_test_add_func ("/token/vendor/folder", test_folder);
  return g_test_run ();
}
