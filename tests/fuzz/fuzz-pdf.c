/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz-pdf.c: any bytes as a PDF (fuzz-pdf.h). Single-threaded. */
#include "fuzz-pdf.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  fuzz_pdf (data, size, NULL);
  return 0;
}
