/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-test-http-faults.h: what any server can do wrong, whatever it is asked: the part of the faults that is HTTP. */
#pragma once

#include "signet-test-server.h"

G_BEGIN_DECLS

/* error-500 error-404 html slow drip endless empty garbage gzip-bomb elsewhere round */
extern const char *const test_http_faults[];

/* FALSE: @fault (nullable) is none of these. */
gboolean test_http_fault (const char *fault, const char *path, TestAnswer *answer);
/* The first half of what would have been answered. (transfer full); takes @body */
GBytes  *test_http_truncate (GBytes *body);

G_END_DECLS
