/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-background-interaction.c: the seam to the person where there is none. A no would be an answer; this is none. One thread. */
#define G_LOG_DOMAIN "signet-background-interaction"

#include "config.h"

#include "signet-background-interaction.h"

struct _SignetBackgroundInteraction
{
  GObject parent_instance;

  GCancellable *cancellable; /* (owned) */
  gboolean      needs_person;
};

static void signet_background_interaction_iface_init (SignetInteractionInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (SignetBackgroundInteraction, signet_background_interaction, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (SIGNET_TYPE_INTERACTION, signet_background_interaction_iface_init))

static gboolean
refuse (SignetInteraction *interaction, GError **error)
{
  SIGNET_BACKGROUND_INTERACTION (interaction)->needs_person = TRUE;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "nobody is there to ask");
  return FALSE;
}

static SignetSecret *
ask_pin (SignetInteraction *interaction, const SignetPinQuestion *question, GCancellable *cancellable, GError **error)
{
  refuse (interaction, error);
  return NULL;
}

static gboolean
confirm (SignetInteraction *interaction, const SignetConsent *consent, GCancellable *cancellable, GError **error)
{
  return refuse (interaction, error);
}

static gboolean
ask_form (SignetInteraction *interaction, SignetForm *form, GHashTable **values, GHashTable **secrets, GCancellable *cancellable, GError **error)
{
  return refuse (interaction, error);
}

/* From here on a token and its PIN are needed: no module is started for nothing. */
static void
progress (SignetInteraction *interaction, const char *step, double fraction)
{
  SignetBackgroundInteraction *self = SIGNET_BACKGROUND_INTERACTION (interaction);

  if (g_strcmp0 (step, "installing") != 0 && g_strcmp0 (step, "key") != 0)
    return;
  self->needs_person = TRUE;
  g_cancellable_cancel (self->cancellable);
}

static void
signet_background_interaction_iface_init (SignetInteractionInterface *iface)
{
  iface->ask_pin = ask_pin;
  iface->confirm = confirm;
  iface->ask_form = ask_form;
  iface->progress = progress;
}

static void
signet_background_interaction_finalize (GObject *object)
{
  g_object_unref (SIGNET_BACKGROUND_INTERACTION (object)->cancellable);
  G_OBJECT_CLASS (signet_background_interaction_parent_class)->finalize (object);
}

static void
signet_background_interaction_class_init (SignetBackgroundInteractionClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = signet_background_interaction_finalize;
}

static void
signet_background_interaction_init (SignetBackgroundInteraction *self)
{
  self->cancellable = g_cancellable_new ();
}

SignetBackgroundInteraction *
signet_background_interaction_new (void)
{
  return g_object_new (SIGNET_TYPE_BACKGROUND_INTERACTION, NULL);
}

GCancellable *
signet_background_interaction_get_cancellable (SignetBackgroundInteraction *self)
{
  return self->cancellable;
}

gboolean
signet_background_interaction_needs_person (SignetBackgroundInteraction *self)
{
  return self->needs_person;
}
