/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-terminal-consent.c: what stands on the terminal above what a person is asked to agree to. Main thread. */
#define G_LOG_DOMAIN "signet-terminal-consent"

#include "config.h"

#include <glib/gi18n.h>

#include "signet-terminal-consent.h"

#include "../core/base/signet-text.h"
#include "../core/face/signet-words.h"

char *
signet_terminal_consent_dup_headline (const SignetConsent *consent)
{
  g_autofree char *title = signet_text_sanitize (consent->title, -1, 300);

  if (g_str_equal (consent->kind, "many-pins"))
    /* translators: the label of a token, and a number of 2 or more */
    return g_strdup_printf (_("The key on “%s” asks for its PIN at each signature: %s times now, after the PIN of the token."), title,
                            consent->values[1]);
  if (g_str_equal (consent->kind, "time-stamp-later"))
    return g_strdup (_("No time stamp server answers. The signature can be made without a time stamp now, and the time stamp added later."));
  if (g_str_equal (consent->kind, "init-token"))
    /* translators: %s is the label of a token */
    return g_strdup_printf (_("“%s” is in use. All of this will be destroyed:"), title);
  if (g_str_equal (consent->kind, "plugin"))
    /* translators: %s is the name of a plugin */
    return g_strdup_printf (_("The plugin “%s” did not come with Signet. It never sees your PIN, your keys or your files. It may:"), title);
  if (g_str_equal (consent->kind, "plugin-changed"))
    /* translators: %s is the name of a plugin */
    return g_strdup_printf (_("The plugin “%s” has changed since you allowed it. It may now:"), title);
  if (g_str_equal (consent->kind, "terms"))
    return g_strdup_printf (_("Terms of %s:"), title);
  if (g_str_equal (consent->kind, "certificate-request"))
    /* translators: %s is the name of an authority */
    return g_strdup_printf (_("This will be asked of %s, signed with the new key:"), title);
  if (g_str_equal (consent->kind, "use-certificate"))
    /* translators: %s is the name of an authority */
    return g_strdup_printf (_("%s wants the request signed with a certificate you have from it. This one will be used:"), title);
  if (g_str_equal (consent->kind, "accept-difference"))
    /* translators: %s is the name of an authority */
    return g_strdup_printf (_("The certificate from %s differs from what was asked for:"), title);
  if (g_str_equal (consent->kind, "delegation"))
    /* translators: %s is the name of an authority */
    return g_strdup_printf (_("Not %s itself, but somebody it does not name as its own acts at this step. Nothing was sent there yet:"), title);
  if (g_str_equal (consent->kind, "revoke-certificate"))
    /* translators: %s is the name of a person */
    return g_strdup_printf (_("The certificate of %s will be revoked. Nothing takes that back, and nobody will accept new signatures with it:"), title);
  if (g_str_equal (consent->kind, "suspend-certificate"))
    /* translators: %s is the name of a person */
    return g_strdup_printf (_("The certificate of %s will be suspended until it is resumed:"), title);
  if (g_str_equal (consent->kind, "resume-certificate"))
    /* translators: %s is the name of a person */
    return g_strdup_printf (_("The certificate of %s will count again:"), title);
  if (g_str_equal (consent->kind, "unblock-token"))
    /* translators: %s is the name of an authority */
    return g_strdup_printf (_("%s unblocks this token. This, and nothing else, will be told to it:"), title);
  if (g_str_equal (consent->kind, "overwrite-key"))
    /* translators: %s is the label of a card */
    return g_strdup_printf (_("There is a key in that place of “%s” already. A new one destroys it: nobody can sign with it any more, and nothing brings it back:"), title);
  if (g_str_equal (consent->kind, "delete-certificate"))
    /* translators: %s is the label of a token */
    return g_strdup_printf (_("This certificate will be deleted from “%s”. Its key stays there:"), title);
  if (g_str_equal (consent->kind, "delete-key"))
    /* translators: %s is the label of a token */
    return g_strdup_printf (_("This key on “%s” will be destroyed, with all its certificates. Nobody can sign with it any more, and nothing brings it back:"), title);
  return g_steal_pointer (&title);
}

char *
signet_terminal_consent_dup_name (const char *name)
{
  static const struct { const char *name; const char *text; } rows[] = {
    { "subject", N_("Subject") },
    { "key", N_("Key") },
    { "token", N_("Token") },
    { "place", N_("Place") },
    { "model", N_("Model") },
    { "certificate", N_("Certificate") },
    { "authority", N_("Authority") },
    { "host", N_("Server") },
    { "serial", N_("Serial") },
    { "reason", N_("Reason") },
    { "plugin", N_("Plugin") },
    { "Terms", N_("Terms") },
    { "Fees", N_("Fees") },
    { "DataUse", N_("Use of your data") },
    { "Liability", N_("Liability") },
    { "Cps", N_("Practice statement") },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    if (g_strcmp0 (rows[i].name, name) == 0)
      return g_strdup (_(rows[i].text));
  if (signet_words_plugin_permission (name) != NULL)
    return g_strdup (signet_words_plugin_permission (name));
  if (signet_words_request_field (name) != NULL)
    return g_strdup (signet_words_request_field (name));
  return signet_text_sanitize (name, -1, 60);
}

gboolean
signet_terminal_consent_is_about_time (const SignetConsent *consent)
{
  if (!g_str_equal (consent->kind, "accept-difference"))
    return FALSE;
  for (guint i = 0; consent->names != NULL && consent->names[i] != NULL; i++)
    if (g_str_has_suffix (consent->names[i], "validity") && !g_str_has_prefix (consent->names[i], "lint-"))
      return TRUE;
  return FALSE;
}
