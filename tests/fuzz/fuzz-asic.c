/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fuzz-asic.c: any bytes as a container: signatures looked for and judged, a signature more prepared in it, and the bytes as a manifest. A result and an
 * error never come together, and in what was prepared the members of before stand as they were. Single-threaded.
 */
#include "config.h"

#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../app/core/document/signet-asic-container-private.h"
#include "../../app/core/document/signet-asic-odf-manifest-private.h"
#include "../../app/core/document/signet-document-signature.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static SignetDocumentFile *
open_memory (int fd)
{
  g_autofree char *path = g_strdup_printf ("/proc/self/fd/%d", fd);
  SignetDocumentFile *file = signet_document_file_open (path, NULL);

  g_assert (file != NULL);
  return file;
}

static void
find (SignetDocumentFile *file)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) found = signet_document_find_signatures (file, NULL, NULL, &error);

  g_assert ((found != NULL) != (error != NULL));
}

/* What was taken over can be read again and is the same. */
static void
check_taken_over (SignetZipReader *before, int fd)
{
  g_autoptr(SignetDocumentFile) file = open_memory (fd);
  g_autoptr(GError) error = NULL;
  g_autoptr(SignetZipReader) after = _signet_zip_reader_new (file, NULL, &error);
  guint n = _signet_zip_reader_get_n_members (before);

  g_assert_no_error (error);
  g_assert_cmpuint (_signet_zip_reader_get_n_members (after), ==, n + 1);
  for (guint i = 0; i < n; i++)
    {
      const SignetZipMember *one = _signet_zip_reader_get_member (before, i);
      const SignetZipMember *other = _signet_zip_reader_find (after, one->name);

      g_assert (other != NULL && other->data == one->data && other->crc == one->crc && other->size == one->size);
    }
}

static void
take_over (SignetDocumentFile *input, SignetZipReader *before)
{
  int fd = memfd_create ("output", MFD_CLOEXEC);
  g_autoptr(SignetZipWriter) writer = _signet_zip_writer_new (fd, 1700000000);
  g_autoptr(GBytes) content = g_bytes_new_static ("sample", 6);

  if (!_signet_zip_reader_has_alike (before, "fuzz/new") && !_signet_zip_reader_has_alike (before, "fuzz") && _signet_zip_writer_copy (writer, input, NULL, NULL)
      && _signet_zip_writer_add (writer, "fuzz/new", content, NULL) && _signet_zip_writer_commit (writer, NULL, NULL))
    check_taken_over (before, fd);
  close (fd);
}

/* The first member gets another content: it and the others are there, and nothing else. */
static void
replace (SignetDocumentFile *input, SignetZipReader *before)
{
  int fd = memfd_create ("output", MFD_CLOEXEC);
  g_autoptr(SignetZipWriter) writer = _signet_zip_writer_new (fd, 1700000000);
  g_autoptr(GBytes) content = g_bytes_new_static ("sample", 6);
  const SignetZipMember *first = _signet_zip_reader_get_member (before, 0);

  if (!first->is_folder && _signet_zip_writer_copy (writer, input, NULL, NULL) && _signet_zip_writer_replace (writer, first, content, NULL)
      && _signet_zip_writer_commit (writer, NULL, NULL))
    {
      g_autoptr(SignetDocumentFile) file = open_memory (fd);
      g_autoptr(GError) error = NULL;
      g_autoptr(SignetZipReader) after = _signet_zip_reader_new (file, NULL, &error);

      g_assert_no_error (error);
      g_assert_cmpuint (_signet_zip_reader_get_n_members (after), ==, _signet_zip_reader_get_n_members (before));
      g_assert_cmpuint (_signet_zip_reader_find (after, first->name)->size, ==, 6);
    }
  close (fd);
}

static void
read_archive (SignetDocumentFile *file)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(SignetZipReader) zip = _signet_zip_reader_new (file, NULL, &error);

  g_assert ((zip != NULL) != (error != NULL));
  if (zip == NULL)
    return;
  take_over (file, zip);
  replace (file, zip);
}

static void
read_manifest (const uint8_t *data, size_t size)
{
  g_autoptr(GBytes) xml = g_bytes_new (data, size);
  g_autoptr(GError) error = NULL;
  g_autoptr(SignetAsicManifest) manifest = _signet_asic_manifest_parse (xml, &error);
  GHashTable *types = _signet_asic_odf_manifest_parse (xml);

  g_assert ((manifest != NULL) != (error != NULL));
  for (guint i = 0; manifest != NULL && i < manifest->references->len; i++)
    {
      const SignetAsicReference *reference = g_ptr_array_index (manifest->references, i);
      g_auto(GStrv) names = _signet_asic_uri_to_names (reference->name);

      g_assert (reference->value != NULL && names != NULL);
    }
  g_clear_pointer (&types, g_hash_table_unref);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr(SignetDocumentFile) file = NULL;
  int fd = memfd_create ("input", MFD_CLOEXEC);

  g_assert (write (fd, data, size) == (gssize) size);
  file = open_memory (fd);
  find (file);
  read_archive (file);
  read_manifest (data, size);
  close (fd);
  return 0;
}
