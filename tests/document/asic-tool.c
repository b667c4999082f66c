/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * asic-tool.c: puts documents into a container and signs it with a software key, or signs a container once more, for the tests written in Python.
 *
 *   asic-tool OUT KEY.pem CERT.pem asice|asics|asice-xades|asics-xades FILE…
 *
 * Prints "error", domain, code, message when it cannot. Single-threaded.
 */
#include "config.h"

#include <fcntl.h>
#include <locale.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "../../app/core/document/signet-asic-creation.h"

static EVP_PKEY *
load_key (const char *path)
{
  FILE *stream = fopen (path, "r");
  EVP_PKEY *key = stream != NULL ? PEM_read_PrivateKey (stream, NULL, NULL, NULL) : NULL;

  g_assert_nonnull (key);
  fclose (stream);
  return key;
}

static GBytes *
make_signature (EVP_PKEY *key, SignetSignatureAlgorithm algorithm, GBytes *message)
{
  guint8 value[4096];
  size_t length = sizeof value;
  EVP_MD_CTX *context = EVP_MD_CTX_new ();

  g_assert_cmpint (EVP_DigestSignInit (context, NULL, signet_digest_get_md (algorithm.digest), NULL, key), ==, 1);
  g_assert_cmpint (EVP_DigestSign (context, value, &length, g_bytes_get_data (message, NULL), g_bytes_get_size (message)), ==, 1);
  EVP_MD_CTX_free (context);
  return g_bytes_new (value, length);
}

static GPtrArray *
open_files (char **paths, GError **error)
{
  g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func (g_object_unref);

  for (; *paths != NULL; paths++)
    {
      SignetDocumentFile *file = signet_document_file_open (*paths, error);

      if (file == NULL)
        return NULL;
      g_ptr_array_add (files, file);
    }
  return g_steal_pointer (&files);
}

static gboolean
run (char **arguments, GError **error)
{
  g_autoptr(GPtrArray) chain = signet_certificate_load_file (arguments[2], error);
  g_autoptr(GPtrArray) files = open_files (arguments + 4, error);
  g_autoptr(SignetSignatureCreation) creation = NULL;
  g_autoptr(GBytes) signature = NULL;
  EVP_PKEY *key = load_key (arguments[1]);
  SignetCreationParameters with = { .time = time (NULL), .algorithm = signet_signature_algorithm_default (key) };
  int fd = open (arguments[0], O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  gboolean done = FALSE;

  g_assert_true (chain != NULL && fd >= 0);
  with.certificate = g_ptr_array_index (chain, 0);
  creation = files != NULL ? signet_asic_creation_new (files, g_str_has_prefix (arguments[3], "asics") ? SIGNET_ASIC_S : SIGNET_ASIC_E,
                                                                 g_str_has_suffix (arguments[3], "-xades") ? SIGNET_ASIC_XADES : SIGNET_ASIC_CADES) : NULL;
  if (creation != NULL && signet_signature_creation_prepare (creation, &with, fd, NULL, error))
    {
      signature = make_signature (key, with.algorithm, signet_signature_creation_get_to_be_signed (creation));
      done = signet_signature_creation_set_signature (creation, signature, error) && signet_signature_creation_complete (creation, fd, NULL, error);
    }
  EVP_PKEY_free (key);
  return close (fd) == 0 && done;
}

int
main (int argc, char **argv)
{
  g_autoptr(GError) error = NULL;

  setlocale (LC_ALL, "C.UTF-8");
  if (argc < 6)
    return 64;
  if (run (argv + 1, &error))
    return 0;
  printf ("error\t%s\t%d\t%s\n", g_quark_to_string (error->domain), error->code, error->message);
  return 1;
}
