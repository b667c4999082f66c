/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-qr.c: a QR code as modules and as text. One code or none: readers that join several (structured append) are rare, and half of a
 * request is no request. Pure functions.
 */
#define G_LOG_DOMAIN "signet-qr"

#include "config.h"

#include "signet-qr.h"

#include <qrencode.h>

#include "../base/signet-base-error.h"

/* Up to here the code stays readable with errors of 15 %; beyond, with 7 %, it still fits. */
#define MAX_BYTES_MEDIUM 600
#define BLACK_ON_WHITE "\033[38;5;16m\033[48;5;231m"
#define AS_BEFORE "\033[0m"

struct _SignetQr
{
  QRcode *code;
};

SignetQr *
signet_qr_new (GBytes *content, GError **error)
{
  gsize length;
  const guint8 *data = g_bytes_get_data (content, &length);
  QRecLevel level = length <= MAX_BYTES_MEDIUM ? QR_ECLEVEL_M : QR_ECLEVEL_L;
  QRcode *code = length > 0 && length <= G_MAXUINT16 ? QRcode_encodeData ((int) length, data, 0, level) : NULL;
  SignetQr *self;

  if (code == NULL)
    {
      g_set_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_TOO_LARGE, "%" G_GSIZE_FORMAT " bytes do not fit into one QR code", length);
      return NULL;
    }
  self = g_new0 (SignetQr, 1);
  self->code = code;
  return self;
}

void
signet_qr_free (SignetQr *self)
{
  if (self == NULL)
    return;
  QRcode_free (self->code);
  g_free (self);
}

guint
signet_qr_get_width (const SignetQr *self)
{
  return (guint) self->code->width;
}

gboolean
signet_qr_is_dark (const SignetQr *self, guint x, guint y)
{
  guint width = signet_qr_get_width (self);

  return x < width && y < width && (self->code->data[y * width + x] & 1) != 0;
}

guint
signet_qr_columns (const SignetQr *self)
{
  return signet_qr_get_width (self) + 2 * SIGNET_QR_MARGIN;
}

/* In coordinates that begin in the margin. */
static gboolean
is_dark_with_margin (const SignetQr *self, guint x, guint y)
{
  return x >= SIGNET_QR_MARGIN && y >= SIGNET_QR_MARGIN && signet_qr_is_dark (self, x - SIGNET_QR_MARGIN, y - SIGNET_QR_MARGIN);
}

/* @ink: whether dark modules are drawn, or light ones are. */
static void
append_line (const SignetQr *self, GString *text, guint y, gboolean ink)
{
  static const char *const blocks[] = { " ", "▄", "▀", "█" };
  guint columns = signet_qr_columns (self);

  for (guint x = 0; x < columns; x++)
    {
      gboolean upper = is_dark_with_margin (self, x, y) == ink;
      gboolean lower = is_dark_with_margin (self, x, y + 1) == ink;

      g_string_append (text, blocks[(upper ? 2 : 0) + (lower ? 1 : 0)]);
    }
}

char *
signet_qr_to_text (const SignetQr *self, gboolean colour)
{
  g_autoptr (GString) text = g_string_new (NULL);
  guint rows = signet_qr_columns (self);

  for (guint y = 0; y < rows; y += 2)
    {
      g_string_append (text, colour ? BLACK_ON_WHITE : "");
      append_line (self, text, y, colour);
      g_string_append (text, colour ? AS_BEFORE "\n" : "\n");
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}
