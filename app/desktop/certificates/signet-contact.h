/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-contact.h: how a person reaches the authority of a certificate itself: telephone, address, and the number to have ready. */
#pragma once

#include <adwaita.h>

#include "../common/signet-desktop.h"

G_BEGIN_DECLS

/* Rows for @group. FALSE: nobody here has issued it, and nothing was added. */
gboolean signet_contact_add_rows   (GPtrArray *rows, SignetDesktop *desktop, SignetCertificate *certificate);
/* As signet_ui_tell_error(); where the authority takes nothing over the network, how to reach it. */
void     signet_contact_tell_error (GtkWidget *widget, SignetDesktop *desktop, SignetCertificate *certificate, const GError *error);

G_END_DECLS
