/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-words-json.c: a validation report as the JSON of docs/cli.md, for --json and Save Report. Any thread.
 *
 * Keys are a contract: add, never rename. What is not known yet is null or says "unknown".
 */
#define G_LOG_DOMAIN "signet-words-json"

#include "config.h"

#include "signet-words.h"

#include "../base/signet-clock.h"
#include "../base/signet-text.h"

/**
 * signet_words_set_text:
 * @text: (nullable): may come from outside
 *
 * What would take effect at a terminal is taken out; null where there is nothing.
 */
void
signet_words_set_text (JsonObject *object,
                       const char *name,
                       const char *text)
{
  g_autofree char *safe = text != NULL ? signet_text_sanitize (text, -1, 0) : NULL;

  if (safe != NULL)
    json_object_set_string_member (object, name, safe);
  else
    json_object_set_null_member (object, name);
}

/**
 * signet_words_set_time:
 * @time: seconds since 1970, or %SIGNET_TIME_UNKNOWN: null
 *
 * ISO 8601, UTC.
 */
void
signet_words_set_time (JsonObject *object,
                       const char *name,
                       gint64      time)
{
  g_autofree char *text = time != SIGNET_TIME_UNKNOWN ? signet_time_format_iso8601 (time) : NULL;

  signet_words_set_text (object, name, text);
}

/* a string of the core, or null */
static void
signet_json_set_text (JsonObject *object,
                      const char *name,
                      const char *text)
{
  if (text == NULL)
    json_object_set_null_member (object, name);
  else
    json_object_set_string_member (object, name, text);
}

/* bytes from outside (a file name need not be UTF-8) made fit for JSON; what is UTF-8 stays as it is */
static void
signet_json_set_outside (JsonObject *object,
                         const char *name,
                         const char *text)
{
  g_autofree char *safe = NULL;

  if (text != NULL && !g_utf8_validate (text, -1, NULL))
    safe = signet_text_sanitize (text, -1, 0);
  signet_json_set_text (object, name, safe != NULL ? safe : text);
}

static const char *
signet_json_integrity (SignetIntegrity integrity)
{
  static const char *const names[] = { "intact", "broken", "unsupported", "no-data" };

  return (guint) integrity < G_N_ELEMENTS (names) ? names[integrity] : "unsupported";
}

static const char *
signet_json_coverage (SignetCoverage coverage)
{
  static const char *const names[] = { "whole", "partial", "whole-but-changed-later" };

  return (guint) coverage < G_N_ELEMENTS (names) ? names[coverage] : "partial";
}

static JsonArray *
signet_json_changes (GPtrArray *changes)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; changes != NULL && i < changes->len; i++)
    {
      const SignetDocumentChange *change = g_ptr_array_index (changes, i);
      JsonObject *object = json_object_new ();

      signet_json_set_outside (object, "kind", change->kind);
      signet_json_set_outside (object, "where", change->where);
      json_object_set_boolean_member (object, "allowed", change->allowed);
      json_array_add_object_element (array, object);
    }
  return array;
}

static JsonArray *
signet_json_reasons (GPtrArray *reasons)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; reasons != NULL && i < reasons->len; i++)
    {
      const SignetValidationReason *reason = g_ptr_array_index (reasons, i);
      JsonObject *object = json_object_new ();
      g_autofree char *text = signet_words_reason (reason->code);

      signet_json_set_outside (object, "code", reason->code);
      signet_json_set_text (object, "text", text);
      signet_json_set_outside (object, "detail", reason->detail);
      json_array_add_object_element (array, object);
    }
  return array;
}

/**
 * signet_words_certificate_to_json:
 * @certificate: a certificate
 *
 * Returns: (transfer full): {"subject", "issuer", "serial", "sha256", "class", "not_before", "not_after", "key"}
 */
JsonObject *
signet_words_certificate_to_json (SignetCertificate *certificate)
{
  JsonObject *object = json_object_new ();

  g_return_val_if_fail (SIGNET_IS_CERTIFICATE (certificate), object);

  signet_json_set_text (object, "subject", signet_certificate_get_subject (certificate));
  signet_json_set_text (object, "issuer", signet_certificate_get_issuer (certificate));
  signet_json_set_text (object, "serial", signet_certificate_get_serial (certificate));
  signet_json_set_text (object, "sha256", signet_certificate_get_sha256 (certificate));
  signet_json_set_text (object, "class", signet_certificate_class_get_id (signet_certificate_get_class (certificate, NULL)));
  signet_words_set_time (object, "not_before", signet_certificate_get_not_before (certificate));
  signet_words_set_time (object, "not_after", signet_certificate_get_not_after (certificate));
  signet_json_set_text (object, "key", signet_certificate_get_key_text (certificate));
  return object;
}

static JsonObject *
signet_json_algorithms (SignetSignatureReport *report)
{
  SignetDocumentSignature *signature = signet_signature_report_get_signature (report);
  SignetCertificate *signer = signet_document_signature_get_signer (signature);
  EVP_PKEY *key = signer != NULL ? signet_certificate_get_key (signer) : NULL;
  SignetSignatureAlgorithm algorithm = signet_document_signature_get_algorithm (signature);
  JsonObject *object = json_object_new ();
  g_autofree char *name = key != NULL ? signet_signature_algorithm_describe (algorithm, key) : NULL;

  signet_json_set_text (object, "digest", algorithm.digest != SIGNET_DIGEST_UNKNOWN ? signet_digest_get_name (algorithm.digest) : NULL);
  signet_json_set_text (object, "signature", name);
  json_object_set_boolean_member (object, "acceptable", signet_signature_report_get_algorithm_ok (report));
  return object;
}

/* Without a list nothing is known about a licence: "unknown", never left out. */
static JsonObject *
signet_json_authority (SignetAuthority *authority)
{
  JsonObject *object = json_object_new ();

  signet_json_set_text (object, "standing", authority != NULL ? signet_authority_get_standing (authority) : "unknown");
  signet_json_set_text (object, "chain_filed", "unknown");
  signet_json_set_text (object, "list", NULL);
  signet_json_set_text (object, "as_of", NULL);
  signet_json_set_text (object, "id", authority != NULL ? signet_authority_get_id (authority) : NULL);
  signet_json_set_text (object, "name", authority != NULL ? signet_authority_get_name (authority) : NULL);
  return object;
}

static JsonNode *
signet_json_revocation (SignetRevocationStatus *revocation)
{
  static const char *const names[] = { "unknown", "good", "revoked" };
  static const char *const kinds[] = { "ocsp", "crl" };
  static const char *const origins[] = { "server", "cache", "by-hand", "embedded" };
  JsonNode *node = json_node_new (JSON_NODE_NULL);
  JsonObject *object;

  if (revocation == NULL)
    return node;

  object = json_object_new ();
  signet_json_set_text (object, "status", (guint) revocation->status < G_N_ELEMENTS (names) ? names[revocation->status] : "unknown");
  signet_json_set_outside (object, "responder", revocation->responder);
  signet_json_set_text (object, "source", (guint) revocation->kind < G_N_ELEMENTS (kinds) ? kinds[revocation->kind] : NULL);
  signet_json_set_text (object, "origin", (guint) revocation->origin < G_N_ELEMENTS (origins) ? origins[revocation->origin] : NULL);
  signet_words_set_time (object, "fetched_at", revocation->fetched_at);
  signet_json_set_outside (object, "instead_because", revocation->instead);
  signet_words_set_time (object, "this_update", revocation->this_update);
  signet_words_set_time (object, "produced_at", revocation->produced_at);
  signet_words_set_time (object, "next_update", revocation->next_update);
  signet_words_set_time (object, "revoked_at", revocation->revoked_at);
  json_node_free (node);
  node = json_node_new (JSON_NODE_OBJECT);
  json_node_take_object (node, object);
  return node;
}

static JsonNode *
signet_json_signer (SignetCertificate *signer)
{
  JsonNode *node;

  if (signer == NULL)
    return json_node_new (JSON_NODE_NULL);
  node = json_node_new (JSON_NODE_OBJECT);
  json_node_take_object (node, signet_words_certificate_to_json (signer));
  return node;
}

static void
signet_json_set_facts (JsonObject              *object,
                       SignetDocumentSignature *signature)
{
  signet_json_set_outside (object, "id", signet_document_signature_get_id (signature));
  signet_json_set_text (object, "kind", signet_document_signature_get_kind (signature));
  signet_json_set_outside (object, "covers", signet_document_signature_get_covers (signature));
  signet_json_set_text (object, "format", signet_document_signature_get_format (signature));
  signet_json_set_text (object, "packaging", signet_document_signature_get_packaging (signature));
  signet_json_set_text (object, "level", signet_document_signature_get_level (signature));
}

static void
signet_json_set_members (JsonObject *object,
                         GPtrArray  *members)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; members != NULL && i < members->len; i++)
    json_array_add_string_element (array, g_ptr_array_index (members, i));
  json_object_set_array_member (object, "members", array);
}

static JsonObject *
signet_json_signature (SignetSignatureReport *report)
{
  SignetDocumentSignature *signature = signet_signature_report_get_signature (report);
  JsonObject *object = json_object_new ();

  signet_json_set_facts (object, signature);
  signet_json_set_text (object, "indication", signet_verdict_get_id (signet_signature_report_get_verdict (report)));
  signet_json_set_text (object, "sub_indication", signet_signature_report_get_sub_indication (report));
  signet_json_set_text (object, "integrity", signet_json_integrity (signet_document_signature_get_integrity (signature)));
  signet_json_set_text (object, "coverage", signet_json_coverage (signet_document_signature_get_coverage (signature)));
  json_object_set_array_member (object, "changes", signet_json_changes (signet_document_signature_get_changes (signature)));
  json_object_set_member (object, "signer", signet_json_signer (signet_document_signature_get_signer (signature)));
  signet_words_set_time (object, "claimed_time", signet_document_signature_get_claimed_time (signature));
  signet_words_set_time (object, "best_time", signet_signature_report_get_best_time (report));
  signet_json_set_text (object, "time_source", signet_signature_report_get_time_source (report));
  signet_json_set_text (object, "inner_format", signet_document_signature_get_inner_format (signature));
  signet_json_set_members (object, signet_document_signature_get_covered (signature));
  signet_json_set_outside (object, "reason", signet_document_signature_get_reason (signature));
  signet_json_set_outside (object, "location", signet_document_signature_get_location (signature));
  json_object_set_object_member (object, "algorithms", signet_json_algorithms (report));
  json_object_set_object_member (object, "authority", signet_json_authority (signet_signature_report_get_authority (report)));
  json_object_set_member (object, "revocation", signet_json_revocation (signet_signature_report_get_revocation (report)));
  json_object_set_null_member (object, "recognition");
  json_object_set_array_member (object, "reasons", signet_json_reasons (signet_signature_report_get_reasons (report)));
  return object;
}

/**
 * signet_words_file_report_to_json:
 * @report: what was found out about one file
 *
 * Returns: (transfer full): one member of "files"
 */
JsonObject *
signet_words_file_report_to_json (SignetFileReport *report)
{
  GPtrArray *signatures;
  JsonObject *object = json_object_new ();
  JsonArray *array = json_array_new ();

  g_return_val_if_fail (SIGNET_IS_FILE_REPORT (report), object);

  signatures = signet_file_report_get_signatures (report);
  for (guint i = 0; signatures != NULL && i < signatures->len; i++)
    json_array_add_object_element (array, signet_json_signature (g_ptr_array_index (signatures, i)));
  signet_json_set_outside (object, "file", signet_file_report_get_path (report));
  signet_json_set_text (object, "format", signet_file_report_get_format (report));
  signet_json_set_text (object, "verdict", signet_verdict_get_id (signet_file_report_get_verdict (report)));
  json_object_set_array_member (object, "signatures", array);
  return object;
}

/**
 * signet_words_file_error_to_json:
 * @path: the file
 * @error: why nothing could be found out about it
 *
 * Returns: (transfer full): one member of "files", without a verdict
 */
JsonObject *
signet_words_file_error_to_json (const char   *path,
                                 const GError *error)
{
  JsonObject *object = json_object_new ();

  signet_json_set_outside (object, "file", path);
  json_object_set_null_member (object, "format");
  json_object_set_null_member (object, "verdict");
  json_object_set_array_member (object, "signatures", json_array_new ());
  json_object_set_object_member (object, "error", signet_words_error_to_json (error));
  return object;
}

/**
 * signet_words_files_to_json:
 * @files: (transfer full): members made by the two functions above
 * @at: the time the verdicts are about
 * @verdict: the one that decides
 *
 * Returns: (transfer full): the whole document
 */
JsonNode *
signet_words_files_to_json (JsonArray     *files,
                            gint64         at,
                            SignetVerdict  verdict)
{
  JsonNode *root = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();

  json_object_set_int_member (object, "version", 1);
  signet_words_set_time (object, "at", at);
  signet_json_set_text (object, "verdict", signet_verdict_get_id (verdict));
  json_object_set_array_member (object, "files", files);
  json_node_take_object (root, object);
  return root;
}

/**
 * signet_words_report_to_json:
 * @file_reports: (element-type SignetFileReport): what was found out
 *
 * Returns: (transfer full): the document `signet verify --json` prints
 */
JsonNode *
signet_words_report_to_json (GPtrArray *file_reports)
{
  JsonArray *files = json_array_new ();
  SignetVerdict verdict = SIGNET_VERDICT_PASSED;
  gint64 at = SIGNET_TIME_UNKNOWN;

  for (guint i = 0; file_reports != NULL && i < file_reports->len; i++)
    {
      SignetFileReport *report = g_ptr_array_index (file_reports, i);

      json_array_add_object_element (files, signet_words_file_report_to_json (report));
      verdict = signet_words_worse_verdict (verdict, signet_file_report_get_verdict (report));
      at = signet_file_report_get_at (report);
    }
  if (json_array_get_length (files) == 0)
    verdict = SIGNET_VERDICT_NOT_SIGNED;
  return signet_words_files_to_json (files, at, verdict);
}
