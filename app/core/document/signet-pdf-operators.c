/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-pdf-operators.c: the operators of a content stream with their operands (ISO 32000-1, 7.8.2). Knows none of them; data of
 * an image in the stream (BI) are not passed over, so whoever comes to one has to stop. Reads only; one thread.
 */
#define G_LOG_DOMAIN "signet-pdf-operators"

#include "config.h"

#include "signet-pdf-operators-private.h"

#include <string.h>

static gboolean
starts_operator (guint8 byte)
{
  return g_ascii_isalpha (byte) || byte == '\'' || byte == '"';
}

static void
take_word (SignetPdfLexer *lexer, SignetPdfOperator *operator)
{
  gsize start = lexer->position;

  while (lexer->position < lexer->length && _signet_pdf_is_regular (lexer->data[lexer->position]))
    lexer->position++;
  operator->word = (const char *) lexer->data + start;
  operator->length = lexer->position - start;
}

gboolean
_signet_pdf_visit_operators (GBytes *bytes, SignetPdfArena *arena, SignetPdfOperatorFunc visit, gpointer data)
{
  g_autoptr (GPtrArray) operands = g_ptr_array_new ();
  SignetPdfLexer lexer = { .arena = arena, .complete = TRUE };
  SignetPdfOperator operator= { .operands = operands };

  lexer.data = g_bytes_get_data (bytes, &lexer.length);
  for (;;)
    {
      const SignetPdfValue *value = NULL;

      _signet_pdf_lexer_skip_space (&lexer);
      if (lexer.position >= lexer.length)
        return TRUE;
      if (starts_operator (lexer.data[lexer.position]))
        {
          take_word (&lexer, &operator);
          if (!visit (&operator, data))
            return FALSE;
          g_ptr_array_set_size (operands, 0);
          continue;
        }
      value = _signet_pdf_lexer_read_value (&lexer, NULL);
      if (value == NULL)
        return FALSE;
      g_ptr_array_add (operands, (gpointer) value);
    }
}

gboolean
_signet_pdf_operator_is (const SignetPdfOperator *operator, const char * name)
{
  return strlen (name) == operator->length && memcmp (operator->word, name, operator->length) == 0;
}

const SignetPdfValue *
_signet_pdf_operator_get (const SignetPdfOperator *operator, guint from_end)
{
  guint n = operator->operands->len;

  return from_end < n ? g_ptr_array_index (operator->operands, n - 1 - from_end) : &_signet_pdf_null;
}
