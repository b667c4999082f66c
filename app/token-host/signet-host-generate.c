/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-host-generate.c: making a key pair that never leaves the token. */
#define G_LOG_DOMAIN "signet-host-generate"

#include "config.h"

#include <string.h>
#include <sys/random.h>

#include "signet-host-private.h"

#define ID_LENGTH 20

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
  return host_session_explain (p11, session,
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
