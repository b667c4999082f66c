/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-words-plugins.c: what a plugin may do, and how it stands, in words for people. Any thread. */
#define G_LOG_DOMAIN "signet-words-plugins"

#include "config.h"

#include <glib/gi18n.h>

#include "signet-words.h"

#include "../base/signet-text.h"

/* The codes of signet_plugin_manifest_dup_permissions() and of the consents "plugin" and "plugin-changed". */
static const struct { const char *code; const char *words; } permissions[] = {
  { "plugin", N_("Plugin") },
  { "plugin-version", N_("Version") },
  { "plugin-publisher", N_("Publisher, by its own account") },
  { "plugin-folder", N_("Folder") },
  { "plugin-hosts", N_("Has Signet ask these servers for it") },
  { "plugin-http", N_("Sends what you entered to the authority") },
  { "plugin-csr", N_("Has certificate requests signed with your new key; each is shown to you first") },
  { "plugin-cmp", N_("Has messages of the protocol CMP protected with your key or activation code") },
  { "plugin-scep", N_("Has messages of the protocol SCEP made with your key") },
  { "plugin-transport", N_("Receives an encryption key the authority made for you") },
  { "plugin-tls-client", N_("Has Signet show your certificate to the authority’s servers") },
  { "plugin-secrets", N_("Has these secrets sent to the authority, without seeing them") },
  { "plugin-keys", N_("Kinds of keys") },
  { "plugin-network", N_("Uses the network by itself, and can reach any server") },
  { "plugin-programs", N_("Starts programs of this computer") },
  { "plugin-state", N_("Keeps notes of its own in a small folder, one for each authority") },
};

/**
 * signet_words_plugin_permission:
 *
 * Returns: (nullable): what a code of a plugin's permissions means
 */
const char *
signet_words_plugin_permission (const char *code)
{
  for (gsize i = 0; i < G_N_ELEMENTS (permissions); i++)
    if (g_strcmp0 (permissions[i].code, code) == 0)
      return _(permissions[i].words);
  return NULL;
}

/* Without hosts of its own: those of whom it serves. (transfer full) */
char *
signet_words_plugin_value (const char *code,
                           const char *value)
{
  if (g_strcmp0 (code, "plugin-hosts") == 0 && g_strcmp0 (value, "*profile*") == 0)
    return g_strdup (_("those of the authority it serves"));
  return signet_text_sanitize (value, -1, 400);
}

const char *
signet_words_plugin_standing (SignetPluginStanding standing)
{
  switch (standing)
    {
    case SIGNET_PLUGIN_STANDING_SHIPPED:
      return _("Came with Signet");
    case SIGNET_PLUGIN_STANDING_POLICY:
      return _("Allowed by your administrator");
    case SIGNET_PLUGIN_STANDING_ALLOWED:
      return _("Allowed by you");
    case SIGNET_PLUGIN_STANDING_NEW:
      return _("Off: you were not asked yet");
    case SIGNET_PLUGIN_STANDING_CHANGED:
      return _("Off: it has changed since you allowed it");
    case SIGNET_PLUGIN_STANDING_FORBIDDEN:
      return _("Off: forbidden by you");
    case SIGNET_PLUGIN_STANDING_EXCLUDED:
      return _("Off: excluded by your administrator");
    }
  return "";
}

/* The codes of signet_plugin_conformance_run(), and two of the command's own. */
static const struct { const char *code; const char *words; } findings[] = {
  { "manifest", N_("The manifest says what it must") },
  { "hello", N_("It starts behind its wall and says hello") },
  { "methods", N_("It says what it can do") },
  { "ends", N_("It ends when its input does") },
  { "unknown-method", N_("It refuses what it does not know, and lives on") },
  { "junk", N_("It lives through calls that lack what they need") },
  { "form", N_("Its form can be drawn") },
  { "pin", N_("It asks for no PIN") },
  { "answers", N_("It lives through whatever servers answer") },
  { "cookie", N_("It goes on with its cookie after a restart") },
  { "schema", N_("Every line fits the schema") },
  { "permissions", N_("It asks for nothing its manifest does not name") },
  { "replay", N_("The recording plays as it was") },
};

const char *
signet_words_plugin_finding (const char *code)
{
  for (gsize i = 0; i < G_N_ELEMENTS (findings); i++)
    if (g_strcmp0 (findings[i].code, code) == 0)
      return _(findings[i].words);
  return code;
}
