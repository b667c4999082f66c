/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-format-group.h: where the signature goes and how long it shall prove something: two rows to choose in, of what the core says is possible.
 * Nothing is shown where there is nothing to choose. Signal "chosen".
 */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define SIGNET_TYPE_FORMAT_GROUP (signet_format_group_get_type ())
G_DECLARE_FINAL_TYPE (SignetFormatGroup, signet_format_group, SIGNET, FORMAT_GROUP, AdwPreferencesGroup)

/* @formats: the first is the usual one. @mixed: of many files: before them stands "usual for each", which is NULL */
void        signet_format_group_set_formats (SignetFormatGroup *self, const char *const *formats, gboolean mixed);
/* @levels: the plainest first; what was chosen stays chosen when it is among them */
void        signet_format_group_set_levels  (SignetFormatGroup *self, const char *const *levels);
const char *signet_format_group_get_format  (SignetFormatGroup *self);   /* (nullable): the usual one */
const char *signet_format_group_get_level   (SignetFormatGroup *self);   /* never NULL */

G_END_DECLS
