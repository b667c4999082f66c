/* SPDX-License-Identifier: GPL-3.0-or-later */
/* hostile.h: what the files of the hostile module share. For tests only. */
#pragma once

#include <p11-kit/pkcs11.h>
#include <stddef.h>
#include <stdio.h>

/* --- the folder everything is in: the module's own when there is a file "fault" in it, else SIGNET_TEST_HOSTILE_DIR --- */
FILE  *hostile_open   (const char *name, const char *mode);
size_t hostile_read   (const char *name, void *data, size_t size);
void   hostile_append (const char *name, char letter);
int    hostile_count  (const char *name);  /* letters in it */
int    hostile_has    (const char *name);

/* --- faults --- */
int    fault_is       (const char *name);
/* At the start of every function: logs the call, does what the fault says. */
CK_RV  hostile_enter  (const char *function);
/* Everything a module should not do and the wall should not let it: what each came to, into the file "report". */
void   hostile_try    (void);

/* What is said instead of @length. */
CK_ULONG hostile_lie  (CK_ULONG length, int asked_for_size);
CK_RV  hostile_spoil  (CK_BYTE *signature, CK_ULONG *length);

#define LARGE (10 * 1024 * 1024)

#define ENTER()                                                                                                                  \
  do                                                                                                                             \
    {                                                                                                                            \
      CK_RV entered = hostile_enter (__func__);                                                                                  \
      if (entered != CKR_OK)                                                                                                     \
        return entered;                                                                                                          \
    }                                                                                                                            \
  while (0)
