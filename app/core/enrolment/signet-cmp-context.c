/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-cmp-context.c: OpenSSL's CMP client, set up: what protects our messages and who may protect the answers. An answer under
 * the shared secret is the authority's; one that is signed must be signed by somebody the filed chain leads to and who may speak
 * for the authority. Blocking, for worker threads.
 */
#define G_LOG_DOMAIN "signet-cmp-context"

#include "config.h"

#include "signet-cmp-private.h"

#include <string.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "../base/signet-base-error.h"
#include "signet-enrolment-private.h"

#define CMC_CA "1.3.6.1.5.5.7.3.27"   /* RFC 6402, 2.10 */
#define CMC_RA "1.3.6.1.5.5.7.3.28"

/* --- who may answer ------------------------------------------------------------------------------------------------------------ */

static gboolean
has_purpose (X509 *certificate, const char *oid)
{
  EXTENDED_KEY_USAGE *usages = X509_get_ext_d2i (certificate, NID_ext_key_usage, NULL, NULL);
  ASN1_OBJECT *wanted = OBJ_txt2obj (oid, 1);
  gboolean found = FALSE;

  for (int i = 0; usages != NULL && i < sk_ASN1_OBJECT_num (usages); i++)
    found = found || OBJ_cmp (sk_ASN1_OBJECT_value (usages, i), wanted) == 0;
  ASN1_OBJECT_free (wanted);
  EXTENDED_KEY_USAGE_free (usages);
  return found;
}

static gboolean
is_filed (GPtrArray *chain, X509 *certificate)
{
  for (guint i = 0; chain != NULL && i < chain->len; i++)
    if (X509_cmp (signet_certificate_get_x509 (chain->pdata[i]), certificate) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
is_recipient (const SignetCmpServer *server, X509 *certificate)
{
  X509_NAME *name = server->recipient != NULL && *server->recipient != '\0' ? _signet_enrolment_name_parse (server->recipient, NULL) : NULL;
  gboolean same = name != NULL && X509_NAME_cmp (name, X509_get_subject_name (certificate)) == 0;

  X509_NAME_free (name);
  return same;
}

/* Everybody the authority has certified is led to by the filed chain: a holder of a certificate must not answer in its place. */
static int
on_verify_cb (int ok, X509_STORE_CTX *context)
{
  X509_STORE *store = X509_STORE_CTX_get0_store (context);
  const SignetCmpServer *server = X509_STORE_get_ex_data (store, 0);
  X509 *certificate = X509_STORE_CTX_get_current_cert (context);

  if (!ok || X509_STORE_CTX_get_error_depth (context) != 0 || certificate == NULL)
    return ok;
  if (is_filed (server->chain, certificate) || is_recipient (server, certificate) || has_purpose (certificate, CMC_RA) ||
      has_purpose (certificate, CMC_CA))
    return ok;
  X509_STORE_CTX_set_error (context, X509_V_ERR_APPLICATION_VERIFICATION);
  return 0;
}

static X509_STORE *
new_store (const SignetCmpServer *server)
{
  X509_STORE *store = X509_STORE_new ();

  if (store == NULL)
    return NULL;
  for (guint i = 0; server->chain != NULL && i < server->chain->len; i++)
    if (signet_certificate_is_ca (server->chain->pdata[i]))
      X509_STORE_add_cert (store, signet_certificate_get_x509 (server->chain->pdata[i]));
  X509_STORE_set_flags (store, X509_V_FLAG_PARTIAL_CHAIN);
  X509_STORE_set_verify_cb (store, on_verify_cb);
  if (X509_STORE_set_ex_data (store, 0, (gpointer) server))
    return store;
  X509_STORE_free (store);
  return NULL;
}

static gboolean
set_trust (OSSL_CMP_CTX *context, const SignetCmpServer *server)
{
  X509_STORE *store = new_store (server);

  if (store != NULL && OSSL_CMP_CTX_set0_trustedStore (context, store))
    return TRUE;
  X509_STORE_free (store);
  return FALSE;
}

/* --- what protects ours ---------------------------------------------------------------------------------------------------------- */

static gboolean
set_secret (OSSL_CMP_CTX *context, const SignetCmpServer *server)
{
  gsize length;
  const guint8 *secret = signet_secret_get_bytes (server->protection.secret, &length);

  return OSSL_CMP_CTX_set1_secretValue (context, secret, (int) length) &&
         (server->reference == NULL ||
          OSSL_CMP_CTX_set1_referenceValue (context, (const guchar *) server->reference, (int) strlen (server->reference)));
}

/* Who has no name to give may send an empty one (RFC 9483, 3.1); OpenSSL insists on some. */
static gboolean
set_nameless (OSSL_CMP_CTX *context)
{
  X509_NAME *name = X509_NAME_new ();
  gboolean ok = X509_NAME_add_entry_by_txt (name, "CN", MBSTRING_UTF8, (const guchar *) "anonymous", -1, -1, 0) &&
                OSSL_CMP_CTX_set_option (context, OSSL_CMP_OPT_UNPROTECTED_SEND, 1) && OSSL_CMP_CTX_set1_subjectName (context, name);

  X509_NAME_free (name);
  return ok;
}

static gboolean
set_protection (OSSL_CMP_CTX *context, const SignetCmpServer *server)
{
  const SignetCmpProtection *protection = &server->protection;

  if (protection->secret != NULL)
    return set_secret (context, server);
  if (protection->key != NULL && protection->certificate != NULL)
    return OSSL_CMP_CTX_set1_cert (context, protection->certificate) && OSSL_CMP_CTX_set1_pkey (context, protection->key);
  return set_nameless (context);
}

static gboolean
set_recipient (OSSL_CMP_CTX *context, const SignetCmpServer *server, GError **error)
{
  X509_NAME *name;
  gboolean ok;

  if (server->recipient == NULL || *server->recipient == '\0')
    return TRUE;
  if ((name = _signet_enrolment_name_parse (server->recipient, error)) == NULL)
    return FALSE;
  ok = OSSL_CMP_CTX_set1_recipient (context, name);
  X509_NAME_free (name);
  return ok;
}

static int
on_log_cb (const char *function, const char *file, int line, OSSL_CMP_severity level, const char *message)
{
  g_debug ("openssl: %s", message);
  return 1;
}

/* OpenSSL's own confirmation would come before the certificate is checked and stored: it is ours to send. */
static gboolean
set_options (OSSL_CMP_CTX *context, const SignetCmpServer *server)
{
  return OSSL_CMP_CTX_set_log_cb (context, on_log_cb) && OSSL_CMP_CTX_set_option (context, OSSL_CMP_OPT_MAC_ALGNID, NID_hmacWithSHA256) &&
         OSSL_CMP_CTX_set_option (context, OSSL_CMP_OPT_DISABLE_CONFIRM, 1) &&
         OSSL_CMP_CTX_set_option (context, OSSL_CMP_OPT_IMPLICIT_CONFIRM, server->implicit_confirm);
}

OSSL_CMP_CTX *
_signet_cmp_context_new (const SignetCmpServer *server, GError **error)
{
  OSSL_CMP_CTX *context = OSSL_CMP_CTX_new (NULL, NULL);

  if (context != NULL && set_options (context, server) && set_protection (context, server) && set_trust (context, server) &&
      set_recipient (context, server, error))
    return context;
  if (error == NULL || *error == NULL)
    signet_base_error_set_openssl (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_FAILED, "CMP client");
  OSSL_CMP_CTX_free (context);
  return NULL;
}
