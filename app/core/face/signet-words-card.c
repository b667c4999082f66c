/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-words-card.c: PIV cards in words: their management key, their places for keys, what is still the factory's. Any thread. */
#define G_LOG_DOMAIN "signet-words-card"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "signet-words.h"

/**
 * signet_words_management:
 * @question: for a management key
 *
 * Returns: (transfer full): what it is for, and what is to be known of the one this card has; one sentence a line
 */
char *
signet_words_management (const SignetPinQuestion *question)
{
  GString *text = g_string_new (_("The card takes keys and certificates only from whoever has its management key."));

  g_return_val_if_fail (question != NULL, NULL);

  if (question->min_length > 0 && question->min_length == question->max_length)
    {
      g_string_append_c (text, '\n');
      /* translators: %u is 32, 48 or 64 */
      g_string_append_printf (text, _("It has %u digits, 0 to 9 and a to f."), question->min_length);
    }
  if (question->flags & SIGNET_PIN_FLAG_FACTORY)
    g_string_append_printf (text, "\n%s",
                            _("This card still has the key of the factory, which is the same on every card and known to everybody: "
                              "whoever holds the card for a minute can replace its keys. Change it."));
  if (question->flags & SIGNET_PIN_FLAG_TOUCH)
    g_string_append_printf (text, "\n%s", _("Touch the card when it blinks."));
  return g_string_free (text, FALSE);
}

/**
 * signet_words_place:
 * @place: of signet_token_list_places()
 *
 * Returns: (transfer full): what the place is for
 */
char *
signet_words_place (const char *place)
{
  if (g_strcmp0 (place, "9c") == 0)
    return g_strdup (_("Place 9c of the card, for signatures: it asks for the PIN at each one."));
  if (g_strcmp0 (place, "9a") == 0)
    return g_strdup (_("Place 9a of the card, meant for logging in to computers."));
  if (g_strcmp0 (place, "9d") == 0)
    return g_strdup (_("Place 9d of the card, meant for encryption."));
  /* translators: %s is a number like 82 */
  return g_strdup_printf (_("Place %s of the card, one of those for further keys: it asks for the PIN once."), place);
}

/**
 * signet_words_factory:
 * @card: what a card tells of itself
 *
 * Returns: (transfer full) (nullable): what is still as the factory made it, and what that means
 */
char *
signet_words_factory (const SignetTokenCard *card)
{
  gboolean puk, management;

  g_return_val_if_fail (card != NULL, NULL);

  puk = card->puk_factory == SIGNET_TOKEN_FACT_YES;
  management = card->management_factory == SIGNET_TOKEN_FACT_YES;
  if (card->pin_factory == SIGNET_TOKEN_FACT_YES)
    return g_strdup (_("The PIN is still that of the factory, 123456: whoever holds the card can sign with it."));
  if (puk && management)
    return g_strdup (_("The unblock code (PUK) and the management key are still those of the factory, known to everybody: whoever holds "
                       "the card can set a new PIN and replace its keys."));
  if (puk)
    return g_strdup (_("The unblock code (PUK) is still that of the factory, 12345678: whoever holds the card can set a new PIN."));
  if (management)
    return g_strdup (_("The management key is still that of the factory, known to everybody: whoever holds the card can replace its keys."));
  return NULL;
}

/**
 * signet_words_unblock_offer:
 * @offer: of the authority that unblocks a token
 *
 * Returns: (transfer full): who unblocks it, and where that begins; some lines
 */
char *
signet_words_unblock_offer (const SignetUnblockOffer *offer)
{
  GString *text = NULL;

  g_return_val_if_fail (offer != NULL, NULL);

  text = g_string_new (NULL);
  /* translators: %s is the name of an authority */
  g_string_append_printf (text, _("%s unblocks this token."), signet_authority_get_name (offer->authority));
  if (offer->text != NULL)
    g_string_append_printf (text, "\n%s", offer->text);
  if (offer->url != NULL)
    g_string_append_printf (text, "\n%s", offer->url);
  if (offer->phone != NULL)
    g_string_append_printf (text, "\n%s", offer->phone);
  return g_string_free (text, FALSE);
}
