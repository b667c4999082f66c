/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-sign-work.c: GTasks around the core's blocking calls; no widget is touched here. */
#define G_LOG_DOMAIN "signet-sign-work"

#include "config.h"

#include "signet-sign-work.h"

#include "../../core/document/signet-document-content.h"
#include "../../core/document/signet-document-password.h"

void
signet_open_document_free (SignetOpenDocument *document)
{
  g_clear_object (&document->pdf);
  g_clear_object (&document->file);
  g_clear_object (&document->content);
  g_clear_pointer (&document->signatures, g_ptr_array_unref);
  g_free (document);
}

/* What is to be opened. */
typedef struct {
  char              *path;
  SignetInteraction *interaction; /* (owned) (nullable) */
} Opening;

static void
opening_free (Opening *opening)
{
  g_clear_object (&opening->interaction);
  g_free (opening->path);
  g_free (opening);
}

static Opening *
opening_new (const char        *path,
             SignetInteraction *interaction)
{
  Opening *opening = g_new0 (Opening, 1);

  opening->path = g_strdup (path);
  g_set_object (&opening->interaction, interaction);
  return opening;
}

static SignetDocumentPdf *
open_pdf (SignetDocumentFile *file,
          SignetInteraction  *interaction,
          GCancellable       *cancellable,
          GError            **error)
{
  for (;;)
    {
      g_autoptr(GError) local_error = NULL;
      SignetDocumentPdf *pdf = signet_document_pdf_open (file, NULL, &local_error);

      if (pdf != NULL)
        return pdf;
      if (interaction == NULL || !signet_document_password_is_missing (local_error))
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return NULL;
        }
      if (!signet_document_password_ask (file, local_error, interaction, cancellable, error))
        return NULL;
    }
}

SignetDocumentFile *
signet_sign_open_content (SignetDocumentFile *file)
{
  g_autofree char *path = NULL;
  g_autoptr(GError) error = NULL;
  SignetDocumentFile *content;

  if (signet_document_file_get_format (file) != SIGNET_FORMAT_CMS)
    return NULL;
  path = signet_document_guess_content (file);
  content = path != NULL ? signet_document_file_open (path, &error) : NULL;
  if (error != NULL)
    g_info ("what it is about cannot be read: %s", error->message);
  return content;
}

/* Who signed it is told from the file alone; whether that holds the checks find out. */
static void
read_signature_file (SignetOpenDocument *document,
                     GCancellable       *cancellable)
{
  g_autoptr(GError) error = NULL;

  document->encloses = signet_document_has_content (document->file);
  document->content = signet_sign_open_content (document->file);
  document->signatures = signet_document_find_signatures (document->file, NULL, cancellable, &error);
  if (error != NULL)
    g_info ("its signatures cannot be listed: %s", error->message);
}

static SignetOpenDocument *
open_document (const Opening *opening,
               GCancellable  *cancellable,
               GError       **error)
{
  g_autoptr(SignetOpenDocument) document = g_new0 (SignetOpenDocument, 1);

  document->file = signet_document_file_open (opening->path, error);
  if (document->file == NULL)
    return NULL;
  if (signet_document_file_get_format (document->file) == SIGNET_FORMAT_CMS)
    read_signature_file (document, cancellable);
  if (signet_document_file_get_format (document->file) != SIGNET_FORMAT_PDF)
    return g_steal_pointer (&document);
  document->pdf = open_pdf (document->file, opening->interaction, cancellable, error);
  return document->pdf != NULL ? g_steal_pointer (&document) : NULL;
}

static void
open_in_thread (GTask        *task,
                gpointer      source,
                gpointer      data,
                GCancellable *cancellable)
{
  g_autoptr(GError) error = NULL;
  SignetOpenDocument *document = open_document (data, cancellable, &error);

  if (document != NULL)
    g_task_return_pointer (task, document, (GDestroyNotify) signet_open_document_free);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

void
signet_sign_open_async (const char          *path,
                        SignetInteraction   *interaction,
                        GCancellable        *cancellable,
                        GAsyncReadyCallback  callback,
                        gpointer             data)
{
  g_autoptr(GTask) task = g_task_new (NULL, cancellable, callback, data);

  g_task_set_task_data (task, opening_new (path, interaction), (GDestroyNotify) opening_free);
  g_task_run_in_thread (task, open_in_thread);
}

SignetOpenDocument *
signet_sign_open_finish (GAsyncResult  *result,
                         GError       **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
unlock_in_thread (GTask        *task,
                  gpointer      source,
                  gpointer      data,
                  GCancellable *cancellable)
{
  Opening *opening = data;
  g_autoptr(GError) error = NULL;
  g_autoptr(SignetDocumentFile) file = signet_document_file_open (opening->path, &error);
  g_autoptr(SignetDocumentPdf) pdf = file != NULL ? open_pdf (file, opening->interaction, cancellable, &error) : NULL;

  if (pdf != NULL)
    g_task_return_pointer (task, g_steal_pointer (&file), g_object_unref);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

void
signet_sign_unlock_async (const char          *path,
                          SignetInteraction   *interaction,
                          GCancellable        *cancellable,
                          GAsyncReadyCallback  callback,
                          gpointer             data)
{
  g_autoptr(GTask) task = g_task_new (NULL, cancellable, callback, data);

  g_task_set_task_data (task, opening_new (path, interaction), (GDestroyNotify) opening_free);
  g_task_run_in_thread (task, unlock_in_thread);
}

SignetDocumentFile *
signet_sign_unlock_finish (GAsyncResult  *result,
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
