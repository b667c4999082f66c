/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz-manifest.c: what a plugin says of itself. */
#include "config.h"

#include <stdint.h>
#include <string.h>

#include "../../app/core/plugin/signet-plugin-private.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SignetPluginManifest) manifest = _signet_plugin_manifest_parse ((const char *) data, size, "/nowhere", &error);

  g_assert ((manifest != NULL) != (error != NULL));
  if (manifest == NULL)
    return 0;
  g_assert_null (strchr (_signet_plugin_manifest_get_program (manifest), '/'));
  g_assert_true (g_utf8_validate (signet_plugin_manifest_get_name (manifest), -1, NULL));
  return 0;
}
