/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-host-sign.c: one signature with one key of a session. */
#define G_LOG_DOMAIN "signet-host-sign"

#include "config.h"

#include "signet-host-private.h"

#define PIECE 16384 /* of a message the token hashes; more goes in several */

static _Thread_local CK_RSA_PKCS_PSS_PARAMS pss;

/* What a scheme is in PKCS#11, by the digest. Never CKM_RSA_X_509. */
typedef struct
{
  const char *name;                /* in org.signet.TokenHost */
  CK_MECHANISM_TYPE mechanisms[4]; /* SHA-1, SHA-256, SHA-384, SHA-512; 0: not this one */
  gboolean is_pss;
  gboolean in_pieces; /* the token hashes, and may be given one piece after the other */
} Scheme;

static const Scheme schemes[] = {
  { "rsa-pkcs1", { CKM_RSA_PKCS, CKM_RSA_PKCS, CKM_RSA_PKCS, CKM_RSA_PKCS }, FALSE, FALSE },
  { "rsa-pss", { CKM_RSA_PKCS_PSS, CKM_RSA_PKCS_PSS, CKM_RSA_PKCS_PSS, CKM_RSA_PKCS_PSS }, TRUE, FALSE },
  { "ecdsa", { CKM_ECDSA, CKM_ECDSA, CKM_ECDSA, CKM_ECDSA }, FALSE, FALSE },
  { "eddsa", { 0, CKM_EDDSA, CKM_EDDSA, CKM_EDDSA }, FALSE, FALSE },
  { "rsa-pkcs1-message", { 0, CKM_SHA256_RSA_PKCS, CKM_SHA384_RSA_PKCS, CKM_SHA512_RSA_PKCS }, FALSE, TRUE },
  { "rsa-pss-message", { 0, CKM_SHA256_RSA_PKCS_PSS, CKM_SHA384_RSA_PKCS_PSS, CKM_SHA512_RSA_PKCS_PSS }, TRUE, TRUE },
  { "ecdsa-message", { 0, CKM_ECDSA_SHA256, CKM_ECDSA_SHA384, CKM_ECDSA_SHA512 }, FALSE, TRUE },
};

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

static const Scheme *
find_scheme (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (schemes); i++)
    if (g_str_equal (schemes[i].name, name))
      return &schemes[i];
  return NULL;
}

/* RFC 8017, 9.1: MGF1 with the same digest, salt as long as the digest. */
static gboolean
make_mechanism (const Scheme *scheme, guint bits, CK_MECHANISM *mechanism, GError **error)
{
  for (guint i = 0; scheme != NULL && i < G_N_ELEMENTS (digests); i++)
    {
      if (digests[i].bits != bits || scheme->mechanisms[i] == 0)
        continue;
      *mechanism = (CK_MECHANISM){ scheme->mechanisms[i], NULL, 0 };
      if (scheme->is_pss)
        {
          pss = (CK_RSA_PKCS_PSS_PARAMS){ digests[i].hash, digests[i].mgf, bits / 8 };
          mechanism->pParameter = &pss;
          mechanism->ulParameterLen = sizeof pss;
        }
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
  /* not asked of the old one: OpenSC closes all sessions when it is asked of one after a wrong PIN */
  CK_FLAGS flags = CKF_SERIAL_SESSION | (session->read_only ? 0 : CKF_RW_SESSION);

  if (p11->C_OpenSession (session->slot, flags, NULL, NULL, &fresh) == CKR_OK)
    {
      p11->C_CloseSession (session->handle);
      session->handle = fresh;
      return;
    }
  /* a module with room for one session: the login goes with it, and the next call says so */
  p11->C_CloseSession (session->handle);
  if (p11->C_OpenSession (session->slot, flags, NULL, NULL, &fresh) == CKR_OK)
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

static CK_RV
sign_in_pieces (CK_FUNCTION_LIST *p11,
                CK_SESSION_HANDLE session,
                const guint8 *data,
                gsize length,
                guint8 *signature,
                CK_ULONG *size)
{
  CK_RV rv = CKR_OK;

  if (p11->C_SignUpdate == NULL || p11->C_SignFinal == NULL)
    return CKR_FUNCTION_NOT_SUPPORTED;
  while (rv == CKR_OK && length > 0)
    {
      gsize piece = MIN (length, PIECE);

      rv = p11->C_SignUpdate (session, (CK_BYTE_PTR) data, piece);
      data += piece;
      length -= piece;
    }
  return rv == CKR_OK ? p11->C_SignFinal (session, signature, size) : rv;
}

GVariant *
host_session_sign (CK_FUNCTION_LIST *p11,
                   HostSession *session,
                   CK_OBJECT_HANDLE key,
                   const char *name,
                   guint digest,
                   GBytes *data,
                   gboolean context,
                   SignetSecret *pin,
                   GError **error)
{
  guint8 signature[HOST_MAX_KEY];
  CK_ULONG length = sizeof signature;
  const Scheme *scheme = find_scheme (name);
  CK_MECHANISM mechanism;
  gsize data_length = 0;
  const guint8 *bytes = g_bytes_get_data (data, &data_length);
  CK_RV rv;

  if (!make_mechanism (scheme, digest, &mechanism, error) || !start_signing (p11, session, key, &mechanism, context, pin, error))
    return NULL;
  if (bytes == NULL)
    bytes = (const guint8 *) ""; /* of an empty message; NULL is refused */
  if (scheme->in_pieces && data_length > PIECE)
    rv = sign_in_pieces (p11, session->handle, bytes, data_length, signature, &length);
  else
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
