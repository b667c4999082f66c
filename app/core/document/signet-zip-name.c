/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-zip-name.c: which names members of a container may have. Nothing is unpacked by name here, but by the tools of others it will be. Any thread. */
#define G_LOG_DOMAIN "signet-zip-name"

#include "config.h"

#include <string.h>

#include "signet-zip-private.h"

#define MAX_NAME  1024 /* bytes */
#define MAX_DEPTH 32

static gboolean
is_odd_character (char c)
{
  return (guint8) c < 0x20 || c == 0x7f || c == '\\';
}

/* A part of a path between two slashes */
static const char *
find_fault_in_part (const char *part, gsize length)
{
  if (length == 0)
    return "a name with an empty part";
  if ((length == 1 && part[0] == '.') || (length == 2 && part[0] == '.' && part[1] == '.'))
    return "a name with . or ..";
  return NULL;
}

static const char *
find_fault_in_path (const char *name, gsize length)
{
  const char *part = name;
  const char *end = name + length - (name[length - 1] == '/' ? 1 : 0); /* a folder */
  guint depth = 0;

  for (const char *p = name; p <= end; p++)
    {
      const char *fault = NULL;

      if (p < end && *p != '/')
        continue;
      fault = find_fault_in_part (part, (gsize) (p - part));
      if (fault == NULL && ++depth > MAX_DEPTH)
        fault = "a name of too many folders";
      if (fault != NULL)
        return fault;
      part = p + 1;
    }
  return NULL;
}

const char *
_signet_zip_find_fault_in_name (const char *name, gsize length)
{
  if (length == 0)
    return "a member without a name";
  if (length > MAX_NAME)
    return "a name that is too long";
  for (gsize i = 0; i < length; i++)
    if (is_odd_character (name[i]))
      return "a name with a control character or a backslash";
  if (!g_utf8_validate (name, (gssize) length, NULL))
    return "a name that is not UTF-8";
  if (name[0] == '/' || (length >= 2 && g_ascii_isalpha (name[0]) && name[1] == ':'))
    return "an absolute name";
  return find_fault_in_path (name, length);
}

static gboolean
is_ascii (const char *text)
{
  for (; *text != '\0'; text++)
    if ((guint8) *text >= 0x80)
      return FALSE;
  return TRUE;
}

char *
_signet_zip_make_name_key (const char *name)
{
  g_autofree char *normal = NULL;
  g_autofree char *folded = NULL;
  char *key = NULL;
  gsize length;

  if (is_ascii (name))
    key = g_ascii_strdown (name, -1);
  else
    {
      normal = g_utf8_normalize (name, -1, G_NORMALIZE_NFC);
      folded = g_utf8_casefold (normal != NULL ? normal : name, -1);
      key = g_utf8_normalize (folded, -1, G_NORMALIZE_NFC);
    }
  length = strlen (key);
  if (length > 0 && key[length - 1] == '/')
    key[length - 1] = '\0';
  return key;
}
