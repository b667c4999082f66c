/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-desktop.c: opens the core once, after the first frame, on a thread; tells the pages when it is there and when something changed.
 *
 * Not a second core: it holds no state of its own beyond "is it open". Main thread, except open_in_thread.
 */
#define G_LOG_DOMAIN "signet-desktop"

#include "config.h"

#include "signet-desktop.h"
#include "signet-certificate-memory.h"
#include "signet-lock-watch.h"
#include "../../core/base/signet-settings.h"
#include "../../core/token/signet-token-keeping.h"

struct _SignetDesktop {
  GObject parent_instance;

  SignetCore              *core;    /* (owned) (nullable) */
  SignetTokenManager      *tokens;  /* borrowed from core */
  GError                  *problem; /* (owned) (nullable) */
  gboolean                 is_open;
  guint                    listed_timer;
  SignetLockWatch         *lock_watch; /* (owned) (nullable) */
  SignetCertificateMemory *memory;     /* (owned) (nullable): while the user's data is open */
};

G_DEFINE_FINAL_TYPE (SignetDesktop, signet_desktop, G_TYPE_OBJECT)

#define LISTED_INTERVAL 150 /* ms: until the first listing of tokens is complete; an empty list changes nothing and so says nothing */

enum { OPENED, CHANGED, TOKENS_LISTED, N_SIGNALS };
static guint signals[N_SIGNALS];

/* every part is made here, one after the other, so that later threads only read */
static void
open_in_thread (GTask        *task,
                gpointer      source,
                gpointer      data,
                GCancellable *cancellable)
{
  SignetCore *core = data;
  g_autoptr(GError) error = NULL;

  signet_token_manager_set_pin_keeping (signet_core_get_tokens (core), signet_settings_get_pin_keeping ());
  signet_core_get_http (core);
  signet_core_get_authorities (core);
  signet_core_get_anchors (core);
  signet_core_get_ca_certificates (core);
  if (signet_core_get_store (core, &error) == NULL || signet_core_get_journal (core, &error) == NULL ||
      signet_core_get_enrolment (core, &error) == NULL)
    g_task_return_error (task, g_steal_pointer (&error));
  else
    g_task_return_boolean (task, TRUE);
}

static void
on_opened_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      data)
{
  SignetDesktop *self = SIGNET_DESKTOP (source);

  if (!g_task_propagate_boolean (G_TASK (result), &self->problem))
    g_warning ("the user's data cannot be opened: %s", self->problem->message);
  else
    self->memory = signet_certificate_memory_new (self->core);
  self->is_open = TRUE;
  g_signal_emit (self, signals[OPENED], 0);
}

static gboolean
on_listed_timer_cb (gpointer data)
{
  SignetDesktop *self = data;

  if (!signet_token_manager_is_listed (self->tokens))
    return G_SOURCE_CONTINUE;
  self->listed_timer = 0;
  g_signal_emit (self, signals[TOKENS_LISTED], 0);
  return G_SOURCE_REMOVE;
}

/**
 * signet_desktop_open:
 * @self: the desktop's core
 *
 * Makes the core and opens its parts on a thread. Called once the first frame is on the screen. More calls do nothing.
 */
void
signet_desktop_open (SignetDesktop *self)
{
  g_autoptr(GTask) task = NULL;

  if (self->core != NULL)
    return;
  self->core = signet_core_new (NULL);
  self->tokens = signet_core_get_tokens (self->core);
  signet_token_manager_watch (self->tokens);
  /* whoever comes to the desk next has to show the PIN */
  self->lock_watch = signet_lock_watch_new ();
  g_signal_connect_swapped (self->lock_watch, "left", G_CALLBACK (signet_token_manager_forget_pins), self->tokens);
  self->listed_timer = g_timeout_add (LISTED_INTERVAL, on_listed_timer_cb, self);
  task = g_task_new (self, NULL, on_opened_cb, NULL);
  g_task_set_task_data (task, g_object_ref (self->core), g_object_unref);
  g_task_run_in_thread (task, open_in_thread);
}

gboolean
signet_desktop_is_open (SignetDesktop *self)
{
  return self->is_open;
}

SignetCore *
signet_desktop_get_core (SignetDesktop *self)
{
  return self->core;
}

SignetTokenManager *
signet_desktop_get_tokens (SignetDesktop *self)
{
  return self->tokens;
}

gint64
signet_desktop_now (SignetDesktop *self)
{
  return self->core != NULL ? signet_clock_now (signet_core_get_clock (self->core)) : g_get_real_time () / G_USEC_PER_SEC;
}

/**
 * signet_desktop_dup_tokens:
 * @self: the desktop's core
 *
 * Returns: (transfer full) (element-type SignetToken): the tokens there are now; empty before the core is open
 */
GPtrArray *
signet_desktop_dup_tokens (SignetDesktop *self)
{
  GPtrArray *tokens = g_ptr_array_new_with_free_func (g_object_unref);
  guint n = self->tokens != NULL ? g_list_model_get_n_items (G_LIST_MODEL (self->tokens)) : 0;

  for (guint i = 0; i < n; i++)
    g_ptr_array_add (tokens, g_list_model_get_item (G_LIST_MODEL (self->tokens), i));
  return tokens;
}

/**
 * signet_desktop_find_key:
 * @self: the desktop's core
 * @uri: a key's RFC 7512 URI
 *
 * Returns: (transfer full) (nullable): the key, when its token is there now
 */
SignetTokenKey *
signet_desktop_find_key (SignetDesktop *self,
                         const char    *uri)
{
  g_autoptr(GPtrArray) tokens = signet_desktop_dup_tokens (self);

  for (guint i = 0; i < tokens->len; i++)
    {
      GPtrArray *keys = signet_token_get_keys (g_ptr_array_index (tokens, i));

      for (guint k = 0; keys != NULL && k < keys->len; k++)
        if (g_strcmp0 (signet_token_key_get_uri (g_ptr_array_index (keys, k)), uri) == 0)
          return g_object_ref (g_ptr_array_index (keys, k));
    }
  return NULL;
}

void
signet_desktop_record (SignetDesktop     *self,
                       const char        *act,
                       SignetToken       *token,
                       SignetCertificate *certificate)
{
  g_autoptr(GError) error = NULL;

  if (!signet_core_record (self->core, act, token, certificate, &error))
    g_warning ("%s does not stand in the journal: %s", act, error->message);
}

void
signet_desktop_tell_changed (SignetDesktop *self)
{
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
signet_desktop_finalize (GObject *object)
{
  SignetDesktop *self = SIGNET_DESKTOP (object);

  g_clear_handle_id (&self->listed_timer, g_source_remove);
  if (self->lock_watch != NULL)
    g_signal_handlers_disconnect_by_data (self->lock_watch, self->tokens);
  g_clear_object (&self->lock_watch);
  g_clear_object (&self->memory);
  g_clear_object (&self->core);
  g_clear_error (&self->problem);
  G_OBJECT_CLASS (signet_desktop_parent_class)->finalize (object);
}

static void
signet_desktop_class_init (SignetDesktopClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = signet_desktop_finalize;
  signals[OPENED] = g_signal_new ("opened", SIGNET_TYPE_DESKTOP, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[CHANGED] = g_signal_new ("changed", SIGNET_TYPE_DESKTOP, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[TOKENS_LISTED] =
    g_signal_new ("tokens-listed", SIGNET_TYPE_DESKTOP, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
signet_desktop_init (SignetDesktop *self)
{
}

SignetDesktop *
signet_desktop_new (void)
{
  return g_object_new (SIGNET_TYPE_DESKTOP, NULL);
}
