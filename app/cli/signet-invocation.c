/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-invocation.c: reading options, help, and how a command says that something went wrong. Main thread.
 *
 * Nothing of the core is opened here before a command asks for it: `--help` and a mistyped option cost nothing.
 */
#define G_LOG_DOMAIN "signet-invocation"

#include "config.h"

#include <string.h>

#include <glib/gi18n.h>

#include "signet-interrupt.h"
#include "signet-invocation.h"

#include "../core/base/signet-base-error.h"
#include "../core/base/signet-policy.h"
#include "../core/base/signet-text.h"

SignetInvocation *
signet_invocation_new (const SignetCommand *command,
                       char               **arguments)
{
  SignetInvocation *self = g_new0 (SignetInvocation, 1);

  self->command = command;
  self->arguments = g_strdupv (arguments);
  self->pin_fd = -1;
  self->cancellable = signet_interrupt_get_cancellable ();
  return self;
}

void
signet_invocation_free (SignetInvocation *self)
{
  g_clear_object (&self->core);
  g_strfreev (self->arguments);
  g_strfreev (self->modules);
  g_free (self->pin_file);
  g_free (self->tsa_pin_file);
  g_free (self->password_file);
  g_clear_pointer (&self->password, signet_secret_unref);
  g_free (self->management_key_file);
  g_free (self);
}

char *
signet_invocation_dup_name (SignetInvocation *self)
{
  if (self->command->group == NULL)
    return g_strdup_printf ("signet %s", self->command->name);
  return g_strdup_printf ("signet %s %s", self->command->group, self->command->name);
}

static void
signet_invocation_tell_policy (void)
{
  const GError *problem = signet_policy_get_error ();

  if (problem == NULL)
    return;
  signet_terminal_message ("signet: %s", _("The administrator’s policy cannot be relied on, so everything it could restrict is restricted."));
  signet_terminal_message ("        %s", problem->message);
}

SignetCore *
signet_invocation_get_core (SignetInvocation *self)
{
  if (self->core != NULL)
    return self->core;
  signet_invocation_tell_policy ();
  self->core = signet_core_new ((const char *const *) self->modules);
  return self->core;
}

guint
signet_invocation_n_arguments (SignetInvocation *self)
{
  return g_strv_length (self->arguments);
}

SignetTerminalInteraction *
signet_invocation_new_interaction (SignetInvocation *self,
                                   GError          **error)
{
  g_autoptr(SignetTerminalInteraction) interaction = signet_terminal_interaction_new ();

  signet_terminal_interaction_set_spend_last_try (interaction, self->spend_last_try);
  if (!signet_terminal_interaction_set_source (interaction, SIGNET_PIN_USER, self->pin_file, self->pin_fd, error) ||
      !signet_terminal_interaction_set_source (interaction, SIGNET_PIN_MANAGEMENT, self->management_key_file, -1, error))
    return NULL;
  if (self->factory_management_key)
    signet_terminal_interaction_use_factory_key (interaction);
  return g_steal_pointer (&interaction);
}

SignetTerminalInteraction *
signet_invocation_new_applicant (SignetInvocation      *self,
                                 const char            *secret_file,
                                 const SignetAgreement *agreements,
                                 GError               **error)
{
  g_autoptr(SignetTerminalInteraction) interaction = signet_invocation_new_interaction (self, error);
  g_autoptr(SignetSecret) secret = NULL;

  if (interaction == NULL)
    return NULL;
  if (secret_file != NULL)
    {
      secret = signet_terminal_read_secret_file (secret_file, error);
      if (secret == NULL)
        return NULL;
      signet_terminal_interaction_set_secret (interaction, secret);
    }
  for (const SignetAgreement *agreement = agreements; agreement->kind != NULL; agreement++)
    if (agreement->agreed)
      signet_terminal_interaction_set_agreed (interaction, agreement->kind);
  return g_steal_pointer (&interaction);
}

/* --- options ----------------------------------------------------------------------------------------------------------- */
static gboolean
signet_invocation_check_modules (SignetInvocation *self,
                                 GError          **error)
{
  for (guint i = 0; self->modules != NULL && self->modules[i] != NULL; i++)
    if (!g_path_is_absolute (self->modules[i]))
      {
        g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, _("%s needs the full path of a PKCS#11 module"), "--module");
        return FALSE;
      }
  return TRUE;
}

static GArray *
signet_invocation_all_entries (SignetInvocation   *self,
                               const GOptionEntry *entries,
                               SignetOptions       common,
                               gboolean           *help)
{
  GOptionEntry module = { "module", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &self->modules,
                          N_("Use this PKCS#11 module instead of those installed"), N_("FILE") };
  GOptionEntry pin_file = { "pin-file", 0, 0, G_OPTION_ARG_FILENAME, &self->pin_file, N_("Read the PIN from this file"), N_("FILE") };
  GOptionEntry pin_fd = { "pin-fd", 0, 0, G_OPTION_ARG_INT, &self->pin_fd, N_("Read the PIN from this open file descriptor"), "N" };
  GOptionEntry last_try = { "spend-last-try", 0, 0, G_OPTION_ARG_NONE, &self->spend_last_try,
                            N_("Try a PIN from a file even when the token locks if it is wrong"), NULL };
  GOptionEntry management_key = { "management-key-file", 0, 0, G_OPTION_ARG_FILENAME, &self->management_key_file,
                                  N_("Read the management key of a PIV card from this file"), N_("FILE") };
  GOptionEntry factory_key = { "factory-management-key", 0, 0, G_OPTION_ARG_NONE, &self->factory_management_key,
                               N_("Use the management key that every card has when it leaves the factory"), NULL };
  GOptionEntry password = { "password-file", 0, 0, G_OPTION_ARG_FILENAME, &self->password_file,
                            N_("Read the password of encrypted documents from this file"), N_("FILE") };
  GOptionEntry tsa_pin = { "tsa-pin-file", 0, 0, G_OPTION_ARG_FILENAME, &self->tsa_pin_file,
                           N_("Read the PIN for signing in at a time stamp server from this file"), N_("FILE") };
  GOptionEntry json = { "json", 0, 0, G_OPTION_ARG_NONE, &self->json, N_("Print one JSON document and nothing else"), NULL };
  GOptionEntry help_entry = { "help", 'h', 0, G_OPTION_ARG_NONE, help, N_("Show this help"), NULL };
  GArray *all = g_array_new (TRUE, TRUE, sizeof (GOptionEntry));

  for (const GOptionEntry *entry = entries; entry != NULL && entry->long_name != NULL; entry++)
    g_array_append_val (all, *entry);
  if (common & SIGNET_OPTIONS_MODULE)
    g_array_append_val (all, module);
  if (common & SIGNET_OPTIONS_PIN)
    {
      g_array_append_val (all, pin_file);
      g_array_append_val (all, pin_fd);
    }
  if (common & SIGNET_OPTIONS_PASSWORD)
    g_array_append_val (all, password);
  if (common & SIGNET_OPTIONS_TSA)
    g_array_append_val (all, tsa_pin);
  if (common & SIGNET_OPTIONS_WRITE)
    {
      g_array_append_val (all, management_key);
      g_array_append_val (all, factory_key);
    }
  if (common & (SIGNET_OPTIONS_PIN | SIGNET_OPTIONS_LAST_TRY))
    g_array_append_val (all, last_try);
  if (common & SIGNET_OPTIONS_JSON)
    g_array_append_val (all, json);
  g_array_append_val (all, help_entry);
  return all;
}

static gboolean
signet_invocation_is_path (const GOptionEntry *entry)
{
  static const char *const names[] = { "FILE", "FOLDER", "PEM", NULL };

  return entry->arg_description != NULL && g_strv_contains (names, entry->arg_description);
}

/* Texts are taken as UTF-8 whatever the locale says: scripts run in the C locale. */
static gboolean
signet_invocation_check_texts (const GOptionEntry *entries,
                               GError            **error)
{
  for (const GOptionEntry *entry = entries; entry != NULL && entry->long_name != NULL; entry++)
    {
      gboolean many = entry->arg == G_OPTION_ARG_FILENAME_ARRAY;
      char *one[2] = { NULL, NULL };
      char **values;

      if ((entry->arg != G_OPTION_ARG_FILENAME && !many) || signet_invocation_is_path (entry))
        continue;
      one[0] = many ? NULL : *(char **) entry->arg_data;
      values = many ? *(char ***) entry->arg_data : one;
      for (guint i = 0; values != NULL && values[i] != NULL; i++)
        if (!g_utf8_validate (values[i], -1, NULL))
          {
            g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, _("The value of --%s is not UTF-8"), entry->long_name);
            return FALSE;
          }
    }
  return TRUE;
}

/* the option of ours that is nearest to a mistyped one; "" when none is near */
static const char *
signet_invocation_guess (const GArray *entries,
                         const char   *typed)
{
  const char *best = "";
  gsize best_length = 1; /* two letters in common are the least */

  for (guint i = 0; i < entries->len; i++)
    {
      const char *name = g_array_index (entries, GOptionEntry, i).long_name;
      gsize length = 0;

      while (typed[length] != '\0' && typed[length] == name[length])
        length++;
      if (length > best_length)
        {
          best = name;
          best_length = length;
        }
    }
  return best;
}

static void
signet_invocation_show_option_error (SignetInvocation *self,
                                     const GArray     *entries,
                                     const GError     *error)
{
  const char *typed = strstr (error->message, "--");
  const char *guess = typed != NULL ? signet_invocation_guess (entries, typed + 2) : "";
  g_autofree char *message = signet_text_sanitize (error->message, -1, 400);

  if (g_error_matches (error, G_OPTION_ERROR, G_OPTION_ERROR_UNKNOWN_OPTION) && *guess != '\0')
    /* translators: the first %s says which option is not known, the second is one that is */
    signet_invocation_usage (self, _("%s. Did you mean --%s?"), message, guess);
  else
    signet_invocation_usage (self, "%s", message);
}

/* GLib leaves the "--" that ends the options when a name beginning with "-" follows it */
static char **
signet_invocation_dup_rest (char **strv)
{
  g_autoptr(GPtrArray) rest = g_ptr_array_new ();
  gboolean found = FALSE;

  for (guint i = 1; strv[i] != NULL; i++)
    {
      if (!found && g_str_equal (strv[i], "--") && strv[i + 1] != NULL && strv[i + 1][0] == '-')
        found = TRUE;
      else
        g_ptr_array_add (rest, strv[i]);
    }
  g_ptr_array_add (rest, NULL);
  return g_strdupv ((char **) rest->pdata);
}

gboolean
signet_invocation_parse (SignetInvocation   *self,
                         const GOptionEntry *entries,
                         SignetOptions       common)
{
  gboolean help = FALSE;
  g_autoptr(GArray) all = signet_invocation_all_entries (self, entries, common, &help);
  g_autoptr(GOptionContext) context = g_option_context_new (NULL);
  g_autoptr(GPtrArray) words = g_ptr_array_new ();
  g_auto(GStrv) strv = NULL;
  g_autoptr(GError) error = NULL;

  g_ptr_array_add (words, (gpointer) "signet");
  for (guint i = 0; self->arguments[i] != NULL; i++)
    g_ptr_array_add (words, self->arguments[i]);
  g_ptr_array_add (words, NULL);
  strv = g_strdupv ((char **) words->pdata);

  g_option_context_set_help_enabled (context, FALSE);
  g_option_context_add_main_entries (context, (const GOptionEntry *) all->data, NULL);
  if (!g_option_context_parse_strv (context, &strv, &error) || !signet_invocation_check_texts (entries, &error)
      || !signet_invocation_check_modules (self, &error))
    {
      signet_invocation_show_option_error (self, all, error);
      return FALSE;
    }

  g_strfreev (self->arguments);
  self->arguments = signet_invocation_dup_rest (strv);
  if (!help)
    return TRUE;

  signet_invocation_print_help (self, entries, common);
  self->status = SIGNET_STATUS_DONE;
  return FALSE;
}

/* --- help -------------------------------------------------------------------------------------------------------------- */
static void
signet_invocation_print_option (const GOptionEntry *entry)
{
  g_autoptr(GString) left = g_string_new ("  ");
  g_autofree char *padded = NULL;

  if (entry->short_name != 0)
    g_string_append_printf (left, "-%c, ", entry->short_name);
  g_string_append_printf (left, "--%s", entry->long_name);
  if (entry->arg_description != NULL)
    g_string_append_printf (left, " %s", _(entry->arg_description));
  padded = signet_terminal_pad (left->str, 28);
  if (signet_terminal_columns_of (left->str) > 27)
    signet_terminal_print ("%s\n%28s%s", left->str, "", _(entry->description));
  else
    signet_terminal_print ("%s%s", padded, _(entry->description));
}

static void
signet_invocation_print_examples (const char *examples)
{
  g_auto(GStrv) lines = g_strsplit (examples, "\n", -1);

  signet_terminal_print ("\n%s", _("Examples:"));
  for (guint i = 0; lines[i] != NULL; i++)
    signet_terminal_print ("  %s", lines[i]);
}

void
signet_invocation_print_help (SignetInvocation   *self,
                              const GOptionEntry *entries,
                              SignetOptions       common)
{
  gboolean help = FALSE;
  g_autoptr(GArray) all = signet_invocation_all_entries (self, entries, common, &help);
  g_autofree char *name = signet_invocation_dup_name (self);

  signet_terminal_print ("%s\n", _(self->command->summary));
  /* translators: how a command is called; %s is the command, its options and arguments follow */
  signet_terminal_print (_("Usage: %s [OPTION]… %s"), name, self->command->arguments != NULL ? _(self->command->arguments) : "");
  signet_terminal_print ("\n%s", _("Options:"));
  for (guint i = 0; i < all->len; i++)
    if (!(g_array_index (all, GOptionEntry, i).flags & G_OPTION_FLAG_HIDDEN))
      signet_invocation_print_option (&g_array_index (all, GOptionEntry, i));
  if (self->command->examples != NULL)
    signet_invocation_print_examples (self->command->examples);
}

/* --- saying no --------------------------------------------------------------------------------------------------------- */
JsonObject *
signet_invocation_new_document (void)
{
  JsonObject *document = json_object_new ();

  json_object_set_int_member (document, "version", 1);
  return document;
}

void
signet_invocation_print_document (JsonObject *document)
{
  g_autoptr(JsonNode) root = json_node_new (JSON_NODE_OBJECT);

  json_node_take_object (root, document);
  signet_terminal_print_json (root);
}

static void
signet_invocation_print_error_document (const GError *error)
{
  JsonObject *document = signet_invocation_new_document ();

  json_object_set_object_member (document, "error", signet_words_error_to_json (error));
  signet_invocation_print_document (document);
}

int
signet_invocation_usage (SignetInvocation *self,
                         const char       *format,
                         ...)
{
  g_autofree char *text = NULL;
  g_autofree char *name = signet_invocation_dup_name (self);
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);

  signet_terminal_message ("%s: %s", name, text);
  /* translators: %s is a command */
  signet_terminal_message (_("        “%s --help” shows how it is used."), name);
  if (self->json)
    {
      g_autoptr(GError) error = g_error_new_literal (SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_USAGE, text);

      signet_invocation_print_error_document (error);
    }
  self->status = SIGNET_STATUS_USAGE;
  return self->status;
}

int
signet_invocation_fail (SignetInvocation *self,
                        const char       *subject,
                        const GError     *error)
{
  signet_terminal_show_error (subject, error);
  if (self->json)
    signet_invocation_print_error_document (error);
  self->status = signet_words_exit_status (error);
  return self->status;
}

int
signet_invocation_not_yet (SignetInvocation *self,
                           const char       *what)
{
  if (what == NULL)
    /* translators: %s is a version number */
    return signet_invocation_usage (self, _("this command is not in this version (%s) yet. Nothing was done."), SIGNET_VERSION);
  /* translators: an option or its value, and a version number */
  return signet_invocation_usage (self, _("%s is not in this version (%s) yet. Nothing was done."), what, SIGNET_VERSION);
}

gboolean
signet_invocation_check_choice (SignetInvocation  *self,
                                const char        *option,
                                const char        *value,
                                const char *const *choices)
{
  g_autofree char *possible = NULL;
  g_autofree char *shown = NULL;

  if (value == NULL || g_strv_contains (choices, value))
    return TRUE;

  possible = g_strjoinv (", ", (char **) choices);
  shown = signet_text_sanitize (value, -1, 60);
  /* translators: an option, the value given, and the list of values that are possible */
  signet_invocation_usage (self, _("%s cannot be “%s”; possible: %s"), option, shown, possible);
  return FALSE;
}

static int
signet_status_badness (int status)
{
  static const int order[] = { 0, 2, 3, 1 };

  for (gsize i = 0; i < G_N_ELEMENTS (order); i++)
    if (order[i] == status)
      return (int) i;
  return status;
}

int
signet_invocation_worse_status (int one,
                                int other)
{
  return signet_status_badness (one) >= signet_status_badness (other) ? one : other;
}
