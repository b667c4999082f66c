/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz-pdf-encrypted.c: any bytes as an encrypted PDF, read with the password its seeds have (fuzz-pdf.h). Single-threaded. */
#include "fuzz-pdf.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  fuzz_pdf (data, size, "open");
  return 0;
}
