/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-choice-row.h: one certificate to sign with: who, by whom, how long; or greyed, with the reason in words. */
#pragma once

#include <adwaita.h>

#include "../../core/token/signet-token.h"

G_BEGIN_DECLS

#define SIGNET_TYPE_CHOICE_ROW (signet_choice_row_get_type ())
G_DECLARE_FINAL_TYPE (SignetChoiceRow, signet_choice_row, SIGNET, CHOICE_ROW, AdwActionRow)

/* @reason: (nullable): the code of signet_signing_key_is_usable(); NULL: it can sign */
SignetChoiceRow *signet_choice_row_new       (SignetTokenKey *key, const char *reason, gint64 now);
SignetTokenKey  *signet_choice_row_get_key   (SignetChoiceRow *self);
GtkCheckButton  *signet_choice_row_get_check (SignetChoiceRow *self);

G_END_DECLS
