/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-output-file.h: a file that appears whole under its name or not at all: written beside the target, fsynced, renamed. */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

#define SIGNET_TYPE_OUTPUT_FILE (signet_output_file_get_type ())
G_DECLARE_FINAL_TYPE (SignetOutputFile, signet_output_file, SIGNET, OUTPUT_FILE, GObject)

/* Errors: EXISTS (unless @overwrite), CANNOT_WRITE (also: no such folder), NO_SPACE. Mode 0600 until commit, then as the umask or the replaced file says. */
SignetOutputFile *signet_output_file_open   (const char *target, gboolean overwrite, GError **error);
int               signet_output_file_get_fd (SignetOutputFile *self);      /* read and write; owned by @self */
const char       *signet_output_file_get_target (SignetOutputFile *self);
gboolean          signet_output_file_write  (SignetOutputFile *self, const void *data, gsize length, GError **error); /* at the current offset, all of it */
gboolean          signet_output_file_commit (SignetOutputFile *self, GError **error); /* fsync, rename, fsync of the folder; dropped without: nothing remains */

/* A commit in two halves, so that many files in one folder are committed with one fsync of it. */
gboolean          signet_output_file_publish (SignetOutputFile *self, GError **error);  /* sync, rename */
void              signet_output_file_begin_sync (SignetOutputFile *self, gboolean whole); /* ahead of it, beside other work */
void              signet_output_file_sync_folder (SignetOutputFile *self);
gboolean          signet_output_file_is_beside (SignetOutputFile *self, SignetOutputFile *other); /* in the same folder */
void              signet_output_file_rename (SignetOutputFile *self, const char *target);  /* before it has its name: another one in the same folder */

G_END_DECLS
