/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-standing.c: one table from standing codes to words, for all pages. Any thread. */
#define G_LOG_DOMAIN "signet-standing"

#include "config.h"

#include <glib/gi18n.h>

#include "signet-standing.h"

typedef struct {
  const char *code;
  SignetState state;
  gboolean    may_issue;
  const char *words;
} Standing;

static const Standing standings[] = {
  { "licensed", SIGNET_STATE_OK, TRUE, N_("Licensed") },
  { "recognised", SIGNET_STATE_OK, TRUE, N_("Recognised") },
  { "expired", SIGNET_STATE_STOP, FALSE, N_("Licence ended: it may not issue certificates") },
  { "suspended", SIGNET_STATE_STOP, FALSE, N_("Licence suspended: it may not issue certificates") },
  { "revoked", SIGNET_STATE_STOP, FALSE, N_("Licence revoked: it may not issue certificates") },
  { "never", SIGNET_STATE_STOP, FALSE, N_("Never licensed") },
  { "unknown", SIGNET_STATE_UNKNOWN, TRUE, N_("On no list") },
};

static const Standing *
find (SignetAuthority *authority)
{
  const char *code = signet_authority_get_standing (authority);

  for (guint i = 0; i < G_N_ELEMENTS (standings); i++)
    if (g_strcmp0 (standings[i].code, code) == 0)
      return &standings[i];
  return &standings[G_N_ELEMENTS (standings) - 1];
}

SignetState
signet_standing_state (SignetAuthority *authority)
{
  return find (authority)->state;
}

const char *
signet_standing_words (SignetAuthority *authority)
{
  return _(find (authority)->words);
}

gboolean
signet_standing_may_issue (SignetAuthority *authority)
{
  return find (authority)->may_issue;
}
