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

G_END_DECLS
