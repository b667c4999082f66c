/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * picky.c: SoftHSM with the habits of stricter modules, for tests only. The module SIGNET_TEST_PICKY_MODULE does the work; the
 * file SIGNET_TEST_PICKY_RULES holds the habits as words, read at every call:
 *
 *   hash-only            signs only with mechanisms that hash as well
 *   no-purposes          refuses templates that say what a key is for
 *   no-protection        refuses templates that say how a key is protected, and protects it
 *   leaky                makes keys that can be taken out, whatever it is told
 *   edwards-by-name      knows Edwards curves by name only
 *   all-or-nothing       C_GetAttributeValue fails as a whole when one attribute is unknown to it (CKA_ALWAYS_SENSITIVE,
 *                        CKA_ALLOWED_MECHANISMS), and touches nothing
 *   wrapped-only         takes private keys only wrapped
 *   no-keys              takes no private keys from outside at all
 *   forgetful-search     searches by class alone
 *   large-certificates   every certificate has 70000 bytes
 */
#include <stdlib.h>

#include "../shim/shim.h"

#define MAX_TEMPLATE 32

static CK_FUNCTION_LIST *real;
static CK_FUNCTION_LIST picky;

static int
is_so (const char *rule)
{
  const char *path = getenv ("SIGNET_TEST_PICKY_RULES");

  return shim_is_so (path != NULL ? fopen (path, "r") : NULL, rule);
}

static const CK_ATTRIBUTE *
find (const CK_ATTRIBUTE *template, CK_ULONG n, CK_ATTRIBUTE_TYPE type)
{
  for (CK_ULONG i = 0; i < n; i++)
    if (template[i].type == type)
      return &template[i];
  return NULL;
}

/* --- mechanisms --- */

static int
is_plain (CK_MECHANISM_TYPE mechanism)
{
  return mechanism == CKM_RSA_PKCS || mechanism == CKM_RSA_PKCS_PSS || mechanism == CKM_ECDSA || mechanism == CKM_RSA_X_509;
}

static CK_RV
get_mechanism_info (CK_SLOT_ID slot, CK_MECHANISM_TYPE mechanism, CK_MECHANISM_INFO *info)
{
  CK_RV rv = real->C_GetMechanismInfo (slot, mechanism, info);

  if (is_plain (mechanism) && is_so ("hash-only"))
    return CKR_MECHANISM_INVALID;
  return rv;
}

static CK_RV
sign_init (CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key)
{
  if (is_plain (mechanism->mechanism) && is_so ("hash-only"))
    return CKR_MECHANISM_INVALID;
  return real->C_SignInit (session, mechanism, key);
}

/* --- templates --- */

static int
is_protection (CK_ATTRIBUTE_TYPE type)
{
  return type == CKA_SENSITIVE || type == CKA_EXTRACTABLE;
}

/* @template with another protection than it asks for */
static CK_ULONG
protect (const CK_ATTRIBUTE *template, CK_ULONG n, CK_ATTRIBUTE *changed, CK_BBOOL *sensitive, CK_BBOOL *extractable)
{
  CK_ULONG count = 0;

  for (CK_ULONG i = 0; i < n && count < MAX_TEMPLATE - 2; i++)
    if (!is_protection (template[i].type))
      changed[count++] = template[i];
  changed[count++] = (CK_ATTRIBUTE){ CKA_SENSITIVE, sensitive, sizeof *sensitive };
  changed[count++] = (CK_ATTRIBUTE){ CKA_EXTRACTABLE, extractable, sizeof *extractable };
  return count;
}

static CK_RV
generate_key_pair (CK_SESSION_HANDLE session,
                   CK_MECHANISM *mechanism,
                   CK_ATTRIBUTE *public_template,
                   CK_ULONG n_public,
                   CK_ATTRIBUTE *private_template,
                   CK_ULONG n_private,
                   CK_OBJECT_HANDLE *public_key,
                   CK_OBJECT_HANDLE *private_key)
{
  CK_ATTRIBUTE changed[MAX_TEMPLATE];
  CK_BBOOL leaks = is_so ("leaky") ? CK_TRUE : CK_FALSE;
  CK_BBOOL sensitive = !leaks;
  const CK_ATTRIBUTE *params = find (public_template, n_public, CKA_EC_PARAMS);

  if (is_so ("no-purposes") && (find (private_template, n_private, CKA_SIGN) || find (public_template, n_public, CKA_VERIFY)))
    return CKR_TEMPLATE_INCONSISTENT;
  if (is_so ("no-protection") && find (private_template, n_private, CKA_SENSITIVE))
    return CKR_ATTRIBUTE_READ_ONLY;
  if (is_so ("edwards-by-name") && params != NULL && *(const CK_BYTE *) params->pValue != 0x13)
    return CKR_DOMAIN_PARAMS_INVALID;
  if (!leaks && !is_so ("no-protection") && !is_so ("edwards-by-name"))
    return real->C_GenerateKeyPair (session, mechanism, public_template, n_public, private_template, n_private, public_key,
                                    private_key);
  if (is_so ("edwards-by-name"))
    {
      static CK_BYTE oid[] = { 0x06, 0x03, 0x2b, 0x65, 0x70 };

      for (CK_ULONG i = 0; i < n_public; i++)
        if (public_template[i].type == CKA_EC_PARAMS)
          public_template[i] = (CK_ATTRIBUTE){ CKA_EC_PARAMS, oid, sizeof oid };
    }
  n_private = protect (private_template, n_private, changed, &sensitive, &leaks);
  return real->C_GenerateKeyPair (session, mechanism, public_template, n_public, changed, n_private, public_key, private_key);
}

static CK_RV
create_object (CK_SESSION_HANDLE session, CK_ATTRIBUTE *template, CK_ULONG n, CK_OBJECT_HANDLE *object)
{
  const CK_ATTRIBUTE *class = find (template, n, CKA_CLASS);

  if (class != NULL && *(const CK_OBJECT_CLASS *) class->pValue == CKO_PRIVATE_KEY && (is_so ("wrapped-only") || is_so ("no-keys")))
    return CKR_TEMPLATE_INCONSISTENT;
  return real->C_CreateObject (session, template, n, object);
}

static CK_RV
unwrap_key (CK_SESSION_HANDLE session,
            CK_MECHANISM *mechanism,
            CK_OBJECT_HANDLE wrapping,
            CK_BYTE *wrapped,
            CK_ULONG length,
            CK_ATTRIBUTE *template,
            CK_ULONG n,
            CK_OBJECT_HANDLE *key)
{
  if (is_so ("no-keys"))
    return CKR_FUNCTION_NOT_SUPPORTED;
  return real->C_UnwrapKey (session, mechanism, wrapping, wrapped, length, template, n, key);
}

/* --- attributes --- */

static CK_RV
get_attribute_value (CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE *template, CK_ULONG n)
{
  CK_ATTRIBUTE *value = (CK_ATTRIBUTE *) find (template, n, CKA_VALUE);

  if (value != NULL && is_so ("large-certificates"))
    {
      CK_ULONG room = value->pValue != NULL ? value->ulValueLen : 70000;

      real->C_GetAttributeValue (session, object, template, n);
      value->ulValueLen = room >= 70000 ? 70000 : (CK_ULONG) -1;
      return room >= 70000 ? CKR_OK : CKR_BUFFER_TOO_SMALL;
    }
  if (is_so ("all-or-nothing") && (find (template, n, CKA_ALWAYS_SENSITIVE) || find (template, n, CKA_ALLOWED_MECHANISMS)))
    return CKR_ATTRIBUTE_TYPE_INVALID;
  return real->C_GetAttributeValue (session, object, template, n);
}

static CK_RV
find_objects_init (CK_SESSION_HANDLE session, CK_ATTRIBUTE *template, CK_ULONG n)
{
  CK_ATTRIBUTE *class = (CK_ATTRIBUTE *) find (template, n, CKA_CLASS);

  if (class != NULL && is_so ("forgetful-search"))
    return real->C_FindObjectsInit (session, class, 1);
  return real->C_FindObjectsInit (session, template, n);
}

__attribute__ ((visibility ("default"))) CK_RV
C_GetFunctionList (CK_FUNCTION_LIST **list)
{
  real = shim_open ("SIGNET_TEST_PICKY_MODULE");
  if (real == NULL)
    return CKR_GENERAL_ERROR;
  picky = *real;
  picky.C_GetFunctionList = C_GetFunctionList;
  picky.C_GetMechanismInfo = get_mechanism_info;
  picky.C_SignInit = sign_init;
  picky.C_GenerateKeyPair = generate_key_pair;
  picky.C_CreateObject = create_object;
  picky.C_UnwrapKey = unwrap_key;
  picky.C_GetAttributeValue = get_attribute_value;
  picky.C_FindObjectsInit = find_objects_init;
  *list = &picky;
  return CKR_OK;
}
