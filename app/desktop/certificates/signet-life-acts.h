/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-life-acts.h: renew, revoke, suspend, resume, "somebody else may have the key": each from its question to the end. Everything returns at once.
 */
#pragma once

#include <gtk/gtk.h>

#include "../common/signet-desktop.h"
#include "../../core/enrolment/signet-lifecycle.h"

G_BEGIN_DECLS

/* @widget: in a window whose parent, if it has one, is the main window: there the way to the new certificate goes on. */
void signet_life_acts_renew       (GtkWidget *widget, SignetDesktop *desktop, SignetTokenKey *key);
void signet_life_acts_revoke      (GtkWidget *widget, SignetDesktop *desktop, SignetTokenKey *key);
void signet_life_acts_compromised (GtkWidget *widget, SignetDesktop *desktop, SignetTokenKey *key);
/* @which: SUSPEND or RESUME */
void signet_life_acts_hold        (GtkWidget *widget, SignetDesktop *desktop, SignetTokenKey *key, SignetLifecycleAct which);
void signet_life_acts_lift        (GtkWidget *widget, SignetDesktop *desktop, SignetTokenKey *key);

G_END_DECLS
