/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-words-modules.c: sentences for the answers of modules that say more than the error they became. An answer without a row
 * here is told by the row of its error. Any thread.
 */
#define G_LOG_DOMAIN "signet-words-modules"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "signet-words-private.h"

#include "../token/signet-token-error.h"

typedef struct
{
  SignetTokenError code;
  const char *answer;
  const char *what;
  const char *remedy;
} Row;

static const Row rows[] = {
  { SIGNET_TOKEN_ERROR_FAILED, "CKR_DEVICE_ERROR", N_("The token or its reader reports a fault of its own."),
    N_("Take it out, put it in again and retry. If it happens again, try another reader or USB port; the token may be broken.") },
  { SIGNET_TOKEN_ERROR_FAILED, "CKR_GENERAL_ERROR", N_("The driver of the token (PKCS#11 module) gave up without a reason."),
    N_("Take the token out, put it in again and retry. The token doctor may say more: signet token doctor") },
  { SIGNET_TOKEN_ERROR_FAILED, "CKR_FUNCTION_FAILED", N_("The driver of the token (PKCS#11 module) gave up without a reason."),
    N_("Take the token out, put it in again and retry. The token doctor may say more: signet token doctor") },
  { SIGNET_TOKEN_ERROR_FAILED, "CKR_FUNCTION_CANCELED", N_("It was cancelled at the token or its reader."),
    N_("Try again, and confirm it there.") },
  { SIGNET_TOKEN_ERROR_FAILED, "CKR_FUNCTION_REJECTED", N_("It was cancelled at the token or its reader."),
    N_("Try again, and confirm it there.") },
  { SIGNET_TOKEN_ERROR_FAILED, "CKR_HOST_MEMORY", N_("The driver of the token (PKCS#11 module) has too little memory."),
    N_("Close other programs and try again.") },
  { SIGNET_TOKEN_ERROR_FAILED, "CKR_SESSION_COUNT", N_("Too many programs use the token at the same time."),
    N_("Close other programs that use it, and try again.") },
  { SIGNET_TOKEN_ERROR_FAILED, "CKR_SESSION_EXISTS", N_("Another program is using the token."),
    N_("Close that program, and try again.") },
  { SIGNET_TOKEN_ERROR_FAILED, "CKR_USER_ANOTHER_ALREADY_LOGGED_IN", N_("Another program is using the token."),
    N_("Close that program, and try again.") },
  { SIGNET_TOKEN_ERROR_FAILED, "CKR_DATA_LEN_RANGE", N_("The key does not sign data of this length."),
    N_("Use another certificate, or another kind of key.") },
  { SIGNET_TOKEN_ERROR_FAILED, "CKR_ACTION_PROHIBITED", N_("The token does not allow this."),
    N_("Whoever issued the token decided so. The program of its maker may be able to.") },
  { SIGNET_TOKEN_ERROR_FAILED, "CKR_FIPS_SELF_TEST_FAILED", N_("The token failed the test it makes of itself."),
    N_("Do not use it any more, and ask whoever issued it for another.") },
  { SIGNET_TOKEN_ERROR_MODULE_NOT_READY, "CKR_LIBRARY_LOAD_FAILED",
    N_("The driver of the token (PKCS#11 module) needs another library, which cannot be loaded."),
    N_("Install it again from its maker, with everything it needs.") },
};

static gboolean
names (const char *message, const char *answer)
{
  const char *at = strstr (message, answer);
  char next = at != NULL ? at[strlen (answer)] : '\0';

  return at != NULL && !g_ascii_isupper (next) && next != '_';
}

gboolean
_signet_words_explain_module (const GError *error, const char **what, const char **remedy)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (g_error_matches (error, SIGNET_TOKEN_ERROR, (int) rows[i].code) && names (error->message, rows[i].answer))
      {
        *what = rows[i].what;
        *remedy = rows[i].remedy;
        return TRUE;
      }
  return FALSE;
}
