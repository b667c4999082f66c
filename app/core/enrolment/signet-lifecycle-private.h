/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-lifecycle-private.h: an act as a row, and what its files share. */
#pragma once

#include "signet-life-private.h"
#include "signet-lifecycle.h"

G_BEGIN_DECLS

struct _SignetLifecycle
{
  GObject parent_instance;

  gint64               id;
  SignetLifecycleAct   act;
  SignetLifecycleState state;
  char                *authority;
  char                *label;         /* random: names its secrets in the key ring */
  char                *reason;        /* (nullable) */
  char                *cookie;        /* (nullable): the plugin's own, opaque */
  char                *transaction;   /* (nullable): as in a request, of a protocol that keeps one */
  char                *error;         /* (nullable) */
  char                *status;        /* (nullable) */
  char                *status_reason; /* (nullable) */
  gint64               status_since;
  SignetCertificate   *certificate;
  gint64               created;
  gint64               changed;
  gint64               next_poll;
};

gboolean         _signet_lifecycle_migrate      (SignetStore *store, GError **error);
gboolean         _signet_lifecycle_store_insert (SignetStore *store, SignetLifecycle *act, GError **error);
gboolean         _signet_lifecycle_store_update (SignetStore *store, SignetLifecycle *act, GError **error);
GPtrArray       *_signet_lifecycle_store_list   (SignetStore *store, GError **error);

/* Before the first byte of a run leaves: from here on the authority may know of the act. FALSE: it cannot be noted, and must not be sent. */
gboolean         _signet_lifecycle_note_sending (SignetEnrolmentRun *run, GError **error);

G_END_DECLS
