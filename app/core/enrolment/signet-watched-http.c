/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-watched-http.c: the door to the network of one run. Notes each host a plugin sends to; one that the authority does not declare as its own
 * is called a delegation, and the person is asked before the first byte goes there. Stands before the real door; the thread of the run.
 */
#define G_LOG_DOMAIN "signet-watched-http"

#include "config.h"

#include "signet-lifecycle-private.h"

#include <string.h>

#include "../base/signet-base-error.h"
#include "../base/signet-text.h"

#define SIGNET_TYPE_WATCHED_HTTP (signet_watched_http_get_type ())
G_DECLARE_FINAL_TYPE (SignetWatchedHttp, signet_watched_http, SIGNET, WATCHED_HTTP, SignetHttp)

struct _SignetWatchedHttp
{
  SignetHttp parent_instance;

  SignetEnrolmentRun *run;   /* borrowed: lives longer */
  GHashTable         *told;  /* hosts the person agreed to */
  GHashTable         *noted; /* "step host" that is in the table already */
};

G_DEFINE_FINAL_TYPE (SignetWatchedHttp, signet_watched_http, SIGNET_TYPE_HTTP)

/* "host:port" (nullable): NULL for what is no address; the real door says so */
static char *
dup_host (const char *url)
{
  g_autoptr (GUri) uri = g_uri_parse (url, G_URI_FLAGS_NONE, NULL);
  const char *host = uri != NULL ? g_uri_get_host (uri) : NULL;
  int port;

  if (host == NULL || *host == '\0')
    return NULL;
  port = g_uri_get_port (uri) > 0 ? g_uri_get_port (uri) : g_str_equal (g_uri_get_scheme (uri), "https") ? 443 : 80;
  return strchr (host, ':') != NULL ? g_strdup_printf ("[%s]:%d", host, port) : g_strdup_printf ("%s:%d", host, port);
}

static gboolean
ask_about_delegation (SignetWatchedHttp *self, const char *host, GError **error)
{
  SignetEnrolmentRun *run = self->run;
  g_autofree char *shown = signet_text_sanitize (host, -1, 200);
  const char *const names[] = { "host", "authority", "plugin", NULL };
  const char *const values[] = { shown, signet_authority_get_name (run->authority), signet_plugin_manifest_get_name (run->plugin), NULL };
  SignetConsent consent = { "delegation", signet_authority_get_name (run->authority), names, values };

  if (g_hash_table_contains (self->told, host))
    return TRUE;
  if (run->interaction == NULL)
    {
      g_set_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_DENIED, "%s is not the authority's own, and nobody is there to be asked", shown);
      return FALSE;
    }
  if (!signet_interaction_confirm (run->interaction, &consent, run->cancellable, error))
    return FALSE;
  g_hash_table_add (self->told, g_strdup (host));
  return TRUE;
}

static void
note (SignetWatchedHttp *self, const char *host, SignetDelegation delegation)
{
  g_autofree char *what = g_strdup_printf ("%d %s", (int) self->run->request->state, host);

  if (g_hash_table_add (self->noted, g_steal_pointer (&what)))
    _signet_request_event_note (self->run, "sent", host, delegation);
}

/* A redirect must not lead where the person was not told of. (transfer full) */
static char **
narrow (SignetWatchedHttp *self, const char *const *allowed, const char *here)
{
  g_autoptr (GStrvBuilder) hosts = g_strv_builder_new ();

  g_strv_builder_add (hosts, here);
  for (guint i = 0; allowed != NULL && allowed[i] != NULL; i++)
    if (signet_delegation_of_host (self->run->authority, allowed[i]) != SIGNET_DELEGATION_YES || g_hash_table_contains (self->told, allowed[i]))
      g_strv_builder_add (hosts, allowed[i]);
  return g_strv_builder_end (hosts);
}

static gboolean
is_allowed (const char *const *allowed, const char *host)
{
  g_autofree char *name = g_strndup (host, strrchr (host, ':') - host);

  for (guint i = 0; allowed != NULL && allowed[i] != NULL; i++)
    if (g_ascii_strcasecmp (allowed[i], host) == 0 || g_ascii_strcasecmp (allowed[i], name) == 0)
      return TRUE;
  return FALSE;
}

static SignetHttpResponse *
signet_watched_http_send (SignetHttp *http, const SignetHttpRequest *request, GCancellable *cancellable, GError **error)
{
  SignetWatchedHttp *self = SIGNET_WATCHED_HTTP (http);
  SignetHttpRequest passed = *request;
  g_autofree char *host = dup_host (request->url);
  g_auto (GStrv) hosts = NULL;
  SignetDelegation delegation;
  SignetHttpResponse *response;

  /* what is not allowed is refused by the real door, and nobody need be asked about it */
  if (host == NULL || !is_allowed (request->allowed_hosts, host))
    return signet_http_send (self->run->enrolment->http, request, cancellable, error);
  delegation = signet_delegation_of_host (self->run->authority, host);
  if (delegation == SIGNET_DELEGATION_YES && !ask_about_delegation (self, host, error))
    return NULL;
  if (!_signet_lifecycle_note_sending (self->run, error))
    return NULL;
  note (self, host, delegation);
  hosts = narrow (self, request->allowed_hosts, host);
  passed.allowed_hosts = (const char *const *) hosts;
  response = signet_http_send (self->run->enrolment->http, &passed, cancellable, error);
  if (response != NULL)
    _signet_enrolment_clock_note (self->run, response->date);
  return response;
}

static void
signet_watched_http_finalize (GObject *object)
{
  SignetWatchedHttp *self = SIGNET_WATCHED_HTTP (object);

  g_hash_table_unref (self->told);
  g_hash_table_unref (self->noted);
  G_OBJECT_CLASS (signet_watched_http_parent_class)->finalize (object);
}

static void
signet_watched_http_class_init (SignetWatchedHttpClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = signet_watched_http_finalize;
  SIGNET_HTTP_CLASS (klass)->send = signet_watched_http_send;
}

static void
signet_watched_http_init (SignetWatchedHttp *self)
{
  self->told = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->noted = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

SignetHttp *
_signet_watched_http_new (SignetEnrolmentRun *run)
{
  SignetWatchedHttp *self = g_object_new (SIGNET_TYPE_WATCHED_HTTP, NULL);

  self->run = run;
  return SIGNET_HTTP (self);
}
