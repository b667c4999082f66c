/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-library.c: shared libraries loaded on first use. The dynamic linker would load them, and run their constructors, at the start of
 * every command, also of those that never need them. Only for libraries of the system, by soname; never for modules of others. Any thread.
 */
#define G_LOG_DOMAIN "signet-library"

#include "config.h"

#include "signet-library.h"

#include <dlfcn.h>

#include "signet-base-error.h"

/**
 * signet_library_load:
 * @soname: as the build found it, e.g. "libqpdf.so.29"; searched where the dynamic linker searches
 * @names: (array zero-terminated=1): the functions wanted
 * @functions: (out caller-allocates): their addresses, in the order of @names
 * @error: return location, in the %SIGNET_BASE_ERROR domain
 *
 * Returns: whether the library is there with all functions. It is never unloaded.
 */
gboolean
signet_library_load (const char *soname, const char *const *names, gpointer *functions, GError **error)
{
  void *library = dlopen (soname, RTLD_NOW | RTLD_LOCAL);

  g_return_val_if_fail (soname != NULL && names != NULL && functions != NULL, FALSE);

  for (gsize i = 0; library != NULL && names[i] != NULL; i++)
    {
      functions[i] = dlsym (library, names[i]);
      if (functions[i] == NULL)
        library = NULL;
    }
  if (library != NULL)
    return TRUE;
  g_set_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_FAILED, "cannot use the library %s: %s", soname, dlerror ());
  return FALSE;
}
