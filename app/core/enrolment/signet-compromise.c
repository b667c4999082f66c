/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-compromise.c: a key blocked and released, and what was signed with it. Any thread. */
#define G_LOG_DOMAIN "signet-compromise"

#include "config.h"

#include "signet-compromise.h"

#include "signet-expiry-private.h"
#include "signet-life-private.h"

#define MOST_ENTRIES 100000

/* The block holds whatever becomes of the journal. */
static void
note (SignetEnrolment *self, SignetCertificate *certificate, const char *what, gint64 since)
{
  g_autofree char *from = signet_time_format_iso8601 (since);
  g_autofree char *detail = g_strdup_printf ("{\"key\":\"%s\",\"since\":\"%s\",\"by\":\"%s\"}", signet_certificate_get_key_sha256 (certificate), from,
                                             g_get_user_name ());
  SignetJournalEntry entry = { .act = (char *) what, .subject = (char *) signet_certificate_get_holder (certificate),
                               .certificate = (char *) signet_certificate_get_sha256 (certificate), .detail = detail };
  g_autoptr (GError) error = NULL;

  if (self->journal != NULL && !signet_journal_append (self->journal, &entry, &error))
    g_warning ("journal: %s", error->message);
}

gboolean
signet_enrolment_block_key (SignetEnrolment *self, SignetCertificate *certificate, gint64 since, GError **error)
{
  g_return_val_if_fail (SIGNET_IS_ENROLMENT (self), FALSE);
  g_return_val_if_fail (SIGNET_IS_CERTIFICATE (certificate), FALSE);

  if (signet_key_block_is_blocked (signet_certificate_get_key_sha256 (certificate)))
    return TRUE;
  if (!signet_key_block_add (signet_certificate_get_key_sha256 (certificate), signet_clock_now (self->clock), since, error))
    return FALSE;
  note (self, certificate, "key-blocked", since);
  return TRUE;
}

gboolean
signet_enrolment_lift_block (SignetEnrolment *self, SignetCertificate *certificate, GError **error)
{
  g_return_val_if_fail (SIGNET_IS_ENROLMENT (self), FALSE);
  g_return_val_if_fail (SIGNET_IS_CERTIFICATE (certificate), FALSE);

  if (!signet_key_block_lift (signet_certificate_get_key_sha256 (certificate), error))
    return FALSE;
  note (self, certificate, "key-block-lifted", SIGNET_TIME_UNKNOWN);
  return TRUE;
}

static void
add_same_key (GHashTable *names, SignetCertificate *other, SignetCertificate *certificate)
{
  if (other != NULL && g_strcmp0 (signet_certificate_get_key_sha256 (other), signet_certificate_get_key_sha256 (certificate)) == 0)
    g_hash_table_add (names, g_strdup (signet_certificate_get_sha256 (other)));
}

/* Fingerprints of all certificates of that key this computer has seen: a renewal may have kept the key. */
static GHashTable *
certificates_of_key (SignetEnrolment *self, SignetCertificate *certificate, GError **error)
{
  g_autoptr (GHashTable) names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GPtrArray) known = _signet_known_list (self->store, error);
  g_autoptr (GPtrArray) requests = known != NULL ? _signet_request_store_list (self->store, error) : NULL;

  if (requests == NULL)
    return NULL;
  g_hash_table_add (names, g_strdup (signet_certificate_get_sha256 (certificate)));
  for (guint i = 0; i < known->len; i++)
    add_same_key (names, known->pdata[i], certificate);
  for (guint i = 0; i < requests->len; i++)
    {
      add_same_key (names, ((SignetRequest *) requests->pdata[i])->certificate, certificate);
      add_same_key (names, ((SignetRequest *) requests->pdata[i])->current, certificate);
    }
  return g_steal_pointer (&names);
}

GPtrArray *
signet_enrolment_list_signed (SignetEnrolment *self, SignetCertificate *certificate, gint64 since, GError **error)
{
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func ((GDestroyNotify) signet_journal_entry_free);
  g_autoptr (GPtrArray) entries = NULL;
  g_autoptr (GHashTable) names = NULL;

  g_return_val_if_fail (SIGNET_IS_ENROLMENT (self), NULL);
  g_return_val_if_fail (SIGNET_IS_CERTIFICATE (certificate), NULL);

  names = certificates_of_key (self, certificate, error);
  entries = names != NULL && self->journal != NULL ? signet_journal_list (self->journal, MOST_ENTRIES, error) : NULL;
  if (entries == NULL)
    return names != NULL && self->journal == NULL ? g_steal_pointer (&found) : NULL;
  for (guint i = entries->len; i > 0; i--)
    {
      SignetJournalEntry *entry = entries->pdata[i - 1];

      if (g_strcmp0 (entry->act, "signed") == 0 && entry->certificate != NULL && g_hash_table_contains (names, entry->certificate) &&
          (since == SIGNET_TIME_UNKNOWN || entry->time >= since))
        g_ptr_array_add (found, g_steal_pointer (&entries->pdata[i - 1]));
    }
  return g_steal_pointer (&found);
}
