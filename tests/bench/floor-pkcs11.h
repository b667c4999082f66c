/* SPDX-License-Identifier: GPL-3.0-or-later */
/* floor-pkcs11.h: what the floors that speak PKCS#11 share. Errors end the program: no error is worth more than its number here. */
#pragma once

#include <p11-kit/pkcs11.h>

void              floor_check       (const char *what, CK_RV rv);
CK_FUNCTION_LIST *floor_load        (const char *path);                              /* dlopen, C_Initialize */
CK_FUNCTION_LIST *floor_load_locked (const char *path);                              /* the same, for several threads */
CK_SLOT_ID        floor_find_slot   (CK_FUNCTION_LIST *functions, const char *label); /* @label NULL: the first token */
CK_SESSION_HANDLE floor_log_in      (CK_FUNCTION_LIST *functions, CK_SLOT_ID slot, const char *pin);
CK_OBJECT_HANDLE  floor_find_key    (CK_FUNCTION_LIST *functions, CK_SESSION_HANDLE session);
CK_MECHANISM_TYPE floor_mechanism   (CK_FUNCTION_LIST *functions, CK_SESSION_HANDLE session, CK_OBJECT_HANDLE key);
double            floor_now         (void);                                          /* seconds */
