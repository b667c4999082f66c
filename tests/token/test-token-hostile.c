/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-token-hostile.c: a module that crashes, hangs, lies, locks and loses its token: each time a typed error, in time, and the
 * next call works. */
#include "config.h"

#include <glib/gstdio.h>
#include <openssl/pem.h>
#include <signal.h>

#include "../../app/core/token/signet-token-private.h"
#include "signet-test.h"
#include "token-support.h"

#define PIN "1234"
#if defined(__SANITIZE_ADDRESS__)
#define DEADLINE 3000 /* milliseconds; a sanitized host takes its time to start */
#else
#define DEADLINE 700 /* milliseconds, for what hangs */
#endif

#define PATIENT 60000

static char *folder;

/* --- the module's folder --- */

static void
write_file (const char *name, const void *data, gssize length)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  g_assert_true (g_file_set_contents (path, data, length, NULL));
}

static void
set_fault (const char *fault)
{
  write_file ("fault", fault, -1);
}

static guint
count_logins (void)
{
  g_autofree char *path = g_build_filename (folder, "logins", NULL);
  g_autofree char *letters = NULL;
  gsize length = 0;

  g_file_get_contents (path, &letters, &length, NULL);
  return (guint) length;
}

static void
write_key_and_certificate (void)
{
  EVP_PKEY *key = signet_test_new_key ("ec-p256");
  SignetTestCertificate person = { .subject = "CN=Sample Person" };
  X509 *certificate = signet_test_new_certificate (&person, key, NULL, key);
  g_autoptr (GBytes) der = signet_test_certificate_der (certificate);
  BIO *bio = BIO_new (BIO_s_mem ());
  char *pem = NULL;
  long length = 0;

  g_assert_true (PEM_write_bio_PrivateKey (bio, key, NULL, NULL, 0, NULL, NULL));
  length = BIO_get_mem_data (bio, &pem);
  write_file ("key.pem", pem, length);
  write_file ("cert.der", g_bytes_get_data (der, NULL), (gssize) g_bytes_get_size (der));
  BIO_free (bio);
  X509_free (certificate);
  EVP_PKEY_free (key);
}

/* --- a token of it --- */

static SignetTokenManager *
new_manager (void)
{
  const char *const modules[] = { g_getenv ("SIGNET_TEST_HOSTILE"), NULL };
  SignetTokenManager *manager = NULL;

  set_fault ("");
  write_file ("tries", "", 0);
  write_file ("logins", "", 0);
  manager = signet_token_manager_new (modules);
  _signet_token_manager_set_deadlines (manager, PATIENT, PATIENT, PATIENT);
  return manager;
}

/* Who hangs is not waited for long; all else may take its time on a busy machine. */
static void
misbehave (SignetTokenManager *manager, const char *fault)
{
  if (g_str_has_prefix (fault, "hang"))
    _signet_token_manager_set_deadlines (manager, DEADLINE, DEADLINE, DEADLINE);
  set_fault (fault);
}

static SignetToken *
find_token (SignetTokenManager *manager)
{
  g_autoptr (GError) error = NULL;
  SignetToken *token = signet_token_manager_find_token (manager, "0001", NULL, &error);

  g_assert_no_error (error);
  return token;
}

static GBytes *
sign_with (SignetTokenSession *session, SignetInteraction *interaction, GCancellable *cancellable, GError **error)
{
  SignetTokenKey *key = signet_token_get_keys (_signet_token_session_get_token (session))->pdata[0];
  g_autoptr (SignetSigner) signer = signet_token_session_new_signer (session, key, interaction, error);
  g_autoptr (GBytes) data = g_bytes_new_static ("to be signed", 12);

  if (signer == NULL)
    return NULL;
  return signet_signer_sign (signer, (SignetSignatureAlgorithm){ SIGNET_SIGNATURE_ECDSA, SIGNET_DIGEST_SHA256 }, data,
                             cancellable, error);
}

/* After every misdeed the module behaves again, and so must we. */
static void
assert_works (SignetTokenManager *manager)
{
  g_autoptr (GPtrArray) listed = NULL;
  g_autoptr (SignetToken) token = NULL;
  g_autoptr (SignetTokenSession) session = NULL;
  g_autoptr (GBytes) signature = NULL;
  g_autoptr (GError) error = NULL;

  set_fault ("");
  _signet_token_manager_set_deadlines (manager, PATIENT, PATIENT, PATIENT);
  listed = signet_token_manager_refresh (manager, NULL, NULL, NULL);
  g_assert_cmpuint (listed->len, ==, 1);
  token = find_token (manager);
  session = token_support_login (token, PIN);
  signature = sign_with (session, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (signature);
}

/* --- listing --- */

static const char *
list_state (SignetTokenManager *manager, GError **problem)
{
  g_autoptr (GPtrArray) problems = NULL;
  g_autoptr (GPtrArray) tokens = signet_token_manager_refresh (manager, NULL, &problems, NULL);
  g_autoptr (GPtrArray) findings = signet_token_manager_dup_findings (manager);

  g_assert_nonnull (tokens);
  g_assert_cmpuint (findings->len, ==, 1);
  if (problems->len > 0)
    *problem = g_error_copy (problems->pdata[0]);
  return g_intern_string (((SignetTokenFinding *) findings->pdata[0])->state);
}

typedef struct
{
  const char *fault;
  const char *state;
  SignetTokenError code;
} Listing;

static const Listing listings[] = {
  { "crash C_Initialize", "crashed", SIGNET_TOKEN_ERROR_MODULE_CRASHED },
  { "crash C_GetSlotList", "crashed", SIGNET_TOKEN_ERROR_MODULE_CRASHED },
  { "crash C_GetTokenInfo", "crashed", SIGNET_TOKEN_ERROR_MODULE_CRASHED },
  { "crash C_GetAttributeValue", "crashed", SIGNET_TOKEN_ERROR_MODULE_CRASHED },
  { "crash C_CloseSession", "crashed", SIGNET_TOKEN_ERROR_MODULE_CRASHED },
  { "hang C_Initialize", "hung", SIGNET_TOKEN_ERROR_MODULE_HUNG },
  { "hang C_GetSlotList", "hung", SIGNET_TOKEN_ERROR_MODULE_HUNG },
  { "hang C_OpenSession", "hung", SIGNET_TOKEN_ERROR_MODULE_HUNG },
  { "hang C_FindObjects", "hung", SIGNET_TOKEN_ERROR_MODULE_HUNG },
  { "fail C_Initialize", "not-ready", SIGNET_TOKEN_ERROR_MODULE_NOT_READY },
  { "no-list", "refused", SIGNET_TOKEN_ERROR_MODULE_NOT_LOADED },
  { "fail C_GetSlotList", "failed", SIGNET_TOKEN_ERROR_FAILED },
  { "slots-lie", "failed", SIGNET_TOKEN_ERROR_MODULE_LIED },
};

static void
test_listing (gconstpointer data)
{
  const Listing *expected = data;
  g_autoptr (SignetTokenManager) manager = new_manager ();
  g_autoptr (GError) problem = NULL;
  gint64 start = g_get_monotonic_time ();

  misbehave (manager, expected->fault);
  g_assert_cmpstr (list_state (manager, &problem), ==, expected->state);
  g_assert_error (problem, SIGNET_TOKEN_ERROR, (int) expected->code);
  g_assert_cmpint ((g_get_monotonic_time () - start) / 1000, <, DEADLINE + PATIENT / 2);
  assert_works (manager);
}

/* Nothing here is worth an error: the token is shown with what makes sense of it. */
static const char *const tolerated[] = {
  "fail C_GetMechanismInfo",
  "fail C_OpenSession",
  "fail C_FindObjectsInit",
  "fail C_GetAttributeValue",
  "attributes-lie",
  "objects-lie",
  "endless-objects",
  "many-objects",
  "large-objects",
  "slots-change",
  "junk",
  "fail C_CloseSession",
};

static void
test_tolerated (gconstpointer fault)
{
  g_autoptr (SignetTokenManager) manager = new_manager ();
  g_autoptr (GPtrArray) tokens = NULL;
  g_autoptr (GError) error = NULL;
  GPtrArray *keys = NULL;

  _signet_token_manager_set_deadlines (manager, 90000, 90000, 90000);
  set_fault (fault);
  tokens = signet_token_manager_refresh (manager, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (tokens->len, ==, 1);
  keys = signet_token_get_keys (tokens->pdata[0]);
  g_assert_cmpuint (keys->len, <=, SIGNET_TOKEN_MAX_OBJECTS);
  for (guint i = 0; i < keys->len; i++)
    g_assert_true (g_utf8_validate (signet_token_key_get_label (keys->pdata[i]), -1, NULL));
  assert_works (manager);
}

static void
test_junk (void)
{
  g_autoptr (SignetTokenManager) manager = new_manager ();
  g_autoptr (GPtrArray) tokens = NULL;
  const char *label = NULL;

  set_fault ("junk");
  tokens = signet_token_manager_refresh (manager, NULL, NULL, NULL);
  label = signet_token_get_label (tokens->pdata[0]);
  g_assert_true (g_utf8_validate (label, -1, NULL));
  g_assert_null (strchr (label, 0x1b));
  g_assert_null (strstr (label, "\xe2\x80\xae"));
}

/* --- signing --- */

typedef struct
{
  const char *fault;
  SignetTokenError code;
} Signing;

static const Signing signings[] = {
  { "crash C_SignInit", SIGNET_TOKEN_ERROR_MODULE_CRASHED },
  { "crash C_Sign", SIGNET_TOKEN_ERROR_MODULE_CRASHED },
  { "hang C_SignInit", SIGNET_TOKEN_ERROR_MODULE_HUNG },
  { "hang C_Sign", SIGNET_TOKEN_ERROR_MODULE_HUNG },
  { "fail C_SignInit", SIGNET_TOKEN_ERROR_FAILED },
  { "fail C_Sign", SIGNET_TOKEN_ERROR_FAILED },
  { "wrong-signature", SIGNET_TOKEN_ERROR_MODULE_LIED },
  { "signature-lies", SIGNET_TOKEN_ERROR_MODULE_LIED },
  { "empty-signature", SIGNET_TOKEN_ERROR_MODULE_LIED },
  { "odd-signature", SIGNET_TOKEN_ERROR_MODULE_LIED },
  { "no-token", SIGNET_TOKEN_ERROR_REMOVED },
};

static void
test_signing (gconstpointer data)
{
  const Signing *expected = data;
  g_autoptr (SignetTokenManager) manager = new_manager ();
  g_autoptr (SignetToken) token = find_token (manager);
  g_autoptr (SignetTokenSession) session = token_support_login (token, PIN);
  g_autoptr (GBytes) signature = NULL;
  g_autoptr (GError) error = NULL;
  gint64 start = 0;

  misbehave (manager, expected->fault);
  start = g_get_monotonic_time ();
  signature = sign_with (session, NULL, NULL, &error);
  g_assert_null (signature);
  g_assert_error (error, SIGNET_TOKEN_ERROR, (int) expected->code);
  g_assert_cmpint ((g_get_monotonic_time () - start) / 1000, <, DEADLINE + PATIENT / 2);
  g_clear_object (&session);
  assert_works (manager);
}

static gpointer
cancel_soon (gpointer cancellable)
{
  g_usleep (100000);
  g_cancellable_cancel (cancellable);
  return NULL;
}

static void
test_cancelled (void)
{
  g_autoptr (SignetTokenManager) manager = new_manager ();
  g_autoptr (SignetToken) token = find_token (manager);
  g_autoptr (SignetTokenSession) session = token_support_login (token, PIN);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GBytes) signature = NULL;
  g_autoptr (GError) error = NULL;
  GThread *thread = NULL;

  _signet_token_manager_set_deadlines (manager, 60000, 60000, 60000);
  set_fault ("hang C_Sign");
  thread = g_thread_new ("cancel", cancel_soon, cancellable);
  signature = sign_with (session, NULL, cancellable, &error);
  g_thread_join (thread);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_object (&session);
  assert_works (manager);
}

/* A deadline runs while a call runs, not while it waits for its turn: a slow signature is not the listing's fault. */
static gpointer
sign_slowly (gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) signature = sign_with (data, NULL, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (signature);
  return NULL;
}

static gpointer
release_later (gpointer unused)
{
  g_usleep (4 * G_USEC_PER_SEC);
  set_fault ("");
  return NULL;
}

static void
test_turns (void)
{
  g_autoptr (SignetTokenManager) manager = new_manager ();
  g_autoptr (SignetToken) token = find_token (manager);
  g_autoptr (SignetTokenSession) session = token_support_login (token, PIN);
  g_autoptr (GPtrArray) tokens = NULL;
  g_autoptr (GPtrArray) problems = NULL;
  GThread *signs = NULL;
  GThread *releases = NULL;

  _signet_token_manager_set_deadlines (manager, 2000, 60000, 0);
  set_fault ("hang C_Sign");
  signs = g_thread_new ("signs", sign_slowly, session);
  releases = g_thread_new ("releases", release_later, NULL);
  g_usleep (100000);
  tokens = signet_token_manager_refresh (manager, NULL, &problems, NULL);
  g_thread_join (signs);
  g_thread_join (releases);
  g_assert_cmpuint (problems->len, ==, 0);
  g_assert_cmpuint (tokens->len, ==, 1);
}

/* --- plugging --- */

static gboolean
on_too_late_cb (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_CONTINUE;
}

static void
wait_for_items (SignetTokenManager *manager, guint n)
{
  gboolean too_late = FALSE;
  guint timeout = g_timeout_add_seconds (10, on_too_late_cb, &too_late);

  while (g_list_model_get_n_items (G_LIST_MODEL (manager)) != n && !too_late)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (timeout);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (manager)), ==, n);
}

static void
test_plugging (void)
{
  g_autoptr (SignetTokenManager) manager = new_manager ();

  _signet_token_manager_set_deadlines (manager, 5000, 5000, 5000);
  signet_token_manager_watch (manager);
  wait_for_items (manager, 1);
  set_fault ("no-token");
  wait_for_items (manager, 0);
  set_fault ("");
  wait_for_items (manager, 1);
  set_fault ("crash C_GetSlotList"); /* its token goes with it */
  wait_for_items (manager, 0);
}

/* --- PINs --- */

static void
test_locking (void)
{
  g_autoptr (SignetTokenManager) manager = new_manager ();
  g_autoptr (SignetToken) token = find_token (manager);
  g_autoptr (SignetTestInteraction) guesses = signet_test_interaction_new ("1111", "2222", "3333", "4444", NULL);
  g_autoptr (SignetTestInteraction) comes_late = signet_test_interaction_new (PIN, NULL);
  g_autoptr (SignetTokenSession) session = NULL;
  g_autoptr (GError) error = NULL;

  session = signet_token_login (token, SIGNET_INTERACTION (guesses), NULL, NULL, &error);
  g_assert_error (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_PIN_LOCKED);
  g_assert_cmpuint (signet_test_interaction_get_n_pins (guesses), ==, 3); /* nobody is asked once it is locked */
  g_assert_true (signet_test_interaction_get_pin_flags (guesses) & SIGNET_PIN_FLAG_FINAL_TRY);
  g_assert_cmpuint (count_logins (), ==, 3); /* one C_Login for each answer */
  g_clear_error (&error);
  session = signet_token_login (token, SIGNET_INTERACTION (comes_late), NULL, NULL, &error);
  g_assert_error (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_PIN_LOCKED);
  g_assert_cmpuint (signet_test_interaction_get_n_pins (comes_late), ==, 0);
  g_assert_cmpuint (count_logins (), ==, 3);
}

/* The last try may be spent, by a person who was told. */
static void
test_last_try (void)
{
  g_autoptr (SignetTokenManager) manager = new_manager ();
  g_autoptr (SignetToken) token = NULL;
  g_autoptr (SignetTestInteraction) person = signet_test_interaction_new (PIN, NULL);
  g_autoptr (SignetTokenSession) session = NULL;
  g_autoptr (GError) error = NULL;

  write_file ("tries", "xx", 2);
  token = find_token (manager);
  session = signet_token_login (token, SIGNET_INTERACTION (person), NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (signet_test_interaction_get_pin_flags (person) & SIGNET_PIN_FLAG_FINAL_TRY);
  g_assert_cmpuint (count_logins (), ==, 1);
}

/* A PIN of a length the token never takes must not cost a try. */
static void
test_impossible_pin (void)
{
  g_autoptr (SignetTokenManager) manager = new_manager ();
  g_autoptr (SignetToken) token = find_token (manager);
  g_autoptr (SignetTestInteraction) person = signet_test_interaction_new ("1", "123456789", "", NULL);
  g_autoptr (SignetTokenSession) session = NULL;
  g_autoptr (GError) error = NULL;

  session = signet_token_login (token, SIGNET_INTERACTION (person), NULL, NULL, &error);
  g_assert_error (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_PIN_INVALID);
  g_assert_cmpuint (count_logins (), ==, 0);
}

static void
test_pin_pad (void)
{
  g_autoptr (SignetTokenManager) manager = new_manager ();
  g_autoptr (SignetToken) token = NULL;
  g_autoptr (SignetTestInteraction) person = signet_test_interaction_new ("", NULL);
  g_autoptr (SignetTokenSession) session = NULL;
  g_autoptr (GError) error = NULL;

  set_fault ("pin-pad");
  token = find_token (manager);
  g_assert_true (signet_token_get_pin_flags (token) & SIGNET_PIN_FLAG_PIN_PAD);
  session = signet_token_login (token, SIGNET_INTERACTION (person), NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (count_logins (), ==, 1);
}

static void
test_always_authenticates (void)
{
  g_autoptr (SignetTokenManager) manager = new_manager ();
  g_autoptr (SignetToken) token = NULL;
  g_autoptr (SignetTokenSession) session = NULL;
  g_autoptr (SignetTestInteraction) person = signet_test_interaction_new (PIN, "9999", PIN, NULL);
  g_autoptr (SignetTestInteraction) gives_up = signet_test_interaction_new ("9999", NULL);
  g_autoptr (GBytes) signature = NULL;
  g_autoptr (GError) error = NULL;

  set_fault ("always");
  token = find_token (manager);
  session = token_support_login (token, PIN);
  for (guint i = 0; i < 2; i++)
    {
      g_clear_pointer (&signature, g_bytes_unref);
      signature = sign_with (session, SIGNET_INTERACTION (person), NULL, &error);
      g_assert_no_error (error);
      g_assert_nonnull (signature);
    }
  g_assert_cmpuint (signet_test_interaction_get_n_pins (person), ==, 3); /* once, then wrong and right */
  g_assert_cmpuint (count_logins (), ==, 4);
  g_clear_pointer (&signature, g_bytes_unref);
  signature = sign_with (session, SIGNET_INTERACTION (gives_up), NULL, &error);
  g_assert_error (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_WRONG_PIN);
  g_clear_error (&error);
  signature = sign_with (session, NULL, NULL, &error);
  g_assert_error (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_NOT_LOGGED_IN);
}

static void
test_removed_before_login (void)
{
  g_autoptr (SignetTokenManager) manager = new_manager ();
  g_autoptr (SignetToken) token = find_token (manager);
  g_autoptr (SignetTestInteraction) person = signet_test_interaction_new (PIN, NULL);
  g_autoptr (SignetTokenSession) session = NULL;
  g_autoptr (GError) error = NULL;

  set_fault ("no-token");
  session = signet_token_login (token, SIGNET_INTERACTION (person), NULL, NULL, &error);
  g_assert_error (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_REMOVED);
  g_assert_cmpuint (signet_test_interaction_get_n_pins (person), ==, 0);
}

static void
test_login_faults (void)
{
  static const struct
  {
    const char *fault;
    SignetTokenError code;
  } faults[] = {
    { "crash C_Login", SIGNET_TOKEN_ERROR_MODULE_CRASHED },
    { "hang C_Login", SIGNET_TOKEN_ERROR_MODULE_HUNG },
    { "fail C_Login", SIGNET_TOKEN_ERROR_FAILED },
  };

  for (guint i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      g_autoptr (SignetTokenManager) manager = new_manager ();
      g_autoptr (SignetToken) token = find_token (manager);
      g_autoptr (SignetTestInteraction) person = signet_test_interaction_new (PIN, PIN, NULL);
      g_autoptr (SignetTokenSession) session = NULL;
      g_autoptr (GError) error = NULL;

      misbehave (manager, faults[i].fault);
      session = signet_token_login (token, SIGNET_INTERACTION (person), NULL, NULL, &error);
      g_assert_error (error, SIGNET_TOKEN_ERROR, (int) faults[i].code);
      g_assert_cmpuint (signet_test_interaction_get_n_pins (person), ==, 1); /* a broken module gets no second answer */
      assert_works (manager);
    }
}

/* Two programs at one token: what one of them spends the other sees before it asks. */
static void
test_two_programs (void)
{
  const char *const modules[] = { g_getenv ("SIGNET_TEST_HOSTILE"), NULL };
  g_autoptr (SignetTokenManager) one = new_manager ();
  g_autoptr (SignetTokenManager) two = signet_token_manager_new (modules);
  g_autoptr (SignetToken) first = find_token (one);
  g_autoptr (SignetToken) second = find_token (two);
  g_autoptr (SignetTestInteraction) guesses = signet_test_interaction_new ("1111", "2222", NULL);
  g_autoptr (SignetTestInteraction) knows = signet_test_interaction_new (PIN, NULL);
  g_autoptr (SignetTestInteraction) knows_too = signet_test_interaction_new (PIN, NULL);
  g_autoptr (SignetTokenSession) session = NULL;
  g_autoptr (SignetTokenSession) beside = NULL;
  g_autoptr (GError) error = NULL;

  session = signet_token_login (first, SIGNET_INTERACTION (guesses), NULL, NULL, &error);
  g_assert_error (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_WRONG_PIN);
  g_clear_error (&error);
  session = signet_token_login (second, SIGNET_INTERACTION (knows), NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (signet_test_interaction_get_pin_flags (knows) & SIGNET_PIN_FLAG_FINAL_TRY);
  beside = signet_token_login (first, SIGNET_INTERACTION (knows_too), NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_false (signet_test_interaction_get_pin_flags (knows_too) & SIGNET_PIN_FLAG_FINAL_TRY);
  g_assert_cmpuint (count_logins (), ==, 4);
}

/* By somebody else, between two calls. */
static void
test_killed_between_calls (void)
{
  g_autoptr (SignetTokenManager) manager = new_manager ();
  g_autoptr (SignetToken) token = find_token (manager);
  g_autoptr (SignetTokenSession) session = token_support_login (token, PIN);
  g_autoptr (GBytes) signature = NULL;
  g_autoptr (GError) error = NULL;

  kill (_signet_token_host_get_pid (_signet_token_session_get_host (session)), SIGKILL);
  signature = sign_with (session, NULL, NULL, &error);
  g_assert_null (signature);
  g_assert_error (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_MODULE_CRASHED);
  g_clear_error (&error);
  signature = sign_with (session, NULL, NULL, &error); /* the session is over, and says so */
  g_assert_error (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_NOT_LOGGED_IN);
  g_clear_object (&session);
  assert_works (manager);
}

/* A card with a PIN for each key shows as two tokens of one serial number. */
static void
test_two_pins (void)
{
  g_autoptr (SignetTokenManager) manager = new_manager ();
  g_autoptr (SignetTestInteraction) person = signet_test_interaction_new (PIN, NULL);
  g_autoptr (GPtrArray) tokens = NULL;
  g_autoptr (SignetTokenSession) session = NULL;
  g_autoptr (GError) error = NULL;

  set_fault ("two-pins");
  tokens = signet_token_manager_refresh (manager, NULL, NULL, NULL);
  g_assert_cmpuint (tokens->len, ==, 2);
  g_assert_cmpstr (signet_token_get_serial (tokens->pdata[0]), ==, signet_token_get_serial (tokens->pdata[1]));
  g_assert_cmpstr (signet_token_get_label (tokens->pdata[1]), ==, "Signing PIN");
  session = signet_token_login (tokens->pdata[1], SIGNET_INTERACTION (person), NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (count_logins (), ==, 1);
}

/* --- writing --- */

static SignetCertificate *
other_certificate (void)
{
  EVP_PKEY *key = signet_test_new_key ("ec-p256");
  SignetTestCertificate person = { .subject = "CN=Somebody Else" };
  X509 *x509 = signet_test_new_certificate (&person, key, NULL, key);
  SignetCertificate *certificate = signet_certificate_new_x509 (x509);

  X509_free (x509);
  EVP_PKEY_free (key);
  return certificate;
}

static void
test_writing (void)
{
  g_autoptr (SignetTokenManager) manager = new_manager ();
  g_autoptr (SignetToken) token = find_token (manager);
  g_autoptr (SignetTokenSession) session = token_support_login (token, PIN);
  SignetTokenKey *key = signet_token_get_keys (token)->pdata[0];
  g_autoptr (SignetCertificate) certificate = other_certificate ();
  g_autoptr (SignetTokenKey) made = NULL;
  g_autoptr (GError) error = NULL;

  set_fault ("no-new-key");
  made = signet_token_session_generate_key (session, "ec-p256", "x", NULL, &error);
  g_assert_error (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_MODULE_LIED);
  g_clear_error (&error);
  set_fault ("full");
  g_assert_false (signet_token_session_store_certificate (session, certificate, NULL, NULL, &error));
  g_assert_error (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_FULL);
  g_clear_error (&error);
  set_fault ("");
  g_assert_false (signet_token_session_delete_key (session, signet_token_key_get_sha256 (key), NULL, &error));
  g_assert_error (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_READ_ONLY);
  g_clear_error (&error);
  made = signet_token_session_generate_key (session, "rsa-3072", "x", NULL, &error);
  g_assert_error (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_UNSUPPORTED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  signet_test_home ();
  folder = signet_test_make_dir ();
  g_setenv ("SIGNET_TEST_HOSTILE_DIR", folder, TRUE);
  write_key_and_certificate ();
  for (guint i = 0; i < G_N_ELEMENTS (listings); i++)
    {
      g_autofree char *path = g_strdup_printf ("/token/hostile/listing/%s", listings[i].fault);

      g_test_add_data_func (path, &listings[i], test_listing);
    }
  for (guint i = 0; i < G_N_ELEMENTS (tolerated); i++)
    {
      g_autofree char *path = g_strdup_printf ("/token/hostile/tolerated/%s", tolerated[i]);

      g_test_add_data_func (path, tolerated[i], test_tolerated);
    }
  for (guint i = 0; i < G_N_ELEMENTS (signings); i++)
    {
      g_autofree char *path = g_strdup_printf ("/token/hostile/signing/%s", signings[i].fault);

      g_test_add_data_func (path, &signings[i], test_signing);
    }
  g_test_add_func ("/token/hostile/junk", test_junk);
  g_test_add_func ("/token/hostile/cancelled", test_cancelled);
  g_test_add_func ("/token/hostile/turns", test_turns);
  g_test_add_func ("/token/hostile/plugging", test_plugging);
  g_test_add_func ("/token/hostile/pin/locking", test_locking);
  g_test_add_func ("/token/hostile/pin/last-try", test_last_try);
  g_test_add_func ("/token/hostile/pin/impossible", test_impossible_pin);
  g_test_add_func ("/token/hostile/pin/pad", test_pin_pad);
  g_test_add_func ("/token/hostile/pin/always", test_always_authenticates);
  g_test_add_func ("/token/hostile/pin/removed", test_removed_before_login);
  g_test_add_func ("/token/hostile/pin/faults", test_login_faults);
  g_test_add_func ("/token/hostile/pin/two-pins", test_two_pins);
  g_test_add_func ("/token/hostile/pin/two-programs", test_two_programs);
  g_test_add_func ("/token/hostile/killed-between-calls", test_killed_between_calls);
  g_test_add_func ("/token/hostile/writing", test_writing);
  return g_test_run ();
}
