/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-certificate-path.c: from a certificate to an anchor (RFC 5280, 6).
 *
 * Two steps. A bounded search tries every issuer whose name fits and whose key really signed, because OpenSSL's own builder
 * takes the first that looks right and does not turn back. Each path found is then judged by X509_verify_cert with exactly this
 * anchor, exactly these certificates, an explicit time and no trust from anywhere else. Purpose is our own check.
 * Not here: revocation and class. Pure, any thread.
 */
#define G_LOG_DOMAIN "signet-certificate-path"

#include "config.h"

#include <openssl/err.h>
#include <openssl/x509_vfy.h>

#include "signet-certificate-path.h"
#include "signet-certificate-private.h"

#define MAX_DEPTH      10
#define MAX_POOL       1024
#define MAX_SIGNATURES 128  /* checks of a signature in one search */
#define MAX_PATHS      16   /* complete paths judged */
#define AUTH_LEVEL     2    /* 112 bits: no SHA-1, no RSA below 2048 (TS 119 312) */

typedef struct {
  GPtrArray             *untrusted; /* (nullable) borrowed */
  GPtrArray             *anchors;   /* (nullable) borrowed */
  SignetPathPurpose      purpose;
  gint64                 time;
  GPtrArray             *current;   /* borrowed certificates, leaf first */
  guint                  n_signatures;
  guint                  n_paths;
  gboolean               wrong_key; /* an issuer by name did not sign */
  SignetCertificatePath *best;      /* (owned) (nullable): the first failure of a complete path */
  GPtrArray             *longest;   /* the longest dead end */
} Search;

/* --- judging one complete path --------------------------------------------------------------------------------------- */

typedef struct {
  int         code;
  const char *leaf; /* reason when it is about the leaf */
  const char *ca;   /* (nullable): when it is about a CA; NULL: the same */
} Reason;

static const Reason reasons[] = {
  { X509_V_ERR_CERT_HAS_EXPIRED,                   "expired",            "ca-expired" },
  { X509_V_ERR_CERT_NOT_YET_VALID,                 "not-yet-valid",      "ca-not-yet-valid" },
  { X509_V_ERR_ERROR_IN_CERT_NOT_BEFORE_FIELD,     "malformed",          NULL },
  { X509_V_ERR_ERROR_IN_CERT_NOT_AFTER_FIELD,      "malformed",          NULL },
  { X509_V_ERR_UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY, "weak-algorithm",     NULL },
  { X509_V_ERR_CERT_SIGNATURE_FAILURE,             "bad-signature",      NULL },
  { X509_V_ERR_UNABLE_TO_DECRYPT_CERT_SIGNATURE,   "bad-signature",      NULL },
  { X509_V_ERR_EE_KEY_TOO_SMALL,                   "weak-algorithm",     NULL },
  { X509_V_ERR_CA_KEY_TOO_SMALL,                   "weak-algorithm",     NULL },
  { X509_V_ERR_CA_MD_TOO_WEAK,                     "weak-algorithm",     NULL },
  { X509_V_ERR_INVALID_CA,                         "ca-not-allowed",     NULL },
  { X509_V_ERR_INVALID_NON_CA,                     "ca-not-allowed",     NULL },
  { X509_V_ERR_KEYUSAGE_NO_CERTSIGN,               "ca-not-allowed",     NULL },
  { X509_V_ERR_PATH_LENGTH_EXCEEDED,               "path-too-long",      NULL },
  { X509_V_ERR_CERT_CHAIN_TOO_LONG,                "path-too-long",      NULL },
  { X509_V_ERR_PERMITTED_VIOLATION,                "name-constraint",    NULL },
  { X509_V_ERR_EXCLUDED_VIOLATION,                 "name-constraint",    NULL },
  { X509_V_ERR_SUBTREE_MINMAX,                     "name-constraint",    NULL },
  { X509_V_ERR_UNSUPPORTED_CONSTRAINT_TYPE,        "name-constraint",    NULL },
  { X509_V_ERR_UNSUPPORTED_CONSTRAINT_SYNTAX,      "name-constraint",    NULL },
  { X509_V_ERR_UNSUPPORTED_NAME_SYNTAX,            "name-constraint",    NULL },
  { X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION,       "unknown-critical-extension", NULL },
  { X509_V_ERR_INVALID_POLICY_EXTENSION,           "constraint",         NULL },
  { X509_V_ERR_NO_EXPLICIT_POLICY,                 "constraint",         NULL },
  { X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT,          "no-trust-anchor",    NULL },
  { X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,  "no-trust-anchor",    NULL },
  { X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT,        "no-trust-anchor",    NULL },
  { X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN,          "no-trust-anchor",    NULL },
};

static const char *
reason_of (int code, int depth)
{
  for (gsize i = 0; i < G_N_ELEMENTS (reasons); i++)
    if (reasons[i].code == code)
      return depth > 0 && reasons[i].ca != NULL ? reasons[i].ca : reasons[i].leaf;
  return "constraint";
}

/* Form rules of RFC 5280 an old root may break: the anchor is trusted as a name and a key (RFC 5280, 6.1.1 d), not for its form. */
static gboolean
is_rule_of_form (int code)
{
  switch (code)
    {
    case X509_V_ERR_MISSING_SUBJECT_KEY_IDENTIFIER:
    case X509_V_ERR_MISSING_AUTHORITY_KEY_IDENTIFIER:
    case X509_V_ERR_EMPTY_SUBJECT_ALT_NAME:
    case X509_V_ERR_CA_BCONS_NOT_CRITICAL:
    case X509_V_ERR_AUTHORITY_KEY_IDENTIFIER_CRITICAL:
    case X509_V_ERR_SUBJECT_KEY_IDENTIFIER_CRITICAL:
    case X509_V_ERR_CA_CERT_MISSING_KEY_USAGE:
    case X509_V_ERR_EXTENSIONS_REQUIRE_VERSION_3:
    case X509_V_ERR_PATHLEN_WITHOUT_KU_KEY_CERT_SIGN:
    case X509_V_ERR_SIGNATURE_ALGORITHM_INCONSISTENCY:
    case X509_V_ERR_SIGNATURE_ALGORITHM_MISMATCH:
    case X509_V_ERR_INVALID_CA: /* version 1 roots have no basic constraints */
      return TRUE;
    default:
      return FALSE;
    }
}

static int
on_verify_cb (int ok, X509_STORE_CTX *context)
{
  int code = X509_STORE_CTX_get_error (context);
  int depth = X509_STORE_CTX_get_error_depth (context);
  int n = sk_X509_num (X509_STORE_CTX_get0_chain (context));

  if (ok)
    return 1;
  /* A leaf without subjectAltName in an empty subject and the like stay errors; a missing key identifier in a leaf is common and harmless. */
  if (depth == 0 && code == X509_V_ERR_MISSING_AUTHORITY_KEY_IDENTIFIER)
    return 1;
  if (n > 0 && depth == n - 1 && is_rule_of_form (code) && !(code == X509_V_ERR_INVALID_CA && depth == 0))
    {
      X509 *anchor = X509_STORE_CTX_get_current_cert (context);

      if (code != X509_V_ERR_INVALID_CA || (anchor != NULL && X509_get_version (anchor) == X509_VERSION_1))
        return 1;
    }
  return 0;
}

static gboolean
set_up (X509_STORE *store, X509_STORE_CTX *context, SignetX509Stack *untrusted, GPtrArray *chain, gint64 time)
{
  X509 *leaf = signet_certificate_get_x509 (g_ptr_array_index (chain, 0));
  X509 *anchor = signet_certificate_get_x509 (g_ptr_array_index (chain, chain->len - 1));
  X509_VERIFY_PARAM *parameters;

  for (guint i = 1; i + 1 < chain->len; i++)
    if (sk_X509_push (untrusted, signet_certificate_get_x509 (g_ptr_array_index (chain, i))) <= 0)
      return FALSE;
  if (X509_STORE_add_cert (store, anchor) != 1 || X509_STORE_CTX_init (context, store, leaf, untrusted) != 1)
    return FALSE;
  parameters = X509_STORE_CTX_get0_param (context);
  X509_VERIFY_PARAM_set_time (parameters, time);
  X509_VERIFY_PARAM_set_depth (parameters, MAX_DEPTH);
  X509_VERIFY_PARAM_set_auth_level (parameters, AUTH_LEVEL);
  X509_VERIFY_PARAM_set_flags (parameters, X509_V_FLAG_X509_STRICT | X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_POLICY_CHECK);
  X509_STORE_CTX_set_verify_cb (context, on_verify_cb);
  return TRUE;
}

static gboolean
key_usage_allows (X509 *x509, guint32 wanted)
{
  return (X509_get_extension_flags (x509) & EXFLAG_KUSAGE) == 0 || (X509_get_key_usage (x509) & wanted) != 0;
}

static gboolean
leaf_serves (X509 *x509, SignetPathPurpose purpose)
{
  guint32 flags = X509_get_extension_flags (x509);
  gboolean has_extended = (flags & EXFLAG_XKUSAGE) != 0;
  guint32 extended = has_extended ? X509_get_extended_key_usage (x509) : 0;

  if (purpose == SIGNET_PATH_PURPOSE_ANY)
    return TRUE;
  if (!key_usage_allows (x509, KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION))
    return FALSE;
  if (purpose == SIGNET_PATH_PURPOSE_OCSP)
    return has_extended && (extended & XKU_OCSP_SIGN) != 0;
  if (purpose == SIGNET_PATH_PURPOSE_TSA) /* RFC 3161, 2.3: critical, and nothing else */
    return X509_check_purpose (x509, X509_PURPOSE_TIMESTAMP_SIGN, 0) == 1;
  return !has_extended || (extended & ~(XKU_OCSP_SIGN | XKU_TIMESTAMP | XKU_CODE_SIGN)) != 0 || extended == 0;
}

static SignetCertificatePath *
path_new (GPtrArray *chain, gboolean found, const char *reason, const char *detail)
{
  SignetCertificatePath *path = g_new0 (SignetCertificatePath, 1);

  path->found = found;
  path->certificates = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < chain->len; i++)
    g_ptr_array_add (path->certificates, g_object_ref (g_ptr_array_index (chain, i)));
  path->reason = g_strdup (reason);
  path->detail = g_strdup (detail);
  return path;
}

static SignetCertificatePath *
judge (GPtrArray *chain, SignetPathPurpose purpose, gint64 time)
{
  g_autoptr(X509_STORE) store = X509_STORE_new ();
  g_autoptr(X509_STORE_CTX) context = X509_STORE_CTX_new ();
  g_autoptr(SignetX509Stack) untrusted = sk_X509_new_null ();
  int code;

  if (store == NULL || context == NULL || untrusted == NULL || !set_up (store, context, untrusted, chain, time))
    {
      ERR_clear_error ();
      return path_new (chain, FALSE, "constraint", "OpenSSL could not start");
    }
  if (X509_verify_cert (context) != 1)
    {
      code = X509_STORE_CTX_get_error (context);
      ERR_clear_error ();
      return path_new (chain, FALSE, reason_of (code, X509_STORE_CTX_get_error_depth (context)), X509_verify_cert_error_string (code));
    }
  ERR_clear_error ();
  if (!leaf_serves (signet_certificate_get_x509 (g_ptr_array_index (chain, 0)), purpose))
    return path_new (chain, FALSE, "purpose", NULL);
  return path_new (chain, TRUE, NULL, NULL);
}

/* --- searching ------------------------------------------------------------------------------------------------------- */

static gboolean
names_fit (SignetCertificate *certificate, SignetCertificate *issuer)
{
  X509 *x509 = signet_certificate_get_x509 (certificate);
  X509 *candidate = signet_certificate_get_x509 (issuer);
  const ASN1_OCTET_STRING *wanted, *offered;

  if (candidate == NULL || X509_NAME_cmp (X509_get_issuer_name (x509), X509_get_subject_name (candidate)) != 0)
    return FALSE;
  wanted = X509_get0_authority_key_id (x509);
  offered = X509_get0_subject_key_id (candidate);
  return wanted == NULL || offered == NULL || ASN1_OCTET_STRING_cmp (wanted, offered) == 0;
}

static gboolean
is_on_path (GPtrArray *path, SignetCertificate *certificate)
{
  for (guint i = 0; i < path->len; i++)
    if (signet_certificate_equal (g_ptr_array_index (path, i), certificate))
      return TRUE;
  return FALSE;
}

static gboolean
is_anchor (Search *search, SignetCertificate *certificate)
{
  return search->anchors != NULL && is_on_path (search->anchors, certificate);
}

static gboolean
is_issuer (Search *search, SignetCertificate *certificate, SignetCertificate *candidate)
{
  if (!names_fit (certificate, candidate) || is_on_path (search->current, candidate) || search->n_signatures >= MAX_SIGNATURES)
    return FALSE;
  search->n_signatures++;
  if (signet_certificate_is_signed_by (certificate, candidate))
    return TRUE;
  search->wrong_key = TRUE;
  return FALSE;
}

static void
remember_dead_end (Search *search)
{
  if (search->longest != NULL && search->longest->len >= search->current->len)
    return;
  g_clear_pointer (&search->longest, g_ptr_array_unref);
  search->longest = g_ptr_array_copy (search->current, NULL, NULL);
}

/* A complete path: good, or the first failure is kept to be told. */
static SignetCertificatePath *
try_path (Search *search)
{
  g_autoptr(SignetCertificatePath) path = NULL;

  if (search->n_paths++ >= MAX_PATHS)
    return NULL;
  path = judge (search->current, search->purpose, search->time);
  if (path->found)
    return g_steal_pointer (&path);
  if (search->best == NULL)
    search->best = g_steal_pointer (&path);
  return NULL;
}

static SignetCertificatePath *climb (Search *search);

static SignetCertificatePath *
climb_through (Search *search, GPtrArray *pool)
{
  SignetCertificate *certificate = g_ptr_array_index (search->current, search->current->len - 1);
  SignetCertificatePath *path = NULL;

  for (guint i = 0; pool != NULL && path == NULL && i < MIN (pool->len, MAX_POOL); i++)
    {
      SignetCertificate *candidate = g_ptr_array_index (pool, i);

      if (!is_issuer (search, certificate, candidate))
        continue;
      g_ptr_array_add (search->current, candidate);
      path = climb (search);
      g_ptr_array_set_size (search->current, search->current->len - 1);
    }
  return path;
}

/* Depth first, anchors before other issuers: the shortest way to trust is tried first. */
static SignetCertificatePath *
climb (Search *search)
{
  SignetCertificate *last = g_ptr_array_index (search->current, search->current->len - 1);
  SignetCertificatePath *path = NULL;

  if (is_anchor (search, last) && (path = try_path (search)) != NULL)
    return path;
  remember_dead_end (search);
  if (search->current->len >= MAX_DEPTH)
    return NULL;
  path = climb_through (search, search->anchors);
  return path != NULL ? path : climb_through (search, search->untrusted);
}

static const char *
why_nothing (Search *search, SignetCertificate *leaf)
{
  if (search->n_signatures >= MAX_SIGNATURES || search->n_paths > MAX_PATHS)
    return "path-failed";
  if (search->longest != NULL && search->longest->len == 1 && search->wrong_key && !signet_certificate_is_self_issued (leaf))
    return "bad-signature";
  return "no-trust-anchor";
}

/**
 * signet_certificate_path_build:
 * @leaf: the certificate to start from
 * @untrusted: (nullable) (element-type SignetCertificate): certificates that may stand between
 * @anchors: (nullable) (element-type SignetCertificate): where a path may end; nothing else is trusted. An anchor need not be self-signed
 * @purpose: what the leaf must be allowed to do
 * @time: the time everything must be valid at, seconds since 1970
 *
 * Returns: (transfer full): a path, or as far as it went with a reason
 */
SignetCertificatePath *
signet_certificate_path_build (SignetCertificate *leaf, GPtrArray *untrusted, GPtrArray *anchors, SignetPathPurpose purpose, gint64 time)
{
  g_autoptr(GPtrArray) current = g_ptr_array_new ();
  Search search = { .untrusted = untrusted, .anchors = anchors, .purpose = purpose, .time = time, .current = current };
  SignetCertificatePath *path;

  g_ptr_array_add (current, leaf);
  if (!signet_certificate_is_readable (leaf))
    return path_new (current, FALSE, "malformed", NULL);
  path = climb (&search);
  if (path == NULL && search.best != NULL)
    path = g_steal_pointer (&search.best);
  if (path == NULL)
    path = path_new (search.longest != NULL ? search.longest : current, FALSE, why_nothing (&search, leaf), NULL);
  g_clear_pointer (&search.best, signet_certificate_path_free);
  g_clear_pointer (&search.longest, g_ptr_array_unref);
  return path;
}

void
signet_certificate_path_free (SignetCertificatePath *path)
{
  if (path == NULL)
    return;
  g_ptr_array_unref (path->certificates);
  g_free (path->reason);
  g_free (path->detail);
  g_free (path);
}
