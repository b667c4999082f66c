/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-zip-reader-private.h: what the parts of the ZIP reader share. */
#pragma once

#include "signet-zip-source-private.h"

/* The end of the archive: what is announced there (signet-zip-walk.c) */
typedef struct {
  guint64 n_members;
  guint64 directory;
  guint64 directory_size;
} SignetZipEnd;

struct _SignetZipReader {
  const SignetZipLibrary *library;
  SignetDocumentFile     *file;
  SignetZipSource        *source;
  zip_t                  *zip;
  SignetZipEnd            end;
  GPtrArray              *members;   /* (element-type SignetZipMember), by position */
  GHashTable             *by_name;   /* key → borrowed member */
  GHashTable             *known[SIGNET_DIGEST_SM3 + 1]; /* (nullable): borrowed member → digest, for each kind of digest */
  EVP_MD_CTX             *hashing;   /* (nullable): kept from one member to the next */
  guint8                 *window;    /* (nullable) */
  gboolean                looked_up; /* whether @told is */
  GHashTable             *told;      /* (nullable): what @file was told of its members */
};

gboolean _signet_zip_read_end (SignetDocumentFile *file, SignetZipEnd *end, GError **error);
/* Goes from the first byte to the directory, member by member, and says where they are. */
gboolean _signet_zip_walk     (SignetZipReader *self, GCancellable *cancellable, GError **error);
