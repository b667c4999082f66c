/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-enrol-work.c: GTasks around the enrolment room; no widget is touched here. */
#define G_LOG_DOMAIN "signet-enrol-work"

#include "config.h"

#include "signet-enrol-work.h"

void
signet_enrol_answers_free (SignetEnrolAnswers *answers)
{
  g_clear_object (&answers->authority);
  g_clear_object (&answers->token);
  g_clear_object (&answers->key);
  g_clear_pointer (&answers->fields, g_hash_table_unref);
  g_clear_pointer (&answers->secrets, g_hash_table_unref);
  g_clear_pointer (&answers->files, g_hash_table_unref);
  g_free (answers->key_spec);
  g_free (answers->place);
  g_free (answers);
}

static void
return_object (GTask    *task,
               gpointer  object,
               GError   *error)
{
  if (object != NULL)
    g_task_return_pointer (task, object, g_object_unref);
  else
    g_task_return_error (task, error);
}

static void
return_boolean (GTask    *task,
                gboolean  ok,
                GError   *error)
{
  if (ok)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/* --- news about the terms ------------------------------------------------------------------------------------------- */

#define PATIENCE 10 /* seconds for a practice statement: who reads the other terms hardly waits */

void
signet_enrol_news_free (SignetEnrolNews *news)
{
  g_free (news->document);
  g_clear_error (&news->problem);
  g_strfreev (news->changed);
  g_free (news);
}

static void
news_in_thread (GTask        *task,
                gpointer      source,
                gpointer      data,
                GCancellable *cancellable)
{
  SignetEnrolNews *news = g_new0 (SignetEnrolNews, 1);

  /* a plugin that nobody has allowed yet is not asked here: what is filed stands */
  signet_enrolment_ask_terms (source, data, NULL, cancellable, NULL);
  signet_enrolment_fetch_cps (source, data, PATIENCE, &news->document, cancellable, &news->problem);
  news->changed = signet_enrolment_dup_changed_terms (source, data, &news->agreed);
  g_task_return_pointer (task, news, (GDestroyNotify) signet_enrol_news_free);
}

void
signet_enrol_news_async (SignetEnrolment     *enrolment,
                         SignetAuthority     *authority,
                         GCancellable        *cancellable,
                         GAsyncReadyCallback  callback,
                         gpointer             data)
{
  g_autoptr(GTask) task = g_task_new (enrolment, cancellable, callback, data);

  g_task_set_task_data (task, g_object_ref (authority), g_object_unref);
  g_task_run_in_thread (task, news_in_thread);
}

SignetEnrolNews *
signet_enrol_news_finish (SignetEnrolment *enrolment,
                          GAsyncResult    *result)
{
  return g_task_propagate_pointer (G_TASK (result), NULL);
}

/* --- form ------------------------------------------------------------------------------------------------------------ */

typedef struct {
  SignetAuthority   *authority;   /* (owned) */
  SignetInteraction *interaction; /* (owned) */
} FormQuestion;

static void
form_question_free (gpointer data)
{
  FormQuestion *question = data;

  g_object_unref (question->authority);
  g_object_unref (question->interaction);
  g_free (question);
}

static void
form_in_thread (GTask        *task,
                gpointer      source,
                gpointer      data,
                GCancellable *cancellable)
{
  FormQuestion *question = data;
  GError *error = NULL;
  SignetForm *form = NULL;

  if (signet_enrolment_admit_plugin (source, question->authority, question->interaction, cancellable, &error))
    form = signet_enrolment_get_form (source, question->authority, cancellable, &error);
  return_object (task, form, error);
}

void
signet_enrol_form_async (SignetEnrolment     *enrolment,
                         SignetAuthority     *authority,
                         SignetInteraction   *interaction,
                         GCancellable        *cancellable,
                         GAsyncReadyCallback  callback,
                         gpointer             data)
{
  g_autoptr(GTask) task = g_task_new (enrolment, cancellable, callback, data);
  FormQuestion *question = g_new0 (FormQuestion, 1);

  question->authority = g_object_ref (authority);
  question->interaction = g_object_ref (interaction);
  g_task_set_task_data (task, question, form_question_free);
  g_task_run_in_thread (task, form_in_thread);
}

SignetForm *
signet_enrol_form_finish (SignetEnrolment  *enrolment,
                          GAsyncResult     *result,
                          GError          **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- draft ----------------------------------------------------------------------------------------------------------- */

/* what is attached stands among the fields too, by its path: that is nobody's business but ours */
static void
take_paths_out (SignetEnrolAnswers *answers)
{
  GHashTableIter iter;
  gpointer field;

  g_hash_table_iter_init (&iter, answers->files);
  while (g_hash_table_iter_next (&iter, &field, NULL))
    g_hash_table_remove (answers->fields, field);
}

static gboolean
attach_files (SignetEnrolment     *enrolment,
              SignetRequest       *request,
              SignetEnrolAnswers  *answers,
              GError             **error)
{
  GHashTableIter iter;
  gpointer field, path;

  g_hash_table_iter_init (&iter, answers->files);
  while (g_hash_table_iter_next (&iter, &field, &path))
    if (!signet_enrolment_attach (enrolment, request, field, path, error))
      return FALSE;
  return TRUE;
}

static SignetRequest *
draft (SignetEnrolment     *enrolment,
       SignetEnrolAnswers  *answers,
       GError             **error)
{
  if (answers->key != NULL)
    return signet_enrolment_draft_for_key (enrolment, answers->authority, answers->key, answers->fields, answers->secrets, error);
  return signet_enrolment_draft (enrolment, answers->authority, answers->token, answers->key_spec, answers->fields, answers->secrets, error);
}

static void
draft_in_thread (GTask        *task,
                 gpointer      source,
                 gpointer      data,
                 GCancellable *cancellable)
{
  SignetEnrolAnswers *answers = data;
  GError *error = NULL;
  g_autoptr(SignetRequest) request = NULL;

  take_paths_out (answers);
  request = draft (source, answers, &error);
  if (request != NULL && ((answers->place != NULL && !signet_enrolment_choose_place (source, request, answers->place, &error)) ||
                          !attach_files (source, request, answers, &error) || !signet_enrolment_agree (source, request, &error)))
    g_clear_object (&request);
  return_object (task, g_steal_pointer (&request), error);
}

void
signet_enrol_draft_async (SignetEnrolment     *enrolment,
                          SignetEnrolAnswers  *answers,
                          GAsyncReadyCallback  callback,
                          gpointer             data)
{
  g_autoptr(GTask) task = g_task_new (enrolment, NULL, callback, data);

  g_task_set_task_data (task, answers, (GDestroyNotify) signet_enrol_answers_free);
  g_task_run_in_thread (task, draft_in_thread);
}

SignetRequest *
signet_enrol_draft_finish (SignetEnrolment  *enrolment,
                           GAsyncResult     *result,
                           GError          **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- an answer that came by hand ------------------------------------------------------------------------------------- */

static void
answer_in_thread (GTask        *task,
                  gpointer      source,
                  gpointer      data,
                  GCancellable *cancellable)
{
  GError *error = NULL;
  g_autofree char *name = g_file_get_basename (data);
  g_autofree char *content = NULL;
  g_autoptr(GBytes) bytes = NULL;
  gsize length = 0;

  if (g_file_load_contents (data, cancellable, &content, &length, NULL, &error))
    bytes = g_bytes_new (content, length);
  return_object (task, bytes != NULL ? signet_enrolment_answer (source, bytes, name, &error) : NULL, error);
}

void
signet_enrol_answer_async (SignetEnrolment     *enrolment,
                           GFile               *file,
                           GAsyncReadyCallback  callback,
                           gpointer             data)
{
  g_autoptr(GTask) task = g_task_new (enrolment, NULL, callback, data);

  g_task_set_task_data (task, g_object_ref (file), g_object_unref);
  g_task_run_in_thread (task, answer_in_thread);
}

SignetRequest *
signet_enrol_answer_finish (SignetEnrolment  *enrolment,
                            GAsyncResult     *result,
                            GError          **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- find ------------------------------------------------------------------------------------------------------------ */

static void
find_in_thread (GTask        *task,
                gpointer      source,
                gpointer      data,
                GCancellable *cancellable)
{
  GError *error = NULL;
  SignetRequest *request = signet_enrolment_find (source, *(gint64 *) data, &error);

  return_object (task, request, error);
}

void
signet_enrol_find_async (SignetEnrolment     *enrolment,
                         gint64               id,
                         GAsyncReadyCallback  callback,
                         gpointer             data)
{
  g_autoptr(GTask) task = g_task_new (enrolment, NULL, callback, data);

  g_task_set_task_data (task, g_memdup2 (&id, sizeof id), g_free);
  g_task_run_in_thread (task, find_in_thread);
}

SignetRequest *
signet_enrol_find_finish (SignetEnrolment  *enrolment,
                          GAsyncResult     *result,
                          GError          **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- run and cancel -------------------------------------------------------------------------------------------------- */

typedef struct {
  SignetRequest     *request;     /* (owned) */
  SignetInteraction *interaction; /* (owned) (nullable) */
} Run;

static void
run_free (Run *run)
{
  g_clear_object (&run->request);
  g_clear_object (&run->interaction);
  g_free (run);
}

static void
run_in_thread (GTask        *task,
               gpointer      source,
               gpointer      data,
               GCancellable *cancellable)
{
  Run *run = data;
  GError *error = NULL;
  gboolean ok = signet_enrolment_run (source, run->request, run->interaction, cancellable, &error);

  return_boolean (task, ok, error);
}

void
signet_enrol_run_async (SignetEnrolment     *enrolment,
                        SignetRequest       *request,
                        SignetInteraction   *interaction,
                        GCancellable        *cancellable,
                        GAsyncReadyCallback  callback,
                        gpointer             data)
{
  g_autoptr(GTask) task = g_task_new (enrolment, cancellable, callback, data);
  Run *run = g_new0 (Run, 1);

  run->request = g_object_ref (request);
  run->interaction = g_object_ref (interaction);
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, run, (GDestroyNotify) run_free);
  g_task_run_in_thread (task, run_in_thread);
}

gboolean
signet_enrol_run_finish (SignetEnrolment  *enrolment,
                         GAsyncResult     *result,
                         GError          **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
cancel_in_thread (GTask        *task,
                  gpointer      source,
                  gpointer      data,
                  GCancellable *cancellable)
{
  Run *run = data;
  GError *error = NULL;
  gboolean ok = signet_enrolment_withdraw (source, run->request, run->interaction, cancellable, &error);

  return_boolean (task, ok, error);
}

void
signet_enrol_cancel_async (SignetEnrolment     *enrolment,
                           SignetRequest       *request,
                           SignetInteraction   *interaction,
                           GAsyncReadyCallback  callback,
                           gpointer             data)
{
  g_autoptr(GTask) task = g_task_new (enrolment, NULL, callback, data);
  Run *run = g_new0 (Run, 1);

  run->request = g_object_ref (request);
  run->interaction = g_object_ref (interaction);
  g_task_set_task_data (task, run, (GDestroyNotify) run_free);
  g_task_run_in_thread (task, cancel_in_thread);
}

gboolean
signet_enrol_cancel_finish (SignetEnrolment  *enrolment,
                            GAsyncResult     *result,
                            GError          **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
