/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-asic-whole.c: the record of what was signed names the SHA-256 of the whole container. Its documents are there, and stay as they are, from before the
 * PIN on: they are hashed for it beside the digests that will be signed, and while the token works. Nothing depends on it: what fails here is done later.
 */
#define G_LOG_DOMAIN "signet-asic-whole"

#include "config.h"

#include "signet-asic-whole-private.h"

#define WINDOW (256 * 1024)

struct _SignetAsicWhole {
  SignetDocumentFile *file;
  guint64             length;
  EVP_MD_CTX         *state;
  GThread            *thread; /* (nullable): while it runs */
  gint                stop;   /* (atomic) */
  gboolean            done;   /* when it has ended */
};

static gpointer
run (gpointer data)
{
  SignetAsicWhole *self = data;
  g_autofree guint8 *window = g_malloc (WINDOW);
  gboolean ok = EVP_DigestInit_ex (self->state, EVP_sha256 (), NULL) == 1;
  gsize step = 0;

  for (guint64 at = 0; ok && at < self->length; at += step)
    {
      step = (gsize) MIN (WINDOW, self->length - at);
      ok = !g_atomic_int_get (&self->stop) && signet_document_file_read (self->file, at, window, step, NULL)
           && EVP_DigestUpdate (self->state, window, step) == 1;
    }
  self->done = ok;
  return NULL;
}

SignetAsicWhole *
_signet_asic_whole_new (SignetDocumentFile *file, guint64 length)
{
  SignetAsicWhole *self = g_new0 (SignetAsicWhole, 1);

  self->file = g_object_ref (file);
  self->length = length;
  self->state = EVP_MD_CTX_new ();
  self->thread = g_thread_try_new ("signet-whole", run, self, NULL);
  return self;
}

static void
end (SignetAsicWhole *self)
{
  g_clear_pointer (&self->thread, g_thread_join);
}

void
_signet_asic_whole_tell (SignetAsicWhole *self, SignetDocumentFile *written)
{
  end (self);
  if (self->done)
    signet_document_file_set_known_prefix (written, SIGNET_DIGEST_SHA256, self->length, self->state);
}

void
_signet_asic_whole_free (SignetAsicWhole *self)
{
  g_atomic_int_set (&self->stop, 1);
  end (self);
  EVP_MD_CTX_free (self->state);
  g_object_unref (self->file);
  g_free (self);
}
