/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-qr.h: bytes as a QR code (ISO/IEC 18004), for a screen to be photographed. Immutable once made; any thread. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* The light margin a reader needs, in modules. */
#define SIGNET_QR_MARGIN 4

typedef struct _SignetQr SignetQr;

/* NULL with %SIGNET_BASE_ERROR_TOO_LARGE when @content does not fit into one code. */
SignetQr *signet_qr_new       (GBytes *content, GError **error);
void      signet_qr_free      (SignetQr *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SignetQr, signet_qr_free)

guint     signet_qr_get_width (const SignetQr *self);                  /* in modules, without the margin */
gboolean  signet_qr_is_dark   (const SignetQr *self, guint x, guint y);
/* (transfer full): lines of half blocks, two rows of modules a line, with the margin. @colour: black on white by escape sequences;
   else for light text on a dark ground. */
char     *signet_qr_to_text   (const SignetQr *self, gboolean colour);
guint     signet_qr_columns   (const SignetQr *self);                  /* how wide that text is */

G_END_DECLS
