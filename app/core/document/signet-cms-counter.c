/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-cms-counter.c: the countersignatures of a signature (RFC 5652, 11.4; EN 319 122-1, 5.2.7). Each covers the value of another signature
 * and nothing else; its id says which: "2.1" is the first over "2". One that cannot be read is found and called broken. No trust here.
 */
#define G_LOG_DOMAIN "signet-cms-counter"

#include "config.h"

#include "signet-cms-counter-private.h"

#define MAX_DEPTH    4  /* countersignatures of countersignatures */
#define MAX_EACH     16 /* over one signature */
#define MAX_FINDINGS 256

static SignetDocumentSignature *
new_counter (SignetDocumentSignature *covered, guint number)
{
  g_autofree char *id = g_strdup_printf ("%s.%u", covered->id, number);
  SignetDocumentSignature *counter = _signet_document_signature_new (id);

  counter->kind = "counter-signature";
  counter->format = "cades";
  counter->coverage = SIGNET_COVERAGE_WHOLE;
  counter->covers = g_strdup (covered->id);
  return counter;
}

static GBytes *
digest_value (SignetDigest digest, GBytes *value)
{
  const EVP_MD *md = signet_digest_get_md (digest);
  guint8 result[EVP_MAX_MD_SIZE];
  unsigned length = 0;

  if (md == NULL || EVP_Digest (g_bytes_get_data (value, NULL), g_bytes_get_size (value), result, &length, md, NULL) != 1)
    return NULL;
  return g_bytes_new (result, length);
}

static void find_counters (SignetCmsReader *reader, guint index, SignetDocumentSignature *signature, GPtrArray *found, guint depth);

static void
judge_counter (SignetCmsReader *reader, GBytes *signer_info, SignetDocumentSignature *covered, SignetDocumentSignature *counter,
               GPtrArray *found, guint depth)
{
  g_autoptr(SignetCmsReader) inner = _signet_cms_reader_new_counter (reader, signer_info);
  g_autoptr(GBytes) digest = NULL;

  if (inner == NULL || _signet_cms_reader_get_n_signers (inner) != 1)
    {
      _signet_document_signature_set_broken (counter, "counter-signature-odd");
      return;
    }
  digest = digest_value (_signet_cms_reader_get_digest (inner, 0), covered->value);
  _signet_cms_reader_judge (inner, 0, SIGNET_CMS_RULES_COUNTER, digest, counter);
  find_counters (inner, 0, counter, found, depth + 1);
}

static void
find_counters (SignetCmsReader *reader, guint index, SignetDocumentSignature *signature, GPtrArray *found, guint depth)
{
  g_autoptr(GPtrArray) counters = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  gboolean whole = _signet_cms_reader_dup_counters (reader, index, depth < MAX_DEPTH ? MAX_EACH : 0, counters);

  for (guint i = 0; i < counters->len && found->len < MAX_FINDINGS; i++)
    {
      SignetDocumentSignature *counter = new_counter (signature, i + 1);

      g_ptr_array_add (found, counter);
      judge_counter (reader, g_ptr_array_index (counters, i), signature, counter, found, depth);
    }
  /* what was not looked at is not passed over */
  if (!whole || found->len >= MAX_FINDINGS)
    {
      SignetDocumentSignature *rest = new_counter (signature, counters->len + 1);

      _signet_document_signature_set_broken (rest, "counter-signature-odd");
      g_ptr_array_add (found, rest);
    }
}

void
_signet_cms_find_counters (SignetCmsReader *reader, guint index, SignetDocumentSignature *signature, GPtrArray *found)
{
  find_counters (reader, index, signature, found, 0);
}
