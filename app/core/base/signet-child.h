/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-child.h: a supervised child process: own session, closed descriptors, clean environment, killed with us and at a deadline. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define SIGNET_TYPE_CHILD (signet_child_get_type ())
G_DECLARE_FINAL_TYPE (SignetChild, signet_child, SIGNET, CHILD, GObject)

/* @fds: descriptors of ours that the child gets as 0, 1, 2, 3 … in this order (-1: /dev/null); everything else is closed. */
SignetChild *signet_child_spawn       (const char *const *argv, const char *const *envp, const int *fds, guint n_fds, GError **error);
GPid         signet_child_get_pid     (SignetChild *self);
gboolean     signet_child_has_exited  (SignetChild *self);
/* Waits at most @milliseconds; TRUE when it has ended. */
gboolean     signet_child_wait        (SignetChild *self, guint milliseconds);
char        *signet_child_describe_end (SignetChild *self);     /* "signal 11 (Segmentation fault)", "exit status 3" */
void         signet_child_kill        (SignetChild *self);      /* SIGKILL to its process group; reaps. Also done when finalized. */

G_END_DECLS
