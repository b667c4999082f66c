/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-token-call.c: calling the process that holds a module: turns, deadlines, and what a failure means.
 *
 * Nothing the process says or does is trusted. A missed deadline kills it. A cancelled call is abandoned: its caller goes, and
 * the next one waits until the module is through with it, within the call's own deadline, so that whoever is logged in there
 * stays so; only a short call in a process where nobody is logged in is killed at once. Any thread.
 */
#define G_LOG_DOMAIN "signet-token-call"

#include "config.h"

#include "signet-token-call-private.h"

#include "signet-token-private.h"

void
_signet_token_host_kill (SignetTokenHostRef *host)
{
  host->dead = TRUE;
  if (host->child != NULL)
    signet_child_kill (host->child);
}

/* --- turns --- */

/* Called with the lock held. @limit: signatures at the same time; 0: a call that wants the module for itself. */
static gboolean
is_free (SignetTokenHostRef *host, guint limit)
{
  if (host->busy)
    return FALSE;
  return limit == 0 ? host->n_signing == 0 : host->n_signing < limit && host->n_waiting == 0;
}

static gboolean
wait_for_turn (SignetTokenHostRef *host, guint limit, GCancellable *cancellable, GError **error)
{
  while (!is_free (host, limit) && !host->dead)
    {
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      g_cond_wait_until (&host->turn, &host->lock, g_get_monotonic_time () + 50 * G_TIME_SPAN_MILLISECOND);
    }
  if (!host->dead)
    return TRUE;
  g_set_error_literal (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_NOT_LOGGED_IN, "the process that held the module has ended");
  return FALSE;
}

SignetTokenHost *
_signet_token_host_begin (SignetTokenHostRef *host,
                          SignetTokenDeadline deadline,
                          int *milliseconds,
                          GCancellable *cancellable,
                          GError **error)
{
  gboolean mine = FALSE;

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  g_mutex_lock (&host->lock);
  host->n_waiting++;
  mine = wait_for_turn (host, 0, cancellable, error);
  host->n_waiting--;
  if (mine)
    {
      host->busy = TRUE;
      host->doing = deadline;
    }
  else
    g_cond_broadcast (&host->turn);
  g_mutex_unlock (&host->lock);
  *milliseconds = (int) host->deadlines[deadline];
  return mine ? host->proxy : NULL;
}

/**
 * _signet_token_host_begin_signing:
 * @limit: how many signatures may be under way in this process, this one included
 * @milliseconds: (out): the deadline; it counts from now, so those before it are counted in
 *
 * Like begin, but beside other signatures; ended by _signet_token_host_end_signing().
 */
SignetTokenHost *
_signet_token_host_begin_signing (SignetTokenHostRef *host,
                                  guint limit,
                                  int *milliseconds,
                                  GCancellable *cancellable,
                                  GError **error)
{
  guint64 deadline = host->deadlines[SIGNET_TOKEN_DEADLINE_SIGNING];
  gboolean mine = FALSE;

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  g_mutex_lock (&host->lock);
  mine = wait_for_turn (host, MAX (limit, 1), cancellable, error);
  if (mine)
    host->n_signing++;
  deadline *= MAX (host->n_signing, 1);
  g_mutex_unlock (&host->lock);
  *milliseconds = (int) MIN (deadline, G_MAXINT);
  return mine ? host->proxy : NULL;
}

gboolean
_signet_token_host_is_idle (SignetTokenHostRef *host)
{
  gboolean idle = FALSE;

  g_mutex_lock (&host->lock);
  idle = is_free (host, 0) || host->dead;
  g_mutex_unlock (&host->lock);
  return idle;
}

gboolean
_signet_token_host_try_begin (SignetTokenHostRef *host)
{
  gboolean mine = FALSE;

  g_mutex_lock (&host->lock);
  mine = is_free (host, 0) && !host->dead;
  if (mine)
    {
      host->busy = TRUE;
      host->doing = SIGNET_TOKEN_DEADLINE_LISTING;
    }
  g_mutex_unlock (&host->lock);
  return mine;
}

static void
give_turn_on (SignetTokenHostRef *host, gboolean signing)
{
  g_mutex_lock (&host->lock);
  if (signing)
    host->n_signing--;
  else
    host->busy = FALSE;
  g_cond_broadcast (&host->turn);
  g_mutex_unlock (&host->lock);
}

/* --- what a failure means --- */

static void
set_hung (GError **error)
{
  g_set_error_literal (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_MODULE_HUNG,
                       "the module did not answer within its deadline");
}

static void
set_crashed (SignetTokenHostRef *host, GError **error)
{
  g_autofree char *end = NULL;

  if (signet_child_wait (host->child, 1000))
    end = signet_child_describe_end (host->child);
  g_set_error (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_MODULE_CRASHED, "the process that held the module ended: %s",
               end != NULL ? end : "it closed its connection");
}

/* The connection went: by itself, or because the deadline of a call beside this one passed. */
static void
set_gone (SignetTokenHostRef *host, GError **error)
{
  gboolean hung = FALSE;

  g_mutex_lock (&host->lock);
  hung = host->hung;
  g_mutex_unlock (&host->lock);
  if (hung)
    set_hung (error);
  else
    set_crashed (host, error);
}

typedef enum
{
  NOTHING, /* the module has answered */
  ABANDON,
  KILL,
} Consequence;

static Consequence
judge (SignetTokenHostRef *host, GError *failure, GError **error)
{
  if (failure->domain == SIGNET_TOKEN_ERROR)
    {
      g_propagate_error (error, g_error_copy (failure));
      return NOTHING;
    }
  if (g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_propagate_error (error, g_error_copy (failure));
      return ABANDON;
    }
  if (g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    set_hung (error);
  else if (g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT))
    g_set_error (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_MODULE_LIED, "the token host's answer makes no sense: %s",
                 failure->message);
  else
    set_gone (host, error);
  return KILL;
}

static void
kill_now (SignetTokenHostRef *host, gboolean hung)
{
  g_mutex_lock (&host->lock);
  host->hung |= hung;
  _signet_token_host_kill (host);
  g_mutex_unlock (&host->lock);
}

/* --- abandoned calls --- */

typedef struct
{
  SignetTokenHostRef *host; /* (owned) */
  gboolean signing;
  int milliseconds;
} Abandoned;

/* The host answers calls in their order: when this one is answered, so is the one nobody waits for any more. */
static gpointer
wait_for_the_end (gpointer data)
{
  Abandoned *call = data;
  g_autoptr (GError) failure = NULL;

  if (!signet_token_host_call_settle_sync (call->host->proxy, call->milliseconds, NULL, &failure))
    kill_now (call->host, g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_TIMED_OUT));
  give_turn_on (call->host, call->signing);
  _signet_token_host_unref (call->host);
  g_free (call);
  return NULL;
}

/* FALSE: nobody is logged in and nothing is being written: a new process is sooner there than an answer. */
static gboolean
is_worth_waiting (SignetTokenHostRef *host, gboolean signing)
{
  gboolean worth = FALSE;

  g_mutex_lock (&host->lock);
  worth = !host->dead && (signing || host->doing != SIGNET_TOKEN_DEADLINE_LISTING || g_hash_table_size (host->logins) > 0);
  g_mutex_unlock (&host->lock);
  return worth;
}

static void
abandon (SignetTokenHostRef *host, gboolean signing)
{
  Abandoned *call = g_new0 (Abandoned, 1);

  call->host = _signet_token_host_ref (host);
  call->signing = signing;
  call->milliseconds = (int) host->deadlines[signing ? SIGNET_TOKEN_DEADLINE_SIGNING : host->doing];
  g_thread_unref (g_thread_new ("signet-abandoned", wait_for_the_end, call));
}

static gboolean
end (SignetTokenHostRef *host, gboolean signing, gboolean succeeded, GError *failure, GError **error)
{
  Consequence consequence = succeeded ? NOTHING : judge (host, failure, error);

  if (consequence == ABANDON && !is_worth_waiting (host, signing))
    consequence = KILL;
  if (consequence == KILL)
    kill_now (host, g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_TIMED_OUT));
  if (consequence == ABANDON)
    abandon (host, signing);
  else
    give_turn_on (host, signing);
  g_clear_error (&failure);
  return succeeded;
}

/**
 * _signet_token_host_end:
 * @succeeded: what the generated call returned
 * @failure: (transfer full) (nullable): the error it set
 *
 * Returns: @succeeded
 */
gboolean
_signet_token_host_end (SignetTokenHostRef *host, gboolean succeeded, GError *failure, GError **error)
{
  return end (host, FALSE, succeeded, failure, error);
}

gboolean
_signet_token_host_end_signing (SignetTokenHostRef *host, gboolean succeeded, GError *failure, GError **error)
{
  return end (host, TRUE, succeeded, failure, error);
}
