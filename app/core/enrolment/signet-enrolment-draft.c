/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-enrolment-draft.c: a wish written down: a new certificate, one for a key that is on the token already, one in the place of
 * another. Nothing is sent and no key is made here. Any thread.
 */
#define G_LOG_DOMAIN "signet-enrolment-draft"

#include "config.h"

#include "signet-enrolment-private.h"

#include <string.h>

#include "../base/signet-base-error.h"
#include "../base/signet-key-block.h"

#define MAX_VALUE     4096
#define DEFAULT_DAYS  90
#define MAX_DAYS      3650
#define DAY           86400

static gboolean
copy_fields (SignetRequest *request, GHashTable *fields, GError **error)
{
  GHashTableIter iter;
  gpointer key, value;

  if (fields == NULL)
    return TRUE;
  g_hash_table_iter_init (&iter, fields);
  while (g_hash_table_iter_next (&iter, &key, &value))
    {
      if (value == NULL || strlen (value) > MAX_VALUE || !g_utf8_validate (value, -1, NULL))
        {
          g_set_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_USAGE, "the value of %s is too long or not text",
                       (const char *) key);
          return FALSE;
        }
      g_hash_table_insert (request->fields, g_strdup (key), g_strdup (value));
    }
  return TRUE;
}

/* The template of the profile; without one the name alone. */
static char *
make_subject (SignetAuthority *authority, GHashTable *fields, GError **error)
{
  g_autofree char *template =
      g_key_file_get_string (signet_authority_get_profile (authority), "Issuance", "Subject", NULL);

  return _signet_enrolment_name_from_template (template != NULL ? template : "CN={name}", fields, error);
}

static char *
secret_names (GHashTable *secrets)
{
  g_autofree char **names =
      secrets != NULL ? (char **) g_hash_table_get_keys_as_array (secrets, NULL) : g_new0 (char *, 1);

  return g_strjoinv (";", names);
}

static gboolean
check_key_spec (SignetAuthority *authority, const char *key_spec, GError **error)
{
  g_auto (GStrv) allowed = signet_authority_dup_key_specs (authority);

  if (key_spec != NULL && signet_key_spec_find (key_spec) != NULL &&
      (allowed == NULL || allowed[0] == NULL || g_strv_contains ((const char *const *) allowed, key_spec)))
    return TRUE;
  g_set_error (error, SIGNET_ENROLMENT_ERROR, SIGNET_ENROLMENT_ERROR_NOT_OFFERED, "the authority does not certify keys of type %s",
               key_spec);
  return FALSE;
}

static char *
make_label (void)
{
  g_autofree char *uuid = g_uuid_string_random ();

  uuid[8] = '\0';
  return g_strconcat ("signet-", uuid, NULL);
}

static void
keep_secrets (SignetRequest *request, GHashTable *secrets)
{
  GHashTableIter iter;
  gpointer key, value;

  if (secrets == NULL)
    return;
  g_hash_table_iter_init (&iter, secrets);
  while (g_hash_table_iter_next (&iter, &key, &value))
    _signet_request_secret_keep (request, key, value);
}

/* [Issuance] GiveUpAfter: days that are waited for the authority. */
static gint64
time_limit (SignetAuthority *authority)
{
  int days = g_key_file_get_integer (signet_authority_get_profile (authority), "Issuance", "GiveUpAfter", NULL);

  return (gint64) (days > 0 && days <= MAX_DAYS ? days : DEFAULT_DAYS) * DAY;
}

static gboolean
keep_draft (SignetEnrolment *self, SignetRequest *request, SignetAuthority *authority, SignetToken *token, GHashTable *secrets, GError **error)
{
  request->state = SIGNET_REQUEST_DRAFTED;
  request->authority = g_strdup (signet_authority_get_id (authority));
  request->token_uri = g_strdup (signet_token_get_uri (token));
  request->token_label = g_strdup (signet_token_get_label (token));
  request->label = make_label ();
  request->secret_names = secret_names (secrets);
  request->created = request->changed = signet_clock_now (self->clock);
  request->expires = request->created + time_limit (authority);
  _signet_request_new_attempt (request);
  if (!_signet_request_store_insert (self->store, request, error))
    return FALSE;
  keep_secrets (request, secrets);
  return TRUE;
}

SignetRequest *
signet_enrolment_draft (SignetEnrolment *self,
                        SignetAuthority *authority,
                        SignetToken *token,
                        const char *key_spec,
                        GHashTable *fields,
                        GHashTable *secrets,
                        GError **error)
{
  g_autoptr (SignetRequest) request = g_object_new (SIGNET_TYPE_REQUEST, NULL);

  g_return_val_if_fail (SIGNET_IS_ENROLMENT (self), NULL);

  request->key_spec = g_strdup (key_spec);
  if (!check_key_spec (authority, key_spec, error) || !copy_fields (request, fields, error) ||
      (request->subject = make_subject (authority, request->fields, error)) == NULL)
    return NULL;
  return keep_draft (self, request, authority, token, secrets, error) ? g_steal_pointer (&request) : NULL;
}

/* --- with a key that is there already ---------------------------------------------------------------------------------------- */

static gboolean
use_key (SignetRequest *request, SignetAuthority *authority, SignetTokenKey *key, GError **error)
{
  const char *spec = signet_token_key_get_key_spec (key);

  if (!signet_token_key_has_private (key))
    {
      g_set_error_literal (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_NOT_FOUND, "there is no private key for it on the token");
      return FALSE;
    }
  if (!check_key_spec (authority, spec, error))
    return FALSE;
  request->keeps_key = TRUE;
  request->key_spec = g_strdup (spec);
  request->key_sha256 = g_strdup (signet_token_key_get_sha256 (key));
  return TRUE;
}

/**
 * signet_enrolment_draft_for_key:
 * @key: on a token, made before: by a request that failed, or by another program
 *
 * A new certificate for a key that is there. No key is made, whatever happens.
 *
 * Returns: (transfer full): the draft, in the database
 */
SignetRequest *
signet_enrolment_draft_for_key (SignetEnrolment *self,
                                SignetAuthority *authority,
                                SignetTokenKey *key,
                                GHashTable *fields,
                                GHashTable *secrets,
                                GError **error)
{
  g_autoptr (SignetRequest) request = g_object_new (SIGNET_TYPE_REQUEST, NULL);

  g_return_val_if_fail (SIGNET_IS_ENROLMENT (self), NULL);

  if (!use_key (request, authority, key, error) || !copy_fields (request, fields, error) ||
      (request->subject = make_subject (authority, request->fields, error)) == NULL)
    return NULL;
  return keep_draft (self, request, authority, signet_token_key_get_token (key), secrets, error) ? g_steal_pointer (&request) : NULL;
}

/* --- in the place of another ------------------------------------------------------------------------------------------------- */

/**
 * signet_enrolment_get_renewal_keys:
 *
 * Returns: what [Issuance] RenewKey of the profile allows; a new key where it says nothing
 */
SignetRenewalKeys
signet_enrolment_get_renewal_keys (SignetAuthority *authority)
{
  g_autofree char *text = g_key_file_get_string (signet_authority_get_profile (authority), "Issuance", "RenewKey", NULL);

  if (g_strcmp0 (text, "same") == 0)
    return SIGNET_RENEWAL_SAME_KEY;
  return g_strcmp0 (text, "either") == 0 ? SIGNET_RENEWAL_NEW_KEY | SIGNET_RENEWAL_SAME_KEY : SIGNET_RENEWAL_NEW_KEY;
}

static gboolean
check_renewal (SignetAuthority *authority, gboolean same_key, GError **error)
{
  SignetRenewalKeys wanted = same_key ? SIGNET_RENEWAL_SAME_KEY : SIGNET_RENEWAL_NEW_KEY;

  if ((signet_enrolment_get_renewal_keys (authority) & wanted) != 0)
    return TRUE;
  g_set_error (error, SIGNET_ENROLMENT_ERROR, SIGNET_ENROLMENT_ERROR_NOT_OFFERED, "the authority renews with %s only",
               same_key ? "a new key" : "the same key");
  return FALSE;
}

static SignetTokenKey *
find_key_of (SignetToken *token, SignetCertificate *certificate)
{
  GPtrArray *keys = signet_token_get_keys (token);

  for (guint i = 0; i < keys->len; i++)
    if (signet_token_key_has_private (keys->pdata[i]) &&
        g_strcmp0 (signet_token_key_get_sha256 (keys->pdata[i]), signet_certificate_get_key_sha256 (certificate)) == 0)
      return keys->pdata[i];
  return NULL;
}

static gboolean
choose_renewal_key (SignetRequest *request, SignetAuthority *authority, SignetToken *token, const char *key_spec, GError **error)
{
  SignetTokenKey *key = NULL;

  if (!check_renewal (authority, key_spec == NULL, error))
    return FALSE;
  if (key_spec != NULL)
    {
      request->key_spec = g_strdup (key_spec);
      return check_key_spec (authority, key_spec, error);
    }
  key = find_key_of (token, request->current);
  if (key != NULL)
    return use_key (request, authority, key, error);
  g_set_error_literal (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_NOT_FOUND, "the key of the certificate is not on this token");
  return FALSE;
}

/* Among those that can be asked: a profile whose plugin is not there cannot renew. */
static SignetAuthority *
find_issuer (SignetEnrolment *self, SignetCertificate *certificate, GError **error)
{
  SignetAuthority *authority = signet_authority_find_issuer (self->authorities, certificate);

  if (authority != NULL)
    return authority;
  authority = signet_authority_find_issuer (self->unserved, certificate);
  if (authority != NULL)
    _signet_enrolment_find_plugin (self, authority, error);
  else
    g_set_error_literal (error, SIGNET_ENROLMENT_ERROR, SIGNET_ENROLMENT_ERROR_NOT_FOUND,
                         "no authority that is set up here has issued this certificate");
  return NULL;
}

SignetRequest *
signet_enrolment_draft_renewal (SignetEnrolment *self,
                                SignetCertificate *current,
                                SignetToken *token,
                                const char *key_spec,
                                GHashTable *fields,
                                GHashTable *secrets,
                                GError **error)
{
  g_autoptr (SignetRequest) request = g_object_new (SIGNET_TYPE_REQUEST, NULL);
  SignetAuthority *authority = NULL;

  g_return_val_if_fail (SIGNET_IS_ENROLMENT (self), NULL);
  g_return_val_if_fail (SIGNET_IS_CERTIFICATE (current), NULL);

  request->kind = SIGNET_REQUEST_KIND_RENEW;
  request->current = g_object_ref (current);
  request->subject = g_strdup (signet_certificate_get_subject (current));
  authority = signet_key_block_check (signet_certificate_get_key_sha256 (current), error) ? find_issuer (self, current, error) : NULL;
  if (authority == NULL || !choose_renewal_key (request, authority, token, key_spec, error) ||
      !copy_fields (request, fields, error))
    return NULL;
  return keep_draft (self, request, authority, token, secrets, error) ? g_steal_pointer (&request) : NULL;
}
