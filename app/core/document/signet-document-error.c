/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-document-error.c: the error domain of the room. */
#define G_LOG_DOMAIN "signet-document-error"

#include "config.h"

#include "signet-document-error.h"

G_DEFINE_QUARK (signet-document-error-quark, signet_document_error)
