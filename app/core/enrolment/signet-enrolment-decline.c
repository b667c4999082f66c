/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-enrolment-decline.c: an authority that waits to hear whether its certificate is taken hears that it is not (RFC 4210, 5.3.18: a certConf that
 * rejects). A courtesy, not a gate: an authority that cannot be told changes nothing of how the request ended. Blocking, for worker threads.
 */
#define G_LOG_DOMAIN "signet-enrolment-decline"

#include "config.h"

#include "signet-enrolment-private.h"

#include "../base/signet-text.h"

static gboolean
tell (SignetEnrolmentRun *run, GError **error)
{
  g_autoptr (JsonNode) answer = NULL;

  if (!_signet_enrolment_run_can (run, "decline", error))
    return FALSE;
  answer = _signet_enrolment_run_call (run, "decline", error);
  return answer != NULL;
}

static void
note (SignetEnrolmentRun *run, const GError *error)
{
  g_autofree char *safe = error != NULL ? signet_text_sanitize (error->message, -1, 1000) : NULL;
  g_autoptr (JsonNode) node = safe != NULL ? json_node_new (JSON_NODE_VALUE) : NULL;
  g_autofree char *why = NULL;

  if (node != NULL)
    {
      json_node_set_string (node, safe);
      why = json_to_string (node, FALSE);
    }
  _signet_enrolment_run_note (run, error == NULL ? "certificate-declined" : "certificate-not-declined", "reason", why);
}

void
_signet_enrolment_run_decline (SignetEnrolmentRun *run)
{
  SignetRequest *request = run->request;
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) storing = NULL;

  if (request->transaction == NULL || request->certificate == NULL)
    return;
  if (tell (run, &error))
    g_clear_pointer (&request->transaction, g_free);
  else if (error == NULL)
    return;
  if (!_signet_request_store_update (run->enrolment->store, request, &storing))
    g_warning ("cannot note that the authority was told: %s", storing->message);
  note (run, error);
}
