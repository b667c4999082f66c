/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-evidence-crl-parse.c: a certificate revocation list (RFC 5280, 5.1) cut into its parts where it lies.
 *
 * A list of a million entries stays one block of bytes: nothing is built for an entry, each is walked over once to see that it has the
 * form of one, and only the entry asked for is read. DER alone is accepted: definite lengths, each as short as it can be. Not here:
 * whether the list may be believed. Pure, any thread.
 */
#define G_LOG_DOMAIN "signet-evidence-crl-parse"

#include "config.h"

#include <openssl/err.h>
#include <string.h>

#include "signet-evidence-crl-private.h"

#define MAX_ENTRIES    1000000
#define MAX_NAME       (64 * 1024)
#define MAX_EXTENSIONS (64 * 1024)
#define MAX_SERIAL     64 /* RFC 5280, 4.1.2.2 says 20; longer ones are seen */

#define TAG_BOOLEAN     0x01
#define TAG_INTEGER     0x02
#define TAG_BITS        0x03
#define TAG_OCTETS      0x04
#define TAG_OBJECT      0x06
#define TAG_ENUMERATED  0x0a
#define TAG_UTC         0x17
#define TAG_GENERALIZED 0x18
#define TAG_SEQUENCE    0x30
#define TAG_EXTENSIONS  0xa0 /* [0] EXPLICIT */

/* --- DER ---------------------------------------------------------------------------------------------------------------- */

/* Tags of one byte; lengths of at most four. The element with its head, its content, and what comes after. */
typedef struct
{
  guint8 tag;
  SignetSpan whole;
  SignetSpan content;
} Element;

static gboolean
read_length (SignetSpan *rest, gsize *length)
{
  guint n;

  if (rest->size == 0)
    return FALSE;
  n = rest->data[0] & 0x7f;
  if ((rest->data[0] & 0x80) == 0)
    {
      *length = n;
      rest->data++;
      rest->size--;
      return TRUE;
    }
  if (n == 0 || n > 4 || rest->size < 1 + n || rest->data[1] == 0)
    return FALSE;
  *length = 0;
  for (guint i = 1; i <= n; i++)
    *length = *length << 8 | rest->data[i];
  rest->data += 1 + n;
  rest->size -= 1 + n;
  return *length >= 0x80;
}

static gboolean
next (SignetSpan *rest, Element *element)
{
  const guint8 *start = rest->data;
  SignetSpan after = *rest;
  gsize length = 0;

  if (after.size < 2 || (after.data[0] & 0x1f) == 0x1f)
    return FALSE;
  element->tag = *after.data++;
  after.size--;
  if (!read_length (&after, &length) || length > after.size)
    return FALSE;
  element->content = (SignetSpan){ after.data, length };
  element->whole = (SignetSpan){ start, (gsize) (after.data - start) + length };
  *rest = (SignetSpan){ after.data + length, after.size - length };
  return TRUE;
}

static gboolean
next_is (SignetSpan *rest, guint8 tag, Element *element)
{
  return next (rest, element) && element->tag == tag;
}

static gboolean
comes (const SignetSpan *rest, guint8 tag)
{
  return rest->size > 0 && rest->data[0] == tag;
}

static gboolean
is_integer (const SignetSpan *content)
{
  if (content->size == 0 || content->size > MAX_SERIAL)
    return FALSE;
  return content->size == 1 || !((content->data[0] == 0 && content->data[1] < 0x80) || (content->data[0] == 0xff && content->data[1] >= 0x80));
}

static int
two_digits (const guint8 *text)
{
  return (text[0] - '0') * 10 + (text[1] - '0');
}

/* RFC 5280, 4.1.2.5: UTC with seconds, nothing else. */
static gboolean
read_time (const Element *element, gint64 *time)
{
  SignetSpan text = element->content;
  g_autoptr (GDateTime) date = NULL;
  int year;

  if (!((element->tag == TAG_UTC && text.size == 13) || (element->tag == TAG_GENERALIZED && text.size == 15)) || text.data[text.size - 1] != 'Z')
    return FALSE;
  for (gsize i = 0; i + 1 < text.size; i++)
    if (!g_ascii_isdigit (text.data[i]))
      return FALSE;
  year = two_digits (text.data);
  year = element->tag == TAG_GENERALIZED ? year * 100 + two_digits (text.data + 2) : year < 50 ? 2000 + year : 1900 + year;
  text.data += element->tag == TAG_GENERALIZED ? 4 : 2;
  date = g_date_time_new_utc (year, two_digits (text.data), two_digits (text.data + 2), two_digits (text.data + 4), two_digits (text.data + 6),
                              MIN (two_digits (text.data + 8), 59));
  if (date == NULL)
    return FALSE;
  *time = g_date_time_to_unix (date);
  return TRUE;
}

static gboolean
is_time (const Element *element)
{
  return (element->tag == TAG_UTC && element->content.size == 13) || (element->tag == TAG_GENERALIZED && element->content.size == 15);
}

/* --- the list ------------------------------------------------------------------------------------------------------------- */

static gboolean
read_version (SignetSpan *rest, SignetCrl *crl)
{
  Element version;

  if (!comes (rest, TAG_INTEGER))
    return TRUE;
  crl->has_version = TRUE;
  return next (rest, &version) && version.content.size == 1 && version.content.data[0] == 1; /* v2 */
}

static gboolean
read_times (SignetSpan *rest, SignetCrl *crl)
{
  Element time;

  crl->next_update = SIGNET_TIME_UNKNOWN;
  if (!next (rest, &time) || !read_time (&time, &crl->this_update))
    return FALSE;
  if (!comes (rest, TAG_UTC) && !comes (rest, TAG_GENERALIZED))
    return TRUE;
  return next (rest, &time) && read_time (&time, &crl->next_update);
}

static gboolean
read_extensions (SignetSpan *rest, SignetCrl *crl)
{
  Element outer, inner;
  const unsigned char *p;

  if (!comes (rest, TAG_EXTENSIONS))
    return TRUE;
  if (!crl->has_version || !next (rest, &outer) || outer.content.size > MAX_EXTENSIONS)
    return FALSE;
  p = outer.content.data;
  if (!next_is (&outer.content, TAG_SEQUENCE, &inner) || outer.content.size > 0)
    return FALSE;
  crl->extensions = d2i_X509_EXTENSIONS (NULL, &p, (long) inner.whole.size);
  return crl->extensions != NULL && p == inner.whole.data + inner.whole.size;
}

static gboolean
read_head (SignetSpan *rest, SignetCrl *crl)
{
  Element algorithm, issuer;
  const unsigned char *p;

  if (!read_version (rest, crl) || !next_is (rest, TAG_SEQUENCE, &algorithm) || !next_is (rest, TAG_SEQUENCE, &issuer)
      || issuer.whole.size > MAX_NAME)
    return FALSE;
  crl->inner_algorithm = algorithm.whole;
  p = issuer.whole.data;
  crl->issuer = d2i_X509_NAME (NULL, &p, (long) issuer.whole.size);
  return crl->issuer != NULL && p == issuer.whole.data + issuer.whole.size && read_times (rest, crl);
}

static gboolean
read_to_be_signed (SignetCrl *crl)
{
  SignetSpan whole = crl->to_be_signed;
  Element outer, entries;

  if (!next (&whole, &outer) || !read_head (&outer.content, crl))
    return FALSE;
  if (comes (&outer.content, TAG_SEQUENCE))
    {
      if (!next (&outer.content, &entries))
        return FALSE;
      crl->entries = entries.content;
    }
  return read_extensions (&outer.content, crl) && outer.content.size == 0;
}

static gboolean
read_signature (SignetSpan *rest, SignetCrl *crl)
{
  Element algorithm, bits;
  const unsigned char *p;

  if (!next_is (rest, TAG_SEQUENCE, &algorithm) || !next_is (rest, TAG_BITS, &bits) || rest->size > 0)
    return FALSE;
  /* 5.1.1.2: the same as in the signed part, or somebody could choose another */
  if (algorithm.whole.size != crl->inner_algorithm.size
      || memcmp (algorithm.whole.data, crl->inner_algorithm.data, algorithm.whole.size) != 0)
    return FALSE;
  p = algorithm.whole.data;
  crl->algorithm = d2i_X509_ALGOR (NULL, &p, (long) algorithm.whole.size);
  p = bits.whole.data;
  crl->signature = d2i_ASN1_BIT_STRING (NULL, &p, (long) bits.whole.size);
  return crl->algorithm != NULL && crl->signature != NULL;
}

static gboolean
read_crl (SignetCrl *crl)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (crl->bytes, &size);
  SignetSpan rest = { data, size };
  Element outer, signed_part;

  if (!next_is (&rest, TAG_SEQUENCE, &outer) || rest.size > 0 || !next_is (&outer.content, TAG_SEQUENCE, &signed_part))
    return FALSE;
  crl->to_be_signed = signed_part.whole;
  return read_to_be_signed (crl) && read_signature (&outer.content, crl);
}

/* Knows the form alone; %NULL with %SIGNET_EVIDENCE_ERROR_INVALID. */
SignetCrl *
_signet_crl_open (GBytes *bytes, GError **error)
{
  g_autoptr (SignetCrl) crl = g_new0 (SignetCrl, 1);

  crl->bytes = g_bytes_ref (bytes);
  if (g_bytes_get_size (bytes) > SIGNET_CRL_MAX_SIZE)
    _signet_evidence_set_invalid (error, "the revocation list is larger than 32 MiB");
  else if (!read_crl (crl))
    _signet_evidence_set_invalid (error, "not a certificate revocation list");
  else
    return g_steal_pointer (&crl);
  return NULL;
}

void
_signet_crl_free (SignetCrl *crl)
{
  if (crl == NULL)
    return;
  g_bytes_unref (crl->bytes);
  X509_NAME_free (crl->issuer);
  X509_ALGOR_free (crl->algorithm);
  ASN1_BIT_STRING_free (crl->signature);
  sk_X509_EXTENSION_pop_free (crl->extensions, X509_EXTENSION_free);
  g_free (crl);
}

/* --- the entries ----------------------------------------------------------------------------------------------------------- */

#define OBJECT_REASON             "\x55\x1d\x15" /* 5.3.1 */
#define OBJECT_HOLD               "\x55\x1d\x17" /* of RFC 3280, no longer used */
#define OBJECT_INVALIDITY         "\x55\x1d\x18" /* 5.3.2 */
#define OBJECT_CERTIFICATE_ISSUER "\x55\x1d\x1d" /* 5.3.3 */

static gboolean
is_object (const SignetSpan *content, const char *object)
{
  return content->size == strlen (object) && memcmp (content->data, object, content->size) == 0;
}

static gboolean
read_reason (SignetSpan value, int *reason)
{
  Element code;

  if (!next_is (&value, TAG_ENUMERATED, &code) || value.size > 0 || code.content.size != 1)
    return FALSE;
  *reason = code.content.data[0];
  return *reason <= 10 && *reason != 7;
}

/* @reason: (nullable): only of the entry that was asked for */
static SignetCrlProblem
read_entry_extension (SignetSpan content, int *reason)
{
  Element object, critical = { 0 }, value;

  if (!next_is (&content, TAG_OBJECT, &object) || (comes (&content, TAG_BOOLEAN) && !next (&content, &critical))
      || !next_is (&content, TAG_OCTETS, &value) || content.size > 0)
    return SIGNET_CRL_MALFORMED;
  if (is_object (&object.content, OBJECT_CERTIFICATE_ISSUER))
    return SIGNET_CRL_INDIRECT;
  if (is_object (&object.content, OBJECT_REASON)) /* once: of two, each reader would take another */
    return reason == NULL || (*reason == -1 && read_reason (value.content, reason)) ? SIGNET_CRL_FINE : SIGNET_CRL_MALFORMED;
  if (is_object (&object.content, OBJECT_HOLD) || is_object (&object.content, OBJECT_INVALIDITY))
    return SIGNET_CRL_FINE;
  return critical.content.size == 1 && critical.content.data[0] != 0 ? SIGNET_CRL_CRITICAL : SIGNET_CRL_FINE;
}

static SignetCrlProblem
read_entry_extensions (SignetSpan rest, int *reason)
{
  Element all, one;
  SignetCrlProblem problem = SIGNET_CRL_FINE;

  if (rest.size == 0)
    return SIGNET_CRL_FINE;
  if (!next_is (&rest, TAG_SEQUENCE, &all) || rest.size > 0)
    return SIGNET_CRL_MALFORMED;
  while (all.content.size > 0 && problem == SIGNET_CRL_FINE)
    problem = next_is (&all.content, TAG_SEQUENCE, &one) ? read_entry_extension (one.content, reason) : SIGNET_CRL_MALFORMED;
  return problem;
}

static SignetCrlProblem
read_entry (SignetSpan content, const SignetSpan *serial, SignetCrlEntry *found)
{
  Element number, time;
  SignetCrlEntry entry = { .revoked_at = SIGNET_TIME_UNKNOWN, .reason = -1 };
  SignetCrlProblem problem;
  gboolean is_ours;

  if (!next_is (&content, TAG_INTEGER, &number) || !is_integer (&number.content) || !next (&content, &time) || !is_time (&time))
    return SIGNET_CRL_MALFORMED;
  is_ours = number.content.size == serial->size && memcmp (number.content.data, serial->data, serial->size) == 0;
  problem = read_entry_extensions (content, is_ours ? &entry.reason : NULL);
  if (!is_ours || problem != SIGNET_CRL_FINE)
    return problem;
  if (!read_time (&time, &entry.revoked_at))
    return SIGNET_CRL_MALFORMED;
  /* 6.3.3 (k): taken from the list again. Of two entries the one that revokes counts. */
  entry.listed = entry.reason != SIGNET_CRL_REASON_REMOVED;
  if (!found->listed)
    *found = entry;
  return SIGNET_CRL_FINE;
}

/*
 * Walks over all entries: one whose critical extension is not known here spoils the whole list (RFC 5280, 5.3).
 * @serial: content of the INTEGER
 */
SignetCrlProblem
_signet_crl_find (SignetCrl *crl, SignetSpan serial, SignetCrlEntry *found)
{
  SignetSpan rest = crl->entries;
  SignetCrlProblem problem = SIGNET_CRL_FINE;
  Element entry;

  *found = (SignetCrlEntry){ .revoked_at = SIGNET_TIME_UNKNOWN, .reason = -1 };
  for (guint n = 0; rest.size > 0 && problem == SIGNET_CRL_FINE; n++)
    {
      if (n >= MAX_ENTRIES)
        return SIGNET_CRL_TOO_MANY;
      problem = next_is (&rest, TAG_SEQUENCE, &entry) ? read_entry (entry.content, &serial, found) : SIGNET_CRL_MALFORMED;
      /* of version 1 (5.1.2.6: extensions only in version 2): read all the same, as everybody does */
    }
  return problem;
}
