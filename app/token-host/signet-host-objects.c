/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-host-objects.c: finding objects and reading their attributes, with room for what is sane and for nothing more.
 *
 * One C_GetAttributeValue per object, into buffers of ours: asking for the sizes first would double the calls, and decoding
 * certificates is nobody's business here.
 */
#define G_LOG_DOMAIN "signet-host-objects"

#include "config.h"

#include <string.h>

#include "signet-host-private.h"

#define BATCH 64

/* Left of what one answer may carry: D-Bus takes 128 MiB, nobody's token needs a quarter of it. */
static gsize budget = HOST_MAX_ANSWER;

void
host_objects_start_answer (void)
{
  budget = HOST_MAX_ANSWER;
}

gboolean
host_objects_find (CK_FUNCTION_LIST *p11,
                   CK_SESSION_HANDLE session,
                   CK_ATTRIBUTE *template,
                   gulong n_template,
                   CK_OBJECT_HANDLE *handles,
                   gulong max,
                   gulong *n_handles,
                   GError **error)
{
  gulong total = 0;
  CK_RV rv = p11->C_FindObjectsInit (session, template, n_template);

  *n_handles = 0;
  if (!host_check (rv, "C_FindObjectsInit", error))
    return FALSE;
  while (total < max)
    {
      gulong wanted = MIN (BATCH, max - total);
      CK_ULONG found = 0;

      rv = p11->C_FindObjects (session, handles + total, wanted, &found);
      if (rv != CKR_OK || found == 0 || found > wanted)
        break;
      total += found;
    }
  p11->C_FindObjectsFinal (session);
  *n_handles = total;
  return host_check (rv, "C_FindObjects", error);
}

/* --- attributes --- */

/* Buffers for one object; static, for there is one thread and no recursion. */
static guint8 id_buffer[HOST_MAX_TEXT];
static guint8 label_buffer[HOST_MAX_TEXT];
static guint8 value_buffer[HOST_MAX_VALUE];
static guint8 modulus_buffer[HOST_MAX_KEY];
static guint8 exponent_buffer[HOST_MAX_KEY];
static guint8 params_buffer[HOST_MAX_KEY];
static guint8 point_buffer[HOST_MAX_KEY];
static CK_ULONG key_type;
static CK_BBOOL always;

/* What a class has, by the name it has in org.signet.TokenHost. */
typedef struct
{
  CK_ATTRIBUTE_TYPE type;
  const char *name;
  void *buffer;
  gsize size;
} Wanted;

static const Wanted certificate_attributes[] = {
  { CKA_ID, "id", id_buffer, sizeof id_buffer },
  { CKA_LABEL, "label", label_buffer, sizeof label_buffer },
  { CKA_VALUE, "value", value_buffer, sizeof value_buffer },
};

static const Wanted public_attributes[] = {
  { CKA_ID, "id", id_buffer, sizeof id_buffer },
  { CKA_LABEL, "label", label_buffer, sizeof label_buffer },
  { CKA_KEY_TYPE, "key-type", &key_type, sizeof key_type },
};

static const Wanted private_attributes[] = {
  { CKA_ID, "id", id_buffer, sizeof id_buffer },
  { CKA_LABEL, "label", label_buffer, sizeof label_buffer },
  { CKA_KEY_TYPE, "key-type", &key_type, sizeof key_type },
  { CKA_ALWAYS_AUTHENTICATE, "always", &always, sizeof always },
};

static const Wanted rsa_attributes[] = {
  { CKA_MODULUS, "modulus", modulus_buffer, sizeof modulus_buffer },
  { CKA_PUBLIC_EXPONENT, "exponent", exponent_buffer, sizeof exponent_buffer },
};

static const Wanted ec_attributes[] = {
  { CKA_EC_PARAMS, "params", params_buffer, sizeof params_buffer },
  { CKA_EC_POINT, "point", point_buffer, sizeof point_buffer },
};

/* Absent, secret, too long: the module says so by length -1. A length beyond the buffer is a lie and counts as absent. */
static gboolean
is_there (const CK_ATTRIBUTE *attribute, const Wanted *wanted)
{
  return attribute->ulValueLen != (CK_ULONG) -1 && attribute->ulValueLen <= wanted->size;
}

static void
insert (GVariantDict *description, const Wanted *wanted, gsize length)
{
  if (wanted->buffer == &key_type)
    {
      if (length == sizeof key_type)
        g_variant_dict_insert (description, wanted->name, "t", (guint64) key_type);
    }
  else if (wanted->buffer == &always)
    {
      if (length == sizeof always)
        g_variant_dict_insert (description, wanted->name, "b", always != CK_FALSE);
    }
  else
    g_variant_dict_insert_value (description, wanted->name,
                                 g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, wanted->buffer, length, 1));
}

static void
read_attributes (CK_FUNCTION_LIST *p11,
                 CK_SESSION_HANDLE session,
                 CK_OBJECT_HANDLE handle,
                 const Wanted *wanted,
                 guint n,
                 GVariantDict *description)
{
  CK_ATTRIBUTE attributes[8];
  CK_RV rv;

  for (guint i = 0; i < n; i++)
    attributes[i] = (CK_ATTRIBUTE){ wanted[i].type, wanted[i].buffer, wanted[i].size };
  rv = p11->C_GetAttributeValue (session, handle, attributes, n);
  if (rv != CKR_OK && rv != CKR_ATTRIBUTE_TYPE_INVALID && rv != CKR_ATTRIBUTE_SENSITIVE && rv != CKR_BUFFER_TOO_SMALL)
    return;
  for (guint i = 0; i < n; i++)
    if (is_there (&attributes[i], &wanted[i]))
      insert (description, &wanted[i], attributes[i].ulValueLen);
}

static void
read_key (CK_FUNCTION_LIST *p11, CK_SESSION_HANDLE session, CK_OBJECT_HANDLE handle, GVariantDict *description)
{
  guint64 type = 0;

  if (!g_variant_dict_lookup (description, "key-type", "t", &type))
    return;
  if (type == CKK_RSA)
    read_attributes (p11, session, handle, rsa_attributes, G_N_ELEMENTS (rsa_attributes), description);
  else if (type == CKK_EC)
    read_attributes (p11, session, handle, ec_attributes, G_N_ELEMENTS (ec_attributes), description);
}

GVariant *
host_objects_describe_one (CK_FUNCTION_LIST *p11, CK_SESSION_HANDLE session, CK_OBJECT_CLASS class, CK_OBJECT_HANDLE handle)
{
  g_auto (GVariantDict) description = G_VARIANT_DICT_INIT (NULL);

  g_variant_dict_insert (&description, "class", "t", (guint64) class);
  /* nothing but a private key is ever named by its handle; and two listings of the same objects are the same without */
  if (class == CKO_PRIVATE_KEY)
    g_variant_dict_insert (&description, "handle", "t", (guint64) handle);
  if (class == CKO_CERTIFICATE)
    read_attributes (p11, session, handle, certificate_attributes, G_N_ELEMENTS (certificate_attributes), &description);
  else if (class == CKO_PUBLIC_KEY)
    read_attributes (p11, session, handle, public_attributes, G_N_ELEMENTS (public_attributes), &description);
  else
    read_attributes (p11, session, handle, private_attributes, G_N_ELEMENTS (private_attributes), &description);
  if (class != CKO_CERTIFICATE)
    read_key (p11, session, handle, &description);
  return g_variant_dict_end (&description);
}

gboolean
host_objects_describe (CK_FUNCTION_LIST *p11,
                       CK_SESSION_HANDLE session,
                       CK_OBJECT_CLASS class,
                       GVariantBuilder *builder,
                       GError **error)
{
  g_autofree CK_OBJECT_HANDLE *handles = g_new0 (CK_OBJECT_HANDLE, HOST_MAX_OBJECTS);
  CK_OBJECT_CLASS wanted = class;
  CK_CERTIFICATE_TYPE x509 = CKC_X_509;
  CK_BBOOL yes = CK_TRUE;
  CK_ATTRIBUTE template[] = {
    { CKA_CLASS, &wanted, sizeof wanted },
    { CKA_TOKEN, &yes, sizeof yes },
    { CKA_CERTIFICATE_TYPE, &x509, sizeof x509 },
  };
  gulong n = 0;

  if (!host_objects_find (p11, session, template, class == CKO_CERTIFICATE ? 3 : 2, handles, HOST_MAX_OBJECTS, &n, error))
    return FALSE;
  for (gulong i = 0; i < n; i++)
    {
      GVariant *description = host_objects_describe_one (p11, session, class, handles[i]);

      g_variant_builder_add_value (builder, description);
      if (g_variant_get_size (description) > budget)
        return host_set_error (error, SIGNET_TOKEN_ERROR_MODULE_LIED, "the token holds more than we list");
      budget -= g_variant_get_size (description);
    }
  return TRUE;
}
