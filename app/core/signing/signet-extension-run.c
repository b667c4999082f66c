/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-extension-run.c: the steps of extending, on a file that has no name yet: time-stamps where they are missing, then evidence, then the
 * archive time-stamp. After each step that adds something the file is read anew: what counts is what a stranger would find.
 *
 * Blocks on disk and network. One thread.
 */
#define G_LOG_DOMAIN "signet-extension-run"

#include "config.h"

#include "../base/signet-stop.h"
#include "signet-extension-private.h"

#define ROOM       (16 * 1024) /* for a token with its chain */
#define SPARE_ROOM 2048        /* beyond the last token of the same server */
#define MAX_TRIES  3
#define DIGEST     SIGNET_DIGEST_SHA256

/* One file on its way. */
typedef struct {
  const SignetExtensionWish *wish;
  SignetDocumentExtension   *file;
  SignetExtensionOutcome    *outcome;
  GPtrArray                 *signatures; /* (element-type SignetDocumentSignature): as they are now */
  GHashTable                *archived;   /* set of ids: got their archive time-stamp in this run */
  gsize                      room;
} Work;

void
signet_extension_problem_free (SignetExtensionProblem *problem)
{
  if (problem == NULL)
    return;
  g_free (problem->code);
  g_free (problem->signature);
  g_free (problem->about);
  g_free (problem->detail);
  g_free (problem);
}

void
signet_extension_outcome_clear (SignetExtensionOutcome *outcome)
{
  g_clear_pointer (&outcome->problems, g_ptr_array_unref);
  g_clear_error (&outcome->error);
}

static gboolean
is_known (GPtrArray *problems, const char *code, const char *about)
{
  for (guint i = 0; i < problems->len; i++)
    {
      const SignetExtensionProblem *problem = g_ptr_array_index (problems, i);

      if (g_str_equal (problem->code, code) && g_strcmp0 (problem->about, about) == 0)
        return TRUE;
    }
  return FALSE;
}

void
_signet_extension_add_problem (SignetExtensionOutcome *outcome, const char *code, const char *signature, const char *about, const GError *error)
{
  SignetExtensionProblem *problem;

  if (outcome->error == NULL && error != NULL)
    outcome->error = g_error_copy (error);
  if (is_known (outcome->problems, code, about))
    return;
  problem = g_new0 (SignetExtensionProblem, 1);
  problem->code = g_strdup (code);
  problem->signature = g_strdup (signature);
  problem->about = g_strdup (about);
  problem->detail = g_strdup (error != NULL ? error->message : NULL);
  g_ptr_array_add (outcome->problems, problem);
}

/* --- levels ------------------------------------------------------------------------------------------------------------------- */

static const char *const names[] = { "", "B-B", "B-T", "B-LT", "B-LTA" };

SignetLevel
signet_level_parse (const char *text)
{
  g_autofree char *upper = text != NULL ? g_ascii_strup (text, -1) : g_strdup ("");

  for (guint i = SIGNET_LEVEL_B; i < G_N_ELEMENTS (names); i++)
    if (g_str_equal (upper, names[i]) || g_str_equal (upper, names[i] + 2))
      return (SignetLevel) i;
  return SIGNET_LEVEL_NONE;
}

const char *
signet_level_get_name (SignetLevel level)
{
  return names[MIN ((guint) level, G_N_ELEMENTS (names) - 1)];
}

static gboolean
is_timestamp (SignetDocumentSignature *signature)
{
  return g_str_equal (signet_document_signature_get_kind (signature), "document-timestamp");
}

static SignetLevel
level_of (SignetDocumentSignature *signature)
{
  return signet_level_parse (signet_document_signature_get_level (signature));
}

/* One that takes part: a baseline signature, which time-stamps of the document are not */
static gboolean
takes_part (SignetDocumentSignature *signature)
{
  return !is_timestamp (signature) && level_of (signature) != SIGNET_LEVEL_NONE;
}

static SignetLevel
lowest (GPtrArray *signatures)
{
  SignetLevel level = SIGNET_LEVEL_NONE;

  for (guint i = 0; i < signatures->len; i++)
    {
      SignetDocumentSignature *signature = g_ptr_array_index (signatures, i);

      if (takes_part (signature) && (level == SIGNET_LEVEL_NONE || level_of (signature) < level))
        level = level_of (signature);
    }
  return level;
}

/* --- the file as it is ------------------------------------------------------------------------------------------------------------ */

static gboolean
read_anew (Work *work, GError **error)
{
  GPtrArray *signatures = signet_document_extension_find_signatures (work->file, work->wish->cancellable, error);

  if (signatures == NULL)
    return FALSE;
  g_clear_pointer (&work->signatures, g_ptr_array_unref);
  work->signatures = signatures;
  return TRUE;
}

/* What is broken does not last longer for being time-stamped; whoever meets it later would believe that somebody had looked. */
static gboolean
check_sound (Work *work, GError **error)
{
  guint n = 0;

  for (guint i = 0; i < work->signatures->len; i++)
    {
      SignetDocumentSignature *signature = g_ptr_array_index (work->signatures, i);

      if (signet_document_signature_get_integrity (signature) == SIGNET_INTEGRITY_BROKEN)
        {
          g_set_error (error, SIGNET_SIGNING_ERROR, SIGNET_SIGNING_ERROR_BROKEN, "signature %s is broken", signet_document_signature_get_id (signature));
          return FALSE;
        }
      if (takes_part (signature))
        n++;
      else if (!is_timestamp (signature))
        _signet_extension_add_problem (work->outcome, "not-baseline", signet_document_signature_get_id (signature), NULL, NULL);
    }
  work->outcome->n_signatures = n;
  if (n > 0)
    return TRUE;
  if (work->signatures->len == 0)
    g_set_error_literal (error, SIGNET_SIGNING_ERROR, SIGNET_SIGNING_ERROR_NOT_SIGNED, "nothing is signed");
  else
    g_set_error_literal (error, SIGNET_SIGNING_ERROR, SIGNET_SIGNING_ERROR_UNSUPPORTED, "no signature has a form that can be extended");
  return FALSE;
}

/* --- time-stamps ------------------------------------------------------------------------------------------------------------------ */

/* FALSE with NO_ROOM: again */
static gboolean
try_stamp (Work *work, const SignetExtensionStamp *stamp, GError **error)
{
  const SignetExtensionWish *wish = work->wish;
  g_autoptr (GBytes) hash = signet_document_extension_prepare_timestamp (work->file, stamp, wish->cancellable, error);
  g_autoptr (GBytes) token = hash != NULL ? _signet_extension_fetch_stamp (wish, stamp->digest, hash, error) : NULL;

  if (token == NULL)
    return FALSE;
  work->room = g_bytes_get_size (token) + SPARE_ROOM;
  if (!signet_document_extension_add_timestamp (work->file, token, wish->cancellable, error))
    return FALSE;
  work->outcome->changed = TRUE;
  return TRUE;
}

static gboolean
add_stamp (Work *work, const char *id, gboolean archive, GError **error)
{
  g_autoptr (GError) local_error = NULL;

  signet_interaction_progress (work->wish->interaction, "time-stamp", -1);
  for (guint i = 0; i < MAX_TRIES; i++)
    {
      SignetExtensionStamp stamp = { id, archive, DIGEST, MAX (work->room, ROOM) };

      g_clear_error (&local_error);
      if (try_stamp (work, &stamp, &local_error))
        {
          signet_stop_here (archive ? "archived" : "extended-time-stamped");
          return TRUE;
        }
      if (!g_error_matches (local_error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_NO_ROOM))
        break;
    }
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

static SignetDocumentSignature *
find_without_stamp (Work *work)
{
  for (guint i = 0; i < work->signatures->len; i++)
    if (takes_part (g_ptr_array_index (work->signatures, i)) && level_of (g_ptr_array_index (work->signatures, i)) < SIGNET_LEVEL_T)
      return g_ptr_array_index (work->signatures, i);
  return NULL;
}

static gboolean
fail_to_progress (GError **error)
{
  g_set_error_literal (error, SIGNET_SIGNING_ERROR, SIGNET_SIGNING_ERROR_SELF_CHECK, "self-check: what was added is not found again");
  return FALSE;
}

/* @failed: (out): a time-stamp could not be had, and the file is spoiled for it */
static gboolean
reach_t (Work *work, GError **error)
{
  SignetDocumentSignature *signature;

  for (guint i = 0; (signature = find_without_stamp (work)) != NULL; i++)
    {
      g_autofree char *id = g_strdup (signet_document_signature_get_id (signature));

      if (i > work->signatures->len)
        return fail_to_progress (error);
      if (!add_stamp (work, id, FALSE, error) || !read_anew (work, error))
        return FALSE;
    }
  return TRUE;
}

/* --- evidence ----------------------------------------------------------------------------------------------------------------------- */

static gboolean
is_proved (SignetDocumentSignature *signature)
{
  return takes_part (signature) || is_timestamp (signature);
}

/* One for each signature; %NULL in it: not complete. (nullable): cancelled */
static GPtrArray *
collect_all (Work *work, gboolean *complete, GError **error)
{
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func ((GDestroyNotify) signet_document_evidence_unref);

  *complete = TRUE;
  for (guint i = 0; i < work->signatures->len; i++)
    {
      SignetDocumentSignature *signature = g_ptr_array_index (work->signatures, i);
      g_autoptr (GError) local_error = NULL;
      SignetDocumentEvidence *evidence =
        is_proved (signature) ? _signet_extension_collect (work->wish, signature, work->outcome, &local_error) : NULL;

      if (local_error != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return NULL;
        }
      *complete &= evidence != NULL || !is_proved (signature);
      g_ptr_array_add (all, evidence);
    }
  return g_steal_pointer (&all);
}

/* All or nothing: half of what proves a file would look like all of it. @complete: (out): every signature has all that proves it */
static gboolean
reach_lt (Work *work, gboolean *complete, GError **error)
{
  g_autoptr (GPtrArray) all = NULL;

  signet_interaction_progress (work->wish->interaction, "evidence", -1);
  _signet_extension_ask_ahead (work->wish, work->signatures, NULL, NULL);
  all = collect_all (work, complete, error);
  if (all == NULL || !*complete)
    return all != NULL;
  for (guint i = 0; i < work->signatures->len; i++)
    {
      const char *id = signet_document_signature_get_id (g_ptr_array_index (work->signatures, i));
      SignetDocumentEvidence *evidence = g_ptr_array_index (all, i);

      if (evidence != NULL && !signet_document_extension_add_evidence (work->file, id, evidence, work->wish->cancellable, error))
        return FALSE;
    }
  work->outcome->changed = TRUE;
  signet_stop_here ("evidence-added");
  return read_anew (work, error);
}

/* --- archive ------------------------------------------------------------------------------------------------------------------------- */

/* Has it none yet, or one that ends soon? */
static gboolean
is_due (Work *work, SignetDocumentSignature *signature)
{
  GBytes *token = _signet_extension_find_archive_stamp (signature, work->signatures);

  return level_of (signature) < SIGNET_LEVEL_LTA || token == NULL || work->wish->renew
         || _signet_extension_renewal_of (token, work->wish->now) <= work->wish->now;
}

static SignetDocumentSignature *
find_due (Work *work)
{
  for (guint i = 0; i < work->signatures->len; i++)
    {
      SignetDocumentSignature *signature = g_ptr_array_index (work->signatures, i);

      if (takes_part (signature) && !g_hash_table_contains (work->archived, signet_document_signature_get_id (signature)) && is_due (work, signature))
        return signature;
    }
  return NULL;
}

static gboolean
has_same_stamp (SignetDocumentSignature *signature, GPtrArray *signatures, GBytes *before)
{
  GBytes *now = _signet_extension_find_archive_stamp (signature, signatures);

  return now == before || (now != NULL && before != NULL && g_bytes_equal (now, before));
}

/* A time-stamp over the whole file serves all its signatures. */
static void
note_archived (Work *work, GPtrArray *before)
{
  for (guint i = 0; i < work->signatures->len; i++)
    {
      SignetDocumentSignature *signature = g_ptr_array_index (work->signatures, i);
      const char *id = signet_document_signature_get_id (signature);

      for (guint j = 0; j < before->len; j++)
        {
          SignetDocumentSignature *old = g_ptr_array_index (before, j);

          if (g_str_equal (signet_document_signature_get_id (old), id)
              && !has_same_stamp (signature, work->signatures, _signet_extension_find_archive_stamp (old, before)))
            g_hash_table_add (work->archived, g_strdup (id));
        }
    }
}

/* A time-stamp of an authority that was not met before: what says that it was good then stands behind it, for who verifies without a network. */
static gboolean
prove_last_stamp (Work *work, GError **error)
{
  for (guint i = 0; i < work->signatures->len; i++)
    {
      SignetDocumentSignature *signature = g_ptr_array_index (work->signatures, i);
      GBytes *token = takes_part (signature) ? _signet_extension_find_archive_stamp (signature, work->signatures) : NULL;
      g_auto (SignetExtensionOutcome) ignored = { .problems = g_ptr_array_new_with_free_func ((GDestroyNotify) signet_extension_problem_free) };
      g_autoptr (SignetDocumentEvidence) evidence = NULL;

      if (token == NULL || _signet_extension_is_provable (work->wish, token, signet_document_signature_get_evidence (signature)))
        continue;
      evidence = _signet_extension_collect_for_token (work->wish, token, signature, &ignored);
      if (evidence != NULL
          && !signet_document_extension_add_evidence (work->file, signet_document_signature_get_id (signature), evidence, work->wish->cancellable, error))
        return FALSE;
      if (evidence != NULL && !read_anew (work, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
reach_lta (Work *work, GError **error)
{
  SignetDocumentSignature *signature;

  while ((signature = find_due (work)) != NULL)
    {
      g_autofree char *id = g_strdup (signet_document_signature_get_id (signature));
      g_autoptr (GPtrArray) before = g_ptr_array_ref (work->signatures);

      if (!add_stamp (work, id, TRUE, error) || !read_anew (work, error))
        return FALSE;
      note_archived (work, before);
      if (!g_hash_table_contains (work->archived, id))
        return fail_to_progress (error);
    }
  return prove_last_stamp (work, error);
}

/* --- together ------------------------------------------------------------------------------------------------------------------------- */

static void
find_renewal (Work *work)
{
  work->outcome->renewal = SIGNET_TIME_UNKNOWN;
  for (guint i = 0; i < work->signatures->len; i++)
    {
      SignetDocumentSignature *signature = g_ptr_array_index (work->signatures, i);
      GBytes *token = takes_part (signature) && level_of (signature) == SIGNET_LEVEL_LTA
                        ? _signet_extension_find_archive_stamp (signature, work->signatures) : NULL;
      gint64 renewal = token != NULL ? _signet_extension_renewal_of (token, work->wish->now) : SIGNET_TIME_UNKNOWN;

      if (renewal != SIGNET_TIME_UNKNOWN && (work->outcome->renewal == SIGNET_TIME_UNKNOWN || renewal < work->outcome->renewal))
        work->outcome->renewal = renewal;
    }
}

static gboolean
wants_evidence (Work *work)
{
  return work->wish->level >= SIGNET_LEVEL_LT
         && (lowest (work->signatures) < SIGNET_LEVEL_LT || (work->wish->level == SIGNET_LEVEL_LTA && find_due (work) != NULL));
}

/* Runs beside the time-stamp: what will be asked after it is asked already. */
static gpointer
ask_ahead (gpointer data)
{
  const Work *work = data;

  _signet_extension_ask_ahead (work->wish, work->signatures, NULL, NULL);
  return NULL;
}

static gboolean
stamp_and_ask (Work *work, GError **error)
{
  Work ahead = { .wish = work->wish, .signatures = work->signatures };
  gboolean both = work->wish->level >= SIGNET_LEVEL_LT && find_without_stamp (work) != NULL;
  g_autoptr (GPtrArray) keep = g_ptr_array_ref (work->signatures);
  GThread *thread = both ? g_thread_try_new ("signet-ahead", ask_ahead, &ahead, NULL) : NULL;
  gboolean done = reach_t (work, error);

  if (thread != NULL)
    g_thread_join (thread);
  return done;
}

static gboolean
extend (Work *work, GError **error)
{
  gboolean complete = TRUE;

  if (work->wish->level >= SIGNET_LEVEL_T && !stamp_and_ask (work, error))
    return FALSE;
  if (wants_evidence (work) && !reach_lt (work, &complete, error))
    return FALSE;
  if (work->wish->level == SIGNET_LEVEL_LTA && complete && !reach_lta (work, error))
    return FALSE;
  work->outcome->level = lowest (work->signatures);
  find_renewal (work);
  return TRUE;
}

gboolean
_signet_extension_apply (const SignetExtensionWish *wish, int fd, SignetExtensionOutcome *outcome, GError **error)
{
  g_autoptr (SignetDocumentExtension) file = signet_document_extension_new (fd, wish->detached, wish->origin, error);
  g_autoptr (GHashTable) archived = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  Work work = { .wish = wish, .file = file, .outcome = outcome, .archived = archived };
  gboolean done;

  outcome->problems = g_ptr_array_new_with_free_func ((GDestroyNotify) signet_extension_problem_free);
  outcome->renewal = SIGNET_TIME_UNKNOWN;
  done = file != NULL && read_anew (&work, error) && check_sound (&work, error) && extend (&work, error);
  g_clear_pointer (&work.signatures, g_ptr_array_unref);
  return done;
}
