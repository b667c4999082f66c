/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-broker-client.c: who we are to a server, and whom we trust to be one: a certificate with its key on a token, a name and a password, the
 * anchors of the profile. Runs on the thread of the call.
 */
#define G_LOG_DOMAIN "signet-broker-client"

#include "config.h"

#include "signet-broker-private.h"

#include <string.h>

static gboolean
has_controls (const char *text)
{
  for (const char *at = text; *at != '\0'; at++)
    if ((guchar) *at < 0x20 || *at == 0x7f)
      return TRUE;
  return FALSE;
}

/* What the authority's own issuers are to the server's side of TLS: a path to follow. A root it has itself. */
GPtrArray *
_signet_broker_client_chain (SignetEnrolmentRun *run)
{
  GPtrArray *filed = signet_authority_get_chain (run->authority);
  GPtrArray *chain = g_ptr_array_new ();

  for (guint i = 0; i < filed->len; i++)
    {
      X509 *x509 = signet_certificate_get_x509 (filed->pdata[i]);

      if (x509 != NULL && X509_NAME_cmp (X509_get_subject_name (x509), X509_get_issuer_name (x509)) != 0)
        g_ptr_array_add (chain, x509);
    }
  return chain;
}

/* "client": "current" is the certificate being renewed, "new" the one just issued; each shown with its key on the token. */
static gboolean
set_client (SignetEnrolmentRun *run, const char *client, SignetHttpRequest *request, GError **error)
{
  gboolean is_new = strcmp (client, "new") == 0;
  SignetCertificate *certificate = is_new ? run->request->certificate : run->current;

  if (!is_new && strcmp (client, "current") != 0)
    return _signet_broker_misuse (error, "the client is \"current\" or \"new\"");
  if (!g_strv_contains (signet_plugin_manifest_get_methods (run->plugin), "tls-client"))
    return _signet_broker_deny (error, "sign in with a certificate of yours");
  request->client_signer = is_new ? _signet_enrolment_run_signer (run, error) : _signet_enrolment_run_current_signer (run, error);
  if (request->client_signer == NULL)
    return FALSE;
  if (certificate == NULL)
    return _signet_broker_misuse (error, "there is no certificate yet to sign in with");
  request->client_certificate = signet_certificate_get_x509 (certificate);
  return TRUE;
}

/* "authentication": {"user": text, "secret": id} */
static gboolean
set_authentication (SignetEnrolmentRun *run, JsonObject *authentication, SignetHttpRequest *request, SignetSecret **password, GError **error)
{
  const char *user = _signet_broker_get_text (authentication, "user");
  const char *id = _signet_broker_secret_reference (run, authentication, error);

  if (id == NULL)
    return FALSE;
  if (user == NULL || has_controls (user))
    return _signet_broker_misuse (error, "a password without the name of a user");
  *password = _signet_enrolment_run_secret (run, id, error);
  request->user = user;
  request->password = *password;
  return *password != NULL;
}

/* Among the profile's own hosts; another that the manifest names is nobody the profile could vouch for. */
static gboolean
is_own_host (SignetEnrolmentRun *run, const char *url)
{
  g_autoptr (GUri) uri = g_uri_parse (url, G_URI_FLAGS_NONE, NULL);
  g_auto (GStrv) hosts = signet_authority_dup_hosts (run->authority);
  const char *host = uri != NULL ? g_uri_get_host (uri) : NULL;

  for (guint i = 0; host != NULL && hosts[i] != NULL; i++)
    {
      gsize length = strlen (host);

      if (g_ascii_strncasecmp (hosts[i], host, length) == 0 && (hosts[i][length] == '\0' || hosts[i][length] == ':'))
        return TRUE;
    }
  return FALSE;
}

GBytes *
_signet_broker_tls_anchors (SignetEnrolmentRun *run, const char *url)
{
  return url != NULL && is_own_host (run, url) ? signet_authority_get_tls_anchors (run->authority) : NULL;
}

gboolean
_signet_broker_set_proofs (SignetEnrolmentRun *run, JsonObject *params, SignetHttpRequest *request, SignetSecret **password, GError **error)
{
  JsonObject *authentication = _signet_broker_get_object (params, "authentication");
  const char *client = _signet_broker_get_text (params, "client");

  return (client == NULL || set_client (run, client, request, error)) &&
         (authentication == NULL || set_authentication (run, authentication, request, password, error));
}
