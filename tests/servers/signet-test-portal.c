/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-test-portal.c: a CA with a portal of its own making, as many have: JSON over HTTP, a login code, evidence files, people who
 * look at the application, terms, two certificates, renewal, revocation, suspension. For tests and the walk through the guide.
 *
 *   signet-test-portal DIR --port-file F [--port N] [--login-code C] [--pending N] [--check-after S] [--evidence] [--signature-key K]
 *                      [--fault NAME]
 *
 * DIR is a test PKI (signet-test-ca init). Loopback only; it believes every name. The interface is described in PORTAL.md beside this.
 */
#include "config.h"

#include "signet-test-portal.h"

#include <string.h>

#include <gio/gio.h>
#include <openssl/pem.h>

#include "signet-test-delivery.h"
#include "signet-test-issue.h"

#define TERMS_VERSION "2026-03"
#define SESSION_SECONDS 600

typedef struct {
  char     *id;
  char     *reference;      /* (nullable): the client's own: asked again with it, the same application answers */
  X509_REQ *csr;
  int       polls;
  gboolean  dual;
  char     *passphrase;     /* (nullable): else the transport key */
  GBytes   *transport;      /* (nullable) */
  X509     *certificate;    /* (nullable): once issued */
  TestDelivery *encryption; /* (nullable) */
  gboolean  confirmed;
} Application;

static void
application_free (gpointer data)
{
  Application *application = data;

  g_free (application->id);
  g_free (application->reference);
  X509_REQ_free (application->csr);
  g_free (application->passphrase);
  g_clear_pointer (&application->transport, g_bytes_unref);
  X509_free (application->certificate);
  test_delivery_free (application->encryption);
  g_free (application);
}

static gboolean
has_fault (PortalCall *call, const char *fault)
{
  return g_strcmp0 (call->portal->fault, fault) == 0;
}

/* --- pieces of an answer --------------------------------------------------------------------------------------------------- */

static char *
to_pem (X509 *certificate)
{
  BIO *bio = BIO_new (BIO_s_mem ());
  char *data, *pem;
  long length;

  PEM_write_bio_X509 (bio, certificate);
  length = BIO_get_mem_data (bio, &data);
  pem = g_strndup (data, (gsize) length);
  BIO_free (bio);
  return pem;
}

static JsonArray *
chain_array (Portal *portal)
{
  JsonArray *chain = json_array_new ();
  g_autofree char *ca = to_pem (portal->pki->ca);
  g_autofree char *root = to_pem (portal->pki->root);

  json_array_add_string_element (chain, ca);
  json_array_add_string_element (chain, root);
  return chain;
}

static JsonObject *
encryption_object (Application *application)
{
  JsonObject *object = json_object_new ();
  g_autofree char *pem = to_pem (application->encryption->certificate);
  gsize length;
  const guchar *data = g_bytes_get_data (application->encryption->key, &length);
  g_autofree char *key = g_base64_encode (data, length);

  json_object_set_string_member (object, "certificate", pem);
  json_object_set_string_member (object, "key", key);
  json_object_set_string_member (object, "key_format", application->passphrase != NULL ? "pkcs12" : "cms");
  return object;
}

/* --- terms, login, chain ------------------------------------------------------------------------------------------------------ */

static void
tell_terms (PortalCall *call)
{
  call->data = json_object_new ();
  json_object_set_string_member (call->data, "version", TERMS_VERSION);
  json_object_set_string_member (call->data, "terms", "本服务仅供试用，所签发的证书不具有法律效力。（示例）");
  json_object_set_string_member (call->data, "cps", "https://portal.example/cps");
  json_object_set_string_member (call->data, "fees", "免费（示例）");
  json_object_set_string_member (call->data, "data_use", "材料仅用于核验身份，保存五年。（示例）");
  json_object_set_string_member (call->data, "liability", "无（示例）");
}

static void
log_in (PortalCall *call)
{
  const char *account = portal_text (call->asked, "account");
  const char *code = portal_text (call->asked, "login_code");
  g_autofree char *session = g_uuid_string_random ();

  if (has_fault (call, "expired-code"))
    portal_refuse (call, 1002, "登录码已过期，请向受理点重新领取");
  else if (account == NULL || g_strcmp0 (code, call->portal->login_code) != 0)
    portal_refuse (call, 1001, "账号或登录码错误");
  else
    {
      g_hash_table_insert (call->portal->sessions, g_strdup (session), g_strdup (account));
      call->data = json_object_new ();
      json_object_set_string_member (call->data, "session", session);
      json_object_set_int_member (call->data, "expires_in", SESSION_SECONDS);
    }
}

static void
tell_chain (PortalCall *call)
{
  call->data = json_object_new ();
  json_object_set_array_member (call->data, "certificates", chain_array (call->portal));
}

/* --- an application -------------------------------------------------------------------------------------------------------------- */

static X509_REQ *
read_csr (PortalCall *call)
{
  const char *pem = portal_text (call->asked, "csr");
  BIO *bio = pem != NULL ? BIO_new_mem_buf (pem, -1) : NULL;
  X509_REQ *csr = bio != NULL ? PEM_read_bio_X509_REQ (bio, NULL, NULL, NULL) : NULL;

  BIO_free (bio);
  if (csr != NULL && X509_REQ_verify (csr, X509_REQ_get0_pubkey (csr)) == 1)
    return csr;
  X509_REQ_free (csr);
  portal_refuse (call, 2001, "证书请求无法读取，或其签名不正确");
  return NULL;
}

static gboolean
is_known_type (const guchar *data, gsize length)
{
  return (length > 5 && memcmp (data, "%PDF-", 5) == 0) || (length > 8 && memcmp (data, "\x89PNG\r\n\x1a\n", 8) == 0) ||
         (length > 3 && memcmp (data, "\xff\xd8\xff", 3) == 0);
}

/* Each {"name", "content" (base64)}; PDF, PNG or JPEG. */
static gboolean
check_evidence (PortalCall *call)
{
  JsonNode *node = json_object_get_member (call->asked, "evidence");
  JsonArray *files = node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  guint length = files != NULL ? json_array_get_length (files) : 0;

  if (length == 0)
    return !call->portal->need_evidence || portal_refuse (call, 2002, "缺少身份证明材料");
  for (guint i = 0; i < length; i++)
    {
      JsonNode *file = json_array_get_element (files, i);
      const char *text = JSON_NODE_HOLDS_OBJECT (file) ? portal_text (json_node_get_object (file), "content") : NULL;
      gsize size = 0;
      g_autofree guchar *data = text != NULL ? g_base64_decode (text, &size) : NULL;

      if (!is_known_type (data, size))
        return portal_refuse (call, 2003, "身份证明材料须为 PDF、PNG 或 JPEG 文件");
    }
  return TRUE;
}

/* "dual": "pkcs12" (under the login code) or "cms" (to "transport_key") */
static gboolean
read_dual (PortalCall *call, Application *application)
{
  const char *dual = portal_text (call->asked, "dual");
  const char *transport = portal_text (call->asked, "transport_key");
  gsize length = 0;
  guchar *data;

  application->dual = dual != NULL;
  if (dual == NULL)
    return TRUE;
  if (strcmp (dual, "pkcs12") == 0)
    application->passphrase = g_strdup (call->portal->login_code);
  else if (transport != NULL)
    {
      data = g_base64_decode (transport, &length);
      application->transport = g_bytes_new_take (data, length);
    }
  return application->passphrase != NULL || length > 0 || portal_refuse (call, 2007, "加密证书需要传输密钥");
}

static void
issue (PortalCall *call, Application *application)
{
  Portal *portal = call->portal;
  g_autoptr (GError) error = NULL;

  application->certificate = test_issue (portal->pki, X509_REQ_get0_pubkey (application->csr), X509_REQ_get_subject_name (application->csr),
                                         portal->fault, &error);
  if (application->certificate != NULL && application->dual)
    application->encryption = test_delivery_make (portal->pki, X509_REQ_get_subject_name (application->csr), application->passphrase,
                                                  application->transport, &error);
  if (application->certificate == NULL || (application->dual && application->encryption == NULL))
    {
      g_printerr ("signet-test-portal: %s\n", error->message);
      g_clear_pointer (&application->certificate, X509_free);
      portal_refuse (call, 5000, "签发失败");
    }
}

static void
tell_issued (PortalCall *call, Application *application)
{
  g_autofree char *pem = has_fault (call, "no-certificate") ? NULL : to_pem (application->certificate);

  json_object_set_string_member (call->data, "status", "issued");
  if (has_fault (call, "wrong-type"))
    json_object_set_int_member (call->data, "certificate", 42);
  else if (has_fault (call, "not-a-certificate"))
    json_object_set_string_member (call->data, "certificate", "5LiN5piv6K+B5Lmm");
  else if (pem != NULL)
    json_object_set_string_member (call->data, "certificate", pem);
  json_object_set_array_member (call->data, "chain", chain_array (call->portal));
  if (application->encryption != NULL)
    json_object_set_object_member (call->data, "encryption", encryption_object (application));
}

static void
tell_application (PortalCall *call, Application *application)
{
  if (application->certificate == NULL && application->polls >= call->portal->pending && !has_fault (call, "refuse"))
    issue (call, application);
  if (call->code != 0)
    return;
  call->data = json_object_new ();
  json_object_set_string_member (call->data, "id", application->id);
  if (application->certificate != NULL)
    tell_issued (call, application);
  else if (application->polls < call->portal->pending)
    {
      application->polls++;
      json_object_set_string_member (call->data, "status", "pending");
      json_object_set_int_member (call->data, "retry_after", call->portal->check_after);
    }
  else
    {
      json_object_set_string_member (call->data, "status", "refused");
      json_object_set_string_member (call->data, "reason", "姓名与身份证件不一致，请持身份证原件到受理点办理（示例）");
    }
}

/* (nullable): sent before; its answer may have been lost */
static Application *
find_by_reference (PortalCall *call)
{
  const char *reference = portal_text (call->asked, "reference");
  GHashTableIter iter;
  gpointer application;

  g_hash_table_iter_init (&iter, call->portal->applications);
  while (reference != NULL && *reference != '\0' && g_hash_table_iter_next (&iter, NULL, &application))
    if (g_strcmp0 (((Application *) application)->reference, reference) == 0)
      return application;
  return NULL;
}

static void
file_application (PortalCall *call, Application *application)
{
  Portal *portal = call->portal;

  application->reference = g_strdup (portal_text (call->asked, "reference"));

  application->id = g_strdup_printf ("A-%06u", ++portal->n_applications);
  g_hash_table_replace (portal->applications, application->id, application);
  tell_application (call, application);
}

static void
apply (PortalCall *call)
{
  Application *application = g_new0 (Application, 1);

  if (find_by_reference (call) != NULL)
    tell_application (call, find_by_reference (call));
  else if (g_strcmp0 (portal_text (call->asked, "agreed_terms"), TERMS_VERSION) != 0)
    portal_refuse (call, 2004, "您尚未同意最新版本的服务协议");
  else if (check_evidence (call) && read_dual (call, application) && (application->csr = read_csr (call)) != NULL)
    {
      file_application (call, application);
      return;
    }
  application_free (application);
}

static Application *
find_application (PortalCall *call)
{
  Application *application = g_hash_table_lookup (call->portal->applications, call->argument);

  if (application == NULL)
    portal_refuse (call, 2006, "没有这份申请");
  return application;
}

static void
look (PortalCall *call)
{
  Application *application = find_application (call);

  if (application != NULL)
    tell_application (call, application);
}

static void
confirm (PortalCall *call)
{
  Application *application = find_application (call);

  if (application != NULL && application->certificate == NULL)
    portal_refuse (call, 3002, "证书尚未签发");
  else if (application != NULL)
    {
      application->confirmed = TRUE;
      call->data = json_object_new ();
      json_object_set_string_member (call->data, "status", "confirmed");
    }
}

/* --- a certificate's life ---------------------------------------------------------------------------------------------------------- */

/* (transfer full) (nullable): its line of index.txt */
static char **
find_certificate (PortalCall *call)
{
  char **columns = test_pki_find (call->portal->pki, call->argument);

  if (columns == NULL)
    portal_refuse (call, 3001, "没有这张证书");
  return columns;
}

static const char *
status_of (char **columns)
{
  if (columns[0][0] == 'V')
    return "good";
  return g_str_has_suffix (columns[2], ",certificateHold") ? "suspended" : "revoked";
}

static void
tell_status (PortalCall *call)
{
  g_auto (GStrv) columns = find_certificate (call);
  const char *reason = columns != NULL ? strchr (columns[2], ',') : NULL;

  if (columns == NULL)
    return;
  call->data = json_object_new ();
  json_object_set_string_member (call->data, "status", status_of (columns));
  if (reason != NULL)
    json_object_set_string_member (call->data, "reason", reason + 1);
}

/* Moves a certificate that is @from (NULL: anything but revoked) on. @reason: (nullable): to good. */
static void
change_status (PortalCall *call, const char *from, const char *reason)
{
  g_auto (GStrv) columns = find_certificate (call);
  const char *status = columns != NULL ? status_of (columns) : NULL;
  gboolean fits = status != NULL && (from != NULL ? strcmp (status, from) == 0 : strcmp (status, "revoked") != 0);

  if (columns == NULL)
    return;
  if (!fits)
    portal_refuse (call, 3002, "证书当前状态不允许该操作");
  else if (reason != NULL ? test_pki_revoke (call->portal->pki, call->argument, reason, NULL)
                          : test_pki_restore (call->portal->pki, call->argument, NULL))
    tell_status (call);
  else
    portal_refuse (call, 5000, "系统错误");
}

static void
revoke_certificate (PortalCall *call)
{
  const char *reason = portal_text (call->asked, "reason");

  change_status (call, NULL, reason != NULL && g_str_is_ascii (reason) && strpbrk (reason, "\t\n,") == NULL ? reason : "unspecified");
}

static void
suspend_certificate (PortalCall *call)
{
  change_status (call, "good", "certificateHold");
}

static void
resume_certificate (PortalCall *call)
{
  change_status (call, "suspended", NULL);
}

static void
renew_certificate (PortalCall *call)
{
  g_auto (GStrv) columns = find_certificate (call);
  Application *application;

  if (columns == NULL)
    return;
  if (strcmp (status_of (columns), "good") != 0)
    {
      portal_refuse (call, 3002, "证书当前状态不允许该操作");
      return;
    }
  application = g_new0 (Application, 1);
  application->csr = read_csr (call);
  if (application->csr != NULL)
    file_application (call, application);
  else
    application_free (application);
}

const PortalRoute portal_routes[] = {
  { "GET", "/api/v1/terms", TRUE, tell_terms },
  { "GET", "/api/v1/chain", TRUE, tell_chain },
  { "POST", "/api/v1/login", TRUE, log_in },
  { "POST", "/api/v1/applications", FALSE, apply },
  { "GET", "/api/v1/applications/*", FALSE, look },
  { "POST", "/api/v1/applications/*/confirm", FALSE, confirm },
  { "GET", "/api/v1/certificates/*", FALSE, tell_status },
  { "POST", "/api/v1/certificates/*/renew", FALSE, renew_certificate },
  { "POST", "/api/v1/certificates/*/revoke", FALSE, revoke_certificate },
  { "POST", "/api/v1/certificates/*/suspend", FALSE, suspend_certificate },
  { "POST", "/api/v1/certificates/*/resume", FALSE, resume_certificate },
  { NULL, NULL, FALSE, NULL },
};

/* --- main ---------------------------------------------------------------------------------------------------------------------------- */

static char *option_port_file, *option_fault, *option_login_code, *option_signature_key;
static int option_port, option_pending, option_check_after = 1;
static gboolean option_evidence;

static const GOptionEntry entries[] = {
  { "port-file", 0, 0, G_OPTION_ARG_FILENAME, &option_port_file, "the port is written here when ready", "FILE" },
  { "port", 0, 0, G_OPTION_ARG_INT, &option_port, "0: any", "N" },
  { "login-code", 0, 0, G_OPTION_ARG_FILENAME, &option_login_code, "what a person got by letter", "CODE" },
  { "pending", 0, 0, G_OPTION_ARG_INT, &option_pending, "so many questions are answered with “pending”", "N" },
  { "check-after", 0, 0, G_OPTION_ARG_INT, &option_check_after, "seconds until it may be asked again", "S" },
  { "evidence", 0, 0, G_OPTION_ARG_NONE, &option_evidence, "an application needs evidence files", NULL },
  { "signature-key", 0, 0, G_OPTION_ARG_FILENAME, &option_signature_key, "bodies must be signed with this", "KEY" },
  { "fault", 0, 0, G_OPTION_ARG_STRING, &option_fault, "do this wrong", "NAME" },
  G_OPTION_ENTRY_NULL
};

static const char *const faults[] = { "expired-code", "refuse", "no-certificate", "wrong-type", "not-a-certificate", "error-500", "html",
                                      "garbage", "deep", "huge", "drip", "slow", "elsewhere", NULL };

static gboolean
serve (const char *dir, GError **error)
{
  g_autoptr (TestPki) pki = test_pki_open (dir, error);
  Portal portal = { .pki = pki, .login_code = option_login_code != NULL ? option_login_code : "signet-demo", .fault = option_fault,
                    .pending = option_pending, .check_after = option_check_after, .need_evidence = option_evidence,
                    .signature_key = option_signature_key };
  gboolean ok;

  if (pki == NULL)
    return FALSE;
  portal.sessions = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  portal.applications = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, application_free);
  ok = test_server_run (option_port, option_port_file, portal_handle, &portal, error);
  g_hash_table_unref (portal.applications);
  g_hash_table_unref (portal.sessions);
  return ok;
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new ("DIR");
  g_autoptr (GError) error = NULL;

  g_option_context_add_main_entries (context, entries, NULL);
  if (g_option_context_parse (context, &argc, &argv, &error) && argc == 2 &&
      (option_fault == NULL || g_strv_contains (faults, option_fault) || g_strv_contains (test_issue_faults, option_fault)) &&
      serve (argv[1], &error))
    return 0;
  g_printerr ("signet-test-portal: %s\n", error != NULL ? error->message : "usage: DIR --port-file F [--fault NAME]");
  return 1;
}
