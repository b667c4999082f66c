/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz-cms.c: any bytes as a CMS SignedData, with and without the data it is about. Judged, or an error; never both. Single-threaded. */
#include "config.h"

#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../app/core/document/signet-document-signature.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static SignetDocumentFile *
open_bytes (const void *data, gsize size)
{
  g_autofree char *path = NULL;
  SignetDocumentFile *file = NULL;
  int fd = memfd_create ("input", MFD_CLOEXEC);

  g_assert (write (fd, data, size) == (gssize) size);
  path = g_strdup_printf ("/proc/self/fd/%d", fd);
  file = signet_document_file_open (path, NULL);
  g_assert (file != NULL);
  close (fd);
  return file;
}

static void
judge (SignetDocumentFile *file, SignetDocumentFile *detached)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) found = signet_document_find_signatures (file, detached, NULL, &error);

  g_assert ((found != NULL) != (error != NULL));
  for (guint i = 0; found != NULL && i < found->len; i++)
    {
      SignetDocumentSignature *signature = g_ptr_array_index (found, i);

      /* intact only with a certificate that made it */
      g_assert (signet_document_signature_get_integrity (signature) != SIGNET_INTEGRITY_INTACT
                || signet_document_signature_get_signer (signature) != NULL);
    }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr(SignetDocumentFile) file = open_bytes (data, size);
  g_autoptr(SignetDocumentFile) detached = open_bytes ("sample data", 11);

  judge (file, NULL);
  judge (file, detached);
  return 0;
}
