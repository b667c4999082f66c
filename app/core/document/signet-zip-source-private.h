/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-zip-source-private.h: libzip, loaded when it is needed, and an open descriptor as the archive it works on. */
#pragma once

#include "signet-zip-private.h"

#include <zip.h>

G_BEGIN_DECLS

#define SIGNET_ZIP_FUNCTIONS(of) \
  of (open_from_source) of (close) of (discard) of (get_error) of (get_num_entries) of (get_name) of (stat_index) of (file_get_external_attributes) \
  of (fopen_index) of (fread) of (fclose) of (file_add) of (file_replace) of (set_file_compression) of (source_function_create) of (source_free) \
  of (error_init) of (error_fini) of (error_set) of (error_strerror) of (error_to_data) of (error_code_zip)
#define SIGNET_ZIP_MEMBER(name) __typeof__ (&zip_##name) name;

typedef struct { SIGNET_ZIP_FUNCTIONS (SIGNET_ZIP_MEMBER) } SignetZipLibrary;

/* (nullable) */
const SignetZipLibrary *_signet_zip_library (GError **error);

typedef struct _SignetZipSource SignetZipSource;

/* @fd: borrowed; @size: what is there to be read */
SignetZipSource *_signet_zip_source_new       (int fd, guint64 size, GError **error);
void             _signet_zip_source_free      (SignetZipSource *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SignetZipSource, _signet_zip_source_free)
/* (nullable): to be closed or discarded before @self is freed. @flags: of zip_open() */
zip_t           *_signet_zip_source_open      (SignetZipSource *self, int flags, GError **error);
/* @most: bytes that may be read from now on */
void             _signet_zip_source_set_limit (SignetZipSource *self, guint64 most);
/* (transfer full): why reading or writing failed; whoever makes libzip fail says so here, the first one counts. */
zip_int64_t      _signet_zip_source_fail      (SignetZipSource *self, GError *failure);
/* Whether it was the disk or a limit, and not the archive. */
gboolean         _signet_zip_source_take_failure (SignetZipSource *self, GError **error);
/* What libzip says, as an error of ours. FALSE. */
gboolean         _signet_zip_source_set_error (SignetZipSource *self, zip_error_t *said, GError **error);
guint64          _signet_zip_source_get_kept  (SignetZipSource *self);

G_END_DECLS
