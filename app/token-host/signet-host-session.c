/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-host-session.c: logged in to one token: signing, making keys, writing and deleting objects.
 *
 * One read-write PKCS#11 session per login, opened once and never switched. Every C_Login here answers one question a person was
 * asked; nothing is tried twice. The PIN is in locked memory and gone when the call returns.
 */
#define G_LOG_DOMAIN "signet-host-session"

#include "config.h"

#include <string.h>
#include <sys/random.h>

#include "signet-host-private.h"

#define ID_LENGTH 20

/* --- opening --- */

static CK_RV
login (CK_FUNCTION_LIST *p11, CK_SESSION_HANDLE session, CK_USER_TYPE user, SignetSecret *pin)
{
  gsize length = 0;
  const guint8 *bytes = pin != NULL ? signet_secret_get_bytes (pin, &length) : NULL;

  return p11->C_Login (session, user, (CK_UTF8CHAR_PTR) bytes, length);
}

static gboolean
open_raw (CK_FUNCTION_LIST *p11, CK_SLOT_ID slot, const CK_TOKEN_INFO *info, CK_SESSION_HANDLE *handle, GError **error)
{
  CK_FLAGS flags = CKF_SERIAL_SESSION | (info->flags & CKF_WRITE_PROTECTED ? 0 : CKF_RW_SESSION);

  return host_check (p11->C_OpenSession (slot, flags, NULL, NULL, handle), "C_OpenSession", error);
}

/* No PIN given: the reader asks by itself, or none is needed. An empty PIN must not become a try. */
static gboolean
login_user (CK_FUNCTION_LIST *p11, CK_SESSION_HANDLE session, const CK_TOKEN_INFO *info, SignetSecret *pin, GError **error)
{
  if (pin == NULL && (info->flags & CKF_LOGIN_REQUIRED) == 0)
    return TRUE;
  if (pin == NULL && (info->flags & CKF_PROTECTED_AUTHENTICATION_PATH) == 0)
    return host_set_error (error, SIGNET_TOKEN_ERROR_PIN_INVALID, "no PIN was given");
  return host_check (login (p11, session, CKU_USER, pin), "C_Login", error);
}

HostSession *
host_session_open (CK_FUNCTION_LIST *p11, const char *token, SignetSecret *pin, GError **error)
{
  HostSession *session = NULL;
  CK_SESSION_HANDLE handle = 0;
  CK_SLOT_ID slot = 0;
  CK_TOKEN_INFO info;

  if (!host_slots_find (p11, token, &slot, &info, error) || !open_raw (p11, slot, &info, &handle, error))
    return NULL;
  if (!login_user (p11, handle, &info, pin, error))
    {
      p11->C_CloseSession (handle);
      return NULL;
    }
  session = g_new0 (HostSession, 1);
  session->slot = slot;
  session->token = g_strdup (token);
  session->handle = handle;
  session->logged_in = pin != NULL || (info.flags & CKF_LOGIN_REQUIRED) != 0;
  return session;
}

void
host_session_close (CK_FUNCTION_LIST *p11, HostSession *session)
{
  if (session->logged_in)
    p11->C_Logout (session->handle);
  p11->C_CloseSession (session->handle);
  g_free (session->token);
  g_free (session);
}

/* What a module answers when its card is pulled differs by maker ("device error"); whether the token is there is the better
 * question. */
static gboolean
explain (CK_FUNCTION_LIST *p11, HostSession *session, CK_RV rv, const char *call, GError **error)
{
  CK_SLOT_ID slot = 0;
  CK_TOKEN_INFO info;

  if (rv == CKR_OK)
    return TRUE;
  if (rv == CKR_PIN_INCORRECT || rv == CKR_PIN_LOCKED || rv == CKR_PIN_LEN_RANGE || rv == CKR_PIN_INVALID)
    return host_check (rv, call, error);
  if (!host_slots_find (p11, session->token, &slot, &info, NULL))
    {
      g_set_error (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_REMOVED, "%s: CKR 0x%lx, and the token is not there any more",
                   call, (gulong) rv);
      return FALSE;
    }
  return host_check (rv, call, error);
}

/* --- signing --- */

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
  if (!explain (p11, session, rv, "C_SignInit", error))
    return FALSE;
  if (!context)
    return TRUE;
  rv = login (p11, session->handle, CKU_CONTEXT_SPECIFIC, pin);
  if (rv == CKR_OK)
    return TRUE;
  renew_session (p11, session);
  return explain (p11, session, rv, "C_Login (context)", error);
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
  if (!explain (p11, session, rv, "C_Sign", error))
    return NULL;
  return g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, signature, length, 1);
}

/* --- making a key --- */

/* Two keys of one token must not share an id: the hash of what makes the key the key, as other programs compute it. */
static gboolean
make_id (GVariant *public_key, guint8 *id)
{
  g_autoptr (GVariant) value = g_variant_lookup_value (public_key, "modulus", G_VARIANT_TYPE_BYTESTRING);
  g_autoptr (GChecksum) sha1 = g_checksum_new (G_CHECKSUM_SHA1);
  gsize length = ID_LENGTH;

  if (value == NULL)
    value = g_variant_lookup_value (public_key, "point", G_VARIANT_TYPE_BYTESTRING);
  if (value == NULL)
    return FALSE;
  g_checksum_update (sha1, g_variant_get_data (value), (gssize) g_variant_get_size (value));
  g_checksum_get_digest (sha1, id, &length);
  return TRUE;
}

/* A token that forbids renaming keeps the random id the key was made with. */
static void
rename_key (CK_FUNCTION_LIST *p11, HostSession *session, CK_OBJECT_HANDLE public_key, CK_OBJECT_HANDLE private_key)
{
  g_autoptr (GVariant) description =
      g_variant_ref_sink (host_objects_describe_one (p11, session->handle, CKO_PUBLIC_KEY, public_key));
  guint8 id[ID_LENGTH];
  CK_ATTRIBUTE attribute = { CKA_ID, id, sizeof id };

  if (!make_id (description, id) || p11->C_SetAttributeValue (session->handle, private_key, &attribute, 1) != CKR_OK)
    return;
  p11->C_SetAttributeValue (session->handle, public_key, &attribute, 1);
}

static gboolean
generate_pair (CK_FUNCTION_LIST *p11,
               HostSession *session,
               guint bits,
               GBytes *params,
               const char *label,
               CK_OBJECT_HANDLE *public_key,
               CK_OBJECT_HANDLE *private_key,
               GError **error)
{
  CK_MECHANISM mechanism = { bits > 0 ? CKM_RSA_PKCS_KEY_PAIR_GEN : CKM_EC_KEY_PAIR_GEN, NULL, 0 };
  CK_BBOOL yes = CK_TRUE;
  CK_BBOOL no = CK_FALSE;
  CK_ULONG modulus_bits = bits;
  guint8 exponent[] = { 0x01, 0x00, 0x01 };
  guint8 id[ID_LENGTH];
  gsize params_length = 0;
  gconstpointer params_data = g_bytes_get_data (params, &params_length);
  CK_ATTRIBUTE public_template[] = {
    { CKA_TOKEN, &yes, sizeof yes },
    { CKA_PRIVATE, &no, sizeof no },
    { CKA_VERIFY, &yes, sizeof yes },
    { CKA_LABEL, (void *) label, strlen (label) },
    { CKA_ID, id, sizeof id },
    { CKA_MODULUS_BITS, &modulus_bits, sizeof modulus_bits },
    { CKA_PUBLIC_EXPONENT, exponent, sizeof exponent },
  };
  CK_ATTRIBUTE private_template[] = {
    { CKA_TOKEN, &yes, sizeof yes },     { CKA_PRIVATE, &yes, sizeof yes }, { CKA_SENSITIVE, &yes, sizeof yes },
    { CKA_EXTRACTABLE, &no, sizeof no }, { CKA_SIGN, &yes, sizeof yes },    { CKA_LABEL, (void *) label, strlen (label) },
    { CKA_ID, id, sizeof id },
  };
  gulong n_public = G_N_ELEMENTS (public_template);

  if (getrandom (id, sizeof id, 0) != (gssize) sizeof id)
    return host_set_error (error, SIGNET_TOKEN_ERROR_FAILED, "no random numbers");
  if (bits == 0)
    {
      public_template[5] = (CK_ATTRIBUTE){ CKA_EC_PARAMS, (void *) params_data, params_length };
      n_public = 6;
    }
  return explain (p11, session,
                  p11->C_GenerateKeyPair (session->handle, &mechanism, public_template, n_public, private_template,
                                          G_N_ELEMENTS (private_template), public_key, private_key),
                  "C_GenerateKeyPair", error);
}

GVariant *
host_session_generate (CK_FUNCTION_LIST *p11, HostSession *session, guint bits, GBytes *params, const char *label, GError **error)
{
  CK_OBJECT_HANDLE public_key = 0;
  CK_OBJECT_HANDLE private_key = 0;
  GVariantBuilder builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sv}"));

  if (!generate_pair (p11, session, bits, params, label, &public_key, &private_key, error))
    {
      g_variant_builder_clear (&builder);
      return NULL;
    }
  rename_key (p11, session, public_key, private_key);
  g_variant_builder_add_value (&builder, host_objects_describe_one (p11, session->handle, CKO_PUBLIC_KEY, public_key));
  g_variant_builder_add_value (&builder, host_objects_describe_one (p11, session->handle, CKO_PRIVATE_KEY, private_key));
  return g_variant_builder_end (&builder);
}

/* --- writing and deleting --- */

/* Valid as long as @dictionary. */
static gboolean
fill (GVariant *dictionary, const char *name, CK_ATTRIBUTE_TYPE type, CK_ATTRIBUTE *attribute, GVariant **keep)
{
  *keep = g_variant_lookup_value (dictionary, name, G_VARIANT_TYPE_BYTESTRING);
  if (*keep == NULL || g_variant_get_size (*keep) > HOST_MAX_VALUE)
    return FALSE;
  *attribute = (CK_ATTRIBUTE){ type, (void *) g_variant_get_data (*keep), g_variant_get_size (*keep) };
  return TRUE;
}

/* Byte for byte the same: gets the name it should have instead of a double. */
static gboolean
rename_same (CK_FUNCTION_LIST *p11,
             HostSession *session,
             CK_ATTRIBUTE *value,
             CK_ATTRIBUTE *names,
             gulong n_names,
             gboolean *found,
             GError **error)
{
  CK_OBJECT_CLASS class = CKO_CERTIFICATE;
  CK_BBOOL yes = CK_TRUE;
  CK_ATTRIBUTE template[] = { { CKA_CLASS, &class, sizeof class }, { CKA_TOKEN, &yes, sizeof yes }, *value };
  CK_OBJECT_HANDLE handle = 0;
  gulong n = 0;

  if (!host_objects_find (p11, session->handle, template, G_N_ELEMENTS (template), &handle, 1, &n, error))
    return FALSE;
  *found = n > 0;
  if (*found)
    p11->C_SetAttributeValue (session->handle, handle, names, n_names);
  return TRUE;
}

/* libp11's own template carries attributes that several tokens refuse; this is the least a certificate needs. */
gboolean
host_session_store (CK_FUNCTION_LIST *p11, HostSession *session, GVariant *certificate, GError **error)
{
  static const struct
  {
    const char *name;
    CK_ATTRIBUTE_TYPE type;
  } parts[] = {
    { "id", CKA_ID },           { "label", CKA_LABEL },   { "value", CKA_VALUE },
    { "subject", CKA_SUBJECT }, { "issuer", CKA_ISSUER }, { "serial", CKA_SERIAL_NUMBER },
  };
  CK_OBJECT_CLASS class = CKO_CERTIFICATE;
  CK_CERTIFICATE_TYPE x509 = CKC_X_509;
  CK_OBJECT_HANDLE handle = 0;
  CK_BBOOL yes = CK_TRUE;
  CK_BBOOL no = CK_FALSE;
  CK_ATTRIBUTE template[4 + G_N_ELEMENTS (parts)] = {
    { CKA_CLASS, &class, sizeof class },
    { CKA_CERTIFICATE_TYPE, &x509, sizeof x509 },
    { CKA_TOKEN, &yes, sizeof yes },
    { CKA_PRIVATE, &no, sizeof no },
  };
  GVariant *keep[G_N_ELEMENTS (parts)] = { NULL };
  gboolean complete = TRUE;
  gboolean found = FALSE;
  gboolean ok = FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    complete &= fill (certificate, parts[i].name, parts[i].type, &template[4 + i], &keep[i]);
  if (!complete)
    host_set_error (error, SIGNET_TOKEN_ERROR_FAILED, "the certificate to be stored is not described completely");
  else
    ok = rename_same (p11, session, &template[6], &template[4], 2, &found, error);
  if (ok && !found)
    ok = explain (p11, session, p11->C_CreateObject (session->handle, template, G_N_ELEMENTS (template), &handle),
                  "C_CreateObject", error);
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    g_clear_pointer (&keep[i], g_variant_unref);
  return ok;
}

/* What tells objects of a class apart beyond their id. */
static CK_ATTRIBUTE_TYPE
distinguishing (CK_OBJECT_CLASS class, gsize length)
{
  if (class == CKO_CERTIFICATE)
    return CKA_VALUE;
  return length > 140 ? CKA_MODULUS : CKA_EC_POINT; /* 140: a point on a curve of 521 bits and its header */
}

static gboolean
delete_one (CK_FUNCTION_LIST *p11,
            HostSession *session,
            guint64 class64,
            GVariant *id,
            GVariant *value,
            guint *count,
            GError **error)
{
  CK_OBJECT_CLASS class = (CK_OBJECT_CLASS) class64;
  CK_BBOOL yes = CK_TRUE;
  gsize length = g_variant_get_size (value);
  CK_ATTRIBUTE template[4] = {
    { CKA_CLASS, &class, sizeof class },
    { CKA_TOKEN, &yes, sizeof yes },
    { CKA_ID, (void *) g_variant_get_data (id), g_variant_get_size (id) },
    { distinguishing (class, length), (void *) g_variant_get_data (value), length },
  };
  CK_OBJECT_HANDLE handles[16];
  gulong n = 0;

  /* neither id nor value: that would be everything */
  if (g_variant_get_size (id) == 0 && length == 0)
    return host_set_error (error, SIGNET_TOKEN_ERROR_NOT_FOUND, "the object to be deleted has no name");
  if (!host_objects_find (p11, session->handle, template, length > 0 ? 4 : 3, handles, G_N_ELEMENTS (handles), &n, error))
    return FALSE;
  for (gulong i = 0; i < n; i++)
    if (!explain (p11, session, p11->C_DestroyObject (session->handle, handles[i]), "C_DestroyObject", error))
      return FALSE;
  *count += (guint) n;
  return TRUE;
}

gboolean
host_session_delete (CK_FUNCTION_LIST *p11, HostSession *session, GVariant *objects, guint *count, GError **error)
{
  GVariantIter iter;
  guint64 class = 0;
  GVariant *id = NULL;
  GVariant *value = NULL;
  gboolean ok = TRUE;

  g_variant_iter_init (&iter, objects);
  while (ok && g_variant_iter_next (&iter, "(t@ay@ay)", &class, &id, &value))
    {
      ok = delete_one (p11, session, class, id, value, count, error);
      g_variant_unref (id);
      g_variant_unref (value);
    }
  return ok;
}
