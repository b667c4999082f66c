/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-words-tokens.c: tokens, keys, PIN tries and requests in words. Any thread.
 *
 * With PKCS#11 flags alone nobody knows how many tries are left, so no number is invented.
 */
#define G_LOG_DOMAIN "signet-words-tokens"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "signet-words.h"
#include "signet-words-private.h"

static char *
signet_words_software_state (SignetPinFlags flags)
{
  if (flags & SIGNET_PIN_FLAG_LOCKED)
    return g_strdup (_("On this computer, not a card · PIN locked"));
  if (flags & SIGNET_PIN_FLAG_FINAL_TRY)
    return g_strdup (_("On this computer, not a card · last try for the PIN"));
  if (flags & SIGNET_PIN_FLAG_COUNT_LOW)
    return g_strdup (_("On this computer, not a card · few PIN tries left"));
  return g_strdup (_("On this computer · not a card"));
}

static char *
signet_words_chip_state (SignetPinFlags flags)
{
  if (flags & SIGNET_PIN_FLAG_LOCKED)
    return g_strdup (_("In the security chip (TPM) of this computer · PIN locked"));
  if (flags & SIGNET_PIN_FLAG_FINAL_TRY)
    return g_strdup (_("In the security chip (TPM) of this computer · last try for the PIN"));
  if (flags & SIGNET_PIN_FLAG_COUNT_LOW)
    return g_strdup (_("In the security chip (TPM) of this computer · few PIN tries left"));
  return g_strdup (_("In the security chip (TPM) of this computer · PIN ready"));
}

/**
 * signet_words_token_state:
 * @token: a token
 *
 * Told from the token's flags: nothing is logged in for it. A software token says what it is in every state.
 *
 * Returns: (transfer full): "In the reader · PIN ready"
 */
char *
signet_words_token_state (SignetToken *token)
{
  SignetPinFlags flags;

  g_return_val_if_fail (SIGNET_IS_TOKEN (token), NULL);

  if (!signet_token_is_initialized (token))
    return g_strdup (_("Not set up yet · has no PIN"));
  if (!signet_token_has_pin (token))
    return g_strdup (_("Set up · has no PIN yet"));

  flags = signet_token_get_pin_flags (token);
  if (signet_token_is_software (token) || signet_token_get_seat (token) == SIGNET_TOKEN_SEAT_COMPUTER)
    return signet_words_software_state (flags);
  if (signet_token_get_seat (token) == SIGNET_TOKEN_SEAT_CHIP)
    return signet_words_chip_state (flags);
  if (flags & SIGNET_PIN_FLAG_LOCKED)
    return g_strdup (_("In the reader · PIN locked"));
  if (flags & SIGNET_PIN_FLAG_FINAL_TRY)
    return g_strdup (_("In the reader · last try for the PIN"));
  if (flags & SIGNET_PIN_FLAG_COUNT_LOW)
    return g_strdup (_("In the reader · few PIN tries left"));
  if (flags & SIGNET_PIN_FLAG_PIN_PAD)
    return g_strdup (_("In the reader · PIN is entered on the reader"));
  return g_strdup (_("In the reader · PIN ready"));
}

/**
 * signet_words_pin_tries:
 * @question: what a PIN is asked for
 *
 * Returns: (transfer full) (nullable): how many tries are left, as far as the token says
 */
char *
signet_words_pin_tries (const SignetPinQuestion *question)
{
  g_return_val_if_fail (question != NULL, NULL);

  if (question->flags & SIGNET_PIN_FLAG_LOCKED)
    return g_strdup (_("PIN locked"));
  if (question->flags & SIGNET_PIN_FLAG_FINAL_TRY || question->tries_left == 1)
    return g_strdup (_("Last try"));
  if (question->tries_left > 1)
    /* translators: so many wrong PINs until the token locks */
    return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u try left", "%u tries left", question->tries_left),
                            (guint) question->tries_left);
  if (question->flags & SIGNET_PIN_FLAG_COUNT_LOW)
    return g_strdup (_("Few tries left"));
  return NULL;
}

static const struct
{
  SignetUnblockStrategy strategy;
  const char *code;
  const char *text;
} unblock_rows[] = {
  { SIGNET_UNBLOCK_SO_PIN, "so-pin", N_("A new PIN is set with the security officer’s PIN, which was chosen when the token was set up.") },
  { SIGNET_UNBLOCK_PIV_PUK, "puk", N_("A new PIN is set with the unblock code (PUK) that came with the card. Too many wrong ones lock the card for good.") },
  { SIGNET_UNBLOCK_TPM_LOCKOUT, "tpm-lockout", N_("A new PIN is set with the security officer’s PIN. After too many wrong PINs the TPM itself refuses them all for a while; "
                                                  "its owner ends that with: tpm2_dictionarylockout --clear-lockout") },
  { SIGNET_UNBLOCK_AUTHORITY, "authority", N_("The authority that gave the card to you unblocks it.") },
  { SIGNET_UNBLOCK_NONE, "none", N_("Signet knows no way to unblock this kind of token. The program of its maker may, or the authority that gave it to you.") },
};

/**
 * signet_words_unblock:
 * @strategy: how the PIN of a token is unblocked
 *
 * Returns: (transfer full): what a person needs for it
 */
char *
signet_words_unblock (SignetUnblockStrategy strategy)
{
  for (gsize i = 0; i < G_N_ELEMENTS (unblock_rows); i++)
    if (unblock_rows[i].strategy == strategy)
      return g_strdup (_(unblock_rows[i].text));
  return signet_words_unblock (SIGNET_UNBLOCK_NONE);
}

/**
 * signet_words_unblock_code:
 *
 * Returns: "so-pin", "puk", "tpm-lockout", "authority", "none"
 */
const char *
signet_words_unblock_code (SignetUnblockStrategy strategy)
{
  for (gsize i = 0; i < G_N_ELEMENTS (unblock_rows); i++)
    if (unblock_rows[i].strategy == strategy)
      return unblock_rows[i].code;
  return "none";
}

/**
 * signet_words_class:
 * @klass: what a certificate is for
 *
 * Returns: (transfer full): one or two words for a tag
 */
char *
signet_words_class (SignetCertificateClassification klass)
{
  switch (klass)
    {
    case SIGNET_CERTIFICATE_CLASS_SIGNATURE:
      return g_strdup (C_("certificate class", "Signature"));
    case SIGNET_CERTIFICATE_CLASS_SEAL:
      return g_strdup (C_("certificate class", "Seal"));
    case SIGNET_CERTIFICATE_CLASS_IDENTITY:
      return g_strdup (C_("certificate class", "Identity only"));
    case SIGNET_CERTIFICATE_CLASS_ENCRYPTION:
      return g_strdup (C_("certificate class", "Encryption"));
    case SIGNET_CERTIFICATE_CLASS_AUTHORITY:
      return g_strdup (C_("certificate class", "Authority"));
    case SIGNET_CERTIFICATE_CLASS_UNKNOWN:
    default:
      return g_strdup (C_("certificate class", "Not known"));
    }
}

/**
 * signet_words_key_unusable:
 * @reason: (nullable): a code of signet_signing_key_is_usable()
 *
 * Returns: (transfer full): why a key cannot sign documents
 */
char *
signet_words_key_unusable (const char *reason)
{
  static const struct { const char *code; const char *text; } rows[] = {
    { "identity-only", N_("Only proves who you are") },
    { "encryption", N_("Only for encryption") },
    { "expired", N_("Its time is over") },
    { "not-yet-valid", N_("Its time has not begun") },
    { "no-private-key", N_("Its key is not on this token") },
    { "no-certificate", N_("No certificate for this key yet") },
    { "ca", N_("Belongs to an authority, not to a person") },
    { "blocked", N_("Blocked here: it may be compromised") },
    { "key-kind", N_("Documents cannot be signed with this kind of key") },
    { "unreadable", N_("The certificate cannot be read") },
    { "unknown", N_("Does not say what it may be used for") },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    if (g_strcmp0 (rows[i].code, reason) == 0)
      return g_strdup (_(rows[i].text));
  return g_strdup (_("Cannot sign documents"));
}

/**
 * signet_words_request_state:
 * @state: where a request stands
 *
 * Returns: (transfer full): a few words
 */
char *
signet_words_request_state (SignetRequestState state)
{
  static const char *const texts[] = {
    [SIGNET_REQUEST_DRAFTED] = N_("Begun"),
    [SIGNET_REQUEST_DISCLOSED] = N_("Terms agreed to"),
    [SIGNET_REQUEST_KEY_MADE] = N_("Key made"),
    [SIGNET_REQUEST_SUBMITTED] = N_("Sent to the authority"),
    [SIGNET_REQUEST_WAITING] = N_("The authority is looking at it"),
    [SIGNET_REQUEST_ISSUED] = N_("Certificate received"),
    [SIGNET_REQUEST_CHECKED] = N_("Certificate checked"),
    [SIGNET_REQUEST_INSTALLED] = N_("Certificate is on the token"),
    [SIGNET_REQUEST_CONFIRMED] = N_("Done"),
    [SIGNET_REQUEST_REJECTED] = N_("Refused by the authority"),
    [SIGNET_REQUEST_CANCELLED] = N_("Given up"),
    [SIGNET_REQUEST_EXPIRED] = N_("Not answered in time"),
    [SIGNET_REQUEST_FAILED] = N_("Failed"),
  };

  if ((guint) state >= G_N_ELEMENTS (texts) || texts[state] == NULL)
    return g_strdup (_("unknown"));
  return g_strdup (_(texts[state]));
}
