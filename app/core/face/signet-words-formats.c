/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-words-formats.c: the formats and levels of a signature in words: a person chooses where the signature goes and how long it shall prove
 * something; the name of the standard stands beside it. Any thread.
 */
#define G_LOG_DOMAIN "signet-words-formats"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "signet-words.h"

typedef struct
{
  const char *id;
  const char *words;
  const char *term; /* of the standard: not translated */
} SignetNameRow;

static const SignetNameRow formats[] = {
  { "pades", N_("Inside the PDF"), "PAdES" },
  { "cades", N_("Beside the file"), "CAdES" },
  { "cades-enclosed", N_("Around the file"), "CAdES" },
  { "cades-parallel", N_("Beside the signatures that are there"), "CAdES" },
  { "cades-counter", N_("Over a signature that is there"), "CAdES" },
  { "xades", N_("Inside the XML"), "XAdES" },
  { "xades-enveloping", N_("Around the file, as XML"), "XAdES" },
  { "xades-detached", N_("Beside the file, as XML"), "XAdES" },
  { "asice", N_("In a container with the file"), "ASiC-E" },
  { "asice-cades", N_("In a container with the file"), "ASiC-E, CAdES" },
  { "asics", N_("In a small container with the file"), "ASiC-S" },
  { "asics-cades", N_("In a small container with the file"), "ASiC-S, CAdES" },
};

static const SignetNameRow levels[] = {
  { "b", N_("Signature only"), "B-B" },
  { "t", N_("With time stamp"), "B-T" },
  { "lt", N_("With evidence"), "B-LT" },
  { "lta", N_("Lasting proof"), "B-LTA" },
};

static const SignetNameRow *
signet_words_find_row (const SignetNameRow *rows,
                       gsize                n_rows,
                       const char          *id)
{
  for (gsize i = 0; i < n_rows; i++)
    if (g_strcmp0 (rows[i].id, id) == 0)
      return &rows[i];
  return NULL;
}

/**
 * signet_words_format:
 * @format: one of signet_signing_list_formats()
 *
 * Returns: where the signature goes, in words; @format itself when there are none for it
 */
const char *
signet_words_format (const char *format)
{
  const SignetNameRow *row = signet_words_find_row (formats, G_N_ELEMENTS (formats), format);

  return row != NULL ? _(row->words) : format;
}

/**
 * signet_words_format_term:
 * @format: one of signet_signing_list_formats()
 *
 * Returns: what the standards call it
 */
const char *
signet_words_format_term (const char *format)
{
  const SignetNameRow *row = signet_words_find_row (formats, G_N_ELEMENTS (formats), format);

  return row != NULL ? row->term : format;
}

/**
 * signet_words_level:
 * @level: one of signet_signing_list_levels()
 *
 * Returns: what a signature of this level proves, in words
 */
const char *
signet_words_level (const char *level)
{
  const SignetNameRow *row = signet_words_find_row (levels, G_N_ELEMENTS (levels), level);

  return row != NULL ? _(row->words) : level;
}

/**
 * signet_words_level_term:
 * @level: one of signet_signing_list_levels()
 *
 * Returns: its name in ETSI EN 319 102-1, 4.3
 */
const char *
signet_words_level_term (const char *level)
{
  const SignetNameRow *row = signet_words_find_row (levels, G_N_ELEMENTS (levels), level);

  return row != NULL ? row->term : level;
}
