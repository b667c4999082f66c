/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-pin-dialog.h: which PIN, for what, how many tries. Also a new PIN, typed twice, and the PIN pad, where nothing is typed here. */
#pragma once

#include <adwaita.h>

#include "../../core/base/signet-interaction.h"

G_BEGIN_DECLS

#define SIGNET_TYPE_PIN_DIALOG (signet_pin_dialog_get_type ())
G_DECLARE_FINAL_TYPE (SignetPinDialog, signet_pin_dialog, SIGNET, PIN_DIALOG, AdwMessageDialog)

/* @question is read during the call only. Signal "answered" (SignetSecret *or NULL) exactly once. */
SignetPinDialog *signet_pin_dialog_new            (GtkWindow *parent, const SignetPinQuestion *question);
/* The same for what opens a file. @wrong: the one just given was */
SignetPinDialog *signet_pin_dialog_new_passphrase (GtkWindow *parent, const char *file_name, gboolean wrong);

G_END_DECLS
