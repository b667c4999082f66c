/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-token-pace.c: finds out, on the first signatures of a batch, how to ask for the others.
 *
 * A few signatures one by one tell how long one takes. If that is short, the next request is sent before the answer is there, for what lies
 * between two calls would be felt; a slow card is asked for one at a time, so that a person who cancels has at most one more made. A long batch
 * then tries a second session, and keeps it only if signatures really come faster. Pure; thread-safe.
 */
#define G_LOG_DOMAIN "signet-token-pace"

#include "config.h"

#include "signet-token-pace.h"

#define WARM_UP      1                              /* the first one loads the key */
#define SAMPLE       4
#define LONG_BATCH   16                             /* from so many on a second session is worth trying */
#define WARM_UP_TWO  3
#define SAMPLE_TWO   8
#define QUICK        (50 * G_TIME_SPAN_MILLISECOND)
#define GAIN_PERCENT 66                             /* of the time one session takes: more is no gain worth two threads in the module */

typedef enum
{
  SETTLED,
  MEASURING_ONE,
  CHANGING, /* set_lanes is on its way */
  MEASURING_TWO,
} Phase;

void
_signet_token_pace_init (SignetTokenPace *self)
{
  *self = (SignetTokenPace){ .limit = 1 };
  g_mutex_init (&self->lock);
}

void
_signet_token_pace_clear (SignetTokenPace *self)
{
  g_mutex_clear (&self->lock);
}

void
_signet_token_pace_expect (SignetTokenPace *self, guint n_signatures, gboolean may_have_two)
{
  g_mutex_lock (&self->lock);
  if (self->phase == SETTLED && n_signatures > 1 && self->one == 0)
    {
      self->phase = MEASURING_ONE;
      self->tries_two = may_have_two && n_signatures >= LONG_BATCH;
      self->n = 0;
    }
  g_mutex_unlock (&self->lock);
}

guint
_signet_token_pace_get_limit (SignetTokenPace *self)
{
  guint limit = 1;

  g_mutex_lock (&self->lock);
  limit = self->limit;
  g_mutex_unlock (&self->lock);
  return limit;
}

/* One more than there are sessions when the time between two calls counts. */
static void
settle (SignetTokenPace *self, guint lanes)
{
  self->limit = lanes + (self->one < QUICK ? 1 : 0);
}

static guint
note_one (SignetTokenPace *self, gint64 microseconds)
{
  self->n++;
  if (self->n > WARM_UP)
    self->one += microseconds;
  if (self->n < WARM_UP + SAMPLE)
    return 0;
  self->one = MAX (self->one / SAMPLE, 1);
  settle (self, 1);
  self->phase = self->tries_two ? CHANGING : SETTLED;
  return self->phase == CHANGING ? 2 : 0;
}

static guint
note_two (SignetTokenPace *self, gint64 now)
{
  self->n++;
  if (self->n == WARM_UP_TWO)
    self->since = now;
  if (self->n < WARM_UP_TWO + SAMPLE_TWO)
    return 0;
  self->phase = SETTLED;
  if ((now - self->since) / SAMPLE_TWO * 100 <= self->one * GAIN_PERCENT)
    return 0;
  self->phase = CHANGING;
  return 1;
}

guint
_signet_token_pace_note (SignetTokenPace *self, gint64 begun, gint64 now)
{
  guint wanted = 0;

  g_mutex_lock (&self->lock);
  if (self->phase == MEASURING_ONE)
    wanted = note_one (self, now - begun);
  else if (self->phase == MEASURING_TWO)
    wanted = note_two (self, now);
  g_mutex_unlock (&self->lock);
  return wanted;
}

void
_signet_token_pace_set_lanes (SignetTokenPace *self, guint lanes)
{
  g_mutex_lock (&self->lock);
  settle (self, lanes);
  self->phase = lanes > 1 ? MEASURING_TWO : SETTLED;
  self->n = 0;
  g_mutex_unlock (&self->lock);
}
