/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * test-flow.c: requests of every kind: renewed, with two certificates, carried by hand, for a key that is there; given up, expired, tried
 * again; and what differs from what was asked. Software token, plugin behind its wall, a desk on loopback.
 */
#include "config.h"

#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "flow-fixture.h"

#include "../../app/core/base/signet-base-error.h"
#include "../../app/core/base/signet-paths.h"
#include "../../app/core/enrolment/signet-enrolment-private.h"

#define YEAR (365 * 86400)

/* --- renewed -------------------------------------------------------------------------------------------------------------------- */

static void
test_renewed (gconstpointer key_spec)
{
  g_autoptr (Flow) flow = flow_new (NULL, NULL, NULL);
  g_autoptr (SignetCertificate) before = flow_get_first (flow);
  g_autoptr (SignetRequest) request = flow_draft_renewal (flow, before, key_spec);

  flow_run_to_end (flow, request);
  flow_check_renewed (flow, request, before, key_spec == NULL);
}

/* What the authority does not do is said before a key is made. */
static void
test_renewal_refused (void)
{
  g_autoptr (Flow) flow = flow_new (NULL, NULL, NULL);
  g_autoptr (SignetCertificate) before = flow_get_first (flow);
  g_autoptr (SignetToken) token = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *chain = g_build_filename (enrolment_world_get_pki (), "chain.pem", NULL);
  const char *const changes[] = { "RenewKey=either", "RenewKey=same", NULL };

  enrolment_world_add (flow->world, "sample-desk", flow->port, chain, changes);
  enrolment_world_open (flow->world);
  token = signet_token_manager_find_token (flow->world->tokens, "Sample", NULL, NULL);
  g_assert_null (signet_enrolment_draft_renewal (flow->world->enrolment, before, token, "ec-p256", NULL, NULL, &error));
  g_assert_error (error, SIGNET_ENROLMENT_ERROR, SIGNET_ENROLMENT_ERROR_NOT_OFFERED);
  enrolment_world_assert_token (flow->world, 1, 1);
}

/* --- two certificates --------------------------------------------------------------------------------------------------------------- */

static void
test_dual (gconstpointer format)
{
  g_autofree char *lines = g_strdup_printf ("Certificates=dual\nDual=%s\n", (const char *) format);
  g_autoptr (Flow) flow = flow_new (NULL, NULL, lines);
  g_autoptr (SignetRequest) request = flow_draft (flow);
  g_autoptr (SignetRequest) stored = NULL;
  SignetCertificate *encryption = NULL;

  flow_run_to_end (flow, request);
  stored = enrolment_world_reopen (flow->world, request);
  encryption = signet_request_get_encryption_certificate (stored);
  g_assert_nonnull (encryption);
  g_assert_cmpstr (signet_request_get_encryption_note (stored), ==, "imported");
  g_assert_cmpint (signet_certificate_get_class (encryption, NULL), ==, SIGNET_CERTIFICATE_CLASS_ENCRYPTION);
  g_assert_false (flow_has_difference (stored, "certificates"));
  enrolment_world_assert_token (flow->world, 2, 2);
  g_assert_false (enrolment_world_contains (FLOW_CODE));
  g_assert_false (enrolment_world_contains ("key_format"));   /* what was delivered is gone with its purpose */
}

typedef struct {
  const char *fault;
  int         code;
} DualFault;

static const DualFault dual_faults[] = {
  { "encryption-subject", SIGNET_ENROLMENT_ERROR_WRONG_SUBJECT },
  { "encryption-key", SIGNET_ENROLMENT_ERROR_WRONG_KEY },
  { "encryption-class", SIGNET_ENROLMENT_ERROR_WRONG_KIND },
  { "encryption-garbage", SIGNET_ENROLMENT_ERROR_WRONG_KIND },
};

static void
test_dual_fault (gconstpointer data)
{
  const DualFault *fault = data;
  g_autoptr (Flow) flow = flow_new (fault->fault, NULL, "Certificates=dual\nDual=cms\n");
  g_autoptr (SignetRequest) request = flow_draft (flow);
  g_autoptr (GError) error = NULL;

  g_assert_false (enrolment_world_run (flow->world, request, &error));
  g_assert_error (error, SIGNET_ENROLMENT_ERROR, fault->code);
  enrolment_world_assert_state (request, SIGNET_REQUEST_FAILED);
  enrolment_world_assert_token (flow->world, 1, 0);
}

static void
assert_secrets (SignetRequest *request, gboolean code, gboolean transport)
{
  g_autoptr (SignetSecret) found = _signet_request_secret_find (request, "activation-code");
  EVP_PKEY *key = _signet_request_find_transport_key (request);

  g_assert_true ((found != NULL) == code);
  g_assert_true ((key != NULL) == transport);
  EVP_PKEY_free (key);
}

/* A code that is not right is asked for again; the key for which the authority encrypts is the same as before. */
static void
test_dual_wrong_secret (void)
{
  g_autoptr (Flow) flow = flow_new (NULL, NULL, "Certificates=dual\nDual=cms\nBreak=wrong-secret\n");
  g_autoptr (SignetRequest) request = flow_draft (flow);
  g_autoptr (GError) error = NULL;
  EVP_PKEY *before = NULL;
  EVP_PKEY *after = NULL;

  assert_secrets (request, TRUE, FALSE);
  g_assert_false (enrolment_world_run (flow->world, request, &error));
  g_assert_error (error, SIGNET_PLUGIN_ERROR, SIGNET_PLUGIN_ERROR_WRONG_SECRET);
  assert_secrets (request, FALSE, TRUE);
  before = _signet_request_find_transport_key (request);
  g_clear_error (&error);
  g_assert_false (enrolment_world_run (flow->world, request, &error));
  after = _signet_request_find_transport_key (request);
  g_assert_cmpint (EVP_PKEY_eq (before, after), ==, 1);
  EVP_PKEY_free (before);
  EVP_PKEY_free (after);
  flow_write_profile (flow, "Certificates=dual\nDual=cms\n");
  flow_run_to_end (flow, request);
  g_assert_cmpstr (signet_request_get_encryption_note (request), ==, "imported");
  assert_secrets (request, FALSE, FALSE);
}

/* The same token through a module with habits (tests/token/picky). */
static void
use_strict_token (Flow *flow, const char *rules)
{
  g_autoptr (SignetToken) token = signet_token_manager_find_token (flow->world->tokens, "Sample", NULL, NULL);
  g_autofree char *configuration = g_build_filename (signet_paths_get_software_token_dir (), "softhsm2.conf", NULL);
  const char *const modules[] = { g_getenv ("SIGNET_TEST_PICKY"), NULL };

  g_assert_nonnull (token);
  g_setenv ("SOFTHSM2_CONF", configuration, TRUE);
  g_setenv ("SIGNET_TEST_PICKY_MODULE", signet_token_get_module (token), TRUE);
  g_setenv ("SIGNET_TEST_PICKY_RULES", rules, TRUE);
  g_clear_object (&flow->world->tokens);
  flow->world->tokens = signet_token_manager_new (modules);
  flow_set_clock (flow, 0);   /* which puts the enrolment together anew */
}

/* A token that takes no keys keeps nobody from signing; what was delivered waits, encrypted, until a token takes it. */
static void
test_dual_refused (void)
{
  g_autoptr (Flow) flow = flow_new (NULL, NULL, "Certificates=dual\nDual=cms\n");
  g_autofree char *rules = signet_test_write_file (signet_paths_get_software_token_dir (), "rules", "no-keys\n", -1);
  g_autoptr (SignetRequest) request = NULL;
  g_autoptr (SignetInteraction) person = flow_person_new (NULL);
  g_autoptr (SignetToken) token = NULL;
  g_autofree char *entry = NULL;
  g_autoptr (GError) error = NULL;

  use_strict_token (flow, rules);
  request = flow_draft (flow);
  flow_run_to_end (flow, request);
  g_assert_cmpstr (signet_request_get_encryption_note (request), ==, "refused-by-token");
  g_assert_nonnull (strstr (signet_request_get_error (request), "keys from outside"));
  enrolment_world_assert_token (flow->world, 1, 1);
  assert_secrets (request, FALSE, TRUE);   /* what opens the delivered key is kept, and nothing else */
  entry = flow_journal_find (flow, "encryption-key-not-installed");
  g_assert_nonnull (entry);
  token = signet_token_manager_find_token (flow->world->tokens, "Sample", NULL, NULL);
  g_assert_true (g_file_set_contents (rules, "", 0, NULL));
  g_assert_true (signet_enrolment_place_encryption (flow->world->enrolment, request, token, person, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (signet_request_get_encryption_note (request), ==, "imported");
  enrolment_world_assert_token (flow->world, 2, 2);
  assert_secrets (request, FALSE, FALSE);
  g_assert_false (signet_enrolment_place_encryption (flow->world->enrolment, request, token, person, NULL, &error));
  g_assert_error (error, SIGNET_ENROLMENT_ERROR, SIGNET_ENROLMENT_ERROR_STATE);
}

/* One certificate where two were announced is the person's to accept, and remembered. */
static void
test_dual_missing (void)
{
  g_autoptr (Flow) flow = flow_new ("no-encryption", NULL, "Certificates=dual\nDual=cms\n");
  g_autoptr (SignetRequest) request = flow_draft (flow);
  g_autofree char *entry = NULL;

  flow_run_to_end (flow, request);
  g_assert_true (flow_has_difference (request, "certificates"));
  entry = flow_journal_find (flow, "certificate-difference-accepted");
  g_assert_nonnull (entry);
  g_assert_nonnull (strstr (entry, "\"dual\""));
  enrolment_world_assert_token (flow->world, 1, 1);
}

/* The key ring was emptied between asking and receiving: the signing certificate is there all the same, and the reason is told. */
static void
test_transport_key_lost (void)
{
  g_autoptr (Flow) flow = flow_new (NULL, NULL, "Certificates=dual\nDual=cms\n");
  g_autoptr (SignetRequest) request = flow_draft (flow);
  g_autoptr (SignetRequest) later = NULL;

  flow_run_until_killed (request, "issued", NULL);
  g_assert_cmpint (g_unlink (g_getenv ("SECRET_FILE_TEST_PATH")), ==, 0);
  later = enrolment_world_reopen (flow->world, request);
  flow_run_to_end (flow, later);
  g_assert_cmpstr (signet_request_get_encryption_note (later), ==, "transport-key-lost");
  g_assert_nonnull (signet_request_get_error (later));
  enrolment_world_assert_token (flow->world, 1, 1);
}

/* --- given up, expired, retried --------------------------------------------------------------------------------------------------- */

static void
test_withdrawn (void)
{
  g_autoptr (Flow) flow = flow_new (NULL, "99", NULL);
  g_autoptr (SignetRequest) request = flow_draft (flow);
  g_autoptr (SignetInteraction) person = flow_person_new (NULL);
  g_autofree char *entry = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (enrolment_world_run (flow->world, request, &error));
  enrolment_world_assert_state (request, SIGNET_REQUEST_WAITING);
  g_assert_true (signet_enrolment_withdraw (flow->world->enrolment, request, person, NULL, &error));
  g_assert_no_error (error);
  enrolment_world_assert_state (request, SIGNET_REQUEST_CANCELLED);
  g_assert_true (flow_desk_was_told ("cancel"));
  g_assert_null (signet_request_get_error (request));
  g_assert_false (enrolment_world_contains (FLOW_CODE));
  entry = flow_journal_find (flow, "certificate-request-cancelled");
  g_assert_nonnull (entry);
  enrolment_world_assert_token (flow->world, 1, 0);   /* the key is the person's to keep or to delete */
}

/* An authority that cannot be reached stops nobody from giving up. */
static void
test_withdrawn_alone (void)
{
  g_autoptr (Flow) flow = flow_new (NULL, "99", NULL);
  g_autoptr (SignetRequest) request = flow_draft (flow);
  g_autoptr (SignetInteraction) person = flow_person_new (NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (enrolment_world_run (flow->world, request, &error));
  g_clear_pointer (&flow->desk, test_service_stop);
  g_assert_true (signet_enrolment_withdraw (flow->world->enrolment, request, person, NULL, &error));
  enrolment_world_assert_state (request, SIGNET_REQUEST_CANCELLED);
  g_assert_nonnull (signet_request_get_error (request));
}

static void
test_expired (void)
{
  g_autoptr (Flow) flow = flow_new (NULL, "99", "GiveUpAfter=10\n");
  g_autoptr (SignetRequest) request = flow_draft (flow);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (signet_request_get_expires (request) - signet_request_get_created (request), ==, 10 * 86400);
  g_assert_true (enrolment_world_run (flow->world, request, &error));
  flow_let_time_pass (flow, 9 * 86400);
  g_assert_true (enrolment_world_run (flow->world, request, &error));
  enrolment_world_assert_state (request, SIGNET_REQUEST_WAITING);
  flow_let_time_pass (flow, 11 * 86400);
  g_assert_true (enrolment_world_run (flow->world, request, &error));
  g_assert_no_error (error);
  enrolment_world_assert_state (request, SIGNET_REQUEST_EXPIRED);
  g_assert_cmpint (signet_request_get_expires (request), ==, SIGNET_TIME_UNKNOWN);
  g_assert_false (enrolment_world_contains (FLOW_CODE));
}

/* A no that comes after the certificate is on the token makes nothing undone: the state stays true, and the confirmation can be tried again. */
static void
test_not_confirmed (void)
{
  g_autoptr (Flow) flow = flow_new ("reject-accept", NULL, NULL);
  g_autoptr (SignetRequest) request = flow_draft (flow);
  g_autoptr (SignetRequest) stored = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *entry = NULL;

  g_assert_false (enrolment_world_run (flow->world, request, &error));
  g_assert_error (error, SIGNET_ENROLMENT_ERROR, SIGNET_ENROLMENT_ERROR_NOT_CONFIRMED);
  enrolment_world_assert_token (flow->world, 1, 1);
  stored = enrolment_world_reopen (flow->world, request);
  enrolment_world_assert_state (stored, SIGNET_REQUEST_INSTALLED);
  g_assert_nonnull (strstr (signet_request_get_error (stored), "确认已过期限"));
  entry = flow_journal_find (flow, "certificate-not-confirmed");
  g_assert_nonnull (entry);
  g_assert_null (flow_journal_find (flow, "certificate-rejected"));
  assert_secrets (stored, TRUE, FALSE);   /* the confirmation may need it */
  flow_start_desk (flow, NULL, NULL);
  flow_write_profile (flow, NULL);
  flow_run_to_end (flow, stored);
  g_assert_null (signet_request_get_error (stored));
  enrolment_world_assert_token (flow->world, 1, 1);
  assert_secrets (stored, FALSE, FALSE);
}

/* What the authority never confirms need not stay open: the person closes it, the certificate stays, the code leaves the key ring. */
static void
test_closed (void)
{
  g_autoptr (Flow) flow = flow_new ("reject-accept", NULL, NULL);
  g_autoptr (SignetRequest) request = flow_draft (flow);
  g_autoptr (SignetInteraction) person = flow_person_new (NULL);
  g_autofree char *entry = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_false (enrolment_world_run (flow->world, request, NULL));
  enrolment_world_assert_state (request, SIGNET_REQUEST_INSTALLED);
  assert_secrets (request, TRUE, FALSE);
  g_assert_true (signet_enrolment_withdraw (flow->world->enrolment, request, person, NULL, &error));
  g_assert_no_error (error);
  enrolment_world_assert_state (request, SIGNET_REQUEST_CANCELLED);
  enrolment_world_assert_token (flow->world, 1, 1);
  assert_secrets (request, FALSE, FALSE);
  g_assert_false (enrolment_world_contains (FLOW_CODE));
  g_assert_false (flow_desk_was_told ("cancel"));
  g_assert_nonnull (strstr (signet_request_get_error (request), "确认已过期限"));
  entry = flow_journal_find (flow, "certificate-closed");
  g_assert_nonnull (entry);
  g_assert_false (signet_enrolment_withdraw (flow->world->enrolment, request, person, NULL, &error));
  g_assert_error (error, SIGNET_ENROLMENT_ERROR, SIGNET_ENROLMENT_ERROR_STATE);
}

/* Killed right after it was over, before its code was forgotten: the next run of the program forgets it, and no other's. */
static void
test_swept (void)
{
  g_autoptr (Flow) flow = flow_new (NULL, NULL, NULL);
  g_autoptr (SignetRequest) request = flow_draft (flow);
  g_autoptr (SignetRequest) over = NULL;
  g_autoptr (SignetRequest) other = NULL;

  flow_run_until_killed (request, "confirmed", NULL);
  over = enrolment_world_reopen (flow->world, request);
  enrolment_world_assert_state (over, SIGNET_REQUEST_CONFIRMED);
  assert_secrets (over, TRUE, FALSE);
  other = flow_draft (flow);
  flow_start_desk (flow, "reject-accept", NULL);
  flow_write_profile (flow, NULL);
  g_assert_false (enrolment_world_run (flow->world, other, NULL));
  assert_secrets (other, TRUE, FALSE);
  assert_secrets (over, FALSE, FALSE);
}

/* After a failure the authority is asked something new, with the same key. */
static void
test_retried (void)
{
  g_autoptr (Flow) flow = flow_new ("wrong-key", NULL, NULL);
  g_autoptr (SignetRequest) request = flow_draft (flow);
  g_autoptr (GError) error = NULL;
  g_autofree char *key = NULL;

  g_assert_false (enrolment_world_run (flow->world, request, &error));
  g_assert_error (error, SIGNET_ENROLMENT_ERROR, SIGNET_ENROLMENT_ERROR_WRONG_KEY);
  key = g_strdup (signet_request_get_key_sha256 (request));
  flow_start_desk (flow, NULL, NULL);
  flow_write_profile (flow, NULL);
  flow_run_to_end (flow, request);
  g_assert_cmpstr (signet_request_get_key_sha256 (request), ==, key);
  g_assert_null (signet_request_get_error (request));
  enrolment_world_assert_token (flow->world, 1, 1);
}

/* A key that was left behind serves another request; none is made beside it. */
static void
test_reused_key (void)
{
  g_autoptr (Flow) flow = flow_new ("reject", NULL, NULL);
  g_autoptr (SignetRequest) request = flow_draft (flow);
  g_autoptr (SignetRequest) other = NULL;
  g_autoptr (SignetTokenKey) key = NULL;
  g_autoptr (GHashTable) fields = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GError) error = NULL;

  g_assert_false (enrolment_world_run (flow->world, request, &error));
  g_assert_error (error, SIGNET_PLUGIN_ERROR, SIGNET_PLUGIN_ERROR_REJECTED);
  g_assert_nonnull (strstr (signet_request_get_error (request), "姓名与身份证件不一致"));
  flow_start_desk (flow, NULL, NULL);
  flow_write_profile (flow, NULL);
  key = signet_token_manager_find_key (flow->world->tokens, signet_request_get_key_sha256 (request), NULL, NULL);
  g_assert_nonnull (key);
  g_hash_table_insert (fields, (gpointer) "name", (gpointer) "李娜 (sample)");
  g_clear_error (&error);
  other = signet_enrolment_draft_for_key (flow->world->enrolment,
                                          signet_enrolment_find_authority (flow->world->enrolment, "sample-desk", NULL), key, fields,
                                          NULL, &error);
  g_assert_no_error (error);
  g_assert_true (signet_request_keeps_key (other));
  g_assert_true (signet_enrolment_agree (flow->world->enrolment, other, &error));
  flow_run_to_end (flow, other);
  enrolment_world_assert_token (flow->world, 1, 1);
  g_assert_cmpstr (signet_request_get_key_sha256 (other), ==, signet_token_key_get_sha256 (key));
}

/* --- checked ------------------------------------------------------------------------------------------------------------------------- */

static void
test_any_order (void)
{
  g_autoptr (Flow) flow = flow_new ("reversed", NULL, "ChainOnToken=true\n");
  g_autoptr (SignetRequest) request = flow_draft (flow);

  flow_run_to_end (flow, request);
  g_assert_false (signet_certificate_is_ca (signet_request_get_certificate (request)));
  enrolment_world_assert_token (flow->world, 1, 2);   /* its own, and that of the CA; never the root */
}

static void
test_not_a_certificate (void)
{
  g_autoptr (Flow) flow = flow_new ("not-a-certificate", NULL, NULL);
  g_autoptr (SignetRequest) request = flow_draft (flow);
  g_autoptr (GError) error = NULL;

  g_assert_false (enrolment_world_run (flow->world, request, &error));
  g_assert_error (error, SIGNET_ENROLMENT_ERROR, SIGNET_ENROLMENT_ERROR_WRONG_KIND);
  enrolment_world_assert_state (request, SIGNET_REQUEST_FAILED);
}

typedef struct {
  const char *fault;    /* (nullable) */
  gint64      offset;   /* of everybody's time: an authority that certifies for another one */
  const char *field;
} Difference;

static const Difference differences[] = {
  { "not-yet", 0, "validity" },
  { NULL, -(gint64) YEAR, "validity" },
  { NULL, 2 * (gint64) YEAR, "validity" },
  { "wrong-subject", 0, "subject" },
  { "identity", 0, "usage" },
};

/* Refused by the person: not installed, written down with both values. Accepted the second time: installed, written down too. */
static void
test_difference (gconstpointer data)
{
  const Difference *difference = data;
  g_autoptr (Flow) flow = flow_new (difference->fault, NULL, NULL);
  g_autoptr (SignetTestInteraction) doubter = signet_test_interaction_new (WORLD_PIN, WORLD_PIN, NULL);
  g_autoptr (SignetRequest) request = NULL;
  g_autofree char *refused = NULL;
  g_autofree char *accepted = NULL;
  g_autoptr (GError) error = NULL;

  flow_let_time_pass (flow, difference->offset);
  request = flow_draft (flow);
  signet_test_interaction_refuse (doubter, "accept-difference");
  g_assert_false (signet_enrolment_run (flow->world->enrolment, request, SIGNET_INTERACTION (doubter), NULL, &error));
  g_assert_error (error, SIGNET_ENROLMENT_ERROR, SIGNET_ENROLMENT_ERROR_NOT_ACCEPTED);
  g_assert_nonnull (strstr (error->message, difference->field));
  enrolment_world_assert_state (request, SIGNET_REQUEST_FAILED);
  enrolment_world_assert_token (flow->world, 1, 0);
  refused = flow_journal_find (flow, "certificate-difference-refused");
  g_assert_nonnull (refused);
  flow_run_to_end (flow, request);
  g_assert_true (flow_has_difference (request, difference->field));
  accepted = flow_journal_find (flow, "certificate-difference-accepted");
  g_assert_nonnull (accepted);
  g_assert_nonnull (strstr (accepted, difference->field));
}

/* Only this computer's clock is wrong: nobody is asked to accept anything, and nothing is lost. */
static void
test_wrong_clock (gconstpointer offset)
{
  g_autoptr (Flow) flow = flow_new (NULL, NULL, NULL);
  g_autoptr (SignetRequest) request = NULL;
  g_autoptr (GError) error = NULL;
  guint issued = flow_count_issued ();

  flow_set_clock (flow, *(const gint64 *) offset);
  request = flow_draft (flow);
  g_assert_false (enrolment_world_run (flow->world, request, &error));
  g_assert_error (error, SIGNET_ENROLMENT_ERROR, SIGNET_ENROLMENT_ERROR_CLOCK);
  enrolment_world_assert_state (request, SIGNET_REQUEST_ISSUED);
  enrolment_world_assert_token (flow->world, 1, 0);
  flow_set_clock (flow, 0);
  flow_run_to_end (flow, request);
  g_assert_cmpuint (flow_count_issued (), ==, issued + 1);
}

/* --- files ----------------------------------------------------------------------------------------------------------------------------- */

static void
test_files (void)
{
  g_autoptr (Flow) flow = flow_new (NULL, NULL, NULL);
  g_autoptr (SignetRequest) request = flow_draft (flow);
  g_autofree char *path = signet_test_write_file (g_getenv ("SIGNET_USER_DIR"), "身份证.pdf", "%PDF-sample", 11);
  g_autofree char *large = signet_test_write_file (g_getenv ("SIGNET_USER_DIR"), "large", "", 0);
  g_autoptr (GPtrArray) files = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (signet_enrolment_attach (flow->world->enrolment, request, "identity", path, &error));
  g_assert_no_error (error);
  g_assert_false (signet_enrolment_attach (flow->world->enrolment, request, "other", large, &error));
  g_assert_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_USAGE);
  g_clear_error (&error);
  g_assert_cmpint (truncate (large, SIGNET_REQUEST_MAX_FILE + 1), ==, 0);
  g_assert_false (signet_enrolment_attach (flow->world->enrolment, request, "other", large, &error));
  g_assert_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_TOO_LARGE);
  g_clear_error (&error);
  g_assert_false (signet_enrolment_attach (flow->world->enrolment, request, "other", "/dev/zero", &error));
  g_assert_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_USAGE);
  flow_run_to_end (flow, request);
  g_assert_true (flow_desk_was_told ("JVBERi1zYW1wbGU= identity"));   /* base64 of the content, from the field */
  files = signet_enrolment_list_files (flow->world->enrolment, request, NULL);
  g_assert_cmpuint (files->len, ==, 1);
  g_assert_cmpstr (((SignetRequestFile *) files->pdata[0])->name, ==, "身份证.pdf");
  g_assert_cmpint (((SignetRequestFile *) files->pdata[0])->size, ==, 11);
}

/* --- main ------------------------------------------------------------------------------------------------------------------------------- */

static void
add_many (const char *prefix, const char *const *names, GTestDataFunc function)
{
  for (gsize i = 0; names[i] != NULL; i++)
    {
      g_autofree char *path = g_strconcat (prefix, names[i], NULL);

      g_test_add_data_func (path, names[i], function);
    }
}

static void
add_faults (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (dual_faults); i++)
    {
      g_autofree char *path = g_strconcat ("/flow/dual-fault/", dual_faults[i].fault, NULL);

      g_test_add_data_func (path, &dual_faults[i], test_dual_fault);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (differences); i++)
    {
      g_autofree char *path = g_strdup_printf ("/flow/difference/%s/%" G_GSIZE_FORMAT, differences[i].field, i);

      g_test_add_data_func (path, &differences[i], test_difference);
    }
}

int
main (int argc, char **argv)
{
  static const gint64 offsets[] = { 2 * (gint64) YEAR, -(gint64) YEAR };
  static const char *const formats[] = { "cms", "pkcs12", NULL };

  if (argc >= 3 && strcmp (argv[1], "--child-run") == 0)
    return flow_child_run (argv[2], argv[3]);
  flow_program = argv[0];
  g_test_init (&argc, &argv, NULL);
  enrolment_world_prepare ();
  g_test_add_data_func ("/flow/renewed/same-key", NULL, test_renewed);
  g_test_add_data_func ("/flow/renewed/new-key", "ec-p256", test_renewed);
  g_test_add_func ("/flow/renewed/refused", test_renewal_refused);
  add_many ("/flow/dual/", formats, test_dual);
  add_faults ();
  g_test_add_func ("/flow/dual/missing", test_dual_missing);
  g_test_add_func ("/flow/dual/refused-by-token", test_dual_refused);
  g_test_add_func ("/flow/dual/wrong-secret", test_dual_wrong_secret);
  g_test_add_func ("/flow/dual/transport-key-lost", test_transport_key_lost);
  g_test_add_func ("/flow/withdrawn", test_withdrawn);
  g_test_add_func ("/flow/withdrawn-alone", test_withdrawn_alone);
  g_test_add_func ("/flow/expired", test_expired);
  g_test_add_func ("/flow/not-confirmed", test_not_confirmed);
  g_test_add_data_func ("/flow/wrong-clock/ahead", &offsets[0], test_wrong_clock);
  g_test_add_data_func ("/flow/wrong-clock/behind", &offsets[1], test_wrong_clock);
  g_test_add_func ("/flow/closed", test_closed);
  g_test_add_func ("/flow/swept", test_swept);
  g_test_add_func ("/flow/retried", test_retried);
  g_test_add_func ("/flow/reused-key", test_reused_key);
  g_test_add_func ("/flow/any-order", test_any_order);
  g_test_add_func ("/flow/not-a-certificate", test_not_a_certificate);
  g_test_add_func ("/flow/files", test_files);
  return g_test_run ();
}
