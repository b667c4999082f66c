/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-test-server.h: the HTTP side every test server shares: loopback only, port file, ends on SIGTERM. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct {
  guint       status;
  const char *content_type;   /* static */
  GBytes     *body;           /* (nullable) */
  guint       delay;          /* seconds before the answer */
  char       *location;       /* (nullable): for a redirection */
  const char *etag;           /* (nullable) static */
  const char *content_encoding; /* (nullable) static */
  gboolean    drip;           /* a byte each half second, without an end in sight */
  guint64     flood;          /* so many bytes after the body */
  gpointer    asked;          /* the headers of the request: test_answer_get_asked() */
} TestAnswer;

/* (nullable): a header of the request. */
const char *test_answer_get_asked (const TestAnswer *answer, const char *name);

/* @body: (nullable) what was posted. @path with its query. */
typedef void (*TestHandler) (const char *method, const char *path, GBytes *body, TestAnswer *answer, gpointer user_data);

/* Serves until SIGTERM or SIGINT. */
gboolean test_server_run (int port, const char *port_file, TestHandler handler, gpointer user_data, GError **error);
/* Whether who showed this may go on; in the handshake. */
typedef gboolean (*TestAccept) (GTlsCertificate *shown, gpointer user_data);
/* The same over https, to who shows a certificate that @accept takes, and to nobody else. */
gboolean test_server_run_tls (int port, const char *port_file, GTlsCertificate *certificate, TestAccept accept, TestHandler handler, gpointer user_data,
                              GError **error);

G_END_DECLS
