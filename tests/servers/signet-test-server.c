/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-test-server.c: libsoup on 127.0.0.1. Single-threaded; a delayed answer does not hold up the others. */
#include "config.h"

#include "signet-test-server.h"

#include <glib-unix.h>
#include <libsoup/soup.h>

typedef struct {
  TestHandler handler;
  gpointer    user_data;
  GMainLoop  *loop;
  TestAccept  accept; /* (nullable): over https only */
} State;

static gboolean
on_resume_cb (gpointer data)
{
  SoupServerMessage *message = data;

  soup_server_message_unpause (message);
  g_object_unref (message);
  return G_SOURCE_REMOVE;
}

typedef struct {
  SoupServerMessage *message;
  guint              source;
} Drip;

static gboolean
on_drip_cb (gpointer data)
{
  Drip *drip = data;

  soup_message_body_append (soup_server_message_get_response_body (drip->message), SOUP_MEMORY_STATIC, "0", 1);
  soup_server_message_unpause (drip->message);
  return G_SOURCE_CONTINUE;
}

static void
on_drip_finished_cb (SoupServerMessage *message, gpointer data)
{
  Drip *drip = data;

  g_source_remove (drip->source);
  g_object_unref (drip->message);
  g_free (drip);
}

static void
start_drip (SoupServerMessage *message)
{
  Drip *drip = g_new0 (Drip, 1);

  drip->message = g_object_ref (message);
  drip->source = g_timeout_add (500, on_drip_cb, drip);
  soup_message_headers_set_encoding (soup_server_message_get_response_headers (message), SOUP_ENCODING_CHUNKED);
  g_signal_connect (message, "finished", G_CALLBACK (on_drip_finished_cb), drip);
  soup_server_message_pause (message);
}

typedef struct {
  guint64 left;
} Flood;

static void
on_flood_cb (SoupServerMessage *message, gpointer data)
{
  static char chunk[64 * 1024];
  SoupMessageBody *body = soup_server_message_get_response_body (message);
  Flood *flood = data;
  gsize length = MIN (flood->left, sizeof chunk);

  memset (chunk, '0', sizeof chunk);
  flood->left -= length;
  if (length > 0)
    soup_message_body_append (body, SOUP_MEMORY_STATIC, chunk, length);
  else
    soup_message_body_complete (body);
}

static void
on_flood_over_cb (gpointer data, GClosure *closure)
{
  g_free (data);
}

static void
start_flood (SoupServerMessage *message, guint64 length)
{
  Flood *flood = g_new0 (Flood, 1);

  flood->left = length;
  soup_message_headers_set_encoding (soup_server_message_get_response_headers (message), SOUP_ENCODING_CHUNKED);
  soup_message_body_set_accumulate (soup_server_message_get_response_body (message), FALSE);
  g_signal_connect_data (message, "wrote-chunk", G_CALLBACK (on_flood_cb), flood, on_flood_over_cb, 0);
  if (soup_server_message_get_response_body (message)->length == 0)
    on_flood_cb (message, flood);
}

const char *
test_answer_get_asked (const TestAnswer *answer, const char *name)
{
  return soup_message_headers_get_one (answer->asked, name);
}

static void
set_headers (SoupServerMessage *message, const TestAnswer *answer)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);

  if (answer->location != NULL)
    soup_message_headers_replace (headers, "Location", answer->location);
  if (answer->content_encoding != NULL)
    soup_message_headers_replace (headers, "Content-Encoding", answer->content_encoding);
  if (answer->etag != NULL)
    soup_message_headers_replace (headers, "ETag", answer->etag);
}

/* RFC 9110, 13.1.2 */
static gboolean
is_known (SoupServerMessage *message, const TestAnswer *answer)
{
  const char *known = soup_message_headers_get_one (soup_server_message_get_request_headers (message), "If-None-Match");

  return answer->etag != NULL && answer->status == 200 && g_strcmp0 (known, answer->etag) == 0;
}

static void
on_request_cb (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer user_data)
{
  State *state = user_data;
  SoupMessageBody *posted = soup_server_message_get_request_body (message);
  g_autoptr (GBytes) body = soup_message_body_flatten (posted);
  g_autofree char *uri = g_uri_to_string (soup_server_message_get_uri (message));
  const char *slash = strstr (uri, "://") != NULL ? strchr (strstr (uri, "://") + 3, '/') : uri;
  TestAnswer answer = { .status = 200, .content_type = "application/octet-stream",
                        .asked = soup_server_message_get_request_headers (message) };

  state->handler (soup_server_message_get_method (message), slash != NULL ? slash : "/", body, &answer, state->user_data);
  set_headers (message, &answer);
  g_free (answer.location);
  if (is_known (message, &answer))
    {
      answer.status = 304;
      g_clear_pointer (&answer.body, g_bytes_unref);
    }
  soup_server_message_set_status (message, answer.status, NULL);
  if (answer.body != NULL)
    {
      gsize length;
      const char *data = g_bytes_get_data (answer.body, &length);
      soup_server_message_set_response (message, answer.content_type, SOUP_MEMORY_COPY, data, length);
      g_bytes_unref (answer.body);
    }
  if (answer.flood > 0)
    start_flood (message, answer.flood);
  if (answer.drip)
    start_drip (message);
  if (answer.drip || (answer.delay == 0 && g_getenv ("SIGNET_TEST_DELAY_MS") == NULL))
    return;
  soup_server_message_pause (message);
  if (answer.delay != 0)
    g_timeout_add_seconds (answer.delay, on_resume_cb, g_object_ref (message));
  else /* a network that is as far away as it says */
    g_timeout_add ((guint) g_ascii_strtoull (g_getenv ("SIGNET_TEST_DELAY_MS"), NULL, 10), on_resume_cb, g_object_ref (message));
}

static gboolean
on_end_cb (gpointer user_data)
{
  g_main_loop_quit (user_data);
  return G_SOURCE_CONTINUE;
}

static gboolean
write_port (SoupServer *server, const char *port_file, GError **error)
{
  GSList *uris = soup_server_get_uris (server);
  g_autofree char *text = g_strdup_printf ("%d\n", uris != NULL ? g_uri_get_port (uris->data) : 0);

  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  if (port_file != NULL)
    return g_file_set_contents (port_file, text, -1, error);
  g_print ("%s", text);
  return TRUE;
}

static gboolean
serve (SoupServer *server, State *state, int port, const char *port_file, SoupServerListenOptions options, GError **error)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  guint term = g_unix_signal_add (SIGTERM, on_end_cb, loop);
  guint interrupt = g_unix_signal_add (SIGINT, on_end_cb, loop);
  gboolean ok;

  state->loop = loop;
  soup_server_add_handler (server, NULL, on_request_cb, state, NULL);
  ok = soup_server_listen_local (server, port, SOUP_SERVER_LISTEN_IPV4_ONLY | options, error) && write_port (server, port_file, error);
  if (ok)
    g_main_loop_run (loop);
  soup_server_disconnect (server);
  g_source_remove (term);
  g_source_remove (interrupt);
  return ok;
}

gboolean
test_server_run (int port, const char *port_file, TestHandler handler, gpointer user_data, GError **error)
{
  g_autoptr (SoupServer) server = soup_server_new (NULL, NULL);
  State state = { .handler = handler, .user_data = user_data };

  return serve (server, &state, port, port_file, 0, error);
}

static gboolean
on_accept_cb (SoupServerMessage *message, GTlsCertificate *shown, GTlsCertificateFlags errors, gpointer user_data)
{
  State *state = user_data;

  return state->accept (shown, state->user_data);
}

static void
on_started_cb (SoupServer *server, SoupServerMessage *message, gpointer user_data)
{
  g_signal_connect (message, "accept-certificate", G_CALLBACK (on_accept_cb), user_data);
}

gboolean
test_server_run_tls (int port, const char *port_file, GTlsCertificate *certificate, TestAccept accept, TestHandler handler, gpointer user_data,
                     GError **error)
{
  g_autoptr (SoupServer) server = soup_server_new ("tls-certificate", certificate, "tls-auth-mode", G_TLS_AUTHENTICATION_REQUIRED, NULL);
  State state = { .handler = handler, .user_data = user_data, .accept = accept };

  g_signal_connect (server, "request-started", G_CALLBACK (on_started_cb), &state);
  return serve (server, &state, port, port_file, SOUP_SERVER_LISTEN_HTTPS, error);
}
