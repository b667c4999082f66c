/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-settings.h: what the person chose, for both faces: $XDG_CONFIG_HOME/signet/settings.ini. Never a secret. What is not
 * there, or damaged, is as if it had never been chosen; what the administrator's policy forbids is bounded on reading.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

guint       signet_settings_get_pin_keeping (void);                          /* seconds; 0: off (the default) */
gboolean    signet_settings_set_pin_keeping (guint seconds, GError **error); /* DENIED above what the policy allows */
/* (transfer full): "URL" or "URL USER", in the order they are to be asked; those of the policy where it names them. Never NULL. */
char      **signet_settings_dup_timestamp_servers (void);
gboolean    signet_settings_set_timestamp_servers (const char *const *servers, GError **error); /* DENIED when the policy names them; USAGE: not such a list */
gboolean    signet_settings_is_timestamp_server (const char *text);
/* With which certificate we sign in to a time-stamp server: "file:///…" (PKCS#12 or PEM), or the SHA-256 of one on a token. (transfer full) (nullable) */
char       *signet_settings_dup_timestamp_client (const char *url);
gboolean    signet_settings_set_timestamp_client (const char *url, const char *client, GError **error); /* @client: (nullable); only for https */
gboolean    signet_settings_is_timestamp_client (const char *text);
const char *signet_settings_get_path        (void);

G_END_DECLS
