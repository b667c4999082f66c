/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-request-event.h: who acted at each step of a request, or of an act on a certificate: when, which plugin, which host, and whether that
 * host is the authority's own. What the plugin says is not asked: every line is written by the core as it happens.
 */
#pragma once

#include "signet-enrolment.h"

G_BEGIN_DECLS

typedef enum {
  SIGNET_DELEGATION_NOT_TOLD, /* the profile does not say which hosts are the authority's own */
  SIGNET_DELEGATION_NO,
  SIGNET_DELEGATION_YES,      /* somebody else's host acts for the authority; the person was told before the first byte */
} SignetDelegation;

typedef struct {
  gint64           time;
  char            *step;           /* a state of the request or act, or "sent" */
  char            *host;           /* (nullable): "ra.example:443", for "sent" */
  char            *plugin;         /* (nullable): its id */
  char            *plugin_version; /* (nullable) */
  SignetDelegation delegation;     /* of @host */
} SignetRequestEvent;

void        signet_request_event_free (SignetRequestEvent *event);
const char *signet_delegation_get_id  (SignetDelegation delegation); /* "not-told", "no", "yes" */
/* Oldest first. (transfer full) (element-type SignetRequestEvent) */
GPtrArray  *signet_enrolment_list_events (SignetEnrolment *self, SignetRequest *request, GError **error);

/* Whether "host:port" is the authority's own, by [Authority] Hosts ("host" or "host:port") and Domains (the name and all below it). */
SignetDelegation signet_delegation_of_host (SignetAuthority *authority, const char *host_and_port);

G_END_DECLS
