/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-signing-run.c: the act: prepare, sign, complete, check what was written, give it its name, record it. Until the last line but one nothing is
 * under the final name; a killed process leaves the document as it was. One thread; blocks on disk, token and network.
 */
#define G_LOG_DOMAIN "signet-signing-run"

#include "config.h"

#include "../base/signet-base-error.h"
#include "../base/signet-stop.h"
#include "../base/signet-text.h"
#include "signet-extension-private.h"
#include "signet-signing-private.h"

#define MAX_RENAMES 100

/* One act in progress; everything in it is dropped with it. */
struct _SignetSigningAct {
  SignetSigning           *signing;
  SignetSigner            *signer;
  SignetInteraction       *interaction; /* (nullable) */
  GCancellable            *cancellable; /* (nullable) */
  SignetOutputFile        *output;
  GPtrArray               *chain;       /* (element-type SignetCertificate): to be carried */
  SignetCreationParameters with;
  SignetSignatureCreation *creation;
  char                    *sha256;      /* of the file written */
};

SignetSigningAct *
_signet_signing_act_new (SignetSigning *signing, SignetSigner *signer, SignetInteraction *interaction, GCancellable *cancellable)
{
  SignetSigningAct *act = g_new0 (SignetSigningAct, 1);

  act->signing = signing;
  act->signer = signer;
  act->interaction = interaction;
  act->cancellable = cancellable;
  return act;
}

void
_signet_signing_act_free (SignetSigningAct *act)
{
  g_clear_object (&act->output);
  g_clear_pointer (&act->chain, g_ptr_array_unref);
  g_clear_object (&act->creation);
  g_free (act->sha256);
  g_free (act);
}

/* Between two steps: tells the person where we are, and stops when they no longer want it. */
static gboolean
enter (SignetSigningAct *act, const char *step, GError **error)
{
  signet_interaction_progress (act->interaction, step, -1);
  return !g_cancellable_set_error_if_cancelled (act->cancellable, error);
}

/* --- before the signature -------------------------------------------------------------------------------------------------- */

/* What stands between the signer and the last certificate; validators have that one themselves or do not trust it. */
static GPtrArray *
collect_chain (SignetSigningAct *act, GError **error)
{
  const SignetCertificatePath *path = _signet_signing_get_path (act->signing, act->cancellable, error);
  GPtrArray *chain;

  if (path == NULL)
    return NULL;
  chain = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 1; path->certificates != NULL && i < path->certificates->len; i++)
    {
      SignetCertificate *certificate = g_ptr_array_index (path->certificates, i);

      if (!signet_certificate_is_self_issued (certificate))
        g_ptr_array_add (chain, g_object_ref (certificate));
    }
  return chain;
}

static gboolean
refuse (GError **error, const char *why)
{
  g_set_error_literal (error, SIGNET_SIGNING_ERROR, SIGNET_SIGNING_ERROR_UNSUPPORTED, why);
  return FALSE;
}

/* What was asked for, else what key and certificate say; a token that cannot do PKCS#1 may do PSS, and the other way round. */
static gboolean
choose_algorithm (SignetSigningAct *act, GError **error)
{
  EVP_PKEY *key = signet_certificate_get_key (act->signing->certificate);
  SignetSignatureAlgorithm chosen = signet_signer_choose_algorithm (act->signer, key);

  if (act->signing->scheme != SIGNET_SIGNATURE_UNKNOWN)
    {
      chosen = signet_signature_algorithm_default (key);
      chosen.scheme = act->signing->scheme;
    }
  if (chosen.scheme == SIGNET_SIGNATURE_UNKNOWN || !signet_signer_can_sign (act->signer, chosen))
    return refuse (error, "the key cannot make a signature of this kind");
  act->with.algorithm = chosen;
  return TRUE;
}

/* The token might have been changed for another since the certificate was chosen. */
static gboolean
check_key_fits (SignetSigningAct *act, GError **error)
{
  g_autoptr (GBytes) spki = signet_signer_dup_public_key (act->signer);
  g_autofree char *sha256 = spki != NULL ? g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, spki) : NULL;

  if (g_strcmp0 (sha256, signet_certificate_get_key_sha256 (act->signing->certificate)) == 0)
    return TRUE;
  g_set_error_literal (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_NOT_FOUND, "the key is not that of the chosen certificate");
  return FALSE;
}

static gboolean
open_output (SignetSigningAct *act, GError **error)
{
  g_autofree char *path = signet_signing_dup_output (act->signing);

  if (_signet_signing_is_the_document (act->signing, path))
    {
      g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_EXISTS, "the output is the document itself, which is never written to");
      return FALSE;
    }
  if (!_signet_signing_check_place (act->signing, path, error))
    return FALSE;
  act->output = signet_output_file_open (path, act->signing->overwrite, error);
  return act->output != NULL;
}

static gboolean
begin (SignetSigningAct *act, GError **error)
{
  SignetSigning *self = act->signing;

  if (!enter (act, "reading", error) || !_signet_signing_check_unchanged (self, error)
      || !_signet_signing_check_stops (self, act->cancellable, error) || !check_key_fits (act, error) || !choose_algorithm (act, error))
    return FALSE;
  act->chain = collect_chain (act, error);
  if (act->chain == NULL || !open_output (act, error))
    return FALSE;
  signet_stop_here ("opened");
  return TRUE;
}

/* --- what must be signed ---------------------------------------------------------------------------------------------------- */

static gboolean
hash (SignetSigningAct *act, GError **error)
{
  SignetSigning *self = act->signing;

  if (!enter (act, "hashing", error))
    return FALSE;
  act->creation = _signet_signing_get_format (self)->create (self, error);
  if (act->creation == NULL)
    return FALSE;
  act->with.certificate = self->certificate;
  act->with.chain = act->chain;
  act->with.time = _signet_signing_now (self);
  act->with.with_timestamp = _signet_signing_wants_timestamp (self);
  if (!signet_signature_creation_prepare (act->creation, &act->with, signet_output_file_get_fd (act->output), act->cancellable, error))
    return FALSE;
  signet_stop_here ("prepared");
  return TRUE;
}

gboolean
_signet_signing_act_prepare (SignetSigningAct *act, GError **error)
{
  return begin (act, error) && hash (act, error);
}

/* --- the signature and what goes with it -------------------------------------------------------------------------------------- */

gboolean
_signet_signing_act_sign (SignetSigningAct *act, GError **error)
{
  g_autoptr (GBytes) signature = NULL;

  if (!enter (act, "signing", error))
    return FALSE;
  signature = signet_signer_sign (act->signer, act->with.algorithm, signet_signature_creation_get_to_be_signed (act->creation),
                                  act->cancellable, error);
  if (signature == NULL || !signet_signature_creation_set_signature (act->creation, signature, error))
    return FALSE;
  signet_stop_here ("signed");
  return TRUE;
}

static gboolean
add_timestamp (SignetSigningAct *act, GError **error)
{
  if (!_signet_signing_wants_timestamp (act->signing))
    return TRUE;
  if (!enter (act, "time-stamp", error) || !_signet_signing_add_timestamp (act->signing, act->creation, act->cancellable, error))
    return FALSE;
  signet_stop_here ("time-stamped");
  return TRUE;
}

static gboolean
write_signature (SignetSigningAct *act, GError **error)
{
  if (!enter (act, "writing", error)
      || !signet_signature_creation_complete (act->creation, signet_output_file_get_fd (act->output), act->cancellable, error))
    return FALSE;
  signet_stop_here ("completed");
  return TRUE;
}

/* --- after ---------------------------------------------------------------------------------------------------------------------- */

static gboolean
check (SignetSigningAct *act, GError **error)
{
  /* before the check so that a change has its own name, after it so that none is missed */
  if (!enter (act, "verifying", error) || !_signet_signing_check_unchanged (act->signing, error)
      || !_signet_signing_check_output (act->signing, act->output, act->creation, &act->sha256, act->cancellable, error)
      || !_signet_signing_check_unchanged (act->signing, error)
      || (act->signing->content != NULL && !signet_document_file_check_unchanged (act->signing->content, error)))
    return FALSE;
  signet_stop_here ("verified");
  return !g_cancellable_set_error_if_cancelled (act->cancellable, error);
}

/* For levels above T what is wanted after the time-stamp is asked for beside it. */
static gboolean
add_proof (SignetSigningAct *act, GError **error)
{
  SignetSigningAhead *ahead = _signet_signing_ask_ahead (act->signing, act->chain, act->cancellable);
  gboolean done = add_timestamp (act, error) && write_signature (act, error);

  _signet_signing_end_ahead (ahead);
  return done && _signet_signing_extend (act->signing, act->output, act->interaction, act->cancellable, error);
}

gboolean
_signet_signing_act_complete (SignetSigningAct *act, GError **error)
{
  return add_proof (act, error) && check (act, error);
}

/* A name that we chose ourselves, and that another document of the same batch has taken meanwhile: then it is the next one. */
static gboolean
choose_again (SignetSigningAct *act, GError **error)
{
  g_autofree char *path = NULL;

  if (act->signing->output != NULL || !g_error_matches (*error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_EXISTS))
    return FALSE;
  path = signet_signing_dup_output (act->signing);
  g_clear_error (error);
  signet_output_file_rename (act->output, path);
  return TRUE;
}

/* What waits for a time-stamp is on the shelf before it has its name: a kill in between leaves no file that nobody waits for. */
static gboolean
give_name (SignetSigningAct *act, GError **error)
{
  const char *id = signet_signature_creation_get_id (act->creation);
  const char *path = signet_output_file_get_target (act->output);
  gboolean named = FALSE;

  if (!_signet_signing_announce (act->signing, path, act->sha256, id, error))
    return FALSE;
  named = signet_output_file_publish (act->output, error);
  _signet_signing_settle (act->signing, path, act->sha256, id, named);
  return named;
}

gboolean
_signet_signing_act_publish (SignetSigningAct *act, gboolean renames, GError **error)
{
  g_autoptr (GError) local_error = NULL;

  for (guint i = 0; !give_name (act, &local_error); i++)
    if (!renames || i == MAX_RENAMES || !choose_again (act, &local_error))
      {
        g_propagate_error (error, g_steal_pointer (&local_error));
        return FALSE;
      }
  g_free (act->signing->result);
  act->signing->result = g_strdup (signet_output_file_get_target (act->output));
  return TRUE;
}

SignetOutputFile *
_signet_signing_act_get_output (SignetSigningAct *act)
{
  return act->output;
}

/* What was known about revocation at that time, and where from; "" when nothing was. */
static char *
describe_revocation (SignetSigning *self)
{
  const SignetSigningAnswer *answer = _signet_signing_read_revocation (self);
  const SignetRevocationStatus *status = answer != NULL ? answer->status : NULL;
  static const char *const origins[] = { "server", "cache", "by-hand", "embedded" };
  g_autofree char *as_of = NULL;

  if (status == NULL)
    return g_strdup ("");
  as_of = signet_time_format_iso8601 (status->this_update);
  return g_strdup_printf (",\"revocation\":{\"status\":\"%s\",\"source\":\"%s\",\"origin\":\"%s\",\"as_of\":\"%s\"}",
                          status->status == SIGNET_REVOCATION_GOOD ? "good" : status->status == SIGNET_REVOCATION_REVOKED ? "revoked" : "unknown",
                          status->kind == SIGNET_EVIDENCE_CRL ? "crl" : "ocsp", origins[MIN ((guint) status->origin, 3)], as_of);
}

/* Who gave the time-stamp, or that it is still to come */
static char *
describe_timestamp (SignetSigning *self)
{
  g_autofree char *server = self->served != NULL ? g_uri_escape_string (self->served, ":/?&=%#[]@!$()*+,;~", TRUE) : NULL;

  if (server != NULL)
    return g_strdup_printf (",\"timestamp_server\":\"%s\"", server);
  return g_strdup (self->postponed ? ",\"timestamp\":\"later\"" : "");
}

SignetJournalEntry *
_signet_signing_act_describe (SignetSigningAct *act)
{
  SignetSigning *self = act->signing;
  SignetJournalEntry *entry = g_new0 (SignetJournalEntry, 1);
  g_autofree char *revocation = describe_revocation (self);
  g_autofree char *server = describe_timestamp (self);
  g_autofree char *subject = g_filename_display_basename (signet_document_file_get_path (self->file));

  entry->act = g_strdup ("signed");
  entry->subject = signet_text_sanitize (subject, -1, 0);
  entry->path = g_filename_display_name (self->result);
  entry->sha256 = g_strdup (act->sha256);
  entry->certificate = g_strdup (signet_certificate_get_sha256 (self->certificate));
  entry->detail = g_strdup_printf ("{\"format\":\"%s\",\"level\":\"%s\"%s%s}", signet_signing_get_format (self),
                                   signet_level_get_name (self->postponed ? SIGNET_LEVEL_B : signet_level_parse (self->level)), server, revocation);
  return entry;
}

/* The signed files are there by now: a journal that cannot be written is told of, but does not take them away. */
void
_signet_signing_record (SignetJournal *journal, GPtrArray *entries)
{
  g_autoptr (GError) error = NULL;

  if (journal != NULL && !signet_journal_append_all (journal, entries, &error))
    g_message ("the act is not in the journal: %s", error->message);
  signet_stop_here ("journalled");
}

/* Each folder is synced once for neighbours in it. */
static gpointer
sync_folders (gpointer data)
{
  GPtrArray *outputs = data;

  for (guint i = 0; i < outputs->len; i++)
    if (i + 1 == outputs->len || !signet_output_file_is_beside (outputs->pdata[i], outputs->pdata[i + 1]))
      signet_output_file_sync_folder (outputs->pdata[i]);
  return NULL;
}

/* Both waits for the disk at once. A journal that is there sooner than the name, when the power goes in between, tells what is true: it was signed. */
void
_signet_signing_keep (GPtrArray *outputs, SignetJournal *journal, GPtrArray *entries)
{
  GThread *beside = outputs->len > 0 && journal != NULL ? g_thread_try_new ("signet-sync", sync_folders, outputs, NULL) : NULL;

  if (beside == NULL)
    sync_folders (outputs);
  if (entries->len > 0)
    _signet_signing_record (journal, entries);
  if (beside != NULL)
    g_thread_join (beside);
}

static gboolean
finish (SignetSigningAct *act, GError **error)
{
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func ((GDestroyNotify) signet_journal_entry_free);
  g_autoptr (GPtrArray) outputs = g_ptr_array_new ();

  if (!_signet_signing_act_publish (act, FALSE, error))
    return FALSE;
  g_ptr_array_add (outputs, act->output);
  g_ptr_array_add (entries, _signet_signing_act_describe (act));
  _signet_signing_keep (outputs, act->signing->journal, entries);
  signet_interaction_progress (act->interaction, "done", 1);
  return TRUE;
}

/* Alone, what was copied goes to the disk while the token signs, and the rest while it is read back: what is left to wait for is the name. */
static gboolean
make (SignetSigningAct *act, GError **error)
{
  if (!_signet_signing_act_prepare (act, error))
    return FALSE;
  signet_output_file_begin_sync (act->output, FALSE);
  if (!_signet_signing_act_sign (act, error) || !add_proof (act, error))
    return FALSE;
  signet_output_file_begin_sync (act->output, TRUE);
  return check (act, error);
}

/**
 * signet_signing_run:
 * @signer: the key of the chosen certificate, ready to sign
 * @interaction: (nullable): told of progress
 *
 * Returns: whether the signed file is under its name, checked and on the disk. If not, nothing was written there.
 */
gboolean
signet_signing_run (SignetSigning *self, SignetSigner *signer, SignetInteraction *interaction, GCancellable *cancellable, GError **error)
{
  g_autoptr (SignetSigningAct) act = NULL;

  g_return_val_if_fail (SIGNET_IS_SIGNING (self) && SIGNET_IS_SIGNER (signer), FALSE);

  act = _signet_signing_act_new (self, signer, interaction, cancellable);
  _signet_signing_name_document (self, signer, 0, 0);
  return make (act, error) && finish (act, error);
}
