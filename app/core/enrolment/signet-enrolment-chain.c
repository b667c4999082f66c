/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-enrolment-chain.c: CA certificates that came with a new one, kept so that signatures can carry them: in the person's data folder,
 * and on the token where the profile says so and there is room. They are for building a path; none of them ends one, so none
 * becomes an anchor. Blocking, for worker threads.
 */
#define G_LOG_DOMAIN "signet-enrolment-chain"

#include "config.h"

#include "signet-check-private.h"

#include <errno.h>

#include <glib/gstdio.h>

#include "../base/signet-paths.h"

#define MAX_KEPT 64

static char *
get_folder (void)
{
  return g_build_filename (signet_paths_get_user_data_dir (), "issuers", NULL);
}

/* --- the folder ---------------------------------------------------------------------------------------------------------------- */

/* Best effort: what cannot be kept is fetched when a path wants it. */
static void
keep_in_folder (SignetCertificate *certificate)
{
  g_autofree char *folder = get_folder ();
  g_autofree char *name = g_strconcat (signet_certificate_get_sha256 (certificate), ".cer", NULL);
  g_autofree char *path = g_build_filename (folder, name, NULL);
  GBytes *der = signet_certificate_get_der (certificate);
  g_autoptr (GError) error = NULL;

  if (g_file_test (path, G_FILE_TEST_EXISTS))
    return;
  if (g_mkdir_with_parents (folder, 0700) != 0 ||
      !g_file_set_contents (path, g_bytes_get_data (der, NULL), (gssize) g_bytes_get_size (der), &error))
    g_message ("a CA certificate cannot be kept: %s", error != NULL ? error->message : g_strerror (errno));
}

/**
 * signet_enrolment_load_issuers:
 *
 * Returns: (transfer full) (element-type SignetCertificate): CA certificates that came with certificates issued to this person; for
 *   building paths, never as anchors
 */
GPtrArray *
signet_enrolment_load_issuers (void)
{
  GPtrArray *issuers = g_ptr_array_new_with_free_func (g_object_unref);
  g_autofree char *folder = get_folder ();
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name = NULL;

  while (dir != NULL && issuers->len < MAX_KEPT && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_autoptr (GPtrArray) found = g_str_has_suffix (name, ".cer") ? signet_certificate_load_file (path, NULL) : NULL;

      if (found != NULL && found->len == 1 && signet_certificate_is_ca (found->pdata[0]))
        g_ptr_array_add (issuers, g_object_ref (found->pdata[0]));
    }
  return issuers;
}

/* --- the token ----------------------------------------------------------------------------------------------------------------- */

static gboolean
has_room_for (const GError *error)
{
  return !g_error_matches (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_FULL) &&
         !g_error_matches (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_UNSUPPORTED) &&
         !g_error_matches (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_READ_ONLY);
}

/* Whoever has the root has it himself. */
static gboolean
store_on_token (SignetEnrolmentRun *run, GPtrArray *issuers, GError **error)
{
  for (guint i = 0; i < issuers->len; i++)
    {
      SignetCertificate *certificate = issuers->pdata[i];
      g_autoptr (GError) local = NULL;

      if (signet_certificate_is_self_issued (certificate) ||
          signet_token_session_store_certificate (run->session, certificate, signet_certificate_get_holder (certificate),
                                                  run->cancellable, &local))
        continue;
      if (has_room_for (local))
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
      g_message ("the token takes no CA certificates: %s", local->message);
      return TRUE;
    }
  return TRUE;
}

/* [Issuance] ChainOnToken: programs that know nothing of the authority find its certificates there. */
gboolean
_signet_chain_install (SignetEnrolmentRun *run, GError **error)
{
  GPtrArray *filed = signet_authority_get_chain (run->authority);
  g_autoptr (GPtrArray) told = _signet_request_dup_told (run->request, filed);
  g_autoptr (GPtrArray) issuers = _signet_request_dup_issuers (run->request, filed);

  for (guint i = 0; i < told->len; i++)
    keep_in_folder (told->pdata[i]);
  if (!g_key_file_get_boolean (signet_authority_get_profile (run->authority), "Issuance", "ChainOnToken", NULL))
    return TRUE;
  return store_on_token (run, issuers, error);
}
