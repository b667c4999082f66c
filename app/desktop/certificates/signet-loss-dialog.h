/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-loss-dialog.h: what will be lost for ever, thing by thing, before it is; where much is at stake its name must be typed. */
#pragma once

#include <adwaita.h>

#include "../../core/token/signet-token.h"

G_BEGIN_DECLS

#define SIGNET_TYPE_LOSS_DIALOG (signet_loss_dialog_get_type ())
G_DECLARE_FINAL_TYPE (SignetLossDialog, signet_loss_dialog, SIGNET, LOSS_DIALOG, AdwMessageDialog)

/* Response "lose" or "cancel". @typed: (nullable): what must be typed first. @lose: the button, with its mnemonic. */
SignetLossDialog *signet_loss_dialog_new       (GtkWindow *parent, const char *heading, const char *body, const char *lose, const char *typed);
void              signet_loss_dialog_add       (SignetLossDialog *self, const char *what, const char *why_it_matters);
/* The certificate of @key, or the key alone. */
void              signet_loss_dialog_add_key   (SignetLossDialog *self, SignetTokenKey *key, gint64 now);
/* Every key and certificate of @token. */
void              signet_loss_dialog_add_token (SignetLossDialog *self, SignetToken *token, gint64 now);
/* What it shall be called afterwards: 1 to 32 bytes. */
void              signet_loss_dialog_ask_new_name (SignetLossDialog *self, const char *name);
char             *signet_loss_dialog_dup_new_name (SignetLossDialog *self);

G_END_DECLS
