/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-words-life.c: what ends soon and what is done to a certificate that is there, in words. Any thread.
 */
#define G_LOG_DOMAIN "signet-words-life"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "signet-words.h"
#include "signet-words-private.h"

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
