/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-mark-text.c: placeholders of a mark's text and what they stand for. Values are outside text: sanitized and kept apart from ours. Any thread. */
#define G_LOG_DOMAIN "signet-mark-text"

#include "config.h"

#include "signet-mark-draw.h"

#include <string.h>

#include "../base/signet-text.h"

#define MAX_VALUE 200 /* characters */
#define FSI "\xe2\x81\xa8"
#define LRI "\xe2\x81\xa6"
#define PDI "\xe2\x81\xa9"

/* Digits and signs in their order also on a line that runs from right to left */
static char *
dup_time (gint64 time, const char *format)
{
  g_autoptr(GDateTime) moment = g_date_time_new_from_unix_local (time);
  g_autofree char *text = moment != NULL ? g_date_time_format (moment, format) : NULL;

  return text != NULL ? g_strconcat (LRI, text, PDI, NULL) : NULL;
}

/* (transfer full) (nullable): @known: (out): whether there is such a placeholder */
static char *
dup_value (const SignetMarkFacts *facts, const char *name, gboolean *known)
{
  const struct { const char *name; const char *value; } texts[] = {
    { "name", facts->name }, { "organization", facts->organization }, { "issuer", facts->issuer },
    { "serial", facts->serial }, { "reason", facts->reason }, { "location", facts->location },
  };

  *known = TRUE;
  if (g_str_equal (name, "date"))
    return dup_time (facts->time, "%Y-%m-%d");
  if (g_str_equal (name, "time"))
    return dup_time (facts->time, "%H:%M %:z");
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    if (g_str_equal (texts[i].name, name))
      {
        g_autofree char *safe = signet_text_sanitize (texts[i].value, -1, MAX_VALUE);

        return *safe != '\0' ? g_strconcat (FSI, safe, PDI, NULL) : NULL;
      }
  *known = FALSE;
  return NULL;
}

/* What a person typed into a template stays on its line and within it */
static void
append_own (GString *line, const char *text, gsize length)
{
  g_autofree char *safe = signet_text_sanitize (text, (gssize) length, 0);

  g_string_append (line, safe);
}

/* One line; @empty: (out): it asked for something and nothing was there */
static char *
expand_line (const char *text, const SignetMarkFacts *facts, gboolean *empty, GError **error)
{
  g_autoptr(GString) line = g_string_new (NULL);
  guint asked = 0;
  guint filled = 0;

  while (*text != '\0')
    {
      gsize plain = strcspn (text, "{");
      const char *end = strchr (text + plain, '}');
      g_autofree char *name = NULL;
      g_autofree char *value = NULL;
      gboolean known = FALSE;

      append_own (line, text, plain);
      text += plain;
      if (*text == '\0')
        break;
      if (text[1] == '{') /* "{{" is a brace */
        {
          g_string_append_c (line, '{');
          text += 2;
          continue;
        }
      name = end != NULL ? g_strndup (text + 1, (gsize) (end - text - 1)) : g_strdup (text + 1);
      value = dup_value (facts, name, &known);
      if (!known || end == NULL)
        {
          g_autofree char *safe = signet_text_sanitize (name, -1, 40);

          g_set_error (error, SIGNET_MARK_ERROR, SIGNET_MARK_ERROR_SPEC, "{%s: there is no such placeholder", safe);
          return NULL;
        }
      asked++;
      filled += value != NULL;
      g_string_append (line, value != NULL ? value : "");
      text = end + 1;
    }
  *empty = asked > 0 && filled == 0;
  return g_strdup (line->str);
}

/**
 * signet_mark_expand:
 * @text: lines with placeholders in braces; "{{" is a brace
 * @facts: what they stand for
 * @error: SPEC for a placeholder that does not exist
 *
 * Returns: (transfer full) (nullable): the text; each value between isolates, so that a name written from right to left does not turn the rest
 */
char *
signet_mark_expand (const char *text, const SignetMarkFacts *facts, GError **error)
{
  g_auto(GStrv) lines = g_strsplit (text, "\n", -1);
  g_autoptr(GString) out = g_string_new (NULL);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      gboolean empty = FALSE;
      g_autofree char *line = expand_line (lines[i], facts, &empty, error);

      if (line == NULL)
        return NULL;
      if (empty)
        continue;
      if (out->len > 0)
        g_string_append_c (out, '\n');
      g_string_append (out, line);
    }
  return g_strdup (out->str);
}

/**
 * signet_mark_dup_organization:
 *
 * Returns: (transfer full) (nullable): O of the subject (RFC 5280, 4.1.2.6)
 */
char *
signet_mark_dup_organization (SignetCertificate *certificate)
{
  X509 *x509 = signet_certificate_get_x509 (certificate);
  X509_NAME *subject = x509 != NULL ? X509_get_subject_name (x509) : NULL;
  int place = subject != NULL ? X509_NAME_get_index_by_NID (subject, NID_organizationName, -1) : -1;
  unsigned char *utf8 = NULL;
  char *safe = NULL;
  int length = 0;

  if (place < 0)
    return NULL;
  length = ASN1_STRING_to_UTF8 (&utf8, X509_NAME_ENTRY_get_data (X509_NAME_get_entry (subject, place)));
  if (length < 0)
    return NULL;
  safe = signet_text_sanitize ((const char *) utf8, length, MAX_VALUE);
  OPENSSL_free (utf8);
  return safe;
}
