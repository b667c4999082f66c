/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-software-token-dialog.h: makes a token out of a file on this computer, for trying things out. */
#pragma once

#include <adwaita.h>

#include "../common/signet-desktop.h"

G_BEGIN_DECLS

#define SIGNET_TYPE_SOFTWARE_TOKEN_DIALOG (signet_software_token_dialog_get_type ())
G_DECLARE_FINAL_TYPE (SignetSoftwareTokenDialog, signet_software_token_dialog, SIGNET, SOFTWARE_TOKEN_DIALOG, AdwMessageDialog)

SignetSoftwareTokenDialog *signet_software_token_dialog_new (GtkWidget *parent, SignetDesktop *desktop);

G_END_DECLS
