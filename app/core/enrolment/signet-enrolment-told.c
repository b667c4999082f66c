/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-enrolment-told.c: which CA certificates an authority says it uses. Hearsay: shown beside the filed chain, taken for nothing
 * (docs/decisions/0007). Blocking, for worker threads.
 */
#define G_LOG_DOMAIN "signet-enrolment-told"

#include "config.h"

#include "signet-life-private.h"

#include "../base/signet-base-error.h"

#define MAX_CERTIFICATES 32

/* A request that is nobody's: the call tells the plugin of one, and nothing of it is kept. */
SignetRequest *
_signet_request_new_nobody (SignetAuthority *authority)
{
  SignetRequest *request = g_object_new (SIGNET_TYPE_REQUEST, NULL);

  request->authority = g_strdup (signet_authority_get_id (authority));
  request->subject = g_strdup ("");
  request->key_spec = g_strdup ("");
  request->label = g_strdup ("");
  request->secret_names = g_strdup ("");
  return request;
}

/* One, or several in PKCS#7: as a protocol has them. What cannot be read is not told. */
static void
add_told (GPtrArray *certificates, JsonNode *node)
{
  const char *text = JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING ? json_node_get_string (node) : "";
  gsize length = 0;
  guint8 *data = g_base64_decode (text, &length);
  g_autoptr (GBytes) bytes = g_bytes_new_take (data, length);
  g_autoptr (GPtrArray) told = signet_certificate_parse_many (bytes, NULL);

  for (guint i = 0; told != NULL && i < told->len && certificates->len < MAX_CERTIFICATES; i++)
    if (signet_certificate_is_readable (told->pdata[i]))
      g_ptr_array_add (certificates, g_object_ref (told->pdata[i]));
}

static GPtrArray *
read_certificates (JsonNode *answer, GError **error)
{
  JsonNode *node = JSON_NODE_HOLDS_OBJECT (answer) ? json_object_get_member (json_node_get_object (answer), "certificates") : NULL;
  JsonArray *all = node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  g_autoptr (GPtrArray) certificates = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; all != NULL && i < MIN (json_array_get_length (all), MAX_CERTIFICATES); i++)
    add_told (certificates, json_array_get_element (all, i));
  if (all != NULL)
    return g_steal_pointer (&certificates);
  g_set_error (error, SIGNET_PLUGIN_ERROR, SIGNET_PLUGIN_ERROR_PROTOCOL, "the plugin's answer has no list of certificates");
  return NULL;
}

static GPtrArray *
ask (SignetEnrolmentRun *run, GError **error)
{
  g_autoptr (JsonNode) answer = NULL;
  g_autoptr (GError) local = NULL;

  if (!_signet_enrolment_run_can (run, "chain", &local))
    {
      if (local != NULL)
        g_propagate_error (error, g_steal_pointer (&local));
      else
        g_set_error (error, SIGNET_ENROLMENT_ERROR, SIGNET_ENROLMENT_ERROR_NOT_OFFERED, "this authority cannot be asked for its CA certificates");
      return NULL;
    }
  answer = _signet_enrolment_run_call (run, "chain", error);
  return answer != NULL ? read_certificates (answer, error) : NULL;
}

/**
 * signet_enrolment_ask_chain:
 *
 * Asks the authority, through its plugin, which CA certificates it uses now. What comes is no anchor and is not filed.
 *
 * Returns: (transfer full) (element-type SignetCertificate): SIGNET_ENROLMENT_ERROR_NOT_OFFERED where the protocol has no such question
 */
GPtrArray *
signet_enrolment_ask_chain (SignetEnrolment *self, SignetAuthority *authority, SignetInteraction *interaction, GCancellable *cancellable,
                            GError **error)
{
  g_autoptr (SignetRequest) nobody = NULL;
  SignetEnrolmentRun run = { .enrolment = self, .authority = authority, .interaction = interaction, .cancellable = cancellable };
  GPtrArray *certificates = NULL;

  g_return_val_if_fail (SIGNET_IS_ENROLMENT (self), NULL);

  nobody = _signet_request_new_nobody (authority);
  run.request = nobody;
  if ((run.plugin = _signet_enrolment_find_plugin (self, authority, error)) == NULL)
    return NULL;
  run.http = _signet_watched_http_new (&run);
  certificates = ask (&run, error);
  _signet_enrolment_run_end (&run);
  return certificates;
}
