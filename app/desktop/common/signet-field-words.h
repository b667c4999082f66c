/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-field-words.h: names of fields in consents and comparisons, as codes of the core, in words. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

const char *signet_field_words (const char *code);  /* a code not known is its own name */

G_END_DECLS
