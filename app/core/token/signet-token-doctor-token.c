/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-token-doctor-token.c: tokens, their keys and certificates, as far as they show without a login; and the test signature, which
 * asks for the PIN once.
 */
#define G_LOG_DOMAIN "signet-token-doctor-token"

#include "config.h"

#include "../base/signet-base-error.h"
#include "../base/signet-clock.h"
#include "../base/signet-signer.h"
#include "signet-token-doctor-private.h"
#include "signet-token-private.h"

#define TEST_MESSAGE "Signet token doctor: a test signature, which means nothing."

/* --- tokens --- */

static void
tell_uninitialized (SignetDoctor *self, SignetToken *token)
{
  g_autofree char *command = g_strdup_printf ("signet token init --label NAME '%s'", signet_token_get_uri (token));

  _signet_doctor_add_fix (_signet_doctor_add (self, SIGNET_DOCTOR_TOKEN, SIGNET_DOCTOR_FAILED, "token-not-initialized",
                                              signet_token_get_label (token), signet_token_get_uri (token)),
                          "", command);
}

static void
tell_token (SignetDoctor *self, SignetToken *token)
{
  SignetPinFlags flags = signet_token_get_pin_flags (token);
  const char *label = signet_token_get_label (token);
  const char *uri = signet_token_get_uri (token);
  g_autofree char *unblock = g_strdup_printf ("signet token unblock '%s'", uri);

  if (!signet_token_is_initialized (token))
    {
      tell_uninitialized (self, token);
      return;
    }
  if (signet_token_is_read_only (token))
    _signet_doctor_add (self, SIGNET_DOCTOR_TOKEN, SIGNET_DOCTOR_WARNING, "token-read-only", label, uri);
  if (flags & SIGNET_PIN_FLAG_LOCKED)
    _signet_doctor_add_fix (_signet_doctor_add (self, SIGNET_DOCTOR_TOKEN, SIGNET_DOCTOR_FAILED, "pin-locked", label, uri), "", unblock);
  else if (flags & SIGNET_PIN_FLAG_FINAL_TRY)
    _signet_doctor_add (self, SIGNET_DOCTOR_TOKEN, SIGNET_DOCTOR_WARNING, "last-try", label, uri);
  else if (flags & SIGNET_PIN_FLAG_COUNT_LOW)
    _signet_doctor_add (self, SIGNET_DOCTOR_TOKEN, SIGNET_DOCTOR_WARNING, "few-tries-left", label, uri);
  else
    _signet_doctor_add (self, SIGNET_DOCTOR_TOKEN, SIGNET_DOCTOR_OK,
                        signet_token_is_software (token) ? "software-token" : "token-ready", label, uri);
}

/* Found out now or by somebody else. */
static void
tell_factory (SignetDoctor *self, SignetToken *token)
{
  const char *label = signet_token_get_label (token);
  const char *uri = signet_token_get_uri (token);
  const char *code = NULL;
  const char *option = "";
  g_autofree char *command = NULL;
  SignetTokenCard card;
  gboolean puk = FALSE;
  gboolean management = FALSE;

  if (!_signet_token_is_piv (token) || !signet_token_read_card (token, &card, self->cancellable, NULL))
    return;
  puk = card.puk_factory == SIGNET_TOKEN_FACT_YES;
  management = card.management_factory == SIGNET_TOKEN_FACT_YES;
  if (card.pin_factory == SIGNET_TOKEN_FACT_YES)
    code = "factory-pin";
  else if (puk)
    code = management ? "factory-codes" : "factory-puk";
  else if (management)
    code = "factory-management-key";
  if (code == NULL)
    return;
  if (card.pin_factory != SIGNET_TOKEN_FACT_YES)
    option = puk ? "--puk " : "--management-key ";
  command = g_strdup_printf ("signet token change-pin %s'%s'", option, uri);
  _signet_doctor_add_fix (_signet_doctor_add (self, SIGNET_DOCTOR_TOKEN, SIGNET_DOCTOR_WARNING, code, label, uri), "", command);
}

/* --- keys --- */

static guint
count_keys (SignetToken *token)
{
  GPtrArray *keys = signet_token_get_keys (token);
  guint n = 0;

  for (guint i = 0; i < keys->len; i++)
    n += signet_token_key_has_private (keys->pdata[i]);
  return n;
}

/* An empty token beside one that has keys is nothing to mend. */
static gboolean
has_any_key (SignetDoctor *self)
{
  for (guint i = 0; i < self->tokens->len; i++)
    if (count_keys (self->tokens->pdata[i]) > 0)
      return TRUE;
  return FALSE;
}

static void
tell_keys (SignetDoctor *self, SignetToken *token)
{
  guint n = count_keys (token);
  g_autofree char *detail = g_strdup_printf ("%u", n);
  g_autofree char *command =
      g_strdup_printf ("signet request new --authority ID --token '%s'", signet_token_get_uri (token));

  if (!signet_token_is_initialized (token))
    return;
  if (n > 0)
    _signet_doctor_add (self, SIGNET_DOCTOR_KEY, SIGNET_DOCTOR_OK, "keys-found", signet_token_get_label (token), detail);
  else
    _signet_doctor_add_fix (_signet_doctor_add (self, SIGNET_DOCTOR_KEY,
                                                has_any_key (self) ? SIGNET_DOCTOR_WARNING : SIGNET_DOCTOR_FAILED, "no-key",
                                                signet_token_get_label (token), NULL),
                            "", command);
}

/* --- certificates --- */

/* What keeps a certificate from signing documents; NULL: nothing. */
static const char *
find_fault (SignetTokenKey *key, gint64 now)
{
  SignetCertificate *certificate = signet_token_key_get_certificate (key);

  if (certificate == NULL)
    return "key-without-certificate";
  if (!signet_token_key_has_private (key))
    return "certificate-without-key";
  if (signet_certificate_get_not_after (certificate) < now)
    return "certificate-expired";
  if (signet_certificate_get_not_before (certificate) > now)
    return "certificate-not-yet-valid";
  switch (signet_certificate_get_class (certificate, NULL))
    {
    case SIGNET_CERTIFICATE_CLASS_IDENTITY:
      return "certificate-identity-only";
    case SIGNET_CERTIFICATE_CLASS_ENCRYPTION:
      return "certificate-encryption";
    case SIGNET_CERTIFICATE_CLASS_AUTHORITY:
      return "certificate-of-authority";
    default:
      return NULL;
    }
}

static gint64
get_now (void)
{
  g_autoptr (SignetClock) clock = signet_clock_new_system ();

  return signet_clock_now (clock);
}

static gboolean
can_sign (SignetTokenKey *key)
{
  return find_fault (key, get_now ()) == NULL;
}

static gboolean
has_good_key (SignetToken *token)
{
  GPtrArray *keys = signet_token_get_keys (token);

  for (guint i = 0; i < keys->len; i++)
    if (can_sign (keys->pdata[i]))
      return TRUE;
  return FALSE;
}

/* Beside one that can sign, the others are only worth knowing. Certificates of authorities belong on many tokens. */
static void
tell_certificate (SignetDoctor *self, SignetTokenKey *key, gint64 now, gboolean have_good)
{
  SignetCertificate *certificate = signet_token_key_get_certificate (key);
  const char *fault = find_fault (key, now);
  const char *subject = certificate != NULL ? signet_certificate_get_holder (certificate) : signet_token_key_get_label (key);
  const char *detail = certificate != NULL ? signet_certificate_get_sha256 (certificate) : signet_token_key_get_sha256 (key);

  if (fault == NULL)
    _signet_doctor_add (self, SIGNET_DOCTOR_CERTIFICATE, SIGNET_DOCTOR_OK, "certificate-ready", subject, detail);
  else
    _signet_doctor_add (self, SIGNET_DOCTOR_CERTIFICATE,
                        have_good || signet_token_key_has_private (key) == FALSE ? SIGNET_DOCTOR_WARNING : SIGNET_DOCTOR_FAILED, fault,
                        subject, detail);
}

static void
tell_certificates (SignetDoctor *self, SignetToken *token)
{
  GPtrArray *keys = signet_token_get_keys (token);
  gboolean have_good = has_good_key (token);
  gint64 now = get_now ();

  for (guint i = 0; i < keys->len; i++)
    tell_certificate (self, keys->pdata[i], now, have_good);
  if (keys->len == 0)
    _signet_doctor_add (self, SIGNET_DOCTOR_CERTIFICATE, SIGNET_DOCTOR_SKIPPED, "not-reached", NULL, NULL);
}

void
_signet_doctor_look_at_tokens (SignetDoctor *self)
{
  for (guint i = 0; i < self->tokens->len; i++)
    {
      tell_token (self, self->tokens->pdata[i]);
      tell_factory (self, self->tokens->pdata[i]);
      tell_keys (self, self->tokens->pdata[i]);
      tell_certificates (self, self->tokens->pdata[i]);
    }
  for (SignetDoctorLayer layer = SIGNET_DOCTOR_TOKEN; self->tokens->len == 0 && layer < SIGNET_DOCTOR_SIGNATURE; layer++)
    _signet_doctor_add (self, layer, SIGNET_DOCTOR_SKIPPED, "not-reached", NULL, NULL);
}

/* --- the test signature --- */

/* (nullable) borrowed: the first that can sign, certificates before bare keys */
static SignetTokenKey *
find_key (SignetDoctor *self)
{
  SignetTokenKey *bare = NULL;

  for (guint i = 0; i < self->tokens->len; i++)
    {
      GPtrArray *keys = signet_token_get_keys (self->tokens->pdata[i]);

      for (guint n = 0; n < keys->len; n++)
        {
          if (can_sign (keys->pdata[n]))
            return keys->pdata[n];
          if (bare == NULL && signet_token_key_has_private (keys->pdata[n]))
            bare = keys->pdata[n];
        }
    }
  return bare;
}

/* As documents are signed with it; a token that cannot do PKCS#1 may do PSS. */
static gboolean
sign (SignetSigner *signer, SignetTokenKey *key, GCancellable *cancellable, GError **error)
{
  g_autoptr (GBytes) message = g_bytes_new_static (TEST_MESSAGE, sizeof TEST_MESSAGE - 1);
  SignetSignatureAlgorithm algorithm = signet_signature_algorithm_default (_signet_token_key_get_public (key));
  g_autoptr (GBytes) signature = NULL;

  if (algorithm.scheme == SIGNET_SIGNATURE_RSA_PKCS1 && !signet_signer_can_sign (signer, algorithm))
    algorithm.scheme = SIGNET_SIGNATURE_RSA_PSS;
  if (algorithm.scheme == SIGNET_SIGNATURE_UNKNOWN || !signet_signer_can_sign (signer, algorithm))
    {
      g_set_error_literal (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_UNSUPPORTED, "no signature algorithm fits the key");
      return FALSE;
    }
  signature = signet_signer_sign (signer, algorithm, message, cancellable, error);
  return signature != NULL;
}

static gboolean
log_in_and_sign (SignetDoctor *self, SignetTokenKey *key, GError **error)
{
  SignetCertificate *certificate = signet_token_key_get_certificate (key);
  SignetPinQuestion about = {
    .kind = SIGNET_PIN_USER,
    .tries_left = -1,
    .certificate = certificate != NULL ? signet_certificate_get_holder (certificate) : NULL,
  };
  g_autoptr (SignetTokenSession) session =
      signet_token_login (signet_token_key_get_token (key), self->interaction, &about, self->cancellable, error);
  g_autoptr (SignetSigner) signer = NULL;
  gboolean done = FALSE;

  if (session == NULL)
    return FALSE;
  signer = signet_token_session_new_signer (session, key, self->interaction, error);
  done = signer != NULL && sign (signer, key, self->cancellable, error);
  signet_token_session_close (session);
  return done;
}

static const char *
code_of (const GError *error)
{
  static const struct
  {
    int code;
    const char *name;
  } names[] = {
    { SIGNET_TOKEN_ERROR_WRONG_PIN, "wrong-pin" },           { SIGNET_TOKEN_ERROR_PIN_LOCKED, "pin-locked-now" },
    { SIGNET_TOKEN_ERROR_MODULE_LIED, "signature-wrong" },   { SIGNET_TOKEN_ERROR_MODULE_CRASHED, "signature-crashed" },
    { SIGNET_TOKEN_ERROR_MODULE_HUNG, "signature-hung" },    { SIGNET_TOKEN_ERROR_REMOVED, "signature-removed" },
    { SIGNET_TOKEN_ERROR_NOT_FOUND, "signature-key-absent" },
  };

  for (guint i = 0; error->domain == SIGNET_TOKEN_ERROR && i < G_N_ELEMENTS (names); i++)
    if (error->code == names[i].code)
      return names[i].name;
  return "signature-failed";
}

gboolean
_signet_doctor_look_at_signature (SignetDoctor *self, GError **error)
{
  SignetTokenKey *key = find_key (self);
  g_autoptr (GError) failure = NULL;
  const char *label = key != NULL ? signet_token_get_label (signet_token_key_get_token (key)) : NULL;

  if (key == NULL || self->interaction == NULL)
    _signet_doctor_add (self, SIGNET_DOCTOR_SIGNATURE, SIGNET_DOCTOR_SKIPPED, key == NULL ? "not-reached" : "signature-not-asked",
                        NULL, NULL);
  else if (log_in_and_sign (self, key, &failure))
    _signet_doctor_add (self, SIGNET_DOCTOR_SIGNATURE, SIGNET_DOCTOR_OK, "signature-made", label, signet_token_key_get_key_text (key));
  else if (g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_CANCELLED) && g_cancellable_is_cancelled (self->cancellable))
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  else if (g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    _signet_doctor_add (self, SIGNET_DOCTOR_SIGNATURE, SIGNET_DOCTOR_SKIPPED, "signature-declined", label, NULL);
  else
    _signet_doctor_add (self, SIGNET_DOCTOR_SIGNATURE, SIGNET_DOCTOR_FAILED, code_of (failure), label, failure->message);
  return TRUE;
}
