/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-pdf-look.c: what a form field shows: the text its appearance stream writes (ISO 32000-1, 12.5.5, 12.7.3.3), to be
 * compared with what it holds. A document can be made whose fields say one thing to a reader and another to whoever takes the
 * value out. Reads only; one thread.
 */
#define G_LOG_DOMAIN "signet-pdf-look"

#include "config.h"

#include "signet-pdf-findings-private.h"
#include "signet-pdf-operators-private.h"

#define MAX_ARENA ((gsize) 4 * 1024 * 1024)
#define MAX_NESTED 4 /* forms inside the appearance */
#define MAX_FORMS 32
#define UNKNOWN 0xfffd

typedef struct
{
  SignetPdfReader *reader;
  SignetPdfArena *arena;
  GHashTable *fonts; /* dictionary -> SignetPdfFont */
  GString *text;
  guint depth;
  guint n_forms;
} Look;

static gboolean read_stream (Look *look, const SignetPdfValue *stream, const SignetPdfValue *outer);

static const SignetPdfValue *
find_resource (Look *look, const SignetPdfValue *resources, const char *kind, const char *name)
{
  const SignetPdfValue *found =
      _signet_pdf_reader_get (look->reader, _signet_pdf_reader_get (look->reader, resources, kind), name);

  if (found->type == SIGNET_PDF_NULL)
    found = _signet_pdf_reader_get (
        look->reader,
        _signet_pdf_reader_get (look->reader, _signet_pdf_reader_get (look->reader, _signet_pdf_get_form (look->reader), "DR"),
                                kind),
        name);
  return found;
}

static SignetPdfFont *
get_font (Look *look, const SignetPdfValue *dictionary)
{
  SignetPdfFont *font = g_hash_table_lookup (look->fonts, dictionary);

  if (font == NULL)
    {
      font = _signet_pdf_font_new (look->reader, dictionary);
      g_hash_table_insert (look->fonts, (gpointer) dictionary, font);
    }
  return font;
}

/* 9.4.3: a string, or an array of strings and moves */
static gboolean
show (Look *look, SignetPdfFont *font, const SignetPdfValue *operand)
{
  if (operand->type == SIGNET_PDF_STRING)
    return operand->count == 0 || (font != NULL && _signet_pdf_font_append (font, operand, look->text));
  for (guint i = 0; operand->type == SIGNET_PDF_ARRAY && i < operand->count; i++)
    if (operand->items[i]->type == SIGNET_PDF_STRING && !show (look, font, operand->items[i]))
      return FALSE;
  return TRUE;
}

/* One stream being read */
typedef struct
{
  Look *look;
  const SignetPdfValue *resources;
  SignetPdfFont *font; /* (nullable) */
} Content;

static gboolean
is_show (const SignetPdfOperator *operator)
{
  static const char *const names[] = { "Tj", "TJ", "'", "\"" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if (_signet_pdf_operator_is (operator, names[i]))
      return TRUE;
  return FALSE;
}

/* FALSE: cannot be read */
static gboolean
run_operator (const SignetPdfOperator *operator, gpointer data)
{
  Content *content = data;
  const SignetPdfValue *last = _signet_pdf_operator_get (operator, 0);

  if (_signet_pdf_operator_is (operator, "Tf") && operator->operands->len >= 2)
    {
      const SignetPdfValue *name = _signet_pdf_operator_get (operator, 1);

      content->font = name->type == SIGNET_PDF_NAME
                          ? get_font (content->look, find_resource (content->look, content->resources, "Font", name->text))
                          : NULL;
      return TRUE;
    }
  if (is_show (operator))
    return show (content->look, content->font, last);
  if (_signet_pdf_operator_is (operator, "Do") && last->type == SIGNET_PDF_NAME)
    return read_stream (content->look, find_resource (content->look, content->resources, "XObject", last->text),
                        content->resources);
  return !_signet_pdf_operator_is (operator, "BI");
}

static gboolean
read_stream (Look *look, const SignetPdfValue *stream, const SignetPdfValue *outer)
{
  const SignetPdfValue *resources = _signet_pdf_reader_get (look->reader, stream, "Resources");
  g_autoptr (GBytes) bytes = NULL;
  Content content = { .look = look, .resources = resources->type == SIGNET_PDF_NULL ? outer : resources };
  gboolean readable = FALSE;

  if (stream->type != SIGNET_PDF_STREAM ||
      _signet_pdf_is_name (_signet_pdf_reader_get (look->reader, stream, "Subtype"), "Image"))
    return TRUE;
  if (look->depth >= MAX_NESTED || look->n_forms++ >= MAX_FORMS)
    return FALSE;
  bytes = _signet_pdf_reader_decode_stream (look->reader, stream, NULL);
  if (bytes == NULL)
    return FALSE;
  look->depth++;
  readable = _signet_pdf_visit_operators (bytes, look->arena, run_operator, &content);
  look->depth--;
  return readable;
}

char *
_signet_pdf_dup_look (SignetPdfReader *reader, const SignetPdfValue *widget)
{
  const SignetPdfValue *normal = _signet_pdf_reader_get (reader, _signet_pdf_reader_get (reader, widget, "AP"), "N");
  g_autoptr (SignetPdfArena) arena = _signet_pdf_arena_new (MAX_ARENA);
  g_autoptr (GHashTable) fonts = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) _signet_pdf_font_free);
  Look look = { .reader = reader, .arena = arena, .fonts = fonts, .text = g_string_new (NULL) };

  if (read_stream (&look, normal, &_signet_pdf_null))
    return g_string_free (look.text, FALSE);
  g_string_free (look.text, TRUE);
  return NULL;
}

static const char *
skip_blanks (const char *text)
{
  while (*text != '\0' && (g_unichar_isspace (g_utf8_get_char (text)) || g_utf8_get_char (text) < 0x20))
    text = g_utf8_next_char (text);
  return text;
}

/* (nullable): what follows in @look when it begins with @value. @guessed: (out): set when it may be only nearly so */
static const char *
match (const char *look, const char *value, gboolean *guessed)
{
  for (value = skip_blanks (value); *value != '\0'; value = skip_blanks (g_utf8_next_char (value)))
    {
      gunichar shown = *look != '\0' ? g_utf8_get_char (look) : 0;

      if (shown != UNKNOWN && shown != g_utf8_get_char (value))
        return NULL;
      *guessed |= shown == UNKNOWN;
      look = g_utf8_next_char (look);
    }
  return look;
}

SignetPdfMatch
_signet_pdf_look_match (const char *look, const char *value, gboolean whole)
{
  gboolean guessed = FALSE;

  for (;; look = g_utf8_next_char (look))
    {
      gboolean guessed_here = FALSE;
      const char *rest = match (look, value, &guessed_here);

      if (rest != NULL && (!whole || *rest == '\0') && !guessed_here)
        return SIGNET_PDF_MATCH_SAME;
      guessed |= rest != NULL && (!whole || *rest == '\0');
      if (whole || *look == '\0')
        return guessed ? SIGNET_PDF_MATCH_UNKNOWN : SIGNET_PDF_MATCH_OTHER;
    }
}
