/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-job.h: one blocking act of the core on a thread: its questions become dialogs, a wait that is felt gets words and Cancel, and the
 * end is told on the main thread.
 */
#pragma once

#include <gtk/gtk.h>

#include "../../core/base/signet-interaction.h"

G_BEGIN_DECLS

/* On the thread. FALSE with @error set. */
typedef gboolean (*SignetJobWork) (gpointer data, SignetInteraction *interaction, GCancellable *cancellable, GError **error);
/* On the main thread, unless the window of @widget is gone. @error: (nullable) */
typedef void (*SignetJobDone) (GtkWidget *widget, gpointer data, const GError *error);

/* @widget: what stays while tokens come and go; @words: (nullable); @data: owned, freed by @free_data */
void signet_job_run (GtkWidget *widget, const char *words, SignetJobWork work, SignetJobDone done, gpointer data, GDestroyNotify free_data);

G_END_DECLS
