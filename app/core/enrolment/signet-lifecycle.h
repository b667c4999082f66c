/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-lifecycle.h: what is asked of an authority about a certificate that is there: revoke it, suspend it, let it count again, how does it stand?
 * An act is a row in the database like a request: kept before anything is sent, gone on with after a kill, waiting for as long as the authority takes.
 */
#pragma once

#include "signet-request-event.h"

G_BEGIN_DECLS

typedef enum {
  SIGNET_LIFECYCLE_REVOKE,
  SIGNET_LIFECYCLE_SUSPEND,
  SIGNET_LIFECYCLE_RESUME,
  SIGNET_LIFECYCLE_STATUS,
} SignetLifecycleAct;
const char *signet_lifecycle_act_get_id (SignetLifecycleAct act);        /* "revoke", "suspend", "resume", "status": the plugin's method */

typedef enum {
  SIGNET_LIFECYCLE_ASKED,   /* by the person; nothing was sent */
  SIGNET_LIFECYCLE_SENT,    /* the authority may know of it */
  SIGNET_LIFECYCLE_WAITING, /* it is looking at it */
  SIGNET_LIFECYCLE_DONE,
  SIGNET_LIFECYCLE_REFUSED, /* by the authority */
  SIGNET_LIFECYCLE_FAILED,  /* given up by the person */
} SignetLifecycleState;
const char *signet_lifecycle_state_get_id (SignetLifecycleState state);  /* "asked" … */

/* Reasons of RFC 5280, 5.3.1, that a holder may give. NULL-terminated; the first is the default. */
const char *const *signet_lifecycle_get_reasons (void);

#define SIGNET_TYPE_LIFECYCLE (signet_lifecycle_get_type ())
G_DECLARE_FINAL_TYPE (SignetLifecycle, signet_lifecycle, SIGNET, LIFECYCLE, GObject)

gint64               signet_lifecycle_get_id          (SignetLifecycle *self);
SignetLifecycleAct   signet_lifecycle_get_act         (SignetLifecycle *self);
SignetLifecycleState signet_lifecycle_get_state       (SignetLifecycle *self);
const char          *signet_lifecycle_get_authority   (SignetLifecycle *self);  /* authority id */
SignetCertificate   *signet_lifecycle_get_certificate (SignetLifecycle *self);
const char          *signet_lifecycle_get_reason      (SignetLifecycle *self);  /* (nullable) */
const char          *signet_lifecycle_get_error       (SignetLifecycle *self);  /* (nullable): the authority's words when it refused */
gint64               signet_lifecycle_get_created     (SignetLifecycle *self);
gint64               signet_lifecycle_get_changed     (SignetLifecycle *self);
gint64               signet_lifecycle_get_next_poll   (SignetLifecycle *self);  /* SIGNET_TIME_UNKNOWN unless waiting */
/* What the authority said of the certificate, for STATUS: (nullable): "good", "revoked", "suspended", "unknown" */
const char          *signet_lifecycle_get_status      (SignetLifecycle *self);
gint64               signet_lifecycle_get_status_since (SignetLifecycle *self);
const char          *signet_lifecycle_get_status_reason (SignetLifecycle *self); /* (nullable) */
gboolean             signet_lifecycle_is_over         (SignetLifecycle *self);

/* The authority that issued @certificate, when it can be asked through its plugin. Errors: NOT_FOUND: none here did. (transfer none) */
SignetAuthority     *signet_enrolment_find_issuer     (SignetEnrolment *self, SignetCertificate *certificate, GError **error);
/* Whether the plugin says it can do @act; starts it. Errors: as when starting; SIGNET_BASE_ERROR_UNSUPPORTED: it cannot: the person has to turn to the
   authority itself (signet_authority_dup_contact()). Blocking. */
gboolean             signet_enrolment_check_act       (SignetEnrolment *self, SignetCertificate *certificate, SignetLifecycleAct act,
                                                       GCancellable *cancellable, GError **error);
/* The same for a renewal. */
gboolean             signet_enrolment_check_renewal   (SignetEnrolment *self, SignetCertificate *certificate, GCancellable *cancellable, GError **error);
/* In the database when this returns. One that is under way for the same certificate is returned instead of a second. @reason: (nullable) */
SignetLifecycle     *signet_enrolment_ask_act         (SignetEnrolment *self, SignetCertificate *certificate, SignetLifecycleAct act,
                                                       const char *reason, GError **error);
/* Goes on from the state it is in; consent and PIN through @interaction. TRUE also when it now waits. */
gboolean             signet_enrolment_run_act         (SignetEnrolment *self, SignetLifecycle *act, SignetInteraction *interaction,
                                                       GCancellable *cancellable, GError **error);
gboolean             signet_enrolment_give_up_act     (SignetEnrolment *self, SignetLifecycle *act, GError **error);
GPtrArray           *signet_enrolment_list_acts       (SignetEnrolment *self, GError **error);   /* newest first (element-type SignetLifecycle) */
GPtrArray           *signet_enrolment_list_act_events (SignetEnrolment *self, SignetLifecycle *act, GError **error);

G_END_DECLS
