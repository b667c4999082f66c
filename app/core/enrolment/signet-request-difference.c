/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-request-difference.c: asked against received, a row a field, as it is kept in the request: what the person saw and accepted stays
 * what it was, whatever the authority's profile says later. Pure functions.
 */
#define G_LOG_DOMAIN "signet-request-difference"

#include "config.h"

#include "signet-check-private.h"

#define MAX_ROWS 64

void
signet_request_difference_free (SignetRequestDifference *difference)
{
  if (difference == NULL)
    return;
  g_free (difference->field);
  g_free (difference->asked);
  g_free (difference->received);
  g_free (difference);
}

SignetRequestDifference *
_signet_difference_add (GPtrArray *all, const char *field, const char *asked, const char *received, gboolean same)
{
  SignetRequestDifference *difference = g_new0 (SignetRequestDifference, 1);

  difference->field = g_strdup (field);
  difference->asked = g_strdup (asked != NULL ? asked : "");
  difference->received = g_strdup (received != NULL ? received : "");
  difference->same = same;
  g_ptr_array_add (all, difference);
  return difference;
}

char *
_signet_differences_to_text (GPtrArray *all)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_ARRAY);
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < all->len; i++)
    {
      const SignetRequestDifference *difference = all->pdata[i];
      JsonObject *object = json_object_new ();

      json_object_set_string_member (object, "field", difference->field);
      json_object_set_string_member (object, "asked", difference->asked);
      json_object_set_string_member (object, "received", difference->received);
      json_object_set_boolean_member (object, "same", difference->same);
      json_object_set_boolean_member (object, "advice", difference->advice);
      json_array_add_object_element (array, object);
    }
  json_node_take_array (node, array);
  return json_to_string (node, FALSE);
}

static void
read_row (GPtrArray *all, JsonObject *object)
{
  _signet_difference_add (all, json_object_get_string_member_with_default (object, "field", ""),
                          json_object_get_string_member_with_default (object, "asked", ""),
                          json_object_get_string_member_with_default (object, "received", ""),
                          json_object_get_boolean_member_with_default (object, "same", FALSE))
      ->advice = json_object_get_boolean_member_with_default (object, "advice", FALSE);
}

GPtrArray *
_signet_differences_from_text (const char *text)
{
  GPtrArray *all = g_ptr_array_new_with_free_func ((GDestroyNotify) signet_request_difference_free);
  g_autoptr (JsonNode) node = text != NULL ? json_from_string (text, NULL) : NULL;
  JsonArray *array = node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

  for (guint i = 0; array != NULL && i < MIN (json_array_get_length (array), MAX_ROWS); i++)
    if (JSON_NODE_HOLDS_OBJECT (json_array_get_element (array, i)))
      read_row (all, json_array_get_object_element (array, i));
  return all;
}

/**
 * signet_request_dup_differences:
 *
 * Returns: (transfer full) (element-type SignetRequestDifference): asked against received, a row a field, also where they are the same;
 *   empty before the certificate was looked at
 */
GPtrArray *
signet_request_dup_differences (SignetRequest *self)
{
  g_return_val_if_fail (SIGNET_IS_REQUEST (self), NULL);

  return _signet_differences_from_text (self->checks);
}
