/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * slow.c: SoftHSM with the pace of a token, for tests only. The module SIGNET_TEST_SLOW_MODULE does the work; the file "rules" in the folder
 * SIGNET_TEST_SLOW holds the habits as words, read at every call:
 *
 *   sign-20            C_Sign takes 20 milliseconds longer, in each session by itself
 *   one-by-one         those 20 milliseconds are the token's: the next signature waits for them
 *   second-fails       signs only in the session that logged in
 *   not-shared         says that other sessions are not logged in
 *   one-session        offers room for no more sessions than there are
 *   hang NAME          C_NAME does not return while this is so (GetSlotList, Logout, Sign)
 *
 * It writes one letter into "logins" for each C_Login, into "sessions" for each C_OpenSession, into "together" for each C_Sign that found
 * another one under way, and into "signed" for each C_Sign.
 */
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "../shim/shim.h"

static CK_FUNCTION_LIST *real;
static CK_FUNCTION_LIST slow;
static CK_SESSION_HANDLE login_session;
static pthread_mutex_t token_lock = PTHREAD_MUTEX_INITIALIZER;
static int n_signing;

/* --- the folder --- */

static FILE *
open_file (const char *name, const char *mode)
{
  const char *folder = getenv ("SIGNET_TEST_SLOW");
  char path[4096];

  snprintf (path, sizeof path, "%s/%s", folder != NULL ? folder : "/nonexistent", name);
  return fopen (path, mode);
}

static int
is_so (const char *rule)
{
  return shim_is_so (open_file ("rules", "r"), rule);
}

static void
note (const char *name)
{
  FILE *file = open_file (name, "a");

  if (file == NULL)
    return;
  fputc ('x', file);
  fclose (file);
}

static void
hang_while (const char *rule)
{
  while (is_so (rule))
    usleep (10000);
}

/* --- the calls that differ --- */

static CK_RV
get_slot_list (CK_BBOOL present, CK_SLOT_ID *slots, CK_ULONG *n)
{
  hang_while ("hang GetSlotList");
  return real->C_GetSlotList (present, slots, n);
}

static CK_RV
get_token_info (CK_SLOT_ID slot, CK_TOKEN_INFO *info)
{
  CK_RV rv = real->C_GetTokenInfo (slot, info);

  if (rv == CKR_OK && is_so ("one-session"))
    {
      info->ulSessionCount = 1;
      info->ulMaxSessionCount = 1;
    }
  return rv;
}

static CK_RV
get_session_info (CK_SESSION_HANDLE session, CK_SESSION_INFO *info)
{
  CK_RV rv = real->C_GetSessionInfo (session, info);

  if (rv == CKR_OK && session != login_session && is_so ("not-shared"))
    info->state = CKS_RO_PUBLIC_SESSION;
  return rv;
}

static CK_RV
open_session (CK_SLOT_ID slot, CK_FLAGS flags, void *application, CK_NOTIFY notify, CK_SESSION_HANDLE *session)
{
  note ("sessions");
  return real->C_OpenSession (slot, flags, application, notify, session);
}

static CK_RV
login (CK_SESSION_HANDLE session, CK_USER_TYPE user, CK_UTF8CHAR *pin, CK_ULONG length)
{
  note ("logins");
  login_session = session;
  return real->C_Login (session, user, pin, length);
}

static CK_RV
logout (CK_SESSION_HANDLE session)
{
  hang_while ("hang Logout");
  return real->C_Logout (session);
}

static void
take_time (void)
{
  if (!is_so ("sign-20"))
    return;
  if (is_so ("one-by-one"))
    {
      pthread_mutex_lock (&token_lock);
      usleep (20000);
      pthread_mutex_unlock (&token_lock);
    }
  else
    usleep (20000);
}

static CK_RV
sign (CK_SESSION_HANDLE session, CK_BYTE *data, CK_ULONG length, CK_BYTE *signature, CK_ULONG *signature_length)
{
  CK_RV rv;

  note ("signed");
  if (__atomic_fetch_add (&n_signing, 1, __ATOMIC_SEQ_CST) > 0)
    note ("together");
  hang_while ("hang Sign");
  take_time ();
  rv = real->C_Sign (session, data, length, signature, signature_length);
  __atomic_fetch_sub (&n_signing, 1, __ATOMIC_SEQ_CST);
  return session != login_session && is_so ("second-fails") ? CKR_DEVICE_ERROR : rv;
}

__attribute__ ((visibility ("default"))) CK_RV
C_GetFunctionList (CK_FUNCTION_LIST **list)
{
  real = shim_open ("SIGNET_TEST_SLOW_MODULE");
  if (real == NULL)
    return CKR_GENERAL_ERROR;
  slow = *real;
  slow.C_GetSlotList = get_slot_list;
  slow.C_GetTokenInfo = get_token_info;
  slow.C_GetSessionInfo = get_session_info;
  slow.C_OpenSession = open_session;
  slow.C_Login = login;
  slow.C_Logout = logout;
  slow.C_Sign = sign;
  *list = &slow;
  return CKR_OK;
}
