/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-key-acts.h: what a person does with one key or certificate, each from its question to the end. Everything returns at once. */
#pragma once

#include <gtk/gtk.h>

#include "../common/signet-desktop.h"

G_BEGIN_DECLS

/* Told on the main thread when it went well; @key: (nullable): the key anew */
typedef void (*SignetKeyActDone) (GtkWidget *widget, SignetTokenKey *key);

/* Logs in and asks the token what it says of the key. */
void signet_key_acts_read               (GtkWidget *widget, SignetTokenKey *key, SignetKeyActDone done);
/* Names what is lost, asks for the PIN, deletes. */
void signet_key_acts_delete_certificate (GtkWidget *widget, SignetDesktop *desktop, SignetTokenKey *key, SignetKeyActDone done);
void signet_key_acts_delete_key         (GtkWidget *widget, SignetDesktop *desktop, SignetTokenKey *key, SignetKeyActDone done);
/* @format: "pem", "der" or "chain"; @issuers: (element-type SignetCertificate): the CA certificates known here */
void signet_key_acts_export             (GtkWidget *widget, SignetCertificate *certificate, GPtrArray *issuers, const char *format);

G_END_DECLS
