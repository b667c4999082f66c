/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-plugin-manifest.c: what a plugin says of itself, read and checked before any of its code runs.
 *
 * Strict: an unknown group or key is refused, so that a permission misspelt is never a permission silently missing. The
 * object is immutable and may be used from any thread.
 */
#define G_LOG_DOMAIN "signet-plugin-manifest"

#include "config.h"

#include "signet-plugin-private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../base/signet-text.h"

G_DEFINE_QUARK (signet-plugin-error-quark, signet_plugin_error)

struct _SignetPluginManifest
{
  GObject parent_instance;

  char  *id;
  char  *name;
  char  *version;
  char  *directory;
  char  *program;
  char  *exec;
  char **hosts;
  char **methods;
  char **secrets;
  char **key_types;
  char  *publisher;   /* (nullable) */
  char  *summary;     /* (nullable) */
  gboolean network;
  gboolean programs;
  gboolean state;
};

G_DEFINE_FINAL_TYPE (SignetPluginManifest, signet_plugin_manifest, G_TYPE_OBJECT)

typedef struct {
  const char *group;
  const char *keys[16];
} KnownGroup;

static const KnownGroup known_groups[] = {
  { "Plugin", { "Id", "Name", "Version", "Api", "Exec", "Kinds", "Icon", "Summary", "Publisher" } },
  { "Authority", { "LicenceNumber", "ChainSha256", "PolicyOids" } },
  { "Permissions", { "Hosts", "Methods", "Secrets", "KeyTypes", "Network", "Programs", "State" } },
  { "Disclosure", { "Terms", "Cps", "Fees", "DataUse", "Liability" } },
};

static const char *const known_kinds[] = { "issuance", "recognition", NULL };
static const char *const known_methods[] = { "http", "csr", "cmp", "scep", "transport", "tls-client", NULL };

static void
signet_plugin_manifest_finalize (GObject *object)
{
  SignetPluginManifest *self = SIGNET_PLUGIN_MANIFEST (object);

  g_free (self->id);
  g_free (self->name);
  g_free (self->version);
  g_free (self->directory);
  g_free (self->program);
  g_free (self->exec);
  g_strfreev (self->hosts);
  g_strfreev (self->methods);
  g_strfreev (self->secrets);
  g_strfreev (self->key_types);
  g_free (self->publisher);
  g_free (self->summary);
  G_OBJECT_CLASS (signet_plugin_manifest_parent_class)->finalize (object);
}

static void
signet_plugin_manifest_class_init (SignetPluginManifestClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = signet_plugin_manifest_finalize;
}

static void
signet_plugin_manifest_init (SignetPluginManifest *self)
{
}

static gboolean
bad (GError **error, const char *group, const char *key, const char *why)
{
  g_autofree char *shown_group = signet_text_sanitize (group, -1, 64);
  g_autofree char *shown_key = signet_text_sanitize (key, -1, 64);

  g_set_error (error, SIGNET_PLUGIN_ERROR, SIGNET_PLUGIN_ERROR_MANIFEST, "[%s] %s: %s", shown_group, shown_key, why);
  return FALSE;
}

static const KnownGroup *
find_group (const char *group)
{
  for (gsize i = 0; i < G_N_ELEMENTS (known_groups); i++)
    if (strcmp (known_groups[i].group, group) == 0)
      return &known_groups[i];
  return NULL;
}

/* Name[zh_CN] is the key Name. */
static char *
base_key (const char *key)
{
  const char *bracket = strchr (key, '[');

  return bracket != NULL ? g_strndup (key, bracket - key) : g_strdup (key);
}

static gboolean
check_keys (GKeyFile *file, const KnownGroup *known, GError **error)
{
  g_auto (GStrv) keys = g_key_file_get_keys (file, known->group, NULL, NULL);

  for (gsize i = 0; keys != NULL && keys[i] != NULL; i++)
    {
      g_autofree char *key = base_key (keys[i]);
      g_autofree char *value = g_key_file_get_value (file, known->group, keys[i], NULL);

      if (!g_strv_contains (known->keys, key) && !g_str_has_prefix (key, "X-"))
        return bad (error, known->group, keys[i], "no such key");
      if (value == NULL || strlen (value) > SIGNET_PLUGIN_MAX_VALUE)
        return bad (error, known->group, keys[i], "too long");
    }
  return TRUE;
}

static gboolean
check_known (GKeyFile *file, GError **error)
{
  g_auto (GStrv) groups = g_key_file_get_groups (file, NULL);

  for (gsize i = 0; groups[i] != NULL; i++)
    {
      const KnownGroup *known = find_group (groups[i]);

      if (known == NULL)
        return bad (error, groups[i], "", "no such group");
      if (!check_keys (file, known, error))
        return FALSE;
    }
  return TRUE;
}

static char *
required (GKeyFile *file, const char *group, const char *key, GError **error)
{
  g_autofree char *value = g_key_file_get_locale_string (file, group, key, NULL, NULL);

  if (value == NULL || *value == '\0')
    {
      bad (error, group, key, "is required");
      return NULL;
    }
  return g_steal_pointer (&value);
}

/* Safe to show. (transfer full) (nullable) */
static char *
optional (GKeyFile *file, const char *group, const char *key, gsize most)
{
  g_autofree char *value = g_key_file_get_locale_string (file, group, key, NULL, NULL);

  return value != NULL && *value != '\0' ? signet_text_sanitize (value, -1, most) : NULL;
}

/* A permission that has one name; without the key it is not asked for. */
static gboolean
read_permission (GKeyFile *file, const char *key, const char *name, gboolean *asked, GError **error)
{
  g_autofree char *value = g_key_file_get_string (file, "Permissions", key, NULL);
  g_autofree char *why = NULL;

  *asked = g_strcmp0 (value, name) == 0;
  if (value == NULL || *asked || strcmp (value, "none") == 0)
    return TRUE;
  why = g_strdup_printf ("is neither “none” nor “%s”", name);
  return bad (error, "Permissions", key, why);
}

typedef gboolean (*CheckItem) (const char *item);

static gboolean
is_plain_name (const char *text)
{
  gsize length = strlen (text);

  return length > 0 && length <= 64 && g_ascii_isalnum (text[0]) &&
         strspn (text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") == length;
}

static gboolean
is_host (const char *text)
{
  const char *colon = strrchr (text, ':');
  guint64 port;

  if (strcmp (text, "*profile*") == 0)
    return TRUE;
  if (colon == NULL || colon == text || !g_ascii_string_to_unsigned (colon + 1, 10, 1, 65535, &port, NULL))
    return FALSE;
  if (text[0] == '[')
    return colon[-1] == ']' && strspn (text + 1, "0123456789abcdefABCDEF:.") == (gsize) (colon - text - 2);
  return strspn (text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-") == (gsize) (colon - text);
}

static gboolean
is_kind (const char *text)
{
  return g_strv_contains (known_kinds, text);
}

static gboolean
is_method (const char *text)
{
  return g_strv_contains (known_methods, text);
}

/* A list, empty when the key is not there. */
static char **
list_of (GKeyFile *file, const char *group, const char *key, CheckItem check, GError **error)
{
  gsize length = 0;
  g_auto (GStrv) items = g_key_file_get_string_list (file, group, key, &length, NULL);

  if (items == NULL)
    return g_new0 (char *, 1);
  if (length > SIGNET_PLUGIN_MAX_LIST)
    {
      bad (error, group, key, "too many entries");
      return NULL;
    }
  for (gsize i = 0; i < length; i++)
    {
      g_strstrip (items[i]);
      if (!check (items[i]))
        {
          g_autofree char *shown = signet_text_sanitize (items[i], -1, 64);
          g_autofree char *why = g_strdup_printf ("“%s” is not allowed here", shown);
          bad (error, group, key, why);
          return NULL;
        }
    }
  return g_steal_pointer (&items);
}

static gboolean
read_identity (SignetPluginManifest *self, GKeyFile *file, GError **error)
{
  g_autofree char *name = NULL;
  g_autofree char *version = NULL;

  if ((self->id = required (file, "Plugin", "Id", error)) == NULL)
    return FALSE;
  if (!is_plain_name (self->id))
    return bad (error, "Plugin", "Id", "only letters, digits, dot, dash and underscore, at most 64");
  if ((name = required (file, "Plugin", "Name", error)) == NULL)
    return FALSE;
  if ((version = required (file, "Plugin", "Version", error)) == NULL)
    return FALSE;
  self->name = signet_text_sanitize (name, -1, 100);
  self->version = signet_text_sanitize (version, -1, 40);
  self->publisher = optional (file, "Plugin", "Publisher", 100);
  self->summary = optional (file, "Plugin", "Summary", 300);
  return TRUE;
}

static gboolean
read_api (GKeyFile *file, GError **error)
{
  g_autofree char *text = required (file, "Plugin", "Api", error);
  guint64 api;

  if (text == NULL)
    return FALSE;
  if (!g_ascii_string_to_unsigned (text, 10, 1, 1000, &api, NULL))
    return bad (error, "Plugin", "Api", "is not a number");
  if (api != SIGNET_PLUGIN_API_VERSION)
    {
      g_set_error (error, SIGNET_PLUGIN_ERROR, SIGNET_PLUGIN_ERROR_API, "made for API %u, this is API %d",
                   (guint) api, SIGNET_PLUGIN_API_VERSION);
      return FALSE;
    }
  return TRUE;
}

static gboolean
read_exec (SignetPluginManifest *self, GKeyFile *file, GError **error)
{
  if ((self->program = required (file, "Plugin", "Exec", error)) == NULL)
    return FALSE;
  if (!is_plain_name (self->program))
    return bad (error, "Plugin", "Exec", "is not the plain name of a file beside the manifest");
  self->exec = g_build_filename (self->directory, self->program, NULL);
  return TRUE;
}

/* What opens a part of the wall. */
static gboolean
read_wall (SignetPluginManifest *self, GKeyFile *file, GError **error)
{
  return read_permission (file, "Network", "direct", &self->network, error) &&
         read_permission (file, "Programs", "system", &self->programs, error) &&
         read_permission (file, "State", "authority", &self->state, error);
}

static gboolean
read_permissions (SignetPluginManifest *self, GKeyFile *file, GError **error)
{
  g_auto (GStrv) kinds = list_of (file, "Plugin", "Kinds", is_kind, error);

  if (kinds == NULL)
    return FALSE;
  if (kinds[0] == NULL)
    return bad (error, "Plugin", "Kinds", "is required");
  return (self->hosts = list_of (file, "Permissions", "Hosts", is_host, error)) != NULL &&
         (self->methods = list_of (file, "Permissions", "Methods", is_method, error)) != NULL &&
         (self->secrets = list_of (file, "Permissions", "Secrets", is_plain_name, error)) != NULL &&
         (self->key_types = list_of (file, "Permissions", "KeyTypes", is_plain_name, error)) != NULL && read_wall (self, file, error);
}

SignetPluginManifest *
_signet_plugin_manifest_parse (const char *data, gsize length, const char *directory, GError **error)
{
  g_autoptr (SignetPluginManifest) self = g_object_new (SIGNET_TYPE_PLUGIN_MANIFEST, NULL);
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GError) local = NULL;

  self->directory = g_strdup (directory);
  if (length == 0 || length > SIGNET_PLUGIN_MAX_MANIFEST || memchr (data, 0, length) != NULL ||
      !g_utf8_validate (data, length, NULL) || !g_key_file_load_from_data (file, data, length, G_KEY_FILE_KEEP_TRANSLATIONS, &local))
    {
      g_set_error (error, SIGNET_PLUGIN_ERROR, SIGNET_PLUGIN_ERROR_MANIFEST, "not a key file of at most %d bytes of UTF-8 text",
                   SIGNET_PLUGIN_MAX_MANIFEST);
      return NULL;
    }
  /* The API first: a later one may know keys that this one does not. */
  if (!read_api (file, error) || !check_known (file, error) || !read_identity (self, file, error) ||
      !read_exec (self, file, error) || !read_permissions (self, file, error))
    return NULL;
  return g_steal_pointer (&self);
}

/* The executable is a file of this very folder that nobody but its owner can change. */
static gboolean
check_exec (SignetPluginManifest *self, GError **error)
{
  g_autofree char *resolved = NULL;
  char *real = realpath (self->exec, NULL);
  struct stat status;

  resolved = g_strdup (real);
  free (real);
  if (resolved == NULL)
    return bad (error, "Plugin", "Exec", "there is no such file");
  if (strcmp (resolved, self->exec) != 0)
    return bad (error, "Plugin", "Exec", "leads out of the plugin's folder");
  if (stat (resolved, &status) != 0 || !S_ISREG (status.st_mode) || access (resolved, X_OK) != 0)
    return bad (error, "Plugin", "Exec", "is not an executable file");
  if ((status.st_mode & S_IWOTH) != 0)
    return bad (error, "Plugin", "Exec", "can be changed by anybody");
  return TRUE;
}

/* Opened once: the size is that of what is read. */
static char *
read_whole (const char *path, gsize *length, GError **error)
{
  g_autofree char *data = g_malloc (SIGNET_PLUGIN_MAX_MANIFEST + 1);
  gssize got = 0;
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  struct stat status;

  *length = 0;
  if (fd < 0 || fstat (fd, &status) != 0 || !S_ISREG (status.st_mode))
    {
      g_set_error (error, SIGNET_PLUGIN_ERROR, SIGNET_PLUGIN_ERROR_NOT_FOUND, "no manifest: %s", g_strerror (fd < 0 ? errno : EINVAL));
      if (fd >= 0)
        close (fd);
      return NULL;
    }
  while (*length <= SIGNET_PLUGIN_MAX_MANIFEST &&
         (got = read (fd, data + *length, SIGNET_PLUGIN_MAX_MANIFEST + 1 - *length)) > 0)
    *length += got;
  close (fd);
  if (got < 0)
    {
      g_set_error (error, SIGNET_PLUGIN_ERROR, SIGNET_PLUGIN_ERROR_NOT_FOUND, "manifest cannot be read");
      return NULL;
    }
  return g_steal_pointer (&data);
}

/**
 * signet_plugin_manifest_load:
 * @path: a NAME.plugin key file
 *
 * Reads and checks a manifest and that its executable is what it must be.
 *
 * Returns: (transfer full): the manifest; %NULL with %SIGNET_PLUGIN_ERROR_MANIFEST (the key is named), API or NOT_FOUND
 */
SignetPluginManifest *
signet_plugin_manifest_load (const char *path, GError **error)
{
  g_autoptr (SignetPluginManifest) self = NULL;
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *data = NULL;
  g_autofree char *directory = NULL;
  char *real = realpath (folder, NULL);
  gsize length;

  directory = g_strdup (real);
  free (real);
  if (directory == NULL)
    {
      g_set_error (error, SIGNET_PLUGIN_ERROR, SIGNET_PLUGIN_ERROR_NOT_FOUND, "no such folder");
      return NULL;
    }
  if ((data = read_whole (path, &length, error)) == NULL)
    return NULL;
  self = _signet_plugin_manifest_parse (data, length, directory, error);
  if (self == NULL || !check_exec (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

const char *
signet_plugin_manifest_get_id (SignetPluginManifest *self)
{
  g_return_val_if_fail (SIGNET_IS_PLUGIN_MANIFEST (self), NULL);
  return self->id;
}

/* Localized and sanitized. */
const char *
signet_plugin_manifest_get_name (SignetPluginManifest *self)
{
  g_return_val_if_fail (SIGNET_IS_PLUGIN_MANIFEST (self), NULL);
  return self->name;
}

const char *
signet_plugin_manifest_get_version (SignetPluginManifest *self)
{
  g_return_val_if_fail (SIGNET_IS_PLUGIN_MANIFEST (self), NULL);
  return self->version;
}

const char *
signet_plugin_manifest_get_directory (SignetPluginManifest *self)
{
  g_return_val_if_fail (SIGNET_IS_PLUGIN_MANIFEST (self), NULL);
  return self->directory;
}

const char *
signet_plugin_manifest_get_exec (SignetPluginManifest *self)
{
  g_return_val_if_fail (SIGNET_IS_PLUGIN_MANIFEST (self), NULL);
  return self->exec;
}

const char *
_signet_plugin_manifest_get_program (SignetPluginManifest *self)
{
  return self->program;
}

/* (nullable): what it calls its maker; nobody has checked that */
const char *
signet_plugin_manifest_get_publisher (SignetPluginManifest *self)
{
  g_return_val_if_fail (SIGNET_IS_PLUGIN_MANIFEST (self), NULL);
  return self->publisher;
}

const char *
signet_plugin_manifest_get_summary (SignetPluginManifest *self)
{
  g_return_val_if_fail (SIGNET_IS_PLUGIN_MANIFEST (self), NULL);
  return self->summary;
}

gboolean
signet_plugin_manifest_has_network (SignetPluginManifest *self)
{
  g_return_val_if_fail (SIGNET_IS_PLUGIN_MANIFEST (self), FALSE);
  return self->network;
}

gboolean
signet_plugin_manifest_has_programs (SignetPluginManifest *self)
{
  g_return_val_if_fail (SIGNET_IS_PLUGIN_MANIFEST (self), FALSE);
  return self->programs;
}

gboolean
signet_plugin_manifest_has_state (SignetPluginManifest *self)
{
  g_return_val_if_fail (SIGNET_IS_PLUGIN_MANIFEST (self), FALSE);
  return self->state;
}

const char *const *
signet_plugin_manifest_get_hosts (SignetPluginManifest *self)
{
  g_return_val_if_fail (SIGNET_IS_PLUGIN_MANIFEST (self), NULL);
  return (const char *const *) self->hosts;
}

const char *const *
signet_plugin_manifest_get_methods (SignetPluginManifest *self)
{
  g_return_val_if_fail (SIGNET_IS_PLUGIN_MANIFEST (self), NULL);
  return (const char *const *) self->methods;
}

const char *const *
signet_plugin_manifest_get_secrets (SignetPluginManifest *self)
{
  g_return_val_if_fail (SIGNET_IS_PLUGIN_MANIFEST (self), NULL);
  return (const char *const *) self->secrets;
}

const char *const *
signet_plugin_manifest_get_key_types (SignetPluginManifest *self)
{
  g_return_val_if_fail (SIGNET_IS_PLUGIN_MANIFEST (self), NULL);
  return (const char *const *) self->key_types;
}
