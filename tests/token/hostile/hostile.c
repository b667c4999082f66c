/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * hostile.c: a PKCS#11 module that does what no module should: crashes, hangs, lies, locks, loses its token.
 *
 * For tests only. Everything it knows is in its folder (hostile.h):
 *   key.pem   the P-256 key of its one token          cert.der  (optional) the certificate beside it
 *   fault     what it does wrong, read at every call, so that a test can change it while the process runs
 *   tries     wrong PINs so far                       logins    one letter for every C_Login it has ever seen
 *   serial    (optional) its serial number            able      (optional) it can do what is not supported else: change
 *                                                               PINs, be initialised, delete
 * The PIN is 1234, and three wrong ones lock it.
 *
 * Faults: those of hostile-fault.c, and the names that fault_is() is asked for here.
 */
#include <openssl/ec.h>
#include <stdlib.h>
#include <string.h>

#include "../p256/p256.h"
#include "hostile.h"

#define MAX_TRIES 3
#define N_MANY 5000 /* objects of the fault "many-objects" */
#define N_THOUSAND 1000
#define MAX_SLOTS 65
#define N_STORED 4
#define SIGNING_SLOT 800 /* of the fault "two-pins": one card, a second PIN */

enum
{
  PUBLIC = 1,
  PRIVATE,
  CERTIFICATE,
  STORED,                         /* and what follows: written in this process */
  ONE_OF_MANY = STORED + N_STORED /* and what follows, for the fault "thousand" */
};

static EVP_PKEY *key;
static EVP_PKEY *other_key;
static unsigned char point[P256_POINT];
static unsigned char certificate[8192];
static unsigned char large[60000];
static unsigned char own_label[10240];
static const unsigned char own_id[] = { 1, 2, 3, 4 };
static unsigned char stored[N_STORED][8192];
static size_t certificate_length;
static size_t own_label_length;
static size_t stored_length[N_STORED];
static int logged_in;
static int context_logged_in;
static int signing;
static CK_OBJECT_CLASS searched;
static CK_OBJECT_HANDLE searched_stored;
static unsigned long served;
static CK_SLOT_ID slot_number = 7;
static CK_SESSION_HANDLE last_session = 1000;

/* --- texts --- */

static void
pad (CK_UTF8CHAR *field, size_t size, const char *text)
{
  memset (field, ' ', size);
  memcpy (field, text, strlen (text) < size ? strlen (text) : size);
}

static int
is_able (void)
{
  return hostile_has ("able");
}

/* Right-to-left override, escape sequence, NUL, half a character, markup */
static const char junk[] = "\xe2\x80\xae\x1b[31m\x00\xff\xfe<b>&\xe5";

static int
token_is_there (void)
{
  return !fault_is ("no-token");
}

/* --- general --- */

CK_RV
C_Initialize (void *arguments)
{
  if (key != NULL)
    return CKR_CRYPTOKI_ALREADY_INITIALIZED;
  ENTER ();
  certificate_length = hostile_read ("cert.der", certificate, sizeof certificate);
  own_label_length = hostile_read ("label", own_label, sizeof own_label);
  other_key = EVP_EC_gen ("P-256");
  key = p256_read (hostile_open ("key.pem", "r"), point);
  return key != NULL ? CKR_OK : CKR_GENERAL_ERROR;
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

/* How many the fault says there are. */
static CK_ULONG
count_slots (CK_SLOT_ID *slots)
{
  static int blink;

  if (fault_is ("slots-lie"))
    return 1ul << 40;
  if (fault_is ("slots-minus"))
    return (CK_ULONG) -1;
  if (fault_is ("slots-grow"))
    return slots == NULL ? 0 : 3;
  if (fault_is ("slots-shrink"))
    return slots == NULL ? 64 : 1;
  if (fault_is ("slots-many"))
    return MAX_SLOTS;
  if (fault_is ("slots-same"))
    return 3;
  if (fault_is ("two-pins"))
    return 2;
  if (fault_is ("slots-blink"))
    return (CK_ULONG) (blink = !blink);
  return token_is_there () ? 1 : 0;
}

CK_RV
C_GetSlotList (CK_BBOOL present, CK_SLOT_ID *slots, CK_ULONG *n_slots)
{
  CK_ULONG room = *n_slots;

  ENTER ();
  hostile_append ("lists", 'x');
  *n_slots = count_slots (slots);
  if (fault_is ("slots-change"))
    slot_number++;
  if (slots == NULL || *n_slots == 0 || *n_slots > MAX_SLOTS)
    return CKR_OK;
  if (room < *n_slots)
    return CKR_BUFFER_TOO_SMALL;
  for (CK_ULONG i = 0; i < *n_slots; i++)
    slots[i] = fault_is ("two-pins") && i > 0 ? SIGNING_SLOT : slot_number;
  return CKR_OK;
}

CK_RV
C_GetSlotInfo (CK_SLOT_ID slot, CK_SLOT_INFO *info)
{
  char reader[32] = "Reader (sample)";

  ENTER ();
  memset (info, fault_is ("info-junk") ? 0xff : 0, sizeof *info);
  if (fault_is ("info-junk"))
    return CKR_OK;
  hostile_read ("serial", reader + strlen ("Reader "), 8);
  pad (info->slotDescription, sizeof info->slotDescription, reader); /* two cards are not in one reader */
  pad (info->manufacturerID, sizeof info->manufacturerID, "Nobody");
  info->flags = CKF_TOKEN_PRESENT | CKF_REMOVABLE_DEVICE | CKF_HW_SLOT;
  return CKR_OK;
}

static void
fill_serial (CK_UTF8CHAR field[16])
{
  char serial[17] = "0001";

  hostile_read ("serial", serial, sizeof serial - 1);
  pad (field, 16, fault_is ("swapped") ? "9999" : serial);
}

CK_RV
C_GetTokenInfo (CK_SLOT_ID slot, CK_TOKEN_INFO *info)
{
  int wrong = 0;

  ENTER ();
  if (!token_is_there () || (slot != slot_number && slot != SIGNING_SLOT))
    return CKR_SLOT_ID_INVALID;
  wrong = hostile_count ("tries");
  memset (info, fault_is ("info-junk") ? 0xff : 0, sizeof *info);
  if (fault_is ("info-junk"))
    return CKR_OK;
  pad (info->label, sizeof info->label, "Hostile (sample)");
  if (slot == SIGNING_SLOT)
    pad (info->label, sizeof info->label, "Signing PIN");
  if (fault_is ("junk"))
    memcpy (info->label, junk, sizeof junk);
  if (own_label_length > 0)
    pad (info->label, sizeof info->label, "");
  if (own_label_length > 0)
    memcpy (info->label, own_label, own_label_length < sizeof info->label ? own_label_length : sizeof info->label);
  pad (info->manufacturerID, sizeof info->manufacturerID, "Nobody");
  pad (info->model, sizeof info->model, "mock");
  fill_serial (info->serialNumber);
  info->flags = CKF_TOKEN_INITIALIZED | CKF_LOGIN_REQUIRED | CKF_USER_PIN_INITIALIZED;
  if (wrong > 0)
    info->flags |= CKF_USER_PIN_COUNT_LOW;
  if (wrong == MAX_TRIES - 1)
    info->flags |= CKF_USER_PIN_FINAL_TRY;
  if (wrong >= MAX_TRIES)
    info->flags |= CKF_USER_PIN_LOCKED;
  if (fault_is ("pin-pad"))
    info->flags |= CKF_PROTECTED_AUTHENTICATION_PATH;
  info->ulMinPinLen = fault_is ("pin-limits-lie") ? 900 : 4;
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
  *session = slot == SIGNING_SLOT ? SIGNING_SLOT : ++last_session;
  return token_is_there () ? CKR_OK : CKR_TOKEN_NOT_PRESENT;
}

CK_RV
C_GetSessionInfo (CK_SESSION_HANDLE session, CK_SESSION_INFO *info)
{
  ENTER ();
  *info = (CK_SESSION_INFO){ slot_number, logged_in ? CKS_RW_USER_FUNCTIONS : CKS_RW_PUBLIC_SESSION,
                             CKF_SERIAL_SESSION | CKF_RW_SESSION, 0 };
  return CKR_OK;
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

  hostile_append ("logins", 'x');
  if (hostile_count ("tries") >= MAX_TRIES)
    return CKR_PIN_LOCKED;
  if (fault_is ("pin-pad") ? pin != NULL : (pin == NULL || length != 4 || memcmp (pin, "1234", 4) != 0))
    {
      hostile_append ("tries", 'x');
      return hostile_count ("tries") >= MAX_TRIES ? CKR_PIN_LOCKED : CKR_PIN_INCORRECT;
    }
  tries = hostile_open ("tries", "wb");
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
  if (fault_is ("two-pins") && session != SIGNING_SLOT)
    return CKR_PIN_INCORRECT;
  rv = is_able () && user == CKU_SO ? CKR_OK : try_pin (pin, length);
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
  return is_able () ? CKR_OK : CKR_FUNCTION_NOT_SUPPORTED;
}

CK_RV
C_InitPIN (CK_SESSION_HANDLE session, CK_UTF8CHAR *pin, CK_ULONG length)
{
  ENTER ();
  return is_able () ? CKR_OK : CKR_FUNCTION_NOT_SUPPORTED;
}

CK_RV
C_SetPIN (CK_SESSION_HANDLE session, CK_UTF8CHAR *old_pin, CK_ULONG old_length, CK_UTF8CHAR *new_pin, CK_ULONG new_length)
{
  ENTER ();
  return is_able () ? try_pin (old_pin, old_length) : CKR_FUNCTION_NOT_SUPPORTED;
}

/* --- objects --- */

static CK_RV
store (const CK_ATTRIBUTE *value, CK_OBJECT_HANDLE *object)
{
  for (int i = 0; i < N_STORED; i++)
    if (stored_length[i] == 0 && value->ulValueLen <= sizeof stored[i])
      {
        memcpy (stored[i], value->pValue, value->ulValueLen);
        stored_length[i] = value->ulValueLen;
        *object = STORED + (CK_OBJECT_HANDLE) i;
        return CKR_OK;
      }
  return CKR_DEVICE_MEMORY;
}

CK_RV
C_CreateObject (CK_SESSION_HANDLE session, CK_ATTRIBUTE *template, CK_ULONG n, CK_OBJECT_HANDLE *object)
{
  CK_OBJECT_CLASS class = CKO_CERTIFICATE;

  ENTER ();
  if (fault_is ("full"))
    return CKR_DEVICE_MEMORY;
  *object = CERTIFICATE;
  for (CK_ULONG i = 0; i < n; i++)
    if (template[i].type == CKA_CLASS)
      class = *(CK_OBJECT_CLASS *) template[i].pValue;
  if (class == CKO_PRIVATE_KEY)
    return CKR_TEMPLATE_INCONSISTENT; /* none in plain */
  for (CK_ULONG i = 0; i < n && is_able () && class == CKO_CERTIFICATE; i++)
    if (template[i].type == CKA_VALUE)
      return store (&template[i], object);
  return CKR_OK;
}

/* Believes whatever it is given. */
CK_RV
C_UnwrapKey (CK_SESSION_HANDLE session,
             CK_MECHANISM *mechanism,
             CK_OBJECT_HANDLE unwrapping,
             CK_BYTE *wrapped,
             CK_ULONG length,
             CK_ATTRIBUTE *template,
             CK_ULONG n,
             CK_OBJECT_HANDLE *object)
{
  ENTER ();
  *object = PRIVATE;
  return CKR_OK;
}

static int
is_stored (CK_OBJECT_HANDLE object)
{
  return object >= STORED && object < ONE_OF_MANY;
}

CK_RV
C_DestroyObject (CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object)
{
  ENTER ();
  if (!is_able ())
    return CKR_TOKEN_WRITE_PROTECTED;
  if (is_stored (object))
    stored_length[object - STORED] = 0;
  return CKR_OK;
}

/* 10 MiB, which nobody asked for. */
static const unsigned char *
huge (void)
{
  static unsigned char *bytes;

  if (bytes == NULL)
    bytes = calloc (1, LARGE);
  return bytes;
}

/* The same certificate, but for its last bytes. */
static const unsigned char *
one_of_many (CK_OBJECT_HANDLE object)
{
  static unsigned char copy[sizeof certificate];

  memcpy (copy, certificate, certificate_length);
  copy[certificate_length - 1] = (unsigned char) object;
  copy[certificate_length - 2] = (unsigned char) (object >> 8);
  return copy;
}

/* What an attribute is; length -1 when there is none. */
static const void *
find_attribute (CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type, CK_ULONG *length)
{
  static const unsigned char p256[] = { 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07 };
  static const CK_ULONG key_type = CKK_EC;
  static CK_BBOOL always;
  static CK_OBJECT_CLASS class;

  always = fault_is ("always") ? CK_TRUE : CK_FALSE;
  *length = (CK_ULONG) -1;
  class = object == PUBLIC ? CKO_PUBLIC_KEY : object == PRIVATE ? CKO_PRIVATE_KEY : CKO_CERTIFICATE;
  if (type == CKA_CLASS)
    return *length = sizeof class, &class;
  if (type == CKA_ID)
    return *length = sizeof own_id, own_id;
  if (type == CKA_LABEL && own_label_length > 0)
    return *length = own_label_length, own_label;
  if (type == CKA_LABEL)
    return *length = fault_is ("junk") ? sizeof junk : 6, fault_is ("junk") ? junk : "sample";
  if (type == CKA_VALUE && object == CERTIFICATE && fault_is ("large-objects"))
    return *length = sizeof large, large;
  if (type == CKA_VALUE && object == CERTIFICATE && fault_is ("huge-object"))
    return *length = LARGE, huge ();
  if (type == CKA_VALUE && is_stored (object))
    return *length = stored_length[object - STORED], stored[object - STORED];
  if (type == CKA_VALUE && object >= ONE_OF_MANY)
    return *length = certificate_length, one_of_many (object);
  if (type == CKA_VALUE && object == CERTIFICATE)
    return *length = certificate_length, certificate;
  if (object >= CERTIFICATE)
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

/* As one who never looked how much room there is. */
static int
overflows (void)
{
  return fault_is ("attributes-overflow");
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
      else if (template[i].pValue != NULL && overflows ())
        memset (template[i].pValue, 'x', LARGE);
      else if (template[i].pValue != NULL && length > room)
        rv = CKR_BUFFER_TOO_SMALL;
      else if (template[i].pValue != NULL)
        memcpy (template[i].pValue, value, length);
      if (value != NULL && template[i].pValue != NULL && length > room)
        template[i].ulValueLen = fault_is ("huge-object") ? length : (CK_ULONG) -1;
      template[i].ulValueLen = hostile_lie (template[i].ulValueLen, template[i].pValue == NULL);
    }
  return fault_is ("attributes-lie") ? CKR_OK : rv;
}

CK_RV
C_SetAttributeValue (CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE *template, CK_ULONG n)
{
  ENTER ();
  return is_able () ? CKR_OK : CKR_ATTRIBUTE_READ_ONLY;
}

static int
is_value (const CK_ATTRIBUTE *attribute, const unsigned char *value, size_t length)
{
  return length > 0 && attribute->ulValueLen == length && memcmp (attribute->pValue, value, length) == 0;
}

static CK_OBJECT_HANDLE
find_stored (const CK_ATTRIBUTE *attribute)
{
  for (int i = 0; i < N_STORED; i++)
    if (is_value (attribute, stored[i], stored_length[i]))
      return STORED + (CK_OBJECT_HANDLE) i;
  return 0;
}

CK_RV
C_FindObjectsInit (CK_SESSION_HANDLE session, CK_ATTRIBUTE *template, CK_ULONG n)
{
  ENTER ();
  searched = (CK_OBJECT_CLASS) -1;
  searched_stored = 0;
  for (CK_ULONG i = 0; i < n; i++)
    {
      if (template[i].type == CKA_CLASS)
        searched = *(CK_OBJECT_CLASS *) template[i].pValue;
      else if (template[i].type == CKA_ID && !is_value (&template[i], own_id, sizeof own_id))
        searched = (CK_OBJECT_CLASS) -1;
      else if (template[i].type == CKA_VALUE && find_stored (&template[i]) != 0)
        searched_stored = find_stored (&template[i]);
      else if (template[i].type == CKA_VALUE && !is_value (&template[i], certificate, certificate_length))
        searched = (CK_OBJECT_CLASS) -1;
    }
  served = 0;
  return CKR_OK;
}

static CK_OBJECT_HANDLE
searched_object (void)
{
  if (searched_stored != 0)
    return searched_stored;
  if (searched == CKO_PUBLIC_KEY)
    return PUBLIC;
  if (searched == CKO_PRIVATE_KEY)
    return logged_in ? PRIVATE : 0;
  return searched == CKO_CERTIFICATE && certificate_length > 0 ? CERTIFICATE : 0;
}

static unsigned long
count_objects (CK_OBJECT_HANDLE object)
{
  if (fault_is ("endless-objects"))
    return (unsigned long) -1;
  if (fault_is ("many-objects") || fault_is ("large-objects"))
    return N_MANY;
  return fault_is ("thousand") && object == CERTIFICATE ? N_THOUSAND : 1;
}

CK_RV
C_FindObjects (CK_SESSION_HANDLE session, CK_OBJECT_HANDLE *objects, CK_ULONG max, CK_ULONG *n)
{
  CK_OBJECT_HANDLE object = searched_object ();
  unsigned long all = 0;

  ENTER ();
  all = count_objects (object);
  *n = 0;
  if (fault_is ("objects-lie"))
    return *n = 1ul << 40, CKR_OK;
  if (fault_is ("objects-minus"))
    return *n = (CK_ULONG) -1, CKR_OK;
  if (fault_is ("objects-overflow"))
    return memset (objects, 1, LARGE), CKR_OK;
  while (object != 0 && *n < max && served < all)
    {
      objects[(*n)++] = object == CERTIFICATE && all == N_THOUSAND && served > 0 ? ONE_OF_MANY + served : object;
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
  return p256_sign (fault_is ("wrong-key") || fault_is ("swapped") ? other_key : key, data, length, raw);
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
  return hostile_spoil (signature, signature_length);
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
  .C_UnwrapKey = C_UnwrapKey,
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

/* The fault "null C_Name". */
static void
leave_out (void)
{
#define ENTRY(name)                                                                                                              \
  {                                                                                                                              \
#name, (void **) &functions.name                                                                                             \
  }
  static const struct
  {
    const char *name;
    void **entry;
  } entries[] = {
    ENTRY (C_Initialize),
    ENTRY (C_Finalize),
    ENTRY (C_GetSessionInfo),
    ENTRY (C_GetSlotInfo),
    ENTRY (C_UnwrapKey),
    ENTRY (C_GetInfo),
    ENTRY (C_GetSlotList),
    ENTRY (C_GetTokenInfo),
    ENTRY (C_GetMechanismInfo),
    ENTRY (C_InitToken),
    ENTRY (C_InitPIN),
    ENTRY (C_SetPIN),
    ENTRY (C_OpenSession),
    ENTRY (C_CloseSession),
    ENTRY (C_Login),
    ENTRY (C_Logout),
    ENTRY (C_CreateObject),
    ENTRY (C_DestroyObject),
    ENTRY (C_GetAttributeValue),
    ENTRY (C_FindObjectsInit),
    ENTRY (C_SetAttributeValue),
    ENTRY (C_FindObjects),
    ENTRY (C_FindObjectsFinal),
    ENTRY (C_SignInit),
    ENTRY (C_Sign),
    ENTRY (C_GenerateKeyPair),
  };
#undef ENTRY

  for (size_t i = 0; i < sizeof entries / sizeof *entries; i++)
    {
      char fault[64];

      snprintf (fault, sizeof fault, "null %s", entries[i].name);
      if (fault_is (fault))
        *entries[i].entry = NULL;
    }
}

/* While the library is loaded, before anybody asked it for anything. */
static void __attribute__ ((constructor)) loaded (void) { hostile_enter ("constructor"); }

__attribute__ ((visibility ("default"))) CK_RV
C_GetFunctionList (CK_FUNCTION_LIST **list)
{
  ENTER ();
  if (fault_is ("no-list"))
    return CKR_GENERAL_ERROR;
  *list = fault_is ("null-list") ? NULL : &functions;
  leave_out ();
  return CKR_OK;
}
