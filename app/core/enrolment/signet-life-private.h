/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-life-private.h: what belongs to a certificate's life beside the request itself: who acted, what was disclosed, acts, expiry. */
#pragma once

#include "signet-enrolment-private.h"
#include "signet-request-event.h"

G_BEGIN_DECLS

gboolean    _signet_life_migrate          (SignetStore *store, GError **error); /* all the tables below */
gboolean    _signet_request_event_migrate (SignetStore *store, GError **error);
void        _signet_request_event_note    (SignetEnrolmentRun *run, const char *step, const char *host, SignetDelegation delegation);
GPtrArray  *_signet_request_event_list    (SignetStore *store, gint64 request, gint64 act, GError **error);

gboolean    _signet_disclosure_migrate    (SignetStore *store, GError **error);
/* What the authority tells now, kept with @request; once. */
void        _signet_disclosure_keep       (SignetEnrolment *self, SignetRequest *request);

/* The door to the network of one run: notes each host, and asks the person before the first byte goes to one that is not the authority's. */
SignetHttp *_signet_watched_http_new      (SignetEnrolmentRun *run);

G_END_DECLS
