/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz-json-pointer.c: a JSON pointer (RFC 6901) in a line, and the JSON it points into. */
#include "config.h"

#include <stdint.h>
#include <string.h>

#include "../../plugins/rest/rest-json.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  const uint8_t *line = size > 0 ? memchr (data, '\n', size) : NULL;
  gsize length = line != NULL ? (gsize) (line - data) : 0;
  g_autofree char *pointer = g_strndup ((const char *) data, length);
  g_autoptr (GError) bad_pointer = NULL;
  g_autoptr (GError) bad_json = NULL;
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *text = NULL;
  gboolean ok = rest_pointer_check (pointer, &bad_pointer);

  g_assert_true (ok == (bad_pointer == NULL));
  if (line == NULL)
    return 0;
  root = rest_json_parse ((const char *) line + 1, size - length - 1, &bad_json);
  g_assert_true ((root != NULL) != (bad_json != NULL));
  if (root == NULL || !ok)
    return 0;
  text = rest_json_text (rest_pointer_find (root, pointer));
  g_assert_true (text == NULL || g_utf8_validate (text, -1, NULL));
  g_assert_true (*pointer != '\0' || rest_pointer_find (root, pointer) == root);
  return 0;
}
