/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-certificate.c: one X.509 certificate as an immutable object.
 *
 * Decoding costs a quarter of a millisecond in OpenSSL 3.0 (most of it a lock), so it is done when a field is asked for, once,
 * by whichever thread comes first. Not a judge: whether a certificate is trusted is for signet-certificate-path.c.
 */
#define G_LOG_DOMAIN "signet-certificate"

#include "config.h"

#include <openssl/err.h>
#include <string.h>

#include "signet-certificate-private.h"

#include "../base/signet-clock.h"
#include "../base/signet-text.h"

/* GM/T 0009: the signer's ID when nobody agreed on another. */
#define SM2_DEFAULT_ID "1234567812345678"

struct _SignetCertificate
{
  GObject  parent_instance;

  GBytes  *der;
  gsize    decoded;    /* g_once: everything down to here */
  X509    *x509;       /* (nullable) */
  char    *holder;
  char    *authority;
  char    *subject;
  char    *issuer;
  char    *serial;
  char    *key_sha256;
  char    *key_text;
  gint64   not_before;
  gint64   not_after;
  SignetCertificateClassification klass;
  const char *class_reason;
  gsize    hashed;     /* g_once: sha256 */
  char    *sha256;
};

G_DEFINE_FINAL_TYPE (SignetCertificate, signet_certificate, G_TYPE_OBJECT)
G_DEFINE_QUARK (signet-certificate-error-quark, signet_certificate_error)

static void
signet_certificate_finalize (GObject *object)
{
  SignetCertificate *self = SIGNET_CERTIFICATE (object);

  X509_free (self->x509);
  g_bytes_unref (self->der);
  g_free (self->holder);
  g_free (self->authority);
  g_free (self->subject);
  g_free (self->issuer);
  g_free (self->serial);
  g_free (self->key_sha256);
  g_free (self->key_text);
  g_free (self->sha256);
  G_OBJECT_CLASS (signet_certificate_parent_class)->finalize (object);
}

static void
signet_certificate_class_init (SignetCertificateClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = signet_certificate_finalize;
}

static void
signet_certificate_init (SignetCertificate *self)
{
}

/* --- decoding ------------------------------------------------------------------------------------------------------- */

/* The length of the outer SEQUENCE with its header; 0 when it is none or does not fit. */
static gsize
outer_length (const guint8 *data, gsize size)
{
  gsize length = 0;
  guint n_bytes;

  if (size < 2 || data[0] != 0x30)
    return 0;
  if (data[1] < 0x80)
    return (gsize) data[1] + 2 <= size ? (gsize) data[1] + 2 : 0;
  n_bytes = data[1] & 0x7f;
  if (n_bytes == 0 || n_bytes > 3 || size < 2 + n_bytes)
    return 0;
  for (guint i = 0; i < n_bytes; i++)
    length = length << 8 | data[2 + i];
  length += 2 + n_bytes;
  return length <= size ? length : 0;
}

static char *
sha256_hex (const void *data, gsize length)
{
  return g_compute_checksum_for_data (G_CHECKSUM_SHA256, data, length);
}

static char *
key_sha256_of (X509 *x509)
{
  unsigned char *spki = NULL;
  int length = i2d_X509_PUBKEY (X509_get_X509_PUBKEY (x509), &spki);
  char *hex = length > 0 ? sha256_hex (spki, length) : g_strdup ("");

  OPENSSL_free (spki);
  return hex;
}

static char *
serial_of (X509 *x509)
{
  const ASN1_INTEGER *serial = X509_get0_serialNumber (x509);
  g_autofree char *hex = signet_text_hex (ASN1_STRING_get0_data (serial), MIN (ASN1_STRING_length (serial), 64));

  if (ASN1_STRING_type (serial) == V_ASN1_NEG_INTEGER)
    return g_strconcat ("-", hex, NULL);
  return g_steal_pointer (&hex);
}

static gint64
time_of (const ASN1_TIME *time)
{
  struct tm tm = { 0 };
  g_autoptr(GDateTime) date = NULL;

  if (time == NULL || !ASN1_TIME_to_tm (time, &tm))
    return SIGNET_TIME_UNKNOWN;
  date = g_date_time_new_utc (tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, MIN (tm.tm_sec, 59));
  return date != NULL ? g_date_time_to_unix (date) : SIGNET_TIME_UNKNOWN;
}

/* OpenSSL 3.0 checks an SM2 signature with an empty ID unless told: set where the certificate is born, so no caller can forget. */
static void
set_sm2_id (X509 *x509)
{
  EVP_PKEY *key = X509_get0_pubkey (x509);
  ASN1_OCTET_STRING *id;

  if (X509_get_signature_nid (x509) != NID_SM2_with_SM3 && (key == NULL || !EVP_PKEY_is_a (key, "SM2")))
    return;
  id = ASN1_OCTET_STRING_new ();
  if (id != NULL && ASN1_OCTET_STRING_set (id, (const guint8 *) SM2_DEFAULT_ID, strlen (SM2_DEFAULT_ID)))
    X509_set0_distinguishing_id (x509, id);
  else
    ASN1_OCTET_STRING_free (id);
}

static X509 *
decode_x509 (GBytes *der)
{
  gsize size;
  const unsigned char *start = g_bytes_get_data (der, &size);
  const unsigned char *p = start;
  X509 *x509;

  if (size == 0 || size > SIGNET_CERTIFICATE_MAX_SIZE)
    return NULL;
  x509 = d2i_X509 (NULL, &p, size);
  ERR_clear_error ();
  if (x509 != NULL && p != start + size)
    g_clear_pointer (&x509, X509_free);
  if (x509 != NULL)
    set_sm2_id (x509);
  return x509;
}

static void
fill_unreadable (SignetCertificate *self)
{
  self->holder = g_strdup ("");
  self->authority = g_strdup ("");
  self->subject = g_strdup ("");
  self->issuer = g_strdup ("");
  self->serial = g_strdup ("");
  self->key_sha256 = g_strdup ("");
  self->key_text = g_strdup ("");
  self->not_before = self->not_after = SIGNET_TIME_UNKNOWN;
  self->klass = _signet_x509_classify (NULL, &self->class_reason);
}

static void
fill_fields (SignetCertificate *self, X509 *x509)
{
  EVP_PKEY *key = X509_get0_pubkey (x509);

  self->x509 = x509;
  self->holder = _signet_name_to_holder (X509_get_subject_name (x509));
  self->authority = _signet_name_to_holder (X509_get_issuer_name (x509));
  self->subject = _signet_name_to_text (X509_get_subject_name (x509));
  self->issuer = _signet_name_to_text (X509_get_issuer_name (x509));
  self->serial = serial_of (x509);
  self->key_sha256 = key_sha256_of (x509);
  self->key_text = key != NULL ? signet_key_describe (key) : g_strdup ("");
  self->not_before = time_of (X509_get0_notBefore (x509));
  self->not_after = time_of (X509_get0_notAfter (x509));
  self->klass = _signet_x509_classify (x509, &self->class_reason);
  ERR_clear_error ();
}

static void
ensure_decoded (SignetCertificate *self)
{
  if (g_once_init_enter (&self->decoded))
    {
      X509 *x509 = self->x509 != NULL ? self->x509 : decode_x509 (self->der);

      if (x509 != NULL)
        fill_fields (self, x509);
      else
        fill_unreadable (self);
      g_once_init_leave (&self->decoded, 1);
    }
}

/* --- making --------------------------------------------------------------------------------------------------------- */

static SignetCertificate *
new_from_der (GBytes *der)
{
  SignetCertificate *self = g_object_new (SIGNET_TYPE_CERTIFICATE, NULL);

  self->der = g_bytes_ref (der);
  return self;
}

/**
 * signet_certificate_new:
 * @der: one DER certificate and nothing after it
 * @error: return location, in the %SIGNET_CERTIFICATE_ERROR domain
 *
 * Returns: (transfer full) (nullable): a certificate whose fields can be read
 */
SignetCertificate *
signet_certificate_new (GBytes *der, GError **error)
{
  g_autoptr(SignetCertificate) self = NULL;
  gsize size;
  const guint8 *data = g_bytes_get_data (der, &size);

  if (size > SIGNET_CERTIFICATE_MAX_SIZE)
    {
      g_set_error (error, SIGNET_CERTIFICATE_ERROR, SIGNET_CERTIFICATE_ERROR_TOO_LARGE, "certificate of %" G_GSIZE_FORMAT " bytes", size);
      return NULL;
    }
  self = new_from_der (der);
  if (outer_length (data, size) != size || !signet_certificate_is_readable (self))
    {
      g_set_error (error, SIGNET_CERTIFICATE_ERROR, SIGNET_CERTIFICATE_ERROR_MALFORMED, "not a DER certificate");
      return NULL;
    }
  return g_steal_pointer (&self);
}

/**
 * signet_certificate_new_lazy:
 * @der: what a token holds as a certificate
 *
 * Decodes nothing. Bytes after the certificate (cards that fill up their files) are cut off.
 *
 * Returns: (transfer full): a certificate; signet_certificate_is_readable() tells whether it is one
 */
SignetCertificate *
signet_certificate_new_lazy (GBytes *der)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (der, &size);
  gsize length = outer_length (data, size);
  g_autoptr(GBytes) cut = NULL;

  if (length == 0 || length == size)
    return new_from_der (der);
  cut = g_bytes_new_from_bytes (der, 0, length);
  return new_from_der (cut);
}

/**
 * signet_certificate_new_x509:
 * @x509: a certificate of OpenSSL's, not to be changed any more; a reference is kept, for decoding it again costs as much as all the rest
 *
 * Returns: (transfer full): the same certificate
 */
SignetCertificate *
signet_certificate_new_x509 (X509 *x509)
{
  unsigned char *data = NULL;
  int length = i2d_X509 (x509, &data);
  g_autoptr(GBytes) der = g_bytes_new (data, MAX (length, 0));
  SignetCertificate *self = new_from_der (der);

  OPENSSL_free (data);
  if (length > 0 && length <= SIGNET_CERTIFICATE_MAX_SIZE && X509_up_ref (x509) == 1)
    {
      self->x509 = x509;
      set_sm2_id (x509);
    }
  return self;
}

/* --- reading -------------------------------------------------------------------------------------------------------- */

gboolean
signet_certificate_is_readable (SignetCertificate *self)
{
  return signet_certificate_get_x509 (self) != NULL;
}

X509 *
signet_certificate_get_x509 (SignetCertificate *self)
{
  ensure_decoded (self);
  return self->x509;
}

GBytes *
signet_certificate_get_der (SignetCertificate *self)
{
  return self->der;
}

EVP_PKEY *
signet_certificate_get_key (SignetCertificate *self)
{
  ensure_decoded (self);
  return self->x509 != NULL ? X509_get0_pubkey (self->x509) : NULL;
}

const char *
signet_certificate_get_holder (SignetCertificate *self)
{
  ensure_decoded (self);
  return self->holder;
}

const char *
signet_certificate_get_authority (SignetCertificate *self)
{
  ensure_decoded (self);
  return self->authority;
}

const char *
signet_certificate_get_subject (SignetCertificate *self)
{
  ensure_decoded (self);
  return self->subject;
}

const char *
signet_certificate_get_issuer (SignetCertificate *self)
{
  ensure_decoded (self);
  return self->issuer;
}

const char *
signet_certificate_get_serial (SignetCertificate *self)
{
  ensure_decoded (self);
  return self->serial;
}

const char *
signet_certificate_get_sha256 (SignetCertificate *self)
{
  if (g_once_init_enter (&self->hashed))
    {
      self->sha256 = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, self->der);
      g_once_init_leave (&self->hashed, 1);
    }
  return self->sha256;
}

const char *
signet_certificate_get_key_sha256 (SignetCertificate *self)
{
  ensure_decoded (self);
  return self->key_sha256;
}

const char *
signet_certificate_get_key_text (SignetCertificate *self)
{
  ensure_decoded (self);
  return self->key_text;
}

gint64
signet_certificate_get_not_before (SignetCertificate *self)
{
  ensure_decoded (self);
  return self->not_before;
}

gint64
signet_certificate_get_not_after (SignetCertificate *self)
{
  ensure_decoded (self);
  return self->not_after;
}

/**
 * signet_certificate_is_valid_at:
 * @self: a certificate
 * @time: seconds since 1970
 *
 * Returns: whether @time lies in the validity period, both ends included (RFC 5280, 4.1.2.5)
 */
gboolean
signet_certificate_is_valid_at (SignetCertificate *self, gint64 time)
{
  ensure_decoded (self);
  return self->not_before != SIGNET_TIME_UNKNOWN && self->not_after != SIGNET_TIME_UNKNOWN &&
         self->not_before <= time && time <= self->not_after;
}

gboolean
signet_certificate_is_ca (SignetCertificate *self)
{
  ensure_decoded (self);
  return self->klass == SIGNET_CERTIFICATE_CLASS_AUTHORITY;
}

gboolean
signet_certificate_is_self_issued (SignetCertificate *self)
{
  ensure_decoded (self);
  return self->x509 != NULL && X509_NAME_cmp (X509_get_subject_name (self->x509), X509_get_issuer_name (self->x509)) == 0;
}

/**
 * signet_certificate_get_class:
 * @self: a certificate
 * @reason: (out) (optional) (transfer none): why, as a code: see the README of this room
 *
 * Returns: what the certificate is for
 */
SignetCertificateClassification
signet_certificate_get_class (SignetCertificate *self, const char **reason)
{
  ensure_decoded (self);
  if (reason != NULL)
    *reason = self->class_reason;
  return self->klass;
}

const char *
signet_certificate_class_get_id (SignetCertificateClassification klass)
{
  switch (klass)
    {
    case SIGNET_CERTIFICATE_CLASS_SIGNATURE:
      return "signature";
    case SIGNET_CERTIFICATE_CLASS_SEAL:
      return "seal";
    case SIGNET_CERTIFICATE_CLASS_IDENTITY:
      return "identity-only";
    case SIGNET_CERTIFICATE_CLASS_ENCRYPTION:
      return "encryption";
    case SIGNET_CERTIFICATE_CLASS_AUTHORITY:
      return "authority";
    case SIGNET_CERTIFICATE_CLASS_UNKNOWN:
    default:
      return "unknown";
    }
}

/**
 * signet_certificate_dup_urls:
 * @self: a certificate
 * @kind: "ocsp", "ca-issuers" or "crl"
 *
 * Returns: (transfer full): http and https URLs of the kind, at most 16
 */
char **
signet_certificate_dup_urls (SignetCertificate *self, const char *kind)
{
  return _signet_x509_dup_urls (signet_certificate_get_x509 (self), kind);
}

char **
signet_certificate_dup_policies (SignetCertificate *self)
{
  return _signet_x509_dup_policies (signet_certificate_get_x509 (self));
}

gboolean
signet_certificate_equal (SignetCertificate *self, SignetCertificate *other)
{
  return self == other || g_bytes_equal (self->der, other->der);
}

char *
signet_certificate_to_pem (SignetCertificate *self)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (self->der, &size);
  g_autofree char *base64 = g_base64_encode (data, size);
  GString *pem = g_string_new ("-----BEGIN CERTIFICATE-----\n");

  for (gsize i = 0; base64[i] != '\0'; i += MIN (64, strlen (base64 + i)))
    g_string_append_printf (pem, "%.64s\n", base64 + i);
  g_string_append (pem, "-----END CERTIFICATE-----\n");
  return g_string_free (pem, FALSE);
}

/* --- signatures ----------------------------------------------------------------------------------------------------- */

/**
 * signet_certificate_is_signed_by:
 * @self: a certificate
 * @issuer: a certificate whose key may have signed it
 *
 * Looks at the mathematics alone; names, validity and constraints are for the path.
 *
 * Returns: whether the key of @issuer signed @self
 */
gboolean
signet_certificate_is_signed_by (SignetCertificate *self, SignetCertificate *issuer)
{
  X509 *x509 = signet_certificate_get_x509 (self);
  EVP_PKEY *key = signet_certificate_get_key (issuer);
  gboolean good = x509 != NULL && key != NULL && X509_verify (x509, key) == 1;

  ERR_clear_error ();
  return good;
}

/* An SM2 key needs its ID on the context; every other key is left to the algorithm identifier. */
static EVP_PKEY_CTX *
new_sm2_context (EVP_PKEY *key)
{
  g_autoptr(EVP_PKEY_CTX) context = NULL;

  if (!EVP_PKEY_is_a (key, "SM2"))
    return NULL;
  context = EVP_PKEY_CTX_new (key, NULL);
  if (context == NULL || EVP_PKEY_CTX_set1_id (context, SM2_DEFAULT_ID, strlen (SM2_DEFAULT_ID)) <= 0)
    return NULL;
  return g_steal_pointer (&context);
}

/**
 * signet_certificate_verify_item:
 * @self: the certificate whose key is said to have signed
 * @item: the ASN.1 type of @value
 * @algorithm: its signatureAlgorithm
 * @signature: its signature
 * @value: what was signed, as an OpenSSL structure
 *
 * The same door for what is signed like a certificate but is none: CRLs and OCSP answers.
 *
 * Returns: whether the key of @self signed @value
 */
gboolean
signet_certificate_verify_item (SignetCertificate *self, const ASN1_ITEM *item, const X509_ALGOR *algorithm,
                                const ASN1_BIT_STRING *signature, const void *value)
{
  EVP_PKEY *key = signet_certificate_get_key (self);
  g_autoptr(EVP_PKEY_CTX) sm2 = NULL;
  g_autoptr(EVP_MD_CTX) context = NULL;
  gboolean good = FALSE;

  if (key == NULL)
    return FALSE;
  sm2 = new_sm2_context (key);
  if (sm2 == NULL)
    good = ASN1_item_verify (item, algorithm, signature, value, key) == 1;
  else if ((context = EVP_MD_CTX_new ()) != NULL)
    {
      EVP_MD_CTX_set_pkey_ctx (context, sm2);
      good = ASN1_item_verify_ctx (item, algorithm, signature, value, context) == 1;
    }
  ERR_clear_error ();
  return good;
}
