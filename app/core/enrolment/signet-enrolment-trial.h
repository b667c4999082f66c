/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-enrolment-trial.h: one method of a plugin called by hand, for its author: everything is real (wall, broker, servers) but the
 * token, for which a key stands that is made for this call and thrown away. Blocking.
 */
#pragma once

#include "signet-enrolment.h"

G_BEGIN_DECLS

/* All borrowed. */
typedef struct {
  SignetPluginManifest *plugin;
  SignetAuthority      *authority;
  const char           *method;
  const char           *subject;    /* RFC 4514 */
  GHashTable           *fields;     /* (nullable): id -> text */
  const char           *cookie;     /* (nullable) */
  JsonObject           *params;     /* (nullable): more members for the call's params */
  SignetPluginTap       tap;        /* (nullable) */
  void                (*secret) (SignetSecret *secret, gpointer tap_data);   /* (nullable): each that is used, wherever it came from */
  gpointer              tap_data;
} SignetEnrolmentTrial;

/* @self: with a store of its own: a trial leaves a request there. (transfer full): the result */
JsonNode *signet_enrolment_try (SignetEnrolment *self, const SignetEnrolmentTrial *trial, SignetInteraction *interaction,
                                GCancellable *cancellable, GError **error);

G_END_DECLS
