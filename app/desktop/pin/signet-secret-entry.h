/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-secret-entry.h: what a password row needs so that nothing typed into it is left behind or told to others. */
#pragma once

#include <adwaita.h>

#include "../../core/base/signet-secret.h"

G_BEGIN_DECLS

/* In the init of what the row is part of, before it is shown. */
void          signet_secret_entry_guard      (AdwPasswordEntryRow *row);
/* Takes the eye out of the row: what it shows is drawn from memory that Pango frees as it is. */
void          signet_secret_entry_never_show (AdwPasswordEntryRow *row);
SignetSecret *signet_secret_entry_dup        (AdwPasswordEntryRow *row); /* (transfer full): may be empty */
void          signet_secret_entry_wipe       (AdwPasswordEntryRow *row);

G_END_DECLS
