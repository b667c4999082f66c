/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-request-terms.c: what an authority tells before a request: shown, fetched, compared with what was agreed to before; and the record of it, and of
 * who acted, at a request that is there. Main thread.
 */
#define G_LOG_DOMAIN "signet-request-terms"

#include "config.h"

#include <glib/gi18n.h>

#include "signet-request-terms.h"

#include "../core/base/signet-base-error.h"
#include "../core/base/signet-text.h"
#include "../core/enrolment/signet-disclosure.h"

#define PATIENCE 15         /* seconds for the practice statement, when a person looks on */
#define SCRIPT_PATIENCE 5

static const struct { const char *key; const char *name; } parts[] = {
  { "Terms", N_("Terms") },
  { "Fees", N_("Fees") },
  { "DataUse", N_("Use of your data") },
  { "Liability", N_("Liability") },
  { "Cps", N_("Practice statement") },
};

static const char *
signet_request_part_name (const char *key)
{
  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    if (g_strcmp0 (parts[i].key, key) == 0)
      return _(parts[i].name);
  return key;
}

/* --- before ---------------------------------------------------------------------------------------------------------------- */
static void
signet_request_show_terms (SignetEnrolment *enrolment,
                           SignetAuthority *authority)
{
  /* translators: %s is the name of an authority */
  signet_terminal_message (_("Terms of %s:"), signet_authority_get_name (authority));
  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      g_autofree char *text = signet_enrolment_dup_term (enrolment, authority, parts[i].key);
      g_autofree char *safe = text != NULL ? signet_text_sanitize (text, -1, 0) : NULL;

      if (safe != NULL)
        signet_terminal_message ("\n%s\n  %s", _(parts[i].name), safe);
    }
}

/* What is filed is shown where the authority cannot be asked: the person is told, and decides. */
static void
signet_request_ask_terms (SignetInvocation  *invocation,
                          SignetEnrolment   *enrolment,
                          SignetAuthority   *authority,
                          SignetInteraction *interaction)
{
  g_autoptr(GError) error = NULL;

  if (!signet_enrolment_ask_terms (enrolment, authority, interaction, invocation->cancellable, &error))
    signet_terminal_message (_("  The authority could not be asked for its terms of today; these are the ones filed here. (%s)"), error->message);
}

/* That it cannot be fetched is said, and kept with the request; it is the person who decides. */
static void
signet_request_fetch_cps (SignetInvocation *invocation,
                          SignetEnrolment  *enrolment,
                          SignetAuthority  *authority,
                          guint             seconds)
{
  g_autofree char *sha256 = NULL;
  g_autofree char *path = NULL;
  g_autoptr(GError) error = NULL;

  if (!signet_enrolment_fetch_cps (enrolment, authority, seconds, &sha256, invocation->cancellable, &error))
    {
      signet_terminal_message (_("  The practice statement could not be fetched; that is kept with the request. (%s)"), error->message);
      return;
    }
  if (sha256 == NULL)
    return;
  path = signet_disclosure_dup_document_path (sha256);
  /* translators: a fingerprint, then a file name */
  signet_terminal_message (_("  Fetched and kept: SHA-256 %s\n  %s"), sha256, path);
}

static void
signet_request_show_changes (SignetEnrolment *enrolment,
                             SignetAuthority *authority)
{
  gint64 agreed;
  g_auto(GStrv) changed = signet_enrolment_dup_changed_terms (enrolment, authority, &agreed);
  g_autofree char *when = changed != NULL ? signet_words_date (agreed) : NULL;

  if (changed == NULL)
    return;
  /* translators: %s is a date */
  signet_terminal_message (_("Changed since you agreed on %s:"), when);
  for (guint i = 0; changed[i] != NULL; i++)
    signet_terminal_message ("  %s", signet_request_part_name (changed[i]));
}

gboolean
signet_request_agree_to_terms (SignetInvocation  *invocation,
                               SignetAuthority   *authority,
                               SignetInteraction *interaction,
                               gboolean           agreed,
                               GError           **error)
{
  SignetEnrolment *enrolment = signet_core_get_enrolment (signet_invocation_get_core (invocation), error);
  g_autoptr(GError) local_error = NULL;

  if (enrolment == NULL)
    return FALSE;
  signet_request_ask_terms (invocation, enrolment, authority, interaction);
  if (!agreed)
    signet_request_show_terms (enrolment, authority);
  signet_request_fetch_cps (invocation, enrolment, authority, agreed ? SCRIPT_PATIENCE : PATIENCE);
  signet_request_show_changes (enrolment, authority);
  if (agreed)
    return TRUE;

  signet_terminal_message ("%s", "");
  if (signet_terminal_ask_yes (_("Do you agree to these terms?"), invocation->cancellable, &local_error))
    return TRUE;
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      g_prefix_error (error, "the terms need a yes, or --accept-terms: ");
    }
  else
    g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_DENIED, "the terms were not agreed to");
  return FALSE;
}

/* --- after ------------------------------------------------------------------------------------------------------------------ */
static JsonObject *
signet_request_disclosure_to_json (const SignetDisclosure *disclosure)
{
  JsonObject *object = json_object_new ();
  g_autofree char *path = disclosure->document_sha256 != NULL ? signet_disclosure_dup_document_path (disclosure->document_sha256) : NULL;

  signet_words_set_text (object, "key", disclosure->key);
  signet_words_set_text (object, "text", disclosure->text);
  signet_words_set_text (object, "language", disclosure->language);
  signet_words_set_text (object, "sha256", disclosure->sha256);
  signet_words_set_time (object, "time", disclosure->time);
  signet_words_set_text (object, "document_sha256", disclosure->document_sha256);
  signet_words_set_text (object, "document", path);
  signet_words_set_text (object, "problem", disclosure->problem);
  return object;
}

void
signet_request_record_to_json (SignetEnrolment *enrolment,
                               SignetRequest   *request,
                               JsonObject      *object)
{
  g_autoptr(GPtrArray) disclosures = signet_enrolment_list_disclosures (enrolment, request, NULL);
  g_autoptr(GPtrArray) events = signet_enrolment_list_events (enrolment, request, NULL);
  JsonArray *array = json_array_new ();

  for (guint i = 0; disclosures != NULL && i < disclosures->len; i++)
    json_array_add_object_element (array, signet_request_disclosure_to_json (g_ptr_array_index (disclosures, i)));
  json_object_set_array_member (object, "disclosures", array);
  json_object_set_array_member (object, "events", signet_words_events_to_json (events));
}

static void
signet_request_show_disclosure (const SignetDisclosure *disclosure)
{
  g_autofree char *name = signet_terminal_pad (signet_request_part_name (disclosure->key), 20);
  g_autofree char *text = signet_text_sanitize (disclosure->text, -1, 200);

  signet_terminal_print ("  %s%s", name, text);
  if (disclosure->document_sha256 != NULL)
    signet_terminal_print ("  %20sSHA-256 %s", "", disclosure->document_sha256);
  else if (disclosure->problem != NULL)
    signet_terminal_print ("  %20s%s", "", _("It could not be fetched then."));
}

static void
signet_request_show_event (const SignetRequestEvent *event)
{
  g_autofree char *time = signet_words_date_time (event->time);
  g_autofree char *padded = signet_terminal_pad (time, 25);
  g_autofree char *host = signet_text_sanitize (event->host, -1, 200);
  g_autofree char *step = signet_terminal_pad (event->step, 12);

  if (event->delegation == SIGNET_DELEGATION_YES)
    /* translators: a server that acts for the authority and is not its own */
    signet_terminal_print ("  %s %s %s %s  %s", padded, step, event->plugin != NULL ? event->plugin : "", host, _("not the authority’s own"));
  else
    signet_terminal_print ("  %s %s %s %s", padded, step, event->plugin != NULL ? event->plugin : "", host);
}

void
signet_request_record_show (SignetEnrolment *enrolment,
                            SignetRequest   *request)
{
  g_autoptr(GPtrArray) disclosures = signet_enrolment_list_disclosures (enrolment, request, NULL);
  g_autoptr(GPtrArray) events = signet_enrolment_list_events (enrolment, request, NULL);

  if (disclosures != NULL && disclosures->len > 0)
    signet_terminal_print ("\n%s", _("What the authority told before:"));
  for (guint i = 0; disclosures != NULL && i < disclosures->len; i++)
    signet_request_show_disclosure (g_ptr_array_index (disclosures, i));
  if (events != NULL && events->len > 0)
    signet_terminal_print ("\n%s", _("Who acted:"));
  for (guint i = 0; events != NULL && i < events->len; i++)
    signet_request_show_event (g_ptr_array_index (events, i));
}
