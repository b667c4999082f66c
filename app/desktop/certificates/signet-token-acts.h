/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-token-acts.h: what a person does with a whole token, each from its question to its toast. Everything returns at once. */
#pragma once

#include <gtk/gtk.h>

#include "../common/signet-desktop.h"

G_BEGIN_DECLS

/* @page: what stays when the token goes. Main thread. */
void signet_token_acts_change_pin (GtkWidget *page, SignetDesktop *desktop, SignetToken *token);
void signet_token_acts_unblock    (GtkWidget *page, SignetDesktop *desktop, SignetToken *token);
void signet_token_acts_change_unblocker      (GtkWidget *page, SignetDesktop *desktop, SignetToken *token);
void signet_token_acts_change_management_key (GtkWidget *page, SignetDesktop *desktop, SignetToken *token);
/* Names what is lost, has the name typed, asks for the PINs. */
void signet_token_acts_initialize (GtkWidget *page, SignetDesktop *desktop, SignetToken *token);
void signet_token_acts_remove     (GtkWidget *page, SignetDesktop *desktop, SignetToken *token);
/* A PKCS#12 file or certificates, chosen by the person. */
void signet_token_acts_import     (GtkWidget *page, SignetDesktop *desktop, SignetToken *token);

G_END_DECLS
