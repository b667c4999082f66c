/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * floor-token.c: the least a process can do to get one signature from a token: load the module, initialise it, log in, find a private
 * key, sign once, finish. The floor under `signet sign`. No error is worth more than its number here. Single-threaded.
 * Usage: floor-token MODULE PIN [TOKEN LABEL]
 */
#include "config.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <p11-kit/pkcs11.h>

static void
check (const char *what,
       CK_RV       rv)
{
  if (rv == CKR_OK)
    return;
  fprintf (stderr, "floor-token: %s: 0x%lx\n", what, rv);
  exit (69);
}

static CK_FUNCTION_LIST *
load (const char *path)
{
  void *module = dlopen (path, RTLD_NOW | RTLD_LOCAL);
  CK_FUNCTION_LIST *functions = NULL;
  CK_RV (*get_list) (CK_FUNCTION_LIST **);

  if (module == NULL)
    {
      fprintf (stderr, "floor-token: %s\n", dlerror ());
      exit (69);
    }
  *(void **) &get_list = dlsym (module, "C_GetFunctionList");
  check ("C_GetFunctionList", get_list (&functions));
  check ("C_Initialize", functions->C_Initialize (NULL));
  return functions;
}

static CK_SLOT_ID
find_slot (CK_FUNCTION_LIST *functions,
           const char       *label)
{
  CK_SLOT_ID slots[16];
  CK_ULONG n_slots = 16;
  CK_TOKEN_INFO token;

  check ("C_GetSlotList", functions->C_GetSlotList (CK_TRUE, slots, &n_slots));
  for (CK_ULONG i = 0; i < n_slots; i++)
    {
      check ("C_GetTokenInfo", functions->C_GetTokenInfo (slots[i], &token));
      if ((token.flags & CKF_TOKEN_INITIALIZED) && (label == NULL || strncmp ((char *) token.label, label, strlen (label)) == 0))
        return slots[i];
    }
  fprintf (stderr, "floor-token: no token\n");
  exit (69);
}

static CK_OBJECT_HANDLE
find_key (CK_FUNCTION_LIST *functions,
          CK_SESSION_HANDLE session)
{
  CK_OBJECT_CLASS class = CKO_PRIVATE_KEY;
  CK_ATTRIBUTE template[] = { { CKA_CLASS, &class, sizeof class } };
  CK_OBJECT_HANDLE key;
  CK_ULONG n = 0;

  check ("C_FindObjectsInit", functions->C_FindObjectsInit (session, template, 1));
  check ("C_FindObjects", functions->C_FindObjects (session, &key, 1, &n));
  check ("C_FindObjectsFinal", functions->C_FindObjectsFinal (session));
  check ("no private key", n == 1 ? CKR_OK : CKR_KEY_HANDLE_INVALID);
  return key;
}

static CK_MECHANISM_TYPE
mechanism_of (CK_FUNCTION_LIST *functions,
              CK_SESSION_HANDLE session,
              CK_OBJECT_HANDLE  key)
{
  CK_KEY_TYPE type = CKK_RSA;
  CK_ATTRIBUTE attribute = { CKA_KEY_TYPE, &type, sizeof type };

  check ("C_GetAttributeValue", functions->C_GetAttributeValue (session, key, &attribute, 1));
  return type == CKK_EC ? CKM_ECDSA : CKM_SHA256_RSA_PKCS;
}

int
main (int    argc,
      char **argv)
{
  CK_BYTE data[32] = { 1 }, signature[1024];
  CK_ULONG length = sizeof signature;
  CK_MECHANISM mechanism = { 0 };
  CK_FUNCTION_LIST *functions;
  CK_SESSION_HANDLE session;
  CK_OBJECT_HANDLE key;

  if (argc < 3)
    {
      fprintf (stderr, "usage: floor-token MODULE PIN [TOKEN LABEL]\n");
      return 64;
    }
  functions = load (argv[1]);
  check ("C_OpenSession", functions->C_OpenSession (find_slot (functions, argv[3]), CKF_SERIAL_SESSION, NULL, NULL, &session));
  check ("C_Login", functions->C_Login (session, CKU_USER, (CK_BYTE *) argv[2], strlen (argv[2])));
  key = find_key (functions, session);
  mechanism.mechanism = mechanism_of (functions, session, key);
  check ("C_SignInit", functions->C_SignInit (session, &mechanism, key));
  check ("C_Sign", functions->C_Sign (session, data, sizeof data, signature, &length));
  check ("C_Finalize", functions->C_Finalize (NULL));
  printf ("%lu bytes\n", length);
  return EXIT_SUCCESS;
}
