/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-words-requests.c: requests for certificates in words: what kind, what is compared, what became of the old certificate and of a key that
 * was delivered. Any thread.
 */
#define G_LOG_DOMAIN "signet-words-requests"

#include "config.h"

#include <glib/gi18n.h>

#include "signet-words.h"

typedef struct
{
  const char *code;
  const char *text;
} Row;

static const char *
find (const Row *rows, gsize n, const char *code)
{
  for (gsize i = 0; i < n; i++)
    if (g_strcmp0 (rows[i].code, code) == 0)
      return _(rows[i].text);
  return NULL;
}

/**
 * signet_words_request_field:
 * @code: a field of a #SignetRequestDifference
 *
 * Returns: (transfer none) (nullable): what it is called; %NULL for a code that is not known
 */
const char *
signet_words_request_field (const char *code)
{
  static const Row rows[] = {
    { "subject", N_("Holder") },
    { "issuer", N_("Issued by") },
    { "serial", N_("Serial number") },
    { "key", N_("Key") },
    { "kind", N_("Kind") },
    { "usage", N_("Used for") },
    { "validity", N_("Good from and to") },
    { "duration", N_("Days it is good for") },
    { "policy", N_("Policy") },
    { "algorithm", N_("Signed with") },
    { "certificates", N_("How many certificates") },
    { "encryption-usage", N_("Second certificate") },
    { "encryption-validity", N_("Second certificate good from and to") },
    { "lint-version", N_("It is not a certificate of version 3") },
    { "lint-validity", N_("It ends before it begins") },
    { "lint-key-usage", N_("It does not say what its key is for") },
    { "lint-key-usage-critical", N_("What its key is for is not marked as binding") },
    { "lint-authority-key", N_("It does not name the key it was signed with") },
    { "lint-critical", N_("It makes a demand that Signet does not know") },
    { "lint-twice", N_("It says the same thing twice") },
    { "lint-status", N_("It does not say where to ask whether it is revoked") },
  };

  return find (rows, G_N_ELEMENTS (rows), code);
}

/**
 * signet_words_request_kind:
 *
 * Returns: (transfer full): what is asked for, in a few words
 */
char *
signet_words_request_kind (SignetRequest *request)
{
  gboolean keeps = signet_request_keeps_key (request);

  if (signet_request_get_kind (request) == SIGNET_REQUEST_KIND_RENEW)
    return g_strdup (keeps ? _("Renewal with the same key") : _("Renewal with a new key"));
  return g_strdup (keeps ? _("New certificate for a key that is there") : _("New certificate"));
}

/**
 * signet_words_old_certificate:
 *
 * Returns: (transfer full) (nullable): what became of the certificate that was renewed
 */
char *
signet_words_old_certificate (SignetRequest *request)
{
  static const Row rows[] = {
    { "replaced", N_("The old certificate was replaced") },
    { "kept", N_("The old certificate and its key are still on the token") },
  };

  return g_strdup (find (rows, G_N_ELEMENTS (rows), signet_request_get_old_note (request)));
}

/**
 * signet_words_delivered_key:
 *
 * Returns: (transfer full) (nullable): what became of the key of the encryption certificate, which the authority made
 */
char *
signet_words_delivered_key (SignetRequest *request)
{
  static const Row rows[] = {
    { "delivered", N_("Its key was delivered and is not on a token yet") },
    { "imported", N_("Its key is on the token") },
    { "refused-by-token", N_("The token takes no keys from outside. Its key is kept, encrypted, until another token takes it") },
    { "transport-key-lost", N_("Its key can no longer be opened on this computer. Ask the authority to deliver it again") },
  };

  return g_strdup (find (rows, G_N_ELEMENTS (rows), signet_request_get_encryption_note (request)));
}

/**
 * signet_words_withdrawal:
 *
 * Returns: (transfer full): what it means to give @request up, as it stands now
 */
char *
signet_words_withdrawal (SignetRequest *request)
{
  if (signet_request_get_state (request) == SIGNET_REQUEST_INSTALLED)
    return g_strdup (_("The certificate stays on your token, without the authority’s confirmation. Ask the authority whether it counts before you sign with it."));
  return g_strdup (_("The authority may have to be told too. You can ask for a new certificate at any time."));
}
