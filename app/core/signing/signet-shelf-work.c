/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-shelf-work.c: adds to a signed file what it waits for. The file must still be, byte for byte, what we wrote: then the extended one, written
 * beside it and read again, takes its place, for it is the same signed file with more evidence. Anything else is told and not touched. Blocks on disk
 * and network; several processes may work on the shelf, the one that renames last wins with the same content.
 */
#define G_LOG_DOMAIN "signet-shelf-work"

#include "config.h"

#include <sys/stat.h>

#include "../base/signet-base-error.h"
#include "../base/signet-output-file.h"
#include "../base/signet-stop.h"
#include "../base/signet-text.h"
#include "../document/signet-document-password.h"
#include "../document/signet-document-pdf.h"
#include "signet-extension-private.h"
#include "signet-shelf-private.h"

#define CHUNK     (256 * 1024)
#define MAX_TRIES 3 /* to type a password */

typedef struct {
  SignetStore            *store;
  SignetShelfItem        *item;
  const SignetShelfMeans *means;
  GCancellable           *cancellable; /* (nullable) */
  SignetDocumentFile     *file;        /* (owned) (nullable) */
  SignetDocumentFile     *content;     /* (owned) (nullable) */
  SignetOutputFile       *output;      /* (owned) (nullable) */
  char                   *sha256;      /* (owned) (nullable): of the extended file */
  gboolean                was_done;    /* by somebody who could not say so any more */
} Work;

static void
work_clear (Work *work)
{
  g_clear_object (&work->file);
  g_clear_object (&work->content);
  g_clear_object (&work->output);
  g_clear_pointer (&work->sha256, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Work, work_clear)

static gboolean
changed (GError **error)
{
  g_set_error_literal (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_CHANGED, "the file is not as it was when it was signed");
  return FALSE;
}

/* --- what there is -------------------------------------------------------------------------------------------------------------- */

static char *
digest_hex (SignetDocumentFile *file, GCancellable *cancellable, GError **error)
{
  g_autoptr (GBytes) digest = signet_document_file_digest (file, SIGNET_DIGEST_SHA256, 0, signet_document_file_get_size (file), cancellable, error);

  return digest != NULL ? signet_text_hex (g_bytes_get_data (digest, NULL), g_bytes_get_size (digest)) : NULL;
}

gboolean
_signet_shelf_is_as_left (const SignetShelfItem *item)
{
  g_autoptr (SignetDocumentFile) file = signet_document_file_open (item->path, NULL);
  g_autofree char *sha256 = file != NULL ? digest_hex (file, NULL, NULL) : NULL;

  return g_strcmp0 (sha256, item->sha256) == 0;
}

/* What is encrypted is opened before anything is written: asking may take a while, and the password is kept nowhere. */
static gboolean
unlock (Work *work, GError **error)
{
  const SignetShelfMeans *means = work->means;
  gboolean may_ask = means->interaction != NULL && means->password == NULL;

  if (signet_document_file_get_format (work->file) != SIGNET_FORMAT_PDF)
    return TRUE;
  if (means->password != NULL)
    signet_document_file_set_password (work->file, means->password);
  for (guint tries = 0; ; tries++)
    {
      g_autoptr (GError) local_error = NULL;
      g_autoptr (SignetDocumentPdf) pdf = signet_document_pdf_open (work->file, NULL, &local_error);

      if (pdf != NULL)
        return TRUE;
      if (!may_ask || tries == MAX_TRIES || !signet_document_password_is_missing (local_error))
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return FALSE;
        }
      if (!signet_document_password_ask (work->file, local_error, means->interaction, work->cancellable, error))
        return FALSE;
    }
}

static gboolean
open_all (Work *work, GError **error)
{
  g_autofree char *sha256 = NULL;

  work->file = signet_document_file_open (work->item->path, error);
  if (work->file == NULL)
    return FALSE;
  sha256 = digest_hex (work->file, work->cancellable, error);
  if (sha256 == NULL)
    return FALSE;
  work->was_done = g_strcmp0 (sha256, work->item->becoming) == 0;
  if (work->was_done)
    {
      work->sha256 = g_steal_pointer (&sha256);
      return TRUE;
    }
  if (!g_str_equal (sha256, work->item->sha256))
    return changed (error);
  if (!unlock (work, error))
    return FALSE;
  if (work->item->content == NULL)
    return TRUE;
  work->content = signet_document_file_open (work->item->content, error);
  return work->content != NULL;
}

static gboolean
copy (Work *work, GError **error)
{
  g_autofree guint8 *chunk = g_malloc (CHUNK);
  guint64 size = signet_document_file_get_size (work->file);

  for (guint64 at = 0; at < size; at += CHUNK)
    {
      gsize length = MIN (size - at, CHUNK);

      if (g_cancellable_set_error_if_cancelled (work->cancellable, error) || !signet_document_file_read (work->file, at, chunk, length, error)
          || !signet_output_file_write (work->output, chunk, length, error))
        return FALSE;
    }
  return TRUE;
}

/* --- what is added --------------------------------------------------------------------------------------------------------------- */

static gboolean
lift (Work *work, GError **error)
{
  gint64 now = signet_clock_now (work->means->clock);
  SignetEvidenceSources sources = { work->means->http, work->means->cache, NULL, now, now };
  g_autoptr (SignetEvidenceSession) session = signet_evidence_session_new (&sources);
  g_auto (SignetExtensionOutcome) outcome = { 0 };
  SignetExtensionWish wish = {
    .level = signet_level_parse (work->item->level), .servers = work->means->servers, .http = work->means->http, .cache = work->means->cache,
    .session = session, .chain = work->means->chain, .detached = work->content, .origin = work->file, .now = now, .cancellable = work->cancellable,
  };

  if (!_signet_extension_apply (&wish, signet_output_file_get_fd (work->output), &outcome, error))
    return FALSE;
  if (outcome.level >= wish.level)
    return TRUE;
  if (outcome.error != NULL)
    g_propagate_error (error, g_steal_pointer (&outcome.error));
  else
    g_set_error_literal (error, SIGNET_EVIDENCE_ERROR, SIGNET_EVIDENCE_ERROR_UNREACHABLE, "not all of the evidence could be had");
  return FALSE;
}

/* --- is it what was meant? -------------------------------------------------------------------------------------------------------- */

static gboolean
fail (GError **error, const char *what)
{
  g_set_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_FAILED, "self-check: %s", what);
  return FALSE;
}

static gboolean
judge (SignetDocumentSignature *signature, GError **error)
{
  if (signet_document_signature_get_integrity (signature) != SIGNET_INTEGRITY_INTACT)
    return fail (error, "the signature does not hold any more");
  return g_strcmp0 (signet_document_signature_get_level (signature), "B-B") != 0 || fail (error, "the time-stamp is missing");
}

/* Every signature of the extended file holds, and ours is no longer without a time-stamp. */
static gboolean
check (Work *work, GError **error)
{
  g_autofree char *path = g_strdup_printf ("/proc/self/fd/%d", signet_output_file_get_fd (work->output));
  g_autoptr (SignetDocumentFile) written = signet_document_file_open (path, error);
  g_autoptr (GPtrArray) signatures = NULL;

  if (written != NULL)
    signet_document_file_share_password (written, work->file);
  signatures = written != NULL ? signet_document_find_signatures (written, work->content, work->cancellable, error) : NULL;
  if (signatures == NULL)
    return FALSE;
  for (guint i = 0; i < signatures->len; i++)
    if (g_strcmp0 (signet_document_signature_get_id (g_ptr_array_index (signatures, i)), work->item->signature) == 0)
      {
        if (!judge (g_ptr_array_index (signatures, i), error))
          return FALSE;
        work->sha256 = digest_hex (written, work->cancellable, error);
        return work->sha256 != NULL;
      }
  return fail (error, "the signature is not found");
}

/* Somebody may have put another file there meanwhile. */
static gboolean
check_in_place (Work *work, GError **error)
{
  struct stat opened;
  struct stat there;

  if (!signet_document_file_check_unchanged (work->file, error))
    return FALSE;
  if (fstat (signet_document_file_get_fd (work->file), &opened) == 0 && lstat (work->item->path, &there) == 0 && opened.st_dev == there.st_dev
      && opened.st_ino == there.st_ino)
    return TRUE;
  return changed (error);
}

/* What the file will be is on the shelf before it is: a kill in between must not look like a change by somebody else. */
static gboolean
take_place (Work *work, GError **error)
{
  g_free (work->item->becoming);
  work->item->becoming = g_strdup (work->sha256);
  if (!_signet_shelf_become (work->store, work->item, error) || !check_in_place (work, error))
    return FALSE;
  if (!signet_output_file_commit (work->output, error))
    return FALSE;
  signet_stop_here ("replaced");
  return TRUE;
}

/* --- one item --------------------------------------------------------------------------------------------------------------------- */

static gboolean
extend (Work *work, GError **error)
{
  if (!open_all (work, error))
    return FALSE;
  if (work->was_done)
    return TRUE;
  work->output = signet_output_file_open (work->item->path, TRUE, error);
  if (work->output == NULL || !copy (work, error))
    return FALSE;
  return lift (work, error) && check (work, error) && take_place (work, error);
}

static void
record (Work *work)
{
  g_autofree char *name = g_filename_display_basename (work->item->path);
  g_autofree char *safe = signet_text_sanitize (name, -1, 0);
  g_autofree char *path = g_filename_display_name (work->item->path);
  g_autofree char *detail = g_strdup_printf ("{\"level\":\"%s\"}", signet_level_get_name (signet_level_parse (work->item->level)));
  SignetJournalEntry entry = { .act = (char *) "extended", .subject = safe, .path = path, .sha256 = work->sha256, .detail = detail };
  g_autoptr (GError) error = NULL;

  if (work->means->journal != NULL && !signet_journal_append (work->means->journal, &entry, &error))
    g_message ("the act is not in the journal: %s", error->message);
}

static const char *
name_problem (const GError *error)
{
  if (error->domain == SIGNET_EVIDENCE_ERROR)
    return error->code == SIGNET_EVIDENCE_ERROR_REFUSED ? "refused" : error->code == SIGNET_EVIDENCE_ERROR_INVALID ? "invalid" : "unreachable";
  if (g_error_matches (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_CHANGED))
    return "changed";
  if (signet_document_password_is_missing (error))
    return "password";
  if (g_error_matches (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_NOT_FOUND))
    return "gone";
  if (g_error_matches (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_CANNOT_WRITE) || g_error_matches (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_NO_SPACE)
      || g_error_matches (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_DENIED))
    return "cannot-write";
  return "failed";
}

/* Twice as long each time, a day at most; what only the person can mend waits for the person. */
static gint64
choose_next (const SignetShelfItem *item, gint64 now)
{
  gint64 wait = SIGNET_SHELF_FIRST_WAIT;

  if (g_str_equal (item->problem, "changed") || g_str_equal (item->problem, "gone") || g_str_equal (item->problem, "password"))
    return SIGNET_TIME_UNKNOWN;
  for (guint i = 1; i < item->tries && wait < SIGNET_SHELF_LAST_WAIT; i++)
    wait *= 2;
  return now + MIN (wait, SIGNET_SHELF_LAST_WAIT);
}

static void
take_note (SignetShelfItem *item, gint64 now, const GError *why)
{
  g_free (item->problem);
  g_free (item->detail);
  item->problem = g_strdup (name_problem (why));
  item->detail = g_strdup (why->message);
  item->tried = now;
  item->tries = MIN (item->tries + 1, 1000);
  item->next = choose_next (item, now);
}

/**
 * signet_shelf_work:
 * @item: from signet_shelf_list(); told in it what is in the way
 *
 * Returns: whether the file has what it waited for, and is off the shelf; %FALSE with @error when cancelled or the shelf cannot be written
 */
gboolean
signet_shelf_work (SignetStore *store, SignetShelfItem *item, const SignetShelfMeans *means, GCancellable *cancellable, GError **error)
{
  g_auto (Work) work = { .store = store, .item = item, .means = means, .cancellable = cancellable };
  g_autoptr (GError) why = NULL;

  g_return_val_if_fail (SIGNET_IS_STORE (store) && item != NULL, FALSE);

  if (extend (&work, &why))
    {
      record (&work);
      return signet_shelf_forget (store, item->id, error);
    }
  if (g_error_matches (why, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_propagate_error (error, g_steal_pointer (&why));
      return FALSE;
    }
  take_note (item, signet_clock_now (means->clock), why);
  _signet_shelf_note (store, item, error);
  return FALSE;
}

gboolean
signet_shelf_is_due (const SignetShelfItem *item, gint64 now)
{
  return item->next != SIGNET_TIME_UNKNOWN && item->next <= now;
}
