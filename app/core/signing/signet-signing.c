/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-signing.c: one act of signing. */
#define G_LOG_DOMAIN "signet-signing"

#include "config.h"

#include "signet-signing.h"

G_DEFINE_QUARK (signet-signing-error-quark, signet_signing_error)

struct _SignetSigning {
  GObject parent;
  SignetDocumentFile *file;
};

G_DEFINE_FINAL_TYPE (SignetSigning, signet_signing, G_TYPE_OBJECT)

static void
signet_signing_finalize (GObject *object)
{
  g_clear_object (&SIGNET_SIGNING (object)->file);
  G_OBJECT_CLASS (signet_signing_parent_class)->finalize (object);
}

static void
signet_signing_class_init (SignetSigningClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = signet_signing_finalize;
}

static void
signet_signing_init (SignetSigning *self)
{
}

SignetSigning *
signet_signing_new (SignetDocumentFile *file, SignetTokenKey *key)
{
  SignetSigning *self = g_object_new (SIGNET_TYPE_SIGNING, NULL);

  self->file = g_object_ref (file);
  return self;
}

void
signet_signing_check_free (SignetSigningCheck *check)
{
  if (check == NULL)
    return;
  g_free (check->code);
  g_free (check->value);
  g_free (check->detail);
  g_free (check);
}

void signet_signing_set_seams (SignetSigning *self, SignetHttp *http, SignetClock *clock, SignetJournal *journal) { }
void signet_signing_set_chain (SignetSigning *self, GPtrArray *certificates) { }
void signet_signing_set_format (SignetSigning *self, const char *format) { }
void signet_signing_set_level (SignetSigning *self, const char *level) { }
void signet_signing_set_tsa (SignetSigning *self, const char *url) { }
void signet_signing_set_scheme (SignetSigning *self, SignetSignatureScheme scheme) { }
void signet_signing_set_pdf (SignetSigning *self, const char *reason, const char *location, const char *field, guint certify) { }
void signet_signing_set_output (SignetSigning *self, const char *path, gboolean overwrite) { }
char *signet_signing_dup_output (SignetSigning *self) { return g_strdup (""); }
void signet_signing_set_key (SignetSigning *self, SignetTokenKey *key) { }

static gboolean
not_yet (GError **error)
{
  g_set_error_literal (error, SIGNET_SIGNING_ERROR, SIGNET_SIGNING_ERROR_UNSUPPORTED, "not yet");
  return FALSE;
}

GPtrArray *
signet_signing_preflight (SignetSigning *self, GCancellable *cancellable, GError **error)
{
  not_yet (error);
  return NULL;
}

gboolean
signet_signing_run (SignetSigning *self, SignetSigner *signer, SignetInteraction *interaction, GCancellable *cancellable, GError **error)
{
  return not_yet (error);
}

gboolean
signet_signing_run_with_token (SignetSigning *self, SignetInteraction *interaction, GCancellable *cancellable, GError **error)
{
  return not_yet (error);
}

const char *
signet_signing_get_result_path (SignetSigning *self)
{
  return NULL;
}

gboolean
signet_signing_key_is_usable (SignetTokenKey *key, gint64 now, const char **reason)
{
  return TRUE;
}
