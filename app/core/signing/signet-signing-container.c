/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-signing-container.c: one act over several documents, which then go into one container, and the container formats as lines of the table in
 * signet-signing-format.c. A container that is there is signed once more instead of being packed into another. One thread at a time.
 */
#define G_LOG_DOMAIN "signet-signing-container"

#include "config.h"

#include "../document/signet-asic-creation.h"
#include "signet-signing-private.h"

#include <string.h>
#include <sys/stat.h>

/**
 * signet_signing_add_document:
 * @file: goes into the same container; asks for a container format
 */
void
signet_signing_add_document (SignetSigning *self, SignetDocumentFile *file)
{
  g_return_if_fail (SIGNET_IS_SIGNING (self) && SIGNET_IS_DOCUMENT_FILE (file));

  if (self->more == NULL)
    self->more = g_ptr_array_new_with_free_func (g_object_unref);
  g_ptr_array_add (self->more, g_object_ref (file));
}

guint
_signet_signing_get_n_documents (SignetSigning *self)
{
  return 1 + (self->more != NULL ? self->more->len : 0);
}

/* From 0; the first is the one the act was made for. */
SignetDocumentFile *
_signet_signing_get_document (SignetSigning *self, guint index)
{
  return index == 0 ? self->file : g_ptr_array_index (self->more, index - 1);
}

gboolean
_signet_signing_check_unchanged (SignetSigning *self, GError **error)
{
  for (guint i = 0; i < _signet_signing_get_n_documents (self); i++)
    if (!signet_document_file_check_unchanged (_signet_signing_get_document (self, i), error))
      return FALSE;
  return TRUE;
}

guint64
_signet_signing_get_size (SignetSigning *self)
{
  guint64 size = 0;

  for (guint i = 0; i < _signet_signing_get_n_documents (self); i++)
    size += signet_document_file_get_size (_signet_signing_get_document (self, i));
  return size;
}

/* By inode: other names, links and ".." all count. */
gboolean
_signet_signing_is_the_document (SignetSigning *self, const char *path)
{
  struct stat input;
  struct stat output;

  if (stat (path, &output) != 0)
    return FALSE;
  for (guint i = 0; i < _signet_signing_get_n_documents (self); i++)
    if (fstat (signet_document_file_get_fd (_signet_signing_get_document (self, i)), &input) == 0 && input.st_dev == output.st_dev && input.st_ino == output.st_ino)
      return TRUE;
  return FALSE;
}

static GPtrArray *
collect (SignetSigning *self)
{
  GPtrArray *files = g_ptr_array_new ();

  for (guint i = 0; i < _signet_signing_get_n_documents (self); i++)
    g_ptr_array_add (files, _signet_signing_get_document (self, i));
  return files;
}

/* --- the formats ------------------------------------------------------------------------------------------------------------- */

static SignetSignatureCreation *
create (SignetSigning *self, SignetAsicFlavour flavour, SignetAsicInner inner)
{
  g_autoptr (GPtrArray) files = collect (self);

  return signet_asic_creation_new (files, flavour, inner);
}

SignetSignatureCreation *
_signet_signing_create_asice_cades (SignetSigning *self, GError **error)
{
  (void) error;
  return create (self, SIGNET_ASIC_E, SIGNET_ASIC_CADES);
}

SignetSignatureCreation *
_signet_signing_create_asics_cades (SignetSigning *self, GError **error)
{
  (void) error;
  return create (self, SIGNET_ASIC_S, SIGNET_ASIC_CADES);
}

SignetSignatureCreation *
_signet_signing_create_asice (SignetSigning *self, GError **error)
{
  (void) error;
  return create (self, SIGNET_ASIC_E, SIGNET_ASIC_XADES);
}

SignetSignatureCreation *
_signet_signing_create_asics (SignetSigning *self, GError **error)
{
  (void) error;
  return create (self, SIGNET_ASIC_S, SIGNET_ASIC_XADES);
}

gboolean
_signet_signing_is_asice (SignetDocumentFile *file)
{
  return signet_asic_creation_takes_on (file, SIGNET_ASIC_E);
}

gboolean
_signet_signing_is_asics (SignetDocumentFile *file)
{
  return signet_asic_creation_takes_on (file, SIGNET_ASIC_S);
}

/* "contract.odt" goes into "contract.asice", then "contract-2.asice"; one signature more in "contract.asice" makes "contract-signed.asice". */
static char *
propose (const char *path, guint number, const char *ending)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *name = g_path_get_basename (path);
  g_autofree char *count = number > 1 ? g_strdup_printf ("-%u", number) : g_strdup ("");
  g_autofree char *result = NULL;
  const char *dot = strrchr (name, '.');
  gboolean again = dot != NULL && g_ascii_strcasecmp (dot, ending) == 0;

  if (dot != NULL && dot > name)
    name[dot - name] = '\0';
  result = g_strconcat (name, again && !g_str_has_suffix (name, "-signed") ? "-signed" : "", count, ending, NULL);
  return g_str_equal (folder, ".") && !g_str_has_prefix (path, "./") ? g_steal_pointer (&result) : g_build_filename (folder, result, NULL);
}

char *
_signet_signing_propose_asice (const char *path, guint number)
{
  return propose (path, number, ".asice");
}

char *
_signet_signing_propose_asics (const char *path, guint number)
{
  return propose (path, number, ".asics");
}

/* --- pre-flight -------------------------------------------------------------------------------------------------------------- */

/* Returns a detail of the check "document-container", NULL when all is well. @index: of the document it is about */
const char *
_signet_signing_find_container_fault (SignetSigning *self, guint *index)
{
  const SignetSigningFormat *format = _signet_signing_get_format (self);
  guint n = _signet_signing_get_n_documents (self);
  g_autoptr (GPtrArray) files = NULL;

  *index = 0;
  if (!format->is_container)
    return n > 1 ? "one-document" : NULL;
  if (n > 1 && !format->takes_many)
    return "one-document";
  files = collect (self);
  if (n == 1 && signet_asic_creation_is_container (self->file))
    return signet_asic_creation_takes_on (self->file, format->takes_many ? SIGNET_ASIC_E : SIGNET_ASIC_S) ? NULL : "other-container";
  switch (signet_asic_creation_check_names (files, index))
    {
    case SIGNET_ASIC_NAME_TWICE:
      return "name-twice";
    case SIGNET_ASIC_NAME_FORBIDDEN:
      return "name-forbidden";
    case SIGNET_ASIC_NAMES_FINE:
    default:
      return NULL;
    }
}

/* For people; from outside, not made safe to show. */
char *
_signet_signing_dup_document_name (SignetSigning *self, guint index)
{
  return g_filename_display_basename (signet_document_file_get_path (_signet_signing_get_document (self, index)));
}
