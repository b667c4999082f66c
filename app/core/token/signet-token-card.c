/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-token-card.c: what a PIV card tells of itself, read through the host, and the form of its management key. Blocks; worker
 * threads.
 */
#define G_LOG_DOMAIN "signet-token-card"

#include "config.h"

#include <string.h>

#include "signet-token-card.h"
#include "signet-token-private.h"

/* NIST SP 800-78-4, table 6-2 */
#define TRIPLE_DES 0x03
#define AES_128 0x08
#define AES_192 0x0A
#define AES_256 0x0C

/* --- the card --- */

static SignetTokenFact
read_fact (GVariant *facts, const char *name)
{
  gboolean value = FALSE;

  if (!g_variant_lookup (facts, name, "b", &value))
    return SIGNET_TOKEN_FACT_UNKNOWN;
  return value ? SIGNET_TOKEN_FACT_YES : SIGNET_TOKEN_FACT_NO;
}

static int
read_tries (GVariant *facts, const char *name)
{
  gint32 tries = -1;

  g_variant_lookup (facts, name, "i", &tries);
  return CLAMP (tries, -1, 255);
}

static guint
read_digits (GVariant *facts)
{
  guchar algorithm = 0;

  g_variant_lookup (facts, "management-algorithm", "y", &algorithm);
  switch (algorithm)
    {
    case AES_128:
      return 32;
    case TRIPLE_DES:
    case AES_192:
      return 48;
    case AES_256:
      return 64;
    default:
      return 0;
    }
}

static void
parse (GVariant *facts, SignetTokenCard *card)
{
  *card = (SignetTokenCard){
    .pin_tries = read_tries (facts, "pin-tries"),
    .puk_tries = read_tries (facts, "puk-tries"),
    .pin_factory = read_fact (facts, "pin-factory"),
    .puk_factory = read_fact (facts, "puk-factory"),
    .management_factory = read_fact (facts, "management-factory"),
    .management_digits = read_digits (facts),
    .management_touch = read_fact (facts, "management-touch") == SIGNET_TOKEN_FACT_YES,
    .management_guarded = read_fact (facts, "management-guarded") == SIGNET_TOKEN_FACT_YES,
    .management_unsuited = read_fact (facts, "management-unsuited") == SIGNET_TOKEN_FACT_YES,
  };
}

/* What is not told stays unknown: *@card is filled whatever happens. */
gboolean
_signet_token_card_read (SignetToken *token,
                         SignetTokenHostRef *host,
                         SignetTokenCard *card,
                         GCancellable *cancellable,
                         GError **error)
{
  g_autoptr (GVariant) facts = NULL;
  g_autoptr (GError) failure = NULL;
  int deadline = 0;
  gboolean ok = FALSE;
  SignetTokenHost *proxy = NULL;

  *card = (SignetTokenCard){ .pin_tries = -1, .puk_tries = -1 };
  proxy = _signet_token_host_begin (host, SIGNET_TOKEN_DEADLINE_LISTING, &deadline, cancellable, error);
  if (proxy == NULL)
    return FALSE;
  ok = signet_token_host_call_describe_card_sync (proxy, _signet_token_get_id (token), deadline, &facts, cancellable,
                                                  &failure);
  if (!_signet_token_host_end (host, ok, g_steal_pointer (&failure), error))
    return FALSE;
  parse (facts, card);
  return TRUE;
}

/**
 * signet_token_read_card:
 * @card: (out caller-allocates): filled also when nothing could be read
 *
 * What a PIV card tells of its PIN, its PUK and its management key. Spends no try. Standard cards tell little; Yubico's tell all.
 */
gboolean
signet_token_read_card (SignetToken *self, SignetTokenCard *card, GCancellable *cancellable, GError **error)
{
  g_autoptr (SignetTokenHostRef) host = NULL;

  g_return_val_if_fail (SIGNET_IS_TOKEN (self), FALSE);
  g_return_val_if_fail (card != NULL, FALSE);

  *card = (SignetTokenCard){ .pin_tries = -1, .puk_tries = -1 };
  if (!_signet_token_is_piv (self))
    {
      g_set_error_literal (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_UNSUPPORTED, "it is no PIV card");
      return FALSE;
    }
  host = _signet_token_module_ensure_host (_signet_token_get_module (self), cancellable, error);
  return host != NULL && _signet_token_card_read (self, host, card, cancellable, error);
}

/* --- the form of a management key --- */

/* In locked memory: it is a secret while it is looked at, too. */
SignetSecret *
_signet_token_card_tidy_key (SignetSecret *typed)
{
  gsize length = 0;
  gsize n = 0;
  const guint8 *bytes = signet_secret_get_bytes (typed, &length);
  guint8 *digits = NULL;
  g_autoptr (SignetSecret) tidy = NULL;

  if (length == 0 || length > SIGNET_TOKEN_MAX_PIN)
    return NULL;
  tidy = signet_secret_new_filled (length, &digits);
  for (gsize i = 0; i < length; i++)
    {
      if (g_ascii_isxdigit (bytes[i]))
        digits[n++] = (guint8) g_ascii_tolower (bytes[i]);
      else if (bytes[i] != ' ' && bytes[i] != ':' && bytes[i] != '-')
        return NULL;
    }
  return n > 0 ? signet_secret_new (digits, n) : NULL;
}

/* @digits: how many this card's has; 0: not known. 128, 192 or 256 bits. */
gboolean
_signet_token_card_check_key (SignetSecret *key, guint digits)
{
  gsize length = 0;
  const guint8 *bytes = signet_secret_get_bytes (key, &length);

  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isxdigit (bytes[i]))
      return FALSE;
  return digits > 0 ? length == digits : length == 32 || length == 48 || length == 64;
}

/* What a question for the key shows. */
SignetPinFlags
_signet_token_card_flags (const SignetTokenCard *card)
{
  SignetPinFlags flags = card->management_factory == SIGNET_TOKEN_FACT_YES ? SIGNET_PIN_FLAG_FACTORY : SIGNET_PIN_FLAG_NONE;

  return flags | (card->management_touch ? SIGNET_PIN_FLAG_TOUCH : SIGNET_PIN_FLAG_NONE);
}

/**
 * signet_token_ask_management_key:
 *
 * For an act that tries it itself.
 *
 * Returns: (transfer full) (nullable): digits alone
 */
SignetSecret *
signet_token_ask_management_key (SignetToken *self, SignetInteraction *interaction, GCancellable *cancellable, GError **error)
{
  g_autoptr (SignetSecret) key = NULL;
  SignetTokenCard card;

  g_return_val_if_fail (SIGNET_IS_TOKEN (self), NULL);

  signet_token_read_card (self, &card, cancellable, NULL);
  key = _signet_token_ask (self, interaction, NULL, SIGNET_PIN_MANAGEMENT, _signet_token_card_flags (&card), cancellable, error);
  if (key == NULL || _signet_token_card_check_key (key, card.management_digits))
    return g_steal_pointer (&key);
  g_set_error_literal (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_PIN_INVALID,
                       "that has not the form of this card's management key");
  return NULL;
}

/**
 * signet_token_needs_manager:
 *
 * Returns: whether the token takes keys and certificates only from who has its management key. That is a PIV card behind Yubico's
 * module; OpenSC writes to none.
 */
gboolean
signet_token_needs_manager (SignetToken *self)
{
  g_autofree char *module = NULL;

  g_return_val_if_fail (SIGNET_IS_TOKEN (self), FALSE);

  module = g_path_get_basename (signet_token_get_module (self));
  return g_str_has_prefix (module, "libykcs11");
}
