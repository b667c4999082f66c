/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-pdf-orphan-private.h: a signature dictionary that nothing leads to. */
#pragma once

#include "signet-pdf-reader-private.h"

G_BEGIN_DECLS

/* (nullable) without @error: none. Reads the whole file. */
const SignetPdfValue *_signet_pdf_find_orphan (SignetPdfReader *reader, GCancellable *cancellable, GError **error);

G_END_DECLS
