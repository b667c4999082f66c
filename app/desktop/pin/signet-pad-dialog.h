/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-pad-dialog.h: the PIN is being typed on the reader: what to do there, how much time is left, and a way out. */
#pragma once

#include <adwaita.h>

#include "../../core/base/signet-interaction.h"

G_BEGIN_DECLS

#define SIGNET_TYPE_PAD_DIALOG (signet_pad_dialog_get_type ())
G_DECLARE_FINAL_TYPE (SignetPadDialog, signet_pad_dialog, SIGNET, PAD_DIALOG, AdwMessageDialog)

/* @question is read during the call only. @cancellable: (nullable): cancelled by the person's Cancel. Destroyed by whoever made it. */
SignetPadDialog *signet_pad_dialog_new (GtkWindow *parent, const SignetPinQuestion *question, GCancellable *cancellable);

G_END_DECLS
