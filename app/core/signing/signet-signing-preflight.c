/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-signing-preflight.c: everything that can be known before a PIN is asked for. Findings are values; an error means that the
 * document itself cannot be read, or that somebody cancelled. Changes nothing.
 */
#define G_LOG_DOMAIN "signet-signing-preflight"

#include "config.h"

#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "../base/signet-base-error.h"
#include "../base/signet-network.h"
#include "../base/signet-text.h"
#include "signet-extension.h"
#include "signet-signing-private.h"

#define SOON (30 * 24 * 3600)
#define MAX_SERVERS     3   /* as many as are asked */
#define MAX_SERVER_NAME 255
#define SPARE_BYTES (2 * 1024 * 1024)  /* what an increment may need beyond the document */

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

void
_signet_signing_add_check (GPtrArray *checks, const char *code, SignetCheckState state, const char *value, const char *detail)
{
  add_check (checks, code, state, value, detail);
}

static gint
rank (SignetCheckState state)
{
  switch (state)
    {
    case SIGNET_CHECK_STOP:
      return 0;
    case SIGNET_CHECK_WARNING:
      return 1;
    case SIGNET_CHECK_UNKNOWN:
      return 2;
    case SIGNET_CHECK_OK:
    default:
      return 3;
    }
}

static gint
compare_checks (gconstpointer left, gconstpointer right)
{
  const SignetSigningCheck *a = *(SignetSigningCheck *const *) left;
  const SignetSigningCheck *b = *(SignetSigningCheck *const *) right;

  return rank (a->state) - rank (b->state);
}

/* --- the certificate ------------------------------------------------------------------------------------------------------- */

static void
check_class (SignetSigning *self, GPtrArray *checks)
{
  const char *why = _signet_signing_why_unusable (self->certificate, _signet_signing_now (self));
  const char *reason = NULL;
  SignetCertificateClassification class;

  if (self->certificate == NULL || g_strcmp0 (why, "no-certificate") == 0)
    {
      add_check (checks, "certificate-class", SIGNET_CHECK_STOP, NULL, "no-certificate");
      return;
    }
  class = signet_certificate_get_class (self->certificate, &reason);
  if (g_strcmp0 (why, "key-kind") == 0)
    add_check (checks, "certificate-class", SIGNET_CHECK_STOP, NULL, "key-kind");
  else if (why != NULL && (g_str_equal (why, "identity-only") || g_str_equal (why, "encryption") || g_str_equal (why, "ca")))
    add_check (checks, "certificate-class", SIGNET_CHECK_STOP, why, reason);
  else if (class == SIGNET_CERTIFICATE_CLASS_UNKNOWN)
    add_check (checks, "certificate-class", SIGNET_CHECK_WARNING, NULL, reason);
  else
    add_check (checks, "certificate-class", SIGNET_CHECK_OK, signet_certificate_class_get_id (class), reason);
}

/* A signature is worth what others can check. */
static void
check_key_kind (SignetSigning *self, GPtrArray *checks)
{
  if (_signet_signing_key_is_rarely_known (self->certificate))
    add_check (checks, "certificate-key", SIGNET_CHECK_WARNING, "Ed25519", NULL);
}

/* What the person said of the key (signet-key-block.h) stands above what the certificate says. */
static void
check_block (SignetSigning *self, GPtrArray *checks)
{
  g_autoptr (SignetKeyBlock) block = signet_key_block_find (signet_certificate_get_key_sha256 (self->certificate));
  g_autofree char *since = block != NULL ? signet_time_format_iso8601 (block->time) : NULL;

  if (block != NULL)
    add_check (checks, "key-block", SIGNET_CHECK_STOP, block->time != SIGNET_TIME_UNKNOWN ? since : NULL, block->by);
}

static void
check_validity (SignetSigning *self, GPtrArray *checks)
{
  gint64 now = _signet_signing_now (self);
  gint64 from = signet_certificate_get_not_before (self->certificate);
  gint64 until = signet_certificate_get_not_after (self->certificate);
  g_autofree char *end = signet_time_format_iso8601 (until);
  g_autofree char *start = signet_time_format_iso8601 (from);

  if (now < from)
    add_check (checks, "certificate-validity", SIGNET_CHECK_STOP, start, "not-yet-valid");
  else if (now > until)
    add_check (checks, "certificate-validity", SIGNET_CHECK_STOP, end, "expired");
  else
    add_check (checks, "certificate-validity", until - now < SOON ? SIGNET_CHECK_WARNING : SIGNET_CHECK_OK, end, NULL);
}

static void
check_path (SignetSigning *self, const SignetCertificatePath *path, GPtrArray *checks)
{
  const char *authority = signet_certificate_get_authority (self->certificate);

  if (path->found)
    {
      SignetCertificate *end = g_ptr_array_index (path->certificates, path->certificates->len - 1);

      add_check (checks, "certificate-chain", SIGNET_CHECK_OK, signet_certificate_get_holder (end), NULL);
    }
  else if (g_strcmp0 (path->reason, "bad-signature") == 0)
    add_check (checks, "certificate-chain", SIGNET_CHECK_STOP, authority, path->detail);
  else
    add_check (checks, "certificate-chain", SIGNET_CHECK_UNKNOWN, authority, path->reason);
}

/* (transfer full): those the certificate names, for whoever has to ask there why */
static char *
dup_revocation_servers (SignetCertificate *certificate)
{
  static const char *const kinds[] = { "ocsp", "crl" };
  g_autoptr (GString) servers = g_string_new (NULL);

  for (gsize kind = 0; kind < G_N_ELEMENTS (kinds); kind++)
    {
      g_auto (GStrv) urls = signet_certificate_dup_urls (certificate, kinds[kind]);

      for (guint i = 0; urls[i] != NULL && i < MAX_SERVERS; i++)
        {
          g_autoptr (GUri) uri = g_uri_parse (urls[i], G_URI_FLAGS_NONE, NULL);
          g_autofree char *safe = uri != NULL && g_uri_get_host (uri) != NULL ? signet_text_sanitize (g_uri_get_host (uri), -1, MAX_SERVER_NAME) : NULL;
          g_autofree char *port = uri != NULL && g_uri_get_port (uri) > 0 ? g_strdup_printf (":%d", g_uri_get_port (uri)) : g_strdup ("");

          if (safe != NULL)
            g_string_append_printf (servers, "%s%s%s (%s)", servers->len > 0 ? ", " : "", safe, port, kind == 0 ? "OCSP" : "CRL");
        }
    }
  return g_string_free (g_steal_pointer (&servers), FALSE);
}

static void
check_revocation (SignetSigning *self, const SignetSigningAnswer *answer, GPtrArray *checks)
{
  const SignetRevocationStatus *status = answer->status;
  gboolean is_kept = status != NULL && status->origin == SIGNET_EVIDENCE_FROM_CACHE;
  g_autofree char *asked = signet_time_format_iso8601 (is_kept ? status->fetched_at : answer->asked);
  g_autofree char *revoked = signet_time_format_iso8601 (status != NULL ? status->revoked_at : SIGNET_TIME_UNKNOWN);
  g_autofree char *servers = status == NULL && answer->why_not_asked == NULL ? dup_revocation_servers (self->certificate) : NULL;

  if (answer->revoked_authority != NULL)
    add_check (checks, "certificate-revocation", SIGNET_CHECK_STOP, answer->revoked_authority, "ca-revoked");
  else if (status == NULL)
    add_check (checks, "certificate-revocation", answer->why_not_asked == NULL ? SIGNET_CHECK_WARNING : SIGNET_CHECK_UNKNOWN, servers,
               answer->problem);
  else if (status->status == SIGNET_REVOCATION_REVOKED)
    add_check (checks, "certificate-revocation", SIGNET_CHECK_STOP, revoked, status->responder);
  else if (status->status == SIGNET_REVOCATION_GOOD)
    add_check (checks, "certificate-revocation", SIGNET_CHECK_OK, asked, status->responder);
  else
    add_check (checks, "certificate-revocation", SIGNET_CHECK_WARNING, status->responder, "unknown to its own authority");
}

static gboolean
check_certificate (SignetSigning *self, GPtrArray *checks, GCancellable *cancellable, GError **error)
{
  const SignetCertificatePath *path = NULL;
  const SignetSigningAnswer *answer = NULL;

  check_class (self, checks);
  if (self->certificate == NULL || !signet_certificate_is_readable (self->certificate))
    return TRUE;
  check_key_kind (self, checks);
  check_block (self, checks);
  check_validity (self, checks);
  path = _signet_signing_get_path (self, cancellable, error);
  if (path == NULL)
    return FALSE;
  check_path (self, path, checks);
  answer = _signet_signing_get_revocation (self, cancellable, error);
  if (answer == NULL)
    return FALSE;
  check_revocation (self, answer, checks);
  return TRUE;
}

/* --- the document ---------------------------------------------------------------------------------------------------------- */

/* FALSE when the document cannot be read at all. */
static gboolean
check_permissions (SignetSigning *self, SignetDocumentPdf *pdf, GPtrArray *checks, GError **error)
{
  g_autoptr (GError) forbidden = NULL;
  guint n_signatures = signet_document_pdf_get_n_signatures (pdf);
  g_autofree char *count = g_strdup_printf ("%u", n_signatures);

  if (!signet_document_pdf_check_can_sign (pdf, self->field, &forbidden))
    {
      if (!g_error_matches (forbidden, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_FORBIDDEN))
        {
          g_propagate_error (error, g_steal_pointer (&forbidden));
          return FALSE;
        }
      add_check (checks, "document-permissions", SIGNET_CHECK_STOP, NULL, forbidden->message);
    }
  else if (self->certify != 0 && n_signatures > 0)
    add_check (checks, "document-permissions", SIGNET_CHECK_STOP, NULL, "only the first signature can certify");
  else
    add_check (checks, "document-permissions", SIGNET_CHECK_OK, n_signatures > 0 ? count : NULL, NULL);
  return TRUE;
}

/* Each kind of thing is a line of its own, with names, or how many there are when they have none, and the page of the first. */
static void
add_finding (const SignetPdfFinding *finding, GPtrArray *checks)
{
  static const struct { const char *finding; const char *check; SignetCheckState state; } kinds[] = {
    { "scripts", "document-scripts", SIGNET_CHECK_WARNING },
    { "layers", "document-layers", SIGNET_CHECK_WARNING },
    { "layers-off", "document-layers-off", SIGNET_CHECK_WARNING },
    { "attachments", "document-attachments", SIGNET_CHECK_WARNING },
    { "xfa", "document-xfa", SIGNET_CHECK_WARNING },
    { "external", "document-external", SIGNET_CHECK_WARNING },
    { "actions", "document-actions", SIGNET_CHECK_WARNING },
    { "values", "document-values", SIGNET_CHECK_WARNING },
    { "values-unknown", "document-values", SIGNET_CHECK_UNKNOWN },
    { "no-looks", "document-looks", SIGNET_CHECK_WARNING },
    { "hidden", "document-hidden", SIGNET_CHECK_WARNING },
  };
  g_autofree char *count = g_strdup_printf ("%u", finding->count);
  g_autofree char *page = finding->page > 0 ? g_strdup_printf ("%u", finding->page) : NULL;

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_str_equal (kinds[i].finding, finding->code))
      add_check (checks, kinds[i].check, kinds[i].state, *finding->names != '\0' ? finding->names : count, page);
}

static void
check_findings (SignetDocumentPdf *pdf, GPtrArray *checks)
{
  g_autoptr (GPtrArray) findings = signet_document_pdf_list_findings (pdf);

  for (guint i = 0; i < findings->len; i++)
    add_finding (g_ptr_array_index (findings, i), checks);
  if (findings->len == 0)
    add_check (checks, "document-content", SIGNET_CHECK_OK, NULL, NULL);
}

static void
check_content (SignetDocumentPdf *pdf, GPtrArray *checks)
{
  check_findings (pdf, checks);
  if (signet_document_pdf_get_content (pdf) & SIGNET_PDF_HAS_EMPTY_FIELD)
    add_check (checks, "document-fields", SIGNET_CHECK_WARNING, NULL, NULL);
}

/* Which of several documents the checks from @first on are about */
static void
name_document (SignetSigning *self, guint index, GPtrArray *checks, guint first)
{
  g_autofree char *name = NULL;

  if (_signet_signing_get_n_documents (self) == 1)
    return;
  name = _signet_signing_dup_document_name (self, index);
  for (guint i = first; i < checks->len; i++)
    ((SignetSigningCheck *) g_ptr_array_index (checks, i))->document = signet_text_sanitize (name, -1, 0);
}

/* A PDF that is not signed as a PDF shows no less and hides no more. What cannot be read can be signed all the same, but not be looked at. */
static gboolean
check_enclosed_content (SignetSigning *self, GPtrArray *checks, GCancellable *cancellable, GError **error)
{
  for (guint i = 0; i < _signet_signing_get_n_documents (self); i++)
    {
      SignetDocumentFile *file = _signet_signing_get_document (self, i);
      g_autoptr (SignetDocumentPdf) pdf = NULL;
      guint first = checks->len;

      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      if (signet_document_file_get_format (file) != SIGNET_FORMAT_PDF)
        continue;
      pdf = signet_document_pdf_open (file, NULL, NULL);
      if (pdf != NULL)
        check_findings (pdf, checks);
      else
        add_check (checks, "document-content", SIGNET_CHECK_UNKNOWN, NULL, NULL);
      name_document (self, i, checks, first);
    }
  return TRUE;
}

static void
check_field (SignetSigning *self, SignetDocumentPdf *pdf, GPtrArray *checks)
{
  g_auto (GStrv) empty = signet_document_pdf_dup_empty_fields (pdf);

  if (self->field != NULL && empty != NULL && !g_strv_contains ((const char *const *) empty, self->field))
    add_check (checks, "document-fields", SIGNET_CHECK_STOP, self->field, "no such empty signature field");
}

static void
check_container (SignetSigning *self, GPtrArray *checks)
{
  guint index = 0;
  const char *fault = _signet_signing_find_container_fault (self, &index);
  guint n = _signet_signing_get_n_documents (self);
  g_autofree char *name = _signet_signing_dup_document_name (self, index);
  g_autofree char *safe = signet_text_sanitize (name, -1, 0);
  g_autofree char *count = g_strdup_printf ("%u", n);

  if (fault != NULL)
    add_check (checks, "document-container", SIGNET_CHECK_STOP, safe, fault);
  else if (n > 1)
    add_check (checks, "document-container", SIGNET_CHECK_OK, count, NULL);
}

static gboolean
check_document (SignetSigning *self, GPtrArray *checks, GCancellable *cancellable, GError **error)
{
  SignetDocumentPdf *pdf;

  if (!_signet_signing_check_unchanged (self, error))
    return FALSE;
  check_container (self, checks);
  if (!_signet_signing_is_pades (self) && !check_enclosed_content (self, checks, cancellable, error))
    return FALSE;
  if (g_str_has_prefix (_signet_signing_get_format (self)->id, "xades"))
    return _signet_signing_check_xades (self, checks, cancellable, error);
  if (!_signet_signing_is_pades (self))
    return _signet_signing_check_cades (self, checks, cancellable, error);
  pdf = _signet_signing_get_pdf (self, error);
  if (pdf == NULL || !check_permissions (self, pdf, checks, error))
    return FALSE;
  check_content (pdf, checks);
  check_field (self, pdf, checks);
  return TRUE;
}

/* --- level and output ------------------------------------------------------------------------------------------------------ */

/* No network at all, or none that may be used: a server on this computer is there all the same. */
static gboolean
is_cut_off (SignetSigning *self)
{
  if (!_signet_signing_may_ask (self))
    return TRUE;
  for (guint i = 0; i < signet_timestamp_servers_get_n (self->servers); i++)
    if (signet_network_is_local (signet_timestamp_servers_get_url (self->servers, i)))
      return FALSE;
  return !signet_network_is_there ();
}

static void
check_level (SignetSigning *self, GPtrArray *checks)
{
  SignetLevel wanted = signet_level_parse (self->level);
  const char *level = signet_level_get_name (wanted);
  const SignetSigningAnswer *answer = _signet_signing_read_revocation (self);

  if (wanted == SIGNET_LEVEL_NONE)
    add_check (checks, "level", SIGNET_CHECK_STOP, self->level, "not supported");
  else if (wanted >= SIGNET_LEVEL_T && signet_timestamp_servers_get_n (self->servers) == 0 && !self->or_later)
    add_check (checks, "level", SIGNET_CHECK_STOP, level, "no time-stamp server");
  else if (wanted >= SIGNET_LEVEL_T && is_cut_off (self) && !self->or_later)
    add_check (checks, "level", SIGNET_CHECK_STOP, level, "offline");
  else if (wanted >= SIGNET_LEVEL_T && (signet_timestamp_servers_get_n (self->servers) == 0 || is_cut_off (self)))
    add_check (checks, "level", SIGNET_CHECK_WARNING, level, "later");
  else if (wanted >= SIGNET_LEVEL_LT && answer != NULL && answer->status == NULL && g_strcmp0 (answer->why_not_asked, "no-address") != 0)
    add_check (checks, "level", SIGNET_CHECK_STOP, level, "no revocation evidence");
  else
    add_check (checks, "level", SIGNET_CHECK_OK, level, NULL);
}

static gboolean
has_room (SignetSigning *self, const char *folder)
{
  struct statvfs status;
  guint64 needed = SPARE_BYTES + (_signet_signing_get_format (self)->copies ? _signet_signing_get_size (self) : 0);

  return statvfs (folder, &status) != 0 || status.f_bavail == 0 || (guint64) status.f_bavail * status.f_frsize >= needed;
}

static void
remember_place (SignetSigning *self, const char *folder)
{
  struct stat status;

  self->place[0] = self->place[1] = 0;
  if (stat (folder, &status) != 0)
    return;
  self->place[0] = status.st_dev;
  self->place[1] = status.st_ino;
}

gboolean
_signet_signing_check_place (SignetSigning *self, const char *path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  struct stat status;

  if (self->place[1] == 0 || (stat (folder, &status) == 0 && self->place[0] == status.st_dev && self->place[1] == status.st_ino))
    return TRUE;
  g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_CANNOT_WRITE, "the output folder is not the one that was looked at before");
  return FALSE;
}

static void
check_output_place (SignetSigning *self, GPtrArray *checks)
{
  g_autofree char *path = signet_signing_dup_output (self);
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *name = g_filename_display_basename (path);
  gboolean exists = g_file_test (path, G_FILE_TEST_EXISTS);

  remember_place (self, folder);
  if (access (folder, W_OK | X_OK) != 0)
    add_check (checks, "output", SIGNET_CHECK_STOP, name, "folder-not-writable");
  else if (_signet_signing_is_the_document (self, path))
    add_check (checks, "output", SIGNET_CHECK_STOP, name, "is-the-document");
  else if (exists && !self->overwrite)
    add_check (checks, "output", SIGNET_CHECK_STOP, name, "exists");
  else if (!has_room (self, folder))
    add_check (checks, "output", SIGNET_CHECK_STOP, name, "no-space");
  else
    add_check (checks, "output", exists ? SIGNET_CHECK_WARNING : SIGNET_CHECK_OK, name, NULL);
}

/* --- both ------------------------------------------------------------------------------------------------------------------- */

/**
 * signet_signing_preflight:
 *
 * Asks the certificate's own OCSP server when the network may be used; never the token.
 *
 * Returns: (transfer full) (nullable) (element-type SignetSigningCheck): stops first; %NULL when the document cannot be read
 */
GPtrArray *
signet_signing_preflight (SignetSigning *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) checks = g_ptr_array_new_with_free_func ((GDestroyNotify) signet_signing_check_free);

  g_return_val_if_fail (SIGNET_IS_SIGNING (self), NULL);

  if (g_cancellable_set_error_if_cancelled (cancellable, error) || !check_document (self, checks, cancellable, error)
      || !check_certificate (self, checks, cancellable, error))
    return NULL;
  _signet_signing_check_mark (self, checks);
  check_level (self, checks);
  check_output_place (self, checks);
  g_ptr_array_sort (checks, compare_checks);
  return g_steal_pointer (&checks);
}

static gboolean
stop (const SignetSigningCheck *check, GError **error)
{
  g_set_error (error, SIGNET_SIGNING_ERROR, SIGNET_SIGNING_ERROR_STOPPED, "%s%s%s%s%s", check->code, check->value != NULL ? ": " : "",
               check->value != NULL ? check->value : "", check->detail != NULL ? ": " : "", check->detail != NULL ? check->detail : "");
  return FALSE;
}

/* What the document and the output forbid is found again by doing it, with errors that say more. */
gboolean
_signet_signing_check_stops (SignetSigning *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) checks = g_ptr_array_new_with_free_func ((GDestroyNotify) signet_signing_check_free);

  if (!check_certificate (self, checks, cancellable, error))
    return FALSE;
  check_level (self, checks);
  for (guint i = 0; i < checks->len; i++)
    {
      const SignetSigningCheck *check = g_ptr_array_index (checks, i);

      if (check->state == SIGNET_CHECK_STOP)
        return stop (check, error);
    }
  return TRUE;
}
