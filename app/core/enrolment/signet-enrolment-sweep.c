/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-enrolment-sweep.c: what a kill between the end of a request and the forgetting of its secrets has left in the key ring. Any thread; blocks while
 * the key ring answers, and asks nobody to open it.
 */
#define G_LOG_DOMAIN "signet-enrolment-sweep"

#include "config.h"

#include "signet-enrolment-private.h"

/* A delivered key that no token has taken yet needs the key it was encrypted for. */
static void
sweep_request (SignetEnrolment *self, SignetRequest *request)
{
  if (request->delivered == NULL)
    _signet_request_secret_forget (request);
  else
    _signet_request_secret_forget_typed (request);
  _signet_request_file_forget (self->store, request);
}

void
_signet_enrolment_sweep (SignetEnrolment *self)
{
  g_autoptr (GHashTable) labels = NULL;
  g_autoptr (GPtrArray) requests = NULL;

  if (!g_atomic_int_compare_and_exchange (&self->swept, FALSE, TRUE))
    return;
  labels = _signet_request_secret_list ();
  requests = g_hash_table_size (labels) > 0 ? _signet_request_store_list (self->store, NULL) : NULL;
  for (guint i = 0; requests != NULL && i < requests->len; i++)
    {
      SignetRequest *request = requests->pdata[i];

      if (_signet_request_state_is_final (request->state) && g_hash_table_contains (labels, request->label))
        sweep_request (self, request);
    }
}
