/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz-recording.c: a recording of a conversation: parsed or an error, and what was parsed is printed as what parses the same. */
#include "config.h"

#include <stdint.h>
#include <string.h>

#include "../../app/core/plugin/signet-plugin-recording.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SignetPluginRecording) recording = signet_plugin_recording_parse ((const char *) data, size, &error);
  g_autoptr (SignetPluginRecording) again = NULL;
  g_autofree char *text = NULL;

  g_assert_true ((recording != NULL) != (error != NULL));
  if (recording == NULL)
    return 0;
  text = signet_plugin_recording_print (recording);
  again = signet_plugin_recording_parse (text, strlen (text), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (signet_plugin_recording_count (again), ==, signet_plugin_recording_count (recording));
  return 0;
}
