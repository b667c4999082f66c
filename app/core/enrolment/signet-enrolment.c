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
  g_clear_object (&self->consents);
  g_clear_pointer (&self->plugins, g_ptr_array_unref);
  g_clear_pointer (&self->authorities, g_ptr_array_unref);
  g_clear_pointer (&self->unserved, g_ptr_array_unref);
  g_clear_pointer (&self->told, g_hash_table_unref);
  g_mutex_clear (&self->told_lock);
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
  g_mutex_init (&self->told_lock);
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

  if (!_signet_request_store_migrate (store, error) || !_signet_life_migrate (store, error) ||
      !_signet_request_place_migrate (store, error))
    return NULL;
  self->consents = signet_plugin_consents_new (store, clock, journal, error);
  if (self->consents == NULL)
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
  SignetForm *form;
  g_autoptr (JsonNode) result = NULL;
  JsonNode *params = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();

  json_object_set_object_member (object, "profile", _signet_enrolment_profile_json (authority));
  json_node_take_object (params, object);
  if (plugin == NULL || (process = _signet_enrolment_start_plugin (self, plugin, authority, NULL, cancellable, error)) == NULL)
    {
      json_node_unref (params);
      return NULL;
    }
  result = signet_plugin_process_call (process, "form", params, FORM_SECONDS, NULL, NULL, cancellable, error);
  signet_plugin_process_stop (process);
  form = result != NULL ? _signet_enrolment_form_parse (result, error) : NULL;
  if (form != NULL)
    signet_form_set_asker (form, signet_plugin_manifest_get_name (plugin));
  return form;
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

/* Without a person to ask, the authority is not told: signet_enrolment_withdraw(). */
gboolean
signet_enrolment_cancel (SignetEnrolment *self, SignetRequest *request, GError **error)
{
  g_return_val_if_fail (SIGNET_IS_ENROLMENT (self), FALSE);

  return signet_enrolment_withdraw (self, request, NULL, NULL, error);
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
