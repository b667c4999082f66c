/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-test-pki-folder.c: see signet-test-pki-folder.h. One thread. */
#include "config.h"

#include "signet-test-pki-folder.h"

#include "signet-test-pki.h"
#include "signet-test.h"

const char *
test_pki_folder (void)
{
  static char *folder;
  g_autoptr (GError) error = NULL;

  if (folder == NULL)
    {
      folder = signet_test_make_dir ();
      g_assert_true (test_pki_init (folder, NULL, NULL, &error));
      g_assert_no_error (error);
    }
  return folder;
}
