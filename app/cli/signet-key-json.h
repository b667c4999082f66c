/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-key-json.h: a key on a token as the JSON of docs/cli.md. */
#pragma once

#include <json-glib/json-glib.h>

#include "../core/face/signet-words.h"

G_BEGIN_DECLS

/* (transfer full) */
JsonObject *signet_key_json_new       (SignetTokenKey *key, gint64 now);
/* Adds "can_sign" and "cannot_sign_because". */
void        signet_key_json_set_usable (JsonObject *object, SignetTokenKey *key, gint64 now);

G_END_DECLS
