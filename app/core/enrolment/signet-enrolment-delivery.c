/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-enrolment-delivery.c: the second of two certificates: its key was made by the authority and came encrypted, for the transport key of
 * the request (CMS, RFC 5652) or with a passphrase (PKCS#12, RFC 7292). It is opened in locked memory, held against its certificate,
 * brought to the token and forgotten. In the database it lies only as it came. Blocking, for worker threads.
 */
#define G_LOG_DOMAIN "signet-enrolment-delivery"

#include "config.h"

#include "signet-check-private.h"
#include "signet-delivery-private.h"

#include <string.h>

#include "../base/signet-base-error.h"

#define MAX_DELIVERED (256 * 1024)

/* --- what is kept -------------------------------------------------------------------------------------------------------------- */

typedef struct
{
  GBytes *key;
  char *format;
  char *passphrase; /* (nullable): the name of a secret */
} Delivered;

static void
delivered_clear (Delivered *delivered)
{
  g_clear_pointer (&delivered->key, g_bytes_unref);
  g_free (delivered->format);
  g_free (delivered->passphrase);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Delivered, delivered_clear)

static gboolean
refuse (GError **error, SignetEnrolmentError code, const char *why)
{
  g_set_error_literal (error, SIGNET_ENROLMENT_ERROR, (int) code, why);
  return FALSE;
}

static gboolean
read_delivered (SignetRequest *request, Delivered *delivered, GError **error)
{
  g_autoptr (JsonNode) node = json_from_string (request->delivered, NULL);
  JsonObject *object = node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  gsize length = 0;
  guint8 *data = NULL;

  if (object == NULL)
    return refuse (error, SIGNET_ENROLMENT_ERROR_WRONG_KIND, "the delivered key is not kept in a readable way");
  data = g_base64_decode (json_object_get_string_member_with_default (object, "key", ""), &length);
  delivered->key = g_bytes_new_take (data, length);
  delivered->format = g_strdup (json_object_get_string_member_with_default (object, "key_format", ""));
  delivered->passphrase = g_strdup (json_object_get_string_member_with_default (object, "passphrase", NULL));
  return length > 0 && length <= MAX_DELIVERED ? TRUE
                                               : refuse (error, SIGNET_ENROLMENT_ERROR_WRONG_KIND, "the delivered key is empty or too large");
}

/* --- opening ------------------------------------------------------------------------------------------------------------------- */

static SignetPkcs12 *
open_cms (SignetEnrolmentRun *run, const Delivered *delivered, GError **error)
{
  EVP_PKEY *transport = _signet_request_find_transport_key (run->request);
  g_autoptr (SignetSecret) key = NULL;

  if (transport == NULL)
    {
      refuse (error, SIGNET_ENROLMENT_ERROR_KEY_LOST, "the key that the delivered one was encrypted for is not on this computer any more");
      return NULL;
    }
  key = _signet_delivery_decrypt (delivered->key, transport, error);
  EVP_PKEY_free (transport);
  return key != NULL ? signet_pkcs12_new_for_key (key, run->request->encryption, error) : NULL;
}

/* A file may name the certificate or not: what counts is whose key is in it. */
static SignetPkcs12 *
open_pkcs12 (SignetEnrolmentRun *run, const Delivered *delivered, GError **error)
{
  g_autoptr (SignetSecret) passphrase = _signet_enrolment_run_secret (run, delivered->passphrase, error);
  g_autoptr (SignetPkcs12) file = NULL;
  g_autoptr (GError) local = NULL;

  if (passphrase == NULL)
    return NULL;
  file = signet_pkcs12_open (delivered->key, passphrase, &local);
  if (file != NULL && signet_pkcs12_has_key (file))
    return signet_pkcs12_new_for_key (signet_pkcs12_get_key (file), run->request->encryption, error);
  if (g_error_matches (local, SIGNET_CERTIFICATE_ERROR, SIGNET_CERTIFICATE_ERROR_WRONG_PASSPHRASE))
    refuse (error, SIGNET_ENROLMENT_ERROR_WRONG_SECRET, "the passphrase does not open the delivered key");
  else
    g_set_error (error, SIGNET_ENROLMENT_ERROR, SIGNET_ENROLMENT_ERROR_WRONG_KIND, "the delivered key cannot be opened: %s",
                 local != NULL ? local->message : "there is none in the file");
  return NULL;
}

static gboolean
check_belongs (SignetPkcs12 *bundle, GError **error)
{
  if (signet_pkcs12_get_certificate (bundle) != NULL)
    return TRUE;
  return refuse (error, SIGNET_ENROLMENT_ERROR_WRONG_KEY, "the delivered key does not belong to the encryption certificate");
}

/* What is damaged now will be so tomorrow: told as the authority's fault, not as a failure of ours. */
static void
propagate_fault (GError **error, GError *local)
{
  if (local->domain == SIGNET_CERTIFICATE_ERROR)
    g_set_error (error, SIGNET_ENROLMENT_ERROR, SIGNET_ENROLMENT_ERROR_WRONG_KIND, "the delivered key cannot be opened: %s",
                 local->message);
  else
    {
      g_propagate_error (error, local);
      return;
    }
  g_error_free (local);
}

/* (transfer full) (nullable): the key with the encryption certificate it belongs to. Errors: KEY_LOST, WRONG_KEY, WRONG_KIND, WRONG_SECRET */
SignetPkcs12 *
_signet_delivery_open (SignetEnrolmentRun *run, GError **error)
{
  g_auto (Delivered) delivered = { NULL };
  g_autoptr (SignetPkcs12) bundle = NULL;
  GError *local = NULL;

  if (!read_delivered (run->request, &delivered, error))
    return NULL;
  if (strcmp (delivered.format, "pkcs12") == 0 && delivered.passphrase != NULL)
    bundle = open_pkcs12 (run, &delivered, &local);
  else
    bundle = open_cms (run, &delivered, &local);
  if (bundle == NULL)
    propagate_fault (error, local);
  else if (check_belongs (bundle, error))
    return g_steal_pointer (&bundle);
  return NULL;
}

/* --- notes --------------------------------------------------------------------------------------------------------------------- */

static void
set_note (SignetRequest *request, const char *note, const char *reason)
{
  g_free (request->encryption_note);
  request->encryption_note = g_strdup (note);
  g_free (request->error);
  request->error = g_strdup (reason);
}

/* Nothing will ever open it: it is not kept. */
static void
give_up_delivery (SignetEnrolmentRun *run, const GError *reason)
{
  set_note (run->request, "transport-key-lost", reason->message);
  g_clear_pointer (&run->request->delivered, g_free);
}

/* --- is it what it should be? -------------------------------------------------------------------------------------------------- */

static gboolean
is_same_holder (SignetCertificate *one, SignetCertificate *other)
{
  return X509_NAME_cmp (X509_get_subject_name (signet_certificate_get_x509 (one)),
                        X509_get_subject_name (signet_certificate_get_x509 (other))) == 0;
}

static gboolean
check_certificate (SignetEnrolmentRun *run, GPtrArray *issuers, GError **error)
{
  SignetCertificate *certificate = run->request->encryption;
  SignetCertificate *own = run->request->certificate;

  if (!signet_certificate_is_readable (certificate) || signet_certificate_is_ca (certificate))
    return refuse (error, SIGNET_ENROLMENT_ERROR_WRONG_KIND, "the encryption certificate is none, or that of an authority");
  if (!_signet_enrolment_is_issued_by (certificate, issuers))
    return refuse (error, SIGNET_ENROLMENT_ERROR_WRONG_ISSUER, "the encryption certificate is not signed by the authority's filed chain");
  if (!is_same_holder (certificate, own))
    return refuse (error, SIGNET_ENROLMENT_ERROR_WRONG_SUBJECT, "the two certificates are for different holders");
  if (g_strcmp0 (signet_certificate_get_key_sha256 (certificate), signet_certificate_get_key_sha256 (own)) == 0)
    return refuse (error, SIGNET_ENROLMENT_ERROR_WRONG_KEY, "the encryption certificate is for the signing key");
  if (signet_authority_classify (run->authority, certificate, NULL) != SIGNET_CERTIFICATE_CLASS_ENCRYPTION)
    return refuse (error, SIGNET_ENROLMENT_ERROR_WRONG_KIND, "the second certificate is not one for encryption");
  return TRUE;
}

/**
 * _signet_delivery_check:
 * @issuers: CA certificates of the authority
 *
 * The second certificate, when one came, against the first and against its key. A key that can never be opened is noted and is no fault.
 */
gboolean
_signet_delivery_check (SignetEnrolmentRun *run, GPtrArray *issuers, GError **error)
{
  g_autoptr (SignetPkcs12) bundle = NULL;
  g_autoptr (GError) local = NULL;

  if (run->request->encryption == NULL)
    return TRUE;
  if (!check_certificate (run, issuers, error))
    return FALSE;
  if (run->request->delivered == NULL || (bundle = _signet_delivery_open (run, &local)) != NULL)
    return TRUE;
  if (!g_error_matches (local, SIGNET_ENROLMENT_ERROR, SIGNET_ENROLMENT_ERROR_KEY_LOST))
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  give_up_delivery (run, local);
  return TRUE;
}

/* --- to the token -------------------------------------------------------------------------------------------------------------- */

static gboolean
has_key (SignetToken *token, const char *sha256)
{
  GPtrArray *keys = signet_token_get_keys (token);

  for (guint i = 0; i < keys->len; i++)
    if (signet_token_key_has_private (keys->pdata[i]) && g_strcmp0 (signet_token_key_get_sha256 (keys->pdata[i]), sha256) == 0)
      return TRUE;
  return FALSE;
}

/* The token's own limits; anything else (pulled, PIN, crash) may be otherwise next time. */
static gboolean
is_refusal (const GError *error)
{
  static const int codes[] = { SIGNET_TOKEN_ERROR_UNSUPPORTED, SIGNET_TOKEN_ERROR_READ_ONLY, SIGNET_TOKEN_ERROR_FULL,
                               SIGNET_TOKEN_ERROR_FAILED };

  for (guint i = 0; i < G_N_ELEMENTS (codes); i++)
    if (g_error_matches (error, SIGNET_TOKEN_ERROR, codes[i]))
      return TRUE;
  return FALSE;
}

/* A key brought right before we were killed is found, not brought again. */
static gboolean
bring_key (SignetEnrolmentRun *run, GError **error)
{
  SignetCertificate *certificate = run->request->encryption;
  g_autoptr (SignetPkcs12) bundle = NULL;
  g_autoptr (SignetTokenKey) key = NULL;

  if (has_key (run->token, signet_certificate_get_key_sha256 (certificate)))
    return TRUE;
  bundle = _signet_delivery_open (run, error);
  if (bundle == NULL)
    return FALSE;
  key = signet_token_session_import_decryption_key (run->session, bundle, signet_certificate_get_holder (certificate),
                                                    run->cancellable, error);
  if (key != NULL)
    _signet_enrolment_stop_for_test ("encryption-key-imported");
  return key != NULL;
}

static gboolean
install (SignetEnrolmentRun *run, GError **error)
{
  SignetCertificate *certificate = run->request->encryption;

  if (!bring_key (run, error) ||
      !signet_token_session_store_certificate (run->session, certificate, signet_certificate_get_holder (certificate),
                                               run->cancellable, error))
    return FALSE;
  _signet_enrolment_stop_for_test ("encryption-installed");
  set_note (run->request, "imported", NULL);
  g_clear_pointer (&run->request->delivered, g_free);
  return TRUE;
}

/**
 * _signet_delivery_install:
 *
 * Brings the delivered key and its certificate to the token of the run, which is logged in. A token that takes no keys keeps nobody from
 * signing: what was delivered stays in the request, encrypted, and can be brought to another token.
 */
gboolean
_signet_delivery_install (SignetEnrolmentRun *run, GError **error)
{
  SignetRequest *request = run->request;
  g_autoptr (GError) local = NULL;

  if (request->encryption == NULL || request->delivered == NULL)
    return TRUE;
  if (install (run, &local))
    return TRUE;
  if (g_error_matches (local, SIGNET_ENROLMENT_ERROR, SIGNET_ENROLMENT_ERROR_KEY_LOST))
    give_up_delivery (run, local);
  else if (is_refusal (local))
    set_note (request, "refused-by-token", local->message);
  else
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  return TRUE;
}

/**
 * signet_enrolment_place_encryption:
 * @token: where the key of the encryption certificate is to go
 *
 * For a request that is done but for the delivered key: another token may take it. Blocking, for worker threads.
 */
gboolean
signet_enrolment_place_encryption (SignetEnrolment *self,
                                   SignetRequest *request,
                                   SignetToken *token,
                                   SignetInteraction *interaction,
                                   GCancellable *cancellable,
                                   GError **error)
{
  SignetEnrolmentRun run = { .enrolment = self, .request = request, .interaction = interaction, .cancellable = cancellable };
  gboolean ok = FALSE;

  g_return_val_if_fail (SIGNET_IS_ENROLMENT (self), FALSE);
  g_return_val_if_fail (SIGNET_IS_REQUEST (request), FALSE);

  if (request->delivered == NULL || request->state != SIGNET_REQUEST_CONFIRMED)
    return refuse (error, SIGNET_ENROLMENT_ERROR_STATE, "no delivered key is waiting for a token");
  run.authority = signet_enrolment_find_authority (self, request->authority, error);
  if (run.authority == NULL)
    return FALSE;
  run.token = g_object_ref (token);
  ok = _signet_enrolment_run_log_in (&run, TRUE, error) && install (&run, error) &&
       _signet_request_store_update (self->store, request, error);
  if (ok)
    {
      _signet_request_secret_forget (request);
      _signet_enrolment_run_note (&run, "encryption-key-installed", NULL, NULL);
    }
  _signet_enrolment_run_end (&run);
  return ok;
}
