/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-words-life-json.c: what is done to a certificate that is there, and who did it, as JSON of docs/cli.md and as a table for a spreadsheet.
 * Any thread.
 */
#define G_LOG_DOMAIN "signet-words-life-json"

#include "config.h"

#include <string.h>

#include "signet-words.h"

#include "../base/signet-text.h"

/**
 * signet_words_events_to_json:
 * @events: (nullable) (element-type SignetRequestEvent)
 *
 * Returns: (transfer full): who acted, the oldest first
 */
JsonArray *
signet_words_events_to_json (GPtrArray *events)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; events != NULL && i < events->len; i++)
    {
      const SignetRequestEvent *event = g_ptr_array_index (events, i);
      JsonObject *object = json_object_new ();

      signet_words_set_time (object, "time", event->time);
      signet_words_set_text (object, "step", event->step);
      signet_words_set_text (object, "host", event->host);
      signet_words_set_text (object, "plugin", event->plugin);
      signet_words_set_text (object, "plugin_version", event->plugin_version);
      if (event->host != NULL)
        json_object_set_string_member (object, "delegation", signet_delegation_get_id (event->delegation));
      else
        json_object_set_null_member (object, "delegation");
      json_array_add_object_element (array, object);
    }
  return array;
}

/**
 * signet_words_act_to_json:
 * @act: an act on a certificate
 * @events: (nullable) (element-type SignetRequestEvent)
 *
 * Returns: (transfer full)
 */
JsonObject *
signet_words_act_to_json (SignetLifecycle *act,
                          GPtrArray       *events)
{
  JsonObject *object = json_object_new ();

  json_object_set_int_member (object, "id", signet_lifecycle_get_id (act));
  json_object_set_string_member (object, "act", signet_lifecycle_act_get_id (signet_lifecycle_get_act (act)));
  json_object_set_string_member (object, "state", signet_lifecycle_state_get_id (signet_lifecycle_get_state (act)));
  signet_words_set_text (object, "authority", signet_lifecycle_get_authority (act));
  signet_words_set_text (object, "reason", signet_lifecycle_get_reason (act));
  signet_words_set_text (object, "error", signet_lifecycle_get_error (act));
  signet_words_set_time (object, "created", signet_lifecycle_get_created (act));
  signet_words_set_time (object, "changed", signet_lifecycle_get_changed (act));
  signet_words_set_time (object, "next_poll", signet_lifecycle_get_next_poll (act));
  signet_words_set_text (object, "status", signet_lifecycle_get_status (act));
  signet_words_set_time (object, "since", signet_lifecycle_get_status_since (act));
  signet_words_set_text (object, "status_reason", signet_lifecycle_get_status_reason (act));
  json_object_set_object_member (object, "certificate", signet_words_certificate_to_json (signet_lifecycle_get_certificate (act)));
  json_object_set_array_member (object, "events", signet_words_events_to_json (events));
  return object;
}

/**
 * signet_words_block_to_json:
 * @block: (nullable): NULL: the key is not blocked
 *
 * Returns: (transfer full)
 */
JsonNode *
signet_words_block_to_json (const SignetKeyBlock *block)
{
  JsonNode *node = json_node_new (block != NULL ? JSON_NODE_OBJECT : JSON_NODE_NULL);
  JsonObject *object;

  if (block == NULL)
    return node;
  object = json_object_new ();
  signet_words_set_text (object, "key_sha256", block->key_sha256);
  signet_words_set_time (object, "time", block->time);
  signet_words_set_time (object, "since", block->since);
  signet_words_set_text (object, "by", block->by);
  json_node_take_object (node, object);
  return node;
}

/**
 * signet_words_signed_to_json:
 * @entries: (element-type SignetJournalEntry): what was signed
 *
 * Returns: (transfer full)
 */
JsonArray *
signet_words_signed_to_json (GPtrArray *entries)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < entries->len; i++)
    {
      const SignetJournalEntry *entry = g_ptr_array_index (entries, i);
      JsonObject *object = json_object_new ();

      signet_words_set_time (object, "time", entry->time);
      signet_words_set_text (object, "document", entry->subject);
      signet_words_set_text (object, "file", entry->path);
      signet_words_set_text (object, "sha256", entry->sha256);
      signet_words_set_text (object, "certificate", entry->certificate);
      json_array_add_object_element (array, object);
    }
  return array;
}

/* RFC 4180; what a spreadsheet would take for a formula gets a mark before it: a document's name is anybody's text */
static void
signet_words_add_cell (GString    *text,
                       const char *value,
                       const char *end)
{
  g_autofree char *safe = signet_text_sanitize (value, -1, 0);

  g_string_append_c (text, '"');
  if (*safe != '\0' && strchr ("=+-@", *safe) != NULL)
    g_string_append_c (text, '\'');
  for (const char *at = safe; *at != '\0'; at++)
    {
      if (*at == '"')
        g_string_append_c (text, '"');
      g_string_append_c (text, *at);
    }
  g_string_append_printf (text, "\"%s", end);
}

/**
 * signet_words_signed_to_csv:
 * @entries: (element-type SignetJournalEntry): what was signed
 *
 * Returns: (transfer full): a table with a column for whom to tell, which the person fills in
 */
GBytes *
signet_words_signed_to_csv (GPtrArray *entries)
{
  GString *text = g_string_new ("time,document,file,sha256,certificate,told\r\n");

  for (guint i = 0; i < entries->len; i++)
    {
      const SignetJournalEntry *entry = g_ptr_array_index (entries, i);
      g_autofree char *time = signet_time_format_iso8601 (entry->time);

      signet_words_add_cell (text, time, ",");
      signet_words_add_cell (text, entry->subject, ",");
      signet_words_add_cell (text, entry->path, ",");
      signet_words_add_cell (text, entry->sha256, ",");
      signet_words_add_cell (text, entry->certificate, ",\r\n");
    }
  return g_string_free_to_bytes (text);
}
