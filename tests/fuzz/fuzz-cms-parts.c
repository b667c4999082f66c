/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fuzz-cms-parts.c: any bytes cut into the parts of a SignedData. What was put together again has the same parts, and with a countersignature one
 * attribute more. Single-threaded.
 */
#include "config.h"

#include <stdint.h>

#include "../../app/core/document/signet-cms-parts-private.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
assert_same (GPtrArray *a, GPtrArray *b)
{
  g_assert_cmpuint (a->len, ==, b->len);
  for (guint i = 0; i < a->len; i++)
    g_assert_true (g_bytes_equal (g_ptr_array_index (a, i), g_ptr_array_index (b, i)));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) encoded = g_bytes_new (data, size);
  g_autoptr(SignetCmsParts) parts = _signet_cms_parts_new (encoded, &error);
  g_autoptr(SignetCmsParts) again = NULL;
  g_autoptr(GBytes) whole = NULL;

  g_assert ((parts != NULL) != (error != NULL));
  if (parts == NULL)
    return 0;
  whole = _signet_cms_parts_encode (parts);
  again = _signet_cms_parts_new (whole, NULL);
  g_assert_nonnull (again);
  assert_same (parts->certificates, again->certificates);
  assert_same (parts->crls, again->crls);
  assert_same (parts->signer_infos, again->signer_infos);
  for (guint i = 0; i < parts->signer_infos->len; i++)
    {
      GBytes *signer_info = g_ptr_array_index (parts->signer_infos, i);
      g_autoptr(GBytes) wrapped = _signet_cms_wrap_signer_info (signer_info);
      gsize before = g_bytes_get_size (g_ptr_array_index (again->signer_infos, i));

      if (_signet_cms_parts_countersign (again, i, signer_info, NULL))
        g_assert_cmpuint (g_bytes_get_size (g_ptr_array_index (again->signer_infos, i)), >, before);
      (void) wrapped;
    }
  return 0;
}
