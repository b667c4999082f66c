/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-command.c: the table of commands, their help, and how one is found. Main thread.
 *
 * A command of docs/cli.md that this version does not have yet stands in the table without a function: it is named in the
 * help of its group as what it is, and ends with 64.
 */
#define G_LOG_DOMAIN "signet-command"

#include "config.h"

#include <string.h>

#include <glib/gi18n.h>

#include "signet-command.h"

#include "../core/base/signet-text.h"

static const SignetCommand commands[] = {
  { NULL, "sign", N_("FILE…"), N_("Sign files with a certificate on a token."),
    "signet sign contract.pdf\n"
    "signet sign --level t --tsa http://tsa.example/ --reason \"Approved\" contract.pdf\n"
    "signet sign --visible default contract.pdf\n"
    "signet sign --visible page=last,x=20mm,y=20mm,width=70mm,height=25mm contract.pdf\n"
    "signet sign --format cades --output-dir signed/ *.odt",
    signet_command_sign },
  { NULL, "verify", N_("FILE…"), N_("Say of signed files whether they can be relied on."),
    "signet verify contract.pdf\n"
    "signet verify --trust ca.pem --json contract.pdf\n"
    "signet verify --detached minutes.odt minutes.odt.p7s",
    signet_command_verify },
  { NULL, "extend", N_("FILE…"), N_("Add lasting proof to signed files."),
    "signet extend contract-signed.pdf\n"
    "signet extend --waiting\n"
    "signet extend --level lta --tsa http://tsa.example/ --output-dir archive/ *.pdf",
    signet_command_extend },

  { "token", "list", NULL, N_("Show the tokens and what is on them."),
    "signet token list\nsignet token list --json", signet_command_token_list },
  { "token", "init", N_("[TOKEN]"), N_("Set up a token, or make a software token on this computer."),
    "signet token init --software --label Practice\nsignet token init --label \"Li Na\" 0123456789ABCDEF", signet_command_token_init },
  { "token", "change-pin", N_("[TOKEN]"), N_("Change the PIN of a token, or what unblocks it."),
    "signet token change-pin\nsignet token change-pin --puk", signet_command_token_change_pin },
  { "token", "unblock", N_("[TOKEN]"), N_("Set a new PIN when the old one is locked or forgotten."),
    "signet token unblock\nsignet token unblock --puk-file puk --new-pin-file pin \"Li Na\"", signet_command_token_unblock },
  { "token", "remove", N_("TOKEN"), N_("Destroy a software token and its keys."), "signet token remove Practice", signet_command_token_remove },
  { "token", "modules", N_("[add PATH | remove PATH]"), N_("Show, add or remove drivers of tokens (PKCS#11 modules)."),
    "signet token modules\nsignet token modules add /opt/vendor/lib/libvendor-pkcs11.so", signet_command_token_modules },
  { "token", "doctor", N_("[TOKEN]"), N_("Find out why a token is not found or does not sign."),
    "signet token doctor\nsignet token doctor --test-signature \"Li Na\"", signet_command_token_doctor },

  { "certificate", "list", NULL, N_("Show the certificates on all tokens."),
    "signet certificate list", signet_command_certificate_list },
  { "certificate", "show", N_("CERTIFICATE"), N_("Show one certificate: of a file, or on a token by its fingerprint or URI."),
    "signet certificate show ca.pem\nsignet certificate show 3f6c…", signet_command_certificate_show },
  { "certificate", "export", N_("CERTIFICATE"), N_("Write a certificate on a token into a file."),
    "signet certificate export -o li-na.pem 3f6c…", signet_command_certificate_export },
  { "certificate", "import", N_("FILE"), N_("Put a certificate or a key from a file onto a token."),
    "signet certificate import --token \"Li Na\" li-na.p12\nsignet certificate import --replace 3f6c… renewed.pem", signet_command_certificate_import },
  { "certificate", "delete", N_("CERTIFICATE"), N_("Delete a certificate from a token."),
    "signet certificate delete 3f6c…\nsignet certificate delete --with-key 3f6c…", signet_command_certificate_delete },
  { "certificate", "status", N_("CERTIFICATE"), N_("Ask how a certificate stands: the authority, its status service, what is under way."),
    "signet certificate status 3f6c…", signet_command_certificate_status },
  { "certificate", "suspend", N_("CERTIFICATE"), N_("Ask for a certificate not to count for now."), "signet certificate suspend 3f6c…",
    signet_command_certificate_suspend },
  { "certificate", "resume", N_("CERTIFICATE"), N_("Ask for a suspended certificate to count again."), "signet certificate resume 3f6c…",
    signet_command_certificate_resume },
  { "certificate", "compromised", N_("CERTIFICATE"), N_("Somebody else may have the key: block it, have it revoked, list what was signed."),
    "signet certificate compromised --since 2026-11-01 -o signed.csv 3f6c…\nsignet certificate compromised --lift 3f6c…",
    signet_command_certificate_compromised },
  { "certificate", "verify", NULL, N_("Validate the path of one certificate."), NULL, NULL },

  { "request", "new", NULL, N_("Ask an authority for a certificate."),
    "signet request new --authority sample-ca --token \"Li Na\" --field name=\"Li Na\"", signet_command_request_new },
  { "request", "list", NULL, N_("Show the requests."), "signet request list", signet_command_request_list },
  { "request", "show", N_("NUMBER"), N_("Show where a request stands."), "signet request show 3", signet_command_request_show },
  { "request", "resume", N_("NUMBER"), N_("Go on with a request."), "signet request resume 3", signet_command_request_resume },
  { "request", "export", N_("NUMBER"), N_("Give out a request that is carried to the authority by hand."),
    "signet request export 3 -o request.csr\nsignet request export 3 --qr", signet_command_request_export },
  { "request", "answer", N_("FILE"), N_("Take the answer of an authority from a file."),
    "signet request answer certificate.pem", signet_command_request_answer },
  { "request", "cancel", N_("NUMBER"), N_("Give a request up."), "signet request cancel 3", signet_command_request_cancel },
  { "request", "renew", N_("CERTIFICATE"), N_("Ask for a new certificate before the old one ends."),
    "signet request renew 3f6c…\nsignet request renew --same-key --wait 60 3f6c…", signet_command_request_renew },
  { "request", "revoke", N_("CERTIFICATE"), N_("Ask for a certificate to be revoked."),
    "signet request revoke --reason superseded 3f6c…", signet_command_request_revoke },

  { "authority", "list", NULL, N_("Show the authorities this computer knows."), "signet authority list", signet_command_authority_list },
  { "authority", "show", N_("ID"), N_("Show one authority and its terms."), "signet authority show sample-ca", signet_command_authority_show },
  { "authority", "update", NULL, N_("Get the lists of authorities again."), NULL, NULL },
  { "authority", "check", NULL, N_("Say what the lists say of a certificate."), NULL, NULL },
  { "authority", "lists", NULL, N_("Inspect lists of authorities."), NULL, NULL },
  { "authority", "complain", NULL, N_("Complain about an authority."), NULL, NULL },

  { "plugin", "list", NULL, N_("Show the plugins, and what each may do."), "signet plugin list", signet_command_plugin_list },
  { "plugin", "allow", N_("ID"), N_("Let a plugin run, after seeing what it may do."), "signet plugin allow cn.example.ca", signet_command_plugin_allow },
  { "plugin", "forbid", N_("ID"), N_("Keep a plugin from running."), "signet plugin forbid cn.example.ca", signet_command_plugin_forbid },
  { "plugin", "new", N_("NAME [FOLDER]"), N_("Begin a plugin of your own."), "signet plugin new acme-ca\nsignet plugin new --language python acme-ca", signet_command_plugin_new },
  { "plugin", "check", N_("FOLDER"), N_("Check a plugin before it is used."),
    "signet plugin check acme-ca\nsignet plugin check --replay recordings/submit.txt .", signet_command_plugin_check },
  { "plugin", "run", N_("FOLDER METHOD"), N_("Run a plugin by hand, for its author."),
    "signet plugin run . form\nsignet plugin run --field name=\"Li Na\" --record recordings/submit.txt . submit", signet_command_plugin_run },

  { "mark", "list", NULL, N_("Show the visible marks saved under a name."), "signet mark list", signet_command_mark_list },
  { "mark", "show", N_("NAME"), N_("Show the description of a saved mark."), "signet mark show office", signet_command_mark_show },
  { "mark", "save", N_("NAME SPEC"), N_("Save a visible mark under a name."),
    "signet mark save office page=last,from=bottom-right,x=20mm,y=20mm,image=seal.png", signet_command_mark_save },
  { "mark", "remove", N_("NAME"), N_("Forget a saved mark."), "signet mark remove office", signet_command_mark_remove },
  { "tsa", "list", NULL, N_("Show the time stamp servers in the order they are asked, and how they did."), "signet tsa list", signet_command_tsa_list },
  { "tsa", "add", N_("URL"), N_("Add a time stamp server to your list."),
    "signet tsa add http://tsa.example/\nsignet tsa add --user li.na --password-file password https://tsa.example/", signet_command_tsa_add },
  { "tsa", "remove", N_("URL|NUMBER"), N_("Take a time stamp server off your list."), "signet tsa remove 2", signet_command_tsa_remove },
  { "tsa", "move", N_("URL|NUMBER PLACE"), N_("Ask a time stamp server earlier or later than others."), "signet tsa move 3 1", signet_command_tsa_move },
  { "tsa", "check", N_("[URL|NUMBER]"), N_("Ask the time stamp servers now whether they answer."), "signet tsa check", signet_command_tsa_check },

  { "journal", "list", NULL, N_("Show what was signed, asked for and installed."), "signet journal list", signet_command_journal_list },
  { "journal", "verify", NULL, N_("Check that nobody changed the journal."), "signet journal verify", signet_command_journal_verify },
  { "journal", "export", NULL, N_("Write the journal into a file."), NULL, NULL },
};

static gboolean
signet_command_is_group (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    if (g_strcmp0 (commands[i].group, name) == 0)
      return TRUE;
  return FALSE;
}

static const SignetCommand *
signet_command_find (const char *group,
                     const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    if (g_strcmp0 (commands[i].group, group) == 0 && g_strcmp0 (commands[i].name, name) == 0)
      return &commands[i];
  return NULL;
}

static gboolean
signet_command_is_help (const char *word)
{
  return g_strcmp0 (word, "--help") == 0 || g_strcmp0 (word, "-h") == 0 || g_strcmp0 (word, "help") == 0;
}

static void
signet_command_print_row (const SignetCommand *command)
{
  g_autofree char *name = command->group != NULL ? g_strdup_printf ("%s %s", command->group, command->name)
                                                 : g_strdup (command->name);
  g_autofree char *padded = signet_terminal_pad (name, 25);

  if (command->run != NULL)
    signet_terminal_print ("  %s%s", padded, _(command->summary));
  else
    /* translators: %s is what a command will do once it is there */
    signet_terminal_print ("  %s%s %s", padded, _(command->summary), _("(not in this version yet)"));
}

static int
signet_command_help (const char *group)
{
  if (group == NULL)
    {
      signet_terminal_print ("%s\n", _("Signet: get, keep and use certificates for electronic signatures."));
      signet_terminal_print ("%s\n\n%s", _("Usage: signet COMMAND [OPTION]… [ARGUMENT]…"), _("Commands:"));
    }
  else
    signet_terminal_print (_("Usage: signet %s COMMAND [OPTION]… [ARGUMENT]…\n\nCommands:"), group);

  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    if (group == NULL ? commands[i].run != NULL : g_strcmp0 (commands[i].group, group) == 0)
      signet_command_print_row (&commands[i]);

  signet_terminal_print ("\n%s", _("“signet COMMAND --help” shows the options of a command; “signet --version” the version."));
  return SIGNET_STATUS_DONE;
}

static int
signet_command_unknown (const char *group,
                        const char *word)
{
  g_autofree char *shown = signet_text_sanitize (word, -1, 60);

  if (group != NULL)
    signet_terminal_message (_("signet: there is no command “%s %s”."), group, shown);
  else
    signet_terminal_message (_("signet: there is no command “%s”."), shown);
  signet_terminal_message (_("        “%s --help” shows how it is used."), group != NULL ? group : "signet");
  return SIGNET_STATUS_USAGE;
}

static int
signet_command_run (const SignetCommand *command,
                    char               **arguments)
{
  g_autoptr(SignetInvocation) invocation = signet_invocation_new (command, arguments);

  if (command->run != NULL)
    return command->run (invocation);

  if (arguments[0] != NULL && signet_command_is_help (arguments[0]))
    {
      signet_terminal_print ("%s\n%s", _(command->summary), _("(not in this version yet)"));
      return SIGNET_STATUS_DONE;
    }
  invocation->json = g_strv_contains ((const char *const *) arguments, "--json");
  return signet_invocation_not_yet (invocation, NULL);
}

static int
signet_command_dispatch_group (const char *group,
                               char      **arguments)
{
  const SignetCommand *command;

  if (arguments[0] == NULL)
    {
      signet_command_help (group);
      return SIGNET_STATUS_USAGE;
    }
  if (signet_command_is_help (arguments[0]))
    return signet_command_help (group);

  command = signet_command_find (group, arguments[0]);
  if (command == NULL)
    return signet_command_unknown (group, arguments[0]);
  return signet_command_run (command, arguments + 1);
}

/* `signet help sign` is `signet sign --help` */
static int
signet_command_dispatch_help (char **arguments)
{
  const char *help[] = { "--help", NULL };
  const SignetCommand *command;

  if (arguments[0] == NULL)
    return signet_command_help (NULL);
  if (signet_command_is_group (arguments[0]) && arguments[1] == NULL)
    return signet_command_help (arguments[0]);

  command = arguments[1] != NULL ? signet_command_find (arguments[0], arguments[1]) : signet_command_find (NULL, arguments[0]);
  if (command == NULL)
    return signet_command_unknown (NULL, arguments[0]);
  return signet_command_run (command, (char **) help);
}

int
signet_command_dispatch (char **arguments)
{
  const SignetCommand *command;

  if (arguments[0] == NULL)
    {
      signet_command_help (NULL);
      return SIGNET_STATUS_USAGE;
    }
  if (signet_command_is_help (arguments[0]))
    return signet_command_dispatch_help (arguments + 1);
  if (g_str_equal (arguments[0], "--version"))
    {
      signet_terminal_print ("signet %s", SIGNET_VERSION);
      return SIGNET_STATUS_DONE;
    }
  if (signet_command_is_group (arguments[0]))
    return signet_command_dispatch_group (arguments[0], arguments + 1);

  command = signet_command_find (NULL, arguments[0]);
  if (command == NULL)
    return signet_command_unknown (NULL, arguments[0]);
  return signet_command_run (command, arguments + 1);
}
