/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-command-authority.c: `signet authority list | show`. Main thread.
 *
 * A profile that cannot be used is told with its reason, never silently left out.
 */
#define G_LOG_DOMAIN "signet-command-authority"

#include "config.h"

#include <glib/gi18n.h>

#include "signet-command.h"

#include "../core/base/signet-base-error.h"
#include "../core/base/signet-text.h"

static const char *const disclosures[] = { "Terms", "Fees", "DataUse", "Liability", "Cps" };

static JsonArray *
signet_authority_strv_to_json (const char *const *strv)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; strv != NULL && strv[i] != NULL; i++)
    {
      g_autofree char *safe = signet_text_sanitize (strv[i], -1, 0);

      json_array_add_string_element (array, safe);
    }
  return array;
}

static JsonArray *
signet_authority_problems_to_json (GPtrArray *problems)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; problems != NULL && i < problems->len; i++)
    json_array_add_object_element (array, signet_words_error_to_json (g_ptr_array_index (problems, i)));
  return array;
}

static void
signet_authority_show_problems (SignetInvocation *invocation)
{
  GPtrArray *problems = signet_core_get_problems (signet_invocation_get_core (invocation));

  for (guint i = 0; problems != NULL && i < problems->len; i++)
    signet_terminal_show_error (NULL, g_ptr_array_index (problems, i));
}

static char *
signet_authority_standing (SignetAuthority *authority)
{
  static const struct { const char *id; const char *text; } rows[] = {
    { "licensed", N_("Licensed") },
    { "expired", N_("Licence expired") },
    { "suspended", N_("Licence suspended") },
    { "revoked", N_("Licence revoked") },
    { "never", N_("Never licensed") },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    if (g_strcmp0 (rows[i].id, signet_authority_get_standing (authority)) == 0)
      return g_strdup (_(rows[i].text));
  return g_strdup (_("On no list here: whether it is licensed cannot be told"));
}

/* What the authority says it uses, beside what is filed here. Hearsay: it is shown and no more. */
static gboolean
signet_authority_is_filed (SignetAuthority   *authority,
                           SignetCertificate *certificate)
{
  GPtrArray *chain = signet_authority_get_chain (authority);

  for (guint i = 0; chain != NULL && i < chain->len; i++)
    if (g_str_equal (signet_certificate_get_sha256 (chain->pdata[i]), signet_certificate_get_sha256 (certificate)))
      return TRUE;
  return FALSE;
}

static JsonArray *
signet_authority_told_to_json (SignetAuthority *authority,
                               GPtrArray       *told)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < told->len; i++)
    {
      JsonObject *object = json_object_new ();

      json_object_set_object_member (object, "certificate", signet_words_certificate_to_json (told->pdata[i]));
      json_object_set_boolean_member (object, "filed", signet_authority_is_filed (authority, told->pdata[i]));
      json_array_add_object_element (array, object);
    }
  return array;
}

static void
signet_authority_show_told (SignetAuthority *authority,
                            GPtrArray       *told)
{
  gboolean news = FALSE;

  signet_terminal_print ("%s", _("The authority says it uses now:"));
  for (guint i = 0; i < told->len; i++)
    {
      gboolean filed = signet_authority_is_filed (authority, told->pdata[i]);
      g_autofree char *mark = NULL;

      news = news || !filed;
      mark = signet_terminal_mark (filed ? SIGNET_MARK_OK : SIGNET_MARK_WARNING, signet_certificate_get_subject (told->pdata[i]), FALSE);
      signet_terminal_print ("  %s", mark);
      signet_terminal_print ("    SHA-256 %s", signet_certificate_get_sha256 (told->pdata[i]));
    }
  if (news)
    signet_terminal_print ("%s", _("What is marked is not filed here. Nothing was changed: a chain is filed by whoever set the authority up, after "
                                   "comparing the fingerprint with one that came another way."));
}

static GPtrArray *
signet_authority_ask (SignetInvocation *invocation,
                      SignetAuthority  *authority,
                      GError          **error)
{
  SignetEnrolment *enrolment = signet_core_get_enrolment (signet_invocation_get_core (invocation), error);
  g_autoptr(SignetTerminalInteraction) interaction = NULL;

  if (enrolment == NULL || (interaction = signet_invocation_new_interaction (invocation, error)) == NULL)
    return NULL;
  return signet_enrolment_ask_chain (enrolment, authority, SIGNET_INTERACTION (interaction), invocation->cancellable, error);
}

static JsonObject *
signet_authority_to_json (SignetAuthority *authority)
{
  JsonObject *object = json_object_new ();
  GPtrArray *chain = signet_authority_get_chain (authority);
  g_auto(GStrv) keys = signet_authority_dup_key_specs (authority);
  g_auto(GStrv) hosts = signet_authority_dup_hosts (authority);
  JsonArray *certificates = json_array_new ();
  JsonObject *texts = json_object_new ();

  for (guint i = 0; chain != NULL && i < chain->len; i++)
    json_array_add_object_element (certificates, signet_words_certificate_to_json (g_ptr_array_index (chain, i)));
  for (gsize i = 0; i < G_N_ELEMENTS (disclosures); i++)
    if (signet_authority_get_disclosure (authority, disclosures[i]) != NULL)
      {
        g_autofree char *safe = signet_text_sanitize (signet_authority_get_disclosure (authority, disclosures[i]), -1, 0);

        json_object_set_string_member (texts, disclosures[i], safe);
      }
  json_object_set_string_member (object, "id", signet_authority_get_id (authority));
  json_object_set_string_member (object, "name", signet_authority_get_name (authority));
  json_object_set_boolean_member (object, "sample", signet_authority_is_sample (authority));
  json_object_set_string_member (object, "standing", signet_authority_get_standing (authority));
  if (signet_authority_get_licence (authority) != NULL)
    json_object_set_string_member (object, "licence", signet_authority_get_licence (authority));
  else
    json_object_set_null_member (object, "licence");
  json_object_set_string_member (object, "plugin", signet_authority_get_plugin (authority));
  json_object_set_array_member (object, "keys", signet_authority_strv_to_json ((const char *const *) keys));
  json_object_set_array_member (object, "hosts", signet_authority_strv_to_json ((const char *const *) hosts));
  json_object_set_array_member (object, "chain", certificates);
  json_object_set_object_member (object, "disclosure", texts);
  return object;
}

static void
signet_authority_show_row (SignetAuthority *authority)
{
  g_autofree char *id = signet_terminal_pad (signet_authority_get_id (authority), 20);
  g_autofree char *standing = signet_authority_standing (authority);

  if (signet_authority_is_sample (authority))
    signet_terminal_print ("%s %s · %s · %s", id, signet_authority_get_name (authority), _("Sample"), standing);
  else
    signet_terminal_print ("%s %s · %s", id, signet_authority_get_name (authority), standing);
}

int
signet_command_authority_list (SignetInvocation *invocation)
{
  GPtrArray *authorities;
  JsonObject *document;
  JsonArray *array;

  if (!signet_invocation_parse (invocation, NULL, SIGNET_OPTIONS_JSON))
    return invocation->status;

  authorities = signet_core_get_authorities (signet_invocation_get_core (invocation));
  signet_authority_show_problems (invocation);
  if (!invocation->json)
    {
      for (guint i = 0; i < authorities->len; i++)
        signet_authority_show_row (g_ptr_array_index (authorities, i));
      if (authorities->len == 0)
        signet_terminal_print ("%s", _("No authority is set up on this computer."));
      return SIGNET_STATUS_DONE;
    }
  array = json_array_new ();
  for (guint i = 0; i < authorities->len; i++)
    json_array_add_object_element (array, signet_authority_to_json (g_ptr_array_index (authorities, i)));
  document = signet_invocation_new_document ();
  json_object_set_array_member (document, "authorities", array);
  json_object_set_array_member (document, "problems",
                                signet_authority_problems_to_json (signet_core_get_problems (signet_invocation_get_core (invocation))));
  signet_invocation_print_document (document);
  return SIGNET_STATUS_DONE;
}

/* --- show ---------------------------------------------------------------------------------------------------------------- */
static void
signet_authority_show_line (const char *name,
                            const char *value)
{
  g_autofree char *padded = signet_terminal_pad (name, 18);
  g_autofree char *safe = signet_text_sanitize (value, -1, 0);

  if (*safe != '\0')
    signet_terminal_print ("  %s%s", padded, safe);
}

static void
signet_authority_show (SignetAuthority *authority)
{
  g_autofree char *title = signet_terminal_bold (signet_authority_get_name (authority));
  g_autofree char *standing = signet_authority_standing (authority);
  g_auto(GStrv) keys = signet_authority_dup_key_specs (authority);
  g_autofree char *kinds = keys != NULL ? g_strjoinv (", ", keys) : NULL;
  GPtrArray *chain = signet_authority_get_chain (authority);

  signet_terminal_print ("%s", title);
  if (signet_authority_is_sample (authority))
    signet_terminal_print ("  %s", _("This is a sample authority, for trying things out. Its certificates prove nothing to others."));
  signet_authority_show_line (_("Standing"), standing);
  signet_authority_show_line (_("Licence"), signet_authority_get_licence (authority));
  signet_authority_show_line (_("Plugin"), signet_authority_get_plugin (authority));
  signet_authority_show_line (_("Kinds of keys"), kinds);
  for (guint i = 0; chain != NULL && i < chain->len; i++)
    signet_authority_show_line (i == 0 ? _("CA certificates") : "", signet_certificate_get_subject (g_ptr_array_index (chain, i)));
  signet_authority_show_line (_("Terms"), signet_authority_get_disclosure (authority, "Terms"));
  signet_authority_show_line (_("Fees"), signet_authority_get_disclosure (authority, "Fees"));
  signet_authority_show_line (_("Use of your data"), signet_authority_get_disclosure (authority, "DataUse"));
  signet_authority_show_line (_("Liability"), signet_authority_get_disclosure (authority, "Liability"));
  signet_authority_show_line (_("Practice statement"), signet_authority_get_disclosure (authority, "Cps"));
}

static SignetAuthority *
signet_authority_find (SignetInvocation *invocation,
                       const char       *id,
                       GError          **error)
{
  GPtrArray *authorities = signet_core_get_authorities (signet_invocation_get_core (invocation));

  for (guint i = 0; i < authorities->len; i++)
    if (g_str_equal (signet_authority_get_id (authorities->pdata[i]), id))
      return authorities->pdata[i];
  g_set_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_NOT_FOUND, "no authority of this name is set up on this computer");
  return NULL;
}

/* @told: (nullable) */
static void
signet_authority_print_json (SignetAuthority *authority,
                             GPtrArray       *told)
{
  JsonObject *document = signet_invocation_new_document ();
  JsonObject *object = signet_authority_to_json (authority);

  if (told != NULL)
    json_object_set_array_member (object, "told", signet_authority_told_to_json (authority, told));
  json_object_set_object_member (document, "authority", object);
  signet_invocation_print_document (document);
}

int
signet_command_authority_show (SignetInvocation *invocation)
{
  gboolean ask = FALSE;
  const GOptionEntry entries[] = {
    { "ask", 0, 0, G_OPTION_ARG_NONE, &ask, N_("Ask the authority which CA certificates it uses now"), NULL },
    G_OPTION_ENTRY_NULL
  };
  g_autoptr(GPtrArray) told = NULL;
  g_autoptr(GError) error = NULL;
  SignetAuthority *authority;

  if (!signet_invocation_parse (invocation, entries, SIGNET_OPTIONS_JSON))
    return invocation->status;
  if (signet_invocation_n_arguments (invocation) != 1)
    return signet_invocation_usage (invocation, "%s", _("name one authority (see: signet authority list)"));

  authority = signet_authority_find (invocation, invocation->arguments[0], &error);
  if (authority != NULL && ask)
    told = signet_authority_ask (invocation, authority, &error);
  if (error != NULL)
    return signet_invocation_fail (invocation, invocation->arguments[0], error);
  if (invocation->json)
    signet_authority_print_json (authority, told);
  else
    signet_authority_show (authority);
  if (told != NULL && !invocation->json)
    signet_authority_show_told (authority, told);
  return SIGNET_STATUS_DONE;
}
