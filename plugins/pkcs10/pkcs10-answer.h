/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pkcs10-answer.h: the file an authority gave a person: certificates in any form there is, and whose they are. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define PKCS10_MAX_ANSWER (1024 * 1024)

typedef struct {
  GBytes    *certificate;   /* DER: the one for the key of the request */
  GPtrArray *others;        /* (element-type GBytes): DER of the rest, in the order of the file */
} Pkcs10Answer;

/* @key: hex of the SHA-256 of a SubjectPublicKeyInfo. Errors: SIGNET_SDK_ERROR_FAILED: why it is no answer, for the person who chose it. */
Pkcs10Answer *pkcs10_answer_read (const guint8 *data, gsize length, const char *key, GError **error);
void          pkcs10_answer_free (Pkcs10Answer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Pkcs10Answer, pkcs10_answer_free)

/* (transfer full) (nullable): @key as above, of a PKCS#10 request in DER. */
char         *pkcs10_request_key (const guint8 *data, gsize length);

G_END_DECLS
