/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-broker-file.c: file.read: a piece of a file the person attached. A plugin names it by the field of its form and never sees where it
 * was. Whole files go out by http.request with body_file, without passing the plugin. Runs on the thread of the call.
 */
#define G_LOG_DOMAIN "signet-broker-file"

#include "config.h"

#include "signet-broker-private.h"

#define MAX_PIECE (512 * 1024)   /* fits a line in base64 */

JsonObject *
_signet_broker_serve_file (SignetEnrolmentRun *run, JsonObject *params, GError **error)
{
  const char *field = _signet_broker_get_text (params, "file");
  gint64 offset = _signet_broker_get_int (params, "offset");
  g_autoptr (GBytes) content = NULL;
  g_autoptr (GBytes) piece = NULL;
  JsonObject *result = NULL;

  if (run->request == NULL || field == NULL)
    {
      _signet_broker_misuse (error, "no file is named");
      return NULL;
    }
  content = _signet_request_file_content (run->enrolment->store, run->request, field, error);
  if (content == NULL)
    return NULL;
  if (offset < 0 || (gsize) offset > g_bytes_get_size (content))
    {
      _signet_broker_misuse (error, "an offset behind the end of the file");
      return NULL;
    }
  piece = g_bytes_new_from_bytes (content, (gsize) offset, MIN (MAX_PIECE, g_bytes_get_size (content) - (gsize) offset));
  result = json_object_new ();
  _signet_broker_take_base64 (result, "content", piece);
  json_object_set_int_member (result, "size", (gint64) g_bytes_get_size (content));
  return result;
}
