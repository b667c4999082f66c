/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-command-delete.c: `signet certificate delete`: a certificate, or with --with-key the private key and all that goes with it.
 * What is lost is named before anything is asked. Main thread.
 */
#define G_LOG_DOMAIN "signet-command-delete"

#include "config.h"

#include <glib/gi18n.h>

#include "signet-command.h"
#include "signet-command-token.h"
#include "signet-lookup.h"

/* One deletion. */
typedef struct
{
  SignetInvocation *invocation;
  SignetTokenKey   *key;          /* (owned): the entry that was named */
  gboolean          with_key;
  GPtrArray        *certificates; /* (owned): that go */
} SignetDeletion;

static void
signet_deletion_clear (SignetDeletion *deletion)
{
  g_clear_object (&deletion->key);
  g_clear_pointer (&deletion->certificates, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SignetDeletion, signet_deletion_clear)

/* With a key go all its certificates, not only the one that was named. */
static void
signet_deletion_list (SignetDeletion *deletion)
{
  SignetCertificate *named = signet_token_key_get_certificate (deletion->key);
  GPtrArray *keys = signet_token_get_keys (signet_token_key_get_token (deletion->key));

  deletion->certificates = g_ptr_array_new_with_free_func (g_object_unref);
  if (named != NULL)
    g_ptr_array_add (deletion->certificates, g_object_ref (named));
  for (guint i = 0; deletion->with_key && i < keys->len; i++)
    {
      SignetTokenKey *other = g_ptr_array_index (keys, i);
      SignetCertificate *certificate = signet_token_key_get_certificate (other);

      if (certificate != NULL && (named == NULL || !signet_certificate_equal (certificate, named)) &&
          g_str_equal (signet_token_key_get_sha256 (other), signet_token_key_get_sha256 (deletion->key)))
        g_ptr_array_add (deletion->certificates, g_object_ref (certificate));
    }
}

static char *
signet_deletion_describe (SignetCertificate *certificate)
{
  g_autofree char *until = signet_words_date (signet_certificate_get_not_after (certificate));

  /* translators: a certificate in one line: {0} its holder, {1} who issued it, {2} a date */
  return g_strdup_printf (_("%s · from %s · until %s"), signet_certificate_get_holder (certificate),
                          signet_certificate_get_authority (certificate), until);
}

static gboolean
signet_deletion_confirm (SignetDeletion    *deletion,
                         SignetInteraction *interaction,
                         GError           **error)
{
  SignetToken *token = signet_token_key_get_token (deletion->key);
  g_autoptr(GPtrArray) names = g_ptr_array_new ();
  g_autoptr(GPtrArray) values = g_ptr_array_new_with_free_func (g_free);
  SignetConsent consent = { .kind = deletion->with_key ? "delete-key" : "delete-certificate", .title = signet_token_get_label (token) };

  for (guint i = 0; i < deletion->certificates->len; i++)
    {
      g_ptr_array_add (names, (char *) "certificate");
      g_ptr_array_add (values, signet_deletion_describe (g_ptr_array_index (deletion->certificates, i)));
    }
  g_ptr_array_add (names, (char *) "key");
  g_ptr_array_add (values, g_strdup_printf ("%s · %.16s", signet_token_key_get_key_text (deletion->key), signet_token_key_get_sha256 (deletion->key)));
  g_ptr_array_add (names, NULL);
  g_ptr_array_add (values, NULL);
  consent.names = (const char *const *) names->pdata;
  consent.values = (const char *const *) values->pdata;
  return signet_interaction_confirm (interaction, &consent, deletion->invocation->cancellable, error);
}

static gboolean
signet_deletion_do (SignetDeletion     *deletion,
                    SignetTokenSession *session,
                    GError            **error)
{
  GCancellable *cancellable = deletion->invocation->cancellable;

  if (deletion->with_key)
    return signet_token_session_delete_key (session, signet_token_key_get_sha256 (deletion->key), cancellable, error);
  return signet_token_session_delete_certificate (session, signet_token_key_get_certificate (deletion->key), cancellable, error);
}

static void
signet_deletion_record (SignetDeletion *deletion)
{
  SignetToken *token = signet_token_key_get_token (deletion->key);

  for (guint i = 0; i < deletion->certificates->len; i++)
    signet_command_token_record_certificate (deletion->invocation, "certificate-deleted", token,
                                             g_ptr_array_index (deletion->certificates, i));
  if (deletion->with_key)
    signet_command_token_record_certificate (deletion->invocation, "key-deleted", token, NULL);
}

static void
signet_deletion_print_json (SignetDeletion *deletion)
{
  JsonObject *document = signet_invocation_new_document ();
  JsonObject *deleted = json_object_new ();
  JsonArray *certificates = json_array_new ();

  for (guint i = 0; i < deletion->certificates->len; i++)
    json_array_add_object_element (certificates, signet_words_certificate_to_json (g_ptr_array_index (deletion->certificates, i)));
  json_object_set_string_member (deleted, "token", signet_token_get_uri (signet_token_key_get_token (deletion->key)));
  if (deletion->with_key)
    json_object_set_string_member (deleted, "key_sha256", signet_token_key_get_sha256 (deletion->key));
  else
    json_object_set_null_member (deleted, "key_sha256");
  json_object_set_array_member (deleted, "certificates", certificates);
  json_object_set_object_member (document, "deleted", deleted);
  signet_invocation_print_document (document);
}

static void
signet_deletion_show (SignetDeletion *deletion)
{
  g_autofree char *mark = signet_terminal_mark (SIGNET_MARK_OK, deletion->with_key ? _("Key deleted") : _("Certificate deleted"), FALSE);
  SignetCertificate *certificate = signet_token_key_get_certificate (deletion->key);

  signet_terminal_print ("%s  %s", mark,
                         certificate != NULL ? signet_certificate_get_holder (certificate) : signet_token_key_get_key_text (deletion->key));
}

static int
signet_deletion_run (SignetDeletion *deletion,
                     gboolean        agreed)
{
  SignetInvocation *invocation = deletion->invocation;
  g_autoptr(SignetTerminalInteraction) interaction = NULL;
  g_autoptr(SignetTokenSession) session = NULL;
  g_autoptr(GError) error = NULL;

  interaction = signet_invocation_new_interaction (invocation, &error);
  if (interaction == NULL)
    return signet_invocation_fail (invocation, NULL, error);
  if (agreed)
    signet_terminal_interaction_set_agreed (interaction, deletion->with_key ? "delete-key" : "delete-certificate");
  signet_deletion_list (deletion);
  if (signet_deletion_confirm (deletion, SIGNET_INTERACTION (interaction), &error))
    session = signet_token_login_to_write (signet_token_key_get_token (deletion->key), SIGNET_INTERACTION (interaction), NULL,
                                           invocation->cancellable, &error);
  if (session == NULL || !signet_deletion_do (deletion, session, &error))
    return signet_invocation_fail (invocation, invocation->arguments[0], error);
  signet_deletion_record (deletion);
  if (invocation->json)
    signet_deletion_print_json (deletion);
  else
    signet_deletion_show (deletion);
  return SIGNET_STATUS_DONE;
}

int
signet_command_certificate_delete (SignetInvocation *invocation)
{
  g_auto(SignetDeletion) deletion = { .invocation = invocation };
  gboolean yes = FALSE;
  const GOptionEntry entries[] = {
    { "with-key", 0, 0, G_OPTION_ARG_NONE, &deletion.with_key, N_("Delete its private key as well, and every certificate of that key"), NULL },
    { "yes", 0, 0, G_OPTION_ARG_NONE, &yes, N_("Do not ask: what will be lost is known"), NULL },
    { NULL }
  };

  if (!signet_invocation_parse (invocation, entries, SIGNET_OPTIONS_JSON | SIGNET_OPTIONS_MODULE | SIGNET_OPTIONS_PIN | SIGNET_OPTIONS_WRITE))
    return invocation->status;
  if (signet_invocation_n_arguments (invocation) != 1)
    return signet_invocation_usage (invocation, "%s", _("name one certificate by its fingerprint or its URI"));
  deletion.key = signet_lookup_certificate (invocation, invocation->arguments[0]);
  if (deletion.key == NULL)
    return invocation->status;
  if (!deletion.with_key && signet_token_key_get_certificate (deletion.key) == NULL)
    return signet_invocation_usage (invocation, "%s", _("this is a key without a certificate: --with-key deletes it"));
  return signet_deletion_run (&deletion, yes);
}
