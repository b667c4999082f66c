/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "signet-evidence.h"

void
signet_timestamp_free (SignetTimestamp *timestamp)
{
  if (timestamp == NULL)
    return;
  g_clear_object (&timestamp->tsa);
  g_clear_pointer (&timestamp->certificates, g_ptr_array_unref);
  g_free (timestamp);
}

GBytes *
signet_evidence_fetch_timestamp (SignetHttp *http, const char *url, SignetDigest digest, GBytes *data,
                                 GCancellable *cancellable, GError **error)
{
  g_set_error_literal (error, SIGNET_EVIDENCE_ERROR, SIGNET_EVIDENCE_ERROR_UNREACHABLE, "not yet");
  return NULL;
}

SignetTimestamp *
signet_evidence_parse_timestamp (GBytes *token, GBytes *data, GError **error)
{
  g_set_error_literal (error, SIGNET_EVIDENCE_ERROR, SIGNET_EVIDENCE_ERROR_INVALID, "not yet");
  return NULL;
}
