/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-lock-watch.h: tells when the person leaves the desk: the screen is locked, or the computer goes to sleep. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define SIGNET_TYPE_LOCK_WATCH (signet_lock_watch_get_type ())
G_DECLARE_FINAL_TYPE (SignetLockWatch, signet_lock_watch, SIGNET, LOCK_WATCH, GObject)

/* Emits "left" in the main context of its creation. Where there is no bus it never does. */
SignetLockWatch *signet_lock_watch_new        (void);
/* What one bus says; new() listens to the user's and the system's. */
void             signet_lock_watch_listen     (SignetLockWatch *self, GDBusConnection *bus);

G_END_DECLS
