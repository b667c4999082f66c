/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-sign-work.c: GTasks around the core's blocking calls; no widget is touched here. */
#define G_LOG_DOMAIN "signet-sign-work"

#include "config.h"

#include "signet-sign-work.h"

void
signet_open_document_free (SignetOpenDocument *document)
{
  g_clear_object (&document->pdf);
  g_clear_object (&document->file);
  g_free (document);
}

static SignetOpenDocument *
open_document (const char  *path,
               GError     **error)
{
  g_autoptr(SignetOpenDocument) document = g_new0 (SignetOpenDocument, 1);

  document->file = signet_document_file_open (path, error);
  if (document->file == NULL)
    return NULL;
  if (signet_document_file_get_format (document->file) != SIGNET_FORMAT_PDF)
    return g_steal_pointer (&document);
  document->pdf = signet_document_pdf_open (document->file, NULL, error);
  return document->pdf != NULL ? g_steal_pointer (&document) : NULL;
}

static void
open_in_thread (GTask        *task,
                gpointer      source,
                gpointer      data,
                GCancellable *cancellable)
{
  g_autoptr(GError) error = NULL;
  SignetOpenDocument *document = open_document (data, &error);

  if (document != NULL)
    g_task_return_pointer (task, document, (GDestroyNotify) signet_open_document_free);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

void
signet_sign_open_async (const char          *path,
                        GCancellable        *cancellable,
                        GAsyncReadyCallback  callback,
                        gpointer             data)
{
  g_autoptr(GTask) task = g_task_new (NULL, cancellable, callback, data);

  g_task_set_task_data (task, g_strdup (path), g_free);
  g_task_run_in_thread (task, open_in_thread);
}

SignetOpenDocument *
signet_sign_open_finish (GAsyncResult  *result,
                         GError       **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
preflight_in_thread (GTask        *task,
                     gpointer      source,
                     gpointer      data,
                     GCancellable *cancellable)
{
  g_autoptr(GError) error = NULL;
  GPtrArray *checks = signet_signing_preflight (source, cancellable, &error);

  if (checks != NULL)
    g_task_return_pointer (task, checks, (GDestroyNotify) g_ptr_array_unref);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

void
signet_sign_preflight_async (SignetSigning       *signing,
                             GCancellable        *cancellable,
                             GAsyncReadyCallback  callback,
                             gpointer             data)
{
  g_autoptr(GTask) task = g_task_new (signing, cancellable, callback, data);

  g_task_run_in_thread (task, preflight_in_thread);
}

GPtrArray *
signet_sign_preflight_finish (SignetSigning  *signing,
                              GAsyncResult   *result,
                              GError        **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
run_in_thread (GTask        *task,
               gpointer      source,
               gpointer      data,
               GCancellable *cancellable)
{
  g_autoptr(GError) error = NULL;

  if (signet_signing_run_with_token (source, data, cancellable, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

void
signet_sign_run_async (SignetSigning       *signing,
                       SignetInteraction   *interaction,
                       GCancellable        *cancellable,
                       GAsyncReadyCallback  callback,
                       gpointer             data)
{
  g_autoptr(GTask) task = g_task_new (signing, cancellable, callback, data);

  /* what was written and renamed is there, even when Cancel came a moment later */
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, g_object_ref (interaction), g_object_unref);
  g_task_run_in_thread (task, run_in_thread);
}

gboolean
signet_sign_run_finish (SignetSigning  *signing,
                        GAsyncResult   *result,
                        GError        **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
