/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-compromise.h: "my key may be compromised" (Electronic Signature Law, article 15: tell the parties at once, and stop using it). The key is
 * blocked here first; that needs no network, no token and no PIN. The revocation is an act of signet-lifecycle.h; whom to tell is for the person, from
 * the list of what was signed.
 */
#pragma once

#include "../base/signet-key-block.h"
#include "signet-lifecycle.h"

G_BEGIN_DECLS

/* Blocks the key of @certificate for every process of this person; in the journal. @since: SIGNET_TIME_UNKNOWN: not told */
gboolean   signet_enrolment_block_key      (SignetEnrolment *self, SignetCertificate *certificate, gint64 since, GError **error);
gboolean   signet_enrolment_lift_block     (SignetEnrolment *self, SignetCertificate *certificate, GError **error);
/* What was signed here since then with any certificate of that key, oldest first: "signed" entries of the journal, sorted by time.
   (transfer full) (element-type SignetJournalEntry) */
GPtrArray *signet_enrolment_list_signed    (SignetEnrolment *self, SignetCertificate *certificate, gint64 since, GError **error);

G_END_DECLS
