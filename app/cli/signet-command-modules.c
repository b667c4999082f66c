/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-command-modules.c: `signet token modules [add PATH | remove PATH]` and `signet token remove`. Main thread.
 */
#define G_LOG_DOMAIN "signet-command-modules"

#include "config.h"

#include <glib/gi18n.h>

#include "signet-command.h"
#include "signet-lookup.h"

#include "../core/base/signet-base-error.h"
#include "../core/base/signet-text.h"

/* --- modules ------------------------------------------------------------------------------------------------------------- */
static const char *
signet_modules_origin_words (const char *origin)
{
  static const struct { const char *origin; const char *text; } rows[] = {
    { "software", N_("Signet’s own software tokens") },
    { "p11-kit", N_("from the configuration of the system (p11-kit)") },
    { "vendor", N_("found where its maker puts it") },
    { "administrator", N_("added by the administrator") },
    { "user", N_("added by you") },
    { "given", N_("named with --module") },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    if (g_strcmp0 (rows[i].origin, origin) == 0)
      return _(rows[i].text);
  return origin;
}

static JsonObject *
signet_modules_info_to_json (const SignetTokenModuleInfo *info)
{
  JsonObject *object = json_object_new ();
  g_autofree char *path = signet_text_sanitize (info->path, -1, 0);
  g_autofree char *name = signet_text_sanitize (info->name, -1, 0);

  json_object_set_string_member (object, "module", path);
  json_object_set_string_member (object, "name", name);
  json_object_set_string_member (object, "vendor", info->vendor);
  json_object_set_string_member (object, "origin", info->origin);
  if (*info->package != '\0')
    json_object_set_string_member (object, "package", info->package);
  else
    json_object_set_null_member (object, "package");
  return object;
}

static int
signet_modules_list (SignetInvocation *invocation)
{
  SignetTokenManager *manager = signet_core_get_tokens (signet_invocation_get_core (invocation));
  g_autoptr(GPtrArray) infos = signet_token_manager_dup_modules (manager);
  JsonArray *array = json_array_new ();
  JsonObject *document = signet_invocation_new_document ();

  for (guint i = 0; i < infos->len; i++)
    json_array_add_object_element (array, signet_modules_info_to_json (g_ptr_array_index (infos, i)));
  json_object_set_array_member (document, "modules", array);
  if (invocation->json)
    {
      signet_invocation_print_document (document);
      return SIGNET_STATUS_DONE;
    }
  json_object_unref (document);
  for (guint i = 0; i < infos->len; i++)
    {
      const SignetTokenModuleInfo *info = g_ptr_array_index (infos, i);
      g_autofree char *path = signet_text_sanitize (info->path, -1, 0);
      g_autofree char *name = signet_text_sanitize (info->name, -1, 0);
      g_autofree char *title = signet_terminal_bold (name);

      signet_terminal_print ("%s · %s\n  %s", title, signet_modules_origin_words (info->origin), path);
    }
  if (infos->len == 0)
    signet_terminal_print ("%s", _("There is no driver for tokens (PKCS#11 module). OpenSC serves many: sudo apt install opensc-pkcs11"));
  return SIGNET_STATUS_DONE;
}

static int
signet_modules_change (SignetInvocation *invocation,
                       gboolean          add,
                       const char       *path)
{
  SignetTokenManager *manager = signet_core_get_tokens (signet_invocation_get_core (invocation));
  g_autoptr(GError) error = NULL;
  g_autofree char *absolute = g_canonicalize_filename (path, NULL);
  g_autofree char *shown = signet_text_sanitize (absolute, -1, 0);
  g_autofree char *mark = NULL;
  gboolean done;

  done = add ? signet_token_manager_add_user_module (manager, absolute, &error)
             : signet_token_manager_remove_user_module (manager, absolute, &error);
  if (!done)
    return signet_invocation_fail (invocation, path, error);
  if (invocation->json)
    return signet_modules_list (invocation);
  mark = signet_terminal_mark (SIGNET_MARK_OK, add ? _("Driver added") : _("Driver removed"), FALSE);
  signet_terminal_print ("%s  %s", mark, shown);
  return SIGNET_STATUS_DONE;
}

int
signet_command_token_modules (SignetInvocation *invocation)
{
  const char *verb;

  if (!signet_invocation_parse (invocation, NULL, SIGNET_OPTIONS_JSON))
    return invocation->status;
  verb = invocation->arguments[0];
  if (verb == NULL)
    return signet_modules_list (invocation);
  if (!g_str_equal (verb, "add") && !g_str_equal (verb, "remove"))
    return signet_invocation_usage (invocation, "%s", _("only “add PATH” and “remove PATH” are possible here"));
  if (signet_invocation_n_arguments (invocation) != 2)
    return signet_invocation_usage (invocation, "%s", _("name one module by its path"));
  return signet_modules_change (invocation, g_str_equal (verb, "add"), invocation->arguments[1]);
}

/* --- remove a software token --------------------------------------------------------------------------------------------- */

/* What is lost is named: every key, with the certificate it has. */
static void
signet_token_remove_warn (SignetInvocation *invocation,
                          SignetToken      *token)
{
  GPtrArray *keys = signet_token_get_keys (token);

  /* translators: %s is the label of a token */
  signet_terminal_message (_("The software token “%s” and everything on it will be destroyed:"), signet_token_get_label (token));
  for (guint i = 0; i < keys->len; i++)
    {
      g_autofree char *line = signet_lookup_describe_key (invocation, g_ptr_array_index (keys, i));

      signet_terminal_message ("  %s", line);
    }
  if (keys->len == 0)
    signet_terminal_message ("  %s", _("no key that shows without the PIN"));
}

static gboolean
signet_token_remove_agreed (SignetInvocation *invocation,
                            SignetToken      *token,
                            GError          **error)
{
  g_autoptr(GError) local_error = NULL;

  signet_token_remove_warn (invocation, token);
  if (signet_terminal_ask_yes (_("Its keys cannot be brought back. Go on?"), invocation->cancellable, &local_error))
    return TRUE;
  if (local_error != NULL)
    g_propagate_error (error, g_steal_pointer (&local_error));
  else
    g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_DENIED, "the token was not to be removed");
  return FALSE;
}

static void
signet_token_remove_record (SignetInvocation *invocation,
                            const char       *label)
{
  g_autoptr(GError) error = NULL;
  SignetJournal *journal = signet_core_get_journal (signet_invocation_get_core (invocation), &error);
  SignetJournalEntry entry = { .act = (char *) "token-removed", .subject = (char *) label };

  if (journal == NULL || !signet_journal_append (journal, &entry, &error))
    signet_terminal_show_error (_("journal"), error);
}

int
signet_command_token_remove (SignetInvocation *invocation)
{
  gboolean destroy = FALSE;
  g_autoptr(SignetToken) token = NULL;
  g_autoptr(GError) error = NULL;
  g_autofree char *label = NULL;
  g_autofree char *mark = NULL;
  const GOptionEntry entries[] = {
    { "destroy-keys", 0, 0, G_OPTION_ARG_NONE, &destroy, N_("Do not ask: its keys are destroyed"), NULL },
    { NULL }
  };

  if (!signet_invocation_parse (invocation, entries, SIGNET_OPTIONS_JSON))
    return invocation->status;
  if (signet_invocation_n_arguments (invocation) != 1)
    return signet_invocation_usage (invocation, "%s", _("name the software token to remove"));
  token = signet_lookup_token (invocation, invocation->arguments[0]);
  if (token == NULL)
    return invocation->status;
  label = g_strdup (signet_token_get_label (token));
  if (!destroy && !signet_token_remove_agreed (invocation, token, &error))
    return signet_invocation_fail (invocation, label, error);
  if (!signet_token_manager_remove_software_token (signet_core_get_tokens (signet_invocation_get_core (invocation)), token,
                                                   invocation->cancellable, &error))
    return signet_invocation_fail (invocation, label, error);
  signet_token_remove_record (invocation, label);
  if (invocation->json)
    signet_invocation_print_document (signet_invocation_new_document ());
  else
    {
      mark = signet_terminal_mark (SIGNET_MARK_OK, _("Software token removed"), FALSE);
      signet_terminal_print ("%s  %s", mark, label);
    }
  return SIGNET_STATUS_DONE;
}
