/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-interaction.c: the seam to the person: only checks and hands on. Called on the thread that does the work. */
#define G_LOG_DOMAIN "signet-interaction"

#include "config.h"

#include "signet-interaction.h"

#include "signet-base-error.h"

G_DEFINE_INTERFACE (SignetInteraction, signet_interaction, G_TYPE_OBJECT)

static void
signet_interaction_default_init (SignetInteractionInterface *iface)
{
}

static gboolean
nobody_there (GError **error)
{
  g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_USAGE, "nobody is there to answer a question");
  return FALSE;
}

/**
 * signet_interaction_ask_pin:
 *
 * Returns: (transfer full) (nullable): the PIN; empty when it is typed on the reader
 */
SignetSecret *
signet_interaction_ask_pin (SignetInteraction *self, const SignetPinQuestion *question, GCancellable *cancellable, GError **error)
{
  SignetInteractionInterface *iface = self != NULL ? SIGNET_INTERACTION_GET_IFACE (self) : NULL;

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  if (iface == NULL || iface->ask_pin == NULL)
    {
      nobody_there (error);
      return NULL;
    }
  return iface->ask_pin (self, question, cancellable, error);
}

gboolean
signet_interaction_confirm (SignetInteraction *self, const SignetConsent *consent, GCancellable *cancellable, GError **error)
{
  SignetInteractionInterface *iface = self != NULL ? SIGNET_INTERACTION_GET_IFACE (self) : NULL;

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  if (iface == NULL || iface->confirm == NULL)
    return nobody_there (error);
  return iface->confirm (self, consent, cancellable, error);
}

gboolean
signet_interaction_ask_form (SignetInteraction *self, SignetForm *form, GHashTable **values, GHashTable **secrets,
                             GCancellable *cancellable, GError **error)
{
  SignetInteractionInterface *iface = self != NULL ? SIGNET_INTERACTION_GET_IFACE (self) : NULL;

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  if (iface == NULL || iface->ask_form == NULL)
    return nobody_there (error);
  return iface->ask_form (self, form, values, secrets, cancellable, error);
}

/**
 * signet_interaction_progress:
 * @self: (nullable): nobody wants to know
 */
void
signet_interaction_progress (SignetInteraction *self, const char *step, double fraction)
{
  SignetInteractionInterface *iface = self != NULL ? SIGNET_INTERACTION_GET_IFACE (self) : NULL;

  if (iface != NULL && iface->progress != NULL)
    iface->progress (self, step, fraction);
}
