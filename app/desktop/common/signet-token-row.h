/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-token-row.h: a token in one line: what it is, its state in words, how many certificates sign. */
#pragma once

#include <adwaita.h>

#include "../../core/token/signet-token.h"

G_BEGIN_DECLS

char      *signet_token_title     (SignetToken *token);                /* (transfer full): model and label, in one sentence for translators */
guint      signet_token_count_signing (SignetToken *token, gint64 now);
GtkWidget *signet_token_row_new   (SignetToken *token, gint64 now);
GtkWidget *signet_token_row_new_looking (void);
GtkWidget *signet_token_row_new_none    (void);

G_END_DECLS
