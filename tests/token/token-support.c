/* SPDX-License-Identifier: GPL-3.0-or-later */
/* token-support.c: see token-support.h. One thread. */
#include "config.h"

#include "token-support.h"

#include <glib/gstdio.h>

#include "signet-test.h"

char *
token_support_softhsm (const char *template)
{
  char *folder = g_dir_make_tmp (template, NULL);
  g_autofree char *settings = g_build_filename (folder, "softhsm2.conf", NULL);
  g_autofree char *tokens = g_build_filename (folder, "tokens", NULL);
  g_autofree char *text = g_strdup_printf ("directories.tokendir = %s\nobjectstore.backend = file\nlog.level = ERROR\n", tokens);

  g_assert_cmpint (g_mkdir (tokens, 0700), ==, 0);
  g_assert_true (g_file_set_contents (settings, text, -1, NULL));
  g_setenv ("SOFTHSM2_CONF", settings, TRUE);
  return folder;
}

void
token_support_init_token (const char *label, const char *pin)
{
  g_autofree char *command =
      g_strdup_printf ("softhsm2-util --init-token --free --label '%s' --pin %s --so-pin 87654321", label, pin);

  g_assert_true (g_spawn_command_line_sync (command, NULL, NULL, NULL, NULL));
}

SignetTokenSession *
token_support_login (SignetToken *token, const char *pin)
{
  g_autoptr (SignetTestInteraction) person = signet_test_interaction_new (pin, NULL);
  g_autoptr (GError) error = NULL;
  SignetTokenSession *session = signet_token_login (token, SIGNET_INTERACTION (person), NULL, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (signet_test_interaction_get_n_pins (person), ==, 1);
  return session;
}

SignetCertificate *
token_support_certificate_for (SignetTokenKey *key, const char *subject)
{
  EVP_PKEY *issuer = signet_test_new_key ("ec-p256");
  SignetTestCertificate authority = { .subject = "CN=Sample CA", .ca = TRUE };
  SignetTestCertificate person = { .subject = subject };
  X509 *ca = signet_test_new_certificate (&authority, issuer, NULL, issuer);
  X509 *x509 = signet_test_new_certificate (&person, _signet_token_key_get_public (key), ca, issuer);
  SignetCertificate *certificate = signet_certificate_new_x509 (x509);

  X509_free (ca);
  X509_free (x509);
  EVP_PKEY_free (issuer);
  return certificate;
}
