/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-signing-format.c: the formats there are, each a line of a table: which content it takes, what its files are called, how its signature is
 * created, for which it is the usual one. How a format is made is the document room's. Any thread.
 */
#define G_LOG_DOMAIN "signet-signing-format"

#include "config.h"

#include "../document/signet-cades-creation.h"
#include "../document/signet-pades-creation.h"
#include "signet-signing-private.h"

#include <string.h>

/* --- names ------------------------------------------------------------------------------------------------------------------ */

static gboolean
has_ending (const char *name, const char *ending)
{
  gsize length = strlen (name);
  gsize tail = strlen (ending);

  return length > tail && g_ascii_strcasecmp (name + length - tail, ending) == 0;
}

/* A document signed here before keeps one "-signed" and counts on. */
static void
drop_signed (char *base)
{
  char *mark = g_strrstr (base, "-signed");
  const char *rest = mark != NULL ? mark + strlen ("-signed") : NULL;

  if (rest != NULL && mark > base && mark[-1] != '/'
      && (*rest == '\0' || (*rest == '-' && rest[1] != '\0' && strspn (rest + 1, "0123456789") == strlen (rest + 1))))
    *mark = '\0';
}

/* "contract.pdf" becomes "contract-signed.pdf", then "contract-signed-2.pdf" */
static char *
propose_signed (const char *path, const char *ending, guint number)
{
  g_autofree char *base = g_strdup (path);
  g_autofree char *count = number > 1 ? g_strdup_printf ("-%u", number) : g_strdup ("");

  if (has_ending (base, ending))
    base[strlen (base) - strlen (ending)] = '\0';
  drop_signed (base);
  return g_strconcat (base, "-signed", count, ending, NULL);
}

static char *
propose_pdf (const char *path, guint number)
{
  return propose_signed (path, ".pdf", number);
}

static char *
propose_xml (const char *path, guint number)
{
  return propose_signed (path, ".xml", number);
}

/* "plan.odt.p7s", then "plan.odt-2.p7s" */
static char *
propose_p7s (const char *path, guint number)
{
  return number > 1 ? g_strdup_printf ("%s-%u.p7s", path, number) : g_strconcat (path, ".p7s", NULL);
}

/* --- the formats ------------------------------------------------------------------------------------------------------------ */

static gboolean
takes_pdf (SignetDocumentFile *file)
{
  return signet_document_file_get_format (file) == SIGNET_FORMAT_PDF;
}

static gboolean
takes_all (SignetDocumentFile *file)
{
  (void) file;
  return TRUE;
}

static SignetSignatureCreation *
create_pades (SignetSigning *self, GError **error)
{
  SignetDocumentPdf *pdf = _signet_signing_get_pdf (self, error);
  SignetPdfSignParameters parameters = {
    .field = self->field,
    .reason = self->reason,
    .location = self->location,
    .name = signet_certificate_get_holder (self->certificate),
    .certify = self->certify,
  };

  g_autoptr (GBytes) drawing = NULL;

  if (pdf == NULL || !_signet_signing_add_mark (self, pdf, &parameters, &drawing, error))
    return NULL;
  return signet_pades_creation_new (pdf, &parameters);
}

static SignetSignatureCreation *
create_cades (SignetSigning *self, GError **error)
{
  (void) error;
  return signet_cades_creation_new (self->file);
}

static const SignetSigningFormat formats[] = {
  { .id = "pades", .copies = TRUE, .takes = takes_pdf, .is_usual = takes_pdf, .propose_name = propose_pdf, .create = create_pades },
  { .id = "xades", .copies = TRUE, .takes = _signet_signing_is_xml, .is_usual = _signet_signing_is_xml, .propose_name = propose_xml,
    .create = _signet_signing_create_xades },
  { .id = "cades-parallel", .copies = TRUE, .takes = _signet_signing_is_cms, .is_usual = _signet_signing_is_cms, .propose_name = _signet_signing_propose_again,
    .create = _signet_signing_create_parallel },
  { .id = "cades", .detached = TRUE, .takes = takes_all, .propose_name = propose_p7s, .create = create_cades },
  { .id = "cades-enclosed", .copies = TRUE, .takes = takes_all, .propose_name = _signet_signing_propose_p7m,
    .create = _signet_signing_create_enclosed },
  { .id = "cades-counter", .copies = TRUE, .takes = _signet_signing_is_cms, .propose_name = _signet_signing_propose_again,
    .create = _signet_signing_create_counter },
  { .id = "asice", .copies = TRUE, .is_container = TRUE, .takes_many = TRUE, .takes = takes_all, .is_usual = _signet_signing_is_asice,
    .propose_name = _signet_signing_propose_asice, .create = _signet_signing_create_asice },
  { .id = "asics", .copies = TRUE, .is_container = TRUE, .takes = takes_all, .is_usual = _signet_signing_is_asics,
    .propose_name = _signet_signing_propose_asics, .create = _signet_signing_create_asics },
  { .id = "xades-detached", .detached = TRUE, .takes = takes_all, .propose_name = _signet_signing_propose_xades,
    .create = _signet_signing_create_xades },
  { .id = "xades-enveloping", .copies = TRUE, .takes = takes_all, .propose_name = _signet_signing_propose_xades,
    .create = _signet_signing_create_xades },
  { .id = "asice-cades", .copies = TRUE, .is_container = TRUE, .takes_many = TRUE, .takes = takes_all,
    .propose_name = _signet_signing_propose_asice, .create = _signet_signing_create_asice_cades },
  { .id = "asics-cades", .copies = TRUE, .is_container = TRUE, .takes = takes_all, .propose_name = _signet_signing_propose_asics,
    .create = _signet_signing_create_asics_cades },
};

static const SignetSigningFormat *
find_format (const char *id)
{
  for (gsize i = 0; i < G_N_ELEMENTS (formats); i++)
    if (g_str_equal (formats[i].id, id))
      return &formats[i];
  return NULL;
}

/**
 * signet_signing_set_format:
 * @format: (nullable): one of signet_signing_list_formats(), %NULL: what is usual for the content
 */
void
signet_signing_set_format (SignetSigning *self, const char *format)
{
  g_return_if_fail (format == NULL || find_format (format) != NULL);

  g_free (self->format);
  self->format = g_strdup (format);
}

/* A file of its own goes with everything. */
static const SignetSigningFormat *
find_usual (SignetDocumentFile *file)
{
  for (gsize i = 0; i < G_N_ELEMENTS (formats); i++)
    if (formats[i].is_usual != NULL && formats[i].is_usual (file))
      return &formats[i];
  return find_format ("cades");
}

const SignetSigningFormat *
_signet_signing_get_format (SignetSigning *self)
{
  if (self->format != NULL)
    return find_format (self->format);
  if (self->usual == NULL)
    self->usual = find_usual (self->file);
  return self->usual;
}

const char *
signet_signing_get_format (SignetSigning *self)
{
  return _signet_signing_get_format (self)->id;
}

/**
 * signet_signing_list_formats:
 * @file: what would be signed
 *
 * Returns: (transfer full) (array zero-terminated=1): the formats that take it, the usual one first
 */
char **
signet_signing_list_formats (SignetDocumentFile *file)
{
  g_autoptr (GStrvBuilder) ids = g_strv_builder_new ();
  const SignetSigningFormat *usual = find_usual (file);

  g_strv_builder_add (ids, usual->id);
  for (gsize i = 0; i < G_N_ELEMENTS (formats); i++)
    if (&formats[i] != usual && formats[i].takes (file))
      g_strv_builder_add (ids, formats[i].id);
  return g_strv_builder_end (ids);
}

/**
 * signet_signing_list_levels:
 * @format: (nullable): one of signet_signing_list_formats(), %NULL: what every format reaches
 *
 * Returns: (transfer full) (array zero-terminated=1): the levels of ETSI EN 319 102-1, 4.3, that it can be signed at, the plainest first
 */
char **
signet_signing_list_levels (const char *format)
{
  static const char *const all[] = { "b", "t", "lt", "lta", NULL };

  (void) format; /* each format has all of them */
  return g_strdupv ((char **) all);
}
