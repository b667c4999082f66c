/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz-profile.c: authority profiles of anybody's making, as files, because that is how they are read. */
#include "config.h"

#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "../../app/core/authority/signet-authority.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static const char *
profile_path (void)
{
  static char *path;

  if (path == NULL)
    path = g_strdup_printf ("%s/signet-fuzz-%d.profile", g_get_tmp_dir (), (int) getpid ());
  return path;
}

static void
read_fields (SignetAuthority *authority)
{
  g_auto (GStrv) hosts = signet_authority_dup_hosts (authority);
  g_auto (GStrv) keys = signet_authority_dup_key_specs (authority);

  g_assert_true (g_utf8_validate (signet_authority_get_name (authority), -1, NULL));
  g_assert_null (strchr (signet_authority_get_id (authority), '/'));
  g_assert_null (strchr (signet_authority_get_plugin (authority), '/'));
  g_assert_cmpstr (signet_authority_get_standing (authority), ==, "unknown");
  g_assert_cmpuint (g_strv_length (hosts), <=, 64);
  g_assert_cmpuint (g_strv_length (keys), <=, 64);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SignetAuthority) authority = NULL;

  if (!g_file_set_contents_full (profile_path (), (const char *) data, (gssize) size, G_FILE_SET_CONTENTS_NONE, 0600, NULL))
    return 0;
  authority = signet_authority_load_profile (profile_path (), &error);
  g_unlink (profile_path ());
  g_assert_true ((authority == NULL) == (error != NULL));
  if (authority != NULL)
    read_fields (authority);
  return 0;
}
