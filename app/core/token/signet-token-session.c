/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-token-session.c: logged in to one token: keys are made, signers given out, certificates written, keys deleted.
 *
 * Lives in one host process: when that dies the session is over (NOT_LOGGED_IN). A second login to the same token gets a
 * process of its own, for within one PKCS#11 process all sessions share one login, and a wrong PIN would look accepted.
 * Blocking, worker threads; calls on one session from several threads take turns.
 */
#define G_LOG_DOMAIN "signet-token-session"

#include "config.h"

#include <gio/gunixfdlist.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/x509.h>
#include <p11-kit/pkcs11.h>
#include <string.h>

#include "signet-token-private.h"

struct _SignetTokenSession
{
  GObject parent_instance;
  SignetToken *token;
  SignetTokenHostRef *host;
  guint id;
  gboolean open;      /* (atomic) */
  GMutex lock;        /* for objects */
  GPtrArray *objects; /* (element-type SignetTokenObject): private keys */
};

G_DEFINE_FINAL_TYPE (SignetTokenSession, signet_token_session, G_TYPE_OBJECT)

static void
signet_token_session_finalize (GObject *object)
{
  SignetTokenSession *self = SIGNET_TOKEN_SESSION (object);

  signet_token_session_close (self);
  g_clear_pointer (&self->objects, g_ptr_array_unref);
  g_clear_pointer (&self->host, _signet_token_host_unref);
  g_clear_object (&self->token);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (signet_token_session_parent_class)->finalize (object);
}

static void
signet_token_session_class_init (SignetTokenSessionClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = signet_token_session_finalize;
}

static void
signet_token_session_init (SignetTokenSession *self)
{
  g_mutex_init (&self->lock);
}

/* --- for the signer --- */

SignetToken *
_signet_token_session_get_token (SignetTokenSession *self)
{
  return self->token;
}

SignetTokenHostRef *
_signet_token_session_get_host (SignetTokenSession *self)
{
  return self->host;
}

guint
_signet_token_session_get_id (SignetTokenSession *self)
{
  return self->id;
}

static gboolean
same_bytes (GBytes *a, GBytes *b)
{
  return a != NULL && b != NULL && g_bytes_equal (a, b);
}

/* How surely the private key @object belongs to @key: 0 not at all. CKA_ID may be missing or be shared; a modulus never lies. */
static guint
match (SignetTokenObject *object, SignetTokenKey *key, gulong key_type)
{
  g_autoptr (GBytes) spki = NULL;

  if (object->class != CKO_PRIVATE_KEY || object->key_type != key_type)
    return 0;
  spki = _signet_token_object_dup_spki (object);
  if (spki != NULL)
    return same_bytes (spki, _signet_token_key_get_spki (key)) ? 3 : 0;
  if (g_bytes_get_size (object->id) > 0 && g_bytes_equal (object->id, _signet_token_key_get_id (key)))
    return 2;
  return g_bytes_get_size (_signet_token_key_get_id (key)) == 0 ? 1 : 0;
}

static gulong
key_type_of (SignetTokenKey *key)
{
  EVP_PKEY *public = _signet_token_key_get_public (key);

  switch (public != NULL ? signet_key_type_of (public) : SIGNET_KEY_TYPE_UNKNOWN)
    {
    case SIGNET_KEY_TYPE_RSA:
      return CKK_RSA;
    case SIGNET_KEY_TYPE_EC:
      return CKK_EC;
    case SIGNET_KEY_TYPE_UNKNOWN:
    case SIGNET_KEY_TYPE_ED25519:
    case SIGNET_KEY_TYPE_SM2:
    default:
      return (gulong) -1;
    }
}

SignetTokenObject *
_signet_token_session_find_private (SignetTokenSession *self, SignetTokenKey *key)
{
  gulong key_type = key_type_of (key);
  SignetTokenObject *best = NULL;
  guint best_score = 0;

  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->objects->len; i++)
    {
      guint score = match (self->objects->pdata[i], key, key_type);

      if (score > best_score)
        {
          best = self->objects->pdata[i];
          best_score = score;
        }
    }
  g_mutex_unlock (&self->lock);
  return best;
}

/* --- logging in --- */

static gboolean
login_once (gpointer data, SignetSecret *pin, GError **error)
{
  SignetTokenSession *self = data;
  g_autoptr (GVariant) objects = NULL;
  g_autoptr (GUnixFDList) fds = NULL;
  g_autoptr (GError) failure = NULL;
  GVariant *handles = NULL;
  SignetTokenHost *proxy = NULL;
  int deadline = 0;
  gboolean ok = FALSE;

  fds = _signet_token_pin_list (pin, NULL, &handles, error);
  if (fds == NULL)
    return FALSE;
  g_variant_ref_sink (handles);
  proxy = _signet_token_host_begin (self->host, SIGNET_TOKEN_DEADLINE_SIGNING, &deadline, NULL, error);
  if (proxy != NULL)
    {
      ok = signet_token_host_call_login_sync (proxy, _signet_token_get_id (self->token), handles, G_DBUS_CALL_FLAGS_NONE,
                                              deadline, fds, &self->id, &objects, NULL, NULL, &failure);
      ok = _signet_token_host_end (self->host, ok, g_steal_pointer (&failure), error);
    }
  g_variant_unref (handles);
  if (!ok)
    return FALSE;
  g_atomic_int_set (&self->open, TRUE);
  self->objects = _signet_token_parse_objects (objects);
  return TRUE;
}

/* The module's process when the token is not logged in there yet, else one for us alone. */
static SignetTokenHostRef *
claim_host (SignetToken *token, GCancellable *cancellable, GError **error)
{
  SignetTokenModule *module = _signet_token_get_module (token);
  g_autoptr (SignetTokenHostRef) host = _signet_token_module_ensure_host (module, cancellable, error);

  if (host == NULL)
    return NULL;
  if (_signet_token_host_claim_login (host, _signet_token_get_id (token)))
    return g_steal_pointer (&host);
  g_clear_pointer (&host, _signet_token_host_unref);
  host = _signet_token_module_new_host (module, cancellable, error);
  if (host != NULL)
    _signet_token_host_claim_login (host, _signet_token_get_id (token));
  return g_steal_pointer (&host);
}

static gboolean
check_ready (SignetToken *token, GError **error)
{
  if (signet_token_is_initialized (token))
    return TRUE;
  g_set_error_literal (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_NOT_LOGGED_IN,
                       "the token is not initialised: it has no PIN yet");
  return FALSE;
}

/**
 * signet_token_login:
 * @self: a token
 * @interaction: whom to ask for the PIN
 * @about: (nullable): document and certificate of the question
 *
 * Each answer is tried once. A wrong one is followed by the next question (%SIGNET_PIN_FLAG_RETRY) until the person gives up
 * (then the error is WRONG_PIN, not cancelled) or the token locks.
 *
 * Returns: (transfer full) (nullable): a session that logs out when dropped
 */
SignetTokenSession *
signet_token_login (SignetToken *self,
                    SignetInteraction *interaction,
                    const SignetPinQuestion *about,
                    GCancellable *cancellable,
                    GError **error)
{
  g_autoptr (SignetTokenSession) session = NULL;
  gboolean ok = FALSE;

  g_return_val_if_fail (SIGNET_IS_TOKEN (self), NULL);
  g_return_val_if_fail (SIGNET_IS_INTERACTION (interaction), NULL);

  if (!check_ready (self, error))
    return NULL;
  session = g_object_new (SIGNET_TYPE_TOKEN_SESSION, NULL);
  session->token = g_object_ref (self);
  session->host = claim_host (self, cancellable, error);
  if (session->host == NULL)
    return NULL;
  if (_signet_token_needs_login (self))
    ok = _signet_token_ask_and_try (self, session->host, interaction, about, SIGNET_PIN_USER, login_once, session, cancellable,
                                    error);
  else
    ok = login_once (session, NULL, error);
  if (!ok)
    {
      _signet_token_host_release_login (session->host, _signet_token_get_id (self));
      return NULL;
    }
  return g_steal_pointer (&session);
}

/* --- calls --- */

gboolean
_signet_token_session_check_open (SignetTokenSession *self, GError **error)
{
  if (g_atomic_int_get (&self->open))
    return TRUE;
  g_set_error_literal (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_NOT_LOGGED_IN, "the session is closed");
  return FALSE;
}

static SignetTokenHost *
begin (SignetTokenSession *self, SignetTokenDeadline deadline, int *milliseconds, GCancellable *cancellable, GError **error)
{
  if (!_signet_token_session_check_open (self, error))
    return NULL;
  return _signet_token_host_begin (self->host, deadline, milliseconds, cancellable, error);
}

/* After a call that wrote: also when it failed, for nobody knows how far it came. */
static gboolean
end_writing (SignetTokenSession *self, gboolean ok, GError *failure, GError **error)
{
  _signet_token_module_touch (_signet_token_get_module (self->token));
  return _signet_token_host_end (self->host, ok, failure, error);
}

static const SignetKeySpec *
check_spec (SignetTokenSession *self, const char *key_spec, GError **error)
{
  const SignetKeySpec *spec = signet_key_spec_find (key_spec);

  if (spec != NULL && signet_token_can_make_key (self->token, key_spec))
    return spec;
  g_set_error (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_UNSUPPORTED, "the token makes no keys of the kind %s", key_spec);
  return NULL;
}

/* CKA_EC_PARAMS: the curve's name, DER. Empty for RSA. */
static GVariant *
make_params (const SignetKeySpec *spec)
{
  ASN1_OBJECT *curve = spec->curve_nid != 0 ? OBJ_nid2obj (spec->curve_nid) : NULL;
  guint8 der[32];
  guint8 *end = der;
  int length = curve != NULL ? i2d_ASN1_OBJECT (curve, NULL) : 0;

  if (length > 0 && length <= (int) sizeof der)
    length = i2d_ASN1_OBJECT (curve, &end);
  else
    length = 0;
  return g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, der, (gsize) length, 1);
}

static SignetTokenKey *
adopt_new_key (SignetTokenSession *self, GVariant *answer, GError **error)
{
  g_autoptr (GPtrArray) objects = _signet_token_parse_objects (answer);
  g_autoptr (GPtrArray) keys = _signet_token_join_keys (self->token, objects);

  if (keys->len != 1 || _signet_token_key_get_public (keys->pdata[0]) == NULL)
    {
      g_set_error_literal (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_MODULE_LIED,
                           "the token described its new key in a way that makes no sense");
      return NULL;
    }
  g_mutex_lock (&self->lock);
  g_ptr_array_extend_and_steal (self->objects, g_steal_pointer (&objects));
  g_mutex_unlock (&self->lock);
  return g_object_ref (keys->pdata[0]);
}

/**
 * signet_token_session_generate_key:
 * @key_spec: "rsa-3072", "ec-p256"…
 * @label: shown in lists
 *
 * Returns: (transfer full) (nullable): the new key, made and kept on the token
 */
SignetTokenKey *
signet_token_session_generate_key (SignetTokenSession *self,
                                   const char *key_spec,
                                   const char *label,
                                   GCancellable *cancellable,
                                   GError **error)
{
  const SignetKeySpec *spec = NULL;
  g_autoptr (GVariant) objects = NULL;
  g_autoptr (GError) failure = NULL;
  SignetTokenHost *proxy = NULL;
  int deadline = 0;
  gboolean ok = FALSE;

  g_return_val_if_fail (SIGNET_IS_TOKEN_SESSION (self), NULL);

  spec = check_spec (self, key_spec, error);
  if (spec == NULL)
    return NULL;
  proxy = begin (self, SIGNET_TOKEN_DEADLINE_GENERATION, &deadline, cancellable, error);
  if (proxy == NULL)
    return NULL;
  ok = signet_token_host_call_generate_key_sync (proxy, self->id, spec->curve_nid == 0 ? spec->bits : 0, make_params (spec),
                                                 label != NULL ? label : "", G_DBUS_CALL_FLAGS_NONE, deadline, &objects,
                                                 cancellable, &failure);
  if (!end_writing (self, ok, g_steal_pointer (&failure), error))
    return NULL;
  return adopt_new_key (self, objects, error);
}

static GVariant *
bytes_variant (const guint8 *data, gsize length)
{
  return g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, data, length, 1);
}

static void
insert_der (GVariantDict *dictionary, const char *name, guint8 *der, int length)
{
  g_variant_dict_insert_value (dictionary, name, bytes_variant (der, length > 0 ? (gsize) length : 0));
  OPENSSL_free (der);
}

/* PKCS#11 v2.40, 4.6.3: subject, issuer and serial number as DER; some tokens insist on them. */
static void
insert_names (GVariantDict *dictionary, X509 *x509)
{
  guint8 *subject = NULL;
  guint8 *issuer = NULL;
  guint8 *serial = NULL;
  int length = i2d_X509_NAME (X509_get_subject_name (x509), &subject);

  insert_der (dictionary, "subject", subject, length);
  length = i2d_X509_NAME (X509_get_issuer_name (x509), &issuer);
  insert_der (dictionary, "issuer", issuer, length);
  length = i2d_ASN1_INTEGER (X509_get0_serialNumber (x509), &serial);
  insert_der (dictionary, "serial", serial, length);
}

/* The CKA_ID of the key the certificate is for: what other programs join the two by. Empty when the key is not here. */
static GBytes *
dup_id_of_key (SignetTokenSession *self, GBytes *spki)
{
  GPtrArray *keys = signet_token_get_keys (self->token);
  GBytes *id = NULL;

  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->objects->len && id == NULL; i++)
    {
      SignetTokenObject *object = self->objects->pdata[i];
      g_autoptr (GBytes) candidate = _signet_token_object_dup_spki (object);

      if (same_bytes (candidate, spki) && g_bytes_get_size (object->id) > 0)
        id = g_bytes_ref (object->id);
    }
  g_mutex_unlock (&self->lock);
  for (guint i = 0; i < keys->len && id == NULL; i++)
    if (same_bytes (_signet_token_key_get_spki (keys->pdata[i]), spki) &&
        g_bytes_get_size (_signet_token_key_get_id (keys->pdata[i])) > 0)
      id = g_bytes_ref (_signet_token_key_get_id (keys->pdata[i]));
  return id != NULL ? id : g_bytes_new_static ("", 0);
}

static GVariant *
describe_certificate (SignetTokenSession *self, SignetCertificate *certificate, const char *label)
{
  g_auto (GVariantDict) dictionary = G_VARIANT_DICT_INIT (NULL);
  GBytes *der = signet_certificate_get_der (certificate);
  g_autoptr (GBytes) spki = _signet_token_certificate_dup_spki (der);
  g_autoptr (GBytes) id = dup_id_of_key (self, spki);

  if (label == NULL)
    label = signet_certificate_get_holder (certificate);
  insert_names (&dictionary, signet_certificate_get_x509 (certificate));
  g_variant_dict_insert_value (&dictionary, "value", bytes_variant (g_bytes_get_data (der, NULL), g_bytes_get_size (der)));
  g_variant_dict_insert_value (&dictionary, "id", bytes_variant (g_bytes_get_data (id, NULL), g_bytes_get_size (id)));
  g_variant_dict_insert_value (&dictionary, "label",
                               bytes_variant ((const guint8 *) label, MIN (strlen (label), SIGNET_TOKEN_MAX_TEXT)));
  return g_variant_dict_end (&dictionary);
}

/**
 * signet_token_session_store_certificate:
 * @label: (nullable): the holder's name when %NULL
 *
 * Writes @certificate beside its key. One that is there byte for byte is not written twice.
 */
gboolean
signet_token_session_store_certificate (SignetTokenSession *self,
                                        SignetCertificate *certificate,
                                        const char *label,
                                        GCancellable *cancellable,
                                        GError **error)
{
  g_autoptr (GError) failure = NULL;
  SignetTokenHost *proxy = NULL;
  int deadline = 0;
  gboolean ok = FALSE;

  g_return_val_if_fail (SIGNET_IS_TOKEN_SESSION (self), FALSE);
  g_return_val_if_fail (SIGNET_IS_CERTIFICATE (certificate), FALSE);

  if (signet_certificate_get_x509 (certificate) == NULL)
    {
      g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_MALFORMED, "the certificate is not readable");
      return FALSE;
    }
  proxy = begin (self, SIGNET_TOKEN_DEADLINE_SIGNING, &deadline, cancellable, error);
  if (proxy == NULL)
    return FALSE;
  ok = signet_token_host_call_store_certificate_sync (proxy, self->id, describe_certificate (self, certificate, label),
                                                      G_DBUS_CALL_FLAGS_NONE, deadline, cancellable, &failure);
  return end_writing (self, ok, g_steal_pointer (&failure), error);
}

/* --- deleting --- */

static void
add_doomed (GVariantBuilder *doomed, gulong class, GBytes *id, GBytes *value)
{
  g_variant_builder_add (doomed, "(t@ay@ay)", (guint64) class, bytes_variant (g_bytes_get_data (id, NULL), g_bytes_get_size (id)),
                         value != NULL ? bytes_variant (g_bytes_get_data (value, NULL), g_bytes_get_size (value))
                                       : bytes_variant (NULL, 0));
}

/* The private half goes first: when the rest fails, what remains is harmless. */
static gboolean
list_doomed (SignetTokenSession *self, const char *sha256, GVariantBuilder *doomed)
{
  GPtrArray *keys = signet_token_get_keys (self->token);
  gboolean found = FALSE;

  for (guint i = 0; i < self->objects->len; i++)
    {
      SignetTokenObject *object = self->objects->pdata[i];
      g_autoptr (GBytes) spki = _signet_token_object_dup_spki (object);
      g_autofree char *hash = spki != NULL ? g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, spki) : NULL;

      if (g_strcmp0 (hash, sha256) != 0)
        continue;
      add_doomed (doomed, CKO_PRIVATE_KEY, object->id, object->modulus);
      add_doomed (doomed, CKO_PUBLIC_KEY, object->id, object->modulus != NULL ? object->modulus : object->point);
      found = TRUE;
    }
  for (guint i = 0; i < keys->len; i++)
    {
      SignetTokenKey *key = keys->pdata[i];
      SignetCertificate *certificate = signet_token_key_get_certificate (key);
      SignetTokenObject *object = NULL;

      if (strcmp (signet_token_key_get_sha256 (key), sha256) != 0)
        continue;
      object = _signet_token_session_find_private (self, key);
      if (object != NULL)
        add_doomed (doomed, CKO_PRIVATE_KEY, object->id, object->modulus);
      add_doomed (doomed, CKO_PUBLIC_KEY, _signet_token_key_get_id (key), NULL);
      if (certificate != NULL)
        add_doomed (doomed, CKO_CERTIFICATE, _signet_token_key_get_id (key), signet_certificate_get_der (certificate));
      found = TRUE;
    }
  return found;
}

/**
 * signet_token_session_delete_key:
 * @key_sha256: names the key
 *
 * Deletes the private key, then its public half and its certificates. Whoever calls this has asked before.
 */
gboolean
signet_token_session_delete_key (SignetTokenSession *self, const char *key_sha256, GCancellable *cancellable, GError **error)
{
  g_auto (GVariantBuilder) doomed = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a(tayay)"));
  g_autoptr (GError) failure = NULL;
  SignetTokenHost *proxy = NULL;
  guint count = 0;
  int deadline = 0;
  gboolean ok = FALSE;

  g_return_val_if_fail (SIGNET_IS_TOKEN_SESSION (self), FALSE);
  g_return_val_if_fail (key_sha256 != NULL, FALSE);

  if (!list_doomed (self, key_sha256, &doomed))
    {
      g_set_error_literal (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_NOT_FOUND, "the token has no such key");
      return FALSE;
    }
  proxy = begin (self, SIGNET_TOKEN_DEADLINE_SIGNING, &deadline, cancellable, error);
  if (proxy == NULL)
    return FALSE;
  ok = signet_token_host_call_delete_objects_sync (proxy, self->id, g_variant_builder_end (&doomed), G_DBUS_CALL_FLAGS_NONE,
                                                   deadline, &count, cancellable, &failure);
  return end_writing (self, ok, g_steal_pointer (&failure), error);
}

/**
 * signet_token_session_new_signer:
 * @key: one of this token's keys, or what generate_key returned
 * @interaction: asked again for every signature of a key that wants that (CKA_ALWAYS_AUTHENTICATE)
 *
 * Returns: (transfer full) (nullable): signs while the session is open; keeps it alive
 */
SignetSigner *
signet_token_session_new_signer (SignetTokenSession *self, SignetTokenKey *key, SignetInteraction *interaction, GError **error)
{
  SignetTokenObject *object = NULL;

  g_return_val_if_fail (SIGNET_IS_TOKEN_SESSION (self), NULL);
  g_return_val_if_fail (SIGNET_IS_TOKEN_KEY (key), NULL);

  object = _signet_token_session_find_private (self, key);
  if (object != NULL)
    return _signet_token_signer_new (self, key, object, interaction);
  g_set_error (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_NOT_FOUND, "the token has no private key for %s",
               signet_token_key_get_sha256 (key));
  return NULL;
}

/**
 * signet_token_session_close:
 *
 * Logs out. What was given out of this session stops working. Called again it does nothing.
 */
void
signet_token_session_close (SignetTokenSession *self)
{
  g_autoptr (GError) failure = NULL;
  SignetTokenHost *proxy = NULL;
  int deadline = 0;
  gboolean ok = FALSE;

  g_return_if_fail (SIGNET_IS_TOKEN_SESSION (self));

  if (!g_atomic_int_compare_and_exchange (&self->open, TRUE, FALSE))
    return;
  proxy = _signet_token_host_begin (self->host, SIGNET_TOKEN_DEADLINE_LISTING, &deadline, NULL, NULL);
  if (proxy != NULL)
    {
      ok = signet_token_host_call_logout_sync (proxy, self->id, G_DBUS_CALL_FLAGS_NONE, deadline, NULL, &failure);
      _signet_token_host_end (self->host, ok, g_steal_pointer (&failure), NULL);
    }
  _signet_token_host_release_login (self->host, _signet_token_get_id (self->token));
}

/* --- a new PIN --- */

typedef struct
{
  SignetToken *token;
  SignetTokenHostRef *host;
  SignetInteraction *interaction;
  GCancellable *cancellable;
  SignetSecret *new_pin; /* asked for once */
  GError *refusal;       /* (nullable): of the new PIN, which is not asked for again */
} PinChange;

static gboolean
change_once (gpointer data, SignetSecret *old_pin, GError **error)
{
  PinChange *change = data;
  g_autoptr (GUnixFDList) fds = NULL;
  g_autoptr (GVariant) handles = NULL;
  g_autoptr (GError) failure = NULL;
  GVariant *floating = NULL;
  SignetTokenHost *proxy = NULL;
  int deadline = 0;
  gboolean ok = FALSE;

  if (old_pin != NULL && change->new_pin == NULL)
    {
      change->new_pin = _signet_token_ask (change->token, change->interaction, NULL, SIGNET_PIN_NEW, SIGNET_PIN_FLAG_NONE,
                                           change->cancellable, error);
      if (change->new_pin == NULL)
        return FALSE;
    }
  fds = _signet_token_pin_list (old_pin, old_pin != NULL ? change->new_pin : NULL, &floating, error);
  if (fds == NULL)
    return FALSE;
  handles = g_variant_ref_sink (floating);
  proxy = _signet_token_host_begin (change->host, SIGNET_TOKEN_DEADLINE_SIGNING, &deadline, NULL, error);
  if (proxy == NULL)
    return FALSE;
  ok = signet_token_host_call_change_pin_sync (proxy, _signet_token_get_id (change->token), handles, G_DBUS_CALL_FLAGS_NONE,
                                               deadline, fds, NULL, NULL, &failure);
  ok = _signet_token_host_end (change->host, ok, g_steal_pointer (&failure), &change->refusal);
  if (!ok && g_error_matches (change->refusal, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_PIN_INVALID))
    g_set_error_literal (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_FAILED, "the new PIN was refused");
  else if (!ok)
    g_propagate_error (error, g_steal_pointer (&change->refusal));
  return ok;
}

/**
 * signet_token_change_pin:
 *
 * Asks for the PIN and for a new one. A new PIN the token refuses is an error (PIN_INVALID), not asked again by us.
 */
gboolean
signet_token_change_pin (SignetToken *self, SignetInteraction *interaction, GCancellable *cancellable, GError **error)
{
  PinChange change = { .token = self, .interaction = interaction, .cancellable = cancellable };
  gboolean ok = FALSE;

  g_return_val_if_fail (SIGNET_IS_TOKEN (self), FALSE);
  g_return_val_if_fail (SIGNET_IS_INTERACTION (interaction), FALSE);

  if (!check_ready (self, error))
    return FALSE;
  change.host = claim_host (self, cancellable, error);
  if (change.host == NULL)
    return FALSE;
  ok =
      _signet_token_ask_and_try (self, change.host, interaction, NULL, SIGNET_PIN_USER, change_once, &change, cancellable, error);
  _signet_token_host_release_login (change.host, _signet_token_get_id (self));
  _signet_token_host_unref (change.host);
  g_clear_pointer (&change.new_pin, signet_secret_unref);
  if (change.refusal != NULL)
    {
      g_clear_error (error);
      g_propagate_error (error, change.refusal);
    }
  return ok;
}
