/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-delivery-cms.c: a private key out of a CMS EnvelopedData (RFC 5652, 6). What was inside never lies in memory that may be written
 * to disk: it is decrypted into locked memory, and only that is read further. Pure functions.
 */
#define G_LOG_DOMAIN "signet-delivery-cms"

#include "config.h"

#include "signet-delivery-private.h"

#include <string.h>

#include <openssl/cms.h>
#include <openssl/err.h>

#define MAX_ENVELOPE   (256 * 1024)
#define MAX_RECIPIENTS 16
#define MAX_LAYERS     3

static gboolean
refuse (GError **error, const char *why)
{
  ERR_clear_error ();
  g_set_error_literal (error, SIGNET_ENROLMENT_ERROR, SIGNET_ENROLMENT_ERROR_WRONG_KIND, why);
  return FALSE;
}

/* --- a BIO that writes into a secret ------------------------------------------------------------------------------------------- */

typedef struct
{
  guint8 *bytes;
  gsize size;
  gsize used;
} Sink;

static int
on_sink_write (BIO *bio, const char *data, int length)
{
  Sink *sink = BIO_get_data (bio);

  if (length < 0 || (gsize) length > sink->size - sink->used)
    return -1;
  memcpy (sink->bytes + sink->used, data, (gsize) length);
  sink->used += (gsize) length;
  return length;
}

static long
on_sink_control (BIO *bio, int command, long number, void *pointer)
{
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

static BIO_METHOD *
get_sink_method (void)
{
  static gsize once = 0;
  static BIO_METHOD *method = NULL;

  if (g_once_init_enter (&once))
    {
      method = BIO_meth_new (BIO_get_new_index () | BIO_TYPE_SOURCE_SINK, "signet secret");
      BIO_meth_set_write (method, on_sink_write);
      BIO_meth_set_ctrl (method, on_sink_control);
      g_once_init_leave (&once, 1);
    }
  return method;
}

static BIO *
sink_new (Sink *sink)
{
  BIO *bio = BIO_new (get_sink_method ());

  BIO_set_data (bio, sink);
  BIO_set_init (bio, 1);
  return bio;
}

/* --- the envelope -------------------------------------------------------------------------------------------------------------- */

static CMS_ContentInfo *
parse_cms (const guint8 *data, gsize length)
{
  const guint8 *at = data;
  CMS_ContentInfo *cms = d2i_CMS_ContentInfo (NULL, &at, (long) length);

  if (cms != NULL && at != data + length)
    g_clear_pointer (&cms, CMS_ContentInfo_free);
  ERR_clear_error ();
  return cms;
}

static gboolean
is_envelope (CMS_ContentInfo *cms)
{
  int type = OBJ_obj2nid (CMS_get0_type (cms));
  STACK_OF (CMS_RecipientInfo) *recipients = NULL;

  if (type != NID_pkcs7_enveloped && type != NID_id_smime_ct_authEnvelopedData)
    return FALSE;
  recipients = CMS_get0_RecipientInfos (cms);
  return recipients != NULL && sk_CMS_RecipientInfo_num (recipients) > 0 && sk_CMS_RecipientInfo_num (recipients) <= MAX_RECIPIENTS;
}

/* Larger than the envelope the content cannot be. */
static SignetSecret *
decrypt_into_secret (CMS_ContentInfo *cms, EVP_PKEY *transport, gsize size)
{
  Sink sink = { .size = size };
  g_autoptr (SignetSecret) room = signet_secret_new_filled (size, &sink.bytes);
  BIO *out = sink_new (&sink);
  gboolean ok = CMS_decrypt (cms, transport, NULL, NULL, out, CMS_BINARY) == 1 && sink.used > 0;
  SignetSecret *content = ok ? signet_secret_new (sink.bytes, sink.used) : NULL;

  BIO_free (out);
  ERR_clear_error ();
  return content;
}

SignetSecret *
_signet_delivery_decrypt (GBytes *cms, EVP_PKEY *transport, GError **error)
{
  gsize length = 0;
  const guint8 *data = g_bytes_get_data (cms, &length);
  CMS_ContentInfo *info = length > 0 && length <= MAX_ENVELOPE ? parse_cms (data, length) : NULL;
  g_autoptr (SignetSecret) content = NULL;

  if (info == NULL || !is_envelope (info))
    refuse (error, "the delivered key is not in a CMS envelope");
  else
    {
      content = decrypt_into_secret (info, transport, length);
      if (content == NULL)
        refuse (error, "the delivered key is not encrypted for the key of this request, or damaged");
    }
  CMS_ContentInfo_free (info);
  return content != NULL ? _signet_delivery_read_key (content, error) : NULL;
}

/* --- what was inside ----------------------------------------------------------------------------------------------------------- */

static gboolean
is_private_key (const guint8 *data, gsize length)
{
  const guint8 *at = data;
  PKCS8_PRIV_KEY_INFO *info = d2i_PKCS8_PRIV_KEY_INFO (NULL, &at, (long) length);
  gboolean whole = info != NULL && at == data + length;

  PKCS8_PRIV_KEY_INFO_free (info);
  ERR_clear_error ();
  return whole;
}

/* The content of a SEQUENCE that is all there is. */
static gboolean
enter_sequence (const guint8 **data, gsize *length)
{
  const guint8 *at = *data;
  long size = 0;
  int tag = 0;
  int class = 0;

  if (ASN1_get_object (&at, &size, &tag, &class, (long) *length) != V_ASN1_CONSTRUCTED || tag != V_ASN1_SEQUENCE ||
      class != V_ASN1_UNIVERSAL || at + size != *data + *length)
    {
      ERR_clear_error ();
      return FALSE;
    }
  *data = at;
  *length = (gsize) size;
  return TRUE;
}

/* AsymmetricKeyPackage: a SEQUENCE of keys (RFC 5958, 2). One is expected; of several the first would be a guess. */
static gboolean
is_key_package (const guint8 **data, gsize *length)
{
  return enter_sequence (data, length) && is_private_key (*data, *length);
}

/* Whoever signed it, what makes the key the right one is that it fits the certificate. */
static SignetSecret *
unwrap_signed (const guint8 *data, gsize length)
{
  CMS_ContentInfo *cms = parse_cms (data, length);
  ASN1_OCTET_STRING **content = cms != NULL && OBJ_obj2nid (CMS_get0_type (cms)) == NID_pkcs7_signed ? CMS_get0_content (cms) : NULL;
  SignetSecret *inner = NULL;

  if (content != NULL && *content != NULL && ASN1_STRING_length (*content) > 0)
    {
      inner = signet_secret_new (ASN1_STRING_get0_data (*content), (gsize) ASN1_STRING_length (*content));
      OPENSSL_cleanse ((guint8 *) ASN1_STRING_get0_data (*content), (gsize) ASN1_STRING_length (*content));
    }
  CMS_ContentInfo_free (cms);
  ERR_clear_error ();
  return inner;
}

static SignetSecret *
read_layer (SignetSecret *content, guint layer, GError **error)
{
  gsize length = 0;
  const guint8 *data = signet_secret_get_bytes (content, &length);
  g_autoptr (SignetSecret) inner = NULL;

  if (is_private_key (data, length))
    return signet_secret_ref (content);
  inner = layer < MAX_LAYERS ? unwrap_signed (data, length) : NULL;
  if (inner != NULL)
    return read_layer (inner, layer + 1, error);
  if (is_key_package (&data, &length))
    return signet_secret_new (data, length);
  refuse (error, "there is no private key in what was delivered");
  return NULL;
}

SignetSecret *
_signet_delivery_read_key (SignetSecret *content, GError **error)
{
  return read_layer (content, 0, error);
}
