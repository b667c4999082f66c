/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-plugin-recording.h: a conversation kept in a file, and played again as a test: what Signet said then is said again, and the
 * plugin must ask and answer as it did. One line a line: "> {…}" to the plugin, "< {…}" from it; "#" begins a remark.
 */
#pragma once

#include "signet-plugin.h"

G_BEGIN_DECLS

typedef struct _SignetPluginRecording SignetPluginRecording;

SignetPluginRecording *signet_plugin_recording_new   (void);
SignetPluginRecording *signet_plugin_recording_parse (const char *text, gsize length, GError **error);
SignetPluginRecording *signet_plugin_recording_load  (const char *path, GError **error);
void                   signet_plugin_recording_free  (SignetPluginRecording *self);

/* A SignetPluginTap with the recording for its data. */
void                   signet_plugin_recording_tap   (gboolean to_plugin, const char *line, gsize length, gpointer recording);
/* From now on @secret is blanked wherever it appears. */
void                   signet_plugin_recording_blank (SignetPluginRecording *self, const char *secret);
char                  *signet_plugin_recording_print (SignetPluginRecording *self);   /* (transfer full) */
guint                  signet_plugin_recording_count (SignetPluginRecording *self);   /* calls in it, without hello */

/* FALSE with PROTOCOL and the number of the line where the plugin did otherwise; or what starting it says. @use: borrowed */
gboolean               signet_plugin_recording_replay (SignetPluginRecording *self, SignetPluginManifest *manifest, const SignetPluginUse *use,
                                                       GCancellable *cancellable, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SignetPluginRecording, signet_plugin_recording_free)

G_END_DECLS
