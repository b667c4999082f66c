/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-field-words.c: one table of field names for all pages. Any thread. */
#define G_LOG_DOMAIN "signet-field-words"

#include "config.h"

#include <glib/gi18n.h>

#include "signet-field-words.h"
#include "../../core/face/signet-words.h"

static const struct { const char *code; const char *words; } fields[] = {
  { "name", N_("Name") },
  { "subject", N_("Holder") },
  { "organisation", N_("Organisation") },
  { "email", N_("E-mail") },
  { "key", N_("Key") },
  { "class", N_("Used for") },
  { "usage", N_("Used for") },
  { "kind", N_("Kind") },
  { "issuer", N_("Issued by") },
  { "authority", N_("Authority") },
  { "token", N_("Token") },
  { "certificate", N_("Certificate") },
  { "serial", N_("Serial number") },
  { "reason", N_("Reason") },
  { "host", N_("Server") },
  { "plugin", N_("Plugin") },
  { "place", N_("Place on the card") },
  { "model", N_("Model") },
  { "count", N_("How often the PIN is asked for") },
  { "validity", N_("Good from and to") },
  { "valid", N_("Good from and to") },
  { "policy", N_("Policy") },
  { "policies", N_("Policy") },
  { "Terms", N_("What the certificate is for") },
  { "Cps", N_("Its rules (practice statement)") },
  { "Fees", N_("Fees") },
  { "DataUse", N_("Your data") },
  { "Liability", N_("What the authority answers for") },
};

const char *
signet_field_words (const char *code)
{
  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    if (g_strcmp0 (fields[i].code, code) == 0)
      return _(fields[i].words);
  return signet_words_request_field (code) != NULL ? signet_words_request_field (code) : code;
}
