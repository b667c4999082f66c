/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-desktop.h: the core as the window sees it: nothing until the first frame is painted, then opened on a thread, then shared by all pages.
 *
 * Signals: "opened" once, when everything is there; "tokens-listed" once, when the first listing of tokens is complete; "changed" whenever something was done that other pages may show (signed, installed).
 */
#pragma once

#include <gio/gio.h>

#include "../../core/face/signet-core.h"

G_BEGIN_DECLS

#define SIGNET_TYPE_DESKTOP (signet_desktop_get_type ())
G_DECLARE_FINAL_TYPE (SignetDesktop, signet_desktop, SIGNET, DESKTOP, GObject)

SignetDesktop      *signet_desktop_new          (void);
void                signet_desktop_open         (SignetDesktop *self);
gboolean            signet_desktop_is_open      (SignetDesktop *self);
SignetCore         *signet_desktop_get_core     (SignetDesktop *self);  /* (nullable) before open */
SignetTokenManager *signet_desktop_get_tokens   (SignetDesktop *self);  /* (nullable) before open */
GPtrArray          *signet_desktop_dup_tokens   (SignetDesktop *self);  /* (element-type SignetToken): a snapshot */
SignetTokenKey     *signet_desktop_find_key     (SignetDesktop *self, const char *uri); /* (nullable) (transfer full) */
gint64              signet_desktop_now          (SignetDesktop *self);
/* Any thread. @certificate: (nullable) */
void                signet_desktop_record       (SignetDesktop *self, const char *act, SignetToken *token, SignetCertificate *certificate);
void                signet_desktop_tell_changed (SignetDesktop *self);

G_END_DECLS
