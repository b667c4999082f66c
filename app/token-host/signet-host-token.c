/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-host-token.c: the life of a token's PINs: initialising, setting and changing. Each try is one a person was asked for. */
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

/* tpm2-pkcs11 sets up an empty slot, but never one that was. */
static gboolean
init_token (CK_FUNCTION_LIST *p11,
            CK_SLOT_ID slot,
            const CK_TOKEN_INFO *info,
            SignetSecret *so_pin,
            guint8 label[32],
            GError **error)
{
  gsize length = 0;
  const guint8 *bytes = so_pin != NULL ? signet_secret_get_bytes (so_pin, &length) : NULL;
  CK_RV rv = p11->C_InitToken (slot, (CK_UTF8CHAR_PTR) bytes, length, label);

  if (rv == CKR_ARGUMENTS_BAD && (info->flags & CKF_TOKEN_INITIALIZED) != 0)
    return host_set_error (error, SIGNET_TOKEN_ERROR_UNSUPPORTED, "C_InitToken: CKR_ARGUMENTS_BAD (0x7), of a token that is set up already");
  return host_check (rv, "C_InitToken", error);
}

/* ykcs11 gives the token a label of its own: then it is the one that is where it was, with the serial number it had. */
static gboolean
is_where_it_was (CK_FUNCTION_LIST *p11, CK_SLOT_ID slot, GHashTable *before, char **id)
{
  CK_TOKEN_INFO info = { 0 };
  g_autofree char *candidate = NULL;

  if (p11->C_GetTokenInfo (slot, &info) != CKR_OK || (info.flags & CKF_TOKEN_INITIALIZED) == 0)
    return FALSE;
  candidate = host_slots_make_id (slot, &info);
  if (!g_hash_table_contains (before, candidate))
    return FALSE;
  *id = g_steal_pointer (&candidate);
  return TRUE;
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
  *slot = old_slot;
  return is_where_it_was (p11, old_slot, before, id) ||
         host_set_error (error, SIGNET_TOKEN_ERROR_REMOVED, "the token is not there after it was initialised");
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

static CK_RV
login (CK_FUNCTION_LIST *p11, CK_SESSION_HANDLE session, CK_USER_TYPE user, SignetSecret *pin)
{
  gsize length = 0;
  const guint8 *bytes = pin != NULL ? signet_secret_get_bytes (pin, &length) : NULL;

  return p11->C_Login (session, user, (CK_UTF8CHAR_PTR) bytes, length);
}

static CK_RV
init_pin (CK_FUNCTION_LIST *p11, CK_SESSION_HANDLE session, SignetSecret *pin)
{
  gsize length = 0;
  const guint8 *bytes = pin != NULL ? signet_secret_get_bytes (pin, &length) : NULL;

  return p11->C_InitPIN (session, (CK_UTF8CHAR_PTR) bytes, length);
}

static CK_RV
set_pin (CK_FUNCTION_LIST *p11, CK_SESSION_HANDLE session, SignetSecret *old_pin, SignetSecret *new_pin)
{
  gsize old_length = 0;
  gsize new_length = 0;
  const guint8 *old_bytes = old_pin != NULL ? signet_secret_get_bytes (old_pin, &old_length) : NULL;
  const guint8 *new_bytes = new_pin != NULL ? signet_secret_get_bytes (new_pin, &new_length) : NULL;

  return p11->C_SetPIN (session, (CK_UTF8CHAR_PTR) old_bytes, old_length, (CK_UTF8CHAR_PTR) new_bytes, new_length);
}

static gboolean
open_writable (CK_FUNCTION_LIST *p11, CK_SLOT_ID slot, CK_SESSION_HANDLE *session, GError **error)
{
  return host_check (p11->C_OpenSession (slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, session), "C_OpenSession", error);
}

static gboolean
set_user_pin (CK_FUNCTION_LIST *p11, CK_SLOT_ID slot, SignetSecret *so_pin, SignetSecret *pin, GError **error)
{
  CK_SESSION_HANDLE session = 0;
  gboolean ok = FALSE;

  if (!open_writable (p11, slot, &session, error))
    return FALSE;
  ok = host_check (login (p11, session, CKU_SO, so_pin), "C_Login (SO)", error) &&
       host_check (init_pin (p11, session, pin), "C_InitPIN", error);
  p11->C_Logout (session);
  p11->C_CloseSession (session);
  return ok;
}

/* Some makers want a PIN that the security officer set to be changed before it is used (CKF_USER_PIN_TO_BE_CHANGED). Whoever
 * chose it here is its owner: it is confirmed as it is. What a module does not take stays as it was; it says so when the PIN is
 * used. */
static void
confirm_pin (CK_FUNCTION_LIST *p11, CK_SLOT_ID slot, SignetSecret *pin)
{
  CK_SESSION_HANDLE session = 0;
  CK_TOKEN_INFO info = { 0 };

  if (pin == NULL || p11->C_GetTokenInfo (slot, &info) != CKR_OK || (info.flags & CKF_USER_PIN_TO_BE_CHANGED) == 0)
    return;
  if (!open_writable (p11, slot, &session, NULL))
    return;
  if (login (p11, session, CKU_USER, pin) == CKR_OK)
    {
      set_pin (p11, session, pin, pin);
      p11->C_Logout (session);
    }
  p11->C_CloseSession (session);
}

static gboolean
fits (SignetSecret *pin, const CK_TOKEN_INFO *info)
{
  gsize length = signet_secret_get_length (pin);

  return length > 0 && length >= info->ulMinPinLen && (info->ulMaxPinLen == 0 || length <= info->ulMaxPinLen);
}

/* A PIN pad needs none; without one, an empty PIN must not become a try. */
static gboolean
check_given (SignetSecret *pin, const CK_TOKEN_INFO *info, GError **error)
{
  if (pin != NULL || (info->flags & CKF_PROTECTED_AUTHENTICATION_PATH) != 0)
    return TRUE;
  return host_set_error (error, SIGNET_TOKEN_ERROR_PIN_INVALID, "no PIN was given");
}

/* A YubiKey comes out of C_InitToken with the PIN of the factory, and ykcs11 has no C_InitPIN. */
static gboolean
replace_factory_pin (CK_FUNCTION_LIST *p11, CK_SLOT_ID slot, SignetSecret *pin)
{
  g_autoptr (SignetSecret) factory = signet_secret_new ((const guint8 *) "123456", 6);
  CK_TOKEN_INFO info = { 0 };
  CK_SESSION_HANDLE session = 0;
  gboolean ok = FALSE;

  if (p11->C_GetTokenInfo (slot, &info) != CKR_OK || memcmp (info.manufacturerID, "Yubico", 6) != 0 ||
      !open_writable (p11, slot, &session, NULL))
    return FALSE;
  ok = set_pin (p11, session, factory, pin) == CKR_OK;
  p11->C_CloseSession (session);
  return ok;
}

static gboolean
give_first_pin (CK_FUNCTION_LIST *p11,
                const guint8 label[32],
                GHashTable *before,
                CK_SLOT_ID *slot,
                char **id,
                SignetSecret *so_pin,
                SignetSecret *pin,
                GError **error)
{
  g_autoptr (GError) failure = NULL;

  if (!find_initialized (p11, *slot, label, before, slot, id, error))
    return FALSE;
  if (!set_user_pin (p11, *slot, so_pin, pin, &failure))
    {
      if (!g_error_matches (failure, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_UNSUPPORTED) ||
          !replace_factory_pin (p11, *slot, pin))
        {
          g_propagate_error (error, g_steal_pointer (&failure));
          return FALSE;
        }
    }
  confirm_pin (p11, *slot, pin);
  return TRUE;
}

char *
host_token_init (CK_FUNCTION_LIST *p11, const char *token, GBytes *label, SignetSecret *so_pin, SignetSecret *pin, GError **error)
{
  g_autoptr (GHashTable) before = list_ids (p11);
  g_autofree char *id = NULL;
  guint8 padded[32];
  CK_SLOT_ID slot = 0;
  CK_TOKEN_INFO info;
  g_autoptr (GError) failure = NULL;

  if (!host_slots_find (p11, token, &slot, &info, error) || !check_given (so_pin, &info, error) ||
      !check_given (pin, &info, error))
    return NULL;
  /* before anything is erased: C_InitPIN would refuse afterwards, and leave a token without a PIN */
  if ((pin != NULL && !fits (pin, &info)) || (so_pin != NULL && !fits (so_pin, &info)))
    {
      host_set_error (error, SIGNET_TOKEN_ERROR_PIN_INVALID, "a PIN has a length that the token does not accept");
      return NULL;
    }
  pad_label (label, padded);
  if (!init_token (p11, slot, &info, so_pin, padded, error))
    return NULL;
  if (!give_first_pin (p11, padded, before, &slot, &id, so_pin, pin, &failure))
    {
      g_set_error (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_ERASED, "it is erased and has no PIN yet: %s", failure->message);
      return NULL;
    }
  return g_steal_pointer (&id);
}

gboolean
host_token_set_pin (CK_FUNCTION_LIST *p11, const char *token, SignetSecret *so_pin, SignetSecret *pin, GError **error)
{
  CK_SLOT_ID slot = 0;
  CK_TOKEN_INFO info;

  if (!host_slots_find (p11, token, &slot, &info, error) || !check_given (so_pin, &info, error) ||
      !check_given (pin, &info, error))
    return FALSE;
  /* before the security officer's PIN is tried */
  if (pin != NULL && !fits (pin, &info))
    return host_set_error (error, SIGNET_TOKEN_ERROR_PIN_INVALID, "the new PIN has a length that the token does not accept");
  if (!set_user_pin (p11, slot, so_pin, pin, error))
    return FALSE;
  confirm_pin (p11, slot, pin);
  return TRUE;
}

/* Logged in first: a wrong PIN is met by C_Login, and tried no second time. C_SetPIN alone would do by the standard (v2.40, 5.6),
 * but tpm2-pkcs11 1.9 answers it with CKR_OK when nobody is logged in, whatever the old PIN, and changes nothing. A PIN pad asks
 * by itself. */
static gboolean
change (CK_FUNCTION_LIST *p11, const char *token, CK_USER_TYPE user, SignetSecret *old_pin, SignetSecret *new_pin, GError **error)
{
  CK_SESSION_HANDLE session = 0;
  CK_SLOT_ID slot = 0;
  CK_TOKEN_INFO info;
  gboolean needs_login = old_pin != NULL || user == CKU_SO;
  CK_RV rv = CKR_OK;
  gboolean ok = FALSE;

  if (!host_slots_find (p11, token, &slot, &info, error) || !check_given (old_pin, &info, error) ||
      !open_writable (p11, slot, &session, error))
    return FALSE;
  if (needs_login)
    rv = login (p11, session, user, old_pin);
  /* expired: right, and good for this alone */
  ok = (rv == CKR_PIN_EXPIRED || host_check (rv, "C_Login", error)) &&
       host_check (set_pin (p11, session, old_pin, new_pin), "C_SetPIN", error);
  if (needs_login)
    p11->C_Logout (session);
  p11->C_CloseSession (session);
  return ok;
}

gboolean
host_token_change_so_pin (CK_FUNCTION_LIST *p11, const char *token, SignetSecret *old_pin, SignetSecret *new_pin, GError **error)
{
  return change (p11, token, CKU_SO, old_pin, new_pin, error);
}

/* On a PIN pad both are %NULL. */
gboolean
host_token_change_pin (CK_FUNCTION_LIST *p11, const char *token, SignetSecret *old_pin, SignetSecret *new_pin, GError **error)
{
  return change (p11, token, CKU_USER, old_pin, new_pin, error);
}
