/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-enrolment-private.h: what the files of this room and its tests share. */
#pragma once

#include "signet-enrolment.h"

#include <openssl/cmp.h>

G_BEGIN_DECLS

/* --- the request: a row in memory ------------------------------------------------------------------------------------ */
struct _SignetRequest
{
  GObject parent_instance;

  gint64             id;
  SignetRequestState state;
  char              *authority;
  char              *token_uri;
  char              *token_label;
  char              *key_spec;
  char              *key_sha256;   /* (nullable) */
  char              *subject;
  char              *secret_names; /* ids of the secret fields, separated by ';' */
  char              *cookie;       /* (nullable): the plugin's own, opaque */
  char              *transaction;  /* (nullable): JSON of a CMP transaction under way */
  char              *error;        /* (nullable) */
  GHashTable        *fields;
  SignetCertificate *certificate;  /* (nullable) */
  gint64             created;
  gint64             changed;
  gint64             next_poll;
};

const char        *_signet_request_peek_field   (SignetRequest *self, const char *id); /* (nullable) */
gboolean           _signet_request_state_parse  (const char *id, SignetRequestState *state);
gboolean           _signet_request_state_is_final (SignetRequestState state);
void               _signet_request_set_certificate (SignetRequest *self, SignetCertificate *certificate);

G_END_DECLS
