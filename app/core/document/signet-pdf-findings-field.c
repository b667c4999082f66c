/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-pdf-findings-field.c: form fields that do something, or show something else than they hold (ISO 32000-1, 12.7.3.3, 12.7.4). What
 * cannot be compared is told as that, never as equal. Reads only; one thread.
 */
#define G_LOG_DOMAIN "signet-pdf-findings-field"

#include "config.h"

#include "signet-pdf-search-private.h"

#define MAX_COMPARED 2000 /* appearances */

enum { FIELD_PASSWORD = 1 << 13, FIELD_COMBO = 1 << 17, FIELD_PUSH_BUTTON = 1 << 16 };

static gboolean
is_type (const SignetPdfField *field, const char *type)
{
  return g_str_equal (field->type, type);
}

/* 12.7.4.4: what a choice shows for a value */
static char *
dup_shown_choice (SignetPdfReader *reader, const SignetPdfField *field, const SignetPdfValue *value)
{
  const SignetPdfValue *options = _signet_pdf_reader_get (reader, field->dictionary, "Opt");

  for (guint i = 0; options->type == SIGNET_PDF_ARRAY && i < options->count; i++)
    {
      const SignetPdfValue *option = _signet_pdf_reader_resolve (reader, options->items[i]);

      if (option->type == SIGNET_PDF_ARRAY && option->count == 2 && _signet_pdf_equal (_signet_pdf_reader_resolve (reader, option->items[0]), value))
        return _signet_pdf_dup_raw_text (_signet_pdf_reader_resolve (reader, option->items[1]));
    }
  return _signet_pdf_dup_raw_text (value);
}

/* (nullable): cannot be compared: several choices, or a long text in a stream (12.7.4.3) */
static char *
dup_value (SignetPdfReader *reader, const SignetPdfField *field)
{
  const SignetPdfValue *value = _signet_pdf_reader_get (reader, field->dictionary, "V");

  if (value->type == SIGNET_PDF_NULL && field->parent != NULL)
    value = _signet_pdf_reader_get (reader, field->parent, "V");
  if (value->type == SIGNET_PDF_ARRAY && value->count == 1)
    value = _signet_pdf_reader_resolve (reader, value->items[0]);
  if (value->type == SIGNET_PDF_NULL || (value->type == SIGNET_PDF_ARRAY && value->count == 0))
    return g_strdup ("");
  return is_type (field, "Ch") ? dup_shown_choice (reader, field, value) : _signet_pdf_dup_raw_text (value);
}

static void
set_page (SignetPdfSearch *search, const SignetPdfValue *reference)
{
  search->page = reference->type == SIGNET_PDF_REFERENCE ? GPOINTER_TO_UINT (g_hash_table_lookup (search->pages, GUINT_TO_POINTER ((guint) reference->integer))) : 0;
}

static void
compare_text (SignetPdfSearch *search, const SignetPdfField *field, const SignetPdfValue *widget, const char *value)
{
  g_autofree char *look = NULL;
  SignetPdfMatch found = SIGNET_PDF_MATCH_UNKNOWN;
  gboolean in_list = is_type (field, "Ch") && (field->flags & FIELD_COMBO) == 0;

  if (_signet_pdf_lookup (widget, "AP")->type == SIGNET_PDF_NULL)
    {
      if (*value != '\0')
        _signet_pdf_search_add (search, "no-looks", field->name);
      return;
    }
  look = _signet_pdf_dup_look (search->reader, widget);
  found = look != NULL ? _signet_pdf_look_match (look, value, !in_list) : SIGNET_PDF_MATCH_UNKNOWN;
  if (found != SIGNET_PDF_MATCH_SAME)
    _signet_pdf_search_add (search, found == SIGNET_PDF_MATCH_OTHER ? "values" : "values-unknown", field->name);
}

/* 12.7.4.2.3: the state that is drawn is the one that is held */
static gboolean
shows_state (SignetPdfReader *reader, const SignetPdfValue *widget, const SignetPdfValue *value, gboolean only)
{
  const SignetPdfValue *state = _signet_pdf_reader_get (reader, widget, "AS");
  const SignetPdfValue *looks = _signet_pdf_reader_get (reader, _signet_pdf_reader_get (reader, widget, "AP"), "N");
  gboolean is_off = state->type != SIGNET_PDF_NAME || g_str_equal (state->text, "Off");
  gboolean is_held = value->type == SIGNET_PDF_NAME && !g_str_equal (value->text, "Off");

  if (!is_off)
    return is_held && g_str_equal (state->text, value->text);
  /* of several buttons only the one whose look has this name is on */
  return !is_held || (!only && _signet_pdf_lookup (looks, value->text)->type == SIGNET_PDF_NULL);
}

/* @value: (nullable): not comparable */
static void
compare_widget (SignetPdfSearch *search, const SignetPdfField *field, const SignetPdfValue *reference, const char *value, gboolean only)
{
  const SignetPdfValue *widget = reference->type == SIGNET_PDF_NULL ? field->dictionary : _signet_pdf_reader_resolve (search->reader, reference);
  const SignetPdfValue *held = _signet_pdf_reader_get (search->reader, field->dictionary, "V");

  if (widget->type != SIGNET_PDF_DICTIONARY || search->annotations_left == 0)
    return;
  search->annotations_left--;
  set_page (search, reference);
  if (!is_type (field, "Btn"))
    {
      if (value != NULL)
        compare_text (search, field, widget, value);
      else
        _signet_pdf_search_add (search, "values-unknown", field->name);
    }
  else if (!shows_state (search->reader, widget, held, only))
    _signet_pdf_search_add (search, "values", field->name);
}

static void
compare_field (SignetPdfSearch *search, const SignetPdfField *field, const SignetPdfValue *reference)
{
  const SignetPdfValue *kids = _signet_pdf_reader_get (search->reader, field->dictionary, "Kids");
  g_autofree char *value = dup_value (search->reader, field);

  if (kids->type != SIGNET_PDF_ARRAY)
    return compare_widget (search, field, reference, value, TRUE);
  for (guint i = 0; i < kids->count; i++)
    compare_widget (search, field, kids->items[i], value, kids->count == 1);
}

static gboolean
is_compared (const SignetPdfField *field)
{
  if (!field->terminal)
    return FALSE;
  if (is_type (field, "Tx"))
    return (field->flags & FIELD_PASSWORD) == 0;
  return is_type (field, "Ch") || (is_type (field, "Btn") && (field->flags & FIELD_PUSH_BUTTON) == 0);
}

void
_signet_pdf_search_fields (SignetPdfSearch *search, GPtrArray *fields)
{
  search->annotations_left = MAX_COMPARED;
  for (guint i = 0; i < fields->len; i++)
    {
      const SignetPdfField *field = g_ptr_array_index (fields, i);
      SignetPdfValue reference = { .type = field->number != 0 ? SIGNET_PDF_REFERENCE : SIGNET_PDF_NULL, .integer = field->number, .count = field->generation };

      set_page (search, &reference);
      _signet_pdf_search_actions (search, field->dictionary, field->name);
      if (is_compared (field))
        compare_field (search, field, &reference);
    }
  search->page = 0;
  if (_signet_pdf_reader_get (search->reader, _signet_pdf_get_form (search->reader), "NeedAppearances")->integer != 0 && fields->len > 0)
    _signet_pdf_search_add (search, "no-looks", NULL);
}
