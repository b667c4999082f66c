/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-library.h: a shared library that is loaded when it is first needed, because loading it costs more than the rest of a short run. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* @names: NULL-terminated; @functions: one place for each, filled when all were found. Errors: SIGNET_BASE_ERROR_FAILED. The library stays. */
gboolean signet_library_load (const char *soname, const char *const *names, gpointer *functions, GError **error);

G_END_DECLS
