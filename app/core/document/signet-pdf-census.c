/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-pdf-census.c: two questions about a whole document that decide whether a later change is harmless.
 *
 * Who refers to a changed object? A form's appearance that is also a page's picture, or a reference that led nowhere until somebody
 * added its target, is how prepared documents change their look (shadow attacks). And: is every appended byte named by a
 * cross-reference? What is not may be picked up by a reader that repairs.
 */
#define G_LOG_DOMAIN "signet-pdf-census"

#include "config.h"

#include <string.h>

#include "signet-pdf-difference-private.h"

#define SCRATCH_SIZE   (64 * 1024 * 1024)
#define RENEW_AFTER    2048
#define MAX_SPACE      (64 * 1024)

/* --- who refers to what ---------------------------------------------------------------------------------------------------- */

static gboolean
is_content_key (const char *key)
{
  static const char *const keys[] = { "Contents", "Resources", "XObject", "Font", "Pattern", "ExtGState", "Shading", "ColorSpace", "Properties", NULL };

  return key != NULL && g_strv_contains (keys, key);
}

static void
count_reference (SignetPdfComparison *self, guint32 number, const char *key, gboolean content)
{
  guint count = 0;

  if (!g_hash_table_contains (self->changed, GUINT_TO_POINTER (number)))
    return;
  count = GPOINTER_TO_UINT (g_hash_table_lookup (self->references, GUINT_TO_POINTER (number)));
  g_hash_table_insert (self->references, GUINT_TO_POINTER (number), GUINT_TO_POINTER (MIN (count + 1, 2)));
  if (content)
    g_hash_table_add (self->from_content, GUINT_TO_POINTER (number));
  if (key != NULL && g_str_equal (key, "Annots"))
    g_hash_table_add (self->from_annotations, GUINT_TO_POINTER (number));
}

/* @key: (nullable): what @value is the value of; @content: anything above it belongs to what a page shows */
static void
count_references (SignetPdfComparison *self, const SignetPdfValue *value, const char *key, gboolean content)
{
  if (value->type == SIGNET_PDF_REFERENCE)
    return count_reference (self, (guint32) value->integer, key, content);
  if (value->type == SIGNET_PDF_ARRAY)
    for (guint i = 0; i < value->count; i++)
      count_references (self, value->items[i], NULL, content);
  if (_signet_pdf_is_dictionary (value))
    for (guint i = 0; i < value->count; i++)
      count_references (self, value->pairs[i].value, value->pairs[i].key->text, content || is_content_key (value->pairs[i].key->text));
}

/* An object that cannot be read may refer to anything */
static void
distrust_all (SignetPdfComparison *self)
{
  GHashTableIter iterator;
  gpointer number;

  g_hash_table_iter_init (&iterator, self->changed);
  while (g_hash_table_iter_next (&iterator, &number, NULL))
    g_hash_table_insert (self->references, number, GUINT_TO_POINTER (2));
}

static gboolean
is_ignored_stream (const SignetPdfValue *value)
{
  /* what they hold is looked at object by object */
  return value->type == SIGNET_PDF_STREAM && _signet_pdf_is_name (_signet_pdf_lookup (value, "Type"), "XRef");
}

void
_signet_pdf_comparison_census (SignetPdfComparison *self)
{
  g_autoptr(SignetPdfArena) scratch = _signet_pdf_arena_new (SCRATCH_SIZE);

  count_references (self, self->before->trailer, NULL, FALSE);
  for (guint32 number = 1; number < self->before->entries->len; number++)
    {
      const SignetPdfEntry *entry = _signet_pdf_reader_get_entry (self->before, number);
      const SignetPdfValue *value = NULL;

      if (entry->kind != SIGNET_PDF_ENTRY_OFFSET && entry->kind != SIGNET_PDF_ENTRY_COMPRESSED)
        continue;
      if (number % RENEW_AFTER == 0)
        {
          _signet_pdf_arena_free (scratch);
          scratch = _signet_pdf_arena_new (SCRATCH_SIZE);
        }
      value = _signet_pdf_reader_visit_object (self->before, number, scratch);
      if (value == NULL)
        return distrust_all (self);
      if (!is_ignored_stream (value))
        count_references (self, value, NULL, FALSE);
    }
}

/* --- every byte ------------------------------------------------------------------------------------------------------------- */

static const SignetPdfSection *
find_section (SignetPdfReader *reader, guint64 offset)
{
  for (guint i = 0; i < reader->sections->len; i++)
    if (g_array_index (reader->sections, SignetPdfSection, i).offset == offset)
      return &g_array_index (reader->sections, SignetPdfSection, i);
  return NULL;
}

/* Steps over white space, comments and "startxref N"; FALSE when it cannot be told */
static gboolean
skip_filling (SignetPdfReader *reader, guint64 *position)
{
  g_autoptr(GByteArray) window = g_byte_array_new ();
  SignetPdfLexer lexer;
  guint64 number = 0;

  for (gsize size = 256;; size *= 16)
    {
      if (!_signet_pdf_reader_window (reader, *position, size, window, &lexer, NULL))
        return FALSE;
      _signet_pdf_lexer_skip_space (&lexer);
      if (_signet_pdf_lexer_take_keyword (&lexer, "startxref") && _signet_pdf_lexer_take_unsigned (&lexer, &number))
        _signet_pdf_lexer_skip_space (&lexer);
      if (lexer.position < lexer.length || lexer.complete)
        break;
      if (size > MAX_SPACE)
        return FALSE;
    }
  *position += lexer.position;
  return TRUE;
}

gboolean
_signet_pdf_comparison_accounts_for_bytes (SignetPdfComparison *self)
{
  SignetPdfReader *reader = self->after;
  guint64 position = self->before->limit;

  while (skip_filling (reader, &position))
    {
      const SignetPdfSection *section = NULL;
      guint32 number = 0;
      guint32 generation = 0;

      if (position >= reader->limit)
        return TRUE;
      section = find_section (reader, position);
      if (section != NULL)
        position = section->end;
      else if (!g_hash_table_contains (reader->watched, &position)
               || _signet_pdf_reader_parse_at (reader, position, &number, &generation, &position, NULL) == NULL)
        return FALSE;
    }
  return FALSE;
}
