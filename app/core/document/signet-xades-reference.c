/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-xades-reference.c: what an XML signature covers: each ds:Reference is followed, transformed and compared.
 *
 * Wrapping attacks put a harmless twin where a careless reader looks: so a reference leads to one element or is refused, and what was found
 * covered are elements, not names. A short list of transforms is followed, each by code of its own; there is no XPath and no XSLT here.
 */
#define G_LOG_DOMAIN "signet-xades-reference"

#include "config.h"

#include <string.h>

#include "signet-xades-reader-private.h"

#define MAX_TRANSFORMS 8
/* Each is a walk over the whole document. */
#define MAX_INSIDE 64

/* What is done to what a reference leads to. */
typedef struct {
  const xmlNode                   *apex;      /* (nullable): the whole document */
  gboolean                         enveloped;
  gboolean                         without_signatures;
  gboolean                         base64;
  const SignetXmlCanonicalization *method;    /* (nullable): none is named */
  char                           **prefixes;  /* (nullable) */
  guint                            n_transforms;
} Plan;

static void
plan_clear (Plan *plan)
{
  g_clear_pointer (&plan->prefixes, g_strfreev);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Plan, plan_clear)

static gboolean
set_unsupported (SignetXadesReader *self, const char *code)
{
  _signet_document_signature_add_problem (self->signature, code);
  _signet_document_signature_set_integrity (self->signature, SIGNET_INTEGRITY_UNSUPPORTED);
  return FALSE;
}

/* --- transforms ------------------------------------------------------------------------------------------------------------ */

const SignetXmlCanonicalization *
_signet_xades_read_method (const xmlNode *element, char ***prefixes)
{
  const SignetXmlCanonicalization *method = _signet_xml_canonicalization_find (_signet_xml_attribute (element, "Algorithm"));
  const xmlNode *parameter = _signet_xml_first (element);
  const char *list = NULL;

  *prefixes = NULL;
  if (method == NULL || parameter == NULL)
    return method;
  if (!_signet_xml_is (parameter, _signet_xml_exclusive.uri, "InclusiveNamespaces") || _signet_xml_next (parameter) != NULL)
    return NULL;
  list = _signet_xml_attribute (parameter, "PrefixList");
  *prefixes = list != NULL ? g_strsplit_set (list, " \t\r\n", 64) : NULL;
  return method;
}

/* (nullable): what @prefix stands for at @node */
static const char *
find_namespace (const xmlNode *node, const char *prefix)
{
  for (; node != NULL && node->type == XML_ELEMENT_NODE; node = node->parent)
    for (const xmlNs *space = node->nsDef; space != NULL; space = space->next)
      if (g_strcmp0 ((const char *) space->prefix, prefix) == 0)
        return (const char *) space->href;
  return NULL;
}

/* @before PREFIX:Signature @after, with nothing else in it */
static gboolean
is_about_signatures (const xmlNode *element, const char *before, const char *after)
{
  g_autofree char *text = _signet_xml_dup_text (element);
  g_autofree char *prefix = NULL;
  gsize length = text != NULL ? strlen (g_strstrip (text)) : 0;
  gsize middle = strlen (before) + strlen (after) + strlen (":Signature");

  if (length <= middle || !g_str_has_prefix (text, before) || !g_str_has_suffix (text, after))
    return FALSE;
  prefix = g_strndup (text + strlen (before), length - middle);
  return strncmp (text + strlen (before) + strlen (prefix), ":Signature", strlen (":Signature")) == 0
         && g_strcmp0 (find_namespace (element, prefix), SIGNET_XML_NS_DSIG) == 0;
}

/*
 * The two ways in which documents with several signatures leave all of them out. They are known by their text; an expression of any other
 * kind is not evaluated.
 */
static gboolean
leaves_out_signatures (const xmlNode *transform, const char *uri)
{
  const xmlNode *expression = _signet_xml_first (transform);

  if (expression == NULL || _signet_xml_next (expression) != NULL)
    return FALSE;
  if (g_str_equal (uri, SIGNET_XADES_TRANSFORM_XPATH))
    return _signet_xml_is (expression, SIGNET_XML_NS_DSIG, "XPath") && is_about_signatures (expression, "not(ancestor-or-self::", ")");
  return g_str_equal (uri, SIGNET_XADES_TRANSFORM_XPATH2) && _signet_xml_is (expression, SIGNET_XADES_TRANSFORM_XPATH2, "XPath")
         && g_strcmp0 (_signet_xml_attribute (expression, "Filter"), "subtract") == 0 && is_about_signatures (expression, "/descendant::", "");
}

/* Those that choose come first, one that makes bytes comes last. */
static gboolean
add_transform (Plan *plan, const xmlNode *transform)
{
  const char *uri = _signet_xml_attribute (transform, "Algorithm");

  if (uri == NULL || plan->method != NULL || plan->base64 || ++plan->n_transforms > MAX_TRANSFORMS)
    return FALSE;
  if (g_str_equal (uri, SIGNET_XADES_TRANSFORM_ENVELOPED))
    return plan->enveloped = TRUE;
  if (g_str_equal (uri, SIGNET_XADES_TRANSFORM_BASE64))
    return plan->base64 = TRUE;
  if (leaves_out_signatures (transform, uri))
    return plan->without_signatures = TRUE;
  plan->method = _signet_xades_read_method (transform, &plan->prefixes);
  return plan->method != NULL;
}

static gboolean
read_transforms (const xmlNode *reference, Plan *plan)
{
  const xmlNode *transforms = _signet_xml_child (reference, SIGNET_XML_NS_DSIG, "Transforms", NULL);

  for (const xmlNode *node = _signet_xml_first (transforms); node != NULL; node = _signet_xml_next (node))
    if (!_signet_xml_is (node, SIGNET_XML_NS_DSIG, "Transform") || !add_transform (plan, node))
      return FALSE;
  return TRUE;
}

/* --- digests --------------------------------------------------------------------------------------------------------------- */

static GBytes *
digest_base64 (const xmlNode *apex, SignetDigest digest)
{
  g_autoptr(GBytes) data = _signet_xml_dup_base64 (apex);
  guint8 value[EVP_MAX_MD_SIZE];
  unsigned length = 0;

  if (data == NULL
      || EVP_Digest (g_bytes_get_data (data, NULL), g_bytes_get_size (data), value, &length, signet_digest_get_md (digest), NULL) != 1)
    return NULL;
  return g_bytes_new (value, length);
}

static SignetXmlSelection
select_nodes (SignetXadesReader *self, const Plan *plan)
{
  return (SignetXmlSelection) {
    .apex = plan->apex,
    .without = plan->enveloped ? self->node : NULL,
    .without_signatures = plan->without_signatures,
    .inclusive_prefixes = plan->prefixes,
  };
}

/* XMLDSig 1.1, 4.4.3.2: nodes that are left at the end are canonicalised by Canonical XML 1.0 */
static const SignetXmlCanonicalization *
get_method (const Plan *plan)
{
  return plan->method != NULL ? plan->method : _signet_xml_canonicalization_find ("http://www.w3.org/TR/2001/REC-xml-c14n-20010315");
}

static GBytes *
digest_nodes (SignetXadesReader *self, const Plan *plan, SignetDigest digest, GError **error)
{
  SignetXmlSelection selection = select_nodes (self, plan);

  return _signet_xml_canonical_digest (self->xml, &selection, get_method (plan), digest, error);
}

static void
compare (SignetXadesReader *self, GBytes *computed, const xmlNode *reference)
{
  g_autoptr(GBytes) stated = _signet_xml_dup_base64 (_signet_xml_child (reference, SIGNET_XML_NS_DSIG, "DigestValue", NULL));

  if (stated == NULL || computed == NULL || !g_bytes_equal (stated, computed))
    _signet_document_signature_set_broken (self->signature, "digest-mismatch");
}

/* --- targets --------------------------------------------------------------------------------------------------------------- */

static gboolean
has_processing_instruction (const xmlNode *root)
{
  for (const xmlNode *node = root->prev; node != NULL; node = node->prev)
    if (node->type == XML_PI_NODE)
      return TRUE;
  for (const xmlNode *node = root->next; node != NULL; node = node->next)
    if (node->type == XML_PI_NODE)
      return TRUE;
  return FALSE;
}

static void
note_covered (SignetXadesReader *self, const xmlNode *reference, const Plan *plan)
{
  xmlNode *root = _signet_xml_get_root (self->xml);

  if (plan->apex == NULL || (plan->apex == root && !plan->base64 && !has_processing_instruction (root)))
    self->document_covered = TRUE;
  if (plan->apex == NULL)
    return;
  g_ptr_array_add (self->covered, (gpointer) plan->apex);
  if (plan->apex == self->signed_properties && g_strcmp0 (_signet_xml_attribute (reference, "Type"), SIGNET_XADES_TYPE_SIGNED_PROPERTIES) == 0
      && !plan->base64 && !plan->without_signatures && !plan->enveloped)
    self->properties_covered = TRUE;
}

/* "" or "#id". FALSE: noted what is wrong. */
static gboolean
find_target (SignetXadesReader *self, const char *uri, Plan *plan)
{
  guint count = 0;

  if (*uri == '\0')
    return TRUE;
  if (g_str_has_prefix (uri, "#xpointer("))
    return set_unsupported (self, "reference-unsupported");
  plan->apex = _signet_xml_find_id (self->xml, uri + 1, &count);
  if (count == 1)
    return TRUE;
  _signet_document_signature_set_broken (self->signature, count == 0 ? "reference-target-missing" : "id-not-unique");
  return FALSE;
}

static gboolean
judge_inside (SignetXadesReader *self, const xmlNode *reference, const char *uri, SignetDigest digest, GError **error)
{
  g_autoptr(GError) local_error = NULL;
  g_auto(Plan) plan = { 0 };
  g_autoptr(GBytes) computed = NULL;

  if (!read_transforms (reference, &plan) || (plan.base64 && (*uri == '\0' || plan.enveloped || plan.without_signatures)))
    {
      set_unsupported (self, "transform-unsupported");
      return TRUE;
    }
  if (!find_target (self, uri, &plan))
    return TRUE;
  computed = plan.base64 ? digest_base64 (plan.apex, digest) : digest_nodes (self, &plan, digest, &local_error);
  if (g_error_matches (local_error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_TOO_LARGE))
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  compare (self, computed, reference);
  note_covered (self, reference, &plan);
  return TRUE;
}

static gboolean
judge_outside (SignetXadesReader *self, const xmlNode *reference, const char *uri, SignetDigest digest, GError **error)
{
  g_autofree char *name = g_uri_unescape_string (uri, NULL);
  g_autoptr(GError) local_error = NULL;
  g_autoptr(GBytes) computed = NULL;

  self->n_outside++;
  if (name == NULL || !g_utf8_validate (name, -1, NULL) || _signet_xml_child (reference, SIGNET_XML_NS_DSIG, "Transforms", NULL) != NULL)
    {
      set_unsupported (self, name != NULL ? "transform-unsupported" : "reference-unsupported");
      return TRUE;
    }
  computed = self->resolve != NULL ? self->resolve (name, digest, self->resolve_data, self->cancellable, &local_error) : NULL;
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  if (computed == NULL)
    self->n_missing++;
  else
    compare (self, computed, reference);
  g_ptr_array_add (self->signature->covered, g_steal_pointer (&name));
  return TRUE;
}

/* --- references ------------------------------------------------------------------------------------------------------------ */

static gboolean
is_weaker (SignetDigest one, SignetDigest other)
{
  const EVP_MD *md = signet_digest_get_md (one);
  const EVP_MD *other_md = signet_digest_get_md (other);

  return other_md == NULL || (md != NULL && EVP_MD_get_size (md) < EVP_MD_get_size (other_md));
}

static SignetDigest
read_digest_method (SignetXadesReader *self, const xmlNode *reference)
{
  guint n_methods = 0;
  guint n_values = 0;
  const xmlNode *method = _signet_xml_child (reference, SIGNET_XML_NS_DSIG, "DigestMethod", &n_methods);
  SignetDigest digest = SIGNET_DIGEST_UNKNOWN;

  _signet_xml_child (reference, SIGNET_XML_NS_DSIG, "DigestValue", &n_values);
  if (n_methods != 1 || n_values != 1)
    _signet_document_signature_set_broken (self->signature, "malformed");
  else
    {
      digest = _signet_xades_digest_find (_signet_xml_attribute (method, "Algorithm"));
      if (digest == SIGNET_DIGEST_UNKNOWN)
        set_unsupported (self, "algorithm-unsupported");
    }
  if (digest != SIGNET_DIGEST_UNKNOWN && is_weaker (digest, self->weakest))
    self->weakest = digest;
  return digest;
}

static gboolean
judge_reference (SignetXadesReader *self, const xmlNode *reference, GError **error)
{
  const char *uri = _signet_xml_attribute (reference, "URI");
  SignetDigest digest = read_digest_method (self, reference);

  if (digest == SIGNET_DIGEST_UNKNOWN)
    return TRUE;
  if (uri == NULL)
    set_unsupported (self, "reference-unsupported");
  else if (*uri == '\0' || *uri == '#')
    return judge_inside (self, reference, uri, digest, error);
  else
    return judge_outside (self, reference, uri, digest, error);
  return TRUE;
}

gboolean
_signet_xades_judge_references (SignetXadesReader *self, GError **error)
{
  guint n = 0;
  guint n_inside = 0;

  for (const xmlNode *node = _signet_xml_first (self->signed_info); node != NULL; node = _signet_xml_next (node))
    {
      const char *uri = _signet_xml_attribute (node, "URI");

      if (!_signet_xml_is (node, SIGNET_XML_NS_DSIG, "Reference"))
        continue;
      n_inside += uri != NULL && (*uri == '\0' || *uri == '#');
      if (++n > SIGNET_XADES_MAX_REFERENCES || n_inside > MAX_INSIDE)
        {
          g_set_error_literal (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_TOO_LARGE, "more references than anybody needs");
          return FALSE;
        }
      if (g_cancellable_set_error_if_cancelled (self->cancellable, error) || !judge_reference (self, node, error))
        return FALSE;
    }
  self->n_references = n - (self->properties_covered ? 1 : 0);
  if (n == 0)
    _signet_document_signature_set_broken (self->signature, "malformed");
  return TRUE;
}

/* --- all of it, for archive time-stamps ------------------------------------------------------------------------------------ */

static gboolean
feed_base64 (const xmlNode *apex, EVP_MD_CTX *context)
{
  g_autoptr(GBytes) data = _signet_xml_dup_base64 (apex);

  return data != NULL && EVP_DigestUpdate (context, g_bytes_get_data (data, NULL), g_bytes_get_size (data)) == 1;
}

static gboolean
feed_inside (SignetXadesReader *self, const xmlNode *reference, const char *uri, EVP_MD_CTX *context, GError **error)
{
  g_auto(Plan) plan = { 0 };
  SignetXmlSelection selection;
  guint count = 1;

  if (!read_transforms (reference, &plan))
    return FALSE;
  if (*uri != '\0')
    plan.apex = _signet_xml_find_id (self->xml, uri + 1, &count);
  if (count != 1 || (plan.base64 && plan.apex == NULL))
    return FALSE;
  if (plan.base64)
    return feed_base64 (plan.apex, context);
  selection = select_nodes (self, &plan);
  return _signet_xml_canonical_feed (self->xml, &selection, get_method (&plan), context, error);
}

static gboolean
feed_outside (SignetXadesReader *self, const char *uri, EVP_MD_CTX *context, GError **error)
{
  g_autofree char *name = g_uri_unescape_string (uri, NULL);

  return name != NULL && g_utf8_validate (name, -1, NULL) && self->feed != NULL
         && self->feed (name, context, self->resolve_data, self->cancellable, error);
}

gboolean
_signet_xades_feed_references (SignetXadesReader *self, EVP_MD_CTX *context, GError **error)
{
  guint n = 0;

  for (const xmlNode *node = _signet_xml_first (self->signed_info); node != NULL; node = _signet_xml_next (node))
    {
      const char *uri = _signet_xml_attribute (node, "URI");

      if (!_signet_xml_is (node, SIGNET_XML_NS_DSIG, "Reference"))
        continue;
      if (uri == NULL || ++n > SIGNET_XADES_MAX_REFERENCES || g_cancellable_set_error_if_cancelled (self->cancellable, error))
        return FALSE;
      if (*uri == '\0' || *uri == '#' ? !feed_inside (self, node, uri, context, error) : !feed_outside (self, uri, context, error))
        return FALSE;
    }
  return TRUE;
}
