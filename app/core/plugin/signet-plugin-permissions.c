/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-plugin-permissions.c: what a plugin may do once it is allowed, as codes the faces have words for; whether it came with Signet;
 * and what its folder holds. Any thread.
 */
#define G_LOG_DOMAIN "signet-plugin-permissions"

#include "config.h"

#include "signet-plugin-private.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_FILES  4096
#define MAX_BYTES  (256 * 1024 * 1024)
#define MAX_DEPTH  16
#define MAX_LISTED 64

/* --- what it may do ------------------------------------------------------------------------------------------------------- */

static void
add (GStrvBuilder *pairs, const char *code, const char *value)
{
  g_strv_builder_add (pairs, code);
  g_strv_builder_add (pairs, value);
}

static void
add_list (GStrvBuilder *pairs, const char *code, const char *const *items)
{
  g_autofree char *joined = g_strjoinv (", ", (char **) items);

  if (*joined != '\0')
    add (pairs, code, joined);
}

/* Each service by itself: "plugin-csr" is another thing to agree to than "plugin-http". */
static void
add_methods (GStrvBuilder *pairs, const char *const *methods)
{
  for (gsize i = 0; methods[i] != NULL; i++)
    {
      g_autofree char *code = g_strconcat ("plugin-", methods[i], NULL);

      add (pairs, code, "");
    }
}

/**
 * signet_plugin_manifest_dup_permissions:
 * @helper: (nullable): the program it is to run for an authority
 *
 * Codes and values by turns, in an order that does not change: "plugin-hosts", "ra.example.cn:443", "plugin-csr", ""… Two manifests
 * ask for the same when these are the same.
 *
 * Returns: (transfer full): NULL-terminated
 */
char **
signet_plugin_manifest_dup_permissions (SignetPluginManifest *self, const char *helper)
{
  g_autoptr (GStrvBuilder) pairs = g_strv_builder_new ();

  g_return_val_if_fail (SIGNET_IS_PLUGIN_MANIFEST (self), NULL);

  if (signet_plugin_manifest_has_network (self))
    add (pairs, "plugin-network", "");
  if (signet_plugin_manifest_has_programs (self))
    add (pairs, "plugin-programs", helper != NULL ? helper : "");
  if (signet_plugin_manifest_has_state (self))
    add (pairs, "plugin-state", "");
  add_list (pairs, "plugin-hosts", signet_plugin_manifest_get_hosts (self));
  add_methods (pairs, signet_plugin_manifest_get_methods (self));
  add_list (pairs, "plugin-secrets", signet_plugin_manifest_get_secrets (self));
  add_list (pairs, "plugin-keys", signet_plugin_manifest_get_key_types (self));
  return g_strv_builder_end (pairs);
}

/* --- whether it came with Signet -------------------------------------------------------------------------------------------- */

/* The list is written when Signet is built, and lies where only root can put something. */
static gboolean
is_listed (const char *folder, const char *id)
{
  g_autofree char *path = g_build_filename (folder, "shipped", NULL);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return FALSE;
  lines = g_strsplit (text, "\n", MAX_LISTED);
  return g_strv_contains ((const char *const *) lines, id);
}

static gboolean
belongs_to_root (const char *path)
{
  struct stat info;

  return stat (path, &info) == 0 && info.st_uid == 0 && (info.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

/* Who could change it is nobody but root: then what it says of itself has been somebody's decision. */
gboolean
_signet_plugin_manifest_is_installed (SignetPluginManifest *self)
{
  return belongs_to_root (signet_plugin_manifest_get_directory (self)) && belongs_to_root (signet_plugin_manifest_get_exec (self));
}

static gboolean
is_in (SignetPluginManifest *self, const char *top)
{
  g_autofree char *folder = g_build_filename (top, G_STRINGIFY (SIGNET_PLUGIN_API_VERSION), signet_plugin_manifest_get_id (self), NULL);
  g_autofree char *real = g_file_test (folder, G_FILE_TEST_IS_DIR) ? realpath (folder, NULL) : NULL;

  return g_strcmp0 (real, signet_plugin_manifest_get_directory (self)) == 0 && is_listed (top, signet_plugin_manifest_get_id (self));
}

gboolean
signet_plugin_manifest_is_shipped (SignetPluginManifest *self)
{
  g_return_val_if_fail (SIGNET_IS_PLUGIN_MANIFEST (self), FALSE);

  if (*SIGNET_BUILD_PLUGIN_DIR != '\0' && is_in (self, SIGNET_BUILD_PLUGIN_DIR))
    return TRUE;
  return is_in (self, SIGNET_PLUGIN_DIR) && _signet_plugin_manifest_is_installed (self);
}

/* --- what its folder holds --------------------------------------------------------------------------------------------------- */

typedef struct {
  GPtrArray *lines;    /* "path\0mode\0digest", to be sorted */
  guint64    bytes;
} Content;

static gboolean
refuse (GError **error, const char *path, const char *why)
{
  g_set_error (error, SIGNET_PLUGIN_ERROR, SIGNET_PLUGIN_ERROR_MANIFEST, "%s %s", path, why);
  return FALSE;
}

static char *
digest_file (int folder, const char *name, guint64 *bytes)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  guint8 buffer[16384];
  gssize n = -1;
  int fd = openat (folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

  while (fd >= 0 && *bytes <= MAX_BYTES && (n = read (fd, buffer, sizeof buffer)) > 0)
    {
      g_checksum_update (checksum, buffer, n);
      *bytes += n;
    }
  if (fd >= 0)
    close (fd);
  return n == 0 ? g_strdup (g_checksum_get_string (checksum)) : NULL;
}

static gboolean add_folder (Content *content, int fd, const char *path, guint depth, GError **error);

static gboolean
add_entry (Content *content, int folder, const char *name, const char *path, guint depth, GError **error)
{
  g_autofree char *digest = NULL;
  struct stat info;

  if (fstatat (folder, name, &info, AT_SYMLINK_NOFOLLOW) != 0 || (!S_ISREG (info.st_mode) && !S_ISDIR (info.st_mode)))
    return refuse (error, path, "is neither a file nor a folder");
  if (S_ISDIR (info.st_mode))
    return add_folder (content, openat (folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), path, depth + 1, error);
  digest = digest_file (folder, name, &content->bytes);
  if (digest == NULL || content->lines->len >= MAX_FILES)
    return refuse (error, path, "cannot be read, or the folder holds too much");
  g_ptr_array_add (content->lines, g_strdup_printf ("%s\n%d\n%s\n", path, (info.st_mode & S_IXUSR) != 0, digest));
  return TRUE;
}

/* Takes @fd. */
static gboolean
add_folder (Content *content, int fd, const char *path, guint depth, GError **error)
{
  g_autofree char *link = g_strdup_printf ("/proc/self/fd/%d", fd);
  g_autoptr (GDir) dir = fd >= 0 && depth < MAX_DEPTH ? g_dir_open (link, 0, NULL) : NULL;
  gboolean ok = dir != NULL || refuse (error, path, "cannot be listed");
  const char *name;

  while (ok && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *inner = *path != '\0' ? g_build_filename (path, name, NULL) : g_strdup (name);

      ok = add_entry (content, fd, name, inner, depth, error);
    }
  if (fd >= 0)
    close (fd);
  return ok;
}

static int
compare_lines (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/**
 * signet_plugin_manifest_dup_sha256:
 *
 * The SHA-256 over the path, the executable mark and the SHA-256 of every file of the folder, in the order of the paths. Links and
 * devices have no place there.
 *
 * Returns: (transfer full): 64 hex digits; %NULL with MANIFEST when the folder holds what it must not, or too much
 */
char *
signet_plugin_manifest_dup_sha256 (SignetPluginManifest *self, GError **error)
{
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  Content content = { .lines = lines };
  int fd = open (signet_plugin_manifest_get_directory (self), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

  if (!add_folder (&content, fd, "", 0, error))
    return NULL;
  g_ptr_array_sort (lines, compare_lines);
  for (guint i = 0; i < lines->len; i++)
    g_checksum_update (checksum, lines->pdata[i], -1);
  return g_strdup (g_checksum_get_string (checksum));
}
