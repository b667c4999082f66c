/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-lifecycle.c: acts on a certificate that is there: asking for one, finding, giving up. How it moves on is in signet-lifecycle-run.c.
 * Any thread; one act is for one thread at a time.
 */
#define G_LOG_DOMAIN "signet-lifecycle"

#include "config.h"

#include "signet-lifecycle-private.h"

#include "../base/signet-base-error.h"

G_DEFINE_FINAL_TYPE (SignetLifecycle, signet_lifecycle, G_TYPE_OBJECT)

static void
signet_lifecycle_finalize (GObject *object)
{
  SignetLifecycle *self = SIGNET_LIFECYCLE (object);

  g_free (self->authority);
  g_free (self->label);
  g_free (self->reason);
  g_free (self->cookie);
  g_free (self->transaction);
  g_free (self->error);
  g_free (self->status);
  g_free (self->status_reason);
  g_clear_object (&self->certificate);
  G_OBJECT_CLASS (signet_lifecycle_parent_class)->finalize (object);
}

static void
signet_lifecycle_class_init (SignetLifecycleClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = signet_lifecycle_finalize;
}

static void
signet_lifecycle_init (SignetLifecycle *self)
{
  self->status_since = SIGNET_TIME_UNKNOWN;
  self->next_poll = SIGNET_TIME_UNKNOWN;
}

const char *
signet_lifecycle_act_get_id (SignetLifecycleAct act)
{
  static const char *const ids[] = { "revoke", "suspend", "resume", "status" };

  g_return_val_if_fail ((guint) act < G_N_ELEMENTS (ids), NULL);
  return ids[act];
}

const char *
signet_lifecycle_state_get_id (SignetLifecycleState state)
{
  static const char *const ids[] = { "asked", "sent", "waiting", "done", "refused", "failed" };

  g_return_val_if_fail ((guint) state < G_N_ELEMENTS (ids), NULL);
  return ids[state];
}

const char *const *
signet_lifecycle_get_reasons (void)
{
  static const char *const reasons[] = { "unspecified", "keyCompromise", "superseded", "cessationOfOperation", "affiliationChanged", NULL };

  return reasons;
}

/* --- reading -------------------------------------------------------------------------------------------------------------------------- */

gint64
signet_lifecycle_get_id (SignetLifecycle *self)
{
  g_return_val_if_fail (SIGNET_IS_LIFECYCLE (self), 0);
  return self->id;
}

SignetLifecycleAct
signet_lifecycle_get_act (SignetLifecycle *self)
{
  g_return_val_if_fail (SIGNET_IS_LIFECYCLE (self), SIGNET_LIFECYCLE_STATUS);
  return self->act;
}

SignetLifecycleState
signet_lifecycle_get_state (SignetLifecycle *self)
{
  g_return_val_if_fail (SIGNET_IS_LIFECYCLE (self), SIGNET_LIFECYCLE_FAILED);
  return self->state;
}

const char *
signet_lifecycle_get_authority (SignetLifecycle *self)
{
  g_return_val_if_fail (SIGNET_IS_LIFECYCLE (self), NULL);
  return self->authority;
}

SignetCertificate *
signet_lifecycle_get_certificate (SignetLifecycle *self)
{
  g_return_val_if_fail (SIGNET_IS_LIFECYCLE (self), NULL);
  return self->certificate;
}

const char *
signet_lifecycle_get_reason (SignetLifecycle *self)
{
  g_return_val_if_fail (SIGNET_IS_LIFECYCLE (self), NULL);
  return self->reason;
}

const char *
signet_lifecycle_get_error (SignetLifecycle *self)
{
  g_return_val_if_fail (SIGNET_IS_LIFECYCLE (self), NULL);
  return self->error;
}

gint64
signet_lifecycle_get_created (SignetLifecycle *self)
{
  g_return_val_if_fail (SIGNET_IS_LIFECYCLE (self), 0);
  return self->created;
}

gint64
signet_lifecycle_get_changed (SignetLifecycle *self)
{
  g_return_val_if_fail (SIGNET_IS_LIFECYCLE (self), 0);
  return self->changed;
}

gint64
signet_lifecycle_get_next_poll (SignetLifecycle *self)
{
  g_return_val_if_fail (SIGNET_IS_LIFECYCLE (self), SIGNET_TIME_UNKNOWN);
  return self->state == SIGNET_LIFECYCLE_WAITING ? self->next_poll : SIGNET_TIME_UNKNOWN;
}

const char *
signet_lifecycle_get_status (SignetLifecycle *self)
{
  g_return_val_if_fail (SIGNET_IS_LIFECYCLE (self), NULL);
  return self->status;
}

gint64
signet_lifecycle_get_status_since (SignetLifecycle *self)
{
  g_return_val_if_fail (SIGNET_IS_LIFECYCLE (self), SIGNET_TIME_UNKNOWN);
  return self->status_since;
}

const char *
signet_lifecycle_get_status_reason (SignetLifecycle *self)
{
  g_return_val_if_fail (SIGNET_IS_LIFECYCLE (self), NULL);
  return self->status_reason;
}

gboolean
signet_lifecycle_is_over (SignetLifecycle *self)
{
  g_return_val_if_fail (SIGNET_IS_LIFECYCLE (self), TRUE);
  return self->state == SIGNET_LIFECYCLE_DONE || self->state == SIGNET_LIFECYCLE_REFUSED || self->state == SIGNET_LIFECYCLE_FAILED;
}

/* --- asking --------------------------------------------------------------------------------------------------------------------------- */

SignetAuthority *
signet_enrolment_find_issuer (SignetEnrolment *self, SignetCertificate *certificate, GError **error)
{
  SignetAuthority *authority;

  g_return_val_if_fail (SIGNET_IS_ENROLMENT (self), NULL);
  g_return_val_if_fail (SIGNET_IS_CERTIFICATE (certificate), NULL);

  authority = signet_authority_find_issuer (self->authorities, certificate);
  if (authority != NULL)
    return authority;
  authority = signet_authority_find_issuer (self->unserved, certificate);
  if (authority != NULL)
    _signet_enrolment_find_plugin (self, authority, error);
  else
    g_set_error (error, SIGNET_ENROLMENT_ERROR, SIGNET_ENROLMENT_ERROR_NOT_FOUND, "no authority known here has issued the certificate of %s",
                 signet_certificate_get_holder (certificate));
  return NULL;
}

static gboolean
check_method (SignetEnrolment *self, SignetCertificate *certificate, const char *method, GCancellable *cancellable, GError **error)
{
  SignetAuthority *authority = signet_enrolment_find_issuer (self, certificate, error);
  SignetPluginManifest *plugin = authority != NULL ? _signet_enrolment_find_plugin (self, authority, error) : NULL;
  g_autoptr (SignetPluginProcess) process =
      plugin != NULL ? _signet_enrolment_start_plugin (self, plugin, authority, NULL, cancellable, error) : NULL;
  gboolean can;

  if (process == NULL)
    return FALSE;
  can = signet_plugin_process_has_method (process, method);
  signet_plugin_process_stop (process);
  if (!can)
    g_set_error (error, SIGNET_ENROLMENT_ERROR, SIGNET_ENROLMENT_ERROR_BY_HAND, "%s takes no request to %s over the network",
                 signet_authority_get_name (authority), method);
  return can;
}

gboolean
signet_enrolment_check_act (SignetEnrolment *self, SignetCertificate *certificate, SignetLifecycleAct act, GCancellable *cancellable, GError **error)
{
  return check_method (self, certificate, signet_lifecycle_act_get_id (act), cancellable, error);
}

gboolean
signet_enrolment_check_renewal (SignetEnrolment *self, SignetCertificate *certificate, GCancellable *cancellable, GError **error)
{
  return check_method (self, certificate, "renew", cancellable, error);
}

/* (transfer full) (nullable) */
static SignetLifecycle *
find_open (SignetEnrolment *self, SignetCertificate *certificate, SignetLifecycleAct act, GError **error)
{
  g_autoptr (GPtrArray) acts = _signet_lifecycle_store_list (self->store, error);

  for (guint i = 0; acts != NULL && i < acts->len; i++)
    {
      SignetLifecycle *one = acts->pdata[i];

      if (one->act == act && !signet_lifecycle_is_over (one) && signet_certificate_equal (one->certificate, certificate))
        return g_object_ref (one);
    }
  return NULL;
}

static gboolean
check_reason (const char *reason, GError **error)
{
  if (reason == NULL || g_strv_contains (signet_lifecycle_get_reasons (), reason))
    return TRUE;
  g_set_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_USAGE, "%s is no reason a holder may give", reason);
  return FALSE;
}

static SignetLifecycle *
new_act (SignetEnrolment *self, SignetCertificate *certificate, SignetLifecycleAct act, const char *reason, GError **error)
{
  SignetAuthority *authority = signet_enrolment_find_issuer (self, certificate, error);
  g_autoptr (SignetLifecycle) new = g_object_new (SIGNET_TYPE_LIFECYCLE, NULL);
  g_autofree char *uuid = g_uuid_string_random ();

  if (authority == NULL)
    return NULL;
  new->act = act;
  new->authority = g_strdup (signet_authority_get_id (authority));
  new->label = g_strconcat ("signet-act-", uuid, NULL);
  new->reason = g_strdup (act == SIGNET_LIFECYCLE_SUSPEND ? "certificateHold" : reason);
  new->certificate = g_object_ref (certificate);
  new->created = new->changed = signet_clock_now (self->clock);
  return _signet_lifecycle_store_insert (self->store, new, error) ? g_steal_pointer (&new) : NULL;
}

SignetLifecycle *
signet_enrolment_ask_act (SignetEnrolment *self, SignetCertificate *certificate, SignetLifecycleAct act, const char *reason, GError **error)
{
  g_autoptr (GError) local = NULL;
  SignetLifecycle *open;

  g_return_val_if_fail (SIGNET_IS_ENROLMENT (self), NULL);
  g_return_val_if_fail (SIGNET_IS_CERTIFICATE (certificate), NULL);

  if (!check_reason (reason, error))
    return NULL;
  open = find_open (self, certificate, act, &local);
  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return NULL;
    }
  if (open == NULL)
    return new_act (self, certificate, act, reason, error);
  /* what was not sent yet can still say why */
  if (open->state == SIGNET_LIFECYCLE_ASKED && reason != NULL && g_strcmp0 (open->reason, reason) != 0)
    {
      g_free (open->reason);
      open->reason = g_strdup (reason);
      if (!_signet_lifecycle_store_update (self->store, open, error))
        g_clear_object (&open);
    }
  return open;
}

GPtrArray *
signet_enrolment_list_acts (SignetEnrolment *self, GError **error)
{
  g_return_val_if_fail (SIGNET_IS_ENROLMENT (self), NULL);

  return _signet_lifecycle_store_list (self->store, error);
}

GPtrArray *
signet_enrolment_list_act_events (SignetEnrolment *self, SignetLifecycle *act, GError **error)
{
  g_return_val_if_fail (SIGNET_IS_ENROLMENT (self), NULL);
  g_return_val_if_fail (SIGNET_IS_LIFECYCLE (act), NULL);

  return _signet_request_event_list (self->store, 0, act->id, error);
}
