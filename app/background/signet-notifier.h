/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-notifier.h: notifications with buttons (org.freedesktop.Notifications); what is pressed is done by the window. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define SIGNET_TYPE_NOTIFIER (signet_notifier_get_type ())
G_DECLARE_FINAL_TYPE (SignetNotifier, signet_notifier, SIGNET, NOTIFIER, GObject)

SignetNotifier *signet_notifier_new  (GDBusConnection *bus);
/* @label: (nullable): no button. @action, @target: an action of the application org.signet.Signet and its text parameter; also for a click on the whole. */
gboolean        signet_notifier_tell (SignetNotifier *self, const char *title, const char *body, gboolean urgent, const char *label,
                                      const char *action, const char *target, GError **error);
/* Until each was pressed or closed, at most @seconds: a button needs somebody who listens. */
void            signet_notifier_wait (SignetNotifier *self, guint seconds);

G_END_DECLS
