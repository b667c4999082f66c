/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-host-sign.c: one signature with one key of a session. */
#define G_LOG_DOMAIN "signet-host-sign"

#include "config.h"

#include "signet-host-private.h"

static CK_RSA_PKCS_PSS_PARAMS pss;

/* RFC 8017, 9.1: MGF1 with the same digest, salt as long as the digest. Never CKM_RSA_X_509. */
static gboolean
make_mechanism (const char *scheme, guint digest, CK_MECHANISM *mechanism, GError **error)
{
  static const struct
  {
    guint bits;
    CK_MECHANISM_TYPE hash;
    CK_RSA_PKCS_MGF_TYPE mgf;
  } digests[] = {
    { 160, CKM_SHA_1, CKG_MGF1_SHA1 },
    { 256, CKM_SHA256, CKG_MGF1_SHA256 },
    { 384, CKM_SHA384, CKG_MGF1_SHA384 },
    { 512, CKM_SHA512, CKG_MGF1_SHA512 },
  };

  *mechanism = (CK_MECHANISM){ CKM_RSA_PKCS, NULL, 0 };
  if (g_str_equal (scheme, "rsa-pkcs1"))
    return TRUE;
  mechanism->mechanism = CKM_ECDSA;
  if (g_str_equal (scheme, "ecdsa"))
    return TRUE;
  mechanism->mechanism = CKM_RSA_PKCS_PSS;
  mechanism->pParameter = &pss;
  mechanism->ulParameterLen = sizeof pss;
  for (guint i = 0; i < G_N_ELEMENTS (digests) && g_str_equal (scheme, "rsa-pss"); i++)
    if (digests[i].bits == digest)
      {
        pss = (CK_RSA_PKCS_PSS_PARAMS){ digests[i].hash, digests[i].mgf, digest / 8 };
        return TRUE;
      }
  return host_set_error (error, SIGNET_TOKEN_ERROR_UNSUPPORTED, "no such signature scheme");
}

/* After a refused context login the module still believes it is signing. A new session is clean; the login lives on in the
 * token, for the new one is opened before the old one goes. */
static void
renew_session (CK_FUNCTION_LIST *p11, HostSession *session)
{
  CK_SESSION_HANDLE fresh = 0;

  if (p11->C_OpenSession (session->slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &fresh) != CKR_OK)
    return;
  p11->C_CloseSession (session->handle);
  session->handle = fresh;
}

static gboolean
start_signing (CK_FUNCTION_LIST *p11,
               HostSession *session,
               CK_OBJECT_HANDLE key,
               CK_MECHANISM *mechanism,
               gboolean context,
               SignetSecret *pin,
               GError **error)
{
  CK_RV rv = p11->C_SignInit (session->handle, mechanism, key);

  if (rv == CKR_OPERATION_ACTIVE)
    {
      renew_session (p11, session);
      rv = p11->C_SignInit (session->handle, mechanism, key);
    }
  if (!host_session_explain (p11, session, rv, "C_SignInit", error))
    return FALSE;
  if (!context)
    return TRUE;
  rv = host_session_raw_login (p11, session->handle, CKU_CONTEXT_SPECIFIC, pin);
  if (rv == CKR_OK)
    return TRUE;
  renew_session (p11, session);
  return host_session_explain (p11, session, rv, "C_Login (context)", error);
}

GVariant *
host_session_sign (CK_FUNCTION_LIST *p11,
                   HostSession *session,
                   CK_OBJECT_HANDLE key,
                   const char *scheme,
                   guint digest,
                   GBytes *data,
                   gboolean context,
                   SignetSecret *pin,
                   GError **error)
{
  guint8 signature[HOST_MAX_KEY];
  CK_ULONG length = sizeof signature;
  CK_MECHANISM mechanism;
  gsize data_length = 0;
  const guint8 *bytes = g_bytes_get_data (data, &data_length);
  CK_RV rv;

  if (!make_mechanism (scheme, digest, &mechanism, error) || !start_signing (p11, session, key, &mechanism, context, pin, error))
    return NULL;
  rv = p11->C_Sign (session->handle, (CK_BYTE_PTR) bytes, data_length, signature, &length);
  if (rv == CKR_BUFFER_TOO_SMALL || (rv == CKR_OK && (length == 0 || length > sizeof signature)))
    {
      renew_session (p11, session);
      host_set_error (error, SIGNET_TOKEN_ERROR_MODULE_LIED, "C_Sign tells a length that cannot be");
      return NULL;
    }
  if (!host_session_explain (p11, session, rv, "C_Sign", error))
    return NULL;
  return g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, signature, length, 1);
}
