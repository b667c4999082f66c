/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fuzz-rest.c: a profile of plugins/rest and an answer of its authority: a key file, a NUL, JSON. What passes is used as the plugin does: places
 * are filled in, answers are read.
 */
#include "config.h"

#include <stdint.h>
#include <string.h>

#include "../../plugins/rest/rest-answer.h"
#include "../../plugins/rest/rest-json.h"
#include "../../plugins/rest/rest-profile.h"
#include "../../plugins/rest/rest-template.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static JsonObject *
group_json (GKeyFile *file, const char *group)
{
  JsonObject *object = json_object_new ();
  g_auto (GStrv) keys = g_key_file_get_keys (file, group, NULL, NULL);

  for (gsize i = 0; keys != NULL && keys[i] != NULL; i++)
    {
      g_autofree char *value = g_key_file_get_string (file, group, keys[i], NULL);

      if (value != NULL)
        json_object_set_string_member (object, keys[i], value);
    }
  return object;
}

/* As the host sends it. (nullable) */
static JsonObject *
profile_json (const char *text, gsize length)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_auto (GStrv) groups = NULL;
  JsonObject *object;

  if (!g_utf8_validate (text, (gssize) length, NULL) || !g_key_file_load_from_data (file, text, length, G_KEY_FILE_NONE, NULL))
    return NULL;
  groups = g_key_file_get_groups (file, NULL);
  object = json_object_new ();
  for (gsize i = 0; groups[i] != NULL; i++)
    json_object_set_object_member (object, groups[i], group_json (file, groups[i]));
  return object;
}

/* A value that could break out of where it is put, and now and then none. */
static gboolean
on_value_cb (const char *name, gpointer user_data, char **value, GError **error)
{
  guint *count = user_data;

  *value = ++*count % 3 == 0 ? NULL : g_strdup ("a/../b\"{\\$secret}&?#");
  return TRUE;
}

static void
fill (const RestEndpoint *endpoint)
{
  guint count = 0;
  g_autofree char *path = rest_template_fill_text (endpoint->path, REST_TEXT_URI, on_value_cb, &count, NULL);
  JsonNode *const templates[] = { endpoint->body, endpoint->envelope };

  /* what is put in stays one part of the path */
  g_assert_nonnull (path);
  g_assert_null (strchr (path, '"'));
  for (gsize i = 0; i < G_N_ELEMENTS (templates); i++)
    {
      g_autoptr (JsonNode) filled = templates[i] != NULL ? rest_template_fill_json (templates[i], on_value_cb, &count, NULL) : NULL;
      g_autofree char *text = filled != NULL ? json_to_string (filled, FALSE) : NULL;

      g_assert_true (templates[i] == NULL || text != NULL);
    }
}

/* @error: looked at after the call that made @result */
static void
use (JsonObject *result, GError *const *error)
{
  g_assert_true ((result != NULL) != (*error != NULL));
  if (result != NULL)
    json_object_unref (result);
}

static void
read_answer (const RestProfile *profile, RestEndpointKind kind, JsonObject *http)
{
  const RestEndpoint *endpoint = profile->endpoints[kind];
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) issued = NULL;
  g_autoptr (GError) life = NULL;
  g_autoptr (GError) status = NULL;
  g_autoptr (GError) chain = NULL;
  g_autoptr (RestAnswer) answer = rest_answer_read (endpoint, kind, http, &error);
  RestState state;

  g_assert_true ((answer != NULL) != (error != NULL));
  if (answer == NULL)
    return;
  rest_answer_state (answer, endpoint, &state, NULL);
  use (rest_answer_issued (answer, endpoint, profile, &issued), &issued);
  use (rest_answer_life (answer, endpoint, profile, &life), &life);
  use (rest_answer_status (answer, endpoint, &status), &status);
  use (rest_answer_chain (answer, endpoint, &chain), &chain);
  json_object_unref (rest_answer_waiting (answer, endpoint, profile, NULL));
  json_object_unref (rest_answer_terms (answer, endpoint));
}

static JsonObject *
http_json (const uint8_t *data, gsize size)
{
  JsonObject *http = json_object_new ();
  g_autofree char *body = g_base64_encode (data, size);

  json_object_set_int_member (http, "status", 200 + (gint64) (size % 3) * 100);
  json_object_set_string_member (http, "body", body);
  return http;
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  const uint8_t *nul = size > 0 ? memchr (data, 0, size) : NULL;
  gsize length = nul != NULL ? (gsize) (nul - data) : size;
  g_autoptr (JsonObject) groups = profile_json ((const char *) data, length);
  g_autoptr (GError) error = NULL;
  g_autoptr (RestProfile) profile = groups != NULL ? rest_profile_parse (groups, &error) : NULL;
  g_autoptr (JsonObject) http = nul != NULL ? http_json (nul + 1, size - length - 1) : json_object_new ();
  g_autoptr (JsonNode) alone = rest_json_parse ((const char *) data, size, NULL);

  if (groups != NULL)
    g_assert_true ((profile != NULL) != (error != NULL));
  for (guint i = 0; profile != NULL && i < REST_N_ENDPOINTS; i++)
    if (profile->endpoints[i] != NULL)
      {
        fill (profile->endpoints[i]);
        read_answer (profile, i, http);
      }
  return 0;
}
