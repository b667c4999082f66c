/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-command-kit.c: `signet plugin new`: the folder a plugin begins with, made of the kit's own example. Main thread. What tries
 * a plugin (check, run) is in signet-command-trial.c.
 */
#define G_LOG_DOMAIN "signet-command-kit"

#include "config.h"

#include <errno.h>
#include <string.h>

#include <glib/gi18n.h>
#include <glib/gstdio.h>

#include "signet-command.h"

#include "../core/base/signet-base-error.h"
#include "../core/base/signet-paths.h"
#include "../core/base/signet-text.h"

#define MAX_NAME 40
#define EXAMPLE_PROGRAM "example-ca"

/* Where from, below the kit's folder; where to: @NAME@ is filled in there and in the text. */
typedef struct
{
  const char *from;
  const char *to;
  int mode;
} SignetKitFile;

static const SignetKitFile c_files[] = {
  { "example/example-ca.c", "@NAME@.c", 0644 },
  { "example/example.plugin", "@NAME@.plugin", 0644 },
  { "sdk/signet-sdk.c", "signet-sdk.c", 0644 },
  { "sdk/signet-sdk-host.c", "signet-sdk-host.c", 0644 },
  { "sdk/signet-sdk-profile.c", "signet-sdk-profile.c", 0644 },
  { "sdk/signet-sdk-scep.c", "signet-sdk-scep.c", 0644 },
  { "sdk/signet-sdk.h", "signet-sdk.h", 0644 },
  { "sdk/LICENSE", "LICENSE-signet-sdk", 0644 },
  { "sdk/protocol.schema.json", "protocol.schema.json", 0644 },
  { "sdk/template/Makefile.c", "Makefile", 0644 },
  { "sdk/template/profile", "@NAME@.profile", 0644 },
  { "sdk/template/README.md", "README.md", 0644 },
};

static const SignetKitFile python_files[] = {
  { "example/example-ca.py", "@NAME@", 0755 },
  { "example/example.plugin", "@NAME@.plugin", 0644 },
  { "sdk/protocol.schema.json", "protocol.schema.json", 0644 },
  { "sdk/template/Makefile.python", "Makefile", 0644 },
  { "sdk/template/profile", "@NAME@.profile", 0644 },
  { "sdk/template/README.md", "README.md", 0644 },
};

/* the example under the new name; the kit itself stays as it is */
static char *
signet_kit_fill_in (const char *text,
                    const char *from,
                    const char *name)
{
  GString *filled = g_string_new (text);

  g_string_replace (filled, "@NAME@", name, 0);
  if (g_str_has_prefix (from, "example/"))
    {
      g_autofree char *id = g_strdup_printf ("Id=%s", name);
      g_autofree char *exec = g_strdup_printf ("Exec=%s", name);
      g_autofree char *shown = g_strdup_printf ("Name=%s (sample)", name);

      g_string_replace (filled, "Id=example", id, 0);
      g_string_replace (filled, "Exec=" EXAMPLE_PROGRAM, exec, 0);
      g_string_replace (filled, "Name=Example authority (sample)", shown, 0);
      g_string_replace (filled, "../sdk/", "", 0);
      g_string_replace (filled, EXAMPLE_PROGRAM, name, 0);
    }
  return g_string_free (filled, FALSE);
}

static gboolean
signet_kit_copy (const SignetKitFile *file,
                 const char          *folder,
                 const char          *name,
                 GError             **error)
{
  g_autofree char *source = g_build_filename (signet_paths_get_kit_dir (), file->from, NULL);
  g_autofree char *to = signet_kit_fill_in (file->to, "", name);
  g_autofree char *target = g_build_filename (folder, to, NULL);
  g_autofree char *text = NULL;
  g_autofree char *filled = NULL;

  if (!g_file_get_contents (source, &text, NULL, error))
    return FALSE;
  filled = signet_kit_fill_in (text, file->from, name);
  return g_file_set_contents_full (target, filled, -1, G_FILE_SET_CONTENTS_NONE, file->mode, error);
}

static gboolean
signet_kit_make (const char  *folder,
                 const char  *name,
                 gboolean     python,
                 GError     **error)
{
  const SignetKitFile *files = python ? python_files : c_files;
  gsize n = python ? G_N_ELEMENTS (python_files) : G_N_ELEMENTS (c_files);
  g_autofree char *recordings = g_build_filename (folder, "recordings", NULL);

  if (g_mkdir (folder, 0755) != 0 || g_mkdir (recordings, 0755) != 0)
    {
      g_set_error (error, SIGNET_BASE_ERROR, errno == EEXIST ? SIGNET_BASE_ERROR_EXISTS : SIGNET_BASE_ERROR_CANNOT_WRITE, "%s: %s", folder,
                   g_strerror (errno));
      return FALSE;
    }
  for (gsize i = 0; i < n; i++)
    if (!signet_kit_copy (&files[i], folder, name, error))
      return FALSE;
  return TRUE;
}

static gboolean
signet_kit_is_name (const char *name)
{
  return g_ascii_islower (name[0]) && strlen (name) <= MAX_NAME && strspn (name, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen (name);
}

int
signet_command_plugin_new (SignetInvocation *invocation)
{
  static const char *const languages[] = { "c", "python", NULL };
  g_autofree char *language = NULL;
  const GOptionEntry entries[] = {
    { "language", 0, 0, G_OPTION_ARG_FILENAME, &language, N_("c or python (default: c)"), N_("LANGUAGE") },
    { NULL }
  };
  g_autoptr(GError) error = NULL;
  g_autofree char *folder = NULL;
  const char *name;

  if (!signet_invocation_parse (invocation, entries, SIGNET_OPTIONS_JSON) ||
      !signet_invocation_check_choice (invocation, "--language", language, languages))
    return invocation->status;
  if (signet_invocation_n_arguments (invocation) < 1 || signet_invocation_n_arguments (invocation) > 2 ||
      !signet_kit_is_name (invocation->arguments[0]))
    return signet_invocation_usage (invocation, "%s", _("give a name of small letters, digits and hyphens, and perhaps a folder"));
  name = invocation->arguments[0];
  folder = g_strdup (invocation->arguments[1] != NULL ? invocation->arguments[1] : name);
  if (!signet_kit_make (folder, name, g_strcmp0 (language, "python") == 0, &error))
    return signet_invocation_fail (invocation, folder, error);
  if (invocation->json)
    {
      JsonObject *document = signet_invocation_new_document ();

      json_object_set_string_member (document, "folder", folder);
      signet_invocation_print_document (document);
      return SIGNET_STATUS_DONE;
    }
  signet_terminal_print (_("%s is a plugin that builds and passes. Next: cd %s; make check"), folder, folder);
  return SIGNET_STATUS_DONE;
}
