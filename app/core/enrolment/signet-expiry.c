/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-expiry.c: what ends soon, worked out from what is known, and what was told of it already. No token is touched and no server asked:
 * a background run may do this on a laptop in a train. Any thread.
 */
#define G_LOG_DOMAIN "signet-expiry"

#include "config.h"

#include "signet-expiry.h"

#include <string.h>

#include "signet-expiry-private.h"
#include "signet-life-private.h"

#define DAY 86400
#define OVER_FOR (30 * DAY) /* after that nobody needs to hear of it */
#define LATER DAY           /* a successor ends at least so much later */

static const int rungs[] = { 1, 7, 30, 60, 90 };

void
signet_expiry_free (SignetExpiry *expiry)
{
  if (expiry == NULL)
    return;
  g_free (expiry->id);
  g_free (expiry->name);
  g_free (expiry->authority);
  g_free (expiry->key);
  g_free (expiry);
}

const char *
signet_expiry_kind_get_id (SignetExpiryKind kind)
{
  static const char *const ids[] = { "certificate", "ca-certificate", "request" };

  g_return_val_if_fail ((guint) kind < G_N_ELEMENTS (ids), NULL);
  return ids[kind];
}

int
signet_expiry_rung (gint64 until, gint64 now)
{
  if (until == SIGNET_TIME_UNKNOWN || now == SIGNET_TIME_UNKNOWN)
    return SIGNET_EXPIRY_FAR;
  if (until < now)
    return SIGNET_EXPIRY_OVER;
  /* not until - now: a date of the year 9999 must not overflow against one of the year 0 */
  for (guint i = 0; i < G_N_ELEMENTS (rungs); i++)
    if (until <= now + (gint64) rungs[i] * DAY)
      return rungs[i];
  return SIGNET_EXPIRY_FAR;
}

/* --- collecting -------------------------------------------------------------------------------------------------------------------- */

/* Takes nothing; adds only what is on the ladder and not over for long. */
static void
add (GPtrArray *all, SignetExpiryKind kind, const char *id, const char *name, const char *authority, const char *key, gint64 until, gint64 now)
{
  int rung = signet_expiry_rung (until, now);
  SignetExpiry *expiry;

  if (rung == SIGNET_EXPIRY_FAR || (rung == SIGNET_EXPIRY_OVER && until < now - OVER_FOR))
    return;
  expiry = g_new0 (SignetExpiry, 1);
  expiry->kind = kind;
  expiry->id = g_strdup (id);
  expiry->name = g_strdup (name);
  expiry->authority = g_strdup (authority);
  expiry->key = g_strdup (key);
  expiry->until = until;
  expiry->rung = rung;
  g_ptr_array_add (all, expiry);
}

/* The same holder, authority and use, and it ends later: who has that needs no word about the old one. */
static gboolean
is_succeeded (SignetCertificate *certificate, GPtrArray *known)
{
  for (guint i = 0; i < known->len; i++)
    {
      SignetCertificate *other = known->pdata[i];

      if (signet_certificate_get_not_after (other) > signet_certificate_get_not_after (certificate) + LATER &&
          g_strcmp0 (signet_certificate_get_subject (other), signet_certificate_get_subject (certificate)) == 0 &&
          g_strcmp0 (signet_certificate_get_issuer (other), signet_certificate_get_issuer (certificate)) == 0 &&
          signet_certificate_get_class (other, NULL) == signet_certificate_get_class (certificate, NULL))
        return TRUE;
    }
  return FALSE;
}

static void
add_certificates (GPtrArray *all, GPtrArray *known, gint64 now)
{
  for (guint i = 0; i < known->len; i++)
    {
      SignetCertificate *certificate = known->pdata[i];

      if (!is_succeeded (certificate, known))
        add (all, SIGNET_EXPIRY_CERTIFICATE, signet_certificate_get_sha256 (certificate), signet_certificate_get_holder (certificate),
             signet_certificate_get_authority (certificate), signet_certificate_get_key_sha256 (certificate),
             signet_certificate_get_not_after (certificate), now);
    }
}

/* By name, not by signature: this tells of a date and decides nothing. */
static gboolean
is_needed (SignetCertificate *ca, GPtrArray *known, gint64 now)
{
  for (guint i = 0; i < known->len; i++)
    if (signet_certificate_get_not_after (known->pdata[i]) > now &&
        g_strcmp0 (signet_certificate_get_issuer (known->pdata[i]), signet_certificate_get_subject (ca)) == 0)
      return TRUE;
  return FALSE;
}

static void
add_chain (GPtrArray *all, SignetAuthority *authority, GPtrArray *known, gint64 now)
{
  GPtrArray *chain = signet_authority_get_chain (authority);
  gboolean needed = FALSE;

  for (guint i = 0; i < chain->len && !needed; i++)
    needed = is_needed (chain->pdata[i], known, now);
  for (guint i = 0; needed && i < chain->len; i++)
    if (!is_succeeded (chain->pdata[i], chain))
      add (all, SIGNET_EXPIRY_CA_CERTIFICATE, signet_certificate_get_sha256 (chain->pdata[i]), signet_certificate_get_holder (chain->pdata[i]),
           signet_authority_get_name (authority), NULL, signet_certificate_get_not_after (chain->pdata[i]), now);
}

static const char *
authority_name (SignetEnrolment *self, const char *id)
{
  SignetAuthority *authority = signet_enrolment_find_authority (self, id, NULL);

  return authority != NULL ? signet_authority_get_name (authority) : id;
}

/* Begun and not ended: the authority does not keep it for ever. */
static gboolean
is_open (SignetRequest *request)
{
  return !_signet_request_state_is_final (request->state) && request->state != SIGNET_REQUEST_FAILED;
}

static gboolean
add_requests (SignetEnrolment *self, GPtrArray *all, gint64 now, GError **error)
{
  g_autoptr (GPtrArray) requests = _signet_request_store_list (self->store, error);

  for (guint i = 0; requests != NULL && i < requests->len; i++)
    {
      SignetRequest *request = requests->pdata[i];
      g_autofree char *number = g_strdup_printf ("%" G_GINT64_FORMAT, request->id);
      gint64 until = _signet_request_ends (request);

      /* a request of today would stand on the ladder's first rungs at once */
      if (is_open (request) && signet_expiry_rung (until, now) <= 30)
        add (all, SIGNET_EXPIRY_REQUEST, number, request->subject, authority_name (self, request->authority), request->key_sha256, until, now);
    }
  return requests != NULL;
}

static gint
compare (gconstpointer a, gconstpointer b)
{
  const SignetExpiry *one = *(SignetExpiry *const *) a;
  const SignetExpiry *other = *(SignetExpiry *const *) b;

  return one->until < other->until ? -1 : one->until > other->until;
}

GPtrArray *
signet_enrolment_list_expiries (SignetEnrolment *self, GError **error)
{
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func ((GDestroyNotify) signet_expiry_free);
  g_autoptr (GPtrArray) known = NULL;
  gint64 now;

  g_return_val_if_fail (SIGNET_IS_ENROLMENT (self), NULL);

  known = _signet_known_list (self->store, error);
  if (known == NULL)
    return NULL;
  now = signet_clock_now (self->clock);
  add_certificates (all, known, now);
  for (guint i = 0; i < self->authorities->len; i++)
    add_chain (all, self->authorities->pdata[i], known, now);
  for (guint i = 0; i < self->unserved->len; i++)
    add_chain (all, self->unserved->pdata[i], known, now);
  if (!add_requests (self, all, now, error))
    return NULL;
  g_ptr_array_sort (all, compare);
  return g_steal_pointer (&all);
}

GPtrArray *
signet_enrolment_list_untold_expiries (SignetEnrolment *self, GError **error)
{
  g_autoptr (GPtrArray) all = signet_enrolment_list_expiries (self, error);
  g_autoptr (GPtrArray) untold = g_ptr_array_new_with_free_func ((GDestroyNotify) signet_expiry_free);

  for (guint i = 0; all != NULL && i < all->len; i++)
    {
      SignetExpiry *expiry = all->pdata[i];
      gboolean told = FALSE;

      if (!_signet_told_find (self->store, expiry, &told, error))
        return NULL;
      if (!told)
        g_ptr_array_add (untold, g_steal_pointer (&all->pdata[i]));
    }
  return all != NULL ? g_steal_pointer (&untold) : NULL;
}

gboolean
signet_enrolment_note_told (SignetEnrolment *self, const SignetExpiry *expiry, GError **error)
{
  g_return_val_if_fail (SIGNET_IS_ENROLMENT (self), FALSE);

  return _signet_told_note (self->store, expiry, signet_clock_now (self->clock), error);
}

/* --- remembering what is on the tokens ------------------------------------------------------------------------------------------------ */

static GPtrArray *
certificates_of (SignetToken *token)
{
  GPtrArray *found = g_ptr_array_new ();
  GPtrArray *keys = signet_token_get_keys (token);

  for (guint i = 0; keys != NULL && i < keys->len; i++)
    {
      SignetCertificate *certificate = signet_token_key_get_certificate (keys->pdata[i]);

      if (certificate != NULL && signet_certificate_is_readable (certificate) && !signet_certificate_is_ca (certificate))
        g_ptr_array_add (found, certificate);
    }
  return found;
}

gboolean
signet_enrolment_note_certificates (SignetEnrolment *self, GPtrArray *tokens, GError **error)
{
  g_return_val_if_fail (SIGNET_IS_ENROLMENT (self), FALSE);

  for (guint i = 0; i < tokens->len; i++)
    {
      g_autoptr (GPtrArray) certificates = certificates_of (tokens->pdata[i]);

      if (!_signet_known_note (self->store, signet_token_get_uri (tokens->pdata[i]), certificates, error))
        return FALSE;
    }
  return TRUE;
}

/* --- finding again what was on a token that may be gone --------------------------------------------------------------------------------- */

#define SHORTEST 16

static gboolean
is_named (SignetCertificate *certificate, const char *lower)
{
  return certificate != NULL && (g_str_has_prefix (signet_certificate_get_sha256 (certificate), lower) ||
                                 g_str_has_prefix (signet_certificate_get_key_sha256 (certificate), lower));
}

SignetCertificate *
signet_enrolment_find_known (SignetEnrolment *self, const char *fingerprint)
{
  g_autofree char *lower = g_ascii_strdown (fingerprint, -1);
  g_autoptr (GPtrArray) known = NULL;
  g_autoptr (GPtrArray) requests = NULL;

  g_return_val_if_fail (SIGNET_IS_ENROLMENT (self), NULL);

  if (strlen (lower) < SHORTEST)
    return NULL;
  known = _signet_known_list (self->store, NULL);
  for (guint i = 0; known != NULL && i < known->len; i++)
    if (is_named (known->pdata[i], lower))
      return g_object_ref (known->pdata[i]);
  requests = _signet_request_store_list (self->store, NULL);
  for (guint i = 0; requests != NULL && i < requests->len; i++)
    if (is_named (((SignetRequest *) requests->pdata[i])->certificate, lower))
      return g_object_ref (((SignetRequest *) requests->pdata[i])->certificate);
  return NULL;
}
