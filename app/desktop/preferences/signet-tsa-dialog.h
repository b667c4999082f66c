/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-tsa-dialog.h: which time-stamp server, and does it want a name and a password? */
#pragma once

#include <adwaita.h>

#include "../../core/base/signet-secret.h"

G_BEGIN_DECLS

#define SIGNET_TYPE_TSA_DIALOG (signet_tsa_dialog_get_type ())
G_DECLARE_FINAL_TYPE (SignetTsaDialog, signet_tsa_dialog, SIGNET, TSA_DIALOG, AdwMessageDialog)

/* Its response "add" comes only with a server that can be added. @known: "URL" or "URL USER" of those that are there; @tokens: (element-type
   SignetToken): whose certificates may be shown to it */
SignetTsaDialog *signet_tsa_dialog_new          (GtkWindow *parent, const char *const *known, GPtrArray *tokens);
char            *signet_tsa_dialog_dup_url      (SignetTsaDialog *self);
char            *signet_tsa_dialog_dup_user     (SignetTsaDialog *self); /* (nullable): it wants none */
SignetSecret    *signet_tsa_dialog_dup_password (SignetTsaDialog *self); /* (nullable) */
char            *signet_tsa_dialog_dup_client   (SignetTsaDialog *self); /* (nullable): as signet-settings.h says */
SignetSecret    *signet_tsa_dialog_dup_passphrase (SignetTsaDialog *self); /* (nullable): of its file */

G_END_DECLS
