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
#include "signet-token-unblock.h"

/* How long a reader is waited for: SIGNET_TOKEN_DEADLINE_SIGNING, as it is without a test's changes. */
#define SIGNET_TOKEN_PAD_SECONDS 60

/* --- PINs on their way to the host --- */

static gboolean
append_secret (GUnixFDList *list, SignetSecret *secret, GError **error)
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
  return index >= 0;
}

/**
 * _signet_token_pin_list:
 * @first: (nullable): none for a PIN pad
 * @second: (nullable)
 *
 * Returns: (transfer full) (nullable): their descriptors
 */
GUnixFDList *
_signet_token_pin_list (SignetSecret *first, SignetSecret *second, GError **error)
{
  g_autoptr (GUnixFDList) list = g_unix_fd_list_new ();

  if (!append_secret (list, first, error) || !append_secret (list, second, error))
    return NULL;
  return g_steal_pointer (&list);
}

/* --- asking --- */

/* What is known before a question. */
typedef struct
{
  SignetPinFlags flags;
  int tries;    /* -1: no number is known */
  guint digits; /* of this card's management key; 0: not known */
} State;

/* NIST SP 800-73-4, part 1, 3.5: PIN and PUK of a PIV card */
#define PIV_SHORTEST 6
#define PIV_LONGEST 8

/* A management key of AES-128, and of AES-256, in hexadecimal digits */
#define MANAGEMENT_SHORTEST 32
#define MANAGEMENT_LONGEST 64

static gboolean
is_management (SignetPinKind kind)
{
  return kind == SIGNET_PIN_MANAGEMENT || kind == SIGNET_PIN_NEW_MANAGEMENT;
}

static gboolean
read_flags (SignetToken *token, SignetTokenHostRef *host, guint64 *flags, GCancellable *cancellable, GError **error)
{
  g_autoptr (GError) failure = NULL;
  int deadline = 0;
  gboolean ok = FALSE;
  SignetTokenHost *proxy = _signet_token_host_begin (host, SIGNET_TOKEN_DEADLINE_LISTING, &deadline, cancellable, error);

  if (proxy == NULL)
    return FALSE;
  ok = signet_token_host_call_get_flags_sync (proxy, _signet_token_get_id (token), deadline, flags, cancellable, &failure);
  return _signet_token_host_end (host, ok, g_steal_pointer (&failure), error);
}

/* A card that does not tell is no failure; whether the host still lives is seen at the next call. */
static int
read_tries (SignetToken *token, SignetTokenHostRef *host, SignetPinKind kind, GCancellable *cancellable)
{
  g_autoptr (GError) failure = NULL;
  int deadline = 0;
  int tries = -1;
  gboolean ok = FALSE;
  SignetTokenHost *proxy = _signet_token_host_begin (host, SIGNET_TOKEN_DEADLINE_LISTING, &deadline, cancellable, NULL);

  if (proxy == NULL)
    return -1;
  ok = signet_token_host_call_get_tries_sync (proxy, _signet_token_get_id (token), kind == SIGNET_PIN_PUK ? "puk" : "pin",
                                              deadline, &tries, cancellable, &failure);
  return _signet_token_host_end (host, ok, g_steal_pointer (&failure), NULL) ? CLAMP (tries, -1, 255) : -1;
}

/* A number is better than what a module remembers of one. */
static void
refine (State *state, int tries)
{
  const SignetPinFlags certain = SIGNET_PIN_FLAG_FINAL_TRY | SIGNET_PIN_FLAG_LOCKED;

  if (tries < 0)
    return;
  state->tries = tries;
  state->flags &= ~certain;
  if (tries == 0)
    state->flags |= SIGNET_PIN_FLAG_LOCKED;
  else if (tries == 1)
    state->flags |= SIGNET_PIN_FLAG_FINAL_TRY;
}

/* PKCS#11 tells no number, only that it is the last try or that there is none left. */
static void
count_by_flags (State *state)
{
  if (state->flags & SIGNET_PIN_FLAG_LOCKED)
    state->tries = 0;
  else
    state->tries = state->flags & SIGNET_PIN_FLAG_FINAL_TRY ? 1 : -1;
}

/* Nothing counts the tries of a management key, and a card that does not tell is no failure. */
static void
read_management (SignetToken *token, SignetTokenHostRef *host, State *state, GCancellable *cancellable)
{
  SignetTokenCard card;

  _signet_token_card_read (token, host, &card, cancellable, NULL);
  state->flags = _signet_token_card_flags (&card);
  state->digits = card.management_digits;
}

static gboolean
read_state (SignetToken *token,
            SignetTokenHostRef *host,
            SignetPinKind kind,
            State *state,
            GCancellable *cancellable,
            GError **error)
{
  guint64 flags = 0;

  if (!read_flags (token, host, &flags, cancellable, error))
    return FALSE;
  state->flags = SIGNET_PIN_FLAG_NONE;
  if (kind == SIGNET_PIN_SO)
    state->flags = _signet_token_so_flags (flags);
  else if (kind != SIGNET_PIN_PUK && kind != SIGNET_PIN_MANAGEMENT)
    state->flags = _signet_token_pin_flags (flags);
  if (kind == SIGNET_PIN_MANAGEMENT)
    read_management (token, host, state, cancellable);
  count_by_flags (state);
  /* not between C_SignInit and C_Sign: another command in the middle confuses cards */
  if (_signet_token_is_piv (token) && (kind == SIGNET_PIN_USER || kind == SIGNET_PIN_PUK))
    refine (state, read_tries (token, host, kind, cancellable));
  return TRUE;
}

/* What the module tells is for all PINs of the token; a PIV card has stricter ones. */
static void
limits_of (SignetToken *token, SignetPinKind kind, guint digits, guint *min, guint *max)
{
  gboolean piv = _signet_token_is_piv (token) && (SIGNET_PIN_KIND_IS_NEW (kind) || kind == SIGNET_PIN_PUK);

  *min = piv ? PIV_SHORTEST : signet_token_get_min_pin (token);
  *max = piv ? PIV_LONGEST : signet_token_get_max_pin (token);
  if (!is_management (kind))
    return;
  *min = digits > 0 ? digits : MANAGEMENT_SHORTEST;
  *max = digits > 0 ? digits : MANAGEMENT_LONGEST;
}

static SignetPinQuestion
make_question (SignetToken *token, const SignetPinQuestion *about, SignetPinKind kind, const State *state)
{
  SignetPinQuestion question = {
    .kind = kind,
    .flags = state->flags,
    .token_label = signet_token_get_label (token),
    .token_model = signet_token_get_model (token),
    .software_token = signet_token_is_software (token),
    .tries_left = SIGNET_PIN_KIND_IS_NEW (kind) ? -1 : state->tries,
    .seconds = state->flags & SIGNET_PIN_FLAG_PIN_PAD ? SIGNET_TOKEN_PAD_SECONDS : 0,
  };

  if (about != NULL)
    {
      question.document = about->document;
      question.certificate = about->certificate;
      question.certificate_details = about->certificate_details;
      question.number = about->number;
      question.documents = about->documents;
    }
  limits_of (token, kind, state->digits, &question.min_length, &question.max_length);
  return question;
}

static SignetSecret *
ask (SignetToken *token,
     SignetInteraction *interaction,
     const SignetPinQuestion *about,
     SignetPinKind kind,
     const State *state,
     GCancellable *cancellable,
     GError **error)
{
  SignetPinQuestion question = make_question (token, about, kind, state);
  g_autoptr (SignetSecret) pin = signet_interaction_ask_pin (interaction, &question, cancellable, error);
  g_autoptr (SignetSecret) tidy = pin != NULL && is_management (kind) ? _signet_token_card_tidy_key (pin) : NULL;

  if (pin != NULL && signet_secret_get_length (pin) > SIGNET_TOKEN_MAX_PIN)
    {
      g_set_error_literal (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_PIN_INVALID, "the PIN is longer than any token takes");
      return NULL;
    }
  return tidy != NULL ? g_steal_pointer (&tidy) : g_steal_pointer (&pin);
}

/**
 * _signet_token_ask:
 * @flags: what the question shows besides
 *
 * One question that spends no try. Returns: (transfer full) (nullable): the answer
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
  const State state = { .flags = flags, .tries = -1 };

  return ask (token, interaction, about, kind, &state, cancellable, error);
}

static gboolean
management_fits (SignetSecret *key, guint digits, GError **error)
{
  if (_signet_token_card_check_key (key, digits))
    return TRUE;
  g_set_error_literal (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_PIN_INVALID,
                       "a management key has 32, 48 or 64 hexadecimal digits, and this card's has as many as it tells");
  return FALSE;
}

/* A PIN of a length the token never accepts is wrong without costing a try. */
static gboolean
fits (SignetToken *token, SignetPinKind kind, guint digits, SignetSecret *pin, GError **error)
{
  gsize length = signet_secret_get_length (pin);
  guint min = 0;
  guint max = 0;

  if (is_management (kind))
    return management_fits (pin, digits, error);
  limits_of (token, kind, 0, &min, &max);
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
is_unblocker (SignetPinKind kind)
{
  return kind == SIGNET_PIN_SO || kind == SIGNET_PIN_PUK;
}

/* Which lock it is decides what a person can do. */
static gboolean
refuse_locked (SignetToken *token, SignetPinKind kind, GError **error)
{
  /* a TPM counts wrong PINs of all kinds together, and opens again */
  if (signet_token_get_unblock_strategy (token) == SIGNET_UNBLOCK_TPM_LOCKOUT)
    g_set_error_literal (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_LOCKED_OUT, "the TPM is in its lockout");
  else if (is_unblocker (kind))
    g_set_error_literal (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_UNBLOCKER_LOCKED,
                         "what unblocks the PIN is locked itself");
  else
    g_set_error_literal (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_PIN_LOCKED, "the token has locked its PIN");
  return FALSE;
}

static gboolean
refuse_tried (SignetToken *token, SignetPinKind kind, GError *failure, GError **error)
{
  if (g_error_matches (failure, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_PIN_LOCKED))
    return refuse_locked (token, kind, error);
  g_propagate_error (error, g_error_copy (failure));
  return FALSE;
}

/* A wrong PUK costs more than a wrong PIN: it gets a code of its own. */
static GError *
name_wrong (SignetPinKind kind, const GError *failure)
{
  if (kind == SIGNET_PIN_MANAGEMENT && g_error_matches (failure, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_WRONG_PIN))
    return g_error_new_literal (SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_WRONG_MANAGEMENT_KEY, failure->message);
  if (is_unblocker (kind) && g_error_matches (failure, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_WRONG_PIN))
    return g_error_new_literal (SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_WRONG_UNBLOCKER, failure->message);
  return g_error_copy (failure);
}

/* Who gives up after a wrong PIN hears that it was wrong, not that somebody cancelled. */
static gboolean
give_up (GError *wrong, GError *refusal, GCancellable *cancellable, GError **error)
{
  gboolean said_no = g_error_matches (refusal, G_IO_ERROR, G_IO_ERROR_CANCELLED) && !g_cancellable_is_cancelled (cancellable);

  g_propagate_error (error, g_error_copy (wrong != NULL && said_no ? wrong : refusal));
  return FALSE;
}

/* On a PIN pad the person types while the call runs; faces show that, and for how long. */
static gboolean
try_once (SignetInteraction *interaction, SignetTokenPinTry attempt, gpointer data, SignetSecret *pin, GError **error)
{
  gboolean ok = FALSE;

  if (pin != NULL)
    return attempt (data, pin, error);
  signet_interaction_progress (interaction, "pin-pad", -1);
  ok = attempt (data, NULL, error);
  signet_interaction_progress (interaction, "pin-pad-done", -1);
  return ok;
}

/* What a listing says of the PIN is no longer so: a wrong one was counted, or the right one cleared the count. */
static void
tell_watch (SignetToken *token, SignetPinFlags flags)
{
  if (flags & (SIGNET_PIN_FLAG_RETRY | SIGNET_PIN_FLAG_COUNT_LOW | SIGNET_PIN_FLAG_FINAL_TRY))
    _signet_token_module_touch (_signet_token_get_module (token));
}

/**
 * _signet_token_ask_and_try:
 * @host: where the token's flags are read
 * @kind: what is asked for and tried: %SIGNET_PIN_USER, CONTEXT, SO, PUK or MANAGEMENT
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
      State state;

      if (!read_state (token, host, kind, &state, cancellable, error))
        return FALSE;
      if (state.flags & SIGNET_PIN_FLAG_LOCKED)
        return refuse_locked (token, kind, error);
      state.flags |= wrong != NULL ? SIGNET_PIN_FLAG_RETRY : SIGNET_PIN_FLAG_NONE;
      pin = ask (token, interaction, about, kind, &state, cancellable, &failure);
      if (pin == NULL)
        return give_up (wrong, failure, cancellable, error);
      if (state.flags & SIGNET_PIN_FLAG_PIN_PAD)
        g_clear_pointer (&pin, signet_secret_unref);
      if ((pin == NULL || fits (token, kind, state.digits, pin, &failure)) &&
          try_once (interaction, attempt, data, pin, &failure))
        {
          tell_watch (token, state.flags);
          return TRUE;
        }
      tell_watch (token, SIGNET_PIN_FLAG_RETRY);
      if (!may_ask_again (failure))
        return refuse_tried (token, kind, failure, error);
      g_clear_error (&wrong);
      wrong = name_wrong (kind, failure);
      _signet_token_keeping_forget (token);
    }
}
