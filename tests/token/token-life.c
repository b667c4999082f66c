/* SPDX-License-Identifier: GPL-3.0-or-later */
/* token-life.c: see token-life.h. Cases run in threads; what is shared (the good module, the certificates) is only read. */
#include "config.h"

#include "token-life.h"

#include <glib/gstdio.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <string.h>
#include <unistd.h>

#include "../../app/core/token/signet-token-unblock.h"
#include "signet-test.h"

#define PIN "1234"
#define GOOD_SERIAL "0002"
#define BAD_SERIAL "0001"
#define SIDE_BY_SIDE 6

static char *good_module;
static char *good_folder;
static SignetCertificate *certificate;
static SignetCertificate *new_certificate; /* of the same key */
static SignetCertificate *third_certificate;
static SignetPkcs12 *bundle; /* a key that is not on the token */

/* --- one case ------------------------------------------------------------------------------------------------------ */

void
life_write (const char *folder, const char *name, const void *data, gssize length)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  FILE *file = g_fopen (path, "wb");

  g_assert_nonnull (file);
  length = length < 0 ? (gssize) strlen (data) : length;
  g_assert_cmpuint (fwrite (data, 1, (gsize) length, file), ==, length);
  fclose (file);
}

char *
life_read (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  char *text = NULL;

  g_file_get_contents (path, &text, NULL, NULL);
  return text != NULL ? text : g_strdup ("");
}

void
life_complain (Life *self, const char *format, ...)
{
  va_list arguments;

  if (self->trouble->len > 0)
    g_string_append (self->trouble, "; ");
  va_start (arguments, format);
  g_string_append_vprintf (self->trouble, format, arguments);
  va_end (arguments);
}

void
life_set_fault (Life *self, const char *fault)
{
  life_write (self->folder, "fault", fault, -1);
}

/* A folder with a copy of the module and a key. */
static char *
make_module (const char *serial, char **folder)
{
  g_autofree char *code = NULL;
  g_autofree char *pem = life_read (g_get_home_dir (), "key.pem");
  gsize length = 0;
  gsize certificate_length = 0;
  const guint8 *der = g_bytes_get_data (signet_certificate_get_der (certificate), &certificate_length);

  /* not in the home folder: the wall would not let the module write its notes there */
  *folder = g_dir_make_tmp ("signet-test-matrix-XXXXXX", NULL);
  g_assert_nonnull (*folder);
  g_assert_true (g_file_get_contents (g_getenv ("SIGNET_TEST_HOSTILE"), &code, &length, NULL));
  life_write (*folder, "module.so", code, (gssize) length);
  life_write (*folder, "fault", "", 0);
  life_write (*folder, "able", "", 0);
  life_write (*folder, "calls", "", 0);
  life_write (*folder, "serial", serial, -1);
  life_write (*folder, "key.pem", pem, -1);
  life_write (*folder, "cert.der", der, (gssize) certificate_length);
  return g_build_filename (*folder, "module.so", NULL);
}

static SignetTokenManager *
new_manager (const char *module, guint deadline)
{
  SignetTokenManager *manager = signet_token_manager_new ((const char *const[]){ module, good_module, NULL });

  _signet_token_manager_set_deadlines (manager, deadline, deadline, deadline);
  return manager;
}

Life *
life_new (guint deadline)
{
  Life *self = g_new0 (Life, 1);

  self->trouble = g_string_new (NULL);
  self->module = make_module (BAD_SERIAL, &self->folder);
  self->manager = new_manager (self->module, deadline);
  return self;
}

static SignetInteraction *
person_new (void)
{
  return SIGNET_INTERACTION (signet_test_interaction_new (PIN, PIN, PIN, NULL));
}

static void
count_questions (Life *self, SignetInteraction *person)
{
  self->n_questions += signet_test_interaction_get_n_pins (SIGNET_TEST_INTERACTION (person));
}

/* --- the steps of a life --------------------------------------------------------------------------------------------- */

static SignetToken *
find_listed (GPtrArray *tokens, const char *serial)
{
  for (guint i = 0; tokens != NULL && i < tokens->len; i++)
    if (g_str_equal (signet_token_get_serial (tokens->pdata[i]), serial))
      return tokens->pdata[i];
  return NULL;
}

static gboolean
live_list (Life *self, GError **error)
{
  g_autoptr (GPtrArray) problems = NULL;
  g_autoptr (GPtrArray) tokens = signet_token_manager_refresh (self->manager, NULL, &problems, NULL);
  SignetToken *token = find_listed (tokens, BAD_SERIAL);

  if (find_listed (tokens, GOOD_SERIAL) == NULL)
    life_complain (self, "the good module's token is not listed");
  if (token != NULL && signet_token_get_keys (token)->len > 0)
    {
      g_set_object (&self->token, token);
      g_set_object (&self->key, signet_token_get_keys (token)->pdata[0]);
    }
  if (problems->len > 0)
    g_propagate_error (error, g_error_copy (problems->pdata[0]));
  return problems->len == 0;
}

static gboolean
live_login (Life *self, GError **error)
{
  g_autoptr (SignetInteraction) person = person_new ();

  g_clear_object (&self->session);
  self->session = signet_token_login (self->token, person, NULL, NULL, error);
  count_questions (self, person);
  return self->session != NULL;
}

static gboolean
live_sign (Life *self, GError **error)
{
  static const SignetSignatureAlgorithm ecdsa = { SIGNET_SIGNATURE_ECDSA, SIGNET_DIGEST_SHA256 };
  g_autoptr (SignetSigner) signer = signet_token_session_new_signer (self->session, self->key, NULL, error);
  g_autoptr (GBytes) data = g_bytes_new_static ("to be signed", 12);
  g_autoptr (GBytes) signature = signer != NULL ? signet_signer_sign (signer, ecdsa, data, NULL, error) : NULL;

  return signature != NULL;
}

#define N_SIDE_BY_SIDE 4
#define N_EACH 10 /* together long enough a batch to try a second session */

typedef struct
{
  SignetSigner *signer;
  GError *error;
} Signature;

static gpointer
sign_in_thread (gpointer data)
{
  static const SignetSignatureAlgorithm ecdsa = { SIGNET_SIGNATURE_ECDSA, SIGNET_DIGEST_SHA256 };
  Signature *signature = data;
  g_autoptr (GBytes) message = g_bytes_new_static ("to be signed", 12);

  for (guint i = 0; i < N_EACH && signature->error == NULL; i++)
    {
      g_autoptr (GBytes) made = signet_signer_sign (signature->signer, ecdsa, message, NULL, &signature->error);

      g_assert_true ((made == NULL) == (signature->error != NULL));
    }
  return NULL;
}

/* Of several errors the one that says most: that the module died, not that it is not there any more. */
static gboolean
live_sign_many (Life *self, GError **error)
{
  g_autoptr (SignetSigner) signer = signet_token_session_new_signer (self->session, self->key, NULL, error);
  Signature signatures[N_SIDE_BY_SIDE] = { 0 };
  GThread *threads[N_SIDE_BY_SIDE];
  GError *worst = NULL;

  if (signer == NULL)
    return FALSE;
  signet_signer_expect (signer, N_SIDE_BY_SIDE * N_EACH);
  for (guint i = 0; i < N_SIDE_BY_SIDE; i++)
    {
      signatures[i].signer = signer;
      threads[i] = g_thread_new ("signs", sign_in_thread, &signatures[i]);
    }
  for (guint i = 0; i < N_SIDE_BY_SIDE; i++)
    {
      GError *mine = NULL;

      g_thread_join (threads[i]);
      mine = signatures[i].error;
      if (worst == NULL || (mine != NULL && mine->code > worst->code))
        {
          g_clear_error (&worst);
          worst = g_steal_pointer (&mine);
        }
      g_clear_error (&mine);
    }
  if (worst != NULL)
    g_propagate_error (error, worst);
  return worst == NULL;
}

static gboolean
live_generate (Life *self, GError **error)
{
  g_autoptr (SignetTokenKey) made = signet_token_session_generate_key (self->session, "ec-p256", "new", NULL, error);

  return made != NULL;
}

static gboolean
live_store (Life *self, GError **error)
{
  return signet_token_session_store_certificate (self->session, new_certificate, NULL, NULL, error);
}

static gboolean
live_import (Life *self, GError **error)
{
  g_autoptr (SignetTokenKey) key = signet_token_session_import_key (self->session, bundle, "brought", NULL, error);

  return key != NULL;
}

static gboolean
live_replace (Life *self, GError **error)
{
  return signet_token_session_replace_certificate (self->session, new_certificate, third_certificate, NULL, NULL, error);
}

static gboolean
live_delete_certificate (Life *self, GError **error)
{
  return signet_token_session_delete_certificate (self->session, third_certificate, NULL, error);
}

static gboolean
live_read_key (Life *self, GError **error)
{
  g_autoptr (SignetTokenKey) key = signet_token_session_read_key (self->session, self->key, NULL, error);

  return key != NULL;
}

static gboolean
live_delete_key (Life *self, GError **error)
{
  return signet_token_session_delete_key (self->session, signet_token_key_get_sha256 (self->key), NULL, error);
}

/* Tells nobody whether it worked: the session is over in any case. */
static gboolean
live_close (Life *self, GError **error)
{
  signet_token_session_close (self->session);
  g_clear_object (&self->session);
  return TRUE;
}

static gboolean
live_change_pin (Life *self, GError **error)
{
  g_autoptr (SignetInteraction) person = person_new ();
  gboolean ok = signet_token_change_pin (self->token, person, NULL, error);

  count_questions (self, person);
  return ok;
}

static gboolean
live_unblock (Life *self, GError **error)
{
  g_autoptr (SignetInteraction) person = person_new ();
  gboolean ok = signet_token_unblock (self->token, person, NULL, error);

  count_questions (self, person);
  return ok;
}

static gboolean
live_init (Life *self, GError **error)
{
  g_autoptr (SignetSecret) pin = signet_secret_new ((const guint8 *) PIN, strlen (PIN));

  return signet_token_manager_init_token (self->manager, self->token, "Hostile (sample)", pin, pin, NULL, error);
}

static const struct
{
  const char *name;
  gboolean (*live) (Life *self, GError **error);
} steps[N_STEPS] = {
  [LIST] = { "list", live_list },
  [LOGIN] = { "login", live_login },
  [SIGN] = { "sign", live_sign },
  [SIGN_MANY] = { "sign-many", live_sign_many },
  [GENERATE] = { "generate", live_generate },
  [IMPORT] = { "import", live_import },
  [STORE] = { "store", live_store },
  [REPLACE] = { "replace", live_replace },
  [DELETE_CERTIFICATE] = { "delete-certificate", live_delete_certificate },
  [READ] = { "read", live_read_key },
  [DELETE_KEY] = { "delete-key", live_delete_key },
  [CLOSE] = { "close", live_close },
  [CHANGE_PIN] = { "change-pin", live_change_pin },
  [UNBLOCK] = { "unblock", live_unblock },
  [INIT] = { "init", live_init },
};

const char *
life_step_name (Step step)
{
  return step < N_STEPS ? steps[step].name : "all";
}

gboolean
life_step (Life *self, Step step, GError **error)
{
  return steps[step].live (self, error);
}

/* --- afterwards -------------------------------------------------------------------------------------------------------- */

static void
check_signs (Life *self, SignetToken *token, const char *whose)
{
  g_autoptr (SignetInteraction) person = person_new ();
  g_autoptr (GError) error = NULL;
  Life other = { .trouble = self->trouble, .token = token };

  other.session = token != NULL ? signet_token_login (token, person, NULL, NULL, &error) : NULL;
  other.key = token != NULL && signet_token_get_keys (token)->len > 0 ? signet_token_get_keys (token)->pdata[0] : NULL;
  if (token != NULL && g_str_equal (whose, "bad"))
    count_questions (self, person);
  if (other.session == NULL || other.key == NULL || !live_sign (&other, &error))
    life_complain (self, "the %s module does not sign afterwards: %s", whose, error != NULL ? error->message : "not listed");
  g_clear_object (&other.session);
}

void
life_check_works (Life *self)
{
  g_autoptr (GPtrArray) tokens = NULL;

  life_set_fault (self, "");
  life_write (self->folder, "tries", "", 0);
  g_clear_object (&self->session);
  _signet_token_manager_set_deadlines (self->manager, PATIENT, PATIENT, PATIENT);
  tokens = signet_token_manager_refresh (self->manager, NULL, NULL, NULL);
  check_signs (self, find_listed (tokens, GOOD_SERIAL), "good");
  check_signs (self, find_listed (tokens, BAD_SERIAL), "bad");
}

static void
check_pins (Life *self)
{
  g_autofree char *logins = life_read (self->folder, "logins");

  if (strlen (logins) > self->n_questions)
    life_complain (self, "%u C_Login for %u answers", (guint) strlen (logins), self->n_questions);
}

static gboolean
runs (const char *folder, char **command)
{
  g_autoptr (GDir) processes = g_dir_open ("/proc", 0, NULL);
  const char *name = NULL;

  while ((name = g_dir_read_name (processes)) != NULL)
    {
      g_autofree char *path = g_strdup_printf ("/proc/%s/cmdline", name);
      g_autofree char *text = NULL;
      gsize length = 0;

      if (!g_ascii_isdigit (*name) || !g_file_get_contents (path, &text, &length, NULL) || length == 0)
        continue;
      for (gsize i = 0; i + 1 < length; i++)
        text[i] = text[i] == '\0' ? ' ' : text[i];
      if (strstr (text, folder) != NULL)
        {
          *command = g_strdup_printf ("%s %s", name, text);
          return TRUE;
        }
    }
  return FALSE;
}

/* What was wrong; NULL when nothing was. */
char *
life_end (Life *self)
{
  g_autofree char *left = NULL;

  check_pins (self);
  g_clear_object (&self->session);
  g_clear_object (&self->key);
  g_clear_object (&self->token);
  g_clear_object (&self->manager);
  if (runs (self->folder, &left))
    life_complain (self, "a process is left: %s", left);
  signet_test_remove_tree (self->folder);
  g_free (self->folder);
  g_free (self->module);
  {
    g_autofree char *trouble = g_string_free (self->trouble, self->trouble->len == 0);

    g_free (self);
    return g_steal_pointer (&trouble);
  }
}

/* --- many cases, side by side --------------------------------------------------------------------------------------- */

void
life_check_error (Life *self, int code, gboolean ok, const GError *error)
{
  gboolean typed = error != NULL && error->domain == SIGNET_TOKEN_ERROR;

  if (!ok && !typed)
    life_complain (self, "no typed error: %s", error != NULL ? error->message : "none at all");
  else if (typed && strlen (error->message) < 12)
    life_complain (self, "an error without a sentence");
  else if (code == WORKS && !ok)
    life_complain (self, "fails: %s", error->message);
  else if ((code == ANY_ERROR || code == BROKEN) && ok)
    life_complain (self, "works");
  else if ((code == ANY_ERROR || code == ANYTHING) && !ok &&
           (error->code == SIGNET_TOKEN_ERROR_MODULE_CRASHED || error->code == SIGNET_TOKEN_ERROR_MODULE_HUNG))
    life_complain (self, "a mere error counts as crash: %s", error->message);
  else if (code >= 0 && ok)
    life_complain (self, "works, and should not");
  else if (code >= 0 && error->code != code)
    life_complain (self, "code %d instead of %d: %s", error->code, code, error->message);
}

/* Lives up to the step without a fault, and the step with it. */
static void
run_step (Life *life, const Case *self)
{
  g_autoptr (GError) error = NULL;
  gint64 start = 0;
  gboolean ok = TRUE;

  for (guint i = 0; i < self->step && ok; i++)
    ok = steps[i].live (life, &error);
  if (!ok)
    {
      life_complain (life, "fails before the fault: %s", error->message);
      return;
    }
  _signet_token_manager_set_deadlines (life->manager, self->deadline, self->deadline, self->deadline);
  life_set_fault (life, self->fault);
  start = g_get_monotonic_time ();
  ok = steps[self->step].live (life, &error);
  life_check_error (life, self->code, ok, error);
  if (g_get_monotonic_time () - start > (gint64) (2 * self->deadline + 10000) * 1000)
    life_complain (life, "took %d ms", (int) ((g_get_monotonic_time () - start) / 1000));
}

static void
run_case (gpointer data, gpointer unused)
{
  Case *self = data;
  Life *life = life_new (PATIENT);
  char *trouble = NULL;

  self->run (life, self);
  if (self->fresh)
    {
      g_clear_object (&life->session);
      g_clear_object (&life->manager);
      life->manager = new_manager (life->module, PATIENT);
    }
  life_check_works (life);
  trouble = life_end (life);
  if (trouble != NULL)
    self->trouble = g_strdup_printf ("%s, %s: %s", life_step_name (self->step), self->fault, trouble);
  g_free (trouble);
}

static void
case_free (gpointer data)
{
  Case *self = data;

  g_free (self->fault);
  g_free (self->trouble);
  g_free (self);
}

GPtrArray *
cases_new (void)
{
  return g_ptr_array_new_with_free_func (case_free);
}

Case *
cases_add (GPtrArray *cases, Step step, int code, const char *format, ...)
{
  Case *self = g_new0 (Case, 1);
  va_list arguments;

  self->run = run_step;
  self->step = step;
  self->code = code;
  self->deadline = PATIENT;
  va_start (arguments, format);
  self->fault = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_ptr_array_add (cases, self);
  return self;
}

void
cases_run (GPtrArray *cases)
{
  /* who hangs does not use the machine */
  gboolean idle = cases->len > 0 && g_str_has_prefix (((Case *) cases->pdata[0])->fault, "hang");
  GThreadPool *pool = g_thread_pool_new (run_case, NULL, idle ? 3 * SIDE_BY_SIDE : SIDE_BY_SIDE, TRUE, NULL);
  guint failed = 0;

  for (guint i = 0; i < cases->len; i++)
    g_thread_pool_push (pool, cases->pdata[i], NULL);
  g_thread_pool_free (pool, FALSE, TRUE);
  for (guint i = 0; i < cases->len; i++)
    {
      Case *self = cases->pdata[i];

      if (self->trouble == NULL)
        continue;
      failed++;
      g_test_message ("%s", self->trouble);
      g_printerr ("%s\n", self->trouble);
    }
  g_test_message ("%u cases, %u failed", cases->len, failed);
  if (failed > 0)
    g_test_fail ();
  g_ptr_array_unref (cases);
}

/* --- what all cases share
 * ----------------------------------------------------------------------------------------------------------- */

static SignetCertificate *
certify (EVP_PKEY *key)
{
  SignetTestCertificate person = { .subject = "CN=Sample Person" };
  X509 *x509 = signet_test_new_certificate (&person, key, NULL, key);
  SignetCertificate *made = signet_certificate_new_x509 (x509);

  X509_free (x509);
  return made;
}

static void
make_bundle (EVP_PKEY *key)
{
  SignetTestCertificate person = { .subject = "CN=Sample Person" };
  X509 *x509 = signet_test_new_certificate (&person, key, NULL, key);
  PKCS12 *file = PKCS12_create ("passphrase", "sample", key, x509, NULL, 0, 0, 0, 0, 0);
  guint8 *der = NULL;
  int length = i2d_PKCS12 (file, &der);
  g_autoptr (GBytes) data = g_bytes_new (der, (gsize) length);
  g_autoptr (SignetSecret) passphrase = signet_secret_new ((const guint8 *) "passphrase", strlen ("passphrase"));
  g_autoptr (GError) error = NULL;

  bundle = signet_pkcs12_open (data, passphrase, &error);
  g_assert_no_error (error);
  OPENSSL_free (der);
  PKCS12_free (file);
  X509_free (x509);
}

static void
make_key (void)
{
  EVP_PKEY *key = signet_test_new_key ("ec-p256");
  EVP_PKEY *other = signet_test_new_key ("ec-p256");
  BIO *bio = BIO_new (BIO_s_mem ());
  char *pem = NULL;
  long length = 0;

  certificate = certify (key);
  new_certificate = certify (key);
  third_certificate = certify (key);
  make_bundle (other);
  g_assert_true (PEM_write_bio_PrivateKey (bio, key, NULL, NULL, 0, NULL, NULL));
  length = BIO_get_mem_data (bio, &pem);
  life_write (g_get_home_dir (), "key.pem", pem, length);
  BIO_free (bio);
  EVP_PKEY_free (other);
  EVP_PKEY_free (key);
}

void
life_start (void)
{
  signet_test_home ();
  make_key ();
  good_module = make_module (GOOD_SERIAL, &good_folder);
}

void
life_stop (void)
{
  g_clear_object (&certificate);
  g_clear_object (&new_certificate);
  g_clear_object (&third_certificate);
  signet_pkcs12_unref (bundle);
  signet_test_remove_tree (good_folder);
  g_free (good_folder);
  g_free (good_module);
}
