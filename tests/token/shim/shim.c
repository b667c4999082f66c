/* SPDX-License-Identifier: GPL-3.0-or-later */
/* shim.c: see shim.h. Any thread. */
#include "shim.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

CK_FUNCTION_LIST *
shim_open (const char *variable)
{
  const char *path = getenv (variable);
  void *module = path != NULL ? dlopen (path, RTLD_NOW | RTLD_LOCAL) : NULL;
  CK_FUNCTION_LIST *list = NULL;
  CK_C_GetFunctionList get = NULL;

  if (module != NULL)
    *(void **) &get = dlsym (module, "C_GetFunctionList");
  return get != NULL && get (&list) == CKR_OK ? list : NULL;
}

int
shim_is_so (FILE *rules, const char *rule)
{
  char words[256] = "";

  if (rules == NULL)
    return 0;
  if (fgets (words, sizeof words, rules) == NULL)
    words[0] = '\0';
  fclose (rules);
  return strstr (words, rule) != NULL;
}
