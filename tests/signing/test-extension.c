/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-extension.c: signed files lifted to T, LT and LTA with real servers on loopback, and what they are worth when time has passed. */
#include "config.h"

#include "extension-fixture.h"

#include <string.h>

static const ExtensionCase short_stamps = { .tsa_days = 30 };
static const ExtensionCase text = { .name = "notes.txt" };
static const ExtensionCase text_short_stamps = { .name = "notes.txt", .tsa_days = 30 };

static char *
sign (ExtensionFixture *self, const char *level)
{
  g_autoptr (GError) error = NULL;
  char *path = extension_fixture_sign (self, level, &error);

  g_assert_no_error (error);
  return path;
}

static void
test_each_level (ExtensionFixture *self, gconstpointer data)
{
  g_autofree char *b = sign (self, "b");
  g_autofree char *t = extension_fixture_extend (self, b, SIGNET_LEVEL_T);
  g_autofree char *lt = extension_fixture_extend (self, t, SIGNET_LEVEL_LT);
  g_autofree char *lta = extension_fixture_extend (self, lt, SIGNET_LEVEL_LTA);
  g_autofree char *at_once = extension_fixture_extend (self, b, SIGNET_LEVEL_LTA);

  g_assert_true (g_str_has_suffix (t, data == NULL ? "contract-signed-extended.pdf" : "notes.txt-extended.p7s"));
  g_assert_true (g_str_has_suffix (lt, data == NULL ? "contract-signed-extended-2.pdf" : "notes.txt-extended-2.p7s"));
  g_assert_cmpint (extension_fixture_validate (self, t, self->now, TRUE), ==, SIGNET_VERDICT_PASSED);
  g_assert_cmpstr (signet_signature_report_get_time_source (extension_fixture_first (self)), ==, "timestamp");
  extension_fixture_assert_level (self, lt, "B-LT");
  g_assert_cmpint (signet_signature_report_get_revocation (extension_fixture_first (self))->origin, ==, SIGNET_EVIDENCE_EMBEDDED);
  extension_fixture_assert_level (self, lta, "B-LTA");
  extension_fixture_assert_level (self, at_once, "B-LTA");
}

static void
test_signed_at_once (ExtensionFixture *self, gconstpointer data)
{
  g_autofree char *lt = sign (self, "lt");
  g_autofree char *lta = sign (self, "lta");

  extension_fixture_assert_level (self, lt, "B-LT");
  extension_fixture_assert_level (self, lta, "B-LTA");
}

/* The signer's certificate has ended: only what was proved in time stands. Nobody is asked. */
static void
test_years_later (ExtensionFixture *self, gconstpointer data)
{
  gint64 later = self->now + 2 * 365 * DAY;
  g_autofree char *b = sign (self, "b");
  g_autofree char *t = sign (self, "t");
  g_autofree char *lt = sign (self, "lt");
  g_autofree char *lta = sign (self, "lta");

  g_assert_cmpint (extension_fixture_validate (self, b, later, FALSE), ==, SIGNET_VERDICT_INDETERMINATE);
  g_assert_cmpint (extension_fixture_validate (self, t, later, FALSE), ==, SIGNET_VERDICT_INDETERMINATE);
  g_assert_cmpint (extension_fixture_validate (self, lt, later, FALSE), ==, SIGNET_VERDICT_PASSED);
  g_assert_cmpint (extension_fixture_validate (self, lta, later, FALSE), ==, SIGNET_VERDICT_PASSED);
}

/* The time-stamp authority has ended too: what was renewed in time stands, what was not does not. */
static void
test_renewed (ExtensionFixture *self, gconstpointer data)
{
  gint64 later = self->now + 365 * DAY / 2;
  g_autofree char *lta = sign (self, "lta");
  g_autofree char *renewed = NULL;

  extension_fixture_change_tsa (self, 5 * 365);
  renewed = extension_fixture_extend (self, lta, SIGNET_LEVEL_LTA); /* its 30 days are less than the limit: due */
  g_assert_nonnull (renewed);
  g_assert_cmpint (extension_fixture_validate (self, lta, later, FALSE), ==, SIGNET_VERDICT_INDETERMINATE);
  g_assert_cmpint (extension_fixture_validate (self, renewed, later, FALSE), ==, SIGNET_VERDICT_PASSED);
}

static void
test_not_due (ExtensionFixture *self, gconstpointer data)
{
  g_autofree char *lta = sign (self, "lta");
  g_autoptr (SignetExtension) idle = extension_fixture_open (self, lta, SIGNET_LEVEL_LTA);
  g_autoptr (SignetExtension) eager = extension_fixture_open (self, lta, SIGNET_LEVEL_LTA);
  g_autoptr (GError) error = NULL;

  g_assert_true (signet_extension_run (idle, NULL, NULL, &error));
  g_assert_no_error (error);
  g_assert_null (signet_extension_get_result_path (idle));
  g_assert_cmpint (signet_extension_get_level (idle), ==, SIGNET_LEVEL_LTA);
  g_assert_cmpint (signet_extension_get_renewal (idle), >, self->now + 365 * DAY);
  signet_extension_set_renew (eager, TRUE);
  g_assert_true (signet_extension_run (eager, NULL, NULL, &error));
  g_assert_nonnull (signet_extension_get_result_path (eager));
  extension_fixture_assert_level (self, signet_extension_get_result_path (eager), "B-LTA");
}

static void
revoke_holder (ExtensionFixture *self)
{
  g_autofree char *serial = test_pki_serial (self->x509);
  g_autoptr (GError) error = NULL;

  g_assert_true (test_pki_revoke (self->pki, serial, "keyCompromise", &error));
  g_assert_no_error (error);
}

static void
test_revoked_later (ExtensionFixture *self, gconstpointer data)
{
  g_autofree char *lt = sign (self, "lt");
  g_autofree char *b = sign (self, "b");

  g_usleep (2 * G_USEC_PER_SEC);
  revoke_holder (self);
  g_assert_cmpint (extension_fixture_validate (self, lt, self->now + 60, TRUE), ==, SIGNET_VERDICT_PASSED);
  g_assert_cmpint (extension_fixture_validate (self, b, self->now + 60, TRUE), ==, SIGNET_VERDICT_INDETERMINATE);
}

/* Time-stamped when it was revoked already: no evidence in the world lifts it. */
static void
test_revoked_before (ExtensionFixture *self, gconstpointer data)
{
  g_autofree char *b = sign (self, "b");
  g_autoptr (SignetExtension) extension = extension_fixture_open (self, b, SIGNET_LEVEL_LT);
  g_autoptr (GError) error = NULL;

  revoke_holder (self);
  g_usleep (2 * G_USEC_PER_SEC);
  g_assert_true (signet_extension_run (extension, NULL, NULL, &error));
  g_assert_cmpint (signet_extension_get_level (extension), ==, SIGNET_LEVEL_T);
  g_assert_cmpstr (((SignetExtensionProblem *) g_ptr_array_index (signet_extension_get_problems (extension), 0))->code, ==, "revoked");
  g_assert_cmpint (extension_fixture_validate (self, signet_extension_get_result_path (extension), self->now + 60, TRUE), ==, SIGNET_VERDICT_INDETERMINATE);
  g_assert_cmpstr (signet_signature_report_get_sub_indication (extension_fixture_first (self)), ==, "REVOKED_NO_POE");
}

static void
test_evidence_missing (ExtensionFixture *self, gconstpointer data)
{
  g_autofree char *b = sign (self, "b");
  g_autoptr (SignetExtension) extension = extension_fixture_open (self, b, SIGNET_LEVEL_LTA);
  g_autoptr (SignetExtension) again = NULL;
  g_autoptr (GError) error = NULL;
  guint n;

  extension_fixture_stop_ocsp (self);
  g_assert_true (signet_extension_run (extension, NULL, NULL, &error));
  g_assert_cmpint (signet_extension_get_level (extension), ==, SIGNET_LEVEL_T);
  g_assert_cmpuint (signet_extension_get_problems (extension)->len, ==, 2); /* the signer's and the time-stamp's */
  g_assert_cmpstr (((SignetExtensionProblem *) g_ptr_array_index (signet_extension_get_problems (extension), 0))->code, ==, "revocation-unreachable");
  n = signet_test_count_files (self->dir);
  again = extension_fixture_open (self, signet_extension_get_result_path (extension), SIGNET_LEVEL_LT);
  g_assert_false (signet_extension_run (again, NULL, NULL, &error));
  g_assert_error (error, SIGNET_EVIDENCE_ERROR, SIGNET_EVIDENCE_ERROR_UNREACHABLE);
  g_assert_cmpuint (signet_test_count_files (self->dir), ==, n);
}

/* A signature that should have been LT and cannot be is not left lying about as less. */
static void
test_sign_without_evidence (ExtensionFixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  extension_fixture_stop_ocsp (self);
  g_assert_null (extension_fixture_sign (self, "lt", &error));
  g_assert_nonnull (error);
  g_assert_cmpuint (signet_test_count_files (self->dir), ==, 1);
  g_assert_cmpuint (signet_test_signer_get_count (self->signer), ==, 0); /* and the key was not asked */
}

static void
test_offline (ExtensionFixture *self, gconstpointer data)
{
  g_autofree char *b = sign (self, "b");
  g_autoptr (SignetExtension) extension = extension_fixture_open (self, b, SIGNET_LEVEL_LT);
  g_autoptr (GError) error = NULL;
  guint n = signet_test_count_files (self->dir);

  signet_extension_set_seams (extension, NULL, self->clock, NULL);
  g_assert_false (signet_extension_run (extension, NULL, NULL, &error));
  g_assert_error (error, SIGNET_EVIDENCE_ERROR, SIGNET_EVIDENCE_ERROR_OFFLINE);
  g_assert_cmpuint (signet_test_count_files (self->dir), ==, n);
}

static void
test_refused (ExtensionFixture *self, gconstpointer data)
{
  g_autofree char *b = sign (self, "b");
  g_autoptr (SignetExtension) unsigned_file = extension_fixture_open (self, self->document, SIGNET_LEVEL_LT);
  g_autoptr (SignetExtension) broken = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *content = NULL;
  gsize length = 0;

  g_assert_false (signet_extension_run (unsigned_file, NULL, NULL, &error));
  g_assert_error (error, SIGNET_SIGNING_ERROR, SIGNET_SIGNING_ERROR_NOT_SIGNED);
  g_clear_error (&error);
  g_assert_true (g_file_get_contents (b, &content, &length, NULL));
  *g_strstr_len (content, (gssize) length, "Sample contract") = 's';
  g_assert_true (g_file_set_contents (b, content, (gssize) length, NULL));
  broken = extension_fixture_open (self, b, SIGNET_LEVEL_LT);
  g_assert_false (signet_extension_run (broken, NULL, NULL, &error));
  g_assert_error (error, SIGNET_SIGNING_ERROR, SIGNET_SIGNING_ERROR_BROKEN);
  g_assert_cmpuint (signet_test_count_files (self->dir), ==, 2);
}

/* What was changed behind the archive time-stamp is found, and what was taken out of the store is missed. */
static void
test_tampered (ExtensionFixture *self, gconstpointer data)
{
  g_autofree char *lta = sign (self, "lta");
  g_autofree char *content = NULL;
  gsize length = 0;
  char *dss;

  g_assert_true (g_file_get_contents (lta, &content, &length, NULL));
  dss = memmem (content, length, "/OCSPs", 6);
  g_assert_nonnull (dss);
  memcpy (dss, "/OCSPx", 6);
  g_assert_true (g_file_set_contents (lta, content, (gssize) length, NULL));
  g_assert_cmpint (extension_fixture_validate (self, lta, self->now, FALSE), ==, SIGNET_VERDICT_FAILED);
}

/* Every byte of an archive time-stamp and what it covers counts. */
static void
test_tampered_index (ExtensionFixture *self, gconstpointer data)
{
  static const guint8 id_archive[] = { 0x06, 0x06, 0x04, 0x00, 0x8d, 0x45, 0x02, 0x04 };
  static const guint8 id_index[] = { 0x06, 0x07, 0x04, 0x00, 0x81, 0x95, 0x32, 0x01, 0x05 };
  static const guint8 id_ocsp[] = { 0x06, 0x08, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x10, 0x02 };
  const struct { const guint8 *type; gsize length; gsize behind; } places[] = {
    { id_index, sizeof id_index, 60 }, { id_ocsp, sizeof id_ocsp, 40 }, { id_archive, sizeof id_archive, 120 },
  };
  g_autofree char *lta = sign (self, "lta");

  extension_fixture_assert_level (self, lta, "B-LTA");
  for (gsize i = 0; i < G_N_ELEMENTS (places); i++)
    {
      g_autofree char *content = NULL;
      gsize length = 0;
      char *found;

      g_assert_true (g_file_get_contents (lta, &content, &length, NULL));
      found = memmem (content, length, places[i].type, places[i].length);
      g_assert_nonnull (found);
      found[places[i].behind] ^= 1;
      {
        g_autofree char *changed = signet_test_write_file (self->dir, "changed.p7s", content, (gssize) length);

        g_assert_cmpint (extension_fixture_validate (self, changed, self->now + 2 * 365 * DAY, FALSE), !=, SIGNET_VERDICT_PASSED);
      }
    }
}

#define ADD(name, which, function) g_test_add ("/extension/" name, ExtensionFixture, which, set_up, function, extension_fixture_tear_down)

static void
set_up (ExtensionFixture *self, gconstpointer which)
{
  extension_fixture_set_up (self, which);
}

int
main (int argc, char **argv)
{
  signet_test_home ();
  g_test_init (&argc, &argv, NULL);
  ADD ("each-level", NULL, test_each_level);
  ADD ("signed-at-once", NULL, test_signed_at_once);
  ADD ("years-later", NULL, test_years_later);
  ADD ("renewed", &short_stamps, test_renewed);
  ADD ("not-due", NULL, test_not_due);
  ADD ("revoked-later", NULL, test_revoked_later);
  ADD ("revoked-before", NULL, test_revoked_before);
  ADD ("evidence-missing", NULL, test_evidence_missing);
  ADD ("sign-without-evidence", NULL, test_sign_without_evidence);
  ADD ("offline", NULL, test_offline);
  ADD ("refused", NULL, test_refused);
  ADD ("tampered", NULL, test_tampered);
  ADD ("text/each-level", &text, test_each_level);
  ADD ("text/signed-at-once", &text, test_signed_at_once);
  ADD ("text/years-later", &text, test_years_later);
  ADD ("text/renewed", &text_short_stamps, test_renewed);
  ADD ("text/not-due", &text, test_not_due);
  ADD ("text/revoked-later", &text, test_revoked_later);
  ADD ("text/evidence-missing", &text, test_evidence_missing);
  ADD ("text/tampered", &text, test_tampered_index);
  return g_test_run ();
}
