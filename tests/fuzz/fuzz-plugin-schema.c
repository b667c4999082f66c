/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz-plugin-schema.c: any line held against the schema of the protocol: a verdict, and text that can be shown. */
#include "config.h"

#include <stdint.h>

#include "../../app/core/plugin/signet-plugin-schema.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static SignetPluginSchema *schema;
  g_autoptr (GError) error = NULL;
  g_autofree char *fault = NULL;

  if (schema == NULL)
    schema = signet_plugin_schema_load (SIGNET_SCHEMA, &error);
  g_assert_no_error (error);
  fault = signet_plugin_schema_check (schema, (const char *) data, size);
  g_assert_true (fault == NULL || g_utf8_validate (fault, -1, NULL));
  return 0;
}
