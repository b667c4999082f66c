/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-command-waiting.c: `signet extend --waiting`: the signed files that wait for a time-stamp are shown, worked off, or forgotten. Main thread.
 */
#define G_LOG_DOMAIN "signet-command-waiting"

#include "config.h"

#include <glib/gi18n.h>

#include "signet-command.h"
#include "signet-password.h"
#include "signet-terminal-interaction.h"
#include "signet-tsa-client.h"

#include "../core/base/signet-base-error.h"
#include "../core/base/signet-text.h"
#include "../core/face/signet-timestamps.h"

typedef struct
{
  gboolean waiting, list;
  char **tsa;   /* (owned) (nullable) */
  char *forget; /* (owned) (nullable) */
} SignetWaitingOptions;

static void
signet_waiting_options_clear (SignetWaitingOptions *options)
{
  g_strfreev (options->tsa);
  g_free (options->forget);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SignetWaitingOptions, signet_waiting_options_clear)

/* --- telling ------------------------------------------------------------------------------------------------------------- */
static JsonObject *
signet_waiting_to_json (const SignetShelfItem *item,
                        gboolean               done)
{
  g_autofree char *path = signet_text_sanitize (item->path, -1, 0);
  g_autofree char *added = signet_time_format_iso8601 (item->added);
  g_autofree char *tried = signet_time_format_iso8601 (item->tried);
  g_autofree char *next = signet_time_format_iso8601 (item->next);
  JsonObject *object = json_object_new ();

  json_object_set_int_member (object, "id", item->id);
  json_object_set_string_member (object, "file", path);
  json_object_set_string_member (object, "level", item->level);
  json_object_set_string_member (object, "added", added);
  json_object_set_string_member (object, "tried", done ? "" : tried);
  json_object_set_string_member (object, "next", done ? "" : next);
  json_object_set_string_member (object, "problem", item->problem != NULL && !done ? item->problem : "");
  json_object_set_string_member (object, "detail", item->detail != NULL && !done ? item->detail : "");
  json_object_set_boolean_member (object, "done", done);
  return object;
}

static void
signet_waiting_show (const SignetShelfItem *item,
                     gboolean               done)
{
  g_autofree char *path = signet_text_sanitize (item->path, -1, 0);
  g_autofree char *words = done ? g_strdup (_("Time stamp added")) : signet_words_shelf (item);
  g_autofree char *mark = signet_terminal_mark (done ? SIGNET_MARK_OK : SIGNET_MARK_WARNING, words, FALSE);

  signet_terminal_print ("%" G_GINT64_FORMAT "  %s", item->id, path);
  signet_terminal_print ("   %s", mark);
}

/* --- the work ------------------------------------------------------------------------------------------------------------- */
/* Each with 0, or why it still waits */
static int
signet_waiting_status (const SignetShelfItem *item)
{
  if (g_strcmp0 (item->problem, "gone") == 0)
    return SIGNET_STATUS_NO_INPUT;
  if (g_strcmp0 (item->problem, "changed") == 0 || g_strcmp0 (item->problem, "failed") == 0 || g_strcmp0 (item->problem, "password") == 0)
    return SIGNET_STATUS_DATA;
  return g_strcmp0 (item->problem, "cannot-write") == 0 ? SIGNET_STATUS_CANNOT_WRITE : SIGNET_STATUS_UNAVAILABLE;
}

static int
signet_waiting_work (SignetInvocation       *invocation,
                     SignetStore            *store,
                     GPtrArray              *items,
                     SignetTimestampServers *servers,
                     JsonArray              *array,
                     GError                **error)
{
  SignetCore *core = signet_invocation_get_core (invocation);
  g_autoptr(SignetTerminalInteraction) interaction = signet_terminal_can_ask () ? signet_terminal_interaction_new () : NULL;
  SignetShelfMeans means = {
    .http = signet_core_get_http (core), .servers = servers, .clock = signet_core_get_clock (core),
    .cache = signet_core_get_evidence_cache (core), .chain = signet_core_get_ca_certificates (core), .journal = signet_core_get_journal (core, NULL),
    .password = invocation->password, .interaction = SIGNET_INTERACTION (interaction),
  };
  int status = SIGNET_STATUS_DONE;

  for (guint i = 0; i < items->len; i++)
    {
      SignetShelfItem *item = g_ptr_array_index (items, i);
      g_autoptr(GError) failure = NULL;
      gboolean done = signet_shelf_work (store, item, &means, invocation->cancellable, &failure);

      if (failure != NULL)
        {
          status = signet_words_exit_status (failure);
          g_propagate_error (error, g_steal_pointer (&failure));
          return status;
        }
      if (!done)
        status = signet_invocation_worse_status (status, signet_waiting_status (item));
      if (array != NULL)
        json_array_add_object_element (array, signet_waiting_to_json (item, done));
      else
        signet_waiting_show (item, done);
    }
  return status;
}

static void
signet_waiting_list (GPtrArray *items,
                     JsonArray *array)
{
  for (guint i = 0; i < items->len; i++)
    if (array != NULL)
      json_array_add_object_element (array, signet_waiting_to_json (g_ptr_array_index (items, i), FALSE));
    else
      signet_waiting_show (g_ptr_array_index (items, i), FALSE);
  if (items->len == 0 && array == NULL)
    signet_terminal_print ("%s", _("No file waits for a time stamp."));
}

static int
signet_waiting_forget (SignetInvocation *invocation,
                       SignetStore      *store,
                       const char       *number)
{
  g_autoptr(GError) error = NULL;
  gint64 id = 0;

  if (!g_ascii_string_to_signed (number, 10, 1, G_MAXINT64, &id, NULL))
    return signet_invocation_usage (invocation, "%s", _("--forget needs the number of a waiting file"));
  return signet_shelf_forget (store, id, &error) ? SIGNET_STATUS_DONE : signet_invocation_fail (invocation, NULL, error);
}

static int
signet_waiting_run (SignetInvocation           *invocation,
                    const SignetWaitingOptions *options,
                    SignetStore                *store)
{
  SignetCore *core = signet_invocation_get_core (invocation);
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) items = signet_shelf_list (store, &error);
  g_autoptr(SignetTimestampServers) servers = NULL;
  JsonArray *array = invocation->json ? json_array_new () : NULL;
  int status = SIGNET_STATUS_DONE;

  if (items != NULL)
    servers = signet_timestamps_choose_all (core, (const char *const *) options->tsa, &error);
  if (servers != NULL && !signet_tsa_set_person (invocation, servers))
    {
      g_clear_pointer (&array, json_array_unref);
      return invocation->status;
    }
  if (servers != NULL && options->list)
    signet_waiting_list (items, array);
  else if (servers != NULL)
    status = signet_waiting_work (invocation, store, items, servers, array, &error);
  if (servers != NULL && !options->list && items->len == 0)
    signet_waiting_list (items, array);
  if (error != NULL)
    {
      g_clear_pointer (&array, json_array_unref);
      return signet_invocation_fail (invocation, NULL, error);
    }
  if (array != NULL)
    {
      JsonObject *document = signet_invocation_new_document ();

      json_object_set_array_member (document, "waiting", array);
      signet_invocation_print_document (document);
    }
  return status;
}

int
signet_command_waiting (SignetInvocation *invocation)
{
  g_auto(SignetWaitingOptions) options = { FALSE };
  g_autoptr(GError) error = NULL;
  SignetStore *store;
  const GOptionEntry entries[] = {
    { "waiting", 0, 0, G_OPTION_ARG_NONE, &options.waiting, N_("Add the time stamps that signed files wait for"), NULL },
    { "list", 0, 0, G_OPTION_ARG_NONE, &options.list, N_("Only show which files wait, and why"), NULL },
    { "forget", 0, 0, G_OPTION_ARG_FILENAME, &options.forget, N_("Leave this file as it is; it waits no longer"), N_("NUMBER") },
    { "tsa", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options.tsa, N_("Time stamp server; repeated: the next is asked when one fails"), N_("URL") },
    { NULL }
  };

  if (!signet_invocation_parse (invocation, entries, SIGNET_OPTIONS_JSON | SIGNET_OPTIONS_TSA | SIGNET_OPTIONS_PASSWORD))
    return invocation->status;
  if (signet_invocation_n_arguments (invocation) > 0)
    return signet_invocation_usage (invocation, "%s", _("--waiting takes no files: it works on those that wait"));
  if (!signet_password_load (invocation, &error))
    return signet_invocation_fail (invocation, NULL, error);
  store = signet_core_get_store (signet_invocation_get_core (invocation), &error);
  if (store == NULL)
    return signet_invocation_fail (invocation, NULL, error);
  if (options.forget != NULL)
    return signet_waiting_forget (invocation, store, options.forget);
  return signet_waiting_run (invocation, &options, store);
}
