/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-host-generate.c: making a key pair that never leaves the token. */
#define G_LOG_DOMAIN "signet-host-generate"

#include "config.h"

#include <string.h>
#include <sys/random.h>

#include "signet-host-private.h"

/* --- its name --- */

/* Two keys of one token must not share an id: the hash of what makes the key the key, as other programs compute it. */
static gboolean
make_id (GVariant *public_key, guint8 *id)
{
  g_autoptr (GVariant) value = g_variant_lookup_value (public_key, "modulus", G_VARIANT_TYPE_BYTESTRING);
  g_autoptr (GChecksum) sha1 = g_checksum_new (G_CHECKSUM_SHA1);
  gsize length = HOST_ID_LENGTH;

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
  guint8 id[HOST_ID_LENGTH];
  CK_ATTRIBUTE attribute = { CKA_ID, id, sizeof id };

  if (!make_id (description, id) || p11->C_SetAttributeValue (session->handle, private_key, &attribute, 1) != CKR_OK)
    return;
  p11->C_SetAttributeValue (session->handle, public_key, &attribute, 1);
}

/* --- making --- */

/* What is to be made. */
typedef struct
{
  CK_MECHANISM_TYPE mechanism;
  CK_ULONG bits;        /* RSA */
  const guint8 *params; /* else */
  gsize params_length;
  const char *label;
  guint8 id[HOST_ID_LENGTH];
  gsize id_length;
} Wish;

static const guint8 exponent[] = { 0x01, 0x00, 0x01 };

static void
fill_public (HostTemplate *template, const Wish *wish, HostMeasure measure)
{
  host_template_add_public (template, wish->label, wish->id, wish->id_length, measure);
  if (wish->bits > 0)
    {
      host_template_add (template, CKA_MODULUS_BITS, &wish->bits, sizeof wish->bits);
      host_template_add (template, CKA_PUBLIC_EXPONENT, exponent, sizeof exponent);
    }
  else
    host_template_add (template, CKA_EC_PARAMS, wish->params, wish->params_length);
}

static CK_RV
generate (CK_FUNCTION_LIST *p11,
          HostSession *session,
          const Wish *wish,
          CK_OBJECT_HANDLE *public_key,
          CK_OBJECT_HANDLE *private_key)
{
  CK_MECHANISM mechanism = { wish->mechanism, NULL, 0 };
  CK_RV rv = CKR_OK;
  CK_RV first = CKR_OK;

  for (HostMeasure measure = HOST_MEASURE_FULL; measure < HOST_N_MEASURES; measure++)
    {
      HostTemplate public_template = { .n = 0 };
      HostTemplate private_template = { .n = 0 };

      fill_public (&public_template, wish, measure);
      host_template_add_private (&private_template, wish->label, wish->id, wish->id_length, measure);
      rv = p11->C_GenerateKeyPair (session->handle, &mechanism, public_template.attributes, public_template.n,
                                   private_template.attributes, private_template.n, public_key, private_key);
      if (measure == HOST_MEASURE_FULL)
        first = rv;
      if (!host_template_is_refused (rv))
        return rv;
    }
  return first;
}

/* PKCS#11 v3.0, 2.3.10: Edwards curves go by OID or by name, and modules know one of the two. */
static CK_RV
generate_edwards (CK_FUNCTION_LIST *p11,
                  HostSession *session,
                  Wish *wish,
                  CK_OBJECT_HANDLE *public_key,
                  CK_OBJECT_HANDLE *private_key)
{
  static const guint8 name[] = { 0x13, 0x0c, 'e', 'd', 'w', 'a', 'r', 'd', 's', '2', '5', '5', '1', '9' };
  CK_RV rv = generate (p11, session, wish, public_key, private_key);

  if (rv != CKR_DOMAIN_PARAMS_INVALID && rv != CKR_CURVE_NOT_SUPPORTED && rv != CKR_GENERAL_ERROR &&
      !host_template_is_refused (rv))
    return rv;
  wish->params = name;
  wish->params_length = sizeof name;
  return generate (p11, session, wish, public_key, private_key);
}

/* --- what was made --- */

static gboolean
check_protection (CK_FUNCTION_LIST *p11,
                  HostSession *session,
                  CK_OBJECT_HANDLE public_key,
                  CK_OBJECT_HANDLE private_key,
                  GVariant *description,
                  GError **error)
{
  if (host_template_check_protection (description))
    return TRUE;
  p11->C_DestroyObject (session->handle, private_key);
  p11->C_DestroyObject (session->handle, public_key);
  return host_set_error (error, SIGNET_TOKEN_ERROR_UNSUPPORTED, "the token makes only keys that can be taken out of it");
}

static gboolean
make_wish (Wish *wish, const char *kind, guint bits, GBytes *params, const char *label, GError **error)
{
  *wish = (Wish){ .label = label };
  wish->params = g_bytes_get_data (params, &wish->params_length);
  if (g_str_equal (kind, "rsa") && bits > 0)
    {
      wish->mechanism = CKM_RSA_PKCS_KEY_PAIR_GEN;
      wish->bits = bits;
    }
  else if (g_str_equal (kind, "ec"))
    wish->mechanism = CKM_EC_KEY_PAIR_GEN;
  else if (g_str_equal (kind, "edwards"))
    wish->mechanism = CKM_EC_EDWARDS_KEY_PAIR_GEN;
  else
    return host_set_error (error, SIGNET_TOKEN_ERROR_UNSUPPORTED, "no such kind of key");
  wish->id_length = sizeof wish->id;
  if (getrandom (wish->id, sizeof wish->id, 0) != (gssize) sizeof wish->id)
    return host_set_error (error, SIGNET_TOKEN_ERROR_FAILED, "no random numbers");
  return TRUE;
}

/* --- where --- */

static gboolean
is_occupied (CK_FUNCTION_LIST *p11, HostSession *session, GBytes *place, gboolean *occupied, GError **error)
{
  CK_OBJECT_CLASS classes[] = { CKO_PRIVATE_KEY, CKO_PUBLIC_KEY, CKO_CERTIFICATE };
  gsize length = 0;
  const guint8 *id = g_bytes_get_data (place, &length);

  *occupied = FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (classes) && !*occupied; i++)
    {
      CK_ATTRIBUTE template[] = { { CKA_CLASS, &classes[i], sizeof classes[i] }, { CKA_ID, (void *) id, length } };
      CK_OBJECT_HANDLE handle = 0;
      gulong n = 0;

      if (!host_objects_find (p11, session->handle, template, G_N_ELEMENTS (template), &handle, 1, &n, error))
        return FALSE;
      *occupied = n > 0;
    }
  return TRUE;
}

/* A token with places of its own makes a key over the one that is there, without a word. Asked now, of the token as it is: what
 * was listed may be old. */
static gboolean
take_place (CK_FUNCTION_LIST *p11, HostSession *session, Wish *wish, GBytes *place, gboolean replace, GError **error)
{
  gsize length = 0;
  const guint8 *id = g_bytes_get_data (place, &length);
  gboolean occupied = FALSE;

  if (length == 0)
    return TRUE;
  if (length > sizeof wish->id)
    return host_set_error (error, SIGNET_TOKEN_ERROR_UNSUPPORTED, "no token has a place of that name");
  if (!is_occupied (p11, session, place, &occupied, error))
    return FALSE;
  if (occupied && !replace)
    return host_set_error (error, SIGNET_TOKEN_ERROR_OCCUPIED, "there is a key or a certificate in that place of the token");
  memcpy (wish->id, id, length);
  wish->id_length = length;
  return TRUE;
}

GVariant *
host_session_generate (CK_FUNCTION_LIST *p11,
                       HostSession *session,
                       const char *kind,
                       guint bits,
                       GBytes *params,
                       const char *label,
                       GBytes *place,
                       gboolean replace,
                       GError **error)
{
  CK_OBJECT_HANDLE public_key = 0;
  CK_OBJECT_HANDLE private_key = 0;
  g_autoptr (GVariant) description = NULL;
  GVariantBuilder builder;
  Wish wish;
  CK_RV rv;

  if (!make_wish (&wish, kind, bits, params, label, error) || !take_place (p11, session, &wish, place, replace, error))
    return NULL;
  if (wish.mechanism == CKM_EC_EDWARDS_KEY_PAIR_GEN)
    rv = generate_edwards (p11, session, &wish, &public_key, &private_key);
  else
    rv = generate (p11, session, &wish, &public_key, &private_key);
  if (host_template_is_refused (rv))
    {
      host_set_rv_error (error, SIGNET_TOKEN_ERROR_UNSUPPORTED, "the token makes no key of this kind in this way", rv);
      return NULL;
    }
  if (!host_session_explain (p11, session, rv, "C_GenerateKeyPair", error))
    return NULL;
  if (g_bytes_get_size (place) == 0)
    rename_key (p11, session, public_key, private_key);
  description = g_variant_ref_sink (host_objects_describe_one (p11, session->handle, CKO_PRIVATE_KEY, private_key));
  if (!check_protection (p11, session, public_key, private_key, description, error))
    return NULL;
  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  g_variant_builder_add_value (&builder, host_objects_describe_one (p11, session->handle, CKO_PUBLIC_KEY, public_key));
  g_variant_builder_add_value (&builder, description);
  return g_variant_builder_end (&builder);
}
