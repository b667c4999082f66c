/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz-plugin-line.c: a line written by a plugin, and the form it may hold. */
#include "config.h"

#include <stdint.h>

#include "../../app/core/enrolment/signet-enrolment-private.h"
#include "../../app/core/plugin/signet-plugin-private.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) form_error = NULL;
  g_autoptr (SignetPluginLine) line = _signet_plugin_line_parse ((const char *) data, size, &error);
  g_autoptr (SignetForm) form = NULL;

  g_assert ((line != NULL) != (error != NULL));
  if (line == NULL || line->body == NULL)
    return 0;
  form = _signet_enrolment_form_parse (line->body, &form_error);
  g_assert ((form != NULL) != (form_error != NULL));
  return 0;
}
