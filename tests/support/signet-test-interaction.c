/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-test-interaction.c: a person who answers what the test wrote down, and counts the questions. */
#include "config.h"

#include "signet-test.h"

#include <string.h>

#include "../../app/core/base/signet-base-error.h"

struct _SignetTestInteraction {
  GObject        parent;
  GQueue         pins;   /* (element-type utf8) */
  GHashTable    *values; /* field -> value */
  gboolean       agrees;
  char          *refused;   /* (nullable): a kind of consent */
  guint          n_pins;
  guint          n_consents;
  SignetPinFlags flags;
  char          *document;
  GString       *steps;
};

static void signet_test_interaction_iface_init (SignetInteractionInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (SignetTestInteraction, signet_test_interaction, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (SIGNET_TYPE_INTERACTION, signet_test_interaction_iface_init))

static SignetSecret *
ask_pin (SignetInteraction *interaction, const SignetPinQuestion *question, GCancellable *cancellable, GError **error)
{
  SignetTestInteraction *self = SIGNET_TEST_INTERACTION (interaction);
  char *pin = g_queue_pop_head (&self->pins);

  self->n_pins++;
  self->flags = question->flags;
  g_free (self->document);
  self->document = g_strdup (question->document);
  if (pin != NULL)
    return signet_secret_new_take (pin);
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "the script has no more PINs");
  return NULL;
}

static gboolean
confirm (SignetInteraction *interaction, const SignetConsent *consent, GCancellable *cancellable, GError **error)
{
  SignetTestInteraction *self = SIGNET_TEST_INTERACTION (interaction);

  self->n_consents++;
  if (self->agrees && g_strcmp0 (self->refused, consent->kind) != 0)
    return TRUE;
  g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_DENIED, "the script does not agree");
  return FALSE;
}

static void
answer_field (SignetTestInteraction *self, const SignetField *field, GHashTable *values, GHashTable *secrets)
{
  const char *value = g_hash_table_lookup (self->values, field->id);

  if (value == NULL)
    return;
  if (field->kind == SIGNET_FIELD_SECRET)
    g_hash_table_insert (secrets, g_strdup (field->id), signet_secret_new ((const guint8 *) value, strlen (value)));
  else
    g_hash_table_insert (values, g_strdup (field->id), g_strdup (value));
}

static gboolean
ask_form (SignetInteraction *interaction, SignetForm *form, GHashTable **values, GHashTable **secrets, GCancellable *cancellable, GError **error)
{
  g_autoptr (GHashTable) plain = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (GHashTable) secret = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) signet_secret_unref);

  for (guint i = 0; i < signet_form_get_n_fields (form); i++)
    answer_field (SIGNET_TEST_INTERACTION (interaction), signet_form_get_field (form, i), plain, secret);
  *values = g_steal_pointer (&plain);
  *secrets = g_steal_pointer (&secret);
  return TRUE;
}

static void
progress (SignetInteraction *interaction, const char *step, double fraction)
{
  SignetTestInteraction *self = SIGNET_TEST_INTERACTION (interaction);

  if (!g_str_has_suffix (self->steps->str, step))
    g_string_append_printf (self->steps, "%s%s", self->steps->len > 0 ? " " : "", step);
}

static void
signet_test_interaction_iface_init (SignetInteractionInterface *iface)
{
  iface->ask_pin = ask_pin;
  iface->confirm = confirm;
  iface->ask_form = ask_form;
  iface->progress = progress;
}

static void
signet_test_interaction_finalize (GObject *object)
{
  SignetTestInteraction *self = SIGNET_TEST_INTERACTION (object);

  g_queue_clear_full (&self->pins, g_free);
  g_hash_table_unref (self->values);
  g_free (self->document);
  g_free (self->refused);
  g_string_free (self->steps, TRUE);
  G_OBJECT_CLASS (signet_test_interaction_parent_class)->finalize (object);
}

static void
signet_test_interaction_class_init (SignetTestInteractionClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = signet_test_interaction_finalize;
}

static void
signet_test_interaction_init (SignetTestInteraction *self)
{
  g_queue_init (&self->pins);
  self->values = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->steps = g_string_new ("");
  self->agrees = TRUE;
}

SignetTestInteraction *
signet_test_interaction_new (const char *first_pin, ...)
{
  SignetTestInteraction *self = g_object_new (SIGNET_TYPE_TEST_INTERACTION, NULL);
  va_list pins;

  va_start (pins, first_pin);
  for (const char *pin = first_pin; pin != NULL; pin = va_arg (pins, const char *))
    g_queue_push_tail (&self->pins, g_strdup (pin));
  va_end (pins);
  return self;
}

void
signet_test_interaction_add_pin (SignetTestInteraction *self, const char *pin)
{
  g_queue_push_tail (&self->pins, g_strdup (pin));
}

void
signet_test_interaction_set_consent (SignetTestInteraction *self, gboolean agrees)
{
  self->agrees = agrees;
}

void
signet_test_interaction_refuse (SignetTestInteraction *self, const char *kind)
{
  g_free (self->refused);
  self->refused = g_strdup (kind);
}

void
signet_test_interaction_set_value (SignetTestInteraction *self, const char *field, const char *value)
{
  g_hash_table_insert (self->values, g_strdup (field), g_strdup (value));
}

guint
signet_test_interaction_get_n_pins (SignetTestInteraction *self)
{
  return self->n_pins;
}

guint
signet_test_interaction_get_n_consents (SignetTestInteraction *self)
{
  return self->n_consents;
}

SignetPinFlags
signet_test_interaction_get_pin_flags (SignetTestInteraction *self)
{
  return self->flags;
}

const char *
signet_test_interaction_get_document (SignetTestInteraction *self)
{
  return self->document;
}

const char *
signet_test_interaction_get_steps (SignetTestInteraction *self)
{
  return self->steps->str;
}
