/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-sign-later.h: an act that ended because no time-stamp server gave a time-stamp, and what the person may do about it. */
#pragma once

#include <adwaita.h>

#include "../../core/signing/signet-signing.h"

G_BEGIN_DECLS

/* Whether nothing but the time-stamp was missing. */
gboolean          signet_sign_later_is_possible (SignetSigning *signing, const GError *error);
/* (transfer floating): the responses are "later", "again" and "close" */
AdwMessageDialog *signet_sign_later_new_dialog  (GtkWidget *widget, const GError *error);
/* (transfer floating): once for @n documents */
AdwMessageDialog *signet_sign_later_new_dialog_for_many (GtkWidget *widget, const GError *error, guint n);

G_END_DECLS
