/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-host-session.c: logging in to one token and out of it.
 *
 * One read-write PKCS#11 session per login, opened once and never switched. Every C_Login here answers one question a person was
 * asked; nothing is tried twice. The PIN is in locked memory and gone when the call returns.
 */
#define G_LOG_DOMAIN "signet-host-session"

#include "config.h"

#include <string.h>

#include "signet-host-private.h"

#define NOTICING 8 /* tenths of a second until a reader notices that its card is gone */

/* --- opening --- */

CK_RV
host_session_raw_login (CK_FUNCTION_LIST *p11, CK_SESSION_HANDLE session, CK_USER_TYPE user, SignetSecret *pin)
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
  return host_check (host_session_raw_login (p11, session, CKU_USER, pin), "C_Login", error);
}

HostSession *
host_session_open (CK_FUNCTION_LIST *p11, const char *token, SignetSecret *pin, GError **error)
{
  HostSession *session = NULL;
  CK_SESSION_HANDLE handle = 0;
  CK_SLOT_ID slot = 0;
  CK_TOKEN_INFO info;

  host_slots_look (p11);
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
  session->read_only = (info.flags & CKF_WRITE_PROTECTED) != 0;
  session->logged_in = pin != NULL || (info.flags & CKF_LOGIN_REQUIRED) != 0;
  return session;
}

/* Only one login at a time: the process must be one where nobody else is. */
HostSession *
host_session_open_manager (CK_FUNCTION_LIST *p11, const char *token, SignetSecret *pin, GError **error)
{
  HostSession *session = NULL;
  CK_SESSION_HANDLE handle = 0;
  CK_SLOT_ID slot = 0;
  CK_TOKEN_INFO info;

  host_slots_look (p11);
  if (!host_slots_find (p11, token, &slot, &info, error) ||
      !host_check (p11->C_OpenSession (slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &handle), "C_OpenSession", error))
    return NULL;
  if (pin == NULL)
    host_set_error (error, SIGNET_TOKEN_ERROR_PIN_INVALID, "no management key was given");
  else if (host_check (host_session_raw_login (p11, handle, CKU_SO, pin), "C_Login (SO)", error))
    session = g_new0 (HostSession, 1);
  if (session == NULL)
    {
      p11->C_CloseSession (handle);
      return NULL;
    }
  session->slot = slot;
  session->token = g_strdup (token);
  session->handle = handle;
  session->logged_in = TRUE;
  return session;
}

static gboolean
is_gone (CK_RV rv)
{
  return rv == CKR_USER_NOT_LOGGED_IN || rv == CKR_SESSION_HANDLE_INVALID || rv == CKR_SESSION_CLOSED ||
         rv == CKR_DEVICE_REMOVED || rv == CKR_TOKEN_NOT_PRESENT;
}

gboolean
host_session_is_logged_in (CK_FUNCTION_LIST *p11, HostSession *session, GError **error)
{
  CK_SESSION_INFO state = { 0 };
  CK_SLOT_ID slot = 0;
  CK_TOKEN_INFO info;

  if (!host_slots_find (p11, session->token, &slot, &info, error))
    return FALSE;
  if (p11->C_GetSessionInfo == NULL)
    return host_set_error (error, SIGNET_TOKEN_ERROR_NOT_LOGGED_IN, "the module does not tell whether it is logged in");
  if (!host_session_explain (p11, session, p11->C_GetSessionInfo (session->handle, &state), "C_GetSessionInfo", error))
    return FALSE;
  if (slot == session->slot && (state.state == CKS_RO_USER_FUNCTIONS || state.state == CKS_RW_USER_FUNCTIONS))
    return TRUE;
  return host_set_error (error, SIGNET_TOKEN_ERROR_NOT_LOGGED_IN, "the login is over");
}

/* FALSE: nobody knows whether the token is logged out. The session is gone in any case. */
gboolean
host_session_close (CK_FUNCTION_LIST *p11, HostSession *session, GError **error)
{
  CK_RV rv = CKR_OK;

  g_clear_handle_id (&session->keep_source, g_source_remove);
  g_clear_pointer (&session->lanes, host_lanes_free);
  if (session->logged_in)
    rv = p11->C_Logout (session->handle);
  p11->C_CloseSession (session->handle);
  g_free (session->token);
  g_free (session);
  return is_gone (rv) || host_check (rv, "C_Logout", error);
}

/* What OpenSC and ykcs11 say of a card pulled in the middle of a signature. */
static gboolean
may_be_removal (CK_FUNCTION_LIST *p11, CK_SLOT_ID slot, CK_RV rv)
{
  CK_SLOT_INFO info = { 0 };

  return (rv == CKR_GENERAL_ERROR || rv == CKR_DEVICE_ERROR) && p11->C_GetSlotInfo (slot, &info) == CKR_OK &&
         (info.flags & CKF_REMOVABLE_DEVICE) != 0;
}

/* Some modules see that a card is gone only when asked for their slots. */
static gboolean
token_is_there (CK_FUNCTION_LIST *p11, HostSession *session)
{
  CK_SLOT_ID slots[HOST_MAX_SLOTS];
  gulong n = 0;
  CK_SLOT_ID slot = 0;
  CK_TOKEN_INFO info;

  return host_slots_list (p11, slots, &n, NULL) && host_slots_find (p11, session->token, &slot, &info, NULL);
}

/* What a module answers when its card is pulled differs by maker ("device error"); whether the token is there is the better
 * question. */
gboolean
host_session_explain (CK_FUNCTION_LIST *p11, HostSession *session, CK_RV rv, const char *call, GError **error)
{
  gboolean there = FALSE;
  guint patience = 0;
  g_autofree char *answer = NULL;

  if (rv == CKR_OK)
    return TRUE;
  if (rv == CKR_PIN_INCORRECT || rv == CKR_PIN_LOCKED || rv == CKR_PIN_LEN_RANGE || rv == CKR_PIN_INVALID)
    return host_check (rv, call, error);
  there = token_is_there (p11, session);
  patience = there && may_be_removal (p11, session->slot, rv) ? NOTICING : 0;
  for (guint i = 0; i < patience && there; i++)
    {
      g_usleep (100 * 1000);
      there = token_is_there (p11, session);
    }
  if (there)
    return host_check (rv, call, error);
  answer = host_rv_describe (rv);
  g_set_error (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_REMOVED, "%s: %s, and the token is not there any more", call,
               answer);
  return FALSE;
}
