/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-shelf-look.c: the look at signed files that wait for a time-stamp. Nothing waits: nothing is asked and no server is known. Where nobody is
 * there the key ring stays shut, so servers that want a password are left to the person. One thread.
 */
#define G_LOG_DOMAIN "signet-shelf-look"

#include "config.h"

#include "signet-shelf-look.h"

#include "../core/face/signet-timestamps.h"

static gboolean
any_is_due (GPtrArray *items, gint64 now)
{
  for (guint i = 0; i < items->len; i++)
    if (signet_shelf_is_due (g_ptr_array_index (items, i), now))
      return TRUE;
  return FALSE;
}

static guint
work (SignetCore *core, SignetStore *store, GPtrArray *items, SignetTimestampServers *servers, gint64 now, guint *n_locked)
{
  SignetShelfMeans means = {
    .http = signet_core_get_http (core), .servers = servers, .clock = signet_core_get_clock (core), .cache = signet_core_get_evidence_cache (core),
    .chain = signet_core_get_ca_certificates (core), .journal = signet_core_get_journal (core, NULL),
  };
  guint n = 0;

  for (guint i = 0; i < items->len; i++)
    {
      SignetShelfItem *item = g_ptr_array_index (items, i);
      g_autoptr(GError) error = NULL;

      if (!signet_shelf_is_due (item, now))
        continue;
      if (signet_shelf_work (store, item, &means, NULL, &error))
        n++;
      else
        *n_locked += g_strcmp0 (item->problem, "password") == 0;
      if (error != NULL)
        g_message ("the shelf: %s", error->message);
    }
  return n;
}

guint
signet_shelf_look (SignetCore *core, gint64 now, guint *n_locked)
{
  g_autoptr(GError) error = NULL;
  SignetStore *store = signet_core_get_store (core, &error);
  g_autoptr(GPtrArray) items = store != NULL ? signet_shelf_list (store, &error) : NULL;
  g_autoptr(SignetTimestampServers) servers = NULL;

  *n_locked = 0;
  if (items == NULL)
    {
      g_message ("the shelf: %s", error->message);
      return 0;
    }
  if (!any_is_due (items, now))
    return 0;
  signet_timestamp_password_set_attended (FALSE);
  servers = signet_timestamps_choose_all (core, NULL, &error);
  return servers != NULL ? work (core, store, items, servers, now, n_locked) : 0;
}
