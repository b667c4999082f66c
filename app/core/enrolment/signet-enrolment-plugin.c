/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-enrolment-plugin.c: the plugin of an authority: admitted by the person when it must be, and started for that authority.
 * What may start is decided in the room plugin. Blocking, for worker threads.
 */
#define G_LOG_DOMAIN "signet-enrolment-plugin"

#include "config.h"

#include "signet-enrolment-private.h"

SignetPluginConsents *
signet_enrolment_get_consents (SignetEnrolment *self)
{
  g_return_val_if_fail (SIGNET_IS_ENROLMENT (self), NULL);
  return self->consents;
}

/* A plugin that runs programs runs the one the profile names: that is what the person agrees to. @helper: (out) (nullable) */
static gboolean
find_helper (SignetPluginManifest *plugin, SignetAuthority *authority, char **helper, GError **error)
{
  g_autofree char *name = NULL;

  *helper = NULL;
  if (signet_plugin_manifest_has_programs (plugin) && authority != NULL)
    name = g_key_file_get_string (signet_authority_get_profile (authority), "Issuance", "Helper", NULL);
  return name == NULL || _signet_enrolment_find_helper (name, helper, error);
}

/**
 * signet_enrolment_admit_plugin:
 *
 * To be called by a face before the first question of an authority: shows the person what its plugin may do, when nobody has
 * allowed that yet.
 *
 * Returns: %FALSE with %SIGNET_PLUGIN_ERROR_NOT_FOUND, FORBIDDEN or POLICY, or what @interaction says
 */
gboolean
signet_enrolment_admit_plugin (SignetEnrolment *self, SignetAuthority *authority, SignetInteraction *interaction, GCancellable *cancellable,
                               GError **error)
{
  SignetPluginManifest *plugin;
  g_autofree char *helper = NULL;

  g_return_val_if_fail (SIGNET_IS_ENROLMENT (self), FALSE);

  plugin = _signet_enrolment_find_plugin (self, authority, error);
  if (plugin == NULL)
    return FALSE;
  if (!find_helper (plugin, authority, &helper, error))
    return FALSE;
  return signet_plugin_consents_ask (self->consents, plugin, helper, interaction, cancellable, error);
}

/* @interaction: (nullable): without it nobody is asked, and what was not allowed before is refused. (transfer full) */
SignetPluginProcess *
_signet_enrolment_start_plugin (SignetEnrolment *self, SignetPluginManifest *plugin, SignetAuthority *authority,
                                SignetInteraction *interaction, GCancellable *cancellable, GError **error)
{
  g_autofree char *helper = NULL;
  SignetPluginUse use = { self->consents, signet_authority_get_id (authority), NULL };

  if (!find_helper (plugin, authority, &helper, error))
    return NULL;
  use.helper = helper;
  if (interaction != NULL && !signet_plugin_consents_ask (self->consents, plugin, helper, interaction, cancellable, error))
    return NULL;
  return signet_plugin_process_start (plugin, &use, cancellable, error);
}

JsonObject *
signet_enrolment_dup_profile_json (SignetAuthority *authority)
{
  return _signet_enrolment_profile_json (authority);
}
