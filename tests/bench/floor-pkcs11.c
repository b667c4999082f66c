/* SPDX-License-Identifier: GPL-3.0-or-later */
/* floor-pkcs11.c: loading a module, finding its token and key, logging in: in as few lines and calls as it takes. */
#include "config.h"

#include "floor-pkcs11.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

void
floor_check (const char *what,
             CK_RV       rv)
{
  if (rv == CKR_OK)
    return;
  fprintf (stderr, "floor: %s: 0x%lx\n", what, rv);
  exit (69);
}

static CK_FUNCTION_LIST *
load (const char              *path,
      CK_C_INITIALIZE_ARGS    *arguments)
{
  void *module = dlopen (path, RTLD_NOW | RTLD_LOCAL);
  CK_FUNCTION_LIST *functions = NULL;
  CK_RV (*get_list) (CK_FUNCTION_LIST **);

  if (module == NULL)
    {
      fprintf (stderr, "floor: %s\n", dlerror ());
      exit (69);
    }
  *(void **) &get_list = dlsym (module, "C_GetFunctionList");
  floor_check ("C_GetFunctionList", get_list (&functions));
  floor_check ("C_Initialize", functions->C_Initialize (arguments));
  return functions;
}

CK_FUNCTION_LIST *
floor_load (const char *path)
{
  return load (path, NULL);
}

CK_FUNCTION_LIST *
floor_load_locked (const char *path)
{
  CK_C_INITIALIZE_ARGS arguments = { .flags = CKF_OS_LOCKING_OK };

  return load (path, &arguments);
}

CK_SLOT_ID
floor_find_slot (CK_FUNCTION_LIST *functions,
                 const char       *label)
{
  CK_SLOT_ID slots[16];
  CK_ULONG n_slots = 16;
  CK_TOKEN_INFO token;

  floor_check ("C_GetSlotList", functions->C_GetSlotList (CK_TRUE, slots, &n_slots));
  for (CK_ULONG i = 0; i < n_slots; i++)
    {
      floor_check ("C_GetTokenInfo", functions->C_GetTokenInfo (slots[i], &token));
      if ((token.flags & CKF_TOKEN_INITIALIZED) && (label == NULL || strncmp ((char *) token.label, label, strlen (label)) == 0))
        return slots[i];
    }
  fprintf (stderr, "floor: no token\n");
  exit (69);
}

CK_SESSION_HANDLE
floor_log_in (CK_FUNCTION_LIST *functions,
              CK_SLOT_ID        slot,
              const char       *pin)
{
  CK_SESSION_HANDLE session;

  floor_check ("C_OpenSession", functions->C_OpenSession (slot, CKF_SERIAL_SESSION, NULL, NULL, &session));
  floor_check ("C_Login", functions->C_Login (session, CKU_USER, (CK_BYTE *) pin, strlen (pin)));
  return session;
}

CK_OBJECT_HANDLE
floor_find_key (CK_FUNCTION_LIST *functions,
                CK_SESSION_HANDLE session)
{
  CK_OBJECT_CLASS class = CKO_PRIVATE_KEY;
  CK_ATTRIBUTE template[] = { { CKA_CLASS, &class, sizeof class } };
  CK_OBJECT_HANDLE key;
  CK_ULONG n = 0;

  floor_check ("C_FindObjectsInit", functions->C_FindObjectsInit (session, template, 1));
  floor_check ("C_FindObjects", functions->C_FindObjects (session, &key, 1, &n));
  floor_check ("C_FindObjectsFinal", functions->C_FindObjectsFinal (session));
  floor_check ("no private key", n == 1 ? CKR_OK : CKR_KEY_HANDLE_INVALID);
  return key;
}

CK_MECHANISM_TYPE
floor_mechanism (CK_FUNCTION_LIST *functions,
                 CK_SESSION_HANDLE session,
                 CK_OBJECT_HANDLE  key)
{
  CK_KEY_TYPE type = CKK_RSA;
  CK_ATTRIBUTE attribute = { CKA_KEY_TYPE, &type, sizeof type };

  floor_check ("C_GetAttributeValue", functions->C_GetAttributeValue (session, key, &attribute, 1));
  return type == CKK_EC ? CKM_ECDSA : CKM_SHA256_RSA_PKCS;
}

double
floor_now (void)
{
  struct timespec time;

  clock_gettime (CLOCK_MONOTONIC, &time);
  return (double) time.tv_sec + (double) time.tv_nsec / 1e9;
}
