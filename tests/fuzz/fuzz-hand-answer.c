/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz-hand-answer.c: the file an authority gave a person who carried a request there; and a request, whose key is taken. */
#include "config.h"

#include <stdint.h>
#include <string.h>

#include "../../plugins/pkcs10/pkcs10-answer.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *key = pkcs10_request_key (data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (Pkcs10Answer) answer =
      pkcs10_answer_read (data, size, key != NULL ? key : "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", &error);

  g_assert_true ((answer != NULL) != (error != NULL));
  if (error != NULL)
    g_assert_true (g_utf8_validate (error->message, -1, NULL));
  return 0;
}
