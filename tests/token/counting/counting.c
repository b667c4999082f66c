/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * counting.c: a PKCS#11 module that behaves, and keeps books of every call a PIN is used in. For tests only.
 *
 * Everything it knows is in the folder SIGNET_TEST_COUNTING_DIR:
 *   key.pem   the P-256 key of its one token         cert.der   (optional) the certificate beside it
 *   pin       the user's PIN; not there: none is set  so-pin     the security officer's
 *   tries     a letter for each wrong PIN since the last right one; so-tries the same of the security officer's. Three lock
 *   calls     a line for each call: "login user", "login so", "login context", "set user", "set so", "init pin", "init token", "logout";
 *             " pad" follows where it was asked on the reader
 *   manner    words: pin-pad, always (the key wants its PIN at every signature), one-session, no-init-pin (C_InitPIN fails),
 *             to-be-changed (a PIN set by the security officer must be changed before it is used), expires (when there is a file
 *             change-me, C_Login says that the PIN must be changed), empty (not initialised yet),
 *             read-only, slow-pad (the person takes a while), pad-waits (until there is a file typed), forgets (a login does not outlive a second)
 */
#include <p11-kit/pkcs11.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../p256/p256.h"

#define MAX_TRIES 3
#define MAX_PIN 64
#define SLOT 3

enum
{
  NOBODY,
  USER,
  OFFICER
};

enum
{
  PUBLIC = 1,
  PRIVATE,
  CERTIFICATE
};

static EVP_PKEY *key;
static unsigned char point[P256_POINT];
static unsigned char certificate[8192];
static size_t certificate_length;
static int who;
static time_t since;
static int sessions;
static int signing;
static int context_logged_in;
static CK_OBJECT_CLASS searched;
static int served;

/* --- the folder --- */

static FILE *
open_file (const char *name, const char *mode)
{
  const char *dir = getenv ("SIGNET_TEST_COUNTING_DIR");
  char path[4096];

  snprintf (path, sizeof path, "%s/%s", dir != NULL ? dir : "/nonexistent", name);
  return fopen (path, mode);
}

static size_t
read_file (const char *name, void *data, size_t size)
{
  FILE *file = open_file (name, "rb");
  size_t length = file != NULL ? fread (data, 1, size, file) : 0;

  if (file != NULL)
    fclose (file);
  return length;
}

static int
write_file (const char *name, const char *mode, const void *data, size_t length)
{
  FILE *file = open_file (name, mode);

  if (file == NULL)
    return 0;
  fwrite (data, 1, length, file);
  fclose (file);
  return 1;
}

static int
is (const char *word)
{
  char manner[512] = " ";
  char wanted[64];
  size_t length = read_file ("manner", manner + 1, sizeof manner - 3);

  manner[1 + length] = ' ';
  manner[2 + length] = '\0';
  snprintf (wanted, sizeof wanted, " %s ", word);
  return strstr (manner, wanted) != NULL;
}

static int
count (const char *name)
{
  char letters[64];

  return (int) read_file (name, letters, sizeof letters);
}

static int
has (const char *name)
{
  FILE *file = open_file (name, "rb");

  if (file == NULL)
    return 0;
  fclose (file);
  return 1;
}

static void
note (const char *call, const void *pin)
{
  char line[64];

  snprintf (line, sizeof line, "%s%s\n", call, pin == NULL && is ("pin-pad") && strncmp (call, "logout", 6) != 0 ? " pad" : "");
  write_file ("calls", "ab", line, strlen (line));
  if (pin == NULL && is ("slow-pad") && strncmp (call, "logout", 6) != 0)
    usleep (1500 * 1000);
  while (pin == NULL && is ("pad-waits") && !has ("typed") && strncmp (call, "logout", 6) != 0)
    usleep (50 * 1000);
}

/* --- PINs --- */

/* On the reader the person types the right one. */
static CK_RV
try_pin (const char *name, const char *tries, const CK_UTF8CHAR *pin, CK_ULONG length)
{
  char right[MAX_PIN];
  size_t right_length = read_file (name, right, sizeof right);

  if (!has (name))
    return CKR_USER_PIN_NOT_INITIALIZED;
  if (count (tries) >= MAX_TRIES)
    return CKR_PIN_LOCKED;
  if (is ("pin-pad") ? pin != NULL : pin == NULL || length != right_length || memcmp (pin, right, length) != 0)
    {
      write_file (tries, "ab", "x", 1);
      return count (tries) >= MAX_TRIES ? CKR_PIN_LOCKED : CKR_PIN_INCORRECT;
    }
  write_file (tries, "wb", "", 0);
  return CKR_OK;
}

static CK_RV
store_pin (const char *name, const CK_UTF8CHAR *pin, CK_ULONG length)
{
  if (is ("pin-pad"))
    return pin == NULL ? CKR_OK : CKR_PIN_INVALID;
  if (pin == NULL || length < 4 || length > 8)
    return CKR_PIN_LEN_RANGE;
  return write_file (name, "wb", pin, length) ? CKR_OK : CKR_DEVICE_ERROR;
}

/* --- general --- */

static void
pad (CK_UTF8CHAR *field, size_t size, const char *text)
{
  memset (field, ' ', size);
  memcpy (field, text, strlen (text));
}

CK_RV
C_Initialize (void *arguments)
{
  if (key != NULL)
    return CKR_CRYPTOKI_ALREADY_INITIALIZED;
  key = p256_read (open_file ("key.pem", "r"), point);
  certificate_length = read_file ("cert.der", certificate, sizeof certificate);
  return key != NULL ? CKR_OK : CKR_GENERAL_ERROR;
}

CK_RV
C_Finalize (void *reserved)
{
  return CKR_OK;
}

CK_RV
C_GetInfo (CK_INFO *info)
{
  memset (info, 0, sizeof *info);
  info->cryptokiVersion.major = 2;
  info->cryptokiVersion.minor = 40;
  pad (info->manufacturerID, sizeof info->manufacturerID, "Nobody (sample)");
  pad (info->libraryDescription, sizeof info->libraryDescription, "counting module for tests");
  return CKR_OK;
}

CK_RV
C_GetSlotList (CK_BBOOL present, CK_SLOT_ID *slots, CK_ULONG *n_slots)
{
  if (slots != NULL && *n_slots < 1)
    return CKR_BUFFER_TOO_SMALL;
  *n_slots = is ("pulled") ? 0 : 1;
  if (slots != NULL)
    slots[0] = SLOT;
  return CKR_OK;
}

CK_RV
C_GetSlotInfo (CK_SLOT_ID slot, CK_SLOT_INFO *info)
{
  memset (info, 0, sizeof *info);
  pad (info->slotDescription, sizeof info->slotDescription, "Counting Reader 00 00");
  pad (info->manufacturerID, sizeof info->manufacturerID, "Nobody");
  info->flags = CKF_TOKEN_PRESENT | CKF_REMOVABLE_DEVICE | CKF_HW_SLOT;
  return CKR_OK;
}

static CK_FLAGS
count_flags (const char *tries, CK_FLAGS low, CK_FLAGS final, CK_FLAGS locked)
{
  int wrong = count (tries);

  if (wrong >= MAX_TRIES)
    return locked;
  return (wrong > 0 ? low : 0) | (wrong == MAX_TRIES - 1 ? final : 0);
}

CK_RV
C_GetTokenInfo (CK_SLOT_ID slot, CK_TOKEN_INFO *info)
{
  if (slot != SLOT || is ("pulled"))
    return CKR_SLOT_ID_INVALID;
  memset (info, 0, sizeof *info);
  pad (info->label, sizeof info->label, is ("empty") ? "" : "Counting (sample)");
  read_file ("label", info->label, sizeof info->label);
  pad (info->manufacturerID, sizeof info->manufacturerID, "Nobody");
  pad (info->model, sizeof info->model, "counting");
  pad (info->serialNumber, sizeof info->serialNumber, "0002");
  info->flags = CKF_LOGIN_REQUIRED;
  if (!is ("empty"))
    info->flags |= CKF_TOKEN_INITIALIZED;
  if (has ("pin"))
    info->flags |= CKF_USER_PIN_INITIALIZED;
  if (has ("change-me"))
    info->flags |= CKF_USER_PIN_TO_BE_CHANGED;
  info->flags |= count_flags ("tries", CKF_USER_PIN_COUNT_LOW, CKF_USER_PIN_FINAL_TRY, CKF_USER_PIN_LOCKED);
  info->flags |= count_flags ("so-tries", CKF_SO_PIN_COUNT_LOW, CKF_SO_PIN_FINAL_TRY, CKF_SO_PIN_LOCKED);
  if (is ("pin-pad"))
    info->flags |= CKF_PROTECTED_AUTHENTICATION_PATH;
  if (is ("read-only"))
    info->flags |= CKF_WRITE_PROTECTED;
  info->ulMinPinLen = 4;
  info->ulMaxPinLen = 8;
  return CKR_OK;
}

CK_RV
C_GetMechanismInfo (CK_SLOT_ID slot, CK_MECHANISM_TYPE mechanism, CK_MECHANISM_INFO *info)
{
  if (mechanism != CKM_ECDSA && mechanism != CKM_EC_KEY_PAIR_GEN)
    return CKR_MECHANISM_INVALID;
  *info = (CK_MECHANISM_INFO){ 256, 256, CKF_HW | CKF_SIGN };
  return CKR_OK;
}

/* --- sessions --- */

CK_RV
C_OpenSession (CK_SLOT_ID slot, CK_FLAGS flags, void *application, CK_NOTIFY notify, CK_SESSION_HANDLE *session)
{
  if (is ("one-session") && sessions > 0)
    return CKR_SESSION_COUNT;
  if (is ("read-only") && (flags & CKF_RW_SESSION) != 0)
    return CKR_TOKEN_WRITE_PROTECTED;
  sessions++;
  *session = 1;
  return CKR_OK;
}

CK_RV
C_CloseSession (CK_SESSION_HANDLE session)
{
  sessions--;
  signing = 0;
  if (sessions == 0)
    who = NOBODY;
  return CKR_OK;
}

static void
check_forgetting (void)
{
  if (is ("forgets") && time (NULL) - since > 1)
    who = NOBODY;
}

CK_RV
C_GetSessionInfo (CK_SESSION_HANDLE session, CK_SESSION_INFO *info)
{
  check_forgetting ();
  memset (info, 0, sizeof *info);
  info->slotID = SLOT;
  info->flags = CKF_SERIAL_SESSION | (is ("read-only") ? 0 : CKF_RW_SESSION);
  info->state = who == OFFICER ? CKS_RW_SO_FUNCTIONS : who == USER ? CKS_RW_USER_FUNCTIONS : CKS_RW_PUBLIC_SESSION;
  return CKR_OK;
}

CK_RV
C_Login (CK_SESSION_HANDLE session, CK_USER_TYPE user, CK_UTF8CHAR *pin, CK_ULONG length)
{
  CK_RV rv;

  note (user == CKU_SO ? "login so" : user == CKU_CONTEXT_SPECIFIC ? "login context" : "login user", pin);
  if (user == CKU_CONTEXT_SPECIFIC && !signing)
    return CKR_OPERATION_NOT_INITIALIZED;
  if (user != CKU_CONTEXT_SPECIFIC && who != NOBODY)
    return CKR_USER_ALREADY_LOGGED_IN;
  rv = user == CKU_SO ? try_pin ("so-pin", "so-tries", pin, length) : try_pin ("pin", "tries", pin, length);
  if (rv != CKR_OK)
    return rv;
  if (user == CKU_USER && is ("expires") && has ("change-me"))
    return CKR_PIN_EXPIRED;
  since = time (NULL);
  if (user == CKU_CONTEXT_SPECIFIC)
    context_logged_in = 1;
  else
    who = user == CKU_SO ? OFFICER : USER;
  return CKR_OK;
}

CK_RV
C_Logout (CK_SESSION_HANDLE session)
{
  note ("logout", NULL);
  who = NOBODY;
  return CKR_OK;
}

CK_RV
C_InitToken (CK_SLOT_ID slot, CK_UTF8CHAR *pin, CK_ULONG length, CK_UTF8CHAR *label)
{
  CK_RV rv = CKR_OK;

  note ("init token", pin);
  if (is ("empty"))
    {
      rv = is ("pin-pad") ? CKR_OK : store_pin ("so-pin", pin, length);
      write_file ("manner", "wb", "", 0);
    }
  else
    rv = try_pin ("so-pin", "so-tries", pin, length);
  if (rv != CKR_OK)
    return rv;
  write_file ("label", "wb", label, 32);
  return CKR_OK;
}

CK_RV
C_InitPIN (CK_SESSION_HANDLE session, CK_UTF8CHAR *pin, CK_ULONG length)
{
  note ("init pin", pin);
  if (who != OFFICER)
    return CKR_USER_NOT_LOGGED_IN;
  if (is ("no-init-pin"))
    return CKR_DEVICE_ERROR;
  if (is ("to-be-changed"))
    write_file ("change-me", "wb", "", 0);
  write_file ("tries", "wb", "", 0);
  return store_pin ("pin", pin, length);
}

CK_RV
C_SetPIN (CK_SESSION_HANDLE session, CK_UTF8CHAR *old_pin, CK_ULONG old_length, CK_UTF8CHAR *new_pin, CK_ULONG new_length)
{
  const char *name = who == OFFICER ? "so-pin" : "pin";
  const char *dir = getenv ("SIGNET_TEST_COUNTING_DIR");
  char path[4096];
  CK_RV rv;

  note (who == OFFICER ? "set so" : "set user", old_pin);
  rv = try_pin (name, who == OFFICER ? "so-tries" : "tries", old_pin, old_length);
  if (rv == CKR_OK)
    rv = store_pin (name, new_pin, new_length);
  snprintf (path, sizeof path, "%s/change-me", dir != NULL ? dir : "/nonexistent");
  if (rv == CKR_OK)
    unlink (path);
  return rv;
}

/* --- objects --- */

CK_RV
C_CreateObject (CK_SESSION_HANDLE session, CK_ATTRIBUTE *template, CK_ULONG n, CK_OBJECT_HANDLE *object)
{
  *object = CERTIFICATE;
  return CKR_OK;
}

CK_RV
C_DestroyObject (CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object)
{
  return CKR_OK;
}

static const void *
find_attribute (CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type, CK_ULONG *length)
{
  static const unsigned char p256[] = { 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07 };
  static const CK_ULONG key_type = CKK_EC;
  static CK_BBOOL always;

  always = is ("always") ? CK_TRUE : CK_FALSE;
  *length = (CK_ULONG) -1;
  if (type == CKA_ID)
    return *length = 1, "\x01";
  if (type == CKA_LABEL)
    return *length = 6, "sample";
  if (type == CKA_VALUE && object == CERTIFICATE)
    return *length = certificate_length, certificate;
  if (object == CERTIFICATE)
    return NULL;
  if (type == CKA_KEY_TYPE)
    return *length = sizeof key_type, &key_type;
  if (type == CKA_EC_PARAMS)
    return *length = sizeof p256, p256;
  if (type == CKA_EC_POINT && object == PUBLIC)
    return *length = sizeof point, point;
  if (type == CKA_ALWAYS_AUTHENTICATE && object == PRIVATE)
    return *length = sizeof always, &always;
  return NULL;
}

CK_RV
C_GetAttributeValue (CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE *template, CK_ULONG n)
{
  CK_RV rv = CKR_OK;

  for (CK_ULONG i = 0; i < n; i++)
    {
      CK_ULONG length = 0;
      const void *value = find_attribute (object, template[i].type, &length);
      CK_ULONG room = template[i].ulValueLen;

      template[i].ulValueLen = length;
      if (value == NULL)
        rv = CKR_ATTRIBUTE_TYPE_INVALID;
      else if (template[i].pValue != NULL && length > room)
        rv = CKR_BUFFER_TOO_SMALL;
      else if (template[i].pValue != NULL)
        memcpy (template[i].pValue, value, length);
    }
  return rv;
}

CK_RV
C_SetAttributeValue (CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE *template, CK_ULONG n)
{
  return CKR_OK;
}

CK_RV
C_FindObjectsInit (CK_SESSION_HANDLE session, CK_ATTRIBUTE *template, CK_ULONG n)
{
  searched = (CK_OBJECT_CLASS) -1;
  for (CK_ULONG i = 0; i < n; i++)
    if (template[i].type == CKA_CLASS)
      searched = *(CK_OBJECT_CLASS *) template[i].pValue;
  served = 0;
  return CKR_OK;
}

CK_RV
C_FindObjects (CK_SESSION_HANDLE session, CK_OBJECT_HANDLE *objects, CK_ULONG max, CK_ULONG *n)
{
  CK_OBJECT_HANDLE object = 0;

  if (searched == CKO_PUBLIC_KEY)
    object = PUBLIC;
  else if (searched == CKO_PRIVATE_KEY && who == USER)
    object = PRIVATE;
  else if (searched == CKO_CERTIFICATE && certificate_length > 0)
    object = CERTIFICATE;
  *n = object != 0 && max > 0 && !served ? 1 : 0;
  if (*n > 0)
    objects[0] = object;
  served = 1;
  return CKR_OK;
}

CK_RV
C_FindObjectsFinal (CK_SESSION_HANDLE session)
{
  return CKR_OK;
}

/* --- signing --- */

CK_RV
C_SignInit (CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE object)
{
  check_forgetting ();
  if (who != USER)
    return CKR_USER_NOT_LOGGED_IN;
  if (signing)
    return CKR_OPERATION_ACTIVE;
  if (has ("change-me"))
    return CKR_PIN_EXPIRED;
  signing = 1;
  context_logged_in = 0;
  return CKR_OK;
}

CK_RV
C_Sign (CK_SESSION_HANDLE session, CK_BYTE *data, CK_ULONG length, CK_BYTE *signature, CK_ULONG *signature_length)
{
  if (!signing)
    return CKR_OPERATION_NOT_INITIALIZED;
  signing = 0;
  if (is ("always") && !context_logged_in)
    return CKR_USER_NOT_LOGGED_IN;
  if (*signature_length < 64 || !p256_sign (key, data, length, signature))
    return CKR_FUNCTION_FAILED;
  *signature_length = 64;
  return CKR_OK;
}

CK_RV
C_GenerateKeyPair (CK_SESSION_HANDLE session,
                   CK_MECHANISM *mechanism,
                   CK_ATTRIBUTE *public_template,
                   CK_ULONG n_public,
                   CK_ATTRIBUTE *private_template,
                   CK_ULONG n_private,
                   CK_OBJECT_HANDLE *public_key,
                   CK_OBJECT_HANDLE *private_key)
{
  *public_key = PUBLIC;
  *private_key = PRIVATE;
  return who == USER ? CKR_OK : CKR_USER_NOT_LOGGED_IN;
}

static CK_FUNCTION_LIST functions = {
  .version = { 2, 40 },
  .C_Initialize = C_Initialize,
  .C_Finalize = C_Finalize,
  .C_GetInfo = C_GetInfo,
  .C_GetSlotList = C_GetSlotList,
  .C_GetSlotInfo = C_GetSlotInfo,
  .C_GetTokenInfo = C_GetTokenInfo,
  .C_GetMechanismInfo = C_GetMechanismInfo,
  .C_InitToken = C_InitToken,
  .C_InitPIN = C_InitPIN,
  .C_SetPIN = C_SetPIN,
  .C_OpenSession = C_OpenSession,
  .C_CloseSession = C_CloseSession,
  .C_GetSessionInfo = C_GetSessionInfo,
  .C_Login = C_Login,
  .C_Logout = C_Logout,
  .C_CreateObject = C_CreateObject,
  .C_DestroyObject = C_DestroyObject,
  .C_GetAttributeValue = C_GetAttributeValue,
  .C_SetAttributeValue = C_SetAttributeValue,
  .C_FindObjectsInit = C_FindObjectsInit,
  .C_FindObjects = C_FindObjects,
  .C_FindObjectsFinal = C_FindObjectsFinal,
  .C_SignInit = C_SignInit,
  .C_Sign = C_Sign,
  .C_GenerateKeyPair = C_GenerateKeyPair,
};

__attribute__ ((visibility ("default"))) CK_RV
C_GetFunctionList (CK_FUNCTION_LIST **list)
{
  *list = &functions;
  return CKR_OK;
}
