/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-timestamp-password.c: the passwords of time-stamp servers, in the person's key ring (libsecret, schema org.signet.TimeStampServer) and
 * nowhere else. A key ring that hangs does not hang us. Any thread; blocks while the key ring asks the person to open it.
 */
#define G_LOG_DOMAIN "signet-timestamp-password"

#include "config.h"

#include "signet-timestamp-servers.h"

#include <libsecret/secret.h>

#include "../base/signet-base-error.h"

#define PATIENCE (120 * G_TIME_SPAN_SECOND) /* for a person who is asked to open it */

static const SecretSchema schema = {
  "org.signet.TimeStampServer", SECRET_SCHEMA_NONE,
  { { "url", SECRET_SCHEMA_ATTRIBUTE_STRING }, { "user", SECRET_SCHEMA_ATTRIBUTE_STRING }, { NULL, 0 } },
};

static gint attended = TRUE; /* (atomic) */

void
signet_timestamp_password_set_attended (gboolean somebody_is_there)
{
  g_atomic_int_set (&attended, somebody_is_there);
}

/* --- a limit of time ----------------------------------------------------------------------------------------------------------- */

typedef struct {
  GMutex        lock;
  GCond         changed;
  gboolean      done;
  GCancellable *cancellable;
  GThread      *thread;
} Limit;

static gpointer
wait_and_cancel (gpointer data)
{
  Limit *self = data;
  gint64 end = g_get_monotonic_time () + PATIENCE;
  gboolean in_time = TRUE;

  g_mutex_lock (&self->lock);
  while (!self->done && in_time)
    in_time = g_cond_wait_until (&self->changed, &self->lock, end);
  g_mutex_unlock (&self->lock);
  if (!in_time)
    g_cancellable_cancel (self->cancellable);
  return NULL;
}

static void
limit_begin (Limit *self)
{
  *self = (Limit){ .cancellable = g_cancellable_new () };
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  self->thread = g_thread_new ("signet-keyring", wait_and_cancel, self);
}

static void
limit_end (Limit *self)
{
  g_mutex_lock (&self->lock);
  self->done = TRUE;
  g_cond_signal (&self->changed);
  g_mutex_unlock (&self->lock);
  g_thread_join (self->thread);
  g_object_unref (self->cancellable);
  g_cond_clear (&self->changed);
  g_mutex_clear (&self->lock);
}

/* --- the key ring --------------------------------------------------------------------------------------------------------------- */

/**
 * signet_timestamp_password_keep:
 * @error: DENIED when there is no key ring or it stays shut: then the password is kept nowhere
 */
gboolean
signet_timestamp_password_keep (const char *url, const char *user, SignetSecret *password, GError **error)
{
  gsize length = 0;
  const guint8 *bytes = signet_secret_get_bytes (password, &length);
  g_autofree char *label = g_strdup_printf ("Signet: %s", url);
  g_autoptr (GError) failure = NULL;
  SecretValue *value = secret_value_new ((const char *) bytes, (gssize) length, "text/plain");
  gboolean kept = FALSE;
  Limit limit;

  limit_begin (&limit);
  kept = secret_password_store_binary_sync (&schema, SECRET_COLLECTION_DEFAULT, label, value, limit.cancellable, &failure, "url", url, "user",
                                            user, NULL);
  limit_end (&limit);
  secret_value_unref (value);
  if (!kept)
    g_set_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_DENIED, "the key ring does not keep the password: %s",
                 failure != NULL ? failure->message : "no reason given");
  return kept;
}

SignetSecret *
signet_timestamp_password_find (const char *url, const char *user)
{
  g_autoptr (GError) error = NULL;
  SecretValue *value = NULL;
  SignetSecret *password = NULL;
  const char *bytes = NULL;
  gsize length = 0;
  Limit limit;

  if (!g_atomic_int_get (&attended))
    return NULL;
  limit_begin (&limit);
  value = secret_password_lookup_binary_sync (&schema, limit.cancellable, &error, "url", url, "user", user, NULL);
  limit_end (&limit);
  if (value == NULL)
    {
      if (error != NULL)
        g_info ("key ring: %s", error->message);
      return NULL;
    }
  bytes = secret_value_get (value, &length);
  password = signet_secret_new ((const guint8 *) bytes, length);
  secret_value_unref (value);
  return password;
}

void
signet_timestamp_password_forget (const char *url, const char *user)
{
  g_autoptr (GError) error = NULL;
  Limit limit;

  limit_begin (&limit);
  if (!secret_password_clear_sync (&schema, limit.cancellable, &error, "url", url, "user", user, NULL) && error != NULL)
    g_info ("key ring: %s", error->message);
  limit_end (&limit);
}
