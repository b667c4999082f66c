/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rest-profile.h: an authority's interface as its profile describes it: endpoints, templates, where things are in the answers. */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

typedef enum {
  REST_LOGIN,
  REST_SUBMIT,
  REST_POLL,
  REST_FETCH,
  REST_ACCEPT,
  REST_RENEW,
  REST_REVOKE,
  REST_SUSPEND,
  REST_RESUME,
  REST_STATUS,
  REST_TERMS,
  REST_CHAIN,
  REST_N_ENDPOINTS,
} RestEndpointKind;

/* What an answer's keys are called in the profile; each is a JSON pointer, or a list of values. */
typedef enum {
  REST_KEY_SUCCESS, REST_KEY_SUCCESS_VALUES, REST_KEY_ERROR, REST_KEY_ERROR_CODE, REST_KEY_WRONG_SECRET_CODES, REST_KEY_TRY_LATER_CODES,
  REST_KEY_STATE, REST_KEY_ISSUED_VALUES, REST_KEY_WAITING_VALUES, REST_KEY_REJECTED_VALUES, REST_KEY_REASON, REST_KEY_COOKIE,
  REST_KEY_CHECK_AFTER, REST_KEY_CERTIFICATE, REST_KEY_CHAIN, REST_KEY_ENCRYPTION_CERTIFICATE, REST_KEY_ENCRYPTION_KEY,
  REST_KEY_SESSION, REST_KEY_DONE_VALUES, REST_KEY_GOOD_VALUES, REST_KEY_REVOKED_VALUES, REST_KEY_SUSPENDED_VALUES, REST_KEY_SINCE,
  REST_KEY_TERMS, REST_KEY_CPS, REST_KEY_FEES, REST_KEY_DATA_USE, REST_KEY_LIABILITY,
  REST_N_KEYS,
} RestKey;

typedef struct {
  gboolean    get;
  char       *path;
  JsonNode   *body;                  /* (nullable) */
  JsonNode   *envelope;              /* (nullable) */
  GPtrArray  *headers;               /* name, template, name, template… */
  char       *pointers[REST_N_KEYS]; /* (nullable) */
  char      **values[REST_N_KEYS];   /* (nullable) */
} RestEndpoint;

typedef struct {
  char         *url;                 /* ends with a slash */
  char         *encryption_secret;   /* (nullable) */
  char         *encryption_format;   /* (nullable): "pkcs12", "cms" */
  char         *hmac_key;            /* "text", "hex" or "base64": how the secret spells the key */
  char         *hmac_as;             /* "hex" or "base64" */
  gint64        check_after;         /* seconds */
  RestEndpoint *endpoints[REST_N_ENDPOINTS];   /* (nullable) each */
} RestProfile;

/* @profile: the groups as the host sends them. Errors: SIGNET_SDK_ERROR_FAILED, which names group and key. */
RestProfile *rest_profile_parse (JsonObject *profile, GError **error);
void         rest_profile_free  (RestProfile *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RestProfile, rest_profile_free)

const char  *rest_endpoint_kind_get_group (RestEndpointKind kind);   /* "Rest Submit" */

G_END_DECLS
