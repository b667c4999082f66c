/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-qr.c: QR codes: what fits, how they look as text. That a reader reads them is tried in tests/end-to-end/test-enrol-hand.py. */
#include "config.h"

#include <string.h>

#include "../../app/core/base/signet-base-error.h"
#include "../../app/core/face/signet-qr.h"

static GBytes *
bytes_of (gsize length)
{
  char *data = g_malloc (length);

  memset (data, 'a', length);
  return g_bytes_new_take (data, length);
}

/* The three squares by which a reader finds a code. */
static void
test_finders (void)
{
  g_autoptr (GBytes) content = bytes_of (300);
  g_autoptr (GError) error = NULL;
  g_autoptr (SignetQr) qr = signet_qr_new (content, &error);
  guint last;

  g_assert_no_error (error);
  last = signet_qr_get_width (qr) - 1;
  for (guint i = 0; i < 7; i++)
    {
      g_assert_true (signet_qr_is_dark (qr, i, 0));
      g_assert_true (signet_qr_is_dark (qr, last - i, 0));
      g_assert_true (signet_qr_is_dark (qr, i, last));
    }
  g_assert_false (signet_qr_is_dark (qr, 7, 7));
  g_assert_false (signet_qr_is_dark (qr, last + 1, 0));
  g_assert_false (signet_qr_is_dark (qr, 0, G_MAXUINT));
}

static void
test_text (void)
{
  g_autoptr (GBytes) content = bytes_of (20);
  g_autoptr (SignetQr) qr = signet_qr_new (content, NULL);
  g_autofree char *plain = signet_qr_to_text (qr, FALSE);
  g_auto (GStrv) lines = g_strsplit (plain, "\n", -1);
  guint columns = signet_qr_columns (qr);

  g_assert_cmpuint (columns, ==, signet_qr_get_width (qr) + 2 * SIGNET_QR_MARGIN);
  g_assert_cmpuint (g_strv_length (lines), ==, (columns + 1) / 2 + 1);   /* and what is after the last line end */
  for (guint i = 0; *lines[i] != '\0'; i++)
    g_assert_cmpint (g_utf8_strlen (lines[i], -1), ==, columns);
}

/* RFC 2986 requests of P-256 keys have some 500 bytes, of RSA-3072 keys some 1400; beyond 2953 there is no QR code. */
static void
test_limits (void)
{
  g_autoptr (GBytes) most = bytes_of (2953);
  g_autoptr (GBytes) more = bytes_of (2954);
  g_autoptr (GBytes) far_more = bytes_of (100000);
  g_autoptr (GBytes) nothing = g_bytes_new (NULL, 0);
  GBytes *const refused[] = { more, far_more, nothing };
  g_autoptr (GError) error = NULL;
  g_autoptr (SignetQr) qr = signet_qr_new (most, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (signet_qr_get_width (qr), ==, 177);
  for (guint i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_assert_null (signet_qr_new (refused[i], &error));
      g_assert_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_TOO_LARGE);
      g_clear_error (&error);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/qr/finders", test_finders);
  g_test_add_func ("/qr/text", test_text);
  g_test_add_func ("/qr/limits", test_limits);
  return g_test_run ();
}
