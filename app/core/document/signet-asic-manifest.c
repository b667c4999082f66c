/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-asic-manifest.c: the ASiCManifest of a container, written and read. A few elements without mixed content: GLib's reader does for them, with
 * namespaces looked after here and everything refused that two readers could take differently (document types, entities, encodings, attributes given twice).
 * See docs/decisions/0055-manifests-without-an-xml-library.md. Any thread.
 */
#define G_LOG_DOMAIN "signet-asic-manifest"

#include "config.h"

#include "signet-asic-manifest-private.h"

#include <string.h>

#define NS_ASIC        "http://uri.etsi.org/02918/v1.2.1#"
#define NS_XMLDSIG     "http://www.w3.org/2000/09/xmldsig#"
#define MAX_DEPTH      16
#define MAX_BINDINGS   64
#define MAX_REFERENCES 65535
#define MAX_VALUE      1024 /* characters of a digest */

/* RFC 6931 */
static const struct {
  SignetDigest digest;
  const char  *uri;
} digests[] = {
  { SIGNET_DIGEST_SHA256, "http://www.w3.org/2001/04/xmlenc#sha256" },
  { SIGNET_DIGEST_SHA384, "http://www.w3.org/2001/04/xmldsig-more#sha384" },
  { SIGNET_DIGEST_SHA512, "http://www.w3.org/2001/04/xmlenc#sha512" },
  { SIGNET_DIGEST_SHA1, "http://www.w3.org/2000/09/xmldsig#sha1" },
};

SignetAsicReference *
_signet_asic_reference_new (const char *name, const char *mime_type, SignetDigest digest, GBytes *value)
{
  SignetAsicReference *self = g_new0 (SignetAsicReference, 1);

  self->name = g_strdup (name);
  self->mime_type = g_strdup (mime_type);
  self->digest = digest;
  self->value = value != NULL ? g_bytes_ref (value) : NULL;
  return self;
}

void
_signet_asic_reference_free (SignetAsicReference *self)
{
  g_free (self->name);
  g_free (self->mime_type);
  g_clear_pointer (&self->value, g_bytes_unref);
  g_free (self);
}

void
_signet_asic_manifest_free (SignetAsicManifest *self)
{
  g_free (self->signature_uri);
  g_free (self->signature_type);
  g_ptr_array_unref (self->references);
  g_free (self);
}

/* --- names and references -------------------------------------------------------------------------------------------------- */

char *
_signet_asic_name_to_uri (const char *name)
{
  return g_uri_escape_string (name, "/", FALSE);
}

char **
_signet_asic_uri_to_names (const char *uri)
{
  g_autofree char *decoded = g_uri_unescape_string (uri, NULL); /* NULL: not decodable, or a NUL in it */
  GPtrArray *names = g_ptr_array_new ();

  if (decoded != NULL && g_utf8_validate (decoded, -1, NULL))
    g_ptr_array_add (names, g_strdup (decoded));
  if (g_strcmp0 (decoded, uri) != 0)
    g_ptr_array_add (names, g_strdup (uri));
  g_ptr_array_add (names, NULL);
  return (char **) g_ptr_array_free (names, FALSE);
}

/* --- writing ---------------------------------------------------------------------------------------------------------------- */

static const char *
find_digest_uri (SignetDigest digest)
{
  for (guint i = 0; i < G_N_ELEMENTS (digests); i++)
    if (digests[i].digest == digest)
      return digests[i].uri;
  return "";
}

static void
append_attribute (GString *xml, const char *name, const char *value)
{
  g_autofree char *escaped = value != NULL ? g_markup_escape_text (value, -1) : NULL;

  if (escaped != NULL)
    g_string_append_printf (xml, " %s=\"%s\"", name, escaped);
}

static void
append_reference (GString *xml, const SignetAsicReference *reference)
{
  gsize length = 0;
  const guint8 *value = g_bytes_get_data (reference->value, &length);
  g_autofree char *base64 = g_base64_encode (value, length);
  g_autofree char *uri = _signet_asic_name_to_uri (reference->name);

  g_string_append (xml, "<asic:DataObjectReference");
  append_attribute (xml, "URI", uri);
  append_attribute (xml, "MimeType", reference->mime_type);
  g_string_append_printf (xml, "><ds:DigestMethod Algorithm=\"%s\"/><ds:DigestValue>%s</ds:DigestValue></asic:DataObjectReference>\n",
                          find_digest_uri (reference->digest), base64);
}

GBytes *
_signet_asic_manifest_write (const char *signature_uri, const char *signature_type, GPtrArray *references)
{
  GString *xml = g_string_new ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                               "<asic:ASiCManifest xmlns:asic=\"" NS_ASIC "\" xmlns:ds=\"" NS_XMLDSIG "\">\n"
                               "<asic:SigReference");

  append_attribute (xml, "URI", signature_uri);
  append_attribute (xml, "MimeType", signature_type);
  g_string_append (xml, "/>\n");
  for (guint i = 0; i < references->len; i++)
    append_reference (xml, g_ptr_array_index (references, i));
  g_string_append (xml, "</asic:ASiCManifest>\n");
  return g_string_free_to_bytes (xml);
}

/* --- reading: namespaces --------------------------------------------------------------------------------------------------- */

typedef struct {
  char *prefix; /* "": the default one */
  char *uri;
  guint depth;  /* of the element that says so */
} Binding;

typedef enum { ELEMENT_OTHER, ELEMENT_MANIFEST, ELEMENT_SIGNATURE, ELEMENT_REFERENCE, ELEMENT_METHOD, ELEMENT_VALUE, ELEMENT_EXTENSIONS } Element;

typedef struct {
  SignetAsicManifest  *manifest;
  GPtrArray           *bindings; /* (element-type Binding) */
  Element              open[MAX_DEPTH];
  guint                depth;
  SignetAsicReference *reference; /* (nullable): being read; belongs to the manifest */
  gboolean             has_method;
  GString             *value;     /* (nullable): a digest being read */
  const char          *fault;     /* (nullable): GLib goes on after an error of on_passthrough(), so it is kept here */
} Reading;

static void
binding_free (Binding *binding)
{
  g_free (binding->prefix);
  g_free (binding->uri);
  g_free (binding);
}

static gboolean
refuse (GError **error, const char *what)
{
  g_set_error (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_MALFORMED, "ASiCManifest: %s", what);
  return FALSE;
}

static gboolean
bind_prefixes (Reading *self, const char **names, const char **values, GError **error)
{
  for (; *names != NULL; names++, values++)
    {
      Binding *binding = NULL;

      if (strcmp (*names, "xmlns") != 0 && !g_str_has_prefix (*names, "xmlns:"))
        continue;
      if (self->bindings->len == MAX_BINDINGS)
        return refuse (error, "too many namespaces");
      binding = g_new0 (Binding, 1);
      binding->prefix = g_strdup ((*names)[5] == ':' ? *names + 6 : "");
      binding->uri = g_strdup (*values);
      binding->depth = self->depth;
      g_ptr_array_add (self->bindings, binding);
    }
  return TRUE;
}

static void
unbind_prefixes (Reading *self)
{
  while (self->bindings->len > 0 && ((Binding *) g_ptr_array_index (self->bindings, self->bindings->len - 1))->depth == self->depth)
    g_ptr_array_set_size (self->bindings, (int) self->bindings->len - 1);
}

/* (nullable): which namespace @name is in */
static const char *
find_namespace (Reading *self, const char *name, const char **local)
{
  const char *colon = strchr (name, ':');
  gsize length = colon != NULL ? (gsize) (colon - name) : 0;

  *local = colon != NULL ? colon + 1 : name;
  for (guint i = self->bindings->len; i-- > 0;)
    {
      const Binding *binding = g_ptr_array_index (self->bindings, i);

      if (strlen (binding->prefix) == length && strncmp (binding->prefix, name, length) == 0)
        return binding->uri;
    }
  return NULL;
}

/* --- reading: elements ------------------------------------------------------------------------------------------------------ */

static Element
recognise (Reading *self, const char *name)
{
  static const struct {
    const char *uri;
    const char *local;
    Element     parent;
    Element     element;
  } rows[] = {
    { NS_ASIC, "ASiCManifest", ELEMENT_OTHER, ELEMENT_MANIFEST },
    { NS_ASIC, "SigReference", ELEMENT_MANIFEST, ELEMENT_SIGNATURE },
    { NS_ASIC, "DataObjectReference", ELEMENT_MANIFEST, ELEMENT_REFERENCE },
    { NS_ASIC, "ASiCManifestExtensions", ELEMENT_MANIFEST, ELEMENT_EXTENSIONS },
    { NS_ASIC, "DataObjectReferenceExtensions", ELEMENT_REFERENCE, ELEMENT_EXTENSIONS },
    { NS_XMLDSIG, "DigestMethod", ELEMENT_REFERENCE, ELEMENT_METHOD },
    { NS_XMLDSIG, "DigestValue", ELEMENT_REFERENCE, ELEMENT_VALUE },
  };
  Element parent = self->depth > 0 ? self->open[self->depth - 1] : ELEMENT_OTHER;
  const char *local = NULL;
  const char *uri = find_namespace (self, name, &local);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (rows[i].parent == parent && g_strcmp0 (rows[i].uri, uri) == 0 && strcmp (rows[i].local, local) == 0)
      return (rows[i].element == ELEMENT_MANIFEST) == (self->depth == 0) ? rows[i].element : ELEMENT_OTHER;
  return ELEMENT_OTHER;
}

static gboolean
is_inside_extensions (Reading *self)
{
  for (guint i = 0; i < self->depth; i++)
    if (self->open[i] == ELEMENT_EXTENSIONS)
      return TRUE;
  return FALSE;
}

/* (nullable) */
static const char *
find_attribute (const char **names, const char **values, const char *wanted)
{
  for (; *names != NULL; names++, values++)
    if (strcmp (*names, wanted) == 0)
      return *values;
  return NULL;
}

static gboolean
check_attributes (const char **names, GError **error)
{
  for (guint i = 0; names[i] != NULL; i++)
    for (guint j = 0; j < i; j++)
      if (strcmp (names[i], names[j]) == 0)
        return refuse (error, "an attribute given twice");
  return TRUE;
}

static gboolean
begin_signature (Reading *self, const char **names, const char **values, GError **error)
{
  if (self->manifest->signature_uri != NULL || find_attribute (names, values, "URI") == NULL)
    return refuse (error, "not one reference to one signature");
  self->manifest->signature_uri = g_strdup (find_attribute (names, values, "URI"));
  self->manifest->signature_type = g_strdup (find_attribute (names, values, "MimeType"));
  return TRUE;
}

static gboolean
begin_reference (Reading *self, const char **names, const char **values, GError **error)
{
  const char *uri = find_attribute (names, values, "URI");

  if (uri == NULL || self->manifest->references->len == MAX_REFERENCES)
    return refuse (error, uri == NULL ? "a reference to nothing" : "too many references");
  self->reference = _signet_asic_reference_new (uri, find_attribute (names, values, "MimeType"), SIGNET_DIGEST_UNKNOWN, NULL);
  self->has_method = FALSE;
  g_ptr_array_add (self->manifest->references, self->reference);
  return TRUE;
}

static gboolean
take_method (Reading *self, const char **names, const char **values, GError **error)
{
  const char *uri = find_attribute (names, values, "Algorithm");

  if (self->has_method || uri == NULL)
    return refuse (error, "not one digest method");
  self->has_method = TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (digests); i++)
    if (strcmp (digests[i].uri, uri) == 0)
      self->reference->digest = digests[i].digest;
  return TRUE;
}

static gboolean
begin_element (Reading *self, Element element, const char **names, const char **values, GError **error)
{
  switch (element)
    {
    case ELEMENT_SIGNATURE:
      return begin_signature (self, names, values, error);
    case ELEMENT_REFERENCE:
      return begin_reference (self, names, values, error);
    case ELEMENT_METHOD:
      return take_method (self, names, values, error);
    case ELEMENT_VALUE:
      if (self->reference->value != NULL)
        return refuse (error, "two digests of one member");
      self->value = g_string_new (NULL);
      return TRUE;
    case ELEMENT_MANIFEST:
    case ELEMENT_EXTENSIONS:
      return TRUE;
    case ELEMENT_OTHER:
    default:
      if (!is_inside_extensions (self))
        return refuse (error, "an element that does not belong there");
      if (g_strcmp0 (find_attribute (names, values, "Critical"), "true") == 0 || g_strcmp0 (find_attribute (names, values, "Critical"), "1") == 0)
        self->manifest->has_critical = TRUE;
      return TRUE;
    }
}

static void
on_start (GMarkupParseContext *context, const char *name, const char **names, const char **values, gpointer data, GError **error)
{
  Reading *self = data;
  Element element = ELEMENT_OTHER;

  (void) context;
  if (self->depth == MAX_DEPTH)
    {
      refuse (error, "nested too deep");
      return;
    }
  if (!check_attributes (names, error) || !bind_prefixes (self, names, values, error))
    return;
  element = recognise (self, name);
  if (!begin_element (self, element, names, values, error))
    return;
  self->open[self->depth++] = element;
}

static gboolean
end_value (Reading *self, GError **error)
{
  g_autofree guchar *bytes = NULL;
  gsize length = 0;

  bytes = g_base64_decode (self->value->str, &length);
  g_string_free (g_steal_pointer (&self->value), TRUE);
  if (length == 0)
    return refuse (error, "an empty digest");
  self->reference->value = g_bytes_new_take (g_steal_pointer (&bytes), length);
  return TRUE;
}

static void
on_end (GMarkupParseContext *context, const char *name, gpointer data, GError **error)
{
  Reading *self = data;
  Element element = self->open[--self->depth];

  (void) context;
  (void) name;
  unbind_prefixes (self);
  if (element == ELEMENT_VALUE)
    end_value (self, error);
  else if (element == ELEMENT_REFERENCE && (self->reference->value == NULL || !self->has_method))
    refuse (error, "a reference without a digest");
}

static gboolean
is_blank (const char *text, gsize length)
{
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isspace (text[i]))
      return FALSE;
  return TRUE;
}

static void
on_text (GMarkupParseContext *context, const char *text, gsize length, gpointer data, GError **error)
{
  Reading *self = data;

  (void) context;
  if (self->value != NULL && self->value->len + length > MAX_VALUE)
    refuse (error, "a digest that is too long");
  else if (self->value != NULL)
    g_string_append_len (self->value, text, (gssize) length);
  else if (!is_blank (text, length) && !is_inside_extensions (self))
    refuse (error, "text where none belongs");
}

static gboolean
is_utf8_declaration (const char *text)
{
  const char *encoding = strstr (text, "encoding");

  if (encoding == NULL)
    return TRUE;
  encoding += strlen ("encoding") + strspn (encoding + strlen ("encoding"), " \t\r\n=");
  return (*encoding == '"' || *encoding == '\'') && g_ascii_strncasecmp (encoding + 1, "UTF-8", 5) == 0 && encoding[6] == encoding[0];
}

/* Comments and instructions say nothing; a document type could say anything. */
static void
on_passthrough (GMarkupParseContext *context, const char *text, gsize length, gpointer data, GError **error)
{
  g_autofree char *copy = g_strndup (text, length);
  Reading *self = data;

  (void) context;
  (void) error;
  if (g_str_has_prefix (copy, "<?xml") && !is_utf8_declaration (copy))
    self->fault = "an encoding other than UTF-8";
  else if (!g_str_has_prefix (copy, "<!--") && !g_str_has_prefix (copy, "<?"))
    self->fault = "a document type";
}

static gboolean
parse (Reading *self, const char *text, gsize length, GError **error)
{
  static const GMarkupParser parser = { on_start, on_end, on_text, on_passthrough, NULL };
  g_autoptr(GMarkupParseContext) context = g_markup_parse_context_new (&parser, G_MARKUP_TREAT_CDATA_AS_TEXT, self, NULL);
  g_autoptr(GError) local_error = NULL;

  if (length >= 3 && memcmp (text, "\xef\xbb\xbf", 3) == 0)
    {
      text += 3;
      length -= 3;
    }
  if (memchr (text, '\0', length) != NULL)
    return refuse (error, "a NUL in it");
  if (!g_markup_parse_context_parse (context, text, (gssize) length, &local_error) || !g_markup_parse_context_end_parse (context, &local_error))
    return refuse (error, local_error->message);
  if (self->fault != NULL)
    return refuse (error, self->fault);
  return self->manifest->signature_uri != NULL || refuse (error, "no signature is named");
}

SignetAsicManifest *
_signet_asic_manifest_parse (GBytes *xml, GError **error)
{
  g_autoptr(SignetAsicManifest) manifest = g_new0 (SignetAsicManifest, 1);
  Reading reading = { .manifest = manifest };
  gsize length = 0;
  const char *text = g_bytes_get_data (xml, &length);
  gboolean done;

  manifest->references = g_ptr_array_new_with_free_func ((GDestroyNotify) _signet_asic_reference_free);
  if (length == 0 || length > SIGNET_ASIC_MAX_MANIFEST)
    {
      refuse (error, length == 0 ? "empty" : "too large");
      return NULL;
    }
  reading.bindings = g_ptr_array_new_with_free_func ((GDestroyNotify) binding_free);
  done = parse (&reading, text, length, error);
  g_ptr_array_unref (reading.bindings);
  if (reading.value != NULL)
    g_string_free (reading.value, TRUE);
  return done ? g_steal_pointer (&manifest) : NULL;
}
