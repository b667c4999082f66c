/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-request-secret.c: activation codes and the like, from the form until the certificate is there. In the person's key ring
 * (libsecret); where there is none, in memory for this run, and asked for again in the next. Any thread.
 */
#define G_LOG_DOMAIN "signet-request-secret"

#include "config.h"

#include "signet-enrolment-private.h"

#include <libsecret/secret.h>

static const SecretSchema schema = {
  "org.signet.Secret", SECRET_SCHEMA_NONE,
  { { "request", SECRET_SCHEMA_ATTRIBUTE_STRING }, { "field", SECRET_SCHEMA_ATTRIBUTE_STRING }, { NULL, 0 } },
};

static GMutex memory_lock;
static GHashTable *memory;   /* "label/field" -> SignetSecret */

static char *
memory_name (SignetRequest *request, const char *field)
{
  return g_strconcat (request->label, "/", field, NULL);
}

static void
remember (SignetRequest *request, const char *field, SignetSecret *secret)
{
  g_mutex_lock (&memory_lock);
  if (memory == NULL)
    memory = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) signet_secret_unref);
  g_hash_table_insert (memory, memory_name (request, field), signet_secret_ref (secret));
  g_mutex_unlock (&memory_lock);
}

static SignetSecret *
recall (SignetRequest *request, const char *field)
{
  g_autofree char *name = memory_name (request, field);
  SignetSecret *secret;

  g_mutex_lock (&memory_lock);
  secret = memory != NULL ? g_hash_table_lookup (memory, name) : NULL;
  if (secret != NULL)
    signet_secret_ref (secret);
  g_mutex_unlock (&memory_lock);
  return secret;
}

void
_signet_request_secret_keep (SignetRequest *request, const char *field, SignetSecret *secret)
{
  gsize length;
  const guint8 *bytes = signet_secret_get_bytes (secret, &length);
  SecretValue *value = secret_value_new ((const char *) bytes, (gssize) length, "text/plain");
  g_autoptr (GError) error = NULL;

  remember (request, field, secret);
  if (!secret_password_store_binary_sync (&schema, SECRET_COLLECTION_DEFAULT, "Signet: code for a certificate request", value, NULL, &error,
                                          "request", request->label, "field", field, NULL))
    g_info ("no key ring: the secret is kept for this run only (%s)", error != NULL ? error->message : "");
  secret_value_unref (value);
}

SignetSecret *
_signet_request_secret_find (SignetRequest *request, const char *field)
{
  SignetSecret *secret = recall (request, field);
  g_autoptr (GError) error = NULL;
  SecretValue *value;
  const char *bytes;
  gsize length;

  if (secret != NULL)
    return secret;
  value = secret_password_lookup_binary_sync (&schema, NULL, &error, "request", request->label, "field", field, NULL);
  if (value == NULL)
    return NULL;
  bytes = secret_value_get (value, &length);
  secret = signet_secret_new ((const guint8 *) bytes, length);
  secret_value_unref (value);
  remember (request, field, secret);
  return secret;
}

static gboolean
is_of_request (gpointer key, gpointer value, gpointer prefix)
{
  return g_str_has_prefix (key, prefix);
}

void
_signet_request_secret_forget (SignetRequest *request)
{
  g_autofree char *prefix = memory_name (request, "");
  g_autoptr (GError) error = NULL;

  g_mutex_lock (&memory_lock);
  if (memory != NULL)
    g_hash_table_foreach_remove (memory, is_of_request, prefix);
  g_mutex_unlock (&memory_lock);
  if (!secret_password_clear_sync (&schema, NULL, &error, "request", request->label, NULL) && error != NULL)
    g_info ("key ring: %s", error->message);
}
