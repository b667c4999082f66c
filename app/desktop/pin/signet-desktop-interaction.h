/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-desktop-interaction.h: what the core asks on its threads, asked in dialogs on the main thread, answered back. */
#pragma once

#include <gtk/gtk.h>

#include "../../core/base/signet-interaction.h"

G_BEGIN_DECLS

#define SIGNET_TYPE_DESKTOP_INTERACTION (signet_desktop_interaction_get_type ())
G_DECLARE_FINAL_TYPE (SignetDesktopInteraction, signet_desktop_interaction, SIGNET, DESKTOP_INTERACTION, GObject)

/* Shows a consent in its own way. Answers later by signet_desktop_interaction_answer(). FALSE: use the plain dialog. */
typedef gboolean (*SignetConsentHandler) (SignetDesktopInteraction *self, const SignetConsent *consent, gpointer data);

SignetDesktopInteraction *signet_desktop_interaction_new         (GtkWidget *parent);
void                      signet_desktop_interaction_set_consent (SignetDesktopInteraction *self, SignetConsentHandler handler, gpointer data);
void                      signet_desktop_interaction_answer      (SignetDesktopInteraction *self, gboolean agreed);
/* For a worker that reads a file; @file_name: safe to show. (nullable) (transfer full) */
SignetSecret             *signet_desktop_interaction_ask_passphrase (SignetDesktopInteraction *self, const char *file_name, gboolean wrong,
                                                                     GCancellable *cancellable, GError **error);
/* The work is over. Needed only where a PIN may be typed on the reader last of all. */
void                      signet_desktop_interaction_finish      (SignetDesktopInteraction *self);
/* Signals on the main thread: "progress" (char *step, double fraction); "asking" (gboolean): a question begins or has been answered. */

G_END_DECLS
