/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-request-secret.c: activation codes and the like, from the form until the request ends. In the person's key ring (libsecret, schema
 * org.signet.Request); where there is none, or the person refuses to open it, in memory for this run and asked for again in the next: never in
 * a file of ours. A plugin is told their names alone. Any thread; blocks while the key ring asks the person to open it.
 */
#define G_LOG_DOMAIN "signet-request-secret"

#include "config.h"

#include "signet-enrolment-private.h"

#include <string.h>

#include <libsecret/secret.h>

#define PATIENCE_SECONDS 120 /* for a person who is asked to open the key ring */
#define SILENCE_SECONDS 5    /* for a key ring that asks nobody */

static const SecretSchema schema = {
  "org.signet.Request", SECRET_SCHEMA_NONE,
  { { "request", SECRET_SCHEMA_ATTRIBUTE_STRING }, { "field", SECRET_SCHEMA_ATTRIBUTE_STRING }, { "authority", SECRET_SCHEMA_ATTRIBUTE_STRING },
    { NULL, 0 } },
};

static GMutex memory_lock;
static GHashTable *memory;     /* "label/field" -> SignetSecret */
static char *words;            /* (nullable): how the key ring calls it, in the person's language */
static gint attended = TRUE;   /* (atomic): somebody is there to open a key ring */
static gint refused;           /* (atomic): the person was asked to open it and did not: not asked again in this run */

void
signet_enrolment_set_secret_words (const char *text)
{
  g_mutex_lock (&memory_lock);
  g_free (words);
  words = g_strdup (text);
  g_mutex_unlock (&memory_lock);
}

void
signet_enrolment_set_attended (gboolean somebody_is_there)
{
  g_atomic_int_set (&attended, somebody_is_there);
}

/* --- memory: for this run ------------------------------------------------------------------------------------------------------------- */

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

static gboolean
is_of_request (gpointer key, gpointer value, gpointer prefix)
{
  return g_str_has_prefix (key, prefix);
}

static void
forget_memory (SignetRequest *request)
{
  g_autofree char *prefix = memory_name (request, "");

  g_mutex_lock (&memory_lock);
  if (memory != NULL)
    g_hash_table_foreach_remove (memory, is_of_request, prefix);
  g_mutex_unlock (&memory_lock);
}

static void
forget_memory_field (SignetRequest *request, const char *field)
{
  g_autofree char *name = memory_name (request, field);

  g_mutex_lock (&memory_lock);
  if (memory != NULL)
    g_hash_table_remove (memory, name);
  g_mutex_unlock (&memory_lock);
}

static void
add_memory_fields (SignetRequest *request, GHashTable *fields)
{
  g_autofree char *prefix = memory_name (request, "");
  GHashTableIter iter;
  gpointer name;

  g_mutex_lock (&memory_lock);
  if (memory != NULL)
    {
      g_hash_table_iter_init (&iter, memory);
      while (g_hash_table_iter_next (&iter, &name, NULL))
        if (g_str_has_prefix (name, prefix))
          g_hash_table_add (fields, g_strdup ((const char *) name + strlen (prefix)));
    }
  g_mutex_unlock (&memory_lock);
}

/* --- a limit of time: a key ring that hangs must not hang us ------------------------------------------------------------------------------ */

typedef struct {
  GMutex        lock;
  GCond         cond;
  gboolean      done;
  gint64        end;
  GCancellable *cancellable; /* (owned) */
  GThread      *thread;
} Limit;

static gpointer
limit_thread (gpointer data)
{
  Limit *limit = data;
  gboolean in_time = TRUE;

  g_mutex_lock (&limit->lock);
  while (!limit->done && in_time)
    in_time = g_cond_wait_until (&limit->cond, &limit->lock, limit->end);
  g_mutex_unlock (&limit->lock);
  if (!in_time)
    g_cancellable_cancel (limit->cancellable);
  return NULL;
}

static void
limit_start (Limit *limit)
{
  guint seconds = g_atomic_int_get (&attended) ? PATIENCE_SECONDS : SILENCE_SECONDS;

  g_mutex_init (&limit->lock);
  g_cond_init (&limit->cond);
  limit->done = FALSE;
  limit->end = g_get_monotonic_time () + (gint64) seconds * G_USEC_PER_SEC;
  limit->cancellable = g_cancellable_new ();
  limit->thread = g_thread_new ("signet-keyring", limit_thread, limit);
}

static void
limit_end (Limit *limit)
{
  g_mutex_lock (&limit->lock);
  limit->done = TRUE;
  g_cond_signal (&limit->cond);
  g_mutex_unlock (&limit->lock);
  g_thread_join (limit->thread);
  g_object_unref (limit->cancellable);
  g_mutex_clear (&limit->lock);
  g_cond_clear (&limit->cond);
}

/* --- the key ring ----------------------------------------------------------------------------------------------------------------------------- */

/* Somebody said no, or did not answer. That the key ring is not there at all is no refusal. */
static void
note_refusal (const GError *error)
{
  if (error == NULL)
    return;
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) || g_error_matches (error, SECRET_ERROR, SECRET_ERROR_IS_LOCKED))
    g_atomic_int_set (&refused, TRUE);
  g_info ("no key ring: secrets are kept for this run only (%s)", error->message);
}

static char *
dup_words (void)
{
  char *text;

  g_mutex_lock (&memory_lock);
  text = g_strdup (words != NULL ? words : "Signet: code for a certificate request");
  g_mutex_unlock (&memory_lock);
  return text;
}

void
_signet_request_secret_keep (SignetRequest *request, const char *field, SignetSecret *secret)
{
  g_autofree char *label = dup_words ();
  g_autoptr (GError) error = NULL;
  SecretValue *value;
  const guint8 *bytes;
  gsize length;
  Limit limit;

  remember (request, field, secret);
  if (g_atomic_int_get (&refused) || !g_atomic_int_get (&attended))
    return;
  bytes = signet_secret_get_bytes (secret, &length);
  value = secret_value_new ((const char *) bytes, (gssize) length, "text/plain");
  limit_start (&limit);
  if (!secret_password_store_binary_sync (&schema, SECRET_COLLECTION_DEFAULT, label, value, limit.cancellable, &error, "request", request->label,
                                          "field", field, "authority", request->authority, NULL))
    note_refusal (error);
  limit_end (&limit);
  secret_value_unref (value);
}

static GHashTable *
new_attributes (SignetRequest *request, const char *field)
{
  return field != NULL ? secret_attributes_build (&schema, "request", request->label, "field", field, NULL)
                       : secret_attributes_build (&schema, "request", request->label, NULL);
}

/* A prompt is for a person: where nobody is there, what is locked stays so. */
static SignetSecret *
look_up (SignetRequest *request, const char *field, GCancellable *cancellable, GError **error)
{
  g_autoptr (GHashTable) attributes = new_attributes (request, field);
  SecretSearchFlags flags = SECRET_SEARCH_LOAD_SECRETS | (g_atomic_int_get (&attended) ? SECRET_SEARCH_UNLOCK : 0);
  GList *items = secret_password_searchv_sync (&schema, attributes, flags, cancellable, error);
  SecretValue *value = items != NULL ? secret_retrievable_retrieve_secret_sync (items->data, cancellable, error) : NULL;
  SignetSecret *secret = NULL;
  const char *bytes;
  gsize length;

  if (value != NULL)
    {
      bytes = secret_value_get (value, &length);
      secret = signet_secret_new ((const guint8 *) bytes, length);
      secret_value_unref (value);
    }
  g_list_free_full (items, g_object_unref);
  return secret;
}

SignetSecret *
_signet_request_secret_find (SignetRequest *request, const char *field)
{
  SignetSecret *secret = recall (request, field);
  g_autoptr (GError) error = NULL;
  Limit limit;

  if (secret != NULL || g_atomic_int_get (&refused))
    return secret;
  limit_start (&limit);
  secret = look_up (request, field, limit.cancellable, &error);
  limit_end (&limit);
  note_refusal (error);
  if (secret != NULL)
    remember (request, field, secret);
  return secret;
}

/* Where nobody is there to open a key ring that is locked, what is in it stays until somebody is. */
static void
clear (GHashTable *attributes, GCancellable *cancellable, GError **error)
{
  GList *items;

  if (g_atomic_int_get (&attended))
    {
      secret_password_clearv_sync (&schema, attributes, cancellable, error);
      return;
    }
  items = secret_service_search_sync (NULL, &schema, attributes, SECRET_SEARCH_ALL, cancellable, error);
  for (GList *at = items; at != NULL; at = at->next)
    if (!secret_item_get_locked (at->data))
      secret_item_delete_sync (at->data, cancellable, NULL);
  g_list_free_full (items, g_object_unref);
}

/* Even when the key ring was not opened before in this run: what is in it must go. @field: (nullable): all */
static void
forget_ring (SignetRequest *request, const char *field)
{
  g_autoptr (GHashTable) attributes = new_attributes (request, field);
  g_autoptr (GError) error = NULL;
  Limit limit;

  limit_start (&limit);
  clear (attributes, limit.cancellable, &error);
  limit_end (&limit);
  if (error != NULL)
    g_info ("key ring: %s", error->message);
}

/* Names are no secret: nobody is asked to open anything. @name: an attribute of what matches @attributes, added to the set @values */
static void
add_ring_values (GHashTable *attributes, const char *name, GHashTable *values)
{
  g_autoptr (GError) error = NULL;
  GList *items;
  Limit limit;

  limit_start (&limit);
  items = secret_password_searchv_sync (&schema, attributes, SECRET_SEARCH_ALL, limit.cancellable, &error);
  limit_end (&limit);
  for (GList *at = items; at != NULL; at = at->next)
    {
      g_autoptr (GHashTable) of_item = secret_retrievable_get_attributes (at->data);
      const char *value = g_hash_table_lookup (of_item, name);

      if (value != NULL)
        g_hash_table_add (values, g_strdup (value));
    }
  g_list_free_full (items, g_object_unref);
  if (error != NULL)
    g_info ("key ring: %s", error->message);
}

static void
add_ring_fields (SignetRequest *request, GHashTable *fields)
{
  g_autoptr (GHashTable) attributes = new_attributes (request, NULL);

  add_ring_values (attributes, "field", fields);
}

GHashTable *
_signet_request_secret_list (void)
{
  GHashTable *labels = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GHashTable) all = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  if (!g_atomic_int_get (&refused))
    add_ring_values (all, "request", labels);
  return labels;
}

void
_signet_request_secret_forget (SignetRequest *request)
{
  forget_memory (request);
  forget_ring (request, NULL);
}

void
_signet_request_secret_forget_field (SignetRequest *request, const char *field)
{
  forget_memory_field (request, field);
  forget_ring (request, field);
}

void
_signet_request_secret_forget_typed (SignetRequest *request)
{
  g_autoptr (GHashTable) fields = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GHashTableIter iter;
  gpointer field;

  add_memory_fields (request, fields);
  add_ring_fields (request, fields);
  g_hash_table_iter_init (&iter, fields);
  while (g_hash_table_iter_next (&iter, &field, NULL))
    if (!g_str_has_prefix (field, SIGNET_REQUEST_SECRET_OWN))
      _signet_request_secret_forget_field (request, field);
}
