/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-signing-cades.c: what this room has to know of CMS signatures around a document, beside others, and over another one: their names, how
 * they are created, and what can be said of them before the PIN. The formats are the document room's. One thread at a time.
 */
#define G_LOG_DOMAIN "signet-signing-cades"

#include "config.h"

#include <string.h>

#include "../document/signet-cades-more.h"
#include "../document/signet-document-content.h"
#include "signet-signing-private.h"

/**
 * signet_signing_set_cades:
 * @content: (nullable): the file a CMS is about that is signed again, when it is not inside
 * @countersign: (nullable): id of the signature that "cades-counter" is over
 */
void
signet_signing_set_cades (SignetSigning *self, SignetDocumentFile *content, const char *countersign)
{
  g_return_if_fail (SIGNET_IS_SIGNING (self));

  g_set_object (&self->content, content);
  g_free (self->countersign);
  self->countersign = g_strdup (countersign);
}

gboolean
_signet_signing_is_again (SignetSigning *self)
{
  const char *id = _signet_signing_get_format (self)->id;

  return g_str_equal (id, "cades-parallel") || g_str_equal (id, "cades-counter");
}

SignetDocumentFile *
_signet_signing_get_detached (SignetSigning *self)
{
  if (_signet_signing_get_format (self)->detached)
    return self->file;
  return _signet_signing_is_again (self) ? self->content : NULL;
}

gboolean
_signet_signing_is_cms (SignetDocumentFile *file)
{
  return signet_document_file_get_format (file) == SIGNET_FORMAT_CMS;
}

/* --- names ------------------------------------------------------------------------------------------------------------------ */

/* "plan.odt.p7m", then "plan.odt-2.p7m" */
char *
_signet_signing_propose_p7m (const char *path, guint number)
{
  return number > 1 ? g_strdup_printf ("%s-%u.p7m", path, number) : g_strconcat (path, ".p7m", NULL);
}

/* Where the number of "plan.odt-2" begins, or the end */
static gsize
find_number (const char *base)
{
  const char *dash = strrchr (base, '-');

  if (dash == NULL || dash == base || dash[1] == '\0' || strspn (dash + 1, "0123456789") != strlen (dash + 1))
    return strlen (base);
  return (gsize) (dash - base);
}

/* "plan.odt.p7s" and "plan.odt-2.p7s" go on with the next number: "plan.odt-2.p7s", "plan.odt-3.p7s" … */
char *
_signet_signing_propose_again (const char *path, guint number)
{
  const char *slash = strrchr (path, '/');
  const char *dot = strrchr (path, '.');
  gboolean has_ending = dot != NULL && dot > path && (slash == NULL || dot > slash + 1);
  g_autofree char *base = has_ending ? g_strndup (path, (gsize) (dot - path)) : g_strdup (path);

  base[find_number (base)] = '\0';
  return g_strdup_printf ("%s-%u%s", base, number + 1, has_ending ? dot : ".p7s");
}

/* --- how they are created --------------------------------------------------------------------------------------------------- */

SignetSignatureCreation *
_signet_signing_create_enclosed (SignetSigning *self, GError **error)
{
  (void) error;
  return signet_cades_enclosed_new (self->file);
}

SignetSignatureCreation *
_signet_signing_create_parallel (SignetSigning *self, GError **error)
{
  (void) error;
  return signet_cades_parallel_new (self->file, self->content);
}

SignetSignatureCreation *
_signet_signing_create_counter (SignetSigning *self, GError **error)
{
  if (self->countersign != NULL)
    return signet_cades_counter_new (self->file, self->content, self->countersign);
  g_set_error_literal (error, SIGNET_SIGNING_ERROR, SIGNET_SIGNING_ERROR_UNSUPPORTED, "no signature to be countersigned was named");
  return NULL;
}

/* --- before the PIN --------------------------------------------------------------------------------------------------------- */

static void
add_check (GPtrArray *checks, const char *code, SignetCheckState state, const char *value, const char *detail)
{
  SignetSigningCheck *check = g_new0 (SignetSigningCheck, 1);

  check->code = g_strdup (code);
  check->state = state;
  check->value = g_strdup (value);
  check->detail = g_strdup (detail);
  g_ptr_array_add (checks, check);
}

static SignetDocumentSignature *
find_signature (GPtrArray *signatures, const char *id)
{
  for (guint i = 0; i < signatures->len; i++)
    if (g_strcmp0 (signet_document_signature_get_id (g_ptr_array_index (signatures, i)), id) == 0)
      return g_ptr_array_index (signatures, i);
  return NULL;
}

static const char *
find_broken (GPtrArray *signatures)
{
  for (guint i = 0; i < signatures->len; i++)
    if (signet_document_signature_get_integrity (g_ptr_array_index (signatures, i)) == SIGNET_INTEGRITY_BROKEN)
      return signet_document_signature_get_id (g_ptr_array_index (signatures, i));
  return NULL;
}

static void
check_parallel (SignetSigning *self, GPtrArray *signatures, GPtrArray *checks)
{
  g_autofree char *count = g_strdup_printf ("%u", signatures->len);
  const char *broken = find_broken (signatures);

  if (self->content == NULL && !signet_document_has_content (self->file))
    add_check (checks, "signed-file", SIGNET_CHECK_STOP, NULL, "content-missing");
  else if (broken != NULL)
    add_check (checks, "signed-file", SIGNET_CHECK_STOP, broken, "broken");
  else
    add_check (checks, "signed-file", SIGNET_CHECK_OK, count, "parallel");
}

static void
check_counter (SignetSigning *self, GPtrArray *signatures, GPtrArray *checks)
{
  SignetDocumentSignature *target = find_signature (signatures, self->countersign);
  SignetCertificate *signer = target != NULL ? signet_document_signature_get_signer (target) : NULL;

  if (target == NULL || strchr (self->countersign, '.') != NULL)
    add_check (checks, "signed-file", SIGNET_CHECK_STOP, self->countersign, "no-such-signature");
  else if (signet_document_signature_get_integrity (target) == SIGNET_INTEGRITY_BROKEN)
    add_check (checks, "signed-file", SIGNET_CHECK_STOP, self->countersign, "broken");
  /* without the file nobody can tell what was signed by the one that is countersigned */
  else if (signet_document_signature_get_integrity (target) == SIGNET_INTEGRITY_NO_DATA)
    add_check (checks, "signed-file", SIGNET_CHECK_WARNING, signer != NULL ? signet_certificate_get_holder (signer) : NULL, "content-unknown");
  else
    add_check (checks, "signed-file", SIGNET_CHECK_OK, signer != NULL ? signet_certificate_get_holder (signer) : NULL, "counter");
}

gboolean
_signet_signing_check_cades (SignetSigning *self, GPtrArray *checks, GCancellable *cancellable, GError **error)
{
  const char *format = _signet_signing_get_format (self)->id;
  g_autoptr (GPtrArray) signatures = NULL;

  if (g_str_equal (format, "cades-enclosed") && signet_document_file_get_size (self->file) > SIGNET_CADES_MAX_ENCLOSED)
    add_check (checks, "signed-file", SIGNET_CHECK_STOP, NULL, "too-large");
  if (!g_str_equal (format, "cades-parallel") && !g_str_equal (format, "cades-counter"))
    return TRUE;
  signatures = signet_document_find_signatures (self->file, self->content, cancellable, error);
  if (signatures == NULL)
    return FALSE;
  if (g_str_equal (format, "cades-parallel"))
    check_parallel (self, signatures, checks);
  else
    check_counter (self, signatures, checks);
  return TRUE;
}
