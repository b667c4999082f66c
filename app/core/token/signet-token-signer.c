/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-token-signer.c: a key on a token behind the seam every signature passes, which checks what comes back. Hashes here,
 * signs in the host, several at a time when somebody expects many. A key that wants the PIN at every signature asks at every
 * signature. Worker threads.
 */
#define G_LOG_DOMAIN "signet-token-signer"

#include "config.h"

#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <string.h>

#include "../base/signet-key-block.h"
#include "signet-token-pace.h"
#include "signet-token-private.h"

#define MAX_AT_A_TIME 3 /* two sessions, and one signature on its way */

#define SIGNET_TYPE_TOKEN_SIGNER (signet_token_signer_get_type ())
G_DECLARE_FINAL_TYPE (SignetTokenSigner, signet_token_signer, SIGNET, TOKEN_SIGNER, GObject)

struct _SignetTokenSigner
{
  GObject parent_instance;
  SignetTokenSession *session;
  SignetTokenKey *key;
  guint64 handle;
  GArray *allowed; /* (nullable) */
  gboolean always_authenticates;
  gboolean permitted; /* although the key is blocked: to have its certificate revoked */
  SignetInteraction *interaction; /* (nullable) */
  SignetTokenPace pace;
  GMutex lock;    /* for what the next question names */
  char *document; /* (nullable) */
  guint number;
  guint documents;
};

static void signet_token_signer_iface_init (SignetSignerInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (SignetTokenSigner,
                               signet_token_signer,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (SIGNET_TYPE_SIGNER, signet_token_signer_iface_init))

/* --- the ways to sign --- */

/* (nullable): none. @whole: (out): the token hashes by itself */
static const char *
choose_scheme (SignetTokenSigner *self, SignetSignatureAlgorithm algorithm, gboolean *whole)
{
  EVP_PKEY *public = _signet_token_key_get_public (self->key);

  *whole = FALSE;
  if (public == NULL || signet_digest_get_md (algorithm.digest) == NULL)
    return NULL;
  /* a certificate may bind its key to PSS (RFC 4055, 1.2): nobody would accept another signature under it */
  if (EVP_PKEY_is_a (public, "RSA-PSS") && algorithm.scheme != SIGNET_SIGNATURE_RSA_PSS)
    return NULL;
  return _signet_token_choose_mechanism (_signet_token_session_get_token (self->session), self->allowed,
                                         signet_key_type_of (public), algorithm, whole);
}

static gboolean
signet_token_signer_can_sign (SignetSigner *signer, SignetSignatureAlgorithm algorithm)
{
  gboolean whole = FALSE;

  return choose_scheme (SIGNET_TOKEN_SIGNER (signer), algorithm, &whole) != NULL;
}

static GBytes *
signet_token_signer_dup_public_key (SignetSigner *signer)
{
  return g_bytes_ref (_signet_token_key_get_spki (SIGNET_TOKEN_SIGNER (signer)->key));
}

/* --- what goes to the token --- */

/* RFC 8017, 9.2: CKM_RSA_PKCS pads, but DigestInfo is ours to make. */
static GVariant *
digest_info (SignetDigest digest, const guint8 *hash, guint length)
{
  X509_SIG *info = X509_SIG_new ();
  X509_ALGOR *algorithm = NULL;
  ASN1_OCTET_STRING *octets = NULL;
  guint8 *der = NULL;
  int size = 0;
  GVariant *result = NULL;

  X509_SIG_getm (info, &algorithm, &octets);
  X509_ALGOR_set0 (algorithm, OBJ_nid2obj (signet_digest_get_nid (digest)), V_ASN1_NULL, NULL);
  ASN1_OCTET_STRING_set (octets, hash, (int) length);
  size = i2d_X509_SIG (info, &der);
  result = g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, der, size > 0 ? (gsize) size : 0, 1);
  OPENSSL_free (der);
  X509_SIG_free (info);
  return g_variant_ref_sink (result);
}

/* FIPS 186-4, 6.4: of a hash longer than the curve's order its first bits count. PIV cards refuse the whole. */
static guint
cut_to_curve (guint length, EVP_PKEY *key)
{
  int bits = key != NULL ? EVP_PKEY_get_bits (key) : 0;

  return bits > 0 && bits % 8 == 0 ? MIN (length, (guint) bits / 8) : length;
}

static GVariant *
hash_message (SignetTokenKey *key, SignetSignatureAlgorithm algorithm, GBytes *message, GError **error)
{
  guint8 hash[EVP_MAX_MD_SIZE];
  guint length = 0;

  if (EVP_Digest (g_bytes_get_data (message, NULL), g_bytes_get_size (message), hash, &length,
                  signet_digest_get_md (algorithm.digest), NULL) != 1)
    {
      signet_base_error_set_openssl (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_FAILED, "hashing what is to be signed");
      return NULL;
    }
  if (algorithm.scheme == SIGNET_SIGNATURE_RSA_PKCS1)
    return digest_info (algorithm.digest, hash, length);
  if (algorithm.scheme == SIGNET_SIGNATURE_ECDSA)
    length = cut_to_curve (length, _signet_token_key_get_public (key));
  return g_variant_ref_sink (g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, hash, length, 1));
}

/* What goes through one call, and what a card hashes by itself, has an end; signed attributes and requests are far below it. */
static GVariant *
take_message (GBytes *message, GError **error)
{
  if (g_bytes_get_size (message) <= SIGNET_TOKEN_MAX_MESSAGE)
    return g_variant_ref_sink (g_variant_new_from_bytes (G_VARIANT_TYPE_BYTESTRING, message, TRUE));
  g_set_error (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_UNSUPPORTED,
               "the token hashes by itself, and the message is longer than %u bytes", SIGNET_TOKEN_MAX_MESSAGE);
  return NULL;
}

/* --- what comes back --- */

/* PKCS#11 gives r and s side by side, everybody else wants a SEQUENCE (RFC 3279, 2.2.3). */
static GBytes *
ecdsa_to_der (const guint8 *raw, gsize length)
{
  ECDSA_SIG *signature = ECDSA_SIG_new ();
  BIGNUM *r = BN_bin2bn (raw, (int) (length / 2), NULL);
  BIGNUM *s = BN_bin2bn (raw + length / 2, (int) (length / 2), NULL);
  guint8 *der = NULL;
  int size = 0;
  GBytes *result = NULL;

  ECDSA_SIG_set0 (signature, r, s);
  size = i2d_ECDSA_SIG (signature, &der);
  if (size > 0)
    result = g_bytes_new (der, (gsize) size);
  OPENSSL_free (der);
  ECDSA_SIG_free (signature);
  return result;
}

GBytes *
_signet_token_read_signature (SignetSignatureScheme scheme, GVariant *answer)
{
  gsize length = 0;
  const guint8 *raw = g_variant_get_fixed_array (answer, &length, 1);

  if (length == 0 || length > SIGNET_TOKEN_MAX_KEY)
    return NULL;
  if (scheme != SIGNET_SIGNATURE_ECDSA)
    return g_bytes_new (raw, length);
  return length % 2 == 0 ? ecdsa_to_der (raw, length) : NULL;
}

/* signet_signer_sign() verifies what we return, and says this when it is no signature. */
static GError *
signet_token_signer_lied (SignetSigner *signer)
{
  return g_error_new_literal (SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_MODULE_LIED,
                              "what the token returned is no signature of this key");
}

/* --- signing --- */

/* One signature: what sign_once needs, for it is also one try of a PIN. */
typedef struct
{
  SignetTokenSigner *signer;
  const char *scheme; /* in org.signet.TokenHost */
  guint digest_bits;
  GVariant *data;
  GVariant *answer; /* (nullable) */
  GCancellable *cancellable;
} Signing;

/* Never an error: with one session it goes on as before. */
static void
set_lanes (SignetTokenSigner *self, guint wanted, GCancellable *cancellable)
{
  SignetTokenHostRef *host = _signet_token_session_get_host (self->session);
  g_autoptr (GError) failure = NULL;
  SignetTokenHost *proxy = NULL;
  int deadline = 0;
  guint lanes = 1;
  gboolean ok = FALSE;

  proxy = _signet_token_host_begin (host, SIGNET_TOKEN_DEADLINE_SIGNING, &deadline, cancellable, NULL);
  if (proxy != NULL)
    {
      ok = signet_token_host_call_set_lanes_sync (proxy, _signet_token_session_get_id (self->session), wanted, deadline, &lanes,
                                                  cancellable, &failure);
      ok = _signet_token_host_end (host, ok, g_steal_pointer (&failure), NULL);
    }
  _signet_token_pace_set_lanes (&self->pace, ok ? MIN (lanes, wanted) : 1);
}

/* For measuring one session against two. An installed program does not listen to it. */
static gboolean
is_kept_to_one_session (void)
{
#if SIGNET_DEVELOPMENT
  return g_strcmp0 (g_getenv ("SIGNET_SIGNING_SESSIONS"), "1") == 0;
#else
  return FALSE;
#endif
}

/* A person who is asked at each signature, by us or by the reader, is asked for one at a time. */
static guint
signet_token_signer_expect (SignetSigner *signer, guint n_signatures)
{
  SignetTokenSigner *self = SIGNET_TOKEN_SIGNER (signer);

  if (self->always_authenticates || _signet_token_is_pad (_signet_token_session_get_token (self->session)))
    return 1;
  _signet_token_pace_expect (&self->pace, n_signatures, !is_kept_to_one_session ());
  return MAX_AT_A_TIME;
}

static gboolean
sign_once (gpointer user_data, SignetSecret *pin, GError **error)
{
  Signing *signing = user_data;
  SignetTokenSigner *self = signing->signer;
  SignetTokenHostRef *host = _signet_token_session_get_host (self->session);
  g_autoptr (GUnixFDList) fds = NULL;
  g_autoptr (GError) failure = NULL;
  SignetTokenHost *proxy = NULL;
  gint64 start = 0;
  guint lanes = 0;
  int deadline = 0;
  gboolean ok = FALSE;

  if (pin != NULL && (fds = _signet_token_pin_list (pin, NULL, error)) == NULL)
    return FALSE;
  if (!_signet_token_session_check_open (self->session, error))
    return FALSE;
  proxy =
      _signet_token_host_begin_signing (host, _signet_token_pace_get_limit (&self->pace), &deadline, signing->cancellable, error);
  if (proxy == NULL)
    return FALSE;
  start = g_get_monotonic_time ();
  ok = signet_token_host_call_sign_sync (proxy, _signet_token_session_get_id (self->session), self->handle, signing->scheme,
                                         signing->digest_bits, signing->data, fds, self->always_authenticates, deadline,
                                         &signing->answer, signing->cancellable, &failure);
  lanes = ok ? _signet_token_pace_note (&self->pace, start, g_get_monotonic_time ()) : 0;
  ok = _signet_token_host_end_signing (host, ok, g_steal_pointer (&failure), error);
  if (lanes > 0)
    set_lanes (self, lanes, signing->cancellable);
  return ok;
}

static gboolean
ask_and_sign (Signing *signing, GError **error)
{
  SignetTokenSigner *self = signing->signer;
  SignetCertificate *certificate = signet_token_key_get_certificate (self->key);
  g_autofree char *document = NULL;
  SignetPinQuestion about = {
    .certificate = certificate != NULL ? signet_certificate_get_holder (certificate) : NULL,
    .certificate_details = certificate != NULL ? signet_certificate_get_authority (certificate) : NULL,
  };

  if (!self->always_authenticates)
    return sign_once (signing, NULL, error);
  if (self->interaction == NULL)
    {
      g_set_error_literal (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_NOT_LOGGED_IN,
                           "the key wants its PIN at every signature and nobody is there to ask");
      return FALSE;
    }
  g_mutex_lock (&self->lock);
  about.document = document = g_strdup (self->document);
  about.number = self->number;
  about.documents = self->documents;
  g_mutex_unlock (&self->lock);
  return _signet_token_ask_and_try (_signet_token_session_get_token (self->session),
                                    _signet_token_session_get_host (self->session), self->interaction, &about, SIGNET_PIN_CONTEXT,
                                    sign_once, signing, signing->cancellable, error);
}

static GBytes *
signet_token_signer_sign (SignetSigner *signer,
                          SignetSignatureAlgorithm algorithm,
                          GBytes *to_be_signed,
                          GCancellable *cancellable,
                          GError **error)
{
  SignetTokenSigner *self = SIGNET_TOKEN_SIGNER (signer);
  gboolean whole = FALSE;
  Signing signing = { .signer = self, .scheme = choose_scheme (self, algorithm, &whole), .cancellable = cancellable };
  g_autoptr (GVariant) data = NULL;
  g_autoptr (GVariant) answer = NULL;
  GBytes *signature = NULL;
  gboolean ok = FALSE;

  if (!self->permitted && !signet_key_block_check (signet_token_key_get_sha256 (self->key), error))
    return NULL;
  if (signing.scheme == NULL)
    {
      g_set_error_literal (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_UNSUPPORTED,
                           "the token cannot sign with this algorithm");
      return NULL;
    }
  data = whole ? take_message (to_be_signed, error) : hash_message (self->key, algorithm, to_be_signed, error);
  if (data == NULL)
    return NULL;
  signing.data = data;
  signing.digest_bits = (guint) EVP_MD_get_size (signet_digest_get_md (algorithm.digest)) * 8;
  ok = ask_and_sign (&signing, error);
  answer = signing.answer;
  if (!ok)
    return NULL;
  signature = _signet_token_read_signature (algorithm.scheme, answer);
  if (signature == NULL)
    g_propagate_error (error, signet_token_signer_lied (signer));
  return signature;
}

/* --- the object --- */

static void
signet_token_signer_finalize (GObject *object)
{
  SignetTokenSigner *self = SIGNET_TOKEN_SIGNER (object);

  g_clear_object (&self->session);
  g_clear_object (&self->key);
  g_clear_object (&self->interaction);
  g_clear_pointer (&self->allowed, g_array_unref);
  _signet_token_pace_clear (&self->pace);
  g_mutex_clear (&self->lock);
  g_free (self->document);
  G_OBJECT_CLASS (signet_token_signer_parent_class)->finalize (object);
}

static void
signet_token_signer_class_init (SignetTokenSignerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = signet_token_signer_finalize;
}

static void
signet_token_signer_init (SignetTokenSigner *self)
{
  _signet_token_pace_init (&self->pace);
  g_mutex_init (&self->lock);
}

static void
signet_token_signer_iface_init (SignetSignerInterface *iface)
{
  iface->dup_public_key = signet_token_signer_dup_public_key;
  iface->can_sign = signet_token_signer_can_sign;
  iface->sign = signet_token_signer_sign;
  iface->expect = signet_token_signer_expect;
  iface->lied = signet_token_signer_lied;
}

SignetSigner *
_signet_token_signer_new (SignetTokenSession *session,
                          SignetTokenKey *key,
                          SignetTokenObject *object,
                          SignetInteraction *interaction)
{
  SignetTokenSigner *self = g_object_new (SIGNET_TYPE_TOKEN_SIGNER, NULL);

  self->session = g_object_ref (session);
  self->key = g_object_ref (key);
  self->handle = object->handle;
  self->allowed = object->allowed != NULL ? g_array_ref (object->allowed) : NULL;
  self->always_authenticates =
      object->facts.always_authenticate == SIGNET_TOKEN_FACT_YES || _signet_token_session_manages (session);
  g_set_object (&self->interaction, interaction);
  return SIGNET_SIGNER (self);
}

/**
 * signet_token_signer_permit_blocked:
 * @signer: one of a token
 *
 * Lets a key sign that is blocked here. Only what asks the authority to revoke or suspend its certificate may use such a signer.
 */
void
signet_token_signer_permit_blocked (SignetSigner *signer)
{
  if (SIGNET_IS_TOKEN_SIGNER (signer))
    SIGNET_TOKEN_SIGNER (signer)->permitted = TRUE;
}

/* --- what a person is told --- */

/**
 * signet_token_signer_announce:
 * @signer: any signer
 * @n_signatures: how many will be asked of it
 *
 * A key that asks for its PIN at every signature: the person hears how often before the first, and may say no (cancelled). Of
 * other keys, and of one signature alone, nothing is said.
 */
gboolean
signet_token_signer_announce (SignetSigner *signer, guint n_signatures, GCancellable *cancellable, GError **error)
{
  SignetTokenSigner *self = SIGNET_IS_TOKEN_SIGNER (signer) ? SIGNET_TOKEN_SIGNER (signer) : NULL;
  const char *const names[] = { "token", "count", NULL };
  const char *values[] = { NULL, NULL, NULL };
  SignetConsent consent = { .kind = "many-pins", .names = names, .values = values };
  g_autofree char *count = g_strdup_printf ("%u", n_signatures);
  g_autoptr (GError) failure = NULL;

  if (self == NULL || !self->always_authenticates || n_signatures < 2 || self->interaction == NULL)
    return TRUE;
  consent.title = values[0] = signet_token_get_label (_signet_token_session_get_token (self->session));
  values[1] = count;
  if (signet_interaction_confirm (self->interaction, &consent, cancellable, &failure))
    return TRUE;
  if (g_error_matches (failure, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_DENIED))
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "the person does not want to be asked so often");
  else
    g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

/**
 * signet_token_signer_asks:
 * @signer: any signer
 *
 * Returns: whether the person is asked for the PIN at every signature
 */
gboolean
signet_token_signer_asks (SignetSigner *signer)
{
  return SIGNET_IS_TOKEN_SIGNER (signer) && SIGNET_TOKEN_SIGNER (signer)->always_authenticates;
}

/**
 * signet_token_signer_describe:
 * @signer: any signer
 * @document: (nullable): display name of what is signed next
 * @number: which of @documents it is; 0: it is alone
 *
 * What the question names, of a key that asks at every signature.
 */
void
signet_token_signer_describe (SignetSigner *signer, const char *document, guint number, guint documents)
{
  SignetTokenSigner *self = SIGNET_IS_TOKEN_SIGNER (signer) ? SIGNET_TOKEN_SIGNER (signer) : NULL;

  if (self == NULL || !self->always_authenticates)
    return;
  g_mutex_lock (&self->lock);
  g_free (self->document);
  self->document = g_strdup (document);
  self->number = number;
  self->documents = documents;
  g_mutex_unlock (&self->lock);
}
