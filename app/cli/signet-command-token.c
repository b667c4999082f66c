/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-command-token.c: `signet token list | init`. Main thread.
 */
#define G_LOG_DOMAIN "signet-command-token"

#include "config.h"

#include <glib/gi18n.h>

#include "signet-command-token.h"
#include "signet-command.h"
#include "signet-key-json.h"
#include "signet-lookup.h"
#include "signet-terminal-interaction.h"

#include "../core/base/signet-base-error.h"
#include "../core/base/signet-text.h"
#include "../core/enrolment/signet-unblock.h"
#include "../core/token/signet-token-card.h"
#include "../core/token/signet-token-initialize.h"

/* --- list ---------------------------------------------------------------------------------------------------------------- */
static JsonArray *
signet_token_flags_to_json (SignetPinFlags flags)
{
  static const struct { SignetPinFlags flag; const char *name; } names[] = {
    { SIGNET_PIN_FLAG_COUNT_LOW, "few-tries-left" },
    { SIGNET_PIN_FLAG_FINAL_TRY, "last-try" },
    { SIGNET_PIN_FLAG_LOCKED, "locked" },
    { SIGNET_PIN_FLAG_PIN_PAD, "pin-pad" },
  };
  JsonArray *array = json_array_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if (flags & names[i].flag)
      json_array_add_string_element (array, names[i].name);
  return array;
}

static JsonArray *
signet_token_specs_to_json (SignetToken *token)
{
  const char *const *specs = signet_token_get_key_specs (token);
  JsonArray *array = json_array_new ();

  for (guint i = 0; specs[i] != NULL; i++)
    json_array_add_string_element (array, specs[i]);
  return array;
}

static JsonObject *
signet_token_to_json (SignetInvocation *invocation,
                      SignetToken      *token,
                      gint64            now)
{
  SignetEnrolment *enrolment = signet_core_get_enrolment (signet_invocation_get_core (invocation), NULL);
  SignetUnblockStrategy unblock = enrolment != NULL ? signet_enrolment_get_unblock_strategy (enrolment, token)
                                                    : signet_token_get_unblock_strategy (token);
  JsonObject *object = json_object_new ();
  JsonArray *keys = json_array_new ();
  GPtrArray *all = signet_token_get_keys (token);

  for (guint i = 0; all != NULL && i < all->len; i++)
    json_array_add_object_element (keys, signet_key_json_new (g_ptr_array_index (all, i), now));
  json_object_set_string_member (object, "label", signet_token_get_label (token));
  json_object_set_string_member (object, "manufacturer", signet_token_get_manufacturer (token));
  json_object_set_string_member (object, "model", signet_token_get_model (token));
  json_object_set_string_member (object, "serial", signet_token_get_serial (token));
  json_object_set_string_member (object, "uri", signet_token_get_uri (token));
  json_object_set_string_member (object, "unblock", signet_words_unblock_code (unblock));
  json_object_set_string_member (object, "module", signet_token_get_module (token));
  json_object_set_boolean_member (object, "software", signet_token_is_software (token));
  json_object_set_boolean_member (object, "initialized", signet_token_is_initialized (token));
  json_object_set_boolean_member (object, "read_only", signet_token_is_read_only (token));
  json_object_set_array_member (object, "pin", signet_token_flags_to_json (signet_token_get_pin_flags (token)));
  json_object_set_array_member (object, "key_specs", signet_token_specs_to_json (token));
  json_object_set_array_member (object, "keys", keys);
  return object;
}

static JsonArray *
signet_token_findings_to_json (GPtrArray *findings)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; findings != NULL && i < findings->len; i++)
    {
      const SignetTokenFinding *finding = g_ptr_array_index (findings, i);
      JsonObject *object = json_object_new ();
      g_autofree char *module = signet_text_sanitize (finding->module, -1, 0);
      g_autofree char *detail = signet_text_sanitize (finding->detail, -1, 500);
      g_autofree char *version = signet_text_sanitize (finding->version, -1, 40);

      json_object_set_string_member (object, "module", module);
      json_object_set_string_member (object, "state", finding->state);
      json_object_set_string_member (object, "detail", detail);
      json_object_set_int_member (object, "tokens", finding->n_tokens);
      if (*version != '\0')
        json_object_set_string_member (object, "version", version);
      else
        json_object_set_null_member (object, "version");
      json_array_add_object_element (array, object);
    }
  return array;
}

static void
signet_token_print_json (SignetInvocation *invocation,
                         GPtrArray        *tokens,
                         GPtrArray        *findings,
                         gint64            now)
{
  JsonObject *document = signet_invocation_new_document ();
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < tokens->len; i++)
    json_array_add_object_element (array, signet_token_to_json (invocation, g_ptr_array_index (tokens, i), now));
  json_object_set_array_member (document, "tokens", array);
  json_object_set_array_member (document, "modules", signet_token_findings_to_json (findings));
  signet_invocation_print_document (document);
}

static void
signet_token_show_key (SignetInvocation *invocation,
                       SignetTokenKey   *key,
                       gint64            now)
{
  g_autofree char *line = signet_lookup_describe_key (invocation, key);
  g_autofree char *why = NULL;
  g_autofree char *mark = NULL;
  const char *reason = NULL;

  if (signet_signing_key_is_usable (key, now, &reason))
    {
      mark = signet_terminal_mark (SIGNET_MARK_OK, line, FALSE);
      signet_terminal_print ("  %s", mark);
      return;
    }
  why = signet_words_key_unusable (reason);
  mark = signet_terminal_mark (SIGNET_MARK_UNKNOWN, line, FALSE);
  signet_terminal_print ("  %s · %s", mark, why);
}

static void
signet_token_show (SignetInvocation *invocation,
                   SignetToken      *token,
                   gint64            now)
{
  GPtrArray *keys = signet_token_get_keys (token);
  g_autofree char *title = signet_terminal_bold (signet_token_get_label (token));
  g_autofree char *state = signet_words_token_state (token);

  signet_terminal_print ("%s  %s · %s", title, signet_token_get_model (token), signet_token_get_serial (token));
  signet_terminal_print ("  %s", state);
  if (signet_token_is_software (token))
    signet_terminal_print ("  %s", _("Software token, for trying things out: its keys are in files on this computer."));
  for (guint i = 0; keys != NULL && i < keys->len; i++)
    signet_token_show_key (invocation, g_ptr_array_index (keys, i), now);
  if (signet_token_is_initialized (token) && (keys == NULL || keys->len == 0))
    signet_terminal_print ("  %s", _("Empty. Get a certificate with: signet request new"));
}

static const char *
signet_token_finding_words (const char *state)
{
  static const struct { const char *state; const char *text; } rows[] = {
    { "ok", N_("works") },
    { "no-token", N_("works, no token in a reader") },
    { "refused", N_("was not loaded") },
    { "not-ready", N_("has nothing to work with") },
    { "excluded", N_("excluded by the administrator") },
    { "crashed", N_("crashed") },
    { "hung", N_("did not answer") },
    { "failed", N_("failed") },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    if (g_strcmp0 (rows[i].state, state) == 0)
      return _(rows[i].text);
  return _("unknown");
}

static void
signet_token_show_nothing (GPtrArray *findings)
{
  signet_terminal_print ("%s", _("No token was found."));
  for (guint i = 0; findings != NULL && i < findings->len; i++)
    {
      const SignetTokenFinding *finding = g_ptr_array_index (findings, i);
      g_autofree char *module = signet_text_sanitize (finding->module, -1, 0);
      g_autofree char *detail = signet_text_sanitize (finding->detail, -1, 300);

      signet_terminal_print ("  %s: %s%s%s", module, signet_token_finding_words (finding->state), *detail != '\0' ? " · " : "", detail);
    }
  signet_terminal_print ("%s", _("Put a token in, or make one for trying things out: signet token init --software --label NAME"));
}

typedef struct
{
  SignetInvocation *invocation;
  GHashTable       *shown; /* URIs */
} SignetTokenListing;

/* Those that were not shown before. */
static void
signet_token_show_some (GPtrArray *tokens,
                        gpointer   data)
{
  SignetTokenListing *listing = data;
  gint64 now = signet_clock_now (signet_core_get_clock (signet_invocation_get_core (listing->invocation)));

  for (guint i = 0; !listing->invocation->json && i < tokens->len; i++)
    {
      SignetToken *token = g_ptr_array_index (tokens, i);

      if (g_hash_table_contains (listing->shown, signet_token_get_uri (token)))
        continue;
      if (g_hash_table_size (listing->shown) > 0)
        signet_terminal_print ("%s", "");
      g_hash_table_add (listing->shown, g_strdup (signet_token_get_uri (token)));
      signet_token_show (listing->invocation, token, now);
    }
  fflush (stdout);
}

int
signet_command_token_list (SignetInvocation *invocation)
{
  g_autoptr(GHashTable) shown = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  SignetTokenListing listing = { invocation, shown };
  g_autoptr(GPtrArray) tokens = NULL;
  g_autoptr(GPtrArray) findings = NULL;

  if (!signet_invocation_parse (invocation, NULL, SIGNET_OPTIONS_JSON | SIGNET_OPTIONS_MODULE))
    return invocation->status;
  tokens = signet_lookup_tokens_by_and_by (invocation, signet_token_show_some, &listing);
  if (tokens == NULL)
    return invocation->status;

  findings = signet_token_manager_dup_findings (signet_core_get_tokens (signet_invocation_get_core (invocation)));
  if (invocation->json)
    signet_token_print_json (invocation, tokens, findings, signet_clock_now (signet_core_get_clock (invocation->core)));
  else if (tokens->len == 0 && g_hash_table_size (shown) == 0)
    signet_token_show_nothing (findings);
  signet_token_show_some (tokens, &listing);
  return SIGNET_STATUS_DONE;
}

/* --- init ---------------------------------------------------------------------------------------------------------------- */
typedef struct
{
  char *label, *so_pin_file; /* (owned) (nullable) */
  gboolean software, erase;
} SignetTokenInitOptions;

static void
signet_token_init_options_clear (SignetTokenInitOptions *options)
{
  g_free (options->label);
  g_free (options->so_pin_file);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SignetTokenInitOptions, signet_token_init_options_clear)

static SignetSecret *
signet_token_ask_new (SignetInvocation          *invocation,
                      SignetTerminalInteraction *interaction,
                      SignetPinKind              kind,
                      SignetToken               *token,
                      const char                *label,
                      GError                   **error)
{
  SignetPinQuestion question = {
    .kind = kind,
    .token_label = label,
    .tries_left = -1,
    .software_token = token == NULL || signet_token_is_software (token),
    .min_length = token != NULL ? signet_token_get_min_pin (token) : 4,
    .max_length = token != NULL ? signet_token_get_max_pin (token) : 64,
  };

  return signet_interaction_ask_pin (SIGNET_INTERACTION (interaction), &question, invocation->cancellable, error);
}

static SignetToken *
signet_token_init_software (SignetInvocation          *invocation,
                            const char                *label,
                            SignetTerminalInteraction *interaction,
                            gboolean                   has_so_pin,
                            GError                   **error)
{
  SignetTokenManager *manager = signet_core_get_tokens (signet_invocation_get_core (invocation));
  g_autoptr(SignetSecret) pin = signet_token_ask_new (invocation, interaction, SIGNET_PIN_NEW, NULL, label, error);
  g_autoptr(SignetSecret) so_pin = NULL;

  if (pin == NULL)
    return NULL;
  /* who reads the user's files has the keys anyway: a second PIN would guard nothing, so it is only set when given */
  so_pin = has_so_pin ? signet_token_ask_new (invocation, interaction, SIGNET_PIN_NEW_SO, NULL, label, error) : signet_secret_ref (pin);
  if (so_pin == NULL)
    return NULL;
  return signet_token_manager_init_software_token (manager, label, pin, so_pin, invocation->cancellable, error);
}

void
signet_command_token_record_certificate (SignetInvocation  *invocation,
                                         const char        *act,
                                         SignetToken       *token,
                                         SignetCertificate *certificate)
{
  g_autoptr(GError) error = NULL;

  if (!signet_core_record (signet_invocation_get_core (invocation), act, token, certificate, &error))
    signet_terminal_show_error (_("journal"), error);
}

void
signet_command_token_record (SignetInvocation *invocation,
                             const char       *act,
                             SignetToken      *token)
{
  signet_command_token_record_certificate (invocation, act, token, NULL);
}

static void
signet_token_init_done (SignetInvocation *invocation,
                        SignetToken      *token,
                        const char       *label)
{
  g_autofree char *mark = NULL;
  JsonObject *document;

  if (invocation->json)
    {
      document = signet_invocation_new_document ();
      json_object_set_object_member (document, "token",
                                     signet_token_to_json (invocation, token, signet_clock_now (signet_core_get_clock (invocation->core))));
      signet_invocation_print_document (document);
      return;
    }
  mark = signet_terminal_mark (SIGNET_MARK_OK, _("Set up"), FALSE);
  signet_terminal_print ("%s  %s · %s", mark, label, signet_token_get_serial (token));
  if (signet_token_is_software (token))
    signet_terminal_print ("  %s", _("Software token, for trying things out: its keys are in files on this computer."));
  signet_terminal_print ("  %s", _("Get a certificate with: signet request new"));
}

/* A card comes out of it with codes of the factory, which nobody would think of later. */
static void
signet_token_init_advise (SignetInvocation *invocation,
                          SignetToken      *token)
{
  SignetTokenCard card;
  g_autofree char *words = NULL;
  g_autofree char *mark = NULL;

  if (!signet_token_read_card (token, &card, invocation->cancellable, NULL))
    return;
  words = signet_words_factory (&card);
  if (words == NULL)
    return;
  mark = signet_terminal_mark (SIGNET_MARK_WARNING, words, TRUE);
  signet_terminal_message ("%s", mark);
  signet_terminal_message ("  %s", _("Change them with: signet token change-pin --puk, and signet token change-pin --management-key"));
}

static int
signet_token_init_run (SignetInvocation             *invocation,
                       const SignetTokenInitOptions *options)
{
  g_autoptr(SignetTerminalInteraction) interaction = signet_terminal_interaction_new ();
  g_autoptr(SignetToken) token = NULL;
  g_autoptr(GError) error = NULL;
  g_autofree char *label = signet_text_sanitize (options->label, -1, 32);

  signet_terminal_interaction_set_spend_last_try (interaction, invocation->spend_last_try);
  if (!signet_terminal_interaction_set_source (interaction, SIGNET_PIN_NEW, invocation->pin_file, invocation->pin_fd, &error) ||
      !signet_terminal_interaction_set_source (interaction, SIGNET_PIN_NEW_SO, options->so_pin_file, -1, &error) ||
      !signet_terminal_interaction_set_source (interaction, SIGNET_PIN_SO, options->so_pin_file, -1, &error) ||
      !signet_terminal_interaction_set_source (interaction, SIGNET_PIN_MANAGEMENT, invocation->management_key_file, -1, &error))
    return signet_invocation_fail (invocation, NULL, error);

  if (invocation->factory_management_key)
    signet_terminal_interaction_use_factory_key (interaction);

  if (options->software)
    {
      token = signet_token_init_software (invocation, options->label, interaction, options->so_pin_file != NULL, &error);
      if (token == NULL)
        return signet_invocation_fail (invocation, label, error);
    }
  else
    {
      token = signet_lookup_token (invocation, invocation->arguments[0]);
      if (token == NULL)
        return invocation->status;
      if (options->erase)
        signet_terminal_interaction_set_agreed (interaction, "init-token");
      if (!signet_token_initialize (signet_core_get_tokens (signet_invocation_get_core (invocation)), token, options->label,
                                    SIGNET_INTERACTION (interaction), invocation->cancellable, &error))
        return signet_invocation_fail (invocation, label, error);
    }
  signet_command_token_record (invocation, "token-initialised", token);
  signet_token_init_done (invocation, token, label);
  if (!options->software)
    signet_token_init_advise (invocation, token);
  return SIGNET_STATUS_DONE;
}

int
signet_command_token_init (SignetInvocation *invocation)
{
  g_auto(SignetTokenInitOptions) options = { NULL };
  const GOptionEntry entries[] = {
    { "label", 0, 0, G_OPTION_ARG_FILENAME, &options.label, N_("The name the token will show"), N_("LABEL") },
    { "software", 0, 0, G_OPTION_ARG_NONE, &options.software, N_("Make a software token on this computer, for trying things out"), NULL },
    { "so-pin-file", 0, 0, G_OPTION_ARG_FILENAME, &options.so_pin_file, N_("Read the security officer’s PIN from this file"), N_("FILE") },
    { "erase", 0, 0, G_OPTION_ARG_NONE, &options.erase, N_("Set it up even when it is in use; what is on it is destroyed"), NULL },
    { NULL }
  };

  if (!signet_invocation_parse (invocation, entries,
                                SIGNET_OPTIONS_JSON | SIGNET_OPTIONS_MODULE | SIGNET_OPTIONS_PIN | SIGNET_OPTIONS_WRITE))
    return invocation->status;
  if (options.label == NULL || *options.label == '\0')
    return signet_invocation_usage (invocation, "%s", _("give the token a name with --label"));
  if (signet_invocation_n_arguments (invocation) > 1 || (options.software && invocation->arguments[0] != NULL))
    return signet_invocation_usage (invocation, "%s", _("too many arguments"));
  return signet_token_init_run (invocation, &options);
}
