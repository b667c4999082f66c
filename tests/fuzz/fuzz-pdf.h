/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fuzz-pdf.h: any bytes as a PDF: signatures looked for and judged, what it holds told, opened for signing, prepared. What was prepared must be
 * readable again, begin with the old bytes, and hold one signature more; a result and an error never come together. What is signed without asking
 * the second reader, it does not read differently. Single-threaded.
 */
#pragma once

#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../app/core/document/signet-document-pdf-private.h"

static inline SignetDocumentFile *
open_memory (int fd, const char *password)
{
  g_autofree char *path = g_strdup_printf ("/proc/self/fd/%d", fd);
  SignetDocumentFile *file = signet_document_file_open (path, NULL);
  g_autoptr(SignetSecret) secret = password != NULL ? signet_secret_new ((const guint8 *) password, strlen (password)) : NULL;

  g_assert (file != NULL);
  signet_document_file_set_password (file, secret);
  return file;
}

static inline int
find (SignetDocumentFile *file)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) found = signet_document_find_signatures (file, NULL, NULL, &error);

  g_assert ((found != NULL) != (error != NULL));
  return found != NULL ? (int) found->len : -1;
}

static inline void
check_prepared (int fd, const uint8_t *data, size_t size, const char *password)
{
  g_autoptr(SignetDocumentFile) file = open_memory (fd, password);
  g_autofree guint8 *head = g_malloc (size);

  g_assert (signet_document_file_read (file, 0, head, size, NULL));
  g_assert (memcmp (head, data, size) == 0);
  g_assert_cmpint (find (file), >, 0);
}

static inline void
prepare (SignetDocumentPdf *pdf, const uint8_t *data, size_t size, const char *field, const char *password)
{
  SignetPdfSignParameters parameters = { .room = 1024, .time = 1700000000, .field = field, .reason = "sample" };
  g_autoptr(SignetPdfPrepared) prepared = NULL;
  g_autoptr(GError) error = NULL;
  int fd = memfd_create ("output", MFD_CLOEXEC);

  prepared = signet_document_pdf_prepare (pdf, fd, SIGNET_DIGEST_SHA256, &parameters, NULL, &error);
  g_assert ((prepared != NULL) != (error != NULL));
  if (prepared != NULL)
    check_prepared (fd, data, size, password);
  close (fd);
}

/* It may refuse what we take; it may not see another document in it. */
static inline void
check_second_reader (SignetDocumentPdf *pdf)
{
  g_autoptr(GError) error = NULL;
  gboolean encrypted = FALSE;
  guint32 root = 0;

  if (_signet_pdf_is_odd (pdf->reader) || !_signet_pdf_ask_qpdf (pdf->file, pdf->reader->entries->len, NULL, &root, &encrypted, &error))
    return;
  g_assert_false (encrypted);
  g_assert_cmpuint (root, ==, (guint32) _signet_pdf_lookup (pdf->reader->trailer, "Root")->integer);
}

/* @password: (nullable) */
static inline void
fuzz_pdf (const uint8_t *data, size_t size, const char *password)
{
  g_autoptr(SignetDocumentFile) file = NULL;
  g_autoptr(SignetDocumentPdf) pdf = NULL;
  g_autoptr(GError) error = NULL;
  g_auto(GStrv) empty = NULL;
  int fd = memfd_create ("input", MFD_CLOEXEC);

  g_assert (write (fd, data, size) == (gssize) size);
  file = open_memory (fd, password);
  find (file);
  pdf = signet_document_pdf_open (file, NULL, &error);
  g_assert ((pdf != NULL) != (error != NULL));
  if (pdf != NULL)
    {
      check_second_reader (pdf);
      g_ptr_array_unref (signet_document_pdf_list_findings (pdf));
      signet_document_pdf_get_content (pdf);
      signet_document_pdf_get_n_signatures (pdf);
      empty = signet_document_pdf_dup_empty_fields (pdf);
      prepare (pdf, data, size, NULL, password);
      if (empty[0] != NULL)
        prepare (pdf, data, size, empty[0], password);
    }
  close (fd);
}
