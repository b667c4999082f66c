/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * test-second-reader.c: which documents are signed on the word of our reader alone. Those where a second strict reader could see something else
 * are not among them, and of the others it says the same. Usage: test-second-reader SEEDS
 */
#include "config.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../app/core/document/signet-document-pdf-private.h"

static const char *seeds;

static const char table[] =
  "%PDF-1.7\n"
  "1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"
  "2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n"
  "3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] >>\nendobj\n";

static SignetDocumentPdf *
open_bytes (const char *bytes, gsize length)
{
  int fd = memfd_create ("document", MFD_CLOEXEC);
  g_autofree char *path = g_strdup_printf ("/proc/self/fd/%d", fd);
  g_autoptr(SignetDocumentFile) file = NULL;
  SignetDocumentPdf *pdf = NULL;

  g_assert_cmpint (write (fd, bytes, length), ==, (gssize) length);
  file = signet_document_file_open (path, NULL);
  g_assert_nonnull (file);
  pdf = signet_document_pdf_open (file, NULL, NULL);
  close (fd);
  return pdf;
}

/* @entries: behind "xref\n", with %1 %2 %3 for the offsets of the three objects; @before: between the last object and "xref" as startxref has it */
static SignetDocumentPdf *
open_with_table (const char *before, const char *entries, const char *size)
{
  g_autoptr(GString) text = g_string_new (table);
  gsize start = text->len;

  g_string_append (text, before);
  g_string_append (text, "xref\n");
  g_string_append (text, entries);
  for (guint i = 1; i <= 3; i++)
    {
      g_autofree char *header = g_strdup_printf ("%u 0 obj", i);
      g_autofree char *name = g_strdup_printf ("%%%u", i);
      g_autofree char *offset = g_strdup_printf ("%010u", (guint) (strstr (table, header) - table));

      g_string_replace (text, name, offset, 0);
    }
  g_string_append_printf (text, "trailer\n<< /Size %s /Root 1 0 R >>\nstartxref\n%" G_GSIZE_FORMAT "\n%%%%EOF\n", size, start);
  return open_bytes (text->str, text->len);
}

#define FREE "0000000000 65535 f \n"
#define PLAIN "0 4\n" FREE "%1 00000 n \n%2 00000 n \n%3 00000 n \n"

static void
test_tables (void)
{
  static const struct { const char *before; const char *entries; const char *size; gboolean odd; } cases[] = {
    { "", PLAIN, "4", FALSE },
    { "", "0 2\n" FREE "%1 00000 n \n2 2\n%2 00000 n \n%3 00000 n \n", "4", FALSE },
    { "", "0 4\n0000000000 65535 f\r\n%1 00000 n\r\n%2 00000 n\r\n%3 00000 n\r\n", "9", FALSE },
    { "\n", PLAIN, "4", TRUE },                                                              /* something before the table */
    { "% here\n", PLAIN, "4", TRUE },
    { "", PLAIN, "3", TRUE },                                                                /* an object that the size leaves out */
    { "", "0 4\n" FREE "%1 00000 n \n%2 00000 n \n%3 00000 n \n2 1\n%3 00000 n \n", "4", TRUE }, /* one number twice */
    { "", "1 3\n%1 00000 n \n%2 00000 n \n%3 00000 n \n0 1\n" FREE, "4", TRUE },              /* out of order */
    { "", "0 4\n0000000000 65535 f\n\n%1 00000 n\n\n%2 00000 n\n\n%3 00000 n\n\n", "4", TRUE }, /* line ends of its own */
    { "", "0 4\n0000000000 65535 n \n%1 00000 n \n%2 00000 n \n%3 00000 n \n", "4", TRUE },     /* number 0 in use */
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(SignetDocumentPdf) pdf = open_with_table (cases[i].before, cases[i].entries, cases[i].size);

      if (pdf == NULL && cases[i].odd) /* the two readers did not agree */
        continue;
      g_test_message ("case %" G_GSIZE_FORMAT, i);
      g_assert_nonnull (pdf);
      g_assert_cmpint (_signet_pdf_is_odd (pdf->reader), ==, cases[i].odd);
    }
}

/* More than one reader looks for the end only so far back. */
static void
test_far_from_the_end (void)
{
  static const char rest[] = "xref\n" PLAIN;
  g_autoptr(SignetDocumentPdf) near = open_with_table ("", rest + strlen ("xref\n"), "4");
  g_autoptr(GString) text = g_string_new (NULL);
  g_autoptr(SignetDocumentPdf) far = NULL;
  g_autofree guint8 *bytes = NULL;
  gsize size = signet_document_file_get_size (near->file);

  bytes = g_malloc (size);
  g_assert_true (signet_document_file_read (near->file, 0, bytes, size, NULL));
  g_string_append_len (text, (const char *) bytes, (gssize) size);
  for (guint i = 0; i < 1100; i++)
    g_string_append_c (text, '\n');
  far = open_bytes (text->str, text->len);
  g_assert_false (_signet_pdf_is_odd (near->reader));
  g_assert_true (far == NULL || _signet_pdf_is_odd (far->reader));
}

static void
check_agreement (SignetDocumentPdf *pdf)
{
  g_autoptr(GError) error = NULL;
  gboolean encrypted = TRUE;
  guint32 root = 0;

  _signet_pdf_ask_qpdf (pdf->file, pdf->reader->entries->len, NULL, &root, &encrypted, &error);
  g_assert_no_error (error);
  g_assert_false (encrypted);
  g_assert_cmpuint (root, ==, (guint32) _signet_pdf_lookup (pdf->reader->trailer, "Root")->integer);
}

static void
test_seeds (void)
{
  static const char *const alone[] = { "table", "form", "revised", "streams", "signed", "signed-twice", "certified" };
  static const char *const asked[] = { "hybrid", "linearized", "encrypted" };

  for (gsize i = 0; i < G_N_ELEMENTS (alone); i++)
    {
      g_autofree char *path = g_build_filename (seeds, alone[i], NULL);
      g_autoptr(SignetDocumentFile) file = signet_document_file_open (path, NULL);
      g_autoptr(SignetDocumentPdf) pdf = signet_document_pdf_open (file, NULL, NULL);

      g_test_message ("%s", alone[i]);
      g_assert_nonnull (pdf);
      g_assert_false (_signet_pdf_is_odd (pdf->reader));
      check_agreement (pdf);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (asked); i++)
    {
      g_autofree char *path = g_build_filename (seeds, asked[i], NULL);
      g_autoptr(SignetDocumentFile) file = signet_document_file_open (path, NULL);
      g_autoptr(SignetDocumentPdf) pdf = signet_document_pdf_open (file, NULL, NULL);

      g_test_message ("%s", asked[i]);
      g_assert_true (pdf == NULL || _signet_pdf_is_odd (pdf->reader));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (argc != 2)
    g_error ("usage: test-second-reader SEEDS");
  seeds = argv[1];
  g_test_add_func ("/document/second-reader/tables", test_tables);
  g_test_add_func ("/document/second-reader/far-from-the-end", test_far_from_the_end);
  g_test_add_func ("/document/second-reader/seeds", test_seeds);
  return g_test_run ();
}
