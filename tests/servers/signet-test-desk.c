/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-test-desk.c: a CA that answers in the words of the plugin interface itself, so that a plugin of the tests only carries them. It knows each
 * transaction and gives the same answer when it is asked again. For the tests of requests.
 *
 *   signet-test-desk DIR --port-file F [--pending N] [--fault NAME]
 *
 * POST {"act": submit|poll|cancel|accept|file, "transaction", "csr" (base64), "dual": cms|pkcs12, "transport" (base64)}. DIR is a test PKI; what was
 * told by cancel, accept and file is written to DIR/desk.log. Loopback only, believes every name.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "signet-test-delivery.h"
#include "signet-test-issue.h"
#include "signet-test-server.h"

#define PASSPHRASE "signet-demo"

typedef struct {
  TestPki    *pki;
  const char *fault;      /* (nullable) */
  int         pending;
  GHashTable *answers;    /* transaction -> JSON text */
  GHashTable *polls;      /* transaction -> how often */
} Desk;

static const char *const dual_faults[] = { "encryption-subject", "encryption-key", "encryption-class", "encryption-garbage", "no-encryption", NULL };
static const char *const form_faults[] = { "reversed", "reject", "reject-accept", "not-yet", "not-a-certificate", NULL };

static gboolean
has_fault (Desk *desk, const char *fault)
{
  return g_strcmp0 (desk->fault, fault) == 0;
}

static void
note (Desk *desk, const char *act, const char *transaction)
{
  g_autofree char *path = g_build_filename (desk->pki->dir, "desk.log", NULL);
  FILE *file = g_fopen (path, "ae");

  g_assert_nonnull (file);
  fprintf (file, "%s %s\n", act, transaction);
  fclose (file);
}

static const char *
text_of (JsonObject *object, const char *name)
{
  return json_object_get_string_member_with_default (object, name, NULL);
}

static GBytes *
base64_of (JsonObject *object, const char *name)
{
  gsize length = 0;
  guchar *data = text_of (object, name) != NULL ? g_base64_decode (text_of (object, name), &length) : NULL;

  return data != NULL ? g_bytes_new_take (data, length) : NULL;
}

static void
set_bytes (JsonObject *object, const char *name, const guchar *data, gsize length)
{
  g_autofree char *text = g_base64_encode (data, length);

  json_object_set_string_member (object, name, text);
}

static void
set_certificate (JsonObject *object, const char *name, X509 *certificate)
{
  guchar *der = NULL;
  int length = i2d_X509 (certificate, &der);

  set_bytes (object, name, der, (gsize) length);
  OPENSSL_free (der);
}

/* --- two certificates ------------------------------------------------------------------------------------------------------------ */

static void
spoil_delivery (Desk *desk, TestDelivery *delivery, const X509_NAME *subject)
{
  EVP_PKEY *other = EVP_RSA_gen (2048);

  if (has_fault (desk, "encryption-key") || has_fault (desk, "encryption-class"))
    {
      X509_free (delivery->certificate);
      delivery->certificate =
          has_fault (desk, "encryption-key")
              ? test_pki_issue (desk->pki, TEST_CERTIFICATE_ENCRYPTION, other, subject, 365, NULL)
              : test_pki_issue (desk->pki, TEST_CERTIFICATE_SIGNATURE, other, subject, 365, NULL);
    }
  if (has_fault (desk, "encryption-garbage"))
    {
      g_bytes_unref (delivery->key);
      delivery->key = g_bytes_new_static ("\x30\x03\x02\x01\x00", 5);
    }
  EVP_PKEY_free (other);
}

static void
add_encryption (Desk *desk, JsonObject *asked, JsonObject *answer, const X509_NAME *subject)
{
  const char *dual = text_of (asked, "dual");
  gboolean pkcs12 = g_strcmp0 (dual, "pkcs12") == 0;
  g_autoptr (GBytes) transport = base64_of (asked, "transport");
  X509_NAME *other = test_pki_name ("CN=Somebody Else (sample)");
  g_autoptr (TestDelivery) delivery = NULL;
  g_autoptr (GError) error = NULL;
  JsonObject *encryption = json_object_new ();

  delivery = test_delivery_make (desk->pki, has_fault (desk, "encryption-subject") ? other : subject, pkcs12 ? PASSPHRASE : NULL, transport, &error);
  g_assert_no_error (error);
  spoil_delivery (desk, delivery, subject);
  set_certificate (encryption, "certificate", delivery->certificate);
  set_bytes (encryption, "key", g_bytes_get_data (delivery->key, NULL), g_bytes_get_size (delivery->key));
  json_object_set_string_member (encryption, "key_format", dual);
  if (pkcs12)
    {
      JsonObject *secret = json_object_new ();

      json_object_set_string_member (secret, "secret", "activation-code");
      json_object_set_object_member (encryption, "passphrase", secret);
    }
  json_object_set_object_member (answer, "encryption", encryption);
  X509_NAME_free (other);
}

/* --- an answer ------------------------------------------------------------------------------------------------------------------- */

/* The root first, then the CA, then what was asked for: as some do. */
static void
set_reversed (Desk *desk, JsonObject *answer, X509 *certificate)
{
  X509 *const all[] = { desk->pki->root, desk->pki->ca, certificate };
  GByteArray *bytes = g_byte_array_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (all); i++)
    {
      BIO *bio = BIO_new (BIO_s_mem ());
      char *data = NULL;

      PEM_write_bio_X509 (bio, all[i]);
      g_byte_array_append (bytes, (const guint8 *) (BIO_get_mem_data (bio, &data) > 0 ? data : ""), (guint) BIO_pending (bio));
      BIO_free (bio);
    }
  set_bytes (answer, "certificate", bytes->data, bytes->len);
  g_byte_array_unref (bytes);
}

/* Valid from tomorrow. */
static void
postpone (Desk *desk, X509 *certificate)
{
  X509_gmtime_adj (X509_getm_notBefore (certificate), 86400);
  X509_sign (certificate, desk->pki->ca_key, EVP_sha256 ());
}

static char *
issue (Desk *desk, JsonObject *asked)
{
  g_autoptr (GBytes) der = base64_of (asked, "csr");
  gsize length = 0;
  const guchar *data = g_bytes_get_data (der, &length);
  X509_REQ *csr = d2i_X509_REQ (NULL, &data, (long) length);
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *answer = json_object_new ();
  X509 *certificate = NULL;

  g_assert_true (csr != NULL && X509_REQ_verify (csr, X509_REQ_get0_pubkey (csr)) == 1);
  certificate = test_issue (desk->pki, X509_REQ_get0_pubkey (csr), X509_REQ_get_subject_name (csr), desk->fault, NULL);
  if (has_fault (desk, "not-yet"))
    postpone (desk, certificate);
  json_object_set_string_member (answer, "state", "issued");
  if (has_fault (desk, "reversed"))
    set_reversed (desk, answer, certificate);
  else if (has_fault (desk, "not-a-certificate"))
    json_object_set_string_member (answer, "certificate", "bm90IGEgY2VydGlmaWNhdGU=");
  else
    set_certificate (answer, "certificate", certificate);
  if (text_of (asked, "dual") != NULL && !has_fault (desk, "no-encryption"))
    add_encryption (desk, asked, answer, X509_REQ_get_subject_name (csr));
  X509_free (certificate);
  X509_REQ_free (csr);
  json_node_take_object (node, answer);
  return json_to_string (node, FALSE);
}

static const char *
find_answer (Desk *desk, JsonObject *asked, const char *transaction)
{
  const char *known = g_hash_table_lookup (desk->answers, transaction);

  if (known == NULL && text_of (asked, "csr") != NULL)
    g_hash_table_insert (desk->answers, g_strdup (transaction), issue (desk, asked));
  return g_hash_table_lookup (desk->answers, transaction);
}

/* The decision takes its time; the request is known from the first moment. */
static gboolean
is_pending (Desk *desk, const char *transaction)
{
  int asked = GPOINTER_TO_INT (g_hash_table_lookup (desk->polls, transaction));

  g_hash_table_replace (desk->polls, g_strdup (transaction), GINT_TO_POINTER (asked + 1));
  return asked < desk->pending;
}

static char *
answer_to (Desk *desk, JsonObject *asked)
{
  const char *act = text_of (asked, "act");
  const char *transaction = text_of (asked, "transaction");
  const char *issued = NULL;

  if (act == NULL || transaction == NULL)
    return NULL;
  if (has_fault (desk, "reject-accept") && strcmp (act, "accept") == 0)
    return g_strdup ("{\"rejected\": \"确认已过期限（示例）\"}");
  if (strcmp (act, "cancel") == 0 || strcmp (act, "accept") == 0)
    {
      note (desk, act, transaction);
      return g_strdup ("{}");
    }
  if (strcmp (act, "file") == 0)
    {
      note (desk, text_of (asked, "content") != NULL ? text_of (asked, "content") : "nothing", transaction);
      return g_strdup ("{}");
    }
  if (has_fault (desk, "reject"))
    return g_strdup ("{\"rejected\": \"姓名与身份证件不一致（示例）\"}");
  issued = find_answer (desk, asked, transaction);
  if (issued == NULL)
    return g_strdup ("{\"rejected\": \"unknown (sample)\"}");
  return g_strdup (is_pending (desk, transaction) ? "{\"state\": \"waiting\", \"check_after\": 1, \"text\": \"材料审核中（示例）\"}" : issued);
}

static void
handle (const char *method, const char *path, GBytes *body, TestAnswer *answer, gpointer user_data)
{
  g_autofree char *text = body != NULL ? g_strndup (g_bytes_get_data (body, NULL), g_bytes_get_size (body)) : NULL;
  g_autoptr (JsonNode) node = text != NULL ? json_from_string (text, NULL) : NULL;
  char *reply = node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? answer_to (user_data, json_node_get_object (node)) : NULL;

  answer->status = reply != NULL ? 200 : 400;
  answer->content_type = "application/json";
  if (reply != NULL)
    answer->body = g_bytes_new_take (reply, strlen (reply));
}

/* --- main ------------------------------------------------------------------------------------------------------------------------ */

static char *option_port_file, *option_fault;
static int option_pending;

static const GOptionEntry entries[] = {
  { "port-file", 0, 0, G_OPTION_ARG_FILENAME, &option_port_file, "the port is written here when ready", "FILE" },
  { "pending", 0, 0, G_OPTION_ARG_INT, &option_pending, "so many questions are answered with “waiting”", "N" },
  { "fault", 0, 0, G_OPTION_ARG_STRING, &option_fault, "do this wrong", "NAME" },
  G_OPTION_ENTRY_NULL
};

static gboolean
serve (const char *dir, GError **error)
{
  g_autoptr (TestPki) pki = test_pki_open (dir, error);
  Desk desk = { .pki = pki, .fault = option_fault, .pending = option_pending };
  gboolean ok = FALSE;

  if (pki == NULL)
    return FALSE;
  desk.answers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  desk.polls = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  ok = test_server_run (0, option_port_file, handle, &desk, error);
  g_hash_table_unref (desk.answers);
  g_hash_table_unref (desk.polls);
  return ok;
}

static gboolean
is_known_fault (const char *fault)
{
  return fault == NULL || g_strv_contains (test_issue_faults, fault) || g_strv_contains (dual_faults, fault) ||
         g_strv_contains (form_faults, fault);
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new ("DIR");
  g_autoptr (GError) error = NULL;

  g_option_context_add_main_entries (context, entries, NULL);
  if (g_option_context_parse (context, &argc, &argv, &error) && argc == 2 && is_known_fault (option_fault) && serve (argv[1], &error))
    return 0;
  g_printerr ("signet-test-desk: %s\n", error != NULL ? error->message : "usage: DIR --port-file F [--fault NAME]");
  return 1;
}
