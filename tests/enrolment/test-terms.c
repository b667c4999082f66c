/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * test-terms.c: what an authority's plugin tells before a request: shown and kept instead of what its profile says, made safe, held to limits; and a
 * plugin that tells nonsense, or cannot be asked, or names a document on somebody else's server.
 */
#include "config.h"

#include <string.h>

#include "flow-fixture.h"

#include "../../app/core/enrolment/signet-disclosure.h"

/* What the profile says, after its [Issuance]. */
#define FILED "\n[Disclosure]\nTerms=Filed terms (sample)\nFees=Filed fees (sample)\nLiability=Filed liability (sample)\n"

static SignetAuthority *
desk_of (Flow *flow)
{
  g_autoptr (GError) error = NULL;
  SignetAuthority *authority = signet_enrolment_find_authority (flow->world->enrolment, "sample-desk", &error);

  g_assert_no_error (error);
  return authority;
}

/* A flow whose plugin discloses @json. */
static Flow *
flow_telling (const char *json)
{
  g_autofree char *line = g_strdup_printf ("Disclose=%s\n" FILED, json);

  return flow_new (NULL, NULL, line);
}

static gboolean
ask (Flow *flow, GError **error)
{
  g_autoptr (SignetInteraction) person = flow_person_new (NULL);

  return signet_enrolment_ask_terms (flow->world->enrolment, desk_of (flow), person, NULL, error);
}

static void
assert_term (Flow *flow, const char *key, const char *text)
{
  g_autofree char *told = signet_enrolment_dup_term (flow->world->enrolment, desk_of (flow), key);

  g_assert_cmpstr (told, ==, text);
}

static const SignetDisclosure *
find_kept (GPtrArray *all, const char *key)
{
  for (guint i = 0; i < all->len; i++)
    if (g_str_equal (((SignetDisclosure *) all->pdata[i])->key, key))
      return all->pdata[i];
  return NULL;
}

/* What it tells takes the place of the profile's words; what it says nothing of stays; the whole is kept with the request, with hashes. */
static void
test_kept (void)
{
  g_autoptr (Flow) flow = flow_telling ("{\"terms\": {\"Fees\": \"今天免费 (sample)\", \"DataUse\": \"two\\\\nlines\", \"Weather\": \"fine\"}}");
  g_autoptr (SignetRequest) request = NULL;
  g_autoptr (GPtrArray) kept = NULL;
  g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, "今天免费 (sample)", -1);
  g_autofree char *filed = g_strdup (signet_authority_get_disclosure (desk_of (flow), "Terms"));
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (filed);
  g_assert_true (ask (flow, &error));
  g_assert_no_error (error);
  assert_term (flow, "Fees", "今天免费 (sample)");
  assert_term (flow, "DataUse", "two lines");
  assert_term (flow, "Terms", filed);
  request = flow_draft (flow);
  flow_run_to_end (flow, request);
  kept = signet_enrolment_list_disclosures (flow->world->enrolment, request, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (find_kept (kept, "Fees")->text, ==, "今天免费 (sample)");
  g_assert_cmpstr (find_kept (kept, "Fees")->sha256, ==, hash);
  g_assert_cmpstr (find_kept (kept, "Terms")->text, ==, filed);
  g_assert_null (find_kept (kept, "Weather"));
}

/* A request that was drafted elsewhere: the walk itself asks, before the person is shown anything. */
static void
test_asked_on_the_way (void)
{
  g_autoptr (Flow) flow = flow_telling ("{\"terms\": {\"Fees\": \"7 EUR\"}}");
  g_autoptr (GHashTable) fields = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (SignetToken) token = signet_token_manager_find_token (flow->world->tokens, "Sample", NULL, NULL);
  g_autoptr (SignetRequest) request = NULL;
  g_autoptr (GPtrArray) kept = NULL;

  g_hash_table_insert (fields, (gpointer) "name", (gpointer) "Li Na (sample)");
  request = signet_enrolment_draft (flow->world->enrolment, desk_of (flow), token, "ec-p256", fields, NULL, NULL);
  flow_run_to_end (flow, request);
  kept = signet_enrolment_list_disclosures (flow->world->enrolment, request, NULL);
  g_assert_cmpstr (find_kept (kept, "Fees")->text, ==, "7 EUR");
}

/* Told anew after the person agreed: what changed is named. */
static void
test_changed (void)
{
  g_autoptr (Flow) flow = flow_telling ("{\"terms\": {\"Fees\": \"7 EUR\"}}");
  g_autoptr (SignetRequest) request = NULL;
  g_auto (GStrv) changed = NULL;
  gint64 agreed;

  g_assert_true (ask (flow, NULL));
  request = flow_draft (flow);
  flow_run_to_end (flow, request);
  flow_write_profile (flow, "Disclose={\"terms\": {\"Fees\": \"8 EUR\"}}\n" FILED);
  g_assert_true (ask (flow, NULL));
  changed = signet_enrolment_dup_changed_terms (flow->world->enrolment, desk_of (flow), &agreed);
  g_assert_nonnull (changed);
  g_assert_cmpuint (g_strv_length (changed), ==, 1);
  g_assert_cmpstr (changed[0], ==, "Fees");
}

/* Escapes of terminals, text that runs backwards, lines that could look like ours, a text without end: none takes effect. */
static void
test_hostile (void)
{
  g_autoptr (GString) json = g_string_new ("{\"terms\": {\"Fees\": \"free\\\\u001b[2J\\\\u202egnp.exe\\\\n\\\\nSignet: agreed\", \"Terms\": \"");
  g_autoptr (Flow) flow = NULL;
  g_autofree char *fees = NULL;
  g_autofree char *terms = NULL;

  for (guint i = 0; i < 30000; i++)
    g_string_append (json, "长");
  g_string_append (json, "\", \"Liability\": \"\"}}");
  flow = flow_telling (json->str);
  g_assert_true (ask (flow, NULL));
  fees = signet_enrolment_dup_term (flow->world->enrolment, desk_of (flow), "Fees");
  terms = signet_enrolment_dup_term (flow->world->enrolment, desk_of (flow), "Terms");
  g_assert_null (strchr (fees, 0x1b));
  g_assert_null (strchr (fees, '\n'));
  g_assert_null (strstr (fees, "\u202e"));
  g_assert_true (g_str_has_prefix (fees, "free"));
  g_assert_cmpint (g_utf8_strlen (terms, -1), <=, 20000);
  /* empty is nothing told: what is filed is not hidden by it */
  assert_term (flow, "Liability", signet_authority_get_disclosure (desk_of (flow), "Liability"));
}

static void
test_nonsense (gconstpointer json)
{
  g_autoptr (Flow) flow = flow_telling (json);
  g_autoptr (SignetRequest) request = NULL;
  g_autoptr (GPtrArray) kept = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_false (ask (flow, &error));
  g_assert_error (error, SIGNET_PLUGIN_ERROR, SIGNET_PLUGIN_ERROR_PROTOCOL);
  assert_term (flow, "Fees", signet_authority_get_disclosure (desk_of (flow), "Fees"));
  request = flow_draft (flow);
  flow_run_to_end (flow, request);
  kept = signet_enrolment_list_disclosures (flow->world->enrolment, request, NULL);
  g_assert_cmpstr (find_kept (kept, "Fees")->text, ==, signet_authority_get_disclosure (desk_of (flow), "Fees"));
}

/* The service that would say it is down: what is filed stands, and the reason is told. */
static void
test_down (void)
{
  g_autoptr (Flow) flow = flow_new (NULL, NULL, "DiscloseFrom=service\n" FILED);
  g_autoptr (GError) error = NULL;

  g_clear_pointer (&flow->desk, test_service_stop);
  g_assert_false (ask (flow, &error));
  g_assert_nonnull (error);
  assert_term (flow, "Fees", signet_authority_get_disclosure (desk_of (flow), "Fees"));
}

/* A plugin has no network; a practice statement it names must not lend it ours. */
static void
test_foreign_document (void)
{
  g_autoptr (Flow) flow = flow_telling ("{\"terms\": {\"Cps\": \"http://localhost:9/told-to-a-stranger\"}}");
  g_autoptr (SignetRequest) request = NULL;
  g_autoptr (GPtrArray) kept = NULL;
  g_autofree char *sha256 = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (ask (flow, NULL));
  g_assert_false (signet_enrolment_fetch_cps (flow->world->enrolment, desk_of (flow), 5, &sha256, NULL, &error));
  g_assert_nonnull (strstr (error->message, "own servers"));
  request = flow_draft (flow);
  flow_run_to_end (flow, request);
  kept = signet_enrolment_list_disclosures (flow->world->enrolment, request, NULL);
  g_assert_cmpstr (find_kept (kept, "Cps")->text, ==, "http://localhost:9/told-to-a-stranger");
  g_assert_null (find_kept (kept, "Cps")->document_sha256);
  g_assert_nonnull (strstr (find_kept (kept, "Cps")->problem, "own servers"));
}

int
main (int argc, char **argv)
{
  static const char *const nonsense[] = { "[]", "{}", "{\"terms\": []}", "{\"terms\": {\"Fees\": 5}}", "{\"terms\": {\"Fees\": [\"5\"]}}",
                                          "{\"terms\": {\"Fees\": null}}" };

  flow_program = argv[0];
  if (argc >= 3 && g_str_equal (argv[1], "--child-run"))
    return flow_child_run (argv[2], argv[3]);
  g_test_init (&argc, &argv, NULL);
  enrolment_world_prepare ();
  g_test_add_func ("/terms/kept", test_kept);
  g_test_add_func ("/terms/asked-on-the-way", test_asked_on_the_way);
  g_test_add_func ("/terms/changed", test_changed);
  g_test_add_func ("/terms/hostile", test_hostile);
  for (gsize i = 0; i < G_N_ELEMENTS (nonsense); i++)
    {
      g_autofree char *path = g_strdup_printf ("/terms/nonsense/%" G_GSIZE_FORMAT, i);

      g_test_add_data_func (path, nonsense[i], test_nonsense);
    }
  g_test_add_func ("/terms/down", test_down);
  g_test_add_func ("/terms/foreign-document", test_foreign_document);
  return g_test_run ();
}
