/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-token-wire.c: the core's end of the wire to a token host. Nothing that comes from there is trusted: sizes are capped, an
 * answer that is not the type it should be is an error, what nobody asked for is dropped, descriptors are not taken.
 *
 * No thread of its own: of the callers that wait, one reads for all of them. Any thread.
 */
#define G_LOG_DOMAIN "signet-token-wire"

#include "config.h"

#include "signet-token-wire.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../base/signet-base-error.h"
#include "signet-token-calls.h"
#include "signet-token-error.h"

#define MAX_MESSAGE 4096  /* bytes of an error's text */
#define LONG_ANSWER 65536 /* bytes */

/* Somebody who waits. */
typedef struct
{
  guint32 serial; /* 0: for the greeting */
  gboolean done;
  SignetTokenFrame header; /* of the answer */
  guint8 *body;            /* (owned) (nullable) */
} Wait;

struct _SignetTokenHost
{
  gatomicrefcount references;
  int fd;
  int wake;       /* an eventfd: a call was cancelled, perhaps the one that reads */
  GMutex writing; /* a frame at a time */
  GMutex lock;    /* for what follows */
  GCond changed;
  GSList *waits; /* (element-type Wait): borrowed */
  guint32 last_serial;
  gboolean reading; /* somebody reads; what follows is theirs */
  gboolean closed;
  SignetTokenFrame header;
  gsize n_header; /* bytes of it that are there */
  guint8 *body;   /* (nullable) */
  gsize n_body;
};

SignetTokenHost *
_signet_token_wire_new (int fd)
{
  SignetTokenHost *self = g_new0 (SignetTokenHost, 1);

  g_atomic_ref_count_init (&self->references);
  self->fd = fd;
  self->wake = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  g_mutex_init (&self->writing);
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  return self;
}

SignetTokenHost *
_signet_token_wire_ref (SignetTokenHost *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
_signet_token_wire_unref (SignetTokenHost *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  close (self->fd);
  if (self->wake >= 0)
    close (self->wake);
  g_free (self->body);
  g_mutex_clear (&self->writing);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->changed);
  g_free (self);
}

gboolean
_signet_token_wire_is_closed (SignetTokenHost *self)
{
  struct pollfd socket = { .fd = self->fd, .events = POLLRDHUP };
  gboolean closed = FALSE;

  g_mutex_lock (&self->lock);
  closed = self->closed;
  g_mutex_unlock (&self->lock);
  return closed || (poll (&socket, 1, 0) > 0 && (socket.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0);
}

/* --- writing --- */

/* Milliseconds until @end (monotonic), for poll(). */
static int
remaining (gint64 end)
{
  return (int) CLAMP ((end - g_get_monotonic_time () + 999) / 1000, 0, G_MAXINT);
}

static void
attach (struct msghdr *message, GUnixFDList *fds, guint n_fds)
{
  struct cmsghdr *control = NULL;

  message->msg_controllen = CMSG_SPACE (n_fds * sizeof (int));
  memset (message->msg_control, 0, message->msg_controllen);
  control = CMSG_FIRSTHDR (message);
  control->cmsg_level = SOL_SOCKET;
  control->cmsg_type = SCM_RIGHTS;
  control->cmsg_len = CMSG_LEN (n_fds * sizeof (int));
  memcpy (CMSG_DATA (control), g_unix_fd_list_peek_fds (fds, NULL), n_fds * sizeof (int));
}

static void
skip (struct iovec *parts, gsize n_parts, gsize sent)
{
  for (gsize i = 0; i < n_parts; i++)
    {
      gsize step = MIN (sent, parts[i].iov_len);

      parts[i].iov_base = (guint8 *) parts[i].iov_base + step;
      parts[i].iov_len -= step;
      sent -= step;
    }
}

/* Called with @writing held. FALSE with errno: the connection is of no more use. */
static gboolean
write_frame (SignetTokenHost *self, const SignetTokenFrame *header, gconstpointer body, GUnixFDList *fds, gint64 end)
{
  union
  {
    char bytes[CMSG_SPACE (SIGNET_TOKEN_MAX_FDS * sizeof (int))];
    struct cmsghdr align;
  } control;
  struct iovec parts[] = { { (gpointer) header, sizeof *header }, { (gpointer) body, header->size } };
  struct msghdr message = { .msg_iov = parts, .msg_iovlen = G_N_ELEMENTS (parts), .msg_control = control.bytes };
  gsize left = sizeof *header + header->size;

  if (header->n_fds > 0)
    attach (&message, fds, header->n_fds);
  while (left > 0)
    {
      struct pollfd socket = { .fd = self->fd, .events = POLLOUT };
      gssize sent = sendmsg (self->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);

      if (sent > 0)
        {
          left -= (gsize) sent;
          skip (parts, G_N_ELEMENTS (parts), (gsize) sent);
          message.msg_controllen = 0;
        }
      else if (errno == EAGAIN && poll (&socket, 1, remaining (end)) == 0)
        return errno = ETIMEDOUT, FALSE;
      else if (errno != EAGAIN && errno != EINTR)
        return FALSE;
    }
  return TRUE;
}

static gboolean
send_call (SignetTokenHost *self, guint32 serial, guint number, GVariant *arguments, GUnixFDList *fds, gint64 end, GError **error)
{
  SignetTokenFrame header = {
    .size = (guint32) g_variant_get_size (arguments),
    .serial = serial,
    .kind = SIGNET_TOKEN_FRAME_CALL,
    .detail = (guint16) number,
    .n_fds = fds != NULL ? (guint32) g_unix_fd_list_get_length (fds) : 0,
  };
  gboolean sent = FALSE;
  int problem = 0;

  g_return_val_if_fail (g_variant_get_size (arguments) <= SIGNET_TOKEN_MAX_FRAME && header.n_fds <= SIGNET_TOKEN_MAX_FDS, FALSE);

  g_mutex_lock (&self->writing);
  sent = write_frame (self, &header, g_variant_get_data (arguments), fds, end);
  problem = errno;
  g_mutex_unlock (&self->writing);
  if (!sent)
    g_set_error (error, G_IO_ERROR, problem == ETIMEDOUT ? G_IO_ERROR_TIMED_OUT : G_IO_ERROR_CLOSED, "sending a call: %s",
                 g_strerror (problem));
  return sent;
}

/* --- reading: by one thread at a time, without the lock --- */

static void
set_closed (SignetTokenHost *self)
{
  g_mutex_lock (&self->lock);
  self->closed = TRUE;
  g_mutex_unlock (&self->lock);
}

/* A frame is there: it is somebody's answer, or nobody's. */
static void
deliver (SignetTokenHost *self)
{
  gboolean answers = self->header.kind == SIGNET_TOKEN_FRAME_ANSWER || self->header.kind == SIGNET_TOKEN_FRAME_ERROR;
  guint32 serial = self->header.kind == SIGNET_TOKEN_FRAME_HELLO ? 0 : self->header.serial;

  g_mutex_lock (&self->lock);
  for (GSList *at = self->waits; at != NULL && (answers || serial == 0); at = at->next)
    {
      Wait *wait = at->data;

      if (wait->serial != serial || wait->done || (answers && serial == 0))
        continue;
      wait->done = TRUE;
      wait->header = self->header;
      wait->body = g_steal_pointer (&self->body);
      break;
    }
  g_mutex_unlock (&self->lock);
  g_clear_pointer (&self->body, g_free);
  self->n_header = self->n_body = 0;
}

/* FALSE: there will be no more. @at moves on; what is not there yet is not waited for. */
static gboolean
receive (SignetTokenHost *self, gpointer buffer, gsize size, gsize *at)
{
  gssize n = recv (self->fd, (guint8 *) buffer + *at, size - *at, MSG_DONTWAIT);

  if (n > 0)
    *at += (gsize) n;
  return n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR));
}

static gboolean
begin_body (SignetTokenHost *self)
{
  if (self->body != NULL)
    return TRUE;
  if (self->header.size > SIGNET_TOKEN_MAX_FRAME)
    return FALSE;
  self->body = g_try_malloc (MAX (self->header.size, 1));
  return self->body != NULL;
}

static gboolean
take_some (SignetTokenHost *self)
{
  if (self->n_header < sizeof self->header && !receive (self, &self->header, sizeof self->header, &self->n_header))
    return FALSE;
  if (self->n_header < sizeof self->header)
    return TRUE;
  if (!begin_body (self))
    return FALSE;
  if (self->n_body < self->header.size && !receive (self, self->body, self->header.size, &self->n_body))
    return FALSE;
  if (self->n_body == self->header.size)
    deliver (self);
  return TRUE;
}

/* Waits for something and takes it; until @end, or until a call is cancelled. */
static void
read_some (SignetTokenHost *self, gint64 end)
{
  struct pollfd sources[] = { { .fd = self->fd, .events = POLLIN }, { .fd = self->wake, .events = POLLIN } };
  guint64 count = 0;

  if (poll (sources, G_N_ELEMENTS (sources), remaining (end)) <= 0)
    return;
  if (sources[1].revents != 0 && read (self->wake, &count, sizeof count) < 0)
    g_debug ("eventfd: %s", g_strerror (errno));
  if (sources[0].revents != 0 && !take_some (self))
    set_closed (self);
}

/* --- waiting --- */

static void
on_cancelled_cb (GCancellable *cancellable, SignetTokenHost *self)
{
  const guint64 one = 1;

  g_mutex_lock (&self->lock);
  if (write (self->wake, &one, sizeof one) < 0)
    g_debug ("eventfd: %s", g_strerror (errno));
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

static gboolean
is_over (SignetTokenHost *self, const Wait *wait, gint64 end, GCancellable *cancellable)
{
  return wait->done || self->closed || g_cancellable_is_cancelled (cancellable) || g_get_monotonic_time () >= end;
}

static void
wait_for_it (SignetTokenHost *self, Wait *wait, gint64 end, GCancellable *cancellable)
{
  g_mutex_lock (&self->lock);
  while (!is_over (self, wait, end, cancellable))
    {
      if (self->reading)
        {
          g_cond_wait_until (&self->changed, &self->lock, end);
          continue;
        }
      self->reading = TRUE;
      g_mutex_unlock (&self->lock);
      read_some (self, end);
      g_mutex_lock (&self->lock);
      self->reading = FALSE;
      if (self->waits->next != NULL)
        g_cond_broadcast (&self->changed);
    }
  self->waits = g_slist_remove (self->waits, wait);
  g_mutex_unlock (&self->lock);
}

static void
enlist (SignetTokenHost *self, Wait *wait, gboolean calls)
{
  g_mutex_lock (&self->lock);
  if (calls && ++self->last_serial == 0)
    self->last_serial = 1;
  wait->serial = calls ? self->last_serial : 0;
  self->waits = g_slist_prepend (self->waits, wait);
  g_mutex_unlock (&self->lock);
}

static void
delist (SignetTokenHost *self, Wait *wait)
{
  g_mutex_lock (&self->lock);
  self->waits = g_slist_remove (self->waits, wait);
  g_mutex_unlock (&self->lock);
}

static gboolean
explain (SignetTokenHost *self, const Wait *wait, GCancellable *cancellable, GError **error)
{
  gboolean closed = FALSE;

  if (wait->done)
    return TRUE;
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  g_mutex_lock (&self->lock);
  closed = self->closed;
  g_mutex_unlock (&self->lock);
  if (closed)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CLOSED, "the connection is closed");
  else
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "no answer in time");
  return FALSE;
}

/* --- what came --- */

static void
read_error (const Wait *wait, GError **error)
{
  g_autofree char *text = g_utf8_make_valid ((const char *) wait->body, (gssize) MIN (wait->header.size, MAX_MESSAGE));

  if (wait->header.detail <= SIGNET_TOKEN_ERROR_LAST)
    g_set_error_literal (error, SIGNET_TOKEN_ERROR, wait->header.detail, text);
  else
    g_set_error (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_FAILED, "the token host answered: %s", text);
}

/* Each part of it, for a long one: GVariant looks at every byte of a list of bytes, of which none can be wrong. */
static gboolean
are_parts_sound (GVariant *value)
{
  gsize n = 0;

  if (g_variant_is_of_type (value, G_VARIANT_TYPE_BYTESTRING))
    return TRUE;
  if (!g_variant_is_container (value))
    return g_variant_is_normal_form (value);
  n = g_variant_n_children (value);
  for (gsize i = 0; i < n; i++)
    {
      g_autoptr (GVariant) part = g_variant_get_child_value (value, i);

      if (!are_parts_sound (part))
        return FALSE;
    }
  return TRUE;
}

/* It would take no bytes at all for several empty lists. */
static gboolean
is_sound (GVariant *answer, const GVariantType *type)
{
  gsize size = g_variant_get_size (answer);

  if (size == 0 && g_variant_type_n_items (type) > 1)
    return FALSE;
  return size > LONG_ANSWER ? are_parts_sound (answer) : g_variant_is_normal_form (answer);
}

/* Whatever reads it later meets nothing but what the type says: that is checked here once. */
static GVariant *
read_answer (Wait *wait, const GVariantType *type, GError **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new_take (g_steal_pointer (&wait->body), wait->header.size);
  g_autoptr (GVariant) answer = g_variant_ref_sink (g_variant_new_from_bytes (type, bytes, FALSE));

  if (is_sound (answer, type))
    return g_steal_pointer (&answer);
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "it is not what was asked for");
  return NULL;
}

static gboolean
is_heard (void)
{
  return !g_log_writer_default_would_drop (G_LOG_LEVEL_DEBUG, G_LOG_DOMAIN);
}

static void
say (const char *what, const char *name, GVariant *value)
{
  g_autofree char *text = g_variant_get_size (value) <= MAX_MESSAGE ? g_variant_print (value, FALSE) : g_strdup ("…");

  g_debug ("%s %s %s", what, name, text);
}

/**
 * _signet_token_wire_call:
 * @number: of the method, @name: its name, for the log
 * @arguments: (transfer floating): a tuple
 * @fds: (nullable): that go with it
 * @milliseconds: until when the answer must be here
 *
 * Returns: (transfer full) (nullable): the answer, a tuple of @answer_type. Errors: SIGNET_TOKEN_ERROR when the host answered
 * with one; else of G_IO_ERROR, and nobody knows what became of the call: TIMED_OUT, CANCELLED, CLOSED, INVALID_ARGUMENT for an
 * answer that makes no sense
 */
GVariant *
_signet_token_wire_call (SignetTokenHost *self,
                         guint number,
                         const char *name,
                         GVariant *arguments,
                         const GVariantType *answer_type,
                         GUnixFDList *fds,
                         int milliseconds,
                         GCancellable *cancellable,
                         GError **error)
{
  g_autoptr (GVariant) owned = g_variant_ref_sink (arguments);
  gint64 end = g_get_monotonic_time () + milliseconds * G_TIME_SPAN_MILLISECOND;
  GVariant *answer = NULL;
  Wait wait = { .done = FALSE };
  gulong handler = 0;

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  if (is_heard ())
    say ("call", name, owned);
  enlist (self, &wait, TRUE);
  if (!send_call (self, wait.serial, number, owned, fds, end, error))
    {
      delist (self, &wait);
      g_free (wait.body);
      return NULL;
    }
  handler = cancellable != NULL ? g_cancellable_connect (cancellable, G_CALLBACK (on_cancelled_cb), self, NULL) : 0;
  wait_for_it (self, &wait, end, cancellable);
  g_cancellable_disconnect (cancellable, handler);
  if (!explain (self, &wait, cancellable, error))
    return NULL;
  if (wait.header.kind == SIGNET_TOKEN_FRAME_ERROR)
    read_error (&wait, error);
  else
    answer = read_answer (&wait, answer_type, error);
  g_free (wait.body);
  if (answer != NULL && is_heard ())
    say ("answer", name, answer);
  return answer;
}

/**
 * _signet_token_wire_greet:
 *
 * Returns: whether a token host of this very build is at the other end
 */
gboolean
_signet_token_wire_greet (SignetTokenHost *self, int milliseconds, GCancellable *cancellable, GError **error)
{
  gint64 end = g_get_monotonic_time () + milliseconds * G_TIME_SPAN_MILLISECOND;
  Wait wait = { .done = FALSE };
  gulong handler = 0;

  enlist (self, &wait, FALSE);
  handler = cancellable != NULL ? g_cancellable_connect (cancellable, G_CALLBACK (on_cancelled_cb), self, NULL) : 0;
  wait_for_it (self, &wait, end, cancellable);
  g_cancellable_disconnect (cancellable, handler);
  g_free (wait.body);
  if (!explain (self, &wait, cancellable, error))
    return FALSE;
  if (wait.header.detail == SIGNET_TOKEN_HOST_HASH)
    return TRUE;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "it is of another version");
  return FALSE;
}
