/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-core.h: the core, put together once for a face: each part is made when first asked for, so that `signet --help` opens nothing. */
#pragma once

#include "../enrolment/signet-enrolment.h"
#include "../signing/signet-shelf.h"
#include "../signing/signet-signing.h"

G_BEGIN_DECLS

#define SIGNET_TYPE_CORE (signet_core_get_type ())
G_DECLARE_FINAL_TYPE (SignetCore, signet_core, SIGNET, CORE, GObject)

/* @modules: (nullable): --module */
SignetCore         *signet_core_new               (const char *const *modules);
SignetClock        *signet_core_get_clock         (SignetCore *self);
SignetHttp         *signet_core_get_http          (SignetCore *self);
SignetEvidenceCache *signet_core_get_evidence_cache (SignetCore *self);
SignetTokenManager *signet_core_get_tokens        (SignetCore *self);
SignetStore        *signet_core_get_store         (SignetCore *self, GError **error);
SignetJournal      *signet_core_get_journal       (SignetCore *self, GError **error);
/* An act on a token in the journal, under the same name whichever face did it. @certificate: (nullable) */
gboolean            signet_core_record            (SignetCore *self, const char *act, SignetToken *token, SignetCertificate *certificate, GError **error);
SignetEnrolment    *signet_core_get_enrolment     (SignetCore *self, GError **error);
GPtrArray          *signet_core_get_plugins       (SignetCore *self);      /* (element-type SignetPluginManifest) */
SignetPluginConsents *signet_core_get_plugin_consents (SignetCore *self, GError **error);
GPtrArray          *signet_core_get_authorities   (SignetCore *self);      /* (element-type SignetAuthority) */
GPtrArray          *signet_core_get_anchors       (SignetCore *self);      /* (element-type SignetCertificate): stored anchors */
GPtrArray          *signet_core_get_ca_certificates (SignetCore *self);    /* anchors and filed chains, for building a path */
/* What the certificate's own status service says, by OCSP. (transfer full). Blocking. */
SignetRevocationStatus *signet_core_ask_status_service (SignetCore *self, SignetCertificate *certificate, GCancellable *cancellable, GError **error);
GPtrArray          *signet_core_get_problems      (SignetCore *self);      /* (element-type GError): what was left out, and why */

G_END_DECLS
