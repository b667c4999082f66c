/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-xades-reader-private.h: reads XML signatures made by anybody and judges each of them. */
#pragma once

#include "signet-document-extension.h"
#include "signet-document-signature-private.h"
#include "signet-xades-private.h"

G_BEGIN_DECLS

/*
 * What a reference outside the document leads to, and nothing else is ever opened. @name: percent-decoded, valid UTF-8. Returns the digest of
 * its bytes; NULL without @error: there is no such thing.
 */
typedef GBytes *(*SignetXadesResolve) (const char *name, SignetDigest digest, gpointer data, GCancellable *cancellable, GError **error);

/* The same bytes into a digest in progress; FALSE without @error: there is no such thing. */
typedef gboolean (*SignetXadesFeed) (const char *name, EVP_MD_CTX *context, gpointer data, GCancellable *cancellable, GError **error);

/* Judges all signatures of @bytes, in the order of the document; ids are "1", "2" … @resolve: (nullable). Errors: as _signet_xml_parse(), and
   those of @resolve; what is wrong with a signature is a finding. In asic:XAdESSignatures each is judged as if it were alone. */
GPtrArray *_signet_xades_find (GBytes *bytes, SignetXadesResolve resolve, gpointer data, GCancellable *cancellable, GError **error);
/* With @feed: (nullable): archive time-stamps that cover files outside can be compared only with it. */
GPtrArray *_signet_xades_find_with (GBytes *bytes, SignetXadesResolve resolve, SignetXadesFeed feed, gpointer data, GCancellable *cancellable,
                                    GError **error);

/* --- one signature being read: shared by signet-xades-reader.c and signet-xades-reference.c --------------------------------- */
typedef struct {
  SignetXml               *xml;
  xmlNode                 *node;              /* ds:Signature */
  xmlNode                 *signed_info;
  xmlNode                 *value;
  xmlNode                 *key_info;          /* (nullable) */
  xmlNode                 *qualifying;        /* (nullable): xades:QualifyingProperties */
  xmlNode                 *signed_properties; /* (nullable) */
  xmlNode                 *unsigned_properties; /* (nullable): xades:UnsignedSignatureProperties */
  gboolean                 properties_covered;
  gboolean                 document_covered;
  GPtrArray               *covered;           /* (element-type xmlNode): elements that references lead to */
  guint                    n_references;      /* to data */
  guint                    n_missing;         /* of those */
  guint                    n_outside;         /* of those */
  SignetDigest             weakest;           /* of all digests of references */
  SignetXadesResolve       resolve;           /* (nullable) */
  SignetXadesFeed          feed;              /* (nullable) */
  gpointer                 resolve_data;
  GCancellable            *cancellable;
  SignetDocumentSignature *signature;
} SignetXadesReader;

/* signet-xades-reference.c: every ds:Reference of ds:SignedInfo. FALSE only with @error. */
gboolean                         _signet_xades_judge_references (SignetXadesReader *self, GError **error);
/* What all of them lead to, transformed, one after the other. FALSE without @error: not all of it is there, or not in a way we follow. */
gboolean                         _signet_xades_feed_references (SignetXadesReader *self, EVP_MD_CTX *context, GError **error);
/* signet-xades-unsigned.c: time-stamps and evidence in the unsigned properties. FALSE only with @error. */
gboolean                         _signet_xades_take_unsigned   (SignetXadesReader *self, GError **error);
/* What an archive time-stamp in front of @before (nullable: at the end) covers (EN 319 132-1, 5.5.2.2). NULL without @error: as above. */
GBytes                          *_signet_xades_archive_digest  (SignetXadesReader *self, const xmlNode *before, const xmlNode *method, SignetDigest digest,
                                                                GError **error);
/* signet-document-find-xml.c: both with @detached (nullable) as the one file that references outside can lead to */
GPtrArray                       *_signet_xades_find_beside     (GBytes *bytes, SignetDocumentFile *detached, GCancellable *cancellable, GError **error);
GBytes                          *_signet_xades_archive_digest_beside (SignetXadesReader *reader, SignetDocumentFile *detached,
                                                                      SignetDigest digest, GCancellable *cancellable, GError **error);
/* signet-xades-extension.c: for a signature in a container: @feed (nullable) gives what archive time-stamps cover, as long as it is set */
void                             _signet_xades_extension_set_feed (SignetDocumentExtension *base, SignetXadesFeed feed, gpointer data);
/* @method: (nullable): ds:CanonicalizationMethod; NULL: what XMLDSig says. (nullable) */
GBytes                          *_signet_xades_canonicalize    (SignetXadesReader *self, const xmlNode *apex, const xmlNode *method);
/* The signature that the finder calls @id. @reader is zeroed before, and cleared by who gave it. */
gboolean                         _signet_xades_reader_open     (SignetXadesReader *self, SignetXml *xml, const char *id, GError **error);
void                             _signet_xades_reader_clear    (SignetXadesReader *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SignetXadesReader, _signet_xades_reader_clear)
/* Also the prefixes an exclusive canonicalisation keeps: (out) (transfer full) (nullable). NULL: a method we do not follow. */
const SignetXmlCanonicalization *_signet_xades_read_method      (const xmlNode *element, char ***prefixes);

G_END_DECLS
