/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * test-token-liar.c: a token host that a module's code has taken over (liar/liar.c): whatever it says, the client gets a typed
 * error or something that makes sense, in time and in bounds.
 */
#include "config.h"

#include <string.h>
#include <unistd.h>

#include "../../app/core/token/signet-token-private.h"
#include "signet-test.h"

#if defined(__SANITIZE_ADDRESS__)
#define DEADLINE 30000
#define MOST_MEMORY G_MAXSIZE
#else
#define DEADLINE 3000            /* milliseconds */
#define MOST_MEMORY (700 * 1024) /* KiB: what a message of 128 MiB needs in its three forms */
#endif
#define IMPATIENT 500

#define WORKS (-1)
#define NO_TOKEN (-2) /* nothing is listed, and it is no error */

typedef enum
{
  LIST,
  LOGIN,
  SIGN,
  GENERATE,
  STORE,
  CHANGE_PIN
} Step;

typedef struct
{
  const char *mode;
  Step step;
  int code;
  guint deadline;
} Lie;

static const Lie lies[] = {
  { "none", CHANGE_PIN, WORKS, DEADLINE },
  { "silent", LIST, SIGNET_TOKEN_ERROR_MODULE_HUNG, IMPATIENT },
  { "late", LIST, SIGNET_TOKEN_ERROR_MODULE_HUNG, IMPATIENT },
  { "half", LIST, SIGNET_TOKEN_ERROR_MODULE_HUNG, IMPATIENT },
  { "foreign-serial", LIST, SIGNET_TOKEN_ERROR_MODULE_HUNG, IMPATIENT },
  { "size", LIST, SIGNET_TOKEN_ERROR_MODULE_CRASHED, DEADLINE },
  { "other-version", LIST, SIGNET_TOKEN_ERROR_MODULE_NOT_LOADED, DEADLINE },
  { "dies", LIST, SIGNET_TOKEN_ERROR_MODULE_CRASHED, DEADLINE },
  { "empty-answer", LIST, SIGNET_TOKEN_ERROR_MODULE_LIED, DEADLINE },
  { "wrong-answer", LIST, SIGNET_TOKEN_ERROR_MODULE_LIED, DEADLINE },
  { "foreign-error", LIST, SIGNET_TOKEN_ERROR_FAILED, DEADLINE },
  { "unknown-error", LIST, SIGNET_TOKEN_ERROR_FAILED, DEADLINE },
  { "long-error", LIST, SIGNET_TOKEN_ERROR_FAILED, DEADLINE },
  { "wrong-pin-error", LIST, SIGNET_TOKEN_ERROR_WRONG_PIN, DEADLINE },
  { "no-tokens", LIST, NO_TOKEN, DEADLINE },
  { "many-tokens", LIST, WORKS, 10 * DEADLINE },
  { "same-tokens", LIST, WORKS, DEADLINE },
  { "many-objects", LIST, WORKS, 10 * DEADLINE },
  { "wrong-types", LIST, WORKS, DEADLINE },
  { "deep", LIST, WORKS, DEADLINE },
  { "long-label", LIST, WORKS, 10 * DEADLINE },
  { "long-id", LIST, WORKS, DEADLINE },
  { "all-flags", LIST, WORKS, DEADLINE },
  { "pin-limits", LIST, WORKS, DEADLINE },
  { "descriptors", SIGN, SIGNET_TOKEN_ERROR_MODULE_LIED, DEADLINE },
  { "twice", SIGN, SIGNET_TOKEN_ERROR_MODULE_LIED, DEADLINE },
  { "frames", LIST, WORKS, 20 * DEADLINE },
  { "calls", LIST, WORKS, 20 * DEADLINE },
  { "login-none", SIGN, SIGNET_TOKEN_ERROR_NOT_FOUND, DEADLINE },
  { "login-many", LOGIN, WORKS, 10 * DEADLINE },
  { "login-handle", SIGN, SIGNET_TOKEN_ERROR_MODULE_LIED, DEADLINE },
  { "pin-limits", LOGIN, SIGNET_TOKEN_ERROR_PIN_INVALID, DEADLINE },
  { "sign-none", SIGN, SIGNET_TOKEN_ERROR_MODULE_LIED, DEADLINE },
  { "sign-empty", SIGN, SIGNET_TOKEN_ERROR_MODULE_LIED, DEADLINE },
  { "sign-long", SIGN, SIGNET_TOKEN_ERROR_MODULE_LIED, DEADLINE },
  { "sign-huge", SIGN, SIGNET_TOKEN_ERROR_MODULE_LIED, 10 * DEADLINE },
  { "generate-none", GENERATE, SIGNET_TOKEN_ERROR_MODULE_LIED, DEADLINE },
  { "generate-many", GENERATE, SIGNET_TOKEN_ERROR_MODULE_LIED, 10 * DEADLINE }, /* the new key is tried, and signs nothing */
  { "generate-class", GENERATE, SIGNET_TOKEN_ERROR_MODULE_LIED, DEADLINE },
  { "generate-garbage", GENERATE, SIGNET_TOKEN_ERROR_MODULE_LIED, DEADLINE },
};

static gboolean
sign (SignetTokenSession *session, GError **error)
{
  SignetToken *token = _signet_token_session_get_token (session);
  g_autoptr (SignetSigner) signer =
      signet_token_session_new_signer (session, signet_token_get_keys (token)->pdata[0], NULL, error);
  g_autoptr (GBytes) data = g_bytes_new_static ("to be signed", 12);
  g_autoptr (GBytes) signature = NULL;

  if (signer != NULL)
    signature = signet_signer_sign (signer, (SignetSignatureAlgorithm){ SIGNET_SIGNATURE_ECDSA, SIGNET_DIGEST_SHA256 }, data,
                                    NULL, error);
  return signature != NULL;
}

/* Goes on until something fails. */
static gboolean
live (SignetToken *token, Step step, GError **error)
{
  g_autoptr (SignetTestInteraction) person = signet_test_interaction_new ("1234", "5678", NULL);
  g_autoptr (SignetTokenSession) session = NULL;
  g_autoptr (SignetTokenKey) made = NULL;

  if (step == CHANGE_PIN)
    return signet_token_change_pin (token, SIGNET_INTERACTION (person), NULL, error);
  session = signet_token_login (token, SIGNET_INTERACTION (person), NULL, NULL, error);
  if (session == NULL || step == LOGIN)
    return session != NULL;
  if (step == SIGN)
    return sign (session, error);
  made = signet_token_session_generate_key (session, "ec-p256", "x", NULL, error);
  return made != NULL;
}

static gsize
most_memory (void)
{
  g_autofree char *text = NULL;
  const char *at = NULL;

  g_assert_true (g_file_get_contents ("/proc/self/status", &text, NULL, NULL));
  at = strstr (text, "VmHWM:");
  return at != NULL ? g_ascii_strtoull (at + 6, NULL, 10) : 0;
}

static void
check_texts (SignetToken *token)
{
  GPtrArray *keys = signet_token_get_keys (token);

  g_assert_cmpuint (keys->len, <=, SIGNET_TOKEN_MAX_OBJECTS);
  g_assert_cmpuint (strlen (signet_token_get_label (token)), <=, 4 * SIGNET_TOKEN_MAX_TEXT);
  g_assert_true (g_utf8_validate (signet_token_get_label (token), -1, NULL));
}

static void
test_lie (gconstpointer data)
{
  const Lie *lie = data;
  g_autofree char *module = g_strdup_printf ("%s/%s.so", g_get_home_dir (), lie->mode);
  g_autoptr (SignetTokenManager) manager = signet_token_manager_new ((const char *const[]){ module, NULL });
  g_autoptr (GPtrArray) problems = NULL;
  g_autoptr (GPtrArray) tokens = NULL;
  g_autoptr (GError) error = NULL;
  gint64 start = g_get_monotonic_time ();
  gboolean ok = FALSE;

  _signet_token_manager_set_deadlines (manager, lie->deadline, lie->deadline, lie->deadline);
  tokens = signet_token_manager_refresh (manager, NULL, &problems, NULL);
  g_assert_cmpuint (tokens->len, <=, SIGNET_TOKEN_MAX_TOKENS);
  if (problems->len > 0)
    error = g_error_copy (problems->pdata[0]);
  ok = tokens->len > 0;
  if (ok)
    check_texts (tokens->pdata[0]);
  if (ok && lie->step != LIST)
    ok = live (tokens->pdata[0], lie->step, &error);
  if (lie->code >= 0)
    g_assert_error (error, SIGNET_TOKEN_ERROR, lie->code);
  else
    g_assert_no_error (error);
  g_assert_true (ok == (lie->code == WORKS));
  g_assert_cmpint ((g_get_monotonic_time () - start) / 1000, <, 2 * lie->deadline + 10000);
  g_assert_cmpuint (most_memory (), <, MOST_MEMORY);
}

/* Starts, and is no host: a program that ends, one that cannot be run, one that is not there. In a process without threads, for
 * the environment is theirs. */
static void
test_no_host (gconstpointer program)
{
  g_autoptr (SignetTokenManager) manager = NULL;
  g_autoptr (GPtrArray) problems = NULL;
  g_autoptr (GPtrArray) tokens = NULL;

  if (!g_test_subprocess ())
    {
      g_test_trap_subprocess (NULL, 30 * G_USEC_PER_SEC, G_TEST_SUBPROCESS_DEFAULT);
      g_test_trap_assert_passed ();
      return;
    }
  g_setenv ("SIGNET_TOKEN_HOST", program, TRUE);
  manager = signet_token_manager_new ((const char *const[]){ "/nowhere/module.so", NULL });
  tokens = signet_token_manager_refresh (manager, NULL, &problems, NULL);
  g_assert_cmpuint (tokens->len, ==, 0);
  g_assert_cmpuint (problems->len, ==, 1);
  g_assert_error ((GError *) problems->pdata[0], SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_MODULE_NOT_LOADED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_log_set_always_fatal (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL);
  signet_test_home ();
  for (guint i = 0; i < G_N_ELEMENTS (lies); i++)
    {
      g_autofree char *path = g_strdup_printf ("/token/liar/%u-%s", i, lies[i].mode);

      g_test_add_data_func (path, &lies[i], test_lie);
    }
  g_test_add_data_func ("/token/liar/ends", "/bin/true", test_no_host);
  g_test_add_data_func ("/token/liar/no-program", "/etc/passwd", test_no_host);
  g_test_add_data_func ("/token/liar/not-there", "/nonexistent", test_no_host);
  return g_test_run ();
}
