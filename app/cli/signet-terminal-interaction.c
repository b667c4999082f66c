/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-terminal-interaction.c: answers the core's questions from files given beforehand, else at the terminal.
 *
 * Main thread. A PIN from a file is tried once: a wrong one ends the command, and a token that warns of its last try
 * is only ever given a PIN that a person typed after reading the warning.
 */
#define G_LOG_DOMAIN "signet-terminal-interaction"

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gi18n.h>

#include "signet-terminal-consent.h"
#include "signet-terminal-interaction.h"
#include "signet-terminal-question.h"
#include "signet-terminal.h"

#include "../core/base/signet-base-error.h"
#include "../core/base/signet-text.h"
#include "../core/face/signet-words.h"

#define MAX_SECRET_SIZE 4096
#define MAX_TRIES 3

struct _SignetTerminalInteraction
{
  GObject parent_instance;

  SignetSecret *pins[SIGNET_N_PIN_KINDS];    /* (owned) (nullable): given beforehand */
  gboolean given[SIGNET_N_PIN_KINDS];        /* also when it was used and wiped */
  char *paths[SIGNET_N_PIN_KINDS];           /* (owned) (nullable): an ordinary file, which can be read again */
  gboolean reusable;
  gboolean spend_last_try;
  GHashTable *agreed;                        /* kinds of consent */
  GHashTable *values;                        /* field id -> value */
  gboolean asked;                            /* a form was seen before */
  SignetSecret *secret;                      /* (owned) (nullable): for the form's secret field */
};

static void signet_terminal_interaction_iface_init (SignetInteractionInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (SignetTerminalInteraction, signet_terminal_interaction, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (SIGNET_TYPE_INTERACTION, signet_terminal_interaction_iface_init))

/* --- PIN ----------------------------------------------------------------------------------------------------------------- */
static SignetSecret *
signet_terminal_read_again (const char *path,
                            GError    **error)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  SignetSecret *secret;

  if (fd < 0)
    {
      signet_base_error_set_errno (error, errno, "opening the file with the secret once more");
      return NULL;
    }
  secret = signet_secret_new_from_fd (fd, MAX_SECRET_SIZE, error);
  close (fd);
  return secret;
}

/* A command that may ask again keeps no PIN that stands in a file: between its questions nothing of it is left. */
static SignetSecret *
signet_terminal_use_file_pin (SignetTerminalInteraction *self,
                              SignetPinKind              kind,
                              GError                   **error)
{
  SignetSecret *pin = g_steal_pointer (&self->pins[kind]);

  signet_terminal_interaction_forget_pin (self);
  return pin != NULL ? pin : signet_terminal_read_again (self->paths[kind], error);
}

/* The last question it answers takes it along: while the command goes on, nothing of it is left. */
static SignetSecret *
signet_terminal_use_given_pin (SignetTerminalInteraction *self,
                               const SignetPinQuestion   *question,
                               GError                   **error)
{
  gboolean last = !self->reusable && question->number >= question->documents;
  SignetSecret *pin = self->pins[question->kind];

  if (self->reusable && self->paths[question->kind] != NULL)
    return signet_terminal_use_file_pin (self, question->kind, error);
  if (pin == NULL)
    {
      g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_USAGE, "the PIN that was given has been used already");
      return NULL;
    }
  return last ? g_steal_pointer (&self->pins[question->kind]) : signet_secret_ref (pin);
}

static SignetSecret *
signet_terminal_take_given_pin (SignetTerminalInteraction *self,
                                const SignetPinQuestion   *question,
                                GError                   **error)
{
  if (question->flags & SIGNET_PIN_FLAG_RETRY)
    {
      gboolean unblocks = question->kind == SIGNET_PIN_SO || question->kind == SIGNET_PIN_PUK;

      signet_terminal_show_tries (question);
      if (question->kind == SIGNET_PIN_MANAGEMENT)
        g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "there is one in the file; the core says what is wrong with it");
      else
        g_set_error_literal (error, SIGNET_TOKEN_ERROR, unblocks ? SIGNET_TOKEN_ERROR_WRONG_UNBLOCKER : SIGNET_TOKEN_ERROR_WRONG_PIN,
                           "the token refused the PIN of the file; it was tried once");
      return NULL;
    }
  if ((question->flags & SIGNET_PIN_FLAG_FINAL_TRY) && !self->spend_last_try)
    {
      g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_DENIED,
                           "this is the token's last try before it locks: enter the PIN at a terminal, without --pin-file and --pin-fd, "
                           "or add --spend-last-try");
      return NULL;
    }
  return signet_terminal_use_given_pin (self, question, error);
}

static gboolean
signet_secrets_are_equal (SignetSecret *one,
                          SignetSecret *other)
{
  gsize one_length, other_length;
  const guint8 *one_bytes = signet_secret_get_bytes (one, &one_length);
  const guint8 *other_bytes = signet_secret_get_bytes (other, &other_length);

  return one_length == other_length && memcmp (one_bytes, other_bytes, one_length) == 0;
}

static SignetSecret *
signet_terminal_new_factory_key (void)
{
  return signet_secret_new ((const guint8 *) SIGNET_FACTORY_MANAGEMENT_KEY, strlen (SIGNET_FACTORY_MANAGEMENT_KEY));
}

/* The form of a key is the core's to check: people write blanks and colons between the digits. */
static gboolean
signet_terminal_pin_length_fits (const SignetPinQuestion *question,
                                 SignetSecret            *pin)
{
  gsize length = signet_secret_get_length (pin);

  if (question->kind == SIGNET_PIN_MANAGEMENT || question->kind == SIGNET_PIN_NEW_MANAGEMENT)
    return length > 0;
  if (length >= question->min_length && (question->max_length == 0 || length <= question->max_length))
    return TRUE;
  /* translators: the shortest and the longest PIN a token takes */
  signet_terminal_message (_("The PIN must have %u to %u characters."), question->min_length, question->max_length);
  return FALSE;
}

/* a new PIN is typed twice; an old one once */
static SignetSecret *
signet_terminal_ask_pin_once (const SignetPinQuestion *question,
                              gboolean                *again,
                              GCancellable            *cancellable,
                              GError                 **error)
{
  g_autofree char *prompt = signet_terminal_pin_prompt (question);
  g_autoptr(SignetSecret) pin = signet_terminal_ask_secret (prompt, cancellable, error);
  g_autoptr(SignetSecret) repeated = NULL;

  *again = FALSE;
  if (pin == NULL)
    return NULL;
  if (question->kind == SIGNET_PIN_MANAGEMENT && (question->flags & SIGNET_PIN_FLAG_FACTORY) && signet_secret_get_length (pin) == 0)
    return signet_terminal_new_factory_key ();
  if (!signet_terminal_pin_length_fits (question, pin))
    {
      *again = TRUE;
      return NULL;
    }
  if (!SIGNET_PIN_KIND_IS_NEW (question->kind))
    return g_steal_pointer (&pin);

  repeated = signet_terminal_ask_secret (_("The same again:"), cancellable, error);
  if (repeated == NULL)
    return NULL;
  if (signet_secrets_are_equal (pin, repeated))
    return g_steal_pointer (&pin);

  signet_terminal_message ("%s", _("The two are not the same."));
  *again = TRUE;
  return NULL;
}

static SignetSecret *
signet_terminal_interaction_ask_pin (SignetInteraction       *interaction,
                                     const SignetPinQuestion *question,
                                     GCancellable            *cancellable,
                                     GError                 **error)
{
  SignetTerminalInteraction *self = SIGNET_TERMINAL_INTERACTION (interaction);
  gboolean again = TRUE;

  if (question->flags & SIGNET_PIN_FLAG_PIN_PAD)
    {
      signet_terminal_show_pin_context (question);
      /* translators: %u is a number of seconds */
      signet_terminal_message (ngettext ("Enter the PIN on the reader. It waits %u second; Ctrl+C cancels.",
                                         "Enter the PIN on the reader. It waits %u seconds; Ctrl+C cancels.", question->seconds),
                               question->seconds);
      return signet_secret_new ((const guint8 *) "", 0);
    }
  if ((guint) question->kind < G_N_ELEMENTS (self->given) && self->given[question->kind])
    return signet_terminal_take_given_pin (self, question, error);

  signet_terminal_show_pin_context (question);
  for (guint i = 0; again && i < MAX_TRIES; i++)
    {
      SignetSecret *pin = signet_terminal_ask_pin_once (question, &again, cancellable, error);

      if (pin != NULL || !again)
        return pin;
    }
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "no PIN was chosen");
  return NULL;
}

/* --- consent ------------------------------------------------------------------------------------------------------------- */
static gboolean
signet_terminal_ask_consent (SignetTerminalInteraction *self,
                             const SignetConsent       *consent,
                             GCancellable              *cancellable,
                             GError                   **error)
{
  g_autoptr(GError) local_error = NULL;

  if (g_hash_table_contains (self->agreed, consent->kind))
    return TRUE;
  if (g_str_has_prefix (consent->kind, "plugin") && !signet_terminal_can_ask ())
    {
      g_set_error_literal (error, SIGNET_PLUGIN_ERROR, SIGNET_PLUGIN_ERROR_CONSENT, "nobody can be asked at this terminal");
      return FALSE;
    }
  if (signet_terminal_ask_yes (_("Do you agree?"), cancellable, &local_error))
    return TRUE;

  if (local_error != NULL)
    g_propagate_error (error, g_steal_pointer (&local_error));
  else
    g_set_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_DENIED, "not agreed to: %s", consent->kind);
  return FALSE;
}

static gboolean
signet_terminal_interaction_confirm (SignetInteraction   *interaction,
                                     const SignetConsent *consent,
                                     GCancellable        *cancellable,
                                     GError             **error)
{
  SignetTerminalInteraction *self = SIGNET_TERMINAL_INTERACTION (interaction);
  g_autofree char *headline = signet_terminal_consent_dup_headline (consent);

  signet_terminal_message ("%s", headline);
  if (g_str_equal (consent->kind, "many-pins"))
    return self->given[SIGNET_PIN_CONTEXT] || signet_terminal_ask_consent (self, consent, cancellable, error);
  for (guint i = 0; consent->names != NULL && consent->names[i] != NULL; i++)
    {
      g_autofree char *name = signet_terminal_consent_dup_name (consent->names[i]);
      g_autofree char *padded = signet_terminal_pad (name, 18);
      g_autofree char *value = g_str_has_prefix (consent->names[i], "plugin-") ? signet_words_plugin_value (consent->names[i], consent->values[i])
                                                                               : signet_text_sanitize (consent->values[i], -1, 4000);

      signet_terminal_message ("  %s %s", padded, value);
    }
  if (signet_terminal_consent_is_about_time (consent))
    signet_terminal_message ("%s", _("By the clock of this computer the certificate is not valid. If the date or time is wrong, stop here, set it right and go on: nothing is lost."));
  return signet_terminal_ask_consent (self, consent, cancellable, error);
}

/* --- form ---------------------------------------------------------------------------------------------------------------- */
static char *
signet_terminal_field_prompt (const SignetField *field)
{
  g_autofree char *label = signet_text_sanitize (field->label, -1, 200);
  g_autofree char *help = signet_text_sanitize (field->help, -1, 400);
  g_autofree char *choices = field->choices != NULL ? g_strjoinv (", ", field->choices) : NULL;
  g_autofree char *safe_choices = signet_text_sanitize (choices, -1, 400);

  if (*help != '\0')
    signet_terminal_message ("  %s", help);
  if (choices != NULL)
    return g_strdup_printf ("%s (%s):", label, safe_choices);
  return g_strdup_printf ("%s:", label);
}

static gboolean
signet_terminal_check_field (SignetForm        *form,
                             const SignetField *field,
                             const char        *value,
                             GError           **error)
{
  g_autoptr(GError) local_error = NULL;

  if (signet_form_check_value (form, field->id, value, &local_error))
    return TRUE;
  g_set_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_USAGE, "%s: %s", field->id, local_error->message);
  return FALSE;
}

/* (transfer full) (nullable): asks until the value fits, at most three times */
static char *
signet_terminal_ask_field (SignetForm        *form,
                           const SignetField *field,
                           GCancellable      *cancellable,
                           GError           **error)
{
  g_autofree char *prompt = signet_terminal_field_prompt (field);

  for (guint i = 0; i < MAX_TRIES; i++)
    {
      g_autoptr(GError) local_error = NULL;
      g_autofree char *value = signet_terminal_ask_line (prompt, cancellable, error);

      if (value == NULL)
        return NULL;
      if (signet_form_check_value (form, field->id, value, &local_error))
        return g_steal_pointer (&value);
      signet_terminal_message ("  %s", local_error->message);
    }
  g_set_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_USAGE, "no fitting value for %s", field->id);
  return NULL;
}

static gboolean
signet_terminal_fill_value (SignetTerminalInteraction *self,
                            SignetForm                *form,
                            const SignetField         *field,
                            GHashTable                *values,
                            GCancellable              *cancellable,
                            GError                   **error)
{
  const char *given = g_hash_table_lookup (self->values, field->id);
  char *value;

  if (given == NULL && (field->value != NULL || !field->required || !signet_terminal_can_ask ()))
    given = field->value != NULL ? field->value : "";
  if (given != NULL && !field->required && *given == '\0')
    return TRUE;
  if (given != NULL && !signet_terminal_check_field (form, field, given, error))
    return FALSE;

  value = given != NULL ? g_strdup (given) : signet_terminal_ask_field (form, field, cancellable, error);
  if (value == NULL)
    return FALSE;
  g_hash_table_replace (values, g_strdup (field->id), value);
  return TRUE;
}

static gboolean
signet_terminal_fill_secret (SignetTerminalInteraction *self,
                             const SignetField         *field,
                             GHashTable                *secrets,
                             GCancellable              *cancellable,
                             GError                   **error)
{
  SignetSecret *secret;

  if (self->secret != NULL)
    secret = signet_secret_ref (self->secret);
  else if (!field->required && !signet_terminal_can_ask ())
    return TRUE;
  else if (!signet_terminal_can_ask ())
    {
      g_set_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_USAGE, "the field %s is secret: give it with --secret-file", field->id);
      return FALSE;
    }
  else
    {
      g_autofree char *prompt = signet_terminal_field_prompt (field);

      secret = signet_terminal_ask_secret (prompt, cancellable, error);
    }
  if (secret == NULL)
    return FALSE;
  g_hash_table_replace (secrets, g_strdup (field->id), secret);
  return TRUE;
}

static gboolean
signet_terminal_check_names (SignetTerminalInteraction *self,
                             SignetForm                *form,
                             GError                   **error)
{
  GHashTableIter iter;
  gpointer name;

  g_hash_table_iter_init (&iter, self->values);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    {
      const SignetField *field = signet_form_find_field (form, name);

      if (field != NULL && field->kind != SIGNET_FIELD_SECRET)
        continue;
      g_set_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_USAGE,
                   field == NULL ? "the authority does not ask for a field “%s”" : "the field “%s” is secret: give it with --secret-file",
                   (const char *) name);
      return FALSE;
    }
  return TRUE;
}

/* who asks, before anything is asked: a plugin's form is never to be taken for a question of Signet's */
static void
signet_terminal_frame_form (SignetForm *form)
{
  const char *asker = signet_form_get_asker (form);

  if (asker == NULL)
    return;
  if (signet_terminal_can_ask () && signet_form_get_n_fields (form) > 0)
    /* translators: %s is the name of a plugin */
    signet_terminal_message (_("Asked by the plugin “%s”:"), asker);
  if (signet_form_names_pin (form))
    /* translators: %s is the name of a plugin */
    signet_terminal_message (_("Warning: the plugin “%s” speaks of a PIN. The PIN of your token is no answer to it: only Signet asks for that."), asker);
}

static gboolean
signet_terminal_interaction_ask_form (SignetInteraction *interaction,
                                      SignetForm        *form,
                                      GHashTable       **values,
                                      GHashTable       **secrets,
                                      GCancellable      *cancellable,
                                      GError           **error)
{
  SignetTerminalInteraction *self = SIGNET_TERMINAL_INTERACTION (interaction);
  g_autoptr(GHashTable) filled = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr(GHashTable) hidden = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) signet_secret_unref);

  signet_terminal_frame_form (form);
  /* what was given beforehand is for the first form; a plugin may ask more later */
  if (!self->asked && !signet_terminal_check_names (self, form, error))
    return FALSE;
  self->asked = TRUE;

  for (guint i = 0; i < signet_form_get_n_fields (form); i++)
    {
      const SignetField *field = signet_form_get_field (form, i);
      gboolean ok = field->kind == SIGNET_FIELD_SECRET ? signet_terminal_fill_secret (self, field, hidden, cancellable, error)
                                                       : signet_terminal_fill_value (self, form, field, filled, cancellable, error);

      if (!ok)
        return FALSE;
    }
  *values = g_steal_pointer (&filled);
  *secrets = g_steal_pointer (&hidden);
  return TRUE;
}

/* --- progress ------------------------------------------------------------------------------------------------------------ */
/* Only what may take seconds, and only for somebody who looks: scripts get no chatter. */
static void
signet_terminal_interaction_progress (SignetInteraction *interaction,
                                      const char        *step,
                                      double             fraction)
{
  static const struct { const char *step; const char *text; } rows[] = {
    { "key", N_("Making the key on the token") },
    { "submitting", N_("Sending the request") },
    { "waiting", N_("Asking the authority") },
    { "installing", N_("Putting the certificate on the token") },
    { "time-stamp", N_("Asking for the time stamp") },
  };

  for (gsize i = 0; isatty (STDERR_FILENO) && i < G_N_ELEMENTS (rows); i++)
    if (g_strcmp0 (rows[i].step, step) == 0)
      signet_terminal_message ("… %s", _(rows[i].text));
}

/* --- object -------------------------------------------------------------------------------------------------------------- */
static void
signet_terminal_interaction_iface_init (SignetInteractionInterface *iface)
{
  iface->ask_pin = signet_terminal_interaction_ask_pin;
  iface->confirm = signet_terminal_interaction_confirm;
  iface->ask_form = signet_terminal_interaction_ask_form;
  iface->progress = signet_terminal_interaction_progress;
}

static void
signet_terminal_interaction_finalize (GObject *object)
{
  SignetTerminalInteraction *self = SIGNET_TERMINAL_INTERACTION (object);

  for (gsize i = 0; i < G_N_ELEMENTS (self->pins); i++)
    {
      g_clear_pointer (&self->pins[i], signet_secret_unref);
      g_free (self->paths[i]);
    }
  g_clear_pointer (&self->secret, signet_secret_unref);
  g_clear_pointer (&self->agreed, g_hash_table_unref);
  g_clear_pointer (&self->values, g_hash_table_unref);

  G_OBJECT_CLASS (signet_terminal_interaction_parent_class)->finalize (object);
}

static void
signet_terminal_interaction_class_init (SignetTerminalInteractionClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = signet_terminal_interaction_finalize;
}

static void
signet_terminal_interaction_init (SignetTerminalInteraction *self)
{
  self->agreed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->values = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

SignetTerminalInteraction *
signet_terminal_interaction_new (void)
{
  return g_object_new (SIGNET_TYPE_TERMINAL_INTERACTION, NULL);
}

SignetSecret *
signet_terminal_read_secret_file (const char *path,
                                  GError    **error)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
  SignetSecret *secret;
  struct stat status;

  if (fd < 0)
    {
      signet_base_error_set_errno (error, errno, "opening the file with the secret");
      return NULL;
    }
  if (fstat (fd, &status) == 0 && S_ISREG (status.st_mode) && (status.st_mode & (S_IRGRP | S_IROTH)) != 0)
    {
      g_autofree char *shown = signet_text_sanitize (path, -1, 0);

      /* translators: %s is a file name */
      signet_terminal_message (_("Note: others can read “%s”; chmod 600 keeps it yours."), shown);
    }
  secret = signet_secret_new_from_fd (fd, MAX_SECRET_SIZE, error);
  close (fd);
  return secret;
}

/* @secret: (transfer full) */
static void
signet_terminal_interaction_take (SignetTerminalInteraction *self,
                                  SignetPinKind              kind,
                                  SignetSecret              *secret,
                                  const char                *path)
{
  g_clear_pointer (&self->pins[kind], signet_secret_unref);
  g_clear_pointer (&self->paths[kind], g_free);
  self->pins[kind] = secret;
  self->given[kind] = TRUE;
  if (path != NULL && g_file_test (path, G_FILE_TEST_IS_REGULAR))
    self->paths[kind] = g_strdup (path);
}

gboolean
signet_terminal_interaction_set_source (SignetTerminalInteraction *self,
                                        SignetPinKind              kind,
                                        const char                *path,
                                        int                        fd,
                                        GError                   **error)
{
  SignetSecret *secret;

  if (path == NULL && fd < 0)
    return TRUE;
  if (path == NULL && fcntl (fd, F_GETFD) < 0)
    {
      g_set_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_USAGE, "--pin-fd %d: no such open file descriptor", fd);
      return FALSE;
    }

  secret = path != NULL ? signet_terminal_read_secret_file (path, error) : signet_secret_new_from_fd (fd, MAX_SECRET_SIZE, error);
  if (secret == NULL)
    {
      g_prefix_error (error, "%s: ", path != NULL ? path : "--pin-fd");
      return FALSE;
    }
  signet_terminal_interaction_take (self, kind, secret, path);
  /* the same PIN opens the token and a single signature */
  if (kind == SIGNET_PIN_USER && !self->given[SIGNET_PIN_CONTEXT])
    signet_terminal_interaction_take (self, SIGNET_PIN_CONTEXT, signet_secret_ref (secret), path);
  return TRUE;
}

void
signet_terminal_interaction_use_factory_key (SignetTerminalInteraction *self)
{
  g_clear_pointer (&self->pins[SIGNET_PIN_MANAGEMENT], signet_secret_unref);
  self->pins[SIGNET_PIN_MANAGEMENT] = signet_terminal_new_factory_key ();
  self->given[SIGNET_PIN_MANAGEMENT] = TRUE;
}

void
signet_terminal_interaction_set_reusable (SignetTerminalInteraction *self)
{
  self->reusable = TRUE;
}

void
signet_terminal_interaction_forget_pin (SignetTerminalInteraction *self)
{
  g_clear_pointer (&self->pins[SIGNET_PIN_USER], signet_secret_unref);
  g_clear_pointer (&self->pins[SIGNET_PIN_CONTEXT], signet_secret_unref);
}

void
signet_terminal_interaction_set_spend_last_try (SignetTerminalInteraction *self,
                                                gboolean                   spend)
{
  self->spend_last_try = spend;
}

void
signet_terminal_interaction_set_agreed (SignetTerminalInteraction *self,
                                        const char                *kind)
{
  g_hash_table_add (self->agreed, g_strdup (kind));
}

gboolean
signet_terminal_interaction_set_fields (SignetTerminalInteraction *self,
                                        const char *const         *assignments,
                                        GError                   **error)
{
  for (guint i = 0; assignments != NULL && assignments[i] != NULL; i++)
    {
      const char *equals = strchr (assignments[i], '=');

      if (equals == NULL || equals == assignments[i])
        {
          g_set_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_USAGE, "--field needs NAME=VALUE, not “%s”", assignments[i]);
          return FALSE;
        }
      g_hash_table_replace (self->values, g_strndup (assignments[i], equals - assignments[i]), g_strdup (equals + 1));
    }
  return TRUE;
}

void
signet_terminal_interaction_set_secret (SignetTerminalInteraction *self,
                                        SignetSecret              *secret)
{
  g_clear_pointer (&self->secret, signet_secret_unref);
  self->secret = secret != NULL ? signet_secret_ref (secret) : NULL;
}
