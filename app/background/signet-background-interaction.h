/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-background-interaction.h: nobody: every question ends the step with G_IO_ERROR_CANCELLED, and that one was asked is remembered. */
#pragma once

#include "../core/base/signet-interaction.h"

G_BEGIN_DECLS

#define SIGNET_TYPE_BACKGROUND_INTERACTION (signet_background_interaction_get_type ())
G_DECLARE_FINAL_TYPE (SignetBackgroundInteraction, signet_background_interaction, SIGNET, BACKGROUND_INTERACTION, GObject)

SignetBackgroundInteraction *signet_background_interaction_new             (void);
/* To be given to the core with it: cancelled before a token would be looked for. */
GCancellable                *signet_background_interaction_get_cancellable (SignetBackgroundInteraction *self);
gboolean                     signet_background_interaction_needs_person    (SignetBackgroundInteraction *self);

G_END_DECLS
