/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fuzz-pdf.c: any bytes as a PDF: signatures looked for and judged, opened for signing, prepared. What was prepared must be readable
 * again, begin with the old bytes, and hold one signature more; a result and an error never come together. Single-threaded.
 */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../app/core/document/signet-document-pdf.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static SignetDocumentFile *
open_memory (int fd)
{
  g_autofree char *path = g_strdup_printf ("/proc/self/fd/%d", fd);
  SignetDocumentFile *file = signet_document_file_open (path, NULL);

  g_assert (file != NULL);
  return file;
}

static int
find (SignetDocumentFile *file)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) found = signet_document_find_signatures (file, NULL, NULL, &error);

  g_assert ((found != NULL) != (error != NULL));
  return found != NULL ? (int) found->len : -1;
}

static void
check_prepared (int fd, const uint8_t *data, size_t size)
{
  g_autoptr(SignetDocumentFile) file = open_memory (fd);
  g_autofree guint8 *head = g_malloc (size);

  g_assert (signet_document_file_read (file, 0, head, size, NULL));
  g_assert (memcmp (head, data, size) == 0);
  g_assert_cmpint (find (file), >, 0);
}

static void
prepare (SignetDocumentPdf *pdf, const uint8_t *data, size_t size, const char *field)
{
  SignetPdfSignParameters parameters = { .room = 1024, .time = 1700000000, .field = field, .reason = "sample" };
  g_autoptr(SignetPdfPrepared) prepared = NULL;
  g_autoptr(GError) error = NULL;
  int fd = memfd_create ("output", MFD_CLOEXEC);

  prepared = signet_document_pdf_prepare (pdf, fd, SIGNET_DIGEST_SHA256, &parameters, NULL, &error);
  g_assert ((prepared != NULL) != (error != NULL));
  if (prepared != NULL)
    check_prepared (fd, data, size);
  close (fd);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr(SignetDocumentFile) file = NULL;
  g_autoptr(SignetDocumentPdf) pdf = NULL;
  g_autoptr(GError) error = NULL;
  g_auto(GStrv) empty = NULL;
  int fd = memfd_create ("input", MFD_CLOEXEC);

  g_assert (write (fd, data, size) == (gssize) size);
  file = open_memory (fd);
  find (file);
  pdf = signet_document_pdf_open (file, NULL, &error);
  g_assert ((pdf != NULL) != (error != NULL));
  if (pdf != NULL)
    {
      signet_document_pdf_get_content (pdf);
      signet_document_pdf_get_n_signatures (pdf);
      empty = signet_document_pdf_dup_empty_fields (pdf);
      prepare (pdf, data, size, NULL);
      if (empty[0] != NULL)
        prepare (pdf, data, size, empty[0]);
    }
  close (fd);
  return 0;
}
