/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-pdf-findings.c: walks a PDF for what a person signs without seeing it: scripts, layers, attachments, XFA, parts that are elsewhere,
 * actions that leave the document, comments nobody sees. For a person before signing, so it stops after fixed numbers of pages and objects;
 * never a proof that nothing is there. What form fields show is in signet-pdf-findings-field.c. Reads only; one thread.
 */
#define G_LOG_DOMAIN "signet-pdf-findings"

#include "config.h"

#include "signet-pdf-findings-private.h"
#include "signet-pdf-search-private.h"

#include "../base/signet-text.h"

#define MAX_PAGES       500
#define MAX_ANNOTATIONS 5000
#define MAX_STREAMS     5000
#define MAX_ACTIONS     32
#define MAX_TREE_DEPTH  64
#define MAX_TREE_NAMES  1000
#define MAX_NAMES       4
#define MAX_NAME        60

enum { ANNOTATION_INVISIBLE = 1 << 0, ANNOTATION_HIDDEN = 1 << 1, ANNOTATION_NO_VIEW = 1 << 5 };

void
signet_pdf_finding_free (SignetPdfFinding *finding)
{
  g_free (finding->names);
  g_free (finding);
}

/* --- what was found ---------------------------------------------------------------------------------------------------------- */

static SignetPdfFinding *
find_or_add (SignetPdfSearch *search, const char *code)
{
  SignetPdfFinding *finding = NULL;

  for (guint i = 0; i < search->findings->len; i++)
    {
      finding = g_ptr_array_index (search->findings, i);
      if (g_str_equal (finding->code, code))
        return finding;
    }
  finding = g_new0 (SignetPdfFinding, 1);
  finding->code = code;
  finding->names = g_strdup ("");
  g_ptr_array_add (search->findings, finding);
  return finding;
}

void
_signet_pdf_search_add (SignetPdfSearch *search, const char *code, const char *name)
{
  SignetPdfFinding *finding = find_or_add (search, code);
  g_autofree char *safe = name != NULL && *name != '\0' ? signet_text_sanitize (name, -1, MAX_NAME) : NULL;
  g_autofree char *before = NULL;

  if (finding->count++ == 0)
    finding->page = search->page;
  if (safe == NULL || finding->count > MAX_NAMES + 1)
    return;
  before = g_steal_pointer (&finding->names);
  finding->names = g_strconcat (before, *before != '\0' ? ", " : "", finding->count <= MAX_NAMES ? safe : "…", NULL);
}

static void
add_named (SignetPdfSearch *search, const char *code, const SignetPdfValue *name)
{
  g_autofree char *text = _signet_pdf_dup_text (name, MAX_NAME);

  _signet_pdf_search_add (search, code, text);
}

static gboolean
exists (const SignetPdfValue *value)
{
  return value->type != SIGNET_PDF_NULL;
}

/* --- actions (12.6) ------------------------------------------------------------------------------------------------------------- */

static void
look_at_one_action (SignetPdfSearch *search, const SignetPdfValue *type, const char *where, gboolean automatic)
{
  static const char *const leaving[] = { "Launch", "GoToR", "GoToE", "ImportData", "SubmitForm", NULL };

  if (type->type != SIGNET_PDF_NAME)
    return;
  if (g_str_equal (type->text, "JavaScript") || g_str_equal (type->text, "Rendition"))
    _signet_pdf_search_add (search, "scripts", where);
  /* a link that a person follows is told by the link; one that is followed by itself is not */
  else if (g_strv_contains (leaving, type->text) || (automatic && g_str_equal (type->text, "URI")))
    _signet_pdf_search_add (search, "actions", type->text);
}

static void
look_at_action (SignetPdfSearch *search, const SignetPdfValue *action, const char *where, gboolean automatic, guint depth)
{
  for (guint i = 0; i < MAX_ACTIONS && _signet_pdf_is_dictionary (action); i++)
    {
      const SignetPdfValue *next = _signet_pdf_reader_get (search->reader, action, "Next");

      look_at_one_action (search, _signet_pdf_reader_get (search->reader, action, "S"), where, automatic);
      if (next->type == SIGNET_PDF_ARRAY)
        {
          for (guint j = 0; depth == 0 && j < MIN (next->count, MAX_ACTIONS); j++)
            look_at_action (search, _signet_pdf_reader_resolve (search->reader, next->items[j]), where, automatic, depth + 1);
          return;
        }
      action = next;
    }
}

void
_signet_pdf_search_actions (SignetPdfSearch *search, const SignetPdfValue *object, const char *where)
{
  const SignetPdfValue *additional = _signet_pdf_reader_get (search->reader, object, "AA");

  look_at_action (search, _signet_pdf_reader_get (search->reader, object, "A"), where, FALSE, 0);
  for (guint i = 0; additional->type == SIGNET_PDF_DICTIONARY && i < MIN (additional->count, MAX_ACTIONS); i++)
    look_at_action (search, _signet_pdf_reader_resolve (search->reader, additional->pairs[i].value), where, TRUE, 0);
}

/* --- name trees (7.9.6) ------------------------------------------------------------------------------------------------------------ */

typedef void (*NameFunction) (SignetPdfSearch *search, const SignetPdfValue *name, const SignetPdfValue *value);

static void
walk_names (SignetPdfSearch *search, const SignetPdfValue *node, NameFunction function, guint depth)
{
  const SignetPdfValue *names = _signet_pdf_reader_get (search->reader, node, "Names");
  const SignetPdfValue *kids = _signet_pdf_reader_get (search->reader, node, "Kids");

  if (depth > MAX_TREE_DEPTH)
    return;
  for (guint i = 0; names->type == SIGNET_PDF_ARRAY && i + 1 < names->count && search->names_left > 0; i += 2)
    {
      search->names_left--;
      function (search, _signet_pdf_reader_resolve (search->reader, names->items[i]), _signet_pdf_reader_resolve (search->reader, names->items[i + 1]));
    }
  for (guint i = 0; kids->type == SIGNET_PDF_ARRAY && i < kids->count && search->names_left > 0; i++)
    {
      search->names_left--;
      walk_names (search, _signet_pdf_reader_resolve (search->reader, kids->items[i]), function, depth + 1);
    }
}

static void
found_script (SignetPdfSearch *search, const SignetPdfValue *name, const SignetPdfValue *value)
{
  add_named (search, "scripts", name);
}

static void
add_attachment (SignetPdfSearch *search, const SignetPdfValue *specification, const SignetPdfValue *fallback)
{
  const SignetPdfValue *name = _signet_pdf_reader_get (search->reader, specification, "UF");

  if (name->type != SIGNET_PDF_STRING)
    name = _signet_pdf_reader_get (search->reader, specification, "F");
  add_named (search, "attachments", name->type == SIGNET_PDF_STRING ? name : fallback);
}

static void
found_attachment (SignetPdfSearch *search, const SignetPdfValue *name, const SignetPdfValue *value)
{
  add_attachment (search, value, name);
}

/* --- layers (8.11) ------------------------------------------------------------------------------------------------------------------- */

static gboolean
holds_reference (const SignetPdfValue *list, const SignetPdfValue *reference)
{
  for (guint i = 0; list->type == SIGNET_PDF_ARRAY && i < list->count; i++)
    if (_signet_pdf_equal (list->items[i], reference))
      return TRUE;
  return FALSE;
}

static void
look_at_layers (SignetPdfSearch *search, const SignetPdfValue *properties)
{
  const SignetPdfValue *groups = _signet_pdf_reader_get (search->reader, properties, "OCGs");
  const SignetPdfValue *first = _signet_pdf_reader_get (search->reader, properties, "D");
  const SignetPdfValue *on = _signet_pdf_reader_get (search->reader, first, "ON");
  const SignetPdfValue *off = _signet_pdf_reader_get (search->reader, first, "OFF");
  gboolean all_off = _signet_pdf_is_name (_signet_pdf_reader_get (search->reader, first, "BaseState"), "OFF");

  for (guint i = 0; groups->type == SIGNET_PDF_ARRAY && i < MIN (groups->count, MAX_TREE_NAMES); i++)
    {
      gboolean is_off = holds_reference (off, groups->items[i]) || (all_off && !holds_reference (on, groups->items[i]));
      const SignetPdfValue *group = _signet_pdf_reader_resolve (search->reader, groups->items[i]);

      add_named (search, is_off ? "layers-off" : "layers", _signet_pdf_reader_get (search->reader, group, "Name"));
    }
}

/* --- pages ------------------------------------------------------------------------------------------------------------------------------ */

/* 7.3.8.2: the bytes of this stream are in another file */
static void
look_at_stream (SignetPdfSearch *search, const SignetPdfValue *stream)
{
  const SignetPdfValue *file = _signet_pdf_reader_get (search->reader, stream, "F");
  const SignetPdfValue *name = _signet_pdf_is_dictionary (file) ? _signet_pdf_reader_get (search->reader, file, "F") : file;

  if (stream->type == SIGNET_PDF_STREAM && exists (file))
    add_named (search, "external", name);
}

static void
look_at_page_streams (SignetPdfSearch *search, const SignetPdfValue *page)
{
  const SignetPdfValue *contents = _signet_pdf_reader_get (search->reader, page, "Contents");
  const SignetPdfValue *pictures = _signet_pdf_reader_get (search->reader, _signet_pdf_reader_get (search->reader, page, "Resources"), "XObject");

  look_at_stream (search, contents);
  for (guint i = 0; contents->type == SIGNET_PDF_ARRAY && i < contents->count && search->streams_left > 0; i++, search->streams_left--)
    look_at_stream (search, _signet_pdf_reader_resolve (search->reader, contents->items[i]));
  for (guint i = 0; pictures->type == SIGNET_PDF_DICTIONARY && i < pictures->count && search->streams_left > 0; i++, search->streams_left--)
    {
      const SignetPdfValue *picture = _signet_pdf_reader_resolve (search->reader, pictures->pairs[i].value);

      look_at_stream (search, picture);
      if (exists (_signet_pdf_lookup (picture, "Ref"))) /* 8.10.4: drawn from a page of another file */
        add_named (search, "external", _signet_pdf_reader_get (search->reader, _signet_pdf_reader_get (search->reader, _signet_pdf_lookup (picture, "Ref"), "F"), "F"));
    }
}

/* 12.5.3: there, and shown to nobody */
static void
look_at_hidden (SignetPdfSearch *search, const SignetPdfValue *annotation)
{
  const SignetPdfValue *flags = _signet_pdf_reader_get (search->reader, annotation, "F");
  const SignetPdfValue *type = _signet_pdf_reader_get (search->reader, annotation, "Subtype");
  const SignetPdfValue *text = _signet_pdf_reader_get (search->reader, annotation, "Contents");
  gint64 hiding = ANNOTATION_INVISIBLE | ANNOTATION_HIDDEN | ANNOTATION_NO_VIEW;
  gboolean is_widget = _signet_pdf_is_name (type, "Widget");

  if (flags->type != SIGNET_PDF_INTEGER || (flags->integer & hiding) == 0 || _signet_pdf_is_name (type, "Popup")
      || _signet_pdf_is_name (_signet_pdf_reader_get (search->reader, annotation, "FT"), "Sig"))
    return;
  if (text->type == SIGNET_PDF_STRING && text->count > 0)
    add_named (search, "hidden", text);
  else if (is_widget && exists (_signet_pdf_lookup (annotation, "V")))
    add_named (search, "hidden", _signet_pdf_reader_get (search->reader, annotation, "T"));
  else if (!is_widget && exists (_signet_pdf_lookup (annotation, "AP")))
    _signet_pdf_search_add (search, "hidden", type->type == SIGNET_PDF_NAME ? type->text : NULL);
}

static void
look_at_annotation (SignetPdfSearch *search, const SignetPdfValue *reference)
{
  const SignetPdfValue *annotation = _signet_pdf_reader_resolve (search->reader, reference);
  g_autofree char *name = _signet_pdf_dup_text (_signet_pdf_reader_get (search->reader, annotation, "T"), MAX_NAME);
  const SignetPdfValue *type = _signet_pdf_reader_get (search->reader, annotation, "Subtype");

  if (reference->type == SIGNET_PDF_REFERENCE)
    g_hash_table_replace (search->pages, GUINT_TO_POINTER ((guint) reference->integer), GUINT_TO_POINTER (search->page));
  /* fields are walked by themselves */
  if (!_signet_pdf_is_name (type, "Widget") || !exists (_signet_pdf_lookup (annotation, "T")))
    _signet_pdf_search_actions (search, annotation, name);
  if (_signet_pdf_is_name (type, "FileAttachment"))
    add_attachment (search, _signet_pdf_reader_get (search->reader, annotation, "FS"), &_signet_pdf_null);
  look_at_hidden (search, annotation);
}

static void
look_at_page (SignetPdfSearch *search, const SignetPdfValue *page)
{
  const SignetPdfValue *annotations = _signet_pdf_reader_get (search->reader, page, "Annots");

  search->page++;
  _signet_pdf_search_actions (search, page, NULL);
  look_at_page_streams (search, page);
  for (guint i = 0; annotations->type == SIGNET_PDF_ARRAY && i < annotations->count && search->annotations_left > 0; i++, search->annotations_left--)
    look_at_annotation (search, annotations->items[i]);
}

static void
look_at_pages (SignetPdfSearch *search, const SignetPdfValue *node, guint depth)
{
  const SignetPdfValue *kids = _signet_pdf_reader_get (search->reader, node, "Kids");

  if (search->pages_left == 0 || depth > MAX_TREE_DEPTH || node->type != SIGNET_PDF_DICTIONARY)
    return;
  search->pages_left--;
  if (kids->type != SIGNET_PDF_ARRAY)
    return look_at_page (search, node);
  for (guint i = 0; i < kids->count && search->pages_left > 0; i++)
    look_at_pages (search, _signet_pdf_reader_resolve (search->reader, kids->items[i]), depth + 1);
}

/* --- the document -------------------------------------------------------------------------------------------------------------------------- */

static void
look_at_catalogue (SignetPdfSearch *search, const SignetPdfValue *catalogue)
{
  const SignetPdfValue *names = _signet_pdf_reader_get (search->reader, catalogue, "Names");
  const SignetPdfValue *attachments = _signet_pdf_reader_get (search->reader, names, "EmbeddedFiles");
  const SignetPdfValue *associated = _signet_pdf_reader_get (search->reader, catalogue, "AF");

  walk_names (search, _signet_pdf_reader_get (search->reader, names, "JavaScript"), found_script, 0);
  walk_names (search, attachments, found_attachment, 0);
  /* 14.13 of ISO 32000-2: nearly always the same files */
  for (guint i = 0; !exists (attachments) && associated->type == SIGNET_PDF_ARRAY && i < MIN (associated->count, MAX_TREE_NAMES); i++)
    add_attachment (search, _signet_pdf_reader_resolve (search->reader, associated->items[i]), &_signet_pdf_null);
  look_at_layers (search, _signet_pdf_reader_get (search->reader, catalogue, "OCProperties"));
  look_at_action (search, _signet_pdf_reader_get (search->reader, catalogue, "OpenAction"), NULL, TRUE, 0);
  _signet_pdf_search_actions (search, catalogue, NULL);
}

GPtrArray *
_signet_pdf_list_findings (SignetPdfReader *reader, GPtrArray *fields)
{
  g_autoptr(GHashTable) pages = g_hash_table_new (NULL, NULL);
  SignetPdfSearch search = { .reader = reader, .pages_left = MAX_PAGES, .annotations_left = MAX_ANNOTATIONS, .streams_left = MAX_STREAMS,
                             .names_left = MAX_TREE_NAMES, .pages = pages };
  const SignetPdfValue *catalogue = _signet_pdf_get_catalogue (reader);

  search.findings = g_ptr_array_new_with_free_func ((GDestroyNotify) signet_pdf_finding_free);
  look_at_catalogue (&search, catalogue);
  if (exists (_signet_pdf_lookup (_signet_pdf_get_form (reader), "XFA")))
    _signet_pdf_search_add (&search, "xfa", NULL);
  look_at_pages (&search, _signet_pdf_reader_get (reader, catalogue, "Pages"), 0);
  _signet_pdf_search_fields (&search, fields);
  return search.findings;
}
