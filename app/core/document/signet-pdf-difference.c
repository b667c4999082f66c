/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-pdf-difference.c: compares the revision a signature covers with the document as it is now, object by object.
 *
 * A list of what may change, each with its rule; every changed object has to be explained by one of them. What remains is "undefined"
 * (or "page-content", when that is what it is) and never allowed. Attacks 2, 4 and 5 of the literature on signed PDFs end here.
 */
#define G_LOG_DOMAIN "signet-pdf-difference"

#include "config.h"

#include "signet-pdf-difference-private.h"

#include <string.h>

#define MAX_CHANGED 200000
#define MAX_DEPTH   48

/* --- helpers ----------------------------------------------------------------------------------------------------------------- */

static gboolean
in_use (const SignetPdfEntry *entry)
{
  return entry->kind == SIGNET_PDF_ENTRY_OFFSET || entry->kind == SIGNET_PDF_ENTRY_COMPRESSED;
}

gboolean
_signet_pdf_comparison_is_new (SignetPdfComparison *self, guint32 number)
{
  return !in_use (_signet_pdf_reader_get_entry (self->before, number));
}

void
_signet_pdf_comparison_add (SignetPdfComparison *self, const char *kind, const char *where, gboolean allowed)
{
  GPtrArray *changes = self->signature->changes;

  for (guint i = 0; i < changes->len; i++)
    {
      const SignetDocumentChange *known = g_ptr_array_index (changes, i);

      if (g_str_equal (known->kind, kind) && g_str_equal (known->where, where) && known->allowed == allowed)
        return;
    }
  _signet_document_signature_add_change (self->signature, kind, where, allowed);
}

/* What pages show refers to it: then it is page content, whatever else it pretends to be */
void
_signet_pdf_comparison_explain (SignetPdfComparison *self, guint32 number)
{
  if (!g_hash_table_contains (self->from_content, GUINT_TO_POINTER (number)))
    g_hash_table_remove (self->changed, GUINT_TO_POINTER (number));
}

static void
explain_below (SignetPdfComparison *self, const SignetPdfValue *value, gboolean changed_too, guint depth)
{
  if (depth > MAX_DEPTH)
    return;
  if (value->type == SIGNET_PDF_REFERENCE)
    {
      guint32 number = (guint32) value->integer;
      guint references = GPOINTER_TO_UINT (g_hash_table_lookup (self->references, GUINT_TO_POINTER (number)));
      guint allowed = _signet_pdf_comparison_is_new (self, number) ? 0 : 1;

      if (!g_hash_table_contains (self->changed, GUINT_TO_POINTER (number)) || references > allowed || (allowed == 1 && !changed_too)
          || g_hash_table_contains (self->from_content, GUINT_TO_POINTER (number)))
        return;
      _signet_pdf_comparison_explain (self, number);
      explain_below (self, _signet_pdf_reader_resolve (self->after, value), changed_too, depth + 1);
    }
  else if (value->type == SIGNET_PDF_ARRAY)
    {
      for (guint i = 0; i < value->count; i++)
        explain_below (self, value->items[i], changed_too, depth + 1);
    }
  else if (_signet_pdf_is_dictionary (value))
    {
      for (guint i = 0; i < value->count; i++)
        if (!g_str_equal (value->pairs[i].key->text, "Parent") && !g_str_equal (value->pairs[i].key->text, "P"))
          explain_below (self, value->pairs[i].value, changed_too, depth + 1);
    }
}

void
_signet_pdf_comparison_explain_below (SignetPdfComparison *self, const SignetPdfValue *value, gboolean changed_too)
{
  explain_below (self, value, changed_too, 0);
}

GStrv
_signet_pdf_differing_keys (const SignetPdfValue *before, const SignetPdfValue *after)
{
  g_autoptr(GStrvBuilder) keys = g_strv_builder_new ();
  const SignetPdfValue *both[] = { before, after };

  if (before->ambiguous || after->ambiguous)
    g_strv_builder_add (keys, "(ambiguous)");
  for (guint side = 0; side < 2; side++)
    for (guint i = 0; _signet_pdf_is_dictionary (both[side]) && i < both[side]->count; i++)
      {
        const char *key = both[side]->pairs[i].key->text;

        if (side == 1 && _signet_pdf_lookup (before, key)->type != SIGNET_PDF_NULL)
          continue; /* compared from the other side */
        if (!_signet_pdf_equal (_signet_pdf_lookup (before, key), _signet_pdf_lookup (after, key)))
          g_strv_builder_add (keys, key);
      }
  return g_strv_builder_end (keys);
}

gboolean
_signet_pdf_array_grew (const SignetPdfValue *before, const SignetPdfValue *after, guint *first_new)
{
  guint n_before = before->type == SIGNET_PDF_ARRAY ? before->count : 0;

  *first_new = n_before;
  if ((before->type != SIGNET_PDF_ARRAY && before->type != SIGNET_PDF_NULL) || after->type != SIGNET_PDF_ARRAY || after->count < n_before)
    return before->type == SIGNET_PDF_NULL && after->type == SIGNET_PDF_NULL;
  for (guint i = 0; i < n_before; i++)
    if (!_signet_pdf_equal (before->items[i], after->items[i]))
      return FALSE;
  return TRUE;
}

/* --- which objects differ ------------------------------------------------------------------------------------------------------ */

static gboolean
same_entry (SignetPdfComparison *self, const SignetPdfEntry *a, const SignetPdfEntry *b)
{
  if (!in_use (a) || !in_use (b))
    return in_use (a) == in_use (b);
  if (a->kind != b->kind || a->where != b->where || a->detail != b->detail)
    return FALSE;
  return a->kind != SIGNET_PDF_ENTRY_COMPRESSED
         || same_entry (self, _signet_pdf_reader_get_entry (self->before, (guint32) a->where),
                        _signet_pdf_reader_get_entry (self->after, (guint32) b->where));
}

static const SignetPdfValue *
value_in (SignetPdfReader *reader, guint32 number)
{
  const SignetPdfEntry *entry = _signet_pdf_reader_get_entry (reader, number);

  return _signet_pdf_reader_get_object (reader, number, entry->kind == SIGNET_PDF_ENTRY_OFFSET ? entry->detail : 0);
}

/* Written again word for word */
static gboolean
same_value (SignetPdfComparison *self, guint32 number)
{
  const SignetPdfValue *before = value_in (self->before, number);
  const SignetPdfValue *after = value_in (self->after, number);
  const SignetPdfEntry *a = _signet_pdf_reader_get_entry (self->before, number);
  const SignetPdfEntry *b = _signet_pdf_reader_get_entry (self->after, number);

  return in_use (a) && in_use (b) && before->type != SIGNET_PDF_STREAM && _signet_pdf_equal (before, after);
}

static gboolean
collect_changed (SignetPdfComparison *self)
{
  guint32 n = MAX (self->before->entries->len, self->after->entries->len);

  for (guint32 number = 1; number < n; number++)
    {
      if (same_entry (self, _signet_pdf_reader_get_entry (self->before, number), _signet_pdf_reader_get_entry (self->after, number)))
        continue;
      if (g_hash_table_size (self->changed) >= MAX_CHANGED)
        return FALSE;
      if (!same_value (self, number))
        g_hash_table_add (self->changed, GUINT_TO_POINTER (number));
    }
  return TRUE;
}

/* New cross-reference and object streams hold what is compared anyway */
static void
explain_containers (SignetPdfComparison *self)
{
  g_autoptr(GList) numbers = g_hash_table_get_keys (self->changed);

  for (GList *l = numbers; l != NULL; l = l->next)
    {
      guint32 number = GPOINTER_TO_UINT (l->data);
      const SignetPdfValue *value = _signet_pdf_comparison_is_new (self, number) ? value_in (self->after, number) : &_signet_pdf_null;
      const SignetPdfValue *type = _signet_pdf_lookup (value, "Type");

      if (value->type == SIGNET_PDF_STREAM && (_signet_pdf_is_name (type, "ObjStm") || _signet_pdf_is_name (type, "XRef"))
          && !g_hash_table_contains (self->references, l->data))
        _signet_pdf_comparison_explain (self, number);
    }
}

/* --- catalogue, metadata, evidence ------------------------------------------------------------------------------------------------ */

static void
check_metadata (SignetPdfComparison *self)
{
  const SignetPdfValue *info = _signet_pdf_lookup (self->after->trailer, "Info");
  const SignetPdfValue *metadata = _signet_pdf_lookup (_signet_pdf_get_catalogue (self->after), "Metadata");
  guint before = g_hash_table_size (self->changed);

  _signet_pdf_comparison_explain_below (self, info, TRUE);
  _signet_pdf_comparison_explain_below (self, metadata, TRUE);
  if (g_hash_table_size (self->changed) != before)
    _signet_pdf_comparison_add (self, "metadata", "", self->permissions->level != 1);
}

static gboolean
has_only_keys (const SignetPdfValue *dictionary, const char *const *keys)
{
  for (guint i = 0; i < dictionary->count; i++)
    if (!g_strv_contains (keys, dictionary->pairs[i].key->text))
      return FALSE;
  return dictionary->type == SIGNET_PDF_DICTIONARY && !dictionary->ambiguous;
}

/* EN 319 142-1, 5.4.2: certificates, revocation data and what belongs to them */
static void
check_evidence (SignetPdfComparison *self)
{
  static const char *const keys[] = { "Type", "Certs", "CRLs", "OCSPs", "VRI", NULL };
  const SignetPdfValue *raw = _signet_pdf_lookup (_signet_pdf_get_catalogue (self->after), "DSS");
  const SignetPdfValue *store = _signet_pdf_reader_resolve (self->after, raw);
  guint before = g_hash_table_size (self->changed);

  if (store->type == SIGNET_PDF_NULL)
    return;
  if (!has_only_keys (store, keys))
    return _signet_pdf_comparison_add (self, "undefined", "/DSS", FALSE);
  _signet_pdf_comparison_explain_below (self, raw, TRUE);
  _signet_pdf_comparison_explain_below (self, store, TRUE); /* also when only what it refers to was written again */
  if (g_hash_table_size (self->changed) != before || _signet_pdf_lookup (_signet_pdf_get_catalogue (self->before), "DSS")->type == SIGNET_PDF_NULL)
    _signet_pdf_comparison_add (self, "evidence-added", "/DSS", TRUE);
}

static void
check_catalogue (SignetPdfComparison *self)
{
  static const char *const looked_at_elsewhere[] = { "AcroForm", "DSS", "Metadata", "Extensions", "Version", NULL };
  const SignetPdfValue *before = _signet_pdf_get_catalogue (self->before);
  const SignetPdfValue *after = _signet_pdf_get_catalogue (self->after);
  g_auto(GStrv) keys = _signet_pdf_differing_keys (before, after);

  for (guint i = 0; keys[i] != NULL; i++)
    if (!g_strv_contains (looked_at_elsewhere, keys[i]))
      {
        g_autofree char *where = g_strdup_printf ("/%s", keys[i]);

        _signet_pdf_comparison_add (self, "catalogue", where, FALSE);
      }
  _signet_pdf_comparison_explain (self, (guint32) _signet_pdf_lookup (self->after->trailer, "Root")->integer);
  if (_signet_pdf_lookup (after, "Extensions")->type == SIGNET_PDF_REFERENCE)
    _signet_pdf_comparison_explain_below (self, _signet_pdf_lookup (after, "Extensions"), FALSE);
}

static const SignetPdfValue *
first_id (SignetPdfReader *reader)
{
  const SignetPdfValue *id = _signet_pdf_reader_get (reader, reader->trailer, "ID");

  return id->type == SIGNET_PDF_ARRAY && id->count > 0 ? _signet_pdf_reader_resolve (reader, id->items[0]) : &_signet_pdf_null;
}

static gboolean
check_trailers (SignetPdfComparison *self)
{
  static const char *const fixed[] = { "Root", "Encrypt" };

  for (guint i = 0; i < G_N_ELEMENTS (fixed); i++)
    if (!_signet_pdf_equal (_signet_pdf_lookup (self->before->trailer, fixed[i]), _signet_pdf_lookup (self->after->trailer, fixed[i])))
      {
        _signet_pdf_comparison_add (self, "catalogue", fixed[i], FALSE);
        return FALSE;
      }
  if (self->before->crypt == NULL)
    return TRUE;
  /* the key is made of its first half too */
  if (_signet_pdf_equal (first_id (self->before), first_id (self->after)))
    return TRUE;
  _signet_pdf_comparison_add (self, "catalogue", "ID", FALSE);
  return FALSE;
}

/* --- the rest --------------------------------------------------------------------------------------------------------------------- */

static const char *
kind_of_rest (SignetPdfComparison *self, guint32 number)
{
  const SignetPdfValue *after = value_in (self->after, number);
  const SignetPdfValue *before = value_in (self->before, number);
  const SignetPdfValue *known = after->type != SIGNET_PDF_NULL ? after : before;

  if (g_hash_table_contains (self->from_content, GUINT_TO_POINTER (number)) || _signet_pdf_is_name (_signet_pdf_lookup (known, "Type"), "Page")
      || _signet_pdf_is_name (_signet_pdf_lookup (known, "Type"), "Pages"))
    return "page-content";
  if (_signet_pdf_is_name (_signet_pdf_lookup (known, "Type"), "Catalog"))
    return "catalogue";
  return "undefined";
}

static int
compare_numbers (gconstpointer a, gconstpointer b)
{
  return GPOINTER_TO_UINT (a) < GPOINTER_TO_UINT (b) ? -1 : GPOINTER_TO_UINT (a) > GPOINTER_TO_UINT (b);
}

static void
report_rest (SignetPdfComparison *self)
{
  GList *numbers = g_list_sort (g_hash_table_get_keys (self->changed), compare_numbers);
  guint n = 0;

  for (GList *l = numbers; l != NULL && n < 64; l = l->next, n++)
    {
      g_autofree char *where = g_strdup_printf ("object %u", GPOINTER_TO_UINT (l->data));

      _signet_pdf_comparison_add (self, kind_of_rest (self, GPOINTER_TO_UINT (l->data)), where, FALSE);
    }
  g_list_free (numbers);
}

static void
compare (SignetPdfComparison *self)
{
  if (!_signet_pdf_comparison_accounts_for_bytes (self))
    _signet_pdf_comparison_add (self, "undefined", "bytes that belong to no object", FALSE);
  if (!check_trailers (self))
    return;
  if (!collect_changed (self))
    return _signet_pdf_comparison_add (self, "undefined", "too many changes to compare", FALSE);
  if (g_hash_table_size (self->changed) > 0)
    _signet_pdf_comparison_census (self);

  check_catalogue (self);
  explain_containers (self);
  _signet_pdf_comparison_check_form (self);
  _signet_pdf_comparison_check_pages (self);
  check_evidence (self);
  check_metadata (self);
  report_rest (self);
}

void
_signet_pdf_compare_revisions (SignetPdfReader *before, SignetPdfReader *after, SignetPdfPermissions *permissions, SignetDocumentSignature *signature)
{
  SignetPdfComparison self = { .before = before, .after = after, .permissions = permissions, .signature = signature };

  self.changed = g_hash_table_new (NULL, NULL);
  self.references = g_hash_table_new (NULL, NULL);
  self.from_content = g_hash_table_new (NULL, NULL);
  self.from_annotations = g_hash_table_new (NULL, NULL);
  self.new_widgets = g_hash_table_new (NULL, NULL);
  self.fields_before = _signet_pdf_list_fields (before);
  self.fields_after = _signet_pdf_list_fields (after);
  compare (&self);
  /* what could not be read could not be compared */
  if (!_signet_pdf_reader_check (before, NULL) || !_signet_pdf_reader_check (after, NULL))
    _signet_pdf_comparison_add (&self, "undefined", "an object cannot be read", FALSE);
  g_ptr_array_unref (self.fields_before);
  g_ptr_array_unref (self.fields_after);
  g_hash_table_unref (self.new_widgets);
  g_hash_table_unref (self.from_annotations);
  g_hash_table_unref (self.from_content);
  g_hash_table_unref (self.references);
  g_hash_table_unref (self.changed);
}
