/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-sign-panel.h: what is decided beside the page: certificate, level, name of the result; checks; the act itself. */
#pragma once

#include <adwaita.h>

#include "../common/signet-desktop.h"
#include "signet-mark-choice.h"
#include "signet-sign-work.h"

G_BEGIN_DECLS

#define SIGNET_TYPE_SIGN_PANEL (signet_sign_panel_get_type ())
G_DECLARE_FINAL_TYPE (SignetSignPanel, signet_sign_panel, SIGNET, SIGN_PANEL, AdwBin)

void signet_sign_panel_set_desktop  (SignetSignPanel *self, SignetDesktop *desktop);
/* @document: (nullable): nothing to sign any more; cancels what is under way */
void signet_sign_panel_set_document (SignetSignPanel *self, SignetOpenDocument *document);
/* Chosen here, moved on the page */
void signet_sign_panel_set_mark     (SignetSignPanel *self, SignetMarkChoice *choice);
void signet_sign_panel_sign         (SignetSignPanel *self);
/* Signals: "signed" (char *path, gboolean software_token), "reopen": the file changed and must be read again */

G_END_DECLS
