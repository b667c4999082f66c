/* SPDX-License-Identifier: GPL-3.0-or-later */
/* shim.h: a module in front of another one, with habits that a test sets while it runs. For tests only. */
#pragma once

#include <p11-kit/pkcs11.h>
#include <stdio.h>

/* The module whose path the environment @variable holds; NULL: there is none. */
CK_FUNCTION_LIST *shim_open (const char *variable);

/* Whether @rule is among the words of @rules (may be NULL), which is closed. */
int shim_is_so (FILE *rules, const char *rule);
