/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * rest-template.h: texts and JSON with places to fill in: "{subject}", "{field:name}". "{{" is a brace.
 *
 * Some values never come here: {secret:ID}, {file:FIELD} and {hmac:ID} become references, which the host puts the value in for.
 */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* @name: what stands between the braces. @value: (transfer full) (nullable): NULL: there is nothing to put in. */
typedef gboolean (*RestValueFunc) (const char *name, gpointer user_data, char **value, GError **error);
typedef gboolean (*RestNameFunc) (const char *name, gpointer user_data, GError **error);

typedef enum {
  REST_TEXT_PLAIN,
  REST_TEXT_URI,     /* what is put in is escaped: it stays one part of a path */
} RestTextKind;

/* Calls @check for each name in @text, resp. in every text of @node. Errors: SIGNET_SDK_ERROR_FAILED. */
gboolean  rest_template_check_text (const char *text, RestNameFunc check, gpointer user_data, GError **error);
gboolean  rest_template_check_json (JsonNode *node, RestNameFunc check, gpointer user_data, GError **error);

/* (transfer full): NULL with @error. What has no value is left out. */
char     *rest_template_fill_text  (const char *text, RestTextKind kind, RestValueFunc value, gpointer user_data, GError **error);
/*
 * (transfer full): a copy of @template, filled in. A text that is one place alone and has nothing to put in is left out of its object or
 * array, and so is an object or array that became empty by that. References become {"$secret": ID}, {"$file": FIELD},
 * {"$hmac": ID}: alone in their text.
 */
JsonNode *rest_template_fill_json  (JsonNode *template, RestValueFunc value, gpointer user_data, GError **error);

/* "secret:ID" -> "$secret" and ID; FALSE for a name that is no reference. @id: (out) (transfer none). */
gboolean  rest_template_is_reference (const char *name, const char **kind, const char **id);
/* (transfer full) (nullable): the name when @text is one place and nothing else. */
char     *rest_template_dup_only     (const char *text);
/* (transfer full) (nullable): the name of the place @text ends with; @before: (out) (transfer full): all before that. */
char     *rest_template_split_last   (const char *text, char **before);

G_END_DECLS
