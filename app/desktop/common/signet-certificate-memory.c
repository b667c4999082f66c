/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-certificate-memory.c: follows the token list; what is new on it is noted on a thread, one listing at a time. Best effort: the window
 * does not depend on it. Not the memory itself: that is in core/enrolment. Main thread, except note_in_thread.
 */
#define G_LOG_DOMAIN "signet-certificate-memory"

#include "config.h"

#include "signet-certificate-memory.h"
#include "../../core/enrolment/signet-expiry.h"

#define SETTLING 300 /* ms: tokens of one driver come one after the other */

struct _SignetCertificateMemory {
  GObject parent_instance;

  SignetCore *core;    /* (owned) */
  char       *noted;   /* (owned) (nullable): the listing that was noted last */
  guint       timer;
  gboolean    running;
  gboolean    again;   /* the list changed while a thread was noting */
};

G_DEFINE_FINAL_TYPE (SignetCertificateMemory, signet_certificate_memory, G_TYPE_OBJECT)

typedef struct {
  SignetCore *core;   /* (owned) */
  GPtrArray  *tokens; /* (owned) */
} Listing;

static void
listing_free (gpointer data)
{
  Listing *listing = data;

  g_object_unref (listing->core);
  g_ptr_array_unref (listing->tokens);
  g_free (listing);
}

static GPtrArray *
dup_tokens (SignetCertificateMemory *self)
{
  GListModel *model = G_LIST_MODEL (signet_core_get_tokens (self->core));
  GPtrArray *tokens = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < g_list_model_get_n_items (model); i++)
    g_ptr_array_add (tokens, g_list_model_get_item (model, i));
  return tokens;
}

/* one line a token and certificate: two listings with the same lines hold nothing new */
static char *
dup_lines (GPtrArray *tokens)
{
  GString *lines = g_string_new (NULL);

  for (guint i = 0; i < tokens->len; i++)
    {
      GPtrArray *keys = signet_token_get_keys (tokens->pdata[i]);

      g_string_append_printf (lines, "%s\n", signet_token_get_uri (tokens->pdata[i]));
      for (guint k = 0; keys != NULL && k < keys->len; k++)
        {
          SignetCertificate *certificate = signet_token_key_get_certificate (keys->pdata[k]);

          if (certificate != NULL)
            g_string_append_printf (lines, "%s\n", signet_certificate_get_sha256 (certificate));
        }
    }
  return g_string_free (lines, FALSE);
}

static void
note_in_thread (GTask        *task,
                gpointer      source,
                gpointer      data,
                GCancellable *cancellable)
{
  Listing *listing = data;
  GError *error = NULL;
  SignetEnrolment *enrolment = signet_core_get_enrolment (listing->core, &error);

  if (enrolment != NULL && signet_enrolment_note_certificates (enrolment, listing->tokens, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void begin (SignetCertificateMemory *self);

static void
on_noted_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      data)
{
  SignetCertificateMemory *self = SIGNET_CERTIFICATE_MEMORY (source);
  g_autoptr(GError) error = NULL;

  self->running = FALSE;
  if (!g_task_propagate_boolean (G_TASK (result), &error))
    {
      g_info ("certificates are not remembered: %s", error->message);
      g_clear_pointer (&self->noted, g_free); /* the next listing tries again */
    }
  if (self->again)
    begin (self);
}

static void
note (SignetCertificateMemory *self,
      GPtrArray               *tokens)
{
  g_autoptr(GTask) task = g_task_new (self, NULL, on_noted_cb, NULL);
  Listing *listing = g_new0 (Listing, 1);

  listing->core = g_object_ref (self->core);
  listing->tokens = g_ptr_array_ref (tokens);
  self->running = TRUE;
  g_task_set_task_data (task, listing, listing_free);
  g_task_run_in_thread (task, note_in_thread);
}

static gboolean
on_settled_cb (gpointer data)
{
  SignetCertificateMemory *self = data;
  g_autoptr(GPtrArray) tokens = dup_tokens (self);
  g_autofree char *lines = dup_lines (tokens);

  self->timer = 0;
  /* what was on a token that is gone stays known: an empty list says nothing */
  if (tokens->len == 0 || g_strcmp0 (lines, self->noted) == 0)
    return G_SOURCE_REMOVE;
  g_free (self->noted);
  self->noted = g_steal_pointer (&lines);
  note (self, tokens);
  return G_SOURCE_REMOVE;
}

static void
begin (SignetCertificateMemory *self)
{
  self->again = self->running;
  if (!self->running && self->timer == 0)
    self->timer = g_timeout_add (SETTLING, on_settled_cb, self);
}

static void
signet_certificate_memory_finalize (GObject *object)
{
  SignetCertificateMemory *self = SIGNET_CERTIFICATE_MEMORY (object);

  g_clear_handle_id (&self->timer, g_source_remove);
  g_clear_object (&self->core);
  g_free (self->noted);
  G_OBJECT_CLASS (signet_certificate_memory_parent_class)->finalize (object);
}

static void
signet_certificate_memory_class_init (SignetCertificateMemoryClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = signet_certificate_memory_finalize;
}

static void
signet_certificate_memory_init (SignetCertificateMemory *self)
{
}

SignetCertificateMemory *
signet_certificate_memory_new (SignetCore *core)
{
  SignetCertificateMemory *self = g_object_new (SIGNET_TYPE_CERTIFICATE_MEMORY, NULL);

  self->core = g_object_ref (core);
  g_signal_connect_object (signet_core_get_tokens (core), "items-changed", G_CALLBACK (begin), self, G_CONNECT_SWAPPED);
  begin (self);
  return self;
}
