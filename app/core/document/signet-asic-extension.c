/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-asic-extension.c: signatures in a container at higher levels (EN 319 162-1, 6): each is taken out, extended as what it is (CAdES, XAdES), and put
 * back in its place; the documents in front of it keep every byte. Neither judges nor fetches. One thread at a time.
 */
#define G_LOG_DOMAIN "signet-asic-extension"

#include "config.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "../base/signet-base-error.h"
#include "signet-asic-container-private.h"
#include "signet-document-extension-private.h"
#include "signet-xades-reader-private.h"

#define MAX_INSIDE (64 * 1024 * 1024)

/* A signature that was taken out. */
typedef struct {
  char                    *member;
  char                    *id;        /* as it is called where it stands alone */
  int                      fd;        /* its content, changing */
  int                      subject;   /* what a CAdES signature is directly about; -1: not at hand */
  gboolean                 is_xades;
  SignetDocumentExtension *extension;
} Inner;

struct _SignetAsicExtension {
  SignetDocumentExtension parent_instance;

  Inner *inner; /* (nullable): between preparing and adding a time-stamp */
};

#define SIGNET_TYPE_ASIC_EXTENSION (_signet_asic_extension_get_type ())
G_DECLARE_FINAL_TYPE (SignetAsicExtension, _signet_asic_extension, SIGNET, ASIC_EXTENSION, SignetDocumentExtension)
G_DEFINE_FINAL_TYPE (SignetAsicExtension, _signet_asic_extension, SIGNET_TYPE_DOCUMENT_EXTENSION)

static void
inner_free (Inner *inner)
{
  g_clear_object (&inner->extension);
  if (inner->fd >= 0)
    close (inner->fd);
  if (inner->subject >= 0)
    close (inner->subject);
  g_free (inner->member);
  g_free (inner->id);
  g_free (inner);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Inner, inner_free)

static SignetAsicContainer *
open_container (SignetAsicExtension *self, GCancellable *cancellable, GError **error)
{
  g_autoptr(SignetDocumentFile) file = _signet_document_extension_open_file (SIGNET_DOCUMENT_EXTENSION (self), error);
  g_autoptr(GError) local_error = NULL;
  SignetAsicContainer *container = file != NULL ? _signet_asic_container_open (file, cancellable, &local_error) : NULL;

  if (local_error != NULL)
    g_propagate_error (error, g_steal_pointer (&local_error));
  else if (container == NULL && file != NULL)
    g_set_error_literal (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_UNSUPPORTED, "an archive without signatures");
  return container;
}

/* --- out and in --------------------------------------------------------------------------------------------------------------- */

/* -1 with @error */
static int
unpack_to_memory (SignetAsicContainer *container, const SignetZipMember *member, GCancellable *cancellable, GError **error)
{
  g_autoptr(GBytes) bytes = _signet_zip_reader_load (container->zip, member, MAX_INSIDE, cancellable, error);
  int fd = -1;

  if (bytes == NULL)
    return -1;
  fd = memfd_create ("signet-member", MFD_CLOEXEC);
  if (fd < 0)
    signet_base_error_set_errno (error, errno, "taking a signature out of its container");
  else if (!signet_document_write_at (fd, 0, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), error))
    {
      close (fd);
      fd = -1;
    }
  return fd;
}

/* (nullable): what a signature is directly about: the manifest that names it, else the only document */
static const SignetZipMember *
find_subject (SignetAsicContainer *container, const SignetZipMember *signature, GCancellable *cancellable)
{
  for (guint i = 0; i < container->manifests->len; i++)
    {
      const SignetZipMember *member = g_ptr_array_index (container->manifests, i);
      g_autoptr(GBytes) xml = _signet_zip_reader_load (container->zip, member, SIGNET_ASIC_MAX_MANIFEST, cancellable, NULL);
      g_autoptr(SignetAsicManifest) manifest = xml != NULL ? _signet_asic_manifest_parse (xml, NULL) : NULL;
      g_auto(GStrv) names = manifest != NULL ? _signet_asic_uri_to_names (manifest->signature_uri) : NULL;

      if (names != NULL && g_strv_contains ((const char *const *) names, signature->name))
        return member;
    }
  return container->documents->len == 1 ? g_ptr_array_index (container->documents, 0) : NULL;
}

static SignetDocumentFile *
open_subject (Inner *inner, GError **error)
{
  g_autofree char *path = g_strdup_printf ("/proc/self/fd/%d", inner->subject);

  return signet_document_file_open (path, error);
}

/* "META-INF/signature001.p7s" is the first one there, "…#2" the second. */
static Inner *
new_inner (const char *id)
{
  Inner *inner = g_new0 (Inner, 1);
  const char *mark = strrchr (id, '#');

  inner->fd = inner->subject = -1;
  inner->member = mark != NULL ? g_strndup (id, (gsize) (mark - id)) : g_strdup (id);
  inner->id = g_strdup (mark != NULL ? mark + 1 : "1");
  return inner;
}

static Inner *
take_out (SignetAsicExtension *self, const char *id, GCancellable *cancellable, GError **error)
{
  g_autoptr(SignetAsicContainer) container = open_container (self, cancellable, error);
  g_autoptr(Inner) inner = new_inner (id);
  g_autoptr(SignetDocumentFile) file = NULL;
  const SignetZipMember *member = container != NULL ? _signet_zip_reader_find (container->zip, inner->member) : NULL;
  const SignetZipMember *subject = NULL;

  if (container == NULL)
    return NULL;
  if (member == NULL)
    {
      g_set_error_literal (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_MALFORMED, "ASiC: no such signature");
      return NULL;
    }
  inner->fd = unpack_to_memory (container, member, cancellable, error);
  inner->is_xades = _signet_asic_get_role (member) == SIGNET_ASIC_ROLE_XADES;
  subject = inner->fd >= 0 && !inner->is_xades ? find_subject (container, member, cancellable) : NULL;
  if (subject != NULL)
    inner->subject = unpack_to_memory (container, subject, cancellable, error);
  if (inner->fd < 0 || (subject != NULL && inner->subject < 0))
    return NULL;
  if (inner->subject >= 0 && (file = open_subject (inner, error)) == NULL)
    return NULL;
  inner->extension = signet_document_extension_new (inner->fd, file, NULL, error);
  return inner->extension != NULL ? g_steal_pointer (&inner) : NULL;
}

static GBytes *
read_back (Inner *inner, GError **error)
{
  off_t length = lseek (inner->fd, 0, SEEK_END);
  g_autofree char *path = g_strdup_printf ("/proc/self/fd/%d", inner->fd);
  g_autoptr(SignetDocumentFile) file = signet_document_file_open (path, error);
  g_autofree guint8 *bytes = g_malloc ((gsize) MAX (length, 0) + 1);

  if (file == NULL || length < 0 || !signet_document_file_read (file, 0, bytes, (gsize) length, error))
    return NULL;
  return g_bytes_new_take (g_steal_pointer (&bytes), (gsize) length);
}

static gboolean
put_back (SignetAsicExtension *self, Inner *inner, GCancellable *cancellable, GError **error)
{
  g_autoptr(GBytes) content = read_back (inner, error);
  g_autoptr(SignetAsicContainer) container = content != NULL ? open_container (self, cancellable, error) : NULL;
  const SignetZipMember *member = container != NULL ? _signet_zip_reader_find (container->zip, inner->member) : NULL;
  g_autoptr(SignetZipWriter) writer =
      _signet_zip_writer_new (_signet_document_extension_get_fd (SIGNET_DOCUMENT_EXTENSION (self)), time (NULL));

  return member != NULL && _signet_zip_writer_replace (writer, member, content, error)
         && _signet_zip_writer_commit (writer, cancellable, error);
}

/* --- the steps ------------------------------------------------------------------------------------------------------------------ */

static gboolean
add_to_digest (const void *data, gsize length, gpointer user_data)
{
  return EVP_DigestUpdate (user_data, data, length) == 1;
}

static gboolean
feed_member (const char *name, EVP_MD_CTX *context, gpointer data, GCancellable *cancellable, GError **error)
{
  const SignetAsicContainer *container = data;
  const SignetZipMember *member = _signet_zip_reader_find (container->zip, name);

  return member != NULL && _signet_zip_reader_unpack (container->zip, member, add_to_digest, context, cancellable, error);
}

/* An archive time-stamp of XAdES is over the documents themselves, one after the other. */
static GBytes *
prepare_over_members (SignetAsicExtension *self, const SignetExtensionStamp *stamp, GCancellable *cancellable, GError **error)
{
  g_autoptr(SignetAsicContainer) container = open_container (self, cancellable, error);
  GBytes *digest = NULL;

  if (container == NULL)
    return NULL;
  _signet_xades_extension_set_feed (self->inner->extension, feed_member, container);
  digest = signet_document_extension_prepare_timestamp (self->inner->extension, stamp, cancellable, error);
  _signet_xades_extension_set_feed (self->inner->extension, NULL, NULL);
  return digest;
}

static GBytes *
prepare_timestamp (SignetDocumentExtension *base, const SignetExtensionStamp *stamp, GCancellable *cancellable, GError **error)
{
  SignetAsicExtension *self = SIGNET_ASIC_EXTENSION (base);
  SignetExtensionStamp inside = *stamp;

  g_clear_pointer (&self->inner, inner_free);
  self->inner = take_out (self, stamp->id, cancellable, error);
  if (self->inner == NULL)
    return NULL;
  inside.id = self->inner->id;
  if (stamp->archive && self->inner->is_xades)
    return prepare_over_members (self, &inside, cancellable, error);
  return signet_document_extension_prepare_timestamp (self->inner->extension, &inside, cancellable, error);
}

static gboolean
add_timestamp (SignetDocumentExtension *base, GBytes *token, GCancellable *cancellable, GError **error)
{
  SignetAsicExtension *self = SIGNET_ASIC_EXTENSION (base);

  g_return_val_if_fail (self->inner != NULL, FALSE);

  return signet_document_extension_add_timestamp (self->inner->extension, token, cancellable, error)
         && put_back (self, self->inner, cancellable, error);
}

static gboolean
add_evidence (SignetDocumentExtension *base, const char *id, SignetDocumentEvidence *evidence, GCancellable *cancellable, GError **error)
{
  SignetAsicExtension *self = SIGNET_ASIC_EXTENSION (base);
  g_autoptr(Inner) inner = take_out (self, id, cancellable, error);

  return inner != NULL && signet_document_extension_add_evidence (inner->extension, inner->id, evidence, cancellable, error)
         && put_back (self, inner, cancellable, error);
}

static void
_signet_asic_extension_finalize (GObject *object)
{
  g_clear_pointer (&SIGNET_ASIC_EXTENSION (object)->inner, inner_free);
  G_OBJECT_CLASS (_signet_asic_extension_parent_class)->finalize (object);
}

static void
_signet_asic_extension_class_init (SignetAsicExtensionClass *klass)
{
  SignetDocumentExtensionClass *extension = SIGNET_DOCUMENT_EXTENSION_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = _signet_asic_extension_finalize;
  extension->prepare_timestamp = prepare_timestamp;
  extension->add_timestamp = add_timestamp;
  extension->add_evidence = add_evidence;
}

static void
_signet_asic_extension_init (SignetAsicExtension *self)
{
  (void) self;
}
