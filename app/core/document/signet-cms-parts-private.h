/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-cms-parts-private.h: a SignedData cut into its parts, each kept byte for byte, to put something beside them. */
#pragma once

#include <gio/gio.h>

#include "signet-cms-element-private.h"
#include "signet-document-file.h"

G_BEGIN_DECLS

typedef struct {
  GBytes    *whole;             /* what the parts are slices of */
  guint      version;
  GPtrArray *digest_algorithms; /* (element-type GBytes) */
  GBytes    *content_type;      /* the whole OBJECT IDENTIFIER */
  GBytes    *content;           /* (nullable): what is inside, without its header */
  GPtrArray *certificates;      /* (element-type GBytes) */
  GPtrArray *crls;              /* (element-type GBytes) */
  GPtrArray *signer_infos;      /* (element-type GBytes) */
} SignetCmsParts;

/* (nullable): MALFORMED, TOO_LARGE */
SignetCmsParts *_signet_cms_parts_new         (GBytes *encoded, GError **error);
void            _signet_cms_parts_free        (SignetCmsParts *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SignetCmsParts, _signet_cms_parts_free)

gboolean        _signet_cms_parts_is_data     (const SignetCmsParts *self); /* the content is id-data */
void            _signet_cms_parts_set_content (SignetCmsParts *self, GBytes *content);
/* Whether all of it is encoded as RFC 5652 says, so that nobody takes it apart differently; not what is signed, which is bytes */
gboolean        _signet_cms_parts_are_formed  (const SignetCmsParts *self);
/* Whatever of @addition is not there yet; its signers always. TOO_LARGE: more signers or certificates than anybody reads. */
gboolean        _signet_cms_parts_merge       (SignetCmsParts *self, const SignetCmsParts *addition, gboolean signers, GError **error);
/* @signer_info: the countersignature; the signer at @index gets it among its unsigned attributes, everything else of it stays as it is. */
gboolean        _signet_cms_parts_countersign (SignetCmsParts *self, guint index, GBytes *signer_info, GError **error);
/* The same with any attribute: @type: the whole OBJECT IDENTIFIER; @value: one value of it */
gboolean        _signet_cms_parts_add_attribute (SignetCmsParts *self, guint index, const guint8 *type, gsize type_length, GBytes *value, GError **error);
/* A SignerInfo up to its signature, and what its unsigned attributes hold; both inside @signer_info */
gboolean        _signet_cms_split_signer_info (GBytes *signer_info, SignetCmsCursor *before, SignetCmsCursor *unsigned_attributes);
GBytes         *_signet_cms_parts_encode      (SignetCmsParts *self);

/* A SignedData without content around one SignerInfo: how a countersignature is read. (nullable): it is none */
GBytes         *_signet_cms_wrap_signer_info  (GBytes *signer_info);

/* The file's bytes; PEM unwrapped. TOO_LARGE above SIGNET_CMS_MAX_SIZE. */
GBytes         *_signet_cms_load              (SignetDocumentFile *file, GError **error);

G_END_DECLS
