/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-signing-xades.c: what this room has to know of XML signatures: their names, how they are created, and what can be said of them before
 * the PIN. The format is the document room's. One thread at a time.
 */
#define G_LOG_DOMAIN "signet-signing-xades"

#include "config.h"

#include <string.h>

#include "../document/signet-xades-creation.h"
#include "signet-signing-private.h"

gboolean
_signet_signing_is_xml (SignetDocumentFile *file)
{
  return signet_document_file_get_format (file) == SIGNET_FORMAT_XML;
}

/* "plan.odt.xades", then "plan.odt-2.xades" */
char *
_signet_signing_propose_xades (const char *path, guint number)
{
  return number > 1 ? g_strdup_printf ("%s-%u.xades", path, number) : g_strconcat (path, ".xades", NULL);
}

static SignetXadesPackaging
get_packaging (SignetSigning *self)
{
  const char *id = _signet_signing_get_format (self)->id;

  if (g_str_equal (id, "xades-enveloping"))
    return SIGNET_XADES_ENVELOPING;
  return g_str_equal (id, "xades-detached") ? SIGNET_XADES_DETACHED : SIGNET_XADES_ENVELOPED;
}

SignetSignatureCreation *
_signet_signing_create_xades (SignetSigning *self, GError **error)
{
  (void) error;
  return signet_xades_creation_new (self->file, get_packaging (self), self->location);
}

/* --- before the PIN --------------------------------------------------------------------------------------------------------- */

static void
add_check (GPtrArray *checks, SignetCheckState state, const char *detail)
{
  SignetSigningCheck *check = g_new0 (SignetSigningCheck, 1);

  check->code = g_strdup ("signed-file");
  check->state = state;
  check->detail = g_strdup (detail);
  g_ptr_array_add (checks, check);
}

/* What the person can do something about is a check; a damaged file is an error. */
gboolean
_signet_signing_check_xades (SignetSigning *self, GPtrArray *checks, GCancellable *cancellable, GError **error)
{
  g_autoptr (GError) why = NULL;

  if (signet_xades_check_can_sign (self->file, get_packaging (self), cancellable, &why))
    return TRUE;
  if (g_error_matches (why, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_FORBIDDEN))
    add_check (checks, SIGNET_CHECK_STOP, "xml-signed");
  else if (g_error_matches (why, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_UNSUPPORTED))
    add_check (checks, SIGNET_CHECK_STOP, "xml-form");
  else if (g_error_matches (why, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_TOO_LARGE))
    add_check (checks, SIGNET_CHECK_STOP, "xml-too-large");
  else
    {
      g_propagate_error (error, g_steal_pointer (&why));
      return FALSE;
    }
  return TRUE;
}
