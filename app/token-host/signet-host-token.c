/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-host-token.c: the life of a token's PINs: initialising and changing. Each try is one a person was asked for. */
#define G_LOG_DOMAIN "signet-host-token"

#include "config.h"

#include <string.h>

#include "signet-host-private.h"

/* PKCS#11 v2.40, 5.5: 32 bytes, padded with blanks, not NUL-terminated */
static void
pad_label (GBytes *label, guint8 padded[32])
{
  gsize length = 0;
  const guint8 *bytes = g_bytes_get_data (label, &length);

  memset (padded, ' ', 32);
  memcpy (padded, bytes, MIN (length, 32));
}

/* SoftHSM moves a token to another slot when it is initialised. A token of that label that was not there before is ours. */
static gboolean
find_initialized (CK_FUNCTION_LIST *p11,
                  CK_SLOT_ID old_slot,
                  const guint8 label[32],
                  GHashTable *before,
                  CK_SLOT_ID *slot,
                  char **id,
                  GError **error)
{
  CK_SLOT_ID slots[HOST_MAX_SLOTS];
  gulong n = 0;

  if (!host_slots_list (p11, slots, &n, error))
    return FALSE;
  for (gulong i = 0; i < n; i++)
    {
      CK_TOKEN_INFO info = { 0 };
      g_autofree char *candidate = NULL;

      if (p11->C_GetTokenInfo (slots[i], &info) != CKR_OK || (info.flags & CKF_TOKEN_INITIALIZED) == 0 ||
          memcmp (info.label, label, 32) != 0)
        continue;
      candidate = host_slots_make_id (slots[i], &info);
      if (slots[i] != old_slot && g_hash_table_contains (before, candidate))
        continue;
      *slot = slots[i];
      *id = g_steal_pointer (&candidate);
      return TRUE;
    }
  return host_set_error (error, SIGNET_TOKEN_ERROR_REMOVED, "the token is not there after it was initialised");
}

static GHashTable *
list_ids (CK_FUNCTION_LIST *p11)
{
  GHashTable *ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  CK_SLOT_ID slots[HOST_MAX_SLOTS];
  gulong n = 0;

  if (!host_slots_list (p11, slots, &n, NULL))
    return ids;
  for (gulong i = 0; i < n; i++)
    {
      CK_TOKEN_INFO info = { 0 };

      if (p11->C_GetTokenInfo (slots[i], &info) == CKR_OK)
        g_hash_table_add (ids, host_slots_make_id (slots[i], &info));
    }
  return ids;
}

static gboolean
set_user_pin (CK_FUNCTION_LIST *p11, CK_SLOT_ID slot, SignetSecret *so_pin, SignetSecret *pin, GError **error)
{
  CK_SESSION_HANDLE session = 0;
  gsize so_length = 0;
  gsize length = 0;
  const guint8 *so_bytes = signet_secret_get_bytes (so_pin, &so_length);
  const guint8 *bytes = signet_secret_get_bytes (pin, &length);
  gboolean ok = FALSE;

  if (!host_check (p11->C_OpenSession (slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &session), "C_OpenSession", error))
    return FALSE;
  ok = host_check (p11->C_Login (session, CKU_SO, (CK_UTF8CHAR_PTR) so_bytes, so_length), "C_Login (SO)", error) &&
       host_check (p11->C_InitPIN (session, (CK_UTF8CHAR_PTR) bytes, length), "C_InitPIN", error);
  p11->C_Logout (session);
  p11->C_CloseSession (session);
  return ok;
}

static gboolean
fits (SignetSecret *pin, const CK_TOKEN_INFO *info)
{
  gsize length = signet_secret_get_length (pin);

  return length > 0 && length >= info->ulMinPinLen && (info->ulMaxPinLen == 0 || length <= info->ulMaxPinLen);
}

char *
host_token_init (CK_FUNCTION_LIST *p11, const char *token, GBytes *label, SignetSecret *so_pin, SignetSecret *pin, GError **error)
{
  g_autoptr (GHashTable) before = list_ids (p11);
  g_autofree char *id = NULL;
  guint8 padded[32];
  gsize so_length = 0;
  const guint8 *so_bytes = signet_secret_get_bytes (so_pin, &so_length);
  CK_SLOT_ID slot = 0;
  CK_TOKEN_INFO info;

  if (!host_slots_find (p11, token, &slot, &info, error))
    return NULL;
  /* before anything is erased: C_InitPIN would refuse afterwards, and leave a token without a PIN */
  if (!fits (pin, &info) || !fits (so_pin, &info))
    {
      host_set_error (error, SIGNET_TOKEN_ERROR_PIN_INVALID, "a PIN has a length that the token does not accept");
      return NULL;
    }
  pad_label (label, padded);
  if (!host_check (p11->C_InitToken (slot, (CK_UTF8CHAR_PTR) so_bytes, so_length, padded), "C_InitToken", error))
    return NULL;
  if (!find_initialized (p11, slot, padded, before, &slot, &id, error) || !set_user_pin (p11, slot, so_pin, pin, error))
    return NULL;
  return g_steal_pointer (&id);
}

/* On a PIN pad both are %NULL. */
gboolean
host_token_change_pin (CK_FUNCTION_LIST *p11, const char *token, SignetSecret *old_pin, SignetSecret *new_pin, GError **error)
{
  CK_SESSION_HANDLE session = 0;
  CK_SLOT_ID slot = 0;
  CK_TOKEN_INFO info;
  gsize old_length = 0;
  gsize new_length = 0;
  const guint8 *old_bytes = old_pin != NULL ? signet_secret_get_bytes (old_pin, &old_length) : NULL;
  const guint8 *new_bytes = new_pin != NULL ? signet_secret_get_bytes (new_pin, &new_length) : NULL;
  gboolean ok = FALSE;

  if (!host_slots_find (p11, token, &slot, &info, error))
    return FALSE;
  if (old_pin == NULL && (info.flags & CKF_PROTECTED_AUTHENTICATION_PATH) == 0)
    return host_set_error (error, SIGNET_TOKEN_ERROR_PIN_INVALID, "no PIN was given");
  if (!host_check (p11->C_OpenSession (slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &session), "C_OpenSession", error))
    return FALSE;
  /* without a login: in that state PKCS#11 changes the user's PIN, and the old one is tried once, not twice */
  ok = host_check (p11->C_SetPIN (session, (CK_UTF8CHAR_PTR) old_bytes, old_length, (CK_UTF8CHAR_PTR) new_bytes, new_length),
                   "C_SetPIN", error);
  p11->C_CloseSession (session);
  return ok;
}
