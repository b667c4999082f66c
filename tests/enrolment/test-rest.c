/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * test-rest.c: authorities with a JSON service, described by a profile: a portal with all its ways to go wrong, and `cfssl serve`. Software
 * token, plugin behind its wall, servers on loopback.
 */
#include "config.h"

#include <string.h>
#include <sys/prctl.h>

#include <signal.h>

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <openssl/pem.h>

#include "enrolment-world.h"
#include "signet-test-service.h"

#include "../../app/core/base/signet-base-error.h"
#include "../../app/core/enrolment/signet-lifecycle.h"

#define CODE "the-code-of-the-letter"

typedef struct {
  EnrolmentWorld *world;
  TestService    *portal;
} Fixture;

static const char *const answers[] = { "name", "Li Na (sample)", "organisation", "", "account", "li.na", "!login-code", CODE, NULL };

/* @options: what the portal gets besides its code; @changes: to the profile. Both (nullable). */
static void
start_portal (Fixture *fixture, const char *const *options, const char *const *changes)
{
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_autofree char *port = NULL;
  g_autofree char *chain = g_build_filename (enrolment_world_get_pki (), "chain.pem", NULL);

  g_ptr_array_add (argv, (gpointer) enrolment_world_get_pki ());
  g_ptr_array_add (argv, (gpointer) "--login-code");
  g_ptr_array_add (argv, (gpointer) CODE);
  for (gsize i = 0; options != NULL && options[i] != NULL; i++)
    g_ptr_array_add (argv, (gpointer) options[i]);
  g_ptr_array_add (argv, NULL);
  g_clear_pointer (&fixture->portal, test_service_stop);
  fixture->portal = test_service_start_with ("SIGNET_TEST_PORTAL", (const char *const *) argv->pdata);
  port = enrolment_world_port (fixture->portal->url);
  enrolment_world_add (fixture->world, "sample-portal", port, chain, changes);
  enrolment_world_open (fixture->world);
}

static Fixture *
fixture_new (const char *const *options, const char *const *changes)
{
  Fixture *fixture = g_new0 (Fixture, 1);

  fixture->world = enrolment_world_new ();
  start_portal (fixture, options, changes);
  return fixture;
}

static void
fixture_free (Fixture *fixture)
{
  g_clear_pointer (&fixture->world, enrolment_world_free);
  g_clear_pointer (&fixture->portal, test_service_stop);
  g_free (fixture);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Fixture, fixture_free)

static SignetRequest *
draft (Fixture *fixture)
{
  return enrolment_world_draft (fixture->world, "sample-portal", "ec-p256", answers);
}

/* --- the portal ---------------------------------------------------------------------------------------------------------------- */

static void
test_issued_at_once (void)
{
  g_autoptr (Fixture) fixture = fixture_new (NULL, NULL);
  g_autoptr (SignetRequest) request = draft (fixture);
  g_autoptr (GError) error = NULL;

  g_assert_true (enrolment_world_run (fixture->world, request, &error));
  g_assert_no_error (error);
  enrolment_world_assert_state (request, SIGNET_REQUEST_CONFIRMED);
  enrolment_world_assert_token (fixture->world, 1, 1);
  g_assert_false (enrolment_world_contains (CODE));
}

/* Two looks later, after a new start of the program. */
static void
test_waiting (void)
{
  g_autoptr (Fixture) fixture = fixture_new ((const char *const[]) { "--pending", "2", NULL }, NULL);
  g_autoptr (SignetRequest) request = draft (fixture);
  g_autoptr (SignetRequest) later = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (enrolment_world_run (fixture->world, request, &error));
  g_assert_no_error (error);
  enrolment_world_assert_state (request, SIGNET_REQUEST_WAITING);
  enrolment_world_assert_token (fixture->world, 1, 0);
  later = enrolment_world_reopen (fixture->world, request);
  enrolment_world_run_on (fixture->world, later);
  enrolment_world_assert_state (later, SIGNET_REQUEST_CONFIRMED);
  enrolment_world_assert_token (fixture->world, 1, 1);
}

/* A refusal after review: the authority's own words, in Chinese. */
static void
test_refused (void)
{
  g_autoptr (Fixture) fixture = fixture_new ((const char *const[]) { "--pending", "1", "--fault", "refuse", NULL }, NULL);
  g_autoptr (SignetRequest) request = draft (fixture);
  g_autoptr (GError) error = NULL;

  g_assert_true (enrolment_world_run (fixture->world, request, &error));
  enrolment_world_assert_state (request, SIGNET_REQUEST_WAITING);
  g_usleep (1200000);
  g_assert_false (enrolment_world_run (fixture->world, request, &error));
  g_assert_error (error, SIGNET_PLUGIN_ERROR, SIGNET_PLUGIN_ERROR_REJECTED);
  enrolment_world_assert_state (request, SIGNET_REQUEST_REJECTED);
  g_assert_nonnull (strstr (signet_request_get_error (request), "姓名与身份证件不一致"));
  enrolment_world_assert_token (fixture->world, 1, 0);
}

/* A refusal of the application itself comes with the status 200. */
static void
test_not_complete (void)
{
  g_autoptr (Fixture) fixture = fixture_new ((const char *const[]) { "--evidence", NULL }, NULL);
  g_autoptr (SignetRequest) request = draft (fixture);
  g_autoptr (GError) error = NULL;

  g_assert_false (enrolment_world_run (fixture->world, request, &error));
  g_assert_error (error, SIGNET_PLUGIN_ERROR, SIGNET_PLUGIN_ERROR_REJECTED);
  g_assert_nonnull (strstr (error->message, "缺少身份证明材料"));
  enrolment_world_assert_state (request, SIGNET_REQUEST_REJECTED);
}

/* A code mistyped once costs nothing: it is asked for again. */
static void
test_wrong_code (gconstpointer fault)
{
  g_autoptr (Fixture) fixture = fixture_new (fault != NULL ? (const char *const[]) { "--fault", fault, NULL } : NULL, NULL);
  const char *const wrong[] = { "name", "Li Na (sample)", "account", "li.na", "!login-code", "not this", NULL };
  g_autoptr (SignetRequest) request = enrolment_world_draft (fixture->world, "sample-portal", "ec-p256", wrong);
  g_autoptr (SignetTestInteraction) person = signet_test_interaction_new (WORLD_PIN, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (enrolment_world_run (fixture->world, request, &error));
  g_assert_error (error, SIGNET_PLUGIN_ERROR, SIGNET_PLUGIN_ERROR_WRONG_SECRET);
  g_assert_nonnull (strstr (error->message, "登录码"));
  g_assert_null (strstr (error->message, "not this"));
  g_clear_error (&error);
  start_portal (fixture, NULL, NULL);
  signet_test_interaction_set_value (person, "login-code", CODE);
  g_assert_true (signet_enrolment_run (fixture->world->enrolment, request, SIGNET_INTERACTION (person), NULL, &error));
  g_assert_no_error (error);
  enrolment_world_assert_state (request, SIGNET_REQUEST_CONFIRMED);
}

/* Bodies signed with a key that the plugin never sees. */
static void
test_signed_body (void)
{
  static const char *const changes[] = { "[Rest Submit]\n", "[Rest Submit]\nHeader-X-Signature={hmac:hmac-key}\n",
                                         "[Rest Accept]\n", "[Rest Accept]\nBody={}\nHeader-X-Signature={hmac:hmac-key}\n",
                                         "[Disclosure]\n", "[Field hmac-key]\nType=secret\nLabel=Key\n\n[Disclosure]\n", NULL };
  static const char *const right[] = { "name", "Li Na (sample)", "account", "a", "!login-code", CODE, "!hmac-key", "k\"ey \\ 钥匙", NULL };
  static const char *const wrong[] = { "name", "Li Na (sample)", "account", "a", "!login-code", CODE, "!hmac-key", "another", NULL };
  g_autoptr (Fixture) fixture = fixture_new ((const char *const[]) { "--signature-key", "k\"ey \\ 钥匙", NULL }, changes);
  g_autoptr (SignetRequest) good = enrolment_world_draft (fixture->world, "sample-portal", "ec-p256", right);
  g_autoptr (SignetRequest) bad = enrolment_world_draft (fixture->world, "sample-portal", "ec-p256", wrong);
  g_autoptr (GError) error = NULL;

  g_assert_false (enrolment_world_run (fixture->world, bad, &error));
  g_assert_error (error, SIGNET_PLUGIN_ERROR, SIGNET_PLUGIN_ERROR_WRONG_SECRET);
  g_assert_nonnull (strstr (error->message, "报文签名不正确"));
  g_clear_error (&error);
  g_assert_true (enrolment_world_run (fixture->world, good, &error));
  g_assert_no_error (error);
  enrolment_world_assert_state (good, SIGNET_REQUEST_CONFIRMED);
}

/* What a code may look like: it goes into JSON whole, and nothing around it changes. */
static void
test_odd_code (gconstpointer code)
{
  static const char *const names[] = { "--login-code", NULL };
  const char *const odd[] = { "name", "Li Na (sample)", "account", "{{a\"}", "!login-code", code, NULL };
  g_autoptr (Fixture) fixture = fixture_new ((const char *const[]) { names[0], code, NULL }, NULL);
  g_autoptr (SignetRequest) request = enrolment_world_draft (fixture->world, "sample-portal", "ec-p256", odd);
  g_autoptr (GError) error = NULL;

  g_assert_true (enrolment_world_run (fixture->world, request, &error));
  g_assert_no_error (error);
  enrolment_world_assert_state (request, SIGNET_REQUEST_CONFIRMED);
}

/* --- evidence, two certificates ------------------------------------------------------------------------------------------------------- */

static const char *const evidence_changes[] = {
  "\"agreed_terms\"", "\"evidence\": [{\"name\": \"{file-name:identity}\", \"content\": \"{file:identity}\"}], \"agreed_terms\"",
  "[Disclosure]\n", "[Field identity]\nType=file\nLabel=Identity document\n\n[Disclosure]\n", NULL
};

/* Three megabytes: too much for a line to the plugin, which never sees them. */
static void
test_evidence (gconstpointer kind)
{
  g_autoptr (Fixture) fixture = fixture_new ((const char *const[]) { "--evidence", NULL }, evidence_changes);
  g_autoptr (SignetRequest) request = draft (fixture);
  g_autofree char *path = g_build_filename (signet_test_home (), "身份证.pdf", NULL);
  g_autofree char *scan = g_malloc (3 * 1024 * 1024);
  g_autoptr (GError) error = NULL;

  memset (scan, 'x', 3 * 1024 * 1024);
  memcpy (scan, kind, strlen (kind));
  g_assert_true (g_file_set_contents (path, scan, 3 * 1024 * 1024, NULL));
  g_assert_true (signet_enrolment_attach (fixture->world->enrolment, request, "identity", path, &error));
  g_assert_no_error (error);
  if (g_str_has_prefix (kind, "%PDF-"))
    {
      g_assert_true (enrolment_world_run (fixture->world, request, &error));
      g_assert_no_error (error);
      enrolment_world_assert_state (request, SIGNET_REQUEST_CONFIRMED);
      return;
    }
  g_assert_false (enrolment_world_run (fixture->world, request, &error));
  g_assert_error (error, SIGNET_PLUGIN_ERROR, SIGNET_PLUGIN_ERROR_REJECTED);
  g_assert_nonnull (strstr (error->message, "身份证明材料须为"));
}

/* Nothing is attached: the whole list is left out of the body, and the portal says what it misses. */
static void
test_no_evidence (void)
{
  g_autoptr (Fixture) fixture = fixture_new ((const char *const[]) { "--evidence", NULL }, evidence_changes);
  g_autoptr (SignetRequest) request = draft (fixture);
  g_autoptr (GError) error = NULL;

  g_assert_false (enrolment_world_run (fixture->world, request, &error));
  g_assert_error (error, SIGNET_PLUGIN_ERROR, SIGNET_PLUGIN_ERROR_REJECTED);
  g_assert_nonnull (strstr (error->message, "缺少身份证明材料"));
}

#define ENCRYPTION "EncryptionCertificate=/data/encryption/certificate\nEncryptionKey=/data/encryption/key\n"

static const char *const pkcs12_changes[] = {
  "\"agreed_terms\"", "\"dual\": \"pkcs12\", \"agreed_terms\"", "[Rest Answer]\n", "[Rest Answer]\n" ENCRYPTION,
  "[Rest]\n", "[Rest]\nEncryptionKeyFormat=pkcs12\nEncryptionSecret=login-code\n", NULL
};

static const char *const cms_changes[] = {
  "\"agreed_terms\"", "\"dual\": \"cms\", \"transport_key\": \"{transport-key}\", \"agreed_terms\"", "[Rest Answer]\n", "[Rest Answer]\n" ENCRYPTION,
  "[Rest]\n", "[Rest]\nEncryptionKeyFormat=cms\n", NULL
};

/* The signing key made on the token, the encryption key by the authority: both are there in the end. */
static void
test_two_certificates (gconstpointer changes)
{
  g_autoptr (Fixture) fixture = fixture_new ((const char *const[]) { "--pending", "1", NULL }, changes);
  g_autoptr (SignetRequest) request = draft (fixture);
  g_autoptr (SignetRequest) later = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (enrolment_world_run (fixture->world, request, &error));
  g_assert_no_error (error);
  later = enrolment_world_reopen (fixture->world, request);
  enrolment_world_run_on (fixture->world, later);
  enrolment_world_assert_state (later, SIGNET_REQUEST_CONFIRMED);
  g_assert_nonnull (signet_request_get_encryption_certificate (later));
  g_assert_cmpstr (signet_request_get_encryption_note (later), ==, "imported");
  enrolment_world_assert_token (fixture->world, 2, 2);
}

/* --- renewal, and a certificate's life ------------------------------------------------------------------------------------------------- */

static SignetCertificate *
get_certificate (Fixture *fixture)
{
  g_autoptr (SignetRequest) request = draft (fixture);
  g_autoptr (GError) error = NULL;

  g_assert_true (enrolment_world_run (fixture->world, request, &error));
  g_assert_no_error (error);
  return g_object_ref (signet_request_get_certificate (request));
}

static GHashTable *
login_secrets (void)
{
  GHashTable *secrets = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) signet_secret_unref);

  g_hash_table_insert (secrets, (gpointer) "login-code", signet_secret_new ((const guint8 *) CODE, strlen (CODE)));
  return secrets;
}

/* @key_spec: (nullable): the same key again */
static void
test_renewal (gconstpointer key_spec)
{
  g_autoptr (Fixture) fixture = fixture_new (NULL, NULL);
  g_autoptr (SignetCertificate) current = get_certificate (fixture);
  g_autoptr (GHashTable) fields = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) secrets = login_secrets ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) fresh = signet_token_manager_refresh (fixture->world->tokens, NULL, NULL, &error);
  g_autoptr (SignetToken) token = signet_token_manager_find_token (fixture->world->tokens, "Sample", NULL, &error);
  g_autoptr (SignetRequest) renewal = NULL;

  g_hash_table_insert (fields, (gpointer) "account", (gpointer) "li.na");
  renewal = signet_enrolment_draft_renewal (fixture->world->enrolment, current, token, key_spec, fields, secrets, &error);
  g_assert_no_error (error);
  g_assert_true (signet_enrolment_agree (fixture->world->enrolment, renewal, &error));
  g_assert_true (enrolment_world_run (fixture->world, renewal, &error));
  g_assert_no_error (error);
  enrolment_world_assert_state (renewal, SIGNET_REQUEST_CONFIRMED);
  g_assert_cmpstr (signet_certificate_get_subject (signet_request_get_certificate (renewal)), ==, signet_certificate_get_subject (current));
  g_assert_cmpstr (signet_certificate_get_serial (signet_request_get_certificate (renewal)), !=, signet_certificate_get_serial (current));
  enrolment_world_assert_token (fixture->world, key_spec != NULL ? 2 : 1, key_spec != NULL ? 2 : 1);
}

/* (transfer full): done, or refused with the authority's words */
static SignetLifecycle *
act_on (Fixture *fixture, SignetCertificate *certificate, SignetLifecycleAct what, const char *reason, GError **error)
{
  g_autoptr (SignetTestInteraction) person = signet_test_interaction_new (WORLD_PIN, NULL);
  SignetLifecycle *act = signet_enrolment_ask_act (fixture->world->enrolment, certificate, what, reason, error);

  if (act == NULL)
    return NULL;
  signet_test_interaction_set_value (person, "login-code", CODE);
  signet_enrolment_run_act (fixture->world->enrolment, act, SIGNET_INTERACTION (person), NULL, error);
  return act;
}

static void
assert_status (Fixture *fixture, SignetCertificate *certificate, const char *status)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SignetLifecycle) act = act_on (fixture, certificate, SIGNET_LIFECYCLE_STATUS, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (signet_lifecycle_get_status (act), ==, status);
}

static void
test_life (void)
{
  static const struct { SignetLifecycleAct act; const char *reason; const char *after; } steps[] = {
    { SIGNET_LIFECYCLE_SUSPEND, NULL, "suspended" }, { SIGNET_LIFECYCLE_RESUME, NULL, "good" },
    { SIGNET_LIFECYCLE_REVOKE, "keyCompromise", "revoked" },
  };
  g_autoptr (Fixture) fixture = fixture_new (NULL, NULL);
  g_autoptr (SignetCertificate) certificate = get_certificate (fixture);
  g_autoptr (SignetLifecycle) refused = NULL;
  g_autoptr (GError) error = NULL;

  assert_status (fixture, certificate, "good");
  for (gsize i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      g_autoptr (SignetLifecycle) act = act_on (fixture, certificate, steps[i].act, steps[i].reason, &error);

      g_assert_no_error (error);
      g_assert_cmpint (signet_lifecycle_get_state (act), ==, SIGNET_LIFECYCLE_DONE);
      assert_status (fixture, certificate, steps[i].after);
    }
  /* what is revoked stays revoked, and the authority says so in its own words */
  refused = act_on (fixture, certificate, SIGNET_LIFECYCLE_RESUME, NULL, &error);
  g_assert_nonnull (error);
  g_assert_nonnull (strstr (error->message, "证书当前状态不允许该操作"));
}

/* --- what goes wrong ---------------------------------------------------------------------------------------------------------------- */

typedef struct {
  const char        *fault;
  GQuark           (*domain) (void);
  int                code;
  SignetRequestState state;
} Fault;

static const Fault faults[] = {
  { "wrong-key", signet_enrolment_error_quark, SIGNET_ENROLMENT_ERROR_WRONG_KEY, SIGNET_REQUEST_FAILED },
  { "wrong-issuer", signet_enrolment_error_quark, SIGNET_ENROLMENT_ERROR_WRONG_ISSUER, SIGNET_REQUEST_FAILED },
  { "ca-certificate", signet_enrolment_error_quark, SIGNET_ENROLMENT_ERROR_WRONG_KIND, SIGNET_REQUEST_FAILED },
  { "not-a-certificate", signet_enrolment_error_quark, SIGNET_ENROLMENT_ERROR_WRONG_KIND, SIGNET_REQUEST_FAILED },
  { "no-certificate", signet_plugin_error_quark, SIGNET_PLUGIN_ERROR_FAILED, SIGNET_REQUEST_SUBMITTED },
  { "wrong-type", signet_plugin_error_quark, SIGNET_PLUGIN_ERROR_FAILED, SIGNET_REQUEST_SUBMITTED },
  { "error-500", signet_plugin_error_quark, SIGNET_PLUGIN_ERROR_TRY_LATER, SIGNET_REQUEST_SUBMITTED },
  { "html", signet_plugin_error_quark, SIGNET_PLUGIN_ERROR_FAILED, SIGNET_REQUEST_SUBMITTED },
  { "garbage", signet_plugin_error_quark, SIGNET_PLUGIN_ERROR_FAILED, SIGNET_REQUEST_SUBMITTED },
  { "deep", signet_plugin_error_quark, SIGNET_PLUGIN_ERROR_FAILED, SIGNET_REQUEST_SUBMITTED },
  { "huge", signet_base_error_quark, SIGNET_BASE_ERROR_TOO_LARGE, SIGNET_REQUEST_SUBMITTED },
  { "elsewhere", signet_http_error_quark, SIGNET_HTTP_ERROR_REDIRECTED, SIGNET_REQUEST_SUBMITTED },
};

/* Nothing of it ends up on the token; when the portal is mended the same request goes through with the same key. */
static void
test_fault (gconstpointer data)
{
  const Fault *fault = data;
  g_autoptr (Fixture) fixture = fixture_new ((const char *const[]) { "--fault", fault->fault, NULL }, NULL);
  g_autoptr (SignetRequest) request = draft (fixture);
  g_autoptr (SignetRequest) later = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_false (enrolment_world_run (fixture->world, request, &error));
  g_assert_error (error, fault->domain (), fault->code);
  enrolment_world_assert_state (request, fault->state);
  enrolment_world_assert_token (fixture->world, 1, 0);
  start_portal (fixture, NULL, NULL);
  later = enrolment_world_reopen (fixture->world, request);
  g_clear_error (&error);
  g_assert_true (enrolment_world_run (fixture->world, later, &error));
  g_assert_no_error (error);
  enrolment_world_assert_state (later, SIGNET_REQUEST_CONFIRMED);
  enrolment_world_assert_token (fixture->world, 1, 1);
}

static void
on_give_up_cb (gpointer data)
{
  g_cancellable_cancel (data);
}

static gpointer
give_up_later (gpointer cancellable)
{
  g_usleep (2 * G_USEC_PER_SEC);
  on_give_up_cb (cancellable);
  return NULL;
}

/* A byte now and then, for ever: whoever waits can give up, and goes on later. */
static void
test_drip (void)
{
  g_autoptr (Fixture) fixture = fixture_new ((const char *const[]) { "--fault", "drip", NULL }, NULL);
  g_autoptr (SignetRequest) request = draft (fixture);
  g_autoptr (SignetTestInteraction) person = signet_test_interaction_new (WORLD_PIN, NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  GThread *thread = g_thread_new ("give-up", give_up_later, cancellable);

  g_assert_false (signet_enrolment_run (fixture->world->enrolment, request, SIGNET_INTERACTION (person), cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_thread_join (thread);
  g_clear_error (&error);
  start_portal (fixture, NULL, NULL);
  g_assert_true (enrolment_world_run (fixture->world, request, &error));
  g_assert_no_error (error);
  enrolment_world_assert_state (request, SIGNET_REQUEST_CONFIRMED);
}

/* --- profiles that cannot work -------------------------------------------------------------------------------------------------------- */

typedef struct { const char *name; const char *from; const char *to; const char *message; } BadProfile;

static const BadProfile bad_profiles[] = {
  { "unknown-key", "[Rest Submit]\n", "[Rest Submit]\nPaht=x\n", "[Rest Submit] Paht: no such key" },
  { "unknown-group", "[Rest Submit]\n", "[Rest Sumbit]\n", "[Rest Sumbit]: no such group" },
  { "unknown-answer", "Reason=/data/reason\n", "Raeson=/data/reason\n", "[Rest Answer] Raeson: no such key" },
  { "pointer", "Cookie=/data/id", "Cookie=data.id", "[Rest Answer] Cookie: is no JSON pointer" },
  { "body", "Body={\"csr\": \"{csr:pem}\"}", "Body={\"csr\": {csr:pem}}", "[Rest Renew] Body: is not JSON" },
  { "place", "Path=applications/{cookie}\n", "Path=applications/{cokie}\n", "[Rest Poll] Path: names nothing that is known" },
  { "too-early", "Path=applications\n", "Path=applications/{cookie}\n", "[Rest Submit] Path: this value is not there at this step" },
  { "other-secret", "{secret:login-code}", "{secret:pin}", "[Rest Login] Body: a secret is one of" },
  { "secret-in-path", "Path=terms\n", "Path=terms/{secret:login-code}\n", "[Rest Terms] Path: a secret, a file or an HMAC cannot stand here" },
  { "no-field", "{field:account}", "{field:user}", "[Rest Login] Body: names a field that has no group [Field" },
  { "other-host", "Path=chain\n", "Path=https://elsewhere.example/\n", "[Rest Chain] Path: is what comes after" },
  { "upwards", "Path=chain\n", "Path=../chain\n", "[Rest Chain] Path: is what comes after" },
  { "method", "Method=GET\nPath=chain\n", "Method=DELETE\nPath=chain\n", "[Rest Chain] Method: is GET or POST" },
  { "no-session", "Session=/data/session\n", "", "[Rest Login] Session: is required" },
  { "interval", "CheckAfter=60\n", "CheckAfter=soon\n", "[Rest] CheckAfter: is a number of seconds" },
};

/* Told before anybody types anything, with group and key. */
static void
test_bad_profile (gconstpointer data)
{
  const BadProfile *bad = data;
  const char *const changes[] = { bad->from, bad->to, NULL };
  g_autoptr (Fixture) fixture = fixture_new (NULL, changes);
  g_autoptr (GError) error = NULL;
  SignetAuthority *authority = signet_enrolment_find_authority (fixture->world->enrolment, "sample-portal", &error);
  g_autoptr (SignetForm) form = signet_enrolment_get_form (fixture->world->enrolment, authority, NULL, &error);

  g_assert_null (form);
  g_assert_error (error, SIGNET_PLUGIN_ERROR, SIGNET_PLUGIN_ERROR_FAILED);
  if (strstr (error->message, bad->message) == NULL)
    g_error ("“%s” does not say “%s”", error->message, bad->message);
}

/* --- cfssl ---------------------------------------------------------------------------------------------------------------------------- */

#define CFSSL "/usr/bin/cfssl"
#define CFSSL_KEY "0123456789ABCDEF0123456789ABCDEF"

static const char cfssl_config[] =
  "{\"signing\": {\"default\": {\"expiry\": \"24h\"}, \"profiles\": {\"signature\": {\"usages\": [\"digital signature\", \"content commitment\"],"
  " \"expiry\": \"8760h\", \"auth_key\": \"office\"}}}, \"auth_keys\": {\"office\": {\"type\": \"standard\", \"key\": \"" CFSSL_KEY "\"}}}";

/* A port nobody has now: cfssl cannot be told to take any. */
static guint16
free_port (void)
{
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();
  guint16 port = g_socket_listener_add_any_inet_port (listener, NULL, NULL);

  g_assert_cmpuint (port, !=, 0);
  return port;
}

static gboolean
answers_at (guint16 port)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) connection = g_socket_client_connect_to_host (client, "127.0.0.1", port, NULL, NULL);

  return connection != NULL;
}

static void
on_child_setup_cb (gpointer data)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

static GSubprocess *
start_cfssl (guint16 port)
{
  g_autofree char *config = g_build_filename (g_getenv ("SIGNET_USER_DIR"), "cfssl.json", NULL);
  g_autofree char *ca = g_build_filename (enrolment_world_get_pki (), "ca.pem", NULL);
  g_autofree char *key = g_build_filename (enrolment_world_get_pki (), "ca.key", NULL);
  g_autofree char *number = g_strdup_printf ("-port=%u", port);
  g_autofree char *with_ca = g_strconcat ("-ca=", ca, NULL);
  g_autofree char *with_key = g_strconcat ("-ca-key=", key, NULL);
  g_autofree char *with_config = g_strconcat ("-config=", config, NULL);
  const char *const argv[] = { CFSSL, "serve", "-address=127.0.0.1", number, with_ca, with_key, with_config, "-loglevel=5", NULL };
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  g_autoptr (GError) error = NULL;
  GSubprocess *process;

  g_assert_true (g_file_set_contents (config, cfssl_config, -1, NULL));
  g_subprocess_launcher_set_child_setup (launcher, on_child_setup_cb, NULL, NULL);
  process = g_subprocess_launcher_spawnv (launcher, argv, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < 400 && !answers_at (port); i++)
    g_usleep (25000);
  return process;
}

/* The authenticated interface of a server that knows nothing of us: the HMAC under a key in hexadecimal, over what is in the envelope. */
static void
test_cfssl (gconstpointer key)
{
  g_autoptr (EnrolmentWorld) world = NULL;
  g_autofree char *chain = g_build_filename (enrolment_world_get_pki (), "chain.pem", NULL);
  const char *const filled[] = { "name", "Li Na (sample)", "!hmac-key", key, NULL };
  g_autoptr (GSubprocess) cfssl = NULL;
  g_autoptr (SignetRequest) request = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *port_text = NULL;
  guint16 port = free_port ();

  if (!g_file_test (CFSSL, G_FILE_TEST_IS_EXECUTABLE))
    {
      g_test_skip ("cfssl is not here (Debian: golang-cfssl)");
      return;
    }
  world = enrolment_world_new ();
  cfssl = start_cfssl (port);
  port_text = g_strdup_printf ("%u", port);
  enrolment_world_add (world, "sample-cfssl", port_text, chain, NULL);
  enrolment_world_open (world);
  request = enrolment_world_draft (world, "sample-cfssl", "rsa-3072", filled);
  if (strcmp (key, CFSSL_KEY) == 0)
    {
      g_assert_true (enrolment_world_run (world, request, &error));
      g_assert_no_error (error);
      enrolment_world_assert_state (request, SIGNET_REQUEST_CONFIRMED);
      enrolment_world_assert_token (world, 1, 1);
      g_assert_false (enrolment_world_contains (CFSSL_KEY));
    }
  else
    {
      g_assert_false (enrolment_world_run (world, request, &error));
      g_assert_error (error, SIGNET_PLUGIN_ERROR, SIGNET_PLUGIN_ERROR_WRONG_SECRET);
      enrolment_world_assert_token (world, 1, 0);
    }
  g_subprocess_force_exit (cfssl);
  g_subprocess_wait (cfssl, NULL, NULL);
}

static void
add_faults (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      g_autofree char *path = g_strconcat ("/rest/fault/", faults[i].fault, NULL);
      g_test_add_data_func (path, &faults[i], test_fault);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (bad_profiles); i++)
    {
      g_autofree char *path = g_strconcat ("/rest/profile/", bad_profiles[i].name, NULL);
      g_test_add_data_func (path, &bad_profiles[i], test_bad_profile);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  enrolment_world_prepare ();
  g_test_add_func ("/rest/issued-at-once", test_issued_at_once);
  g_test_add_func ("/rest/waiting", test_waiting);
  g_test_add_func ("/rest/refused", test_refused);
  g_test_add_func ("/rest/not-complete", test_not_complete);
  g_test_add_data_func ("/rest/wrong-code", NULL, test_wrong_code);
  g_test_add_data_func ("/rest/expired-code", "expired-code", test_wrong_code);
  g_test_add_func ("/rest/signed-body", test_signed_body);
  g_test_add_data_func ("/rest/odd-code/quotes", "a\"b\\c\n{{$secret}}", test_odd_code);
  g_test_add_data_func ("/rest/odd-code/chinese", "登录码 🔑", test_odd_code);
  g_test_add_data_func ("/rest/evidence/pdf", "%PDF-1.4 sample", test_evidence);
  g_test_add_data_func ("/rest/evidence/other", "MZ", test_evidence);
  g_test_add_func ("/rest/evidence/none", test_no_evidence);
  g_test_add_data_func ("/rest/two-certificates/pkcs12", pkcs12_changes, test_two_certificates);
  g_test_add_data_func ("/rest/two-certificates/cms", cms_changes, test_two_certificates);
  g_test_add_data_func ("/rest/renewal/same-key", NULL, test_renewal);
  g_test_add_data_func ("/rest/renewal/new-key", "ec-p256", test_renewal);
  g_test_add_func ("/rest/life", test_life);
  add_faults ();
  g_test_add_func ("/rest/drip", test_drip);
  g_test_add_data_func ("/rest/cfssl/right-key", CFSSL_KEY, test_cfssl);
  g_test_add_data_func ("/rest/cfssl/wrong-key", "ABCDEF0123456789ABCDEF0123456789", test_cfssl);
  g_test_add_data_func ("/rest/cfssl/no-hexadecimal", "not hexadecimal", test_cfssl);
  return g_test_run ();
}
