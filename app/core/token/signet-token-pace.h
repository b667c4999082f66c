/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-token-pace.h: how many signatures a token is asked for at a time, and whether a second session helps it; measured. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  GMutex lock;
  int    phase;
  gboolean tries_two; /* so many were announced that a second session is worth a trial */
  guint  limit;    /* signatures under way at a time */
  guint  n;        /* answers of this phase */
  gint64 since;    /* microseconds */
  gint64 one;      /* microseconds a signature takes in one session */
} SignetTokenPace;

void  _signet_token_pace_init      (SignetTokenPace *self);
void  _signet_token_pace_clear     (SignetTokenPace *self);
void  _signet_token_pace_expect    (SignetTokenPace *self, guint n_signatures, gboolean may_have_two);
guint _signet_token_pace_get_limit (SignetTokenPace *self);
/* A signature asked for at @begun came at @now (g_get_monotonic_time()). Returns how many sessions should sign from now on; 0: as many as do. Then set_lanes must follow. */
guint _signet_token_pace_note      (SignetTokenPace *self, gint64 begun, gint64 now);
void  _signet_token_pace_set_lanes (SignetTokenPace *self, guint lanes);

G_END_DECLS
