/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rest-json.h: JSON from an authority, and places in it (RFC 6901). */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

#define REST_MAX_ANSWER  (1024 * 1024)
#define REST_MAX_DEPTH   32
#define REST_MAX_POINTER 200

/* One value, at most so long and so deep; (transfer full). Errors: SIGNET_SDK_ERROR_FAILED. */
JsonNode *rest_json_parse   (const char *data, gsize length, GError **error);

/* Is @pointer one (RFC 6901, 3)? "" is: the whole document. */
gboolean  rest_pointer_check (const char *pointer, GError **error);
/* (transfer none) (nullable): what it points to in @root; @pointer: one that passed the check. */
JsonNode *rest_pointer_find  (JsonNode *root, const char *pointer);

/* (transfer full) (nullable): a text, number or truth value as text; NULL for anything else. */
char     *rest_json_text     (JsonNode *node);

G_END_DECLS
