/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-words-private.h: what the files of words share. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* (transfer full): @sentence with each "{name}" replaced by its value; names and values in turn, ended by NULL. A value of NULL is "". */
char *_signet_words_fill (const char *sentence, ...) G_GNUC_NULL_TERMINATED;

G_END_DECLS
