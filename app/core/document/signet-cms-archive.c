/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-cms-archive.c: archive time-stamps of CAdES (EN 319 122-1, 5.5): the index of all that is there when one is made, what its imprint is
 * over, and which of the things there now each of them covers.
 *
 * An archive time-stamp that does not cover all that the one before it did is not believed: so later ones always prove more. No trust here.
 */
#define G_LOG_DOMAIN "signet-cms-archive"

#include "config.h"

#include <openssl/err.h>
#include <openssl/ts.h>
#include <string.h>

#include "../base/signet-base-error.h"
#include "signet-cms-archive-private.h"

#define MAX_STAMPS 64
#define MAX_HASHES 4096

/* 0.4.0.19122.1.5 and 0.4.0.1733.2.4 */
static const guint8 id_hash_index[] = { 0x06, 0x07, 0x04, 0x00, 0x81, 0x95, 0x32, 0x01, 0x05 };
static const guint8 id_archive[] = { 0x06, 0x06, 0x04, 0x00, 0x8d, 0x45, 0x02, 0x04 };

/* --- what there is ------------------------------------------------------------------------------------------------------------- */

typedef struct {
  SignetCmsElement type, value;
} Value;

/* FALSE: not a list of attributes */
static gboolean
list_values (SignetCmsCursor attributes, GArray *values)
{
  SignetCmsElement attribute;

  while (attributes.left > 0)
    {
      Value value;
      SignetCmsElement set;
      SignetCmsCursor inside;

      if (!_signet_cms_take_tagged (&attributes, SIGNET_CMS_SEQUENCE, &attribute))
        return FALSE;
      inside = attribute.inside;
      if (!_signet_cms_take_tagged (&inside, SIGNET_CMS_OBJECT, &value.type) || !_signet_cms_take_tagged (&inside, SIGNET_CMS_SET, &set))
        return FALSE;
      for (inside = set.inside; inside.left > 0; g_array_append_val (values, value))
        if (values->len >= MAX_HASHES || !_signet_cms_take (&inside, &value.value))
          return FALSE;
    }
  return TRUE;
}

static gboolean
is_type (const Value *value, const guint8 *type, gsize length)
{
  return value->type.size == length && memcmp (value->type.start, type, length) == 0;
}

/* (nullable): a digest over one or two pieces */
static GBytes *
hash_of (const EVP_MD *md, const guint8 *first, gsize first_length, const guint8 *second, gsize second_length)
{
  EVP_MD_CTX *context = EVP_MD_CTX_new ();
  guint8 result[EVP_MAX_MD_SIZE];
  unsigned length = 0;
  gboolean ok = EVP_DigestInit_ex (context, md, NULL) == 1 && EVP_DigestUpdate (context, first, first_length) == 1
                && EVP_DigestUpdate (context, second, second_length) == 1 && EVP_DigestFinal_ex (context, result, &length) == 1;

  EVP_MD_CTX_free (context);
  return ok ? g_bytes_new (result, length) : NULL;
}

static GBytes *
hash_part (const EVP_MD *md, GBytes *part)
{
  return hash_of (md, g_bytes_get_data (part, NULL), g_bytes_get_size (part), NULL, 0);
}

static GBytes *
hash_value (const EVP_MD *md, const Value *value)
{
  return hash_of (md, value->type.start, value->type.size, value->value.start, value->value.size);
}

/* --- the index ------------------------------------------------------------------------------------------------------------------ */

static void
add_octets (GByteArray *out, GBytes *octets)
{
  if (octets == NULL)
    return;
  _signet_cms_add_header (out, SIGNET_CMS_OCTETS, g_bytes_get_size (octets));
  g_byte_array_append (out, g_bytes_get_data (octets, NULL), (guint) g_bytes_get_size (octets));
  g_bytes_unref (octets);
}

static void
add_sequence (GByteArray *out, GByteArray *inside)
{
  _signet_cms_add_header (out, SIGNET_CMS_SEQUENCE, inside->len);
  g_byte_array_append (out, inside->data, inside->len);
  g_byte_array_set_size (inside, 0);
}

static void
add_algorithm (GByteArray *out, const EVP_MD *md)
{
  X509_ALGOR *algorithm = X509_ALGOR_new ();
  unsigned char *der = NULL;
  int length = 0;

  X509_ALGOR_set_md (algorithm, md);
  length = i2d_X509_ALGOR (algorithm, &der);
  g_byte_array_append (out, der, (guint) MAX (length, 0));
  OPENSSL_free (der);
  X509_ALGOR_free (algorithm);
}

/* ATSHashIndexV3 (5.5.2) */
static GBytes *
write_index (const SignetCmsParts *parts, const GArray *values, const EVP_MD *md)
{
  g_autoptr(GByteArray) body = g_byte_array_new ();
  g_autoptr(GByteArray) list = g_byte_array_new ();
  GByteArray *out = g_byte_array_new ();

  add_algorithm (body, md);
  for (guint i = 0; i < parts->certificates->len; i++)
    add_octets (list, hash_part (md, g_ptr_array_index (parts->certificates, i)));
  add_sequence (body, list);
  for (guint i = 0; i < parts->crls->len; i++)
    add_octets (list, hash_part (md, g_ptr_array_index (parts->crls, i)));
  add_sequence (body, list);
  for (guint i = 0; i < values->len; i++)
    add_octets (list, hash_value (md, &g_array_index (values, Value, i)));
  add_sequence (body, list);
  add_sequence (out, body);
  return g_byte_array_free_to_bytes (out);
}

typedef struct {
  const EVP_MD *md;
  GHashTable   *lists[3]; /* sets of GBytes: certificates, revocation, attribute values */
} Index;

static void
index_clear (Index *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (self->lists); i++)
    g_clear_pointer (&self->lists[i], g_hash_table_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Index, index_clear)

static const EVP_MD *
read_algorithm (const SignetCmsElement *element)
{
  const unsigned char *cursor = element->start;
  X509_ALGOR *algorithm = d2i_X509_ALGOR (NULL, &cursor, (long) element->size);
  const EVP_MD *md = algorithm != NULL ? signet_digest_get_md (signet_digest_from_nid (OBJ_obj2nid (algorithm->algorithm))) : NULL;

  X509_ALGOR_free (algorithm);
  ERR_clear_error ();
  return md;
}

static gboolean
read_hashes (SignetCmsCursor inside, GHashTable *hashes)
{
  SignetCmsElement octets;

  while (inside.left > 0)
    {
      if (!_signet_cms_take_tagged (&inside, SIGNET_CMS_OCTETS, &octets) || g_hash_table_size (hashes) >= MAX_HASHES)
        return FALSE;
      g_hash_table_add (hashes, g_bytes_new (octets.inside.at, octets.inside.left));
    }
  return TRUE;
}

static gboolean
read_index (const SignetCmsElement *value, Index *index)
{
  SignetCmsCursor cursor = value->inside;
  SignetCmsElement element;

  for (guint i = 0; i < G_N_ELEMENTS (index->lists); i++)
    index->lists[i] = g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify) g_bytes_unref, NULL);
  if (value->tag != SIGNET_CMS_SEQUENCE || !_signet_cms_take_tagged (&cursor, SIGNET_CMS_SEQUENCE, &element))
    return FALSE;
  index->md = read_algorithm (&element);
  for (guint i = 0; i < G_N_ELEMENTS (index->lists); i++)
    if (!_signet_cms_take_tagged (&cursor, SIGNET_CMS_SEQUENCE, &element) || !read_hashes (element.inside, index->lists[i]))
      return FALSE;
  return index->md != NULL && cursor.left == 0;
}

/* --- the imprint ----------------------------------------------------------------------------------------------------------------- */

/* 5.5.3: the type of the content, its digest, the signer's fields up to the signature, the index */
static GBytes *
make_imprint (const SignetCmsParts *parts, SignetCmsCursor fields, GBytes *content, GBytes *index, SignetDigest digest)
{
  g_autoptr(GByteArray) all = g_byte_array_new ();
  GBytes *const ends[] = { parts->content_type, content };

  for (guint i = 0; i < G_N_ELEMENTS (ends); i++)
    g_byte_array_append (all, g_bytes_get_data (ends[i], NULL), (guint) g_bytes_get_size (ends[i]));
  g_byte_array_append (all, fields.at, (guint) fields.left);
  return hash_of (signet_digest_get_md (digest), all->data, all->len, g_bytes_get_data (index, NULL), g_bytes_get_size (index));
}

static gboolean
set_malformed (GError **error, const char *message)
{
  g_set_error_literal (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_MALFORMED, message);
  return FALSE;
}

GBytes *
_signet_cms_archive_digest (const SignetCmsParts *parts, guint index, SignetDigest digest, SignetCmsContentDigest content, gpointer data,
                            GBytes **hash_index, GError **error)
{
  g_autoptr(GArray) values = g_array_new (FALSE, FALSE, sizeof (Value));
  g_autoptr(GBytes) content_digest = content (digest, data, error);
  SignetCmsCursor fields;
  SignetCmsCursor attributes;

  if (content_digest == NULL)
    {
      if (error == NULL || *error == NULL)
        set_malformed (error, "the data that was signed is not at hand");
      return NULL;
    }
  if (index >= parts->signer_infos->len || !_signet_cms_split_signer_info (g_ptr_array_index (parts->signer_infos, index), &fields, &attributes)
      || !list_values (attributes, values))
    {
      set_malformed (error, "the signature cannot be taken apart");
      return NULL;
    }
  *hash_index = write_index (parts, values, signet_digest_get_md (digest));
  return make_imprint (parts, fields, content_digest, *hash_index, digest);
}

GBytes *
_signet_cms_archive_finish_token (GBytes *token, GBytes *hash_index, GError **error)
{
  g_autoptr(SignetCmsParts) parts = _signet_cms_parts_new (token, error);

  if (parts == NULL || !_signet_cms_parts_add_attribute (parts, 0, id_hash_index, sizeof id_hash_index, hash_index, error))
    return NULL;
  return _signet_cms_parts_encode (parts);
}

gboolean
_signet_cms_archive_add_attribute (SignetCmsParts *parts, guint index, gboolean archive, GBytes *token, GError **error)
{
  /* 1.2.840.113549.1.9.16.2.14: RFC 3161, appendix A */
  static const guint8 id_timestamp[] = { 0x06, 0x0b, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x02, 0x0e };

  return archive ? _signet_cms_parts_add_attribute (parts, index, id_archive, sizeof id_archive, token, error)
                 : _signet_cms_parts_add_attribute (parts, index, id_timestamp, sizeof id_timestamp, token, error);
}

/* --- what each covers ------------------------------------------------------------------------------------------------------------- */

/* One signature with all that is around it. */
typedef struct {
  const SignetCmsParts *parts;
  SignetCmsCursor       fields;
  GArray               *values; /* of Value */
  SignetCmsContentDigest content;
  gpointer              data;
  guint64              *value_positions;  /* of each of @values */
  guint64              *crl_positions;    /* of each of the parts' */
  guint64              *certificate_positions;
} Around;

static gboolean
find_hash_index (const SignetCmsParts *token, SignetCmsElement *index)
{
  g_autoptr(GArray) values = g_array_new (FALSE, FALSE, sizeof (Value));
  SignetCmsCursor fields;
  SignetCmsCursor attributes;
  guint n = 0;

  if (token->signer_infos->len != 1 || !_signet_cms_split_signer_info (g_ptr_array_index (token->signer_infos, 0), &fields, &attributes)
      || !list_values (attributes, values))
    return FALSE;
  for (guint i = 0; i < values->len; i++)
    if (is_type (&g_array_index (values, Value, i), id_hash_index, sizeof id_hash_index))
      {
        *index = g_array_index (values, Value, i).value;
        n++;
      }
  return n == 1;
}

static gboolean
compare_imprint (Around *around, const SignetCmsParts *token, const SignetCmsElement *index, GError **error)
{
  const unsigned char *cursor = token->content != NULL ? g_bytes_get_data (token->content, NULL) : NULL;
  TS_TST_INFO *info = cursor != NULL ? d2i_TS_TST_INFO (NULL, &cursor, (long) g_bytes_get_size (token->content)) : NULL;
  TS_MSG_IMPRINT *imprint = info != NULL ? TS_TST_INFO_get_msg_imprint (info) : NULL;
  SignetDigest digest = imprint != NULL ? signet_digest_from_nid (OBJ_obj2nid (TS_MSG_IMPRINT_get_algo (imprint)->algorithm)) : SIGNET_DIGEST_UNKNOWN;
  g_autoptr(GBytes) content = digest != SIGNET_DIGEST_UNKNOWN && digest != SIGNET_DIGEST_SHA1 ? around->content (digest, around->data, error) : NULL;
  g_autoptr(GBytes) der = g_bytes_new (index->start, index->size);
  g_autoptr(GBytes) expected = content != NULL ? make_imprint (around->parts, around->fields, content, der, digest) : NULL;
  const ASN1_OCTET_STRING *value = imprint != NULL ? TS_MSG_IMPRINT_get_msg (imprint) : NULL;
  gboolean fits = expected != NULL && (gsize) ASN1_STRING_length (value) == g_bytes_get_size (expected)
                  && memcmp (ASN1_STRING_get0_data (value), g_bytes_get_data (expected, NULL), g_bytes_get_size (expected)) == 0;

  TS_TST_INFO_free (info);
  ERR_clear_error ();
  return fits;
}

/* Takes @hash out of @hashes: what is left at the end is of things that are no longer there. */
static gboolean
mark (GHashTable *hashes, GBytes *hash, guint64 number, guint64 *position)
{
  gboolean covered = hash != NULL && g_hash_table_contains (hashes, hash);

  g_clear_pointer (&hash, g_bytes_unref);
  if (!covered)
    return *position >= number - 1; /* an earlier one covered it: then so must this */
  *position = MIN (*position, number - 1);
  return TRUE;
}

static gboolean
has_all (GHashTable *hashes, const EVP_MD *md, GPtrArray *parts, const GArray *values)
{
  g_autoptr(GHashTable) there = g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify) g_bytes_unref, NULL);
  GHashTableIter iter;
  gpointer hash = NULL;

  for (guint i = 0; parts != NULL && i < parts->len; i++)
    g_hash_table_add (there, hash_part (md, g_ptr_array_index (parts, i)));
  for (guint i = 0; values != NULL && i < values->len; i++)
    g_hash_table_add (there, hash_value (md, &g_array_index (values, Value, i)));
  g_hash_table_iter_init (&iter, hashes);
  while (g_hash_table_iter_next (&iter, &hash, NULL))
    if (!g_hash_table_contains (there, hash))
      return FALSE;
  return TRUE;
}

static gboolean
mark_all (Around *around, const Index *index, guint64 number)
{
  gboolean nested = TRUE;

  for (guint i = 0; i < around->parts->certificates->len; i++)
    nested &= mark (index->lists[0], hash_part (index->md, g_ptr_array_index (around->parts->certificates, i)), number, &around->certificate_positions[i]);
  for (guint i = 0; i < around->parts->crls->len; i++)
    nested &= mark (index->lists[1], hash_part (index->md, g_ptr_array_index (around->parts->crls, i)), number, &around->crl_positions[i]);
  for (guint i = 0; i < around->values->len; i++)
    nested &= mark (index->lists[2], hash_value (index->md, &g_array_index (around->values, Value, i)), number, &around->value_positions[i]);
  return nested;
}

/* The @number-th archive time-stamp, counted from 1 */
static gboolean
judge_stamp (Around *around, GBytes *token, guint64 number, GError **error)
{
  g_autoptr(SignetCmsParts) parts = _signet_cms_parts_new (token, NULL);
  g_auto(Index) index = { 0 };
  SignetCmsElement value = { 0 };

  if (parts == NULL || !find_hash_index (parts, &value) || !read_index (&value, &index)
      || !has_all (index.lists[0], index.md, around->parts->certificates, NULL) || !has_all (index.lists[1], index.md, around->parts->crls, NULL)
      || !has_all (index.lists[2], index.md, NULL, around->values) || !compare_imprint (around, parts, &value, error))
    return FALSE;
  return mark_all (around, &index, number);
}

static guint64 *
new_positions (guint n)
{
  guint64 *positions = g_new (guint64, n + 1);

  for (guint i = 0; i < n; i++)
    positions[i] = G_MAXUINT64;
  return positions;
}

static gboolean
judge_stamps (Around *around, SignetDocumentSignature *signature, GError **error)
{
  guint64 number = 0;
  g_autoptr(GError) local_error = NULL;

  for (guint i = 0; i < around->values->len && number < MAX_STAMPS; i++)
    {
      const Value *value = &g_array_index (around->values, Value, i);
      g_autoptr(GBytes) token = NULL;
      gboolean fits = FALSE;

      if (!is_type (value, id_archive, sizeof id_archive))
        continue;
      token = g_bytes_new (value->value.start, value->value.size);
      fits = judge_stamp (around, token, ++number, &local_error);
      if (local_error != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return FALSE;
        }
      g_ptr_array_add (signature->stamps, signet_document_stamp_new (SIGNET_STAMP_ARCHIVE, token, NULL, fits, number));
    }
  return TRUE;
}

/* --- evidence ---------------------------------------------------------------------------------------------------------------------- */

/* OtherRevocationInfoFormat with id-ri-ocsp-response, 1.3.6.1.5.5.7.16.2 (RFC 5940) */
static const guint8 id_ocsp[] = { 0x06, 0x08, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x10, 0x02 };

static void
take_revocation (GBytes *part, guint64 position, SignetDocumentEvidence *evidence)
{
  SignetCmsCursor cursor = { g_bytes_get_data (part, NULL), g_bytes_get_size (part) };
  SignetCmsElement element;
  SignetCmsElement type;
  SignetCmsElement value;
  g_autoptr(GBytes) response = NULL;

  if (!_signet_cms_take (&cursor, &element))
    return;
  if (element.tag == SIGNET_CMS_SEQUENCE)
    signet_document_evidence_add (evidence, SIGNET_PIECE_CRL, part, position);
  cursor = element.inside;
  if (element.tag != SIGNET_CMS_CONTEXT_1 || !_signet_cms_take_tagged (&cursor, SIGNET_CMS_OBJECT, &type) || type.size != sizeof id_ocsp
      || memcmp (type.start, id_ocsp, sizeof id_ocsp) != 0 || !_signet_cms_take (&cursor, &value))
    return;
  response = g_bytes_new (value.start, value.size);
  signet_document_evidence_add (evidence, SIGNET_PIECE_OCSP, response, position);
}

static void
take_evidence (Around *around, SignetDocumentSignature *signature)
{
  const SignetCmsParts *parts = around->parts;
  SignetDocumentEvidence *evidence = signet_document_evidence_new ();

  for (guint i = 0; i < parts->certificates->len; i++)
    signet_document_evidence_add (evidence, SIGNET_PIECE_CERTIFICATE, g_ptr_array_index (parts->certificates, i), around->certificate_positions[i]);
  for (guint i = 0; i < parts->crls->len; i++)
    take_revocation (g_ptr_array_index (parts->crls, i), around->crl_positions[i], evidence);
  g_clear_pointer (&signature->evidence, signet_document_evidence_unref);
  signature->evidence = evidence;
}

static GBytes *
wrap_response (GBytes *response)
{
  GByteArray *out = g_byte_array_new ();

  _signet_cms_add_header (out, SIGNET_CMS_CONTEXT_1, sizeof id_ocsp + g_bytes_get_size (response));
  g_byte_array_append (out, id_ocsp, sizeof id_ocsp);
  g_byte_array_append (out, g_bytes_get_data (response, NULL), (guint) g_bytes_get_size (response));
  return g_byte_array_free_to_bytes (out);
}

gboolean
_signet_cms_archive_add_evidence (SignetCmsParts *parts, SignetDocumentEvidence *evidence, GError **error)
{
  g_autoptr(GPtrArray) certificates = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  g_autoptr(GPtrArray) crls = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  SignetCmsParts addition = { .certificates = certificates, .crls = crls, .version = parts->version };

  for (guint i = 0; i < signet_document_evidence_get_n (evidence, SIGNET_PIECE_CERTIFICATE); i++)
    g_ptr_array_add (certificates, g_bytes_ref (signet_document_evidence_get (evidence, SIGNET_PIECE_CERTIFICATE, i)));
  for (guint i = 0; i < signet_document_evidence_get_n (evidence, SIGNET_PIECE_CRL); i++)
    g_ptr_array_add (crls, g_bytes_ref (signet_document_evidence_get (evidence, SIGNET_PIECE_CRL, i)));
  for (guint i = 0; i < signet_document_evidence_get_n (evidence, SIGNET_PIECE_OCSP); i++)
    {
      g_ptr_array_add (crls, wrap_response (signet_document_evidence_get (evidence, SIGNET_PIECE_OCSP, i)));
      addition.version = 5; /* RFC 5652, 5.1 */
    }
  return _signet_cms_parts_merge (parts, &addition, FALSE, error);
}

/* --- together ----------------------------------------------------------------------------------------------------------------------- */

static void
place_signature_stamps (Around *around, SignetDocumentSignature *signature)
{
  for (guint i = 0; i < signature->stamps->len; i++)
    {
      SignetDocumentStamp *stamp = g_ptr_array_index (signature->stamps, i);

      for (guint j = 0; stamp->kind == SIGNET_STAMP_SIGNATURE && j < around->values->len; j++)
        {
          const SignetCmsElement *value = &g_array_index (around->values, Value, j).value;

          if (value->size == g_bytes_get_size (stamp->token) && memcmp (value->start, g_bytes_get_data (stamp->token, NULL), value->size) == 0)
            stamp->position = around->value_positions[j];
        }
    }
}

/* EN 319 122-1, 6.3; structure only */
static void
raise_level (SignetDocumentSignature *signature)
{
  SignetDocumentEvidence *evidence = signature->evidence;
  const SignetDocumentStamp *last = signature->stamps->len > 0 ? g_ptr_array_index (signature->stamps, signature->stamps->len - 1) : NULL;

  if (!g_str_equal (signature->level, "B-T"))
    return;
  if (last != NULL && last->kind == SIGNET_STAMP_ARCHIVE && last->fits)
    signature->level = "B-LTA";
  else if (signet_document_evidence_get_n (evidence, SIGNET_PIECE_OCSP) + signet_document_evidence_get_n (evidence, SIGNET_PIECE_CRL) > 0)
    signature->level = "B-LT";
}

gboolean
_signet_cms_archive_attach (const SignetCmsParts *parts, guint index, SignetCmsContentDigest content, gpointer data,
                            SignetDocumentSignature *signature, GError **error)
{
  g_autoptr(GArray) values = g_array_new (FALSE, FALSE, sizeof (Value));
  Around around = { .parts = parts, .values = values, .content = content, .data = data };
  SignetCmsCursor attributes;
  gboolean done;

  if (index >= parts->signer_infos->len
      || !_signet_cms_split_signer_info (g_ptr_array_index (parts->signer_infos, index), &around.fields, &attributes) || !list_values (attributes, values))
    return TRUE; /* what is wrong with it is said elsewhere */
  around.value_positions = new_positions (values->len);
  around.crl_positions = new_positions (parts->crls->len);
  around.certificate_positions = new_positions (parts->certificates->len);
  done = judge_stamps (&around, signature, error);
  if (done)
    {
      take_evidence (&around, signature);
      place_signature_stamps (&around, signature);
      raise_level (signature);
    }
  g_free (around.value_positions);
  g_free (around.crl_positions);
  g_free (around.certificate_positions);
  return done;
}
