/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-life.c: the tables of a certificate's life, brought up to date together. Any thread. */
#define G_LOG_DOMAIN "signet-life"

#include "config.h"

#include "signet-expiry-private.h"
#include "signet-life-private.h"
#include "signet-lifecycle-private.h"

gboolean
_signet_life_migrate (SignetStore *store, GError **error)
{
  return _signet_request_event_migrate (store, error) && _signet_expiry_migrate (store, error) &&
         _signet_lifecycle_migrate (store, error) && _signet_disclosure_migrate (store, error);
}
