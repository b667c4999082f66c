/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-words-life.c: what ends soon and what is done to a certificate that is there, in words. Any thread.
 */
#define G_LOG_DOMAIN "signet-words-life"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "signet-words.h"
#include "signet-words-private.h"

#include "../base/signet-text.h"

/**
 * signet_words_secret:
 *
 * Returns: (transfer full): what the key ring of the person calls a secret of ours
 */
char *
signet_words_secret (void)
{
  /* translators: the name of an activation code in the key ring of the person */
  return g_strdup (_("Signet: code for a certificate request"));
}

static const char *
signet_words_expiry_title_of (const SignetExpiry *expiry)
{
  gboolean over = expiry->rung == SIGNET_EXPIRY_OVER;

  switch (expiry->kind)
    {
    case SIGNET_EXPIRY_CA_CERTIFICATE:
      return over ? _("The time of an authority’s certificate is over") : _("An authority’s certificate ends soon");
    case SIGNET_EXPIRY_REQUEST:
      return over ? _("A certificate request has run out") : _("A certificate request runs out soon");
    case SIGNET_EXPIRY_CERTIFICATE:
    default:
      return over ? _("Your certificate’s time is over") : _("Your certificate ends soon");
    }
}

/**
 * signet_words_expiry_title:
 *
 * Returns: (transfer full): the headline of a notification
 */
char *
signet_words_expiry_title (const SignetExpiry *expiry)
{
  return g_strdup (signet_words_expiry_title_of (expiry));
}

static const char *
signet_words_expiry_advice (const SignetExpiry *expiry)
{
  switch (expiry->kind)
    {
    case SIGNET_EXPIRY_CA_CERTIFICATE:
      return _("Ask the authority whether it has a new one; your own certificate depends on it.");
    case SIGNET_EXPIRY_REQUEST:
      return expiry->rung == SIGNET_EXPIRY_OVER ? _("Ask again if you still need the certificate.")
                                                : _("Go on with it, or give it up: signet request list");
    case SIGNET_EXPIRY_CERTIFICATE:
    default:
      return expiry->rung == SIGNET_EXPIRY_OVER ? _("Nothing can be signed with it any more. Ask for a new one.")
                                                : _("Renew it in time; the authority may need some days.");
    }
}

/**
 * signet_words_expiry:
 * @expiry: something that ends
 * @now: seconds since 1970
 *
 * Returns: (transfer full): whose, when, and what to do
 */
char *
signet_words_expiry (const SignetExpiry *expiry,
                     gint64              now)
{
  g_autofree char *days = signet_words_days_left (expiry->until, now);
  g_autofree char *date = signet_words_date (expiry->until);

  /* translators: {name} is a person or an authority, {days} is "7 days left", {date} a day, {advice} a sentence of its own */
  return _signet_words_fill (_("{name} · {authority}: {days}, until {date}. {advice}"), "name", expiry->name, "authority", expiry->authority,
                             "days", days, "date", date, "advice", signet_words_expiry_advice (expiry), NULL);
}

/**
 * signet_words_expiry_act:
 *
 * Returns: (transfer full) (nullable): the button of a notification, where there is something to press
 */
char *
signet_words_expiry_act (const SignetExpiry *expiry)
{
  switch (expiry->kind)
    {
    case SIGNET_EXPIRY_CERTIFICATE:
      return expiry->rung == SIGNET_EXPIRY_OVER ? g_strdup (_("Get a New One…")) : g_strdup (_("Renew…"));
    case SIGNET_EXPIRY_REQUEST:
      return g_strdup (_("Show the Request"));
    case SIGNET_EXPIRY_CA_CERTIFICATE:
    default:
      return NULL;
    }
}

/* --- acts on a certificate that is there ------------------------------------------------------------------------------- */

static const char *
signet_words_act_done (SignetLifecycleAct act)
{
  switch (act)
    {
    case SIGNET_LIFECYCLE_REVOKE:
      return _("Revoked by the authority");
    case SIGNET_LIFECYCLE_SUSPEND:
      return _("Suspended by the authority");
    case SIGNET_LIFECYCLE_RESUME:
      return _("Counts again");
    case SIGNET_LIFECYCLE_STATUS:
    default:
      return _("The authority has answered");
    }
}

/**
 * signet_words_act:
 * @act: an act on a certificate
 *
 * Returns: (transfer full): where it stands, in a few words
 */
char *
signet_words_act (SignetLifecycle *act)
{
  switch (signet_lifecycle_get_state (act))
    {
    case SIGNET_LIFECYCLE_ASKED:
      return g_strdup (_("Not sent yet"));
    case SIGNET_LIFECYCLE_SENT:
      return g_strdup (_("Sent; the answer is not here yet"));
    case SIGNET_LIFECYCLE_WAITING:
      return g_strdup (_("The authority is looking at it"));
    case SIGNET_LIFECYCLE_REFUSED:
      return g_strdup (_("Refused by the authority"));
    case SIGNET_LIFECYCLE_FAILED:
      return g_strdup (_("Given up"));
    case SIGNET_LIFECYCLE_DONE:
    default:
      return g_strdup (signet_words_act_done (signet_lifecycle_get_act (act)));
    }
}

/**
 * signet_words_act_name:
 *
 * Returns: (transfer full): what is asked of the authority
 */
char *
signet_words_act_name (SignetLifecycleAct act)
{
  static const char *const names[] = { N_("Revocation"), N_("Suspension"), N_("Resumption"), N_("Status") };

  g_return_val_if_fail ((guint) act < G_N_ELEMENTS (names), NULL);
  return g_strdup (_(names[act]));
}

/**
 * signet_words_certificate_status:
 * @status: (nullable): "good", "revoked", "suspended" or "unknown"
 *
 * Returns: (transfer full): what an authority says of a certificate
 */
char *
signet_words_certificate_status (const char *status)
{
  static const struct { const char *id; const char *text; } rows[] = {
    { "good", N_("Counts; not revoked") },
    { "revoked", N_("Revoked") },
    { "suspended", N_("Suspended: does not count for now") },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    if (g_strcmp0 (rows[i].id, status) == 0)
      return g_strdup (_(rows[i].text));
  return g_strdup (_("Not known to the authority"));
}

/**
 * signet_words_revocation_reason:
 * @reason: (nullable): a name of RFC 5280, 5.3.1
 *
 * Returns: (transfer full): the same for people
 */
char *
signet_words_revocation_reason (const char *reason)
{
  static const struct { const char *id; const char *text; } rows[] = {
    { "unspecified", N_("Not said") },
    { "keyCompromise", N_("Somebody else may have the key") },
    { "superseded", N_("There is a new one in its place") },
    { "cessationOfOperation", N_("It is not needed any more") },
    { "affiliationChanged", N_("Name or organisation have changed") },
    { "certificateHold", N_("Suspended for now") },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    if (g_strcmp0 (rows[i].id, reason) == 0)
      return g_strdup (_(rows[i].text));
  return reason != NULL ? signet_text_sanitize (reason, -1, 60) : g_strdup ("");
}

/**
 * signet_words_contact:
 * @authority: an authority
 *
 * Returns: (transfer full): how to reach it when nothing can be asked over the network
 */
char *
signet_words_contact (SignetAuthority *authority)
{
  g_autofree char *phone = signet_authority_dup_phone (authority);
  g_autofree char *url = signet_authority_dup_url (authority);
  const char *name = signet_authority_get_name (authority);

  if (phone != NULL && url != NULL)
    return _signet_words_fill (_("Turn to {name}: {phone}, {url}"), "name", name, "phone", phone, "url", url, NULL);
  if (phone != NULL || url != NULL)
    return _signet_words_fill (_("Turn to {name}: {where}"), "name", name, "where", phone != NULL ? phone : url, NULL);
  return _signet_words_fill (_("Turn to {name}; how, its profile does not say"), "name", name, NULL);
}
