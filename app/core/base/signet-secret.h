/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-secret.h: bytes that must not leak: locked in memory, wiped when dropped, not printable. Reference counted, immutable. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _SignetSecret SignetSecret;

SignetSecret *signet_secret_new         (const guint8 *data, gsize length);
SignetSecret *signet_secret_new_take    (char *text);                       /* wipes and frees @text with g_free() */
SignetSecret *signet_secret_new_from_fd (int fd, gsize max_length, GError **error); /* reads to the end; a trailing newline is dropped */
SignetSecret *signet_secret_new_exactly_from_fd (int fd, gsize max_length, GError **error); /* the same, every byte kept */
SignetSecret *signet_secret_new_filled  (gsize length, guint8 **bytes);     /* zeros, to be filled before anybody else has it */
SignetSecret *signet_secret_ref         (SignetSecret *secret);
void          signet_secret_unref       (SignetSecret *secret);
gsize         signet_secret_get_length  (SignetSecret *secret);
const guint8 *signet_secret_get_bytes   (SignetSecret *secret, gsize *length); /* not NUL terminated; valid while @secret lives */
int           signet_secret_to_fd       (SignetSecret *secret, GError **error); /* a sealed anonymous file to pass to a child; caller closes */
void          signet_secret_wipe        (void *data, gsize length);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SignetSecret, signet_secret_unref)

G_END_DECLS
