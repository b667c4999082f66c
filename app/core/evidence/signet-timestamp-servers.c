/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-timestamp-servers.c: asks one time-stamp server after the other until one gives a token that can be used. One that failed lately is asked
 * last, so that a dead one costs its deadline once and not with every document. Who is in the list, others decide. Any thread may ask.
 */
#define G_LOG_DOMAIN "signet-timestamp-servers"

#include "config.h"

#include "signet-timestamp-servers.h"

#include <string.h>

#include "../base/signet-settings.h"
#include "signet-evidence-private.h"

typedef struct {
  char         *url;
  char         *user;     /* (nullable) */
  SignetSecret *password; /* (nullable): looked for when first needed */
  gboolean      looked;

  char                  *client; /* (nullable): what signs us in there */
  SignetTimestampClient *opened; /* (nullable): when first needed */
  GError                *closed; /* (nullable): why it cannot be opened: not tried again */
} Server;

struct _SignetTimestampServers {
  gatomicrefcount references;
  GMutex          lock; /* for passwords and clients */
  GPtrArray      *servers;

  SignetTimestampClientOpener opener; /* (nullable) */
  gpointer                    opener_data;
  GDestroyNotify              opener_destroy;
  SignetInteraction          *interaction; /* (nullable) */
  gboolean                    only;        /* it stays */
};

static void
server_free (Server *server)
{
  g_free (server->url);
  g_free (server->user);
  g_clear_pointer (&server->password, signet_secret_unref);
  g_free (server->client);
  g_clear_pointer (&server->opened, signet_timestamp_client_unref);
  g_clear_error (&server->closed);
  g_free (server);
}

SignetTimestampServers *
signet_timestamp_servers_new (void)
{
  SignetTimestampServers *self = g_new0 (SignetTimestampServers, 1);

  g_atomic_ref_count_init (&self->references);
  g_mutex_init (&self->lock);
  self->servers = g_ptr_array_new_with_free_func ((GDestroyNotify) server_free);
  return self;
}

SignetTimestampServers *
signet_timestamp_servers_ref (SignetTimestampServers *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
signet_timestamp_servers_unref (SignetTimestampServers *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->references))
    return;
  g_ptr_array_unref (self->servers);
  signet_timestamp_servers_set_opener (self, NULL, NULL, NULL);
  g_clear_object (&self->interaction);
  g_mutex_clear (&self->lock);
  g_free (self);
}

static Server *
get (SignetTimestampServers *self, guint index)
{
  return g_ptr_array_index (self->servers, index);
}

/**
 * signet_timestamp_servers_add:
 * @server: "URL" or "URL USER"; an address that is there already is not added again
 */
void
signet_timestamp_servers_add (SignetTimestampServers *self, const char *server)
{
  const char *blank = strchr (server, ' ');
  Server *added = NULL;

  g_return_if_fail (self != NULL && server != NULL);

  added = g_new0 (Server, 1);
  added->url = blank != NULL ? g_strndup (server, (gsize) (blank - server)) : g_strdup (server);
  added->user = blank != NULL && blank[1] != '\0' ? g_strdup (blank + 1) : NULL;
  added->client = g_str_has_prefix (added->url, "https://") ? signet_settings_dup_timestamp_client (added->url) : NULL;
  for (guint i = 0; i < self->servers->len; i++)
    if (g_str_equal (get (self, i)->url, added->url))
      {
        server_free (added);
        return;
      }
  g_ptr_array_add (self->servers, added);
}

guint
signet_timestamp_servers_get_n (SignetTimestampServers *self)
{
  return self != NULL ? self->servers->len : 0;
}

const char *
signet_timestamp_servers_get_url (SignetTimestampServers *self, guint index)
{
  return get (self, index)->url;
}

const char *
signet_timestamp_servers_get_user (SignetTimestampServers *self, guint index)
{
  return get (self, index)->user;
}

const char *
signet_timestamp_servers_get_client (SignetTimestampServers *self, guint index)
{
  return get (self, index)->client;
}

/**
 * signet_timestamp_servers_set_opener:
 * @opener: (nullable): without it, certificates on tokens cannot be shown to a server
 */
void
signet_timestamp_servers_set_opener (SignetTimestampServers *self, SignetTimestampClientOpener opener, gpointer data, GDestroyNotify destroy)
{
  if (self->opener_destroy != NULL)
    self->opener_destroy (self->opener_data);
  self->opener = opener;
  self->opener_data = data;
  self->opener_destroy = destroy;
}

/**
 * signet_timestamp_servers_attend:
 * @self: (nullable): no servers, nothing to ask
 * @interaction: (nullable)
 */
void
signet_timestamp_servers_attend (SignetTimestampServers *self, SignetInteraction *interaction, gboolean only)
{
  if (self == NULL)
    return;
  g_mutex_lock (&self->lock);
  if (!self->only || only)
    g_set_object (&self->interaction, interaction);
  self->only = self->only || only;
  g_mutex_unlock (&self->lock);
}

/* --- one server --------------------------------------------------------------------------------------------------------------- */

/* The key ring is asked once for a run. */
static SignetSecret *
find_password (SignetTimestampServers *self, Server *server)
{
  SignetSecret *password = NULL;

  if (server->user == NULL)
    return NULL;
  g_mutex_lock (&self->lock);
  if (!server->looked)
    server->password = signet_timestamp_password_find (server->url, server->user);
  server->looked = TRUE;
  password = server->password != NULL ? signet_secret_ref (server->password) : NULL;
  g_mutex_unlock (&self->lock);
  return password;
}

static gboolean
is_cancelled (const GError *error)
{
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* The passphrase of a file is in the key ring under the file's name. */
static SignetTimestampClient *
open_client (SignetTimestampServers *self, Server *server, GCancellable *cancellable, GError **error)
{
  g_autoptr (SignetSecret) passphrase = NULL;

  if (g_str_has_prefix (server->client, "file:"))
    {
      passphrase = signet_timestamp_password_find (server->url, server->client);
      return signet_timestamp_client_open_file (server->client, passphrase, error);
    }
  if (self->opener != NULL && self->interaction != NULL)
    return self->opener (server->client, self->interaction, self->opener_data, cancellable, error);
  g_set_error_literal (error, SIGNET_EVIDENCE_ERROR, SIGNET_EVIDENCE_ERROR_REFUSED, "nobody is here to open the token with your certificate");
  return NULL;
}

/* FALSE: there should be one and it cannot be had. It is tried once for a run: a PIN is not asked for again with every document. */
static gboolean
find_client (SignetTimestampServers *self, Server *server, SignetTimestampClient **client, GCancellable *cancellable, GError **error)
{
  g_autoptr (GError) failure = NULL;
  gboolean found = TRUE;

  *client = NULL;
  if (server->client == NULL)
    return TRUE;
  g_mutex_lock (&self->lock);
  if (server->opened == NULL && server->closed == NULL)
    server->opened = open_client (self, server, cancellable, &failure);
  if (failure != NULL && !is_cancelled (failure))
    g_set_error (&server->closed, SIGNET_EVIDENCE_ERROR, SIGNET_EVIDENCE_ERROR_REFUSED, "your certificate for this server cannot be used: %s", failure->message);
  if (server->opened != NULL)
    *client = signet_timestamp_client_ref (server->opened);
  else
    found = FALSE;
  if (server->closed != NULL)
    g_propagate_error (error, g_error_copy (server->closed));
  else if (failure != NULL)
    g_propagate_error (error, g_steal_pointer (&failure));
  g_mutex_unlock (&self->lock);
  return found;
}

static gint64
now (void)
{
  return g_get_real_time () / G_USEC_PER_SEC;
}

static GBytes *
ask (SignetTimestampServers *self, guint index, SignetHttp *http, SignetDigest digest, GBytes *hash, GCancellable *cancellable, GError **error)
{
  Server *server = get (self, index);
  g_autoptr (SignetSecret) password = find_password (self, server);
  g_autoptr (SignetTimestampClient) client = NULL;
  SignetEvidenceLogin login = { .user = server->user, .password = password };
  g_autoptr (GError) failure = NULL;
  gint64 began = g_get_monotonic_time ();
  GBytes *token = NULL;

  if (server->user != NULL && password == NULL)
    g_set_error (&failure, SIGNET_EVIDENCE_ERROR, SIGNET_EVIDENCE_ERROR_REFUSED, "no password for %s in the key ring", server->user);
  else if (find_client (self, server, &login.client, cancellable, &failure))
    {
      began = g_get_monotonic_time (); /* how long a person took for a PIN says nothing about the server */
      token = _signet_evidence_fetch_timestamp_as (http, server->url, &login, digest, hash, cancellable, &failure);
    }
  client = login.client;
  /* that nobody may be asked tells nothing about a server */
  if ((failure == NULL || !is_cancelled (failure)) && http != NULL && !signet_http_is_offline (http))
    signet_timestamp_health_note (server->url, now (), (guint) ((g_get_monotonic_time () - began) / 1000), failure);
  if (failure != NULL)
    g_propagate_error (error, g_steal_pointer (&failure));
  return token;
}

/* --- one after the other ------------------------------------------------------------------------------------------------------- */

/* (element-type guint): those that failed lately behind the others */
static GArray *
choose_order (SignetTimestampServers *self)
{
  GArray *order = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autoptr (GArray) failing = g_array_new (FALSE, FALSE, sizeof (guint));

  for (guint i = 0; i < self->servers->len; i++)
    {
      g_autoptr (SignetTimestampHealth) health = self->servers->len > 1 ? signet_timestamp_health_read (get (self, i)->url) : NULL;

      g_array_append_val (health != NULL && signet_timestamp_health_is_failing (health, now ()) ? failing : order, i);
    }
  g_array_append_vals (order, failing->data, failing->len);
  return order;
}

/* All that was told, and the kindest of the codes: what is unreachable now may answer later. */
static void
add_failure (GError **whole, const char *url, const GError *failure)
{
  if (*whole == NULL)
    {
      *whole = g_error_new (failure->domain, failure->code, "%s: %s", url, failure->message);
      return;
    }
  g_prefix_error (whole, "%s: %s; ", url, failure->message);
  if (g_error_matches (failure, SIGNET_EVIDENCE_ERROR, SIGNET_EVIDENCE_ERROR_UNREACHABLE))
    {
      (*whole)->domain = failure->domain;
      (*whole)->code = failure->code;
    }
}

/**
 * signet_timestamp_servers_fetch_of_hash:
 * @http: the door
 * @digest: what @hash was made with
 * @hash: of what the time-stamp shall be about
 * @served: (out) (optional) (transfer full): who gave it
 * @error: return location, in the %SIGNET_EVIDENCE_ERROR domain: NO_SOURCE when the list is empty; else what each of them answered
 *
 * Returns: (transfer full) (nullable): DER TimeStampToken that answers exactly this question
 */
GBytes *
signet_timestamp_servers_fetch_of_hash (SignetTimestampServers *self, SignetHttp *http, SignetDigest digest, GBytes *hash, char **served,
                                        GCancellable *cancellable, GError **error)
{
  g_autoptr (GArray) order = NULL;
  g_autoptr (GError) whole = NULL;

  if (signet_timestamp_servers_get_n (self) == 0)
    {
      g_set_error_literal (error, SIGNET_EVIDENCE_ERROR, SIGNET_EVIDENCE_ERROR_NO_SOURCE, "no time-stamp server is named");
      return NULL;
    }
  order = choose_order (self);
  for (guint i = 0; i < order->len; i++)
    {
      guint index = g_array_index (order, guint, i);
      g_autoptr (GError) failure = NULL;
      GBytes *token = ask (self, index, http, digest, hash, cancellable, &failure);

      if (token != NULL && served != NULL)
        *served = g_strdup (get (self, index)->url);
      if (token != NULL)
        return token;
      if (is_cancelled (failure))
        {
          g_propagate_error (error, g_steal_pointer (&failure));
          return NULL;
        }
      g_info ("%s gave no time-stamp: %s", get (self, index)->url, failure->message);
      add_failure (&whole, get (self, index)->url, failure);
    }
  g_propagate_error (error, g_steal_pointer (&whole));
  return NULL;
}

static GBytes *
hash_of (SignetDigest digest, GBytes *data, GError **error)
{
  const EVP_MD *md = signet_digest_get_md (digest);
  guint8 hash[EVP_MAX_MD_SIZE];
  unsigned length = 0;

  if (md != NULL && EVP_Digest (g_bytes_get_data (data, NULL), g_bytes_get_size (data), hash, &length, md, NULL) == 1)
    return g_bytes_new (hash, length);
  _signet_evidence_set_invalid (error, "no such digest");
  return NULL;
}

/**
 * signet_timestamp_servers_fetch:
 * @digest: what @data is to be hashed with
 * @data: what the time-stamp shall be about
 */
GBytes *
signet_timestamp_servers_fetch (SignetTimestampServers *self, SignetHttp *http, SignetDigest digest, GBytes *data, char **served,
                                GCancellable *cancellable, GError **error)
{
  g_autoptr (GBytes) hash = hash_of (digest, data, error);

  return hash != NULL ? signet_timestamp_servers_fetch_of_hash (self, http, digest, hash, served, cancellable, error) : NULL;
}

/**
 * signet_timestamp_servers_check:
 * @time: (out) (optional): what it said the time is
 *
 * Returns: whether it gives time-stamps that can be used; whether its certificate is trusted is not asked here
 */
gboolean
signet_timestamp_servers_check (SignetTimestampServers *self, guint index, SignetHttp *http, gint64 *time, GCancellable *cancellable,
                                GError **error)
{
  g_autoptr (GBytes) data = g_bytes_new_static ("Signet asks whether you answer", 30);
  g_autoptr (GBytes) hash = hash_of (SIGNET_DIGEST_SHA256, data, error);
  g_autoptr (GBytes) token = ask (self, index, http, SIGNET_DIGEST_SHA256, hash, cancellable, error);
  g_autoptr (SignetTimestamp) timestamp = token != NULL ? signet_evidence_parse_timestamp (token, data, error) : NULL;

  if (timestamp != NULL && time != NULL)
    *time = timestamp->time;
  return timestamp != NULL;
}
