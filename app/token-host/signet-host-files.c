/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-host-files.c: what of the home folder a vendor's module sees: Landlock.
 *
 * Outside the home folder everything is as the file modes say: modules keep sockets, locks and shared memory in places nobody
 * can list. In the home folder, documents are not there, nor what holds other keys and passwords; settings in hidden files and
 * folders can be read; caches and the stores of known modules can be written; nothing can be started. Besides, the kernel lets a
 * process in such a domain neither trace nor read one outside, nor (since 6.12) send it a signal.
 */
#define G_LOG_DOMAIN "signet-host-files"

#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "signet-host-private.h"

#include "../core/base/signet-confinement.h"

#define READ SIGNET_CONFINEMENT_READ
#define START SIGNET_CONFINEMENT_START
#define WRITE SIGNET_CONFINEMENT_WRITE

typedef struct
{
  SignetConfinementFiles files;
  const char *home; /* without links */
} Files;

/* Beneath the home folder. What is not here: hidden can be read, the rest is not there. */
static const struct
{
  const char *path;
  SignetConfinementRights rights;
} places[] = {
  /* keys and passwords */
  { ".ssh", 0 },
  { ".gnupg", 0 },
  { ".password-store", 0 },
  { ".aws", 0 },
  { ".azure", 0 },
  { ".docker", 0 },
  { ".kube", 0 },
  { ".netrc", 0 },
  { ".pgpass", 0 },
  { ".git-credentials", 0 },
  { ".config/gh", 0 },
  { ".config/gcloud", 0 },
  { ".config/goa-1.0", 0 },
  { ".config/keepassxc", 0 },
  { ".local/share/keyrings", 0 },
  { ".local/share/kwalletd", 0 },
  /* what a person browsed, wrote, typed and threw away */
  { ".mozilla", 0 },
  { ".thunderbird", 0 },
  { ".config/chromium", 0 },
  { ".config/google-chrome", 0 },
  { ".config/BraveSoftware", 0 },
  { ".config/microsoft-edge", 0 },
  { ".config/evolution", 0 },
  { ".local/share/evolution", 0 },
  { ".local/share/Trash", 0 },
  { ".var", 0 },
  { ".bash_history", 0 },
  { ".zsh_history", 0 },
  { ".python_history", 0 },
  { ".local/share/signet", 0 },
  /* where modules keep what they write */
  { ".cache", READ | WRITE },
  { ".config/softhsm2", READ | WRITE },
  { ".softhsm2", READ | WRITE },
};

/* Settings that name a place: a module that is pointed there must get there. A file stands for its folder. */
static const char *const pointers[] = {
  "TPM2_PKCS11_STORE",
  "SOFTHSM2_CONF",
  "OPENSC_CONF",
#if SIGNET_DEVELOPMENT
  "SIGNET_TEST_HOSTILE_DIR",
  "SIGNET_TEST_COUNTING_DIR",
#endif
};

#define MAX_SETTINGS 16384

/* --- rules --- */

static void
allow_path (Files *self, const char *path, SignetConfinementRights rights, int flags)
{
  signet_confinement_files_allow (&self->files, path, rights, flags);
}

/* @path is @root or beneath it; the rest after the slash, "" for @root itself. */
static const char *
beneath (const char *path, const char *root)
{
  gsize length = strlen (root);

  if (strncmp (path, root, length) != 0 || (path[length] != '\0' && path[length] != '/'))
    return NULL;
  return path[length] == '/' ? path + length + 1 : "";
}

/* Something in @path has other rights than the rest of it: its entries are taken one by one. */
static gboolean
is_divided (Files *self, const char *path)
{
  const char *rest = beneath (path, self->home);

  if (rest == NULL)
    return beneath (self->home, path) != NULL;
  for (gsize i = 0; i < G_N_ELEMENTS (places); i++)
    if (*rest == '\0' || (beneath (places[i].path, rest) != NULL && !g_str_equal (places[i].path, rest)))
      return TRUE;
  return FALSE;
}

static SignetConfinementRights
rights_of (Files *self, const char *path)
{
  const char *rest = beneath (path, self->home);

  if (rest == NULL)
    return READ | WRITE | START;
  for (gsize i = 0; i < G_N_ELEMENTS (places); i++)
    if (g_str_equal (places[i].path, rest))
      return places[i].rights;
  return *rest == '.' ? READ : 0;
}

/* A link gives nothing: where it leads has rights of its own. */
static void
allow_entries (Files *self, const char *folder)
{
  DIR *entries = opendir (folder);
  struct dirent *entry = NULL;

  while (entries != NULL && (entry = readdir (entries)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, entry->d_name, NULL);

      if (g_str_equal (entry->d_name, ".") || g_str_equal (entry->d_name, "..") || entry->d_type == DT_LNK)
        continue;
      if (is_divided (self, path))
        allow_entries (self, path);
      else
        allow_path (self, path, rights_of (self, path), O_NOFOLLOW);
    }
  g_clear_pointer (&entries, closedir);
}

/* --- places that are named --- */

/* A module may not make a folder in the home folder itself. */
static void
allow_folder (Files *self, const char *path)
{
  if (g_mkdir_with_parents (path, 0700) != 0)
    g_debug ("%s: %s", path, g_strerror (errno));
  allow_path (self, path, READ | WRITE, O_NOFOLLOW);
}

static void
allow_pointer (Files *self, const char *path)
{
  g_autofree char *folder = NULL;

  if (path == NULL || !g_path_is_absolute (path))
    return;
  folder = g_path_get_dirname (path);
  allow_path (self, g_file_test (path, G_FILE_TEST_IS_DIR) ? path : folder, READ | WRITE, 0);
}

/* SoftHSM's tokens are where its settings say. */
static void
allow_softhsm_tokens (Files *self)
{
  g_autofree char *own = g_build_filename (self->home, ".config/softhsm2/softhsm2.conf", NULL);
  const char *path = g_getenv ("SOFTHSM2_CONF");
  g_autofree char *text = NULL;
  gsize length = 0;
  const char *at = NULL;

  if (!g_file_get_contents (path != NULL ? path : own, &text, &length, NULL) || length > MAX_SETTINGS)
    return;
  at = strstr (text, "directories.tokendir");
  at = at != NULL ? strchr (at, '/') : NULL;
  if (at != NULL)
    {
      g_autofree char *folder = g_strstrip (g_strndup (at, strcspn (at, "\r\n#")));

      allow_path (self, folder, READ | WRITE, 0);
    }
}

static void
allow_named_places (Files *self, const HostWall *wall)
{
  g_autofree char *folder = g_path_get_dirname (wall->module);

  allow_path (self, folder, READ, 0);
  for (gsize i = 0; wall->folders[i] != NULL; i++)
    allow_folder (self, wall->folders[i]);
  if (wall->store != NULL)
    {
      g_autofree char *store = g_build_filename (self->home, wall->store, NULL);

      allow_folder (self, store);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (pointers); i++)
    allow_pointer (self, g_getenv (pointers[i]));
  allow_softhsm_tokens (self);
}

/* --- the domain --- */

/**
 * host_files_restrict:
 *
 * For the calling thread and those it starts: to be called before there is another.
 *
 * Returns: whether the kernel does it
 */
gboolean
host_files_restrict (const HostWall *wall)
{
  char *home = realpath (g_get_home_dir (), NULL);
  Files self = { .home = home };
  gboolean ok = FALSE;

  if (!signet_confinement_files_open (&self.files, SIGNET_CONFINEMENT_SIGNALS))
    {
      free (home);
      return FALSE;
    }
  if (home == NULL || g_str_equal (home, "/"))
    allow_path (&self, "/", READ | WRITE | START, 0);
  else
    {
      allow_entries (&self, "/");
      allow_named_places (&self, wall);
    }
  ok = signet_confinement_files_enforce (&self.files);
  free (home);
  return ok;
}
