/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-test-server.c: a server on loopback that gives one answer, or misbehaves in one way. One thread, one connection at a time. */
#include "config.h"

#include "signet-test.h"

#include <string.h>

#define MAX_REQUEST (1024 * 1024)

struct _SignetTestServer {
  SignetTestServerFault fault;
  GBytes               *answer;
  GSocketListener      *listener;
  GCancellable         *ending;
  GThread              *thread;
  char                 *url;
  char                 *host;
  GMutex                lock;
  char                 *request; /* (nullable) */
  guint                 count;   /* (atomic) */
};

static gsize
expected_length (const char *request)
{
  const char *body = strstr (request, "\r\n\r\n");
  g_autofree char *lower = g_ascii_strdown (request, body != NULL ? body - request : -1);
  const char *length = strstr (lower, "content-length:");

  if (body == NULL)
    return G_MAXSIZE;
  return (gsize) (body + 4 - request) + (length != NULL ? (gsize) g_ascii_strtoull (length + strlen ("content-length:"), NULL, 10) : 0);
}

/* Binary bodies end at the first NUL in what dup_request() shows; their length is still read in full. */
static void
read_request (SignetTestServer *self, GInputStream *input)
{
  g_autoptr (GString) request = g_string_new ("");
  char buffer[8192];

  while (request->len < MAX_REQUEST && request->len < expected_length (request->str))
    {
      gssize n = g_input_stream_read (input, buffer, sizeof buffer, self->ending, NULL);

      if (n <= 0)
        break;
      g_string_append_len (request, buffer, n);
    }
  g_mutex_lock (&self->lock);
  g_free (self->request);
  self->request = g_strdup (request->str);
  g_mutex_unlock (&self->lock);
  g_atomic_int_inc (&self->count);
}

static void
wait_for_end (SignetTestServer *self)
{
  GPollFD fd;

  if (g_cancellable_make_pollfd (self->ending, &fd))
    {
      g_poll (&fd, 1, -1);
      g_cancellable_release_fd (self->ending);
    }
}

static void
answer_endlessly (SignetTestServer *self, GOutputStream *output)
{
  static const char head[] = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n";
  static const char chunk[16384];
  gboolean going = g_output_stream_write_all (output, head, strlen (head), NULL, self->ending, NULL);

  while (going)
    going = g_output_stream_write_all (output, chunk, sizeof chunk, NULL, self->ending, NULL);
}

static void
answer (SignetTestServer *self, GOutputStream *output)
{
  gsize length;
  const char *data = g_bytes_get_data (self->answer, &length);

  switch (self->fault)
    {
    case SIGNET_TEST_SERVER_HANGS:
      wait_for_end (self);
      break;
    case SIGNET_TEST_SERVER_ENDLESS:
      answer_endlessly (self, output);
      break;
    case SIGNET_TEST_SERVER_GARBAGE:
      g_output_stream_write_all (output, "\x00\x01\x02 what?\n", 10, NULL, self->ending, NULL);
      break;
    case SIGNET_TEST_SERVER_CUTS:
      g_output_stream_write_all (output, data, length - MIN (length, 3), NULL, self->ending, NULL);
      break;
    case SIGNET_TEST_SERVER_GOOD:
    default:
      g_output_stream_write_all (output, data, length, NULL, self->ending, NULL);
      break;
    }
}

static gpointer
serve (gpointer data)
{
  SignetTestServer *self = data;

  for (;;)
    {
      g_autoptr (GSocketConnection) connection = g_socket_listener_accept (self->listener, NULL, self->ending, NULL);

      if (connection == NULL)
        return NULL;
      read_request (self, g_io_stream_get_input_stream (G_IO_STREAM (connection)));
      answer (self, g_io_stream_get_output_stream (G_IO_STREAM (connection)));
      g_io_stream_close (G_IO_STREAM (connection), NULL, NULL);
    }
}

static guint16
listen_on_loopback (GSocketListener *listener)
{
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) any_port = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) bound = NULL;
  g_autoptr (GError) error = NULL;

  g_socket_listener_add_address (listener, any_port, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL, &bound, &error);
  g_assert_no_error (error);
  return g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
}

SignetTestServer *
signet_test_server_new (SignetTestServerFault fault, const void *response, gssize length)
{
  SignetTestServer *self = g_new0 (SignetTestServer, 1);
  guint16 port;

  self->fault = fault;
  self->answer = g_bytes_new (response, response == NULL ? 0 : length < 0 ? strlen (response) : (gsize) length);
  self->listener = g_socket_listener_new ();
  self->ending = g_cancellable_new ();
  g_mutex_init (&self->lock);
  port = listen_on_loopback (self->listener);
  self->host = g_strdup_printf ("127.0.0.1:%u", port);
  self->url = g_strdup_printf ("http://%s/", self->host);
  self->thread = g_thread_new ("test-server", serve, self);
  return self;
}

SignetTestServer *
signet_test_server_new_body (const char *content_type, const void *body, gsize length)
{
  g_autoptr (GString) whole = g_string_new (NULL);

  g_string_printf (whole, "HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: %" G_GSIZE_FORMAT "\r\nConnection: close\r\n\r\n", content_type, length);
  g_string_append_len (whole, body, (gssize) length);
  return signet_test_server_new (SIGNET_TEST_SERVER_GOOD, whole->str, (gssize) whole->len);
}

const char *
signet_test_server_get_url (SignetTestServer *self)
{
  return self->url;
}

const char *
signet_test_server_get_host (SignetTestServer *self)
{
  return self->host;
}

guint
signet_test_server_get_count (SignetTestServer *self)
{
  return (guint) g_atomic_int_get (&self->count);
}

char *
signet_test_server_dup_request (SignetTestServer *self)
{
  char *request;

  g_mutex_lock (&self->lock);
  request = g_strdup (self->request);
  g_mutex_unlock (&self->lock);
  return request;
}

void
signet_test_server_free (SignetTestServer *self)
{
  if (self == NULL)
    return;
  g_cancellable_cancel (self->ending);
  g_thread_join (self->thread);
  g_socket_listener_close (self->listener);
  g_object_unref (self->listener);
  g_object_unref (self->ending);
  g_bytes_unref (self->answer);
  g_mutex_clear (&self->lock);
  g_free (self->request);
  g_free (self->url);
  g_free (self->host);
  g_free (self);
}
