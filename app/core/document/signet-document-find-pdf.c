/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-document-find-pdf.c: finds every signature of a PDF, in the document as it is and in its earlier revisions, and judges each.
 *
 * /ByteRange is believed only when it leaves out exactly the /Contents string and nothing else. Whatever looks like a signature and is
 * odd is a broken signature, never "not signed". No trust, no network; one thread.
 */
#define G_LOG_DOMAIN "signet-document-find-pdf"

#include "config.h"

#include <openssl/err.h>
#include <openssl/ts.h>
#include <string.h>

#include "signet-cms-reader-private.h"
#include "signet-pdf-difference-private.h"
#include "signet-pdf-hash-private.h"
#include "signet-pdf-orphan-private.h"
#include "signet-pdf-store-private.h"

#define MAX_SIGNATURES 256
#define MAX_REVISIONS  256
#define MAX_TEXT       512

typedef struct {
  SignetDocumentSignature *signature;
  const SignetPdfValue    *dictionary; /* in the reader it was found in */
  SignetPdfReader         *found_in;
  gboolean                 removed;    /* not in the document as it is now */
  gboolean                 sound;      /* the byte range is what it must be */
  guint64                  start, gap_start, gap_end, end;
  SignetCmsReader         *cms;
  SignetPdfHashJob        *job;        /* (nullable): owned by the list of jobs */
} Candidate;

typedef struct {
  SignetDocumentFile *file;
  GCancellable       *cancellable;
  SignetPdfReader    *reader;     /* the document as it is */
  GPtrArray          *older;      /* (element-type SignetPdfReader) */
  GPtrArray          *candidates; /* (element-type Candidate) */
  GPtrArray          *jobs;       /* (element-type SignetPdfHashJob) */
} Finder;

static void
candidate_free (gpointer data)
{
  Candidate *self = data;

  g_clear_object (&self->signature);
  g_clear_pointer (&self->cms, _signet_cms_reader_free);
  g_free (self);
}

/* --- /M ----------------------------------------------------------------------------------------------------------------------- */

static gboolean
take_digits (const char **text, guint n, int *value)
{
  *value = 0;
  for (guint i = 0; i < n; i++, (*text)++)
    {
      if (!g_ascii_isdigit (**text))
        return FALSE;
      *value = *value * 10 + (**text - '0');
    }
  return TRUE;
}

/* ISO 32000-1, 7.9.4: D:YYYYMMDDHHmmSSOHH'mm */
static gint64
parse_date (const SignetPdfValue *value)
{
  const char *text = value->type == SIGNET_PDF_STRING ? value->text : "";
  g_autoptr(GTimeZone) utc = g_time_zone_new_utc ();
  g_autoptr(GDateTime) time = NULL;
  int parts[6] = { 0, 1, 1, 0, 0, 0 };
  int hours = 0;
  int minutes = 0;
  int sign = 0;

  if (g_str_has_prefix (text, "D:"))
    text += 2;
  if (!take_digits (&text, 4, &parts[0]))
    return 0;
  for (guint i = 1; i < 6 && g_ascii_isdigit (*text); i++)
    if (!take_digits (&text, 2, &parts[i]))
      return 0;
  if (*text == '+' || *text == '-')
    {
      sign = *text++ == '+' ? 1 : -1;
      if (take_digits (&text, 2, &hours) && *text == '\'')
        {
          text++;
          if (!take_digits (&text, 2, &minutes))
            minutes = 0;
        }
    }
  time = g_date_time_new (utc, parts[0], parts[1], parts[2], parts[3], parts[4], parts[5]);
  return time != NULL ? g_date_time_to_unix (time) - sign * (hours * 3600 + minutes * 60) : 0;
}

/* --- collecting ------------------------------------------------------------------------------------------------------------------ */

static gboolean
is_known (Finder *finder, const SignetPdfValue *contents)
{
  for (guint i = 0; i < finder->candidates->len; i++)
    {
      const Candidate *known = g_ptr_array_index (finder->candidates, i);
      const SignetPdfValue *other = _signet_pdf_lookup (known->dictionary, "Contents");

      if (contents->located && other->located && contents->start == other->start)
        return TRUE;
    }
  return FALSE;
}

static void
add_candidate (Finder *finder, SignetPdfReader *reader, const char *name, const SignetPdfValue *dictionary)
{
  Candidate *candidate = g_new0 (Candidate, 1);

  candidate->signature = _signet_document_signature_new (name);
  candidate->dictionary = dictionary;
  candidate->found_in = reader;
  candidate->removed = reader != finder->reader;
  g_ptr_array_add (finder->candidates, candidate);
}

static void
collect_from (Finder *finder, SignetPdfReader *reader)
{
  g_autoptr(GPtrArray) fields = _signet_pdf_list_fields (reader);
  const SignetPdfValue *perms = _signet_pdf_reader_get (reader, _signet_pdf_get_catalogue (reader), "Perms");
  const SignetPdfValue *certification = _signet_pdf_reader_get (reader, perms, "DocMDP");

  for (guint i = 0; i < fields->len && finder->candidates->len <= MAX_SIGNATURES; i++)
    {
      const SignetPdfField *field = g_ptr_array_index (fields, i);
      const SignetPdfValue *dictionary = _signet_pdf_field_get_signature (reader, field);

      if (dictionary->type != SIGNET_PDF_NULL && !is_known (finder, _signet_pdf_lookup (dictionary, "Contents")))
        add_candidate (finder, reader, field->name, dictionary);
    }
  /* a certification whose field was taken away is still one */
  if (certification->type != SIGNET_PDF_NULL && !is_known (finder, _signet_pdf_lookup (certification, "Contents")))
    add_candidate (finder, reader, "(certification)", certification);
}

/* A signature whose field was taken out by a later revision must not vanish. */
static void
collect_from_older (Finder *finder)
{
  GArray *sections = finder->reader->sections;

  for (guint i = 1; i < sections->len && finder->candidates->len <= MAX_SIGNATURES; i++)
    {
      const SignetPdfSection *section = &g_array_index (sections, SignetPdfSection, i);
      guint known = finder->candidates->len;
      g_autoptr(SignetPdfReader) older = NULL;

      if (!section->hybrid)
        older = _signet_pdf_reader_new_at (finder->file, finder->reader->limit, section->offset, NULL);
      if (older == NULL)
        continue; /* the second half of a linearized file stands for nothing alone */
      collect_from (finder, older);
      if (finder->candidates->len > known)
        g_ptr_array_add (finder->older, g_steal_pointer (&older));
    }
}

/* Nothing is signed, or what was signed was cut loose */
static gboolean
collect_orphan (Finder *finder, GError **error)
{
  g_autoptr(GError) local_error = NULL;
  const SignetPdfValue *orphan = _signet_pdf_find_orphan (finder->reader, finder->cancellable, &local_error);

  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  if (orphan != NULL)
    {
      add_candidate (finder, finder->reader, "(no field)", orphan);
      ((Candidate *) g_ptr_array_index (finder->candidates, 0))->removed = TRUE;
    }
  return TRUE;
}

static gboolean
collect (Finder *finder, GError **error)
{
  collect_from (finder, finder->reader);
  if (!_signet_pdf_reader_check (finder->reader, error))
    return FALSE;
  if (finder->reader->sections->len <= MAX_REVISIONS)
    collect_from_older (finder);
  if (finder->reader->sections->len <= MAX_REVISIONS && finder->candidates->len <= MAX_SIGNATURES)
    return finder->candidates->len > 0 || collect_orphan (finder, error);
  g_set_error_literal (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_TOO_LARGE, "more revisions or signatures than can be judged");
  return FALSE;
}

/* --- the byte range ---------------------------------------------------------------------------------------------------------------- */

static gboolean
set_broken (Candidate *candidate, const char *code)
{
  _signet_document_signature_set_broken (candidate->signature, code);
  return FALSE;
}

static gboolean
get_range (Candidate *candidate, gint64 *range)
{
  const SignetPdfValue *array = _signet_pdf_lookup (candidate->dictionary, "ByteRange");

  if (array->type == SIGNET_PDF_NULL)
    return set_broken (candidate, "byte-range-missing");
  if (array->type != SIGNET_PDF_ARRAY || array->count != 4)
    return set_broken (candidate, "byte-range-form");
  for (guint i = 0; i < 4; i++)
    {
      if (array->items[i]->type != SIGNET_PDF_INTEGER || array->items[i]->integer < 0)
        return set_broken (candidate, "byte-range-form");
      range[i] = array->items[i]->integer;
    }
  return TRUE;
}

/* ISO 32000-1, 12.8.1: everything but the string in /Contents, brackets included */
static gboolean
check_range (Finder *finder, Candidate *candidate)
{
  const SignetPdfValue *contents = _signet_pdf_lookup (candidate->dictionary, "Contents");
  guint64 size = signet_document_file_get_size (finder->file);
  gint64 range[4];

  if (contents->type == SIGNET_PDF_NULL)
    return set_broken (candidate, "contents-missing");
  if (contents->type != SIGNET_PDF_STRING || !contents->located || !contents->hexadecimal)
    return set_broken (candidate, "contents-form");
  if (!get_range (candidate, range))
    return FALSE;
  if (range[0] != 0)
    return set_broken (candidate, "byte-range-start");
  if ((guint64) range[1] > size || (guint64) range[2] > size || (guint64) range[3] > size - (guint64) range[2])
    return set_broken (candidate, "byte-range-outside");
  if ((guint64) range[1] != contents->start || (guint64) range[2] != contents->end)
    return set_broken (candidate, "byte-range-gap");

  candidate->gap_start = contents->start;
  candidate->gap_end = contents->end;
  candidate->end = (guint64) range[2] + (guint64) range[3];
  /* white space inside would be a place to hide bytes in */
  if (contents->irregular)
    return set_broken (candidate, "contents-form");
  return TRUE;
}

/* --- the signature dictionary ---------------------------------------------------------------------------------------------------------- */

static SignetCmsRules
get_rules (const Candidate *candidate)
{
  const char *format = candidate->signature->format;

  return g_str_equal (candidate->signature->kind, "document-timestamp") ? SIGNET_CMS_RULES_TIMESTAMP
         : g_str_equal (format, "pades")                                ? SIGNET_CMS_RULES_PADES
                                                                        : SIGNET_CMS_RULES_PDF_PKCS7;
}

static gboolean
check_format (Candidate *candidate)
{
  const SignetPdfValue *filter = _signet_pdf_lookup (candidate->dictionary, "SubFilter");
  SignetDocumentSignature *signature = candidate->signature;

  if (_signet_pdf_is_name (filter, "ETSI.CAdES.detached"))
    signature->format = "pades";
  else if (_signet_pdf_is_name (filter, "adbe.pkcs7.detached"))
    signature->format = "pdf-pkcs7";
  else if (_signet_pdf_is_name (filter, "ETSI.RFC3161"))
    {
      signature->format = "pades";
      signature->kind = "document-timestamp";
    }
  else if (filter->type == SIGNET_PDF_NAME)
    {
      /* adbe.pkcs7.sha1, adbe.x509.rsa_sha1 and others of long ago */
      signature->format = "pdf-other";
      _signet_document_signature_set_integrity (signature, SIGNET_INTEGRITY_UNSUPPORTED);
      _signet_document_signature_add_problem (signature, "format-unsupported");
      return FALSE;
    }
  else
    return set_broken (candidate, "format-missing");
  return TRUE;
}

static gboolean
check_type (Candidate *candidate)
{
  const SignetPdfValue *type = _signet_pdf_lookup (candidate->dictionary, "Type");
  const char *expected = g_str_equal (candidate->signature->kind, "document-timestamp") ? "DocTimeStamp" : "Sig";

  return type->type == SIGNET_PDF_NULL || _signet_pdf_is_name (type, expected) || set_broken (candidate, "type-mismatch");
}

static void
take_texts (Candidate *candidate)
{
  SignetDocumentSignature *signature = candidate->signature;
  SignetPdfReader *reader = candidate->found_in;

  signature->reason = _signet_pdf_dup_text (_signet_pdf_reader_get (reader, candidate->dictionary, "Reason"), MAX_TEXT);
  signature->location = _signet_pdf_dup_text (_signet_pdf_reader_get (reader, candidate->dictionary, "Location"), MAX_TEXT);
  signature->claimed_time = parse_date (_signet_pdf_reader_get (reader, candidate->dictionary, "M"));
}

static gboolean
is_zero (const guint8 *data, gsize length)
{
  for (gsize i = 0; i < length; i++)
    if (data[i] != 0)
      return FALSE;
  return TRUE;
}

/* The string is longer than the signature and filled with zeros; anything else there is nobody's */
static gboolean
read_cms (Candidate *candidate)
{
  const SignetPdfValue *contents = _signet_pdf_lookup (candidate->dictionary, "Contents");
  g_autoptr(GBytes) der = g_bytes_new (contents->text, contents->count);
  gsize consumed = 0;

  candidate->cms = _signet_cms_reader_new (der, &consumed, NULL);
  if (candidate->cms == NULL)
    return set_broken (candidate, "cms-malformed");
  if (!is_zero ((const guint8 *) contents->text + consumed, contents->count - consumed))
    return set_broken (candidate, "contents-trailing-data");
  if (_signet_cms_reader_get_n_signers (candidate->cms) != 1)
    return set_broken (candidate, "signer-count");
  if (g_str_equal (candidate->signature->kind, "document-timestamp"))
    candidate->signature->timestamp = g_bytes_new (contents->text, consumed);
  return TRUE;
}

/* --- time-stamps of the document --------------------------------------------------------------------------------------------------------- */

static TS_TST_INFO *
read_token_info (GBytes *content)
{
  gsize length = 0;
  const unsigned char *cursor = g_bytes_get_data (content, &length);
  TS_TST_INFO *info = d2i_TS_TST_INFO (NULL, &cursor, (long) length);

  ERR_clear_error ();
  return info;
}

static SignetDigest
get_imprint_digest (Candidate *candidate)
{
  g_autoptr(GBytes) content = _signet_cms_reader_dup_content (candidate->cms);
  TS_TST_INFO *info = content != NULL ? read_token_info (content) : NULL;
  SignetDigest digest = SIGNET_DIGEST_UNKNOWN;

  if (info != NULL)
    {
      const ASN1_OBJECT *object = NULL;

      X509_ALGOR_get0 (&object, NULL, NULL, TS_MSG_IMPRINT_get_algo (TS_TST_INFO_get_msg_imprint (info)));
      digest = signet_digest_from_nid (OBJ_obj2nid (object));
    }
  TS_TST_INFO_free (info);
  return digest;
}

/* The token is over its own content, and the content names the digest of the document */
static void
judge_timestamp (Candidate *candidate)
{
  g_autoptr(GBytes) content = _signet_cms_reader_dup_content (candidate->cms);
  TS_TST_INFO *info = content != NULL ? read_token_info (content) : NULL;
  const EVP_MD *md = signet_digest_get_md (_signet_cms_reader_get_digest (candidate->cms, 0));
  g_autoptr(GBytes) own_digest = NULL;
  guint8 value[EVP_MAX_MD_SIZE];
  unsigned length = 0;

  if (info == NULL || md == NULL || EVP_Digest (g_bytes_get_data (content, NULL), g_bytes_get_size (content), value, &length, md, NULL) != 1)
    {
      set_broken (candidate, "cms-malformed");
      TS_TST_INFO_free (info);
      return;
    }
  own_digest = g_bytes_new (value, length);
  g_clear_pointer (&candidate->signature->timestamp, g_bytes_unref);
  _signet_cms_reader_judge (candidate->cms, 0, SIGNET_CMS_RULES_TIMESTAMP, own_digest, candidate->signature);
  {
    const ASN1_OCTET_STRING *imprint = TS_MSG_IMPRINT_get_msg (TS_TST_INFO_get_msg_imprint (info));
    GBytes *expected = candidate->job->result;

    if ((gsize) ASN1_STRING_length (imprint) != g_bytes_get_size (expected)
        || memcmp (ASN1_STRING_get0_data (imprint), g_bytes_get_data (expected, NULL), g_bytes_get_size (expected)) != 0)
      set_broken (candidate, "digest-mismatch");
  }
  TS_TST_INFO_free (info);
}

static void
judge (Candidate *candidate)
{
  SignetDocumentSignature *signature = candidate->signature;
  gint64 claimed_time = signature->claimed_time;
  g_autoptr(GBytes) token = signature->timestamp != NULL ? g_bytes_ref (signature->timestamp) : NULL;
  g_autoptr(GBytes) inside = NULL;

  if (candidate->job == NULL)
    return;
  if (candidate->job->result == NULL)
    {
      _signet_document_signature_add_problem (signature, "algorithm-unsupported");
      _signet_document_signature_set_integrity (signature, SIGNET_INTEGRITY_UNSUPPORTED);
      return;
    }
  if (get_rules (candidate) == SIGNET_CMS_RULES_TIMESTAMP)
    {
      judge_timestamp (candidate);
      g_clear_pointer (&signature->timestamp, g_bytes_unref);
      signature->timestamp = g_steal_pointer (&token);
      return;
    }
  _signet_cms_reader_judge (candidate->cms, 0, get_rules (candidate), candidate->job->result, signature);
  if (claimed_time != 0)
    signature->claimed_time = claimed_time;
  inside = _signet_cms_reader_dup_content (candidate->cms);
  if (inside != NULL) /* ISO 32000-1, 12.8.3.3: no data is encapsulated */
    set_broken (candidate, "content-inside");
}

/* --- coverage and changes ------------------------------------------------------------------------------------------------------------------ */

/* The signature must be in the revision it covers, at the very place it is now */
static gboolean
is_in_revision (SignetPdfReader *revision, GPtrArray *fields, const Candidate *candidate)
{
  for (guint i = 0; i < fields->len; i++)
    {
      const SignetPdfValue *dictionary = _signet_pdf_field_get_signature (revision, g_ptr_array_index (fields, i));
      const SignetPdfValue *contents = _signet_pdf_lookup (dictionary, "Contents");

      if (contents->located && contents->start == candidate->gap_start && contents->end == candidate->gap_end
          && dictionary->start == candidate->dictionary->start && dictionary->end == candidate->dictionary->end)
        return TRUE;
    }
  return FALSE;
}

static gboolean
ends_cleanly (SignetPdfReader *reader)
{
  guint8 byte = 0;

  for (guint64 position = reader->end; position < reader->limit; position++)
    if (!signet_document_file_read (reader->file, position, &byte, 1, NULL) || !_signet_pdf_is_space (byte))
      return FALSE;
  return TRUE;
}

static void
set_partial (Candidate *candidate, const char *code)
{
  candidate->signature->coverage = SIGNET_COVERAGE_PARTIAL;
  _signet_document_signature_set_broken (candidate->signature, code);
}

static gboolean
covers_the_end (Finder *finder, const Candidate *candidate)
{
  return candidate->end == signet_document_file_get_size (finder->file);
}

/* FALSE: it was said what is wrong */
static gboolean
check_revision (Candidate *candidate, SignetPdfReader *revision, GPtrArray *fields)
{
  if (!ends_cleanly (revision))
    set_partial (candidate, "revision-damaged");
  else if (!is_in_revision (revision, fields, candidate))
    set_partial (candidate, "not-in-its-revision");
  else if (!_signet_pdf_reader_check (revision, NULL))
    set_partial (candidate, "revision-damaged");
  else
    return TRUE;
  return FALSE;
}

/* The revision it covers is the document as it is, which was read already. */
static void
judge_last (Finder *finder, Candidate *candidate)
{
  g_autoptr(GPtrArray) fields = _signet_pdf_list_fields (finder->reader);

  if (check_revision (candidate, finder->reader, fields))
    candidate->signature->coverage = SIGNET_COVERAGE_WHOLE;
}

static void
judge_coverage (Finder *finder, Candidate *candidate, SignetPdfReader *after)
{
  g_autoptr(SignetPdfReader) revision = _signet_pdf_reader_new (finder->file, candidate->end, NULL);
  g_autoptr(SignetPdfPermissions) permissions = NULL;
  g_autoptr(GPtrArray) fields = NULL;

  if (revision == NULL)
    return set_partial (candidate, "revision-damaged");
  fields = _signet_pdf_list_fields (revision);
  if (!check_revision (candidate, revision, fields))
    return;
  candidate->signature->coverage = SIGNET_COVERAGE_WHOLE_BUT_CHANGED_LATER;
  permissions = _signet_pdf_permissions_of (revision, fields);
  _signet_pdf_compare_revisions (revision, after, permissions, candidate->signature);
}

static int
compare_ends (gconstpointer a, gconstpointer b)
{
  const Candidate *left = *(Candidate *const *) a;
  const Candidate *right = *(Candidate *const *) b;

  if (left->sound != right->sound)
    return left->sound ? -1 : 1;
  return left->end < right->end ? -1 : left->end > right->end;
}

static gboolean
judge_all_coverage (Finder *finder, GError **error)
{
  guint64 size = signet_document_file_get_size (finder->file);
  guint64 watch_from = size;
  g_autoptr(SignetPdfReader) after = NULL;

  for (guint i = 0; i < finder->candidates->len; i++)
    {
      const Candidate *candidate = g_ptr_array_index (finder->candidates, i);

      if (candidate->sound)
        watch_from = MIN (watch_from, candidate->end);
    }
  if (watch_from < size)
    {
      after = _signet_pdf_reader_new_watching (finder->file, finder->reader->limit, watch_from, error);
      if (after == NULL)
        return FALSE;
    }
  for (guint i = 0; i < finder->candidates->len; i++)
    {
      Candidate *candidate = g_ptr_array_index (finder->candidates, i);

      if (g_cancellable_set_error_if_cancelled (finder->cancellable, error))
        return FALSE;
      if (candidate->sound && covers_the_end (finder, candidate))
        judge_last (finder, candidate);
      else if (candidate->sound)
        judge_coverage (finder, candidate, after);
    }
  return TRUE;
}

/* --- the whole ---------------------------------------------------------------------------------------------------------------------------------- */

static void
examine (Finder *finder, Candidate *candidate)
{
  if (candidate->dictionary->type != SIGNET_PDF_DICTIONARY || candidate->dictionary->ambiguous)
    {
      set_broken (candidate, "dictionary-form");
      return;
    }
  take_texts (candidate);
  if (candidate->removed)
    {
      set_broken (candidate, "field-removed");
      _signet_document_signature_add_change (candidate->signature, "undefined", "signature removed", FALSE);
    }
  candidate->sound = check_range (finder, candidate);
  if (!check_format (candidate) || !candidate->sound || !check_type (candidate) || !read_cms (candidate))
    return;

  candidate->job = g_new0 (SignetPdfHashJob, 1);
  candidate->job->gap_start = candidate->gap_start;
  candidate->job->gap_end = candidate->gap_end;
  candidate->job->end = candidate->end;
  candidate->job->digest = get_rules (candidate) == SIGNET_CMS_RULES_TIMESTAMP ? get_imprint_digest (candidate)
                                                                               : _signet_cms_reader_get_digest (candidate->cms, 0);
  g_ptr_array_add (finder->jobs, candidate->job);
}

static gboolean
examine_all (Finder *finder, GError **error)
{
  if (!collect (finder, error))
    return FALSE;
  for (guint i = 0; i < finder->candidates->len; i++)
    examine (finder, g_ptr_array_index (finder->candidates, i));
  if (!_signet_pdf_hash_all (finder->file, finder->jobs, finder->cancellable, error))
    return FALSE;
  for (guint i = 0; i < finder->candidates->len; i++)
    judge (g_ptr_array_index (finder->candidates, i));
  if (finder->candidates->len > 0 && !judge_all_coverage (finder, error))
    return FALSE;
  return TRUE;
}

static GPtrArray *
take_results (Finder *finder)
{
  GPtrArray *results = g_ptr_array_new_with_free_func (g_object_unref);

  g_ptr_array_sort (finder->candidates, compare_ends);
  for (guint i = 0; i < finder->candidates->len; i++)
    {
      const Candidate *candidate = g_ptr_array_index (finder->candidates, i);

      candidate->signature->position = candidate->end;
      g_ptr_array_add (results, g_object_ref (candidate->signature));
    }
  _signet_pdf_store_attach (finder->reader, results);
  return results;
}

GPtrArray *
_signet_document_find_pdf_signatures (SignetDocumentFile *file, GCancellable *cancellable, GError **error)
{
  g_autoptr(SignetPdfReader) reader = _signet_pdf_reader_new (file, signet_document_file_get_size (file), error);
  g_autoptr(GPtrArray) older = g_ptr_array_new_with_free_func ((GDestroyNotify) _signet_pdf_reader_free);
  g_autoptr(GPtrArray) jobs = g_ptr_array_new_with_free_func ((GDestroyNotify) _signet_pdf_hash_job_free);
  g_autoptr(GPtrArray) candidates = g_ptr_array_new_with_free_func (candidate_free);
  Finder finder = { .file = file, .cancellable = cancellable, .reader = reader, .older = older, .candidates = candidates, .jobs = jobs };

  if (reader == NULL)
    return NULL;
  if (!examine_all (&finder, error) || !signet_document_file_check_unchanged (file, error))
    return NULL;
  return take_results (&finder);
}
