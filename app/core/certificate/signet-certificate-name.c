/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-certificate-name.c: distinguished names as text that is safe to show.
 *
 * Not OpenSSL's printer: that one stops at NUL, fails on strings of a wrong type and knows nothing of bidi controls. A value
 * that cannot be read is shown as the hex of its bytes (RFC 4514, 2.4), never left out. Pure functions, any thread.
 */
#define G_LOG_DOMAIN "signet-certificate-name"

#include "config.h"

#include "signet-certificate-private.h"

#include "../base/signet-text.h"

#define MAX_VALUE 256
#define MAX_NAME  2048
#define MAX_ENTRIES 64

/* Short names of RFC 4514, section 3; everything else is told by its OpenSSL short name or its number. */
char *
_signet_oid_to_text (const ASN1_OBJECT *object)
{
  char text[128];
  int length = OBJ_obj2txt (text, sizeof text, object, 1);

  if (length <= 0 || length >= (int) sizeof text)
    return g_strdup ("?");
  return g_strdup (text);
}

static char *
attribute_type_to_text (const ASN1_OBJECT *object)
{
  int nid = OBJ_obj2nid (object);
  const char *name = nid == NID_undef ? NULL : OBJ_nid2sn (nid);

  return name != NULL ? g_strdup (name) : _signet_oid_to_text (object);
}

static char *
value_to_hex (const ASN1_STRING *value)
{
  g_autofree char *hex = signet_text_hex (ASN1_STRING_get0_data (value), MIN (ASN1_STRING_length (value), MAX_VALUE));

  return g_strconcat ("#", hex, NULL);
}

/* The value as UTF-8 bytes that may hold NUL; NULL when its type lies about its bytes. */
static char *
value_to_utf8 (const ASN1_STRING *value, gsize *length)
{
  unsigned char *utf8 = NULL;
  int n = ASN1_STRING_to_UTF8 (&utf8, value);
  char *copy;

  if (n < 0)
    return NULL;
  copy = g_malloc (n + 1);
  memcpy (copy, utf8, n);
  copy[n] = '\0';
  OPENSSL_free (utf8);
  *length = n;
  return copy;
}

static gboolean
needs_escape (const char *text, gsize index, gsize length)
{
  char c = text[index];

  if (strchr ("\"+,;<>\\", c) != NULL && c != '\0')
    return TRUE;
  if (index == 0 && (c == ' ' || c == '#'))
    return TRUE;
  return index == length - 1 && c == ' ';
}

static char *
value_to_text (const ASN1_STRING *value)
{
  gsize length = 0;
  g_autofree char *utf8 = value_to_utf8 (value, &length);
  g_autoptr(GString) escaped = NULL;

  if (utf8 == NULL)
    return value_to_hex (value);
  escaped = g_string_sized_new (length + 8);
  for (gsize i = 0; i < length; i++)
    {
      if (needs_escape (utf8, i, length))
        g_string_append_c (escaped, '\\');
      g_string_append_c (escaped, utf8[i]);
    }
  return signet_text_sanitize (escaped->str, escaped->len, MAX_VALUE);
}

static void
append_entry (GString *text, const X509_NAME_ENTRY *entry, char separator)
{
  g_autofree char *type = attribute_type_to_text (X509_NAME_ENTRY_get_object (entry));
  g_autofree char *value = value_to_text (X509_NAME_ENTRY_get_data (entry));

  if (text->len > 0)
    g_string_append_c (text, separator);
  g_string_append_printf (text, "%s=%s", type, value);
}

/* RFC 4514: last RDN first; the values of one RDN are joined with '+'. */
char *
_signet_name_to_text (const X509_NAME *name)
{
  g_autoptr(GString) text = g_string_new (NULL);
  int n = name != NULL ? X509_NAME_entry_count (name) : 0;
  int previous_set = -1;

  for (int i = n - 1; i >= 0 && n - i <= MAX_ENTRIES && text->len < MAX_NAME; i--)
    {
      const X509_NAME_ENTRY *entry = X509_NAME_get_entry (name, i);
      int set = X509_NAME_ENTRY_set (entry);

      append_entry (text, entry, set == previous_set ? '+' : ',');
      previous_set = set;
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* The last value of a type: the most specific one. */
static char *
last_value (const X509_NAME *name, int nid)
{
  int index = -1, found = -1;
  const ASN1_STRING *value;
  g_autofree char *utf8 = NULL;
  gsize length = 0;

  for (int i = 0; i < MAX_ENTRIES && (index = X509_NAME_get_index_by_NID (name, nid, index)) >= 0; i++)
    found = index;
  if (found < 0)
    return NULL;
  value = X509_NAME_ENTRY_get_data (X509_NAME_get_entry (name, found));
  utf8 = value_to_utf8 (value, &length);
  if (utf8 == NULL)
    return value_to_hex (value);
  return length == 0 ? NULL : signet_text_sanitize (utf8, length, MAX_VALUE);
}

char *
_signet_name_to_holder (const X509_NAME *name)
{
  static const int types[] = { NID_commonName, NID_organizationName };

  for (gsize i = 0; name != NULL && i < G_N_ELEMENTS (types); i++)
    {
      char *value = last_value (name, types[i]);

      if (value != NULL)
        return value;
    }
  return _signet_name_to_text (name);
}
