/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-paths.h: where things are. In the installed program these are compiled in and XDG folders; environment variables
 * (SIGNET_TOKEN_HOST, SIGNET_DATA_DIR, SIGNET_PLUGIN_PATH, SIGNET_USER_DIR…) are honoured in development builds only.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

const char *signet_paths_get_token_host      (void);  /* the signet-token-host program */
const char *signet_paths_get_plugin_wall     (void);  /* the signet-plugin-wall program */
const char *signet_paths_get_mark_module     (void);  /* what draws visible marks: signet-mark-draw.so */
const char *signet_paths_get_mark_dir        (void);  /* the user's templates of marks: $XDG_CONFIG_HOME/signet/marks, existing or not */
const char *signet_paths_get_user_data_dir   (void);  /* $XDG_DATA_HOME/signet, created 0700 */
const char *signet_paths_get_cache_dir       (void);
const char *signet_paths_get_software_token_dir (void); /* user data / software-token */
const char *signet_paths_get_database        (void);  /* user data / signet.db */
char      **signet_paths_dup_plugin_dirs     (void);  /* in order of precedence, existing or not; each holds API version folders */
char      **signet_paths_dup_authority_dirs  (void);  /* profiles and anchors */
const char *signet_paths_get_module_data_dir (void);    /* what is known of makers of tokens: data/modules */
const char *signet_paths_get_user_module_dir (void);    /* *.module files of the user: $XDG_CONFIG_HOME/signet/modules, existing or not */
const char *signet_paths_get_system_module_dir (void);  /* those of the administrator: SYSCONFDIR/signet/modules */
const char *signet_paths_get_kit_dir        (void);  /* what plugins are begun with: sdk, example */
const char *signet_paths_get_locale_dir      (void);

G_END_DECLS
