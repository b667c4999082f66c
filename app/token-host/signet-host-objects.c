/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-host-objects.c: finding objects and reading their attributes, with room for what is sane and for nothing more.
 *
 * One C_GetAttributeValue per object, into buffers of ours: asking for the sizes first would double the calls, and decoding
 * certificates is nobody's business here.
 */
#define G_LOG_DOMAIN "signet-host-objects"

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "signet-host-private.h"

#define BATCH 64 /* handles in one call */
#define MANY  32 /* certificates: no card has as many */

/* Left of what one answer may carry: D-Bus takes 128 MiB, nobody's token needs a quarter of it. */
static gsize budget = HOST_MAX_ANSWER;

/* Certificates longer than HOST_MAX_VALUE since somebody asked. */
static guint omitted;

void
host_objects_start_answer (void)
{
  budget = HOST_MAX_ANSWER;
  omitted = 0;
}

guint
host_objects_take_omitted (void)
{
  guint n = omitted;

  omitted = 0;
  return n;
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
static CK_ULONG numbers[HOST_MAX_MECHANISMS];
static CK_BBOOL booleans[8];

typedef enum
{
  BYTES,
  NUMBER,
  NUMBERS,
  BOOLEAN,
} Kind;

/* What a class has, by the name it has in org.signet.TokenHost. */
typedef struct
{
  CK_ATTRIBUTE_TYPE type;
  const char *name;
  Kind kind;
  void *buffer;
  gsize size;
} Wanted;

static const Wanted certificate_attributes[] = {
  { CKA_ID, "id", BYTES, id_buffer, sizeof id_buffer },
  { CKA_LABEL, "label", BYTES, label_buffer, sizeof label_buffer },
  { CKA_VALUE, "value", BYTES, value_buffer, sizeof value_buffer },
};

static const Wanted public_attributes[] = {
  { CKA_ID, "id", BYTES, id_buffer, sizeof id_buffer },
  { CKA_LABEL, "label", BYTES, label_buffer, sizeof label_buffer },
  { CKA_KEY_TYPE, "key-type", NUMBER, &numbers[0], sizeof numbers[0] },
};

static const Wanted private_attributes[] = {
  { CKA_ID, "id", BYTES, id_buffer, sizeof id_buffer },
  { CKA_LABEL, "label", BYTES, label_buffer, sizeof label_buffer },
  { CKA_KEY_TYPE, "key-type", NUMBER, &numbers[0], sizeof numbers[0] },
  { CKA_ALWAYS_AUTHENTICATE, "always", BOOLEAN, &booleans[0], sizeof booleans[0] },
};

/* The evidence for sole control: PKCS#11 v2.40, 4.9. Asked for apart, for not every module knows all of it. */
static const Wanted facts[] = {
  { CKA_LOCAL, "local", BOOLEAN, &booleans[1], sizeof booleans[1] },
  { CKA_SENSITIVE, "sensitive", BOOLEAN, &booleans[2], sizeof booleans[2] },
  { CKA_ALWAYS_SENSITIVE, "always-sensitive", BOOLEAN, &booleans[3], sizeof booleans[3] },
  { CKA_EXTRACTABLE, "extractable", BOOLEAN, &booleans[4], sizeof booleans[4] },
  { CKA_NEVER_EXTRACTABLE, "never-extractable", BOOLEAN, &booleans[5], sizeof booleans[5] },
  { CKA_SIGN, "sign", BOOLEAN, &booleans[6], sizeof booleans[6] },
};

static const Wanted mechanism_facts[] = {
  { CKA_KEY_GEN_MECHANISM, "made-by", NUMBER, &numbers[0], sizeof numbers[0] },
};

static const Wanted allowed_mechanisms[] = {
  { CKA_ALLOWED_MECHANISMS, "allowed", NUMBERS, numbers, sizeof numbers },
};

static const Wanted rsa_attributes[] = {
  { CKA_MODULUS, "modulus", BYTES, modulus_buffer, sizeof modulus_buffer },
  { CKA_PUBLIC_EXPONENT, "exponent", BYTES, exponent_buffer, sizeof exponent_buffer },
};

static const Wanted ec_attributes[] = {
  { CKA_EC_PARAMS, "params", BYTES, params_buffer, sizeof params_buffer },
  { CKA_EC_POINT, "point", BYTES, point_buffer, sizeof point_buffer },
};

/* One object as it is told: written once, in the order it is read. */
typedef struct
{
  GVariantBuilder builder; /* a{sv} */
  gboolean has_value;
  gboolean has_key_type;
  CK_ULONG key_type;
  gboolean packs; /* of a certificate: there is no builder, only how much is in the buffers */
  guint32 id_length;
  guint32 label_length;
  guint32 value_length;
} Description;

static void
description_init (Description *description, CK_OBJECT_CLASS class)
{
  *description = (Description){ .has_value = FALSE };
  g_variant_builder_init (&description->builder, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&description->builder, "{sv}", "class", g_variant_new_uint64 (class));
}

static void
remember (Description *description, const Wanted *wanted)
{
  description->has_value |= wanted->type == CKA_VALUE;
  if (wanted->type != CKA_KEY_TYPE)
    return;
  description->has_key_type = TRUE;
  description->key_type = numbers[0];
}

static void
note_length (Description *description, const Wanted *wanted, gsize length)
{
  guint32 *place = wanted->type == CKA_ID      ? &description->id_length
                   : wanted->type == CKA_LABEL ? &description->label_length
                                               : &description->value_length;

  *place = (guint32) length;
}

static void
insert (Description *description, const Wanted *wanted, gsize length)
{
  GVariantBuilder list;
  GVariant *value = NULL;

  remember (description, wanted);
  if (description->packs)
    {
      note_length (description, wanted, length);
      return;
    }
  switch (wanted->kind)
    {
    case NUMBER:
      value = g_variant_new_uint64 (numbers[0]);
      break;
    case BOOLEAN:
      value = g_variant_new_boolean (*(CK_BBOOL *) wanted->buffer != CK_FALSE);
      break;
    case NUMBERS:
      g_variant_builder_init (&list, G_VARIANT_TYPE ("at"));
      for (gsize i = 0; i < length / sizeof numbers[0]; i++)
        g_variant_builder_add (&list, "t", (guint64) numbers[i]);
      value = g_variant_builder_end (&list);
      break;
    case BYTES:
    default:
      value = g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, wanted->buffer, length, 1);
      break;
    }
  g_variant_builder_add_value (&description->builder,
                               g_variant_new_dict_entry (g_variant_new_string (wanted->name), g_variant_new_variant (value)));
}

/* A length that the kind cannot have is a lie and counts as absent. */
static gboolean
length_fits (const Wanted *wanted, CK_ULONG length)
{
  if (length == (CK_ULONG) -1 || length > wanted->size)
    return FALSE;
  if (wanted->kind == NUMBERS)
    return length % sizeof numbers[0] == 0;
  return wanted->kind == BYTES || length == wanted->size;
}

/* No boolean and no number of PKCS#11 looks like this. */
#define UNTOUCHED 0x5a

static CK_ATTRIBUTE
prepare (const Wanted *wanted)
{
  if (wanted->kind != BYTES)
    memset (wanted->buffer, UNTOUCHED, wanted->size);
  return (CK_ATTRIBUTE){ wanted->type, wanted->buffer, wanted->size };
}

/* PKCS#11 v2.40, 5.7: a refused attribute gets the length -1 and the others are answered all the same. Modules that give up at
 * the first one leave the rest as they were. */
static gboolean
is_untouched (const CK_ATTRIBUTE *attribute, const Wanted *wanted)
{
  const guint8 *bytes = wanted->buffer;

  return attribute->ulValueLen == wanted->size && (wanted->kind == BYTES || bytes[wanted->size - 1] == UNTOUCHED);
}

static gboolean
may_hold_answers (CK_RV rv)
{
  return rv == CKR_ATTRIBUTE_TYPE_INVALID || rv == CKR_ATTRIBUTE_SENSITIVE || rv == CKR_BUFFER_TOO_SMALL;
}

/* Asks for one attribute; FALSE: there is none, or it does not fit. */
static gboolean
read_alone (CK_FUNCTION_LIST *p11,
            CK_SESSION_HANDLE session,
            CK_OBJECT_HANDLE handle,
            const Wanted *wanted,
            CK_ATTRIBUTE *attribute)
{
  *attribute = prepare (wanted);
  return p11->C_GetAttributeValue (session, handle, attribute, 1) == CKR_OK;
}

/* All in one call; what a module that fails the call as a whole may still know is asked for again, alone.
 * Returns: the last answer of the module to all of them. */
static CK_RV
read_attributes (CK_FUNCTION_LIST *p11,
                 CK_SESSION_HANDLE session,
                 CK_OBJECT_HANDLE handle,
                 const Wanted *wanted,
                 guint n,
                 Description *description)
{
  CK_ATTRIBUTE attributes[8];
  CK_RV rv;

  for (guint i = 0; i < n; i++)
    attributes[i] = prepare (&wanted[i]);
  rv = p11->C_GetAttributeValue (session, handle, attributes, n);
  if (rv != CKR_OK && !may_hold_answers (rv))
    return rv;
  for (guint i = 0; i < n; i++)
    {
      gboolean there = rv == CKR_OK || !is_untouched (&attributes[i], &wanted[i]) ||
                       (n > 1 && read_alone (p11, session, handle, &wanted[i], &attributes[i]));

      if (there && length_fits (&wanted[i], attributes[i].ulValueLen))
        insert (description, &wanted[i], attributes[i].ulValueLen);
    }
  return rv;
}

#define READ(wanted) read_attributes (p11, session, handle, wanted, G_N_ELEMENTS (wanted), &description)

static void
read_material (CK_FUNCTION_LIST *p11, CK_SESSION_HANDLE session, CK_OBJECT_HANDLE handle, Description *description)
{
  if (!description->has_key_type)
    return;
  if (description->key_type == CKK_RSA)
    read_attributes (p11, session, handle, rsa_attributes, G_N_ELEMENTS (rsa_attributes), description);
  else if (description->key_type == CKK_EC || description->key_type == CKK_EC_EDWARDS)
    read_attributes (p11, session, handle, ec_attributes, G_N_ELEMENTS (ec_attributes), description);
}

/* Borrowed by whoever lists; a listing is one thread's. */
typedef struct
{
  CK_FUNCTION_LIST *p11;
  CK_SESSION_HANDLE session;
  GVariantBuilder *builder;
  GByteArray *certificates;
} Listing;

static gboolean
spend (gsize size, GError **error)
{
  if (size > budget)
    return host_set_error (error, SIGNET_TOKEN_ERROR_MODULE_LIED, "the token holds more than we list");
  budget -= size;
  return TRUE;
}

/* A token may have a thousand: they are not made into values one by one. */
static gboolean
pack_certificate (Listing *listing, CK_OBJECT_HANDLE handle, GError **error)
{
  CK_FUNCTION_LIST *p11 = listing->p11;
  CK_SESSION_HANDLE session = listing->session;
  Description description = { .packs = TRUE };
  CK_ATTRIBUTE size = { CKA_VALUE, NULL, 0 };
  guint32 lengths[3];

  READ (certificate_attributes);
  /* one that is there and too long for us must not vanish from sight */
  if (!description.has_value && p11->C_GetAttributeValue (session, handle, &size, 1) == CKR_OK &&
      size.ulValueLen != (CK_ULONG) -1 && size.ulValueLen > sizeof value_buffer)
    omitted++;
  if (!description.has_value)
    return TRUE;
  lengths[0] = description.id_length;
  lengths[1] = description.label_length;
  lengths[2] = description.value_length;
  if (!spend (sizeof lengths + lengths[0] + lengths[1] + lengths[2], error))
    return FALSE;
  g_byte_array_append (listing->certificates, (const guint8 *) lengths, sizeof lengths);
  g_byte_array_append (listing->certificates, id_buffer, lengths[0]);
  g_byte_array_append (listing->certificates, label_buffer, lengths[1]);
  g_byte_array_append (listing->certificates, value_buffer, lengths[2]);
  return TRUE;
}

static GVariant *
describe_key (CK_FUNCTION_LIST *p11, CK_SESSION_HANDLE session, CK_OBJECT_CLASS class, CK_OBJECT_HANDLE handle)
{
  Description description;

  description_init (&description, class);
  if (class == CKO_PUBLIC_KEY)
    READ (public_attributes);
  else
    {
      g_variant_builder_add (&description.builder, "{sv}", "handle", g_variant_new_uint64 (handle));
      READ (private_attributes);
      READ (facts);
      READ (mechanism_facts);
      READ (allowed_mechanisms);
    }
  read_material (p11, session, handle, &description);
  return g_variant_builder_end (&description.builder);
}

GVariant *
host_objects_describe_one (CK_FUNCTION_LIST *p11, CK_SESSION_HANDLE session, CK_OBJECT_CLASS class, CK_OBJECT_HANDLE handle)
{
  return describe_key (p11, session, class, handle);
}

static gboolean
describe_one_of (Listing *listing, CK_OBJECT_CLASS class, CK_OBJECT_HANDLE handle, GError **error)
{
  GVariant *description = NULL;

  if (class == CKO_CERTIFICATE)
    return pack_certificate (listing, handle, error);
  description = describe_key (listing->p11, listing->session, class, handle);
  g_variant_builder_add_value (listing->builder, description);
  return spend (g_variant_get_size (description), error);
}

static gboolean
describe_all_of (Listing *listing, CK_OBJECT_CLASS class, const CK_OBJECT_HANDLE *handles, gulong n, GError **error)
{
  for (gulong i = 0; i < n; i++)
    if (!describe_one_of (listing, class, handles[i], error))
      return FALSE;
  return TRUE;
}

static gboolean
find_class (Listing *listing, CK_OBJECT_CLASS class, CK_OBJECT_HANDLE *handles, gulong *n, GError **error)
{
  CK_OBJECT_CLASS wanted = class;
  CK_CERTIFICATE_TYPE x509 = CKC_X_509;
  CK_BBOOL yes = CK_TRUE;
  CK_ATTRIBUTE template[] = {
    { CKA_CLASS, &wanted, sizeof wanted },
    { CKA_TOKEN, &yes, sizeof yes },
    { CKA_CERTIFICATE_TYPE, &x509, sizeof x509 },
  };

  return host_objects_find (listing->p11, listing->session, template, class == CKO_CERTIFICATE ? 3 : 2, handles, HOST_MAX_OBJECTS, n,
                            error);
}

gboolean
host_objects_describe (CK_FUNCTION_LIST *p11,
                       CK_SESSION_HANDLE session,
                       CK_OBJECT_CLASS class,
                       GVariantBuilder *builder,
                       GError **error)
{
  Listing listing = { p11, session, builder, NULL };
  g_autofree CK_OBJECT_HANDLE *handles = g_new (CK_OBJECT_HANDLE, HOST_MAX_OBJECTS);
  gulong n = 0;

  return find_class (&listing, class, handles, &n, error) && describe_all_of (&listing, class, handles, n, error);
}

/* --- a token with many certificates --- */

static int
compare_handles (const void *a, const void *b)
{
  const CK_OBJECT_HANDLE x = *(const CK_OBJECT_HANDLE *) a;
  const CK_OBJECT_HANDLE y = *(const CK_OBJECT_HANDLE *) b;

  return (x > y) - (x < y);
}

/* What is neither a key nor, for whatever reason, willing to say what it is, is passed over. */
static gboolean
describe_key_at (Listing *listing, CK_OBJECT_HANDLE handle, GError **error)
{
  CK_OBJECT_CLASS class = CKO_DATA;
  CK_ATTRIBUTE attribute = { CKA_CLASS, &class, sizeof class };
  CK_RV rv = listing->p11->C_GetAttributeValue (listing->session, handle, &attribute, 1);

  if (rv != CKR_OK || attribute.ulValueLen != sizeof class || (class != CKO_PUBLIC_KEY && class != CKO_PRIVATE_KEY))
    return TRUE;
  return describe_all_of (listing, class, &handle, 1, error);
}

/* FALSE without an error: the module does not search without a class, or forgets what it has just shown. */
static gboolean
describe_the_rest (Listing *listing, CK_OBJECT_HANDLE *certificates, gulong n_certificates, GError **error)
{
  g_autofree CK_OBJECT_HANDLE *handles = g_new (CK_OBJECT_HANDLE, HOST_MAX_OBJECTS);
  CK_BBOOL yes = CK_TRUE;
  CK_ATTRIBUTE template[] = { { CKA_TOKEN, &yes, sizeof yes } };
  gulong n = 0;

  if (!host_objects_find (listing->p11, listing->session, template, 1, handles, HOST_MAX_OBJECTS, &n, NULL) || n < n_certificates ||
      n == HOST_MAX_OBJECTS)
    return FALSE;
  qsort (certificates, n_certificates, sizeof *certificates, compare_handles);
  for (gulong i = 0; i < n; i++)
    if (bsearch (&handles[i], certificates, n_certificates, sizeof *certificates, compare_handles) == NULL &&
        !describe_key_at (listing, handles[i], error))
      return FALSE;
  return TRUE;
}

/**
 * host_objects_describe_all:
 *
 * Certificates, public keys, and private keys where the token shows them. A search costs some modules as much as reading everything it finds,
 * so where there are many certificates the keys are not searched for class by class.
 */
gboolean
host_objects_describe_all (CK_FUNCTION_LIST *p11,
                           CK_SESSION_HANDLE session,
                           GVariantBuilder *builder,
                           GByteArray *certificates_packed,
                           GError **error)
{
  Listing listing = { p11, session, builder, certificates_packed };
  g_autofree CK_OBJECT_HANDLE *certificates = g_new (CK_OBJECT_HANDLE, HOST_MAX_OBJECTS);
  gulong n = 0;
  GError *failure = NULL;

  if (!find_class (&listing, CKO_CERTIFICATE, certificates, &n, error) ||
      !describe_all_of (&listing, CKO_CERTIFICATE, certificates, n, error))
    return FALSE;
  if (n > MANY && describe_the_rest (&listing, certificates, n, &failure))
    return TRUE;
  if (failure != NULL)
    {
      g_propagate_error (error, failure);
      return FALSE;
    }
  return host_objects_describe (p11, session, CKO_PUBLIC_KEY, builder, error) &&
         host_objects_describe (p11, session, CKO_PRIVATE_KEY, builder, error);
}
