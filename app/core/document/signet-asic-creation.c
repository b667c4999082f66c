/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-asic-creation.c: a signature in a container (EN 319 162-1, 4.3 and 4.4). The documents are written into it, or the
 * container that is there is copied, before the PIN is asked for; hashed is what can be read back from there. CAdES signs the one
 * document (ASiC-S) or a manifest that lists them all (ASiC-E), XAdES lists them itself. The signature is put behind what is
 * there, of which nothing is touched.
 *
 * One thread at a time.
 */
#define G_LOG_DOMAIN "signet-asic-creation"

#include "config.h"

#include "signet-asic-creation.h"

#include <string.h>

#include "../base/signet-base-error.h"
#include "signet-asic-beside-private.h"
#include "signet-asic-container-private.h"
#include "signet-asic-odf-manifest-private.h"
#include "signet-asic-whole-private.h"
#include "signet-document-cms.h"
#include "signet-document-xades.h"

#define MAX_SIGNATURES 999
#define MAX_DOCUMENTS 65000
#define TYPE_CMS       "application/pkcs7-signature"

struct _SignetAsicCreation {
  SignetSignatureCreation parent_instance;

  GPtrArray              *files;    /* (element-type SignetDocumentFile) */
  SignetAsicFlavour       flavour;
  SignetAsicInner         inner;
  SignetAsicContainer    *earlier;  /* (nullable): the container that is added to */
  SignetZipWriter        *writer;   /* (nullable) before prepare */
  SignetAsicContainer    *written;  /* (nullable): what is there before the signature, read back */
  SignetAsicWhole        *whole;    /* (nullable): its digest as a file */
  char                   *member;   /* (nullable): the signature's name */
  char                   *list;     /* (nullable): the manifest's name */
  GBytes                 *manifest; /* (nullable): what a CAdES signature is about */
  GBytes                 *there;    /* (nullable): the file of signatures that another is added to */
  char                   *id;       /* (nullable): as the finder will call the signature */
  SignetDocumentCms      *cms;      /* (nullable): one of them */
  SignetDocumentXades    *xades;    /* (nullable) */
};

G_DEFINE_FINAL_TYPE (SignetAsicCreation, signet_asic_creation, SIGNET_TYPE_SIGNATURE_CREATION)

/* --- names ------------------------------------------------------------------------------------------------------------------ */

/* A hint for whoever unpacks; what is not here has none. */
static const char *
find_mime_type (const char *name)
{
  static const struct { const char *ending; const char *type; } rows[] = {
    { ".pdf", "application/pdf" },
    { ".txt", "text/plain" },
    { ".xml", "text/xml" },
    { ".html", "text/html" },
    { ".csv", "text/csv" },
    { ".json", "application/json" },
    { ".png", "image/png" },
    { ".jpg", "image/jpeg" },
    { ".jpeg", "image/jpeg" },
    { ".zip", "application/zip" },
    { ".odt", "application/vnd.oasis.opendocument.text" },
    { ".ods", "application/vnd.oasis.opendocument.spreadsheet" },
    { ".docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document" },
    { ".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" },
  };
  const char *dot = strrchr (name, '.');

  for (gsize i = 0; dot != NULL && i < G_N_ELEMENTS (rows); i++)
    if (g_ascii_strcasecmp (dot, rows[i].ending) == 0)
      return rows[i].type;
  return "application/octet-stream";
}

static char *
dup_member_name (SignetDocumentFile *file)
{
  return g_path_get_basename (signet_document_file_get_path (file));
}

SignetAsicNames
signet_asic_creation_check_names (GPtrArray *files, guint *index)
{
  g_autoptr(GHashTable) keys = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < files->len; i++)
    {
      g_autofree char *name = dup_member_name (g_ptr_array_index (files, i));
      char *key = NULL;

      *index = i;
      if (_signet_zip_find_fault_in_name (name, strlen (name)) != NULL)
        return SIGNET_ASIC_NAME_FORBIDDEN;
      key = _signet_zip_make_name_key (name);
      if (strcmp (key, "mimetype") == 0 || strcmp (key, "meta-inf") == 0)
        {
          g_free (key);
          return SIGNET_ASIC_NAME_FORBIDDEN;
        }
      if (!g_hash_table_add (keys, key))
        return SIGNET_ASIC_NAME_TWICE;
    }
  return SIGNET_ASIC_NAMES_FINE;
}

static gboolean
refuse (GError **error, int code, const char *why)
{
  g_set_error (error, SIGNET_DOCUMENT_ERROR, code, "ASiC: %s", why);
  return FALSE;
}

static gboolean
check_files (SignetAsicCreation *self, GError **error)
{
  guint index = 0;

  if (self->flavour == SIGNET_ASIC_S && self->files->len != 1)
    return refuse (error, SIGNET_DOCUMENT_ERROR_UNSUPPORTED, "ASiC-S holds one document");
  if (self->files->len > MAX_DOCUMENTS)
    return refuse (error, SIGNET_DOCUMENT_ERROR_TOO_LARGE, "too many documents");
  switch (signet_asic_creation_check_names (self->files, &index))
    {
    case SIGNET_ASIC_NAME_TWICE:
      return refuse (error, SIGNET_DOCUMENT_ERROR_UNSUPPORTED, "two documents of the same name");
    case SIGNET_ASIC_NAME_FORBIDDEN:
      return refuse (error, SIGNET_DOCUMENT_ERROR_UNSUPPORTED, "a document's name cannot be used in a container");
    case SIGNET_ASIC_NAMES_FINE:
    default:
      return TRUE;
    }
}

/* --- a container that is there ------------------------------------------------------------------------------------------------ */

static gboolean
has_role (SignetAsicContainer *container, SignetAsicRole role)
{
  for (guint i = 0; i < container->signatures->len; i++)
    if (_signet_asic_get_role (g_ptr_array_index (container->signatures, i)) == role)
      return TRUE;
  return FALSE;
}

/* (nullable): why not; a text for the log */
static const char *
find_obstacle (SignetAsicContainer *container, SignetAsicFlavour flavour)
{
  if (container->kind != (flavour == SIGNET_ASIC_S ? SIGNET_ASIC_SIMPLE : SIGNET_ASIC_EXTENDED))
    return "the container is of the other kind";
  if (container->kind == SIGNET_ASIC_SIMPLE && (container->documents->len != 1 || container->signatures->len != 1 || has_role (container, SIGNET_ASIC_ROLE_TIMESTAMP)))
    return "an ASiC-S container without one document and one file of signatures";
  if (has_role (container, SIGNET_ASIC_ROLE_XADES) && has_role (container, SIGNET_ASIC_ROLE_CADES))
    return "the container holds signatures of two kinds";
  return container->documents->len == 0 ? "the container holds no document" : NULL;
}

gboolean
signet_asic_creation_is_container (SignetDocumentFile *file)
{
  g_autoptr(SignetAsicContainer) container = NULL;
  g_autoptr(GError) error = NULL;

  if (signet_document_file_get_format (file) != SIGNET_FORMAT_ZIP)
    return FALSE;
  container = _signet_asic_container_open (file, NULL, &error);
  return container != NULL || error != NULL;
}

gboolean
signet_asic_creation_takes_on (SignetDocumentFile *file, SignetAsicFlavour flavour)
{
  g_autoptr(SignetAsicContainer) container = NULL;

  if (signet_document_file_get_format (file) != SIGNET_FORMAT_ZIP)
    return FALSE;
  container = _signet_asic_container_open (file, NULL, NULL);
  return container != NULL && find_obstacle (container, flavour) == NULL;
}

/* A lone container is added to, never put into another. */
static gboolean
open_earlier (SignetAsicCreation *self, GCancellable *cancellable, GError **error)
{
  SignetDocumentFile *file = self->files->len == 1 ? g_ptr_array_index (self->files, 0) : NULL;
  g_autoptr(GError) local_error = NULL;
  const char *obstacle = NULL;

  if (file == NULL || signet_document_file_get_format (file) != SIGNET_FORMAT_ZIP)
    return TRUE;
  self->earlier = _signet_asic_container_open (file, cancellable, &local_error);
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  obstacle = self->earlier != NULL ? find_obstacle (self->earlier, self->flavour) : NULL;
  if (self->earlier != NULL && self->earlier->signatures->len > 0)
    self->inner = has_role (self->earlier, SIGNET_ASIC_ROLE_XADES) ? SIGNET_ASIC_XADES : SIGNET_ASIC_CADES;
  return obstacle == NULL || refuse (error, SIGNET_DOCUMENT_ERROR_UNSUPPORTED, obstacle);
}

static gboolean
is_free (SignetAsicCreation *self, const char *name)
{
  return self->earlier == NULL || !_signet_zip_reader_has_alike (self->earlier->zip, name);
}

/* One file of signatures: a new one, or the one that is there with what is in it. */
static gboolean
choose_simple_name (SignetAsicCreation *self, GCancellable *cancellable, GError **error)
{
  gboolean xades = self->inner == SIGNET_ASIC_XADES;
  const SignetZipMember *member = self->earlier != NULL ? g_ptr_array_index (self->earlier->signatures, 0) : NULL;
  guint count = 0;

  self->member = g_strdup (member != NULL ? member->name : xades ? "META-INF/signatures.xml" : "META-INF/signature.p7s");
  if (member == NULL)
    return TRUE;
  if (!_signet_asic_beside_check (g_ptr_array_index (self->files, 0), cancellable, error))
    return FALSE;
  self->there = _signet_zip_reader_load (self->earlier->zip, member, SIGNET_ASIC_MAX_MANIFEST, cancellable, error);
  count = self->there != NULL ? _signet_asic_beside_count (self->there, xades, error) : 0;
  self->id = g_strdup_printf ("%s#%u", self->member, count + 1);
  return count > 0;
}

/* The first number that neither a signature nor a manifest has. */
static gboolean
choose_names (SignetAsicCreation *self, GCancellable *cancellable, GError **error)
{
  gboolean xades = self->inner == SIGNET_ASIC_XADES;

  if (self->flavour == SIGNET_ASIC_S)
    return choose_simple_name (self, cancellable, error);
  for (guint i = 1; i <= MAX_SIGNATURES; i++)
    {
      g_autofree char *signature = xades ? g_strdup_printf ("META-INF/signatures%03u.xml", i) : g_strdup_printf ("META-INF/signature%03u.p7s", i);
      g_autofree char *list = g_strdup_printf ("META-INF/ASiCManifest%03u.xml", i);

      if (!is_free (self, signature) || !is_free (self, list))
        continue;
      self->member = g_steal_pointer (&signature);
      self->list = xades ? NULL : g_steal_pointer (&list);
      return TRUE;
    }
  return refuse (error, SIGNET_DOCUMENT_ERROR_TOO_LARGE, "too many signatures");
}

/* --- what goes in before the signature ------------------------------------------------------------------------------------------ */

static gboolean
add_text (SignetAsicCreation *self, const char *name, const char *text, GError **error)
{
  g_autoptr(GBytes) bytes = g_bytes_new (text, strlen (text));

  return _signet_zip_writer_add (self->writer, name, bytes, error);
}

/* OpenDocument's list of all that is in the package, in containers that begin with XAdES (EN 319 162-1, 4.4.3.2) */
static gboolean
add_odf_manifest (SignetAsicCreation *self, GPtrArray *names, GError **error)
{
  g_autoptr(GPtrArray) types = g_ptr_array_new ();
  g_autoptr(GBytes) manifest = NULL;

  if (self->flavour == SIGNET_ASIC_S || self->inner != SIGNET_ASIC_XADES)
    return TRUE;
  for (guint i = 0; i < names->len; i++)
    g_ptr_array_add (types, (gpointer) find_mime_type (g_ptr_array_index (names, i)));
  manifest = _signet_asic_odf_manifest_write (SIGNET_ASIC_MIMETYPE_E, names, types);
  return _signet_zip_writer_add (self->writer, SIGNET_ASIC_ODF_MANIFEST, manifest, error);
}

static gboolean
write_documents (SignetAsicCreation *self, GCancellable *cancellable, GError **error)
{
  g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

  if (!check_files (self, error)
      || !add_text (self, "mimetype", self->flavour == SIGNET_ASIC_S ? SIGNET_ASIC_MIMETYPE_S : SIGNET_ASIC_MIMETYPE_E, error))
    return FALSE;
  for (guint i = 0; i < self->files->len; i++)
    {
      SignetDocumentFile *file = g_ptr_array_index (self->files, i);
      char *name = dup_member_name (file);

      g_ptr_array_add (names, name);
      if (!_signet_zip_writer_add_file (self->writer, name, file, error))
        return FALSE;
    }
  return add_odf_manifest (self, names, error) && _signet_zip_writer_commit (self->writer, cancellable, error);
}

/* What was written is read as a stranger would read it, and that is what will be signed. */
static gboolean
read_back (SignetAsicCreation *self, int fd, GCancellable *cancellable, GError **error)
{
  g_autofree char *path = g_strdup_printf ("/proc/self/fd/%d", fd);
  g_autoptr(SignetDocumentFile) file = signet_document_file_open (path, error);
  g_autoptr(GError) local_error = NULL;

  self->written = file != NULL ? _signet_asic_container_open (file, cancellable, &local_error) : NULL;
  if (local_error != NULL)
    g_propagate_error (error, g_steal_pointer (&local_error));
  else if (self->written == NULL && file != NULL)
    refuse (error, SIGNET_DOCUMENT_ERROR_MALFORMED, "what was written is no container");
  if (self->written != NULL)
    self->whole = _signet_asic_whole_new (file, _signet_zip_reader_get_end (self->written->zip));
  return self->written != NULL;
}

/* (nullable): what somebody has already said of the documents */
static GHashTable *
load_types (SignetAsicCreation *self, GCancellable *cancellable)
{
  const SignetZipMember *member =
      self->earlier != NULL ? _signet_zip_reader_find (self->earlier->zip, SIGNET_ASIC_ODF_MANIFEST) : NULL;
  g_autoptr(GBytes) xml = member != NULL ? _signet_zip_reader_load (self->earlier->zip, member, SIGNET_ASIC_MAX_MANIFEST, cancellable, NULL) : NULL;

  return xml != NULL ? _signet_asic_odf_manifest_parse (xml) : NULL;
}

/* (nullable): (element-type SignetAsicReference): the documents as they are in the container */
static GPtrArray *
refer_to_documents (SignetAsicCreation *self, SignetDigest digest, GCancellable *cancellable, GError **error)
{
  g_autoptr(GPtrArray) references = g_ptr_array_new_with_free_func ((GDestroyNotify) _signet_asic_reference_free);
  g_autoptr(GHashTable) types = load_types (self, cancellable);

  for (guint i = 0; i < self->written->documents->len; i++)
    {
      const SignetZipMember *member = g_ptr_array_index (self->written->documents, i);
      const char *type = types != NULL ? g_hash_table_lookup (types, member->name) : NULL;
      g_autoptr(GError) local_error = NULL;
      g_autoptr(GBytes) value = _signet_zip_reader_digest (self->written->zip, member, digest, cancellable, &local_error);

      if (value == NULL && local_error == NULL)
        refuse (&local_error, SIGNET_DOCUMENT_ERROR_MALFORMED, "a damaged member");
      if (value == NULL)
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return NULL;
        }
      g_ptr_array_add (references, _signet_asic_reference_new (member->name, type != NULL ? type : find_mime_type (member->name),
                                                               digest, value));
    }
  return g_steal_pointer (&references);
}

/* Returns the digest of what the signature is about. */
static GBytes *
make_manifest (SignetAsicCreation *self, SignetDigest digest, GPtrArray *references, GError **error)
{
  g_autofree char *uri = _signet_asic_name_to_uri (self->member);
  guint8 value[EVP_MAX_MD_SIZE];
  unsigned length = 0;

  self->manifest = _signet_asic_manifest_write (uri, TYPE_CMS, references);
  if (EVP_Digest (g_bytes_get_data (self->manifest, NULL), g_bytes_get_size (self->manifest), value, &length,
                  signet_digest_get_md (digest), NULL) == 1)
    return g_bytes_new (value, length);
  signet_base_error_set_openssl (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_FAILED, "hashing a manifest");
  return NULL;
}

static gboolean
begin_xades (SignetAsicCreation *self, const SignetCreationParameters *with, GPtrArray *references, GError **error)
{
  g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func ((GDestroyNotify) signet_xades_data_free);
  SignetXadesParameters parameters = { .certificate = with->certificate, .chain = with->chain, .algorithm = with->algorithm, .time = with->time };

  for (guint i = 0; i < references->len; i++)
    {
      const SignetAsicReference *reference = g_ptr_array_index (references, i);

      g_ptr_array_add (all, signet_xades_data_new (SIGNET_XADES_DETACHED, reference->name, reference->mime_type, reference->value));
    }
  self->xades = signet_document_xades_new (&parameters, all, error);
  return self->xades != NULL;
}

/* Of a list of the documents, or of the only one itself. */
static gboolean
begin_cades (SignetAsicCreation *self, const SignetCreationParameters *with, GPtrArray *references, GError **error)
{
  g_autoptr(GBytes) digest = NULL;

  if (self->list == NULL)
    digest = g_bytes_ref (((SignetAsicReference *) g_ptr_array_index (references, 0))->value);
  else
    digest = make_manifest (self, with->algorithm.digest, references, error);
  if (digest != NULL)
    self->cms = signet_document_cms_new (SIGNET_CMS_PROFILE_CADES, with->certificate, with->chain, with->algorithm, digest, with->time, error);
  return self->cms != NULL;
}

static gboolean
write_first_half (SignetAsicCreation *self, GCancellable *cancellable, GError **error)
{
  if (self->earlier != NULL)
    return _signet_zip_writer_copy (self->writer, g_ptr_array_index (self->files, 0), cancellable, error);
  return write_documents (self, cancellable, error);
}

/* --- the steps --------------------------------------------------------------------------------------------------------------- */

static gboolean
signet_asic_creation_prepare (SignetSignatureCreation *creation, const SignetCreationParameters *with, int fd, GCancellable *cancellable,
                              GError **error)
{
  SignetAsicCreation *self = SIGNET_ASIC_CREATION (creation);
  g_autoptr(GPtrArray) references = NULL;

  self->writer = _signet_zip_writer_new (fd, with->time);
  if (!open_earlier (self, cancellable, error) || !choose_names (self, cancellable, error) || !write_first_half (self, cancellable, error)
      || !read_back (self, fd, cancellable, error))
    return FALSE;
  references = refer_to_documents (self, with->algorithm.digest, cancellable, error);
  if (references == NULL)
    return FALSE;
  return self->inner == SIGNET_ASIC_XADES ? begin_xades (self, with, references, error)
                                          : begin_cades (self, with, references, error);
}

static GBytes *
signet_asic_creation_get_to_be_signed (SignetSignatureCreation *creation)
{
  SignetAsicCreation *self = SIGNET_ASIC_CREATION (creation);

  return self->xades != NULL ? signet_document_xades_get_to_be_signed (self->xades) : signet_document_cms_get_to_be_signed (self->cms);
}

static gboolean
signet_asic_creation_set_signature (SignetSignatureCreation *creation, GBytes *signature, GError **error)
{
  SignetAsicCreation *self = SIGNET_ASIC_CREATION (creation);

  return self->xades != NULL ? signet_document_xades_set_signature (self->xades, signature, error)
                             : signet_document_cms_set_signature (self->cms, signature, error);
}

static GBytes *
signet_asic_creation_dup_timestamped (SignetSignatureCreation *creation)
{
  SignetAsicCreation *self = SIGNET_ASIC_CREATION (creation);
  GBytes *value = NULL;

  if (self->xades != NULL)
    return signet_document_xades_dup_timestamped (self->xades, NULL);
  value = signet_document_cms_get_signature (self->cms);
  return value != NULL ? g_bytes_ref (value) : NULL;
}

static gboolean
signet_asic_creation_add_timestamp (SignetSignatureCreation *creation, GBytes *token, GError **error)
{
  SignetAsicCreation *self = SIGNET_ASIC_CREATION (creation);

  return self->xades != NULL ? signet_document_xades_add_timestamp (self->xades, token, error)
                             : signet_document_cms_add_timestamp (self->cms, token, error);
}

/* (nullable): the file of signatures, with those that were in it */
static GBytes *
encode (SignetAsicCreation *self, GError **error)
{
  if (self->there != NULL)
    return self->xades != NULL ? _signet_asic_beside_xades (self->there, self->xades, error) : _signet_asic_beside_cades (self->there, self->cms, error);
  return self->xades != NULL ? signet_document_xades_encode_file (self->xades, TRUE, error) : signet_document_cms_encode (self->cms, error);
}

static gboolean
put (SignetAsicCreation *self, GBytes *signature, GError **error)
{
  if (self->there != NULL)
    return _signet_zip_writer_replace (self->writer, _signet_zip_reader_find (self->written->zip, self->member), signature, error);
  return (self->manifest == NULL || _signet_zip_writer_add (self->writer, self->list, self->manifest, error))
         && _signet_zip_writer_add (self->writer, self->member, signature, error);
}

static gboolean
signet_asic_creation_complete (SignetSignatureCreation *creation, int fd, GCancellable *cancellable, GError **error)
{
  SignetAsicCreation *self = SIGNET_ASIC_CREATION (creation);
  g_autoptr(GBytes) signature = encode (self, error);

  (void) fd; /* the writer's from the beginning */
  return signature != NULL && put (self, signature, error) && _signet_zip_writer_commit (self->writer, cancellable, error);
}

static const char *
signet_asic_creation_get_id (SignetSignatureCreation *creation)
{
  SignetAsicCreation *self = SIGNET_ASIC_CREATION (creation);

  return self->id != NULL ? self->id : self->member;
}

static void
signet_asic_creation_hint (SignetSignatureCreation *creation, SignetDocumentFile *written)
{
  SignetAsicCreation *self = SIGNET_ASIC_CREATION (creation);

  guint64 kept = _signet_zip_writer_get_kept (self->writer);

  _signet_zip_reader_tell (self->written->zip, written, kept);
  if (kept >= _signet_zip_reader_get_end (self->written->zip))
    _signet_asic_whole_tell (self->whole, written);
}

static void
signet_asic_creation_finalize (GObject *object)
{
  SignetAsicCreation *self = SIGNET_ASIC_CREATION (object);

  g_clear_pointer (&self->files, g_ptr_array_unref);
  g_clear_pointer (&self->earlier, _signet_asic_container_free);
  g_clear_pointer (&self->whole, _signet_asic_whole_free);
  g_clear_pointer (&self->written, _signet_asic_container_free);
  g_clear_pointer (&self->writer, _signet_zip_writer_free);
  g_clear_pointer (&self->member, g_free);
  g_clear_pointer (&self->list, g_free);
  g_clear_pointer (&self->manifest, g_bytes_unref);
  g_clear_pointer (&self->there, g_bytes_unref);
  g_clear_pointer (&self->id, g_free);
  g_clear_object (&self->cms);
  g_clear_object (&self->xades);
  G_OBJECT_CLASS (signet_asic_creation_parent_class)->finalize (object);
}

static void
signet_asic_creation_class_init (SignetAsicCreationClass *klass)
{
  SignetSignatureCreationClass *creation = SIGNET_SIGNATURE_CREATION_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = signet_asic_creation_finalize;
  creation->prepare = signet_asic_creation_prepare;
  creation->get_to_be_signed = signet_asic_creation_get_to_be_signed;
  creation->set_signature = signet_asic_creation_set_signature;
  creation->dup_timestamped = signet_asic_creation_dup_timestamped;
  creation->add_timestamp = signet_asic_creation_add_timestamp;
  creation->complete = signet_asic_creation_complete;
  creation->get_id = signet_asic_creation_get_id;
  creation->hint = signet_asic_creation_hint;
}

static void
signet_asic_creation_init (SignetAsicCreation *self)
{
  (void) self;
}

/**
 * signet_asic_creation_new:
 * @files: (element-type SignetDocumentFile): kept; a single container (by its content) is added to
 * @flavour: which form a new container gets; of one that is there it has to be the one
 * @inner: what kind of signature it gets
 *
 * Returns: (transfer full): what writes a container with a signature (EN 319 162-1)
 */
SignetSignatureCreation *
signet_asic_creation_new (GPtrArray *files, SignetAsicFlavour flavour, SignetAsicInner inner)
{
  SignetAsicCreation *self = NULL;

  g_return_val_if_fail (files != NULL && files->len > 0, NULL);

  self = g_object_new (SIGNET_TYPE_ASIC_CREATION, NULL);
  self->files = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < files->len; i++)
    g_ptr_array_add (self->files, g_object_ref (g_ptr_array_index (files, i)));
  self->flavour = flavour;
  self->inner = inner;
  return SIGNET_SIGNATURE_CREATION (self);
}
