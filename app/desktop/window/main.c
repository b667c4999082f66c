/* SPDX-License-Identifier: GPL-3.0-or-later */
/* main.c: signet-desktop. Sets the language, runs the application; everything else happens after the first frame. */
#include "config.h"

#include <glib/gi18n.h>
#include <locale.h>

#include "signet-application.h"
#include "../../core/base/signet-paths.h"

int
main (int   argc,
      char *argv[])
{
  g_autoptr(SignetApplication) application = NULL;

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, signet_paths_get_locale_dir ());
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);

  application = signet_application_new ();
  return g_application_run (G_APPLICATION (application), argc, argv);
}
