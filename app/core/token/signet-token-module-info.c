/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-token-module-info.c: what is told of a module without loading it, and the modules a user adds. Any thread.
 */
#define G_LOG_DOMAIN "signet-token-module-info"

#include "config.h"

#include "signet-token-manager-private.h"

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

static gboolean
refuse (GError **error, const char *what)
{
  g_set_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_UNSUPPORTED, "%s is not in this version yet", what);
  return FALSE;
}

GPtrArray *
signet_token_manager_dup_modules (SignetTokenManager *self)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) signet_token_module_info_free);
}

gboolean
signet_token_manager_add_user_module (SignetTokenManager *self, const char *path, GError **error)
{
  return refuse (error, "adding a module");
}

gboolean
signet_token_manager_remove_user_module (SignetTokenManager *self, const char *path, GError **error)
{
  return refuse (error, "removing a module");
}

gboolean
signet_token_manager_remove_software_token (SignetTokenManager *self, SignetToken *token, GCancellable *cancellable, GError **error)
{
  return refuse (error, "removing a software token");
}
