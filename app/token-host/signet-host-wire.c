/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-host-wire.c: the host's end of the wire (token/signet-token-frame.h). The main thread reads a call, has it dealt with
 * and reads the next; what is sent meanwhile waits in the socket. Answers are written by whoever has them, a frame at a time. A
 * client that breaks the rules is gone, and so is this process.
 */
#define G_LOG_DOMAIN "signet-host-wire"

#include "config.h"

#include "signet-host-wire.h"

#include <errno.h>
#include <glib-unix.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../core/token/signet-token-error.h"
#include "../core/token/signet-token-frame.h"

struct _HostCall
{
  int socket;
  guint32 serial;
  guint number;
  GVariant *arguments;
  int fds[SIGNET_TOKEN_MAX_FDS];
  guint n_fds;
};

typedef struct
{
  int fd;
  const HostHandlers *handlers;
  HostService *service;
} Server;

static GMutex writing;

/* --- writing --- */

static gboolean
send_all (int fd, struct iovec *parts, gsize n_parts)
{
  while (n_parts > 0)
    {
      struct msghdr message = { .msg_iov = parts, .msg_iovlen = n_parts };
      gssize sent = sendmsg (fd, &message, MSG_NOSIGNAL);

      if (sent < 0 && errno != EINTR)
        return FALSE;
      for (gsize left = sent > 0 ? (gsize) sent : 0; n_parts > 0;)
        {
          gsize step = MIN (left, parts->iov_len);

          parts->iov_base = (guint8 *) parts->iov_base + step;
          parts->iov_len -= step;
          left -= step;
          if (parts->iov_len > 0)
            break;
          parts++;
          n_parts--;
        }
    }
  return TRUE;
}

static gboolean
send_frame (int fd, guint32 serial, SignetTokenFrameKind kind, guint detail, gconstpointer body, gsize size)
{
  SignetTokenFrame header = { .size = (guint32) size, .serial = serial, .kind = kind, .detail = (guint16) detail };
  struct iovec parts[] = { { &header, sizeof header }, { (gpointer) body, size } };
  gboolean sent = FALSE;

  g_mutex_lock (&writing);
  sent = send_all (fd, parts, size > 0 ? 2 : 1);
  g_mutex_unlock (&writing);
  return sent;
}

gboolean
host_wire_greet (int fd)
{
  return send_frame (fd, 0, SIGNET_TOKEN_FRAME_HELLO, SIGNET_TOKEN_HOST_HASH, NULL, 0);
}

/* --- calls --- */

static void
call_free (HostCall *call)
{
  for (guint i = 0; i < call->n_fds; i++)
    close (call->fds[i]);
  g_clear_pointer (&call->arguments, g_variant_unref);
  g_free (call);
}

static void
answer (HostCall *call, SignetTokenFrameKind kind, guint detail, gconstpointer body, gsize size)
{
  if (!send_frame (call->socket, call->serial, kind, detail, body, size))
    _exit (EXIT_SUCCESS); /* the client is gone */
  call_free (call);
}

void
host_call_fail (HostCall *call, GError *error)
{
  guint code = error->domain == SIGNET_TOKEN_ERROR ? (guint) error->code : SIGNET_TOKEN_ERROR_FAILED;

  answer (call, SIGNET_TOKEN_FRAME_ERROR, code, error->message, strlen (error->message));
  g_error_free (error);
}

void
host_call_return (HostCall *call, GVariant *value)
{
  g_autoptr (GVariant) owned = g_variant_ref_sink (value);

  if (g_variant_get_size (owned) > SIGNET_TOKEN_MAX_FRAME)
    host_call_fail (call, g_error_new_literal (SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_MODULE_LIED, "the answer is too long"));
  else
    answer (call, SIGNET_TOKEN_FRAME_ANSWER, 0, g_variant_get_data (owned), g_variant_get_size (owned));
}

guint
host_call_count_fds (HostCall *call)
{
  return call->n_fds;
}

int
host_call_peek_fd (HostCall *call, guint index)
{
  return index < call->n_fds ? call->fds[index] : -1;
}

/* --- reading --- */

static gboolean
receive (int fd, gpointer buffer, gsize size)
{
  for (gsize at = 0; at < size;)
    {
      gssize n = recv (fd, (guint8 *) buffer + at, size - at, 0);

      if (n == 0 || (n < 0 && errno != EINTR))
        return FALSE;
      at += n > 0 ? (gsize) n : 0;
    }
  return TRUE;
}

static void
take_fds (struct msghdr *message, HostCall *call)
{
  for (struct cmsghdr *at = CMSG_FIRSTHDR (message); at != NULL; at = CMSG_NXTHDR (message, at))
    if (at->cmsg_level == SOL_SOCKET && at->cmsg_type == SCM_RIGHTS)
      {
        call->n_fds = (guint) MIN ((at->cmsg_len - CMSG_LEN (0)) / sizeof (int), SIGNET_TOKEN_MAX_FDS);
        memcpy (call->fds, CMSG_DATA (at), call->n_fds * sizeof (int));
      }
}

/* Descriptors come with the first byte. */
static gboolean
receive_header (int fd, SignetTokenFrame *header, HostCall *call)
{
  union
  {
    char bytes[CMSG_SPACE (SIGNET_TOKEN_MAX_FDS * sizeof (int))];
    struct cmsghdr align;
  } control;
  struct iovec part = { header, sizeof *header };
  struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control };
  gssize n = -1;

  do
    n = recvmsg (fd, &message, MSG_CMSG_CLOEXEC);
  while (n < 0 && errno == EINTR);
  if (n <= 0)
    return FALSE;
  take_fds (&message, call);
  return receive (fd, (guint8 *) header + n, sizeof *header - (gsize) n);
}

/* (nullable): the client is gone, or is none */
static HostCall *
receive_call (int fd)
{
  HostCall *call = g_new0 (HostCall, 1);
  SignetTokenFrame header = { 0 };
  const GVariantType *type = NULL;
  g_autofree guint8 *body = NULL;

  call->socket = fd;
  if (receive_header (fd, &header, call) && header.kind == SIGNET_TOKEN_FRAME_CALL && header.size <= SIGNET_TOKEN_MAX_FRAME &&
      header.n_fds == call->n_fds)
    type = host_interface_get_type (header.detail);
  if (type != NULL)
    body = g_try_malloc (MAX (header.size, 1));
  if (body == NULL || !receive (fd, body, header.size))
    {
      call_free (call);
      return NULL;
    }
  call->serial = header.serial;
  call->number = header.detail;
  call->arguments = g_variant_ref_sink (g_variant_new_from_data (type, body, header.size, FALSE, g_free, body));
  body = NULL;
  return call;
}

static gboolean
on_readable_cb (int fd, GIOCondition condition, gpointer data)
{
  Server *self = data;
  HostCall *call = receive_call (fd);
  g_autoptr (GVariant) arguments = NULL;

  if (call == NULL)
    _exit (EXIT_SUCCESS); /* without C_Finalize, in which some modules hang */
  arguments = g_variant_ref (call->arguments);
  host_interface_dispatch (self->handlers, call->number, arguments, call, self->service);
  return G_SOURCE_CONTINUE;
}

void
host_wire_serve (int fd, const HostHandlers *handlers, HostService *service)
{
  Server self = { fd, handlers, service };
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);

  g_unix_fd_add (fd, G_IO_IN | G_IO_HUP | G_IO_ERR, on_readable_cb, &self);
  g_main_loop_run (loop);
}
