/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-command-mark.c: `signet mark list | show | save | remove`: visible marks kept under a name. Main thread.
 */
#define G_LOG_DOMAIN "signet-command-mark"

#include "config.h"

#include <glib/gi18n.h>

#include "signet-command.h"

#include "../core/base/signet-text.h"
#include "../core/mark/signet-mark.h"

static JsonObject *
signet_mark_row_to_json (const char              *name,
                         const SignetVisibleMark *mark)
{
  JsonObject *object = json_object_new ();
  g_autofree char *spec = mark != NULL ? signet_mark_to_spec (mark) : NULL;

  json_object_set_string_member (object, "name", name);
  if (spec != NULL && g_utf8_validate (spec, -1, NULL))
    json_object_set_string_member (object, "spec", spec);
  else
    json_object_set_null_member (object, "spec");
  return object;
}

static int
signet_mark_finish (SignetInvocation *invocation,
                    const char       *member,
                    JsonNode         *node)
{
  JsonObject *document = signet_invocation_new_document ();

  json_object_set_member (document, member, node);
  if (invocation->json)
    signet_invocation_print_document (document);
  else
    json_object_unref (document);
  return SIGNET_STATUS_DONE;
}

static JsonNode *
signet_mark_node (JsonObject *object)
{
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);

  json_node_take_object (node, object);
  return node;
}

int
signet_command_mark_list (SignetInvocation *invocation)
{
  g_auto(GStrv) names = NULL;
  JsonArray *array;
  JsonNode *node;

  if (!signet_invocation_parse (invocation, NULL, SIGNET_OPTIONS_JSON))
    return invocation->status;
  names = signet_mark_template_list (NULL);
  array = json_array_new ();
  for (guint i = 0; names[i] != NULL; i++)
    {
      g_autoptr(SignetVisibleMark) mark = signet_mark_template_load (names[i], NULL);

      json_array_add_object_element (array, signet_mark_row_to_json (names[i], mark));
      if (!invocation->json)
        signet_terminal_print ("%s", names[i]);
    }
  if (names[0] == NULL && !invocation->json)
    signet_terminal_print ("%s", _("No visible mark is saved."));
  node = json_node_new (JSON_NODE_ARRAY);
  json_node_take_array (node, array);
  return signet_mark_finish (invocation, "marks", node);
}

/* FALSE: invocation->status is set */
static gboolean
signet_mark_check_arguments (SignetInvocation *invocation,
                             guint             n)
{
  if (signet_invocation_n_arguments (invocation) == n)
    return TRUE;
  signet_invocation_usage (invocation, "%s", n == 1 ? _("name one mark") : _("give a name and a description"));
  return FALSE;
}

int
signet_command_mark_show (SignetInvocation *invocation)
{
  g_autoptr(SignetVisibleMark) mark = NULL;
  g_autoptr(GError) error = NULL;
  g_autofree char *spec = NULL;
  g_autofree char *safe = NULL;

  if (!signet_invocation_parse (invocation, NULL, SIGNET_OPTIONS_JSON) || !signet_mark_check_arguments (invocation, 1))
    return invocation->status;
  mark = signet_mark_template_load (invocation->arguments[0], &error);
  if (mark == NULL)
    return signet_invocation_fail (invocation, invocation->arguments[0], error);
  spec = signet_mark_to_spec (mark);
  safe = signet_text_sanitize (spec, -1, 0);
  if (!invocation->json)
    signet_terminal_print ("%s", safe);
  return signet_mark_finish (invocation, "mark", signet_mark_node (signet_mark_row_to_json (invocation->arguments[0], mark)));
}

int
signet_command_mark_save (SignetInvocation *invocation)
{
  gboolean overwrite = FALSE;
  g_autoptr(SignetVisibleMark) mark = NULL;
  g_autoptr(GError) error = NULL;
  const char *name;
  const GOptionEntry options[] = {
    { "overwrite", 0, 0, G_OPTION_ARG_NONE, &overwrite, N_("Replace a mark of this name"), NULL },
    { NULL }
  };

  if (!signet_invocation_parse (invocation, options, SIGNET_OPTIONS_JSON) || !signet_mark_check_arguments (invocation, 2))
    return invocation->status;
  name = invocation->arguments[0];
  mark = signet_mark_parse (invocation->arguments[1], &error);
  if (mark == NULL || !signet_mark_template_save (name, mark, overwrite, &error))
    return signet_invocation_fail (invocation, name, error);
  if (!invocation->json)
    /* translators: the name a visible mark was saved under */
    signet_terminal_print (_("Saved: %s"), name);
  return signet_mark_finish (invocation, "mark", signet_mark_node (signet_mark_row_to_json (name, mark)));
}

int
signet_command_mark_remove (SignetInvocation *invocation)
{
  g_autoptr(GError) error = NULL;

  if (!signet_invocation_parse (invocation, NULL, SIGNET_OPTIONS_JSON) || !signet_mark_check_arguments (invocation, 1))
    return invocation->status;
  if (!signet_mark_template_remove (invocation->arguments[0], &error))
    return signet_invocation_fail (invocation, invocation->arguments[0], error);
  return signet_mark_finish (invocation, "mark", signet_mark_node (signet_mark_row_to_json (invocation->arguments[0], NULL)));
}
