/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-authority.c: an authority as its profile on this computer describes it.
 *
 * A profile is data from whoever wrote it: names are sanitized, sizes and counts are capped, and nothing in it makes anything
 * trusted. Immutable after loading, any thread.
 */
#define G_LOG_DOMAIN "signet-authority"

#include "config.h"

#include <string.h>

#include "signet-authority.h"

#include "../base/signet-base-error.h"
#include "../base/signet-text.h"

#define MAX_PROFILE   (256 * 1024)
#define MAX_PROFILES  256
#define MAX_ID        64
#define MAX_NAME      200
#define MAX_TEXT      4000
#define MAX_LIST      64
#define MAX_ANCHORS   (256 * 1024)

struct _SignetAuthority
{
  GObject     parent_instance;

  char       *id;
  char       *name;
  char       *plugin;
  char       *licence;     /* (nullable) */
  gboolean    sample;
  GPtrArray  *chain;       /* (element-type SignetCertificate) */
  GHashTable *policies;    /* dotted OID -> class id */
  GHashTable *disclosure;  /* key -> localized, sanitized text */
  char      **hosts;
  char      **key_specs;
  GBytes     *tls_anchors; /* (nullable): PEM */
  GKeyFile   *profile;
};

G_DEFINE_FINAL_TYPE (SignetAuthority, signet_authority, G_TYPE_OBJECT)

static void
signet_authority_finalize (GObject *object)
{
  SignetAuthority *self = SIGNET_AUTHORITY (object);

  g_free (self->id);
  g_free (self->name);
  g_free (self->plugin);
  g_free (self->licence);
  g_clear_pointer (&self->chain, g_ptr_array_unref);
  g_clear_pointer (&self->policies, g_hash_table_unref);
  g_clear_pointer (&self->disclosure, g_hash_table_unref);
  g_strfreev (self->hosts);
  g_strfreev (self->key_specs);
  g_clear_pointer (&self->tls_anchors, g_bytes_unref);
  g_clear_pointer (&self->profile, g_key_file_unref);
  G_OBJECT_CLASS (signet_authority_parent_class)->finalize (object);
}

static void
signet_authority_class_init (SignetAuthorityClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = signet_authority_finalize;
}

static void
signet_authority_init (SignetAuthority *self)
{
  self->chain = g_ptr_array_new_with_free_func (g_object_unref);
  self->policies = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->disclosure = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

/* --- loading --------------------------------------------------------------------------------------------------------- */

static gboolean
malformed (GError **error, const char *message)
{
  g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_MALFORMED, message);
  return FALSE;
}

static gboolean
pass_on (GError **error, GError *reason)
{
  g_propagate_error (error, reason);
  return FALSE;
}

/* Ids become parts of file names and command lines: letters, digits, dot, dash, underscore. */
static gboolean
is_plain_id (const char *id)
{
  gsize length = id != NULL ? strlen (id) : 0;

  if (length == 0 || length > MAX_ID || !g_ascii_isalnum (id[0]))
    return FALSE;
  return strspn (id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") == length;
}

static char *
dup_plain (GKeyFile *profile, const char *group, const char *key, gsize max)
{
  g_autofree char *raw = g_key_file_get_string (profile, group, key, NULL);

  return raw != NULL && *raw != '\0' ? signet_text_sanitize (raw, -1, max) : NULL;
}

static char *
dup_localized (GKeyFile *profile, const char *group, const char *key, gsize max)
{
  g_autofree char *raw = g_key_file_get_locale_string (profile, group, key, NULL, NULL);

  return raw != NULL && *raw != '\0' ? signet_text_sanitize (raw, -1, max) : NULL;
}

/* A list of printable ASCII words; anything else in it is dropped. */
static char **
dup_words (GKeyFile *profile, const char *group, const char *key)
{
  g_auto(GStrv) raw = g_key_file_get_string_list (profile, group, key, NULL, NULL);
  g_autoptr(GPtrArray) words = g_ptr_array_new ();

  for (gsize i = 0; raw != NULL && raw[i] != NULL && words->len < MAX_LIST; i++)
    {
      const char *word = g_strstrip (raw[i]);

      if (*word != '\0' && strlen (word) <= MAX_NAME && g_str_is_ascii (word) && strpbrk (word, " \t\r\n") == NULL)
        g_ptr_array_add (words, g_strdup (word));
    }
  g_ptr_array_add (words, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&words), FALSE);
}

static gboolean
load_identity (SignetAuthority *self, GError **error)
{
  self->id = g_key_file_get_string (self->profile, "Profile", "Id", NULL);
  self->name = dup_localized (self->profile, "Profile", "Name", MAX_NAME);
  self->plugin = g_key_file_get_string (self->profile, "Profile", "Plugin", NULL);
  if (!is_plain_id (self->id))
    return malformed (error, "[Profile] Id is missing or not plain");
  if (self->name == NULL)
    return malformed (error, "[Profile] Name is missing");
  if (!is_plain_id (self->plugin))
    return malformed (error, "[Profile] Plugin is missing or not plain");
  self->licence = dup_plain (self->profile, "Authority", "LicenceNumber", MAX_NAME);
  self->sample = g_key_file_get_boolean (self->profile, "Authority", "Sample", NULL);
  return TRUE;
}

/* Beside the profile, never elsewhere: a profile must not make us read other files. NULL without an error: it names none. */
static char *
dup_path_beside (SignetAuthority *self, const char *path, const char *group, const char *key, GError **error)
{
  g_autofree char *name = g_key_file_get_string (self->profile, group, key, NULL);
  g_autofree char *folder = NULL;

  if (name == NULL || *name == '\0')
    return NULL;
  if (strchr (name, '/') != NULL || name[0] == '.')
    {
      g_set_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_MALFORMED, "[%s] %s must be the name of a file beside the profile", group, key);
      return NULL;
    }
  folder = g_path_get_dirname (path);
  return g_build_filename (folder, name, NULL);
}

static gboolean
load_chain (SignetAuthority *self, const char *path, GError **error)
{
  g_autoptr(GError) local_error = NULL;
  g_autofree char *chain_path = dup_path_beside (self, path, "Authority", "Chain", &local_error);
  GPtrArray *chain;

  if (chain_path == NULL)
    return local_error == NULL || pass_on (error, g_steal_pointer (&local_error));
  chain = signet_certificate_load_file (chain_path, error);
  if (chain == NULL)
    return FALSE;
  g_ptr_array_unref (self->chain);
  self->chain = chain;
  return TRUE;
}

/* Read here, so that a profile whose file is missing says so when it is loaded and not when a server is asked. */
static gboolean
load_tls_anchors (SignetAuthority *self, const char *path, GError **error)
{
  g_autoptr(GError) local_error = NULL;
  g_autofree char *anchors_path = dup_path_beside (self, path, "Services", "TlsAnchors", &local_error);
  g_autoptr(GPtrArray) anchors = NULL;
  g_autofree char *text = NULL;
  gsize length = 0;

  if (anchors_path == NULL)
    return local_error == NULL || pass_on (error, g_steal_pointer (&local_error));
  anchors = signet_certificate_load_file (anchors_path, error);
  if (anchors == NULL)
    return FALSE;
  if (!g_file_get_contents (anchors_path, &text, &length, NULL) || length > MAX_ANCHORS || strstr (text, "-----BEGIN CERTIFICATE-----") == NULL)
    return malformed (error, "[Services] TlsAnchors must be a PEM file");
  self->tls_anchors = g_bytes_new_take (g_steal_pointer (&text), length);
  return TRUE;
}

static gboolean
is_oid (const char *text)
{
  return g_ascii_isdigit (text[0]) && strspn (text, "0123456789.") == strlen (text) && strlen (text) <= 128;
}

/* PolicyOids=OID=CLASS;OID=CLASS */
static void
load_policies (SignetAuthority *self)
{
  g_auto(GStrv) pairs = dup_words (self->profile, "Authority", "PolicyOids");

  for (gsize i = 0; pairs[i] != NULL; i++)
    {
      g_auto(GStrv) parts = g_strsplit (pairs[i], "=", 2);

      if (g_strv_length (parts) == 2 && is_oid (parts[0]))
        g_hash_table_insert (self->policies, g_strdup (parts[0]), g_strdup (parts[1]));
    }
}

static void
load_disclosure (SignetAuthority *self)
{
  static const char *const keys[] = { "Terms", "Cps", "Fees", "DataUse", "Liability" };

  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      char *text = dup_localized (self->profile, "Disclosure", keys[i], MAX_TEXT);

      if (text != NULL)
        g_hash_table_insert (self->disclosure, g_strdup (keys[i]), text);
    }
}

static GKeyFile *
read_profile (const char *path, GError **error)
{
  g_autoptr(GKeyFile) profile = g_key_file_new ();
  g_autofree char *text = NULL;
  g_autoptr(GError) local_error = NULL;
  gsize length = 0;

  if (!g_file_get_contents (path, &text, &length, &local_error))
    {
      g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_NOT_FOUND, local_error->message);
      return NULL;
    }
  if (length > MAX_PROFILE)
    {
      g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_TOO_LARGE, "a profile is at most 256 KiB");
      return NULL;
    }
  if (memchr (text, '\0', length) != NULL || !g_utf8_validate (text, length, NULL) ||
      !g_key_file_load_from_data (profile, text, length, G_KEY_FILE_KEEP_TRANSLATIONS, &local_error))
    {
      malformed (error, local_error != NULL ? local_error->message : "not UTF-8 text");
      return NULL;
    }
  return g_steal_pointer (&profile);
}

/**
 * signet_authority_load_profile:
 * @path: a key file NAME.profile
 * @error: return location, in the %SIGNET_BASE_ERROR or %SIGNET_CERTIFICATE_ERROR domain
 *
 * Returns: (transfer full) (nullable): the authority it describes
 */
SignetAuthority *
signet_authority_load_profile (const char *path, GError **error)
{
  g_autoptr(SignetAuthority) self = g_object_new (SIGNET_TYPE_AUTHORITY, NULL);

  self->profile = read_profile (path, error);
  if (self->profile == NULL || !load_identity (self, error) || !load_chain (self, path, error) || !load_tls_anchors (self, path, error))
    return NULL;
  load_policies (self);
  load_disclosure (self);
  self->hosts = dup_words (self->profile, "Permissions", "Hosts");
  self->key_specs = dup_words (self->profile, "Permissions", "KeyTypes");
  return g_steal_pointer (&self);
}

/* --- reading --------------------------------------------------------------------------------------------------------- */

const char *
signet_authority_get_id (SignetAuthority *self)
{
  return self->id;
}

const char *
signet_authority_get_name (SignetAuthority *self)
{
  return self->name;
}

const char *
signet_authority_get_plugin (SignetAuthority *self)
{
  return self->plugin;
}

gboolean
signet_authority_is_sample (SignetAuthority *self)
{
  return self->sample;
}

/**
 * signet_authority_get_standing:
 * @self: an authority
 *
 * What a trusted list says of its licence. A profile's own words are no list, so without one this is "unknown".
 *
 * Returns: (transfer none): "licensed", "expired", "suspended", "revoked", "never" or "unknown"
 */
const char *
signet_authority_get_standing (SignetAuthority *self)
{
  return "unknown";
}

const char *
signet_authority_get_licence (SignetAuthority *self)
{
  return self->licence;
}

GPtrArray *
signet_authority_get_chain (SignetAuthority *self)
{
  return self->chain;
}

char **
signet_authority_dup_hosts (SignetAuthority *self)
{
  return g_strdupv (self->hosts);
}

char **
signet_authority_dup_key_specs (SignetAuthority *self)
{
  return g_strdupv (self->key_specs);
}

/**
 * signet_authority_get_tls_anchors:
 *
 * [Services] TlsAnchors: whom to trust, instead of the system's anchors, when this authority's own hosts are asked over https. It says nothing
 * about signatures.
 *
 * Returns: (transfer none) (nullable): PEM
 */
GBytes *
signet_authority_get_tls_anchors (SignetAuthority *self)
{
  return self->tls_anchors;
}

const char *
signet_authority_get_disclosure (SignetAuthority *self, const char *key)
{
  return g_hash_table_lookup (self->disclosure, key);
}

/**
 * signet_authority_dup_timestamp_url:
 *
 * Returns: (transfer full) (nullable): the time-stamp server (RFC 3161) the profile names; anything but an http or https URL is none
 */
char *
signet_authority_dup_timestamp_url (SignetAuthority *self)
{
  g_autofree char *url = g_key_file_get_string (self->profile, "Services", "TimeStamp", NULL);

  if (url == NULL || (!g_str_has_prefix (url, "http://") && !g_str_has_prefix (url, "https://")))
    return NULL;
  return g_steal_pointer (&url);
}

char *
signet_authority_dup_phone (SignetAuthority *self)
{
  return dup_localized (self->profile, "Authority", "Phone", MAX_NAME);
}

char *
signet_authority_dup_url (SignetAuthority *self)
{
  g_autofree char *url = dup_localized (self->profile, "Authority", "Url", MAX_NAME);

  if (url == NULL || (!g_str_has_prefix (url, "http://") && !g_str_has_prefix (url, "https://")))
    return NULL;
  return g_steal_pointer (&url);
}

GKeyFile *
signet_authority_get_profile (SignetAuthority *self)
{
  return self->profile;
}

static SignetCertificateClassification
class_from_id (const char *id)
{
  for (int klass = SIGNET_CERTIFICATE_CLASS_UNKNOWN; klass <= SIGNET_CERTIFICATE_CLASS_AUTHORITY; klass++)
    if (g_strcmp0 (id, signet_certificate_class_get_id (klass)) == 0)
      return klass;
  return SIGNET_CERTIFICATE_CLASS_UNKNOWN;
}

static SignetCertificateClassification
class_by_policy (SignetAuthority *self, SignetCertificate *certificate)
{
  g_auto(GStrv) policies = signet_certificate_dup_policies (certificate);

  for (gsize i = 0; policies[i] != NULL; i++)
    {
      SignetCertificateClassification klass = class_from_id (g_hash_table_lookup (self->policies, policies[i]));

      if (klass != SIGNET_CERTIFICATE_CLASS_UNKNOWN)
        return klass;
    }
  return SIGNET_CERTIFICATE_CLASS_UNKNOWN;
}

/* A policy may make clear what the extensions leave open, tell a seal from a signature, or narrow; it never widens a usage
 * the certificate itself forbids. */
static gboolean
policy_may_decide (SignetCertificateClassification own, SignetCertificateClassification policy, const char *own_reason)
{
  if (policy == SIGNET_CERTIFICATE_CLASS_UNKNOWN || policy == SIGNET_CERTIFICATE_CLASS_AUTHORITY)
    return FALSE;
  if (own == SIGNET_CERTIFICATE_CLASS_SIGNATURE || own == SIGNET_CERTIFICATE_CLASS_SEAL)
    return TRUE;
  return own == SIGNET_CERTIFICATE_CLASS_UNKNOWN &&
         (g_str_equal (own_reason, "no-key-usage") || g_str_equal (own_reason, "extended-key-usage-mail"));
}

/**
 * signet_authority_classify:
 * @self: (nullable): the authority whose filed chain issued @certificate
 * @certificate: a certificate
 * @reason: (out) (optional) (transfer none): "policy" when the authority's PolicyOids decided, else as signet_certificate_get_class()
 *
 * Returns: the class, with what the authority says its policy OIDs mean
 */
SignetCertificateClassification
signet_authority_classify (SignetAuthority *self, SignetCertificate *certificate, const char **reason)
{
  const char *own_reason = NULL;
  SignetCertificateClassification own = signet_certificate_get_class (certificate, &own_reason);
  SignetCertificateClassification policy = self != NULL ? class_by_policy (self, certificate) : SIGNET_CERTIFICATE_CLASS_UNKNOWN;
  gboolean decides = policy != own && policy_may_decide (own, policy, own_reason);

  if (reason != NULL)
    *reason = decides ? "policy" : own_reason;
  return decides ? policy : own;
}

/* --- many ------------------------------------------------------------------------------------------------------------ */

static SignetAuthority *
find_by_id (GPtrArray *authorities, const char *id)
{
  for (guint i = 0; i < authorities->len; i++)
    if (g_str_equal (signet_authority_get_id (g_ptr_array_index (authorities, i)), id))
      return g_ptr_array_index (authorities, i);
  return NULL;
}

static void
load_one (GPtrArray *authorities, const char *path, GPtrArray *problems)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(SignetAuthority) authority = signet_authority_load_profile (path, &error);

  if (authority == NULL)
    {
      g_prefix_error (&error, "%s: ", path);
      g_ptr_array_add (problems, g_steal_pointer (&error));
    }
  else if (find_by_id (authorities, authority->id) == NULL) /* the earlier folder has precedence */
    g_ptr_array_add (authorities, g_steal_pointer (&authority));
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static void
load_folder (GPtrArray *authorities, const char *folder, GPtrArray *problems)
{
  g_autoptr(GDir) dir = g_dir_open (folder, 0, NULL);
  g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  while (dir != NULL && names->len < MAX_PROFILES && (name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (name, ".profile") && name[0] != '.')
      g_ptr_array_add (names, g_build_filename (folder, name, NULL));
  g_ptr_array_sort (names, compare_names);
  for (guint i = 0; i < names->len; i++)
    load_one (authorities, g_ptr_array_index (names, i), problems);
}

/**
 * signet_authority_load_all:
 * @directories: folders, the first wins where two profiles have one id; missing folders are skipped
 * @problems: (out) (optional) (transfer full) (element-type GError): one for each profile that could not be loaded, which it names
 *
 * Returns: (transfer full) (element-type SignetAuthority): the authorities, by file name
 */
GPtrArray *
signet_authority_load_all (const char *const *directories, GPtrArray **problems)
{
  GPtrArray *authorities = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func ((GDestroyNotify) g_error_free);

  for (gsize i = 0; directories != NULL && directories[i] != NULL; i++)
    load_folder (authorities, directories[i], found);
  if (problems != NULL)
    *problems = g_steal_pointer (&found);
  return authorities;
}

static gboolean
has_issued (SignetAuthority *self, SignetCertificate *certificate)
{
  for (guint i = 0; i < self->chain->len; i++)
    {
      SignetCertificate *ca = g_ptr_array_index (self->chain, i);

      if (signet_certificate_equal (ca, certificate))
        return TRUE;
      if (g_str_equal (signet_certificate_get_subject (ca), signet_certificate_get_issuer (certificate)) &&
          signet_certificate_is_signed_by (certificate, ca))
        return TRUE;
    }
  return FALSE;
}

/**
 * signet_authority_find_issuer:
 * @authorities: (element-type SignetAuthority): where to look
 * @certificate: a certificate
 *
 * By filed chain and signature, never by name alone.
 *
 * Returns: (transfer none) (nullable): the authority that issued it
 */
SignetAuthority *
signet_authority_find_issuer (GPtrArray *authorities, SignetCertificate *certificate)
{
  if (!signet_certificate_is_readable (certificate))
    return NULL;
  for (guint i = 0; authorities != NULL && i < authorities->len; i++)
    if (has_issued (g_ptr_array_index (authorities, i), certificate))
      return g_ptr_array_index (authorities, i);
  return NULL;
}
