/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-qr-window.h: a request as a QR code, as large as the window, for somebody to photograph. */
#pragma once

#include <adwaita.h>

#include "../../core/face/signet-qr.h"

G_BEGIN_DECLS

#define SIGNET_TYPE_QR_WINDOW (signet_qr_window_get_type ())
G_DECLARE_FINAL_TYPE (SignetQrWindow, signet_qr_window, SIGNET, QR_WINDOW, AdwWindow)

/* Takes @code. @name: what the code holds, shown below it */
GtkWindow *signet_qr_window_new (SignetQr *code, const char *name);

G_END_DECLS
