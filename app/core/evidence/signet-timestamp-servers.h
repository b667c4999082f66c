/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-timestamp-servers.h: time-stamp servers in the order they are to be asked: the next one is tried when one fails, how each of them did is
 * remembered, and the password of one that wants it is in the person's key ring.
 */
#pragma once

#include "../base/signet-interaction.h"
#include "signet-evidence.h"
#include "signet-timestamp-client.h"

G_BEGIN_DECLS

/* --- how a server did ----------------------------------------------------------------------------------------------------------- */

/* Times in seconds since 1970, SIGNET_TIME_UNKNOWN: never. */
typedef struct {
  gint64 answered;   /* its last good answer */
  guint  latency_ms; /* that one took */
  gint64 failed;     /* its last failure */
  char  *failure;    /* (nullable): "unreachable", "refused", "invalid" */
  char  *detail;     /* (nullable): technical */
} SignetTimestampHealth;
void                   signet_timestamp_health_free (SignetTimestampHealth *health);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SignetTimestampHealth, signet_timestamp_health_free)
/* (transfer full): never NULL; of a server nobody asked yet all is unknown */
SignetTimestampHealth *signet_timestamp_health_read (const char *url);
void                   signet_timestamp_health_note (const char *url, gint64 now, guint latency_ms, const GError *error); /* @error: (nullable): it answered */
void                   signet_timestamp_health_forget (const char *url);
/* It failed lately, and did not answer since. */
gboolean               signet_timestamp_health_is_failing (const SignetTimestampHealth *health, gint64 now);

/* --- passwords ------------------------------------------------------------------------------------------------------------------ */

/* Blocks while the key ring asks the person to open it. FALSE: there is none, or it stays shut. */
gboolean      signet_timestamp_password_keep   (const char *url, const char *user, SignetSecret *password, GError **error);
SignetSecret *signet_timestamp_password_find   (const char *url, const char *user); /* (nullable) */
/* FALSE: nobody is there to open a key ring: passwords are not looked for. */
void          signet_timestamp_password_set_attended (gboolean somebody_is_there);
void          signet_timestamp_password_forget (const char *url, const char *user);

/* --- the list ------------------------------------------------------------------------------------------------------------------- */

/* Reference counted. Filled by one thread, then any number may ask. */
typedef struct _SignetTimestampServers SignetTimestampServers;
SignetTimestampServers *signet_timestamp_servers_new   (void);
SignetTimestampServers *signet_timestamp_servers_ref   (SignetTimestampServers *self);
void                    signet_timestamp_servers_unref (SignetTimestampServers *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SignetTimestampServers, signet_timestamp_servers_unref)
void                    signet_timestamp_servers_add   (SignetTimestampServers *self, const char *server); /* "URL" or "URL USER"; once each */
guint                   signet_timestamp_servers_get_n (SignetTimestampServers *self);
const char             *signet_timestamp_servers_get_url (SignetTimestampServers *self, guint index);
const char             *signet_timestamp_servers_get_user (SignetTimestampServers *self, guint index); /* (nullable) */
const char             *signet_timestamp_servers_get_client (SignetTimestampServers *self, guint index); /* (nullable): see signet-settings.h */
/* Opens the certificate on a token that is called @client; asked at most once for each server, when it is first needed. */
typedef SignetTimestampClient *(*SignetTimestampClientOpener) (const char *client, SignetInteraction *interaction, gpointer data, GCancellable *cancellable,
                                                               GError **error);
void                    signet_timestamp_servers_set_opener (SignetTimestampServers *self, SignetTimestampClientOpener opener, gpointer data, GDestroyNotify destroy);
/* Who is asked for the PIN of such a token; nobody: the server counts as one that refuses. @only: nobody else, whoever attends an act later. */
void                    signet_timestamp_servers_attend (SignetTimestampServers *self, SignetInteraction *interaction, gboolean only);
/* A token as signet_evidence_fetch_timestamp() gives it, from the first that gives one. @served: (out) (optional) (transfer full): its address.
   The error of the whole: UNREACHABLE when any of them might answer another time. */
GBytes                 *signet_timestamp_servers_fetch_of_hash (SignetTimestampServers *self, SignetHttp *http, SignetDigest digest, GBytes *hash,
                                                        char **served, GCancellable *cancellable, GError **error);
GBytes                 *signet_timestamp_servers_fetch (SignetTimestampServers *self, SignetHttp *http, SignetDigest digest, GBytes *data, char **served,
                                                        GCancellable *cancellable, GError **error);
/* Asks one of them for a time-stamp of nothing that matters, and remembers how it did. */
gboolean                signet_timestamp_servers_check (SignetTimestampServers *self, guint index, SignetHttp *http, gint64 *time, GCancellable *cancellable,
                                                        GError **error);

G_END_DECLS
