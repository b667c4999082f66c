/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-token-pin.c: the dance around a PIN: what the token says before, one question, one try, and again.
 *
 * Each answer of the person is tried once and never twice; the flags are read anew before every question, so that a last try
 * or a lock is seen before it is spent. Worker threads.
 */
#define G_LOG_DOMAIN "signet-token-pin"

#include "config.h"

#include <gio/gunixfdlist.h>
#include <unistd.h>

#include "signet-token-private.h"

/* --- PINs on their way to the host --- */

static gboolean
append_secret (GUnixFDList *list, SignetSecret *secret, GVariantBuilder *handles, GError **error)
{
  int fd = -1;
  int index = -1;

  if (secret == NULL)
    return TRUE;
  fd = signet_secret_to_fd (secret, error);
  if (fd < 0)
    return FALSE;
  index = g_unix_fd_list_append (list, fd, error);
  close (fd);
  if (index < 0)
    return FALSE;
  g_variant_builder_add (handles, "h", index);
  return TRUE;
}

/**
 * _signet_token_pin_list:
 * @first: (nullable): none for a PIN pad
 * @second: (nullable)
 * @handles: (out): floating, "ah"
 *
 * Returns: (transfer full) (nullable): the descriptors that go with @handles
 */
GUnixFDList *
_signet_token_pin_list (SignetSecret *first, SignetSecret *second, GVariant **handles, GError **error)
{
  g_autoptr (GUnixFDList) list = g_unix_fd_list_new ();
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("ah"));

  if (!append_secret (list, first, &builder, error) || !append_secret (list, second, &builder, error))
    return NULL;
  *handles = g_variant_builder_end (&builder);
  return g_steal_pointer (&list);
}

/* --- asking --- */

static gboolean
read_flags (SignetToken *token, SignetTokenHostRef *host, guint64 *flags, GCancellable *cancellable, GError **error)
{
  g_autoptr (GError) failure = NULL;
  int deadline = 0;
  gboolean ok = FALSE;
  SignetTokenHost *proxy = _signet_token_host_begin (host, SIGNET_TOKEN_DEADLINE_LISTING, &deadline, cancellable, error);

  if (proxy == NULL)
    return FALSE;
  ok = signet_token_host_call_get_flags_sync (proxy, _signet_token_get_id (token), G_DBUS_CALL_FLAGS_NONE, deadline, flags,
                                              cancellable, &failure);
  return _signet_token_host_end (host, ok, g_steal_pointer (&failure), error);
}

/* PKCS#11 tells no number, only that it is the last try or that there is none left. */
static int
tries_left (SignetPinFlags flags)
{
  if (flags & SIGNET_PIN_FLAG_LOCKED)
    return 0;
  return flags & SIGNET_PIN_FLAG_FINAL_TRY ? 1 : -1;
}

static SignetPinQuestion
make_question (SignetToken *token, const SignetPinQuestion *about, SignetPinKind kind, SignetPinFlags flags)
{
  SignetPinQuestion question = {
    .kind = kind,
    .flags = flags,
    .token_label = signet_token_get_label (token),
    .token_model = signet_token_get_model (token),
    .software_token = signet_token_is_software (token),
    .tries_left = SIGNET_PIN_KIND_IS_NEW (kind) ? -1 : tries_left (flags),
    .min_length = signet_token_get_min_pin (token),
    .max_length = signet_token_get_max_pin (token),
  };

  if (about != NULL)
    {
      question.document = about->document;
      question.certificate = about->certificate;
      question.certificate_details = about->certificate_details;
    }
  return question;
}

/**
 * _signet_token_ask:
 *
 * One question. Returns: (transfer full) (nullable): the answer; empty for a PIN pad
 */
SignetSecret *
_signet_token_ask (SignetToken *token,
                   SignetInteraction *interaction,
                   const SignetPinQuestion *about,
                   SignetPinKind kind,
                   SignetPinFlags flags,
                   GCancellable *cancellable,
                   GError **error)
{
  SignetPinQuestion question = make_question (token, about, kind, flags);
  g_autoptr (SignetSecret) pin = signet_interaction_ask_pin (interaction, &question, cancellable, error);

  if (pin != NULL && signet_secret_get_length (pin) > SIGNET_TOKEN_MAX_PIN)
    {
      g_set_error_literal (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_PIN_INVALID, "the PIN is longer than any token takes");
      return NULL;
    }
  return g_steal_pointer (&pin);
}

/* A PIN of a length the token never accepts is wrong without costing a try. */
static gboolean
fits (SignetToken *token, SignetSecret *pin, GError **error)
{
  gsize length = signet_secret_get_length (pin);
  guint min = signet_token_get_min_pin (token);
  guint max = signet_token_get_max_pin (token);

  if (length > 0 && length >= min && (max == 0 || length <= max))
    return TRUE;
  g_set_error_literal (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_PIN_INVALID,
                       "the PIN has a length that the token does not accept");
  return FALSE;
}

static gboolean
may_ask_again (const GError *failure)
{
  return g_error_matches (failure, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_WRONG_PIN) ||
         g_error_matches (failure, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_PIN_INVALID);
}

static gboolean
refuse_locked (GError **error)
{
  g_set_error_literal (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_PIN_LOCKED, "the token has locked its PIN");
  return FALSE;
}

/* Who gives up after a wrong PIN hears that it was wrong, not that somebody cancelled. */
static gboolean
give_up (GError *wrong, GError *refusal, GCancellable *cancellable, GError **error)
{
  gboolean said_no = g_error_matches (refusal, G_IO_ERROR, G_IO_ERROR_CANCELLED) && !g_cancellable_is_cancelled (cancellable);

  g_propagate_error (error, g_error_copy (wrong != NULL && said_no ? wrong : refusal));
  return FALSE;
}

/**
 * _signet_token_ask_and_try:
 * @host: where the token's flags are read
 * @attempt: spends one try with the PIN, or with %NULL on a PIN pad
 *
 * Asks until @attempt is content, the token is locked, or the person gives up.
 */
gboolean
_signet_token_ask_and_try (SignetToken *token,
                           SignetTokenHostRef *host,
                           SignetInteraction *interaction,
                           const SignetPinQuestion *about,
                           SignetPinKind kind,
                           SignetTokenPinTry attempt,
                           gpointer data,
                           GCancellable *cancellable,
                           GError **error)
{
  g_autoptr (GError) wrong = NULL;

  for (;;)
    {
      g_autoptr (SignetSecret) pin = NULL;
      g_autoptr (GError) failure = NULL;
      SignetPinFlags flags = SIGNET_PIN_FLAG_NONE;
      guint64 token_flags = 0;

      if (!read_flags (token, host, &token_flags, cancellable, error))
        return FALSE;
      flags = _signet_token_pin_flags (token_flags) | (wrong != NULL ? SIGNET_PIN_FLAG_RETRY : SIGNET_PIN_FLAG_NONE);
      if (flags & SIGNET_PIN_FLAG_LOCKED)
        return refuse_locked (error);
      pin = _signet_token_ask (token, interaction, about, kind, flags, cancellable, &failure);
      if (pin == NULL)
        return give_up (wrong, failure, cancellable, error);
      if (flags & SIGNET_PIN_FLAG_PIN_PAD)
        g_clear_pointer (&pin, signet_secret_unref);
      if ((pin == NULL || fits (token, pin, &failure)) && attempt (data, pin, &failure))
        return TRUE;
      if (!may_ask_again (failure))
        {
          g_propagate_error (error, g_steal_pointer (&failure));
          return FALSE;
        }
      g_clear_error (&wrong);
      wrong = g_steal_pointer (&failure);
    }
}
