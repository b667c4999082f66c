/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-token-session.c: logged in to one token: keys are made, signers given out, certificates written, keys deleted.
 *
 * Lives in one host process: when that dies the session is over (NOT_LOGGED_IN). A second login to the same token gets a
 * process of its own, for within one PKCS#11 process all sessions share one login, and a wrong PIN would look accepted.
 * Blocking, worker threads; calls on one session from several threads take turns.
 */
#define G_LOG_DOMAIN "signet-token-session"

#include "config.h"

#include <gio/gunixfdlist.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/x509.h>
#include <p11-kit/pkcs11.h>
#include <string.h>

#include "signet-token-session-private.h"

G_DEFINE_FINAL_TYPE (SignetTokenSession, signet_token_session, G_TYPE_OBJECT)

static void signet_token_session_finalize (GObject *object);

static void
signet_token_session_class_init (SignetTokenSessionClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = signet_token_session_finalize;
}

static void
signet_token_session_init (SignetTokenSession *self)
{
  g_mutex_init (&self->lock);
}

/* --- for the signer --- */

SignetToken *
_signet_token_session_get_token (SignetTokenSession *self)
{
  return self->token;
}

SignetTokenHostRef *
_signet_token_session_get_host (SignetTokenSession *self)
{
  return self->host;
}

guint
_signet_token_session_get_id (SignetTokenSession *self)
{
  return self->id;
}

/* How surely the private key @object belongs to @key: 0 not at all. CKA_ID may be missing or be shared; a modulus never lies. */
static guint
match (SignetTokenObject *object, SignetTokenKey *key, gulong key_type)
{
  g_autoptr (GBytes) spki = NULL;

  if (object->class != CKO_PRIVATE_KEY || object->key_type != key_type || object->signs == SIGNET_TOKEN_FACT_NO)
    return 0;
  spki = _signet_token_object_dup_spki (object);
  if (spki != NULL)
    return _signet_token_spki_same_key (spki, _signet_token_key_get_spki (key)) ? 3 : 0;
  if (g_bytes_get_size (object->id) > 0 && g_bytes_equal (object->id, _signet_token_key_get_id (key)))
    return 2;
  return g_bytes_get_size (_signet_token_key_get_id (key)) == 0 ? 1 : 0;
}

SignetTokenObject *
_signet_token_session_find_private (SignetTokenSession *self, SignetTokenKey *key)
{
  gulong key_type = _signet_token_spki_get_key_type (_signet_token_key_get_spki (key));
  SignetTokenObject *best = NULL;
  guint best_score = 0;

  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->objects->len; i++)
    {
      guint score = match (self->objects->pdata[i], key, key_type);

      if (score > best_score)
        {
          best = self->objects->pdata[i];
          best_score = score;
        }
    }
  g_mutex_unlock (&self->lock);
  return best;
}

/* --- logging in --- */

static gboolean
call_login (SignetTokenSession *self,
            SignetTokenHost *proxy,
            GUnixFDList *fds,
            int deadline,
            GVariant **objects,
            GCancellable *cancellable,
            GError **error)
{
  const char *token = _signet_token_get_id (self->token);

  if (self->manages)
    return signet_token_host_call_login_manager_sync (proxy, token, fds, deadline, &self->id, objects, cancellable, error);
  return signet_token_host_call_login_sync (proxy, token, fds, deadline, &self->id, objects, cancellable, error);
}

static gboolean
login_once (gpointer data, SignetSecret *pin, GError **error)
{
  SignetTokenSession *self = data;
  /* a PIN on its way is not called back; a person at a PIN pad may walk away */
  GCancellable *cancellable = pin == NULL ? self->cancellable : NULL;
  g_autoptr (GVariant) objects = NULL;
  g_autoptr (GUnixFDList) fds = NULL;
  g_autoptr (GError) failure = NULL;
  SignetTokenHost *proxy = NULL;
  int deadline = 0;
  gboolean ok = FALSE;

  fds = _signet_token_pin_list (pin, NULL, error);
  if (fds == NULL)
    return FALSE;
  proxy = _signet_token_host_begin (self->host, SIGNET_TOKEN_DEADLINE_SIGNING, &deadline, cancellable, error);
  if (proxy != NULL)
    {
      ok = call_login (self, proxy, fds, deadline, &objects, cancellable, &failure);
      ok = _signet_token_host_end (self->host, ok, g_steal_pointer (&failure), error);
    }
  if (!ok)
    return FALSE;
  g_atomic_int_set (&self->open, TRUE);
  self->objects = _signet_token_parse_objects (objects);
  return TRUE;
}

static SignetTokenHostRef *
claim_new_host (SignetToken *token, GCancellable *cancellable, GError **error)
{
  SignetTokenHostRef *host = _signet_token_module_new_host (_signet_token_get_module (token), cancellable, error);

  if (host != NULL)
    _signet_token_host_claim_login (host, _signet_token_get_id (token));
  return host;
}

/* The module's process when the token is not logged in there yet, else one for us alone. That also for a PIN pad: whoever cancels
 * what a reader waits for ends the process. */
SignetTokenHostRef *
_signet_token_claim_host (SignetToken *token, GCancellable *cancellable, GError **error)
{
  g_autoptr (SignetTokenHostRef) host = NULL;

  if (_signet_token_is_pad (token))
    return claim_new_host (token, cancellable, error);
  host = _signet_token_module_ensure_host (_signet_token_get_module (token), cancellable, error);
  if (host == NULL)
    return NULL;
  if (_signet_token_host_claim_login (host, _signet_token_get_id (token)))
    return g_steal_pointer (&host);
  return claim_new_host (token, cancellable, error);
}

void
_signet_token_give_back_host (SignetToken *token, SignetTokenHostRef *host, GCancellable *cancellable)
{
  _signet_token_host_release_login (host, _signet_token_get_id (token));
  if (_signet_token_is_pad (token) && g_cancellable_is_cancelled (cancellable))
    _signet_token_host_abort (host);
}

gboolean
_signet_token_check_ready (SignetToken *token, GError **error)
{
  if (signet_token_is_initialized (token))
    return TRUE;
  g_set_error_literal (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_NOT_LOGGED_IN,
                       "the token is not initialised: it has no PIN yet");
  return FALSE;
}

static gboolean
resume_kept (SignetTokenSession *self, GCancellable *cancellable)
{
  g_autoptr (GVariant) objects = NULL;

  if (!_signet_token_keeping_resume (self->token, &self->host, &self->id, &objects, cancellable))
    return FALSE;
  self->objects = _signet_token_parse_objects (objects);
  g_atomic_int_set (&self->open, TRUE);
  return TRUE;
}

/**
 * signet_token_login:
 * @self: a token
 * @interaction: whom to ask for the PIN
 * @about: (nullable): document and certificate of the question
 *
 * Each answer is tried once. A wrong one is followed by the next question (%SIGNET_PIN_FLAG_RETRY) until the person gives up
 * (then the error is WRONG_PIN, not cancelled) or the token locks. Where a login was kept (signet-token-keeping.h) nothing is
 * asked.
 *
 * Returns: (transfer full) (nullable): a session that logs out when dropped
 */
SignetTokenSession *
signet_token_login (SignetToken *self,
                    SignetInteraction *interaction,
                    const SignetPinQuestion *about,
                    GCancellable *cancellable,
                    GError **error)
{
  g_autoptr (SignetTokenSession) session = NULL;
  gboolean ok = FALSE;

  g_return_val_if_fail (SIGNET_IS_TOKEN (self), NULL);
  g_return_val_if_fail (SIGNET_IS_INTERACTION (interaction), NULL);

  if (!_signet_token_check_ready (self, error))
    return NULL;
  session = g_object_new (SIGNET_TYPE_TOKEN_SESSION, NULL);
  session->token = g_object_ref (self);
  session->cancellable = cancellable;
  if (resume_kept (session, cancellable))
    {
      session->cancellable = NULL;
      session->born = _signet_token_keeping_get_generation ();
      return g_steal_pointer (&session);
    }
  session->host = _signet_token_claim_host (self, cancellable, error);
  if (session->host == NULL)
    return NULL;
  if (_signet_token_needs_login (self))
    ok = _signet_token_ask_and_try (self, session->host, interaction, about, SIGNET_PIN_USER, login_once, session, cancellable,
                                    error);
  else
    ok = login_once (session, NULL, error);
  if (!ok)
    {
      _signet_token_give_back_host (self, session->host, cancellable);
      return NULL;
    }
  session->cancellable = NULL;
  session->born = _signet_token_keeping_get_generation ();
  return g_steal_pointer (&session);
}

/* --- logging in to write --- */

/* Asks for the management key, or for the PIN where the card keeps the key behind it. */
static gboolean
log_in_manager (SignetTokenSession *self,
                SignetInteraction *interaction,
                const SignetPinQuestion *about,
                GCancellable *cancellable,
                GError **error)
{
  SignetTokenCard card;
  SignetPinKind kind = SIGNET_PIN_MANAGEMENT;

  _signet_token_card_read (self->token, self->host, &card, cancellable, NULL);
  if (card.management_unsuited)
    {
      g_set_error_literal (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_UNSUPPORTED,
                           "the card's management key is one of AES, and its module (ykcs11 before 2.3) knows 3DES only");
      return FALSE;
    }
  if (card.management_guarded)
    kind = SIGNET_PIN_USER;
  return _signet_token_ask_and_try (self->token, self->host, interaction, about, kind, login_once, self, cancellable, error);
}

/**
 * signet_token_login_to_write:
 * @about: (nullable): document and certificate of the question
 *
 * Where a token takes keys and certificates only from who has its management key, that is asked for, and the session signs too:
 * asking for the PIN at each signature. For all other tokens it is signet_token_login().
 *
 * Returns: (transfer full) (nullable): a session that logs out when dropped
 */
SignetTokenSession *
signet_token_login_to_write (SignetToken *self,
                             SignetInteraction *interaction,
                             const SignetPinQuestion *about,
                             GCancellable *cancellable,
                             GError **error)
{
  g_autoptr (SignetTokenSession) session = NULL;

  g_return_val_if_fail (SIGNET_IS_TOKEN (self), NULL);
  g_return_val_if_fail (SIGNET_IS_INTERACTION (interaction), NULL);

  if (!signet_token_needs_manager (self))
    return signet_token_login (self, interaction, about, cancellable, error);
  if (!_signet_token_check_ready (self, error))
    return NULL;
  _signet_token_keeping_forget (self);
  session = g_object_new (SIGNET_TYPE_TOKEN_SESSION, NULL);
  session->token = g_object_ref (self);
  session->manages = TRUE;
  /* a process of its own: nobody logs in to write where anybody is logged in */
  session->host = claim_new_host (self, cancellable, error);
  if (session->host == NULL)
    return NULL;
  if (log_in_manager (session, interaction, about, cancellable, error))
    return g_steal_pointer (&session);
  _signet_token_give_back_host (self, session->host, cancellable);
  return NULL;
}

gboolean
_signet_token_session_manages (SignetTokenSession *self)
{
  return self->manages;
}

gboolean
_signet_token_session_may_write (SignetTokenSession *self, GError **error)
{
  if (self->manages || !signet_token_needs_manager (self->token))
    return TRUE;
  g_set_error_literal (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_NOT_LOGGED_IN,
                       "the card takes keys and certificates only after its management key was shown");
  return FALSE;
}

/* --- calls --- */

gboolean
_signet_token_session_check_open (SignetTokenSession *self, GError **error)
{
  if (g_atomic_int_get (&self->open))
    return TRUE;
  g_set_error_literal (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_NOT_LOGGED_IN, "the session is closed");
  return FALSE;
}

SignetTokenHost *
_signet_token_session_begin (SignetTokenSession *self,
                             SignetTokenDeadline deadline,
                             int *milliseconds,
                             GCancellable *cancellable,
                             GError **error)
{
  if (!_signet_token_session_check_open (self, error))
    return NULL;
  return _signet_token_host_begin (self->host, deadline, milliseconds, cancellable, error);
}

/* After a call that wrote: also when it failed, for nobody knows how far it came. */
gboolean
_signet_token_session_end_writing (SignetTokenSession *self, gboolean ok, GError *failure, GError **error)
{
  _signet_token_module_touch (_signet_token_get_module (self->token));
  return _signet_token_host_end (self->host, ok, failure, error);
}

/**
 * signet_token_session_new_signer:
 * @key: one of this token's keys, or what generate_key returned
 * @interaction: asked again for every signature of a key that wants that (CKA_ALWAYS_AUTHENTICATE)
 *
 * Returns: (transfer full) (nullable): signs while the session is open; keeps it alive
 */
SignetSigner *
signet_token_session_new_signer (SignetTokenSession *self, SignetTokenKey *key, SignetInteraction *interaction, GError **error)
{
  SignetTokenObject *object = NULL;

  g_return_val_if_fail (SIGNET_IS_TOKEN_SESSION (self), NULL);
  g_return_val_if_fail (SIGNET_IS_TOKEN_KEY (key), NULL);

  object = _signet_token_session_find_private (self, key);
  if (object != NULL)
    return _signet_token_signer_new (self, key, object, interaction);
  g_set_error (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_NOT_FOUND, "the token has no private key for %s",
               signet_token_key_get_sha256 (key));
  return NULL;
}

/* --- logging out --- */

typedef struct
{
  SignetTokenHostRef *host; /* (owned) */
  guint id;
  char *token;       /* (owned) */
  SignetToken *keep; /* (owned) (nullable): may be kept for a while */
  guint born;
} Logout;

static void
logout_free (Logout *logout)
{
  g_clear_object (&logout->keep);
  _signet_token_host_unref (logout->host);
  g_free (logout->token);
  g_free (logout);
}

static Logout *
logout_new (SignetTokenHostRef *host, guint id, const char *token)
{
  Logout *logout = g_new0 (Logout, 1);

  logout->host = _signet_token_host_ref (host);
  logout->id = id;
  logout->token = g_strdup (token);
  return logout;
}

static gpointer
log_out (gpointer data)
{
  Logout *logout = data;
  g_autoptr (GError) failure = NULL;
  int deadline = 0;
  gboolean ok = FALSE;
  SignetTokenHost *proxy = NULL;

  if (logout->keep != NULL && _signet_token_keeping_keep (logout->keep, logout->host, logout->id, logout->born))
    {
      logout_free (logout);
      return NULL;
    }
  proxy = _signet_token_host_begin (logout->host, SIGNET_TOKEN_DEADLINE_LISTING, &deadline, NULL, NULL);
  if (proxy != NULL)
    {
      ok = signet_token_host_call_logout_sync (proxy, logout->id, deadline, NULL, &failure);
      _signet_token_host_end (logout->host, ok, g_steal_pointer (&failure), NULL);
    }
  _signet_token_host_release_login (logout->host, logout->token);
  if (!ok)
    _signet_token_host_retire (logout->host);
  logout_free (logout);
  return NULL;
}

void
_signet_token_log_out_later (SignetTokenHostRef *host, guint id, const char *token)
{
  g_thread_unref (g_thread_new ("signet-logout", log_out, logout_new (host, id, token)));
}

static void
close_session (SignetTokenSession *self, gboolean waits)
{
  Logout *logout = NULL;

  if (!g_atomic_int_compare_and_exchange (&self->open, TRUE, FALSE))
    return;
  logout = logout_new (self->host, self->id, _signet_token_get_id (self->token));
  logout->keep = self->manages ? NULL : g_object_ref (self->token);
  logout->born = self->born;
  if (waits && _signet_token_host_is_idle (self->host))
    log_out (logout);
  else
    g_thread_unref (g_thread_new ("signet-logout", log_out, logout));
}

/**
 * signet_token_session_close:
 *
 * Logs out; after the call that is under way, when somebody else's or an abandoned one is, and then without being waited for.
 * What was given out of this session stops working. Called again it does nothing.
 */
void
signet_token_session_close (SignetTokenSession *self)
{
  g_return_if_fail (SIGNET_IS_TOKEN_SESSION (self));

  close_session (self, TRUE);
}

static void
signet_token_session_finalize (GObject *object)
{
  SignetTokenSession *self = SIGNET_TOKEN_SESSION (object);

  /* the thread that draws the window waits for no module */
  close_session (self, !g_main_context_is_owner (g_main_context_default ()));
  g_clear_pointer (&self->objects, g_ptr_array_unref);
  g_clear_pointer (&self->host, _signet_token_host_unref);
  g_clear_object (&self->token);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (signet_token_session_parent_class)->finalize (object);
}
