/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-import.h: from a file to a token: what is in the file, its passphrase, consent, PIN, written. */
#pragma once

#include <gtk/gtk.h>

#include "../common/signet-desktop.h"

G_BEGIN_DECLS

/* @page: what stays when the token goes. Returns at once. */
void signet_import_run (GtkWidget *page, SignetDesktop *desktop, SignetToken *token, GFile *file);

G_END_DECLS
