/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-sign-result.c: what `signet sign` tells of its files in the end: the JSON document and the status. Main thread. */
#define G_LOG_DOMAIN "signet-sign-result"

#include "config.h"

#include "signet-sign-job.h"

#include "../core/base/signet-text.h"

static void
signet_sign_set_path (JsonObject *object,
                      const char *name,
                      const char *path)
{
  g_autofree char *safe = NULL;

  if (path == NULL)
    {
      json_object_set_null_member (object, name);
      return;
    }
  safe = g_utf8_validate (path, -1, NULL) ? g_strdup (path) : signet_text_sanitize (path, -1, 0);
  json_object_set_string_member (object, name, safe);
}

static JsonArray *
signet_sign_checks_to_json (GPtrArray *checks)
{
  static const char *const states[] = { "ok", "warning", "stop", "unknown" };
  JsonArray *array = json_array_new ();

  for (guint i = 0; checks != NULL && i < checks->len; i++)
    {
      const SignetSigningCheck *check = g_ptr_array_index (checks, i);
      JsonObject *object = json_object_new ();
      g_autofree char *text = signet_words_check (check);

      json_object_set_string_member (object, "code", check->code);
      json_object_set_string_member (object, "state", states[check->state]);
      json_object_set_string_member (object, "text", text);
      json_array_add_object_element (array, object);
    }
  return array;
}

static JsonArray *
signet_sign_documents_to_json (char **paths)
{
  JsonArray *array = json_array_new ();

  for (; *paths != NULL; paths++)
    {
      g_autofree char *safe = g_utf8_validate (*paths, -1, NULL) ? g_strdup (*paths) : signet_text_sanitize (*paths, -1, 0);

      json_array_add_string_element (array, safe);
    }
  return array;
}

JsonObject *
signet_sign_job_to_json (SignetSignJob *job)
{
  JsonObject *object = json_object_new ();

  signet_sign_set_path (object, "file", job->path);
  if (job->documents != NULL)
    json_object_set_array_member (object, "documents", signet_sign_documents_to_json (job->documents));
  signet_sign_set_path (object, "output", job->done ? signet_signing_get_result_path (job->signing) : job->before);
  json_object_set_boolean_member (object, "signed", job->done || job->before != NULL);
  json_object_set_boolean_member (object, "signed_before", job->before != NULL);
  signet_sign_set_path (object, "timestamp_server", job->done ? signet_signing_get_timestamp_server (job->signing) : NULL);
  json_object_set_boolean_member (object, "timestamp_later", job->done && signet_signing_is_postponed (job->signing));
  json_object_set_int_member (object, "status", job->status);
  json_object_set_array_member (object, "checks", signet_sign_checks_to_json (job->checks));
  if (job->error != NULL)
    json_object_set_object_member (object, "error", signet_words_error_to_json (job->error));
  else
    json_object_set_null_member (object, "error");
  return object;
}

int
signet_sign_finish (SignetInvocation *invocation,
                    GPtrArray        *jobs)
{
  JsonArray *files = json_array_new ();
  JsonObject *document;
  int status = SIGNET_STATUS_DONE;

  for (guint i = 0; i < jobs->len; i++)
    {
      SignetSignJob *job = g_ptr_array_index (jobs, i);

      status = signet_invocation_worse_status (status, job->status);
      if (invocation->json)
        json_array_add_object_element (files, signet_sign_job_to_json (job));
    }
  document = signet_invocation_new_document ();
  json_object_set_array_member (document, "files", files);
  if (invocation->json)
    signet_invocation_print_document (document);
  else
    json_object_unref (document);
  return status;
}
