/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * xades-tool.c: XML signatures of the document room on a command line, with a software key, for the tests written in Python.
 *
 *   xades-tool sign OUT KEY.pem CERT.pem enveloped|enveloping|detached FILE [pss] [location=TEXT] [token=FILE] [tbs=FILE]
 *   xades-tool build OUT KEY.pem CERT.pem [pss] [container] [location=TEXT] [role=TEXT] [token=FILE] [tbs=FILE] NAME=FILE…   detached, by names
 */
#include "config.h"

#include <fcntl.h>
#include <locale.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../../app/core/document/signet-document-file.h"
#include "../../app/core/document/signet-xades-creation.h"

typedef struct {
  EVP_PKEY             *key;
  SignetXadesParameters parameters;
} Signer;

static void
signer_clear (Signer *signer)
{
  EVP_PKEY_free (signer->key);
  g_clear_pointer (&signer->parameters.chain, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Signer, signer_clear)

static const char *
option (char **arguments, const char *name)
{
  for (gsize length = strlen (name); *arguments != NULL; arguments++)
    if (strncmp (*arguments, name, length) == 0 && ((*arguments)[length] == '=' || (*arguments)[length] == '\0'))
      return (*arguments)[length] == '=' ? *arguments + length + 1 : "";
  return NULL;
}

static gboolean
load_signer (Signer *signer, char **arguments, GError **error)
{
  FILE *stream = fopen (arguments[0], "r");

  signer->parameters.chain = signet_certificate_load_file (arguments[1], error);
  if (signer->parameters.chain == NULL || stream == NULL)
    return FALSE;
  signer->key = PEM_read_PrivateKey (stream, NULL, NULL, NULL);
  fclose (stream);
  signer->parameters.certificate = g_ptr_array_index (signer->parameters.chain, 0);
  signer->parameters.algorithm = signet_signature_algorithm_default (signer->key);
  if (option (arguments, "pss") != NULL)
    signer->parameters.algorithm.scheme = SIGNET_SIGNATURE_RSA_PSS;
  signer->parameters.time = time (NULL);
  signer->parameters.location = option (arguments, "location");
  signer->parameters.role = option (arguments, "role");
  return signer->key != NULL;
}

static GBytes *
make_signature (Signer *signer, GBytes *message)
{
  SignetSignatureAlgorithm algorithm = signer->parameters.algorithm;
  g_autofree guint8 *value = g_malloc (4096);
  EVP_MD_CTX *context = EVP_MD_CTX_new ();
  EVP_PKEY_CTX *key_context = NULL;
  size_t length = 4096;
  const EVP_MD *md = algorithm.scheme != SIGNET_SIGNATURE_ED25519 ? signet_digest_get_md (algorithm.digest) : NULL;

  g_assert_cmpint (EVP_DigestSignInit (context, &key_context, md, NULL, signer->key), ==, 1);
  if (algorithm.scheme == SIGNET_SIGNATURE_RSA_PSS)
    {
      EVP_PKEY_CTX_set_rsa_padding (key_context, RSA_PKCS1_PSS_PADDING);
      EVP_PKEY_CTX_set_rsa_pss_saltlen (key_context, RSA_PSS_SALTLEN_DIGEST);
    }
  g_assert_cmpint (EVP_DigestSign (context, value, &length, g_bytes_get_data (message, NULL), g_bytes_get_size (message)), ==, 1);
  EVP_MD_CTX_free (context);
  return g_bytes_new_take (g_steal_pointer (&value), length);
}

static gboolean
write_bytes (const char *path, GBytes *bytes, GError **error)
{
  return path == NULL || g_file_set_contents (path, g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes), error);
}

static gboolean
add_file (GPtrArray *data, SignetDigest digest, const char *argument, GError **error)
{
  g_auto(GStrv) parts = g_strsplit (argument, "=", 2);
  g_autoptr(SignetDocumentFile) file = signet_document_file_open (parts[1], error);
  g_autoptr(GBytes) value = NULL;

  if (file == NULL)
    return FALSE;
  value = signet_document_file_digest (file, digest, 0, signet_document_file_get_size (file), NULL, error);
  g_ptr_array_add (data, signet_xades_data_new (SIGNET_XADES_DETACHED, parts[0], "text/plain", value));
  return TRUE;
}

static gboolean
is_option (const char *argument)
{
  static const char *const names[] = { "pss", "container", "location=", "role=", "token=", "tbs=" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_str_has_prefix (argument, names[i]))
      return TRUE;
  return FALSE;
}

static GBytes *
load_token (char **arguments, GError **error)
{
  g_autofree char *data = NULL;
  gsize length = 0;

  if (!g_file_get_contents (option (arguments, "token"), &data, &length, error))
    return NULL;
  return g_bytes_new_take (g_steal_pointer (&data), length);
}

static gboolean
finish (SignetDocumentXades *xades, Signer *signer, char **arguments, const char *out, GError **error)
{
  g_autoptr(GBytes) signature = make_signature (signer, signet_document_xades_get_to_be_signed (xades));
  g_autoptr(GBytes) stamped = NULL;
  g_autoptr(GBytes) token = NULL;
  g_autoptr(GBytes) file = NULL;

  if (!signet_document_xades_set_signature (xades, signature, error))
    return FALSE;
  stamped = signet_document_xades_dup_timestamped (xades, error);
  if (stamped == NULL || !write_bytes (option (arguments, "tbs"), stamped, error))
    return FALSE;
  token = option (arguments, "token") != NULL ? load_token (arguments, error) : NULL;
  if (option (arguments, "token") != NULL && (token == NULL || !signet_document_xades_add_timestamp (xades, token, error)))
    return FALSE;
  file = signet_document_xades_encode_file (xades, option (arguments, "container") != NULL, error);
  return file != NULL && write_bytes (out, file, error);
}

static gboolean
build (char **arguments, GError **error)
{
  g_auto(Signer) signer = { 0 };
  g_autoptr(GPtrArray) data = g_ptr_array_new_with_free_func ((GDestroyNotify) signet_xades_data_free);
  g_autoptr(SignetDocumentXades) xades = NULL;

  if (!load_signer (&signer, arguments + 1, error))
    return FALSE;
  for (char **argument = arguments + 3; *argument != NULL; argument++)
    if (!is_option (*argument) && !add_file (data, signer.parameters.algorithm.digest, *argument, error))
      return FALSE;
  xades = signet_document_xades_new (&signer.parameters, data, error);
  return xades != NULL && finish (xades, &signer, arguments, arguments[0], error);
}

/* As signing does it: prepare, sign, time-stamp, complete. */
static gboolean
create (SignetSignatureCreation *creation, Signer *signer, char **arguments, int fd, GError **error)
{
  const SignetXadesParameters *from = &signer->parameters;
  SignetCreationParameters parameters = { from->certificate, from->chain, from->algorithm, from->time, FALSE };
  g_autoptr(GBytes) signature = NULL;
  g_autoptr(GBytes) stamped = NULL;
  g_autoptr(GBytes) token = NULL;

  if (!signet_signature_creation_prepare (creation, &parameters, fd, NULL, error))
    return FALSE;
  signature = make_signature (signer, signet_signature_creation_get_to_be_signed (creation));
  if (!signet_signature_creation_set_signature (creation, signature, error))
    return FALSE;
  stamped = signet_signature_creation_dup_timestamped (creation);
  if (stamped == NULL || !write_bytes (option (arguments, "tbs"), stamped, error))
    return FALSE;
  token = option (arguments, "token") != NULL ? load_token (arguments, error) : NULL;
  if (option (arguments, "token") != NULL && (token == NULL || !signet_signature_creation_add_timestamp (creation, token, error)))
    return FALSE;
  return signet_signature_creation_complete (creation, fd, NULL, error);
}

static gboolean
sign (char **arguments, GError **error)
{
  static const char *const packagings[] = { "enveloped", "enveloping", "detached", NULL };
  g_auto(Signer) signer = { 0 };
  g_autoptr(SignetDocumentFile) file = NULL;
  g_autoptr(SignetSignatureCreation) creation = NULL;
  guint packaging = 0;
  gboolean ok = FALSE;
  int fd = -1;

  if (!load_signer (&signer, arguments + 1, error))
    return FALSE;
  while (packagings[packaging] != NULL && !g_str_equal (packagings[packaging], arguments[3]))
    packaging++;
  file = signet_document_file_open (arguments[4], error);
  if (file == NULL || packagings[packaging] == NULL)
    return FALSE;
  creation = signet_xades_creation_new (file, (SignetXadesPackaging) packaging, signer.parameters.location);
  fd = open (arguments[0], O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  ok = fd >= 0 && create (creation, &signer, arguments, fd, error);
  close (fd);
  return ok;
}

int
main (int argc, char **argv)
{
  g_autoptr(GError) error = NULL;
  gboolean ok = FALSE;

  setlocale (LC_ALL, "");
  if (argc >= 5 && g_str_equal (argv[1], "build"))
    ok = build (argv + 2, &error);
  else if (argc >= 7 && g_str_equal (argv[1], "sign"))
    ok = sign (argv + 2, &error);
  if (!ok)
    printf ("error\t%s\t%d\t%s\n", error != NULL ? g_quark_to_string (error->domain) : "usage", error != NULL ? error->code : 0,
            error != NULL ? error->message : "");
  return ok ? 0 : 1;
}
