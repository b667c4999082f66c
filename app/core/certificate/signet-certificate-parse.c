/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-certificate-parse.c: certificates out of files: PEM (any number, anything between them), DER, PKCS#7 certs-only.
 *
 * Limits: 4 MiB of input, 256 certificates, 64 KiB each. A damaged certificate among good ones fails the whole file: a chain
 * with a hole is worse than a message. Pure functions, any thread.
 */
#define G_LOG_DOMAIN "signet-certificate-parse"

#include "config.h"

#include <openssl/err.h>
#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "signet-certificate-private.h"

#include "../base/signet-base-error.h"

#define MAX_FILE_SIZE (4 * 1024 * 1024)
#define MAX_CERTIFICATES 256
#define MAX_LABEL 32

static gboolean
fail (GError **error, SignetCertificateError code, const char *message)
{
  g_set_error_literal (error, SIGNET_CERTIFICATE_ERROR, code, message);
  return FALSE;
}

static gboolean
add_der (GPtrArray *certificates, GBytes *der, GError **error)
{
  SignetCertificate *certificate;

  if (certificates->len >= MAX_CERTIFICATES)
    return fail (error, SIGNET_CERTIFICATE_ERROR_TOO_LARGE, "more than 256 certificates");
  certificate = signet_certificate_new (der, error);
  if (certificate == NULL)
    return FALSE;
  g_ptr_array_add (certificates, certificate);
  return TRUE;
}

static gboolean
add_x509_stack (GPtrArray *certificates, const STACK_OF(X509) *stack, GError **error)
{
  for (int i = 0; i < sk_X509_num (stack); i++)
    {
      unsigned char *data = NULL;
      int length = i2d_X509 (sk_X509_value (stack, i), &data);
      g_autoptr(GBytes) der = g_bytes_new (data, MAX (length, 0));

      OPENSSL_free (data);
      if (!add_der (certificates, der, error))
        return FALSE;
    }
  return TRUE;
}

/* RFC 2315, 9: SignedData whose only content is certificates. The signature, if there is one, means nothing here. */
static gboolean
add_pkcs7 (GPtrArray *certificates, GBytes *der, GError **error)
{
  gsize size;
  const unsigned char *p = g_bytes_get_data (der, &size);
  g_autoptr(PKCS7) pkcs7 = d2i_PKCS7 (NULL, &p, size);

  ERR_clear_error ();
  if (pkcs7 == NULL || !PKCS7_type_is_signed (pkcs7) || pkcs7->d.sign == NULL)
    return fail (error, SIGNET_CERTIFICATE_ERROR_MALFORMED, "neither a certificate nor PKCS#7 certificates");
  return add_x509_stack (certificates, pkcs7->d.sign->cert, error);
}

static gboolean
add_binary (GPtrArray *certificates, GBytes *data, GError **error)
{
  g_autoptr(GError) as_certificate = NULL;

  if (g_bytes_get_size (data) <= SIGNET_CERTIFICATE_MAX_SIZE && add_der (certificates, data, &as_certificate))
    return TRUE;
  return add_pkcs7 (certificates, data, error);
}

/* --- PEM (RFC 7468) -------------------------------------------------------------------------------------------------- */

typedef struct {
  const char *label;
  gsize       label_length;
  const char *body;
  gsize       body_length;
} Block;

static const char *
find (const char *from, const char *end, const char *needle)
{
  return memmem (from, end - from, needle, strlen (needle));
}

/* The next block at or after *@cursor; FALSE at the end of the text or where a block is cut off. */
static gboolean
next_block (const char **cursor, const char *end, Block *block, gboolean *cut)
{
  const char *begin = find (*cursor, end, "-----BEGIN ");
  const char *label_end, *body_end;

  if (begin == NULL)
    return FALSE;
  *cut = TRUE;
  block->label = begin + strlen ("-----BEGIN ");
  label_end = find (block->label, end, "-----");
  if (label_end == NULL || label_end - block->label > MAX_LABEL)
    return FALSE;
  block->label_length = label_end - block->label;
  block->body = label_end + strlen ("-----");
  body_end = find (block->body, end, "-----END ");
  if (body_end == NULL)
    return FALSE;
  block->body_length = body_end - block->body;
  *cursor = body_end + strlen ("-----END ");
  *cut = FALSE;
  return TRUE;
}

static gboolean
block_is (const Block *block, const char *label)
{
  return block->label_length == strlen (label) && memcmp (block->label, label, block->label_length) == 0;
}

static GBytes *
decode_block (const Block *block)
{
  g_autofree char *text = g_strndup (block->body, block->body_length);
  gsize length = 0;
  guchar *data = g_base64_decode (text, &length);

  return g_bytes_new_take (data, length);
}

static gboolean
add_block (GPtrArray *certificates, const Block *block, GError **error)
{
  g_autoptr(GBytes) der = NULL;

  if (block_is (block, "CERTIFICATE") || block_is (block, "X509 CERTIFICATE"))
    {
      der = decode_block (block);
      return add_der (certificates, der, error);
    }
  if (block_is (block, "PKCS7") || block_is (block, "CMS"))
    {
      der = decode_block (block);
      return add_pkcs7 (certificates, der, error);
    }
  return TRUE; /* keys, parameters, comments: not ours */
}

static gboolean
add_pem (GPtrArray *certificates, const char *text, gsize length, GError **error)
{
  const char *cursor = text, *end = text + length;
  gboolean cut = FALSE;
  Block block;

  while (next_block (&cursor, end, &block, &cut))
    if (!add_block (certificates, &block, error))
      return FALSE;
  return cut ? fail (error, SIGNET_CERTIFICATE_ERROR_MALFORMED, "a PEM block does not end") : TRUE;
}

/**
 * signet_certificate_parse_many:
 * @data: the content of a file
 * @error: return location, in the %SIGNET_CERTIFICATE_ERROR domain
 *
 * Returns: (transfer full) (nullable) (element-type SignetCertificate): at least one certificate, in the order of the file
 */
GPtrArray *
signet_certificate_parse_many (GBytes *data, GError **error)
{
  g_autoptr(GPtrArray) certificates = g_ptr_array_new_with_free_func (g_object_unref);
  gsize size;
  const char *text = g_bytes_get_data (data, &size);
  gboolean done;

  if (size > MAX_FILE_SIZE)
    done = fail (error, SIGNET_CERTIFICATE_ERROR_TOO_LARGE, "certificate file larger than 4 MiB");
  else if (size > 0 && (guint8) text[0] == 0x30)
    done = add_binary (certificates, data, error);
  else
    done = size > 0 ? add_pem (certificates, text, size, error) : TRUE;
  if (done && certificates->len == 0)
    done = fail (error, SIGNET_CERTIFICATE_ERROR_MALFORMED, "no certificate in the file");
  return done ? g_steal_pointer (&certificates) : NULL;
}

static gboolean
check_file (const char *path, GError **error)
{
  GStatBuf info;

  if (g_stat (path, &info) != 0)
    return signet_base_error_set_errno (error, errno, "reading certificates");
  if (!S_ISREG (info.st_mode))
    {
      g_set_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_UNSUPPORTED, "not a regular file");
      return FALSE;
    }
  return info.st_size <= MAX_FILE_SIZE || fail (error, SIGNET_CERTIFICATE_ERROR_TOO_LARGE, "certificate file larger than 4 MiB");
}

/**
 * signet_certificate_load_file:
 * @path: a file
 * @error: return location; %SIGNET_BASE_ERROR_NOT_FOUND and the like when it cannot be read
 *
 * Returns: (transfer full) (nullable) (element-type SignetCertificate): as signet_certificate_parse_many()
 */
GPtrArray *
signet_certificate_load_file (const char *path, GError **error)
{
  g_autofree char *text = NULL;
  g_autoptr(GBytes) data = NULL;
  g_autoptr(GError) local_error = NULL;
  gsize length = 0;

  if (!check_file (path, error))
    return NULL;
  if (!g_file_get_contents (path, &text, &length, &local_error))
    {
      g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_NOT_FOUND, local_error->message);
      return NULL;
    }
  data = g_bytes_new_take (g_steal_pointer (&text), length);
  return signet_certificate_parse_many (data, error);
}

/**
 * signet_certificate_encode_pkcs7:
 * @certificates: (element-type SignetCertificate): readable ones
 *
 * Returns: (transfer full): degenerate SignedData (RFC 5652, 5.1) with @certificates and no signature, DER: a .p7b file
 */
GBytes *
signet_certificate_encode_pkcs7 (GPtrArray *certificates)
{
  PKCS7 *bag = PKCS7_new ();
  guchar *der = NULL;
  int length;
  GBytes *bytes;

  PKCS7_set_type (bag, NID_pkcs7_signed);
  PKCS7_content_new (bag, NID_pkcs7_data);
  PKCS7_set_detached (bag, 1);
  for (guint i = 0; i < certificates->len; i++)
    {
      X509 *x509 = signet_certificate_get_x509 (g_ptr_array_index (certificates, i));

      if (x509 != NULL)
        PKCS7_add_certificate (bag, x509);
    }
  length = i2d_PKCS7 (bag, &der);
  PKCS7_free (bag);
  bytes = g_bytes_new (der, length > 0 ? (gsize) length : 0);
  OPENSSL_free (der);
  return bytes;
}
