/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-state.h: how a state looks everywhere: a shape first, a word for those who cannot see it, colour last. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef enum {
  SIGNET_STATE_OK,
  SIGNET_STATE_WARNING,
  SIGNET_STATE_STOP,
  SIGNET_STATE_UNKNOWN, /* cannot tell: never green, never red */
  SIGNET_STATE_LATER,   /* not yet */
  SIGNET_STATE_CLAIMED, /* said, not proved */
} SignetState;

GtkWidget  *signet_state_image_new (SignetState state);
void        signet_state_image_set (GtkImage *image, SignetState state);
/* Of something that ends: OK, WARNING from 30 days before, STOP when it is over. Seconds since 1970. */
SignetState signet_state_of_end    (gint64 until, gint64 now);

G_END_DECLS
