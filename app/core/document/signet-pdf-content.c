/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-pdf-content.c: looks for what a page does not show: scripts, attachments, actions. A hint for the person before signing, so
 * it stops after a fixed number of pages; never a proof that nothing is there.
 */
#define G_LOG_DOMAIN "signet-pdf-content"

#include "config.h"

#include "signet-document-pdf-private.h"

#define MAX_PAGES       500
#define MAX_ANNOTATIONS 5000
#define MAX_ACTIONS     32
#define MAX_TREE_DEPTH  64

typedef struct {
  SignetPdfReader *reader;
  SignetPdfContent found;
  guint            pages_left;
  guint            annotations_left;
} Search;

static gboolean
exists (const SignetPdfValue *value)
{
  return value->type != SIGNET_PDF_NULL;
}

static SignetPdfContent
of_action_type (const SignetPdfValue *type)
{
  static const char *const external[] = { "Launch", "GoToR", "GoToE", "ImportData", "SubmitForm", NULL };

  if (type->type != SIGNET_PDF_NAME)
    return 0;
  if (g_str_equal (type->text, "JavaScript") || g_str_equal (type->text, "Rendition"))
    return SIGNET_PDF_HAS_SCRIPT;
  return g_strv_contains (external, type->text) ? SIGNET_PDF_HAS_EXTERNAL : 0;
}

/* An action and those that follow it (12.6.2) */
static void
look_at_action (Search *search, const SignetPdfValue *action)
{
  for (guint i = 0; i < MAX_ACTIONS && _signet_pdf_is_dictionary (action); i++)
    {
      search->found |= of_action_type (_signet_pdf_reader_get (search->reader, action, "S"));
      action = _signet_pdf_reader_get (search->reader, action, "Next");
      if (action->type == SIGNET_PDF_ARRAY && action->count > 0)
        action = _signet_pdf_reader_resolve (search->reader, action->items[0]);
    }
}

static void
look_at_actions_of (Search *search, const SignetPdfValue *object)
{
  const SignetPdfValue *additional = _signet_pdf_reader_get (search->reader, object, "AA");

  look_at_action (search, _signet_pdf_reader_get (search->reader, object, "A"));
  for (guint i = 0; additional->type == SIGNET_PDF_DICTIONARY && i < MIN (additional->count, MAX_ACTIONS); i++)
    look_at_action (search, _signet_pdf_reader_resolve (search->reader, additional->pairs[i].value));
}

static void
look_at_page (Search *search, const SignetPdfValue *page)
{
  const SignetPdfValue *annotations = _signet_pdf_reader_get (search->reader, page, "Annots");

  look_at_actions_of (search, page);
  for (guint i = 0; annotations->type == SIGNET_PDF_ARRAY && i < annotations->count && search->annotations_left > 0; i++)
    {
      const SignetPdfValue *annotation = _signet_pdf_reader_resolve (search->reader, annotations->items[i]);

      search->annotations_left--;
      look_at_actions_of (search, annotation);
      if (_signet_pdf_is_name (_signet_pdf_reader_get (search->reader, annotation, "Subtype"), "FileAttachment"))
        search->found |= SIGNET_PDF_HAS_ATTACHMENT;
    }
}

static void
look_at_pages (Search *search, const SignetPdfValue *node, guint depth)
{
  const SignetPdfValue *kids = _signet_pdf_reader_get (search->reader, node, "Kids");

  if (search->pages_left == 0 || depth > MAX_TREE_DEPTH)
    return;
  search->pages_left--;
  if (kids->type != SIGNET_PDF_ARRAY)
    return look_at_page (search, node);
  for (guint i = 0; i < kids->count && search->pages_left > 0; i++)
    look_at_pages (search, _signet_pdf_reader_resolve (search->reader, kids->items[i]), depth + 1);
}

static void
look_at_catalogue (Search *search, const SignetPdfValue *catalogue)
{
  const SignetPdfValue *names = _signet_pdf_reader_get (search->reader, catalogue, "Names");

  if (exists (_signet_pdf_lookup (names, "JavaScript")))
    search->found |= SIGNET_PDF_HAS_SCRIPT;
  if (exists (_signet_pdf_lookup (names, "EmbeddedFiles")) || exists (_signet_pdf_lookup (catalogue, "AF"))
      || exists (_signet_pdf_lookup (catalogue, "Collection")))
    search->found |= SIGNET_PDF_HAS_ATTACHMENT;
  if (exists (_signet_pdf_lookup (catalogue, "OCProperties")))
    search->found |= SIGNET_PDF_HAS_OPTIONAL_LAYER;
  look_at_action (search, _signet_pdf_reader_get (search->reader, catalogue, "OpenAction"));
  look_at_actions_of (search, catalogue);
}

/* Filled in by a person: text, choice, and buttons that are not push buttons */
static gboolean
is_empty (SignetPdfReader *reader, const SignetPdfField *field)
{
  const SignetPdfValue *value = _signet_pdf_reader_get (reader, field->dictionary, "V");
  gboolean push_button = g_str_equal (field->type, "Btn") && (field->flags & (1 << 16)) != 0;

  if (!field->terminal || push_button || *field->type == '\0' || g_str_equal (field->type, "Sig"))
    return FALSE;
  return value->type == SIGNET_PDF_NULL || (value->type == SIGNET_PDF_STRING && value->count == 0);
}

SignetPdfContent
_signet_pdf_look_for_content (SignetPdfReader *reader, GPtrArray *fields)
{
  Search search = { .reader = reader, .pages_left = MAX_PAGES, .annotations_left = MAX_ANNOTATIONS };
  const SignetPdfValue *catalogue = _signet_pdf_get_catalogue (reader);

  look_at_catalogue (&search, catalogue);
  if (exists (_signet_pdf_lookup (_signet_pdf_get_form (reader), "XFA")))
    search.found |= SIGNET_PDF_HAS_XFA;
  for (guint i = 0; i < fields->len; i++)
    {
      const SignetPdfField *field = g_ptr_array_index (fields, i);

      look_at_actions_of (&search, field->dictionary);
      if (is_empty (reader, field))
        search.found |= SIGNET_PDF_HAS_EMPTY_FIELD;
    }
  look_at_pages (&search, _signet_pdf_reader_get (reader, catalogue, "Pages"), 0);
  return search.found;
}

const SignetPdfValue *
_signet_pdf_get_first_page (SignetPdfReader *reader)
{
  const SignetPdfValue *reference = _signet_pdf_lookup (_signet_pdf_get_catalogue (reader), "Pages");

  for (guint depth = 0; depth < MAX_TREE_DEPTH; depth++)
    {
      const SignetPdfValue *node = _signet_pdf_reader_resolve (reader, reference);
      const SignetPdfValue *kids = _signet_pdf_reader_get (reader, node, "Kids");

      if (kids->type != SIGNET_PDF_ARRAY)
        return _signet_pdf_is_name (_signet_pdf_reader_get (reader, node, "Type"), "Page") ? reference : &_signet_pdf_null;
      if (kids->count == 0)
        return &_signet_pdf_null;
      reference = kids->items[0];
    }
  return &_signet_pdf_null;
}
