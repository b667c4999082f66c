/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-pdf-difference-form.c: the rules for what may be done to the form and to annotations after a signature: fields filled in,
 * signatures and time-stamps added, annotations where a certification of level 3 allows them (ISO 32000-1, 12.8.2.2).
 */
#define G_LOG_DOMAIN "signet-pdf-difference-form"

#include "config.h"

#include "signet-pdf-difference-private.h"

static void
add_undefined (SignetPdfComparison *self, const char *field, const char *what)
{
  g_autofree char *where = *what != '\0' ? g_strdup_printf ("%s (%s)", field, what) : g_strdup (field);

  _signet_pdf_comparison_add (self, "undefined", where, FALSE);
}

/* A new object that nothing pointed at before it existed */
static gboolean
is_fresh (SignetPdfComparison *self, guint32 number)
{
  return number != 0 && _signet_pdf_comparison_is_new (self, number) && !g_hash_table_contains (self->references, GUINT_TO_POINTER (number));
}

/* --- signatures ------------------------------------------------------------------------------------------------------------------- */

static double
number_of (const SignetPdfValue *value)
{
  return value->type == SIGNET_PDF_INTEGER ? (double) value->integer : value->type == SIGNET_PDF_REAL ? g_ascii_strtod (value->text, NULL) : 1e9;
}

/* Takes room on a page; what is not four numbers is taken to */
static gboolean
is_visible (SignetPdfReader *reader, const SignetPdfValue *widget)
{
  const SignetPdfValue *rectangle = _signet_pdf_reader_get (reader, widget, "Rect");
  double side[4];

  if (rectangle->type == SIGNET_PDF_NULL)
    return FALSE;
  if (rectangle->type != SIGNET_PDF_ARRAY || rectangle->count != 4)
    return TRUE;
  for (guint i = 0; i < 4; i++)
    side[i] = number_of (_signet_pdf_reader_resolve (reader, rectangle->items[i]));
  return side[0] != side[2] && side[1] != side[3];
}

static gboolean
is_any_visible (SignetPdfReader *reader, const SignetPdfValue *field)
{
  const SignetPdfValue *kids = _signet_pdf_reader_get (reader, field, "Kids");

  if (is_visible (reader, field))
    return TRUE;
  for (guint i = 0; kids->type == SIGNET_PDF_ARRAY && i < kids->count; i++)
    if (is_visible (reader, _signet_pdf_reader_resolve (reader, kids->items[i])))
      return TRUE;
  return FALSE;
}

static gboolean
is_timestamp (SignetPdfReader *reader, const SignetPdfValue *signature)
{
  return _signet_pdf_is_name (_signet_pdf_reader_get (reader, signature, "Type"), "DocTimeStamp")
         && _signet_pdf_is_name (_signet_pdf_reader_get (reader, signature, "SubFilter"), "ETSI.RFC3161");
}

/* The sneaky signature: in a certified document a field that was not there may not cover anything. */
static void
report_signature (SignetPdfComparison *self, const SignetPdfField *field, gboolean new_field)
{
  const SignetPdfValue *signature = _signet_pdf_field_get_signature (self->after, field);
  gboolean covers = new_field && is_any_visible (self->after, field->dictionary);
  gboolean locked = self->permissions->level == 1 || _signet_pdf_permissions_is_locked (self->permissions, field->name);

  if (signature->type == SIGNET_PDF_NULL)
    _signet_pdf_comparison_add (self, "field-added", field->name, !locked && !(covers && self->permissions->level != 0));
  else if (is_timestamp (self->after, signature))
    _signet_pdf_comparison_add (self, "evidence-added", field->name, !covers);
  else
    _signet_pdf_comparison_add (self, "signature-added", field->name, !locked && !(covers && self->permissions->level != 0));
}

static void
remember_widgets (SignetPdfComparison *self, const SignetPdfField *field)
{
  const SignetPdfValue *kids = _signet_pdf_reader_get (self->after, field->dictionary, "Kids");

  g_hash_table_add (self->new_widgets, GUINT_TO_POINTER (field->number));
  for (guint i = 0; kids->type == SIGNET_PDF_ARRAY && i < kids->count; i++)
    if (kids->items[i]->type == SIGNET_PDF_REFERENCE && is_fresh (self, (guint32) kids->items[i]->integer))
      g_hash_table_add (self->new_widgets, GUINT_TO_POINTER ((guint32) kids->items[i]->integer));
}

static void
check_new_field (SignetPdfComparison *self, const SignetPdfField *field)
{
  gboolean fits = field->terminal ? g_str_equal (field->type, "Sig") : g_str_equal (field->type, "Sig") || *field->type == '\0';

  if (!fits || !is_fresh (self, field->number) || field->dictionary->ambiguous)
    return add_undefined (self, field->name, "new field");
  if (!field->terminal)
    return _signet_pdf_comparison_explain (self, field->number);
  remember_widgets (self, field);
  _signet_pdf_comparison_explain (self, field->number);
  _signet_pdf_comparison_explain_below (self, field->dictionary, FALSE);
  report_signature (self, field, TRUE);
}

/* --- fields that were there -------------------------------------------------------------------------------------------------------- */

/* FALSE when a key differs that no rule lets differ */
static gboolean
only_allowed_keys (SignetPdfComparison *self, const char *name, const SignetPdfValue *before, const SignetPdfValue *after,
                   const char *const *allowed)
{
  g_auto(GStrv) keys = _signet_pdf_differing_keys (before, after);

  for (guint i = 0; keys[i] != NULL; i++)
    if (!g_strv_contains (allowed, keys[i]))
      {
        add_undefined (self, name, keys[i]);
        return FALSE;
      }
  return TRUE;
}

static gboolean
differs (const SignetPdfValue *before, const SignetPdfValue *after)
{
  g_auto(GStrv) keys = _signet_pdf_differing_keys (before, after);

  return keys[0] != NULL;
}

/* Widgets that are kids of their field: a group of buttons, a signature seen apart from its field */
static gboolean
check_widgets (SignetPdfComparison *self, const SignetPdfField *after, const char *const *allowed)
{
  const SignetPdfValue *kids = _signet_pdf_reader_get (self->after, after->dictionary, "Kids");
  gboolean filled = FALSE;

  for (guint i = 0; after->terminal && kids->type == SIGNET_PDF_ARRAY && i < kids->count; i++)
    {
      const SignetPdfValue *old_widget = _signet_pdf_reader_resolve (self->before, kids->items[i]);
      const SignetPdfValue *new_widget = _signet_pdf_reader_resolve (self->after, kids->items[i]);

      if (kids->items[i]->type != SIGNET_PDF_REFERENCE || !differs (old_widget, new_widget))
        continue;
      if (!only_allowed_keys (self, after->name, old_widget, new_widget, allowed))
        continue;
      filled = TRUE;
      _signet_pdf_comparison_explain (self, (guint32) kids->items[i]->integer);
      _signet_pdf_comparison_explain_below (self, _signet_pdf_lookup (new_widget, "AP"), TRUE);
    }
  return filled;
}

/* The signature itself may be referred to from its widgets as well, or from one of them alone; never another one */
static void
explain_signature_in_widgets (SignetPdfComparison *self, const SignetPdfField *field, const SignetPdfValue *signature)
{
  const SignetPdfValue *kids = _signet_pdf_reader_get (self->after, field->dictionary, "Kids");

  for (guint i = 0; kids->type == SIGNET_PDF_ARRAY && i < kids->count; i++)
    {
      const SignetPdfValue *widget = _signet_pdf_reader_resolve (self->after, kids->items[i]);
      const SignetPdfValue *value = _signet_pdf_reader_get (self->after, widget, "V");

      if (value == signature)
        _signet_pdf_comparison_explain_below (self, _signet_pdf_lookup (widget, "V"), FALSE);
      else if (value->type != SIGNET_PDF_NULL)
        add_undefined (self, field->name, "two signatures in one field");
    }
}

/* What it shows may change with the signature that is put in, and not before or after */
static void
check_known_signature (SignetPdfComparison *self, const SignetPdfField *before, const SignetPdfField *after)
{
  static const char *const allowed[] = { "V", "AP", "AS", "F", "M", NULL };
  static const char *const nothing[] = { NULL };
  const SignetPdfValue *signature = _signet_pdf_field_get_signature (self->after, after);
  gboolean was_signed = _signet_pdf_field_get_signature (self->before, before)->type != SIGNET_PDF_NULL;
  gboolean changed = differs (before->dictionary, after->dictionary);
  gboolean seen = check_widgets (self, after, was_signed || signature->type == SIGNET_PDF_NULL ? nothing : allowed);

  if (!changed && !seen)
    return;
  if (was_signed)
    return add_undefined (self, after->name, "signed field changed");
  if (changed && !only_allowed_keys (self, after->name, before->dictionary, after->dictionary, allowed))
    return;
  _signet_pdf_comparison_explain (self, after->number);
  _signet_pdf_comparison_explain_below (self, _signet_pdf_lookup (after->dictionary, "V"), FALSE);
  _signet_pdf_comparison_explain_below (self, _signet_pdf_lookup (after->dictionary, "AP"), FALSE);
  explain_signature_in_widgets (self, after, signature);
  report_signature (self, after, FALSE);
}

static void
check_filled (SignetPdfComparison *self, const SignetPdfField *before, const SignetPdfField *after)
{
  static const char *const allowed[] = { "V", "AP", "AS", "RV", "I", "M", NULL };
  static const char *const allowed_in_widgets[] = { "AP", "AS", NULL };
  gboolean filled = differs (before->dictionary, after->dictionary);
  guint left = 0;

  if (filled && !only_allowed_keys (self, after->name, before->dictionary, after->dictionary, allowed))
    return;
  _signet_pdf_comparison_explain (self, after->number);
  left = g_hash_table_size (self->changed);
  _signet_pdf_comparison_explain_below (self, _signet_pdf_lookup (after->dictionary, "V"), TRUE);
  _signet_pdf_comparison_explain_below (self, _signet_pdf_lookup (after->dictionary, "AP"), TRUE);
  _signet_pdf_comparison_explain_below (self, _signet_pdf_reader_get (self->after, after->dictionary, "AP"), TRUE);
  filled |= g_hash_table_size (self->changed) != left;
  filled |= check_widgets (self, after, allowed_in_widgets);
  if (filled)
    _signet_pdf_comparison_add (self, "form-fill", after->name,
                                self->permissions->level != 1 && !_signet_pdf_permissions_is_locked (self->permissions, after->name));
}

/* A node above fields may only get further ones below it; those are looked at themselves */
static void
check_node (SignetPdfComparison *self, const SignetPdfField *before, const SignetPdfField *after)
{
  static const char *const allowed[] = { "Kids", NULL };
  guint first_new = 0;

  if (!differs (before->dictionary, after->dictionary) || !only_allowed_keys (self, after->name, before->dictionary, after->dictionary, allowed))
    return;
  if (!_signet_pdf_array_grew (_signet_pdf_reader_get (self->before, before->dictionary, "Kids"),
                               _signet_pdf_reader_get (self->after, after->dictionary, "Kids"), &first_new))
    return add_undefined (self, after->name, "Kids");
  _signet_pdf_comparison_explain (self, after->number);
}

static const SignetPdfField *
find_before (SignetPdfComparison *self, const SignetPdfField *field, GHashTable *by_number)
{
  const SignetPdfField *found = field->number != 0 ? g_hash_table_lookup (by_number, GUINT_TO_POINTER (field->number)) : NULL;

  for (guint i = 0; field->number == 0 && found == NULL && i < self->fields_before->len; i++)
    {
      const SignetPdfField *candidate = g_ptr_array_index (self->fields_before, i);

      if (candidate->number == 0 && g_str_equal (candidate->name, field->name))
        found = candidate;
    }
  return found;
}

static void
check_field (SignetPdfComparison *self, const SignetPdfField *field, GHashTable *by_number, GHashTable *seen)
{
  const SignetPdfField *before = find_before (self, field, by_number);

  if (before == NULL)
    return check_new_field (self, field);
  g_hash_table_add (seen, (gpointer) before);
  if (!g_str_equal (before->name, field->name) || !g_str_equal (before->type, field->type) || before->terminal != field->terminal)
    return add_undefined (self, field->name, "field changed its kind");
  if (!field->terminal)
    check_node (self, before, field);
  else if (_signet_pdf_field_is_signature (field))
    check_known_signature (self, before, field);
  else
    check_filled (self, before, field);
}

static void
check_fields (SignetPdfComparison *self)
{
  g_autoptr(GHashTable) by_number = g_hash_table_new (NULL, NULL);
  g_autoptr(GHashTable) seen = g_hash_table_new (NULL, NULL);

  for (guint i = 0; i < self->fields_before->len; i++)
    {
      SignetPdfField *field = g_ptr_array_index (self->fields_before, i);

      if (field->number != 0)
        g_hash_table_insert (by_number, GUINT_TO_POINTER (field->number), field);
    }
  for (guint i = 0; i < self->fields_after->len; i++)
    check_field (self, g_ptr_array_index (self->fields_after, i), by_number, seen);
  for (guint i = 0; i < self->fields_before->len; i++)
    {
      const SignetPdfField *field = g_ptr_array_index (self->fields_before, i);

      if (!g_hash_table_contains (seen, field))
        add_undefined (self, field->name, "field removed");
    }
}

/* --- the form itself ------------------------------------------------------------------------------------------------------------------ */

static void
explain_same_or_fresh (SignetPdfComparison *self, const SignetPdfValue *before, const SignetPdfValue *after)
{
  if (after->type == SIGNET_PDF_REFERENCE
      && (_signet_pdf_equal (before, after) || is_fresh (self, (guint32) after->integer)))
    _signet_pdf_comparison_explain (self, (guint32) after->integer);
}

static void
check_form_keys (SignetPdfComparison *self, const SignetPdfValue *before, const SignetPdfValue *after)
{
  static const char *const harmless[] = { "Fields", "SigFlags", NULL };
  static const char *const fresh_only[] = { "DR", "DA", NULL };
  g_auto(GStrv) keys = _signet_pdf_differing_keys (before, after);

  for (guint i = 0; keys[i] != NULL; i++)
    {
      if (g_strv_contains (harmless, keys[i]))
        continue;
      /* fonts for the appearance of the new signature; with fields around they would change what those look like */
      if (before->type == SIGNET_PDF_NULL && g_strv_contains (fresh_only, keys[i]))
        _signet_pdf_comparison_explain_below (self, _signet_pdf_lookup (after, keys[i]), FALSE);
      else
        add_undefined (self, "/AcroForm", keys[i]);
    }
}

void
_signet_pdf_comparison_check_form (SignetPdfComparison *self)
{
  const SignetPdfValue *raw_before = _signet_pdf_lookup (_signet_pdf_get_catalogue (self->before), "AcroForm");
  const SignetPdfValue *raw_after = _signet_pdf_lookup (_signet_pdf_get_catalogue (self->after), "AcroForm");
  const SignetPdfValue *before = _signet_pdf_reader_resolve (self->before, raw_before);
  const SignetPdfValue *after = _signet_pdf_reader_resolve (self->after, raw_after);
  guint first_new = 0;

  check_form_keys (self, before, after);
  explain_same_or_fresh (self, raw_before, raw_after);
  if (!_signet_pdf_array_grew (_signet_pdf_reader_get (self->before, before, "Fields"), _signet_pdf_reader_get (self->after, after, "Fields"), &first_new))
    add_undefined (self, "/AcroForm", "Fields");
  else
    explain_same_or_fresh (self, _signet_pdf_lookup (before, "Fields"), _signet_pdf_lookup (after, "Fields"));
  check_fields (self);
}

/* --- pages and annotations --------------------------------------------------------------------------------------------------------------- */

static void
report_annotation (SignetPdfComparison *self, guint32 number, gboolean possible)
{
  g_autofree char *where = g_strdup_printf ("object %u", number);

  _signet_pdf_comparison_add (self, "annotation", where, possible && self->permissions->level == 3);
}

static void
check_new_annotation (SignetPdfComparison *self, const SignetPdfValue *item, guint32 holder)
{
  const SignetPdfValue *annotation = _signet_pdf_reader_resolve (self->after, item);
  gboolean widget = _signet_pdf_is_name (_signet_pdf_reader_get (self->after, annotation, "Subtype"), "Widget");

  if (item->type == SIGNET_PDF_REFERENCE && g_hash_table_contains (self->new_widgets, GUINT_TO_POINTER ((guint32) item->integer)))
    return;
  report_annotation (self, item->type == SIGNET_PDF_REFERENCE ? (guint32) item->integer : holder, !widget);
  _signet_pdf_comparison_explain_below (self, item, FALSE);
}

static void
check_annotations (SignetPdfComparison *self, const SignetPdfValue *before, const SignetPdfValue *after, guint32 holder)
{
  guint first_new = 0;

  if (!_signet_pdf_array_grew (before, after, &first_new))
    return report_annotation (self, holder, TRUE); /* some were taken away */
  for (guint i = first_new; after->type == SIGNET_PDF_ARRAY && i < after->count; i++)
    check_new_annotation (self, after->items[i], holder);
}

static gboolean
is_page (const SignetPdfValue *value)
{
  return value->type == SIGNET_PDF_DICTIONARY && _signet_pdf_is_name (_signet_pdf_lookup (value, "Type"), "Page");
}

static void
check_page (SignetPdfComparison *self, guint32 number, const SignetPdfValue *before, const SignetPdfValue *after)
{
  g_auto(GStrv) keys = _signet_pdf_differing_keys (before, after);

  if (keys[0] == NULL || keys[1] != NULL || !g_str_equal (keys[0], "Annots"))
    return; /* left over: page content */
  _signet_pdf_comparison_explain (self, number);
  explain_same_or_fresh (self, _signet_pdf_lookup (before, "Annots"), _signet_pdf_lookup (after, "Annots"));
  check_annotations (self, _signet_pdf_reader_get (self->before, before, "Annots"), _signet_pdf_reader_get (self->after, after, "Annots"), number);
}

static gboolean
is_annotation (const SignetPdfValue *value)
{
  const SignetPdfValue *subtype = _signet_pdf_lookup (value, "Subtype");

  return value->type == SIGNET_PDF_DICTIONARY && subtype->type == SIGNET_PDF_NAME && !g_str_equal (subtype->text, "Widget")
         && _signet_pdf_lookup (value, "Rect")->type != SIGNET_PDF_NULL;
}

/* Only what means something in an annotation and nothing anywhere else (12.5.2, 12.5.6) */
static gboolean
changed_as_annotation (const SignetPdfValue *before, const SignetPdfValue *after)
{
  static const char *const keys_of_annotations[] = {
    "AP", "AS", "BE", "BS", "Border", "C", "CA", "Contents", "CreationDate", "DA", "DS", "F", "IC", "InkList", "IRT", "L", "LE", "M",
    "Name", "NM", "Open", "Popup", "Q", "QuadPoints", "RC", "Rect", "Rotate", "RT", "State", "StateModel", "Subj", "T", "Vertices", NULL };
  const SignetPdfValue *contents = _signet_pdf_lookup (after, "Contents");
  g_auto(GStrv) keys = _signet_pdf_differing_keys (before, after);

  for (guint i = 0; keys[i] != NULL; i++)
    if (!g_strv_contains (keys_of_annotations, keys[i]))
      return FALSE;
  return contents->type == SIGNET_PDF_NULL || contents->type == SIGNET_PDF_STRING;
}

static gboolean
is_annotation_list (SignetPdfComparison *self, guint32 number)
{
  return g_hash_table_contains (self->from_annotations, GUINT_TO_POINTER (number))
         && GPOINTER_TO_UINT (g_hash_table_lookup (self->references, GUINT_TO_POINTER (number))) == 1;
}

static const SignetPdfValue *
value_in (SignetPdfReader *reader, guint32 number)
{
  const SignetPdfEntry *entry = _signet_pdf_reader_get_entry (reader, number);

  return _signet_pdf_reader_get_object (reader, number, entry->kind == SIGNET_PDF_ENTRY_OFFSET ? entry->detail : 0);
}

void
_signet_pdf_comparison_check_pages (SignetPdfComparison *self)
{
  g_autoptr(GList) numbers = g_hash_table_get_keys (self->changed);

  for (GList *l = numbers; l != NULL; l = l->next)
    {
      guint32 number = GPOINTER_TO_UINT (l->data);
      const SignetPdfValue *before = value_in (self->before, number);
      const SignetPdfValue *after = value_in (self->after, number);

      if (is_page (before) && is_page (after))
        {
          check_page (self, number, before, after);
        }
      else if (before->type == SIGNET_PDF_ARRAY && after->type == SIGNET_PDF_ARRAY && is_annotation_list (self, number))
        {
          _signet_pdf_comparison_explain (self, number);
          check_annotations (self, before, after, number);
        }
      else if (is_annotation (before) && is_annotation (after) && changed_as_annotation (before, after))
        {
          _signet_pdf_comparison_explain (self, number);
          _signet_pdf_comparison_explain_below (self, _signet_pdf_lookup (after, "AP"), TRUE);
          report_annotation (self, number, TRUE);
        }
    }
}
