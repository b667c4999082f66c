/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-token-pcsc-watch.c: one thread that waits for cards and readers to come and go. It sleeps in the reader service until
 * something happens: while nothing does, it costs nothing.
 *
 * Without the service it looks for it again, less and less often, at most every five seconds; a service that was restarted is found again
 * in the same way.
 */
#define G_LOG_DOMAIN "signet-token-pcsc-watch"

#include "config.h"

#include <string.h>

#include "signet-token-pcsc-private.h"

#define FIRST_PAUSE   500            /* milliseconds */
#define LONGEST_PAUSE 5000
#define LONGEST_WAIT  (10 * 60 * 1000)
#define SHORT_WAIT    1000           /* where the service does not tell of new readers */

struct _SignetPcscWatch
{
  GThread *thread;
  SignetPcscChanged changed;
  gpointer data;
  GMutex lock; /* for what follows */
  GCond wake;
  SignetPcsc *pcsc; /* (nullable): while connected */
  gboolean stopped;
  gboolean hurry;
  gboolean done;
};

static gboolean
is_stopped (SignetPcscWatch *self)
{
  gboolean stopped = FALSE;

  g_mutex_lock (&self->lock);
  stopped = self->stopped;
  g_mutex_unlock (&self->lock);
  return stopped;
}

/* A card is used and left all the time: that changes nothing for who lists tokens. */
static gboolean
is_same (const SignetPcscReader *a, guint n_a, const SignetPcscReader *b, guint n_b)
{
  const guint matters = SIGNET_READER_EMPTY | SIGNET_READER_PRESENT | SIGNET_READER_MUTE;

  if (n_a != n_b)
    return FALSE;
  for (guint i = 0; i < n_a; i++)
    if (strcmp (a[i].name, b[i].name) != 0 || (a[i].flags & matters) != (b[i].flags & matters) || a[i].events != b[i].events)
      return FALSE;
  return TRUE;
}

static gboolean
may_go_on (SignetPcscResult result)
{
  return result == SIGNET_PCSC_OK || result == SIGNET_PCSC_TIMEOUT;
}

static void
follow (SignetPcscWatch *self, SignetPcsc *pcsc)
{
  SignetPcscReader known[SIGNET_PCSC_MAX_READERS];
  SignetPcscReader now[SIGNET_PCSC_MAX_READERS];
  SignetPcscResult result;
  guint n_known = 0;
  guint n_now = 0;

  result = _signet_pcsc_read (pcsc, known, &n_known);
  if (result == SIGNET_PCSC_OK)
    self->changed (known, n_known, self->data);
  while (may_go_on (result) && !is_stopped (self))
    {
      result = _signet_pcsc_wait (pcsc, known, n_known, LONGEST_WAIT);
      if (result == SIGNET_PCSC_FAILED)
        {
          g_usleep (SHORT_WAIT * 1000);
          result = SIGNET_PCSC_OK;
        }
      if (may_go_on (result))
        result = _signet_pcsc_read (pcsc, now, &n_now);
      if (result != SIGNET_PCSC_OK)
        continue;
      if (!is_same (known, n_known, now, n_now))
        self->changed (now, n_now, self->data);
      memcpy (known, now, sizeof known);
      n_known = n_now;
    }
}

static void
set_pcsc (SignetPcscWatch *self, SignetPcsc *pcsc)
{
  g_mutex_lock (&self->lock);
  self->pcsc = pcsc;
  g_mutex_unlock (&self->lock);
}

static void
pause_a_while (SignetPcscWatch *self, guint milliseconds)
{
  gint64 end = g_get_monotonic_time () + milliseconds * G_TIME_SPAN_MILLISECOND;

  g_mutex_lock (&self->lock);
  while (!self->stopped && !self->hurry && g_cond_wait_until (&self->wake, &self->lock, end))
    ;
  self->hurry = FALSE;
  g_mutex_unlock (&self->lock);
}

static gpointer
watch_thread (gpointer data)
{
  SignetPcscWatch *self = data;
  guint pause = FIRST_PAUSE;

  while (!is_stopped (self))
    {
      SignetPcscResult result;
      g_autoptr (SignetPcsc) pcsc = _signet_pcsc_connect (&result);

      if (pcsc == NULL)
        {
          pause_a_while (self, pause);
          pause = MIN (2 * pause, LONGEST_PAUSE);
          continue;
        }
      pause = FIRST_PAUSE;
      set_pcsc (self, pcsc);
      follow (self, pcsc);
      set_pcsc (self, NULL);
      self->changed (NULL, 0, self->data);
    }
  g_mutex_lock (&self->lock);
  self->done = TRUE;
  g_cond_broadcast (&self->wake);
  g_mutex_unlock (&self->lock);
  return NULL;
}

SignetPcscWatch *
_signet_pcsc_watch_start (SignetPcscChanged changed, gpointer data)
{
  SignetPcscWatch *self = g_new0 (SignetPcscWatch, 1);

  self->changed = changed;
  self->data = data;
  g_mutex_init (&self->lock);
  g_cond_init (&self->wake);
  self->thread = g_thread_new ("signet-pcsc", watch_thread, self);
  return self;
}

void
_signet_pcsc_watch_hurry (SignetPcscWatch *self)
{
  g_mutex_lock (&self->lock);
  self->hurry = self->pcsc == NULL;
  g_cond_broadcast (&self->wake);
  g_mutex_unlock (&self->lock);
}

gboolean
_signet_pcsc_watch_is_alive (SignetPcscWatch *self)
{
  gboolean alive = FALSE;

  g_mutex_lock (&self->lock);
  alive = self->pcsc != NULL;
  g_mutex_unlock (&self->lock);
  return alive;
}

/* A cancel that comes before the wait is lost: it is repeated until the thread has gone. */
void
_signet_pcsc_watch_stop (SignetPcscWatch *self)
{
  g_mutex_lock (&self->lock);
  self->stopped = TRUE;
  g_cond_broadcast (&self->wake);
  while (!self->done)
    {
      if (self->pcsc != NULL)
        _signet_pcsc_cancel (self->pcsc);
      g_cond_wait_until (&self->wake, &self->lock, g_get_monotonic_time () + 20 * G_TIME_SPAN_MILLISECOND);
    }
  g_mutex_unlock (&self->lock);
  g_thread_join (self->thread);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->wake);
  g_free (self);
}
