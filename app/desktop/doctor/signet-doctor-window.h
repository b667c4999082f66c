/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-doctor-window.h: which layer between the USB port and a signature does not work, and what mends it. */
#pragma once

#include <adwaita.h>

#include "../common/signet-desktop.h"

G_BEGIN_DECLS

#define SIGNET_TYPE_DOCTOR_WINDOW (signet_doctor_window_get_type ())
G_DECLARE_FINAL_TYPE (SignetDoctorWindow, signet_doctor_window, SIGNET, DOCTOR_WINDOW, AdwWindow)

/* @token: (nullable): all there are. Examines at once. */
SignetDoctorWindow *signet_doctor_window_new (GtkWindow *parent, SignetDesktop *desktop, SignetToken *token);

G_END_DECLS
