/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-host-slots.c: which tokens are there, by serial number and model, never by slot number: SoftHSM and readers renumber. */
#define G_LOG_DOMAIN "signet-host-slots"

#include "config.h"

#include <string.h>

#include "signet-host-private.h"

#define FEW 32 /* objects, described one by one */

/* Mechanisms whose presence decides what a person is offered. */
static const CK_MECHANISM_TYPE mechanisms[] = {
  CKM_RSA_PKCS_KEY_PAIR_GEN,
  CKM_EC_KEY_PAIR_GEN,
  CKM_EC_EDWARDS_KEY_PAIR_GEN,
  CKM_RSA_PKCS,
  CKM_RSA_PKCS_PSS,
  CKM_ECDSA,
  CKM_EDDSA,
  /* for tokens that only hash and sign in one */
  CKM_SHA256_RSA_PKCS,
  CKM_SHA384_RSA_PKCS,
  CKM_SHA512_RSA_PKCS,
  CKM_SHA256_RSA_PKCS_PSS,
  CKM_SHA384_RSA_PKCS_PSS,
  CKM_SHA512_RSA_PKCS_PSS,
  CKM_ECDSA_SHA256,
  CKM_ECDSA_SHA384,
  CKM_ECDSA_SHA512,
};

/* A count larger than what was offered is a lie; slots may also come between two calls, hence one call with room enough. */
gboolean
host_slots_list (CK_FUNCTION_LIST *p11, CK_SLOT_ID *slots, gulong *n_slots, GError **error)
{
  CK_ULONG n = 0;
  CK_RV rv;

  /* PKCS#11 v2.40, 5.5: only the call without a buffer makes a module look for new slots */
  rv = p11->C_GetSlotList (CK_TRUE, NULL, &n);
  if (!host_check (rv, "C_GetSlotList", error))
    return FALSE;
  n = HOST_MAX_SLOTS;
  rv = p11->C_GetSlotList (CK_TRUE, slots, &n);
  if (rv == CKR_BUFFER_TOO_SMALL)
    return host_set_error (error, SIGNET_TOKEN_ERROR_FAILED, "the module has more slots than we serve");
  if (!host_check (rv, "C_GetSlotList", error))
    return FALSE;
  if (n > HOST_MAX_SLOTS)
    return host_set_error (error, SIGNET_TOKEN_ERROR_MODULE_LIED, "C_GetSlotList tells a count that cannot be");
  *n_slots = n;
  return TRUE;
}

/* A card that was away is refused at the next login (ykcs11: CKR_DEVICE_ERROR) until the module is made to look at its slots. */
void
host_slots_look (CK_FUNCTION_LIST *p11)
{
  CK_ULONG n = 0;

  p11->C_GetSlotList (CK_TRUE, NULL, &n);
}

static void
append_escaped (GString *id, const guint8 *text, gsize length)
{
  for (gsize i = 0; i < length; i++)
    {
      if (g_ascii_isalnum (text[i]))
        g_string_append_c (id, (char) text[i]);
      else if (text[i] != ' ' && text[i] != '\0')
        g_string_append_printf (id, "%%%02X", text[i]);
    }
}

/* An empty token has no serial number worth the name. */
char *
host_slots_make_id (CK_SLOT_ID slot, const CK_TOKEN_INFO *info)
{
  GString *id = g_string_new (NULL);

  if ((info->flags & CKF_TOKEN_INITIALIZED) == 0)
    g_string_append_printf (id, "slot:%lu", (gulong) slot);
  append_escaped (id, info->model, sizeof info->model);
  g_string_append_c (id, '/');
  append_escaped (id, info->serialNumber, sizeof info->serialNumber);
  /* a card with a PIN for each key is a token for each PIN: of one model and one serial number, called differently */
  g_string_append_c (id, '/');
  append_escaped (id, info->label, sizeof info->label);
  return g_string_free (id, FALSE);
}

static gboolean
is_wanted (const char *wanted, CK_SLOT_ID slot, const CK_TOKEN_INFO *info)
{
  g_autofree char *id = NULL;

  if (*wanted == '\0')
    return (info->flags & CKF_TOKEN_INITIALIZED) == 0;
  id = host_slots_make_id (slot, info);
  return g_str_equal (id, wanted);
}

/* Remembers where each token was last: asking a card costs, asking all of them costs more. */
gboolean
host_slots_find (CK_FUNCTION_LIST *p11, const char *id, CK_SLOT_ID *slot, CK_TOKEN_INFO *info, GError **error)
{
  static _Thread_local CK_SLOT_ID last = (CK_SLOT_ID) -1;
  CK_SLOT_ID slots[HOST_MAX_SLOTS];
  gulong n = 0;

  memset (info, 0, sizeof *info);
  if (last != (CK_SLOT_ID) -1 && p11->C_GetTokenInfo (last, info) == CKR_OK && is_wanted (id, last, info))
    {
      *slot = last;
      return TRUE;
    }
  if (!host_slots_list (p11, slots, &n, error))
    return FALSE;
  for (gulong i = 0; i < n; i++)
    if (p11->C_GetTokenInfo (slots[i], info) == CKR_OK && is_wanted (id, slots[i], info))
      {
        *slot = last = slots[i];
        return TRUE;
      }
  return host_set_error (error, SIGNET_TOKEN_ERROR_REMOVED, "the token is not there");
}

static void
append_state (GString *state, CK_SLOT_ID slot, const CK_TOKEN_INFO *info)
{
  g_autofree char *id = host_slots_make_id (slot, info);

  g_string_append_printf (state, " %s:%lx", id, (gulong) info->flags);
}

char *
host_slots_state (CK_FUNCTION_LIST *p11, GError **error)
{
  CK_SLOT_ID slots[HOST_MAX_SLOTS];
  gulong n = 0;
  g_autoptr (GString) state = g_string_new ("tokens");

  if (!host_slots_list (p11, slots, &n, error))
    return NULL;
  for (gulong i = 0; i < n; i++)
    {
      CK_TOKEN_INFO info = { 0 };

      if (p11->C_GetTokenInfo (slots[i], &info) == CKR_OK)
        append_state (state, slots[i], &info);
    }
  return g_string_free (g_steal_pointer (&state), FALSE);
}

/* --- describing --- */

GVariant *
host_mechanisms_describe (CK_FUNCTION_LIST *p11, CK_SLOT_ID slot)
{
  GVariantBuilder builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a(tttt)"));

  for (guint i = 0; i < G_N_ELEMENTS (mechanisms); i++)
    {
      CK_MECHANISM_INFO info = { 0 };

      if (p11->C_GetMechanismInfo (slot, mechanisms[i], &info) == CKR_OK)
        g_variant_builder_add (&builder, "(tttt)", (guint64) mechanisms[i], (guint64) info.ulMinKeySize,
                               (guint64) info.ulMaxKeySize, (guint64) info.flags);
    }
  return g_variant_builder_end (&builder);
}

static GVariant *
bytes (const guint8 *data, gsize length)
{
  return g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, data, length, 1);
}

static guint
pin_limit (gulong limit)
{
  return limit > HOST_MAX_PIN ? 0 : (guint) limit;
}

/* The core looks at every value of an answer once; of thousands it wants a few, and those when it shows them. */
static void
insert_objects (GVariantDict *description, GVariant *objects)
{
  g_autoptr (GVariant) list = g_variant_ref_sink (objects);
  g_autoptr (GBytes) bytes = NULL;

  if (g_variant_n_children (list) <= FEW)
    {
      g_variant_dict_insert_value (description, "objects", list);
      return;
    }
  bytes = g_variant_get_data_as_bytes (list);
  g_variant_dict_insert_value (description, "packed", g_variant_new_from_bytes (G_VARIANT_TYPE_BYTESTRING, bytes, TRUE));
}

/* Certificates and public keys are there for everybody; private keys when the token shows them without a login. */
static void
describe_objects (CK_FUNCTION_LIST *p11, CK_SLOT_ID slot, GVariantDict *description)
{
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sv}"));
  GByteArray *certificates = g_byte_array_new ();
  g_autoptr (GBytes) packed = NULL;
  g_autoptr (GError) failure = NULL;
  CK_SESSION_HANDLE session = 0;
  guint omitted = 0;
  CK_RV rv = p11->C_OpenSession (slot, CKF_SERIAL_SESSION, NULL, NULL, &session);

  if (host_check (rv, "C_OpenSession", &failure))
    {
      host_objects_describe_all (p11, session, &builder, certificates, &failure);
      p11->C_CloseSession (session);
    }
  packed = g_byte_array_free_to_bytes (certificates);
  g_variant_dict_insert_value (description, "certificates", g_variant_new_from_bytes (G_VARIANT_TYPE_BYTESTRING, packed, TRUE));
  insert_objects (description, g_variant_builder_end (&builder));
  omitted = host_objects_take_omitted ();
  if (omitted > 0 && failure == NULL)
    g_set_error (&failure, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_FAILED,
                 "%u certificates are larger than %u KiB and are not shown", omitted, HOST_MAX_VALUE / 1024);
  if (failure != NULL)
    g_variant_dict_insert (description, "problem", "s", failure->message);
}

/* The name of the reader, where the slot is one. */
static GVariant *
describe_reader (CK_FUNCTION_LIST *p11, CK_SLOT_ID slot)
{
  CK_SLOT_INFO info = { 0 };

  if (p11->C_GetSlotInfo == NULL || p11->C_GetSlotInfo (slot, &info) != CKR_OK)
    memset (&info, ' ', sizeof info);
  return bytes (info.slotDescription, sizeof info.slotDescription);
}

static GVariant *
describe (CK_FUNCTION_LIST *p11, CK_SLOT_ID slot, const CK_TOKEN_INFO *info)
{
  g_auto (GVariantDict) description = G_VARIANT_DICT_INIT (NULL);
  g_autofree char *id = host_slots_make_id (slot, info);

  g_variant_dict_insert (&description, "id", "s", id);
  g_variant_dict_insert_value (&description, "label", bytes (info->label, sizeof info->label));
  g_variant_dict_insert_value (&description, "model", bytes (info->model, sizeof info->model));
  g_variant_dict_insert_value (&description, "manufacturer", bytes (info->manufacturerID, sizeof info->manufacturerID));
  g_variant_dict_insert_value (&description, "serial", bytes (info->serialNumber, sizeof info->serialNumber));
  g_variant_dict_insert_value (&description, "reader", describe_reader (p11, slot));
  g_variant_dict_insert (&description, "flags", "t", (guint64) info->flags);
  g_variant_dict_insert (&description, "min-pin", "u", pin_limit (info->ulMinPinLen));
  g_variant_dict_insert (&description, "max-pin", "u", pin_limit (info->ulMaxPinLen));
  g_variant_dict_insert_value (&description, "mechanisms", host_mechanisms_describe (p11, slot));
  if (info->flags & CKF_TOKEN_INITIALIZED)
    describe_objects (p11, slot, &description);
  return g_variant_dict_end (&description);
}

/* A slot whose token vanished between two calls is simply not there. */
GVariant *
host_slots_describe_all (CK_FUNCTION_LIST *p11, char **state, GError **error)
{
  CK_SLOT_ID slots[HOST_MAX_SLOTS];
  gulong n = 0;
  GString *seen = NULL;
  GVariantBuilder builder;

  if (!host_slots_list (p11, slots, &n, error))
    return NULL;
  host_objects_start_answer ();
  seen = g_string_new ("tokens");
  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  for (gulong i = 0; i < n; i++)
    {
      CK_TOKEN_INFO info = { 0 };

      if (p11->C_GetTokenInfo (slots[i], &info) != CKR_OK)
        continue;
      append_state (seen, slots[i], &info);
      g_variant_builder_add_value (&builder, describe (p11, slots[i], &info));
    }
  *state = g_string_free (seen, FALSE);
  return g_variant_builder_end (&builder);
}
