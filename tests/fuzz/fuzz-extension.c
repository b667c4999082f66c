/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fuzz-extension.c: any bytes as a signed file that is read with all it carries (store of a PDF, revocation values and archive time-stamps of a CMS)
 * and then extended: what was whole stays whole, what cannot be extended is refused. Single-threaded.
 */
#include "config.h"

#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../app/core/document/signet-document-extension.h"
#include "../../app/core/validation/signet-validation-embedded.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static gint64
proved (guint64 position, gpointer data)
{
  return 1795348800;
}

/* Nothing that came along makes anybody's certificate good without a signature of its issuer. */
static void
read_evidence (SignetDocumentSignature *signature)
{
  SignetDocumentEvidence *evidence = signet_document_signature_get_evidence (signature);
  SignetCertificate *signer = signet_document_signature_get_signer (signature);
  SignetEmbeddedQuestion question = { signer, signer, 1795348800, 1795348800 };

  if (evidence != NULL && signer != NULL)
    signet_revocation_status_free (signet_embedded_find_revocation (evidence, &question, proved, NULL));
}

static void
extend (SignetDocumentExtension *extension, const char *id, gboolean archive)
{
  SignetExtensionStamp stamp = { id, archive, SIGNET_DIGEST_SHA256, 1024 };
  g_autoptr(GBytes) hash = signet_document_extension_prepare_timestamp (extension, &stamp, NULL, NULL);
  g_autoptr(GBytes) token = g_bytes_new_static ("\x30\x03\x02\x01\x00", 5);
  g_autoptr(SignetDocumentEvidence) evidence = signet_document_evidence_new ();

  if (hash != NULL)
    signet_document_extension_add_timestamp (extension, token, NULL, NULL);
  signet_document_evidence_add (evidence, SIGNET_PIECE_OCSP, token, 0);
  signet_document_extension_add_evidence (extension, id, evidence, NULL, NULL);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  int fd = memfd_create ("input", MFD_CLOEXEC);
  g_autoptr(SignetDocumentExtension) extension = NULL;
  g_autoptr(GPtrArray) signatures = NULL;

  g_assert (write (fd, data, size) == (gssize) size);
  extension = signet_document_extension_new (fd, NULL, NULL, NULL);
  signatures = extension != NULL ? signet_document_extension_find_signatures (extension, NULL, NULL) : NULL;
  for (guint i = 0; signatures != NULL && i < signatures->len; i++)
    read_evidence (g_ptr_array_index (signatures, i));
  if (signatures != NULL && signatures->len > 0)
    {
      const char *id = signet_document_signature_get_id (g_ptr_array_index (signatures, 0));

      extend (extension, id, TRUE);
      extend (extension, id, FALSE);
    }
  close (fd);
  return 0;
}
