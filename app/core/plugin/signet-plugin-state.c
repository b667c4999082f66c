/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-plugin-state.c: the small folder a plugin with State=authority keeps between runs, one for each authority it serves.
 *
 * A file system cannot be told how much a folder may hold, so a thread looks a few times a second while the plugin runs, and ends
 * the plugin when it holds too much; no single file can be larger than the limit of the wall. What was once too full is not used
 * again until somebody looked. Links are counted, never followed.
 */
#define G_LOG_DOMAIN "signet-plugin-state"

#include "config.h"

#include "signet-plugin-private.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../base/signet-paths.h"

#define MAX_BYTES   (8 * 1024 * 1024)
#define MAX_ENTRIES 256
#define MAX_DEPTH   8
#define LOOK_EVERY  (G_USEC_PER_SEC / 5)

struct _SignetPluginState
{
  char        *path;
  SignetChild *child;   /* (nullable): what is watched */
  GThread     *thread;  /* (nullable) */
  GMutex       mutex;
  GCond        cond;
  gboolean     over;
};

typedef struct {
  guint64 bytes;
  guint   entries;
} Measure;

static gboolean
is_within (const Measure *measure)
{
  return measure->bytes <= MAX_BYTES && measure->entries <= MAX_ENTRIES;
}

/* Takes @fd. FALSE: too much, or nested too deeply to tell. */
static gboolean
measure_folder (int fd, guint depth, Measure *measure)
{
  DIR *folder = depth < MAX_DEPTH ? fdopendir (fd) : NULL;
  struct dirent *entry;

  if (folder == NULL)
    {
      close (fd);
      return FALSE;
    }
  while (is_within (measure) && (entry = readdir (folder)) != NULL)
    {
      struct stat info;
      int inner;

      if (strcmp (entry->d_name, ".") == 0 || strcmp (entry->d_name, "..") == 0 ||
          fstatat (dirfd (folder), entry->d_name, &info, AT_SYMLINK_NOFOLLOW) != 0)
        continue;
      measure->entries++;
      measure->bytes += (guint64) info.st_blocks * 512;
      if (!S_ISDIR (info.st_mode))
        continue;
      inner = openat (dirfd (folder), entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
      if (inner >= 0 && !measure_folder (inner, depth + 1, measure))
        measure->entries = MAX_ENTRIES + 1;
    }
  closedir (folder);
  return is_within (measure);
}

static gboolean
fits (const char *path)
{
  Measure measure = { 0 };
  int fd = open (path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

  return fd >= 0 && measure_folder (fd, 0, &measure);
}

static gpointer
watch (gpointer data)
{
  SignetPluginState *self = data;

  g_mutex_lock (&self->mutex);
  while (!self->over)
    {
      g_cond_wait_until (&self->cond, &self->mutex, g_get_monotonic_time () + LOOK_EVERY);
      if (!self->over && !fits (self->path))
        {
          g_message ("a plugin filled its folder %s and was ended", self->path);
          signet_child_kill (self->child);
          self->over = TRUE;
        }
    }
  g_mutex_unlock (&self->mutex);
  return NULL;
}

/* @plugin and @authority are plain names: the manifest and the profile have been checked. Errors: SANDBOX. */
SignetPluginState *
_signet_plugin_state_open (const char *plugin, const char *authority, GError **error)
{
  g_autofree char *path = g_build_filename (signet_paths_get_user_data_dir (), "plugin-state", plugin, authority, NULL);
  SignetPluginState *self;

  if (authority == NULL || strchr (authority, '/') != NULL || authority[0] == '.' || *authority == '\0')
    g_set_error (error, SIGNET_PLUGIN_ERROR, SIGNET_PLUGIN_ERROR_SANDBOX, "plugin %s keeps a folder for an authority, and none is named", plugin);
  else if (g_mkdir_with_parents (path, 0700) != 0)
    g_set_error (error, SIGNET_PLUGIN_ERROR, SIGNET_PLUGIN_ERROR_SANDBOX, "%s: %s", path, g_strerror (errno));
  else if (!fits (path))
    g_set_error (error, SIGNET_PLUGIN_ERROR, SIGNET_PLUGIN_ERROR_SANDBOX, "plugin %s keeps more than it may in %s", plugin, path);
  else
    {
      self = g_new0 (SignetPluginState, 1);
      g_mutex_init (&self->mutex);
      g_cond_init (&self->cond);
      self->path = g_steal_pointer (&path);
      return self;
    }
  return NULL;
}

const char *
_signet_plugin_state_get_path (SignetPluginState *self)
{
  return self->path;
}

void
_signet_plugin_state_watch (SignetPluginState *self, SignetChild *child)
{
  self->child = g_object_ref (child);
  self->thread = g_thread_new ("signet-plugin-state", watch, self);
}

void
_signet_plugin_state_close (SignetPluginState *self)
{
  if (self == NULL)
    return;
  g_mutex_lock (&self->mutex);
  self->over = TRUE;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->mutex);
  g_clear_pointer (&self->thread, g_thread_join);
  g_clear_object (&self->child);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->cond);
  g_free (self->path);
  g_free (self);
}
