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

static void
add_unknown (SignetKeyFacts *self,
             const char     *title)
{
  add (self, SIGNET_STATE_UNKNOWN, title, _("The token does not say."));
}

static void
add_origin (SignetKeyFacts            *self,
            const SignetTokenKeyFacts *facts)
{
  const char *title = _("Where it was made");

  if (facts->local == SIGNET_TOKEN_FACT_YES)
    add (self, SIGNET_STATE_OK, title, _("On this token."));
  else if (facts->local == SIGNET_TOKEN_FACT_NO)
    add (self, SIGNET_STATE_WARNING, title, _("Somewhere else, then brought here. Copies of it may exist."));
  else
    add_unknown (self, title);
}

static void
add_extraction (SignetKeyFacts            *self,
                const SignetTokenKeyFacts *facts)
{
  const char *title = _("Whether it can leave");

  if (facts->never_extractable == SIGNET_TOKEN_FACT_YES)
    add (self, SIGNET_STATE_OK, title, _("It cannot leave the token and never could."));
  else if (facts->extractable == SIGNET_TOKEN_FACT_YES)
    add (self, SIGNET_STATE_STOP, title, _("It can be taken out of the token."));
  else if (facts->extractable == SIGNET_TOKEN_FACT_NO)
    add (self, SIGNET_STATE_WARNING, title, _("It cannot leave the token now. The token does not say that it never could."));
  else
    add_unknown (self, title);
}

static void
add_reading (SignetKeyFacts            *self,
             const SignetTokenKeyFacts *facts)
{
  const char *title = _("Whether it can be read");

  if (facts->always_sensitive == SIGNET_TOKEN_FACT_YES)
    add (self, SIGNET_STATE_OK, title, _("No program can read it and none ever could."));
  else if (facts->sensitive == SIGNET_TOKEN_FACT_NO)
    add (self, SIGNET_STATE_STOP, title, _("A program that knows the PIN can read it."));
  else if (facts->sensitive == SIGNET_TOKEN_FACT_YES)
    add (self, SIGNET_STATE_WARNING, title, _("No program can read it now. The token does not say that none ever could."));
  else
    add_unknown (self, title);
}

static void
add_pin (SignetKeyFacts            *self,
         const SignetTokenKeyFacts *facts)
{
  const char *title = _("When it asks for the PIN");

  if (facts->always_authenticate == SIGNET_TOKEN_FACT_YES)
    add (self, SIGNET_STATE_OK, title, _("For each signature."));
  else if (facts->always_authenticate == SIGNET_TOKEN_FACT_NO)
    add (self, SIGNET_STATE_OK, title, _("Once, then for as many signatures as you start with it."));
  else
    add_unknown (self, title);
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

  signet_ui_clear_list (self->list);
  if (software)
    add (self, SIGNET_STATE_WARNING, _("Kept in a file on this computer"), _("Whoever copies the file and knows the PIN can sign. What follows proves little."));
  gtk_widget_set_visible (self->read, !knows_all (facts));
  if (knows_nothing (facts))
    {
      add (self, SIGNET_STATE_UNKNOWN, _("Not known yet"), _("The token tells it only after the PIN: where the key was made, whether it can leave, when it asks for the PIN."));
      return;
    }
  add_origin (self, facts);
  add_extraction (self, facts);
  add_reading (self, facts);
  add_pin (self, facts);
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
