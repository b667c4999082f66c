/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * hostile.c: a PKCS#11 module that does what no module should: crashes, hangs, lies, locks, loses its token.
 *
 * For tests only. Everything it knows is in the folder SIGNET_TEST_HOSTILE_DIR:
 *   key.pem   the P-256 key of its one token          cert.der  (optional) the certificate beside it
 *   fault     what it does wrong, read at every call, so that a test can change it while the process runs
 *   tries     wrong PINs so far                       logins    one letter for every C_Login it has ever seen
 * The PIN is 1234, and three wrong ones lock it.
 *
 * Faults: "crash C_Name", "hang C_Name", "fail C_Name" for every function, and the names that fault_is() is asked for.
 */
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <p11-kit/pkcs11.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_TRIES 3
#define N_MANY 5000 /* objects of the fault "many-objects" */

enum
{
  PUBLIC = 1,
  PRIVATE,
  CERTIFICATE
};

static EVP_PKEY *key;
static unsigned char point[2 + 65];
static unsigned char certificate[8192];
static unsigned char large[60000];
static size_t certificate_length;
static int logged_in;
static int context_logged_in;
static int signing;
static CK_OBJECT_CLASS searched;
static unsigned long served;
static CK_SLOT_ID slot_number = 7;

/* --- the folder --- */

static FILE *
open_file (const char *name, const char *mode)
{
  const char *dir = getenv ("SIGNET_TEST_HOSTILE_DIR");
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

static void
append (const char *name, char letter)
{
  FILE *file = open_file (name, "ab");

  if (file == NULL)
    return;
  fputc (letter, file);
  fclose (file);
}

static int
count (const char *name)
{
  char letters[1024];

  return (int) read_file (name, letters, sizeof letters);
}

static int
fault_is (const char *name)
{
  char fault[128] = "";

  read_file ("fault", fault, sizeof fault - 1);
  return strcmp (fault, name) == 0;
}

/* At the start of every function. */
static CK_RV
enter (const char *function)
{
  char name[128];

  snprintf (name, sizeof name, "crash %s", function);
  if (fault_is (name))
    {
      /* a crash on purpose is no finding of a sanitizer */
      signal (SIGSEGV, SIG_DFL);
      raise (SIGSEGV);
    }
  snprintf (name, sizeof name, "hang %s", function);
  while (fault_is (name))
    usleep (20000);
  snprintf (name, sizeof name, "fail %s", function);
  return fault_is (name) ? CKR_GENERAL_ERROR : CKR_OK;
}

#define ENTER()                                                                                                                  \
  do                                                                                                                             \
    {                                                                                                                            \
      CK_RV entered = enter (__func__);                                                                                          \
      if (entered != CKR_OK)                                                                                                     \
        return entered;                                                                                                          \
    }                                                                                                                            \
  while (0)

/* --- texts --- */

static void
pad (CK_UTF8CHAR *field, size_t size, const char *text)
{
  memset (field, ' ', size);
  memcpy (field, text, strlen (text) < size ? strlen (text) : size);
}

/* Right-to-left override, escape sequence, NUL, half a character, markup */
static const char junk[] = "\xe2\x80\xae\x1b[31m\x00\xff\xfe<b>&\xe5";

static int
token_is_there (void)
{
  return !fault_is ("no-token");
}

/* --- general --- */

static int
load_key (void)
{
  FILE *file = open_file ("key.pem", "r");

  if (file == NULL)
    return 0;
  key = PEM_read_PrivateKey (file, NULL, NULL, NULL);
  fclose (file);
  point[0] = 0x04;
  point[1] = 65;
  return key != NULL && EVP_PKEY_get_octet_string_param (key, OSSL_PKEY_PARAM_PUB_KEY, point + 2, 65, NULL) == 1;
}

CK_RV
C_Initialize (void *arguments)
{
  if (key != NULL)
    return CKR_CRYPTOKI_ALREADY_INITIALIZED;
  ENTER ();
  certificate_length = read_file ("cert.der", certificate, sizeof certificate);
  return load_key () ? CKR_OK : CKR_GENERAL_ERROR;
}

CK_RV
C_Finalize (void *reserved)
{
  ENTER ();
  return CKR_OK;
}

CK_RV
C_GetInfo (CK_INFO *info)
{
  ENTER ();
  memset (info, 0, sizeof *info);
  info->cryptokiVersion.major = 2;
  info->cryptokiVersion.minor = 40;
  pad (info->manufacturerID, sizeof info->manufacturerID, "Nobody (sample)");
  pad (info->libraryDescription, sizeof info->libraryDescription, "hostile module for tests");
  return CKR_OK;
}

CK_RV
C_GetSlotList (CK_BBOOL present, CK_SLOT_ID *slots, CK_ULONG *n_slots)
{
  CK_ULONG room = *n_slots;

  ENTER ();
  *n_slots = token_is_there () ? 1 : 0;
  if (fault_is ("slots-lie"))
    *n_slots = 1ul << 40;
  if (fault_is ("slots-change"))
    slot_number++;
  if (slots == NULL || *n_slots == 0 || fault_is ("slots-lie"))
    return CKR_OK;
  if (room < 1)
    return CKR_BUFFER_TOO_SMALL;
  slots[0] = slot_number;
  return CKR_OK;
}

CK_RV
C_GetTokenInfo (CK_SLOT_ID slot, CK_TOKEN_INFO *info)
{
  int wrong = 0;

  ENTER ();
  if (!token_is_there () || slot != slot_number)
    return CKR_SLOT_ID_INVALID;
  wrong = count ("tries");
  memset (info, 0, sizeof *info);
  pad (info->label, sizeof info->label, "Hostile (sample)");
  if (fault_is ("junk"))
    memcpy (info->label, junk, sizeof junk);
  pad (info->manufacturerID, sizeof info->manufacturerID, "Nobody");
  pad (info->model, sizeof info->model, "mock");
  pad (info->serialNumber, sizeof info->serialNumber, "0001");
  info->flags = CKF_TOKEN_INITIALIZED | CKF_LOGIN_REQUIRED | CKF_USER_PIN_INITIALIZED;
  if (wrong > 0)
    info->flags |= CKF_USER_PIN_COUNT_LOW;
  if (wrong == MAX_TRIES - 1)
    info->flags |= CKF_USER_PIN_FINAL_TRY;
  if (wrong >= MAX_TRIES)
    info->flags |= CKF_USER_PIN_LOCKED;
  if (fault_is ("pin-pad"))
    info->flags |= CKF_PROTECTED_AUTHENTICATION_PATH;
  info->ulMinPinLen = 4;
  info->ulMaxPinLen = 8;
  return CKR_OK;
}

CK_RV
C_GetMechanismInfo (CK_SLOT_ID slot, CK_MECHANISM_TYPE mechanism, CK_MECHANISM_INFO *info)
{
  ENTER ();
  if (mechanism != CKM_ECDSA && mechanism != CKM_EC_KEY_PAIR_GEN)
    return CKR_MECHANISM_INVALID;
  *info = (CK_MECHANISM_INFO){ 256, 256, CKF_HW | CKF_SIGN };
  return CKR_OK;
}

/* --- sessions and PINs --- */

CK_RV
C_OpenSession (CK_SLOT_ID slot, CK_FLAGS flags, void *application, CK_NOTIFY notify, CK_SESSION_HANDLE *session)
{
  ENTER ();
  *session = 1;
  return token_is_there () ? CKR_OK : CKR_TOKEN_NOT_PRESENT;
}

CK_RV
C_CloseSession (CK_SESSION_HANDLE session)
{
  ENTER ();
  signing = 0;
  return CKR_OK;
}

static CK_RV
try_pin (const CK_UTF8CHAR *pin, CK_ULONG length)
{
  FILE *tries = NULL;

  append ("logins", 'x');
  if (count ("tries") >= MAX_TRIES)
    return CKR_PIN_LOCKED;
  if (fault_is ("pin-pad") ? pin != NULL : (pin == NULL || length != 4 || memcmp (pin, "1234", 4) != 0))
    {
      append ("tries", 'x');
      return count ("tries") >= MAX_TRIES ? CKR_PIN_LOCKED : CKR_PIN_INCORRECT;
    }
  tries = open_file ("tries", "wb");
  if (tries != NULL)
    fclose (tries);
  return CKR_OK;
}

CK_RV
C_Login (CK_SESSION_HANDLE session, CK_USER_TYPE user, CK_UTF8CHAR *pin, CK_ULONG length)
{
  CK_RV rv;

  ENTER ();
  if (!token_is_there ())
    return CKR_DEVICE_REMOVED;
  if (user == CKU_CONTEXT_SPECIFIC && !signing)
    return CKR_OPERATION_NOT_INITIALIZED;
  if (user == CKU_USER && logged_in)
    return CKR_USER_ALREADY_LOGGED_IN;
  rv = try_pin (pin, length);
  if (rv == CKR_OK && user == CKU_CONTEXT_SPECIFIC)
    context_logged_in = 1;
  else if (rv == CKR_OK)
    logged_in = 1;
  return rv;
}

CK_RV
C_Logout (CK_SESSION_HANDLE session)
{
  ENTER ();
  logged_in = 0;
  return CKR_OK;
}

CK_RV
C_InitToken (CK_SLOT_ID slot, CK_UTF8CHAR *pin, CK_ULONG length, CK_UTF8CHAR *label)
{
  ENTER ();
  return CKR_FUNCTION_NOT_SUPPORTED;
}

CK_RV
C_InitPIN (CK_SESSION_HANDLE session, CK_UTF8CHAR *pin, CK_ULONG length)
{
  ENTER ();
  return CKR_FUNCTION_NOT_SUPPORTED;
}

CK_RV
C_SetPIN (CK_SESSION_HANDLE session, CK_UTF8CHAR *old_pin, CK_ULONG old_length, CK_UTF8CHAR *new_pin, CK_ULONG new_length)
{
  ENTER ();
  return CKR_FUNCTION_NOT_SUPPORTED;
}

/* --- objects --- */

CK_RV
C_CreateObject (CK_SESSION_HANDLE session, CK_ATTRIBUTE *template, CK_ULONG n, CK_OBJECT_HANDLE *object)
{
  ENTER ();
  if (fault_is ("full"))
    return CKR_DEVICE_MEMORY;
  *object = CERTIFICATE;
  return CKR_OK;
}

CK_RV
C_DestroyObject (CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object)
{
  ENTER ();
  return CKR_TOKEN_WRITE_PROTECTED;
}

/* What an attribute is; length -1 when there is none. */
static const void *
find_attribute (CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type, CK_ULONG *length)
{
  static const unsigned char p256[] = { 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07 };
  static const CK_ULONG key_type = CKK_EC;
  static CK_BBOOL always;

  always = fault_is ("always") ? CK_TRUE : CK_FALSE;
  *length = (CK_ULONG) -1;
  if (type == CKA_ID)
    return *length = 4, "\x01\x02\x03\x04";
  if (type == CKA_LABEL)
    return *length = fault_is ("junk") ? sizeof junk : 6, fault_is ("junk") ? junk : "sample";
  if (type == CKA_VALUE && object == CERTIFICATE && fault_is ("large-objects"))
    return *length = sizeof large, large;
  if (type == CKA_VALUE && object == CERTIFICATE)
    return *length = certificate_length, certificate;
  if (object == CERTIFICATE)
    return NULL;
  if (type == CKA_KEY_TYPE)
    return *length = sizeof key_type, &key_type;
  if (type == CKA_EC_PARAMS)
    return *length = sizeof p256, p256;
  if (type == CKA_EC_POINT && object != PRIVATE)
    return *length = sizeof point, point;
  if (type == CKA_ALWAYS_AUTHENTICATE && object == PRIVATE)
    return *length = sizeof always, &always;
  return NULL;
}

CK_RV
C_GetAttributeValue (CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE *template, CK_ULONG n)
{
  CK_RV rv = CKR_OK;

  ENTER ();
  for (CK_ULONG i = 0; i < n; i++)
    {
      CK_ULONG length = 0;
      const void *value = find_attribute (object, template[i].type, &length);
      CK_ULONG room = template[i].ulValueLen;

      template[i].ulValueLen = length;
      if (value == NULL)
        rv = CKR_ATTRIBUTE_TYPE_INVALID;
      else if (length > room)
        rv = CKR_BUFFER_TOO_SMALL;
      else if (template[i].pValue != NULL)
        memcpy (template[i].pValue, value, length);
      if (fault_is ("attributes-lie"))
        template[i].ulValueLen = 1ul << 40;
    }
  return fault_is ("attributes-lie") ? CKR_OK : rv;
}

CK_RV
C_SetAttributeValue (CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE *template, CK_ULONG n)
{
  ENTER ();
  return CKR_ATTRIBUTE_READ_ONLY;
}

CK_RV
C_FindObjectsInit (CK_SESSION_HANDLE session, CK_ATTRIBUTE *template, CK_ULONG n)
{
  ENTER ();
  searched = (CK_OBJECT_CLASS) -1;
  for (CK_ULONG i = 0; i < n; i++)
    {
      if (template[i].type == CKA_CLASS)
        searched = *(CK_OBJECT_CLASS *) template[i].pValue;
      else if (template[i].type == CKA_VALUE && (template[i].ulValueLen != certificate_length ||
                                                 memcmp (template[i].pValue, certificate, certificate_length) != 0))
        searched = (CK_OBJECT_CLASS) -1;
    }
  served = 0;
  return CKR_OK;
}

static CK_OBJECT_HANDLE
searched_object (void)
{
  if (searched == CKO_PUBLIC_KEY)
    return PUBLIC;
  if (searched == CKO_PRIVATE_KEY)
    return logged_in ? PRIVATE : 0;
  return searched == CKO_CERTIFICATE && certificate_length > 0 ? CERTIFICATE : 0;
}

CK_RV
C_FindObjects (CK_SESSION_HANDLE session, CK_OBJECT_HANDLE *objects, CK_ULONG max, CK_ULONG *n)
{
  CK_OBJECT_HANDLE object = searched_object ();
  unsigned long all = fault_is ("endless-objects")                              ? (unsigned long) -1
                      : fault_is ("many-objects") || fault_is ("large-objects") ? N_MANY
                                                                                : 1;

  ENTER ();
  *n = 0;
  if (fault_is ("objects-lie"))
    return *n = 1ul << 40, CKR_OK;
  while (object != 0 && *n < max && served < all)
    {
      objects[(*n)++] = object;
      served++;
    }
  return CKR_OK;
}

CK_RV
C_FindObjectsFinal (CK_SESSION_HANDLE session)
{
  ENTER ();
  return CKR_OK;
}

/* --- signing --- */

CK_RV
C_SignInit (CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE object)
{
  ENTER ();
  if (!token_is_there ())
    return CKR_DEVICE_ERROR; /* as one maker says "removed" */
  if (signing)
    return CKR_OPERATION_ACTIVE;
  if (mechanism->mechanism != CKM_ECDSA)
    return CKR_MECHANISM_INVALID;
  signing = 1;
  context_logged_in = 0;
  return logged_in && object == PRIVATE ? CKR_OK : CKR_USER_NOT_LOGGED_IN;
}

static int
sign_raw (const unsigned char *data, size_t length, unsigned char raw[64])
{
  EVP_PKEY_CTX *context = EVP_PKEY_CTX_new (key, NULL);
  unsigned char der[128];
  const unsigned char *at = der;
  size_t size = sizeof der;
  ECDSA_SIG *signature = NULL;
  int ok = EVP_PKEY_sign_init (context) == 1 && EVP_PKEY_sign (context, der, &size, data, length) == 1;

  EVP_PKEY_CTX_free (context);
  signature = ok ? d2i_ECDSA_SIG (NULL, &at, (long) size) : NULL;
  if (signature == NULL)
    return 0;
  BN_bn2binpad (ECDSA_SIG_get0_r (signature), raw, 32);
  BN_bn2binpad (ECDSA_SIG_get0_s (signature), raw + 32, 32);
  ECDSA_SIG_free (signature);
  return 1;
}

CK_RV
C_Sign (CK_SESSION_HANDLE session, CK_BYTE *data, CK_ULONG length, CK_BYTE *signature, CK_ULONG *signature_length)
{
  ENTER ();
  if (!signing)
    return CKR_OPERATION_NOT_INITIALIZED;
  signing = 0;
  if (fault_is ("always") && !context_logged_in)
    return CKR_USER_NOT_LOGGED_IN;
  if (*signature_length < 64 || !sign_raw (data, length, signature))
    return CKR_FUNCTION_FAILED;
  *signature_length = 64;
  if (fault_is ("wrong-signature"))
    signature[20] ^= 1;
  if (fault_is ("signature-lies"))
    *signature_length = 1ul << 40;
  if (fault_is ("empty-signature"))
    *signature_length = 0;
  if (fault_is ("odd-signature"))
    *signature_length = 63;
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
  ENTER ();
  *public_key = fault_is ("no-new-key") ? CERTIFICATE : PUBLIC;
  *private_key = PRIVATE;
  return CKR_OK;
}

/* --- the list --- */

static CK_FUNCTION_LIST functions = {
  .version = { 2, 40 },
  .C_Initialize = C_Initialize,
  .C_Finalize = C_Finalize,
  .C_GetInfo = C_GetInfo,
  .C_GetSlotList = C_GetSlotList,
  .C_GetTokenInfo = C_GetTokenInfo,
  .C_GetMechanismInfo = C_GetMechanismInfo,
  .C_InitToken = C_InitToken,
  .C_InitPIN = C_InitPIN,
  .C_SetPIN = C_SetPIN,
  .C_OpenSession = C_OpenSession,
  .C_CloseSession = C_CloseSession,
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
  if (fault_is ("no-list"))
    return CKR_GENERAL_ERROR;
  *list = &functions;
  return CKR_OK;
}
