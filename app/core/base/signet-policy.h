/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-policy.h: what the administrator of this computer decided, from SYSCONFDIR/signet/policy.conf (see docs/policy.md).
 * Read once. No file: nothing is restricted. A file that cannot be relied on: everything it could restrict is.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define SIGNET_POLICY_SOFTWARE_TOKENS     "SoftwareTokens"
#define SIGNET_POLICY_PIN_KEEPING_MAXIMUM "PinKeepingMaximum"
#define SIGNET_POLICY_USER_MODULES        "UserModules"
#define SIGNET_POLICY_NETWORK_MODULES     "NetworkModules"
#define SIGNET_POLICY_PROGRAM_MODULES     "ProgramModules"
#define SIGNET_POLICY_MODULE_FOLDERS      "ModuleFolders"
#define SIGNET_POLICY_USER_PLUGINS        "UserPlugins"
#define SIGNET_POLICY_ALLOWED_PLUGINS     "AllowedPlugins"
#define SIGNET_POLICY_PLUGIN_CONSENT      "PluginConsent"
#define SIGNET_POLICY_TIMESTAMP_SERVERS   "TimeStampServers"

/* Without a policy a PIN may be kept for an hour at most. */
#define SIGNET_POLICY_DEFAULT_PIN_KEEPING 3600

typedef struct _SignetPolicy SignetPolicy;

gboolean      signet_policy_allows_software_tokens  (void);
guint         signet_policy_get_pin_keeping_maximum (void);            /* seconds; 0: never */
gboolean      signet_policy_allows_user_modules     (void);
/* @what: SIGNET_POLICY_NETWORK_MODULES or SIGNET_POLICY_PROGRAM_MODULES */
gboolean      signet_policy_names_module            (const char *what, const char *path);
const char *const *signet_policy_get_module_folders (void);            /* beneath the home folder, without it; never NULL */
gboolean      signet_policy_allows_user_plugins     (void);
/* "id", "publisher:NAME", "sha256:DIGEST"; never NULL. Locked: what did not come with Signet and is not here does not run. */
const char *const *signet_policy_get_allowed_plugins (void);
gboolean      signet_policy_asks_for_changed_plugins (void);           /* a consent is for what a plugin is, not only for what it may do */
/* As signet_settings_dup_timestamp_servers(); never NULL. Locked: no others are asked. */
const char *const *signet_policy_get_timestamp_servers (void);
gboolean      signet_policy_is_locked               (const char *key); /* the file sets it: faces show it and do not offer to change it */
/* (nullable): why the file cannot be relied on; its message names the line or the owner */
const GError *signet_policy_get_error               (void);
const char   *signet_policy_get_path                (void);            /* where it is looked for */

/* One policy by itself, for what reads and tests it. */
SignetPolicy *signet_policy_parse                   (const char *text, gsize length, GError **error); /* strict: unknown keys are errors */
SignetPolicy *signet_policy_load                    (const char *path, GError **error);  /* NULL without an error: there is no file */
void          signet_policy_free                    (SignetPolicy *self);
gboolean      signet_policy_get_software_tokens     (SignetPolicy *self);
guint         signet_policy_get_maximum             (SignetPolicy *self);
gboolean      signet_policy_get_user_modules        (SignetPolicy *self);
gboolean      signet_policy_get_user_plugins        (SignetPolicy *self);
gboolean      signet_policy_get_plugin_content      (SignetPolicy *self);
const char *const *signet_policy_get_list           (SignetPolicy *self, const char *key); /* one of the lists; never NULL */
gboolean      signet_policy_sets                    (SignetPolicy *self, const char *key);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SignetPolicy, signet_policy_free)

G_END_DECLS
