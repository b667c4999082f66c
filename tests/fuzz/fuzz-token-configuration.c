/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz-token-configuration.c: one file of p11-kit's configuration. */
#include "config.h"

#include <stdint.h>

#include "../../app/core/token/signet-token-private.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GHashTable) values = _signet_token_configuration_parse ((const char *) data, size);
  GHashTableIter iter;
  gpointer name = NULL;
  gpointer value = NULL;

  if (values == NULL)
    return 0;
  g_hash_table_iter_init (&iter, values);
  while (g_hash_table_iter_next (&iter, &name, &value))
    {
      g_assert_true (g_utf8_validate (name, -1, NULL));
      g_assert_null (strchr (name, '\n'));
      g_assert_null (strchr (value, '\n'));
    }
  return 0;
}
