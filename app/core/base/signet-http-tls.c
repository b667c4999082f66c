/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-http-tls.c: what OpenSSL's TLS is told before an exchange: whom to trust, and a client certificate whose key is a SignetSigner;
 * and what it tells of why two computers could not agree. The key never leaves its signer: OpenSSL holds the key of our provider.
 */
#define G_LOG_DOMAIN "signet-http"

#include "config.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <string.h>

#include "signet-base-error.h"
#include "signet-clock.h"
#include "signet-http-private.h"
#include "signet-library.h"

/* What is used of libssl, which libcurl brings. */
#define SSL_FUNCTIONS(of) \
  of (CTX_ctrl) of (CTX_get_cert_store) of (CTX_get_ex_data) of (CTX_set_client_cert_cb) of (CTX_set_default_verify_paths) \
  of (CTX_set_ex_data) of (CTX_set_info_callback) of (CTX_use_PrivateKey) of (CTX_use_certificate) of (get_SSL_CTX)

#define SSL_NAME(name) "SSL_" #name,
#define SSL_MEMBER(name) __typeof__ (&SSL_##name) name;

typedef struct { SSL_FUNCTIONS (SSL_MEMBER) } Ssl;

static Ssl ssl; /* filled before the first exchange, then only read */

static gboolean
load_ssl (GError **error)
{
  static const char *const names[] = { SSL_FUNCTIONS (SSL_NAME) NULL };
  static GMutex lock;
  static gboolean loaded;
  union { Ssl functions; gpointer places[G_N_ELEMENTS (names) - 1]; } table;
  gboolean usable;

  G_STATIC_ASSERT (sizeof table.functions == sizeof table.places);
  g_mutex_lock (&lock);
  if (!loaded && signet_library_load (SIGNET_SSL_SONAME, names, table.places, error))
    {
      ssl = table.functions;
      loaded = TRUE;
    }
  usable = loaded;
  g_mutex_unlock (&lock);
  return usable;
}

/* --- our own certificate --------------------------------------------------------------------------------------------------------- */

/* TLS 1.3 knows RSA only as PSS (RFC 8446, 4.2.3). */
static const struct {
  const char              *name;
  SignetSignatureAlgorithm algorithm;
  gboolean                 is_old;
} schemes[] = {
  { "ECDSA+SHA256", { SIGNET_SIGNATURE_ECDSA, SIGNET_DIGEST_SHA256 }, FALSE },
  { "ECDSA+SHA384", { SIGNET_SIGNATURE_ECDSA, SIGNET_DIGEST_SHA384 }, FALSE },
  { "ECDSA+SHA512", { SIGNET_SIGNATURE_ECDSA, SIGNET_DIGEST_SHA512 }, FALSE },
  { "rsa_pss_rsae_sha256:rsa_pss_pss_sha256", { SIGNET_SIGNATURE_RSA_PSS, SIGNET_DIGEST_SHA256 }, FALSE },
  { "rsa_pss_rsae_sha384:rsa_pss_pss_sha384", { SIGNET_SIGNATURE_RSA_PSS, SIGNET_DIGEST_SHA384 }, FALSE },
  { "rsa_pss_rsae_sha512:rsa_pss_pss_sha512", { SIGNET_SIGNATURE_RSA_PSS, SIGNET_DIGEST_SHA512 }, FALSE },
  { "RSA+SHA256", { SIGNET_SIGNATURE_RSA_PKCS1, SIGNET_DIGEST_SHA256 }, TRUE },
  { "RSA+SHA384", { SIGNET_SIGNATURE_RSA_PKCS1, SIGNET_DIGEST_SHA384 }, TRUE },
  { "RSA+SHA512", { SIGNET_SIGNATURE_RSA_PKCS1, SIGNET_DIGEST_SHA512 }, TRUE },
};

/* (transfer full): as OpenSSL wants a list of signature algorithms; "" when the key can make none */
static char *
list_schemes (SignetSigner *signer, gboolean only_new)
{
  g_autoptr (GString) list = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (schemes); i++)
    if ((!only_new || !schemes[i].is_old) && signet_signer_can_sign (signer, schemes[i].algorithm))
      g_string_append_printf (list, "%s%s", list->len > 0 ? ":" : "", schemes[i].name);
  return g_string_free (g_steal_pointer (&list), FALSE);
}

gboolean
_signet_http_tls_is_old (const SignetHttpTls *tls)
{
  g_autofree char *list = tls->key != NULL ? list_schemes (tls->request->client_signer, TRUE) : NULL;

  return list != NULL && *list == '\0';
}

gboolean
_signet_http_tls_init (SignetHttpTls *tls, const SignetHttpRequest *request, GError **error)
{
  *tls = (SignetHttpTls){ .request = request };
  if (!load_ssl (error))
    return FALSE;
  if (request->client_signer == NULL)
    return TRUE;
  tls->key = signet_signer_new_evp_pkey (request->client_signer, error);
  return tls->key != NULL;
}

void
_signet_http_tls_clear (SignetHttpTls *tls)
{
  g_clear_pointer (&tls->key, EVP_PKEY_free);
  g_clear_error (&tls->error);
  g_clear_pointer (&tls->times, g_free);
}

static gboolean
set_key_unfit (SignetHttpTls *tls)
{
  ERR_clear_error ();
  g_clear_error (&tls->error);
  g_set_error_literal (&tls->error, SIGNET_HTTP_ERROR, SIGNET_HTTP_ERROR_KEY_UNFIT, "the key can make no signature that TLS knows");
  return FALSE;
}

static gboolean
set_client (SignetHttpTls *tls, SSL_CTX *context)
{
  const SignetHttpRequest *request = tls->request;
  g_autofree char *list = list_schemes (request->client_signer, FALSE);

  if (*list == '\0' || ssl.CTX_use_certificate (context, request->client_certificate) != 1 || ssl.CTX_use_PrivateKey (context, tls->key) != 1
      || ssl.CTX_ctrl (context, SSL_CTRL_SET_CLIENT_SIGALGS_LIST, 0, list) != 1)
    return set_key_unfit (tls);
  for (guint i = 0; request->client_chain != NULL && i < request->client_chain->len; i++)
    if (ssl.CTX_ctrl (context, SSL_CTRL_CHAIN_CERT, 1, request->client_chain->pdata[i]) != 1)
      return set_key_unfit (tls);
  return TRUE;
}

/* Called only when there is nothing of ours to show. */
static int
on_certificate_wanted_cb (SSL *connection, X509 **certificate, EVP_PKEY **key)
{
  SignetHttpTls *tls = ssl.CTX_get_ex_data (ssl.get_SSL_CTX (connection), 0);

  tls->asked = TRUE;
  return 0;
}

static void
on_state_cb (const SSL *connection, int where, int value)
{
  SignetHttpTls *tls = ssl.CTX_get_ex_data (ssl.get_SSL_CTX (connection), 0);

  if ((where & SSL_CB_READ_ALERT) == SSL_CB_READ_ALERT && value >> 8 == SSL3_AL_FATAL)
    tls->alert = value & 0xff;
}

/* --- by whose clock ------------------------------------------------------------------------------------------------------------------ */

static char *
dup_time (const ASN1_TIME *time)
{
  struct tm parts;
  g_autoptr (GDateTime) date = time != NULL && ASN1_TIME_to_tm (time, &parts) == 1
                               ? g_date_time_new_utc (parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec) : NULL;

  return date != NULL ? signet_time_format_iso8601 (g_date_time_to_unix (date)) : g_strdup ("?");
}

/* Only looks: the certificate and the clock contradict each other, and the person is told both. */
static int
on_verify_cb (int ok, X509_STORE_CTX *context)
{
  SignetHttpTls *tls = X509_STORE_get_ex_data (X509_STORE_CTX_get0_store (context), 0);
  X509 *certificate = X509_STORE_CTX_get_current_cert (context);
  int code = X509_STORE_CTX_get_error (context);
  g_autofree char *from = NULL;
  g_autofree char *until = NULL;
  g_autofree char *now = NULL;

  if (ok || tls == NULL || certificate == NULL || (code != X509_V_ERR_CERT_HAS_EXPIRED && code != X509_V_ERR_CERT_NOT_YET_VALID))
    return ok;
  from = dup_time (X509_get0_notBefore (certificate));
  until = dup_time (X509_get0_notAfter (certificate));
  now = signet_time_format_iso8601 (g_get_real_time () / G_USEC_PER_SEC);
  g_free (tls->times);
  tls->times = g_strdup_printf ("the certificate is good from %s to %s; by the clock of this computer it is %s", from, until, now);
  return ok;
}

/* --- whom to trust ----------------------------------------------------------------------------------------------------------------- */

static guint
add_anchors (X509_STORE *store, GBytes *pem)
{
  BIO *bio = BIO_new_mem_buf (g_bytes_get_data (pem, NULL), (int) g_bytes_get_size (pem));
  X509 *certificate;
  guint count = 0;

  while (bio != NULL && (certificate = PEM_read_bio_X509 (bio, NULL, NULL, NULL)) != NULL)
    {
      count += X509_STORE_add_cert (store, certificate) == 1;
      X509_free (certificate);
    }
  BIO_free (bio);
  ERR_clear_error ();
  return count;
}

/* An anchor that is named may be of any level: a root, the CA below it, the server's own certificate. */
static gboolean
set_anchors (SignetHttpTls *tls, SSL_CTX *context)
{
  X509_STORE *store = ssl.CTX_get_cert_store (context);

  X509_STORE_set_verify_cb (store, on_verify_cb);
  if (!X509_STORE_set_ex_data (store, 0, tls))
    return FALSE;
  if (tls->request->tls_anchors == NULL)
    return ssl.CTX_set_default_verify_paths (context) == 1;
  X509_STORE_set_flags (store, X509_V_FLAG_PARTIAL_CHAIN);
  if (add_anchors (store, tls->request->tls_anchors) > 0)
    return TRUE;
  g_set_error_literal (&tls->error, SIGNET_HTTP_ERROR, SIGNET_HTTP_ERROR_UNKNOWN_ISSUER, "no certificate is named that could be trusted");
  return FALSE;
}

gboolean
_signet_http_tls_set_up (SignetHttpTls *tls, gpointer context)
{
  if (!set_anchors (tls, context) || ssl.CTX_set_ex_data (context, 0, tls) != 1)
    return FALSE;
  ssl.CTX_set_info_callback (context, on_state_cb);
  if (tls->key != NULL)
    return set_client (tls, context);
  ssl.CTX_set_client_cert_cb (context, on_certificate_wanted_cb);
  return TRUE;
}

/* --- why not --------------------------------------------------------------------------------------------------------------------------- */

/* OK or UNSPECIFIED: OpenSSL was content, libcurl found the name wrong. */
static SignetHttpError
code_of_verification (long verified)
{
  switch (verified)
    {
    case X509_V_OK:
    case X509_V_ERR_UNSPECIFIED:
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return SIGNET_HTTP_ERROR_WRONG_HOST;
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return SIGNET_HTTP_ERROR_EXPIRED;
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return SIGNET_HTTP_ERROR_NOT_YET_VALID;
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
      return SIGNET_HTTP_ERROR_SELF_SIGNED;
    default:
      return SIGNET_HTTP_ERROR_UNKNOWN_ISSUER;
    }
}

static SignetHttpError
code_of_alert (const SignetHttpTls *tls)
{
  static const int about_us[] = { SSL_AD_BAD_CERTIFICATE, SSL_AD_UNSUPPORTED_CERTIFICATE, SSL_AD_CERTIFICATE_REVOKED, SSL_AD_CERTIFICATE_EXPIRED,
                                  SSL_AD_CERTIFICATE_UNKNOWN, SSL_AD_UNKNOWN_CA, SSL_AD_ACCESS_DENIED, SSL_AD_DECRYPT_ERROR };

  if (tls->asked || tls->alert == SSL_AD_CERTIFICATE_REQUIRED)
    return SIGNET_HTTP_ERROR_CERTIFICATE_WANTED;
  if (tls->hung_up)
    return SIGNET_HTTP_ERROR_CERTIFICATE_REFUSED;
  for (guint i = 0; tls->key != NULL && i < G_N_ELEMENTS (about_us); i++)
    if (tls->alert == about_us[i])
      return SIGNET_HTTP_ERROR_CERTIFICATE_REFUSED;
  return SIGNET_HTTP_ERROR_TLS;
}

/* What the signer said weighs more than what TLS makes of it: a token pulled out, a question not answered. */
gboolean
_signet_http_tls_set_error (SignetHttpTls *tls, long verified, gboolean refused, const char *detail, GError **error)
{
  GError *of_signer = tls->key != NULL ? signet_signer_take_last_error () : NULL;

  ERR_clear_error ();
  if (of_signer != NULL)
    g_propagate_error (error, of_signer);
  else if (tls->error != NULL)
    g_propagate_error (error, g_steal_pointer (&tls->error));
  else
    g_set_error_literal (error, SIGNET_HTTP_ERROR, refused ? code_of_verification (verified) : code_of_alert (tls),
                         refused && tls->times != NULL ? tls->times : detail);
  return FALSE;
}
