/* SPDX-License-Identifier: GPL-3.0-or-later */
/* token-world.c: see token-world.h. One thread. */
#include "config.h"

#include "token-world.h"

#include <glib/gstdio.h>
#include <openssl/pem.h>

#include "../../app/core/token/signet-token-initialize.h"
#include "../../app/core/token/signet-token-keeping.h"

static char *folder;
static char *key_pem;
static GBytes *cert_der;

/* --- the module's folder --- */

void
world_write (const char *name, const void *data, gssize length)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  g_assert_true (g_file_set_contents (path, data, length, NULL));
}

void
world_remove (const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  g_unlink (path);
}

char *
world_read_calls (void)
{
  g_autofree char *path = g_build_filename (folder, "calls", NULL);
  char *calls = NULL;

  if (!g_file_get_contents (path, &calls, NULL, NULL))
    return g_strdup ("");
  g_strdelimit (calls, "\n", ',');
  if (*calls != '\0')
    calls[strlen (calls) - 1] = '\0';
  return calls;
}

static void
make_key_and_certificate (void)
{
  EVP_PKEY *key = signet_test_new_key ("ec-p256");
  SignetTestCertificate person = { .subject = "CN=Sample Person" };
  X509 *certificate = signet_test_new_certificate (&person, key, NULL, key);
  BIO *bio = BIO_new (BIO_s_mem ());
  char *pem = NULL;
  long length = 0;

  g_assert_true (PEM_write_bio_PrivateKey (bio, key, NULL, NULL, 0, NULL, NULL));
  length = BIO_get_mem_data (bio, &pem);
  key_pem = g_strndup (pem, (gsize) length);
  cert_der = signet_test_certificate_der (certificate);
  BIO_free (bio);
  X509_free (certificate);
  EVP_PKEY_free (key);
}

void
world_start (void)
{
  signet_test_home ();
  g_setenv ("SIGNET_POLICY", "/nonexistent", TRUE);
  make_key_and_certificate ();
}

void
world_stop (void)
{
  g_free (folder);
  g_free (key_pem);
  g_bytes_unref (cert_der);
}

/* --- a token, a person --- */

World
world_new (const char *manner)
{
  const char *const modules[] = { g_getenv ("SIGNET_TEST_COUNTING"), NULL };
  World world = { NULL, NULL };
  g_autoptr (GError) error = NULL;

  /* of its own: what an earlier host does last is written where it was started */
  g_free (folder);
  folder = signet_test_make_dir ();
  g_setenv ("SIGNET_TEST_COUNTING_DIR", folder, TRUE);
  world_write ("key.pem", key_pem, -1);
  world_write ("cert.der", g_bytes_get_data (cert_der, NULL), (gssize) g_bytes_get_size (cert_der));
  world_write ("manner", manner, -1);
  world_write ("pin", PIN, -1);
  world_write ("so-pin", SO_PIN, -1);
  world.manager = signet_token_manager_new (modules);
  world.token = signet_token_manager_find_token (world.manager, "0002", NULL, &error);
  g_assert_no_error (error);
  assert_calls ("");
  return world;
}

void
world_end (World *world)
{
  signet_token_manager_set_pin_keeping (world->manager, 0);
  g_clear_object (&world->token);
  g_clear_object (&world->manager);
}

void
world_look_again (World *world)
{
  g_autoptr (GPtrArray) tokens = signet_token_manager_refresh (world->manager, NULL, NULL, NULL);

  g_assert_cmpuint (tokens->len, ==, 1);
  g_set_object (&world->token, tokens->pdata[0]);
}

GBytes *
world_sign (SignetSigner *signer, GError **error)
{
  g_autoptr (GBytes) data = g_bytes_new_static ("to be signed", 12);

  return signet_signer_sign (signer, (SignetSignatureAlgorithm){ SIGNET_SIGNATURE_ECDSA, SIGNET_DIGEST_SHA256 }, data, NULL,
                             error);
}

SignetTokenSession *
world_login (World *world, SignetTestInteraction *person, GError **error)
{
  return signet_token_login (world->token, SIGNET_INTERACTION (person), NULL, NULL, error);
}

SignetSigner *
world_new_signer (World *world, SignetTokenSession *session, SignetTestInteraction *person)
{
  g_autoptr (GError) error = NULL;
  SignetSigner *signer = signet_token_session_new_signer (session, signet_token_get_keys (world->token)->pdata[0],
                                                          SIGNET_INTERACTION (person), &error);

  g_assert_no_error (error);
  return signer;
}

gboolean
world_initialize (World *world, SignetTestInteraction *person, GError **error)
{
  return signet_token_initialize (world->manager, world->token, "Anew (sample)", SIGNET_INTERACTION (person), NULL, error);
}
