/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-zip-reader-private.h: what the two halves of the ZIP reader share. */
#pragma once

#include "signet-zip-private.h"

struct _SignetZipReader {
  SignetDocumentFile *file;
  GPtrArray          *members;   /* (element-type SignetZipMember), by position */
  GHashTable         *by_name;   /* key → borrowed member */
  GBytes             *directory;
  guint64             end;       /* of the members */
  GHashTable         *known[SIGNET_DIGEST_SM3 + 1]; /* (nullable): borrowed member → digest, for each kind of digest */
  EVP_MD_CTX         *hashing;   /* (nullable): kept from one member to the next */
  guint8             *window;    /* (nullable) */
};
