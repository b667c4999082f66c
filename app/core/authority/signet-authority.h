/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-authority.h: a certification authority as a legal person, as far as a profile on this computer tells of it, and the anchors we hold. */
#pragma once

#include "../certificate/signet-certificate.h"

G_BEGIN_DECLS

#define SIGNET_TYPE_AUTHORITY (signet_authority_get_type ())
G_DECLARE_FINAL_TYPE (SignetAuthority, signet_authority, SIGNET, AUTHORITY, GObject)

/* From a profile key file: [Profile] Id, Name, Plugin; [Authority] Chain (PEM file beside it), LicenceNumber, Sample; [Disclosure]; [Issuance]… */
SignetAuthority   *signet_authority_load_profile   (const char *path, GError **error);
const char        *signet_authority_get_id         (SignetAuthority *self);
const char        *signet_authority_get_name       (SignetAuthority *self);  /* localized, sanitized */
const char        *signet_authority_get_plugin     (SignetAuthority *self);  /* plugin id, e.g. "cmp" */
gboolean           signet_authority_is_sample      (SignetAuthority *self);  /* for trying out: says so everywhere */
const char        *signet_authority_get_standing   (SignetAuthority *self);  /* "licensed" … "unknown": what a list says; "unknown" without one */
const char        *signet_authority_get_licence    (SignetAuthority *self);  /* (nullable) */
GPtrArray         *signet_authority_get_chain      (SignetAuthority *self);  /* (element-type SignetCertificate): filed CA certificates */
char             **signet_authority_dup_hosts      (SignetAuthority *self);  /* "host:port" its plugin may reach */
char             **signet_authority_dup_key_specs  (SignetAuthority *self);
GBytes            *signet_authority_get_tls_anchors (SignetAuthority *self); /* (nullable): [Services] TlsAnchors, for https to its own hosts only */
const char        *signet_authority_get_disclosure (SignetAuthority *self, const char *key); /* (nullable): "Terms", "Cps", "Fees", "DataUse", "Liability"; localized */
char              *signet_authority_dup_timestamp_url (SignetAuthority *self);  /* (nullable): [Services] TimeStamp, http or https */
/* How a person reaches it, from [Authority] Phone and Url (localized, sanitized; the URL http or https). Each (transfer full) (nullable) */
char              *signet_authority_dup_phone      (SignetAuthority *self);
char              *signet_authority_dup_url        (SignetAuthority *self);
GKeyFile          *signet_authority_get_profile    (SignetAuthority *self);  /* borrowed: the whole key file, for the plugin */

/* All profiles of the given folders; a bad one is skipped and told in @problems. (transfer full) (element-type SignetAuthority) */
GPtrArray         *signet_authority_load_all       (const char *const *directories, GPtrArray **problems);
SignetAuthority   *signet_authority_find_issuer    (GPtrArray *authorities, SignetCertificate *certificate); /* (nullable) (transfer none) */
/* The class with what the authority's PolicyOids mean; @self (nullable): as signet_certificate_get_class(). */
SignetCertificateClassification signet_authority_classify (SignetAuthority *self, SignetCertificate *certificate, const char **reason);
/* Trust anchors this computer holds. @directories: (nullable): NULL: the anchors folder of the user and of the administrator. (transfer full) */
GPtrArray         *signet_authority_load_anchors   (const char *const *directories, GError **error);

G_END_DECLS
