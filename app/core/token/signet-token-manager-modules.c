/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-token-manager-modules.c: which modules there are, and where the knowledge comes from: our own software tokens, p11-kit's
 * configuration, the administrator's and the user's additions, and where makers install theirs (data/modules).
 *
 * Reads files and names; loads nothing. Nothing comes from the working folder or the environment. Any thread.
 */
#define G_LOG_DOMAIN "signet-token-manager-modules"

#include "config.h"

#include "../base/signet-paths.h"
#include "../base/signet-policy.h"
#include "signet-token-manager-private.h"
#include "signet-token-vendor-private.h"

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

/* --- sources --- */

static gboolean
is_known (GPtrArray *sources, const char *path, const char *software_dir)
{
  for (guint i = 0; i < sources->len; i++)
    {
      SignetTokenModuleSource *source = sources->pdata[i];

      if (g_str_equal (source->path, path) && g_strcmp0 (source->software_dir, software_dir) == 0)
        return TRUE;
    }
  return FALSE;
}

static void
add_source (GPtrArray *sources, const char *path, const char *software_dir, gboolean user, const char *origin)
{
  g_autofree char *resolved = _signet_token_manager_resolve (path);
  SignetTokenModuleSource *source = NULL;

  if (is_known (sources, resolved, software_dir))
    return;
  source = _signet_token_module_source_new (resolved, user, origin);
  source->software_dir = software_dir;
  g_ptr_array_add (sources, source);
}

/* A user's module is left out where the administrator does not want them. */
static void
add_all (GPtrArray *sources, GPtrArray *more)
{
  gboolean user_allowed = signet_policy_allows_user_modules ();

  for (guint i = 0; i < more->len; i++)
    {
      SignetTokenModuleSource *source = more->pdata[i];

      if (!source->user || user_allowed)
        add_source (sources, source->path, NULL, source->user, source->origin);
    }
}

/* The first place that exists: makers install one module under several names. */
static const char *
find_installed (const SignetTokenVendor *vendor)
{
  for (guint i = 0; i < vendor->entries->len; i++)
    {
      const SignetVendorEntry *entry = vendor->entries->pdata[i];

      if (entry->kind == SIGNET_VENDOR_MODULE && g_file_test (entry->subject, G_FILE_TEST_IS_REGULAR))
        return entry->subject;
    }
  return NULL;
}

static void
add_vendors (GPtrArray *sources)
{
  GPtrArray *vendors = _signet_token_vendors_get ();

  for (guint i = 0; i < vendors->len; i++)
    {
      const SignetTokenVendor *vendor = vendors->pdata[i];
      const char *path = vendor->software ? NULL : find_installed (vendor);

      if (path != NULL)
        add_source (sources, path, NULL, FALSE, "vendor");
    }
}

static void
add_found (GPtrArray *sources)
{
  g_autoptr (GPtrArray) configured = _signet_token_configuration_find_default ();
  g_autoptr (GPtrArray) system = _signet_token_configuration_read_own (signet_paths_get_system_module_dir (), FALSE);
  g_autoptr (GPtrArray) user = _signet_token_configuration_read_own (signet_paths_get_user_module_dir (), TRUE);

  add_all (sources, configured);
  add_all (sources, system);
  add_all (sources, user);
  add_vendors (sources);
}

static GPtrArray *
collect (SignetTokenManager *self)
{
  GPtrArray *sources = g_ptr_array_new_with_free_func ((GDestroyNotify) _signet_token_module_source_free);
  const char *dir = signet_paths_get_software_token_dir ();
  g_autofree char *software = _signet_token_software_find_module ();

  if (software != NULL && (self->given == NULL || self->with_software) && _signet_token_software_exists (dir))
    add_source (sources, software, dir, FALSE, "software");
  if (self->given == NULL)
    add_found (sources);
  for (guint i = 0; self->given != NULL && self->given[i] != NULL; i++)
    add_source (sources, self->given[i], NULL, signet_policy_allows_user_modules (), "given");
  return sources;
}

/* Keys that are files, and the administrator does not want such. */
static gboolean
is_excluded (const SignetTokenModuleSource *source)
{
  const SignetTokenVendor *vendor = NULL;

  if (signet_policy_allows_software_tokens ())
    return FALSE;
  vendor = _signet_token_vendors_find_module (_signet_token_vendors_get (), source->path);
  return source->software_dir != NULL || (vendor != NULL && vendor->software);
}

/* --- modules --- */

SignetTokenModule *
_signet_token_manager_find_module (GPtrArray *modules, const char *path, const char *software_dir)
{
  for (guint i = 0; i < modules->len; i++)
    if (g_str_equal (_signet_token_module_get_path (modules->pdata[i]), path) &&
        g_strcmp0 (_signet_token_module_get_software_dir (modules->pdata[i]), software_dir) == 0)
      return modules->pdata[i];
  return NULL;
}

/* Keeps the module, and so its running process, when it was there before. */
static SignetTokenModule *
keep_or_make (SignetTokenManager *self, const SignetTokenModuleSource *source)
{
  SignetTokenModule *module = _signet_token_manager_find_module (self->modules, source->path, source->software_dir);

  if (module != NULL)
    return g_object_ref (module);
  module = _signet_token_module_new (source->path, source->software_dir, source->user);
  _signet_token_module_set_origin (module, source->origin);
  _signet_token_module_set_bell (module, self->bell);
  for (guint i = 0; i < SIGNET_TOKEN_N_DEADLINES; i++)
    if (self->deadlines[i] != 0)
      _signet_token_module_set_deadline (module, i, self->deadlines[i]);
  return module;
}

/* Called with the lock held. */
void
_signet_token_manager_find_modules (SignetTokenManager *self)
{
  GPtrArray *modules = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GPtrArray) sources = collect (self);

  g_ptr_array_set_size (self->excluded, 0);
  for (guint i = 0; i < sources->len; i++)
    {
      const SignetTokenModuleSource *source = sources->pdata[i];

      if (is_excluded (source))
        g_ptr_array_add (self->excluded, g_strdup (source->path));
      else
        g_ptr_array_add (modules, keep_or_make (self, source));
    }
  g_ptr_array_unref (self->modules);
  self->modules = modules;
}

/* --- for people --- */

void
signet_token_module_info_free (SignetTokenModuleInfo *info)
{
  if (info == NULL)
    return;
  g_free (info->path);
  g_free (info->name);
  g_free (info->vendor);
  g_free (info->origin);
  g_free (info->package);
  g_free (info);
}

static SignetTokenModuleInfo *
info_new (const SignetTokenModuleSource *source)
{
  const SignetTokenVendor *vendor = _signet_token_vendors_find_module (_signet_token_vendors_get (), source->path);
  SignetTokenModuleInfo *info = g_new0 (SignetTokenModuleInfo, 1);

  info->path = g_strdup (source->path);
  info->name = vendor != NULL ? g_strdup (vendor->name) : g_path_get_basename (source->path);
  info->vendor = g_strdup (vendor != NULL ? vendor->maker : "");
  info->origin = g_strdup (source->origin);
  info->package = g_strdup (vendor != NULL ? vendor->package : "");
  return info;
}

/**
 * signet_token_manager_dup_modules:
 *
 * Reads the configuration anew: what was installed since the last listing is in it. What policy excludes is not.
 *
 * Returns: (transfer full) (element-type SignetTokenModuleInfo): in the order of a listing
 */
GPtrArray *
signet_token_manager_dup_modules (SignetTokenManager *self)
{
  GPtrArray *infos = g_ptr_array_new_with_free_func ((GDestroyNotify) signet_token_module_info_free);
  g_autoptr (GPtrArray) sources = NULL;

  g_return_val_if_fail (SIGNET_IS_TOKEN_MANAGER (self), infos);
  g_mutex_lock (&self->lock);
  sources = collect (self);
  g_mutex_unlock (&self->lock);
  for (guint i = 0; i < sources->len; i++)
    if (!is_excluded (sources->pdata[i]))
      g_ptr_array_add (infos, info_new (sources->pdata[i]));
  return infos;
}
