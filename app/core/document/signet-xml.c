/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-xml.c: XML from outside: no network, no DOCTYPE and so no entities, limits on size, depth and count. And its canonical form.
 *
 * libxml2 is not linked but loaded with the first document (signet-library.h): it brings ICU with it. Nothing of it is global but what it
 * keeps for itself; any thread may parse.
 */
#define G_LOG_DOMAIN "signet-xml"

#include "config.h"

#include "signet-xml-private.h"

#include <libxml/c14n.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/xmlerror.h>
#include <string.h>

#include "../base/signet-base-error.h"
#include "../base/signet-library.h"

/* '<' and '=' in the bytes: an upper bound of elements and attributes, known before any memory is taken for them */
#define MAX_MARKUP 1000000
/* The same, summed over every walk through the whole document: references can ask for many. */
#define MAX_WORK   (256 * 1024 * 1024)

#define XML_FUNCTIONS(of) \
  of (InitParser) of (NewParserCtxt) of (CtxtReadMemory) of (FreeParserCtxt) of (StopParser) of (FreeDoc) of (C14NExecute) \
  of (OutputBufferCreateIO) of (OutputBufferClose) of (SetStructuredErrorFunc)

#define XML_NAME(name) "xml" #name,
#define XML_MEMBER(name) __typeof__ (&xml##name) name;

typedef struct { XML_FUNCTIONS (XML_MEMBER) } Library;

struct _SignetXml {
  xmlDoc *document;
  guint   markup; /* in its bytes */
  guint64 work;
};

/* What references name; anything else is not followed. */
static const SignetXmlCanonicalization canonicalizations[] = {
  { "http://www.w3.org/2001/10/xml-exc-c14n#", XML_C14N_EXCLUSIVE_1_0, FALSE },
  { "http://www.w3.org/2001/10/xml-exc-c14n#WithComments", XML_C14N_EXCLUSIVE_1_0, TRUE },
  { "http://www.w3.org/TR/2001/REC-xml-c14n-20010315", XML_C14N_1_0, FALSE },
  { "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments", XML_C14N_1_0, TRUE },
  { "http://www.w3.org/2006/12/xml-c14n11", XML_C14N_1_1, FALSE },
  { "http://www.w3.org/2006/12/xml-c14n11#WithComments", XML_C14N_1_1, TRUE },
};

const SignetXmlCanonicalization _signet_xml_exclusive = { "http://www.w3.org/2001/10/xml-exc-c14n#", XML_C14N_EXCLUSIVE_1_0, FALSE };

/* (nullable): the functions, loaded once; a system without the library is asked again. */
static const Library *
load (GError **error)
{
  static const char *const names[] = { XML_FUNCTIONS (XML_NAME) NULL };
  static union { Library functions; gpointer places[G_N_ELEMENTS (names) - 1]; } table;
  static GMutex lock;
  static gboolean loaded;

  G_STATIC_ASSERT (sizeof table.functions == sizeof table.places);
  g_mutex_lock (&lock);
  if (!loaded && signet_library_load (SIGNET_LIBXML_SONAME, names, table.places, error))
    {
      table.functions.InitParser ();
      loaded = TRUE;
    }
  g_mutex_unlock (&lock);
  return loaded ? &table.functions : NULL;
}

/* --- reading --------------------------------------------------------------------------------------------------------------- */

static gboolean
set_error (GError **error, SignetDocumentError code, const char *message)
{
  g_set_error_literal (error, SIGNET_DOCUMENT_ERROR, code, message);
  return FALSE;
}

static gboolean
check_size (GBytes *bytes, guint *markup, GError **error)
{
  gsize length = 0;
  const char *data = g_bytes_get_data (bytes, &length);

  if (length > SIGNET_XML_MAX_SIZE)
    return set_error (error, SIGNET_DOCUMENT_ERROR_TOO_LARGE, "XML larger than 64 MiB");
  for (gsize i = 0; i < length; i++)
    *markup += data[i] == '<' || data[i] == '=';
  return *markup <= MAX_MARKUP || set_error (error, SIGNET_DOCUMENT_ERROR_TOO_LARGE, "XML with more elements than anybody needs");
}

/* A DOCTYPE can declare entities and default attributes: what is signed would not be what is read. Nothing of it is even looked at. */
static void
refuse_doctype (void *data, const xmlChar *name, const xmlChar *external, const xmlChar *system)
{
  xmlParserCtxt *context = data;
  const Library *library = load (NULL);

  context->_private = context;
  library->StopParser (context);
}

static gboolean
set_parse_error (xmlParserCtxt *context, GError **error)
{
  g_autofree char *message = NULL;

  if (context->_private != NULL)
    return set_error (error, SIGNET_DOCUMENT_ERROR_UNSUPPORTED, "XML with a document type (DOCTYPE)");
  message = g_strstrip (g_utf8_make_valid (context->lastError.message != NULL ? context->lastError.message : "not XML", -1));
  g_set_error (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_MALFORMED, "XML, line %d: %s", context->lastError.line, message);
  return FALSE;
}

SignetXml *
_signet_xml_parse (GBytes *bytes, GError **error)
{
  const Library *library = load (error);
  xmlParserCtxt *context = NULL;
  SignetXml *self = NULL;
  xmlDoc *document = NULL;
  guint markup = 0;
  gsize length = 0;
  const char *data = g_bytes_get_data (bytes, &length);

  if (library == NULL || !check_size (bytes, &markup, error))
    return NULL;
  context = library->NewParserCtxt ();
  context->sax->internalSubset = refuse_doctype;
  document = library->CtxtReadMemory (context, data != NULL ? data : "", (int) length, NULL, NULL,
                                      XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
  if (document == NULL || context->_private != NULL || document->children == NULL)
    {
      set_parse_error (context, error);
      library->FreeDoc (document);
    }
  else
    {
      self = g_new0 (SignetXml, 1);
      self->document = document;
      self->markup = markup;
    }
  library->FreeParserCtxt (context);
  return self;
}

void
_signet_xml_free (SignetXml *self)
{
  load (NULL)->FreeDoc (self->document);
  g_free (self);
}

xmlNode *
_signet_xml_get_root (SignetXml *self)
{
  xmlNode *node = self->document->children;

  while (node != NULL && node->type != XML_ELEMENT_NODE)
    node = node->next;
  return node;
}

/* --- the tree -------------------------------------------------------------------------------------------------------------- */

gboolean
_signet_xml_is (const xmlNode *node, const char *namespace_uri, const char *name)
{
  if (node == NULL || node->type != XML_ELEMENT_NODE || !g_str_equal (node->name, name))
    return FALSE;
  return namespace_uri == NULL || (node->ns != NULL && g_strcmp0 ((const char *) node->ns->href, namespace_uri) == 0);
}

static xmlNode *
skip_to_element (xmlNode *node)
{
  while (node != NULL && node->type != XML_ELEMENT_NODE)
    node = node->next;
  return node;
}

xmlNode *
_signet_xml_first (const xmlNode *parent)
{
  return parent != NULL ? skip_to_element (parent->children) : NULL;
}

xmlNode *
_signet_xml_next (const xmlNode *node)
{
  return skip_to_element (node->next);
}

xmlNode *
_signet_xml_child (const xmlNode *parent, const char *namespace_uri, const char *name, guint *count)
{
  xmlNode *found = NULL;
  guint n = 0;

  for (xmlNode *node = _signet_xml_first (parent); node != NULL; node = _signet_xml_next (node))
    if (_signet_xml_is (node, namespace_uri, name) && n++ == 0)
      found = node;
  if (count != NULL)
    *count = n;
  return found;
}

xmlNode *
_signet_xml_after (const xmlNode *node, const xmlNode *within)
{
  xmlNode *next = _signet_xml_first (node);

  while (next == NULL && node != within && node != NULL && node->type == XML_ELEMENT_NODE)
    {
      next = _signet_xml_next (node);
      node = node->parent;
    }
  return next;
}

/* An attribute is one text: there are no entities without a DOCTYPE. */
static const char *
value_of (const xmlAttr *attribute)
{
  const xmlNode *text = attribute->children;

  if (text == NULL)
    return "";
  return text->type == XML_TEXT_NODE && text->next == NULL ? (const char *) text->content : NULL;
}

const char *
_signet_xml_attribute (const xmlNode *node, const char *name)
{
  for (const xmlAttr *attribute = node->properties; attribute != NULL; attribute = attribute->next)
    if (attribute->ns == NULL && g_str_equal (attribute->name, name))
      return value_of (attribute);
  return NULL;
}

char *
_signet_xml_dup_text (const xmlNode *node)
{
  g_autoptr(GString) text = g_string_new (NULL);

  for (const xmlNode *part = node->children; part != NULL; part = part->next)
    if (part->type == XML_TEXT_NODE || part->type == XML_CDATA_SECTION_NODE)
      g_string_append (text, (const char *) part->content);
    else if (part->type != XML_COMMENT_NODE)
      return NULL;
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* GLib passes over what is no base64; we do not. */
static gboolean
is_base64 (const char *text)
{
  gsize n = 0;
  gsize padding = 0;

  for (; *text != '\0'; text++)
    {
      if (strchr (" \t\r\n", *text) != NULL)
        continue;
      if (*text == '=')
        padding++;
      else if (padding > 0 || !(g_ascii_isalnum (*text) || *text == '+' || *text == '/'))
        return FALSE;
      n++;
    }
  return padding <= 2 && n % 4 == 0;
}

GBytes *
_signet_xml_dup_base64 (const xmlNode *node)
{
  g_autofree char *text = node != NULL ? _signet_xml_dup_text (node) : NULL;
  gsize length = 0;
  guint8 *data = NULL;

  if (text == NULL || !is_base64 (text))
    return NULL;
  data = g_base64_decode (text, &length);
  return g_bytes_new_take (data, length);
}

gboolean
_signet_xml_is_inside (const xmlNode *node, const xmlNode *ancestor)
{
  while (node != NULL && node != ancestor)
    node = node->parent;
  return node != NULL;
}

static gboolean
is_id (const xmlAttr *attribute)
{
  static const char *const names[] = { "Id", "ID", "id", NULL };

  if (attribute->ns != NULL)
    return g_str_equal (attribute->name, "id") && g_strcmp0 ((const char *) attribute->ns->href, (const char *) XML_XML_NAMESPACE) == 0;
  return g_strv_contains (names, (const char *) attribute->name);
}

xmlNode *
_signet_xml_find_id (SignetXml *self, const char *id, guint *count)
{
  xmlNode *root = _signet_xml_get_root (self);
  xmlNode *found = NULL;

  *count = 0;
  for (xmlNode *node = root; node != NULL; node = _signet_xml_after (node, root))
    for (const xmlAttr *attribute = node->properties; attribute != NULL; attribute = attribute->next)
      if (is_id (attribute) && g_strcmp0 (value_of (attribute), id) == 0)
        {
          found = found != NULL ? found : node;
          *count += 1;
        }
  return found;
}

guint
_signet_xml_get_position (const xmlNode *node)
{
  const xmlNode *root = node;
  guint n = 0;

  while (root->parent != NULL && root->parent->type == XML_ELEMENT_NODE)
    root = root->parent;
  for (const xmlNode *other = root; other != NULL && other != node; other = _signet_xml_after (other, root))
    n++;
  return n;
}

/* --- canonical form -------------------------------------------------------------------------------------------------------- */

const SignetXmlCanonicalization *
_signet_xml_canonicalization_find (const char *uri)
{
  for (gsize i = 0; uri != NULL && i < G_N_ELEMENTS (canonicalizations); i++)
    if (g_str_equal (canonicalizations[i].uri, uri))
      return &canonicalizations[i];
  return NULL;
}

/* For libxml2: is a node, or the attribute or namespace @node of @parent, part of the selection? */
static int
is_selected (void *data, xmlNode *node, xmlNode *parent)
{
  const SignetXmlSelection *selection = data;
  gboolean belongs = node->type == XML_ATTRIBUTE_NODE || node->type == XML_NAMESPACE_DECL;
  gboolean inside = selection->apex == NULL;

  for (const xmlNode *at = belongs ? parent : node; at != NULL; at = at->parent)
    {
      if (at == selection->without || (selection->without_signatures && _signet_xml_is (at, SIGNET_XML_NS_DSIG, "Signature")))
        return 0;
      inside = inside || at == selection->apex;
    }
  return inside;
}

static int
append_bytes (void *data, const char *bytes, int length)
{
  g_byte_array_append (data, (const guint8 *) bytes, (guint) length);
  return length;
}

static int
hash_bytes (void *data, const char *bytes, int length)
{
  return EVP_DigestUpdate (data, bytes, (gsize) length) == 1 ? length : -1;
}

#if LIBXML_VERSION >= 21200
static void
ignore_error (void *data, const xmlError *error)
#else
static void
ignore_error (void *data, xmlError *error)
#endif
{
}

static gboolean
canonicalize (SignetXml *self, const SignetXmlSelection *selection, const SignetXmlCanonicalization *method, xmlOutputWriteCallback write, gpointer data,
              GError **error)
{
  const Library *library = load (error);
  xmlOutputBuffer *buffer = NULL;
  int done = -1;

  if (library == NULL)
    return FALSE;
  self->work += self->markup;
  if (self->work > MAX_WORK)
    return set_error (error, SIGNET_DOCUMENT_ERROR_TOO_LARGE, "more references to a large document than anybody needs");
  buffer = library->OutputBufferCreateIO (write, NULL, data, NULL);
  /* of this thread alone: what libxml2 has to say is said by the result */
  library->SetStructuredErrorFunc (NULL, ignore_error);
  done = library->C14NExecute (self->document, is_selected, (gpointer) selection, method->mode, (xmlChar **) selection->inclusive_prefixes,
                               selection->comments && method->comments, buffer);
  done = library->OutputBufferClose (buffer) < 0 ? -1 : done;
  library->SetStructuredErrorFunc (NULL, NULL);
  return done >= 0 || set_error (error, SIGNET_DOCUMENT_ERROR_MALFORMED, "XML without a canonical form");
}

GBytes *
_signet_xml_canonical_bytes (SignetXml *self, const SignetXmlSelection *selection, const SignetXmlCanonicalization *method, GError **error)
{
  g_autoptr(GByteArray) bytes = g_byte_array_new ();

  if (!canonicalize (self, selection, method, append_bytes, bytes, error))
    return NULL;
  return g_byte_array_free_to_bytes (g_steal_pointer (&bytes));
}

GBytes *
_signet_xml_canonical_digest (SignetXml *self, const SignetXmlSelection *selection, const SignetXmlCanonicalization *method, SignetDigest digest,
                              GError **error)
{
  const EVP_MD *md = signet_digest_get_md (digest);
  EVP_MD_CTX *context = EVP_MD_CTX_new ();
  guint8 value[EVP_MAX_MD_SIZE];
  unsigned length = 0;
  GBytes *result = NULL;

  if (md == NULL)
    set_error (error, SIGNET_DOCUMENT_ERROR_UNSUPPORTED, "unknown digest algorithm");
  else if (EVP_DigestInit_ex (context, md, NULL) != 1)
    signet_base_error_set_openssl (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_FAILED, "starting a digest");
  else if (canonicalize (self, selection, method, hash_bytes, context, error) && EVP_DigestFinal_ex (context, value, &length) == 1)
    result = g_bytes_new (value, length);
  EVP_MD_CTX_free (context);
  return result;
}

gboolean
_signet_xml_canonical_feed (SignetXml *self, const SignetXmlSelection *selection, const SignetXmlCanonicalization *method, EVP_MD_CTX *context,
                            GError **error)
{
  return canonicalize (self, selection, method, hash_bytes, context, error);
}
