/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-words.c: codes become sentences, statuses and JSON as docs/cli.md promises. */
#define G_LOG_DOMAIN "test-words"

#include "config.h"

#include <string.h>

#include <glib.h>
#include <glib/gstdio.h>

#include "../../app/core/base/signet-base-error.h"
#include "../../app/core/face/signet-core.h"
#include "../../app/core/face/signet-words.h"

/* Every code up to the last one of a domain has a sentence and a remedy of its own, and a status of the contract. */
static void
assert_domain_has_words (GQuark domain,
                         int    last)
{
  static const int statuses[] = { 64, 65, 66, 69, 70, 73, 75, 77, 130 };

  for (int code = 0; code <= last; code++)
    {
      g_autoptr(GError) error = g_error_new_literal (domain, code, "technical");
      g_autofree char *what = NULL;
      g_autofree char *remedy = NULL;
      gboolean known = FALSE;

      signet_words_explain_error (error, &what, &remedy);
      g_assert_true (g_str_has_suffix (what, "."));
      g_assert_nonnull (remedy);
      g_assert_null (strstr (what, "technical"));
      for (gsize i = 0; i < G_N_ELEMENTS (statuses); i++)
        known |= signet_words_exit_status (error) == statuses[i];
      g_assert_true (known);
      /* only a defect of ours may be called internal */
      if (g_str_equal (signet_words_error_code (error), "internal"))
        g_assert_true (domain == SIGNET_BASE_ERROR && code == SIGNET_BASE_ERROR_FAILED);
    }
}

static void
test_every_code (void)
{
  assert_domain_has_words (SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_KEY_BLOCKED);
  assert_domain_has_words (SIGNET_CERTIFICATE_ERROR, SIGNET_CERTIFICATE_ERROR_TOO_LARGE);
  assert_domain_has_words (SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_PIN_EXPIRED);
  assert_domain_has_words (SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_NO_ROOM);
  assert_domain_has_words (SIGNET_EVIDENCE_ERROR, SIGNET_EVIDENCE_ERROR_INVALID);
  assert_domain_has_words (SIGNET_SIGNING_ERROR, SIGNET_SIGNING_ERROR_UNSUPPORTED);
  assert_domain_has_words (SIGNET_PLUGIN_ERROR, SIGNET_PLUGIN_ERROR_FAILED);
  assert_domain_has_words (SIGNET_ENROLMENT_ERROR, SIGNET_ENROLMENT_ERROR_BY_HAND);
}

/* What a module answered is told where it says more than "an error"; else the error's own sentence stands. */
static void
test_modules (void)
{
  static const struct { int code; const char *message; const char *words; } cases[] = {
    { SIGNET_TOKEN_ERROR_FAILED, "C_Sign: CKR_DEVICE_ERROR (0x30)", "fault of its own" },
    { SIGNET_TOKEN_ERROR_FAILED, "C_OpenSession: CKR_SESSION_COUNT (0xb1)", "Too many programs" },
    { SIGNET_TOKEN_ERROR_FAILED, "C_Sign: CKR_DEVICE_ERRORS_OF_A_MAKER", "answered with an error" },
    { SIGNET_TOKEN_ERROR_FAILED, "C_Sign: CKR 0x1234", "answered with an error" },
    { SIGNET_TOKEN_ERROR_PIN_EXPIRED, "C_Login: CKR_PIN_EXPIRED (0xa3)", "has to be changed" },
    { SIGNET_TOKEN_ERROR_PIN_LOCKED, "C_Login: CKR_PIN_LOCKED (0xa4)", "locked" },
    { SIGNET_TOKEN_ERROR_UNSUPPORTED, "the token takes no keys from outside: CKR_GENERAL_ERROR (0x5)", "cannot do this" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(GError) error = g_error_new_literal (SIGNET_TOKEN_ERROR, cases[i].code, cases[i].message);
      g_autofree char *what = NULL;
      g_autofree char *remedy = NULL;

      signet_words_explain_error (error, &what, &remedy);
      g_assert_nonnull (strstr (what, cases[i].words));
      g_assert_true (g_str_has_suffix (remedy, ".") || strstr (remedy, ": signet ") != NULL);
    }
}

static void
assert_status (GQuark domain,
               int    code,
               int    status)
{
  g_autoptr(GError) error = g_error_new_literal (domain, code, "");

  g_assert_cmpint (signet_words_exit_status (error), ==, status);
}

static void
test_statuses (void)
{
  g_assert_cmpint (signet_words_exit_status (NULL), ==, 0);
  assert_status (SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_WRONG_PIN, 77);
  assert_status (SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_PIN_LOCKED, 77);
  assert_status (SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_REMOVED, 69);
  assert_status (SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_MALFORMED, 65);
  assert_status (SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_ENCRYPTED, 65);
  assert_status (SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_NOT_FOUND, 66);
  assert_status (SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_NETWORK, 69);
  assert_status (SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_NO_SPACE, 73);
  assert_status (SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_TRY_LATER, 75);
  assert_status (G_IO_ERROR, G_IO_ERROR_CANCELLED, 130);
  assert_status (G_OPTION_ERROR, G_OPTION_ERROR_UNKNOWN_OPTION, 64);
}

static void
test_verdicts (void)
{
  g_assert_cmpint (signet_words_verdict_status (SIGNET_VERDICT_PASSED), ==, 0);
  g_assert_cmpint (signet_words_verdict_status (SIGNET_VERDICT_FAILED), ==, 1);
  g_assert_cmpint (signet_words_verdict_status (SIGNET_VERDICT_INDETERMINATE), ==, 2);
  g_assert_cmpint (signet_words_verdict_status (SIGNET_VERDICT_NOT_SIGNED), ==, 3);
  /* a file nobody signed is worse than one that cannot be judged: it must not hide in a heap of others */
  g_assert_cmpint (signet_words_worse_verdict (SIGNET_VERDICT_INDETERMINATE, SIGNET_VERDICT_NOT_SIGNED), ==, SIGNET_VERDICT_NOT_SIGNED);
  g_assert_cmpint (signet_words_worse_verdict (SIGNET_VERDICT_FAILED, SIGNET_VERDICT_NOT_SIGNED), ==, SIGNET_VERDICT_FAILED);
  g_assert_cmpint (signet_words_worse_verdict (SIGNET_VERDICT_PASSED, SIGNET_VERDICT_INDETERMINATE), ==, SIGNET_VERDICT_INDETERMINATE);
}

static void
test_unknown_reason (void)
{
  g_autofree char *known = signet_words_reason ("no-trust-anchor");
  g_autofree char *unknown = signet_words_reason ("code-of-\033[31mtomorrow");

  g_assert_null (strstr (known, "no-trust-anchor"));
  g_assert_nonnull (strstr (unknown, "code-of-"));
  g_assert_null (strchr (unknown, '\033'));
}

static char *
check_words (const char       *code,
             SignetCheckState  state,
             const char       *value,
             const char       *detail)
{
  SignetSigningCheck check = { (char *) code, state, (char *) value, (char *) detail };

  return signet_words_check (&check);
}

static void
test_checks (void)
{
  g_autofree char *until = check_words ("certificate-validity", SIGNET_CHECK_OK, "2027-04-30T10:00:00Z", NULL);
  g_autofree char *over = check_words ("certificate-validity", SIGNET_CHECK_STOP, "2026-04-30T10:00:00Z", "expired");
  g_autofree char *content = check_words ("document-attachments", SIGNET_CHECK_WARNING, "plan.ods, price.ods", "2");
  g_autofree char *plain = check_words ("document-content", SIGNET_CHECK_OK, "", NULL);
  g_autofree char *there = check_words ("output", SIGNET_CHECK_STOP, "a{value}\033.pdf", "exists");
  g_autofree char *tomorrow = check_words ("check-of-tomorrow", SIGNET_CHECK_STOP, NULL, NULL);

  g_assert_cmpstr (until, ==, "The certificate is in its time, until 30 April 2027");
  g_assert_cmpstr (over, ==, "The certificate’s time is over since 30 April 2026");
  g_assert_cmpstr (content, ==, "Files are attached to the document; they are signed with it: \342\201\250plan.ods, price.ods\342\201\251 (first on page 2)");
  g_assert_cmpstr (plain, ==, "No scripts, no attachments, nothing hidden was found");
  /* a name from outside is filled in once and made harmless */
  g_assert_nonnull (strstr (there, "a{value}"));
  g_assert_null (strchr (there, '\033'));
  g_assert_cmpstr (tomorrow, ==, "Stop: check-of-tomorrow");
}

static void
test_check_statuses (void)
{
  SignetSigningCheck warning = { (char *) "output", SIGNET_CHECK_WARNING, NULL, NULL };
  SignetSigningCheck output = { (char *) "output", SIGNET_CHECK_STOP, NULL, NULL };
  SignetSigningCheck revoked = { (char *) "certificate-revocation", SIGNET_CHECK_STOP, NULL, NULL };

  g_assert_cmpint (signet_words_check_status (&warning), ==, 0);
  g_assert_cmpint (signet_words_check_status (&output), ==, 73);
  g_assert_cmpint (signet_words_check_status (&revoked), ==, 77);
}

static void
test_dates (void)
{
  gint64 day = 24 * 60 * 60;
  gint64 now = 1795348800; /* 2026-11-22T12:00:00Z */
  g_autofree char *date = signet_words_date (now);
  g_autofree char *minute = signet_words_date_time (now);
  g_autofree char *unknown = signet_words_date (SIGNET_TIME_UNKNOWN);
  g_autofree char *never = signet_words_date (G_MAXINT64);
  g_autofree char *one = signet_words_days_left (now + day, now);
  g_autofree char *many = signet_words_days_left (now + 159 * day + 3, now);
  g_autofree char *today = signet_words_days_left (now + 60, now);
  g_autofree char *over = signet_words_days_left (now - 3 * day, now);
  g_autofree char *far = signet_words_days_left (G_MAXINT64 / 2, now);

  g_assert_cmpstr (date, ==, "22 November 2026");
  g_assert_cmpstr (minute, ==, "22 November 2026, 12:00");
  g_assert_cmpstr (unknown, ==, "unknown");
  g_assert_cmpstr (never, ==, "unknown");
  g_assert_cmpstr (one, ==, "1 day left");
  g_assert_cmpstr (many, ==, "159 days left");
  g_assert_cmpstr (today, ==, "ends within a day");
  g_assert_cmpstr (over, ==, "ended 3 days ago");
  g_assert_true (g_str_has_suffix (far, "days left"));
}

static void
test_pin_tries (void)
{
  SignetPinQuestion none = { .tries_left = -1 };
  SignetPinQuestion low = { .tries_left = -1, .flags = SIGNET_PIN_FLAG_COUNT_LOW };
  SignetPinQuestion last = { .tries_left = -1, .flags = SIGNET_PIN_FLAG_COUNT_LOW | SIGNET_PIN_FLAG_FINAL_TRY };
  SignetPinQuestion counted = { .tries_left = 3 };
  g_autofree char *nothing = signet_words_pin_tries (&none);
  g_autofree char *few = signet_words_pin_tries (&low);
  g_autofree char *final = signet_words_pin_tries (&last);
  g_autofree char *three = signet_words_pin_tries (&counted);

  /* flags alone give no number, so none is said */
  g_assert_null (nothing);
  g_assert_cmpstr (few, ==, "Few tries left");
  g_assert_cmpstr (final, ==, "Last try");
  g_assert_cmpstr (three, ==, "3 tries left");
}

static void
test_json (void)
{
  g_autoptr(GPtrArray) none = g_ptr_array_new ();
  g_autoptr(JsonNode) empty = signet_words_report_to_json (none);
  g_autoptr(GError) error = g_error_new_literal (SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_NOT_FOUND, "open: \033[31m");
  g_autoptr(JsonObject) file = signet_words_file_error_to_json ("a\xff" "b.pdf", error);
  JsonObject *root = json_node_get_object (empty);

  g_assert_cmpint (json_object_get_int_member (root, "version"), ==, 1);
  /* nothing looked at is not a pass */
  g_assert_cmpstr (json_object_get_string_member (root, "verdict"), ==, "NOT-SIGNED");
  g_assert_true (g_utf8_validate (json_object_get_string_member (file, "file"), -1, NULL));
  g_assert_true (json_object_get_null_member (file, "verdict"));
  g_assert_cmpstr (json_object_get_string_member (json_object_get_object_member (file, "error"), "code"), ==, "not-found");
  g_assert_null (strchr (json_object_get_string_member (json_object_get_object_member (file, "error"), "detail"), '\033'));
}

/* Making a core opens nothing: that is what keeps --help and a first window fast. */
static void
test_core_is_lazy (void)
{
  g_autofree char *folder = g_dir_make_tmp ("signet-core-XXXXXX", NULL);
  g_autofree char *data = g_build_filename (folder, "signet", NULL);
  SignetCore *core;

  g_setenv ("XDG_DATA_HOME", folder, TRUE);
  core = signet_core_new (NULL);
  g_assert_false (g_file_test (data, G_FILE_TEST_EXISTS));
  g_assert_true (signet_core_get_clock (core) == signet_core_get_clock (core));
  g_assert_false (g_file_test (data, G_FILE_TEST_EXISTS));
  g_assert_finalize_object (core);
  g_rmdir (folder);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/face/words/every-code", test_every_code);
  g_test_add_func ("/face/words/modules", test_modules);
  g_test_add_func ("/face/words/statuses", test_statuses);
  g_test_add_func ("/face/words/verdicts", test_verdicts);
  g_test_add_func ("/face/words/unknown-reason", test_unknown_reason);
  g_test_add_func ("/face/words/checks", test_checks);
  g_test_add_func ("/face/words/check-statuses", test_check_statuses);
  g_test_add_func ("/face/words/dates", test_dates);
  g_test_add_func ("/face/words/pin-tries", test_pin_tries);
  g_test_add_func ("/face/words/json", test_json);
  g_test_add_func ("/face/core/lazy", test_core_is_lazy);
  return g_test_run ();
}
