/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-words-private.h: what the files of words share. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* (transfer full): @sentence with each "{name}" replaced by its value; names and values in turn, ended by NULL. A value of NULL is "". */
char *_signet_words_fill (const char *sentence, ...) G_GNUC_NULL_TERMINATED;

/* For an error that carries the answer of a PKCS#11 module: FALSE when that answer has no words of its own. */
gboolean _signet_words_explain_module (const GError *error, const char **what, const char **remedy);

G_END_DECLS
