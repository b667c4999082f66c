/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-enrolment-name.c: the subject of a request: from the authority's template and what the person filled in, to an X.501
 * name. Values are put in escaped (RFC 4514, 2.4), so that nobody adds a part to a name by typing a comma. Pure functions.
 */
#define G_LOG_DOMAIN "signet-enrolment-name"

#include "config.h"

#include "signet-enrolment-private.h"

#include <string.h>

#include "../base/signet-base-error.h"

#define MAX_NAME 4096
#define MAX_PARTS 32

/* --- RFC 4514 -> X509_NAME ------------------------------------------------------------------------------------------------ */

/* Splits at commas that are not escaped. */
static GPtrArray *
split_parts (const char *text)
{
  GPtrArray *parts = g_ptr_array_new_with_free_func (g_free);
  const char *start = text;

  for (const char *at = text;; at++)
    {
      if (*at == '\\' && at[1] != '\0')
        {
          at++;
          continue;
        }
      if (*at != ',' && *at != '\0')
        continue;
      g_ptr_array_add (parts, g_strndup (start, at - start));
      if (*at == '\0')
        return parts;
      start = at + 1;
    }
}

/* \, -> ,   \2C -> , */
static char *
unescape (const char *value)
{
  GString *plain = g_string_new (NULL);

  for (const char *at = value; *at != '\0'; at++)
    {
      if (*at != '\\' || at[1] == '\0')
        g_string_append_c (plain, *at);
      else if (g_ascii_isxdigit (at[1]) && g_ascii_isxdigit (at[2]))
        {
          g_string_append_c (plain, (char) (g_ascii_xdigit_value (at[1]) * 16 + g_ascii_xdigit_value (at[2])));
          at += 2;
        }
      else
        g_string_append_c (plain, *++at);
    }
  return g_string_free (plain, FALSE);
}

static gboolean
add_part (X509_NAME *name, const char *part)
{
  const char *equals = strchr (part, '=');
  g_autofree char *type = equals != NULL ? g_strstrip (g_strndup (part, equals - part)) : NULL;
  g_autofree char *value = equals != NULL ? unescape (equals + 1) : NULL;

  if (type == NULL || *type == '\0')
    return FALSE;
  if (*g_strstrip (value) == '\0')
    return TRUE;
  return X509_NAME_add_entry_by_txt (name, type, MBSTRING_UTF8, (const guchar *) value, -1, -1, 0) == 1;
}

X509_NAME *
_signet_enrolment_name_parse (const char *text, GError **error)
{
  g_autoptr (GPtrArray) parts = NULL;
  X509_NAME *name = X509_NAME_new ();
  gboolean ok = strlen (text) <= MAX_NAME && g_utf8_validate (text, -1, NULL);

  parts = split_parts (ok ? text : "");
  ok = ok && parts->len <= MAX_PARTS;
  /* the text has the most specific part first, the name has it last */
  for (guint i = parts->len; ok && i-- > 0;)
    ok = add_part (name, parts->pdata[i]);
  if (ok && X509_NAME_entry_count (name) > 0)
    return name;
  X509_NAME_free (name);
  signet_base_error_set_openssl (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_USAGE,
                                 "a name that cannot be used in a certificate");
  return NULL;
}

/* --- template -> RFC 4514 --------------------------------------------------------------------------------------------------- */

static void
append_escaped (GString *out, const char *value)
{
  g_autofree char *stripped = g_strstrip (g_strdup (value));

  for (const char *at = stripped; *at != '\0'; at++)
    {
      if (strchr (",+\"\\<>;=", *at) != NULL || (*at == '#' && at == stripped))
        g_string_append_c (out, '\\');
      g_string_append_c (out, *at);
    }
}

/* "{name}" -> the field's value, escaped; an unknown field is empty. */
static char *
fill_in (const char *part, GHashTable *fields)
{
  GString *out = g_string_new (NULL);

  while (*part != '\0')
    {
      const char *end = *part == '{' ? strchr (part, '}') : NULL;

      if (end != NULL)
        {
          g_autofree char *id = g_strndup (part + 1, end - part - 1);
          const char *value = g_hash_table_lookup (fields, id);

          append_escaped (out, value != NULL ? value : "");
          part = end + 1;
        }
      else
        g_string_append_c (out, *part++);
    }
  return g_string_free (out, FALSE);
}

/* (transfer full): the subject in RFC 4514, parts without a value left out; NULL when nothing is left or it cannot be a name. */
char *
_signet_enrolment_name_from_template (const char *template, GHashTable *fields, GError **error)
{
  g_autoptr (GPtrArray) parts = split_parts (template);
  g_autoptr (GString) text = g_string_new (NULL);
  X509_NAME *name;

  for (guint i = 0; i < parts->len; i++)
    {
      g_autofree char *part = fill_in (g_strstrip (parts->pdata[i]), fields);

      if (*part == '\0' || g_str_has_suffix (part, "="))
        continue;
      g_string_append_printf (text, "%s%s", text->len > 0 ? "," : "", part);
    }
  name = _signet_enrolment_name_parse (text->str, error);
  if (name == NULL)
    return NULL;
  X509_NAME_free (name);
  return g_string_free (g_steal_pointer (&text), FALSE);
}
