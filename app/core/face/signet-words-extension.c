/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-words-extension.c: why a signed file did not get as far as it should have, in words. Any thread. */
#define G_LOG_DOMAIN "signet-words-extension"

#include "config.h"

#include <glib/gi18n.h>

#include "../signing/signet-extension.h"
#include "signet-words-private.h"
#include "signet-words.h"

/* {name} is a person or an authority */
static const struct { const char *code; const char *with_name; const char *without; } rows[] = {
  { "not-baseline", NULL, N_("One signature has a form that cannot be extended; it stays as it is") },
  { "no-path", N_("The certificate of {name} does not lead to an authority that could be found"), N_("A certificate does not lead to an authority that could be found") },
  { "revocation-unreachable", N_("Nobody would say now whether the certificate of {name} is revoked"), N_("Nobody would say now whether a certificate is revoked") },
  { "revocation-offline", N_("Whether the certificate of {name} is revoked cannot be asked offline"), N_("Whether a certificate is revoked cannot be asked offline") },
  { "revoked", N_("The certificate of {name} was revoked before the signature was time-stamped"), N_("A certificate was revoked before the signature was time-stamped") },
};

/**
 * signet_words_extension_problem:
 *
 * Returns: (transfer full): one sentence
 */
char *
signet_words_extension_problem (const SignetExtensionProblem *problem)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    if (g_str_equal (rows[i].code, problem->code))
      {
        if (problem->about == NULL || rows[i].with_name == NULL)
          return g_strdup (_(rows[i].without));
        return _signet_words_fill (_(rows[i].with_name), "name", problem->about, NULL);
      }
  return g_strdup (problem->code);
}
