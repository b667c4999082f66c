/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-stop.h: places where a test can have the process killed as by a power cut: SIGNET_TEST_STOP_AT=step, in development
 * builds only. Steps of signing: looked-at (before the PIN), opened, prepared, hashed, signed, completed, verified, announced,
 * synced, linked, renamed, journalled.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

void signet_stop_here (const char *step);

G_END_DECLS
