/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-xml-private.h: XML from outside, read with limits, and the canonical form of parts of it. libxml2 is loaded with the first document;
 * its headers give the types.
 */
#pragma once

#include <gio/gio.h>
#include <libxml/tree.h>

#include "../base/signet-algorithm.h"
#include "signet-document-file.h"

G_BEGIN_DECLS

#define SIGNET_XML_MAX_SIZE (64 * 1024 * 1024)
#define SIGNET_XML_MAX_TEXT 10000000 /* of one text: libxml2's own limit (XML_MAX_TEXT_LENGTH), which stays on */

#define SIGNET_XML_NS_DSIG      "http://www.w3.org/2000/09/xmldsig#"
#define SIGNET_XML_NS_XADES     "http://uri.etsi.org/01903/v1.3.2#"
#define SIGNET_XML_NS_XADES_141 "http://uri.etsi.org/01903/v1.4.1#"
#define SIGNET_XML_NS_ASIC      "http://uri.etsi.org/02918/v1.2.1#"

/* A parsed document. Immutable; any thread may read, one at a time. */
typedef struct _SignetXml SignetXml;

SignetXml *_signet_xml_parse    (GBytes *bytes, GError **error); /* MALFORMED, TOO_LARGE; UNSUPPORTED: has a DOCTYPE */
void       _signet_xml_free     (SignetXml *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SignetXml, _signet_xml_free)
xmlNode   *_signet_xml_get_root (SignetXml *self);

/* --- the tree: @namespace_uri NULL: any ------------------------------------------------------------------------------------ */
gboolean    _signet_xml_is           (const xmlNode *node, const char *namespace_uri, const char *name);
xmlNode    *_signet_xml_first        (const xmlNode *parent);                                                      /* (nullable): first child element */
xmlNode    *_signet_xml_next         (const xmlNode *node);                                                        /* (nullable): next sibling element */
xmlNode    *_signet_xml_child        (const xmlNode *parent, const char *namespace_uri, const char *name, guint *count); /* (nullable): the first; @count (nullable) */
xmlNode    *_signet_xml_after        (const xmlNode *node, const xmlNode *within);                                 /* (nullable): next element in the order of the document */
const char *_signet_xml_attribute    (const xmlNode *node, const char *name);                                      /* (nullable) borrowed; without namespace */
char       *_signet_xml_dup_text     (const xmlNode *node);                                                        /* (nullable): NULL when there is more than text in it */
GBytes     *_signet_xml_dup_base64   (const xmlNode *node);                                                        /* (nullable): not base64, or nothing */
gboolean    _signet_xml_is_inside    (const xmlNode *node, const xmlNode *ancestor);                               /* also when both are the same */
/* By any of the attributes that are taken for an ID (Id, ID, id, xml:id). @count: how many there are: more than one is an attack. */
xmlNode    *_signet_xml_find_id      (SignetXml *self, const char *id, guint *count);
guint       _signet_xml_get_position (const xmlNode *node);                                                        /* how many elements come before it */

/* --- canonical form ------------------------------------------------------------------------------------------------------- */
typedef struct {
  const char *uri;      /* static */
  int         mode;     /* xmlC14NMode */
  gboolean    comments;
} SignetXmlCanonicalization;

const SignetXmlCanonicalization *_signet_xml_canonicalization_find (const char *uri); /* (nullable) */
extern const SignetXmlCanonicalization _signet_xml_exclusive;                         /* what we write with */

/* What is canonicalised: a document, or a part of it, perhaps without something. */
typedef struct {
  const xmlNode *apex;               /* (nullable): NULL: the whole document */
  const xmlNode *without;            /* (nullable): this signature taken out */
  gboolean       without_signatures; /* all of them taken out */
  gboolean       comments;           /* references to the document itself never have them (XMLDSig 1.1, 4.4.3.3) */
  char         **inclusive_prefixes; /* (nullable): of exclusive canonicalisation */
} SignetXmlSelection;

GBytes *_signet_xml_canonical_bytes  (SignetXml *self, const SignetXmlSelection *selection, const SignetXmlCanonicalization *method, GError **error);
GBytes *_signet_xml_canonical_digest (SignetXml *self, const SignetXmlSelection *selection, const SignetXmlCanonicalization *method, SignetDigest digest,
                                      GError **error);

/* (nullable): all of @file; TOO_LARGE. signet-document-find-xml.c */
GBytes *_signet_xml_load (SignetDocumentFile *file, GError **error);

/* Into a digest that is in progress. */
gboolean _signet_xml_canonical_feed  (SignetXml *self, const SignetXmlSelection *selection, const SignetXmlCanonicalization *method, EVP_MD_CTX *context,
                                      GError **error);

/* --- bytes: signet-xml-text.c ---------------------------------------------------------------------------------------------- */
/* Where an element stands in the bytes. @content and @end_tag are 0 for "<empty/>". */
typedef struct {
  gsize start;   /* of '<' */
  gsize content; /* behind the '>' of its start tag */
  gsize end_tag; /* of "</" */
  gsize end;     /* behind its last '>' */
} SignetXmlExtent;

/* @position: as _signet_xml_get_position(). @bytes have been parsed: this trusts their form. FALSE: in an encoding this cannot be told of. */
gboolean _signet_xml_find_extent (GBytes *bytes, guint position, SignetXmlExtent *extent, GError **error);
/* @bytes with @text (ASCII) as the last thing inside the element at @position; all other bytes as they are. */
GBytes  *_signet_xml_append      (GBytes *bytes, guint position, const char *text, GError **error);
/* For text and attributes; what is not ASCII becomes a reference, what XML cannot say a replacement character. */
void     _signet_xml_escape      (GString *out, const char *text);
char    *_signet_xml_encode_base64 (GBytes *data);

G_END_DECLS
