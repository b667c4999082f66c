/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-token-keeping.c: logins that outlive their session for a while.
 *
 * A session that ends is not logged out but left to its host process, which logs it out by itself when the time is over; a login
 * to that token meanwhile takes it over. No PIN is kept anywhere, and nothing is tried: a token that was pulled, or a time that
 * is over, leads to the question as always. One list for the program; any thread.
 */
#define G_LOG_DOMAIN "signet-token-keeping"

#include "config.h"

#include <time.h>

#include "../base/signet-policy.h"
#include "signet-token-keeping.h"
#include "signet-token-private.h"

typedef struct
{
  char *key;                /* (owned): module and token */
  char *token;              /* (owned): how the host calls it */
  SignetTokenHostRef *host; /* (owned): its login is still claimed */
  guint id;
  gint64 until; /* CLOCK_BOOTTIME, seconds */
} Kept;

static GMutex lock; /* for what follows */
static GPtrArray *all;
static guint seconds;
static guint generation; /* what was logged in before a "forget" is not kept afterwards */

/* A laptop that sleeps is no reason to be logged in longer. */
static gint64
now (void)
{
  struct timespec time = { 0 };

  clock_gettime (CLOCK_BOOTTIME, &time);
  return (gint64) time.tv_sec;
}

static char *
key_of (SignetToken *token)
{
  SignetTokenModule *module = _signet_token_get_module (token);
  const char *dir = _signet_token_module_get_software_dir (module);

  return g_strdup_printf ("%s\n%s\n%s", _signet_token_module_get_path (module), dir != NULL ? dir : "", _signet_token_get_id (token));
}

static void
kept_free (Kept *kept)
{
  if (kept->host != NULL)
    _signet_token_host_unref (kept->host);
  g_free (kept->key);
  g_free (kept->token);
  g_free (kept);
}

/* Takes @kept. */
static void
end (Kept *kept)
{
  _signet_token_log_out_later (kept->host, kept->id, kept->token);
  kept_free (kept);
}

/* Called with the lock held. */
static Kept *
steal (const char *key)
{
  for (guint i = 0; all != NULL && i < all->len; i++)
    if (g_str_equal (((Kept *) all->pdata[i])->key, key))
      return g_ptr_array_steal_index (all, i);
  return NULL;
}

/* --- for sessions --- */

guint
_signet_token_keeping_get_generation (void)
{
  guint result = 0;

  g_mutex_lock (&lock);
  result = generation;
  g_mutex_unlock (&lock);
  return result;
}

static gboolean
call_keep (SignetTokenHostRef *host, guint id, guint for_seconds)
{
  g_autoptr (GError) failure = NULL;
  int deadline = 0;
  gboolean ok = FALSE;
  SignetTokenHost *proxy = _signet_token_host_begin (host, SIGNET_TOKEN_DEADLINE_LISTING, &deadline, NULL, NULL);

  if (proxy == NULL)
    return FALSE;
  ok = signet_token_host_call_keep_session_sync (proxy, id, for_seconds, deadline, NULL, &failure);
  return _signet_token_host_end (host, ok, g_steal_pointer (&failure), NULL);
}

/**
 * _signet_token_keeping_keep:
 * @born: the generation at login
 *
 * Returns: whether the login stays, and with it the claim on it; if not, the caller logs out
 */
gboolean
_signet_token_keeping_keep (SignetToken *token, SignetTokenHostRef *host, guint id, guint born)
{
  Kept *kept = NULL;
  Kept *older = NULL;
  guint for_seconds = 0;
  gboolean forgotten = FALSE;

  g_mutex_lock (&lock);
  for_seconds = born == generation ? seconds : 0;
  g_mutex_unlock (&lock);
  if (for_seconds == 0 || !_signet_token_needs_login (token) || !call_keep (host, id, for_seconds))
    return FALSE;
  kept = g_new0 (Kept, 1);
  kept->key = key_of (token);
  kept->token = g_strdup (_signet_token_get_id (token));
  kept->host = _signet_token_host_ref (host);
  kept->id = id;
  kept->until = now () + for_seconds;
  g_mutex_lock (&lock);
  forgotten = born != generation;
  older = steal (kept->key);
  if (!forgotten)
    g_ptr_array_add (all, kept);
  g_mutex_unlock (&lock);
  if (older != NULL)
    end (older);
  if (forgotten)
    kept_free (kept);
  return !forgotten;
}

static gboolean
call_resume (Kept *kept, GVariant **objects, GCancellable *cancellable)
{
  g_autoptr (GError) failure = NULL;
  int deadline = 0;
  gboolean ok = FALSE;
  SignetTokenHost *proxy = _signet_token_host_begin (kept->host, SIGNET_TOKEN_DEADLINE_LISTING, &deadline, cancellable, NULL);

  if (proxy == NULL)
    return FALSE;
  ok = signet_token_host_call_resume_session_sync (proxy, kept->id, deadline, objects, cancellable, &failure);
  return _signet_token_host_end (kept->host, ok, g_steal_pointer (&failure), NULL);
}

/**
 * _signet_token_keeping_resume:
 * @host: (out) (transfer full): with the login claimed
 * @objects: (out) (transfer full): the private keys, as after a login
 *
 * Returns: %FALSE when nothing is kept for @token, or it is over
 */
gboolean
_signet_token_keeping_resume (SignetToken *token, SignetTokenHostRef **host, guint *id, GVariant **objects, GCancellable *cancellable)
{
  g_autofree char *key = key_of (token);
  Kept *kept = NULL;

  g_mutex_lock (&lock);
  kept = steal (key);
  g_mutex_unlock (&lock);
  if (kept == NULL)
    return FALSE;
  if (!call_resume (kept, objects, cancellable))
    {
      end (kept);
      return FALSE;
    }
  *host = g_steal_pointer (&kept->host);
  *id = kept->id;
  kept_free (kept);
  return TRUE;
}

/* A wrong PIN, a new one, a token set up anew: whoever is logged in has to show that again. */
void
_signet_token_keeping_forget (SignetToken *token)
{
  g_autofree char *key = key_of (token);
  Kept *kept = NULL;

  g_mutex_lock (&lock);
  generation++;
  kept = steal (key);
  g_mutex_unlock (&lock);
  if (kept != NULL)
    end (kept);
}

/* --- for faces --- */

static void
forget_all (void)
{
  g_autoptr (GPtrArray) old = NULL;

  g_mutex_lock (&lock);
  generation++;
  old = g_steal_pointer (&all);
  all = g_ptr_array_new ();
  g_mutex_unlock (&lock);
  for (guint i = 0; old != NULL && i < old->len; i++)
    end (old->pdata[i]);
}

/**
 * signet_token_manager_set_pin_keeping:
 * @wanted: seconds after the last use; cut to what the policy allows; 0: never
 *
 * For the whole program. Less than before ends what is kept now.
 */
void
signet_token_manager_set_pin_keeping (SignetTokenManager *self, guint wanted)
{
  gboolean less = FALSE;

  g_return_if_fail (SIGNET_IS_TOKEN_MANAGER (self));

  wanted = MIN (wanted, signet_policy_get_pin_keeping_maximum ());
  g_mutex_lock (&lock);
  less = wanted < seconds;
  seconds = wanted;
  if (all == NULL)
    all = g_ptr_array_new ();
  g_mutex_unlock (&lock);
  if (less)
    forget_all ();
}

guint
signet_token_manager_get_pin_keeping (SignetTokenManager *self)
{
  guint result = 0;

  g_return_val_if_fail (SIGNET_IS_TOKEN_MANAGER (self), 0);
  g_mutex_lock (&lock);
  result = seconds;
  g_mutex_unlock (&lock);
  return result;
}

/**
 * signet_token_manager_forget_pins:
 *
 * Logs out what is kept, without being waited for; what is in use now is not kept afterwards. For "forget now" and a locked screen.
 */
void
signet_token_manager_forget_pins (SignetTokenManager *self)
{
  g_return_if_fail (SIGNET_IS_TOKEN_MANAGER (self));
  forget_all ();
}

/**
 * signet_token_manager_keeps_pin:
 *
 * Returns: whether the next login to @token asks nothing, unless the token is pulled meanwhile
 */
gboolean
signet_token_manager_keeps_pin (SignetTokenManager *self, SignetToken *token)
{
  g_autofree char *key = NULL;
  gboolean keeps = FALSE;

  g_return_val_if_fail (SIGNET_IS_TOKEN_MANAGER (self), FALSE);
  g_return_val_if_fail (SIGNET_IS_TOKEN (token), FALSE);

  key = key_of (token);
  g_mutex_lock (&lock);
  for (guint i = 0; all != NULL && i < all->len; i++)
    {
      const Kept *kept = all->pdata[i];

      keeps |= g_str_equal (kept->key, key) && now () < kept->until && _signet_token_host_is_alive (kept->host);
    }
  g_mutex_unlock (&lock);
  return keeps;
}
