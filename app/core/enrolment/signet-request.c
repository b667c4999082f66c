/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-request.c: one wish for a certificate and how far it got. A copy of its row in the database; only the files of
 * this room change it. Not for two threads at once.
 */
#define G_LOG_DOMAIN "signet-request"

#include "config.h"

#include "signet-enrolment-private.h"

#include <string.h>

G_DEFINE_FINAL_TYPE (SignetRequest, signet_request, G_TYPE_OBJECT)
G_DEFINE_QUARK (signet-enrolment-error-quark, signet_enrolment_error)

static const char *const state_ids[] = {
  [SIGNET_REQUEST_DRAFTED] = "drafted",
  [SIGNET_REQUEST_DISCLOSED] = "disclosed",
  [SIGNET_REQUEST_KEY_MADE] = "key-made",
  [SIGNET_REQUEST_SUBMITTED] = "submitted",
  [SIGNET_REQUEST_WAITING] = "waiting",
  [SIGNET_REQUEST_ISSUED] = "issued",
  [SIGNET_REQUEST_CHECKED] = "checked",
  [SIGNET_REQUEST_INSTALLED] = "installed",
  [SIGNET_REQUEST_CONFIRMED] = "confirmed",
  [SIGNET_REQUEST_REJECTED] = "rejected",
  [SIGNET_REQUEST_CANCELLED] = "cancelled",
  [SIGNET_REQUEST_EXPIRED] = "expired",
  [SIGNET_REQUEST_FAILED] = "failed",
};

static void
signet_request_finalize (GObject *object)
{
  SignetRequest *self = SIGNET_REQUEST (object);

  g_free (self->authority);
  g_free (self->token_uri);
  g_free (self->token_label);
  g_free (self->key_spec);
  g_free (self->key_sha256);
  g_free (self->subject);
  g_free (self->label);
  g_free (self->secret_names);
  g_free (self->cookie);
  g_free (self->transaction);
  g_free (self->error);
  g_clear_pointer (&self->fields, g_hash_table_unref);
  g_clear_object (&self->certificate);
  g_clear_object (&self->current);
  g_clear_object (&self->encryption);
  g_free (self->old_note);
  g_free (self->attempt);
  g_free (self->checks);
  g_free (self->encryption_note);
  g_free (self->delivered);
  g_free (self->hand_name);
  g_free (self->hand_text);
  g_clear_pointer (&self->csr, g_bytes_unref);
  g_clear_pointer (&self->chain, g_bytes_unref);
  g_clear_pointer (&self->hand_file, g_bytes_unref);
  G_OBJECT_CLASS (signet_request_parent_class)->finalize (object);
}

static void
signet_request_class_init (SignetRequestClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = signet_request_finalize;
}

static void
signet_request_init (SignetRequest *self)
{
  self->fields = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->next_poll = SIGNET_TIME_UNKNOWN;
  self->expires = SIGNET_TIME_UNKNOWN;
}

const char *
signet_request_kind_get_id (SignetRequestKind kind)
{
  return kind == SIGNET_REQUEST_KIND_RENEW ? "renew" : "new";
}

/* What the authority is asked from now on is another question than before. */
void
_signet_request_new_attempt (SignetRequest *self)
{
  g_autofree char *uuid = g_uuid_string_random ();
  g_auto (GStrv) parts = g_strsplit (uuid, "-", -1);

  g_free (self->attempt);
  self->attempt = g_strjoinv ("", parts);
  g_clear_pointer (&self->csr, g_bytes_unref);
}

/* As it stands in the certificate: written out and read back, an unusual name might come to differ (RFC 5280, 7.1). */
X509_NAME *
_signet_request_dup_name (SignetRequest *self, GError **error)
{
  X509 *x509 = self->current != NULL ? signet_certificate_get_x509 (self->current) : NULL;

  return x509 != NULL ? X509_NAME_dup (X509_get_subject_name (x509)) : _signet_enrolment_name_parse (self->subject, error);
}

const char *
signet_request_state_get_id (SignetRequestState state)
{
  g_return_val_if_fail ((guint) state < G_N_ELEMENTS (state_ids), NULL);
  return state_ids[state];
}

gboolean
_signet_request_state_parse (const char *id, SignetRequestState *state)
{
  for (guint i = 0; i < G_N_ELEMENTS (state_ids); i++)
    if (g_strcmp0 (state_ids[i], id) == 0)
      {
        *state = i;
        return TRUE;
      }
  return FALSE;
}

/* Nothing more will happen; "failed" is not among them: it can be run again. */
gboolean
_signet_request_state_is_final (SignetRequestState state)
{
  return state == SIGNET_REQUEST_CONFIRMED || state == SIGNET_REQUEST_REJECTED || state == SIGNET_REQUEST_CANCELLED ||
         state == SIGNET_REQUEST_EXPIRED;
}

/* The time limit is for the authority: what has come stays. */
gboolean
_signet_request_may_expire (SignetRequest *self)
{
  return self->state <= SIGNET_REQUEST_WAITING;
}

void
_signet_request_set_certificate (SignetRequest *self, SignetCertificate *certificate)
{
  g_set_object (&self->certificate, certificate);
}

gint64
signet_request_get_id (SignetRequest *self)
{
  g_return_val_if_fail (SIGNET_IS_REQUEST (self), 0);
  return self->id;
}

SignetRequestState
signet_request_get_state (SignetRequest *self)
{
  g_return_val_if_fail (SIGNET_IS_REQUEST (self), SIGNET_REQUEST_FAILED);
  return self->state;
}

const char *
signet_request_get_authority (SignetRequest *self)
{
  g_return_val_if_fail (SIGNET_IS_REQUEST (self), NULL);
  return self->authority;
}

const char *
signet_request_get_token_uri (SignetRequest *self)
{
  g_return_val_if_fail (SIGNET_IS_REQUEST (self), NULL);
  return self->token_uri;
}

const char *
signet_request_get_token_label (SignetRequest *self)
{
  g_return_val_if_fail (SIGNET_IS_REQUEST (self), NULL);
  return self->token_label;
}

const char *
signet_request_get_key_spec (SignetRequest *self)
{
  g_return_val_if_fail (SIGNET_IS_REQUEST (self), NULL);
  return self->key_spec;
}

const char *
signet_request_get_key_sha256 (SignetRequest *self)
{
  g_return_val_if_fail (SIGNET_IS_REQUEST (self), NULL);
  return self->key_sha256;
}

const char *
signet_request_get_subject (SignetRequest *self)
{
  g_return_val_if_fail (SIGNET_IS_REQUEST (self), NULL);
  return self->subject;
}

SignetCertificate *
signet_request_get_certificate (SignetRequest *self)
{
  g_return_val_if_fail (SIGNET_IS_REQUEST (self), NULL);
  return self->certificate;
}

const char *
signet_request_get_error (SignetRequest *self)
{
  g_return_val_if_fail (SIGNET_IS_REQUEST (self), NULL);
  return self->error;
}

gint64
signet_request_get_created (SignetRequest *self)
{
  g_return_val_if_fail (SIGNET_IS_REQUEST (self), 0);
  return self->created;
}

gint64
signet_request_get_changed (SignetRequest *self)
{
  g_return_val_if_fail (SIGNET_IS_REQUEST (self), 0);
  return self->changed;
}

gint64
signet_request_get_next_poll (SignetRequest *self)
{
  g_return_val_if_fail (SIGNET_IS_REQUEST (self), SIGNET_TIME_UNKNOWN);
  return self->state == SIGNET_REQUEST_WAITING ? self->next_poll : SIGNET_TIME_UNKNOWN;
}

SignetRequestKind
signet_request_get_kind (SignetRequest *self)
{
  g_return_val_if_fail (SIGNET_IS_REQUEST (self), SIGNET_REQUEST_KIND_NEW);
  return self->kind;
}

gboolean
signet_request_keeps_key (SignetRequest *self)
{
  g_return_val_if_fail (SIGNET_IS_REQUEST (self), FALSE);
  return self->keeps_key;
}

SignetCertificate *
signet_request_get_current (SignetRequest *self)
{
  g_return_val_if_fail (SIGNET_IS_REQUEST (self), NULL);
  return self->current;
}

const char *
signet_request_get_old_note (SignetRequest *self)
{
  g_return_val_if_fail (SIGNET_IS_REQUEST (self), NULL);
  return self->old_note;
}

gint64
signet_request_get_expires (SignetRequest *self)
{
  g_return_val_if_fail (SIGNET_IS_REQUEST (self), SIGNET_TIME_UNKNOWN);
  return _signet_request_may_expire (self) ? self->expires : SIGNET_TIME_UNKNOWN;
}

SignetCertificate *
signet_request_get_encryption_certificate (SignetRequest *self)
{
  g_return_val_if_fail (SIGNET_IS_REQUEST (self), NULL);
  return self->encryption;
}

const char *
signet_request_get_encryption_note (SignetRequest *self)
{
  g_return_val_if_fail (SIGNET_IS_REQUEST (self), NULL);
  return self->encryption_note;
}

const char *
signet_request_get_waiting_text (SignetRequest *self)
{
  g_return_val_if_fail (SIGNET_IS_REQUEST (self), NULL);
  return self->state == SIGNET_REQUEST_WAITING && self->hand_file == NULL ? self->hand_text : NULL;
}

GBytes *
signet_request_get_hand_file (SignetRequest *self, const char **name, const char **text)
{
  g_return_val_if_fail (SIGNET_IS_REQUEST (self), NULL);

  if (name != NULL)
    *name = self->hand_name;
  if (text != NULL)
    *text = self->hand_text;
  return self->state == SIGNET_REQUEST_WAITING ? self->hand_file : NULL;
}
