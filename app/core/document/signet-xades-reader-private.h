/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-xades-reader-private.h: reads XML signatures made by anybody and judges each of them. */
#pragma once

#include "signet-document-signature-private.h"
#include "signet-xades-private.h"

G_BEGIN_DECLS

/*
 * What a reference outside the document leads to, and nothing else is ever opened. @name: percent-decoded, valid UTF-8. Returns the digest of
 * its bytes; NULL without @error: there is no such thing.
 */
typedef GBytes *(*SignetXadesResolve) (const char *name, SignetDigest digest, gpointer data, GCancellable *cancellable, GError **error);

/* Judges all signatures of @bytes, in the order of the document; ids are "1", "2" … @resolve: (nullable). Errors: as _signet_xml_parse(), and
   those of @resolve; what is wrong with a signature is a finding. In asic:XAdESSignatures each is judged as if it were alone. */
GPtrArray *_signet_xades_find (GBytes *bytes, SignetXadesResolve resolve, gpointer data, GCancellable *cancellable, GError **error);

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
  gpointer                 resolve_data;
  GCancellable            *cancellable;
  SignetDocumentSignature *signature;
} SignetXadesReader;

/* signet-xades-reference.c: every ds:Reference of ds:SignedInfo. FALSE only with @error. */
gboolean                         _signet_xades_judge_references (SignetXadesReader *self, GError **error);
/* Also the prefixes an exclusive canonicalisation keeps: (out) (transfer full) (nullable). NULL: a method we do not follow. */
const SignetXmlCanonicalization *_signet_xades_read_method      (const xmlNode *element, char ***prefixes);

G_END_DECLS
