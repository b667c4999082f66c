/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-document-find-asic.c: the signatures of a container (EN 319 162-1). A signature of ASiC-S is about its one document; one of ASiC-E is about a manifest, and
 * that about documents. Each document is hashed once. A document that a signature leaves out makes its coverage partial: what is shown is what was signed.
 *
 * The CMS inside is judged by signet-cms-reader.c, XAdES by signet-xades-reader.c, whose references are names of members and nothing else. One thread at a time.
 */
#define G_LOG_DOMAIN "signet-document-find-asic"

#include "config.h"

#include "signet-asic-container-private.h"
#include "signet-cms-archive-private.h"
#include "signet-cms-counter-private.h"
#include "signet-cms-reader-private.h"
#include "signet-xades-reader-private.h"

#include <string.h>

#define MAX_SIGNERS 1024 /* in one container */

/* One run. */
typedef struct {
  SignetAsicContainer *container;
  GHashTable          *manifests; /* borrowed signature member → Listing */
  GPtrArray           *found;
  GCancellable        *cancellable; /* (nullable) */
} Finding;

/* A manifest and what became of its references; judged once, however many signatures are about it. */
typedef struct {
  const SignetZipMember *member;
  SignetAsicManifest    *manifest;
  guint                  n_owners;  /* manifests that claim the same signature */
  gboolean               judged;
  GPtrArray             *problems;  /* (element-type utf8), static */
  GHashTable            *covered;   /* borrowed members */
} Listing;

static void
listing_free (Listing *listing)
{
  _signet_asic_manifest_free (listing->manifest);
  g_ptr_array_unref (listing->problems);
  g_hash_table_unref (listing->covered);
  g_free (listing);
}

static void
add_problem (Listing *listing, const char *code)
{
  if (!g_ptr_array_find_with_equal_func (listing->problems, code, g_str_equal, NULL))
    g_ptr_array_add (listing->problems, (gpointer) code);
}

/* --- manifests -------------------------------------------------------------------------------------------------------------- */

/* (nullable): the member that a reference means. @ambiguous: it may mean two */
static const SignetZipMember *
resolve (SignetZipReader *zip, const char *uri, gboolean *ambiguous)
{
  g_auto(GStrv) names = _signet_asic_uri_to_names (uri);
  const SignetZipMember *found = NULL;

  for (guint i = 0; names[i] != NULL; i++)
    {
      const SignetZipMember *member = _signet_zip_reader_find (zip, names[i]);

      *ambiguous |= found != NULL && member != NULL;
      found = found != NULL ? found : member;
    }
  return found;
}

/* FALSE only with @error; a manifest that cannot be read leaves its signature without one. */
static gboolean
take_manifest (Finding *self, const SignetZipMember *member, GError **error)
{
  g_autoptr(GBytes) xml = _signet_zip_reader_load (self->container->zip, member, SIGNET_ASIC_MAX_MANIFEST, self->cancellable, error);
  SignetAsicManifest *manifest = xml != NULL ? _signet_asic_manifest_parse (xml, error) : NULL;
  const SignetZipMember *signature = NULL;
  gboolean ambiguous = FALSE;
  Listing *listing = NULL;

  if (manifest == NULL)
    return FALSE;
  signature = resolve (self->container->zip, manifest->signature_uri, &ambiguous);
  listing = signature != NULL ? g_hash_table_lookup (self->manifests, signature) : NULL;
  if (listing != NULL || signature == NULL || ambiguous)
    {
      if (listing != NULL)
        listing->n_owners++;
      _signet_asic_manifest_free (manifest);
      return TRUE;
    }
  listing = g_new0 (Listing, 1);
  listing->member = member;
  listing->manifest = manifest;
  listing->n_owners = 1;
  listing->problems = g_ptr_array_new ();
  listing->covered = g_hash_table_new (NULL, NULL);
  g_hash_table_insert (self->manifests, (gpointer) signature, listing);
  return TRUE;
}

/* FALSE only with @error */
static gboolean
judge_reference (Finding *self, Listing *listing, const SignetAsicReference *reference, GError **error)
{
  SignetZipReader *zip = self->container->zip;
  gboolean ambiguous = FALSE;
  const SignetZipMember *member = resolve (zip, reference->name, &ambiguous);
  g_autoptr(GError) local_error = NULL;
  g_autoptr(GBytes) digest = NULL;

  if (member == NULL || ambiguous || !g_hash_table_add (listing->covered, (gpointer) member))
    {
      add_problem (listing, member == NULL ? "reference-missing" : "reference-ambiguous");
      return TRUE;
    }
  if (reference->digest == SIGNET_DIGEST_UNKNOWN)
    {
      add_problem (listing, "reference-digest-unsupported");
      return TRUE;
    }
  digest = _signet_zip_reader_digest (zip, member, reference->digest, self->cancellable, &local_error);
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  if (digest == NULL)
    add_problem (listing, "member-damaged");
  else if (!g_bytes_equal (digest, reference->value))
    add_problem (listing, "digest-mismatch");
  if (reference->digest == SIGNET_DIGEST_SHA1)
    add_problem (listing, "reference-digest-weak");
  return TRUE;
}

static gboolean
judge_listing (Finding *self, Listing *listing, GError **error)
{
  if (listing->judged)
    return TRUE;
  listing->judged = TRUE;
  if (listing->n_owners > 1)
    add_problem (listing, "manifest-ambiguous");
  if (listing->manifest->has_critical)
    add_problem (listing, "manifest-extension");
  for (guint i = 0; i < listing->manifest->references->len; i++)
    if (!judge_reference (self, listing, g_ptr_array_index (listing->manifest->references, i), error))
      return FALSE;
  return TRUE;
}

/* --- one signature ----------------------------------------------------------------------------------------------------------- */

static void
note_problems (SignetDocumentSignature *signature, GPtrArray *problems)
{
  static const char *const unknown[] = { "manifest-extension", "reference-digest-unsupported", NULL };

  for (guint i = 0; i < problems->len; i++)
    {
      const char *code = g_ptr_array_index (problems, i);

      if (strcmp (code, "reference-digest-weak") == 0)
        _signet_document_signature_add_problem (signature, code);
      else if (!g_strv_contains (unknown, code))
        _signet_document_signature_set_broken (signature, code);
      else
        {
          _signet_document_signature_add_problem (signature, code);
          _signet_document_signature_set_integrity (signature, SIGNET_INTEGRITY_UNSUPPORTED);
        }
    }
}

/* @covered: (nullable): all documents */
static void
note_coverage (Finding *self, SignetDocumentSignature *signature, GHashTable *covered)
{
  GPtrArray *documents = self->container->documents;

  if (documents->len == 0)
    signature->coverage = SIGNET_COVERAGE_PARTIAL;
  for (guint i = 0; i < documents->len; i++)
    {
      const SignetZipMember *member = g_ptr_array_index (documents, i);

      if (covered == NULL || g_hash_table_contains (covered, member))
        {
          g_ptr_array_add (signature->covered, g_strdup (member->name));
          continue;
        }
      signature->coverage = SIGNET_COVERAGE_PARTIAL;
      _signet_document_signature_add_problem (signature, "member-not-covered");
    }
}

/* How signatures of a container are called: as their member; further ones in it with a number. */
static char *
make_id (const SignetZipMember *member, guint index)
{
  return index > 0 ? g_strdup_printf ("%s#%u", member->name, index + 1) : g_strdup (member->name);
}

static SignetDocumentSignature *
new_signature (Finding *self, const SignetZipMember *member, const char *inner, guint index)
{
  g_autofree char *id = make_id (member, index);
  SignetDocumentSignature *signature = _signet_document_signature_new (id);

  signature->coverage = SIGNET_COVERAGE_WHOLE;
  signature->format = self->container->kind == SIGNET_ASIC_SIMPLE ? "asics" : "asice";
  signature->inner_format = inner;
  g_ptr_array_add (self->found, signature);
  return signature;
}

static void
drop_level (Finding *self, SignetDocumentSignature *signature)
{
  /* EN 319 162-1, 4.3.3.1 and 4.4.3.1: baseline containers say what they are */
  if (!self->container->has_mimetype || signature->coverage != SIGNET_COVERAGE_WHOLE || signature->integrity != SIGNET_INTEGRITY_INTACT)
    signature->level = "";
}

/* What a signature member is directly about: the one document of ASiC-S, the manifest of ASiC-E. (nullable) */
static const SignetZipMember *
find_subject (Finding *self, const SignetZipMember *member, Listing **listing)
{
  GPtrArray *documents = self->container->documents;

  *listing = g_hash_table_lookup (self->manifests, member);
  if (*listing != NULL)
    return (*listing)->member;
  if (self->container->kind == SIGNET_ASIC_SIMPLE && documents->len == 1)
    return g_ptr_array_index (documents, 0);
  return NULL;
}

typedef struct {
  SignetCmsReader *reader;
  SignetCmsParts  *parts; /* (nullable) */
} Cms;

/* What an archive time-stamp asks for */
typedef struct {
  Finding               *finding;
  const SignetZipMember *subject; /* (nullable) */
} Content;

static GBytes *
digest_subject (SignetDigest digest, gpointer data, GError **error)
{
  const Content *content = data;
  SignetZipReader *zip = content->finding->container->zip;

  return content->subject != NULL ? _signet_zip_reader_digest (zip, content->subject, digest, content->finding->cancellable, error) : NULL;
}

/* They say nothing of the documents, only of a signature. */
static void
adopt_counters (Finding *self, SignetCmsReader *reader, guint index, SignetDocumentSignature *signature)
{
  guint first = self->found->len;

  _signet_cms_find_counters (reader, index, signature, self->found);
  for (guint i = first; i < self->found->len; i++)
    {
      SignetDocumentSignature *counter = g_ptr_array_index (self->found, i);

      counter->format = signature->format;
      counter->inner_format = signature->inner_format;
    }
}

static gboolean
judge_cades_signer (Finding *self, const SignetZipMember *member, const Cms *cms, guint index, const SignetZipMember *subject, Listing *listing,
                    GError **error)
{
  SignetDocumentSignature *signature = new_signature (self, member, "cades", index);
  SignetDigest digest = _signet_cms_reader_get_digest (cms->reader, index);
  Content content = { self, subject };
  g_autoptr(GBytes) value = NULL;
  g_autoptr(GError) local_error = NULL;

  if (subject != NULL && digest != SIGNET_DIGEST_UNKNOWN)
    value = _signet_zip_reader_digest (self->container->zip, subject, digest, self->cancellable, &local_error);
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  if (subject == NULL)
    _signet_document_signature_set_broken (signature, self->container->kind == SIGNET_ASIC_SIMPLE ? "not-one-document" : "manifest-missing");
  else if (value == NULL && digest != SIGNET_DIGEST_UNKNOWN)
    _signet_document_signature_set_broken (signature, "member-damaged");
  _signet_cms_reader_judge (cms->reader, index, SIGNET_CMS_RULES_CADES, value, signature);
  if (cms->parts != NULL && !_signet_cms_archive_attach (cms->parts, index, digest_subject, &content, signature, error))
    return FALSE;
  if (listing != NULL)
    note_problems (signature, listing->problems);
  note_coverage (self, signature, listing != NULL ? listing->covered : NULL);
  drop_level (self, signature);
  adopt_counters (self, cms->reader, index, signature);
  return TRUE;
}

static gboolean
judge_signers (Finding *self, const SignetZipMember *member, const Cms *cms, GError **error)
{
  g_autoptr(GBytes) inside = _signet_cms_reader_dup_content (cms->reader);
  guint n_signers = _signet_cms_reader_get_n_signers (cms->reader);
  guint first = self->found->len;
  Listing *listing = NULL;
  const SignetZipMember *subject = find_subject (self, member, &listing);

  if (n_signers > MAX_SIGNERS || self->found->len + n_signers > MAX_SIGNERS)
    {
      g_set_error_literal (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_TOO_LARGE, "ASiC: too many signatures");
      return FALSE;
    }
  if (listing != NULL && !judge_listing (self, listing, error))
    return FALSE;
  for (guint i = 0; i < n_signers; i++)
    if (!judge_cades_signer (self, member, cms, i, subject, listing, error))
      return FALSE;
  if (n_signers == 0)
    _signet_document_signature_set_broken (new_signature (self, member, "cades", 0), "signer-count");
  for (guint i = first; inside != NULL && i < self->found->len; i++)
    _signet_document_signature_set_broken (g_ptr_array_index (self->found, i), "content-inside");
  return TRUE;
}

/* A signature that cannot be read is a broken one, not a reason to say nothing of the others. */
static gboolean
judge_cades (Finding *self, const SignetZipMember *member, GError **error)
{
  g_autoptr(GError) local_error = NULL;
  g_autoptr(GBytes) der = _signet_zip_reader_load (self->container->zip, member, SIGNET_CMS_MAX_SIZE, self->cancellable, &local_error);
  g_autoptr(SignetCmsReader) reader = der != NULL ? _signet_cms_reader_new (der, NULL, &local_error) : NULL;
  g_autoptr(SignetCmsParts) parts = reader != NULL ? _signet_cms_parts_new (der, NULL) : NULL;
  Cms cms = { reader, parts };

  if (reader != NULL)
    return judge_signers (self, member, &cms, error);
  if (local_error->domain != SIGNET_DOCUMENT_ERROR)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  _signet_document_signature_set_broken (new_signature (self, member, "cades", 0), "cms-malformed");
  return TRUE;
}

/* --- XAdES ------------------------------------------------------------------------------------------------------------------- */

typedef struct {
  Finding *finding;
  gboolean damaged; /* some member could not be unpacked */
} Lookup;

static GBytes *
resolve_member (const char *name, SignetDigest digest, gpointer data, GCancellable *cancellable, GError **error)
{
  Lookup *lookup = data;
  SignetZipReader *zip = lookup->finding->container->zip;
  const SignetZipMember *member = _signet_zip_reader_find (zip, name);
  g_autoptr(GError) local_error = NULL;
  GBytes *value = NULL;

  if (member == NULL)
    return NULL;
  value = _signet_zip_reader_digest (zip, member, digest, cancellable, &local_error);
  if (local_error != NULL)
    g_propagate_error (error, g_steal_pointer (&local_error));
  else if (value == NULL)
    lookup->damaged = TRUE;
  return value;
}

static gboolean
add_to_digest (const void *data, gsize length, gpointer user_data)
{
  return EVP_DigestUpdate (user_data, data, length) == 1;
}

static gboolean
feed_member (const char *name, EVP_MD_CTX *context, gpointer data, GCancellable *cancellable, GError **error)
{
  Lookup *lookup = data;
  SignetZipReader *zip = lookup->finding->container->zip;
  const SignetZipMember *member = _signet_zip_reader_find (zip, name);

  return member != NULL && _signet_zip_reader_unpack (zip, member, add_to_digest, context, cancellable, error);
}

static GHashTable *
find_members (Finding *self, GPtrArray *names)
{
  GHashTable *members = g_hash_table_new (NULL, NULL);

  for (guint i = 0; i < names->len; i++)
    {
      const SignetZipMember *member = _signet_zip_reader_find (self->container->zip, g_ptr_array_index (names, i));

      if (member != NULL)
        g_hash_table_add (members, (gpointer) member);
    }
  return members;
}

/* What the reader found, as a signature of this container */
static void
adopt (Finding *self, const SignetZipMember *member, SignetDocumentSignature *signature, guint index, gboolean damaged)
{
  g_autoptr(GHashTable) covered = find_members (self, signature->covered);

  g_free (signature->id);
  signature->id = make_id (member, index);
  signature->format = self->container->kind == SIGNET_ASIC_SIMPLE ? "asics" : "asice";
  signature->inner_format = "xades";
  if (signature->integrity == SIGNET_INTEGRITY_NO_DATA)
    _signet_document_signature_set_broken (signature, damaged ? "member-damaged" : "reference-missing");
  if (self->container->kind == SIGNET_ASIC_SIMPLE && self->container->documents->len != 1)
    _signet_document_signature_set_broken (signature, "not-one-document");
  g_ptr_array_set_size (signature->covered, 0);
  note_coverage (self, signature, covered);
  drop_level (self, signature);
  g_ptr_array_add (self->found, g_object_ref (signature));
}

static gboolean
judge_xades (Finding *self, const SignetZipMember *member, GError **error)
{
  Lookup lookup = { .finding = self };
  g_autoptr(GError) local_error = NULL;
  g_autoptr(GBytes) xml = _signet_zip_reader_load (self->container->zip, member, SIGNET_XML_MAX_SIZE, self->cancellable, &local_error);
  g_autoptr(GPtrArray) signatures = xml != NULL ? _signet_xades_find_with (xml, resolve_member, feed_member, &lookup, self->cancellable, &local_error) : NULL;

  if (signatures == NULL && (local_error->domain != SIGNET_DOCUMENT_ERROR || local_error->code == SIGNET_DOCUMENT_ERROR_CHANGED))
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  if (signatures == NULL || signatures->len == 0)
    {
      _signet_document_signature_set_broken (new_signature (self, member, "xades", 0), "malformed");
      return TRUE;
    }
  if (self->found->len + signatures->len > MAX_SIGNERS)
    {
      g_set_error_literal (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_TOO_LARGE, "ASiC: too many signatures");
      return FALSE;
    }
  for (guint i = 0; i < signatures->len; i++)
    adopt (self, member, g_ptr_array_index (signatures, i), i, lookup.damaged);
  return TRUE;
}

/* --- all ---------------------------------------------------------------------------------------------------------------------- */

static void
note_unsupported (Finding *self, const SignetZipMember *member, const char *inner)
{
  SignetDocumentSignature *signature = new_signature (self, member, inner, 0);

  _signet_document_signature_add_problem (signature, "unsupported");
  _signet_document_signature_set_integrity (signature, SIGNET_INTEGRITY_UNSUPPORTED);
}

static gboolean
judge (Finding *self, const SignetZipMember *member, GError **error)
{
  switch (_signet_asic_get_role (member))
    {
    case SIGNET_ASIC_ROLE_CADES:
      return judge_cades (self, member, error);
    case SIGNET_ASIC_ROLE_XADES:
      return judge_xades (self, member, error);
    case SIGNET_ASIC_ROLE_TIMESTAMP:
      note_unsupported (self, member, NULL);
      return TRUE;
    case SIGNET_ASIC_ROLE_DOCUMENT:
    case SIGNET_ASIC_ROLE_MIMETYPE:
    case SIGNET_ASIC_ROLE_MANIFEST:
    case SIGNET_ASIC_ROLE_OTHER:
    default:
      return TRUE;
    }
}

/* --- the door ---------------------------------------------------------------------------------------------------------------- */

static gboolean
take_manifests (Finding *self, GError **error)
{
  GPtrArray *manifests = self->container->manifests;

  for (guint i = 0; i < manifests->len; i++)
    {
      g_autoptr(GError) local_error = NULL;

      if (take_manifest (self, g_ptr_array_index (manifests, i), &local_error))
        continue;
      if (local_error->domain != SIGNET_DOCUMENT_ERROR || local_error->code == SIGNET_DOCUMENT_ERROR_CHANGED)
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return FALSE;
        }
      g_debug ("%s", local_error->message);
    }
  return TRUE;
}

static gboolean
find (Finding *self, GError **error)
{
  GPtrArray *signatures = self->container->signatures;

  if (!take_manifests (self, error))
    return FALSE;
  for (guint i = 0; i < signatures->len; i++)
    if (g_cancellable_set_error_if_cancelled (self->cancellable, error) || !judge (self, g_ptr_array_index (signatures, i), error))
      return FALSE;
  return TRUE;
}

GPtrArray *
_signet_document_find_asic_signatures (SignetDocumentFile *file, GCancellable *cancellable, GError **error)
{
  g_autoptr(GError) local_error = NULL;
  g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr(SignetAsicContainer) container = _signet_asic_container_open (file, cancellable, &local_error);
  g_autoptr(GHashTable) manifests = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) listing_free);
  Finding finding = { .container = container, .manifests = manifests, .found = found, .cancellable = cancellable };

  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return NULL;
    }
  if (container != NULL && !find (&finding, error))
    return NULL;
  return g_steal_pointer (&found);
}
