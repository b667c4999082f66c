/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-broker-private.h: what the services for plugins share. A service returns (transfer full) its result, or NULL with @error. */
#pragma once

#include "signet-csr-attributes.h"
#include "signet-enrolment-private.h"

G_BEGIN_DECLS

typedef JsonObject *(*SignetBrokerService) (SignetEnrolmentRun *run, JsonObject *params, GError **error);

/* --- reading params: NULL, 0, FALSE for what is missing or of another type --------------------------------------------- */
const char *_signet_broker_get_text         (JsonObject *object, const char *name);
JsonObject *_signet_broker_get_object       (JsonObject *object, const char *name);
gint64      _signet_broker_get_int          (JsonObject *object, const char *name);
gboolean    _signet_broker_get_boolean      (JsonObject *object, const char *name);
void        _signet_broker_take_base64      (JsonObject *object, const char *name, GBytes *bytes);

/* --- refusing: always FALSE ---------------------------------------------------------------------------------------------- */
gboolean    _signet_broker_deny             (GError **error, const char *what);   /* "the plugin may not …" */
gboolean    _signet_broker_misuse           (GError **error, const char *what);   /* "the plugin asks wrongly: …" */

/* --- what a call may use ---------------------------------------------------------------------------------------------------- */
char      **_signet_broker_allowed_hosts    (SignetEnrolmentRun *run);
/* {"secret": "id"}: the id, when the manifest declares it. Borrowed from @reference. */
const char *_signet_broker_secret_reference (SignetEnrolmentRun *run, JsonObject *reference, GError **error);
/* Does the manifest declare the secret @id? */
gboolean    _signet_broker_check_secret     (SignetEnrolmentRun *run, const char *id, GError **error);
/* The body of http.request, and a keyed digest by the name of its key; see signet-broker-body.c. */
gboolean    _signet_broker_make_body        (SignetEnrolmentRun *run, JsonObject *params, GBytes **body, GError **error);
char       *_signet_broker_make_hmac        (SignetEnrolmentRun *run, const char *id, JsonObject *params, GBytes *body, GError **error);
/* Whom the profile trusts for https to this address, instead of the system's anchors. (nullable) (transfer none) */
GBytes     *_signet_broker_tls_anchors      (SignetEnrolmentRun *run, const char *url);
/* "client" and "authentication" of http.request; see signet-broker-client.c. The chain is borrowed certificates, @password the caller's. */
GPtrArray  *_signet_broker_client_chain     (SignetEnrolmentRun *run);
gboolean    _signet_broker_set_proofs       (SignetEnrolmentRun *run, JsonObject *params, SignetHttpRequest *request, SignetSecret **password, GError **error);
/* Before the first byte leaves: from here on the authority may know of the request. @data: a SignetEnrolmentRun. */
void        _signet_broker_note_sending     (gpointer data);
/* Right before something the authority takes for a request goes to the plugin. */
void        _signet_broker_note_given       (SignetEnrolmentRun *run);
/* The new key, once the person agreed to what it will sign. The signer is borrowed; the key is the caller's. */
SignetSigner *_signet_broker_proof_signer   (SignetEnrolmentRun *run, GError **error);
EVP_PKEY     *_signet_broker_proof_key      (SignetEnrolmentRun *run, GError **error);
/* A request signed by the new key. @wishes, @challenge: (nullable). Caller frees. */
X509_REQ     *_signet_broker_new_csr        (SignetEnrolmentRun *run, const SignetCsrAttributes *wishes, SignetSecret *challenge, GError **error);
/* (transfer full): PKCS#10, DER, with the subject of the request; the same bytes whenever it is asked for again */
GBytes       *_signet_broker_make_csr       (SignetEnrolmentRun *run, GError **error);

/* --- services with a file of their own ------------------------------------------------------------------------------------------ */
JsonObject *_signet_broker_serve_csr        (SignetEnrolmentRun *run, JsonObject *params, GError **error);
JsonObject *_signet_broker_serve_http       (SignetEnrolmentRun *run, JsonObject *params, GError **error);
JsonObject *_signet_broker_serve_file       (SignetEnrolmentRun *run, JsonObject *params, GError **error);
JsonObject *_signet_broker_serve_scep_make  (SignetEnrolmentRun *run, JsonObject *params, GError **error);
JsonObject *_signet_broker_serve_scep_open  (SignetEnrolmentRun *run, JsonObject *params, GError **error);
JsonObject *_signet_broker_serve_transport  (SignetEnrolmentRun *run, JsonObject *params, GError **error);
JsonObject *_signet_broker_serve_cmp        (SignetEnrolmentRun *run, JsonObject *params, GError **error);

G_END_DECLS
