/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-enrol-view.h: the way to a certificate, over the whole window: authority, terms, details, key, waiting, check. Signal "closed". */
#pragma once

#include <adwaita.h>

#include "../common/signet-desktop.h"

G_BEGIN_DECLS

#define SIGNET_TYPE_ENROL_VIEW (signet_enrol_view_get_type ())
G_DECLARE_FINAL_TYPE (SignetEnrolView, signet_enrol_view, SIGNET, ENROL_VIEW, AdwBin)

/* @request: a request to go on with; 0: a new one */
SignetEnrolView *signet_enrol_view_new           (SignetDesktop *desktop, gint64 request);
/* A new request for a key that is on a token already: none is made. */
SignetEnrolView *signet_enrol_view_new_for_key   (SignetDesktop *desktop, SignetTokenKey *key);
void             signet_enrol_view_go_back       (SignetEnrolView *self);
void             signet_enrol_view_activate_main (SignetEnrolView *self);

G_END_DECLS
