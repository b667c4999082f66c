/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * document-tool.c: the document room on a command line, with a software key, for the tests written in Python.
 *
 *   document-tool sign IN OUT KEY.pem CERT.pem [field=NAME] [certify=N] [reason=TEXT] [pss] [room=N] [token=FILE] [visible=SPEC [drawing=FILE]]
 *   document-tool sign-cms DATA OUT KEY.pem CERT.pem [pss]
 *   document-tool sign-more enclosed|parallel|counter IN OUT KEY.pem CERT.pem [content=FILE] [id=N] [pss] [token=FILE]
 *   document-tool find FILE [DATA] [password=TEXT]   one line for each signature, then its changes and problems
 *   document-tool info FILE [field=NAME]: also an earlier signature that a mark in this field would cover
 */
#include "config.h"

#include <fcntl.h>
#include <locale.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../../app/core/document/signet-cades-more.h"
#include "../../app/core/document/signet-document-cms.h"
#include "../../app/core/document/signet-document-mark.h"
#include "../../app/core/mark/signet-mark-draw.h"

typedef struct {
  EVP_PKEY                *key;
  const char              *token; /* (nullable): path of a time-stamp token to add */
  SignetCertificate       *certificate;
  GPtrArray               *chain;
  SignetSignatureAlgorithm algorithm;
} Signer;

static void
signer_clear (Signer *signer)
{
  EVP_PKEY_free (signer->key);
  g_clear_pointer (&signer->chain, g_ptr_array_unref);
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
load_signer (Signer *signer, const char *key_path, const char *certificate_path, gboolean pss, GError **error)
{
  FILE *stream = fopen (key_path, "r");

  signer->chain = signet_certificate_load_file (certificate_path, error);
  if (signer->chain == NULL || stream == NULL)
    return FALSE;
  signer->key = PEM_read_PrivateKey (stream, NULL, NULL, NULL);
  fclose (stream);
  signer->certificate = g_ptr_array_index (signer->chain, 0);
  signer->algorithm = signet_signature_algorithm_default (signer->key);
  if (pss)
    signer->algorithm.scheme = SIGNET_SIGNATURE_RSA_PSS;
  return signer->key != NULL;
}

static GBytes *
make_signature (Signer *signer, GBytes *message)
{
  g_autofree guint8 *value = g_malloc (4096);
  EVP_MD_CTX *context = EVP_MD_CTX_new ();
  EVP_PKEY_CTX *key_context = NULL;
  size_t length = 4096;
  const EVP_MD *md = signer->algorithm.scheme != SIGNET_SIGNATURE_ED25519 ? signet_digest_get_md (signer->algorithm.digest) : NULL;

  g_assert_cmpint (EVP_DigestSignInit (context, &key_context, md, NULL, signer->key), ==, 1);
  if (signer->algorithm.scheme == SIGNET_SIGNATURE_RSA_PSS)
    {
      EVP_PKEY_CTX_set_rsa_padding (key_context, RSA_PKCS1_PSS_PADDING);
      EVP_PKEY_CTX_set_rsa_pss_saltlen (key_context, RSA_PSS_SALTLEN_DIGEST);
    }
  g_assert_cmpint (EVP_DigestSign (context, value, &length, g_bytes_get_data (message, NULL), g_bytes_get_size (message)), ==, 1);
  EVP_MD_CTX_free (context);
  return g_bytes_new_take (g_steal_pointer (&value), length);
}

static gboolean
add_token (Signer *signer, SignetDocumentCms *cms, GError **error)
{
  g_autofree char *data = NULL;
  g_autoptr(GBytes) token = NULL;
  gsize length = 0;

  if (signer->token == NULL)
    return TRUE;
  if (!g_file_get_contents (signer->token, &data, &length, error))
    return FALSE;
  token = g_bytes_new (data, length);
  return signet_document_cms_add_timestamp (cms, token, error);
}

static GBytes *
make_cms (Signer *signer, SignetCmsProfile profile, GBytes *digest, GError **error)
{
  g_autoptr(SignetDocumentCms) cms = signet_document_cms_new (profile, signer->certificate, signer->chain, signer->algorithm, digest, time (NULL), error);
  g_autoptr(GBytes) signature = NULL;

  if (cms == NULL)
    return NULL;
  signature = make_signature (signer, signet_document_cms_get_to_be_signed (cms));
  if (!signet_document_cms_set_signature (cms, signature, error) || !add_token (signer, cms, error))
    return NULL;
  return signet_document_cms_encode (cms, error);
}

/* A visible mark for @parameters, drawn for the place it gets */
static gboolean
add_mark (SignetDocumentPdf *pdf, const char *spec, const Signer *signer, SignetPdfSignParameters *parameters, GError **error)
{
  g_autoptr(SignetVisibleMark) mark = signet_mark_parse (spec, error);
  g_autofree char *organization = signet_mark_dup_organization (signer->certificate);
  SignetMarkFacts facts = {
    .name = parameters->name != NULL ? parameters->name : signet_certificate_get_holder (signer->certificate),
    .organization = organization,
    .issuer = signet_certificate_get_authority (signer->certificate),
    .serial = signet_certificate_get_serial (signer->certificate),
    .reason = parameters->reason,
    .location = parameters->location,
    .time = parameters->time,
  };
  gboolean shortened = FALSE;
  double width, height;

  if (mark == NULL || !signet_document_pdf_place_mark (pdf, mark, parameters->field, &parameters->mark, error))
    return FALSE;
  if (parameters->field == NULL)
    parameters->field = g_intern_string (mark->field);
  signet_mark_box_get_drawing_size (&parameters->mark, &width, &height);
  parameters->drawing = signet_mark_draw (mark, &facts, width, height,
                                          signet_document_pdf_wants_opaque_mark (pdf), &shortened, error);
  if (shortened)
    printf ("shortened\n");
  return parameters->drawing != NULL;
}

static gboolean
sign_pdf (char **arguments, GError **error)
{
  g_auto(Signer) signer = { .token = option (arguments + 4, "token") };
  SignetPdfSignParameters parameters = { .time = time (NULL), .room = 16384 };
  g_autoptr(SignetDocumentFile) file = NULL;
  g_autoptr(SignetDocumentPdf) pdf = NULL;
  g_autoptr(SignetPdfPrepared) prepared = NULL;
  g_autoptr(GBytes) drawing = NULL;
  g_autoptr(GBytes) cms = NULL;
  char **options = arguments + 4;
  int fd = -1;

  if (!load_signer (&signer, arguments[2], arguments[3], option (options, "pss") != NULL, error))
    return FALSE;
  file = signet_document_file_open (arguments[0], error);
  pdf = file != NULL ? signet_document_pdf_open (file, option (options, "password"), error) : NULL;
  if (pdf == NULL)
    return FALSE;
  parameters.field = option (options, "field");
  parameters.reason = option (options, "reason");
  parameters.location = option (options, "location");
  parameters.name = option (options, "name");
  parameters.certify = (guint) g_ascii_strtoull (option (options, "certify") ?: "0", NULL, 10);
  if (option (options, "room") != NULL)
    parameters.room = (gsize) g_ascii_strtoull (option (options, "room"), NULL, 10);

  if (option (options, "visible") != NULL && !add_mark (pdf, option (options, "visible"), &signer, &parameters, error))
    return FALSE;
  drawing = parameters.drawing;
  if (option (options, "drawing") != NULL && drawing != NULL
      && !g_file_set_contents (option (options, "drawing"), g_bytes_get_data (drawing, NULL), (gssize) g_bytes_get_size (drawing), error))
    return FALSE;
  fd = open (arguments[1], O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  prepared = signet_document_pdf_prepare (pdf, fd, signer.algorithm.digest, &parameters, NULL, error);
  cms = prepared != NULL ? make_cms (&signer, SIGNET_CMS_PROFILE_PADES, prepared->digest, error) : NULL;
  return cms != NULL && signet_pdf_prepared_complete (prepared, fd, cms, error) && close (fd) == 0;
}

static gboolean
sign_cms (char **arguments, GError **error)
{
  g_auto(Signer) signer = { .token = option (arguments + 4, "token") };
  g_autoptr(SignetDocumentFile) file = NULL;
  g_autoptr(GBytes) digest = NULL;
  g_autoptr(GBytes) cms = NULL;

  if (!load_signer (&signer, arguments[2], arguments[3], option (arguments + 4, "pss") != NULL, error))
    return FALSE;
  file = signet_document_file_open (arguments[0], error);
  if (file == NULL)
    return FALSE;
  digest = signet_document_file_digest (file, signer.algorithm.digest, 0, signet_document_file_get_size (file), NULL, error);
  cms = make_cms (&signer, SIGNET_CMS_PROFILE_CADES, digest, error);
  return cms != NULL && g_file_set_contents (arguments[1], g_bytes_get_data (cms, NULL), (gssize) g_bytes_get_size (cms), error);
}

static SignetSignatureCreation *
new_creation (char **arguments, SignetDocumentFile *file, SignetDocumentFile *content)
{
  if (g_str_equal (arguments[0], "enclosed"))
    return signet_cades_enclosed_new (file);
  if (g_str_equal (arguments[0], "parallel"))
    return signet_cades_parallel_new (file, content);
  return signet_cades_counter_new (file, content, option (arguments + 5, "id") ?: "1");
}

static gboolean
create (SignetSignatureCreation *creation, Signer *signer, int fd, GError **error)
{
  SignetCreationParameters parameters = {
    .certificate = signer->certificate, .chain = signer->chain, .algorithm = signer->algorithm, .time = time (NULL), .with_timestamp = signer->token != NULL,
  };
  g_autoptr(GBytes) signature = NULL;

  if (!signet_signature_creation_prepare (creation, &parameters, fd, NULL, error))
    return FALSE;
  signature = make_signature (signer, signet_signature_creation_get_to_be_signed (creation));
  if (!signet_signature_creation_set_signature (creation, signature, error))
    return FALSE;
  if (signer->token != NULL)
    {
      g_autofree char *data = NULL;
      g_autoptr(GBytes) token = NULL;
      gsize length = 0;

      if (!g_file_get_contents (signer->token, &data, &length, error))
        return FALSE;
      token = g_bytes_new (data, length);
      if (!signet_signature_creation_add_timestamp (creation, token, error))
        return FALSE;
    }
  return signet_signature_creation_complete (creation, fd, NULL, error);
}

static gboolean
sign_more (char **arguments, GError **error)
{
  char **options = arguments + 5;
  const char *content_path = option (options, "content");
  g_auto(Signer) signer = { .token = option (options, "token") };
  g_autoptr(SignetDocumentFile) file = NULL;
  g_autoptr(SignetDocumentFile) content = NULL;
  g_autoptr(SignetSignatureCreation) creation = NULL;
  int fd = -1;

  if (!load_signer (&signer, arguments[3], arguments[4], option (options, "pss") != NULL, error))
    return FALSE;
  file = signet_document_file_open (arguments[1], error);
  if (file == NULL || (content_path != NULL && (content = signet_document_file_open (content_path, error)) == NULL))
    return FALSE;
  creation = new_creation (arguments, file, content);
  fd = open (arguments[2], O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  return create (creation, &signer, fd, error) && close (fd) == 0;
}

static void
print_signature (SignetDocumentSignature *signature)
{
  static const char *const integrities[] = { "intact", "broken", "unsupported", "no-data" };
  static const char *const coverages[] = { "whole", "partial", "changed-later" };
  GPtrArray *changes = signet_document_signature_get_changes (signature);
  GPtrArray *problems = signet_document_signature_get_problems (signature);
  SignetCertificate *signer = signet_document_signature_get_signer (signature);

  printf ("signature\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", signet_document_signature_get_id (signature), signet_document_signature_get_kind (signature),
          signet_document_signature_get_format (signature), signet_document_signature_get_level (signature),
          integrities[signet_document_signature_get_integrity (signature)], coverages[signet_document_signature_get_coverage (signature)],
          signer != NULL ? signet_certificate_get_holder (signer) : "");
  if (signet_document_signature_get_reason (signature) != NULL)
    printf ("reason\t%s\n", signet_document_signature_get_reason (signature));
  for (guint i = 0; i < changes->len; i++)
    {
      const SignetDocumentChange *change = g_ptr_array_index (changes, i);

      printf ("change\t%s\t%s\t%s\n", change->kind, change->allowed ? "allowed" : "not-allowed", change->where);
    }
  for (guint i = 0; i < problems->len; i++)
    printf ("problem\t%s\n", (const char *) g_ptr_array_index (problems, i));
}

static gboolean
find (char **arguments, GError **error)
{
  g_autoptr(SignetDocumentFile) file = signet_document_file_open (arguments[0], error);
  g_autoptr(SignetDocumentFile) detached = NULL;
  g_autoptr(GPtrArray) found = NULL;
  const char *password = option (arguments, "password");

  if (file == NULL)
    return FALSE;
  if (password != NULL)
    {
      g_autoptr(SignetSecret) secret = signet_secret_new ((const guint8 *) password, strlen (password));

      signet_document_file_set_password (file, secret);
    }
  else if (arguments[1] != NULL && (detached = signet_document_file_open (arguments[1], error)) == NULL)
    return FALSE;
  found = signet_document_find_signatures (file, detached, NULL, error);
  for (guint i = 0; found != NULL && i < found->len; i++)
    print_signature (g_ptr_array_index (found, i));
  return found != NULL;
}

static void
print_covered (SignetDocumentPdf *pdf, const char *field)
{
  g_autoptr(SignetVisibleMark) mark = signet_mark_new ();
  g_autofree char *covered = NULL;
  SignetMarkBox box;

  if (field != NULL && signet_document_pdf_place_mark (pdf, mark, field, &box, NULL))
    covered = signet_document_pdf_find_covered (pdf, &box, field, SIGNET_PDF_OCCUPANT_SIGNATURE, NULL);
  if (covered != NULL)
    printf ("covered\t%s\n", covered);
}

static gboolean
info (char **arguments, GError **error)
{
  g_autoptr(SignetDocumentFile) file = signet_document_file_open (arguments[0], error);
  g_autoptr(SignetDocumentPdf) pdf = file != NULL ? signet_document_pdf_open (file, option (arguments, "password"), error) : NULL;
  g_autoptr(GPtrArray) findings = NULL;
  g_auto(GStrv) empty = NULL;
  g_autofree char *joined = NULL;

  if (pdf == NULL)
    return FALSE;
  findings = signet_document_pdf_list_findings (pdf);
  for (guint i = 0; i < findings->len; i++)
    {
      const SignetPdfFinding *finding = g_ptr_array_index (findings, i);

      printf ("finding\t%s\t%u\t%u\t%s\n", finding->code, finding->count, finding->page, finding->names);
    }
  print_covered (pdf, option (arguments + 1, "field"));
  empty = signet_document_pdf_dup_empty_fields (pdf);
  joined = g_strjoinv (",", empty);
  printf ("pages\t%u\nsignatures\t%u\nencrypted\t%d\ncontent\t%u\nempty\t%s\n", signet_document_pdf_get_n_pages (pdf),
          signet_document_pdf_get_n_signatures (pdf), signet_document_pdf_is_encrypted (pdf), signet_document_pdf_get_content (pdf), joined);
  return TRUE;
}

int
main (int argc, char **argv)
{
  g_autoptr(GError) error = NULL;
  gboolean ok = FALSE;

  if (argc >= 6 && g_str_equal (argv[1], "sign"))
    ok = sign_pdf (argv + 2, &error);
  else if (argc >= 6 && g_str_equal (argv[1], "sign-cms"))
    ok = sign_cms (argv + 2, &error);
  else if (argc >= 7 && g_str_equal (argv[1], "sign-more"))
    ok = sign_more (argv + 2, &error);
  else if (argc >= 3 && g_str_equal (argv[1], "find"))
    ok = find (argv + 2, &error);
  else if (argc >= 3 && g_str_equal (argv[1], "info"))
    ok = info (argv + 2, &error);
  if (!ok)
    printf ("error\t%s\t%d\t%s\n", error != NULL ? g_quark_to_string (error->domain) : "usage", error != NULL ? error->code : 0,
            error != NULL ? error->message : "");
  return ok ? 0 : 1;
}
