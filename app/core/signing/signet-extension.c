/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-extension.c: the act of extending as an object: the signed file is copied to one that has no name, extended there, read again as a
 * stranger would, and gets its name. Until then nothing is under that name. The steps are in signet-extension-run.c. One thread at a time.
 */
#define G_LOG_DOMAIN "signet-extension"

#include "config.h"

#include <string.h>
#include <sys/stat.h>

#include "../base/signet-base-error.h"
#include "../base/signet-output-file.h"
#include "../base/signet-stop.h"
#include "../base/signet-text.h"
#include "signet-extension-private.h"
#include "signet-signing-private.h"

#define WINDOW    (1024 * 1024)
#define MAX_NAMES 10000

struct _SignetExtension {
  GObject                parent;
  SignetDocumentFile    *file;
  SignetDocumentFile    *detached; /* (nullable) */
  SignetHttp            *http;     /* (nullable) */
  SignetClock           *clock;
  SignetJournal         *journal;  /* (nullable) */
  SignetEvidenceCache   *cache;    /* (nullable) */
  GPtrArray             *chain;
  SignetTimestampServers *servers; /* (nullable) */
  char                  *output;   /* (nullable): beside the file */
  gboolean               overwrite;
  SignetLevel            level;
  gboolean               renew;
  char                  *result;   /* (nullable) */
  SignetExtensionOutcome outcome;
};

G_DEFINE_FINAL_TYPE (SignetExtension, signet_extension, G_TYPE_OBJECT)

static void
signet_extension_finalize (GObject *object)
{
  SignetExtension *self = SIGNET_EXTENSION (object);

  g_clear_object (&self->file);
  g_clear_object (&self->detached);
  g_clear_object (&self->http);
  g_clear_object (&self->clock);
  g_clear_object (&self->journal);
  g_clear_pointer (&self->cache, signet_evidence_cache_unref);
  g_ptr_array_unref (self->chain);
  signet_timestamp_servers_unref (self->servers);
  g_free (self->output);
  g_free (self->result);
  signet_extension_outcome_clear (&self->outcome);
  G_OBJECT_CLASS (signet_extension_parent_class)->finalize (object);
}

static void
signet_extension_class_init (SignetExtensionClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = signet_extension_finalize;
}

static void
signet_extension_init (SignetExtension *self)
{
  self->chain = g_ptr_array_new_with_free_func (g_object_unref);
  self->clock = signet_clock_new_system ();
  self->level = SIGNET_LEVEL_LT;
  self->outcome.renewal = SIGNET_TIME_UNKNOWN;
}

SignetExtension *
signet_extension_new (SignetDocumentFile *file)
{
  SignetExtension *self = g_object_new (SIGNET_TYPE_EXTENSION, NULL);

  self->file = g_object_ref (file);
  return self;
}

void
signet_extension_set_seams (SignetExtension *self, SignetHttp *http, SignetClock *clock, SignetJournal *journal)
{
  g_set_object (&self->http, http);
  if (clock != NULL)
    g_set_object (&self->clock, clock);
  g_set_object (&self->journal, journal);
}

void
signet_extension_set_evidence_cache (SignetExtension *self, SignetEvidenceCache *cache)
{
  if (cache != NULL)
    signet_evidence_cache_ref (cache);
  g_clear_pointer (&self->cache, signet_evidence_cache_unref);
  self->cache = cache;
}

void
signet_extension_set_chain (SignetExtension *self, GPtrArray *certificates)
{
  g_ptr_array_set_size (self->chain, 0);
  for (guint i = 0; certificates != NULL && i < certificates->len; i++)
    g_ptr_array_add (self->chain, g_object_ref (g_ptr_array_index (certificates, i)));
}

void
signet_extension_set_level (SignetExtension *self, SignetLevel level)
{
  self->level = level;
}

void
signet_extension_set_servers (SignetExtension *self, const char *const *urls)
{
  signet_timestamp_servers_unref (self->servers);
  self->servers = signet_timestamp_servers_new ();
  for (guint i = 0; urls != NULL && urls[i] != NULL; i++)
    signet_timestamp_servers_add (self->servers, urls[i]);
}

void
signet_extension_set_timestamp_servers (SignetExtension *self, SignetTimestampServers *servers)
{
  if (servers != NULL)
    signet_timestamp_servers_ref (servers);
  signet_timestamp_servers_unref (self->servers);
  self->servers = servers;
}

void
signet_extension_set_detached (SignetExtension *self, SignetDocumentFile *detached)
{
  g_set_object (&self->detached, detached);
}

void
signet_extension_set_renew (SignetExtension *self, gboolean always)
{
  self->renew = always;
}

void
signet_extension_set_output (SignetExtension *self, const char *path, gboolean overwrite)
{
  g_free (self->output);
  self->output = g_strdup (path);
  self->overwrite = overwrite;
}

const char *
signet_extension_get_result_path (SignetExtension *self)
{
  return self->result;
}

SignetLevel
signet_extension_get_level (SignetExtension *self)
{
  return self->outcome.level;
}

GPtrArray *
signet_extension_get_problems (SignetExtension *self)
{
  if (self->outcome.problems == NULL)
    self->outcome.problems = g_ptr_array_new_with_free_func ((GDestroyNotify) signet_extension_problem_free);
  return self->outcome.problems;
}

gint64
signet_extension_get_renewal (SignetExtension *self)
{
  return self->outcome.renewal;
}

/* --- names ---------------------------------------------------------------------------------------------------------------------- */

/* "contract-signed.pdf" becomes "contract-signed-extended.pdf", then "…-extended-2.pdf"; what is renewed keeps one "-extended" */
static char *
propose_name (const char *path, guint number)
{
  const char *slash = strrchr (path, '/');
  const char *dot = strrchr (slash != NULL ? slash + 1 : path, '.');
  const char *ending = dot != NULL && dot > (slash != NULL ? slash + 1 : path) ? dot : path + strlen (path);
  g_autofree char *base = g_strndup (path, (gsize) (ending - path));
  g_autofree char *count = number > 1 ? g_strdup_printf ("-%u", number) : g_strdup ("");
  char *mark = g_strrstr (base, "-extended");
  const char *rest = mark != NULL ? mark + strlen ("-extended") : NULL;

  if (rest != NULL && mark > base && mark[-1] != '/'
      && (*rest == '\0' || (*rest == '-' && rest[1] != '\0' && strspn (rest + 1, "0123456789") == strlen (rest + 1))))
    *mark = '\0';
  return g_strconcat (base, "-extended", count, ending, NULL);
}

/**
 * signet_extension_dup_output:
 *
 * Returns: (transfer full): where the extended file would go now: the path that was set, else the first free name beside the file
 */
char *
signet_extension_dup_output (SignetExtension *self)
{
  const char *path = signet_document_file_get_path (self->file);

  if (self->output != NULL)
    return g_strdup (self->output);
  for (guint i = 1; i < MAX_NAMES; i++)
    {
      g_autofree char *name = propose_name (path, i);

      if (!g_file_test (name, G_FILE_TEST_EXISTS | G_FILE_TEST_IS_SYMLINK))
        return g_steal_pointer (&name);
    }
  return propose_name (path, 1);
}

/**
 * signet_extension_set_output_folder:
 *
 * The extended file goes to @folder, under the name it would have had beside the file.
 */
void
signet_extension_set_output_folder (SignetExtension *self, const char *folder, gboolean overwrite)
{
  g_autofree char *beside = NULL;
  g_autofree char *path = NULL;

  signet_extension_set_output (self, NULL, overwrite);
  beside = signet_extension_dup_output (self);
  path = _signet_signing_move_name (beside, folder);
  signet_extension_set_output (self, path, overwrite);
}

/* --- the act ---------------------------------------------------------------------------------------------------------------------- */

static gboolean
copy (SignetExtension *self, SignetOutputFile *output, GCancellable *cancellable, GError **error)
{
  guint64 size = signet_document_file_get_size (self->file);
  g_autofree guint8 *window = g_malloc (MIN (WINDOW, size) + 1);

  for (guint64 offset = 0; offset < size; offset += WINDOW)
    {
      gsize length = MIN (WINDOW, size - offset);

      if (g_cancellable_set_error_if_cancelled (cancellable, error) || !signet_document_file_read (self->file, offset, window, length, error)
          || !signet_output_file_write (output, window, length, error))
        return FALSE;
    }
  signet_stop_here ("copied");
  return signet_document_file_check_unchanged (self->file, error);
}

static gboolean
apply (SignetExtension *self, SignetOutputFile *output, SignetInteraction *interaction, GCancellable *cancellable, GError **error)
{
  gint64 now = signet_clock_now (self->clock);
  SignetEvidenceSources sources = { self->http, self->cache, NULL, now, now };
  g_autoptr (SignetEvidenceSession) session = signet_evidence_session_new (&sources);
  SignetExtensionWish wish = {
    .level = self->level,
    .renew = self->renew,
    .servers = self->servers,
    .http = self->http,
    .cache = self->cache,
    .session = session,
    .chain = self->chain,
    .detached = self->detached,
    .origin = self->file,
    .now = now,
    .interaction = interaction,
    .cancellable = cancellable,
  };

  signet_extension_outcome_clear (&self->outcome);
  memset (&self->outcome, 0, sizeof self->outcome);
  return _signet_extension_apply (&wish, signet_output_file_get_fd (output), &self->outcome, error);
}

static gboolean
fail_check (GError **error, const char *what)
{
  g_set_error (error, SIGNET_SIGNING_ERROR, SIGNET_SIGNING_ERROR_SELF_CHECK, "self-check: %s", what);
  return FALSE;
}

static gboolean
has_forbidden_change (SignetDocumentSignature *signature)
{
  GPtrArray *changes = signet_document_signature_get_changes (signature);

  for (guint i = 0; i < changes->len; i++)
    if (!((const SignetDocumentChange *) g_ptr_array_index (changes, i))->allowed)
      return TRUE;
  return FALSE;
}

/* Reads what was written as a stranger would: nothing that was sound before may have suffered. */
static gboolean
check (SignetExtension *self, SignetOutputFile *output, char **sha256, GCancellable *cancellable, GError **error)
{
  g_autofree char *path = g_strdup_printf ("/proc/self/fd/%d", signet_output_file_get_fd (output));
  g_autoptr (SignetDocumentFile) written = signet_document_file_open (path, error);
  g_autoptr (GPtrArray) signatures = NULL;
  g_autoptr (GBytes) whole = NULL;
  guint n = 0;

  if (written == NULL)
    return FALSE;
  signet_document_file_share_password (written, self->file);
  signatures = signet_document_find_signatures (written, self->detached, cancellable, error);
  if (signatures == NULL)
    return FALSE;
  for (guint i = 0; i < signatures->len; i++)
    {
      SignetDocumentSignature *signature = g_ptr_array_index (signatures, i);

      if (signet_document_signature_get_integrity (signature) == SIGNET_INTEGRITY_BROKEN || has_forbidden_change (signature))
        return fail_check (error, "a signature no longer holds");
      n += signet_level_parse (signet_document_signature_get_level (signature)) >= self->outcome.level
           && !g_str_equal (signet_document_signature_get_kind (signature), "document-timestamp");
    }
  if (n < self->outcome.n_signatures)
    return fail_check (error, "a signature has not the level it should have");
  whole = signet_document_file_digest (written, SIGNET_DIGEST_SHA256, 0, signet_document_file_get_size (written), cancellable, error);
  if (whole == NULL)
    return FALSE;
  *sha256 = signet_text_hex (g_bytes_get_data (whole, NULL), g_bytes_get_size (whole));
  signet_stop_here ("verified");
  return TRUE;
}

static void
keep (SignetExtension *self, SignetOutputFile *output, const char *sha256)
{
  g_autoptr (GPtrArray) outputs = g_ptr_array_new ();
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func ((GDestroyNotify) signet_journal_entry_free);
  SignetJournalEntry *entry = g_new0 (SignetJournalEntry, 1);
  g_autofree char *name = g_filename_display_basename (signet_document_file_get_path (self->file));

  entry->act = g_strdup ("extended");
  entry->subject = signet_text_sanitize (name, -1, 0);
  entry->path = g_filename_display_name (self->result);
  entry->sha256 = g_strdup (sha256);
  entry->detail = g_strdup_printf ("{\"level\":\"%s\"}", signet_level_get_name (self->outcome.level));
  g_ptr_array_add (entries, entry);
  g_ptr_array_add (outputs, output);
  _signet_signing_keep (outputs, self->journal, entries);
}

static gboolean
publish (SignetExtension *self, SignetOutputFile *output, SignetInteraction *interaction, GCancellable *cancellable, GError **error)
{
  g_autofree char *sha256 = NULL;

  signet_interaction_progress (interaction, "verifying", -1);
  signet_output_file_begin_sync (output, TRUE);
  if (!check (self, output, &sha256, cancellable, error) || !signet_document_file_check_unchanged (self->file, error)
      || g_cancellable_set_error_if_cancelled (cancellable, error) || !signet_output_file_publish (output, error))
    return FALSE;
  self->result = g_strdup (signet_output_file_get_target (output));
  keep (self, output, sha256);
  signet_interaction_progress (interaction, "done", 1);
  return TRUE;
}

static void
set_nothing_gained (SignetExtension *self, GError **error)
{
  if (self->outcome.error != NULL)
    g_propagate_error (error, g_error_copy (self->outcome.error));
  else
    g_set_error_literal (error, SIGNET_SIGNING_ERROR, SIGNET_SIGNING_ERROR_EVIDENCE, "what would prove the signature later could not be had");
}

/* By inode: other names, links and ".." all count. */
static gboolean
is_file (SignetDocumentFile *file, const char *path)
{
  struct stat input;
  struct stat output;

  return fstat (signet_document_file_get_fd (file), &input) == 0 && stat (path, &output) == 0 && input.st_dev == output.st_dev
         && input.st_ino == output.st_ino;
}

static gboolean
check_output_place (SignetExtension *self, const char *path, GError **error)
{
  if (!is_file (self->file, path))
    return TRUE;
  g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_EXISTS, "the output is the signed file itself, which is never written to");
  return FALSE;
}

/**
 * signet_extension_run:
 * @interaction: (nullable): told of progress
 * @error: in %SIGNET_SIGNING_ERROR: NOT_SIGNED, BROKEN, EVIDENCE; those of the file, the time-stamp servers and the output
 *
 * Returns: whether the file is extended or had nothing to gain; see signet_extension_get_level()
 */
gboolean
signet_extension_run (SignetExtension *self, SignetInteraction *interaction, GCancellable *cancellable, GError **error)
{
  g_autofree char *path = signet_extension_dup_output (self);
  g_autoptr (SignetOutputFile) output = NULL;

  g_return_val_if_fail (SIGNET_IS_EXTENSION (self), FALSE);

  g_clear_pointer (&self->result, g_free);
  signet_interaction_progress (interaction, "reading", -1);
  if (!signet_document_file_check_unchanged (self->file, error) || !check_output_place (self, path, error))
    return FALSE;
  output = signet_output_file_open (path, self->overwrite, error);
  if (output == NULL || !copy (self, output, cancellable, error) || !apply (self, output, interaction, cancellable, error))
    return FALSE;
  if (self->outcome.changed)
    return publish (self, output, interaction, cancellable, error);
  if (self->outcome.level >= self->level)
    return TRUE;
  set_nothing_gained (self, error);
  return FALSE;
}
