/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-command-journal.c: `signet journal list | verify`. Main thread.
 */
#define G_LOG_DOMAIN "signet-command-journal"

#include "config.h"

#include <glib/gi18n.h>

#include "signet-command.h"

#include "../core/base/signet-text.h"

#define DEFAULT_COUNT 50
#define MOST 100000

static void
signet_journal_set_text (JsonObject *object,
                         const char *name,
                         const char *text)
{
  g_autofree char *safe = text != NULL ? signet_text_sanitize (text, -1, 0) : NULL;

  if (safe != NULL)
    json_object_set_string_member (object, name, safe);
  else
    json_object_set_null_member (object, name);
}

/* the detail of an entry is JSON already; when it is not it stays a string */
static JsonNode *
signet_journal_detail_to_json (const char *detail)
{
  JsonNode *node = detail != NULL ? json_from_string (detail, NULL) : NULL;

  if (node != NULL)
    return node;
  node = json_node_new (detail != NULL ? JSON_NODE_VALUE : JSON_NODE_NULL);
  if (detail != NULL)
    {
      g_autofree char *safe = signet_text_sanitize (detail, -1, 0);

      json_node_set_string (node, safe);
    }
  return node;
}

static JsonObject *
signet_journal_entry_to_json (const SignetJournalEntry *entry)
{
  JsonObject *object = json_object_new ();
  g_autofree char *time = signet_time_format_iso8601 (entry->time);

  json_object_set_int_member (object, "number", entry->number);
  json_object_set_string_member (object, "time", time);
  signet_journal_set_text (object, "act", entry->act);
  signet_journal_set_text (object, "subject", entry->subject);
  signet_journal_set_text (object, "path", entry->path);
  signet_journal_set_text (object, "sha256", entry->sha256);
  signet_journal_set_text (object, "certificate", entry->certificate);
  json_object_set_member (object, "detail", signet_journal_detail_to_json (entry->detail));
  signet_journal_set_text (object, "hash", entry->hash);
  return object;
}

static char *
signet_journal_act (const char *act)
{
  static const struct { const char *id; const char *text; } rows[] = {
    { "signed", N_("Signed") },
    { "extended", N_("Extended") },
    { "verified", N_("Verified") },
    { "certificate-requested", N_("Asked for a certificate") },
    { "certificate-installed", N_("Certificate installed") },
    { "certificate-rejected", N_("Request refused") },
    { "certificate-closed", N_("Request closed without the authority’s confirmation") },
    { "certificate-request-cancelled", N_("Request given up") },
    { "certificate-request-expired", N_("Request not answered in time") },
    { "certificate-difference-accepted", N_("Accepted what differs") },
    { "certificate-difference-refused", N_("Refused what differs") },
    { "key-reused", N_("Key used again") },
    { "encryption-key-installed", N_("Encryption key installed") },
    { "encryption-key-not-installed", N_("Encryption key kept back") },
    { "token-initialised", N_("Token set up") },
    { "key-made", N_("Key made") },
    { "certificate-confirmed", N_("Certificate confirmed") },
    { "certificate-not-confirmed", N_("Certificate not confirmed by the authority") },
    { "certificate-declined", N_("Authority told that its certificate is not taken") },
    { "certificate-not-declined", N_("Authority not told that its certificate is not taken") },
    { "request-cancelled", N_("Request given up") },
    { "request-rejected", N_("Request refused") },
    { "terms-agreed", N_("Terms agreed to") },
    { "pin-changed", N_("PIN changed") },
    { "key-imported", N_("Key brought to a token") },
    { "certificate-imported", N_("Certificate put on a token") },
    { "certificate-deleted", N_("Certificate deleted") },
    { "certificate-revoked", N_("Certificate revoked") },
    { "certificate-suspended", N_("Certificate suspended") },
    { "certificate-resumed", N_("Certificate counts again") },
    { "revocation-refused", N_("Revocation refused") },
    { "suspension-refused", N_("Suspension refused") },
    { "resumption-refused", N_("Resumption refused") },
    { "key-blocked", N_("Key blocked") },
    { "key-block-lifted", N_("Key released again") },
    { "key-deleted", N_("Key destroyed") },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    if (g_strcmp0 (rows[i].id, act) == 0)
      return g_strdup (_(rows[i].text));
  return signet_text_sanitize (act, -1, 40);
}

static void
signet_journal_show (const SignetJournalEntry *entry)
{
  g_autofree char *time = signet_words_date_time (entry->time);
  g_autofree char *act = signet_journal_act (entry->act);
  g_autofree char *padded_act = signet_terminal_pad (act, 24);
  g_autofree char *padded_time = signet_terminal_pad (time, 25);
  g_autofree char *subject = signet_text_sanitize (entry->subject, -1, 200);

  signet_terminal_print ("%5" G_GINT64_FORMAT "  %s %s %s", entry->number, padded_time, padded_act, subject);
}

int
signet_command_journal_list (SignetInvocation *invocation)
{
  int most = DEFAULT_COUNT;
  SignetJournal *journal;
  g_autoptr(GPtrArray) entries = NULL;
  g_autoptr(GError) error = NULL;
  JsonObject *document;
  JsonArray *array;
  const GOptionEntry options[] = {
    { "most", 'n', 0, G_OPTION_ARG_INT, &most, N_("Show at most so many entries, the newest first"), "N" },
    { NULL }
  };

  if (!signet_invocation_parse (invocation, options, SIGNET_OPTIONS_JSON))
    return invocation->status;
  if (most < 1 || most > MOST)
    return signet_invocation_usage (invocation, "%s", _("-n is a number from 1 to 100000"));
  journal = signet_core_get_journal (signet_invocation_get_core (invocation), &error);
  if (journal != NULL)
    entries = signet_journal_list (journal, (guint) most, &error);
  if (entries == NULL)
    return signet_invocation_fail (invocation, NULL, error);

  array = json_array_new ();
  for (guint i = 0; i < entries->len; i++)
    {
      json_array_add_object_element (array, signet_journal_entry_to_json (g_ptr_array_index (entries, i)));
      if (!invocation->json)
        signet_journal_show (g_ptr_array_index (entries, i));
    }
  if (entries->len == 0 && !invocation->json)
    signet_terminal_print ("%s", _("The journal is empty."));
  document = signet_invocation_new_document ();
  json_object_set_array_member (document, "entries", array);
  if (invocation->json)
    signet_invocation_print_document (document);
  else
    json_object_unref (document);
  return SIGNET_STATUS_DONE;
}

int
signet_command_journal_verify (SignetInvocation *invocation)
{
  SignetJournal *journal;
  g_autoptr(GError) error = NULL;
  g_autofree char *mark = NULL;
  g_autofree char *number = NULL;
  JsonObject *document;
  gint64 broken = 0;
  gboolean holds;

  if (!signet_invocation_parse (invocation, NULL, SIGNET_OPTIONS_JSON))
    return invocation->status;
  journal = signet_core_get_journal (signet_invocation_get_core (invocation), &error);
  if (journal == NULL)
    return signet_invocation_fail (invocation, NULL, error);

  holds = signet_journal_verify (journal, &broken, &error);
  if (error != NULL)
    return signet_invocation_fail (invocation, NULL, error);
  if (invocation->json)
    {
      document = signet_invocation_new_document ();
      json_object_set_boolean_member (document, "intact", holds);
      if (holds)
        json_object_set_null_member (document, "broken_at");
      else
        json_object_set_int_member (document, "broken_at", broken);
      signet_invocation_print_document (document);
      return holds ? SIGNET_STATUS_DONE : 1;
    }
  if (holds)
    {
      mark = signet_terminal_mark (SIGNET_MARK_OK, _("The journal is whole; nobody changed it."), FALSE);
      signet_terminal_print ("%s", mark);
      return SIGNET_STATUS_DONE;
    }
  mark = signet_terminal_mark (SIGNET_MARK_STOP, _("The journal was changed."), FALSE);
  signet_terminal_print ("%s", mark);
  number = g_strdup_printf ("%" G_GINT64_FORMAT, broken);
  /* translators: the number of an entry */
  signet_terminal_print (_("  Entry %s was changed or is missing; what comes after it is not proved."), number);
  return 1;
}
