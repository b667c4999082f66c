/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-test-http-faults.c: what any server can do wrong. For tests only. */
#include "config.h"

#include "signet-test-http-faults.h"

#include <gio/gio.h>
#include <string.h>

#define SLOW      60
#define ENDLESS   (G_GUINT64_CONSTANT (1) << 30) /* more than anybody takes */
#define BOMB_SIZE (64 * 1024 * 1024)             /* unpacked */

const char *const test_http_faults[] = { "error-500", "error-404", "html", "slow", "drip", "endless", "empty", "garbage", "gzip-bomb", "elsewhere", "round", NULL };

static GBytes *
make_bomb (void)
{
  g_autoptr (GZlibCompressor) compressor = g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP, 9);
  g_autoptr (GOutputStream) memory = g_memory_output_stream_new_resizable ();
  g_autoptr (GOutputStream) packed = g_converter_output_stream_new (memory, G_CONVERTER (compressor));
  g_autofree guint8 *zeros = g_malloc0 (1024 * 1024);

  for (gsize i = 0; i < BOMB_SIZE; i += 1024 * 1024)
    g_output_stream_write_all (packed, zeros, 1024 * 1024, NULL, NULL, NULL);
  g_output_stream_close (packed, NULL, NULL);
  return g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (memory));
}

gboolean
test_http_fault (const char *fault, const char *path, TestAnswer *answer)
{
  static const char html[] = "<html><body>Welcome to the guest network</body></html>";

  if (fault == NULL || !g_strv_contains (test_http_faults, fault))
    return FALSE;
  answer->delay = strcmp (fault, "slow") == 0 ? SLOW : 0;
  answer->drip = strcmp (fault, "drip") == 0;
  answer->flood = strcmp (fault, "endless") == 0 ? ENDLESS : 0;
  if (g_str_has_prefix (fault, "error-"))
    answer->status = (guint) g_ascii_strtoull (fault + strlen ("error-"), NULL, 10);
  else if (strcmp (fault, "html") == 0)
    {
      answer->content_type = "text/html";
      answer->body = g_bytes_new_static (html, strlen (html));
    }
  else if (strcmp (fault, "garbage") == 0)
    answer->body = g_bytes_new_static ("\x30\x82\x01\x00\x0a\x01\x00garbage", 14);
  else if (strcmp (fault, "empty") == 0)
    answer->body = g_bytes_new_static ("", 0);
  else if (strcmp (fault, "gzip-bomb") == 0)
    {
      answer->content_encoding = "gzip";
      answer->body = make_bomb ();
    }
  else if (strcmp (fault, "elsewhere") == 0 || strcmp (fault, "round") == 0)
    {
      answer->status = 302;
      answer->location = strcmp (fault, "round") == 0 ? g_strdup (path) : g_strconcat ("http://localhost:9", path, NULL);
    }
  return TRUE;
}

GBytes *
test_http_truncate (GBytes *body)
{
  GBytes *half = g_bytes_new_from_bytes (body, 0, g_bytes_get_size (body) / 2);

  g_bytes_unref (body);
  return half;
}
