/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-pdf-seed.c: seed values: what the author of a form demands of a signature in a field (ISO 32000-1, 12.7.4.5, table 234). Only what is
 * marked as mandatory is demanded; it is obeyed, or the field is not signed. Reads only.
 */
#define G_LOG_DOMAIN "signet-pdf-seed"

#include "config.h"

#include <string.h>

#include "signet-document-pdf-private.h"

/* Table 234: /Ff of a seed value dictionary */
enum { SEED_FILTER = 1 << 0, SEED_SUBFILTER = 1 << 1, SEED_VERSION = 1 << 2, SEED_REASONS = 1 << 3, SEED_DIGEST = 1 << 6 };
enum { SEED_HANDLED = SEED_FILTER | SEED_SUBFILTER | SEED_VERSION | SEED_REASONS | SEED_DIGEST };
enum { NEWEST_VERSION = 2 }; /* of seed values: PDF 1.7 */

static gboolean
set_forbidden (GError **error, const char *message)
{
  g_set_error_literal (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_FORBIDDEN, message);
  return FALSE;
}

static gboolean
has_name (SignetPdfReader *reader, const SignetPdfValue *list, const char *name)
{
  if (list->type != SIGNET_PDF_ARRAY)
    return _signet_pdf_is_name (list, name);
  for (guint i = 0; i < list->count; i++)
    if (_signet_pdf_is_name (_signet_pdf_reader_resolve (reader, list->items[i]), name))
      return TRUE;
  return FALSE;
}

static gboolean
has_text (SignetPdfReader *reader, const SignetPdfValue *list, const char *text)
{
  for (guint i = 0; list->type == SIGNET_PDF_ARRAY && i < list->count; i++)
    {
      g_autofree char *item = _signet_pdf_dup_raw_text (_signet_pdf_reader_resolve (reader, list->items[i]));

      if (g_strcmp0 (item, text) == 0)
        return TRUE;
    }
  return FALSE;
}

static gint64
get_demanded (SignetPdfReader *reader, const SignetPdfValue *seed)
{
  const SignetPdfValue *flags = _signet_pdf_reader_get (reader, seed, "Ff");

  return flags->type == SIGNET_PDF_INTEGER ? flags->integer : 0;
}

gboolean
_signet_pdf_check_seed (SignetPdfReader *reader, const SignetPdfField *field, GError **error)
{
  const SignetPdfValue *seed = _signet_pdf_reader_get (reader, field->dictionary, "SV");
  const SignetPdfValue *version = _signet_pdf_reader_get (reader, seed, "V");
  gint64 demanded = get_demanded (reader, seed);

  if ((demanded & ~SEED_HANDLED) != 0 || ((demanded & SEED_VERSION) != 0 && (version->type != SIGNET_PDF_INTEGER || version->integer > NEWEST_VERSION)))
    return set_forbidden (error, "the signature field demands something not handled");
  if ((demanded & SEED_FILTER) != 0 && !has_name (reader, _signet_pdf_reader_get (reader, seed, "Filter"), "Adobe.PPKLite"))
    return set_forbidden (error, "the signature field demands another signature handler");
  if ((demanded & SEED_SUBFILTER) != 0 && !has_name (reader, _signet_pdf_reader_get (reader, seed, "SubFilter"), "ETSI.CAdES.detached"))
    return set_forbidden (error, "the signature field demands another signature format");
  return TRUE;
}

/* Names as the standard writes them: SHA1, SHA256 … */
static gboolean
is_digest_allowed (SignetPdfReader *reader, const SignetPdfValue *list, SignetDigest digest)
{
  const EVP_MD *md = signet_digest_get_md (digest);
  const char *name = md != NULL ? EVP_MD_get0_name (md) : "";

  for (guint i = 0; list->type == SIGNET_PDF_ARRAY && i < list->count; i++)
    {
      g_autofree char *item = _signet_pdf_dup_raw_text (_signet_pdf_reader_resolve (reader, list->items[i]));

      if (item != NULL && md != NULL && EVP_MD_is_a (md, item))
        return TRUE;
    }
  g_debug ("the field does not list %s", name);
  return FALSE;
}

/* A reason of "." alone means: none may be given */
static gboolean
is_reason_allowed (SignetPdfReader *reader, const SignetPdfValue *list, const char *reason)
{
  gboolean none = reason == NULL || *reason == '\0';

  if (list->type != SIGNET_PDF_ARRAY || list->count == 0 || (list->count == 1 && has_text (reader, list, ".")))
    return none;
  return !none && has_text (reader, list, reason);
}

gboolean
_signet_pdf_check_seed_parameters (SignetPdfReader *reader, const SignetPdfField *field, SignetDigest digest, const SignetPdfSignParameters *parameters,
                                   GError **error)
{
  const SignetPdfValue *seed = _signet_pdf_reader_get (reader, field->dictionary, "SV");
  const SignetPdfValue *level = _signet_pdf_reader_get (reader, _signet_pdf_reader_get (reader, seed, "MDP"), "P");
  gint64 demanded = get_demanded (reader, seed);

  if ((demanded & SEED_DIGEST) != 0 && !is_digest_allowed (reader, _signet_pdf_reader_get (reader, seed, "DigestMethod"), digest))
    return set_forbidden (error, "the signature field demands another digest");
  if ((demanded & SEED_REASONS) != 0 && !is_reason_allowed (reader, _signet_pdf_reader_get (reader, seed, "Reasons"), parameters->reason))
    return set_forbidden (error, "the signature field demands one of its own reasons");
  /* not a flag: where it stands it is meant */
  if (level->type == SIGNET_PDF_INTEGER && level->integer >= 0 && level->integer <= 3 && (guint) level->integer != parameters->certify)
    return set_forbidden (error, level->integer == 0 ? "the signature field is not for a certification" : "the signature field demands a certification of another level");
  return TRUE;
}
