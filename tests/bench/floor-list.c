/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * floor-list.c: the least a process can do to know what is on a token: load the module, initialise it, find the certificates, read value,
 * id and label of each, and the keys. The floor under listing. With --fill it puts that many certificates on the token instead (one key,
 * a serial number each; sample data). Usage: floor-list MODULE [LABEL]; floor-list --fill N MODULE PIN LABEL
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "floor-pkcs11.h"

#define MAX_OBJECTS 4096

/* --- listing --- */

static CK_ULONG
find (CK_FUNCTION_LIST *functions,
      CK_SESSION_HANDLE session,
      CK_OBJECT_CLASS   class,
      CK_OBJECT_HANDLE *objects)
{
  CK_ATTRIBUTE template[] = { { CKA_CLASS, &class, sizeof class } };
  CK_ULONG total = 0, n = 0;

  floor_check ("C_FindObjectsInit", functions->C_FindObjectsInit (session, template, 1));
  do
    {
      floor_check ("C_FindObjects", functions->C_FindObjects (session, objects + total, MAX_OBJECTS - total, &n));
      total += n;
    }
  while (n > 0 && total < MAX_OBJECTS);
  floor_check ("C_FindObjectsFinal", functions->C_FindObjectsFinal (session));
  return total;
}

/* One call for all three, as anybody would who counts calls. */
static CK_ULONG
read_objects (CK_FUNCTION_LIST *functions,
              CK_SESSION_HANDLE session,
              CK_OBJECT_CLASS   class,
              CK_ATTRIBUTE_TYPE type)
{
  static CK_OBJECT_HANDLE objects[MAX_OBJECTS];
  static CK_BYTE value[65536], id[256], label[256];
  CK_ULONG n = find (functions, session, class, objects);

  for (CK_ULONG i = 0; i < n; i++)
    {
      CK_ATTRIBUTE attributes[] = { { type, value, sizeof value }, { CKA_ID, id, sizeof id }, { CKA_LABEL, label, sizeof label } };

      floor_check ("C_GetAttributeValue", functions->C_GetAttributeValue (session, objects[i], attributes, 3));
    }
  return n;
}

static void
list (const char *module,
      const char *label)
{
  CK_FUNCTION_LIST *functions = floor_load (module);
  CK_SESSION_HANDLE session;
  CK_ULONG certificates, keys;

  floor_check ("C_OpenSession",
               functions->C_OpenSession (floor_find_slot (functions, label), CKF_SERIAL_SESSION, NULL, NULL, &session));
  certificates = read_objects (functions, session, CKO_CERTIFICATE, CKA_VALUE);
  keys = read_objects (functions, session, CKO_PUBLIC_KEY, CKA_KEY_TYPE);
  printf ("%lu certificates, %lu public keys\n", certificates, keys);
}

/* --- filling --- */

static X509 *
make_certificate (EVP_PKEY *key,
                  int       number)
{
  X509 *certificate = X509_new ();
  X509_NAME *name = X509_get_subject_name (certificate);
  char text[64];

  snprintf (text, sizeof text, "Sample Person %d", number);
  X509_set_version (certificate, X509_VERSION_3);
  ASN1_INTEGER_set (X509_get_serialNumber (certificate), number + 1);
  X509_NAME_add_entry_by_txt (name, "O", MBSTRING_UTF8, (unsigned char *) "Sample Ltd", -1, -1, 0);
  X509_NAME_add_entry_by_txt (name, "CN", MBSTRING_UTF8, (unsigned char *) text, -1, -1, 0);
  X509_set_issuer_name (certificate, name);
  X509_gmtime_adj (X509_getm_notBefore (certificate), -86400);
  X509_gmtime_adj (X509_getm_notAfter (certificate), 86400 * 365);
  X509_set_pubkey (certificate, key);
  if (X509_sign (certificate, key, EVP_sha256 ()) == 0)
    exit (70);
  return certificate;
}

static void
store (CK_FUNCTION_LIST *functions,
       CK_SESSION_HANDLE session,
       X509             *certificate,
       int               number)
{
  unsigned char *value = NULL, *subject = NULL;
  int length = i2d_X509 (certificate, &value), subject_length = i2d_X509_NAME (X509_get_subject_name (certificate), &subject);
  CK_OBJECT_CLASS class = CKO_CERTIFICATE;
  CK_CERTIFICATE_TYPE type = CKC_X_509;
  CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
  CK_BYTE id[2] = { (CK_BYTE) (number >> 8), (CK_BYTE) number };
  char label[64];
  CK_OBJECT_HANDLE object;

  snprintf (label, sizeof label, "Sample certificate %d", number);
  {
    CK_ATTRIBUTE template[] = {
      { CKA_CLASS, &class, sizeof class }, { CKA_CERTIFICATE_TYPE, &type, sizeof type },
      { CKA_TOKEN, &yes, sizeof yes },     { CKA_PRIVATE, &no, sizeof no },
      { CKA_ID, id, sizeof id },           { CKA_LABEL, label, strlen (label) },
      { CKA_SUBJECT, subject, subject_length }, { CKA_VALUE, value, length },
    };

    floor_check ("C_CreateObject",
                 functions->C_CreateObject (session, template, sizeof template / sizeof *template, &object));
  }
  OPENSSL_free (value);
  OPENSSL_free (subject);
}

static void
fill (int         n,
      const char *module,
      const char *pin,
      const char *label)
{
  CK_FUNCTION_LIST *functions = floor_load (module);
  EVP_PKEY *key = EVP_RSA_gen (2048);
  CK_SESSION_HANDLE session;

  floor_check ("C_OpenSession", functions->C_OpenSession (floor_find_slot (functions, label), CKF_SERIAL_SESSION | CKF_RW_SESSION,
                                                          NULL, NULL, &session));
  floor_check ("C_Login", functions->C_Login (session, CKU_USER, (CK_BYTE *) pin, strlen (pin)));
  for (int i = 0; i < n; i++)
    {
      X509 *certificate = make_certificate (key, i);

      store (functions, session, certificate, i);
      X509_free (certificate);
    }
  EVP_PKEY_free (key);
}

int
main (int    argc,
      char **argv)
{
  if (argc == 6 && strcmp (argv[1], "--fill") == 0)
    fill (atoi (argv[2]), argv[3], argv[4], argv[5]);
  else if (argc == 2 || argc == 3)
    list (argv[1], argv[2]);
  else
    {
      fprintf (stderr, "usage: floor-list MODULE [LABEL]; floor-list --fill N MODULE PIN LABEL\n");
      return 64;
    }
  return EXIT_SUCCESS;
}
