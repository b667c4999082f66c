/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-asic-container.c: tells a container of signatures (EN 319 162-1) from other ZIP archives, and its members from each other by their names (A.1, 4.3, 4.4).
 * What the first member says decides; without it (old containers) the names do. Judges no signature. One thread at a time.
 */
#define G_LOG_DOMAIN "signet-asic-container"

#include "config.h"

#include "signet-asic-container-private.h"

#include <string.h>

#define META_INF       "META-INF/"
#define MIMETYPE       "mimetype"
#define MAX_MIMETYPE   256
#define MAX_SIGNATURES 1024
#define TAIL           (1024 * 1024) /* where marks of a container are looked for when it cannot be read */

static gboolean
has (const char *text, const char *part, const char *ending)
{
  return strstr (text, part) != NULL && g_str_has_suffix (text, ending);
}

SignetAsicRole
_signet_asic_get_role (const SignetZipMember *member)
{
  g_autofree char *name = NULL;

  if (strcmp (member->name, MIMETYPE) == 0)
    return SIGNET_ASIC_ROLE_MIMETYPE;
  if (g_ascii_strncasecmp (member->name, META_INF, strlen (META_INF)) != 0)
    return member->is_folder ? SIGNET_ASIC_ROLE_OTHER : SIGNET_ASIC_ROLE_DOCUMENT;
  name = g_ascii_strdown (member->name + strlen (META_INF), -1);
  if (has (name, "asicmanifest", ".xml") || has (name, "asicarchivemanifest", ".xml"))
    return SIGNET_ASIC_ROLE_MANIFEST;
  if (has (name, "signature", ".p7s"))
    return SIGNET_ASIC_ROLE_CADES;
  if (has (name, "signatures", ".xml"))
    return SIGNET_ASIC_ROLE_XADES;
  return has (name, "timestamp", ".tst") ? SIGNET_ASIC_ROLE_TIMESTAMP : SIGNET_ASIC_ROLE_OTHER;
}

void
_signet_asic_container_free (SignetAsicContainer *self)
{
  g_clear_pointer (&self->zip, _signet_zip_reader_free);
  g_ptr_array_unref (self->documents);
  g_ptr_array_unref (self->signatures);
  g_ptr_array_unref (self->manifests);
  g_free (self);
}

static void
sort_members (SignetAsicContainer *self)
{
  for (guint i = 0; i < _signet_zip_reader_get_n_members (self->zip); i++)
    {
      const SignetZipMember *member = _signet_zip_reader_get_member (self->zip, i);

      switch (_signet_asic_get_role (member))
        {
        case SIGNET_ASIC_ROLE_DOCUMENT:
          g_ptr_array_add (self->documents, (gpointer) member);
          break;
        case SIGNET_ASIC_ROLE_CADES:
        case SIGNET_ASIC_ROLE_XADES:
        case SIGNET_ASIC_ROLE_TIMESTAMP:
          g_ptr_array_add (self->signatures, (gpointer) member);
          break;
        case SIGNET_ASIC_ROLE_MANIFEST:
          g_ptr_array_add (self->manifests, (gpointer) member);
          break;
        case SIGNET_ASIC_ROLE_MIMETYPE:
        case SIGNET_ASIC_ROLE_OTHER:
        default:
          break;
        }
    }
}

static gboolean
set_malformed (GError **error, const char *what)
{
  g_set_error (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_MALFORMED, "ASiC: %s", what);
  return FALSE;
}

/* A.1: first, stored, nothing between its name and its content. */
static gboolean
check_mimetype_form (SignetAsicContainer *self, const SignetZipMember *member, GError **error)
{
  if (_signet_zip_reader_get_member (self->zip, 0) == member && member->method == 0 && !member->has_extra && !member->has_descriptor)
    return TRUE;
  return set_malformed (error, "the member mimetype is not first, stored and plain");
}

/* "" when there is none */
static char *
dup_mimetype (SignetAsicContainer *self, GCancellable *cancellable, GError **error)
{
  const SignetZipMember *member = _signet_zip_reader_find (self->zip, MIMETYPE);
  g_autoptr(GBytes) bytes = NULL;

  if (member == NULL)
    return g_strdup ("");
  bytes = _signet_zip_reader_load (self->zip, member, MAX_MIMETYPE, cancellable, error);
  return bytes != NULL ? g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes)) : NULL;
}

/* Without a mimetype: one document and the signature that only ASiC-S calls so, else ASiC-E. */
static SignetAsicKind
guess_kind (SignetAsicContainer *self)
{
  static const char *const simple[] = { META_INF "signature.p7s", META_INF "signatures.xml", META_INF "timestamp.tst" };

  for (guint i = 0; i < G_N_ELEMENTS (simple); i++)
    if (self->documents->len == 1 && self->manifests->len == 0 && _signet_zip_reader_find (self->zip, simple[i]) != NULL)
      return SIGNET_ASIC_SIMPLE;
  return SIGNET_ASIC_EXTENDED;
}

/* @is_container: FALSE: another kind of archive without signatures */
static gboolean
take_kind (SignetAsicContainer *self, gboolean *is_container, GCancellable *cancellable, GError **error)
{
  g_autofree char *mimetype = dup_mimetype (self, cancellable, error);

  if (mimetype == NULL)
    return FALSE;
  self->has_mimetype = strcmp (mimetype, SIGNET_ASIC_MIMETYPE_S) == 0 || strcmp (mimetype, SIGNET_ASIC_MIMETYPE_E) == 0;
  *is_container = self->has_mimetype || self->signatures->len > 0;
  if (!self->has_mimetype && *mimetype != '\0' && *is_container)
    {
      g_set_error_literal (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_UNSUPPORTED, "signatures in an archive of another kind than ASiC");
      return FALSE;
    }
  if (!self->has_mimetype)
    self->kind = guess_kind (self);
  else
    self->kind = strcmp (mimetype, SIGNET_ASIC_MIMETYPE_S) == 0 ? SIGNET_ASIC_SIMPLE : SIGNET_ASIC_EXTENDED;
  return !self->has_mimetype || check_mimetype_form (self, _signet_zip_reader_find (self->zip, MIMETYPE), error);
}

/* Of an archive that cannot be read: whether it may have been a container. Office documents and the like are not told to be damaged containers. */
static gboolean
looks_like_container (SignetDocumentFile *file)
{
  static const char *const marks[] = { "META-INF/signature", "META-INF/ASiC", "META-INF/timestamp", "vnd.etsi.asic", "META-INF/SIGNATURE" };
  guint64 size = signet_document_file_get_size (file);
  gsize length = (gsize) MIN (size, TAIL);
  g_autofree guint8 *bytes = g_malloc (length);

  for (guint64 offset = 0; offset <= size - length; offset += MAX (size - length, 1))
    {
      if (!signet_document_file_read (file, offset, bytes, length, NULL))
        return TRUE;
      for (guint i = 0; i < G_N_ELEMENTS (marks); i++)
        if (memmem (bytes, length, marks[i], strlen (marks[i])) != NULL)
          return TRUE;
    }
  return FALSE;
}

static SignetZipReader *
read_zip (SignetDocumentFile *file, GCancellable *cancellable, GError **error)
{
  g_autoptr(GError) local_error = NULL;
  SignetZipReader *zip = _signet_zip_reader_new (file, cancellable, &local_error);

  if (zip == NULL && (local_error->domain != SIGNET_DOCUMENT_ERROR || looks_like_container (file)))
    g_propagate_error (error, g_steal_pointer (&local_error));
  return zip;
}

SignetAsicContainer *
_signet_asic_container_open (SignetDocumentFile *file, GCancellable *cancellable, GError **error)
{
  SignetZipReader *zip = read_zip (file, cancellable, error);
  g_autoptr(SignetAsicContainer) self = NULL;
  gboolean is_container = FALSE;

  if (zip == NULL)
    return NULL;
  self = g_new0 (SignetAsicContainer, 1);
  self->zip = zip;
  self->documents = g_ptr_array_new ();
  self->signatures = g_ptr_array_new ();
  self->manifests = g_ptr_array_new ();
  sort_members (self);
  if (!take_kind (self, &is_container, cancellable, error) || !is_container)
    return NULL;
  if (self->signatures->len + self->manifests->len > MAX_SIGNATURES)
    {
      g_set_error_literal (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_TOO_LARGE, "ASiC: too many signatures");
      return NULL;
    }
  return g_steal_pointer (&self);
}
