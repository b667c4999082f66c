/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-test-card-store.c: what the virtual card keeps: data objects, PINs with their counters, its faults; and TLV.
 *
 * Files of the folder: "pin" and "puk" ("123456 3 3": value, tries left, tries at most), "management" (24 bytes),
 * "object-5fc105", "key-9a" (see signet-test-card-keys.c), "fault". Not here: who may read or write them.
 */
#define G_LOG_DOMAIN "signet-test-card"

#include "config.h"

#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

#include "signet-test-card.h"

#define PIN_SIZE 8
#define MIN_PIN 6
#define DEFAULT_TRIES 3

static const char *const pin_files[] = { "pin", "puk" };
static const char *const default_pins[] = { "123456", "12345678" };

/* --- TLV --- */

/* ISO/IEC 7816-4, 5.2.2: @pos stands on the length; on success behind it. */
static gboolean
read_length (const guint8 *data, gsize size, gsize *pos, gsize *length)
{
  guint n = 0;

  if (*pos >= size)
    return FALSE;
  *length = data[(*pos)++];
  if (*length >= 0x80)
    {
      n = *length & 0x7F;
      if (n == 0 || n > 2 || *pos + n > size)
        return FALSE;
      for (*length = 0; n > 0; n--)
        *length = *length << 8 | data[(*pos)++];
    }
  return *length <= size - *pos;
}

const guint8 *
signet_test_card_tlv_find (const guint8 *data, gsize size, guint8 tag, gsize *length)
{
  gsize pos = 0;

  while (pos < size)
    {
      guint8 here = data[pos++];

      if (!read_length (data, size, &pos, length))
        return NULL;
      if (here == tag)
        return data + pos;
      pos += *length;
    }
  return NULL;
}

const guint8 *
signet_test_card_tlv_open (const guint8 *data, gsize size, gsize *length)
{
  gsize pos = 1;

  if (size > 0 && (data[0] & 0x1F) == 0x1F)
    pos = 2;
  return read_length (data, size, &pos, length) ? data + pos : NULL;
}

void
signet_test_card_tlv_add (GByteArray *out, guint tag, const void *value, gsize length)
{
  guint8 head[5];
  guint n = 0;

  if (tag > 0xFF)
    head[n++] = (guint8) (tag >> 8);
  head[n++] = (guint8) tag;
  if (length > 0xFF)
    {
      head[n++] = 0x82;
      head[n++] = (guint8) (length >> 8);
    }
  else if (length > 0x7F)
    head[n++] = 0x81;
  head[n++] = (guint8) length;
  g_byte_array_append (out, head, n);
  if (length > 0)
    g_byte_array_append (out, value, (guint) length);
}

/* --- files --- */

gboolean
signet_test_card_store_load (SignetTestCard *card, const char *name, GByteArray *out)
{
  g_autofree char *path = g_build_filename (card->folder, name, NULL);
  g_autofree char *content = NULL;
  gsize length = 0;

  if (!g_file_get_contents (path, &content, &length, NULL))
    return FALSE;
  g_byte_array_append (out, (const guint8 *) content, (guint) length);
  return TRUE;
}

void
signet_test_card_store_save (SignetTestCard *card, const char *name, const void *data, gsize length)
{
  g_autofree char *path = g_build_filename (card->folder, name, NULL);
  g_autoptr (GError) error = NULL;

  if (length == 0)
    g_remove (path);
  else if (!g_file_set_contents (path, data, (gssize) length, &error))
    g_error ("%s", error->message);
}

static char *
load_text (SignetTestCard *card, const char *name)
{
  g_autoptr (GByteArray) content = g_byte_array_new ();

  if (!signet_test_card_store_load (card, name, content))
    return NULL;
  return g_strndup ((const char *) content->data, content->len);
}

gboolean
signet_test_card_store_fault (SignetTestCard *card, const char *word, guint *value)
{
  g_autofree char *text = load_text (card, "fault");
  g_auto (GStrv) lines = g_strsplit (text != NULL ? text : "", "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_auto (GStrv) parts = g_strsplit (g_strstrip (lines[i]), " ", 2);

      if (parts[0] == NULL || strcmp (parts[0], word) != 0)
        continue;
      if (value != NULL && parts[1] != NULL)
        *value = (guint) g_ascii_strtoull (parts[1], NULL, 10);
      return TRUE;
    }
  return FALSE;
}

/* --- PINs --- */

typedef struct
{
  char value[PIN_SIZE + 1];
  guint left;
  guint max;
} Pin;

static void
load_pin (SignetTestCard *card, SignetTestCardReference which, Pin *pin)
{
  g_autofree char *text = load_text (card, pin_files[which]);

  if (text == NULL || sscanf (text, "%8s %u %u", pin->value, &pin->left, &pin->max) != 3)
    g_error ("%s/%s is no PIN file", card->folder, pin_files[which]);
}

static void
save_pin (SignetTestCard *card, SignetTestCardReference which, const Pin *pin)
{
  g_autofree char *text = g_strdup_printf ("%s %u %u\n", pin->value, pin->left, pin->max);

  signet_test_card_store_save (card, pin_files[which], text, strlen (text));
}

/* Padded with FF as it travels (SP 800-73-4 part 2, 2.4.3). */
static gboolean
pin_is (const Pin *pin, const guint8 *given)
{
  guint8 padded[PIN_SIZE];

  memset (padded, 0xFF, sizeof padded);
  memcpy (padded, pin->value, strlen (pin->value));
  return memcmp (padded, given, PIN_SIZE) == 0;
}

guint
signet_test_card_pin_query (SignetTestCard *card, SignetTestCardReference which)
{
  Pin pin;

  load_pin (card, which, &pin);
  return pin.left == 0 ? SIGNET_TEST_CARD_LOCKED : SIGNET_TEST_CARD_TRIES_LEFT + MIN (pin.left, 15);
}

guint
signet_test_card_pin_check (SignetTestCard *card, SignetTestCardReference which, const guint8 *given)
{
  Pin pin;
  gboolean right = FALSE;

  load_pin (card, which, &pin);
  if (pin.left == 0)
    return SIGNET_TEST_CARD_LOCKED;
  right = pin_is (&pin, given);
  pin.left = right ? pin.max : pin.left - 1;
  save_pin (card, which, &pin);
  return right ? SIGNET_TEST_CARD_OK : signet_test_card_pin_query (card, which);
}

guint
signet_test_card_pin_set (SignetTestCard *card, SignetTestCardReference which, const guint8 *given)
{
  Pin pin;
  gsize length = 0;

  load_pin (card, which, &pin);
  while (length < PIN_SIZE && given[length] != 0xFF)
    length++;
  if (length < MIN_PIN)
    return SIGNET_TEST_CARD_WRONG_DATA;
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isgraph ((char) given[i]))
      return SIGNET_TEST_CARD_WRONG_DATA;
  memcpy (pin.value, given, length);
  pin.value[length] = '\0';
  pin.left = pin.max;
  save_pin (card, which, &pin);
  return SIGNET_TEST_CARD_OK;
}

guint
signet_test_card_pin_set_tries (SignetTestCard *card, guint pin, guint puk)
{
  const guint tries[] = { pin, puk };

  for (guint i = 0; i < G_N_ELEMENTS (tries); i++)
    {
      Pin fresh = { .left = tries[i], .max = tries[i] };

      if (tries[i] == 0)
        return SIGNET_TEST_CARD_WRONG_DATA;
      g_strlcpy (fresh.value, default_pins[i], sizeof fresh.value);
      save_pin (card, i, &fresh);
    }
  return SIGNET_TEST_CARD_OK;
}

/* Yubico's metadata of a PIN: algorithm FF, whether it is the factory's, tries at most and left. */
void
signet_test_card_pin_describe (SignetTestCard *card, SignetTestCardReference which, GByteArray *out)
{
  Pin pin;
  guint8 algorithm = 0xFF;
  guint8 is_default = 0;
  guint8 tries[2];

  load_pin (card, which, &pin);
  is_default = strcmp (pin.value, default_pins[which]) == 0;
  tries[0] = (guint8) pin.max;
  tries[1] = (guint8) pin.left;
  signet_test_card_tlv_add (out, 0x01, &algorithm, 1);
  signet_test_card_tlv_add (out, 0x05, &is_default, 1);
  signet_test_card_tlv_add (out, 0x06, tries, sizeof tries);
}

/* --- the factory --- */

void
signet_test_card_store_format (SignetTestCard *card)
{
  static const guint8 third[] = { 1, 2, 3, 4, 5, 6, 7, 8 };
  guint8 management[24];
  g_autoptr (GDir) dir = g_dir_open (card->folder, 0, NULL);
  const char *name = NULL;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_prefix (name, "key-") || g_str_has_prefix (name, "object-"))
      signet_test_card_store_save (card, name, NULL, 0);
  for (guint i = 0; i < sizeof management; i++)
    management[i] = third[i % sizeof third];
  signet_test_card_store_save (card, "management", management, sizeof management);
  signet_test_card_pin_set_tries (card, DEFAULT_TRIES, DEFAULT_TRIES);
}
