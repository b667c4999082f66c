/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-unblock.c: whose token it is, and what that authority has for a locked PIN. Blocking, for worker threads.
 *
 * The plugin is told the token's serial number, model and label, nothing else, and only after a yes. A code it answers with goes to the
 * token host as a secret; no face and no log sees it. It is tried once: a second try would be the authority's mistake paid by the card.
 */
#define G_LOG_DOMAIN "signet-unblock"

#include "config.h"

#include <string.h>

#include "signet-broker-private.h"
#include "signet-life-private.h"
#include "signet-unblock.h"

#include "../base/signet-base-error.h"
#include "../base/signet-text.h"

#define CALL_SECONDS 60
#define MAX_TEXT 2000
#define MAX_CODE 64

void
signet_unblock_offer_free (SignetUnblockOffer *offer)
{
  g_object_unref (offer->authority);
  g_free (offer->text);
  g_free (offer->url);
  g_free (offer->phone);
  g_free (offer);
}

/* --- whose token it is ------------------------------------------------------------------------------------------------------- */

static SignetAuthority *
find_by_certificate (SignetEnrolment *self, SignetToken *token)
{
  GPtrArray *keys = signet_token_get_keys (token);

  for (guint i = 0; i < keys->len; i++)
    {
      SignetCertificate *certificate = signet_token_key_get_certificate (keys->pdata[i]);
      SignetAuthority *authority = certificate != NULL ? signet_authority_find_issuer (self->authorities, certificate) : NULL;

      if (authority == NULL && certificate != NULL)
        authority = signet_authority_find_issuer (self->unserved, certificate);
      if (authority != NULL)
        return authority;
    }
  return NULL;
}

static SignetAuthority *
find_by_id (GPtrArray *authorities, const char *id)
{
  for (guint i = 0; i < authorities->len; i++)
    if (g_strcmp0 (signet_authority_get_id (authorities->pdata[i]), id) == 0)
      return authorities->pdata[i];
  return NULL;
}

/* A token that shows nothing before the login: the newest request on it. */
static gboolean
find_by_request (SignetEnrolment *self, SignetToken *token, SignetAuthority **authority, GError **error)
{
  g_autoptr (GPtrArray) requests = signet_enrolment_list (self, error);

  for (guint i = 0; requests != NULL && i < requests->len && *authority == NULL; i++)
    {
      SignetRequest *request = requests->pdata[i];

      if (g_strcmp0 (request->token_uri, signet_token_get_uri (token)) != 0)
        continue;
      *authority = find_by_id (self->authorities, request->authority);
      if (*authority == NULL)
        *authority = find_by_id (self->unserved, request->authority);
    }
  return requests != NULL;
}

/* --- what it offers ----------------------------------------------------------------------------------------------------------- */

static char *
dup_safe_url (const char *raw)
{
  g_autofree char *url = raw != NULL ? signet_text_sanitize (raw, -1, 500) : NULL;

  if (url == NULL || (!g_str_has_prefix (url, "https://") && !g_str_has_prefix (url, "http://")))
    return NULL;
  return g_steal_pointer (&url);
}

static char *
dup_text (GKeyFile *profile, const char *key, gsize max)
{
  g_autofree char *raw = g_key_file_get_locale_string (profile, "Unblock", key, NULL, NULL);

  return raw != NULL && *raw != '\0' ? signet_text_sanitize (raw, -1, (gssize) max) : NULL;
}

static SignetUnblockOffer *
read_offer (SignetAuthority *authority)
{
  GKeyFile *profile = signet_authority_get_profile (authority);
  SignetUnblockOffer *offer = NULL;
  g_autofree char *method = NULL;
  g_autofree char *url = NULL;

  if (!g_key_file_has_group (profile, "Unblock"))
    return NULL;
  method = g_key_file_get_string (profile, "Unblock", "Method", NULL);
  url = g_key_file_get_locale_string (profile, "Unblock", "Url", NULL, NULL);
  offer = g_new0 (SignetUnblockOffer, 1);
  offer->authority = g_object_ref (authority);
  offer->text = dup_text (profile, "Text", MAX_TEXT);
  offer->phone = dup_text (profile, "Phone", 100);
  offer->url = dup_safe_url (url);
  offer->by_plugin = g_strcmp0 (method, "plugin") == 0;
  return offer;
}

SignetUnblockOffer *
signet_enrolment_find_unblock (SignetEnrolment *self, SignetToken *token, GError **error)
{
  SignetAuthority *authority = NULL;

  g_return_val_if_fail (SIGNET_IS_ENROLMENT (self), NULL);
  g_return_val_if_fail (SIGNET_IS_TOKEN (token), NULL);

  authority = find_by_certificate (self, token);
  if (authority == NULL && !find_by_request (self, token, &authority, error))
    return NULL;
  return authority != NULL ? read_offer (authority) : NULL;
}

SignetUnblockStrategy
signet_enrolment_get_unblock_strategy (SignetEnrolment *self, SignetToken *token)
{
  g_autoptr (SignetUnblockOffer) offer = signet_enrolment_find_unblock (self, token, NULL);

  return offer != NULL ? SIGNET_UNBLOCK_AUTHORITY : signet_token_get_unblock_strategy (token);
}

/* --- through the plugin -------------------------------------------------------------------------------------------------------- */

static gboolean
confirm (SignetToken *token, SignetUnblockOffer *offer, SignetInteraction *interaction, GCancellable *cancellable, GError **error)
{
  const char *const names[] = { "authority", "token", "model", "serial", NULL };
  const char *const values[] = { signet_authority_get_name (offer->authority), signet_token_get_label (token),
                                 signet_token_get_model (token), signet_token_get_serial (token), NULL };
  SignetConsent consent = { "unblock-token", signet_authority_get_name (offer->authority), names, values };

  return signet_interaction_confirm (interaction, &consent, cancellable, error);
}

static JsonNode *
make_params (SignetToken *token, SignetAuthority *authority)
{
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *params = json_object_new ();
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "serial", signet_token_get_serial (token));
  json_object_set_string_member (object, "model", signet_token_get_model (token));
  json_object_set_string_member (object, "label", signet_token_get_label (token));
  json_object_set_object_member (params, "profile", _signet_enrolment_profile_json (authority));
  json_object_set_object_member (params, "token", object);
  json_node_take_object (node, params);
  return node;
}

static JsonNode *
ask_plugin (SignetEnrolmentRun *run, SignetToken *token, GError **error)
{
  g_autoptr (GError) local = NULL;

  if (_signet_enrolment_run_can (run, "unblock", &local))
    return signet_plugin_process_call (run->process, "unblock", make_params (token, run->authority), CALL_SECONDS,
                                       _signet_enrolment_serve, run, run->cancellable, error);
  if (local != NULL)
    g_propagate_error (error, g_steal_pointer (&local));
  else
    g_set_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_UNSUPPORTED, "the plugin of this authority unblocks no tokens");
  return NULL;
}

/* (transfer full) (nullable): taken out of the answer, where it is overwritten. */
static SignetSecret *
take_code (JsonObject *answer, const char *name)
{
  JsonNode *node = json_object_get_member (answer, name);
  char *text = NULL;
  gsize length = 0;
  SignetSecret *code = NULL;

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_STRING)
    return NULL;
  text = (char *) json_node_get_string (node);
  length = strlen (text);
  if (length > 0 && length <= MAX_CODE)
    code = signet_secret_new ((const guint8 *) text, length);
  signet_secret_wipe (text, length);
  return code;
}

static void
take_words (JsonObject *answer, SignetUnblockOffer *offer)
{
  const char *text = _signet_broker_get_text (answer, "text");
  char *url = dup_safe_url (_signet_broker_get_text (answer, "url"));

  if (text != NULL)
    {
      g_free (offer->text);
      offer->text = signet_text_sanitize (text, -1, MAX_TEXT);
    }
  if (url != NULL)
    {
      g_free (offer->url);
      offer->url = url;
    }
}

static gboolean
use_answer (SignetToken *token,
            JsonNode *node,
            SignetUnblockOffer *offer,
            SignetInteraction *interaction,
            gboolean *unblocked,
            GCancellable *cancellable,
            GError **error)
{
  JsonObject *answer = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  g_autoptr (SignetSecret) puk = answer != NULL ? take_code (answer, "puk") : NULL;
  g_autoptr (SignetSecret) so_pin = answer != NULL ? take_code (answer, "so_pin") : NULL;

  if (answer != NULL)
    take_words (answer, offer);
  if (puk == NULL && so_pin == NULL && offer->text == NULL && offer->url == NULL && offer->phone == NULL)
    {
      g_set_error (error, SIGNET_PLUGIN_ERROR, SIGNET_PLUGIN_ERROR_PROTOCOL, "the plugin's answer says nothing");
      return FALSE;
    }
  *unblocked = puk != NULL || so_pin != NULL;
  return !*unblocked || signet_token_unblock_with (token, puk != NULL ? SIGNET_PIN_PUK : SIGNET_PIN_SO, puk != NULL ? puk : so_pin,
                                                   interaction, cancellable, error);
}

gboolean
signet_enrolment_unblock (SignetEnrolment *self, SignetToken *token, SignetUnblockOffer *offer, SignetInteraction *interaction,
                          gboolean *unblocked, GCancellable *cancellable, GError **error)
{
  g_autoptr (SignetRequest) nobody = NULL;
  g_autoptr (JsonNode) answer = NULL;
  SignetEnrolmentRun run = { .enrolment = self, .authority = offer->authority, .interaction = interaction, .cancellable = cancellable };
  gboolean ok = FALSE;

  g_return_val_if_fail (SIGNET_IS_ENROLMENT (self), FALSE);
  g_return_val_if_fail (SIGNET_IS_TOKEN (token), FALSE);

  *unblocked = FALSE;
  if (!offer->by_plugin)
    return TRUE;
  run.plugin = _signet_enrolment_find_plugin (self, offer->authority, error);
  if (run.plugin == NULL || !confirm (token, offer, interaction, cancellable, error))
    return FALSE;
  nobody = _signet_request_new_nobody (offer->authority);
  run.request = nobody;
  run.http = _signet_watched_http_new (&run);
  answer = ask_plugin (&run, token, error);
  _signet_enrolment_run_end (&run);
  ok = answer != NULL && use_answer (token, answer, offer, interaction, unblocked, cancellable, error);
  return ok;
}
