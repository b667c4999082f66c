/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-enrolment-helper.c: the program a profile has its plugin run ([Issuance] Helper). A profile is data from whoever wrote it: it can name
 * one of certmonger's helpers, as root has put it there, and nothing else. Any thread.
 */
#define G_LOG_DOMAIN "signet-enrolment-helper"

#include "config.h"

#include "signet-enrolment-private.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../base/signet-text.h"

static const char *const folders[] = { "/usr/lib/certmonger", "/usr/libexec/certmonger", "/usr/lib64/certmonger" };

/* And every folder above it. */
static gboolean
is_of_root (const char *path)
{
  g_autofree char *at = g_strdup (path);

  for (;;)
    {
      g_autofree char *above = g_path_get_dirname (at);
      struct stat status;

      if (lstat (at, &status) != 0 || status.st_uid != 0 || (status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
        return FALSE;
      if (strcmp (above, at) == 0)
        return TRUE;
      g_free (at);
      at = g_steal_pointer (&above);
    }
}

/* (transfer full) (nullable): where the links of @path lead, when that is a program right in @folder */
static char *
resolve (const char *path, const char *folder)
{
  char *real = realpath (path, NULL);
  g_autofree char *parent = real != NULL ? g_path_get_dirname (real) : NULL;
  char *found = g_strcmp0 (parent, folder) == 0 && access (real, X_OK) == 0 ? g_strdup (real) : NULL;

  free (real);
  return found;
}

static gboolean
refuse (const char *name, const char *why, GError **error)
{
  g_autofree char *shown = signet_text_sanitize (name, -1, 100);

  g_set_error (error, SIGNET_PLUGIN_ERROR, SIGNET_PLUGIN_ERROR_FAILED, "[Issuance] Helper: %s: %s", shown, why);
  return FALSE;
}

/* @name: a file name, or a path in one of the folders. @path: (out) (transfer full). Errors: SIGNET_PLUGIN_ERROR_FAILED, which names the key. */
gboolean
_signet_enrolment_find_helper (const char *name, char **path, GError **error)
{
  g_autofree char *base = g_path_get_basename (name);

  for (gsize i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      g_autofree char *whole = g_build_filename (folders[i], base, NULL);
      g_autofree char *real = strcmp (name, base) == 0 || strcmp (name, whole) == 0 ? resolve (whole, folders[i]) : NULL;

      if (real == NULL)
        continue;
      if (!is_of_root (real))
        return refuse (name, "others than root can change it", error);
      *path = g_steal_pointer (&real);
      return TRUE;
    }
  return refuse (name, "there is no such helper in certmonger's folder; is certmonger installed?", error);
}
