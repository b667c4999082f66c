/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-enrolment.c: requests for certificates: who can be asked, drafting, agreeing, cancelling, finding. How a request moves on
 * is in signet-enrolment-run.c. Any thread; one request is for one thread at a time.
 */
#define G_LOG_DOMAIN "signet-enrolment"

#include "config.h"

#include "signet-life-private.h"

#include <string.h>

#include "../base/signet-base-error.h"

#define FORM_SECONDS 20
#define MAX_VALUE    4096

G_DEFINE_FINAL_TYPE (SignetEnrolment, signet_enrolment, G_TYPE_OBJECT)

static void
signet_enrolment_finalize (GObject *object)
{
  SignetEnrolment *self = SIGNET_ENROLMENT (object);

  g_clear_object (&self->store);
  g_clear_object (&self->http);
  g_clear_object (&self->clock);
  g_clear_object (&self->tokens);
  g_clear_object (&self->journal);
  g_clear_pointer (&self->plugins, g_ptr_array_unref);
  g_clear_pointer (&self->authorities, g_ptr_array_unref);
  g_clear_pointer (&self->unserved, g_ptr_array_unref);
  G_OBJECT_CLASS (signet_enrolment_parent_class)->finalize (object);
}

static void
signet_enrolment_class_init (SignetEnrolmentClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = signet_enrolment_finalize;
}

static void
signet_enrolment_init (SignetEnrolment *self)
{
  self->authorities = g_ptr_array_new_with_free_func (g_object_unref);
  self->unserved = g_ptr_array_new_with_free_func (g_object_unref);
}

static SignetPluginManifest *
find_plugin (GPtrArray *plugins, SignetAuthority *authority)
{
  for (guint i = 0; plugins != NULL && i < plugins->len; i++)
    if (g_strcmp0 (signet_plugin_manifest_get_id (plugins->pdata[i]), signet_authority_get_plugin (authority)) == 0)
      return plugins->pdata[i];
  return NULL;
}

SignetPluginManifest *
_signet_enrolment_find_plugin (SignetEnrolment *self, SignetAuthority *authority, GError **error)
{
  SignetPluginManifest *plugin = find_plugin (self->plugins, authority);

  if (plugin == NULL)
    g_set_error (error, SIGNET_PLUGIN_ERROR, SIGNET_PLUGIN_ERROR_NOT_FOUND, "there is no plugin %s", signet_authority_get_plugin (authority));
  return plugin;
}

/**
 * signet_enrolment_new:
 * @plugins: (element-type SignetPluginManifest)
 * @authorities: (element-type SignetAuthority): those whose plugin is not there are left out
 */
SignetEnrolment *
signet_enrolment_new (SignetStore *store, SignetHttp *http, SignetClock *clock, SignetTokenManager *tokens, SignetJournal *journal,
                      GPtrArray *plugins, GPtrArray *authorities, GError **error)
{
  g_autoptr (SignetEnrolment) self = g_object_new (SIGNET_TYPE_ENROLMENT, NULL);

  if (!_signet_request_store_migrate (store, error) || !_signet_life_migrate (store, error))
    return NULL;
  self->store = g_object_ref (store);
  self->http = g_object_ref (http);
  self->clock = g_object_ref (clock);
  self->tokens = tokens != NULL ? g_object_ref (tokens) : NULL;
  self->journal = journal != NULL ? g_object_ref (journal) : NULL;
  self->plugins = g_ptr_array_ref (plugins);
  for (guint i = 0; i < authorities->len; i++)
    g_ptr_array_add (find_plugin (plugins, authorities->pdata[i]) != NULL ? self->authorities : self->unserved,
                     g_object_ref (authorities->pdata[i]));
  return g_steal_pointer (&self);
}

GPtrArray *
signet_enrolment_get_authorities (SignetEnrolment *self)
{
  g_return_val_if_fail (SIGNET_IS_ENROLMENT (self), NULL);
  return self->authorities;
}

static SignetAuthority *
find_by_id (GPtrArray *authorities, const char *id)
{
  for (guint i = 0; i < authorities->len; i++)
    if (g_strcmp0 (signet_authority_get_id (authorities->pdata[i]), id) == 0)
      return authorities->pdata[i];
  return NULL;
}

SignetAuthority *
signet_enrolment_find_authority (SignetEnrolment *self, const char *id, GError **error)
{
  SignetAuthority *authority;

  g_return_val_if_fail (SIGNET_IS_ENROLMENT (self), NULL);

  authority = find_by_id (self->authorities, id);
  if (authority != NULL)
    return authority;
  authority = find_by_id (self->unserved, id);
  if (authority != NULL)
    {
      _signet_enrolment_find_plugin (self, authority, error);
      return NULL;
    }
  g_set_error (error, SIGNET_ENROLMENT_ERROR, SIGNET_ENROLMENT_ERROR_NOT_FOUND, "there is no authority %s that can be asked", id);
  return NULL;
}

/* --- form ------------------------------------------------------------------------------------------------------------------------ */

SignetForm *
signet_enrolment_get_form (SignetEnrolment *self, SignetAuthority *authority, GCancellable *cancellable, GError **error)
{
  SignetPluginManifest *plugin = _signet_enrolment_find_plugin (self, authority, error);
  g_autoptr (SignetPluginProcess) process = NULL;
  g_autoptr (JsonNode) result = NULL;
  JsonNode *params = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();

  json_object_set_object_member (object, "profile", _signet_enrolment_profile_json (authority));
  json_node_take_object (params, object);
  if (plugin == NULL || (process = signet_plugin_process_start (plugin, cancellable, error)) == NULL)
    {
      json_node_unref (params);
      return NULL;
    }
  result = signet_plugin_process_call (process, "form", params, FORM_SECONDS, NULL, NULL, cancellable, error);
  signet_plugin_process_stop (process);
  return result != NULL ? _signet_enrolment_form_parse (result, error) : NULL;
}

/* --- draft ------------------------------------------------------------------------------------------------------------------------- */

static gboolean
copy_fields (SignetRequest *request, GHashTable *fields, GError **error)
{
  GHashTableIter iter;
  gpointer key, value;

  g_hash_table_iter_init (&iter, fields);
  while (g_hash_table_iter_next (&iter, &key, &value))
    {
      if (value == NULL || strlen (value) > MAX_VALUE || !g_utf8_validate (value, -1, NULL))
        {
          g_set_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_USAGE, "the value of %s is too long or not text", (const char *) key);
          return FALSE;
        }
      g_hash_table_insert (request->fields, g_strdup (key), g_strdup (value));
    }
  return TRUE;
}

/* The template of the profile; without one the name alone. */
static char *
make_subject (SignetAuthority *authority, GHashTable *fields, GError **error)
{
  g_autofree char *template = g_key_file_get_string (signet_authority_get_profile (authority), "Issuance", "Subject", NULL);

  return _signet_enrolment_name_from_template (template != NULL ? template : "CN={name}", fields, error);
}

static char *
secret_names (GHashTable *secrets)
{
  g_autofree char **names = secrets != NULL ? (char **) g_hash_table_get_keys_as_array (secrets, NULL) : g_new0 (char *, 1);

  return g_strjoinv (";", names);
}

static gboolean
check_key_spec (SignetAuthority *authority, const char *key_spec, GError **error)
{
  g_auto (GStrv) allowed = signet_authority_dup_key_specs (authority);

  if (key_spec != NULL && signet_key_spec_find (key_spec) != NULL &&
      (allowed == NULL || allowed[0] == NULL || g_strv_contains ((const char *const *) allowed, key_spec)))
    return TRUE;
  g_set_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_UNSUPPORTED, "the authority does not certify keys of type %s", key_spec);
  return FALSE;
}

static char *
make_label (void)
{
  g_autofree char *uuid = g_uuid_string_random ();

  uuid[8] = '\0';
  return g_strconcat ("signet-", uuid, NULL);
}

static void
keep_secrets (SignetRequest *request, GHashTable *secrets)
{
  GHashTableIter iter;
  gpointer key, value;

  if (secrets == NULL)
    return;
  g_hash_table_iter_init (&iter, secrets);
  while (g_hash_table_iter_next (&iter, &key, &value))
    _signet_request_secret_keep (request, key, value);
}

SignetRequest *
signet_enrolment_draft (SignetEnrolment *self, SignetAuthority *authority, SignetToken *token, const char *key_spec, GHashTable *fields,
                        GHashTable *secrets, GError **error)
{
  g_autoptr (SignetRequest) request = g_object_new (SIGNET_TYPE_REQUEST, NULL);

  g_return_val_if_fail (SIGNET_IS_ENROLMENT (self), NULL);

  if (!check_key_spec (authority, key_spec, error) || !copy_fields (request, fields, error) ||
      (request->subject = make_subject (authority, fields, error)) == NULL)
    return NULL;
  request->state = SIGNET_REQUEST_DRAFTED;
  request->authority = g_strdup (signet_authority_get_id (authority));
  request->token_uri = g_strdup (signet_token_get_uri (token));
  request->token_label = g_strdup (signet_token_get_label (token));
  request->key_spec = g_strdup (key_spec);
  request->label = make_label ();
  request->secret_names = secret_names (secrets);
  request->created = request->changed = signet_clock_now (self->clock);
  if (!_signet_request_store_insert (self->store, request, error))
    return NULL;
  keep_secrets (request, secrets);
  return g_steal_pointer (&request);
}

/* --- agree, cancel, find -------------------------------------------------------------------------------------------------------------- */

static gboolean
set_state (SignetEnrolment *self, SignetRequest *request, SignetRequestState state, GError **error)
{
  SignetEnrolmentRun run = { .enrolment = self, .request = request };

  return _signet_enrolment_run_enter (&run, state, error);
}

static gboolean
refuse_state (SignetRequest *request, GError **error)
{
  g_set_error (error, SIGNET_ENROLMENT_ERROR, SIGNET_ENROLMENT_ERROR_STATE, "not possible: the request is %s",
               signet_request_state_get_id (request->state));
  return FALSE;
}

gboolean
signet_enrolment_agree (SignetEnrolment *self, SignetRequest *request, GError **error)
{
  g_return_val_if_fail (SIGNET_IS_ENROLMENT (self), FALSE);

  if (request->state != SIGNET_REQUEST_DRAFTED)
    return refuse_state (request, error);
  return set_state (self, request, SIGNET_REQUEST_DISCLOSED, error);
}

/* The key stays on the token: whether it may go is for the person to say, there. */
gboolean
signet_enrolment_cancel (SignetEnrolment *self, SignetRequest *request, GError **error)
{
  g_return_val_if_fail (SIGNET_IS_ENROLMENT (self), FALSE);

  if (_signet_request_state_is_final (request->state) || request->state == SIGNET_REQUEST_INSTALLED)
    return refuse_state (request, error);
  if (!set_state (self, request, SIGNET_REQUEST_CANCELLED, error))
    return FALSE;
  _signet_request_secret_forget (request);
  return TRUE;
}

GPtrArray *
signet_enrolment_list (SignetEnrolment *self, GError **error)
{
  g_return_val_if_fail (SIGNET_IS_ENROLMENT (self), NULL);

  return _signet_request_store_list (self->store, error);
}

SignetRequest *
signet_enrolment_find (SignetEnrolment *self, gint64 id, GError **error)
{
  g_return_val_if_fail (SIGNET_IS_ENROLMENT (self), NULL);

  return _signet_request_store_find (self->store, id, error);
}
