/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz-token-listing.c: what a token host answers: tokens, objects, keys joined, signatures. Input: a GVariant's text ("[…]") or
 * its bytes. */
#include "config.h"

#include <stdint.h>

#include "../../app/core/token/signet-token-private.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static GVariant *
read_input (const uint8_t *data, size_t size)
{
  g_autoptr (GBytes) bytes = NULL;

  if (size > 0 && data[0] == '[')
    {
      if (!g_utf8_validate ((const char *) data, (gssize) size, NULL)) /* g_variant_parse() takes for granted that it is text */
        return NULL;

      return g_variant_parse (G_VARIANT_TYPE ("aa{sv}"), (const char *) data, (const char *) data + size, NULL, NULL);
    }
  bytes = g_bytes_new (data, size);
  return g_variant_ref_sink (g_variant_new_from_bytes (G_VARIANT_TYPE ("aa{sv}"), bytes, FALSE));
}

static void
read_everything (SignetToken *token)
{
  GPtrArray *keys = signet_token_get_keys (token);

  g_assert_true (g_utf8_validate (signet_token_get_label (token), -1, NULL));
  g_assert_true (g_utf8_validate (signet_token_get_uri (token), -1, NULL));
  for (guint i = 0; i < MIN (keys->len, 64); i++)
    {
      SignetTokenKey *key = keys->pdata[i];

      g_assert_true (g_utf8_validate (signet_token_key_get_uri (key), -1, NULL));
      g_assert_nonnull (signet_token_key_get_key_text (key));
      g_assert_nonnull (signet_token_key_get_sha256 (key));
      signet_token_key_has_private (key);
    }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (SignetTokenModule) module = _signet_token_module_new ("/nowhere/module.so", NULL, FALSE);
  g_autoptr (GVariant) tokens = read_input (data, size);
  g_autoptr (GPtrArray) parsed = NULL;
  g_autoptr (GBytes) whole = g_bytes_new (data, size);
  g_autoptr (GBytes) spki = _signet_token_certificate_dup_spki (whole);
  g_autoptr (GVariant) answer = g_variant_ref_sink (g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, data, size, 1));
  g_autoptr (GBytes) signature = _signet_token_read_signature (SIGNET_SIGNATURE_ECDSA, answer);

  (void) spki;
  (void) signature;
  if (tokens == NULL)
    return 0;
  parsed = _signet_token_parse_tokens (module, tokens);
  g_assert_cmpuint (parsed->len, <=, SIGNET_TOKEN_MAX_TOKENS);
  for (guint i = 0; i < parsed->len; i++)
    read_everything (parsed->pdata[i]);
  return 0;
}
