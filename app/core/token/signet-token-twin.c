/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-token-twin.c: one card that two modules show. They need not agree on its serial number, label or model: OpenSC and the maker's
 * own module do not. docs/decisions/0022-one-card-two-modules.md says why it is decided like this. Any thread.
 */
#define G_LOG_DOMAIN "signet-token-twin"

#include "config.h"

#include <string.h>

#include "signet-token-private.h"

/* pcsc-lite ends the name of a reader with its number and slot, " 00 00": no two readers of a computer share it. A slot's description has
 * 64 bytes, and may have lost them. */
static gboolean
is_reader_name (const char *name)
{
  gsize length = strlen (name);
  const char *end = name + length - 6;

  return length > 6 && end[0] == ' ' && g_ascii_isxdigit (end[1]) && g_ascii_isxdigit (end[2]) && end[3] == ' ' &&
         g_ascii_isxdigit (end[4]) && g_ascii_isxdigit (end[5]);
}

gboolean
_signet_token_has_reader (SignetToken *self)
{
  return is_reader_name (_signet_token_get_reader (self));
}

static gboolean
has_key (SignetToken *token, const char *sha256)
{
  GPtrArray *keys = signet_token_get_keys (token);

  for (guint i = 0; i < keys->len; i++)
    if (g_str_equal (signet_token_key_get_sha256 (keys->pdata[i]), sha256))
      return TRUE;
  return FALSE;
}

static gboolean
share_a_key (SignetToken *a, SignetToken *b)
{
  GPtrArray *keys = signet_token_get_keys (a);

  for (guint i = 0; i < keys->len; i++)
    if (*signet_token_key_get_sha256 (keys->pdata[i]) != '\0' && has_key (b, signet_token_key_get_sha256 (keys->pdata[i])))
      return TRUE;
  return FALSE;
}

/* Two cards may hold copies of one key: never by the key alone, the reader must be the same. */
gboolean
_signet_token_is_same_card (SignetToken *a, SignetToken *b)
{
  const char *reader = _signet_token_get_reader (a);

  if (_signet_token_get_module (a) == _signet_token_get_module (b))
    return FALSE;
  if (*signet_token_get_serial (a) != '\0' && g_str_equal (signet_token_get_uri (a), signet_token_get_uri (b)))
    return TRUE;
  if (*reader == '\0' || !g_str_equal (reader, _signet_token_get_reader (b)))
    return FALSE;
  return is_reader_name (reader) || share_a_key (a, b);
}

static gboolean
can_make_keys (SignetToken *token)
{
  return signet_token_can_make_key (token, "rsa-2048") || signet_token_can_make_key (token, "ec-p256");
}

static guint
count_certified_keys (SignetToken *token)
{
  GPtrArray *keys = signet_token_get_keys (token);
  guint n = 0;

  for (guint i = 0; i < keys->len; i++)
    n += signet_token_key_has_private (keys->pdata[i]) && signet_token_key_get_certificate (keys->pdata[i]) != NULL;
  return n;
}

gboolean
_signet_token_is_better (SignetToken *a, SignetToken *b)
{
  guint n_a = count_certified_keys (a);
  guint n_b = count_certified_keys (b);

  if (n_a != n_b)
    return n_a > n_b;
  return can_make_keys (a) && !can_make_keys (b);
}
