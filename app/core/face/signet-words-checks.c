/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-words-checks.c: the lines of the pre-flight in words. One sentence for each code and state; {value} in it is a
 * name, date or count the check brought along. Any thread.
 */
#define G_LOG_DOMAIN "signet-words-checks"

#include "config.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "signet-words.h"
#include "signet-words-private.h"

#include "../base/signet-text.h"

typedef struct
{
  const char *code;
  SignetCheckState state;
  const char *detail;     /* (nullable): only for a check with this detail; such rows stand before the general one */
  const char *plain;
  const char *with_value; /* (nullable): used when the check has a value */
} SignetCheckRow;

static const SignetCheckRow rows[] = {
  { "key-block", SIGNET_CHECK_STOP, NULL, N_("The key is blocked on this computer: it may be compromised"),
    /* translators: {value} is a date and time */
    N_("The key is blocked on this computer since {value}: it may be compromised") },

  { "certificate-class", SIGNET_CHECK_OK, NULL, N_("The certificate is for signing documents"), NULL },
  { "certificate-class", SIGNET_CHECK_WARNING, NULL, N_("The certificate does not clearly say that it is for signing documents"), NULL },
  { "certificate-class", SIGNET_CHECK_STOP, "no-certificate", N_("There is no certificate for this key"), NULL },
  { "certificate-class", SIGNET_CHECK_STOP, "key-kind", N_("Documents cannot be signed with this kind of key"), NULL },
  { "certificate-class", SIGNET_CHECK_STOP, NULL, N_("The certificate is not for signing documents"), NULL },
  { "certificate-class", SIGNET_CHECK_UNKNOWN, NULL, N_("It is not known what the certificate may be used for"), NULL },

  { "certificate-key", SIGNET_CHECK_WARNING, NULL, N_("Few programs can check signatures of this kind of key yet"),
    /* translators: {value} is the name of an algorithm, "Ed25519"; the rest are names of programs */
    N_("Few programs can check {value} signatures yet: Signet and those built on Bouncy Castle can; Okular, LibreOffice, MuPDF, OpenSSL 3.0 and xmlsec cannot") },

  { "certificate-validity", SIGNET_CHECK_OK, NULL, N_("The certificate is in its time"),
    /* translators: {value} is a date */
    N_("The certificate is in its time, until {value}") },
  { "certificate-validity", SIGNET_CHECK_WARNING, NULL, N_("The certificate ends soon"),
    /* translators: {value} is a date */
    N_("The certificate ends soon, on {value}") },
  { "certificate-validity", SIGNET_CHECK_STOP, "expired", N_("The certificate’s time is over"),
    /* translators: {value} is a date */
    N_("The certificate’s time is over since {value}") },
  { "certificate-validity", SIGNET_CHECK_STOP, "not-yet-valid", N_("The certificate’s time has not begun"),
    /* translators: {value} is a date */
    N_("The certificate’s time begins only on {value}") },
  { "certificate-validity", SIGNET_CHECK_STOP, NULL, N_("The certificate is not in its time"), NULL },
  { "certificate-validity", SIGNET_CHECK_UNKNOWN, NULL, N_("The dates of the certificate cannot be read"), NULL },

  { "certificate-revocation", SIGNET_CHECK_OK, NULL, N_("The certificate is not revoked"),
    /* translators: {value} is a date and time */
    N_("The certificate is not revoked, asked at {value}") },
  { "certificate-revocation", SIGNET_CHECK_WARNING, NULL, N_("Whether the certificate is revoked could not be found out"),
    /* translators: {value} is a list of servers */
    N_("Whether the certificate is revoked could not be found out: no usable answer from {value}") },
  { "certificate-revocation", SIGNET_CHECK_STOP, "ca-revoked", N_("The certificate of an authority on the path is revoked"),
    /* translators: {value} is the name of an authority */
    N_("The certificate of {value}, an authority on the path, is revoked") },
  { "certificate-revocation", SIGNET_CHECK_STOP, NULL, N_("The certificate is revoked"),
    /* translators: {value} is a date and time */
    N_("The certificate was revoked on {value}") },
  { "certificate-revocation", SIGNET_CHECK_UNKNOWN, "offline",
    N_("Whether the certificate is revoked was not asked, because Signet works offline"), NULL },
  { "certificate-revocation", SIGNET_CHECK_UNKNOWN, "no-address",
    N_("Whether the certificate is revoked cannot be asked: it names no server"), NULL },
  { "certificate-revocation", SIGNET_CHECK_UNKNOWN, NULL, N_("Whether the certificate is revoked was not asked"), NULL },

  { "certificate-chain", SIGNET_CHECK_OK, NULL, N_("The certificate leads to a trusted authority"),
    /* translators: {value} is the name of an authority */
    N_("The certificate leads to a trusted authority: {value}") },
  { "certificate-chain", SIGNET_CHECK_WARNING, NULL, N_("The authority of the certificate is not among those trusted here; others may trust it"),
    /* translators: {value} is the name of an authority */
    N_("{value} is not among the authorities trusted here; others may trust it") },
  { "certificate-chain", SIGNET_CHECK_STOP, NULL, N_("The certificate’s path to its authority is broken"), NULL },
  { "certificate-chain", SIGNET_CHECK_UNKNOWN, NULL, N_("The authority of the certificate is not among those trusted here; others may trust it"),
    /* translators: {value} is the name of an authority */
    N_("{value} is not among the authorities trusted here; others may trust it") },

  { "document-permissions", SIGNET_CHECK_OK, NULL, N_("The document allows a signature"),
    N_("The document was signed before; its signatures stay as they are") },
  { "document-permissions", SIGNET_CHECK_WARNING, NULL, N_("The document was signed before; its signatures stay as they are"), NULL },
  { "document-permissions", SIGNET_CHECK_STOP, "only the first signature can certify",
    N_("Only the first signature of a document can certify it"), NULL },
  { "document-permissions", SIGNET_CHECK_STOP, "the document's owner allows no new signature without the owner's password",
    N_("The document is protected: a new signature needs its owner’s password"), NULL },
  { "document-permissions", SIGNET_CHECK_STOP, "the document's owner allows no form to be filled in without the owner's password",
    N_("The document is protected: to fill in a field needs its owner’s password"), NULL },
  { "document-permissions", SIGNET_CHECK_STOP, "an earlier signer locked the form", N_("An earlier signer locked the form: no further signatures"), NULL },
  { "document-permissions", SIGNET_CHECK_STOP, "the field is signed already", N_("The signature field is signed already"), NULL },
  { "document-permissions", SIGNET_CHECK_STOP, "the field is read-only", N_("The signature field is read-only"), NULL },
  { "document-permissions", SIGNET_CHECK_STOP, "the signature field demands another signature handler",
    N_("The signature field demands a signature of a kind that Signet does not make"), NULL },
  { "document-permissions", SIGNET_CHECK_STOP, "the signature field demands another signature format",
    N_("The signature field demands a signature of a kind that Signet does not make"), NULL },
  { "document-permissions", SIGNET_CHECK_STOP, "the signature field demands something not handled",
    N_("The signature field demands something that Signet cannot give"), NULL },
  { "document-permissions", SIGNET_CHECK_STOP, NULL, N_("Certified by its author: no further signatures allowed"), NULL },
  { "document-permissions", SIGNET_CHECK_UNKNOWN, NULL, N_("It cannot be told whether the document allows a signature"), NULL },

  { "document-content", SIGNET_CHECK_OK, NULL, N_("No scripts, no attachments, nothing hidden was found"), NULL },
  { "document-content", SIGNET_CHECK_UNKNOWN, NULL, N_("This PDF cannot be read here (damaged, or encrypted): what is hidden in it is not known"), NULL },
  { "document-scripts", SIGNET_CHECK_WARNING, NULL, N_("The document holds scripts, which can change what it shows"),
    /* translators: {value} is a list of names, or a count */
    N_("The document holds scripts, which can change what it shows: {value}") },
  { "document-layers", SIGNET_CHECK_WARNING, NULL, N_("The document has layers that a viewer can hide"),
    /* translators: {value} is a list of names, or a count */
    N_("The document has layers that a viewer can hide: {value}") },
  { "document-layers-off", SIGNET_CHECK_WARNING, NULL, N_("The document has layers that are hidden at first"),
    /* translators: {value} is a list of names, or a count */
    N_("The document has layers that are hidden at first: {value}") },
  { "document-attachments", SIGNET_CHECK_WARNING, NULL, N_("Files are attached to the document; they are signed with it"),
    /* translators: {value} is a list of file names, or a count */
    N_("Files are attached to the document; they are signed with it: {value}") },
  { "document-xfa", SIGNET_CHECK_WARNING, NULL, N_("The form is there twice (XFA): another viewer may show it differently"), NULL },
  { "document-external", SIGNET_CHECK_WARNING, NULL, N_("Parts of the document are in other files and can change after you sign"),
    /* translators: {value} is a list of file names, or a count */
    N_("Parts of the document are in other files and can change after you sign: {value}") },
  { "document-actions", SIGNET_CHECK_WARNING, NULL, N_("The document can open other files or send data away"),
    /* translators: {value} is a list of technical names of actions */
    N_("The document can open other files or send data away: {value}") },
  { "document-values", SIGNET_CHECK_WARNING, NULL, N_("Form fields show something else than they hold"),
    /* translators: {value} is a list of names of form fields */
    N_("Form fields show something else than they hold: {value}") },
  { "document-values", SIGNET_CHECK_UNKNOWN, NULL, N_("Whether form fields show what they hold cannot be told"),
    /* translators: {value} is a list of names of form fields */
    N_("Whether these form fields show what they hold cannot be told: {value}") },
  { "document-looks", SIGNET_CHECK_WARNING, NULL, N_("Each viewer draws the form in its own way: what you see is not fixed by the document"),
    /* translators: {value} is a list of names of form fields, or a count */
    N_("Each viewer draws these form fields in its own way, so what you see is not fixed by the document: {value}") },
  { "document-hidden", SIGNET_CHECK_WARNING, NULL, N_("Comments or fields are in the document that it does not show"),
    /* translators: {value} is a list of their texts or names, or a count */
    N_("Comments or fields are in the document that it does not show: {value}") },

  { "document-fields", SIGNET_CHECK_OK, NULL, N_("All form fields are filled in"), NULL },
  { "document-fields", SIGNET_CHECK_WARNING, NULL, N_("A form field is not filled in"),
    /* translators: {value} is the name of a form field, or a count */
    N_("Form fields are not filled in: {value}") },
  { "document-fields", SIGNET_CHECK_STOP, "no-field", N_("The document has no empty signature field for the visible mark"), NULL },
  { "document-fields", SIGNET_CHECK_STOP, NULL, N_("The document has no such empty signature field"),
    /* translators: {value} is the name of a signature field */
    N_("The document has no empty signature field “{value}”") },
  { "document-fields", SIGNET_CHECK_UNKNOWN, NULL, N_("Whether form fields are empty cannot be told"), NULL },

  { "signed-file", SIGNET_CHECK_OK, "counter", N_("The signature to be countersigned holds"),
    /* translators: {value} is the name of a person */
    N_("The signature of {value} will be countersigned") },
  { "signed-file", SIGNET_CHECK_OK, NULL, N_("The signatures that are there hold, and stay as they are"), NULL },
  { "signed-file", SIGNET_CHECK_WARNING, NULL, N_("The file that the countersigned signature is about is not at hand: what it signed cannot be told"), NULL },
  { "signed-file", SIGNET_CHECK_STOP, "content-missing",
    N_("The file that this signature is about does not lie beside it"), NULL },
  { "signed-file", SIGNET_CHECK_STOP, "which-signature", N_("Several signatures are in the file: sign it alone, to choose the one to be countersigned"), NULL },
  { "signed-file", SIGNET_CHECK_STOP, "no-such-signature", N_("There is no such signature to be countersigned"),
    /* translators: {value} is a number like 1 or 2 */
    N_("There is no signature {value} to be countersigned") },
  { "signed-file", SIGNET_CHECK_STOP, "too-large",
    N_("The document is too large to be put inside a signature file (60 MiB at most); sign it beside, or into a container"), NULL },
  { "signed-file", SIGNET_CHECK_STOP, "xml-signed",
    N_("A signature in the document covers all of it, and another one inside would break it; sign it in a file of its own"), NULL },
  { "signed-file", SIGNET_CHECK_STOP, "xml-form",
    N_("The XML has a document type (DOCTYPE) or an encoding that leaves open what is signed; sign it in a file of its own"), NULL },
  { "signed-file", SIGNET_CHECK_STOP, "xml-too-large",
    N_("The document is too large for an XML signature around or inside it; sign it in a file of its own"), NULL },
  { "signed-file", SIGNET_CHECK_STOP, NULL, N_("A signature that is there does not hold; none is put beside it"),
    /* translators: {value} is a number like 1 or 2.1 */
    N_("Signature {value} does not hold; none is put beside it") },

  { "document-container", SIGNET_CHECK_OK, NULL, N_("The documents go into one container"),
    /* translators: {value} is how many documents */
    N_("{value} documents go into one container") },
  { "document-container", SIGNET_CHECK_STOP, "one-document", N_("This format is for one document; several go into an ASiC-E container"), NULL },
  { "document-container", SIGNET_CHECK_STOP, "other-container", N_("Signet cannot add a signature of this kind to that container"), NULL },
  { "document-container", SIGNET_CHECK_STOP, "name-twice", N_("Two documents have the same name, or nearly; in a container each needs its own"),
    /* translators: {value} is a file name */
    N_("Two documents are called “{value}”, or nearly; in a container each needs a name of its own") },
  { "document-container", SIGNET_CHECK_STOP, "name-forbidden", N_("A document has a name that cannot be used in a container; rename it"),
    /* translators: {value} is a file name */
    N_("“{value}” is a name that cannot be used in a container; rename the file") },

  { "mark-placement", SIGNET_CHECK_OK, NULL, N_("The visible mark has its place"),
    /* translators: {value} is the number of a page */
    N_("The visible mark stands on page {value}") },
  { "mark-placement", SIGNET_CHECK_WARNING, "first-field", N_("Several signature fields are empty; the visible mark goes into the first"),
    /* translators: {value} is the name of a signature field */
    N_("Several signature fields are empty; the visible mark goes into “{value}”") },
  { "mark-placement", SIGNET_CHECK_WARNING, "covers-signature", N_("The visible mark covers an earlier signature, as you wanted"),
    /* translators: {value} is the name of a signature field */
    N_("The visible mark covers the earlier signature {value}, as you wanted") },
  { "mark-placement", SIGNET_CHECK_WARNING, "covers-field", N_("The visible mark covers a form field or note"),
    /* translators: {value} is the name of a form field */
    N_("The visible mark covers the form field {value}") },
  { "mark-placement", SIGNET_CHECK_WARNING, "shortened", N_("The visible mark has no room for all of its text: an ellipsis stands for the rest"), NULL },
  { "mark-placement", SIGNET_CHECK_STOP, "covers-signature", N_("The visible mark would cover an earlier signature"),
    /* translators: {value} is the name of a signature field */
    N_("The visible mark would cover the earlier signature {value}") },
  { "mark-placement", SIGNET_CHECK_STOP, "no-page", N_("The document has no such page for the visible mark"), NULL },
  { "mark-placement", SIGNET_CHECK_STOP, "off-page", N_("The visible mark would reach beyond the page"), NULL },
  { "mark-placement", SIGNET_CHECK_STOP, "no-place", N_("The page has no free place for the visible mark"), NULL },
  { "mark-placement", SIGNET_CHECK_STOP, "no-area", N_("The signature field takes no place on a page: a mark cannot stand in it"), NULL },
  { "mark-placement", SIGNET_CHECK_STOP, "not-found", N_("The picture or the field of the visible mark is not there"), NULL },
  { "mark-placement", SIGNET_CHECK_STOP, "certified", N_("The document is certified: a visible mark may only stand in a field that is there"), NULL },
  { "mark-placement", SIGNET_CHECK_STOP, "too-small", N_("The visible mark is too small: its letters would be smaller than 4 points"), NULL },
  { "mark-placement", SIGNET_CHECK_STOP, "no-font", N_("No font of this computer has all characters of the visible mark"), NULL },
  { "mark-placement", SIGNET_CHECK_STOP, "image", N_("The picture cannot be used: a PNG, or a JPEG in RGB or grey, is needed"), NULL },
  { "mark-placement", SIGNET_CHECK_STOP, "image-too-large", N_("The picture is too large: at most 8 MiB and 24 million pixels"), NULL },
  { "mark-placement", SIGNET_CHECK_STOP, "text", N_("The text of the visible mark has a placeholder that does not exist"), NULL },
  { "mark-placement", SIGNET_CHECK_STOP, "no-pages", N_("Only a signature inside a PDF can have a visible mark"), NULL },
  { "mark-placement", SIGNET_CHECK_STOP, NULL, N_("The visible mark cannot be drawn"), NULL },

  { "level", SIGNET_CHECK_OK, NULL, N_("The level can be reached"), NULL },
  { "level", SIGNET_CHECK_WARNING, "later", N_("No time stamp can be had now: the signature will be made without, and the time stamp added later"), NULL },
  { "level", SIGNET_CHECK_WARNING, NULL, N_("Without a time stamp the time is only claimed by this computer’s clock"), NULL },
  { "level", SIGNET_CHECK_STOP, "offline", N_("A time stamp needs the network, and this computer is offline"), NULL },
  { "level", SIGNET_CHECK_STOP, "no revocation evidence", N_("Nobody would say now whether the certificate is revoked, and this level has to carry that"), NULL },
  { "level", SIGNET_CHECK_STOP, "no time-stamp server", N_("A time stamp needs a server, and neither you nor the authority names one"), NULL },
  { "level", SIGNET_CHECK_STOP, NULL, N_("This level cannot be reached"), NULL },
  { "level", SIGNET_CHECK_UNKNOWN, NULL, N_("Whether the time stamp server answers is not known yet"), NULL },

  { "output", SIGNET_CHECK_OK, NULL, N_("The signed file can be written"),
    /* translators: {value} is a file name */
    N_("The signed file will be “{value}”") },
  { "output", SIGNET_CHECK_WARNING, NULL, N_("A file of this name will be replaced"),
    /* translators: {value} is a file name */
    N_("“{value}” will be replaced") },
  { "output", SIGNET_CHECK_STOP, "exists", N_("A file of this name is already there"),
    /* translators: {value} is a file name */
    N_("“{value}” is already there; choose another name") },
  { "output", SIGNET_CHECK_STOP, "folder-not-writable", N_("The folder for the signed file cannot be written to; choose another"), NULL },
  { "output", SIGNET_CHECK_STOP, "is-the-document", N_("The signed file would replace the document itself; choose another name"), NULL },
  { "output", SIGNET_CHECK_STOP, "no-space", N_("There is no space left for the signed file"), NULL },
  { "output", SIGNET_CHECK_STOP, NULL, N_("The signed file cannot be written there"), NULL },
  { "output", SIGNET_CHECK_UNKNOWN, NULL, N_("Whether the signed file can be written is not known yet"), NULL },
};

static const SignetCheckRow *
signet_check_row_find (const SignetSigningCheck *check)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    if (rows[i].state == check->state && g_strcmp0 (rows[i].code, check->code) == 0 &&
        (rows[i].detail == NULL || g_strcmp0 (rows[i].detail, check->detail) == 0))
      return &rows[i];
  return NULL;
}

/* where the first of what the check found is */
static char *
signet_words_check_place (const SignetSigningCheck *check)
{
  g_autofree char *value = signet_text_isolate (check->value);

  if (!g_str_has_prefix (check->code, "document-") || check->detail == NULL || !g_ascii_isdigit (*check->detail))
    return g_steal_pointer (&value);
  /* translators: {value} is a list of names or a count, {page} the number of the page the first is on */
  return _signet_words_fill (_("{value} (first on page {page})"), "value", value, "page", check->detail, NULL);
}

/* (transfer full): the value as people read it: days, names of content, outside text isolated */
static char *
signet_words_check_value (const SignetSigningCheck *check)
{
  gint64 time;

  if (signet_time_parse_iso8601 (check->value, &time))
    return g_str_equal (check->code, "certificate-validity") ? signet_words_date (time) : signet_words_date_time (time);
  return signet_words_check_place (check);
}

/* a code this version has no sentence for still gives its state and its name */
static char *
signet_words_other_check (const SignetSigningCheck *check)
{
  switch (check->state)
    {
    case SIGNET_CHECK_OK:
      /* translators: {value} is the technical name of a check */
      return _signet_words_fill (_("Checked: {value}"), "value", check->code, NULL);
    case SIGNET_CHECK_WARNING:
      /* translators: {value} is the technical name of a check */
      return _signet_words_fill (_("Needs a look: {value}"), "value", check->code, NULL);
    case SIGNET_CHECK_STOP:
      /* translators: {value} is the technical name of a check */
      return _signet_words_fill (_("Stop: {value}"), "value", check->code, NULL);
    case SIGNET_CHECK_UNKNOWN:
    default:
      /* translators: {value} is the technical name of a check */
      return _signet_words_fill (_("Cannot tell: {value}"), "value", check->code, NULL);
    }
}

static char *
signet_words_check_sentence (const SignetSigningCheck *check)
{
  const SignetCheckRow *row = signet_check_row_find (check);
  g_autofree char *value = NULL;

  if (row == NULL)
    return signet_words_other_check (check);
  if (row->with_value == NULL || check->value == NULL || *check->value == '\0')
    return g_strdup (_(row->plain));
  value = signet_words_check_value (check);
  return _signet_words_fill (_(row->with_value), "value", value, NULL);
}

/**
 * signet_words_check:
 * @check: one line of the pre-flight
 *
 * Returns: (transfer full): the line in words
 */
char *
signet_words_check (const SignetSigningCheck *check)
{
  g_autofree char *sentence = NULL;

  g_return_val_if_fail (check != NULL, NULL);

  sentence = signet_words_check_sentence (check);
  if (check->document == NULL)
    return g_steal_pointer (&sentence);
  /* translators: {document} is a file name, {sentence} says something about it */
  return _signet_words_fill (_("{document}: {sentence}"), "document", check->document, "sentence", sentence, NULL);
}

/**
 * signet_words_check_status:
 * @check: one line of the pre-flight
 *
 * Returns: 0 unless the check stops, else the exit status of docs/cli.md for it
 */
int
signet_words_check_status (const SignetSigningCheck *check)
{
  g_return_val_if_fail (check != NULL, 70);

  if (check->state != SIGNET_CHECK_STOP)
    return 0;
  if (g_str_equal (check->code, "output"))
    return 73;
  if (g_str_equal (check->code, "level"))
    return g_strcmp0 (check->detail, "no revocation evidence") == 0 ? 69 : 64;
  if (g_str_equal (check->code, "document-content") || g_str_equal (check->code, "document-container") || g_str_equal (check->code, "signed-file"))
    return 65;
  return 77;
}

/**
 * signet_words_check_can_wait:
 * @check: one line of the pre-flight
 *
 * Returns: whether it stops only because no time-stamp can be had now: signed without, the file gets it later
 */
gboolean
signet_words_check_can_wait (const SignetSigningCheck *check)
{
  g_return_val_if_fail (check != NULL, FALSE);

  return check->state == SIGNET_CHECK_STOP && g_str_equal (check->code, "level") &&
         (g_strcmp0 (check->detail, "offline") == 0 || g_strcmp0 (check->detail, "no time-stamp server") == 0);
}
