/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-key-json.c: a key on a token as the JSON of docs/cli.md. Main thread. */
#define G_LOG_DOMAIN "signet-key-json"

#include "config.h"

#include "signet-key-json.h"

void
signet_key_json_set_usable (JsonObject     *object,
                            SignetTokenKey *key,
                            gint64          now)
{
  const char *reason = NULL;
  gboolean usable = signet_signing_key_is_usable (key, now, &reason);

  json_object_set_boolean_member (object, "can_sign", usable);
  if (usable || reason == NULL)
    json_object_set_null_member (object, "cannot_sign_because");
  else
    json_object_set_string_member (object, "cannot_sign_because", reason);
}

JsonObject *
signet_key_json_new (SignetTokenKey *key,
                     gint64          now)
{
  JsonObject *object = json_object_new ();
  SignetCertificate *certificate = signet_token_key_get_certificate (key);

  json_object_set_string_member (object, "key", signet_token_key_get_key_text (key));
  json_object_set_string_member (object, "key_sha256", signet_token_key_get_sha256 (key));
  json_object_set_string_member (object, "label", signet_token_key_get_label (key));
  json_object_set_string_member (object, "uri", signet_token_key_get_uri (key));
  signet_key_json_set_usable (object, key, now);
  json_object_set_object_member (object, "facts", signet_words_key_facts_to_json (signet_token_key_get_facts (key)));
  if (certificate != NULL)
    json_object_set_object_member (object, "certificate", signet_words_certificate_to_json (certificate));
  else
    json_object_set_null_member (object, "certificate");
  return object;
}
