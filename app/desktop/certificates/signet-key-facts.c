/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-key-facts.c: CKA_LOCAL, CKA_NEVER_EXTRACTABLE, CKA_ALWAYS_SENSITIVE and CKA_ALWAYS_AUTHENTICATE in words. It is what the token
 * says, not what was measured; of a software token it proves nothing, and that is said. Main thread.
 */
#define G_LOG_DOMAIN "signet-key-facts"

#include "config.h"

#include <glib/gi18n.h>

#include "signet-key-facts.h"
#include "../common/signet-ui.h"
#include "../../core/face/signet-words.h"

struct _SignetKeyFacts {
  AdwPreferencesGroup parent_instance;

  GtkListBox *list;
  GtkWidget  *read;
};

G_DEFINE_FINAL_TYPE (SignetKeyFacts, signet_key_facts, ADW_TYPE_PREFERENCES_GROUP)

static guint read_signal;

static void
add (SignetKeyFacts *self,
     SignetState     state,
     const char     *title,
     const char     *words)
{
  gtk_list_box_append (self->list, signet_ui_new_state_row (state, title, words));
}

static SignetState
origin_state (const SignetTokenKeyFacts *facts)
{
  static const SignetState states[] = { [SIGNET_TOKEN_FACT_UNKNOWN] = SIGNET_STATE_UNKNOWN, [SIGNET_TOKEN_FACT_YES] = SIGNET_STATE_OK,
                                        [SIGNET_TOKEN_FACT_NO] = SIGNET_STATE_WARNING };

  return states[facts->local];
}

static SignetState
leaving_state (const SignetTokenKeyFacts *facts)
{
  if (facts->extractable == SIGNET_TOKEN_FACT_YES || facts->sensitive == SIGNET_TOKEN_FACT_NO)
    return SIGNET_STATE_STOP;
  if (facts->never_extractable == SIGNET_TOKEN_FACT_YES && facts->always_sensitive == SIGNET_TOKEN_FACT_YES)
    return SIGNET_STATE_OK;
  return facts->extractable == SIGNET_TOKEN_FACT_NO ? SIGNET_STATE_WARNING : SIGNET_STATE_UNKNOWN;
}

static SignetState
asking_state (const SignetTokenKeyFacts *facts)
{
  return facts->always_authenticate == SIGNET_TOKEN_FACT_UNKNOWN ? SIGNET_STATE_UNKNOWN : SIGNET_STATE_OK;
}

static gboolean
knows_nothing (const SignetTokenKeyFacts *facts)
{
  return facts->local == SIGNET_TOKEN_FACT_UNKNOWN && facts->extractable == SIGNET_TOKEN_FACT_UNKNOWN &&
         facts->never_extractable == SIGNET_TOKEN_FACT_UNKNOWN && facts->sensitive == SIGNET_TOKEN_FACT_UNKNOWN &&
         facts->always_sensitive == SIGNET_TOKEN_FACT_UNKNOWN && facts->always_authenticate == SIGNET_TOKEN_FACT_UNKNOWN;
}

static gboolean
knows_all (const SignetTokenKeyFacts *facts)
{
  return facts->local != SIGNET_TOKEN_FACT_UNKNOWN && facts->extractable != SIGNET_TOKEN_FACT_UNKNOWN &&
         facts->sensitive != SIGNET_TOKEN_FACT_UNKNOWN && facts->always_authenticate != SIGNET_TOKEN_FACT_UNKNOWN;
}

/**
 * signet_key_facts_set_key:
 * @self: the group
 * @key: a key on a token
 *
 * Makes the group fit @key.
 */
void
signet_key_facts_set_key (SignetKeyFacts *self,
                          SignetTokenKey *key)
{
  const SignetTokenKeyFacts *facts = signet_token_key_get_facts (key);
  gboolean software = signet_token_is_software (signet_token_key_get_token (key));
  g_autofree char *origin = NULL;
  g_autofree char *leaving = NULL;
  g_autofree char *asking = NULL;

  signet_ui_clear_list (self->list);
  if (software)
    add (self, SIGNET_STATE_WARNING, _("Kept in a file on this computer"), _("Whoever copies the file and knows the PIN can sign. What follows proves little."));
  gtk_widget_set_visible (self->read, !knows_all (facts));
  if (knows_nothing (facts))
    {
      add (self, SIGNET_STATE_UNKNOWN, _("Not known yet"), _("The token tells it only after the PIN: where the key was made, whether it can leave, when it asks for the PIN."));
      return;
    }
  origin = signet_words_key_origin (facts);
  leaving = signet_words_key_leaving (facts);
  asking = signet_words_key_asking (facts);
  add (self, origin_state (facts), _("Where it was made"), origin);
  add (self, leaving_state (facts), _("Whether it can leave"), leaving);
  add (self, asking_state (facts), _("When it asks for the PIN"), asking);
}

static void
on_read_cb (SignetKeyFacts *self)
{
  g_signal_emit (self, read_signal, 0);
}

static void
signet_key_facts_class_init (SignetKeyFactsClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  gtk_widget_class_set_template_from_resource (widget_class, "/org/signet/Signet/certificates/signet-key-facts.ui");
  gtk_widget_class_bind_template_child (widget_class, SignetKeyFacts, list);
  gtk_widget_class_bind_template_child (widget_class, SignetKeyFacts, read);
  gtk_widget_class_bind_template_callback (widget_class, on_read_cb);
  read_signal = g_signal_new ("read", SIGNET_TYPE_KEY_FACTS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
signet_key_facts_init (SignetKeyFacts *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
