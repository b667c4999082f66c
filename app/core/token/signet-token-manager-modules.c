/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-token-manager-modules.c: which modules there are, and where the knowledge comes from. Any thread.
 */
#define G_LOG_DOMAIN "signet-token-manager-modules"

#include "config.h"

#include "../base/signet-paths.h"
#include "signet-token-manager-private.h"

/* The same file under two names is one module; a file that cannot be resolved keeps its name, the host says why. */
char *
_signet_token_manager_resolve (const char *path)
{
  char *resolved = realpath (path, NULL);
  char *result = NULL;

  if (resolved == NULL)
    return g_canonicalize_filename (path, NULL);
  result = g_strdup (resolved);
  free (resolved);
  return result;
}

static gboolean
is_module (SignetTokenModule *module, const char *path, const char *software_dir)
{
  return g_str_equal (_signet_token_module_get_path (module), path) &&
         g_strcmp0 (_signet_token_module_get_software_dir (module), software_dir) == 0;
}

SignetTokenModule *
_signet_token_manager_find_module (GPtrArray *modules, const char *path, const char *software_dir)
{
  for (guint i = 0; i < modules->len; i++)
    if (is_module (modules->pdata[i], path, software_dir))
      return modules->pdata[i];
  return NULL;
}

/* Keeps the module, and so its running process, when it was there before. */
static void
add_module (SignetTokenManager *self, GPtrArray *modules, const char *path, const char *software_dir, gboolean user)
{
  g_autofree char *resolved = _signet_token_manager_resolve (path);
  SignetTokenModule *module = _signet_token_manager_find_module (self->modules, resolved, software_dir);

  if (_signet_token_manager_find_module (modules, resolved, software_dir) != NULL)
    return;
  if (module != NULL)
    {
      g_ptr_array_add (modules, g_object_ref (module));
      return;
    }
  module = _signet_token_module_new (resolved, software_dir, user);
  for (guint i = 0; i < SIGNET_TOKEN_N_DEADLINES; i++)
    if (self->deadlines[i] != 0)
      _signet_token_module_set_deadline (module, i, self->deadlines[i]);
  g_ptr_array_add (modules, module);
}

static void
add_found_modules (SignetTokenManager *self, GPtrArray *modules)
{
  g_autoptr (GPtrArray) sources = _signet_token_configuration_find_default ();

  for (guint i = 0; i < sources->len; i++)
    {
      SignetTokenModuleSource *source = sources->pdata[i];

      add_module (self, modules, source->path, NULL, source->user);
    }
}

/* Called with the lock held. */
void
_signet_token_manager_find_modules (SignetTokenManager *self)
{
  GPtrArray *modules = g_ptr_array_new_with_free_func (g_object_unref);
  const char *dir = signet_paths_get_software_token_dir ();
  g_autofree char *software = _signet_token_software_find_module ();

  if (software != NULL && (self->given == NULL || self->with_software) && _signet_token_software_exists (dir))
    add_module (self, modules, software, dir, FALSE);
  if (self->given == NULL)
    add_found_modules (self, modules);
  for (guint i = 0; self->given != NULL && self->given[i] != NULL; i++)
    add_module (self, modules, self->given[i], NULL, TRUE);
  g_ptr_array_unref (self->modules);
  self->modules = modules;
}
