/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-signing-mark.c: the visible mark of an act: where it would stand, what it would show, whether anything is in its way. The same drawing is
 * what a face shows beforehand and what is written. One thread at a time.
 */
#define G_LOG_DOMAIN "signet-signing-mark"

#include "config.h"

#include "../base/signet-base-error.h"
#include "../mark/signet-mark-draw.h"
#include "signet-signing-private.h"

/**
 * signet_signing_set_mark:
 * @mark: (nullable): copied; %NULL: nothing is seen of the signature. When it names a field, that one is signed unless another was chosen
 * @cover: the person agreed that it covers an earlier signature
 */
void
signet_signing_set_mark (SignetSigning *self, const SignetVisibleMark *mark, gboolean cover)
{
  g_return_if_fail (SIGNET_IS_SIGNING (self));

  g_clear_pointer (&self->mark, signet_mark_free);
  self->mark = mark != NULL ? signet_mark_copy (mark) : NULL;
  self->cover = cover;
  if (mark != NULL && mark->field != NULL && self->field == NULL)
    self->field = g_strdup (mark->field);
}

/**
 * signet_signing_place_mark:
 * @box: (out): where the mark would stand
 *
 * Returns: whether there is a place for it; errors as signet_document_pdf_place_mark()
 */
gboolean
signet_signing_place_mark (SignetSigning *self, SignetMarkBox *box, GError **error)
{
  SignetDocumentPdf *pdf = NULL;

  g_return_val_if_fail (SIGNET_IS_SIGNING (self) && self->mark != NULL, FALSE);

  pdf = _signet_signing_get_pdf (self, error);
  return pdf != NULL && signet_document_pdf_place_mark (pdf, self->mark, self->field, box, error);
}

static GBytes *
draw_mark (SignetSigning *self, const SignetMarkBox *box, gboolean *shortened, GError **error)
{
  SignetDocumentPdf *pdf = NULL;
  g_autofree char *organization = NULL;
  SignetMarkFacts facts = { .reason = self->reason, .location = self->location, .time = _signet_signing_now (self) };
  double width, height;

  pdf = _signet_signing_get_pdf (self, error);
  if (pdf == NULL)
    return NULL;
  if (self->certificate != NULL && signet_certificate_is_readable (self->certificate))
    {
      organization = signet_mark_dup_organization (self->certificate);
      facts.name = signet_certificate_get_holder (self->certificate);
      facts.organization = organization;
      facts.issuer = signet_certificate_get_authority (self->certificate);
      facts.serial = signet_certificate_get_serial (self->certificate);
    }
  signet_mark_box_get_drawing_size (box, &width, &height);
  return signet_mark_draw (self->mark, &facts, width, height, signet_document_pdf_wants_opaque_mark (pdf), shortened, error);
}

/**
 * signet_signing_draw_mark:
 * @box: from signet_signing_place_mark()
 *
 * Returns: (transfer full) (nullable): a PDF of one page, as it would be written if it were signed now; upright, whatever @box says of turning
 */
GBytes *
signet_signing_draw_mark (SignetSigning *self, const SignetMarkBox *box, GError **error)
{
  g_return_val_if_fail (SIGNET_IS_SIGNING (self) && self->mark != NULL, NULL);

  return draw_mark (self, box, NULL, error);
}

/* --- before the PIN ---------------------------------------------------------------------------------------------------------- */

/* A code that faces have words for */
static const char *
find_code (const GError *error)
{
  static const struct { int code; const char *detail; } codes[] = {
    { SIGNET_MARK_ERROR_SPEC, "text" },          { SIGNET_MARK_ERROR_IMAGE, "image" },       { SIGNET_MARK_ERROR_IMAGE_TOO_LARGE, "image-too-large" },
    { SIGNET_MARK_ERROR_TOO_SMALL, "too-small" }, { SIGNET_MARK_ERROR_NO_FONT, "no-font" },   { SIGNET_MARK_ERROR_NO_PAGE, "no-page" },
    { SIGNET_MARK_ERROR_OFF_PAGE, "off-page" },  { SIGNET_MARK_ERROR_NO_PLACE, "no-place" }, { SIGNET_MARK_ERROR_NO_AREA, "no-area" },
  };

  for (gsize i = 0; error->domain == SIGNET_MARK_ERROR && i < G_N_ELEMENTS (codes); i++)
    if (codes[i].code == error->code)
      return codes[i].detail;
  if (g_error_matches (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_FORBIDDEN))
    return "certified";
  return g_error_matches (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_NOT_FOUND) ? "not-found" : NULL;
}

static void
add (GPtrArray *checks, SignetCheckState state, const char *value, const char *detail)
{
  _signet_signing_add_check (checks, "mark-placement", state, value, detail);
}

static void
add_problem (GPtrArray *checks, const GError *problem)
{
  const char *code = find_code (problem);

  add (checks, SIGNET_CHECK_STOP, NULL, code != NULL ? code : problem->message);
}

/* What stands there already: never an earlier signature unasked */
static gboolean
check_covered (SignetSigning *self, SignetDocumentPdf *pdf, const SignetMarkBox *box, GPtrArray *checks)
{
  static const SignetPdfOccupantKind others[] = { SIGNET_PDF_OCCUPANT_EMPTY_FIELD, SIGNET_PDF_OCCUPANT_FIELD, SIGNET_PDF_OCCUPANT_ANNOTATION };
  g_autofree char *signature = signet_document_pdf_find_covered (pdf, box, self->field, SIGNET_PDF_OCCUPANT_SIGNATURE, NULL);

  if (signature != NULL)
    {
      add (checks, self->cover ? SIGNET_CHECK_WARNING : SIGNET_CHECK_STOP, signature, "covers-signature");
      return TRUE;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (others); i++)
    {
      g_autofree char *covered = signet_document_pdf_find_covered (pdf, box, self->field, others[i], NULL);

      if (covered == NULL)
        continue;
      add (checks, SIGNET_CHECK_WARNING, covered, "covers-field");
      return TRUE;
    }
  return FALSE;
}

void
_signet_signing_check_mark (SignetSigning *self, GPtrArray *checks)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (GBytes) drawing = NULL;
  g_autofree char *page = NULL;
  SignetMarkBox box = { 0 };
  gboolean shortened = FALSE;
  gboolean covered = FALSE;

  if (self->mark == NULL)
    return;
  if (!_signet_signing_is_pades (self))
    {
      add (checks, SIGNET_CHECK_STOP, NULL, "no-pages");
      return;
    }
  if (signet_signing_place_mark (self, &box, &problem))
    drawing = draw_mark (self, &box, &shortened, &problem);
  if (drawing == NULL)
    {
      add_problem (checks, problem);
      return;
    }
  page = g_strdup_printf ("%u", box.page + 1);
  covered = check_covered (self, self->pdf, &box, checks);
  if (shortened)
    add (checks, SIGNET_CHECK_WARNING, page, "shortened");
  else if (!covered)
    add (checks, SIGNET_CHECK_OK, page, NULL);
}

/* --- the act ------------------------------------------------------------------------------------------------------------------- */

/* The pre-flight may have been long ago, or never */
static gboolean
check_uncovered (SignetSigning *self, SignetDocumentPdf *pdf, const SignetMarkBox *box, GError **error)
{
  g_autofree char *covered = NULL;

  if (self->cover)
    return TRUE;
  covered = signet_document_pdf_find_covered (pdf, box, self->field, SIGNET_PDF_OCCUPANT_SIGNATURE, NULL);
  if (covered == NULL)
    return TRUE;
  g_set_error (error, SIGNET_SIGNING_ERROR, SIGNET_SIGNING_ERROR_STOPPED, "mark-placement: %s: covers-signature", covered);
  return FALSE;
}

/* @drawing: (out) (nullable): to be kept as long as @parameters */
gboolean
_signet_signing_add_mark (SignetSigning *self, SignetDocumentPdf *pdf, SignetPdfSignParameters *parameters, GBytes **drawing, GError **error)
{
  *drawing = NULL;
  if (self->mark == NULL)
    return TRUE;
  if (!signet_signing_place_mark (self, &parameters->mark, error) || !check_uncovered (self, pdf, &parameters->mark, error))
    return FALSE;
  *drawing = parameters->drawing = signet_signing_draw_mark (self, &parameters->mark, error);
  return *drawing != NULL;
}
