/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * test-token-matrix.c: what goes wrong × where: each PKCS#11 function our host calls, at each step of a token's life, crashes,
 * hangs, fails, is missing; each answer the standard has; a module killed at each of its calls; modules that upset their process.
 *
 * Which functions are called is not written here: a life without a fault is lived first and its calls are the rows. What is
 * checked each time stands in token-life.h.
 */
#include "config.h"

#include <p11-kit/pkcs11.h>

#include "token-life.h"

/* --- which function is called where ---------------------------------------------------------------------------------------- */

/* Sanitizers make each life ten times as long. They look at our side, which every fifth case walks through as well. */
#if defined(__SANITIZE_ADDRESS__)
#define STRIDE 5
#else
#define STRIDE 1
#endif

#define MOST_KILLS 200 /* more calls than that, and only every second one is the last */

static GPtrArray *called[N_STEPS]; /* (element-type utf8): in the order of the first call */
static guint n_calls;

static void
note_calls (Life *life, guint step)
{
  g_autofree char *text = life_read (life->folder, "calls");
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  called[step] = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; lines[i] != NULL && *lines[i] != '\0'; i++)
    {
      n_calls++;
      if (!g_ptr_array_find_with_equal_func (called[step], lines[i], g_str_equal, NULL))
        g_ptr_array_add (called[step], g_strdup (lines[i]));
    }
  life_write (life->folder, "calls", "", 0);
}

/* A life without a fault; what is listed last, by init, is listed again. */
static void
test_good (void)
{
  Life *life = life_new (PATIENT);
  g_autofree char *trouble = NULL;

  for (guint i = 0; i < N_STEPS; i++)
    {
      g_autoptr (GError) error = NULL;
      gboolean ok = life_step (life, i, &error);

      g_assert_no_error (error);
      g_assert_true (ok);
      note_calls (life, i);
      g_test_message ("%s: %u functions", life_step_name (i), called[i]->len);
    }
  life_check_works (life);
  trouble = life_end (life);
  g_assert_cmpstr (trouble, ==, NULL);
}

static gboolean
is_called (const char *function)
{
  for (guint i = 0; i < N_STEPS; i++)
    if (g_ptr_array_find_with_equal_func (called[i], function, g_str_equal, NULL))
      return TRUE;
  return FALSE;
}

/* Whoever adds a call to the host adds a row here, for the mock knows it; one that no life reaches must be known. */
static void
test_complete (void)
{
  static const char *const elsewhere[] = {
    "C_SignUpdate", /* of tokens that hash by themselves: test-token-keys.c */
    "C_SignFinal",
    NULL,
  };
  guint missing = 0;
  g_autoptr (GDir) folder = g_dir_open (g_getenv ("SIGNET_TEST_HOST_SOURCE"), 0, NULL);
  g_autoptr (GRegex) regex = g_regex_new ("p11->(C_[A-Za-z]+)", 0, 0, NULL);
  const char *name = NULL;

  g_assert_nonnull (folder);
  while ((name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *text = life_read (g_getenv ("SIGNET_TEST_HOST_SOURCE"), name);
      g_autoptr (GMatchInfo) match = NULL;

      g_regex_match (regex, text, 0, &match);
      for (; g_match_info_matches (match); g_match_info_next (match, NULL))
        {
          g_autofree char *function = g_match_info_fetch (match, 1);

          if (!is_called (function) && !g_strv_contains (elsewhere, function))
            {
              g_test_message ("%s calls %s, and no step of the matrix does", name, function);
              missing++;
            }
        }
    }
  g_assert_cmpuint (missing, ==, 0);
}

/* --- the matrix --------------------------------------------------------------------------------------------------------------
 */

/* Of several calls that end at once only one knows why, and how many sessions there are depends on how fast they are; a session
 * that is closed tells nobody whether it could be. */
static int
code_at (Step step, const char *function, int code)
{
  if (step == SIGN_MANY && code >= 0)
    return g_str_has_prefix (function, "C_Sign") ? BROKEN : WHATEVER;
  return step == CLOSE ? WORKS : code;
}

static void
cases_thin (GPtrArray *cases)
{
  for (guint i = cases->len; i-- > 0;)
    if (i % STRIDE != 0)
      g_ptr_array_remove_index (cases, i);
}

static void
for_each_call (const char *deed, int code, guint deadline)
{
  GPtrArray *cases = cases_new ();

  for (guint step = 0; step < N_STEPS; step++)
    for (guint i = 0; i < called[step]->len; i++)
      cases_add (cases, step, code_at (step, called[step]->pdata[i], code), "%s %s", deed, (char *) called[step]->pdata[i])
          ->deadline = deadline;
  cases_thin (cases);
  cases_run (cases);
}

static void
test_crash (void)
{
  for_each_call ("crash", SIGNET_TOKEN_ERROR_MODULE_CRASHED, PATIENT);
}

static void
test_hang (void)
{
  for_each_call ("hang", SIGNET_TOKEN_ERROR_MODULE_HUNG, DEADLINE);
}

/* Some failures are worth no error: a session that does not close, a mechanism nobody knows of. */
static void
test_fail (void)
{
  for_each_call ("fail", ANYTHING, PATIENT);
}

static void
run_whole (Life *life, const Case *self)
{
  life_set_fault (life, self->fault);
  for (guint i = 0; i < N_STEPS; i++)
    {
      g_autoptr (GError) error = NULL;
      gboolean ok = FALSE;

      if ((i > 0 && life->token == NULL) || (i > 1 && i <= CLOSE && life->session == NULL))
        continue;
      ok = life_step (life, i, &error);
      if (!ok && (error == NULL || error->domain != SIGNET_TOKEN_ERROR))
        life_complain (life, "%s: no typed error: %s", life_step_name (i), error != NULL ? error->message : "none at all");
    }
}

/* SIGKILL between any two calls: once, at each of the calls of a whole life. */
static void
test_killed (void)
{
  GPtrArray *cases = cases_new ();

  for (guint i = 1; i <= n_calls; i += 1 + n_calls / MOST_KILLS)
    cases_add (cases, N_STEPS, ANYTHING, "kill-at %u", i)->run = run_whole;
  cases_thin (cases);
  cases_run (cases);
}

/* --- other ways to end, to upset, to be incomplete ----------------------------------------------------------------------------
 */

static const struct
{
  const char *deed;
  int code;
  guint deadline;
  gboolean fresh;
} deeds[] = {
  { "bus", SIGNET_TOKEN_ERROR_MODULE_CRASHED, PATIENT, FALSE },
  { "divide", SIGNET_TOKEN_ERROR_MODULE_CRASHED, PATIENT, FALSE },
  { "abort", SIGNET_TOKEN_ERROR_MODULE_CRASHED, PATIENT, FALSE },
  { "pipe", SIGNET_TOKEN_ERROR_MODULE_CRASHED, PATIENT, FALSE },
  { "kill", SIGNET_TOKEN_ERROR_MODULE_CRASHED, PATIENT, FALSE },
  { "exit", SIGNET_TOKEN_ERROR_MODULE_CRASHED, PATIENT, FALSE },
  { "_exit", SIGNET_TOKEN_ERROR_MODULE_CRASHED, PATIENT, FALSE },
  { "close-all", SIGNET_TOKEN_ERROR_MODULE_CRASHED, PATIENT, FALSE }, /* there is nobody left to answer to */
  { "scribble", BROKEN, DEADLINE, FALSE },
  { "pthread_exit", SIGNET_TOKEN_ERROR_MODULE_HUNG, DEADLINE, FALSE },
  { "stop", SIGNET_TOKEN_ERROR_MODULE_HUNG, DEADLINE, FALSE },
  { "spin", SIGNET_TOKEN_ERROR_MODULE_HUNG, DEADLINE, FALSE },
  { "chatter", WORKS, PATIENT, FALSE },
  { "close-standard", WORKS, PATIENT, FALSE },
  { "upset", WORKS, PATIENT, FALSE },
  { "crash-at-exit", WORKS, PATIENT, FALSE },
  { "open-many", WHATEVER, PATIENT, TRUE },
  { "start-threads", WHATEVER, PATIENT, TRUE },
};

static void
test_deeds (void)
{
  GPtrArray *cases = cases_new ();

  for (guint i = 0; i < G_N_ELEMENTS (deeds); i++)
    {
      Case *start = cases_add (cases, LIST, deeds[i].code, "%s C_Initialize", deeds[i].deed);
      Case *signing = cases_add (cases, SIGN, deeds[i].code, "%s C_Sign", deeds[i].deed);

      start->deadline = signing->deadline = deeds[i].deadline;
      start->fresh = signing->fresh = deeds[i].fresh;
    }
  cases_add (cases, SIGN, WHATEVER, "allocate C_Sign")->fresh = TRUE;
  cases_thin (cases);
  cases_run (cases);
}

/* A hole in the function list is what a token cannot do, and no jump to nowhere. */
static void
test_null (void)
{
  GPtrArray *cases = cases_new ();

  for (guint step = 0; step < N_STEPS; step++)
    for (guint i = 0; i < called[step]->len; i++)
      {
        const char *function = called[step]->pdata[i];
        gboolean first = step == 0 || !g_ptr_array_find_with_equal_func (called[0], function, g_str_equal, NULL);
        Case *self = first ? cases_add (cases, N_STEPS, ANYTHING, "null %s", function) : NULL;

        if (self == NULL)
          continue;
        self->run = run_whole;
        self->fresh = TRUE;
      }
  cases_thin (cases);
  cases_run (cases);
}

static const struct
{
  Step step;
  const char *fault;
  int code;
} lies[] = {
  { LIST, "no-list", SIGNET_TOKEN_ERROR_MODULE_NOT_LOADED },
  { LIST, "null-list", SIGNET_TOKEN_ERROR_MODULE_NOT_LOADED },
  { LIST, "null C_Initialize", SIGNET_TOKEN_ERROR_MODULE_NOT_LOADED },
  { LIST, "null C_GetInfo", SIGNET_TOKEN_ERROR_MODULE_NOT_LOADED },
  { LIST, "slots-lie", SIGNET_TOKEN_ERROR_MODULE_LIED },
  { LIST, "slots-minus", SIGNET_TOKEN_ERROR_MODULE_LIED },
  { LIST, "slots-many", SIGNET_TOKEN_ERROR_FAILED },
  { LIST, "slots-grow", WORKS },
  { LIST, "slots-shrink", WORKS },
  { LIST, "slots-same", WORKS },
  { LIST, "slots-change", WORKS },
  { LIST, "slots-blink", WORKS },
  { LIST, "info-junk", WORKS },
  { LIST, "pin-limits-lie", WORKS },
  { LIST, "attributes-lie", WORKS },
  { LIST, "attributes-minus", WORKS },
  { LIST, "attributes-empty", WORKS },
  { LIST, "attributes-one", WORKS },
  { LIST, "attributes-more", WORKS },
  { LIST, "attributes-shrink", WORKS },
  { LIST, "attributes-grow", WORKS },
  { LIST, "attributes-overflow", SIGNET_TOKEN_ERROR_MODULE_CRASHED },
  { LIST, "objects-lie", WORKS },
  { LIST, "objects-minus", WORKS },
  { LIST, "objects-overflow", SIGNET_TOKEN_ERROR_MODULE_CRASHED },
  { LIST, "endless-objects", WORKS },
  { LIST, "many-objects", WORKS },
  { LIST, "large-objects", WORKS },
  { LIST, "huge-object", WORKS },
  { LIST, "thousand", WORKS },
  { LOGIN, "swapped", SIGNET_TOKEN_ERROR_REMOVED },
  { LOGIN, "no-token", SIGNET_TOKEN_ERROR_REMOVED },
  { LOGIN, "slots-change", WORKS },
  { LOGIN, "slots-lie", WHATEVER },
  { LOGIN, "attributes-lie", WHATEVER },
  { LOGIN, "attributes-overflow", SIGNET_TOKEN_ERROR_MODULE_CRASHED },
  { LOGIN, "endless-objects", WORKS },
  { SIGN, "swapped", SIGNET_TOKEN_ERROR_MODULE_LIED },
  { SIGN, "wrong-key", SIGNET_TOKEN_ERROR_MODULE_LIED },
  { SIGN, "wrong-signature", SIGNET_TOKEN_ERROR_MODULE_LIED },
  { SIGN, "zero-signature", SIGNET_TOKEN_ERROR_MODULE_LIED },
  { SIGN, "ones-signature", SIGNET_TOKEN_ERROR_MODULE_LIED },
  { SIGN, "signature-lies", SIGNET_TOKEN_ERROR_MODULE_LIED },
  { SIGN, "signature-minus", SIGNET_TOKEN_ERROR_MODULE_LIED },
  { SIGN, "empty-signature", SIGNET_TOKEN_ERROR_MODULE_LIED },
  { SIGN, "odd-signature", SIGNET_TOKEN_ERROR_MODULE_LIED },
  { SIGN, "short-signature", SIGNET_TOKEN_ERROR_MODULE_LIED },
  { SIGN, "tiny-signature", SIGNET_TOKEN_ERROR_MODULE_LIED },
  { SIGN, "long-signature", SIGNET_TOKEN_ERROR_MODULE_LIED },
  { SIGN, "full-signature", SIGNET_TOKEN_ERROR_MODULE_LIED },
  { SIGN, "signature-too-small", SIGNET_TOKEN_ERROR_MODULE_LIED },
  { SIGN, "signature-overflow", SIGNET_TOKEN_ERROR_MODULE_CRASHED },
  { SIGN, "no-token", SIGNET_TOKEN_ERROR_REMOVED },
  { SIGN, "slots-change", WORKS },
  { GENERATE, "no-new-key", SIGNET_TOKEN_ERROR_MODULE_LIED },
  { GENERATE, "attributes-minus", SIGNET_TOKEN_ERROR_MODULE_LIED },
  { GENERATE, "attributes-lie", SIGNET_TOKEN_ERROR_MODULE_LIED },
  { STORE, "full", SIGNET_TOKEN_ERROR_FULL },
};

static void
test_lies (void)
{
  GPtrArray *cases = cases_new ();

  for (guint i = 0; i < G_N_ELEMENTS (lies); i++)
    cases_add (cases, lies[i].step, lies[i].code, "%s", lies[i].fault)->fresh = g_str_has_prefix (lies[i].fault, "null");
  cases_run (cases);
}

/* --- every answer the standard has
 * ------------------------------------------------------------------------------------------------ */

/* clang-format off */
#define A(rv)                                                                                                                    \
  {                                                                                                                              \
    rv, ANY_ERROR                                                                                                                \
  }
#define IS(rv, code)                                                                                                             \
  {                                                                                                                              \
    rv, SIGNET_TOKEN_ERROR_##code                                                                                                \
  }
static const struct
{
  CK_RV rv;
  int code;
} answers[] = {
  A (CKR_CANCEL), A (CKR_HOST_MEMORY), IS (CKR_SLOT_ID_INVALID, REMOVED), A (CKR_GENERAL_ERROR), A (CKR_FUNCTION_FAILED),
  A (CKR_ARGUMENTS_BAD), A (CKR_NO_EVENT), A (CKR_NEED_TO_CREATE_THREADS), A (CKR_CANT_LOCK), A (CKR_ATTRIBUTE_READ_ONLY),
  A (CKR_ATTRIBUTE_SENSITIVE), A (CKR_ATTRIBUTE_TYPE_INVALID), A (CKR_ATTRIBUTE_VALUE_INVALID), A (CKR_DATA_INVALID),
  A (CKR_DATA_LEN_RANGE), A (CKR_DEVICE_ERROR), IS (CKR_DEVICE_MEMORY, FULL), IS (CKR_DEVICE_REMOVED, REMOVED),
  A (CKR_ENCRYPTED_DATA_INVALID), A (CKR_ENCRYPTED_DATA_LEN_RANGE), A (CKR_FUNCTION_CANCELED), A (CKR_FUNCTION_NOT_PARALLEL),
  IS (CKR_FUNCTION_NOT_SUPPORTED, UNSUPPORTED), A (CKR_KEY_HANDLE_INVALID), A (CKR_KEY_SIZE_RANGE),
  A (CKR_KEY_TYPE_INCONSISTENT), A (CKR_KEY_NOT_NEEDED), A (CKR_KEY_CHANGED), A (CKR_KEY_NEEDED), A (CKR_KEY_INDIGESTIBLE),
  A (CKR_KEY_FUNCTION_NOT_PERMITTED), A (CKR_KEY_NOT_WRAPPABLE), A (CKR_KEY_UNEXTRACTABLE),
  IS (CKR_MECHANISM_INVALID, UNSUPPORTED), IS (CKR_MECHANISM_PARAM_INVALID, UNSUPPORTED), A (CKR_OBJECT_HANDLE_INVALID),
  A (CKR_OPERATION_ACTIVE), A (CKR_OPERATION_NOT_INITIALIZED), IS (CKR_PIN_INCORRECT, WRONG_PIN),
  IS (CKR_PIN_INVALID, PIN_INVALID), IS (CKR_PIN_LEN_RANGE, PIN_INVALID), IS (CKR_PIN_EXPIRED, PIN_EXPIRED),
  IS (CKR_PIN_LOCKED, PIN_LOCKED), IS (CKR_SESSION_CLOSED, REMOVED), A (CKR_SESSION_COUNT),
  IS (CKR_SESSION_HANDLE_INVALID, REMOVED), A (CKR_SESSION_PARALLEL_NOT_SUPPORTED), IS (CKR_SESSION_READ_ONLY, READ_ONLY),
  A (CKR_SESSION_EXISTS), A (CKR_SESSION_READ_ONLY_EXISTS), A (CKR_SESSION_READ_WRITE_SO_EXISTS), A (CKR_SIGNATURE_INVALID),
  A (CKR_SIGNATURE_LEN_RANGE), A (CKR_TEMPLATE_INCOMPLETE), A (CKR_TEMPLATE_INCONSISTENT),
  IS (CKR_TOKEN_NOT_PRESENT, REMOVED), A (CKR_TOKEN_NOT_RECOGNIZED), IS (CKR_TOKEN_WRITE_PROTECTED, READ_ONLY),
  A (CKR_UNWRAPPING_KEY_HANDLE_INVALID), A (CKR_UNWRAPPING_KEY_SIZE_RANGE), A (CKR_UNWRAPPING_KEY_TYPE_INCONSISTENT),
  A (CKR_USER_ALREADY_LOGGED_IN), IS (CKR_USER_NOT_LOGGED_IN, NOT_LOGGED_IN), A (CKR_USER_PIN_NOT_INITIALIZED),
  A (CKR_USER_TYPE_INVALID), A (CKR_USER_ANOTHER_ALREADY_LOGGED_IN), A (CKR_USER_TOO_MANY_TYPES),
  A (CKR_WRAPPED_KEY_INVALID), A (CKR_WRAPPED_KEY_LEN_RANGE), A (CKR_WRAPPING_KEY_HANDLE_INVALID),
  A (CKR_WRAPPING_KEY_SIZE_RANGE), A (CKR_WRAPPING_KEY_TYPE_INCONSISTENT), A (CKR_RANDOM_SEED_NOT_SUPPORTED),
  A (CKR_RANDOM_NO_RNG), A (CKR_DOMAIN_PARAMS_INVALID), A (0x140 /* CKR_CURVE_NOT_SUPPORTED */),
  A (0x150 /* CKR_BUFFER_TOO_SMALL */), A (CKR_SAVED_STATE_INVALID), A (CKR_INFORMATION_SENSITIVE), A (CKR_STATE_UNSAVEABLE),
  A (CKR_CRYPTOKI_NOT_INITIALIZED), A (CKR_CRYPTOKI_ALREADY_INITIALIZED), A (CKR_MUTEX_BAD), A (CKR_MUTEX_NOT_LOCKED),
  A (0x1b0 /* CKR_NEW_PIN_MODE */), A (0x1b1 /* CKR_NEXT_OTP */), A (0x1b5 /* CKR_EXCEEDED_MAX_ITERATIONS */),
  A (0x1b6 /* CKR_FIPS_SELF_TEST_FAILED */), A (0x1b7 /* CKR_LIBRARY_LOAD_FAILED */), A (0x1b8 /* CKR_PIN_TOO_WEAK */),
  A (0x1b9 /* CKR_PUBLIC_KEY_INVALID */), A (CKR_FUNCTION_REJECTED), A (0x201 /* CKR_TOKEN_RESOURCE_EXCEEDED */),
  A (0x202 /* CKR_OPERATION_CANCEL_FAILED */), A (0x203 /* CKR_KEY_EXHAUSTED */), A (CKR_VENDOR_DEFINED), A (0x80000001),
  A (0x8f0a0b0c), A (0xffffffff), A (0x100000000), A (0xfffffffffffffffe), A (0xffffffffffffffff),
};
/* clang-format on */
#undef A
#undef IS

/* A person who looks for help needs the maker's number and the standard's name. */
static gboolean
is_named (const char *message, CK_RV rv)
{
  g_autofree char *number = g_strdup_printf ("0x%lx)", rv);
  g_autofree char *unknown = g_strdup_printf ("CKR 0x%lx", rv);

  /* these are told in our own words: a length that cannot be, a PIN that is locked */
  return rv == CKR_BUFFER_TOO_SMALL || rv == CKR_PIN_LOCKED || strstr (message, unknown) != NULL ||
         (strstr (message, ": CKR_") != NULL && strstr (message, number) != NULL);
}

/* One life is enough for them all: an error is no end. */
static void
run_answers (Life *life, const Case *self)
{
  life_set_fault (life, "");
  for (guint i = 0; i < self->step; i++)
    life_step (life, i, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      g_autofree char *fault = g_strdup_printf ("rv %s 0x%lx", self->fault, answers[i].rv);
      g_autoptr (GError) error = NULL;
      gboolean ok = FALSE;

      life_set_fault (life, fault);
      ok = life_step (life, self->step, &error);
      life_check_error (life, answers[i].code, ok, error);
      if (error != NULL && !is_named (error->message, answers[i].rv))
        life_complain (life, "the answer is not named: %s", error->message);
      if (life->trouble->len > 0)
        {
          life_complain (life, "answer 0x%lx", answers[i].rv);
          return;
        }
      if (ok)
        g_clear_object (&life->session);
    }
}

static void
add_answers (GPtrArray *cases, guint step, const char *function)
{
  cases_add (cases, step, ANYTHING, "%s", function)->run = run_answers;
}

static void
test_answers (void)
{
  GPtrArray *cases = cases_new ();

  add_answers (cases, LOGIN, "C_Login");
  add_answers (cases, SIGN, "C_SignInit");
  add_answers (cases, SIGN, "C_Sign");
  cases_thin (cases);
  cases_run (cases);
}

int
main (int argc, char **argv)
{
  int result = 0;

  g_test_init (&argc, &argv, NULL);
  g_log_set_always_fatal (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL);
  life_start ();
  g_test_add_func ("/token/matrix/good", test_good);
  g_test_add_func ("/token/matrix/complete", test_complete);
  g_test_add_func ("/token/matrix/crash", test_crash);
  g_test_add_func ("/token/matrix/hang", test_hang);
  g_test_add_func ("/token/matrix/fail", test_fail);
  g_test_add_func ("/token/matrix/null", test_null);
  g_test_add_func ("/token/matrix/killed", test_killed);
  g_test_add_func ("/token/matrix/deeds", test_deeds);
  g_test_add_func ("/token/matrix/lies", test_lies);
  g_test_add_func ("/token/matrix/answers", test_answers);
  result = g_test_run ();
  for (guint i = 0; i < N_STEPS; i++)
    g_clear_pointer (&called[i], g_ptr_array_unref);
  life_stop ();
  return result;
}
