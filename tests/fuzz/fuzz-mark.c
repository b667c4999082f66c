/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz-mark.c: what a person or a script says of a visible mark: its description, placeholders in its text, the head of its picture. The first byte says which. */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../app/core/mark/signet-mark-draw.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* What was understood is said again, and understood the same */
static void
try_spec (const char *spec)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(SignetVisibleMark) mark = signet_mark_parse (spec, &error);
  g_autoptr(SignetVisibleMark) again = NULL;
  g_autofree char *said = NULL;
  g_autofree char *said_again = NULL;

  if ((mark == NULL) == (error == NULL))
    abort ();
  if (mark == NULL)
    return;
  said = signet_mark_to_spec (mark);
  again = signet_mark_parse (said, NULL);
  if (again == NULL)
    {
      /* what was escaped may be longer than a description can be */
      if (strlen (said) <= 8192)
        abort ();
      return;
    }
  said_again = signet_mark_to_spec (again);
  if (strcmp (said, said_again) != 0)
    abort ();
}

static void
try_text (const char *text)
{
  static const SignetMarkFacts facts = { .name = "Li Na\xe2\x80\xae {date}", .reason = "", .time = 1 };
  g_autoptr(GError) error = NULL;
  g_autofree char *expanded = g_utf8_validate (text, -1, NULL) ? signet_mark_expand (text, &facts, &error) : g_strdup ("");

  if ((expanded == NULL) == (error == NULL) || (expanded != NULL && !g_utf8_validate (expanded, -1, NULL)))
    abort ();
}

static void
try_image (const uint8_t *data, size_t size)
{
  g_autoptr(GBytes) bytes = g_bytes_new (data, size);
  g_autoptr(GError) error = NULL;

  if (signet_mark_check_image (bytes, &error) == (error != NULL))
    abort ();
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = NULL;

  if (size == 0)
    return 0;
  text = g_strndup ((const char *) data + 1, size - 1);
  if (data[0] == 's')
    try_spec (text);
  else if (data[0] == 't')
    try_text (text);
  else
    try_image (data + 1, size - 1);
  return 0;
}
