/* SPDX-License-Identifier: GPL-3.0-or-later */
/* session-fixture.c: the network, the authority and the folder of the tests of a session. */
#include "config.h"

#include "session-fixture.h"

#include "../../app/core/base/signet-base-error.h"

typedef struct {
  guint    status;
  GBytes  *body;    /* (nullable) */
  char    *etag;    /* (nullable) */
} Page;

G_DEFINE_TYPE (FakeHttp, fake_http, SIGNET_TYPE_HTTP)

static void
page_free (gpointer data)
{
  Page *page = data;

  g_clear_pointer (&page->body, g_bytes_unref);
  g_free (page->etag);
  g_free (page);
}

/* At a barrier: goes on when all are there, or after a while that fails the test. */
static void
wait_for_others (FakeHttp *self)
{
  gint64 end = g_get_monotonic_time () + 20 * G_USEC_PER_SEC;

  self->n_waiting++;
  g_cond_broadcast (&self->changed);
  while (self->n_waiting < self->n_together)
    g_assert_true (g_cond_wait_until (&self->changed, &self->lock, end));
}

static gboolean
hang (GCancellable *cancellable, GError **error)
{
  while (!g_cancellable_set_error_if_cancelled (cancellable, error))
    g_usleep (1000);
  return FALSE;
}

static SignetHttpResponse *
fake_http_send (SignetHttp *http, const SignetHttpRequest *request, GCancellable *cancellable, GError **error)
{
  FakeHttp *self = (FakeHttp *) http;
  const Page *page = g_hash_table_lookup (self->pages, request->url);
  SignetHttpResponse *response = g_new0 (SignetHttpResponse, 1);
  const char *known = request->headers != NULL ? request->headers[1] : NULL;

  g_mutex_lock (&self->lock);
  self->n_requests++;
  self->n_known += known != NULL;
  if (self->n_together > 0)
    wait_for_others (self);
  g_mutex_unlock (&self->lock);
  if (self->hangs && !hang (cancellable, error))
    {
      g_free (response);
      return NULL;
    }
  if (page == NULL || page->status == 0)
    {
      g_free (response);
      g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_NETWORK, "nobody is there");
      return NULL;
    }
  response->status = known != NULL && g_strcmp0 (known, page->etag) == 0 ? 304 : page->status;
  response->body = response->status == 200 && page->body != NULL ? g_bytes_ref (page->body) : g_bytes_new_static ("", 0);
  response->etag = g_strdup (page->etag);
  return response;
}

static void
fake_http_finalize (GObject *object)
{
  FakeHttp *self = (FakeHttp *) object;

  g_hash_table_unref (self->pages);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->changed);
  G_OBJECT_CLASS (fake_http_parent_class)->finalize (object);
}

static void
fake_http_class_init (FakeHttpClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = fake_http_finalize;
  SIGNET_HTTP_CLASS (klass)->send = fake_http_send;
}

static void
fake_http_init (FakeHttp *self)
{
  self->pages = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, page_free);
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
}

void
put_page (FakeHttp *self, const char *url, guint status, GBytes *body, const char *etag)
{
  Page *page = g_new0 (Page, 1);

  page->status = status;
  page->body = body;
  page->etag = g_strdup (etag);
  g_hash_table_insert (self->pages, g_strdup (url), page);
}

void
set_up (World *world, gconstpointer data)
{
  SignetTestCertificate ca = { .subject = "CN=Sample CA", .ca = TRUE };

  world->key = signet_test_new_key ("ec-p256");
  world->ca = signet_test_new_certificate (&ca, world->key, NULL, world->key);
  world->issuer = signet_certificate_new_x509 (world->ca);
  world->http = g_object_new (fake_http_get_type (), NULL);
  world->folder = signet_test_make_dir ();
  world->cache = signet_evidence_cache_new (world->folder, 0);
  world->now = g_get_real_time () / G_USEC_PER_SEC;
}

void
tear_down (World *world, gconstpointer data)
{
  signet_evidence_cache_unref (world->cache);
  g_object_unref (world->http);
  g_object_unref (world->issuer);
  X509_free (world->ca);
  EVP_PKEY_free (world->key);
  g_free (world->folder);
}

SignetEvidenceSession *
new_session (World *world, GPtrArray *crls)
{
  SignetEvidenceSources sources = { SIGNET_HTTP (world->http), world->cache, crls, world->now, world->now };

  return signet_evidence_session_new (&sources);
}
