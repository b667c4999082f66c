/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-xml-text.c: XML as bytes: where an element stands in them, something put in without touching the rest, and text made fit for XML.
 *
 * A parser forgets how a document was written, and writing it anew changes bytes that somebody may have signed. Not a parser: what comes here
 * has been parsed and found well formed, and what leaves is parsed again by whoever asked. Any thread.
 */
#define G_LOG_DOMAIN "signet-xml-text"

#include "config.h"

#include "signet-xml-private.h"

#include <string.h>

typedef struct {
  const char *data;
  gsize       length;
  gsize       at;
  gboolean    pairs; /* a byte from 0x80 on takes the next one with it, which may look like ASCII */
} Scanner;

typedef enum { TAG_OPEN, TAG_CLOSE, TAG_EMPTY } TagKind;
typedef struct { TagKind kind; gsize start; gsize end; } Tag;

static gboolean
starts_with (const Scanner *scanner, const char *text)
{
  gsize length = strlen (text);

  return scanner->length - scanner->at >= length && memcmp (scanner->data + scanner->at, text, length) == 0;
}

/* Behind the next @end; at the end of the bytes when there is none. */
static void
skip_past (Scanner *scanner, const char *end)
{
  const char *found = memmem (scanner->data + scanner->at, scanner->length - scanner->at, end, strlen (end));

  scanner->at = found != NULL ? (gsize) (found - scanner->data) + strlen (end) : scanner->length;
}

/* Of all that ends something, a ']' alone can be the second byte of a character. */
static void
skip_character_data (Scanner *scanner)
{
  if (!scanner->pairs)
    {
      skip_past (scanner, "]]>");
      return;
    }
  while (scanner->at < scanner->length && !starts_with (scanner, "]]>"))
    scanner->at += (guchar) scanner->data[scanner->at] >= 0x80 ? 2 : 1;
  scanner->at = MIN (scanner->at + 3, scanner->length);
}

/* Behind the '>' of a tag; one inside quotes is not it. */
static void
skip_tag (Scanner *scanner)
{
  char quote = '\0';

  for (; scanner->at < scanner->length; scanner->at++)
    {
      char c = scanner->data[scanner->at];

      if (quote != '\0')
        quote = c == quote ? '\0' : quote;
      else if (c == '"' || c == '\'')
        quote = c;
      else if (c == '>')
        {
          scanner->at++;
          return;
        }
    }
}

static gboolean
next_tag (Scanner *scanner, Tag *tag)
{
  for (;;)
    {
      const char *found = memchr (scanner->data + scanner->at, '<', scanner->length - scanner->at);

      if (found == NULL)
        return FALSE;
      scanner->at = (gsize) (found - scanner->data);
      if (starts_with (scanner, "<!--"))
        skip_past (scanner, "-->");
      else if (starts_with (scanner, "<![CDATA["))
        skip_character_data (scanner);
      else if (starts_with (scanner, "<?"))
        skip_past (scanner, "?>");
      else
        break;
    }
  tag->start = scanner->at;
  tag->kind = starts_with (scanner, "</") ? TAG_CLOSE : TAG_OPEN;
  skip_tag (scanner);
  tag->end = scanner->at;
  if (tag->kind == TAG_OPEN && scanner->data[tag->end - 2] == '/')
    tag->kind = TAG_EMPTY;
  return TRUE;
}

/* (nullable): as the XML declaration names it; UTF-8 when it names none. NULL: not even the declaration is ASCII. */
static char *
read_encoding (const char *data, gsize length)
{
  gsize start = length >= 3 && memcmp (data, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
  const char *end = NULL;
  const char *name = NULL;
  const char *from = NULL;
  gsize n = 0;

  if (length < start + 4 || memchr (data + start, '\0', 4) != NULL || data[start] != '<')
    return NULL;
  if (memcmp (data + start, "<?xm", 4) != 0 || (end = memmem (data, length, "?>", 2)) == NULL)
    return g_strdup ("UTF-8");
  name = memmem (data, (gsize) (end - data), "encoding", 8);
  if (name == NULL)
    return g_strdup ("UTF-8");
  for (from = name + 8; from < end && strchr (" \t\r\n='\"", *from) != NULL; from++)
    ;
  while (from + n < end && strchr (" \t\r\n'\"", from[n]) == NULL)
    n++;
  return g_strndup (from, n);
}

/* Whether what looks like markup is markup: not so in UTF-16, EBCDIC, or what switches between tables of characters. */
static gboolean
is_ascii_based (const char *data, gsize length, gboolean *pairs)
{
  static const char *const single[] = { "UTF-8", "US-ASCII", "ASCII", "ISO-8859-", "ISO_8859-", "WINDOWS-125", "CP125", "KOI8-", "EUC-", "TIS-620" };
  static const char *const paired[] = { "GB2312", "GBK", "GB18030", "BIG5", "CP936", "CP950" };
  g_autofree char *encoding = read_encoding (data, length);
  g_autofree char *upper = encoding != NULL ? g_ascii_strup (encoding, -1) : NULL;

  *pairs = FALSE;
  for (gsize i = 0; upper != NULL && i < G_N_ELEMENTS (single); i++)
    if (g_str_has_prefix (upper, single[i]))
      return TRUE;
  for (gsize i = 0; upper != NULL && i < G_N_ELEMENTS (paired); i++)
    if (g_str_equal (upper, paired[i]))
      return *pairs = TRUE;
  return FALSE;
}

/* From behind the start tag on. */
static gboolean
find_end (Scanner *scanner, SignetXmlExtent *extent)
{
  guint depth = 1;
  Tag tag;

  while (next_tag (scanner, &tag))
    {
      if (tag.kind == TAG_OPEN)
        depth++;
      else if (tag.kind == TAG_CLOSE && --depth == 0)
        {
          extent->end_tag = tag.start;
          extent->end = tag.end;
          return TRUE;
        }
    }
  return FALSE;
}

static gboolean
find_element (Scanner *scanner, guint position, SignetXmlExtent *extent)
{
  guint n = 0;
  Tag tag;

  while (next_tag (scanner, &tag))
    if (tag.kind != TAG_CLOSE && n++ == position)
      {
        extent->start = tag.start;
        extent->end = tag.end;
        if (tag.kind == TAG_EMPTY)
          return TRUE;
        extent->content = tag.end;
        return find_end (scanner, extent);
      }
  return FALSE;
}

gboolean
_signet_xml_find_extent (GBytes *bytes, guint position, SignetXmlExtent *extent, GError **error)
{
  Scanner scanner = { 0 };

  memset (extent, 0, sizeof *extent);
  scanner.data = g_bytes_get_data (bytes, &scanner.length);
  if (!is_ascii_based (scanner.data, scanner.length, &scanner.pairs))
    {
      g_set_error_literal (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_UNSUPPORTED, "XML in an encoding that is not based on ASCII");
      return FALSE;
    }
  if (find_element (&scanner, position, extent))
    return TRUE;
  g_set_error_literal (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_MALFORMED, "XML that ends too early");
  return FALSE;
}

/* "<a:b c='d'/>" becomes "<a:b c='d'>TEXT</a:b>" */
static void
append_to_empty (GString *out, const char *data, const SignetXmlExtent *extent, const char *text)
{
  gsize name = 0; /* the bytes are no string: they do not end with 0 */

  while (extent->start + 1 + name < extent->end && strchr (" \t\r\n/>", data[extent->start + 1 + name]) == NULL)
    name++;
  g_string_append_len (out, data, (gssize) extent->end - 2);
  g_string_append_printf (out, ">%s</", text);
  g_string_append_len (out, data + extent->start + 1, (gssize) name);
  g_string_append_c (out, '>');
}

GBytes *
_signet_xml_append (GBytes *bytes, guint position, const char *text, GError **error)
{
  gsize length = 0;
  const char *data = g_bytes_get_data (bytes, &length);
  SignetXmlExtent extent;
  gsize rest = 0;
  GString *out = NULL;

  if (!_signet_xml_find_extent (bytes, position, &extent, error))
    return NULL;
  out = g_string_sized_new (length + strlen (text) + 64);
  if (extent.content == 0)
    append_to_empty (out, data, &extent, text);
  else
    {
      g_string_append_len (out, data, (gssize) extent.end_tag);
      g_string_append (out, text);
    }
  rest = extent.content == 0 ? extent.end : extent.end_tag;
  g_string_append_len (out, data + rest, (gssize) (length - rest));
  return g_string_free_to_bytes (out);
}

/* --- text ------------------------------------------------------------------------------------------------------------------ */

/* XML 1.0, 2.2: Char */
static gboolean
is_allowed (gunichar c)
{
  return c == '\t' || c == '\n' || c == '\r' || (c >= 0x20 && c <= 0xd7ff) || (c >= 0xe000 && c <= 0xfffd) || (c >= 0x10000 && c <= 0x10ffff);
}

void
_signet_xml_escape (GString *out, const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);

  for (const char *at = valid; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);

      if (c < 0x80 && is_allowed (c) && c >= 0x20 && strchr ("<>&\"'", (int) c) == NULL)
        g_string_append_c (out, (char) c);
      else
        g_string_append_printf (out, "&#x%X;", is_allowed (c) ? c : 0xfffd);
    }
}

char *
_signet_xml_encode_base64 (GBytes *data)
{
  gsize length = 0;
  const guchar *bytes = g_bytes_get_data (data, &length);

  return g_base64_encode (bytes, length);
}
